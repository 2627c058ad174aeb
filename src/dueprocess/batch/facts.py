"""The facts of a row as codes: stated, shown by papers, or left open, and what contradicts itself among them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from dueprocess.batch import rows
from dueprocess.batch.asked import Asked
from dueprocess.batch.folding import Atom
from dueprocess.batch.forms import UNLISTED, VARYING
from dueprocess.batch.sqltext import HIGH, by, greatest, least, negated, packed
from dueprocess.batch.sqltext import stated as stated_code
from dueprocess.batch.survey import Told
from dueprocess.terms.codes import comparison_sql

PAPER_FACTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # fact: (kinds of paper, who must have signed); as case/facts.py
    "admin_warrant": (("i-200", "i-205"), ("immigration_officer",)),
    "removal_warrant": (("i-205",), ("immigration_officer",)),
    "judicial_warrant": (("judicial_warrant",), ("judge", "clerk")),
    "court_order": (("court_order",), ("judge", "clerk")),
    "judge_probable_cause": (("probable_cause_affidavit",), ("judge",)),
    "removal_order": (("immigration_judge_order",), ("immigration_judge",)),
}


class Facts:
    """The codes of what conditions ask of a row beside its times."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    def papers_at_moment(self) -> dict[str, str]:
        """What papers show at the moment asked about, a column each."""
        return {f"at_{name}": self.paper_fact(name, "moment") for name in self.papers_asked}

    def printed_at_moment(self) -> dict[str, str]:
        """The codes of what each detainer shows at the moment asked about, for what is stated and changes with time."""
        found: dict[str, str] = {}
        for i in self.asked.detainer_slots:
            if "detainer_served" in self.asked.looks.stated:
                found[f"m{i}_detainer_served"] = by(f"d{i}_srv_lo", f"d{i}_srv_hi", "moment")
            cancelled = by(f"d{i}_can_lo", f"d{i}_can_hi", "moment")
            if "detainer_cancelled" in self.asked.looks.stated:
                found[f"m{i}_detainer_cancelled"] = cancelled
            if "detainer_lodged" in self.asked.looks.stated:
                told = f"CASE WHEN {cancelled} = 1 THEN d{i}_st_detainer_cancelled ELSE {cancelled} END"
                found[f"m{i}_detainer_lodged"] = f"least({by(f'd{i}_rec_lo', f'd{i}_rec_hi', 'moment')}, 2 - {told})"
        return found

    def against_papers(self) -> str:
        """What is stated against what the papers show at the moment asked about (``Stay.check_statements``)."""
        whens = []
        for name in PAPER_FACTS:
            inline = name in rows.WARRANTS
            if name not in self.asked.stated and not inline:
                continue
            if not self.asked.shape.papers and len(self._inline(name)) < 2 and name not in self.asked.stated:
                continue  # a warrant that never was is not in force
            if not self.asked.shape.papers and not self._inline(name):
                whens.append(f"WHEN complete AND {self._value(name, 'moment')} THEN '{_conflict(name)}'")
                continue
            stated = stated_code(self._value(name, "moment")) if name in self.asked.stated else "1"
            if inline and stated == "1":
                whens.append(f"WHEN {name}_lo >= {HIGH} AND at_{name} = 2 THEN '{_conflict(name)}'")
                continue
            if inline:
                stated = f"CASE WHEN {stated} = 1 AND {name}_lo >= {HIGH} THEN 0 ELSE {stated} END"
            # Apart by two: one says yes and the other no.
            whens.append(f"WHEN abs({stated} - at_{name}) = 2 THEN '{_conflict(name)}'")
        listed = [f"(k{i}_form IS NOT NULL AND k{i}_form <> '{UNLISTED}')" for i in self.asked.detainer_slots]
        for name in self.asked.looks.stated:
            if name == "request_stands":
                # Whatever papers say of it takes the statement in, save where a complete record has no detainer.
                parts = "least(d0_st_detainer_lodged, d0_c_hold_requested, d0_c_detainer_complete, d0_c_detainer_signed, greatest(2 - d0_c_service_required, d0_st_detainer_served))"
                unlisted = f"k0_form = '{UNLISTED}' AND {parts} = 0"
                whens.append(f"WHEN coalesce(f_{name}, FALSE) AND ((no_detainer AND complete) OR ({unlisted})) THEN '{_conflict(name)}'")
                continue
            one_of = self.asked.vocabulary.facts[name].type == "one_of"
            stated = f"f_{name}" if one_of else stated_code(f"f_{name}")
            shown = f"d{{i}}_v_{name}" if one_of else f"m{{i}}_{name}" if name in VARYING else f"d{{i}}_p_{name}"
            known = "{x} IS NOT NULL" if one_of else "{x} <> 1"
            every = " AND ".join(f"(NOT {p} OR ({known.format(x=shown.format(i=i))} AND {shown.format(i=i)} <> {stated}))" for i, p in enumerate(listed))
            none = f"(no_detainer AND complete AND {'TRUE' if one_of else f'{stated} = 2'})"
            given = f"{stated} IS NOT NULL" if one_of else f"{stated} <> 1"
            whens.append(f"WHEN {given} AND ({none} OR (({' OR '.join(listed)}) AND {every})) THEN '{_conflict(name)}'")
        return " ".join(whens) or "WHEN FALSE THEN ''"

    def _changes(self, atom: Atom) -> bool:
        """Whether an atom of the shared facts may change within a stay."""
        if atom.kind != "fact" and atom.kind != "compared":
            return True
        return any(
            (name in PAPER_FACTS and self._papers_may_show(name)) or f"f_{name}_from" in self.asked.columns or (name == "conviction_age_years" and "f_conviction_date" in self.asked.columns)
            for name in atom.facts
        )

    def static_word(self, word: int) -> str:
        """The packed codes of the shared facts that never change within a stay, but those of ``rare_word``."""
        return self._static(word, lambda atom: not self._rare(atom))

    def rare_word(self, word: int) -> str:
        """The same of the facts that few rows' law asks for, worked out where a row's regime does."""
        asked = sum(3 << shift for atom, (w, shift) in self.asked.place.items() if w == word and self._rare(atom))
        return f"CASE WHEN (mask_{word} & {asked}) <> 0 THEN {self._static(word, self._rare)} ELSE 0 END" if asked else "0"

    def _rare(self, atom: Atom) -> bool:
        # With its instants a row is many: what does not change is worked out before.
        return not self.asked.timeline and atom in self.asked.folded.rare and not self._changes(atom) and not self.asked.is_detainer(atom)

    def _static(self, word: int, chosen: Callable[[Atom], bool]) -> str:
        terms = []
        for atom, (w, shift) in self.asked.place.items():
            if w == word and atom.kind in ("fact", "compared") and chosen(atom) and not self.asked.is_detainer(atom) and not self._changes(atom):
                terms.append(self._in_place(atom, shift))
        return f"CAST({' + '.join(terms) or '0'} AS BIGINT)"

    def _in_place(self, atom: Atom, shift: int) -> str:
        """The code of a fact that never changes, at its place in a word: where it is a column of the rows, in one step."""
        if atom.kind != "fact" or atom.name not in self.asked.stated or atom.name in PAPER_FACTS:
            return packed(self._atom(atom, "t"), shift)
        unknown = f"CASE WHEN complete THEN 0 ELSE {1 << shift} END" if self.asked.vocabulary.facts[atom.name].no_where_complete else ""
        return stated_code(f"f_{atom.name}", unit=1 << shift, unknown=unknown)

    def _value(self, name: str, t: str) -> str:
        column = f"f_{name}"
        if name not in self.asked.stated:
            return "CAST(NULL AS BOOLEAN)" if self.asked.vocabulary.facts[name].type == "boolean" else "NULL"
        value = column
        if f"{column}_from" in self.asked.columns:
            value = f"(CASE WHEN {column}_from IS NOT NULL AND {t} >= {column}_from THEN {column}_then ELSE {column} END)"
        return value

    def _atom(self, atom: Atom, t: str) -> str:
        """The code of a shared fact or comparison at ``t``."""
        if atom.kind == "compared":
            return comparison_sql(atom.tree, value=lambda n: self._compared_value(n, t))
        return self._shared(atom.name, t)

    def _compared_value(self, name: str, t: str) -> str:
        if name == "conviction_age_years" and "f_conviction_date" in self.asked.columns:
            convicted = self._value("conviction_date", t)
            age = f"(today_year - year({convicted}) - CASE WHEN today_md < month({convicted}) * 100 + day({convicted}) THEN 1 ELSE 0 END)"
            own = self._value(name, t)
            return age if own == "NULL" else f"coalesce({own}, {age})"
        value = self._value(name, t)
        kinds = {"one_of": "VARCHAR", "number": "DOUBLE", "date": "DATE"}
        return f"CAST(NULL AS {kinds[self.asked.vocabulary.facts[name].type]})" if value == "NULL" else value

    def _shared(self, name: str, t: str) -> str:
        stated = stated_code(self._value(name, t)) if name in self.asked.stated else "1"
        if name in PAPER_FACTS:
            if name in rows.WARRANTS:
                never = f"{name}_lo >= {HIGH}"
                stated = f"CASE WHEN {stated} = 1 AND {never} THEN 0 ELSE {stated} END" if stated != "1" else f"CASE WHEN {never} THEN 0 ELSE 1 END"
            own = "absent_by" if not self._papers_may_show(name) else f"own_{name}" if self.asked.timeline else f"at_{name}"
            code = f"(CASE WHEN {own} <> 1 THEN {own} ELSE {stated} END)"
        else:
            code = stated
        if self.asked.vocabulary.facts[name].no_where_complete:
            return "CASE WHEN complete THEN 0 ELSE 1 END" if code == "1" else f"(CASE WHEN complete AND {code} = 1 THEN 0 ELSE {code} END)"
        return code

    def _inline(self, name: str) -> list[rows.Slot]:
        """The warrants in the row itself that show a fact, of those that any row has."""
        kinds, signers = PAPER_FACTS[name]
        return [s for s in rows.paper_slots(self.asked.shape) if s.inline and s.kind.strip("'") in kinds and s.signer.strip("'") in signers and self.asked.times.get(s.inline, Told()).given]

    def _papers_may_show(self, name: str) -> bool:
        """Whether any row of this shape may have a paper that shows a fact; if not, no paper does at any time."""
        return bool(self.asked.shape.papers or self._inline(name))

    @cached_property
    def papers_asked(self) -> list[str]:
        """The facts that papers show, as far as a condition asks for one or a row may state it."""
        asked = {n for a in self.asked.place for n in a.facts}
        return [n for n in PAPER_FACTS if (n in asked or n in rows.WARRANTS or n in self.asked.stated) and self._papers_may_show(n)]

    def paper_fact(self, name: str, t: str) -> str:
        """Whether such a paper is in force; what is not listed is "no" only in a complete record."""
        kinds, signers = PAPER_FACTS[name]
        signed = ", ".join(f"'{s}'" for s in signers)
        codes: list[str] = []
        inline = self._inline(name)
        if not self.asked.shape.papers and inline:
            # Of an incomplete record nobody knows whether the paper was cancelled, or whether there is another.
            listed = " OR ".join(s.listed for s in inline)
            return f"CASE WHEN NOT ({listed}) THEN absent_by WHEN complete THEN {greatest(*(by(s.low, s.high, t) for s in inline))} ELSE 1 END"
        for slot in rows.paper_slots(self.asked.shape):
            if slot.inline and slot not in self._inline(name):
                continue
            force = least(by(slot.low, slot.high, t), negated(by(slot.cancelled_low, slot.cancelled_high, t)))
            if slot.inline:
                codes.append(force)  # one that is not listed is never received
            else:
                right = f"({slot.kind} IN ({', '.join(repr(k) for k in kinds)}) AND {slot.matter} = 'civil')"
                sign = f"CASE WHEN {slot.signer} IS NULL THEN 1 WHEN {slot.signer} IN ({signed}) THEN 2 ELSE 0 END"
                codes.append(f"CASE WHEN {right} THEN least({force}, {sign}) ELSE 0 END")
        return greatest(*codes, "absent_by")

    def changing(self, word: int, t: str, *, dated: bool) -> list[str]:
        """The packed codes of shared facts that may change within a stay; with ``dated`` those that turn on the local day
        of ``t``, else all others."""
        found = []
        for atom, (w, shift) in self.asked.place.items():
            if w != word or atom.kind == "ended" or (atom.kind != "determined" and (self.asked.is_detainer(atom) or not self._changes(atom))):
                continue
            if dated == ("conviction_age_years" in atom.facts and "f_conviction_date" in self.asked.columns):
                found.append(packed(self._determination(atom.name, t) if atom.kind == "determined" else self._atom(atom, t), shift))
        return found

    def _determination(self, name: str, t: str) -> str:
        if name != "probable_cause" or "determined_probable_cause_at" not in self.asked.columns:
            return "1"
        return f"(CASE WHEN determined_probable_cause_at <= {t} AND determined_probable_cause IS NOT NULL THEN CASE WHEN determined_probable_cause THEN 2 ELSE 0 END ELSE 1 END)"


def _conflict(name: str) -> str:
    return f"[{name}] is stated against what else is given"
