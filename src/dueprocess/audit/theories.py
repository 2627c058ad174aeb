"""Theories: the same stays asked under rival readings of the law, the clocks, the start and the allowance.

A theory file is described in docs/reference/theory-file.md. Nothing on disk is changed: a theory gives a lawbook of
its own, with a version of its own, and the tables that it is asked of.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from dueprocess.audit.link import linked
from dueprocess.case.custody import NEVER_AT
from dueprocess.kernel.canonical import content_hash
from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.instants import parse_date
from dueprocess.kernel.yamlread import Document, Path_, read
from dueprocess.law import RANK_NAMES, Authority, Lawbook, Norm, link, load_lawbook
from dueprocess.law.closings import named
from dueprocess.terms.tree import text

KEYS = ("name", "because", "law", "law_known_at", "allowance_hours", "refused_bail", "clocks")
CHANGE_KEYS = ("hours", "excluding", "counted_from", "until_end_of_day")
ADD_KEYS = (*CHANGE_KEYS, "rank", "binds", "when", "in_force", "known", "because")
TODAY, THEN = "today", "then"
COUNTS, IGNORED = "counts", "ignored"
_MAX_NAME = 80
_ALWAYS = "1789-03-04"
"""The first day of the Constitution: what a theory says nothing of, it claims for all time."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One change of a limit, or one limit more. ``says`` is what the file says of it; ``path`` where in the file."""

    verb: str
    """``change`` or ``add``."""
    name: str
    """The ref of a norm; for ``add`` it may also be a name of one's own."""
    says: Mapping[str, Any]
    path: Path_


@dataclass(frozen=True)
class Theory:
    """One reading of what counts. ``hash`` is of the file's content; ``law`` are folders laid over the lawbook."""

    name: str
    because: str = ""
    law: tuple[Path, ...] = ()
    known: date | str | None = None
    """A day, ``today``, ``then`` (the day of each row), or None: as the audit itself asks."""
    allowance: int | None = None
    """Seconds of processing taken off; None: what each row says."""
    refused_bail: str = COUNTS
    """``ignored``: bail that was refused because of the detainer ends no ground."""
    clocks: tuple[Clock, ...] = ()
    hash: str = ""
    document: Document | None = None

    def where(self, path: Path_ = ()) -> str:
        """The file and line of a path, for errors."""
        return self.document.where(path) if self.document else self.name


@dataclass(frozen=True, slots=True)
class Asked:
    """What a theory is asked with. ``law_known_at`` None: as known on the day of each row; ``allowance`` in seconds,
    None: what each row says."""

    lawbook: Lawbook
    law_known_at: date | None
    allowance: int | None


def read_theory(path: Path) -> Theory:
    """The theory in a file. Raises InputError with file, line, reason and what to write instead."""
    document = read(path)
    raw = _mapping(document, document.value, (), KEYS)
    name = raw.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > _MAX_NAME:
        raise InputError("a theory without a short [name]", where=document.where(("name",)), do="write name: and a few words")
    because = raw.get("because") or ""
    if not isinstance(because, str):
        raise InputError(f"[{shown(because)}] is no text", where=document.where(("because",)), do="write one sentence")
    refused = raw.get("refused_bail", COUNTS)
    if refused not in (COUNTS, IGNORED):
        raise InputError(f"[{shown(refused)}] is no way to take refused bail", where=document.where(("refused_bail",)), do=nearest(refused, (COUNTS, IGNORED)) or "write counts or ignored")
    return Theory(
        name=" ".join(name.split()),
        because=" ".join(because.split()),
        law=_folders(document, raw.get("law"), path.parent),
        known=_known(document, raw.get("law_known_at")),
        allowance=_allowance(document, raw.get("allowance_hours")),
        refused_bail=refused,
        clocks=_clocks(document, raw.get("clocks")),
        hash=content_hash(raw),
        document=document,
    )


def apply(theory: Theory, lawbook: Lawbook, *, folders: Sequence[Path] = (), today: date, law_known_at: date | None = None) -> Asked:
    """The lawbook and dates that a theory asks with.

    ``lawbook`` is what the audit itself asks with, read from ``folders``; the theory's own folders are laid over the
    same ones. ``law_known_at`` is the audit's own, for a theory that says nothing of it. The variant has a version of
    its own as soon as one clock differs. Raises InputError or LawError.
    """
    book = load_lawbook(*folders, *theory.law) if theory.law else lawbook
    authorities = dict(book.authorities)
    for clock in theory.clocks:
        if clock.verb == "change":
            _change(authorities, theory, clock, book)
        else:
            added = _added(authorities, theory, clock, book)
            authorities[added.id] = added
    variant = link(authorities.values(), book.vocabulary) if theory.clocks else book
    known = {TODAY: today, THEN: None, None: law_known_at}[theory.known] if not isinstance(theory.known, date) else theory.known
    return Asked(variant, known, theory.allowance)


def tables_for(theory: Theory, folder: Path, scratch: Path) -> Path:
    """The prepared tables that a theory is asked of: ``folder`` itself, or a variant of it in a folder of its own under ``scratch``.

    Where refused bail is ignored every stay is one in which bail was never refused, so that release was due only when
    the ground itself ended.
    """
    if theory.refused_bail == COUNTS:
        return folder
    variant = scratch / f"tables-{theory.hash[7:23]}"
    shutil.copytree(folder, variant)
    target = variant / "stays.parquet"
    target.unlink()
    with linked() as connection:
        table = connection.read_parquet(str(folder / "stays.parquet"))
        never = f"CASE WHEN bail_refused_lo IS NULL THEN NULL ELSE {NEVER_AT}::BIGINT END"
        changed = {"bail_refused_lo": never, "bail_refused_hi": never, "bail_refused_open": "CASE WHEN bail_refused_lo IS NULL THEN NULL ELSE FALSE END"}
        columns = ", ".join(f'{changed[c]} AS "{c}"' if c in changed else f'"{c}"' for c in table.columns)
        table.project(columns).order('"row"').write_parquet(str(target))
    return variant


# -- reading ------------------------------------------------------------------------------------------


def _mapping(document: Document, value: Any, path: Path_, keys: Sequence[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"[{shown(value)}] is no mapping", where=document.where(path), do="write key: value lines")
    for key in value:
        if key not in keys:
            raise InputError(f"[{shown(key)}] is no key here", where=document.where((*path, key)), do=nearest(key, keys) or f"one of {', '.join(keys)}")
    return value


def _folders(document: Document, value: Any, base: Path) -> tuple[Path, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise InputError("[law] is no list of folders", where=document.where(("law",)), do="write law: [my-law]")
    found = tuple(base / v for v in value)
    for index, folder in enumerate(found):
        if not folder.is_dir():
            raise InputError(f"[{shown(value[index])}] is no folder", where=document.where(("law", index)), do="name it as seen from the theory file")
    return found


def _known(document: Document, value: Any) -> date | str | None:
    if value is None or value in (TODAY, THEN):
        return None if value is None else str(value)
    try:
        return parse_date(value, where=document.where(("law_known_at",)))
    except InputError as error:
        raise InputError(error.what, where=error.where, do=nearest(value, (TODAY, THEN)) or "write a day as 2014-05-03, then, or today") from None


def _allowance(document: Document, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 240:
        raise InputError(f"[{shown(value)}] is no number of hours", where=document.where(("allowance_hours",)), do="write hours from 0 to 240")
    return round(value * 3600)


def _clocks(document: Document, value: Any) -> tuple[Clock, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise InputError("[clocks] is no list", where=document.where(("clocks",)), do="start each with a dash: - change: us/cfr/8-287.7-d#limit-hold")
    found = []
    for index, item in enumerate(value):
        path: Path_ = ("clocks", index)
        if not isinstance(item, dict) or ("change" in item) == ("add" in item):
            raise InputError("a clock has exactly one of [change] and [add]", where=document.where(path), do="split or complete it")
        verb = "change" if "change" in item else "add"
        says = _mapping(document, item, path, (verb, *(CHANGE_KEYS if verb == "change" else ADD_KEYS)))
        name = says[verb]
        if not isinstance(name, str) or not name.strip():
            raise InputError(f"[{shown(name)}] names no limit", where=document.where((*path, verb)), do="name a norm, as us/cfr/8-287.7-d#limit-hold")
        rest = {k: v for k, v in says.items() if k != verb}
        if verb == "change" and not rest:
            raise InputError("a change that changes nothing", where=document.where(path), do=f"give one of {', '.join(CHANGE_KEYS)}")
        found.append(Clock(verb, name, rest, path))
    return tuple(found)


# -- limits -------------------------------------------------------------------------------------------


def _found(authorities: Mapping[str, Authority], theory: Theory, clock: Clock) -> tuple[Authority, Norm]:
    """The authority and the limit that a ref names."""
    limits = {n.ref: (a, n) for a in authorities.values() if a.replaced_by is None for n in a.norms if n.verb == "limit"}
    if clock.name in limits:
        return limits[clock.name]
    close = nearest(clock.name, limits)
    of = [r for r in limits if r.partition("#")[0] == clock.name]
    raise InputError(f"[{shown(clock.name)}] is no limit in the lawbook", where=theory.where((*clock.path, clock.verb)), do=f"write {' or '.join(of)}" if of else close or "see dueprocess law list")


def _limit(says: Mapping[str, Any], theory: Theory, clock: Clock, book: Lawbook, **file: Any) -> Authority:
    """An authority of one limit, read as a file of law is, so that the same rules refuse it."""
    from dueprocess.law.reading import read_authority

    norm = {"limit": "hold", "id": "limit", **says}
    identity = file.pop("id")
    raw = {
        "id": identity, "title": f"Theory: {theory.name}", "kind": "statute", "citation": f"as claimed in the theory {theory.name}",
        "in_force": {"from": _ALWAYS}, "norms": [norm],
        "sources": [{"title": f"Theory: {theory.name}"}], "review": {"status": "unreviewed", "basis": "general knowledge"}, **file,
    }  # fmt: skip
    lines = dict(theory.document.lines) if theory.document else {}
    told = {(*(("norms", 0) if k in norm else ()), k): lines.get((*clock.path, k), 0) for k in (*norm, *file)}
    top = lines.get(clock.path, 0)
    spots: dict[Path_, int] = {(): top, ("norms", 0): top, **{p: line or top for p, line in told.items()}}
    return read_authority(Document(raw, {p: n for p, n in spots.items() if n}, theory.document.name if theory.document else theory.name), vocabulary=book.vocabulary)


def _words(norm: Norm) -> dict[str, Any]:
    """What a limit says, with the keys of its file."""
    counted: dict[str, Any] = {"until_end_of_day": True} if norm.until_end_of_day else {"hours": norm.hours, "excluding": list(named(norm.excluding))}
    return {**counted, "counted_from": norm.counted_from}


def _changed(norm: Norm, says: Mapping[str, Any]) -> dict[str, Any]:
    said = {**_words(norm), **says}
    # The end of a day and a number of hours shut each other out: what the theory says prevails.
    if says.get("until_end_of_day") is True:
        said = {k: v for k, v in said.items() if k in says or k not in ("hours", "excluding")}
    elif "hours" in says:
        said = {k: v for k, v in said.items() if k in says or k != "until_end_of_day"}
    return said


def _change(authorities: dict[str, Authority], theory: Theory, clock: Clock, book: Lawbook) -> None:
    authority, norm = _found(authorities, theory, clock)
    read_back = _limit(_changed(norm, clock.says), theory, clock, book, id="us/theory/changed", binds=["us"]).norms[0]
    new = replace(norm, hours=read_back.hours, excluding=read_back.excluding, counted_from=read_back.counted_from, until_end_of_day=read_back.until_end_of_day)
    mark = content_hash([authority.hash, norm.key, dict(clock.says)])
    norms = tuple(new if n.key == norm.key else n for n in authority.norms)
    # Nobody has adopted the text as the theory reads it: its hash is another, too.
    authorities[authority.id] = replace(authority, norms=norms, hash=mark, adoption_hash=mark)


def _added(authorities: Mapping[str, Authority], theory: Theory, clock: Clock, book: Lawbook) -> Authority:
    """The authority of a limit that the theory adds: a copy of one that stands elsewhere, or one of its own words."""
    says = {k: v for k, v in clock.says.items() if k in (*CHANGE_KEYS, "when", "because")}
    model: Norm | None = None
    binds, start, known, citation = clock.says.get("binds"), None, None, ""
    if "#" in clock.name or clock.name in authorities:
        source, model = _found(authorities, theory, clock)
        says = {**_changed(model, {k: v for k, v in says.items() if k in CHANGE_KEYS}), **{k: v for k, v in says.items() if k not in CHANGE_KEYS}}
        binds = binds or [*source.persuades, *([{"except": list(source.excepts)}] if source.excepts else [])]
        start, known, citation = model.start, source.known.start, source.citation
    if not binds:
        raise InputError("a limit that binds nobody", where=theory.where(clock.path), do="write binds: [us/or]")
    rank = _rank(theory, clock, model)
    when = says.pop("when", None)
    condition = when if when is not None else text(model.when) if model else "NOT judicial_warrant"
    identity = f"us/theory/{_slug(theory.name)}/{_slug(clock.name)}"
    if identity in authorities:
        raise InputError(f"[{shown(clock.name)}] is added twice", where=theory.where(clock.path), do="keep one, or give another name")
    dates = {k: clock.says[k] for k in ("in_force", "known") if k in clock.says}
    read_back = _limit({**says, "when": condition}, theory, clock, book, id=identity, binds=binds, **dates)
    norm = read_back.norms[0]
    since = read_back.in_force.start if "in_force" in dates or start is None else start
    return replace(
        read_back,
        # A statute's kind lets the rank stand as the theory claims it; a ruling would take that of what it construes.
        rank=rank,
        citation=citation or read_back.citation,
        in_force=replace(read_back.in_force, start=since),
        known=read_back.known if "known" in dates else replace(read_back.known, start=since if known is None else known),
        norms=(replace(norm, rank=rank, because=norm.because or (model.because if model else theory.because)),),
        hash=content_hash([read_back.hash, rank, since, known]),
    )


def _rank(theory: Theory, clock: Clock, model: Norm | None) -> int:
    given = clock.says.get("rank")
    if given is None:
        if model is not None and model.rank is not None:
            return model.rank
        raise InputError("a limit without [rank]", where=theory.where(clock.path), do=f"one of {', '.join(RANK_NAMES.values())}")
    for rank, name in RANK_NAMES.items():
        if given == name:
            return rank
    raise InputError(f"[{shown(given)}] is no rank", where=theory.where((*clock.path, "rank")), do=nearest(given, RANK_NAMES.values()) or f"one of {', '.join(RANK_NAMES.values())}")


def _slug(words: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in words.lower()).split())
