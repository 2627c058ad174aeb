"""A second evaluator of the semantics, to compare the engine with.

It is written from the semantics alone, knows nothing of the engine's code, and is meant to be read rather than to be
fast: each definition is one small function, everything is worked out afresh at every instant, and nothing is indexed.
Only `hold` and the facts that it turns on are answered. Where the semantics leave a choice, `NOTES.md` beside this file
says which one was taken.

Cases, authorities and the vocabulary are plain mappings that are already valid. Unknown is `None`, everywhere.
"""

from __future__ import annotations

import csv
import re
from calendar import isleap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Tri = bool | None
Lookup = Callable[[str], Any]

DETAINER_KINDS = ("i-247", "i-247d", "i-247n", "i-247x", "i-247a", "i-247g")
WARRANT_KINDS = ("i-200", "i-205", "judicial_warrant")
HOLDS = ("must_hold", "may_hold")
HOLIDAYS_FILE = Path(__file__).resolve().parents[2] / "data" / "calendars" / "federal-holidays.csv"
TICK = timedelta(microseconds=1)


class Refused(ValueError):
    """A question that the semantics say is refused, such as one about an instant after the person had left."""


@dataclass(frozen=True)
class PlaceInfo:
    """What must be known of the agency's place: its own path (`us/or/x-county/sheriff`), its time zone's IANA name, and
    the named sets of places that it lies in (`circuit/9`, `district/d-or`)."""

    agency: str
    zone: str
    sets: tuple[str, ...] = ()


# ---------------------------------------------------------------------------------------------------------------------
# Three-valued (Kleene) logic
# ---------------------------------------------------------------------------------------------------------------------


def and_(*values: Tri) -> Tri:
    if any(value is False for value in values):
        return False
    if any(value is None for value in values):
        return None
    return True


def or_(*values: Tri) -> Tri:
    if any(value is True for value in values):
        return True
    if any(value is None for value in values):
        return None
    return False


def not_(value: Tri) -> Tri:
    return None if value is None else not value


# ---------------------------------------------------------------------------------------------------------------------
# Conditions: a recursive-descent parser and an interpreter
#
#   either    = both { OR both }
#   both      = negation { AND negation }
#   negation  = NOT negation | test
#   test      = operand [ comparison operand | [NOT] IN ( operand {, operand} ) | [NOT] BETWEEN operand AND operand ]
#   operand   = ( either ) | literal | name
# ---------------------------------------------------------------------------------------------------------------------

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<symbol><>|<=|>=|!=|[=<>(),])"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*))"
)
KEYWORDS = {"AND", "OR", "NOT", "IN", "BETWEEN", "TRUE", "FALSE", "DATE"}
REFUSED_WORDS = {"IS", "NULL", "COALESCE", "CASE", "CAST", "LIKE"}
COMPARISONS = ("=", "<>", "!=", "<", "<=", ">", ">=")


def tokens_of(source: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position = 0
    while source[position:].strip():
        match = TOKEN.match(source, position)
        if match is None:
            raise ValueError(f"condition cannot be read at: {source[position:]!r}")
        position = match.end()
        kind = str(match.lastgroup)
        word = match.group(kind)
        if kind == "word" and word.upper() in REFUSED_WORDS:
            raise ValueError(f"{word} may not stand in a condition: {source!r}")
        if kind == "word" and word.upper() in KEYWORDS:
            found.append(("keyword", word.upper()))
        elif kind == "word":
            found.append(("name", word.lower()))
        else:
            found.append((kind, word))
    return found


class Parser:
    """Reads one condition into nested tuples: ('name', n), ('value', v), ('not', x), ('and', x, y), ('or', x, y),
    ('compare', op, x, y)."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = tokens_of(source)
        self.position = 0

    def next_is(self, kind: str, word: str) -> bool:
        return self.position < len(self.tokens) and self.tokens[self.position] == (kind, word)

    def take(self, kind: str, word: str) -> bool:
        if self.next_is(kind, word):
            self.position += 1
            return True
        return False

    def need(self, kind: str, word: str) -> None:
        if not self.take(kind, word):
            raise ValueError(f"{word!r} expected in condition {self.source!r}")

    def whole(self) -> tuple[Any, ...]:
        tree = self.either()
        if self.position != len(self.tokens):
            raise ValueError(f"condition goes on after its end: {self.source!r}")
        return tree

    def either(self) -> tuple[Any, ...]:
        tree = self.both()
        while self.take("keyword", "OR"):
            tree = ("or", tree, self.both())
        return tree

    def both(self) -> tuple[Any, ...]:
        tree = self.negation()
        while self.take("keyword", "AND"):
            tree = ("and", tree, self.negation())
        return tree

    def negation(self) -> tuple[Any, ...]:
        if self.take("keyword", "NOT"):
            return ("not", self.negation())
        return self.test()

    def test(self) -> tuple[Any, ...]:
        left = self.operand()
        for sign in COMPARISONS:
            if self.take("symbol", sign):
                return ("compare", sign, left, self.operand())
        negated = self.take("keyword", "NOT")
        if self.take("keyword", "IN"):
            self.need("symbol", "(")
            tree: tuple[Any, ...] = ("compare", "=", left, self.operand())
            while self.take("symbol", ","):
                tree = ("or", tree, ("compare", "=", left, self.operand()))
            self.need("symbol", ")")
        elif self.take("keyword", "BETWEEN"):
            low = self.operand()
            self.need("keyword", "AND")
            tree = ("and", ("compare", ">=", left, low), ("compare", "<=", left, self.operand()))
        elif negated:
            raise ValueError(f"IN or BETWEEN expected after NOT in condition {self.source!r}")
        else:
            return left
        return ("not", tree) if negated else tree

    def operand(self) -> tuple[Any, ...]:
        if self.take("symbol", "("):
            tree = self.either()
            self.need("symbol", ")")
            return tree
        if self.take("keyword", "TRUE"):
            return ("value", True)
        if self.take("keyword", "FALSE"):
            return ("value", False)
        if self.take("keyword", "DATE"):
            return ("value", date.fromisoformat(self.literal("text")))
        if self.position < len(self.tokens):
            kind, word = self.tokens[self.position]
            if kind == "text":
                return ("value", self.literal("text"))
            if kind == "number":
                return ("value", float(self.literal("number")))
            if kind == "name":
                self.position += 1
                return ("name", word)
        raise ValueError(f"a name or a value expected in condition {self.source!r}")

    def literal(self, wanted: str) -> str:
        if self.position == len(self.tokens) or self.tokens[self.position][0] != wanted:
            raise ValueError(f"a {wanted} expected in condition {self.source!r}")
        word = self.tokens[self.position][1]
        self.position += 1
        return word[1:-1].replace("''", "'") if wanted == "text" else word


@cache
def parsed(source: str) -> tuple[Any, ...]:
    return Parser(source).whole()


def evaluate(tree: tuple[Any, ...], lookup: Lookup) -> Any:
    """The value of a condition's tree: a Tri for a condition, the plain value for a name or a literal."""
    match tree[0]:
        case "value":
            return tree[1]
        case "name":
            return lookup(tree[1])
        case "not":
            return not_(evaluate(tree[1], lookup))
        case "and":
            return and_(evaluate(tree[1], lookup), evaluate(tree[2], lookup))
        case "or":
            return or_(evaluate(tree[1], lookup), evaluate(tree[2], lookup))
        case "compare":
            return compared(tree[1], evaluate(tree[2], lookup), evaluate(tree[3], lookup))
    raise AssertionError(tree)


def compared(sign: str, left: Any, right: Any) -> Tri:
    if left is None or right is None:
        return None
    match sign:
        case "=":
            return bool(left == right)
        case "<>" | "!=":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case ">=":
            return bool(left >= right)
    raise AssertionError(sign)


def condition(norm: dict[str, Any], lookup: Lookup) -> Tri:
    """The value of a norm's `when`; without one the norm always applies."""
    when = norm.get("when", True)
    if isinstance(when, bool):
        return when
    value = evaluate(parsed(str(when)), lookup)
    assert value is None or isinstance(value, bool), when
    return value


# ---------------------------------------------------------------------------------------------------------------------
# Times: every recorded time is an interval of instants, in UTC
# ---------------------------------------------------------------------------------------------------------------------

BEGIN = datetime(1, 1, 2, tzinfo=UTC)  # earlier than anything
END = datetime(9999, 12, 30, tzinfo=UTC)  # later than anything, and "never"


@dataclass(frozen=True)
class Interval:
    """Where an instant may lie. `open_end`: `latest` itself is not in it (a date ends before the next midnight)."""

    earliest: datetime
    latest: datetime
    open_end: bool = False

    def exact(self) -> bool:
        return self.earliest == self.latest

    def wholly_unknown(self) -> bool:
        return self.earliest == BEGIN and self.latest == END


NEVER = Interval(END, END)
UNKNOWN = Interval(BEGIN, END)


def happened(event: Interval, t: datetime) -> Tri:
    """Whether the event lies at or before t."""
    if event.latest <= t:
        return True
    if event.earliest > t:
        return False
    return None


def first_of(intervals: Iterable[Interval]) -> Interval:
    every = list(intervals)
    last = min(every, key=lambda i: (i.latest, not i.open_end))
    return Interval(min(i.earliest for i in every), last.latest, last.open_end)


def last_of(intervals: Iterable[Interval]) -> Interval:
    every = list(intervals)
    last = max(every, key=lambda i: (i.latest, not i.open_end))
    return Interval(max(i.earliest for i in every), last.latest, last.open_end)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def as_date(value: Any) -> date:
    if isinstance(value, datetime):
        raise ValueError(f"a date expected, not an instant: {value}")
    return value if isinstance(value, date) else date.fromisoformat(value)


def instant(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise Refused(f"an instant without a zone: {value}")
    return moment.astimezone(UTC)


def is_date(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is not None
    return isinstance(value, date) and not isinstance(value, datetime)


def recorded(value: Any, zone: ZoneInfo, missing: Interval = UNKNOWN) -> Interval:
    """The interval of a recorded time: an instant, a date, {earliest, latest}, `never`, `open` or null."""
    if value is None:
        return missing
    if value in ("never", "open"):
        return NEVER
    if isinstance(value, dict):
        low = recorded(value.get("earliest"), zone, UNKNOWN)
        high = recorded(value.get("latest"), zone, UNKNOWN)
        return Interval(low.earliest, high.latest, high.open_end)
    if is_date(value):
        day = as_date(value)
        return Interval(midnight(day, zone), midnight(day + timedelta(days=1), zone), open_end=True)
    moment = instant(value)
    return Interval(moment, moment)


# ---------------------------------------------------------------------------------------------------------------------
# Limits
# ---------------------------------------------------------------------------------------------------------------------


@cache
def federal_holidays() -> frozenset[date]:
    with HOLIDAYS_FILE.open(newline="", encoding="utf-8") as file:
        return frozenset(date.fromisoformat(row["date"]) for row in csv.DictReader(file))


def excluded(day: date, excluding: tuple[str, ...]) -> bool:
    for what in excluding:
        if what == "weekends":
            if day.weekday() >= 5:
                return True
        elif what == "federal_holidays":
            if day in federal_holidays():
                return True
        else:
            raise ValueError(f"a limit excludes something unknown: {what}")
    return False


@cache
def after_hours(start: datetime, hours: float, excluding: tuple[str, ...], zone: ZoneInfo) -> datetime:
    """The first instant at which that many hours have passed on local days that count."""
    left = timedelta(hours=hours)
    if not left:
        return start
    now = start
    while True:
        day = now.astimezone(zone).date()
        day_ends = midnight(day + timedelta(days=1), zone)
        if not excluded(day, excluding):
            if left <= day_ends - now:
                return now + left
            left -= day_ends - now
        now = day_ends


def end_of_day(moment: datetime, zone: ZoneInfo) -> datetime:
    return midnight(moment.astimezone(zone).date() + timedelta(days=1), zone)


def limit_end(limit: dict[str, Any], start: Interval, zone: ZoneInfo) -> Interval:
    """When the limit ends, as an interval; a start that is never, or unknown, gives an end that is so too."""

    def end(moment: datetime) -> datetime:
        if moment in (BEGIN, END):
            return moment
        if limit.get("until_end_of_day"):
            return end_of_day(moment, zone)
        return after_hours(moment, float(limit["hours"]), tuple(limit.get("excluding") or ()), zone)

    latest = start.latest
    if start.open_end and limit.get("until_end_of_day"):
        latest -= TICK  # the last instant of that day, not the first of the next one
    return Interval(end(min(start.earliest, latest)), end(latest))


# ---------------------------------------------------------------------------------------------------------------------
# Law
# ---------------------------------------------------------------------------------------------------------------------

NO_RANK = 9  # below every rank; only an agreement's word on an agency's own records is ever compared at it
DETERMINED = 10  # a determination yields to every declaration
LOCAL_NAME = re.compile(
    r".*-(county|city|parish|borough|municipality|municipio|census-area|town|township|village|district|island)"
)


@dataclass(frozen=True)
class Norm:
    """One norm of an authority, with what its rank is. `verb` and `object` as in `forbid: hold`."""

    authority: str
    verb: str
    object: str
    rank: int
    raw: dict[str, Any]
    construes: str | None

    @property
    def name(self) -> str:
        slug = self.raw.get("id") or f"{self.verb}-{self.object}".replace("_", "-")
        return f"{self.authority}#{slug}"

    def holds_back(self) -> bool:
        """A forbid, a limit or a denial."""
        return self.verb in ("forbid", "limit") or (self.verb == "declare" and self.raw["value"] is False)

    def empowers(self) -> bool:
        """A permit, require, preempt or affirming declaration: what counts only where counsel has adopted it."""
        return self.verb in ("permit", "require", "preempt") or (
            self.verb == "declare" and self.raw["value"] is True
        )


class Law:
    """The authorities as they stand on the day `known_on`, for one agency."""

    def __init__(
        self,
        authorities: list[dict[str, Any]],
        place: PlaceInfo,
        known_on: date,
        adopted: frozenset[str] | None,
    ) -> None:
        self.by_id = {authority["id"]: authority for authority in authorities}
        self.place = place
        self.zone = ZoneInfo(place.zone)
        self.known_on = known_on
        self.adopted = adopted

    # -- where, when ---------------------------------------------------------------------------------------------

    def covers(self, item: str) -> bool:
        """Whether a place, pattern or set of a `binds` takes in the agency."""
        if item in self.place.sets:
            return True
        wanted = item.split("/")
        have = self.place.agency.split("/")
        return len(wanted) <= len(have) and all(w in ("*", h) for w, h in zip(wanted, have, strict=False))

    def binds(self, authority: dict[str, Any]) -> bool:
        items = authority.get("binds") or []
        excepted = [place for item in items if isinstance(item, dict) for place in item["except"]]
        return any(self.covers(item) for item in items if isinstance(item, str)) and not any(
            self.covers(place) for place in excepted
        )

    def first_day(self, identity: str, construes: str | None = None) -> date | None:
        """The first day of conduct governed; None: from the beginning."""
        authority = self.by_id[identity]
        own = (authority.get("in_force") or {}).get("from")
        if own is not None:
            return as_date(own)
        construed = construes or authority.get("construes")
        return None if construed is None else self.first_day(construed)

    def known(self, identity: str) -> bool:
        """Whether the authority is known on the day, its end counted where what ended it is itself known."""
        times = self.by_id[identity].get("known") or {}
        return self.known_begun(identity) and not (
            self.known_over(times) and (times.get("ended_by") is None or self.known(times["ended_by"]))
        )

    def known_begun(self, identity: str) -> bool:
        since = (self.by_id[identity].get("known") or {}).get("from")
        day = self.first_day(identity) if since is None else as_date(since)
        return day is None or day <= self.known_on

    def known_over(self, times: dict[str, Any]) -> bool:
        return times.get("until") is not None and as_date(times["until"]) <= self.known_on

    def stands_after(self, norm: Norm, times: dict[str, Any]) -> Tri:
        """Whether a norm still counts after the end that `times` gives."""
        by = times.get("ended_by")
        if by is None:
            return False
        if not self.known(by):
            return True
        if self.adopted is not None and by not in self.adopted and norm.holds_back():
            return None
        return False

    def counts(self, norm: Norm, t: datetime) -> Tri:
        """Whether the norm is in force at t and known; unknown after an end that counsel has not adopted."""
        authority = self.by_id[norm.authority]
        in_force = authority.get("in_force") or {}
        known = authority.get("known") or {}
        begun = self.first_day(norm.authority, norm.construes)
        if begun is not None and t < midnight(begun, self.zone):
            return False
        if not self.known_begun(norm.authority):
            return False
        until = in_force.get("until")
        over = until is not None and t >= midnight(as_date(until), self.zone)
        return and_(
            self.stands_after(norm, in_force) if over else True,
            self.stands_after(norm, known) if self.known_over(known) else True,
        )

    # -- rank ----------------------------------------------------------------------------------------------------

    def level(self, identity: str) -> str:
        steps = identity.split("/")
        if len(steps) < 2 or len(steps[1]) != 2:
            return "federal"
        if len(steps) > 3:
            agency = self.place.agency.split("/")
            if LOCAL_NAME.fullmatch(steps[2]) or (len(agency) > 3 and agency[:3] == steps[:3]):
                return "local"
        return "state"

    def rank(self, identity: str, construes: str | None = None) -> int:
        authority = self.by_id[identity]
        kind, level = authority["kind"], self.level(identity)
        if kind in ("ruling", "decree"):
            construed = construes or authority["construes"]
            return self.rank(construed)
        if kind in ("form", "ice_policy", "agreement", "opinion", "research_note"):
            return NO_RANK
        if kind == "agency_policy":
            return 8
        if kind == "ordinance" or level == "local":
            return 7
        federal = {"constitution": 1, "statute": 2, "common_law": 2, "regulation": 3, "executive_order": 3}
        state = {"constitution": 4, "statute": 5, "common_law": 5, "regulation": 6, "executive_order": 6}
        return int((federal if level == "federal" else state)[kind])

    def norms_of(self, authority: dict[str, Any]) -> list[Norm]:
        found = []
        for raw in authority.get("norms") or []:
            verb = next(v for v in ("forbid", "permit", "require", "preempt", "limit", "declare") if v in raw)
            rank = self.rank(authority["id"], raw.get("construes"))
            found.append(Norm(authority["id"], verb, raw[verb], rank, raw, raw.get("construes")))
        return found

    @cached_property
    def binding_norms(self) -> list[Norm]:
        """Every norm of every authority that binds the agency; forms bind with their paper only."""
        return [
            norm
            for authority in self.by_id.values()
            if authority["kind"] not in ("form", "opinion", "ice_policy", "research_note")
            and self.binds(authority)
            for norm in self.norms_of(authority)
        ]

    def hold_norms(self) -> list[Norm]:
        return [
            n for n in self.binding_norms if n.object == "hold" and n.verb != "declare" and n.rank < NO_RANK
        ]

    def limits(self) -> list[dict[str, Any]]:
        """Every limit on holding that may matter: of the law that binds, and printed on forms."""
        printed = [n for a in self.by_id.values() if a["kind"] == "form" for n in a.get("norms") or []]
        binding = [n.raw for n in self.hold_norms()]
        return [n for n in printed + binding if n.get("limit") == "hold"]

    def declarations(self, fact: str) -> list[Norm]:
        found = [n for n in self.binding_norms if n.verb == "declare" and n.object == fact]
        if fact == "civil_arrest_power":
            for norm in self.hold_norms():
                if norm.verb in ("require", "permit") and 4 <= norm.rank <= 5:
                    raw = {**norm.raw, "declare": fact, "value": True}
                    found.append(replace(norm, verb="declare", object=fact, raw=raw))
        return found

    @cached_property
    def known_forms(self) -> list[dict[str, Any]]:
        return [a for a in self.by_id.values() if a["kind"] == "form" and self.known(a["id"])]

    def editions(self, kind: str) -> list[dict[str, Any]]:
        """The known form editions of one kind of paper."""
        return [form for form in self.known_forms if form["id"].startswith(f"forms/{kind}/")]

    def strength(self, norm: Norm, t: datetime, lookup: Lookup) -> Tri:
        """Whether the norm applies at t: it counts, its condition is true, and (where it empowers) it is adopted."""
        counts = self.counts(norm, t)
        if counts is False:
            return False
        applies = and_(counts, condition(norm.raw, lookup))
        if (
            applies is True
            and self.adopted is not None
            and norm.empowers()
            and norm.authority not in self.adopted
        ):
            return None
        return applies


def declared(claims: list[tuple[int, Any, Tri]]) -> Any:
    """The value of a declared fact from (rank, value, strength) of each declaration: V when one that is true gives V and
    none of the same or a higher rank, true or unknown, gives another."""
    for rank, value, strength in claims:
        if strength is True and not any(
            other_rank <= rank and other_value != value and other_strength is not False
            for other_rank, other_value, other_strength in claims
        ):
            return value
    return None


# ---------------------------------------------------------------------------------------------------------------------
# Resolving
# ---------------------------------------------------------------------------------------------------------------------

FAVOR = {"required": 2, "permitted": 1, "forbidden": 0, "no authority": 0}


def resolved(norms: list[Norm]) -> tuple[str, list[Norm]]:
    """The result of the norms that apply, and the undefeated norms that give it. A limit is here a forbid."""
    forbids: list[Norm] = []
    requires: list[Norm] = []
    preempts = [n for n in norms if n.verb == "preempt"]  # nothing defeats a preempt
    for rank in sorted({n.rank for n in norms}):
        for norm in norms:
            defeated = any(stronger.rank < rank for stronger in requires + preempts)
            if norm.rank == rank and norm.verb in ("forbid", "limit") and not defeated:
                forbids.append(norm)
        for norm in norms:
            defeated = any(stronger.rank <= rank for stronger in forbids)
            if norm.rank == rank and norm.verb == "require" and not defeated:
                requires.append(norm)
    permits = [n for n in norms if n.verb == "permit"] if not forbids else []
    if forbids:
        return "forbidden", forbids
    if requires:
        return "required", requires
    if permits:
        return "permitted", permits
    return "no authority", []


# ---------------------------------------------------------------------------------------------------------------------
# One case
# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ground:
    """A local ground. `sure`: whether it is one at all (a warrant whose signature nobody has read may be none)."""

    kind: str
    begins: Interval
    ends: Interval
    sure: Tri = True

    def stands(self, t: datetime) -> Tri:
        return and_(self.sure, happened(self.begins, t), not_(happened(self.ends, t)))


@dataclass(frozen=True)
class Candidate:
    """What an answer may rest on: a listed detainer (`paper`), an unlisted one (`virtual`), or none at all (`empty`)."""

    kind: str
    paper: dict[str, Any] | None = None


EMPTY = Candidate("empty")
VIRTUAL = Candidate("virtual")


@dataclass(frozen=True)
class Point:
    """The answer at one instant."""

    outcome: str
    open_because: str | None
    deciding: tuple[str, ...]


class Case:
    """One case under one law. `pin`: None, or 'earliest' / 'latest', to which uncertain ends of grounds (and the
    refusal of bail) are set. `own_ends`: grounds end as if bail had not been refused."""

    def __init__(
        self,
        case: dict[str, Any],
        law: Law,
        vocabulary: dict[str, Any],
        pin: str | None = None,
        own_ends: bool = False,
    ) -> None:
        self.case = case
        self.law = law
        self.zone = law.zone
        self.vocabulary: dict[str, dict[str, Any]] = vocabulary["facts"]
        self.pin = pin
        self.lookups: dict[tuple[str, int, datetime], Lookup] = {}
        self.at = instant(case["at"])
        self.complete = case.get("record_complete") is True
        self.custody: dict[str, Any] = case.get("custody") or {}
        self.papers: list[dict[str, Any]] = case.get("papers") or []
        self.stated: dict[str, Any] = case.get("facts") or {}
        self.booked = recorded(self.custody.get("booked_at"), self.zone)
        self.left = recorded(self.custody.get("left_at"), self.zone, NEVER)
        self.bail_refused = recorded(self.custody.get("bail_refused_at"), self.zone, NEVER)
        self.grounds_unknown = (
            self.custody.get("grounds") is None and self.custody.get("release_due_at") is None
        )
        self.as_given = self.listed_grounds(own_ends) + self.paper_grounds()
        self.grounds = self.settled(self.as_given)

    # -- times of the case ---------------------------------------------------------------------------------------

    def pinned(self, interval: Interval) -> Interval:
        if self.pin is None or interval.exact():
            return interval
        point = interval.earliest if self.pin == "earliest" else interval.latest
        return Interval(point, point, interval.open_end and self.pin == "latest")

    def received(self, paper: dict[str, Any]) -> Interval:
        return recorded(paper.get("received_at"), self.zone)

    def served(self, paper: dict[str, Any]) -> Interval:
        return recorded(paper.get("served_at"), self.zone, NEVER if self.complete else UNKNOWN)

    def cancelled(self, paper: dict[str, Any]) -> Interval:
        return recorded(paper.get("cancelled_at"), self.zone, NEVER if self.complete else UNKNOWN)

    def in_force(self, paper: dict[str, Any], t: datetime) -> Tri:
        return and_(happened(self.received(paper), t), not_(happened(self.cancelled(paper), t)))

    # -- grounds -------------------------------------------------------------------------------------------------

    def listed_grounds(self, own_ends: bool) -> list[Ground]:
        due = recorded(self.custody.get("release_due_at"), self.zone)
        listed = self.custody.get("grounds")
        if listed is None:
            grounds = [] if self.grounds_unknown else [Ground("other", self.booked_or_before(), due)]
        else:
            grounds = []
            for raw in listed:
                # Agreed since: without `from` a ground stood from the booking; a null is unknown.
                begins = recorded(raw["from"], self.zone) if "from" in raw else self.booked
                if begins.wholly_unknown():
                    begins = Interval(self.booked.earliest, END)
                ends = recorded(raw.get("until"), self.zone)
                ends = Interval(begins.earliest, END) if ends.wholly_unknown() else ends
                grounds.append(Ground(raw["kind"], begins, ends))
            given = recorded(self.custody.get("release_due_at"), self.zone)
            if grounds and self.custody.get("release_due_at") is not None:
                # Agreed since: none ended after the release that is given; where only one can have ended then, it did.
                last = [g for g in grounds if g.ends.latest >= given.earliest and g.ends.earliest <= given.latest]
                for i, ground in enumerate(grounds):
                    low = max(ground.ends.earliest, given.earliest) if [ground] == last else ground.ends.earliest
                    grounds[i] = replace(ground, ends=Interval(low, min(ground.ends.latest, given.latest)))
        if own_ends or self.bail_refused == NEVER:
            return grounds
        charges = [g for g in grounds if g.kind == "charge"]
        ended = charges or (grounds if len(grounds) == 1 else [])
        return [self.ended_by_bail(g, alone=len(ended) == 1) if g in ended else g for g in grounds]

    def settled(self, grounds: list[Ground]) -> list[Ground]:
        """In a pass, every ground stands as long as its times allow, or as short: perhaps not at all."""
        if self.pin is None:
            return grounds
        found = []
        for ground in grounds:
            point = ground.begins.latest if self.pin == "earliest" else ground.begins.earliest
            begins = ground.begins if ground.begins.exact() else Interval(point, point)
            sure = ground.sure if ground.sure is not None else self.pin == "latest"
            if self.pin == "earliest" and not ground.begins.exact() and ground.begins.latest >= ground.ends.earliest:
                continue
            found.append(replace(ground, begins=begins, ends=self.pinned(ground.ends), sure=sure))
        return found

    def end_of_ground(self, begins: Interval, ends: Interval) -> Interval:
        """An unknown end is some instant from the ground's beginning on, or never."""
        return Interval(begins.earliest, END) if ends.wholly_unknown() else ends

    def booked_or_before(self) -> Interval:
        """A ground that is given only by its end stands from booking on; with no booking recorded, from ever."""
        return Interval(BEGIN, BEGIN) if self.booked.wholly_unknown() else Interval(self.booked.earliest, self.booked.earliest)

    def ended_by_bail(self, ground: Ground, *, alone: bool) -> Ground:
        """Bail is offered for a ground that stands: where only one can be meant, that one stood."""
        refused = self.bail_refused
        if refused.latest < ground.begins.earliest:
            return ground  # it did not stand yet
        if alone:
            refused = last_of([refused, ground.begins])
        sooner = first_of([ground.ends, refused])
        if alone or ground.begins.latest <= refused.earliest:
            return replace(ground, ends=sooner)
        return replace(ground, ends=replace(ground.ends, earliest=sooner.earliest))

    def paper_grounds(self) -> list[Ground]:
        """A criminal warrant or order of a court is a ground from its receipt until it is cancelled."""
        found = []
        for paper in self.papers:
            if paper["kind"] in ("judicial_warrant", "court_order") and paper.get("matter") == "criminal":
                signed = self.signed_by(paper, "judge", "clerk")
                if signed is not False:
                    ends = self.end_of_ground(self.received(paper), self.cancelled(paper))
                    found.append(Ground("warrant", self.received(paper), ends, signed))
        return found

    def ground_stands(self, t: datetime) -> Tri:
        return or_(None if self.grounds_unknown else False, *(g.stands(t) for g in self.grounds))

    def release_due(self, t: datetime) -> Interval:
        """The last instant up to t when the last standing ground ended; never, while one stands; the booking, where
        none has stood since."""
        if self.ground_stands(t) is True:
            return NEVER
        if self.grounds_unknown:
            return UNKNOWN
        begun = [g for g in self.grounds if happened(g.begins, t) is not False]
        sure = [g.ends for g in begun if g.sure is True] or [self.booked]
        doubtful = [g.ends for g in begun if g.sure is None]
        due = last_of(sure)
        return replace(last_of([due, *doubtful]), earliest=due.earliest)

    # -- events --------------------------------------------------------------------------------------------------

    def start(self, event: str, candidate: Candidate, t: datetime) -> Interval:
        """When the event happened, as the candidate's limits count it at t."""
        match event:
            case "release_due":
                found = self.release_due(t)
            case "booked":
                found = self.booked
            case "bail_refused":
                found = self.bail_refused
            case "detainer_received" | "served":
                if candidate.paper is not None:
                    times = self.received if event == "detainer_received" else self.served
                    found = times(candidate.paper)
                else:  # agreed since: what remains without a detainer still counts from the first one's receipt
                    first = self.first_received(DETAINER_KINDS) if event == "detainer_received" else self.first_served()
                    found = first if candidate == EMPTY else UNKNOWN
            case "papers_received":
                found = last_of([self.first_received(DETAINER_KINDS), self.first_received(WARRANT_KINDS)])
            case "claim_made":
                found = NEVER if self.complete else UNKNOWN
                return self.listed_event(event, found)
            case _:
                found = UNKNOWN
        return self.listed_event(event, found) if found.wholly_unknown() else found

    def listed_event(self, kind: str, otherwise: Interval) -> Interval:
        listed = [e for e in self.case.get("events") or [] if e["kind"] == kind]
        return first_of(recorded(e.get("at"), self.zone) for e in listed) if listed else otherwise

    def first_received(self, kinds: tuple[str, ...]) -> Interval:
        listed = [p for p in self.papers if p["kind"] in kinds]
        if not listed:
            return NEVER if self.complete else UNKNOWN
        return first_of(self.received(p) for p in listed)

    def first_served(self) -> Interval:
        listed = [p for p in self.papers if p["kind"] in DETAINER_KINDS]
        if not listed:
            return NEVER if self.complete else UNKNOWN
        return first_of(self.served(p) for p in listed)

    # -- facts that the case states ------------------------------------------------------------------------------

    def stated_value(self, fact: str, t: datetime) -> Any:
        """What the case's `facts` say at t; None where they say nothing or it cannot be told."""
        raw = self.stated.get(fact)
        if fact == "conviction_age_years" and raw is None and self.stated.get("conviction_date") is not None:
            return self.years_since(self.stated_value("conviction_date", t), t)
        entries = raw if isinstance(raw, list) else [{"from": None, "value": raw}]
        possible: list[Any] = [self.when_absent(fact)]
        ordered = sorted(entries, key=lambda e: recorded(e.get("from"), self.zone, UNKNOWN).earliest)
        for entry in ordered:
            value = self.typed(fact, entry["value"])
            begun = True if entry.get("from") is None else happened(recorded(entry["from"], self.zone), t)
            if begun is True:
                possible = [value]
            elif begun is None:
                possible.append(value)
        return possible[0] if all(value == possible[0] for value in possible) else None

    def when_absent(self, fact: str) -> Any:
        return False if self.complete and self.vocabulary[fact]["origin"] in ("shown", "claimed") else None

    def typed(self, fact: str, value: Any) -> Any:
        if value is None:
            return self.when_absent(fact)
        if self.vocabulary[fact]["type"] == "date":
            return as_date(value)
        if self.vocabulary[fact]["type"] == "number":
            return float(value)
        return value

    def years_since(self, day: date | None, t: datetime) -> float | None:
        """Whole years from the day to the local date of t."""
        if day is None:
            return None
        today = t.astimezone(self.zone).date()
        return float(today.year - day.year - ((today.month, today.day) < (day.month, day.day)))

    # -- facts of papers -----------------------------------------------------------------------------------------

    def signed_by(self, paper: dict[str, Any], *signers: str) -> Tri:
        signer = paper.get("signed_by")
        return None if signer is None else signer in signers

    def other_paper_shows(self, paper: dict[str, Any], fact: str) -> Tri:
        """Whether the paper, were it in force, makes the fact true."""
        kind = paper["kind"]
        civil = paper.get("matter") in (None, "civil")
        if fact == "admin_warrant" and kind in ("i-200", "i-205"):
            return self.signed_by(paper, "immigration_officer")
        if fact == "removal_warrant" and kind == "i-205":
            return self.signed_by(paper, "immigration_officer")
        if fact == "judicial_warrant" and kind == "judicial_warrant" and civil:
            return self.signed_by(paper, "judge", "clerk")
        if fact == "court_order" and kind == "court_order" and civil:
            return self.signed_by(paper, "judge", "clerk")
        if fact == "judge_probable_cause" and kind == "probable_cause_affidavit":
            return self.signed_by(paper, "judge")
        if fact == "removal_order" and kind == "immigration_judge_order":
            return self.signed_by(paper, "immigration_judge")
        return False

    def other_papers_fact(self, fact: str, t: datetime) -> Any:
        shown = or_(*(and_(self.in_force(p, t), self.other_paper_shows(p, fact)) for p in self.papers))
        if shown is False and not self.complete:
            shown = None
        return shown if shown is not None else self.stated_value(fact, t)

    # -- facts of one detainer -----------------------------------------------------------------------------------

    def detainer_fact(self, fact: str, candidate: Candidate, t: datetime) -> Any:
        if candidate == EMPTY:
            return False if self.vocabulary[fact]["type"] == "boolean" else "none"
        value = self.detainer_says(fact, candidate, t)
        if candidate.paper is not None and self.in_force(candidate.paper, t) is None and value is not False:
            # Receipt or cancellation is undecided: what would be true is unknown, what is false stays so.
            return None
        return value

    def detainer_says(self, fact: str, candidate: Candidate, t: datetime, edition: str | None = None) -> Any:
        """The fact as the paper has it, taking for granted that it was received; stated facts fill what it leaves
        open. `edition`: the one form edition to read it by, where several could be meant."""
        if fact == "request_stands":
            value: Any = self.request_stands(candidate, t)
        elif candidate.paper is None:
            value = None
        else:
            value = self.on_paper(fact, candidate, t, edition)
        return value if value is not None else self.stated_value(fact, t)

    def on_paper(self, fact: str, candidate: Candidate, t: datetime, edition: str | None) -> Any:
        paper = candidate.paper
        assert paper is not None
        match fact:
            case "detainer_lodged":
                return True
            case "detainer_form":
                return paper["kind"]
            case "detainer_issuer":
                return paper.get("issuer")
            case "detainer_signed":
                return self.signed_by(paper, "immigration_officer")
            case "detainer_served":
                return happened(self.served(paper), t)
            case "detainer_cancelled":
                return happened(self.cancelled(paper), t)
        box = self.vocabulary[fact].get("box")
        if box is not None:
            return None if paper.get("boxes") is None else box in paper["boxes"]
        values = [
            self.form_declares(fact, form, candidate, t)
            for form in self.forms(paper)
            if edition in (None, form["id"])
        ]
        return values[0] if values and all(value == values[0] for value in values) else None

    def forms(self, paper: dict[str, Any]) -> list[dict[str, Any]]:
        """The form edition in the footer, or each one that it may be."""
        editions = self.law.editions(paper["kind"])
        if paper.get("edition") in (None, "unknown"):
            return editions
        return [form for form in editions if form["id"] == f"forms/{paper['kind']}/{paper['edition']}"]

    def form_lookup(self, form: dict[str, Any], candidate: Candidate, t: datetime) -> Lookup:
        def lookup(name: str) -> Any:
            if self.vocabulary[name]["origin"] == "detainer":
                return self.detainer_says(name, candidate, t, form["id"])
            return self.fact(name, candidate, t)

        return lookup

    def form_declares(self, fact: str, form: dict[str, Any], candidate: Candidate, t: datetime) -> Any:
        lookup = self.form_lookup(form, candidate, t)
        return declared(
            [
                (NO_RANK, norm["value"], condition(norm, lookup))
                for norm in form.get("norms") or []
                if norm.get("declare") == fact
            ]
        )

    def printed_limit_over(self, candidate: Candidate, t: datetime) -> Tri:
        """Whether the limit printed on the form has ended: under every edition that it may be, or under none."""
        if candidate.paper is None:
            return None
        each = [self.form_limit_over(form, candidate, t) for form in self.forms(candidate.paper)]
        return each[0] if each and all(over is each[0] for over in each) else None

    def form_limit_over(self, form: dict[str, Any], candidate: Candidate, t: datetime) -> Tri:
        lookup = self.form_lookup(form, candidate, t)
        return or_(
            *(
                and_(condition(norm, lookup), self.limit_over(norm, candidate, t))
                for norm in form.get("norms") or []
                if norm.get("limit") == "hold"
            )
        )

    def request_stands(self, candidate: Candidate, t: datetime) -> Tri:
        def says(fact: str) -> Tri:
            value: Tri = self.detainer_says(fact, candidate, t)
            return value

        return and_(
            says("hold_requested"),
            says("detainer_complete"),
            says("detainer_signed"),
            or_(not_(says("service_required")), says("detainer_served")),
            not_(says("detainer_cancelled")),
            not_(self.printed_limit_over(candidate, t)),
        )

    # -- every fact ----------------------------------------------------------------------------------------------

    def fact(self, name: str, candidate: Candidate, t: datetime) -> Any:
        """The value of a fact at t, as seen with one candidate."""
        origin = self.vocabulary[name]["origin"]
        if origin == "detainer":
            return self.detainer_fact(name, candidate, t)
        if origin == "papers":
            return self.other_papers_fact(name, t)
        if origin == "declared":
            return declared(self.claims(name, candidate, t) + self.determination(name, t))
        if origin == "agency_record":
            value = self.stated_value(name, t)
            return value if value is not None else declared(self.claims(name, candidate, t))
        return self.stated_value(name, t)

    def lookup(self, candidate: Candidate, t: datetime) -> Lookup:
        """Each fact at t, as seen with one candidate. Many norms ask for the same one: it is worked out once."""
        asked = (candidate.kind, id(candidate.paper), t)
        if asked not in self.lookups:
            self.lookups[asked] = cache(lambda name: self.fact(name, candidate, t))
        return self.lookups[asked]

    def claims(self, name: str, candidate: Candidate, t: datetime) -> list[tuple[int, Any, Tri]]:
        lookup = self.lookup(candidate, t)
        return [
            (n.rank, n.raw["value"], self.law.strength(n, t, lookup)) for n in self.law.declarations(name)
        ]

    def determination(self, name: str, t: datetime) -> list[tuple[int, Any, Tri]]:
        made = (self.case.get("determined") or {}).get(name)
        if made is None:
            return []
        if made.get("by_role") not in self.vocabulary[name].get("determined_by", ()):
            raise Refused(f"{name} may not be determined by {made.get('by_role')}")
        counts = and_(
            happened(recorded(made.get("at"), self.zone), t),
            not_(happened(recorded(made.get("until"), self.zone, NEVER), t)),
        )
        return [(DETERMINED, made["value"], counts)]

    # -- the answer at one instant -------------------------------------------------------------------------------

    def limit_over(self, limit: dict[str, Any], candidate: Candidate, t: datetime) -> Tri:
        return happened(limit_end(limit, self.start(limit["counted_from"], candidate, t), self.zone), t)

    def candidates(self, t: datetime) -> list[Candidate]:
        """Every listed detainer that is, or may be, in force; else perhaps an unlisted one; and always none at all."""
        listed = [p for p in self.papers if p["kind"] in DETAINER_KINDS]
        found = [Candidate("paper", p) for p in listed if self.in_force(p, t) is not False]
        if not listed and not self.complete:
            found.append(VIRTUAL)
        return [*found, EMPTY]

    def norm_applies(self, norm: Norm, candidate: Candidate, t: datetime) -> Tri:
        applies = self.law.strength(norm, t, self.lookup(candidate, t))
        if norm.verb == "limit" and applies is not False:
            return and_(applies, self.limit_over(norm.raw, candidate, t))
        return applies

    def resolve(self, candidate: Candidate, t: datetime) -> dict[str, tuple[str, list[Norm]]]:
        """The result and its undefeated norms: once with the unknown taken to favor holding, once release."""
        applies = [(norm, self.norm_applies(norm, candidate, t)) for norm in self.law.hold_norms()]
        for_hold = [n for n, a in applies if a is True or (a is None and n.verb not in ("forbid", "limit"))]
        for_release = [n for n, a in applies if a is True or (a is None and n.verb in ("forbid", "limit"))]
        return {"hold": resolved(for_hold), "release": resolved(for_release)}

    def point(self, t: datetime) -> Point:
        stands = self.ground_stands(t)
        if stands is True:
            return Point("local_custody", None, ())
        if stands is None:
            return Point("review", "other", ())
        results = [(candidate, self.resolve(candidate, t)) for candidate in self.candidates(t)]
        best = max(FAVOR[result["hold"][0]] for _, result in results)
        worst = max(FAVOR[result["release"][0]] for _, result in results)
        if best != worst:
            return Point("review", "duty" if worst > 0 else "other", ())
        if best == 0:
            papers = [result for candidate, result in results if candidate != EMPTY]
            nothing_else = [result for candidate, result in results if candidate == EMPTY]
            deciding = [norm for result in papers or nothing_else for norm in result["hold"][1]]
        else:
            deciding = [
                norm
                for _, result in results
                if FAVOR[result["release"][0]] == worst
                for norm in result["release"][1]
            ]
        outcome = {0: "release", 1: "may_hold", 2: "must_hold"}[best]
        return Point(outcome, None, tuple(sorted({norm.name for norm in deciding})))

    # -- the timeline --------------------------------------------------------------------------------------------

    def case_instants(self) -> set[datetime]:
        """Every end of every recorded time: only there can something have begun or ended, or become doubtful."""
        times = [self.booked, self.bail_refused, self.left]
        times += [time for g in self.grounds for time in (g.begins, g.ends)]
        times += [time for p in self.papers for time in (self.received(p), self.served(p), self.cancelled(p))]
        times += [recorded(e.get("at"), self.zone) for e in self.case.get("events") or []]
        for made in (self.case.get("determined") or {}).values():
            times += [recorded(made.get("at"), self.zone), recorded(made.get("until"), self.zone)]
        for value in self.stated.values():
            if isinstance(value, list):
                times += [recorded(entry.get("from"), self.zone) for entry in value]
        return {instant for time in times for instant in (time.earliest, time.latest)} - {BEGIN, END}

    def anniversaries(self) -> set[datetime]:
        """The local midnights at which a conviction becomes as old as some condition compares its age with, or a year
        older than that: only there can a comparison of whole years change."""
        texts = [str(n.get("when")) for a in self.law.by_id.values() for n in a.get("norms") or []]
        compared_with = {int(float(number)) for text in texts for number in re.findall(r"\d+(?:\.\d+)?", text)}
        raw = self.stated.get("conviction_date")
        given = [e["value"] for e in raw] if isinstance(raw, list) else [raw]
        found = set()
        for text in given:
            if text is None:
                continue
            day = as_date(text)
            for years in sorted({y for n in compared_with for y in (n, n + 1) if 0 < y <= 150}):
                leap = day.month == 2 and day.day == 29 and not isleap(day.year + years)
                again = date(day.year + years, 3, 1) if leap else date(day.year + years, day.month, day.day)
                found.add(midnight(again, self.zone))
        return found

    def instants(self) -> set[datetime]:
        """Every instant at which the answer may change (and more)."""
        from_case = self.case_instants()
        found = set(from_case)
        for authority in self.law.by_id.values():
            in_force = authority.get("in_force") or {}
            for day in (in_force.get("from"), in_force.get("until")):
                if day is not None:
                    found.add(midnight(as_date(day), self.zone))
        found |= self.anniversaries()
        for limit in self.law.limits():
            found |= {limit_end(limit, Interval(start, start), self.zone).latest for start in from_case}
        return found

    def span_start(self) -> datetime:
        """The start of the stay: the earliest booking, or what is known to be the first of the rest."""
        if self.booked.earliest != BEGIN:
            return self.booked.earliest
        begun = [g.begins.earliest for g in self.as_given if g.begins.earliest != BEGIN]
        due = recorded(self.custody.get("release_due_at"), self.zone)
        if not begun and due.earliest != BEGIN:
            begun = [due.earliest]
        return min([*begun, self.at])

    def latest_start(self) -> datetime:
        """The latest instant at which the stay can have begun: by then booked, a ground begun, or asked about."""
        starts = [self.at, self.booked.latest]
        if self.booked.latest == END:
            for ground in self.as_given:
                starts.append(ground.ends.earliest if ground.begins.latest == BEGIN else ground.begins.latest)
        return min(starts)

    def timeline(self) -> list[dict[str, Any]]:
        """Merged pieces {from, until, outcome} from the start of the stay on; the last one's `until` is None."""
        start = self.span_start()
        pieces: list[dict[str, Any]] = []
        for moment in sorted({start} | {i for i in self.instants() if i > start}):
            outcome = self.point(moment).outcome
            if pieces and pieces[-1]["outcome"] == outcome:
                continue
            if pieces:
                pieces[-1]["until"] = moment
            pieces.append({"from": moment, "until": None, "outcome": outcome})
        return pieces


# ---------------------------------------------------------------------------------------------------------------------
# Hours and class
# ---------------------------------------------------------------------------------------------------------------------


def outcome_at(pieces: list[dict[str, Any]], t: datetime) -> str:
    for piece in pieces:
        if piece["from"] <= t and (piece["until"] is None or t < piece["until"]):
            return str(piece["outcome"])
    raise AssertionError(t)


def hours_where(
    early: list[dict[str, Any]],
    late: list[dict[str, Any]],
    until: datetime,
    wanted: Callable[[str, str], bool],
    since: datetime | None = None,
) -> float:
    """The hours from `since` (or the start) to `until` at which the outcomes of the two passes are as wanted."""
    start = max(since, early[0]["from"]) if since else early[0]["from"]
    cuts = sorted({start, until} | {p["from"] for p in early + late})
    total = timedelta()
    for here, there in pairwise(cuts):
        if start <= here and there <= until and wanted(outcome_at(early, here), outcome_at(late, here)):
            total += there - here
    return total / timedelta(hours=1)


def hours(early: Case, late: Case) -> tuple[dict[str, float], dict[str, float]]:
    """Overheld and undetermined hours, from the passes with the grounds' ends at their earliest and at their latest."""
    kept = ("local_custody", *HOLDS)
    ends = Interval(early.at, early.at) if early.left == NEVER else early.left
    first, second = early.timeline(), late.timeline()
    overheld = {
        "least": hours_where(first, second, ends.earliest, lambda e, ln: ln == "release", early.latest_start()),
        "most": hours_where(first, second, ends.latest, lambda e, ln: e in ("release", "review")),
    }
    undetermined = {
        "least": hours_where(first, second, ends.earliest, lambda e, ln: e == ln == "review", early.latest_start()),
        "most": hours_where(
            first,
            second,
            ends.latest,
            lambda e, ln: not (e == ln == "release") and not (e in kept and ln in kept),
        ),
    }
    return overheld, undetermined


def stay_class(case: Case, overheld: dict[str, float]) -> str:
    if any(g.ends.latest < g.begins.earliest for g in case.grounds):
        return "contradiction"
    if case.left.latest < case.booked.earliest:
        return "contradiction"
    last = case.at if case.left == NEVER else case.left.latest
    end_missing = any(g.ends.latest == END and not g.ends.exact() for g in case.grounds)
    if case.grounds_unknown:
        return "unknown"
    if overheld["least"] > 0:
        return "certain"
    if case.booked.wholly_unknown() and not any(g.begins.latest == BEGIN for g in case.grounds):
        return "unknown"  # agreed since: with no beginning of the stay the most is no bound
    if overheld["most"] == 0:
        return "no"
    return "unknown" if end_missing and case.ground_stands(last) is None else "possible"


# ---------------------------------------------------------------------------------------------------------------------
# The whole answer
# ---------------------------------------------------------------------------------------------------------------------


def known_day(case: dict[str, Any], zone: ZoneInfo, today: date) -> date:
    value = case.get("law_known_at")
    if value is None:
        return today
    return as_date(value) if is_date(value) else instant(value).astimezone(zone).date()


def reported(interval: Interval) -> Any:
    """An instant where it is exact, {earliest, latest} where it is not, None where it is unknown or never."""
    if interval.latest == END:
        return None
    if interval.exact():
        return interval.latest
    return {"earliest": None if interval.earliest == BEGIN else interval.earliest, "latest": interval.latest}


def answer(
    case: dict[str, Any],
    authorities: list[dict[str, Any]],
    vocabulary: dict[str, Any],
    *,
    place: PlaceInfo,
    today: date,
    adoption: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The answer to one case: outcome, open_because ('duty' or 'other' at review), hold_until, release_due_at,
    timeline, deciding, overheld_hours, overheld_hours_from_later_end, undetermined_hours, class, facts. Instants are in
    UTC; hours are numbers. Raises Refused where the question is one that is refused."""
    zone = ZoneInfo(place.zone)
    adopted = None if adoption is None else frozenset(adoption.get("adopted") or ())
    law = Law(authorities, place, known_day(case, zone, today), adopted)
    asked = Case(case, law, vocabulary)
    at = asked.at
    if at < asked.span_start():
        raise Refused("`at` lies before booked_at")
    if at > asked.left.latest:
        raise Refused("`at` lies after left_at")

    point = asked.point(at)
    pieces = asked.timeline()
    hold_until = None
    if point.outcome in HOLDS:
        later = [p["from"] for p in pieces if p["from"] > at and p["outcome"] not in HOLDS]
        hold_until = later[0] if later else None

    overheld, undetermined = hours(
        Case(case, law, vocabulary, "earliest"), Case(case, law, vocabulary, "latest")
    )
    later_end = None
    if asked.bail_refused != NEVER:
        later_end, _ = hours(
            Case(case, law, vocabulary, "earliest", own_ends=True),
            Case(case, law, vocabulary, "latest", own_ends=True),
        )
    seen = asked.candidates(at)[0]
    return {
        "outcome": point.outcome,
        "open_because": point.open_because,
        "hold_until": hold_until,
        "release_due_at": reported(asked.release_due(at)),
        "timeline": pieces,
        "deciding": list(point.deciding),
        "overheld_hours": overheld,
        "overheld_hours_from_later_end": later_end,
        "undetermined_hours": undetermined,
        "class": stay_class(asked, overheld),
        "facts": {name: asked.fact(name, seen, at) for name in vocabulary["facts"]},
    }
