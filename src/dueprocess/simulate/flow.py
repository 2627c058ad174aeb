"""One chunk of stays from booking to release, as arrays: who is booked, matched, asked for, held, picked up, released.

Nothing here decides what is lawful. Instants are seconds since 1970 UTC; ``-1`` in an index array means none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from dueprocess.law import Lawbook
from dueprocess.simulate import ice
from dueprocess.simulate.days import DAY, HOUR, Days
from dueprocess.simulate.draws import Draws
from dueprocess.simulate.jails import gives_notice, holds
from dueprocess.simulate.parameters import ERAS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

ENDS: Final = ("bail", "recognizance", "dismissal", "sentence")
LEFT_TO: Final = ("community", "ice")
LONGEST_STAY = 700
"""Days: a longer stay ends then."""

_FACTS: Final = ("convicted_felony", "charged_felony", "three_misdemeanors", "priority_misdemeanor", "prior_removal", "final_order")

# Bookings by local hour of the day, and releases by what ended the local ground: shares that add up to one. Assumed:
# bookings peak in the evening, courts sit by day, sentences end early in the morning.
_BOOKED = (5, 5, 4, 3, 2, 2, 2, 2, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 6, 6, 6, 6, 4)
_HOURS: Final = {
    "bail": (4, 3, 3, 2, 2, 2, 2, 3, 4, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 5, 4, 3, 3),
    "recognizance": (0, 0, 0, 0, 0, 0, 0, 0, 2, 8, 12, 12, 6, 10, 14, 14, 12, 8, 2, 0, 0, 0, 0, 0),
    "dismissal": (0, 0, 0, 0, 0, 0, 0, 0, 2, 10, 14, 12, 6, 12, 16, 14, 10, 4, 0, 0, 0, 0, 0, 0),
    "sentence": (30, 6, 2, 2, 4, 10, 16, 16, 8, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What every chunk of a run shares. ``position`` is counties × days from ``days.first``; ``shared_from`` the day
    number from which a county's fingerprints go to ICE; ``leaves_out_weekends`` how a county counts 48 hours."""

    parameters: Mapping[str, float]
    days: Days
    zone: Ints
    position: NDArray[np.int8]
    shared_from: Ints
    leaves_out_weekends: NDArray[np.bool_]
    lawbook: Lawbook
    people: int


@dataclass(frozen=True, slots=True)
class Stays:
    """The stays of a chunk. All arrays have one length but those of ``detained``, which have that of ``rows``: the
    numbers of the stays for which a detainer came while the person was there."""

    county: Ints
    booked: Ints
    due: Ints
    left: Ints
    left_to: Ints
    end: Ints
    person: Ints
    charged_felony: NDArray[np.bool_]
    matched: NDArray[np.bool_]
    citizen: NDArray[np.bool_]
    issued: NDArray[np.bool_]
    rows: Ints
    detained: Mapping[str, Any]


def play(setting: Setting, *, county: Ints, day: Ints, draws: Draws) -> Stays:
    """Play stays whose county and local day of booking (numbers) are given. The same draws give the same stays."""
    import numpy as np

    p, days, size = setting.parameters, setting.days, len(county)
    zone = setting.zone[county]
    booked = days.instant(zone, day, _second(_BOOKED, draws.uniform("hour of booking")))
    end, due = _local_end(setting, zone=zone, day=day, booked=booked, draws=draws)
    left = due + np.maximum(draws.exponential("processing") * p["processing_hours"] * HOUR, 60).astype(np.int64)
    left_to = np.zeros(size, dtype=np.int64)
    person = (draws.uniform("person") * setting.people).astype(np.int64)
    charged = draws.uniform("charged_felony") < p["charged_felony_share"]

    shared = day >= setting.shared_from[county]
    reach = np.where(shared, 1.0, p["interview_share"])
    matched = draws.uniform("match") < p["match_share"] * reach
    found = np.nonzero(matched)[0]
    facts = {name: draws.uniform(name, found) < p[f"{name}_share"] for name in _FACTS if name != "charged_felony"}
    facts["charged_felony"] = charged[found]
    citizen = draws.uniform("false match", found) < p["false_match_share"]
    issued = _issued(setting, day=day[found], facts=facts, lucky=draws.uniform("issue", found))
    received = booked[found] + np.maximum(np.exp(draws.normal("received", found) * 0.8) * p["received_hours"] * HOUR, 600).astype(np.int64)
    came = issued & (received < left[found])
    rows = found[came]
    packet = _packets(setting, rows=rows, day=day[rows], facts={name: values[came] for name, values in facts.items()}, draws=draws)
    packet |= {"received": received[came], "citizen": citizen[came]}
    packet |= _choose(setting, rows=rows, zone=zone[rows], county=county[rows], due=due[rows], left=left[rows], packet=packet, draws=draws)
    left[rows], left_to[rows] = packet["left"], packet["taken"]
    everyone = np.zeros((2, size), dtype=bool)
    everyone[0, found], everyone[1, found] = citizen, issued
    return Stays(county, booked, due, left, left_to, end, person, charged, matched, everyone[0], everyone[1], rows, packet)


def _second(shares: Sequence[int], luck: Any) -> Ints:
    """Seconds after local midnight by shares of the hours."""
    import numpy as np

    edges = np.concatenate(([0.0], np.cumsum(shares) / sum(shares)))
    found: Ints = (np.interp(luck, edges, np.arange(25)) * HOUR).astype(np.int64)
    return np.minimum(found, DAY - HOUR - 1)  # a day with a clock change may be an hour short


def _local_end(setting: Setting, *, zone: Ints, day: Ints, booked: Ints, draws: Draws) -> tuple[Ints, Ints]:
    """What ends the local ground, and when: after a log-normal time, at an hour at which such things happen."""
    import numpy as np

    p, days, size = setting.parameters, setting.days, len(booked)
    edges = np.cumsum([p[f"{name}_share"] for name in ENDS[:3]])
    end = np.searchsorted(edges, draws.uniform("end"), side="right").astype(np.int64)
    median = np.array([p[f"{name}_hours"] for name in ENDS])[end]
    hours = median * np.exp(draws.normal("length") * p["spread"])
    end_day = np.minimum(day + ((booked - days.midnights[zone, day]) + hours * HOUR).astype(np.int64) // DAY, day + LONGEST_STAY)
    second = np.empty(size, dtype=np.int64)
    luck = draws.uniform("hour of release")
    for number, name in enumerate(ENDS):
        mine = end == number
        second[mine] = _second(_HOURS[name], luck[mine])
    due = days.instant(zone, end_day, second)
    # An end that would lie before the booking is the next such hour.
    return end, np.where(due <= booked + HOUR // 2, days.instant(zone, end_day + 1, second), due)


def _issued(setting: Setting, *, day: Ints, facts: Mapping[str, Any], lucky: Any) -> NDArray[np.bool_]:
    """Whether ICE sends a detainer: its own policy of the day lets it pass, and an officer gets to it."""
    import numpy as np

    size, p, first = len(day), setting.parameters, setting.days.first
    nobody = np.zeros(size, dtype=bool)
    people = {
        "removal_order": facts["final_order"],
        "convicted_felony": facts["convicted_felony"],
        "charged_felony": facts["charged_felony"],
        "convicted_three_misdemeanors": facts["three_misdemeanors"],
        "priority_misdemeanor": facts["priority_misdemeanor"],
        "prior_removal": facts["prior_removal"],
        "admin_warrant": ~nobody,
        **dict.fromkeys(("illegal_entry_conviction", "immigration_fraud_found", "significant_risk", "citizenship_claimed", "status_proof_shown"), nobody),
    }
    found = np.zeros(size, dtype=bool)
    for start, until, name in _eras(setting):
        mine = np.nonzero((day >= start) & (day < until))[0]
        if len(mine):
            on = first + timedelta(int(start))
            final, other = ice.BOXES[ice.edition(on, before=False)[1]]
            passes = ice.allowed(setting.lawbook, day=on, people={k: v[mine] for k, v in people.items()}, boxes_final=final, boxes_other=other)
            found[mine] = passes & (lucky[mine] < p[name])
    return found


def _eras(setting: Setting) -> list[tuple[int, int, str]]:
    """The stretches of days in which neither ICE's policies, nor its form, nor the parameter changes."""
    first, count = setting.days.first, setting.days.count
    cuts = {start for start, _ in ERAS} | {start for _, _, start in ice.FORMS}
    for authority in setting.lawbook.authorities.values():
        if authority.kind == "ice_policy":
            cuts |= {date.fromordinal(o) for o in (authority.in_force.start, authority.in_force.until) if o is not None}
    numbers = sorted({0, count} | {(c - first).days for c in cuts if 0 < (c - first).days < count})
    return [(low, high, max((s, n) for s, n in ERAS if s <= first + timedelta(low))[1]) for low, high in pairwise(numbers)]


def _packets(setting: Setting, *, rows: Ints, day: Ints, facts: Mapping[str, Any], draws: Draws) -> dict[str, Any]:
    """The papers that come, as they lie on the desk."""
    import numpy as np

    p, size, first = setting.parameters, len(rows), setting.days.first
    old = draws.uniform("old edition", rows) < p["old_edition_share"]
    notice = draws.uniform("notice only", rows) < p["notice_only_share"]
    complete = draws.uniform("complete", rows) < p["complete_share"]
    warrant = draws.uniform("admin warrant", rows)
    form, edition, boxes = (np.empty(size, dtype=object) for _ in range(3))
    admin = np.zeros(size, dtype=bool)
    asks = np.ones(size, dtype=bool)
    for number in np.unique(day):
        on, mine = first + timedelta(int(number)), day == number
        for before in (False, True):
            chosen = mine & (old == before)
            kind, edited = ice.edition(on, before=before)
            form[chosen], edition[chosen] = kind, edited
            final, other = ice.BOXES[edited]
            boxes[chosen & facts["final_order"]], boxes[chosen & ~facts["final_order"]] = final, other
        if ice.notice_forms(on):
            chosen = mine & notice
            form[chosen], edition[chosen], boxes[chosen] = *ice.NOTICE_ONLY, "priority"
            asks[chosen] = False
        boxes[mine & ~complete] = "none"
        admin[mine] = warrant[mine] < p["admin_warrant_share_after" if ice.admin_warrants_asked(on) else "admin_warrant_share_before"]
    return {
        "form": form,
        "edition": edition,
        "boxes": boxes,
        "complete": complete,
        "asks_hold": asks,
        "admin_warrant": admin,
        "judicial_warrant": draws.uniform("judicial warrant", rows) < p["judicial_warrant_share"],
        "signed": draws.uniform("signed", rows) < p["signed_share"],
        "served": draws.uniform("served", rows) < p["served_share"],
        "listed_offense": facts["convicted_felony"],
        **{name: facts[name] for name in _FACTS},
    }


def _choose(setting: Setting, *, rows: Ints, zone: Ints, county: Ints, due: Ints, left: Ints, packet: Mapping[str, Any], draws: Draws) -> dict[str, Any]:
    """The jail holds or not, and ICE comes or not. ``left`` is when the person would leave if nobody held."""
    import numpy as np

    p, days = setting.parameters, setting.days

    def lasting(purpose: str, mean: str) -> Ints:
        found: Ints = np.maximum(draws.exponential(purpose, rows) * p[mean] * HOUR, 600).astype(np.int64)
        return found

    position = setting.position[county, days.day_of(zone, due)]
    judge = packet["judicial_warrant"]
    keeps = holds(position, packet)
    strays = draws.uniform("follows policy", rows) >= p["follows_policy_share"]
    keeps = np.where(strays & ~judge, packet["asks_hold"] & ~keeps, keeps)
    ends = np.where(setting.leaves_out_weekends[county], days.counted(zone, due, 48), due + 48 * HOUR)
    comes = draws.uniform("comes", rows)
    in_time = due + np.maximum(np.exp(draws.normal("pickup", rows) * 0.7) * p["pickup_hours"] * HOUR, 600).astype(np.int64)
    in_time = np.maximum(in_time, packet["received"] + 600)
    # On a judge's warrant the person waits for the officer named in it.
    picked = judge | ((comes < p["in_time_share"]) & (in_time < ends))
    too_late = ~picked & (comes >= p["in_time_share"]) & (comes < p["in_time_share"] + p["late_share"])
    forgets = draws.uniform("forgotten", rows) < p["forgotten_share"]
    forgotten = ends + np.where(forgets, lasting("forgotten for", "forgotten_hours"), 0)
    held_until = np.where(picked, in_time, np.where(too_late, ends + lasting("late", "late_hours"), forgotten))
    notice = gives_notice(position)
    at_the_door = notice & (draws.uniform("door", rows) < p["at_the_door_share"])
    return {
        "held": keeps,
        "taken": np.where(keeps, picked | too_late, at_the_door).astype(np.int64),
        "position": position,
        "notified": notice,
        "hold_ends": ends,
        "left": np.where(keeps, np.maximum(held_until, left), left),
    }


__all__ = ["ENDS", "LEFT_TO", "LONGEST_STAY", "Setting", "Stays", "play"]
