"""What a detainer's paper says by itself, as SQL over the distinct *looks* of detainers in the rows.

A look is what is printed and ticked: form, edition, boxes, signature, sender, and what the row states of a detainer's
facts. Rows have few different looks, so this part is worked out once a look and joined back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dueprocess.batch.folding import Atom, Folded, Spec
from dueprocess.batch.sqltext import packed
from dueprocess.law import Authority
from dueprocess.terms import facts_of
from dueprocess.terms.codes import code_sql, comparison_sql, sql_literal

UNLISTED = "unlisted"
"""The form of the detainer that nobody has listed although the record is not complete: all of it is unknown."""

VARYING = ("request_stands", "detainer_served", "detainer_cancelled", "detainer_lodged")
"""Facts of a detainer that change with the clock; all others stand on the paper."""

REQUEST_PARTS = ("detainer_lodged", "hold_requested", "detainer_complete", "detainer_signed", "detainer_served", "release_due")
"""What a request's standing turns on, in the order of the bits of ``parts_sql``; the last is its printed limit."""

LOOK_KEYS = ("form", "edition", "boxes", "signed_by", "issuer")


@dataclass(frozen=True, slots=True)
class EditionSet:
    """The editions that a paper may be, as far as they were known; ``forms`` lists (form, edition or None, known)."""

    number: int
    editions: tuple[Authority, ...]
    forms: tuple[tuple[str, str | None, int], ...]

    @property
    def specs(self) -> tuple[tuple[Spec, ...], ...]:
        """The printed limits of each edition."""
        return tuple(tuple(Spec.of(n) for n in e.norms if n.verb == "limit") for e in self.editions)


_Edition = tuple[str, tuple[tuple[str, ...], ...]]
"""An edition by its id and the days that its limits leave out, which are more as days off become known."""


def edition_sets(folded: Folded) -> tuple[EditionSet, ...]:
    """Every set of editions that some (form, edition, day of knowledge) leaves possible; number 0 is the empty one."""
    book = folded.lawbook
    found: dict[tuple[_Edition, ...], list[tuple[str, str | None, int]]] = {(): []}
    by_key: dict[_Edition, Authority] = {}
    for form, editions in book.forms.items():
        for k, known_at in enumerate(folded.known):
            known = {e: book.printed(a.id, known_at, None) for e, a in editions.items() if book.known(a.id, known_at)}
            keys = {e: (a.id, tuple(n.excluding for n in a.norms)) for e, a in known.items()}
            by_key |= {keys[e]: a for e, a in known.items()}
            found.setdefault(tuple(keys.values()), []).append((form, None, k))
            for edition in editions:
                found.setdefault((keys[edition],) if edition in keys else (), []).append((form, edition, k))
    return tuple(EditionSet(i, tuple(by_key[key] for key in keys), tuple(forms)) for i, (keys, forms) in enumerate(found.items()))


class Looks:
    """The SQL of the looks for one run. ``stated`` are the detainer's facts that the rows have a column for."""

    def __init__(self, folded: Folded, *, stated: Sequence[str]) -> None:
        self.folded = folded
        self.stated = tuple(stated)
        self.sets = edition_sets(folded)
        vocabulary = folded.lawbook.vocabulary
        self.facts = [f for f in vocabulary.facts.values() if f.origin == "detainer"]
        self.booleans = [f.name for f in self.facts if f.type == "boolean" and f.name not in VARYING]
        names = {f.name for f in self.facts}
        for edition_set in self.sets:
            for edition in edition_set.editions:
                for norm in edition.norms:
                    if norm.verb == "declare" and (norm.object in VARYING or not facts_of(norm.when) <= names - set(VARYING)):
                        raise AssertionError(f"[{norm.ref}] declares or rests on what a paper alone does not say")

    def own(self, name: str) -> str:
        """The code of a boolean fact as the paper or the row gives it, before the edition has spoken."""
        fact = next(f for f in self.facts if f.name == name)
        given = f"CASE WHEN s_{name} IS NULL THEN 1 WHEN s_{name} THEN 2 ELSE 0 END" if name in self.stated else "1"
        if name == "detainer_signed":
            return f"CASE WHEN signed_by IS NULL OR form = '{UNLISTED}' THEN {given} WHEN signed_by = 'immigration_officer' THEN 2 ELSE 0 END"
        if fact.box:
            return f"CASE WHEN boxes IS NULL THEN {given} WHEN (' ' || boxes || ' ') LIKE '% {fact.box} %' THEN 2 ELSE 0 END"
        return given

    def value(self, name: str) -> str:
        """The value of a fact that is one of several."""
        given = f"s_{name}" if name in self.stated else "CAST(NULL AS VARCHAR)"
        if name == "detainer_form":
            return f"CASE WHEN form = '{UNLISTED}' THEN {given} ELSE form END"
        if name == "detainer_issuer":
            return f"coalesce(issuer, {given})"
        return given

    def told(self, name: str) -> str:
        """What the editions that the paper may be declare of it, where they agree."""
        cases = []
        for edition_set in self.sets:
            each = [self._edition_tells(e, name) for e in edition_set.editions]
            if not any(each):
                continue
            texts = [t or "1" for t in each]
            agreed = " AND ".join(f"{texts[0]} = {t}" for t in texts[1:])
            cases.append(f"WHEN {edition_set.number} THEN " + (f"CASE WHEN {agreed} THEN {texts[0]} ELSE 1 END" if agreed else texts[0]))
        return f"CASE edition_set {' '.join(cases)} ELSE 1 END" if cases else "1"

    def _edition_tells(self, edition: Authority, name: str) -> str:
        norms = [n for n in edition.norms if n.verb == "declare" and n.object == name]
        if not norms:
            return ""
        states = [(code_sql(n.when, fact=lambda f: f"o_{f}", comparison=self._compared), n.value) for n in norms]
        unsure = " OR ".join(f"{s} = 1" for s, _ in states)
        affirmed = " OR ".join(f"{s} = 2" for s, v in states if v) or "FALSE"
        denied = " OR ".join(f"{s} = 2" for s, v in states if not v) or "FALSE"
        return f"(CASE WHEN {unsure} THEN 1 WHEN ({affirmed}) AND ({denied}) THEN 1 WHEN {affirmed} THEN 2 WHEN {denied} THEN 0 ELSE 1 END)"

    def _compared(self, tree: tuple[object, ...]) -> str:
        return comparison_sql(tree, value=lambda name: f"v_{name}")

    def edition_set_sql(self) -> str:
        """The number of the edition set of a row of looks."""
        by_known: dict[int, list[str]] = {}
        for edition_set in self.sets:
            for form, edition, k in edition_set.forms:
                condition = f"form = '{form}' AND " + ("(edition IS NULL OR edition = 'unknown')" if edition is None else f"edition = {sql_literal(edition)}")
                by_known.setdefault(k, []).append(f"WHEN known = {k} AND {condition} THEN {edition_set.number}")
        whens = " ".join(w for group in by_known.values() for w in group)
        return f"CASE WHEN form = '{UNLISTED}' THEN -1 {whens} ELSE 0 END"

    def sql(self, source: str, *, place: Mapping[Atom, tuple[int, int]], words: int) -> str:
        """The looks of ``source`` (columns ``look``, LOOK_KEYS, ``known``, ``s_<fact>``) with all that stands on them.

        ``place`` gives each atom's word and shift. Columns: ``sure_w``, ``unsure_w`` (the atoms that stand on the
        paper, packed, where it is known to be in force and where it is not), ``c_<fact>`` codes, ``p_<fact>`` printed
        codes (for what is stated against the paper), ``edition_set``.
        """
        own = ", ".join(f"{self.own(n)} AS o_{n}" for n in self.booleans)
        values = ", ".join(f"{self.value(f.name)} AS v_{f.name}" for f in self.facts if f.type == "one_of")
        told = ", ".join(f"{self.told(n)} AS t_{n}" for n in self.booleans)
        final = ", ".join(f"CASE WHEN t_{n} <> 1 THEN t_{n} ELSE o_{n} END AS c_{n}" for n in self.booleans)
        tells = {n.object for s in self.sets for e in s.editions for n in e.norms if n.verb == "declare"}
        printed = ", ".join(f"{self._printed(n, n in tells)} AS p_{n}" for n in self.booleans)
        stated = ", ".join(f"{self._stated(n)} AS st_{n}" for n in VARYING)
        atoms = [a for a in place if a.kind in ("fact", "compared") and a.facts and all(self._on_paper(f) for f in a.facts)]
        words_of = []
        for word in range(words):
            for name, unsure in (("sure", False), ("unsure", True)):
                terms = [packed(self._atom(a, unsure=unsure), place[a][1]) for a in atoms if place[a][0] == word]
                words_of.append(f"CAST({' + '.join(terms) or '0'} AS BIGINT) AS {name}_{word}")
        return f"""
WITH a AS (SELECT *, {self.edition_set_sql()} AS edition_set, {own}, {values} FROM {source}),
b AS (SELECT *, {told} FROM a),
c AS (SELECT *, {final}, {printed}, {stated} FROM b)
SELECT *, least(c_hold_requested, c_detainer_complete, c_detainer_signed) AS paper_sound, {", ".join(words_of)} FROM c"""

    def _on_paper(self, name: str) -> bool:
        return any(f.name == name for f in self.facts) and name not in VARYING

    def _stated(self, name: str) -> str:
        return f"CASE WHEN s_{name} IS NULL THEN 1 WHEN s_{name} THEN 2 ELSE 0 END" if name in self.stated else "1"

    def _printed(self, name: str, told: bool) -> str:
        """What ``Stay.printed`` gives: an edition that cannot tell makes the printed value unknown."""
        sets = [str(s.number) for s in self.sets if any(n.verb == "declare" and n.object == name for e in s.editions for n in e.norms)]
        return f"CASE WHEN edition_set IN ({', '.join(sets)}) THEN t_{name} ELSE o_{name} END" if told and sets else f"o_{name}"

    def _atom(self, atom: Atom, *, unsure: bool) -> str:
        if atom.kind == "fact":
            return f"least(c_{atom.name}, 1)" if unsure else f"c_{atom.name}"
        return "1" if unsure else self._compared(atom.tree)


def without_detainer(atom: Atom) -> int:
    """The code of a detainer's atom where there is no detainer: its facts are no, and none of the values."""
    from dueprocess.terms.codes import code_of
    from dueprocess.terms.tree import evaluate

    if atom.kind == "fact":
        return 0
    return code_of(evaluate(atom.tree, dict.fromkeys(atom.facts, "none")))


def parts_sql(slot: int) -> str:
    """Which parts of a detainer's request are unknown at a moment, as bits in the order of ``REQUEST_PARTS``."""
    d = f"d{slot}"
    codes = [f"{d}_lodged", f"{d}_c_hold_requested", f"{d}_c_detainer_complete", f"{d}_c_detainer_signed", f"greatest(2 - {d}_c_service_required, {d}_c_served)", f"{d}_over_0"]
    unknown = " + ".join(f"CASE WHEN {c} = 1 THEN {1 << i} ELSE 0 END" for i, c in enumerate(codes))
    return f"CASE WHEN {d}_here = 0 THEN 0 ELSE {unknown} END"
