"""The values of the registry: actors, sources, claims and counts. A claim is evidence of what somebody said, no fact.

Two times are kept apart: what held on a day D (``announced``, ``effective``, ``ended``, and for a bare status the day of
its source), and what was known on a day K (the day of the source). Paper policy and practice are told apart by ``about``.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Literal

from dueprocess.kernel.errors import InputError, nearest, shown

HOLDS = frozenset({"honors_all"})
LIMITS = frozenset(
    {
        "requires_judicial_warrant",
        "requires_court_order",
        "requires_any_warrant",
        "requires_probable_cause",
        "limits_by_offense",
        "notify_only",
        "declines_all",
    }
)
"""The positions that hold on less than every detainer."""
STOPS = LIMITS - {"limits_by_offense", "notify_only"}
"""The positions that hold on no detainer without a court's, judge's or officer's paper or probable cause."""
POSITIONS = (*sorted(HOLDS), *sorted(LIMITS), "undecided", "unknown")
ACCEPTS = ("detainer", "admin_warrant", "removal_order", "judicial_warrant", "court_order", "probable_cause", "listed_offense")
ABOUT = ("policy", "practice", "listing", "agreement")
"""What a claim is about: what the agency's paper says, what it does, that a list names it, that it has a 287(g) agreement."""
VOICES = ("own", "report", "list")
"""Who speaks: the actor itself; somebody who reports on it; a list or a statement about many at once."""
CONFIDENCES = ("high", "medium", "low")
ACTOR_KINDS = ("agency", "association", "board", "attorney_general", "legislator", "court", "regional_jail")

Side = Literal["holds", "limits", "undecided", "unknown"]
_INEXACT = re.compile(r"""\("?[^")]*\b(?:about|almost|approximately|at least|could exceed|estimated|more than|nearly|over)\b""")
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z")
FAR = date.max.toordinal()
CORRECTS = "review--corrects--"
"""What the id of a claim begins with by which reviewers correct another, whose id follows: the other stands aside."""


def side(position: str) -> Side:
    """On which side a position stands: does it hold on every detainer, on less, is it undecided or unknown."""
    if position in HOLDS:
        return "holds"
    if position in LIMITS:
        return "limits"
    if position == "undecided":
        return "undecided"
    if position == "unknown":
        return "unknown"
    raise InputError(f"[{shown(position)}] is no position", do=nearest(position, POSITIONS) or f"one of {', '.join(POSITIONS)}")


@lru_cache(maxsize=65536)
def days(text: str) -> tuple[int, int]:
    """The first and the last day (ordinals) that a date as printed may mean: ``2014``, ``2014-04`` or ``2014-04-18``.

    Raises:
        InputError: it is no such date.
    """
    match = _PARTIAL.match(text)
    try:
        if not match:
            raise ValueError
        year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
        if not 1900 <= year <= 2200:
            raise ValueError
        if day:
            both = date(year, month, day).toordinal()
            return both, both
        if match[2]:
            return date(year, month, 1).toordinal(), date(year, month, calendar.monthrange(year, month)[1]).toordinal()
        return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    except (ValueError, calendar.IllegalMonthError):
        raise InputError(f"[{shown(text)}] is no date", do="write 2014, 2014-04 or 2014-04-18") from None


@dataclass(frozen=True)
class Actor:
    """Who has or makes policy. ``id`` is an agency's path, or ``other/STATE/…`` for one that has no place and role.

    ``place`` is the path of its place ("" for none), ``in_book`` whether the book of places knows it; ``fips`` the code of
    its state (two digits) or county (five). ``names`` are the names under which sources print it. ``successors`` are the
    ids of what took its place after ``valid_until`` (a date as printed; "" for none known).
    """

    id: str
    kind: str
    name: str
    place: str
    state: str
    fips: str
    role: str
    in_book: bool
    valid_from: str = ""
    valid_until: str = ""
    successors: tuple[str, ...] = ()
    names: tuple[DatedName, ...] = ()


@dataclass(frozen=True)
class DatedName:
    """A name as sources print it, with the days of the first and the last source seen that does."""

    name: str
    first_seen: str
    last_seen: str


@dataclass(frozen=True)
class Source:
    """Where a claim was read. ``date`` as printed and ``date_basis`` (how it is known); ``sha256`` of ``capture``, the file
    kept of it ("" where none was kept); ``kind``: news, government_list, records, volume_table; ``license`` in words.
    """

    id: str
    title: str
    publisher: str
    date: str
    date_basis: str
    url: str
    sha256: str
    capture: str
    kind: str
    license: str


@dataclass(frozen=True)
class Claim:
    """One source saying one thing about one actor. An empty text says that the source does not say, never "no".

    ``disputes`` are ids of claims that it denies. ``since_from`` and ``since_until`` bound the day of a change whose day is
    not given. ``speaker`` only where the person spoke publicly. ``locator`` is the place in the source; ``origin`` the file
    and row (or the review) by which it came here.
    """

    id: str
    actor: str
    about: str
    position: str
    source: str
    claimant: str
    voice: str
    accepts: tuple[str, ...] = ()
    notice: str = ""
    interviews: str = ""
    payment: str = ""
    motive: str = ""
    cites: tuple[str, ...] = ()
    disputes: tuple[str, ...] = ()
    announced: str = ""
    effective: str = ""
    ended: str = ""
    since_from: str = ""
    since_until: str = ""
    source_date: str = ""
    speaker: str = ""
    locator: str = ""
    confidence: str = ""
    note: str = ""
    origin: str = ""

    @cached_property
    def dated(self) -> bool:
        """Whether the source dates the change (if only by bounds); else it is a status on the source's day."""
        return bool(self.since_from or self.since_until or self.effective or self.announced)

    @cached_property
    def start(self) -> tuple[int, int]:
        """The first and last day (ordinals) on which it may have begun; a bare status begins on its source's days."""
        if self.since_from or self.since_until:
            low = days(self.since_from or self.since_until)[0]
            return low, days(self.since_until or self.since_from)[1]
        return days(self.effective or self.announced or self.source_date)

    @cached_property
    def end(self) -> tuple[int, int]:
        """The first and last day on which it may have ended; far in the future where no end is known."""
        return days(self.ended) if self.ended else (FAR, FAR)

    @cached_property
    def known(self) -> int:
        """The day from which it was surely known: the last that its source's date may mean."""
        return days(self.source_date)[1]


@dataclass(frozen=True)
class CountClaim:
    """A published count: its value as printed (``117``, ``dozens``, ``32+``), of what, where, since when, as of when, by whom."""

    id: str
    value: str
    unit: str
    definition: str
    scope: str
    since: str
    as_of: str
    claimant: str
    source: str
    disputes: tuple[str, ...] = ()
    note: str = ""
    origin: str = ""

    @property
    def number(self) -> int | None:
        """The number printed, without marks such as ``+`` or ``~``; None for words."""
        digits = self.value.strip("+~").replace(",", "")
        return int(digits) if digits.isdecimal() else None

    @property
    def inexact(self) -> bool:
        """Whether it is printed as a round or least number: ``32+``, ``~36``, or as ("more than 190") in the definition's words."""
        return self.value[:1] == "~" or self.value[-1:] == "+" or bool(_INEXACT.search(self.definition))
