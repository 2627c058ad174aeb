"""The deep check of a lawbook: what loads, and is yet likely to be a slip or a conflict that counsel must know of.

An *error* is what the loader refuses; a *warning* is everything else. What costs time (contradictions, norms that
can never decide, citations) is kept under the content of the law that it was found in, so that a check after a
change looks again only at the group that changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from dueprocess import __version__
from dueprocess.kernel.canonical import content_hash
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.yamlread import Document, Path_, read
from dueprocess.law import citations
from dueprocess.law.contradictions import FEDERAL, Found, groups, search
from dueprocess.law.lawbook import Lawbook
from dueprocess.law.loading import check_folders, law_files, load_lawbook
from dueprocess.law.model import UNCITED, Authority, declares
from dueprocess.law.reading import norm_key
from dueprocess.places import ROLES, PlaceError, load_places
from dueprocess.terms import facts_of

ERROR, WARNING = "error", "warning"

# Facts that no condition need name: the engine works out ``request_stands`` and ages from them.
_USED_BY_THE_ENGINE = frozenset(
    {
        "detainer_lodged", "detainer_cancelled", "detainer_form", "detainer_issuer", "detainer_signed", "detainer_served",
        "detainer_complete", "hold_requested", "service_required", "request_stands", "conviction_date",
    }
)  # fmt: skip
_VERSION = re.compile(r"(?P<stem>.*?)-?(?P<year>\d{4})(-\d{2}){0,2}\Z")
_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: its level, a code, the place (``file:line``), what is there and what to do about it."""

    level: str
    code: str
    where: str
    what: str
    do: str
    authority: str = ""

    def as_mapping(self) -> dict[str, str]:
        """All of it as JSON."""
        return {k: getattr(self, k) for k in ("level", "code", "where", "what", "do", "authority")}


@dataclass(frozen=True)
class Report:
    """What a check saw.

    ``files`` counts the files of law; ``not_searched`` names what was too large to search; ``looked_at_citations``
    names the programs that read the citations, or is None where they are not installed; ``no_standard_form`` are the
    ids of authorities whose citation is of no form that they know (a sheriff's announcement has none).
    """

    files: int
    findings: tuple[Finding, ...]
    not_searched: tuple[str, ...] = ()
    looked_at_citations: str | None = None
    parsed: int = 0
    no_standard_form: tuple[str, ...] = ()
    deep: bool = True
    """False where an error kept the lawbook from being put together: only errors are then listed."""

    @property
    def errors(self) -> int:
        return sum(f.level == ERROR for f in self.findings)

    @property
    def warnings(self) -> int:
        return sum(f.level == WARNING for f in self.findings)


@dataclass
class _Files:
    """The files of a lawbook by id, read again only where a finding needs a line."""

    paths: Mapping[str, Path]
    own: frozenset[str] | None = None
    """The ids in the folders that were named, where these are laid over the shipped lawbook; None: all."""
    documents: dict[str, Document] = field(default_factory=dict)

    def asked(self, ref: str) -> bool:
        """Whether an authority, or a norm's authority, stands in the folders that were named."""
        return self.own is None or ref.partition("#")[0] in self.own

    def where(self, identity: str, path: Path_ = ()) -> str:
        """``file:line`` of a key."""
        name = f"{identity}.yaml"
        if name not in self.paths:
            return identity
        if name not in self.documents:
            try:
                found = read(self.paths[name])
            except InputError:
                return identity
            self.documents[name] = Document(found.value, found.lines, _shown(self.paths[name]))
        return self.documents[name].where(path)

    def norm(self, ref: str) -> str:
        """``file:line`` of a norm given as ``authority#key``."""
        identity, _, key = ref.partition("#")
        self.where(identity)
        document = self.documents.get(f"{identity}.yaml")
        for index, raw in enumerate(document.value.get("norms") or ()) if document else ():
            if norm_key(raw) == key:
                return self.where(identity, ("norms", index))
        return self.where(identity)


def check(folders: Sequence[Path], *, today: date | None = None, confirmed_within: int | None = None, cache: bool = True) -> Report:
    """Check the lawbook in the folders (default: the one that ships).

    Folders laid over the shipped lawbook are checked together with it, and only what concerns their own files is
    listed (a slip of the shipped law is not theirs).
    ``confirmed_within`` asks for a ``confirmed_on`` at most so many days before ``today``. Raises LawError for
    folders that hold no lawbook; law that must be refused is listed as errors.
    """
    files, errors = check_folders(folders)
    refused = tuple(Finding(ERROR, e.code, e.where, e.what, e.do) for e in errors)
    if refused:
        return Report(files, refused, deep=False)
    load_lawbook.cache_clear()
    lawbook = load_lawbook(*folders, cache=cache)
    paths = law_files(folders)
    names = _Files(paths, None if not folders or any((f / "facts.yaml").is_file() for f in folders) else _own(paths, folders))
    store = _Store(cache)
    found = [*_places(lawbook, names), *_versions(lawbook, names), *_unused(lawbook, names), *_undated(lawbook, names)]
    if confirmed_within is not None:
        found += _unconfirmed(lawbook, names, today=today or date.max, days=confirmed_within)
    searched, not_searched = _searched(lawbook, names, store)
    looked, cited = _citations(lawbook, names, store)
    store.write()
    order = sorted((f for f in [*found, *searched, *cited] if names.own is None or f.authority in names.own), key=lambda f: (_place_key(f.where), f.code, f.what))
    return Report(
        files,
        tuple(order),
        not_searched=tuple(not_searched),
        looked_at_citations=citations.versions(),
        parsed=sum(state == citations.PARSED and names.asked(i) for i, state in looked.items()),
        no_standard_form=tuple(i for i, state in looked.items() if state == citations.NO_FORM and names.asked(i)),
    )


def _own(paths: Mapping[str, Path], folders: Sequence[Path]) -> frozenset[str]:
    return frozenset(n.removesuffix(".yaml") for n, path in paths.items() if any(f in path.parents for f in folders))


def _place_key(where: str) -> tuple[str, int]:
    name, _, line = where.rpartition(":")
    return (name, int(line)) if line.isdigit() else (where, 0)


def _shown(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def _warning(code: str, where: str, what: str, do: str, authority: str = "") -> Finding:
    return Finding(WARNING, code, where, what, do, authority)


def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _standing(lawbook: Lawbook) -> Iterator[Authority]:
    return (a for a in lawbook.authorities.values() if a.replaced_by is None)


# -- places ---------------------------------------------------------------------------------------------------


def _places(lawbook: Lawbook, names: _Files) -> Iterator[Finding]:
    """Each place that is bound exists on every day on which it is: from the first day of force on, to the last."""
    places = load_places()
    for authority in _standing(lawbook):
        if authority.kind == "research_note":
            continue
        first = authority.in_force.start if authority.construes is None else authority.known.start
        for key, patterns in (("binds", authority.binds), ("persuades", authority.persuades)):
            for pattern in patterns:
                if pattern.startswith(("circuit/", "district/")) or "*" in pattern:
                    continue
                path = pattern.rpartition("/")[0] if pattern.rsplit("/", 1)[-1] in ROLES else pattern
                place = places.place(path)
                ended = place.valid_until
                if first is not None and not place.valid_on(date.fromordinal(first)):
                    try:
                        places.place_on(path, on=date.fromordinal(first))
                    except PlaceError as error:
                        yield _warning("place-not-then", names.where(authority.id, (key,)), error.what, error.do, authority.id)
                elif ended is not None and (authority.in_force.until is None or authority.in_force.until > ended.toordinal()):
                    try:
                        places.place_on(path, on=ended)
                    except PlaceError as error:
                        if not all(any(h == p or h.startswith(f"{p}/") for p in patterns) for h in error.candidates):
                            yield _warning("place-ended", names.where(authority.id, (key,)), f"{error.what}, and the law goes on", error.do, authority.id)


# -- versions ---------------------------------------------------------------------------------------------------


def _versions(lawbook: Lawbook, names: _Files) -> Iterator[Finding]:
    """Versions of one authority follow each other, and what ends a law begins where it ends."""
    series: dict[tuple[str, str], list[Authority]] = {}
    for authority in _standing(lawbook):
        folder, _, last = authority.id.rpartition("/")
        found = _VERSION.match(last)
        if found and authority.kind not in ("form", "research_note") and authority.in_force.start is not None:
            series.setdefault((folder, found["stem"]), []).append(authority)
        yield from _ends(lawbook, authority, names)
    for members in series.values():
        members.sort(key=lambda a: (a.in_force.start or 0, a.id))
        for before, after in pairwise(members):
            if not set(before.binds) & set(after.binds):
                continue
            start, until = after.in_force.start or 0, before.in_force.until
            if until is None or until > start:
                yield _warning(
                    "overlap",
                    names.where(before.id, ("in_force",)),
                    f"[{before.id}] and [{after.id}] are both in force from {_day(start)}{f' until {_day(until)}' if until else ''}",
                    f'write until: "{_day(start)}" and ended_by: {after.id}; where both stand, give them other names',
                    before.id,
                )
            elif until < start and before.in_force.ended_by in (None, after.id):
                yield _warning(
                    "gap",
                    names.where(before.id, ("in_force", "until")),
                    f"nothing says what held from {_day(until)}, when [{before.id}] ended, until {_day(start)}, when [{after.id}] begins",
                    "correct the dates, or name in ended_by what ended it",
                    before.id,
                )


def _ends(lawbook: Lawbook, authority: Authority, names: _Files) -> Iterator[Finding]:
    interval = authority.in_force
    if interval.until is None or interval.ended_by is None:
        return
    ender = lawbook.authorities[interval.ended_by]
    # A ruling ends a text on the day it is known; what it construes is older.
    starts = ender.known.start if ender.construes is not None else ender.in_force.start
    if starts is not None and starts > interval.until and _VERSION.match(authority.id) is None:
        yield _warning(
            "gap",
            names.where(authority.id, ("in_force", "until")),
            f"it ends on {_day(interval.until)} by [{ender.id}], which begins on {_day(starts)}",
            "correct one of the dates, or say in the note what held between",
            authority.id,
        )


# -- what nothing uses --------------------------------------------------------------------------------------------


def _unused(lawbook: Lawbook, names: _Files) -> Iterator[Finding]:
    """Facts that no norm names, and declarations of facts that nothing asks about."""
    used = {n for a in _standing(lawbook) for norm in a.norms for n in facts_of(norm.when)} | _USED_BY_THE_ENGINE
    declared: dict[str, list[str]] = {}
    for authority in _standing(lawbook):
        for norm in authority.norms:
            said = declares(norm)
            if said and norm.verb == "declare":
                declared.setdefault(said[0], []).append(norm.ref)
    for name in lawbook.vocabulary.facts:
        if name in used:
            continue
        if name in declared:
            refs = declared[name]
            more = f", and {len(refs) - 1} more" if len(refs) > 1 else ""
            yield _warning("unused-declaration", names.norm(refs[0]), f"[{name}] is declared here{more}, and no condition asks about it", "use it in a norm, or leave the declaration out", refs[0].partition("#")[0])
        else:
            yield _warning("unused-fact", names.where("facts", ("facts", name)), f"no norm uses the fact [{name}]", "leave it out of facts.yaml, or write the norm that needs it")


# -- sources and confirmation ---------------------------------------------------------------------------------------


def _undated(lawbook: Lawbook, names: _Files) -> Iterator[Finding]:
    for authority in _standing(lawbook):
        for index, source in enumerate(authority.sources):
            if source.get("date") is None:
                yield _warning("undated-source", names.where(authority.id, ("sources", index)), f"the source [{source.get('title')}] has no date", "give the day, month or year that it bears, or of the day it was read", authority.id)


def _unconfirmed(lawbook: Lawbook, names: _Files, *, today: date, days: int) -> Iterator[Finding]:
    for authority in _standing(lawbook):
        if authority.kind in ("research_note", "form"):
            continue
        if authority.in_force.until is not None and authority.in_force.until <= today.toordinal():
            continue  # that it once held does not change
        if authority.confirmed_on is None:
            yield _warning("unconfirmed", names.where(authority.id), "nobody has confirmed that it still stands", "look, and write confirmed_on", authority.id)
        elif today.toordinal() - authority.confirmed_on > days:
            age = today.toordinal() - authority.confirmed_on
            yield _warning("confirmed-too-old", names.where(authority.id, ("confirmed_on",)), f"it was last confirmed {age} days ago, on {_day(authority.confirmed_on)}", f"look again: {days} days are asked for", authority.id)


# -- searches, kept by content ----------------------------------------------------------------------------------------


def _searched(lawbook: Lawbook, names: _Files, store: _Store) -> tuple[list[Finding], list[str]]:
    """Contradictions and norms that can never decide, group by group."""
    by_group = groups(lawbook)
    federal = by_group.get(FEDERAL, ())
    base = content_hash([_code(), dict(lawbook.vocabulary.raw), *_content(federal)])
    found: list[Finding] = []
    not_searched: list[str] = []
    for name, own in by_group.items():
        above = () if name == FEDERAL else federal
        key = content_hash([base, name, *_content(own)])
        kept = store.get(key)
        if kept is None:
            kept = store.put(key, [[f.code, f.norm, f.what, f.do, f.other] for f in search(own, above, lawbook.vocabulary)])
        for entry in kept:
            one = Found(*entry)
            # Of two, the one in the folder that was asked about is the one to look at.
            ref = one.other if one.other and not names.asked(one.norm) and names.asked(one.other) else one.norm
            if one.code:
                found.append(_warning(one.code, names.norm(ref), one.what, one.do, ref.partition("#")[0]))
            elif names.asked(ref):
                not_searched.append(one.what)
    return found, not_searched


def _content(authorities: Sequence[Authority]) -> list[Any]:
    """All that a search reads of authorities, ranks and first days that come from other files included."""
    return [[a.id, a.hash, [[n.key, n.rank, n.start] for n in a.norms]] for a in authorities]


def _code() -> str:
    """What searches, and the places that it searches by, are part of the key."""
    digest = hashlib.sha256(__version__.encode())
    folder = Path(__file__).resolve().parent
    for path in (folder / "contradictions.py", folder / "possible.py", folder / "model.py", folder / "lawbook.py", data_dir("places") / "places.csv"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _citations(lawbook: Lawbook, names: _Files, store: _Store) -> tuple[dict[str, str], list[Finding]]:
    """How each citation was read, by id, and those that name no known reporter or whose mark (or want of one) is wrong."""
    standing = [a for a in _standing(lawbook) if a.kind != "research_note"]
    pairs = {(a.kind, a.citation) for a in standing if a.kind not in UNCITED}
    read_by = citations.versions()
    if read_by is None:
        return {}, []
    key = content_hash(["citations", read_by, hashlib.sha256(Path(citations.__file__).read_bytes()).hexdigest(), *sorted(map(list, pairs))])
    kept = store.get(key)
    if kept is None:
        kept = store.put(key, [[*pair, seen.state, seen.part, ""] for pair, seen in sorted(citations.look(pairs).items())])
    states = {(kind, text): (state, part) for kind, text, state, part, _ in kept}
    found: list[Finding] = []
    looked: dict[str, str] = {}
    for authority in standing:
        state, part = states.get((authority.kind, authority.citation), (citations.NO_FORM, ""))
        looked[authority.id] = state
        if state == citations.WRONG:
            found.append(_warning("citation", names.where(authority.id, ("citation",)), f"[{part}] is in no reporter that eyecite knows", "correct the abbreviation, the volume or the page", authority.id))
        elif state == citations.NO_FORM and authority.standard_citation:
            found.append(_warning("citation-form", names.where(authority.id, ("citation",)), f"neither eyecite nor citeurl reads [{authority.citation}]", "correct it, or write citation_form: none", authority.id))
        elif state == citations.PARSED and not authority.standard_citation and authority.kind not in UNCITED:
            found.append(_warning("citation-form", names.where(authority.id, ("citation_form",)), f"[{authority.citation}] is read, and is marked as of no standard form", "leave citation_form out", authority.id))
    return looked, found


class _Store:
    """Findings by the content that they were found in, as JSON in the user's own cache folder.

    A damaged or missing store costs time and nothing else.
    """

    def __init__(self, wanted: bool) -> None:
        root = os.environ.get("XDG_CACHE_HOME") or (Path.home() / ".cache" if os.environ.get("HOME") else None)
        self._path = Path(root) / "dueprocess" / "findings.json" if root and wanted else None
        self._kept: dict[str, list[list[str]]] = {}
        self._changed = False
        if self._path is None:
            return
        try:
            raw = json.loads(self._path.read_bytes())
            self._kept = {str(k): [[str(x) for x in entry] for entry in v] for k, v in raw.items() if all(len(e) == 5 for e in v)}
        except (OSError, ValueError, TypeError, AttributeError):
            self._kept = {}

    def get(self, key: str) -> list[list[str]] | None:
        return self._kept.get(key)

    def put(self, key: str, value: list[list[str]]) -> list[list[str]]:
        self._kept[key] = value
        self._changed = True
        return value

    def write(self) -> None:
        if self._path is None or not self._changed:
            return
        latest = dict(list(self._kept.items())[-_KEPT:])
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._path.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(json.dumps(latest, ensure_ascii=False), encoding="utf-8")
            temporary.replace(self._path)
        except OSError:
            return


__all__ = ["ERROR", "WARNING", "Finding", "Report", "check"]
