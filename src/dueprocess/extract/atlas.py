"""The book of places as texts use it: names to places, and what a mention of one is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from dueprocess.extract.quick import Quick
from dueprocess.extract.wording import table
from dueprocess.kernel.files import data_dir
from dueprocess.places import load_places
from dueprocess.places.names import fold, key, words

Kind = Literal["county", "city", "state"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in the text, with the office named beside it, if one is.

    ``start`` and ``end`` are offsets of the whole mention. ``base`` is the folded name without its legal end; ``label`` the
    name as it would be listed (``Linn County``); ``state`` the postal code or None where it could not be told; ``place``
    the path where the place is in the book. ``role`` is sheriff, corrections, police, county, city, state or None;
    ``office`` the full name of the office as written (``Linn County Sheriff's Office``), or None.
    """

    start: int
    end: int
    kind: Kind
    base: str
    label: str
    state: str | None
    place: str | None
    role: str | None
    office: str | None
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """All places of a text in order, its state if it has one, and the names that could not be placed."""

    mentions: tuple[Mention, ...]
    state: str | None
    unresolved: tuple[tuple[str, tuple[str, ...], int], ...]
    own: Mention | None = None
    """The county whose own office published the text; its mention has no words of the text where the text does not name it."""
    head: Mention | None = None
    """``own``, or the agency or county that the publisher's name or the title gives; else None."""


@dataclass(frozen=True, slots=True)
class _Index:
    counties: Mapping[str, tuple[tuple[str, str, str], ...]]
    cities: Mapping[str, tuple[tuple[str, str, str], ...]]
    states: Mapping[str, str]
    state_pattern: re.Pattern[str]
    city_pattern: re.Pattern[str]


@lru_cache(maxsize=4_096)  # a text names the same places again and again
def base_of(name: str) -> str:
    """The key under which a name is in the book of places."""
    return key(words(name))


@cache
def index() -> _Index:
    """The names of the book of places, folded: each to (path, state, name as listed)."""
    book = load_places()
    counties: dict[str, list[tuple[str, str, str]]] = {}
    cities: dict[str, list[tuple[str, str, str]]] = {}
    states: dict[str, str] = {}
    names: dict[str, str] = {}
    for place in book:
        if place.kind in ("state", "territory") and place.state:
            states[fold(place.name)] = place.state
            names[place.name] = place.state
        elif place.kind == "county" and place.state and place.valid_until is None:
            base = re.sub(r" (County|Parish|Borough|Census Area|Municipality|Municipio|city|City and Borough)$", "", place.name)
            if place.name.endswith(" city"):
                cities.setdefault(key(words(base)), []).append((place.id, place.state, base))
            else:
                counties.setdefault(key(words(base)), []).append((place.id, place.state, place.name))
        elif place.kind == "city" and place.state:
            base = re.sub(r" (city|town|village)$", "", place.name)
            cities.setdefault(key(words(base)), []).append((place.id, place.state, base))
    data = table("places")
    for name, code in data["short states"].items():
        states[fold(name)] = code
    for name, where in data["well-known cities"].items():
        entry = (where["place"], where["state"], name)
        known = cities.setdefault(key(words(name)), [])
        if all(e[1] != where["state"] for e in known):
            known.append(entry)
    written = sorted([*names, *data["short states"]], key=len, reverse=True)
    state_pattern = re.compile(r"(?=[A-Z])(?<![\w.])(" + "|".join(re.escape(n) for n in written) + r")(?![\w])")
    titles = sorted({e[2] for v in cities.values() for e in v}, key=len, reverse=True)
    city_pattern = re.compile(r"\b(?=[A-Z])(" + "|".join(re.escape(t) for t in titles) + r")\b")
    return _Index(_fixed(counties), _fixed(cities), states, state_pattern, city_pattern)


def _fixed(found: Mapping[str, list[tuple[str, str, str]]]) -> dict[str, tuple[tuple[str, str, str], ...]]:
    return {k: tuple(v) for k, v in found.items()}


@cache
def _towns() -> tuple[Mapping[tuple[str, str], str], Mapping[str, frozenset[str]]]:
    """(state, key of a town) to the path of its county; key of a town to its states."""
    county: dict[tuple[str, str], str] = {}
    states: dict[str, set[str]] = {}
    for line in (data_dir("extract") / "cities.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        path, _, names = line.partition(": ")
        state = path[:2].upper()
        for name in names.split(", "):
            base = key(words(name))
            if "/" in path:
                county[state, base] = f"us/{path}"
            states.setdefault(base, set()).add(state)
    return county, {k: frozenset(v) for k, v in states.items()}


def county_of(town: str, state: str) -> str | None:
    """The path of the county in which a town of a state lies; None where the list does not have it, or has several."""
    return _towns()[0].get((state, base_of(town)))


def states_of(town: str) -> frozenset[str]:
    """The states that have a town of this name."""
    return _towns()[1].get(base_of(town), frozenset())


# "OHIO", "2. Ohio", "HOST: And Ohio?", "Kansas side", "ALABAMA (2 asked) Baldwin: ...", "TENNESSEE   Shelby", "AL: Baldwin, Houston", "NEW JERSEY Bergen: ...": the state at the head of a line.
_HEADS_LINE = r"(?=[ \t]*(?:[:?.]?$|:|[—–]|\(\d)|[ ]{2,}\S|[ ](?i:side)\b|,[ ]\d)"


@cache
def _state_head() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(index().states, key=len, reverse=True))
    return re.compile(rf"^[ \t]*(?:\d{{1,2}}[.)][ ]|[A-Z][A-Z. ]{{1,30}}:[ ](?:And[ ])?)?(?:STATE OF )?(?:(?P<name>(?i:{names})){_HEADS_LINE}|(?P<loud>(?i:{names}))(?=[ ][A-Z][a-z])|(?P<code>[A-Z]{{2}})(?=:[ ]|[ ]{{2,}}[A-Z]))", re.MULTILINE)


@lru_cache(maxsize=2)  # several readers ask for those of one text
def state_heads(text: str) -> Sequence[tuple[int, str]]:
    """The lines of a text that begin with a state, under which or behind which its counties stand: where each begins, the last one first; none
    where only one state has any."""
    found = []
    for match in _state_head().finditer(text):
        name = match["name"] or match["loud"]
        if match["code"] if name is None else name.isupper() or (match["name"] and name.istitle()):
            code = index().states[fold(name)] if name is not None else match["code"]
            found += [(match.start(), code)] if code.lower() in codes() else []
    return found[::-1] if len({code for _, code in found}) > 1 else []


def headed(heads: Sequence[tuple[int, str]], at: int) -> str | None:
    """The state under whose head an offset stands."""
    return next((code for start, code in heads if start <= at), None)


_CASE = Quick(r"(?:\bv\.?s?\.?[ \n]|\bversus[ \n]|(?:ruling|decision|suit|judgment|verdict|case|judge|court)[^.;]{0,60}(?:against|involving|found|that)[ \n](?:Oregon['’]s[ \n])?(?:that[ \n])?)$", re.IGNORECASE)


# "the regional jail, which serves Linn, Benton and Lane counties": it is one agency, told of by the first of them.
_SERVED = Quick(r"\b[A-Z]\w+[ ](?:Regional|regional)[ ](?:\w+[ ]){1,2}(?:serves|serving)[ \n](?:the[ \n]counties[ \n]of[ \n])?$|\b(?:serves|serving)\b[^.;:]{0,70}(?:,|\b(?:and|or))[ \n](?:the[ \n])?$")


_MENTIONS = 256
"""Several readers of a text ask about each of its mentions; so many are remembered."""


def of_case(text: str, mention: Mention) -> bool:
    """Whether a place stands there as a party to a case, as what a ruling was about, or as a further county that a jail serves."""
    return _of_case(text[max(0, mention.start - 90) : mention.start], text[mention.end : mention.end + 10])


@lru_cache(maxsize=_MENTIONS)
def _of_case(before: str, behind: str) -> bool:
    return _SERVED.search(before) is not None or _CASE.search(before) is not None or re.match(r"[ \n](?:v[.s]|(?:case|ruling|decision|verdict|judgment|lawsuit)\b)", behind) is not None


_FROM = re.compile(r"^[ \t]*(?:FROM|From):", re.MULTILINE)


def mail_heads(text: str) -> Sequence[int]:
    """Where the e-mails of a thread begin; none where a text has fewer than two."""
    found = [match.start() for match in _FROM.finditer(text)]
    return found if len(found) > 1 else []


@cache
def codes() -> frozenset[str]:
    return frozenset(c.lower() for c in index().states.values())


def state_name(code: str) -> str:
    """The name of a state by its postal code."""
    return load_places().place(f"us/{code.lower()}").name
