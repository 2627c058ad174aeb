"""The public page of a state: as a file that works offline, and as pages of the service. Stores nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import dueprocess
from dueprocess.clock import steps
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import Instant, zone
from dueprocess.public.answers import CUSTODY, PAPERS, Answers, Block, End, Said, answers_of
from dueprocess.public.calendars import calendar_data
from dueprocess.public.fill import filled
from dueprocess.public.gather import County, Law, State, states
from dueprocess.public.sketches import detainer, papers
from dueprocess.public.words import LANGUAGES, REVIEWED, Words

UNKNOWN = "unknown"
FIELDS = ("county", "form", "papers", "custody", "day", "time")
MOST_CHARACTERS = 64
"""A field longer than this is refused: none of the page's own values is."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?\Z", re.ASCII)

Ends = Callable[[End], "Ended | None"]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: ``form``, ``papers`` and ``custody`` are None where not known; ``due`` is an instant, or None."""

    county: County
    form: str | None
    papers: str | None
    custody: str | None
    due: Instant | None
    twice: bool = False
    """Whether the hour came twice that night; then ``due`` is the earlier."""


@dataclass(frozen=True, slots=True)
class Ended:
    """When a limit ends, in words, and whether that is over."""

    text: str
    steps: str


class RequestError(InputError):
    """What was typed cannot be answered: ``key`` names the text of the page that says why; nothing typed is repeated."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


def read_request(state: State, fields: Sequence[tuple[str, str]]) -> Request:
    """What was typed, checked against what the page offers. Raises RequestError for anything else."""
    given = dict(fields)
    if len(given) != len(fields) or set(given) - set(FIELDS) or any(len(v) > MOST_CHARACTERS for v in given.values()):
        raise RequestError("problem.field")
    county = next((c for c in state.counties if c.id == given.get("county")), None)
    if county is None:
        raise RequestError("problem.county")
    kinds = {f.kind for f in state.forms}
    form, paper, custody = (_choice(given, n, allowed) for n, allowed in (("form", kinds), ("papers", set(PAPERS)), ("custody", set(CUSTODY))))
    due, twice = _due(state, county, given.get("day", ""), given.get("time", ""))
    return Request(county, form, paper, custody, due, twice)


def _choice(given: Mapping[str, str], name: str, allowed: set[str]) -> str | None:
    value = given.get(name, UNKNOWN)
    if value in ("", UNKNOWN):
        return None
    if value not in allowed:
        raise RequestError("problem.field")
    return value


def _due(state: State, county: County, day: str, time: str) -> tuple[Instant | None, bool]:
    if not day and not time:
        return None, False
    match = _TIME.match(time)
    if not _DAY.match(day) or not match:
        raise RequestError("problem.due")
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise RequestError("problem.due") from None
    if not state.valid_from <= on < state.until:
        raise RequestError("problem.range")
    local = datetime(on.year, on.month, on.day, int(match[1]), int(match[2]), tzinfo=zone(county.zone))
    first, second = (int(local.replace(fold=f).timestamp()) for f in (0, 1))
    if datetime.fromtimestamp(first, UTC).astimezone(zone(county.zone)).replace(fold=0) != local:
        raise RequestError("problem.gap")
    return first, first != second


# -- pages -----------------------------------------------------------------------------------------------------------


def state_page(state: State, lang: str, *, file: bool, other: str, problem: str = "", whole: bool = True) -> str:
    """The page with its questions. As a file it answers by itself; in the service it posts to ``/lang/code``.

    ``whole`` puts all answers below; ``other`` is the address of the same page in the other language, ``problem`` the
    key of a text that says what to correct.
    """
    words = Words(lang)
    told = [_told(law, lang) for law in state.laws] if whole else []
    data = _file_data(state, words) if file else None
    return filled(
        "family.html.jinja",
        style=("family.css",),
        script=("engine.js", "family.js") if file else (),
        data=data,
        mode="file" if file else "table" if whole else "ask",
        problem=words(problem, first=state.valid_from.isoformat(), last=_last(state)) if problem else "",
        laws=_laws(state, told),
        **_common(state, words, other),
    )


def answer_page(state: State, lang: str, request: Request, *, now: Instant, other: str) -> str:
    """What the encoded law says on what was asked. ``now`` tells whether a time is over."""
    words = Words(lang)
    law = _told(state.laws[request.county.law], lang)
    blocks = [b for b in law.blocks if _fits(b, request)]
    used = _numbers(blocks)
    shown = Answers(tuple(blocks), tuple(s for s in law.sources if s.number in used), law.facts, law.against)
    return filled(
        "family.html.jinja",
        style=("family.css",),
        mode="answer",
        problem="",
        laws=[],
        answer=shown,
        request=request,
        due=_at(request.due, request.county.zone, words) if request.due is not None else "",
        # The letter is in English: the jail reads it.
        letter_due=_at(request.due, request.county.zone, Words("en")) if request.due is not None else "",
        ended=_ender(request, words, now),
        **_common(state, words, other),
    )


@lru_cache(maxsize=512)
def _told(law: Law, lang: str) -> Answers:
    return answers_of(law, Words(lang))


def index_page(lang: str, links: Sequence[tuple[str, str]], *, other: str, file: bool) -> str:
    """The first page: ``links`` are (name of a state, address). As a file it carries its own style."""
    words = Words(lang)
    return filled(
        "index.html.jinja", style=("family.css",), words=words, lang=lang, other=other, links=links, translation=_translation(words), inline=file
    )


def state_links(address: Callable[[str], str]) -> list[tuple[str, str]]:
    """(name, address) of every state; ``address`` makes one of the code (``ca``)."""
    return [(s.name, address(s.id.rpartition("/")[2])) for s in states()]


def _common(state: State, words: Words, other: str) -> dict[str, Any]:
    last = _last(state)
    checked = words("checked.none" if state.unreviewed else "checked.all", day=state.as_of.isoformat(), all=state.authorities, unreviewed=state.unreviewed)
    names = {f.kind: f.name for f in state.forms}
    kinds = [
        detainer(f.kind, words.lang, label=f.name, footer=f"Form {f.name} ({f.footer})") | {"note": words(f"form.note.{f.kind}"), "name": f.name}
        for f in state.forms
    ]
    return {
        "words": words, "lang": words.lang, "other": other, "state": state, "last": last, "checked": checked,
        "translation": _translation(words), "forms": _ordered(kinds), "papers": papers(words.lang), "custody_ids": CUSTODY,
        "engine": dueprocess.__version__, "named": lambda kinds: ", ".join(names[k] for k in kinds), "every": len(state.forms),
    }  # fmt: skip


def _ordered(kinds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The form in use first."""
    order = ("i-247a", "i-247g", "i-247d", "i-247n", "i-247x", "i-247")
    return sorted(kinds, key=lambda k: order.index(k["id"]) if k["id"] in order else len(order))


def _translation(words: Words) -> str:
    by = REVIEWED[words.lang]
    return words("translation.by", by=by) if by else words("translation.none")


def _last(state: State) -> str:
    return (state.until - timedelta(days=1)).isoformat()


def _laws(state: State, told: Sequence[Answers]) -> list[dict[str, Any]]:
    found = []
    for number, answers in enumerate(told):
        names = [c.name for c in state.counties if c.law == number]
        found.append({"number": number, "names": names, "every": len(names) == len(state.counties), "answers": answers})
    return found


def _fits(block: Block, request: Request) -> bool:
    if request.form is not None and request.form not in block.forms:
        return False
    return block.always or request.papers is None or request.papers in block.papers


def _numbers(blocks: Sequence[Block]) -> set[str]:
    found: set[str] = set()

    def inside(said: Sequence[Said]) -> None:
        for s in said:
            for text in (s.against, s.for_):
                found.update(re.findall(r"P?\d+", text))
            for _, more in s.inner:
                inside(more)

    for block in blocks:
        for part in block.parts:
            inside(part.said)
    return found


# -- times --------------------------------------------------------------------------------------------------------------


def _at(at: Instant, zone_name: str, words: Words) -> str:
    """``Tuesday, November 24, 2026, 6:00 PM (-06:00)``: family.js writes the same."""
    local = datetime.fromtimestamp(at, zone(zone_name))
    half = words("half.days").split()
    time = f"{(local.hour - 1) % 12 + 1}:{local.minute:02} {half[local.hour >= 12]}" if half else f"{local.hour:02}:{local.minute:02}"
    day, month = words("weekdays").split()[local.weekday()], words("months").split()[local.month - 1]
    return words("at", day=day, d=local.day, month=month, y=local.year, time=time)


def _span(seconds: int, words: Words) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return words("hours.minutes", h=hours, m=minutes) if minutes else words("hours", h=hours)


def _ender(request: Request, words: Words, now: Instant) -> Ends:
    due, name = request.due, request.county.zone

    def ended(end: End) -> Ended | None:
        if due is None or end.clock is None:
            return None
        hours, excluding, day_end = end.clock
        taken = steps(due, zone_name=name, hours=hours, excluding=excluding, until_end_of_day=day_end)
        at = _at(taken[-1].until, name, words)
        text = words("end.over" if taken[-1].until <= now else "end.at", at=at)
        told = [
            words("step.excluded", why=words.get(s.excluded, s.excluded)) if s.excluded else words("step.counted", hours=_span(s.counted, words), until=_at(s.until, name, words))
            for s in taken
        ]
        return Ended(text, words("end.steps", steps="; ".join(told)))

    return ended


def _file_data(state: State, words: Words) -> dict[str, Any]:
    """What ``family.js`` needs: which law a county has, and the calendar of its zone."""
    last = date.fromisoformat(_last(state))
    keys = (
        "at", "half.days", "weekdays", "months", "hours", "hours.minutes", "end.at", "end.over", "end.steps", "step.counted", "step.excluded",
        "Saturday", "Sunday", "answer", "answer.due", "answer.nodue", "problem.county", "problem.due", "problem.gap", "fold",
    )  # fmt: skip
    told = {k: words(k) for k in keys}
    told["problem.range"] = words("problem.range", first=state.valid_from.isoformat(), last=_last(state))
    told["stale"] = words("stale", day=state.until.isoformat())
    zones = {z: z for z in sorted({c.zone for c in state.counties})}
    return {
        "calendar": calendar_data(zones, state.valid_from, last),
        "counties": {c.id: [c.law, c.zone, c.name] for c in state.counties},
        "words": told,
        "english": {k: Words("en")(k) for k in ("at", "half.days", "weekdays", "months")},
        "against": [list(_told(law, words.lang).against) for law in state.laws],
    }


__all__ = ["FIELDS", "LANGUAGES", "Request", "RequestError", "answer_page", "index_page", "read_request", "state_links", "state_page"]
