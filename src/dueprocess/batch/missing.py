"""What could settle an open row: each unknown thing asked of it is tried both ways, once for each different question.

An unknown thing that settles the question alone is named; where none does, all that are unknown there are. Which
column of a table supplies it is for the reader of the names: they are facts of the vocabulary and recorded times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dueprocess.batch.asked import OUT_REVIEW
from dueprocess.batch.folding import Atom
from dueprocess.batch.forms import REQUEST_PARTS
from dueprocess.batch.outcomes import MAYBE
from dueprocess.batch.query import Query
from dueprocess.batch.resolve import Resolver

ATOMS_A_MASK = 60
SETTLED = "(favor = against OR greatest(favor, against) <= 0)"


class Missing:
    """The stages that follow ``judged`` and ``found``."""

    def __init__(self, query: Query, resolver: Resolver) -> None:
        self.query = query
        self.resolver = resolver
        self.atoms: list[Atom] = list(query.place)
        self.masks = range(-(-len(self.atoms) // ATOMS_A_MASK) or 1)
        self.words = range(query.words)

    def stages(self) -> list[tuple[str, str]]:
        """(name, SQL): ``open_rows`` and at last ``open_masks`` (row, ``mask_<i>``, ``parts``, ``by_facts``)."""
        words = ", ".join(f"w_{w}" for w in self.words)
        candidates = self.query.candidates()
        asked = [*(f"{c}_{w}_0" for c in candidates for w in self.words), *(f"parts_{i}" for i in self.query.detainer_slots)]
        open_rows = (
            f"SELECT m.row, m.regime, {', '.join(f'm.{c}' for c in asked)} FROM moments AS m JOIN found AS f ON f.row = m.row AND m.t = f.open_at"
            f" WHERE f.out = {OUT_REVIEW} OR f.class IN ({', '.join(map(str, MAYBE))})"
        )
        each = " UNION ALL ".join(f"SELECT regime, {', '.join(f'{c}_{w}_0 AS w_{w}' for w in self.words)} FROM open_rows WHERE {c}_0_0 >= 0" for c in candidates)
        questions = f"SELECT q.* FROM (SELECT DISTINCT * FROM ({each}) AS e) AS q JOIN answers AS a ON a.regime = q.regime AND {self._same('a', 'q')} WHERE NOT (a.favor = a.against OR greatest(a.favor, a.against) <= 0)"
        unknown = "(CASE x.word " + " ".join(f"WHEN {w} THEN w_{w}" for w in self.words) + " END // x.power) % 4 = 1"
        changed = ", ".join(f"w_{w} + CASE WHEN x.word = {w} THEN x.delta * x.power ELSE 0 END AS p_{w}" for w in self.words)
        probes = [f"SELECT regime, {words}, {changed}, x.atom FROM open_questions CROSS JOIN probe_of AS x WHERE {unknown}"]
        for delta in (-1, 1):
            # All of them at once: do facts settle it at all, or is it the law that is open?
            changed = ", ".join(
                f"w_{w} + ({' + '.join(f'CASE WHEN (w_{w} // {1 << s}) % 4 = 1 THEN {delta * (1 << s)} ELSE 0 END' for a, (x, s) in self.query.place.items() if x == w and a.kind != 'determined') or '0'}) AS p_{w}"
                for w in self.words
            )
            probes.append(f"SELECT regime, {words}, {changed}, -1 AS atom FROM open_questions")
        probed = ", ".join(f"p_{w} AS w_{w}" for w in self.words)
        tried = f"SELECT regime, {words}, favor, against FROM ({self.resolver.sql('probe_questions')}) AS r"
        settled = (
            f"SELECT p.regime, {', '.join(f'p.w_{w}' for w in self.words)}, p.atom, max(CASE WHEN {SETTLED} THEN 1 ELSE 0 END) AS settles FROM probes AS p JOIN probe_answers AS a ON a.regime = p.regime"
            f" AND {' AND '.join(f'a.w_{w} = p.p_{w}' for w in self.words)} GROUP BY p.regime, {', '.join(f'p.w_{w}' for w in self.words)}, p.atom"
        )
        sums = []
        for m in self.masks:
            inside = f"atom BETWEEN {m * ATOMS_A_MASK} AND {(m + 1) * ATOMS_A_MASK - 1}"
            powers = "CASE atom " + " ".join(f"WHEN {n} THEN {1 << (n % ATOMS_A_MASK)}" for n in range(len(self.atoms)) if n // ATOMS_A_MASK == m) + " END"
            sums += [f"CAST(sum(CASE WHEN {inside} AND settles = 1 THEN {powers} ELSE 0 END) AS BIGINT) AS alone_{m}", f"CAST(sum(CASE WHEN {inside} THEN {powers} ELSE 0 END) AS BIGINT) AS all_{m}"]
        any_alone = " OR ".join(f"alone_{m} <> 0" for m in self.masks)
        facts = " OR ".join(f"(alone_{m} & {self._fact_mask(m)}) <> 0" for m in self.masks)
        named = ", ".join(f"CASE WHEN {any_alone} THEN alone_{m} ELSE all_{m} END AS mask_{m}" for m in self.masks)
        named_questions = f"SELECT regime, {words}, {named}, CASE WHEN joint = 1 OR {facts} THEN 1 ELSE 0 END AS by_facts FROM (SELECT regime, {words}, {', '.join(sums)}, max(CASE WHEN atom = -1 THEN settles ELSE 0 END) AS joint FROM settled GROUP BY regime, {words}) AS s"
        joins = " ".join(f"LEFT JOIN named_questions AS n{i} ON n{i}.regime = o.regime AND " + " AND ".join(f"n{i}.w_{w} = o.{c}_{w}_0" for w in self.words) for i, c in enumerate(candidates))
        masks = ", ".join("(" + " | ".join(f"coalesce(n{i}.mask_{m}, 0)" for i in range(len(candidates))) + f") AS mask_{m}" for m in self.masks)
        by_facts = "greatest(" + ", ".join([*(f"coalesce(n{i}.by_facts, 0)" for i in range(len(candidates))), "0"]) + ")"
        parts = " | ".join(f"parts_{i}" for i in self.query.detainer_slots)
        return [
            ("open_rows", open_rows),
            ("open_questions", questions),
            ("probes", " UNION ALL ".join(probes)),
            ("probe_questions", f"SELECT DISTINCT regime, {probed} FROM probes"),
            ("probe_answers", tried),
            ("settled", settled),
            ("named_questions", named_questions),
            ("open_masks", f"SELECT o.row, {masks}, ({parts}) AS parts, {by_facts} AS by_facts FROM open_rows AS o {joins}"),
        ]

    def probe_rows(self) -> list[tuple[int, int, int, int]]:
        """The table ``probe_of``: (atom, its word, the power of two at which it stands, -1 to make it no or 1 yes)."""
        return [(n, word, 1 << shift, delta) for n, (word, shift) in enumerate(self.query.place.values()) for delta in (-1, 1)]

    def _same(self, one: str, other: str) -> str:
        return " AND ".join(f"{one}.w_{w} = {other}.w_{w}" for w in self.words)

    def _fact_mask(self, mask: int) -> int:
        return sum(1 << (n % ATOMS_A_MASK) for n, a in enumerate(self.atoms) if n // ATOMS_A_MASK == mask and a.kind != "determined")

    def names(self, masks: tuple[int, ...], parts: int) -> list[str]:
        """The names behind a row's masks, in a fixed order."""
        found: list[str] = []
        for number, atom in enumerate(self.atoms):
            if not (masks[number // ATOMS_A_MASK] >> (number % ATOMS_A_MASK)) & 1:
                continue
            if atom.kind == "ended":
                assert atom.spec is not None
                found.append(atom.spec.counted_from)
            elif atom.name == "request_stands":
                found += [p for i, p in enumerate(REQUEST_PARTS) if (parts >> i) & 1] or ["request_stands"]
            else:
                found += sorted(atom.facts)
        return list(dict.fromkeys(found))


_FLAGS = {
    # What a row tells beside its open question, a bit each: SQL of the row ``{r}``.
    "booked": "{r}.booking_unknown",
    "release_due": "{r}.no_grounds OR {r}.unknown_end",
    "left": "{r}.left_missing",
    "may stand": f"{{r}}.out = {OUT_REVIEW} AND {{r}}.standing = 1 AND NOT ({{r}}.no_grounds OR {{r}}.unknown_end)",
    "due vaguely": "{r}.vague_due",
    "left vaguely": "{r}.left_vague",
}
_TIMES: tuple[str, ...] = ("booked", "release_due", "left")
_BIT = {name: 1 << i for i, name in enumerate(_FLAGS)}


def wants_sql(number: str, row: str) -> str:
    """The number of what a row is in want of, as ``wanted`` lists it; ``number`` is that of the names of its open question, 0 for none."""
    return " + ".join([f"{number} * {1 << len(_FLAGS)}", *(f"CASE WHEN {sql.format(r=row)} THEN {_BIT[name]} ELSE 0 END" for name, sql in _FLAGS.items())])


def wanted(questions: Sequence[Sequence[str]]) -> Iterator[tuple[int, str | None]]:
    """(number, names) for each of ``wants_sql``; number 0 is in want of nothing. ``questions`` are the names of each different
    open question."""
    for number, names in enumerate([(), *questions]):
        # A limit that is open although release is due at a known second is open for another reason.
        others = [n for n in names if n != "release_due"] or names
        for flags in range(1 << len(_FLAGS)):
            told = {name for name, bit in _BIT.items() if flags & bit}
            wants = [n for n in _TIMES if n in told] + ["release_due"] * ("may stand" in told)
            wants += names if told & {"due vaguely", "release_due"} else others
            wants = wants or ["release_due"] * ("due vaguely" in told) + ["left"] * ("left vaguely" in told)
            yield (number << len(_FLAGS)) + flags, " ".join(wants) or None
