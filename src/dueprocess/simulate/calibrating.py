"""The parameters that nobody publishes, found from the detainers a year that ICE and TRAC did publish.

The expected number of a year is worked out, not played: bookings, times the share that match, times the reach of
fingerprints on the day, times what ICE's policy lets pass, times the share of its era. So the fit has no luck in it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from dueprocess.kernel.files import data_dir
from dueprocess.law import Lawbook
from dueprocess.simulate import ice
from dueprocess.simulate.parameters import ERAS, defaults
from dueprocess.simulate.running import admissions_on

# issue_share_2008 is not among FITTED: only its product with match_share shows in the numbers of detainers.
YEARS: Final = tuple(range(2009, 2018))
"""Fiscal years: 1 October of the year before to 30 September."""

FITTED: Final = ("match_share", "interview_share", "issue_share_2011", "issue_share_2012", "issue_share_2014", "issue_share_2017")
SERIES: Final = ("ice_rows", "trac_2014", "trac_2018")


@dataclass(frozen=True, slots=True)
class Fit:
    """``values`` of FITTED, expected detainers by fiscal year, and what each source says (None where it does not)."""

    values: Mapping[str, float]
    expected: Mapping[int, float]
    published: Mapping[int, Mapping[str, float | None]]

    def within(self, year: int) -> bool:
        """Whether the expected number lies within what the sources say, or within 5 % of the nearest."""
        said = [v for v in self.published[year].values() if v is not None]
        return 0.95 * min(said) <= self.expected[year] <= 1.05 * max(said)


def published() -> dict[int, dict[str, float | None]]:
    """Detainers by fiscal year as published: whole years only; data/simulate/detainers_by_year.csv."""
    found: dict[int, dict[str, float | None]] = {}
    with (data_dir("simulate") / "detainers_by_year.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[int(row["fiscal_year"])] = {name: float(row[name]) if row[name] else None for name in SERIES}
    return found


class Expected:
    """The expected detainers of each fiscal year as a function of the parameters."""

    def __init__(self, lawbook: Lawbook) -> None:
        self._months: list[tuple[int, float, float, str, float]] = []
        p = {name: one.value for name, one in defaults().parameters.items()}
        for year in YEARS:
            for number in range(12):
                month = date(year - 1, 10, 1)
                for _ in range(number):
                    month = (month + timedelta(32)).replace(day=1)
                days = ((month + timedelta(32)).replace(day=1) - month).days
                middle = month + timedelta(15)
                bookings = admissions_on(middle) * days / 365.25
                era = max((start, name) for start, name in ERAS if start <= middle)[1]
                self._months.append((year, bookings, _shared(middle), era, _passing(lawbook, middle, p)))

    def __call__(self, values: Mapping[str, float]) -> dict[int, float]:
        found = dict.fromkeys(YEARS, 0.0)
        for year, bookings, shared, era, passing in self._months:
            reach = shared + (1 - shared) * values["interview_share"]
            found[year] += bookings * values["match_share"] * reach * passing * values[era]
        return found


def _shared(day: date) -> float:
    """The share of counties whose fingerprints go to ICE on a day; counties count alike, as in the play."""
    import numpy as np

    steps = defaults().sharing
    return float(np.interp(day.toordinal(), [d.toordinal() for d, _ in steps], [n / steps[-1][1] for _, n in steps]))


def _passing(lawbook: Lawbook, day: date, p: Mapping[str, float]) -> float:
    """The share of matches that ICE's own policy of a day lets pass: over all combinations of the facts, by their shares."""
    import itertools

    import numpy as np

    names = ("removal_order", "convicted_felony", "charged_felony", "convicted_three_misdemeanors", "priority_misdemeanor", "prior_removal")
    shares = [p[n] for n in ("final_order_share", "convicted_felony_share", "charged_felony_share", "three_misdemeanors_share", "priority_misdemeanor_share", "prior_removal_share")]
    rows = np.array(list(itertools.product((False, True), repeat=len(names))))
    weight = np.prod(np.where(rows, shares, 1 - np.array(shares)), axis=1)
    nobody = np.zeros(len(rows), dtype=bool)
    others = ("illegal_entry_conviction", "immigration_fraud_found", "significant_risk", "citizenship_claimed", "status_proof_shown")
    people: dict[str, Any] = {n: rows[:, i] for i, n in enumerate(names)} | {"admin_warrant": ~nobody} | dict.fromkeys(others, nobody)
    final, other = ice.BOXES[ice.edition(day, before=False)[1]]
    passes = ice.allowed(lawbook, day=day, people=people, boxes_final=final, boxes_other=other)
    return float(weight[passes].sum())


def calibrate(lawbook: Lawbook, *, fitted: Sequence[str] = FITTED) -> Fit:
    """Fit ``fitted`` within their ranges to the middle of what the sources say, by least squares of the logarithms."""
    import numpy as np
    from scipy.optimize import least_squares

    known, said, expected = defaults().parameters, published(), Expected(lawbook)
    target = {year: float(np.mean([v for v in said[year].values() if v is not None])) for year in YEARS}
    base = {name: one.value for name, one in known.items()}

    def distance(x: Any) -> Any:
        got = expected({**base, **dict(zip(fitted, x, strict=True))})
        return [np.log(got[y] / target[y]) for y in YEARS]

    low, high = ([getattr(known[n], end) for n in fitted] for end in ("low", "high"))
    start = np.clip([known[n].value for n in fitted], np.array(low) + 1e-9, np.array(high) - 1e-9)
    found = least_squares(distance, start, bounds=(low, high))
    values = dict(zip(fitted, (float(v) for v in found.x), strict=True))
    return Fit(values, expected({**base, **values}), {year: said[year] for year in YEARS})


__all__ = ["FITTED", "SERIES", "YEARS", "Expected", "Fit", "calibrate", "published"]
