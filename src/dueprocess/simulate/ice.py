"""What ICE does with a match: whether its own policy of the day lets a detainer pass, and on which form it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from dueprocess.law import Lawbook
from dueprocess.terms import facts_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]

NOTICE_ONLY: Final = ("i-247n", "2015-05")
_PEP, _AFTER_PEP = date(2015, 6, 12), date(2017, 4, 2)

FORMS: Final = (
    # The hold request of each time; an edition is used from the day it came until the next one came.
    ("i-247", "1997-04", date(1997, 4, 1)),
    ("i-247", "2010-08", date(2010, 8, 1)),
    ("i-247", "2011-06", date(2011, 6, 1)),
    ("i-247", "2011-12", date(2011, 12, 29)),
    ("i-247", "2012-12", date(2012, 12, 21)),
    ("i-247d", "2015-05", _PEP),
    ("i-247a", "2017-03", _AFTER_PEP),
)

BOXES: Final = {
    # What ICE ticks: with an order of removal, and without; the second asserts no probable cause where it is an investigation.
    "1997-04": ("final_order", "investigation"),
    "2010-08": ("final_order", "investigation"),
    "2011-06": ("final_order", "investigation"),
    "2011-12": ("final_order", "investigation"),
    "2012-12": ("final_order", "reason_to_believe"),
    "2015-05": ("final_order priority", "biometric priority"),
    "2017-03": ("final_order", "biometric"),
}
_STATED = ("final_order", "reason_to_believe", "biometric", "priority", "investigation")


def asserts_cause(boxes: str) -> bool:
    """Whether the boxes state a ground, and not only that an investigation has begun."""
    return boxes != "investigation"


def allowed(lawbook: Lawbook, *, day: date, people: Mapping[str, Any], boxes_final: str, boxes_other: str) -> Bools:
    """Whether ICE's policies of a day let a detainer be sent, for many people at once.

    The norms are the lawbook's own that forbid ICE to issue; each condition is looked up for every combination of facts,
    all of them known here. ``people`` gives Boolean arrays by the name of the fact.
    """
    import numpy as np

    size = len(next(iter(people.values())))
    given = dict(people)
    for boxes, mine in ((boxes_final, people["removal_order"]), (boxes_other, ~people["removal_order"])):
        for box in _STATED:
            name = "box_priority" if box == "priority" else f"basis_{box}"
            given[name] = given.get(name, np.zeros(size, dtype=bool)) | (mine & (box in boxes.split()))
    given["asserts_probable_cause"] = np.where(people["removal_order"], asserts_cause(boxes_final), asserts_cause(boxes_other))
    ones = np.ones(size, dtype=bool)
    given |= {"arrested_for_crime": ones, "hold_requested": ones}
    found = ones.copy()
    for condition in _forbidding(lawbook, day):
        if facts_of(condition) <= given.keys():
            found &= ~_holds(condition, given)
    return found


def _forbidding(lawbook: Lawbook, day: date) -> list[Any]:
    ordinal = day.toordinal()
    return [
        norm.when
        for authority in lawbook.authorities.values()
        if authority.kind == "ice_policy"
        and "us/ice" in authority.binds
        and (authority.in_force.start is None or authority.in_force.start <= ordinal)
        and (authority.in_force.until is None or ordinal < authority.in_force.until)
        for norm in authority.norms
        if norm.object == "issue" and norm.verb == "forbid"
    ]


def _holds(tree: Any, given: Mapping[str, Bools]) -> Bools:
    """A condition over known facts, by the words and, or, not."""
    kind, *rest = tree
    if kind == "fact":
        return given[rest[0]]
    if kind == "not":
        return ~_holds(rest[0], given)
    parts = [_holds(part, given) for part in rest]
    found = parts[0]
    for part in parts[1:]:
        found = found & part if kind == "and" else found | part
    if kind not in ("and", "or"):
        raise ValueError(f"a condition of an issue norm uses [{kind}]")
    return found


def edition(day: date, *, before: bool) -> tuple[str, str]:
    """The form and edition of a day; ``before``: the one that preceded it, within ninety days of its coming."""
    number = max(i for i, (_, _, start) in enumerate(FORMS) if start <= day)
    if before and number and (day - FORMS[number][2]).days < 90:
        number -= 1
    return FORMS[number][0], FORMS[number][1]


def admin_warrants_asked(day: date) -> bool:
    """Whether ICE's policy asks for an administrative warrant with each detainer."""
    return day >= _AFTER_PEP


def notice_forms(day: date) -> bool:
    """Whether Form I-247N was in use."""
    return _PEP <= day < _AFTER_PEP


def sharing_days(sharing: Sequence[tuple[date, int]], *, counties: Sequence[str], total: int) -> dict[str, date]:
    """The day from which each county's fingerprints went to ICE.

    ``counties`` in a drawn order, ``total`` how many there are in the country. Between two published numbers the
    counties follow evenly. Which county came when is not in the sources read.
    """
    found: dict[str, date] = {}
    for position, county in enumerate(counties):
        reached = (position + 1) / total * sharing[-1][1]
        for (day, count), (later, more) in pairwise(sharing):
            if reached <= more:
                span = (later - day).days
                found[county] = date.fromordinal(day.toordinal() + round(span * max(reached - count, 0) / (more - count)))
                break
        else:
            found[county] = sharing[-1][0]
    return found


__all__ = ["BOXES", "FORMS", "NOTICE_ONLY", "admin_warrants_asked", "allowed", "asserts_cause", "edition", "notice_forms", "sharing_days"]
