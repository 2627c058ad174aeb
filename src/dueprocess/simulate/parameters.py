"""The numbers of the simulation, each with its range and what it rests on; ``data/simulate/parameters.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.instants import parse_date
from dueprocess.kernel.yamlread import read_mapping

BASES: Final = ("published", "fitted", "assumed")

ERAS: Final = (
    # What ICE's officers did with a match changed with its policy; the shares are per era.
    (date(1900, 1, 1), "issue_share_2008"),
    (date(2011, 6, 17), "issue_share_2011"),
    (date(2012, 12, 21), "issue_share_2012"),
    (date(2014, 11, 20), "issue_share_2014"),
    (date(2017, 2, 20), "issue_share_2017"),
    (date(2021, 2, 18), "issue_share_2021"),
    (date(2025, 1, 20), "issue_share_2025"),
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number with its range; ``basis`` is one of BASES."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    basis: str
    source: str
    about: str

    @property
    def is_share(self) -> bool:
        return self.unit.startswith("share")


@dataclass(frozen=True, slots=True)
class Defaults:
    """All parameters by name, admissions to jails by year (at mid-year), and how many counties shared fingerprints."""

    parameters: Mapping[str, Parameter]
    admissions: tuple[tuple[int, float], ...]
    sharing: tuple[tuple[date, int], ...]


@lru_cache(maxsize=1)
def defaults() -> Defaults:
    """What ships. Raises InputError for a file that another hand damaged."""
    raw = read_mapping(data_dir("simulate") / "parameters.yaml")
    found = {name: Parameter(name=name, **_numbers(entry)) for name, entry in raw["parameters"].items()}
    for parameter in found.values():
        if parameter.basis not in BASES or not parameter.low <= parameter.value <= parameter.high:
            raise InputError(f"[{parameter.name}] has no basis, or lies outside its range", where="parameters.yaml")
    admissions = tuple(sorted((int(year), float(count)) for year, count in raw["admissions"]["years"].items()))
    sharing = tuple(sorted((parse_date(day, where="parameters.yaml"), int(count)) for day, count in raw["sharing"]["active"].items()))
    return Defaults(found, admissions, sharing)


def _numbers(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: float(value) if key in ("value", "low", "high") else value for key, value in entry.items()}


def values(given: Mapping[str, Any], *, where: str) -> dict[str, float]:
    """The value of every parameter: the defaults, and over them what a scenario gives.

    Raises InputError for an unknown name, for what is no number, a share outside 0 to 1 and a negative time or sum.
    """
    known = defaults().parameters
    found = {name: parameter.value for name, parameter in known.items()}
    for name, value in given.items():
        if name not in known:
            raise InputError(f"there is no parameter [{shown(name)}]", where=where, do=nearest(name, known) or "see `dueprocess simulate parameters`")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(f"[{name}] is [{shown(value)}], and not a number", where=where, do=f"give a number: {known[name].unit}")
        if known[name].is_share and not 0 <= value <= 1:
            raise InputError(f"[{name}] is [{shown(value)}], and a share lies between 0 and 1", where=where, do="write 0.25 for a quarter")
        if value < 0:
            raise InputError(f"[{name}] is [{shown(value)}], and cannot be negative", where=where, do=f"give a number: {known[name].unit}")
        found[name] = float(value)
    ends = sum(found[n] for n in ("bail_share", "recognizance_share", "dismissal_share"))
    if ends > 1:
        raise InputError(f"bail_share, recognizance_share and dismissal_share come to [{ends:g}], and the rest serve a sentence", where=where, do="let them come to at most 1")
    return found


__all__ = ["BASES", "ERAS", "Defaults", "Parameter", "defaults", "values"]
