"""Whether one published table gives away what another hides: every sum of rows of one, less every sum of rows of another.

A table splits the stays into printed cells. Take any rows of one table together, and from them any rows of another that
lie wholly within: what is left is a number that anybody can work out, though no table prints it. It must be 0 or at least
``LEAST``. That asks for the smallest such rest, which is a smallest cut (Ford and Fulkerson 1956) of the graph in which a
cell of the one is joined with each cell of the other that it overlaps; cuts of ``LEAST`` or more need not be told apart.

An onlooker is taken to know which values go together (a facility lies in one agency, a norm decides in its own state and
years), and not how any stay was classed or how long it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dueprocess.audit.protect import LEAST

Cell = Hashable
Values = Mapping[str, Any]
"""What is known of some stays: the values of ``Crossed.dimensions``, and of class, bare, reason, least, most, possible."""

EPSILON = 1e-6
_FREE = {"least": "certain", "most": "certain", "possible": "possible"}
"""Bands of length by the class that has them: nobody knows them beforehand."""


@dataclass(frozen=True)
class Family:
    """Printed cells that split all stays. ``uses`` are the values that ``cell`` looks at."""

    name: str
    uses: frozenset[str]
    cell: Callable[[Values], Cell]


@dataclass(frozen=True)
class Crossed:
    """The stays counted by everything that a published table tells: ``names`` and a row of values with a weight each.

    A stay weighs one over the number of the stays of its person, so that cells of weight 11 are of 11 people or more.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[tuple[Any, ...], float], ...]
    bands: int

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What an onlooker may know the combinations of."""
        return tuple(n for n in self.names if n not in ("class", "bare", "reason", *_FREE))

    def observed(self, uses: Iterable[str]) -> dict[tuple[Any, ...], float]:
        """The weights by some of the values, in the order of ``names``."""
        places = [i for i, n in enumerate(self.names) if n in set(uses)]
        found: dict[tuple[Any, ...], float] = {}
        for values, weight in self.rows:
            key = tuple(values[i] for i in places)
            found[key] = found.get(key, 0.0) + weight
        return found

    def weights(self, one: Family, other: Family) -> dict[tuple[Cell, Cell], float]:
        """The overlaps of two families' cells: those that an onlooker cannot rule out, with what truly weighs in each."""
        uses = [n for n in self.names if n in one.uses | other.uses]
        found = {(one.cell(v), other.cell(v)): 0.0 for v in self._possible(uses)}
        for key, weight in self.observed(uses).items():
            values = dict(zip(uses, key, strict=True))
            pair = (one.cell(values), other.cell(values))
            found[pair] = found.get(pair, 0.0) + weight
        return found

    def _possible(self, uses: Sequence[str]) -> Iterable[Values]:
        """Every combination that an onlooker has to reckon with: known ones of places and times, any class with each."""
        known = [n for n in uses if n in self.dimensions]
        classes = self.observed(("class", "bare"))
        reasons = self.observed((*known, "class", "reason")) if "reason" in uses else {}
        places = [n for n in self.names if n in (*known, "class", "reason")]
        decided: dict[tuple[Any, ...], set[Any]] = {}
        for key in reasons:
            values = dict(zip(places, key, strict=True))
            if values["class"] == "certain":
                decided.setdefault(tuple(values[n] for n in known), set()).add(values["reason"])
        for dims in self.observed(known) if known else {(): 0.0}:
            for cls in classes:
                base = {**dict(zip(known, dims, strict=True)), **dict(zip([n for n in self.names if n in ("class", "bare")], cls, strict=True))}
                for reason in decided.get(dims, ()) if "reason" in uses and base["class"] == "certain" else (None,):
                    yield from self._banded({**base, "reason": reason}, [n for n in uses if n in _FREE])

    def _banded(self, values: Values, names: Sequence[str]) -> Iterable[Values]:
        if not names:
            yield values
            return
        for band in range(self.bands) if values["class"] == _FREE[names[0]] else (None,):
            yield from self._banded({**values, names[0]: band}, names[1:])

    def gives_away(self, new: Sequence[Family], told: Sequence[Family]) -> tuple[str, str] | None:
        """The first two families of which a sum of the one less a sum of the other is small; None where there are none."""
        for number, one in enumerate(new):
            for other in (*told, *new[:number]):
                if small_rest(self.weights(one, other)):
                    return one.name, other.name
        return None


def small_rest(overlaps: Mapping[tuple[Cell, Cell], float], least: float = LEAST) -> bool:
    """Whether any cells of the one family, less cells of the other that lie wholly within them, weigh more than nothing and
    less than ``least``. ``overlaps`` are by (cell of the one, cell of the other)."""
    # From a cell of the one as much flows as overlaps; a cell of the other is subtracted only with all that it overlaps.
    ahead: dict[Any, dict[Any, float]] = {}
    for (one, other), weight in overlaps.items():
        a, b = (0, one), (1, other)
        ahead.setdefault(b, {})[a] = float("inf")
        ahead.setdefault(a, {}).setdefault(b, 0.0)
        ahead[a][b] += weight
    return any(_separable(part, least) for part in _parts(ahead))


def _parts(ahead: Mapping[Any, Mapping[Any, float]]) -> list[dict[Any, dict[Any, float]]]:
    """What flows in circles. Between two parts nothing weighs anything: that a rest is 0 may be known."""
    flowing = {n: [m for m, w in out.items() if w > EPSILON] for n, out in ahead.items()}
    back: dict[Any, list[Any]] = {n: [] for n in ahead}
    for n, out in flowing.items():
        for m in out:
            back[m].append(n)
    order: list[Any] = []
    seen: set[Any] = set()
    for start in flowing:
        _after(start, flowing, seen, order)
    seen.clear()
    found = []
    for start in reversed(order):
        part: list[Any] = []
        _after(start, back, seen, part)
        if len(part) > 2:
            inside = set(part)
            found.append({n: {m: w for m, w in ahead[n].items() if m in inside and w > EPSILON} for n in part})
    return found


def _after(start: Any, ahead: Mapping[Any, Sequence[Any]], seen: set[Any], order: list[Any]) -> None:
    """Depth first from ``start``; each node goes into ``order`` once all after it are there."""
    if start in seen:
        return
    seen.add(start)
    stack = [(start, iter(ahead[start]))]
    while stack:
        node, rest = stack[-1]
        for following in rest:
            if following not in seen:
                seen.add(following)
                stack.append((following, iter(ahead[following])))
                break
        else:
            order.append(node)
            stack.pop()


def _separable(part: dict[Any, dict[Any, float]], least: float) -> bool:
    """Whether a cut below ``least`` parts any two cells. If each of a ring of cells reaches the next with so much, every cell
    reaches every other with so much."""
    graph = _merged(part, least)
    nodes = list(graph)
    return len(nodes) > 1 and any(_flow(graph, nodes[i - 1], nodes[i], least) < least - EPSILON for i in range(len(nodes)))


def _merged(part: dict[Any, dict[Any, float]], least: float) -> dict[Any, dict[Any, float]]:
    """The same with cells that no small cut parts made one."""
    graph = part
    while True:
        root = {n: n for n in graph}

        def find(node: Any, root: dict[Any, Any] = root) -> Any:
            while root[node] != node:
                root[node] = root[root[node]]
                node = root[node]
            return node

        for n, out in graph.items():
            for m, weight in out.items():
                if weight >= least - EPSILON and graph[m].get(n, 0.0) >= least - EPSILON:
                    root[find(m)] = find(n)
        made: dict[Any, dict[Any, float]] = {}
        for n, out in graph.items():
            into = made.setdefault(find(n), {})
            for m, weight in out.items():
                if find(m) != find(n):
                    into[find(m)] = into.get(find(m), 0.0) + weight
        if len(made) == len(graph):
            return graph
        graph = made


def _flow(graph: Mapping[Any, Mapping[Any, float]], start: Any, end: Any, enough: float) -> float:
    """How much flows from ``start`` to ``end``, or ``enough`` where it is no less."""
    left = {n: dict(out) for n, out in graph.items()}
    total = 0.0
    while total < enough:
        came: dict[Any, Any] = {start: None}
        queue = deque([start])
        while queue and end not in came:
            node = queue.popleft()
            for following, room in left[node].items():
                if room > EPSILON and following not in came:
                    came[following] = node
                    queue.append(following)
        if end not in came:
            return total
        path = [end]
        while came[path[-1]] is not None:
            path.append(came[path[-1]])
        steps = [(path[i + 1], path[i]) for i in range(len(path) - 1)]
        amount = min(enough - total, *(left[a][b] for a, b in steps))
        for a, b in steps:
            left[a][b] -= amount
            left[b][a] = left[b].get(a, 0.0) + amount
        total += amount
    return total
