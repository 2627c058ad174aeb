"""What is asked of the law at an instant, packed into words: one question for each detainer and one without any."""

from __future__ import annotations

from functools import cached_property

from dueprocess.batch.asked import Asked
from dueprocess.batch.facts import Facts
from dueprocess.batch.forms import VARYING, without_detainer
from dueprocess.batch.limits import BY_DETAINER, DUE, Limits
from dueprocess.batch.sqltext import by, greatest, least, packed


class Questions:
    """The layers of columns that end with the questions."""

    def __init__(self, asked: Asked, facts: Facts, limits: Limits) -> None:
        self.asked = asked
        self.facts = facts
        self.limits = limits

    def detainers_at(self, t: str) -> dict[str, str]:
        """Whether each detainer had been received, cancelled, served."""
        if self.asked.shape.plain:
            return {}
        return {
            f"d{i}_{name}": f"CASE WHEN {self.asked.lacking(i)} THEN 0 ELSE {by(f'd{i}_{column}_lo', f'd{i}_{column}_hi', t)} END"
            for i in self.asked.detainer_slots
            for name, column in (("r", "rec"), ("x", "can"), ("s", "srv"))
        }

    def detainer_layers(self, layers: list[dict[str, str]]) -> None:
        """Add to six layers how each detainer stands: here, lodged, served, and whether its request does."""
        if self.asked.timeline:
            layers[0] |= self.detainers_at("t")
        if not self.asked.detainer_slots:
            return None
        if self.asked.shape.plain:
            return self._unlisted_layers(layers)
        printed_from_due = all(s.counted_from == DUE for s in self.asked.form_specs)
        for i in self.asked.detainer_slots:
            unlisted = self.asked.unlisted(i)
            layers[1][f"d{i}_here"] = f"CASE WHEN k{i}_form IS NULL THEN 0 WHEN {unlisted} THEN 1 ELSE {least(f'd{i}_r', f'2 - d{i}_x')} END"
            layers[1][f"d{i}_c_cancelled"] = f"CASE WHEN {unlisted} OR d{i}_x = 1 THEN d{i}_st_detainer_cancelled ELSE d{i}_x END"
            layers[1][f"d{i}_c_served"] = f"CASE WHEN {unlisted} OR d{i}_s = 1 THEN d{i}_st_detainer_served ELSE d{i}_s END"
            layers[2][f"d{i}_lodged0"] = f"CASE WHEN {unlisted} THEN 1 ELSE {least(f'd{i}_r', f'2 - d{i}_c_cancelled')} END"
            layers[2][f"d{i}_served_if"] = greatest(f"2 - d{i}_c_service_required", f"d{i}_c_served")
            layers[3][f"d{i}_lodged"] = f"CASE WHEN d{i}_lodged0 <> 1 THEN d{i}_lodged0 ELSE d{i}_st_detainer_lodged END"
            # What a request needs beside its time: the same however grounds are placed.
            layers[4][f"d{i}_sound"] = least(f"d{i}_lodged", f"d{i}_paper_sound", f"d{i}_served_if")
            for v in self.asked.variants:
                low, high = self.limits.request_end(i, v)
                layers[4][f"d{i}_over_{v}"] = f"CASE WHEN {self.asked.lacking(i)} OR d{i}_edition_set = -1 THEN 1 {self._early(v) if printed_from_due else ''}ELSE {by(low, high, 't')} END"
                stands = least(f"d{i}_sound", f"2 - d{i}_over_{v}")
                layers[5][f"d{i}_stands_{v}"] = f"CASE WHEN {stands} <> 1 THEN {stands} ELSE d{i}_st_request_stands END"

    def _unlisted_layers(self, layers: list[dict[str, str]]) -> None:
        """The same where no row lists a detainer: what nobody has listed is lodged, served or over as far as anybody knows."""
        layers[1] |= {"d0_here": "absent_by", **{f"d0_c_{n}": f"d0_st_detainer_{n}" for n in ("cancelled", "served")}, "d0_lodged": "d0_st_detainer_lodged"}
        layers[2]["d0_served_if"] = greatest("2 - d0_c_service_required", "d0_c_served")
        layers[3]["d0_sound"] = least("d0_lodged", "d0_paper_sound", "d0_served_if")
        for v in self.asked.variants:
            layers[4][f"d0_over_{v}"] = "1"
            layers[5][f"d0_stands_{v}"] = "CASE WHEN d0_sound = 0 THEN 0 ELSE d0_st_request_stands END"

    def _early(self, v: int) -> str:
        """The branch of a CASE for instants before any limit from when release was due has ended."""
        return f"WHEN {self.limits.none_ended(v)} THEN 0 " if self.asked.timeline else ""

    def shared_words(self) -> dict[str, str]:
        """The packed codes that all candidates share: ``shared_<word>``, and ``ends_<word>_<variant>`` of limits."""
        found: dict[str, str] = {}
        for v in self.asked.variants:
            for w in range(self.asked.words):
                terms: list[str] = []
                ends: list[str] = []
                if v == 0:
                    terms = [f"word_{w}", *self.facts.changing(w, "t", dated=False)] if self.asked.timeline else [f"row_{w}", self.facts.rare_word(w)]
                    terms += self.facts.changing(w, "t", dated=True)
                for atom, (word, shift) in self.asked.place.items():
                    if word == w and atom.spec is not None and atom.kind == "ended" and atom.spec.counted_from not in BY_DETAINER:
                        low, high = self.limits.bounds_of(self.asked.specs.index(atom.spec), v, None)
                        (ends if atom.spec.counted_from == DUE else terms).append(packed(by(low, high, "t"), shift))
                if v == 0:
                    found[f"shared_{w}"] = " + ".join(terms) or "0"
                found[f"ends_{w}_{v}"] = " + ".join(ends) or "0"
                if ends and self.asked.timeline:
                    found[f"ends_{w}_{v}"] = f"CASE {self._early(v)}ELSE {' + '.join(ends)} END"
                elif ends and self.limits.due:
                    found[f"ends_{w}_{v}"] = f"CASE WHEN {self.limits.none_has_ended()} THEN 0 ELSE {' + '.join(ends)} END"
        return found

    def candidate_words(self) -> dict[str, str]:
        """``q<slot>_<word>_<variant>``: the question of each candidate, -1 where there is none; ``n_…`` without a detainer,
        -1 where a ground may stand and -2 where one certainly does."""
        found: dict[str, str] = {}
        for v in self.asked.variants:
            for w in range(self.asked.words):
                for i in self.asked.detainer_slots:
                    terms = [f"d{i}_base_{w}", f"ends_{w}_{v}"]
                    for name, code in self._varying(i, w).items():
                        if name == "request_stands":
                            terms.append(packed(self._wiped(i, code.format(v=v)), self._varying_place[name][1]))
                    terms += [packed(self._own_end(n, v, i), shift) for n, shift in self._own_limits(w)]
                    found[f"q{i}_{w}_{v}"] = f"CASE WHEN standing_{v} = 0 AND d{i}_here <> 0 THEN CAST(({' + '.join(terms)}) & mask_{w} AS BIGINT) ELSE -1 END"
                fixed = sum(without_detainer(a) << s for a, (word, s) in self.asked.place.items() if word == w and self.asked.is_detainer(a))
                terms = [f"shared_{w} + ends_{w}_{v}", str(fixed), *(packed(by(*self.limits.bounds_of(n, v, None), 't'), shift) for n, shift in self._own_limits(w))]
                found[f"n_{w}_{v}"] = f"CASE WHEN standing_{v} = 0 THEN CAST(({' + '.join(terms)}) & mask_{w} AS BIGINT) ELSE -standing_{v} END"
        return found

    @cached_property
    def _varying_place(self) -> dict[str, tuple[int, int]]:
        """Where the codes of a detainer's facts that change with the clock stand."""
        return {a.name: p for a, p in self.asked.place.items() if a.kind == "fact" and a.name in VARYING}

    def _varying(self, slot: int, word: int) -> dict[str, str]:
        """The codes of those of one word, by fact; that of a request's standing for each variant ``{v}``."""
        codes = {"request_stands": f"d{slot}_stands_{{v}}", "detainer_served": f"d{slot}_c_served", "detainer_cancelled": f"d{slot}_c_cancelled", "detainer_lodged": f"d{slot}_lodged"}
        return {n: c for n, c in codes.items() if n in self._varying_place and self._varying_place[n][0] == word}

    def _wiped(self, slot: int, code: str) -> str:
        """A code of what a detainer says, no more than unknown where it may not be in force."""
        return f"CASE WHEN {self._unsure(slot)} THEN {least(code, '1')} ELSE {code} END"

    def _unsure(self, slot: int) -> str:
        return f"d{slot}_lodged = 1" if slot else "FALSE" if self.asked.shape.plain else f"d0_lodged = 1 AND NOT {self.asked.unlisted(0)}"

    def _own_end(self, limit: int, v: int, slot: int) -> str:
        """Whether a limit that counts from a detainer's own times has run out."""
        whichever = by(*self.limits.bounds_of(limit, v, None), "t")
        return whichever if self.asked.shape.plain else f"CASE WHEN {self.asked.unlisted(slot)} THEN {whichever} ELSE {by(*self.limits.bounds_of(limit, v, slot), 't')} END"

    def _own_limits(self, word: int) -> list[tuple[int, int]]:
        """(limit, shift) of the ends that count from a detainer's own times."""
        return [(self.asked.specs.index(a.spec), shift) for a, (w, shift) in self.asked.place.items() if w == word and a.kind == "ended" and a.spec is not None and a.spec.counted_from in BY_DETAINER]

    def base_words(self) -> dict[str, str]:
        """``d<slot>_base_<word>``: what a candidate's question has in every variant."""
        found: dict[str, str] = {}
        for i in self.asked.detainer_slots:
            for w in range(self.asked.words):
                terms = [f"shared_{w}", f"CASE WHEN {self._unsure(i)} THEN d{i}_unsure_{w} ELSE d{i}_sure_{w} END"]
                for name, code in self._varying(i, w).items():
                    if name != "request_stands":
                        terms.append(packed(code if name in ("detainer_cancelled", "detainer_lodged") else self._wiped(i, code), self._varying_place[name][1]))
                found[f"d{i}_base_{w}"] = f"CASE WHEN d{i}_here = 0 THEN 0 ELSE {' + '.join(terms)} END"
        return found
