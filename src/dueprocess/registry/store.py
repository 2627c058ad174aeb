"""The registry as plain files (sorted CSV, the same bytes for the same claims) and the index that is loaded from them."""

from __future__ import annotations

import csv
import dataclasses
import io
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from dueprocess.kernel.errors import InputError, nearest
from dueprocess.kernel.files import data_dir
from dueprocess.registry.arbitrate import Segment, View, resolve, segments
from dueprocess.registry.importing import Batch, Logged, names_of
from dueprocess.registry.model import CORRECTS, Actor, Claim, CountClaim, DatedName, Source, side

T = TypeVar("T")
NAME_COLUMNS = ("actor", "name", "first_seen", "last_seen")
IMPORT_COLUMNS = ("importer", "file", "sha256", "rows")
_ROLE_ORDER = ("sheriff", "corrections", "police", "county", "city", "state")


def _columns(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind) if f.name not in ("names",))


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def table_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV text with Unix lines."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def _records(kind: type, values: Iterable[Any]) -> str:
    columns = _columns(kind)
    cells = attrgetter(*columns)
    return table_text(columns, ([v if type(v) is str else _cell(v) for v in cells(value)] for value in values))


def texts_of(batch: Batch) -> dict[str, str]:
    """The files of a batch by name: sorted by id, so that importing twice gives the same bytes."""
    names = names_of(batch)
    return {
        "actors.csv": _records(Actor, (batch.actors[i] for i in sorted(batch.actors))),
        "names.csv": table_text(NAME_COLUMNS, ((actor, *entry) for actor, entries in names.items() for entry in entries)),
        "sources.csv": _records(Source, (batch.sources[i] for i in sorted(batch.sources))),
        "claims.csv": _records(Claim, (batch.claims[i] for i in sorted(batch.claims))),
        "counts.csv": _records(CountClaim, (batch.counts[i] for i in sorted(batch.counts))),
        "matching.csv": _records(Logged, batch.log),
        "imports.csv": table_text(IMPORT_COLUMNS, ((importer, file, sha256, str(rows)) for importer, (file, sha256, rows) in sorted(batch.read.items()))),
    }


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of one of the registry's own files; none where there is no file.

    Raises:
        InputError: other columns, or unreadable.
    """
    return [dict(zip(columns, row, strict=True)) for row in _cells(path, columns)]


def _cells(path: Path, columns: Sequence[str]) -> list[list[str]]:
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("it cannot be read as UTF-8 CSV", where=str(path), do="restore the file") from error
    if not rows or tuple(rows[0]) != tuple(columns):
        raise InputError("other columns than the registry writes", where=str(path), do=f"the columns are {', '.join(columns)}")
    for number, row in enumerate(rows, 1):
        if len(row) != len(columns):
            raise InputError("a row with too many or too few cells", where=f"{path}: row {number}", do="correct the row")
    return rows[1:]


def _read(kind: type[T], path: Path) -> list[T]:
    """The records of a file; its columns are the fields of the dataclass, in their order."""
    columns = _columns(kind)
    types = {f.name: str(f.type) for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    lists = [n for n, c in enumerate(columns) if types[c].startswith("tuple")]
    flags = [n for n, c in enumerate(columns) if types[c] == "bool"]
    found = []
    for row in _cells(path, columns):
        values: list[Any] = row
        for n in lists:
            values[n] = tuple(row[n].split(";")) if row[n] else ()
        for n in flags:
            values[n] = row[n] == "yes"
        found.append(kind(*values))
    return found


def _log(folder: Path) -> list[Logged]:
    return [Logged(**{**row, "row": int(row["row"])}) for row in read_rows(folder / "matching.csv", _columns(Logged))]  # type: ignore[arg-type]


def records_of(folder: Path) -> Batch:
    """What a folder holds, as a batch that can be added to; empty for an empty folder."""
    batch = Batch()
    batch.actors = {a.id: a for a in _read(Actor, folder / "actors.csv")}
    batch.sources = {s.id: s for s in _read(Source, folder / "sources.csv")}
    batch.claims = {c.id: c for c in _read(Claim, folder / "claims.csv")}
    batch.counts = {c.id: c for c in _read(CountClaim, folder / "counts.csv")}
    batch.log = _log(folder)
    batch.read = {row["importer"]: (row["file"], row["sha256"], int(row["rows"])) for row in read_rows(folder / "imports.csv", IMPORT_COLUMNS)}
    for row in read_rows(folder / "names.csv", NAME_COLUMNS):
        batch.seen_names.setdefault(row["actor"], {})[row["name"]] = [d for d in (row["first_seen"], row["last_seen"]) if d]
    return batch


@dataclass(frozen=True, slots=True)
class PlaceView:
    """The views of all actors of one place. ``position`` is theirs where those that have one agree in it, else unknown and
    ``contested``; the actors stand in the order of who usually keeps the jail (sheriff, corrections, police, county, city).
    """

    place: str
    fips: str
    state: str
    position: str
    contested: bool
    views: tuple[View, ...]


class Registry:
    """All claims in memory. Immutable; the spans of each ``known_at`` asked for are kept."""

    def __init__(self, actors: Iterable[Actor], sources: Iterable[Source], claims: Iterable[Claim], counts: Iterable[CountClaim], log: Iterable[Logged] = ()) -> None:
        self.actors: Mapping[str, Actor] = {a.id: a for a in actors}
        self.sources: Mapping[str, Source] = {s.id: s for s in sources}
        self.claims: Mapping[str, Claim] = {c.id: c for c in sorted(claims, key=lambda c: c.id)}
        self.counts: tuple[CountClaim, ...] = tuple(sorted(counts, key=lambda c: c.id))
        self.log: tuple[Logged, ...] = tuple(log)
        """What became of each row that was matched to an actor, or was not, and why."""
        grouped: dict[str, list[Claim]] = {}
        for claim in self.claims.values():
            if claim.actor not in self.actors:
                raise InputError(f"the claim [{claim.id}] is about [{claim.actor}], which is no actor", where="claims.csv", do="restore actors.csv")
            grouped.setdefault(claim.actor, []).append(claim)
        self._of = {actor: tuple(sorted(listed, key=lambda c: (c.start, c.known, c.id))) for actor, listed in grouped.items()}
        # A denial counts where the actor itself speaks (or another actor of its place), or the claimant takes it back.
        self.denials: dict[str, tuple[tuple[int, str], ...]] = {}
        for claim in self.claims.values():
            for target in claim.disputes:
                other = self.claims.get(target)
                if other is not None and (claim.claimant == other.claimant or (claim.voice == "own" and self.actors[claim.actor].place == self.actors[other.actor].place)):
                    self.denials[target] = tuple(sorted((*self.denials.get(target, ()), (claim.known, claim.id))))
        # A reviewers' correction stands in for the claim that it corrects on every day: the source said so. Who denied the claim denies it.
        self.corrected: dict[str, str] = {}
        for claim in self.claims.values():
            target = claim.id.removeprefix(CORRECTS)
            if target != claim.id and target in self.claims:
                self.corrected[target] = claim.id
                if target in self.denials:
                    self.denials[claim.id] = self.denials[target]
                self.denials[target] = ((self.claims[target].known, claim.id),)
        self._spans: dict[date, dict[str, tuple[tuple[Segment, ...], tuple[int, ...]]]] = {}

    def actor(self, id: str) -> Actor:
        """The actor of this id. Raises InputError with the nearest known one."""
        found = self.actors.get(id)
        if found is None:
            raise InputError(f"the registry knows no actor [{id}]", do=nearest(id, self.actors) or "see dueprocess agencies list")
        return found

    def of(self, actor: str) -> tuple[Claim, ...]:
        """The claims about an actor, in the order of the days on which they begin."""
        return self._of.get(actor, ())

    def view(self, actor: str, *, as_of: date, known_at: date) -> View:
        """The view of one actor on ``as_of`` by what was known on ``known_at``."""
        return resolve(actor, self.of(actor), as_of=as_of, known_at=known_at, denials=self.denials)

    def segments(self, actor: str, *, known_at: date) -> tuple[Segment, ...]:
        """The spans of days over which the view of one actor says the same."""
        return self._all(known_at)[actor][0] if known_at in self._spans and actor in self._of else segments(actor, self.of(actor), known_at=known_at, denials=self.denials)

    def arbitrate(self, *, known_at: date) -> Mapping[str, tuple[Segment, ...]]:
        """The spans of every actor that has claims; worked out once for each ``known_at``."""
        return {actor: spans for actor, (spans, _) in self._all(known_at).items()}

    def views(self, *, as_of: date, known_at: date) -> dict[str, View]:
        """The views of all actors that have claims known by then and speaking of that day or before, by id."""
        found = {}
        day, new = as_of.toordinal(), object.__new__
        for actor, (spans, starts) in self._all(known_at).items():
            index = bisect_right(starts, day) - 1
            if index >= 0:
                # A copy with another day: what dataclasses.replace does, in a tenth of the time, since a map asks for thousands.
                view = new(View)
                view.__dict__.update(spans[index].view.__dict__, as_of=as_of)
                found[actor] = view
        return found

    def _all(self, known_at: date) -> dict[str, tuple[tuple[Segment, ...], tuple[int, ...]]]:
        found = self._spans.get(known_at)
        if found is None:
            found = {}
            for actor, claims in self._of.items():
                spans = segments(actor, claims, known_at=known_at, denials=self.denials)
                found[actor] = (spans, tuple(s.start.toordinal() for s in spans))
            self._spans[known_at] = found
        return found

    def place_views(self, *, as_of: date, known_at: date) -> dict[str, PlaceView]:
        """The views gathered by place (county, city, state), sorted by place; actors without a place are left out."""
        grouped: dict[str, list[View]] = {}
        for id, view in self.views(as_of=as_of, known_at=known_at).items():
            actor = self.actors[id]
            if actor.place and actor.kind == "agency":
                grouped.setdefault(actor.place, []).append(view)
        found = {}
        for place in sorted(grouped):
            views = sorted(grouped[place], key=lambda v: (_ROLE_ORDER.index(r) if (r := self.actors[v.actor].role) in _ROLE_ORDER else len(_ROLE_ORDER), v.actor))
            stated = [v for v in views if v.position != "unknown"]
            positions = {v.position for v in stated}
            one_side = len({side(p) for p in positions}) == 1
            actor = self.actors[views[0].actor]
            position = stated[0].position if one_side else "unknown"
            contested = any(v.contested for v in views) or (bool(positions) and not one_side)
            found[place] = PlaceView(place, actor.fips, actor.state, position, contested, tuple(views))
        return found


def read_registry(*folders: Path) -> Registry:
    """The registry of these folders, the later laid over the earlier: a claim of the same id replaces the earlier one.

    Raises:
        InputError: a file that cannot be read, or a claim about an actor that no folder has.
    """
    actors: dict[str, Actor] = {}
    names: dict[str, dict[str, DatedName]] = {}
    sources: dict[str, Source] = {}
    claims: dict[str, Claim] = {}
    counts: dict[str, CountClaim] = {}
    log: list[Logged] = []
    for folder in folders:
        actors |= {a.id: a for a in _read(Actor, folder / "actors.csv")}
        sources |= {s.id: s for s in _read(Source, folder / "sources.csv")}
        claims |= {c.id: c for c in _read(Claim, folder / "claims.csv")}
        counts |= {c.id: c for c in _read(CountClaim, folder / "counts.csv")}
        log += _log(folder)
        for row in read_rows(folder / "names.csv", NAME_COLUMNS):
            names.setdefault(row["actor"], {})[row["name"]] = DatedName(row["name"], row["first_seen"], row["last_seen"])
    dated = (dataclasses.replace(a, names=tuple(names.get(a.id, {}).values())) for a in actors.values())
    return Registry(dated, sources.values(), claims.values(), counts.values(), log)


@cache
def load_registry(*folders: Path) -> Registry:
    """The shipped registry, with a user's folders laid over it.

    Raises:
        InputError: a folder is missing, or one of its files cannot be read.
    """
    for folder in folders:
        if not folder.is_dir():
            raise InputError("there is no such folder of a registry", where=str(folder), do="make one with dueprocess agencies import … --registry")
    return read_registry(data_dir("registry"), *folders)
