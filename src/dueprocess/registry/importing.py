"""What every importer shares: reading a declared table, its checks, the log of matches, and what an import gives back.

A check that fails is an error (`ImportRefused`): nothing is written. A row that matches no actor is no error: it is kept in
the log with its reason.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dueprocess.kernel.errors import InputError, shown
from dueprocess.places.names import slug
from dueprocess.registry.matching import ActorMatcher, Match, Printed
from dueprocess.registry.model import Actor, Claim, CountClaim, Source, days

MAX_BYTES = 50_000_000
SHOWN = 5
"""So many rows of those that fail a check are named one by one."""
Row = Mapping[str, str]


class ImportRefused(InputError):
    """A check of an importer failed; nothing was written."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One row of the log of matches: what was printed, what became of it and why."""

    importer: str
    row: int
    state: str
    county: str
    city: str
    printed: str
    result: str
    tier: str
    actor: str
    confirmed_by: str
    reason: str
    proposals: str


@dataclass(frozen=True, slots=True)
class Declared:
    """An importer's file: its ``name``, columns, fewest rows, closed lists by column, and the most refusals it may have."""

    importer: str
    file: str
    columns: tuple[str, ...]
    rows: int
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    refused_at_most: int = 0


@dataclass
class Batch:
    """What an import gave: claims, counts and sources by id, the log, and per importer how many rows were read."""

    sources: dict[str, Source] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    seen_names: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    counts: dict[str, CountClaim] = field(default_factory=dict)
    log: list[Logged] = field(default_factory=list)
    read: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    """Importer to file, hash and rows."""
    remarks: list[str] = field(default_factory=list)
    """What whoever imports should look at: rows that repeat or contradict each other, in sentences."""

    def source(self, source: Source) -> str:
        """Add a source; its id."""
        self.sources.setdefault(source.id, source)
        return source.id

    def claim(self, claim: Claim, *, where: str) -> None:
        """Add a claim. Raises ImportRefused where its id is taken by another."""
        before = self.claims.setdefault(claim.id, claim)
        if before != claim:
            raise ImportRefused(f"the id [{claim.id}] stands for two claims", where=where, do="give each claim its own id")

    def count(self, claim: CountClaim, *, where: str) -> None:
        """Add a count claim. Raises ImportRefused where its id is taken by another."""
        before = self.counts.setdefault(claim.id, claim)
        if before != claim:
            raise ImportRefused(f"the id [{claim.id}] stands for two counts", where=where, do="give each count its own id")

    def matched(self, matcher: ActorMatcher, printed: Printed, *, importer: str, row: int, seen: str) -> Match:
        """Match a row, log it, and note the actor with the name printed and the day on which it was seen."""
        return self.note(matcher.match(printed), printed, importer=importer, row=row, seen=seen)

    def note(self, match: Match, printed: Printed, *, importer: str, row: int, seen: str) -> Match:
        """Log a match that was made, and note the actor with the name printed and the day on which it was seen."""
        actor = match.actor.id if match.actor else ""
        self.log.append(
            Logged(importer, row, printed.state, printed.county, printed.city, printed.name, match.result, match.tier, actor, match.confirmed_by, match.reason, ";".join(match.proposals))
        )
        if match.actor:
            self.actors.setdefault(actor, match.actor)
            self.seen_names.setdefault(actor, {}).setdefault(printed.name, []).append(seen)
        return match


def read_table(path: Path, declared: Declared, batch: Batch, *, before: Mapping[str, int] | None = None) -> list[dict[str, str]]:
    """The rows of a declared file, checked: columns, closed lists, number of rows.

    ``before`` is how many rows each importer read the last time: a source that has become shorter is refused.

    Raises:
        ImportRefused: a check failed, with file, row and value.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ImportRefused(f"more than {MAX_BYTES} bytes", where=path.name, do="split the file")
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise ImportRefused(f"it cannot be read ({error.strerror})", where=path.name, do="check the folder of sources") from None
    except UnicodeDecodeError:
        raise ImportRefused("it is not UTF-8", where=path.name, do="save it as UTF-8") from None
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        if tuple(reader.fieldnames or ()) != declared.columns:
            wrong = sorted(set(reader.fieldnames or ()) ^ set(declared.columns))
            raise ImportRefused(f"other columns than declared [{', '.join(wrong) or 'their order'}]", where=path.name, do=f"the importer {declared.importer} reads {', '.join(declared.columns)}")
        rows = []
        for number, row in enumerate(reader, 2):
            if None in row or None in row.values():
                raise ImportRefused("a row with too many or too few cells", where=f"{path.name}:{number}", do="check its quotes and commas")
            rows.append({k: v.strip() for k, v in row.items()})
    except csv.Error as error:
        raise ImportRefused(f"it is no CSV ({error})", where=path.name, do="check its quotes") from None
    for number, row in enumerate(rows, 2):
        for column, allowed in declared.values.items():
            if row[column] not in allowed:
                raise ImportRefused(f"[{shown(row[column])}] is no value of {column}", where=f"{path.name}:{number}", do=f"one of {', '.join(sorted(allowed))}")
    least = max(declared.rows, (before or {}).get(declared.importer, 0))
    if len(rows) < least:
        raise ImportRefused(f"{len(rows)} rows, where {least} were read before", where=path.name, do="a source that shrinks is looked at by a person: restore it, or lower the declared number with a reason")
    batch.read[declared.importer] = (path.name, hashlib.sha256(data).hexdigest(), len(rows))
    return rows


def check_refusals(batch: Batch, declared: Declared, *, settle: str = "hand/actors.csv", limit: str = "the declared number") -> None:
    """Raises ImportRefused where more rows matched no actor than were declared; the first few are named with their reasons.

    ``settle`` is the table in which a person settles them, ``limit`` where the most refusals are declared.
    """
    refused = [entry for entry in batch.log if entry.importer == declared.importer and entry.result != "matched"]
    if len(refused) > declared.refused_at_most:
        told = [f"row {e.row} [{shown(e.printed)}, {e.state}]: {e.reason}{f' (near: {e.proposals})' if e.proposals else ''}" for e in refused[:SHOWN]]
        more = f"; and {len(refused) - SHOWN} more" if len(refused) > SHOWN else ""
        raise ImportRefused(
            f"{len(refused)} {'row matches' if len(refused) == 1 else 'rows match'} no actor, where {declared.refused_at_most} were expected: {'; '.join(told)}{more}",
            where=f"{declared.file}:{refused[0].row}",
            do=f"correct them, settle them in {settle}, or raise {limit} with a reason",
        )


def source_id(*parts: str) -> str:
    """A stable id of a source, from what identifies it."""
    return "src-" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def date_basis(text: str, note: str = "") -> str:
    """How the date of a source is known."""
    if not text:
        return "unknown"
    if re.search(r"date (?:is )?estimated|\(estimated\)|month estimated|year estimated|page date not printed", note):
        return "estimated by the compiler from the text"
    return {4: "year only", 7: "month only"}.get(len(text), "day given by the source")


def checked_date(text: str, *, where: str) -> str:
    """A date as printed, if it is one. Raises ImportRefused."""
    if text:
        try:
            days(text)
        except InputError as error:
            raise ImportRefused(error.what, where=where, do=error.do) from None
    return text


def unique(base: str, taken: Iterable[str]) -> str:
    """``base``, or with the first number from 2 that is not taken."""
    used = set(taken)
    if base not in used:
        return base
    number = 2
    while f"{base}-{number}" in used:
        number += 1
    return f"{base}-{number}"


def place_slug(state: str, *parts: str) -> str:
    """A part of an id: ``md-baltimore-county``."""
    return "-".join((state.lower(), *(slug(p) for p in parts if p)))


def names_of(batch: Batch, sources: Sequence[str] = ()) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Each actor's printed names with the first and last day seen, sorted."""
    found: dict[str, tuple[tuple[str, str, str], ...]] = {}
    for actor, names in sorted(batch.seen_names.items()):
        found[actor] = tuple((name, min(filter(None, seen), default=""), max(seen)) for name, seen in sorted(names.items()))
    return found
