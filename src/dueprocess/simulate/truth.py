"""What was lawful for a simulated stay, from regimes labelled by hand and from how the stay was built.

It imports no law and no engine: ``data/simulate/regimes.yaml`` says what each packet allowed where and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.instants import parse_date
from dueprocess.kernel.yamlread import read_mapping
from dueprocess.simulate.days import HOUR, Days
from dueprocess.simulate.flow import Stays

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

PAPERS: Final = ("none", "request", "officers_warrant", "judges_warrant", "not_served")
ALLOWS: Final = ("none", "48_hours", "until_picked_up")


@dataclass(frozen=True, slots=True)
class Regime:
    """What ``papers`` allowed in ``places`` on the local days [start, until)."""

    id: str
    places: tuple[str, ...]
    start: date
    until: date | None
    papers: tuple[str, ...]
    allows: str
    because: str
    source: str

    def covers(self, place: str) -> bool:
        return any(place == p or place.startswith(p + "/") for p in self.places)


@lru_cache(maxsize=1)
def regimes() -> tuple[Regime, ...]:
    """All that are labelled. Raises InputError for a file that another hand damaged."""
    found = []
    for entry in read_mapping(data_dir("simulate") / "regimes.yaml")["regimes"]:
        where = f"regimes.yaml: {entry['id']}"
        if entry["allows"] not in ALLOWS or not set(entry["papers"]) <= set(PAPERS):
            raise InputError("its papers or what they allow are not known", where=where)
        until = parse_date(entry["until"], where=where) if "until" in entry else None
        found.append(Regime(entry["id"], tuple(entry["places"]), parse_date(entry["from"], where=where), until, tuple(entry["papers"]), entry["allows"], entry["because"], entry["source"]))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Truth:
    """For each stay: ``regime`` its number in ``regimes()``, -1 where none is labelled; ``lawful_until`` the instant up to
    which the custody was lawful (when the person left, where all of it was); ``unlawful`` seconds."""

    regime: Ints
    lawful_until: Ints
    unlawful: Ints


def truth(stays: Stays, *, counties: Sequence[str], zone: Ints, days: Days) -> Truth:
    """The truth of a chunk. ``counties`` are paths by number, ``zone`` the zone of each."""
    import numpy as np

    size = len(stays.county)
    paper = np.zeros(size, dtype=np.int64)
    packet = stays.detained
    if len(stays.rows):
        came = packet["received"] <= stays.due[stays.rows]
        # Unsigned or empty papers, notice-only forms, papers that came after the local ground had ended, and a citizen's have no label.
        plain = packet["signed"] & packet["complete"] & packet["asks_hold"] & came & ~packet["citizen"]
        works = packet["served"] | (packet["form"] == "i-247")  # the forms since 2015 take effect by service
        officers = np.where(works, np.where(packet["admin_warrant"], 2, 1), 4)
        kind = np.where(packet["judicial_warrant"], np.where(came, 3, -1), np.where(plain, officers, -1))
        paper[stays.rows] = kind
    begins = days.day_of(zone[stays.county], stays.due)
    ends = days.day_of(zone[stays.county], np.maximum(stays.left - 1, stays.due))
    regime = np.full(size, -1, dtype=np.int64)
    lawful = stays.left.copy()
    for number, one in enumerate(regimes()):
        inside = np.array([one.covers(c) for c in counties])
        start = (one.start - days.first).days
        until = days.count if one.until is None else (one.until - days.first).days
        mine = inside[stays.county] & (begins >= start) & (ends < until) & np.isin(paper, [PAPERS.index(p) for p in one.papers])
        regime[mine] = number
        if one.allows == "none":
            lawful[mine] = stays.due[mine]
        elif one.allows == "48_hours":
            lawful[mine] = stays.due[mine] + 48 * HOUR
    lawful = np.minimum(lawful, stays.left)
    return Truth(regime, lawful, np.where(regime >= 0, stays.left - lawful, -1))


__all__ = ["ALLOWS", "PAPERS", "Regime", "Truth", "regimes", "truth"]
