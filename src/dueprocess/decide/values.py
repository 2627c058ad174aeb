"""The values of a fact that a table tells apart: yes and no, the values of a list, the stretches between numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dueprocess.kernel.errors import InputError, shown
from dueprocess.terms import Fact, Tree
from dueprocess.terms.vocabulary import Value


@dataclass(frozen=True, slots=True)
class Class:
    """Values that no condition tells apart: ``key`` names them in a table, ``sample`` is one of them.

    For numbers and dates ``low`` and ``high`` bound the stretch, both left out; both equal for one single value.
    """

    key: Any
    sample: Value
    low: Any = None
    high: Any = None

    def as_json(self) -> dict[str, Any]:
        return {"key": self.key, "low": _text(self.low), "high": _text(self.high)}


def classes_of(fact: Fact, conditions: Iterable[Tree]) -> list[Class]:
    """The classes of a fact's values under the conditions that compare it, in order."""
    if fact.type == "boolean":
        return [Class(True, True), Class(False, False)]
    if fact.type == "one_of":
        return [Class(v, v) for v in fact.values]
    cuts = sorted({v for tree in conditions for v in _literals(tree, fact.name)})
    if not cuts:
        return []
    found = [Class(f"below {_text(cuts[0])}", _step(cuts[0], -1), None, cuts[0])]
    for index, cut in enumerate(cuts):
        found.append(Class(str(_text(cut)), cut, cut, cut))
        if index + 1 < len(cuts):
            after = cuts[index + 1]
            found += [Class(f"between {_text(cut)} and {_text(after)}", s, cut, after) for s in _between(cut, after)]
    found.append(Class(f"above {_text(cuts[-1])}", _step(cuts[-1], 1), cuts[-1], None))
    return found


def key_of(fact: Mapping[str, Any], value: Any) -> Any:
    """The key of the class of a table's fact that a value lies in; None for None. Raises InputError for no value of it."""
    if value is None:
        return None
    if fact["classes"] is None:
        if value in fact["values"] and isinstance(value, bool) == (fact["type"] == "boolean"):
            return value
        raise InputError(f"[{shown(value)}] is no value of {fact['name']}", do=f"one of {', '.join(map(shown, fact['values']))}")
    given = value.isoformat() if isinstance(value, date) else value
    for entry in fact["classes"]:
        low, high = entry["low"], entry["high"]
        if low is not None and low == high:
            if given == low:
                return entry["key"]
        elif (low is None or low < given) and (high is None or given < high):
            return entry["key"]
    raise InputError(f"[{shown(value)}] is no value of {fact['name']}", do="write a number or a date")


def _literals(tree: Tree, name: str) -> Iterable[Any]:
    kind = tree[0]
    if kind == "cmp":
        for one, other in ((tree[2], tree[3]), (tree[3], tree[2])):
            if one == ("f", name) and other[0] == "v":
                yield other[1]
    elif kind == "in":
        if tree[1] == ("f", name):
            yield from tree[2]
    elif kind in ("and", "or", "not"):
        for child in tree[1:]:
            yield from _literals(child, name)


def _step(value: Any, by: int) -> Any:
    return value + timedelta(days=by) if isinstance(value, date) else value + by


def _between(low: Any, high: Any) -> Sequence[Any]:
    if isinstance(low, date):
        return [low + timedelta(days=1)] if (high - low).days > 1 else []
    return [(low + high) / 2]


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
