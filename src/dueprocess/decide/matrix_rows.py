"""From the rules of a decision table to rows that a person reads: packets put together, conditions made short."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dueprocess.decide.matrix import DETERMINED, rules_of

Rule = Mapping[str, Any]
Cube = dict[str, frozenset[Any]]
"""For each fact that it names the values that fit; a fact that it does not name may have any."""


@dataclass(frozen=True)
class Line:
    """One answer of a cell: when (any of the cubes; ``otherwise`` for all that the other lines leave), and its rules.

    ``inner`` is what it becomes once a fact that the law leaves open is determined: (fact, value, lines).
    """

    outcome: str
    cubes: tuple[Cube, ...]
    otherwise: bool
    rules: tuple[Rule, ...]
    inner: tuple[tuple[str, bool, tuple[Line, ...]], ...] = ()


@dataclass(frozen=True)
class Row:
    """Packets that are answered alike, and for each column its lines."""

    packets: tuple[Mapping[str, Any], ...]
    cells: tuple[tuple[Line, ...], ...]


def rows_of(table: Mapping[str, Any]) -> tuple[tuple[Mapping[str, Any], ...], tuple[Row, ...], bool]:
    """(the kinds of custody that are columns, the rows, whether an unserved detainer is told apart).

    One column, of no kind, where custody makes none; no rows for an unserved detainer where the form makes service no condition.
    """
    values = {f["name"]: list(f["values"]) for f in table["facts"]}
    columns: tuple[Mapping[str, Any], ...] = tuple(table["custody"])
    cells = {p["id"]: tuple(_cell(rules_of(table, p), c, values) for c in columns) for p in table["packets"]}
    if all(_look(c) == _look(row[0]) for row in cells.values() for c in row):
        columns = ({"id": "any", "facts": {}, "at_least_one": []},)
        cells = {p["id"]: (_cell(rules_of(table, p), columns[0], values),) for p in table["packets"]}
    unserved = [p for p in table["packets"] if p["request"] == "unserved"]
    same = all(list(map(_look, cells[p["id"]])) == list(map(_look, cells[f"good/{p['companion']}"])) for p in unserved)
    service = table["service_required"] is not False or not same
    groups: dict[Any, list[Mapping[str, Any]]] = {}
    for packet in table["packets"]:
        if packet["request"] == "unserved" and not service:
            continue
        look = (_family(packet), tuple(_look(c) for c in cells[packet["id"]]))
        groups.setdefault(look, []).append(packet)
    rows = [Row(tuple(ps), cells[ps[0]["id"]]) for ps in groups.values()]
    return columns, tuple(sorted(rows, key=lambda r: _family(r.packets[0]))), service


def _family(packet: Mapping[str, Any]) -> int:
    """Rows stand in three families: a request in force, a judge's warrant, no request in force."""
    if packet["companion"] == "judge-warrant":
        return 1
    return 0 if packet["request"] == "good" else 2


def _cell(rules: Sequence[Rule], custody: Mapping[str, Any], values: Mapping[str, list[Any]]) -> tuple[Line, ...]:
    leaves = [leaf for rule in rules for leaf in _within(rule, custody)]
    main = [(_known(c), r) for c, r in leaves if all(None in v for n, v in c.items() if n.startswith(DETERMINED))]
    main = [(c, r) for c, r in main if _possible(c)]
    inner: list[tuple[str, bool, tuple[Line, ...]]] = []
    for fact in sorted({n for c, _ in leaves for n in c if n.startswith(DETERMINED)}):
        for value in (True, False):
            # All of the open cells, also those that no determination settles: else a reader would take them for settled.
            told = [
                (_known({n: v for n, v in c.items() if n != fact}), r)
                for c, r in leaves
                if value in c.get(fact, ()) or (fact not in c and r["outcome"] == "review")
            ]
            told = [(c, r) for c, r in told if _possible(c)]
            lines = _lines(told, values)
            if any(line.outcome != "review" for line in lines):
                inner.append((fact, value, lines))
    lines = _lines([({n: v for n, v in c.items() if not n.startswith(DETERMINED)}, r) for c, r in main], values)
    if not inner:
        return lines
    # It stands with the first open line: what is determined matters nowhere else.
    first = next((i for i, line in enumerate(lines) if line.outcome == "review"), None)
    assert first is not None
    return tuple(
        Line(x.outcome, x.cubes, x.otherwise, x.rules, tuple(inner)) if i == first else x for i, x in enumerate(lines)
    )


def _within(rule: Rule, custody: Mapping[str, Any]) -> Iterable[tuple[Cube, Rule]]:
    """The rule's cube within a kind of custody, without the facts that this kind settles."""
    cube: Cube = {n: frozenset(v) for n, v in rule["when"].items()}
    for name, value in custody["facts"].items():
        if name in cube:
            if value not in cube[name]:
                return
            del cube[name]
    some = custody["at_least_one"]
    if some and all(cube.get(n, frozenset({True})) <= {False} for n in some):
        return
    yield cube, rule


def _known(cube: Cube) -> Cube:
    """The cube without "not known": rows are told for what is known, and a note says what a missing answer does."""
    return {n: (v if n.startswith(DETERMINED) else v - {None}) for n, v in cube.items()}


def _possible(cube: Cube) -> bool:
    return all(cube.values())


def kind_of(rule: Rule) -> tuple[Any, ...]:
    """What two cells must share to be told as one: the answer, why it is open, and the clocks that end it."""
    clocks: tuple[Any, ...] = ()
    if may_be_held(rule):
        clocks = tuple(sorted({(clock_key(c), c["ends"] == "duty") for c in (*running(rule), *of_the_duty(rule))}))
    if rule["outcome"] != "review":
        return (rule["outcome"], clocks)
    # Once all is known, what is left open is the law's; whether a single fact was missing is told by the note.
    because = rule["open_because"] if rule["open_because"] in ("duty", "adoption") else "law"
    return (rule["outcome"], because, clocks)


def may_be_held(rule: Rule) -> bool:
    """Whether the law permits the hold, be it open whether it requires it."""
    return rule["outcome"] in ("may_hold", "must_hold") or rule["open_because"] == "duty"


def running(rule: Rule) -> list[Mapping[str, Any]]:
    """The clocks that bind, that nothing overrules, and that end the hold."""
    return [c for c in rule["clocks"] if c["state"] != "claimed" and not c["defeated"] and c["ends"] != "duty"]


def of_the_duty(rule: Rule) -> list[Mapping[str, Any]]:
    """The clocks with which only the duty to hold ends, not the hold."""
    return [c for c in rule["clocks"] if c["ends"] == "duty"]


def clock_key(clock: Mapping[str, Any]) -> tuple[Any, ...]:
    return (clock["hours"] or 0, clock["until_end_of_day"], tuple(clock["excluding"]), clock["counted_from"], clock["state"])


def _lines(leaves: Sequence[tuple[Cube, Rule]], values: Mapping[str, list[Any]]) -> tuple[Line, ...]:
    classes: dict[Any, list[tuple[Cube, Rule]]] = {}
    for cube, rule in leaves:
        classes.setdefault(kind_of(rule), []).append((cube, rule))
    found: list[Line] = []
    for kind, members in classes.items():
        others = [c for k, ms in classes.items() if k != kind for c, _ in ms]
        cubes = _short([c for c, _ in members], others, values)
        found.append(Line(str(kind[0]), tuple(cubes), False, tuple(r for _, r in members)))
    order = ("must_hold", "may_hold", "review", "release")
    found.sort(key=lambda x: (order.index(x.outcome), _size(x)))
    if len(found) > 1:
        # What lets a jail hold is always spelled out; only a release or an open answer is what all the rest comes to.
        longest = max((x for x in found if x.outcome in ("release", "review")), key=_size, default=found[0])
        if _size(longest) > 1 and longest.outcome in ("release", "review"):
            found.remove(longest)
            found.append(Line(longest.outcome, longest.cubes, True, longest.rules))
    return tuple(found)


def _size(line: Line) -> int:
    return sum(len(c) for c in line.cubes)


def _short(cubes: Sequence[Cube], others: Sequence[Cube], values: Mapping[str, list[Any]]) -> list[Cube]:
    """As few and as wide cubes as a simple search finds that cover the given ones and touch none of the others."""
    wide: list[Cube] = []
    for cube in cubes:
        grown = dict(cube)
        for name in sorted(cube, key=lambda n: list(values).index(n), reverse=True):
            without = {n: v for n, v in grown.items() if n != name}
            if not any(_meet(without, o) for o in others):
                grown = without
                continue
            for value in values[name]:
                more = {**grown, name: grown[name] | {value}}
                if value not in grown[name] and not any(_meet(more, o) for o in others):
                    grown = more
        if grown not in wide:
            wide.append(grown)
    kept = [w for w in wide if not any(o is not w and _inside(w, o) for o in wide)]
    for candidate in sorted(kept, key=len, reverse=True):
        rest = [k for k in kept if k is not candidate]
        if rest and all(any(_inside(c, k) for k in rest) for c in cubes):
            kept = rest
    return sorted(kept, key=lambda c: (len(c), [list(values).index(n) for n in c]))


def _meet(one: Cube, other: Cube) -> bool:
    return all(one[n] & other[n] for n in one if n in other)


def _inside(one: Cube, other: Cube) -> bool:
    return all(n in one and one[n] <= v for n, v in other.items())


def _look(cell: tuple[Line, ...]) -> Any:
    """What a reader would see of a cell: two with the same look are one row."""
    return tuple(
        (
            line.outcome,
            line.otherwise,
            frozenset(kind_of(r) for r in line.rules),
            () if line.otherwise else tuple(tuple(sorted((n, tuple(sorted(map(repr, v)))) for n, v in c.items())) for c in line.cubes),
            tuple((f, v, _look(inner)) for f, v, inner in line.inner),
        )
        for line in cell
    )
