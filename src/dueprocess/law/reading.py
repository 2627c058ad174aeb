"""One file of law to an authority: every rule that needs only the file itself is checked here, with its line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dueprocess.kernel.canonical import canonical_bytes, content_hash
from dueprocess.kernel.errors import InputError, LawError, nearest, shown
from dueprocess.kernel.instants import parse_date
from dueprocess.kernel.yamlread import Document, Path_
from dueprocess.law.model import KINDS, UNCITED, VERBS, Authority, By, DayOff, Interval, Norm, rank_of
from dueprocess.terms import Vocabulary, polarities
from dueprocess.terms.grammar import parse_condition
from dueprocess.terms.tree import TRUE

KEYS = ["id", "title", "kind", "stage", "court", "citation", "citation_form", "construes", "in_force", "known", "binds", "persuades", "norms", "sources", "confirmed_on", "note", "review", "replaces", "days_off"]
NORM_KEYS = ["id", "because", "when", "value", "construes", "by", "hours", "excluding", "until_end_of_day", "counted_from"]
STAGES = ("pleading", "preliminary", "final")
COURTS = ("us_supreme", "us_appeals", "us_district", "state_supreme", "state_appeals", "state_trial")
CALENDARS = ("weekends", "federal_holidays")
BASES = ("read in source", "secondary source", "general knowledge")
_FORM_ID = re.compile(r"forms/i-247[adgnx]?/\d{4}-\d{2}\Z")


class _File:
    """A file being read: values by path, errors with the line of the path."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self.document = document
        self.vocabulary = vocabulary

    def error(self, path: Path_, what: str, do: str = "", code: str = "format") -> LawError:
        return LawError(what, where=self.document.where(path), do=do, code=code)

    def known_keys(self, value: Any, path: Path_, keys: Sequence[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.error(path, f"[{shown(value)}] is no mapping", "write key: value lines")
        for key in value:
            if key not in keys:
                raise self.error((*path, key), f"[{key}] is no key here", nearest(key, keys) or f"one of {', '.join(keys)}", "unknown-key")
        return value

    def text(self, value: Any, path: Path_, *, needed: bool = True) -> str:
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or not value.strip():
            raise self.error(path, f"[{path[-1]}] must be a text, and [{shown(value)}] is none", "put it in quotes")
        return " ".join(value.split())

    def day(self, value: Any, path: Path_) -> int | None:
        if value is None:
            return None
        try:
            return parse_date(value, where=self.document.where(path)).toordinal()
        except InputError as error:
            raise LawError(error.what, where=error.where, do=error.do, code="date") from None

    def choice(self, value: Any, path: Path_, options: Sequence[str], *, needed: bool = False) -> str | None:
        if value is None and not needed:
            return None
        if value not in options:
            raise self.error(path, f"[{shown(value)}] is no {path[-1]}", nearest(str(value), options) or f"one of {', '.join(options)}", "choice")
        return str(value)

    def interval(self, value: Any, path: Path_) -> Interval:
        if value is None:
            return Interval()
        mapping = self.known_keys(value, path, ("from", "until", "ended_by"))
        start, until = self.day(mapping.get("from"), (*path, "from")), self.day(mapping.get("until"), (*path, "until"))
        if start is not None and until is not None and until <= start:
            raise self.error((*path, "until"), "[until] is not after [from]", "correct the dates", "date")
        ended_by = mapping.get("ended_by")
        if ended_by is not None and not isinstance(ended_by, str):
            raise self.error((*path, "ended_by"), f"[{shown(ended_by)}] is no id", "name one authority, as us/or/hb-3265")
        if ended_by is not None and until is None:
            raise self.error((*path, "ended_by"), "[ended_by] without [until]", "give the first day no longer governed", "date")
        return Interval(start, until, ended_by)


def read_authority(document: Document, *, vocabulary: Vocabulary, expected_id: str | None = None) -> Authority:
    """The authority in one parsed file. Raises LawError with file, line, reason and what to write instead."""
    file = _File(document, vocabulary)
    raw = file.known_keys(document.value, (), KEYS)
    for key in ("id", "title", "kind", "citation"):
        if key not in raw:
            raise file.error((), f"[{key}] is missing", "every file of law has id, title, kind and citation", "missing-key")
    identity = file.text(raw["id"], ("id",))
    if expected_id is not None and identity != expected_id:
        raise file.error(("id",), f"the id [{identity}] is not the file's path", f"write id: {expected_id}", "id")
    kind = file.choice(raw["kind"], ("kind",), KINDS, needed=True) or ""
    binds, excepts = _places(file, raw.get("binds"), ("binds",))
    persuades, spared = _places(file, raw.get("persuades"), ("persuades",))
    excepts = tuple(sorted({*excepts, *spared}))
    in_force = file.interval(raw.get("in_force"), ("in_force",))
    known = file.interval(raw.get("known"), ("known",))
    if kind in ("ruling", "decree"):
        if known.start is None:
            raise file.error(("known",) if "known" in raw else (), "a ruling without the day it was decided", 'write known: {from: "2014-04-11"}', "date")
        if "construes" not in raw:
            raise file.error((), "a ruling or decree must say what it construes", "write construes: and the id of that authority", "missing-key")
    elif "construes" in raw:
        raise file.error(("construes",), f"kind [{kind}] construes nothing", "only rulings and decrees do", "choice")
    elif in_force.start is None and kind not in ("form", "research_note"):
        raise file.error((), "no [in_force.from]", 'write in_force: {from: "2014-01-01"}', "date")
    citation_form = file.choice(raw.get("citation_form"), ("citation_form",), ("none",))
    if citation_form and kind in UNCITED:
        raise file.error(("citation_form",), f"kind [{kind}] has no standard citation anyway", "leave citation_form out", "choice")
    if kind == "research_note":
        _check_research_note(file, raw)
    if kind == "opinion" and binds:
        raise file.error(("binds",), "an opinion binds nobody", "move the places to persuades", "rank")
    if kind in ("form", "agreement") and persuades:
        raise file.error(("persuades",), f"kind [{kind}] persuades nobody", "leave it out", "rank")
    if kind == "form" and not _FORM_ID.match(identity):
        raise file.error(("id",), f"[{identity}] is no form edition", "a form lies at forms/<form>/<year-month>, as forms/i-247a/2017-03", "id")
    if kind == "form" and binds:
        raise file.error(("binds",), "a form binds with its paper only", "leave binds out", "rank")
    if kind not in ("form",) and not binds and not persuades:
        raise file.error((), "it binds and persuades nobody", "write binds: or persuades:", "missing-key")
    construes = raw.get("construes")
    if construes is not None:
        construes = file.text(construes, ("construes",))
    rank = rank_of(kind, identity, binds)
    norms = _norms(file, raw.get("norms"), identity, rank)
    content = {**raw, "norms": sorted((raw.get("norms") or []), key=canonical_bytes)}
    return Authority(
        id=identity,
        title=file.text(raw["title"], ("title",)),
        kind=kind,
        citation=file.text(raw["citation"], ("citation",)),
        standard_citation=kind not in UNCITED and citation_form is None,
        rank=rank,
        in_force=in_force,
        known=known if known.start is not None else Interval(in_force.start, known.until, known.ended_by),
        binds=binds,
        excepts=excepts,
        persuades=persuades,
        norms=norms,
        hash=content_hash(content),
        stage=file.choice(raw.get("stage"), ("stage",), STAGES),
        court=file.choice(raw.get("court"), ("court",), COURTS),
        construes=construes,
        confirmed_on=file.day(raw.get("confirmed_on"), ("confirmed_on",)),
        review=_review(file, raw.get("review")),
        sources=_sources(file, raw.get("sources")),
        note=file.text(raw.get("note"), ("note",), needed=False),
        replaces=file.text(raw["replaces"], ("replaces",)) if "replaces" in raw else None,
        adoption_hash=content_hash(_adopted(content)),
        days_off=_days_off(file, raw.get("days_off"), kind=kind, binds=binds),
    )


def _days_off(file: _File, value: Any, *, kind: str, binds: tuple[str, ...]) -> tuple[DayOff, ...]:
    """Days that the file adds to a calendar. The calendar is a national one, so whoever adds to it binds the nation."""
    if value is None:
        return ()
    if kind not in ("statute", "executive_order", "regulation"):
        raise file.error(("days_off",), f"kind [{kind}] makes no holiday", "a statute, an executive order or a regulation does", "days-off")
    if binds != ("us",):
        raise file.error(("binds",), "[binds] is not the whole country, whose calendar it adds days to", "write binds: [us]", "days-off")
    if not isinstance(value, list) or not value:
        raise file.error(("days_off",), "[days_off] is no list", 'write days_off: [{date: "2025-01-09", calendar: federal_holidays, name: National day of mourning}]', "days-off")
    found = []
    for index, item in enumerate(value):
        path: Path_ = ("days_off", index)
        mapping = file.known_keys(item, path, ("date", "calendar", "name"))
        day = file.day(mapping.get("date"), (*path, "date"))
        if day is None:
            raise file.error(path, "a day off without its date", 'write date: "2025-01-09"', "days-off")
        calendar = file.choice(mapping.get("calendar"), (*path, "calendar"), CALENDARS[1:], needed=True) or ""
        found.append(DayOff(day, calendar, file.text(mapping.get("name"), (*path, "name"))))
    return tuple(sorted(found, key=lambda d: (d.day, d.name)))


def _adopted(content: dict[str, Any]) -> dict[str, Any]:
    """What an adoption rests on: all but who has looked at the text and when, and how its citation is marked.
    Every other key undoes it, by a change or by coming or going; a reviewed copy laid over its own id is the same text."""
    left_out = {"review", "confirmed_on", "citation_form"}
    if content.get("replaces") == content["id"]:
        left_out.add("replaces")
    return {k: v for k, v in content.items() if k not in left_out}


def _check_research_note(file: _File, raw: dict[str, Any]) -> None:
    """A note on what is not known is no law: it has no norms and binds nobody, and its day is that of the research."""
    for key in ("norms", "binds", "in_force", "stage", "court"):
        if key in raw:
            raise file.error((key,), f"a research note has no [{key}]", "leave it out; law that was found gets a file of its own", "research-note")
    for key, example in (
        ("known", 'known: {from: "2026-11-22"}, the day of the research'),
        ("note", "note: and what is unknown, what was seen, and what would settle it"),
        ("persuades", "persuades: and the places that it is about"),
    ):
        if not raw.get(key):
            raise file.error((key,) if key in raw else (), f"a research note without [{key}]", f"write {example}", "research-note")
    if not (isinstance(raw["known"], dict) and raw["known"].get("from")):
        raise file.error(("known",), "a research note without the day of the research", 'write known: {from: "2026-11-22"}', "research-note")


def _places(file: _File, value: Any, path: Path_) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if value is None:
        return (), ()
    if not isinstance(value, list):
        raise file.error(path, f"[{path[-1]}] is no list", "write [us/or] even for one place")
    places: list[str] = []
    excepts: list[str] = []
    for index, item in enumerate(value):
        if isinstance(item, dict):
            inner = file.known_keys(item, (*path, index), ("except",)).get("except")
            for sub in inner if isinstance(inner, list) else [inner]:
                excepts.append(_place(file, sub, (*path, index)))
        else:
            places.append(_place(file, item, (*path, index)))
    return tuple(sorted(places)), tuple(sorted(excepts))


def _place(file: _File, value: Any, path: Path_) -> str:
    if not isinstance(value, str) or not value or value.split("/")[0] not in ("us", "circuit", "district"):
        raise file.error(path, f"[{shown(value)}] is no place", "write us/or, us/or/clackamas-county, circuit/9 or district/d-or", "place")
    return value


def _norms(file: _File, value: Any, authority: str, rank: int | None) -> tuple[Norm, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise file.error(("norms",), "[norms] is no list", "start each norm with a dash")
    norms: dict[str, Norm] = {}
    for index, raw in enumerate(value):
        path: Path_ = ("norms", index)
        norm = _norm(file, raw, path, authority, rank)
        if norm.key in norms:
            raise file.error(path, f"two norms of one file are called [{norm.key}]", "give each an id of its own", "norm-id")
        norms[norm.key] = norm
    return tuple(norms[key] for key in sorted(norms))


def _norm(file: _File, raw: Any, path: Path_, authority: str, rank: int | None) -> Norm:
    mapping = file.known_keys(raw, path, (*VERBS, *NORM_KEYS))
    verbs = [verb for verb in VERBS if verb in mapping]
    if len(verbs) != 1:
        raise file.error(path, f"a norm has exactly one of {', '.join(VERBS)}", "split or complete it", "verb")
    verb = verbs[0]
    target = mapping[verb]
    if verb == "declare":
        fact = file.vocabulary.fact(str(target), where=file.document.where((*path, verb)))
        if fact.type != "boolean" or not isinstance(mapping.get("value"), bool):
            raise file.error(path, f"the declaration of [{target}] has no true or false", "write value: true or value: false", "value")
    else:
        if not isinstance(target, str) or target not in file.vocabulary.actions:
            raise file.error((*path, verb), f"[{shown(target)}] is no action", nearest(str(target), file.vocabulary.actions) or f"one of {', '.join(file.vocabulary.actions)}", "action")
        if "value" in mapping:
            raise file.error((*path, "value"), "only a declaration has a value", "leave it out", "value")
    if verb == "limit" and target != "hold":
        raise file.error((*path, verb), f"a limit of [{target}]", "only a hold is limited; write require: … by: … for a duty", "action")
    when = (
        parse_condition(mapping["when"], vocabulary=file.vocabulary, where=file.document.where((*path, "when")))
        if "when" in mapping
        else TRUE
    )
    for key in ("hours", "excluding", "until_end_of_day", "counted_from"):
        if key in mapping and verb != "limit":
            raise file.error((*path, key), f"[{key}] belongs to a limit", "leave it out, or write limit: hold", "limit")
    hours: float | None = None
    excluding: tuple[str, ...] = ()
    counted_from, end_of_day = "", False
    if verb == "limit":
        end_of_day = mapping.get("until_end_of_day", False)
        if not isinstance(end_of_day, bool):
            raise file.error((*path, "until_end_of_day"), f"[{shown(end_of_day)}] is neither true nor false", "write true, or hours: 48", "limit")
        if end_of_day and "excluding" in mapping:
            raise file.error((*path, "excluding"), "both [excluding] and [until_end_of_day]", "a day's end counts every day: leave excluding out", "limit")
        hours = _hours(file, mapping.get("hours"), (*path, "hours")) if not end_of_day else None
        if end_of_day and "hours" in mapping:
            raise file.error((*path, "hours"), "both [hours] and [until_end_of_day]", "keep one", "limit")
        excluding = _excluding(file, mapping.get("excluding"), (*path, "excluding"))
        counted_from = _event(file, mapping.get("counted_from"), (*path, "counted_from"))
    norm = Norm(
        key=file.text(mapping["id"], (*path, "id")) if "id" in mapping else norm_key(mapping),
        authority=authority,
        verb=verb,
        object=str(target),
        when=when,
        value=bool(mapping.get("value", True)),
        because=file.text(mapping.get("because"), (*path, "because"), needed=False),
        rank=rank,
        construes=file.text(mapping["construes"], (*path, "construes")) if "construes" in mapping else None,
        hours=hours,
        until_end_of_day=end_of_day,
        excluding=excluding,
        counted_from=counted_from,
        by=_by(file, mapping.get("by"), (*path, "by"), verb),
    )
    _check_polarity(file, norm, path)
    return norm


def norm_key(raw: Any) -> str:
    """How a norm is called: its id, or its verb and object."""
    if not isinstance(raw, dict):
        return ""
    verb = next((v for v in VERBS if v in raw), "")
    return str(raw.get("id") or f"{verb}-{raw.get(verb)}".replace("_", "-"))


def _hours(file: _File, value: Any, path: Path_) -> float:
    if value is None:
        raise file.error(path, "[hours] is missing", "write hours: 48, or until_end_of_day: true", "limit")
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value <= 10_000:
        raise file.error(path, f"[{shown(value)}] is no number of hours", "write hours: 48, or until_end_of_day: true", "limit")
    return value


def _excluding(file: _File, value: Any, path: Path_) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise file.error(path, "[excluding] is no list", "write excluding: [weekends, federal_holidays]", "limit")
    for item in value:
        if item not in CALENDARS:
            raise file.error(path, f"[{shown(item)}] is no calendar", nearest(item, CALENDARS) or f"one of {', '.join(CALENDARS)}", "limit")
    return tuple(sorted(value))


def _event(file: _File, value: Any, path: Path_) -> str:
    if value is None:
        raise file.error(path, f"[{path[-1]}] is missing", f"one of {', '.join(file.vocabulary.events)}", "event")
    if not isinstance(value, str) or value not in file.vocabulary.events:
        raise file.error(path, f"[{shown(value)}] is no event", nearest(str(value), file.vocabulary.events) or f"one of {', '.join(file.vocabulary.events)}", "event")
    return str(value)


def _by(file: _File, value: Any, path: Path_, verb: str) -> By | None:
    if value is None:
        return None
    if verb != "require":
        raise file.error(path, "only a duty has [by]", "leave it out", "by")
    mapping = file.known_keys(value, path, ("hours", "after", "before"))
    if ("after" in mapping) == ("before" in mapping):
        raise file.error(path, "[by] needs exactly one of after and before", "write by: {hours: 24, after: detainer_received}", "by")
    hours = mapping.get("hours", 0)
    if not isinstance(hours, (int, float)) or isinstance(hours, bool) or not 0 <= hours <= 10_000:
        raise file.error((*path, "hours"), f"[{shown(hours)}] is no number of hours", "write hours: 24", "by")
    after = "after" in mapping
    return By(hours, _event(file, mapping["after" if after else "before"], path), after)


def _check_polarity(file: _File, norm: Norm, path: Path_) -> None:
    """More paper never means less hold: see "Polarity" in docs/explanation/semantics.md."""
    for name, signs in sorted(polarities(norm.when).items()):
        origin = file.vocabulary.facts[name].origin
        if origin not in ("papers", "declared"):
            continue
        if norm.favors and False in signs:
            raise file.error(
                (*path, "when"),
                f"[{name}] stands under NOT in a norm that favors {norm.object}",
                f"use {name} without NOT here, or write a forbid",
                "polarity",
            )
        if not norm.favors and True in signs:
            raise file.error(
                (*path, "when"),
                f"[{name}] stands without NOT in a norm against {norm.object}",
                f"say what it takes instead: … unless, as in NOT {name}",
                "polarity",
            )


def _review(file: _File, value: Any) -> dict[str, Any]:
    if value is None:
        raise file.error((), "[review] is missing", "write review: {status: unreviewed, basis: read in source}", "review")
    mapping = file.known_keys(value, ("review",), ("status", "basis", "by_role", "on", "against"))
    file.choice(mapping.get("status"), ("review", "status"), ("unreviewed", "reviewed"), needed=True)
    file.choice(mapping.get("basis"), ("review", "basis"), BASES, needed=True)
    if mapping["status"] == "reviewed" and not (mapping.get("by_role") and mapping.get("on")):
        raise file.error(("review",), "reviewed by nobody on no day", "give by_role and on", "review")
    if "against" in mapping:
        file.text(mapping["against"], ("review", "against"))
    file.day(mapping.get("on"), ("review", "on"))
    return dict(mapping)


def _sources(file: _File, value: Any) -> tuple[dict[str, Any], ...]:
    if not isinstance(value, list) or not value:
        raise file.error(("sources",) if value is not None else (), "no source is named", "write sources: [{title: …, publisher: …, date: …}]", "source")
    for index, item in enumerate(value):
        mapping = file.known_keys(item, ("sources", index), ("title", "publisher", "url", "date"))
        file.text(mapping.get("title"), ("sources", index, "title"))
        day = mapping.get("date")
        # A source may be dated by its year or month alone.
        if day is not None:
            file.day(day if not isinstance(day, str) else (day + "-01-01")[:10] if len(day) == 4 else (day + "-01")[:10], ("sources", index, "date"))
    return tuple(dict(item) for item in value)
