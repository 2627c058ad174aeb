"""What a jail does with a detainer by its own policy: for every county and day a position, and what it holds on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from dueprocess.places import Place
from dueprocess.registry import POSITIONS, Registry
from dueprocess.simulate.scenario import Scenario

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]

_ROLES = ("sheriff", "corrections", "county")
"""Whose word is taken for the jail's, the first that the registry has."""

UNSETTLED = frozenset({"unknown", "undecided"})
NUMBER = {name: number for number, name in enumerate(POSITIONS)}


def luck(seed: int, purpose: str, name: str) -> float:
    """A number in [0, 1) that a county keeps through a run: whether it honors where nobody knows, how it counts."""
    digest = hashlib.blake2b(f"{seed}\0{purpose}\0{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def positions(scenario: Scenario, counties: Sequence[Place], *, registry: Registry | None, first: date, days: int, seed: int) -> NDArray[np.int8]:
    """The number of the position (in POSITIONS) of each county on each local day from ``first``: counties × days.

    Where nothing is known, the county honors or declines every detainer by its own luck.
    """
    import numpy as np

    share = scenario.parameters["honors_when_unknown_share"]
    found = np.empty((len(counties), days), dtype=np.int8)
    known = registry.arbitrate(known_at=scenario.known_at) if registry is not None and scenario.otherwise == "registry" else {}
    for row, county in enumerate(counties):
        unsettled = NUMBER["honors_all" if luck(seed, "honors when unknown", county.id) < share else "declines_all"]
        if scenario.otherwise in NUMBER and scenario.otherwise not in UNSETTLED:
            found[row] = NUMBER[scenario.otherwise]
        else:
            found[row] = unsettled
        state = "/".join(county.id.split("/")[:2])
        # The state's own law first, so that what is known of the county itself stands above it.
        for actor in (f"{state}/state", *(f"{county.id}/{role}" for role in reversed(_ROLES))):
            for span in known.get(actor, ()):
                if span.view.position not in UNSETTLED:
                    found[row, _slice(span.start, span.until, first=first, days=days)] = NUMBER[span.view.position]
        for rule in scenario.rules:
            if county.id == rule.place or county.id.startswith(rule.place + "/"):
                settled = unsettled if rule.position in UNSETTLED else NUMBER[rule.position]
                found[row, _slice(rule.start, rule.until, first=first, days=days)] = settled
    return found


def _slice(start: date, until: date | None, *, first: date, days: int) -> slice:
    low = min(max((start - first).days, 0), days)
    return slice(low, days if until is None else min(max((until - first).days, low), days))


def holds(position: NDArray[np.int8], packet: Mapping[str, Any]) -> Bools:
    """Whether a jail with this policy keeps the person, by what came: arrays of one length.

    ``packet`` gives ``asks_hold``, ``signed``, ``admin_warrant``, ``judicial_warrant`` and ``listed_offense``. A judge's warrant is
    honored under every policy; one that requires probable cause means a judge's finding (``law.policies``).
    """
    import numpy as np

    asked = packet["asks_hold"] & packet["signed"]
    judge = packet["judicial_warrant"]
    choices = {
        "honors_all": asked,
        "requires_any_warrant": asked & packet["admin_warrant"],
        "limits_by_offense": asked & packet["listed_offense"],
    }
    found: Bools = np.zeros(len(judge), dtype=bool)
    for name, keeps in choices.items():
        found |= (position == NUMBER[name]) & keeps
    found |= judge
    return found


def gives_notice(position: NDArray[np.int8]) -> Bools:
    """Whether the jail tells ICE of a release that it will not delay: all but those that decline everything."""
    found: Bools = position != NUMBER["declines_all"]
    return found


__all__ = ["NUMBER", "UNSETTLED", "gives_notice", "holds", "luck", "positions"]
