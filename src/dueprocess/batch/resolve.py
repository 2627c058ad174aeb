"""Each different question resolved once: (regime, atoms) to both resolutions and the first deciding norm, in SQL.

The rules are those of decide/regime.py. With bits numbered from the highest rank down they come to comparisons of
the highest rank among the bits of a mask: a forbid stands if and only if it ranks at or above every require and
preempt; a declared fact is settled if and only if its highest certain declaration outranks every possible contrary one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from dueprocess.batch.folding import BITS_A_WORD, DETERMINED, Atom, Bit, Folded
from dueprocess.terms.codes import code_sql

NO_RANK = 99
ROLES = ("forbid", "require", "preempt", "permit")


class Resolver:
    """The SQL for one run's regimes; ``place`` gives each atom's (word, shift) in a question."""

    def __init__(self, folded: Folded, *, place: dict[Atom, tuple[int, int]]) -> None:
        self.folded = folded
        self.place = place
        self.index = {a: i for i, a in enumerate(place)}
        self.words = range(folded.words)

    # -- the table of regimes -----------------------------------------------------------------------

    def regime_columns(self) -> dict[str, str]:
        """Columns of the table ``regimes`` with their types: the masks of each role, a word each."""
        found = {"regime": "BIGINT"}
        for role in (*ROLES, *(f"{side}_{name}" for name in self.folded.declared for side in ("affirm", "deny"))):
            found |= {f"{role}_{w}": "BIGINT" for w in self.words}
        return found

    def regime_rows(self) -> Iterable[tuple[Any, ...]]:
        for number, regime in enumerate(self.folded.regimes):
            row: list[int] = [number]
            for bits in (regime.forbids, regime.requires, regime.preempts, regime.permits):
                row += self.folded.masks(bits)
            for name in self.folded.declared:
                row += self.folded.masks(regime.affirms.get(name, ()))
                row += self.folded.masks(regime.denies.get(name, ()))
            yield tuple(row)

    @cached_property
    def norm_names(self) -> list[str]:
        """Every norm that may decide; its place is its number."""
        return sorted({norm for regime in self.folded.regimes for norm in regime.norms.values()})

    def norm_rows(self) -> Iterable[tuple[int, int, str, int, str]]:
        """(number, regime, role, bit, norm): which norm a deciding bit stands for."""
        numbers = {norm: i for i, norm in enumerate(self.norm_names)}
        for number, regime in enumerate(self.folded.regimes):
            for (role, bit), norm in sorted(regime.norms.items(), key=lambda item: (item[0][0], self.folded.place[item[0][1]])):
                if role != "preempt":
                    yield numbers[norm], number, role, self.folded.place[bit], norm

    def asked_masks(self, regime: int, words: int) -> list[int]:
        """The atoms that a regime can turn on, as masks over a question's words."""
        found = [0] * words
        for atom in self.folded.asked(self.folded.regimes[regime]):
            word, shift = self.place[atom]
            found[word] |= 3 << shift
        return found

    # -- the answer ---------------------------------------------------------------------------------

    def sql(self, source: str) -> str:
        """``source`` (``regime``, ``w_0``, ``w_1``, …) with ``favor``, ``against`` (-1 no authority, 0 forbidden,
        1 permitted, 2 required) and ``bit_0``, ``bit_1``, ``bit_2``: the first bit that decides a release, a
        permission, a duty (null where none)."""
        layers: list[str] = [f"SELECT q.*, {', '.join(f'g.{c}' for c in self.regime_columns() if c != 'regime')} FROM {source} AS q JOIN regimes AS g ON g.regime = q.regime"]
        layers.append("SELECT *, " + ", ".join(f"(w_{w} // {1 << s}) % 4 AS c_{self.index[a]}" for a, (w, s) in self.place.items()) + " FROM r0")
        for name in self.folded.declared:
            bits = sorted({b for r in self.folded.regimes for side in (r.affirms, r.denies) for b in side.get(name, ())}, key=lambda b: b.order)
            layers.append(f"SELECT *, {self._bits(bits, 'd')} FROM r{len(layers) - 1}" if bits else f"SELECT * FROM r{len(layers) - 1}")
            layers.append(f"SELECT *, {self._declared(name, bool(bits))} AS v_{name} FROM r{len(layers) - 1}")
            if bits:
                # The words are used again for the next declared fact.
                drop = ", ".join(f"{p}_{w}" for p in ("dt", "dp") for w in self.words)
                layers.append(f"SELECT * EXCLUDE ({drop}) FROM r{len(layers) - 1}")
        hold = sorted({b for r in self.folded.regimes for b in (*r.forbids, *r.requires, *r.preempts, *r.permits)}, key=lambda b: b.order)
        layers.append(f"SELECT *, {self._bits(hold, 'h')} FROM r{len(layers) - 1}")
        certain, possible = "ht", "hp"
        ranks = {
            "forbid_sure": self._rank(certain, ("forbid",)),
            "forbid_open": self._rank(possible, ("forbid",)),
            "over_sure": self._rank(certain, ("require", "preempt")),
            "over_open": self._rank(possible, ("require", "preempt")),
            "preempt_open": self._rank(possible, ("preempt",)),
            "require_sure": self._any(certain, "require"),
            "require_open": self._any(possible, "require"),
            "permit_sure": self._any(certain, "permit"),
            "permit_open": self._any(possible, "permit"),
        }
        layers.append(f"SELECT *, {', '.join(f'{v} AS {k}' for k, v in ranks.items())} FROM r{len(layers) - 1}")
        favor = f"CASE WHEN forbid_sure <= over_open AND forbid_sure < {NO_RANK} THEN 0 WHEN require_open THEN 2 WHEN permit_open THEN 1 ELSE -1 END"
        against = f"CASE WHEN forbid_open <= over_sure AND forbid_open < {NO_RANK} THEN 0 WHEN require_sure THEN 2 WHEN permit_sure THEN 1 ELSE -1 END"
        first = {
            "bit_0": f"CASE WHEN forbid_sure <= preempt_open AND forbid_sure < {NO_RANK} THEN {self._first(certain, 'forbid')} END",
            "bit_1": f"CASE WHEN permit_sure THEN {self._first(certain, 'permit')} END",
            "bit_2": f"CASE WHEN require_sure THEN {self._first(certain, 'require')} END",
        }
        ctes = ", ".join(f"r{i} AS ({sql})" for i, sql in enumerate(layers))
        return f"WITH {ctes} SELECT *, CAST({favor} AS INT) AS favor, CAST({against} AS INT) AS against, {', '.join(f'{v} AS {k}' for k, v in first.items())} FROM r{len(layers) - 1}"

    def _condition(self, bit: Bit) -> str:
        code = code_sql(bit.when, fact=self._fact, comparison=lambda tree: f"c_{self.index[Atom('compared', tree=tree)]}")
        if bit.spec is None:
            return code
        ended = f"c_{self.index[Atom('ended', spec=bit.spec)]}"
        return ended if code == "2" else f"least({code}, {ended})"

    def _fact(self, name: str) -> str:
        if name in self.folded.declared:
            return f"v_{name}"
        return f"c_{self.index[Atom('fact', name)]}"

    def _bits(self, bits: list[Bit], prefix: str) -> str:
        columns = []
        for kind, test in (("t", "= 2"), ("p", ">= 1")):
            for w in self.words:
                terms = [f"CASE WHEN {self._condition(b)} {test} THEN {1 << (self.folded.place[b] % BITS_A_WORD)} ELSE 0 END" for b in bits if self.folded.place[b] // BITS_A_WORD == w]
                columns.append(f"CAST({' + '.join(terms) or '0'} AS BIGINT) AS {prefix}{kind}_{w}")
        return ", ".join(columns)

    def _rank(self, word: str, roles: tuple[str, ...]) -> str:
        """The highest rank among the bits of some roles, NO_RANK where there is none."""
        cases = []
        for rank in self.folded.ranks:
            mask = self.folded.masks(b for b in self.folded.bits if b.rank == rank)
            tests = [f"(({word}_{w} & ({' | '.join(f'{r}_{w}' for r in roles)})) & {mask[w]}) <> 0" for w in self.words if mask[w]]
            if tests:
                cases.append(f"WHEN {' OR '.join(tests)} THEN {rank}")
        return f"CASE {' '.join(cases)} ELSE {NO_RANK} END" if cases else str(NO_RANK)

    def _any(self, word: str, role: str) -> str:
        return "(" + " OR ".join(f"({word}_{w} & {role}_{w}) <> 0" for w in self.words) + ")"

    def _first(self, word: str, role: str) -> str:
        """The position of the lowest bit."""
        cases = []
        for w in self.words:
            x = f"({word}_{w} & {role}_{w})"
            cases.append(f"WHEN {x} <> 0 THEN {w * BITS_A_WORD} + bit_count(({x} & (0 - {x})) - 1)")
        return f"CASE {' '.join(cases)} END"

    def _declared(self, name: str, has: bool) -> str:
        sides = {}
        for side in ("affirm", "deny"):
            for kind, word in (("sure", "dt"), ("open", "dp")):
                sides[side, kind] = self._rank(word, (f"{side}_{name}",)) if has else str(NO_RANK)
        determined = Atom("determined", name)
        if determined in self.index:
            c = f"c_{self.index[determined]}"
            for side, value in (("affirm", 2), ("deny", 0)):
                for kind in ("sure", "open"):
                    sides[side, kind] = f"least({sides[side, kind]}, CASE WHEN {c} = {value} THEN {DETERMINED} ELSE {NO_RANK} END)"
        combined = f"CASE WHEN {sides['affirm', 'sure']} < {sides['deny', 'open']} THEN 2 WHEN {sides['deny', 'sure']} < {sides['affirm', 'open']} THEN 0 ELSE 1 END"
        own = Atom("fact", name)
        # What an agreement says of an agency fills what the row leaves open, and never overrules it.
        return f"CASE WHEN c_{self.index[own]} <> 1 THEN c_{self.index[own]} ELSE {combined} END" if own in self.index else combined
