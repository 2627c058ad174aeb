"""The limits of time that law and forms set: what each counts from, and when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from dueprocess.batch import rows
from dueprocess.batch.asked import Asked
from dueprocess.batch.folding import Spec
from dueprocess.batch.sqltext import HIGH, LOW, greatest, least
from dueprocess.case.model import WARRANTS

DUE = "release_due"
BY_DETAINER = ("detainer_received", "served")


@dataclass(frozen=True, slots=True)
class Start:
    """An uncertain start of limits: columns of its bounds, whether it is open, and where it is worth looking up."""

    name: str
    low: str
    high: str
    open: str
    needed: str = "TRUE"


class Limits:
    """The starts and the ends of all limits of a query."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.due: dict[tuple[int, int], tuple[str, str]] = {}
        """The bounds of the ends of limits from when release was due, by limit and variant, where they are no columns."""

    @cached_property
    def starts(self) -> tuple[Start, ...]:
        """Every start that a limit of this run may count from."""
        found = []
        due = any(s.counted_from == DUE for s in self.asked.specs)
        if due:
            slots = self.asked.grounds_asked
            for prefix in ("b", "a") if self.asked.before_bail else ("b",):
                for k in slots:
                    found.append(Start(f"{prefix}{k}", f"{prefix}{k}_e_lo", f"{prefix}{k}_e_hi", f"{prefix}{k}_e_o"))
            if self.asked.alone:
                # What counts from the booking where nobody says when release was due shares the look-ups of what does.
                found[0] = Start("b1", *(f"CASE WHEN alone_due THEN b1_e_{c} ELSE booked_{b} END" for c, b in (("lo", "l"), ("hi", "h"), ("o", "o"))))
            else:
                found.append(Start("k", "booked_l", "booked_h", "booked_o", self._from_booking()))
        for event in sorted({s.counted_from for s in self.asked.specs} - {DUE}):
            low, high, open_ = self._event(event)
            if self._never_told(low, high):
                continue  # no row speaks of it
            found.append(Start(f"e_{event}", low, high, open_))
            if event in BY_DETAINER:
                column = "rec" if event == "detainer_received" else "srv"
                found += [Start(f"d{i}_{column}", f"d{i}_{column}_lo", f"d{i}_{column}_hi", "0") for i in self.asked.detainer_slots]
        return tuple(found)

    def _from_booking(self) -> str:
        """Whether a limit may count from the booking, for want of a ground that has certainly ended."""
        return "NOT alone_due AND begin < unsure_until" if self.asked.timeline and self.asked.ends_known else "NOT alone_due"

    def unsure_until(self) -> dict[str, str]:
        """Up to when no ground may have stood, so that limits count from the booking: afterwards none stands only where one
        has certainly ended."""
        from_then = (f"CASE WHEN b{k}_s_lo = b{k}_s_hi OR b{k}_s_hi < b{k}_e_lo THEN b{k}_s_hi ELSE {HIGH} END" for k in self.asked.grounds_asked)
        return {} if self.asked.alone or not self.asked.timeline else {"unsure_until": least(*from_then)}

    def _event(self, event: str) -> tuple[str, str, str]:
        """Bounds of an event where no one detainer is meant."""
        present = [("detainer_form IS NOT NULL" if i == 0 else f"d{i}_kind IS NOT NULL", i) for i in self.asked.detainer_slots]

        def first(column: str, absent_low: str) -> tuple[str, str]:
            if len(present) == 1:
                return tuple(f"(CASE WHEN no_detainer THEN {absent} ELSE d0_{column}_{side} END)" for absent, side in ((absent_low, "lo"), (HIGH, "hi")))  # type: ignore[return-value]
            low = least(*(f"CASE WHEN {p} THEN d{i}_{column}_lo ELSE {HIGH} END" for p, i in present))
            high = least(*(f"CASE WHEN {p} THEN d{i}_{column}_hi ELSE {HIGH} END" for p, i in present))
            return f"(CASE WHEN no_detainer THEN {absent_low} ELSE {low} END)", f"(CASE WHEN no_detainer THEN {HIGH} ELSE {high} END)"

        if self.asked.shape.plain and event in (*BY_DETAINER, "papers_received"):
            return "absent_lo", HIGH, "0"
        if self.asked.shape.plain and event == "bail_refused":
            return HIGH, HIGH, "0"
        if event in BY_DETAINER:
            low, high = first("rec" if event == "detainer_received" else "srv", "absent_lo")
            return low, high, "0"
        if event == "papers_received":
            low, high = first("rec", "absent_lo")
            # One in the row itself that is not listed is never received.
            inline = [s for s in rows.paper_slots(self.asked.shape) if s.inline]
            slots = [(f"coalesce({s.listed} AND {s.kind} IN ({', '.join(repr(w) for w in WARRANTS)}), FALSE)", s) for s in rows.paper_slots(self.asked.shape) if not s.inline]
            any_ = " OR ".join([*(s.listed for s in inline), *(p for p, _ in slots)])
            wlow = least(*(s.low for s in inline), *(f"CASE WHEN {p} THEN {s.low} ELSE {HIGH} END" for p, s in slots))
            whigh = least(*(s.high for s in inline), *(f"CASE WHEN {p} THEN {s.high} ELSE {HIGH} END" for p, s in slots))
            return f"greatest({low}, CASE WHEN {any_} THEN {wlow} ELSE absent_lo END)", f"greatest({high}, {whigh})", "0"
        if event == "bail_refused":
            return "bail_l", "bail_h", "bail_o"
        if event == "booked":
            return "booked_l", "booked_h", "booked_o"
        absent = "absent_lo" if event == "claim_made" else LOW
        if event in self.asked.events:
            return f"coalesce(v_{event}_lo, {absent})", f"coalesce(v_{event}_hi // 2, {HIGH})", f"coalesce(v_{event}_hi % 2, 0)"
        return absent, HIGH, "0"

    @staticmethod
    def _never_told(low: str, high: str) -> bool:
        """Whether these bounds say the same of every row: of what happened at no known time no limit has certainly ended, and
        of what never happened none does."""
        return high == HIGH and low in (LOW, "absent_lo", HIGH)

    def specs_of(self, start: Start) -> list[tuple[int, Spec]]:
        """The limits that count from a start, with their numbers."""
        event = DUE if start.name[0] in "abk" else start.name[2:] if start.name.startswith("e_") else None
        if event is None:
            event = "detainer_received" if start.name.endswith("_rec") else "served"
        return [(i, s) for i, s in enumerate(self.asked.specs) if s.counted_from == event]

    def ends(self, start: Start, side: str, keys: dict[str, str], joins: list[str], ends: dict[str, str]) -> None:
        """Add the ends of a start's limits on one side to ``ends``, with the look-ups that they need: ``keys`` are columns made before
        the ``joins``."""
        column = f"n_{start.name}_{side}"
        needed = start.needed
        fwd = f"j_{start.name}_{side}"
        specs = self.specs_of(start)
        counted = [(i, s) for i, s in specs if s.excluding and not s.until_end_of_day]
        key = f"{fwd}_key"
        if counted or any(s.until_end_of_day for _, s in specs):
            when = needed if self.asked.timeline else f"({needed}) AND ({self._may_have_ended(column, specs)})"
            keys[key] = self.asked.calendars.number_sql(column, "zone_number", when=f"({when})")
            joins.append(f"{self.asked.join} windows AS {fwd} ON {fwd}.number = t.{fwd}_key")
            # Where nothing is looked up there is nothing to count from, or it is too early for an end.
            none = f"WHEN {'' if needed == 'TRUE' else f'NOT ({needed}) OR '}{column} >= {HIGH} THEN {HIGH} WHEN {column} <= {LOW} THEN {LOW}"
            if not self.asked.timeline and self.asked.calendars.verified:
                none += f" WHEN {column} >= {self.asked.calendars.since} AND {column} < {self.asked.calendars.until} THEN {HIGH}"
            elif not self.asked.timeline:
                none += f" WHEN moment < {column} THEN {HIGH}"
            keys[f"{fwd}_none"] = f"CASE {none} END"
        for i, spec in specs:
            name = f"x_{start.name}_{side}_{i}"
            seconds = round(spec.hours * 3600)
            if spec.until_end_of_day:
                at = f"t.{column}"
                day_end = self.asked.day_of(fwd, at, "day_end")
                if side == "hi":
                    # A date does not reach the midnight at its end.
                    day_end = f"CASE WHEN t.n_{start.name}_op = 1 AND {at} = {self.asked.day_of(fwd, at, 'day_start')} THEN {at} ELSE {day_end} END"
                ends[name] = f"CASE WHEN t.{key} >= 0 THEN {day_end} ELSE t.{fwd}_none END"
            elif not spec.excluding:
                # A start that lies nowhere gives an end that does.
                ends[name] = f"t.{column} + {seconds}" if needed == "TRUE" else f"CASE WHEN {needed} THEN t.{column} + {seconds} ELSE {HIGH} END"
            else:
                c = self.asked.calendars.name(spec.excluding)
                at = f"t.{column}"
                shift = f"CASE WHEN {at} < {fwd}.e{i}_1 THEN {fwd}.e{i}_a WHEN {at} < {fwd}.e{i}_2 THEN {fwd}.e{i}_b ELSE {fwd}.e{i}_c END"
                ends[name] = f"CASE WHEN t.{key} >= 0 THEN CASE WHEN {self.asked.day_of(fwd, at, f'counts_{c}')} = 1 THEN {at} ELSE 0 END + {shift} ELSE t.{fwd}_none END"
            if self.asked.timeline and self.asked.ends_known:
                # A limit printed on a form ends what is listed there, and nothing else unless law has it too.
                printed = spec in self.asked.form_specs and not self.asked.shape.plain
                used = f"{'NOT t.no_detainer OR ' if printed else ''}(t.uses & {1 << i}) <> 0"
                ends[name] = f"CASE WHEN {used} THEN {ends[name]} ELSE {HIGH} END"

    def _may_have_ended(self, column: str, specs: list[tuple[int, Spec]]) -> str:
        """Whether a limit from a start may have ended by the moment asked about: none does so before all its hours have
        gone by, whichever days it leaves out. The limit of a date's own day ends where the date does, at the moment itself
        perhaps."""
        if not self.asked.calendars.verified:
            return f"moment >= {column}"
        tests = []
        if counted := [round(s.hours * 3600) for _, s in specs if s.excluding and not s.until_end_of_day]:
            tests.append(f"moment >= {column} + {min(counted)}")
        for i, spec in specs:
            if spec.until_end_of_day:
                used = "TRUE" if spec in self.asked.form_specs else f"(uses & {1 << i}) <> 0"
                tests.append(f"({used} AND moment >= {column})")
        return " OR ".join(tests)

    def none_has_ended(self) -> str:
        """Whether no limit from when release was due can have ended by the moment asked about; that settles most rows."""
        form = [round(s.hours * 3600) for s in self.asked.specs if s.counted_from == DUE and s in self.asked.form_specs and not s.until_end_of_day]
        others = sum(1 << i for i, s in enumerate(self.asked.specs) if s.counted_from == DUE and (s not in self.asked.form_specs or s.until_end_of_day))
        tests = ["NOT gnone", f"moment < n_b1_lo + {min(form)}" if form else "", f"(moment < n_b1_lo OR (uses & {others}) = 0)" if others else ""]
        return " AND ".join(t for t in tests if t)

    def first_end(self) -> str:
        """The first instant at which a limit from when release was due may end, whichever ground it counts from."""
        due = [s for s in self.starts if s.name[0] in "abk"]
        return least(*(f"x_{s.name}_{side}_{i}" for s in due for i, _ in self.specs_of(s) for side in ("lo", "hi"))) if due else HIGH

    def none_ended(self, v: int) -> str:
        """Whether no limit from when release was due can have ended by ``t``, or nobody asks, since a ground may stand in
        the variant; that settles most instants."""
        return f"standing_{v} <> 0 OR t < first_end"

    def bounds_of(self, i: int, v: int, slot: int | None) -> tuple[str, str]:
        """The bounds of the end of limit ``i`` in a variant, for one detainer or (None) for none."""
        spec = self.asked.specs[i]
        if spec.counted_from == DUE:
            return self.due.get((i, v), (f"xl_{i}_{v}", f"xh_{i}_{v}"))
        if spec.counted_from in BY_DETAINER and slot is not None:
            column = "rec" if spec.counted_from == "detainer_received" else "srv"
            return f"x_d{slot}_{column}_lo_{i}", f"x_d{slot}_{column}_hi_{i}"
        low, high, _ = self._event(spec.counted_from)
        return (low, high) if self._never_told(low, high) else (f"x_e_{spec.counted_from}_lo_{i}", f"x_e_{spec.counted_from}_hi_{i}")

    def request_end(self, slot: int, v: int) -> tuple[str, str]:
        """When the limit printed on the form ends the request, over the editions that it may be."""
        lows, highs = [], []
        for edition_set in self.asked.looks.sets:
            if not edition_set.editions or not any(edition_set.specs):
                continue
            each = [[self.bounds_of(self.asked.specs.index(s), v, slot) for s in specs] for specs in edition_set.specs]
            low = [least(*(e[0] for e in ends)) if ends else HIGH for ends in each]
            high = [least(*(e[1] for e in ends)) if ends else HIGH for ends in each]
            lows.append(f"WHEN {edition_set.number} THEN {least(*low)}")
            highs.append(f"WHEN {edition_set.number} THEN {greatest(*high)}")
        if not lows:
            return HIGH, HIGH
        return f"(CASE d{slot}_edition_set {' '.join(lows)} ELSE {HIGH} END)", f"(CASE d{slot}_edition_set {' '.join(highs)} ELSE {HIGH} END)"
