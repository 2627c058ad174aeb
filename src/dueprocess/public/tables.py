"""The decision tables of one jail for every form that may lie in a file, packed small: what is alike is kept once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any

from dueprocess.decide.matrix import MOST_EXACT as USUAL_EXACT
from dueprocess.decide.matrix import build_table
from dueprocess.decide.packets import COMPANIONS, Scene
from dueprocess.public.forms import Form, forms_of

_SINGLE = dict(COMPANIONS)
MOST_EXACT = 8
"""Up to so many facts that matter, "not known" is exact: more than any place has. It costs a minute where there are so many."""
BACK_DAYS = 366
"""Release may have been due before the page was made: so far back at most, while the law was the same."""


def together() -> tuple[tuple[str, tuple[dict[str, Any], ...]], ...]:
    """Every set of papers that may come with a detainer. An I-200 beside an I-205 adds nothing: both are an officer's
    warrant, and the I-205 is one of removal besides."""
    found = []
    others = ("immigration-judge", "judge-order", "judge-finding", "judge-warrant")
    for officer, *given in product(("", "i-200", "i-205"), *(("", o) for o in others)):
        names = [n for n in (officer, *given) if n]
        found.append(("+".join(names) or "alone", tuple(p for n in names for p in _SINGLE[n])))
    return tuple(found)


@dataclass(frozen=True)
class Pack:
    """Tables of one jail, by form. ``tables`` are the engine's (docs/reference/decision-table.md), ``valid_from`` the first
    and ``changes`` the next day on which the law in force is another (None: none is encoded)."""

    scene: Scene
    forms: tuple[Form, ...]
    tables: Mapping[str, Mapping[str, Any]]
    valid_from: date
    changes: date | None


def pack_of(scene: Scene, *, every_paper: bool, kinds: Iterable[str] | None = None) -> Pack:
    """The tables for all forms, or for those named by id. ``every_paper`` also asks about papers that come together, and
    works every "not known" out exactly."""
    wanted = None if kinds is None else set(kinds)
    companions, exact = (together(), MOST_EXACT) if every_paper else (COMPANIONS, USUAL_EXACT)
    tables: dict[str, Mapping[str, Any]] = {}
    for form in forms_of(scene):
        if wanted is None or form.id in wanted:
            tables[form.id] = build_table(replace(scene, form=form.id, companions=companions), most_exact=exact)
    facts = {f["name"] for t in tables.values() for f in t["facts"]}
    forms = tuple(f for f in forms_of(scene, facts) if f.id in tables)
    before, after = changes_of(scene)
    first = max(before, scene.as_of.toordinal() - BACK_DAYS)
    return Pack(scene, forms, tables, date.fromordinal(first), date.fromordinal(after) if after else None)


def changes_of(scene: Scene) -> tuple[int, int | None]:
    """The last day up to the scene's, and the first after it, on which the law in force changes there: 0 and None where
    none does. What has no norms (an agreement, say) changes no answer."""
    day = scene.as_of.toordinal()
    with_norms = [a for a in scene.lawbook.binding(scene.agency, scene.sets) if a.norms]
    days = {d for a in with_norms for d in (a.in_force.start, a.in_force.until, *(n.start for n in a.norms)) if d is not None}
    return max((d for d in days if d <= day), default=0), min((d for d in days if d > day), default=None)


REQUESTS = ("good", "unsigned", "unserved", "incomplete", "notice", "none")


def packed(pack: Pack) -> dict[str, Any]:
    """The tables as ``engine.js`` reads them: facts, norms, clocks, answers and rule lists by number.

    What differs between editions is mostly the limit that each prints; a clock of the form stands as ``[k, …]`` with ``k``
    the number of that limit among ``limits`` of the form, so that editions share their rules.
    """
    interned = _Interned(pack)
    forms = []
    for form in pack.forms:
        limits, packets = interned.packets(form, pack.tables[form.id])
        forms.append(
            {
                "id": form.id,
                "name": form.name,
                "footer": form.footer,
                "asks": form.asks,
                "boxes": list(form.boxes),
                "by_boxes": list(form.by_boxes),
                "says": [dict(s) for s in form.says],
                "limits": limits,
                "packets": packets,
            }
        )
    told = ("facts", "companions", "shapes", "cells", "rules", "answers", "clocks", "norms", "actions")
    return {"forms": forms, **{name: getattr(interned, name) for name in told}}


class _Interned:
    """Lists in which each thing stands once, and the numbers under which it stands."""

    def __init__(self, pack: Pack) -> None:
        vocabulary = pack.scene.lawbook.vocabulary
        names = {f["name"]: f for t in pack.tables.values() for f in t["facts"]}
        order = {n: i for i, n in enumerate(vocabulary.facts)}
        self.facts = [names[n] for n in sorted(names, key=lambda n: (":" in n, order[n.rpartition(":")[2]]))]
        self.numbers = {f["name"]: i for i, f in enumerate(self.facts)}
        # Another form's law may cut a number at another place: the classes of one fact must be the same in all tables.
        for table in pack.tables.values():
            for fact in table["facts"]:
                assert fact["classes"] == names[fact["name"]]["classes"], fact["name"]
        self.companions = list(dict.fromkeys(p["companion"] for t in pack.tables.values() for p in t["packets"]))
        self.cells: list[Any] = []
        self.rules: list[Any] = []
        self.answers: list[Any] = []
        self.clocks: list[Any] = []
        self.norms: list[Any] = []
        self.actions: list[Any] = []
        self._at: dict[tuple[int, str], int] = {}
        self.shapes: list[Any] = []
        self._limits: list[dict[str, Any]] = []
        self._form = ""

    def _number(self, into: list[Any], value: Any) -> int:
        key = (id(into), repr(value))
        if key not in self._at:
            self._at[key] = len(into)
            into.append(value)
        return self._at[key]

    def packets(self, form: Form, table: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
        """The limits that the form prints, and the number of its packets: for each request the cells by companion."""
        self._form, self._limits = form.id, []
        done = {key: self._number(self.rules, [self._rule(r, table) for r in rules]) for key, rules in table["rules"].items()}
        by_id = {(p["request"], p["companion"]): p for p in table["packets"]}
        told: dict[str, list[int]] = {}
        for request in REQUESTS:
            cells = []
            for companion in self.companions:
                p = by_id.get((request, companion))
                cells.append(-1 if p is None else self._number(self.cells, [done[p["rules"]], self._number(self.actions, self._action(p["actions"], table))]))
            if set(cells) != {-1}:
                told[request] = cells
        return self._limits, self._number(self.shapes, told)

    def _rule(self, rule: Mapping[str, Any], table: Mapping[str, Any]) -> list[Any]:
        when = [[self.numbers[n], v] for n, v in rule["when"].items()]
        asked = [self.numbers[n] for n in rule["ask"] if n in self.numbers]
        return [when, self._number(self.answers, self._answer(table["answers"][rule["answer"]], table)), asked]

    def _refs(self, refs: Iterable[str], table: Mapping[str, Any]) -> list[int]:
        return [self._norm(r, table) for r in refs]

    def _norm(self, ref: str, table: Mapping[str, Any]) -> int:
        n = table["norms"][ref]
        told = {k: n[k] for k in ("authority", "title", "citation", "because", "side", "binds", "reviewed")}
        return self._number(self.norms, {"ref": ref, **told})

    def _clock(self, clock: Mapping[str, Any], table: Mapping[str, Any]) -> int:
        if not clock["norm"].startswith(f"{self._form}#"):
            return self._number(self.clocks, {**clock, "norm": self._norm(clock["norm"], table)})
        apart = {k: clock[k] for k in ("ends", "state", "defeated")}
        limit = {k: v for k, v in clock.items() if k not in apart} | {"norm": self._norm(clock["norm"], table)}
        if limit not in self._limits:
            self._limits.append(limit)
        return self._number(self.clocks, {"limit": self._limits.index(limit), **apart})

    def _answer(self, answer: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
        clocks = [self._clock(c, table) for c in answer["clocks"]]
        refs = {k: self._refs(answer[k], table) for k in ("reasons", "for", "against", "persuasive_for", "persuasive_against")}
        return {"outcome": answer["outcome"], "open": answer["open_because"], "law": answer["open_law"], "clocks": clocks, **refs}

    def _action(self, actions: Mapping[str, Any], table: Mapping[str, Any]) -> list[list[Any]]:
        return [[name, a["result"], self._refs(a["norms"], table)] for name, a in actions.items()]
