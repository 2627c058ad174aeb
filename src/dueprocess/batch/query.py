"""The one query: prepared rows to the outcome, the hours and the class of each, as stages of plain SQL.

The text uses joins on equality, CASE, least and greatest, and one unnest; DuckDB runs it as it stands, Spark after
re-quoting. Where decide/stay.py walks one stay, a stage here does the same for all rows of a shape:

``timed``    times resolved, grounds as bail ended them, contradictions            (rows.py)
``looks``    what each different detainer says by itself                             (forms.py)
``ready``    the ends of all limits, and what of a row never changes, packed
``moments``  each instant at which something may change, with what holds there
``answers``  each different question, resolved once under its regime                 (resolve.py)
``results``  outcome at the moment asked about, hours, class
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dueprocess.batch import rows
from dueprocess.batch.calendars import WINDOW, ZONE_WINDOWS, Calendars
from dueprocess.batch.folding import ATOMS_A_WORD, Atom, Folded, Spec
from dueprocess.batch.forms import LOOK_KEYS, UNLISTED, VARYING, Looks, parts_sql, without_detainer
from dueprocess.batch.shape import Shape
from dueprocess.batch.sqltext import (
    HIGH,
    LOW,
    bounded,
    by,
    chain,
    given,
    greatest,
    least,
    negated,
    packed,
    quoted,
    within,
    words,
)
from dueprocess.batch.sqltext import stated as stated_code
from dueprocess.case.model import DETAINERS, WARRANTS
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
DUE = "release_due"
BY_DETAINER = ("detainer_received", "served")
OUT_LOCAL, OUT_RELEASE, OUT_REVIEW, OUT_MAY, OUT_MUST = range(5)
OUTCOMES = ("local_custody", "release", "review", "may_hold", "must_hold")


@dataclass(frozen=True, slots=True)
class Start:
    """An uncertain start of limits: columns of its bounds, whether it is open, and where it is worth looking up."""

    name: str
    low: str
    high: str
    open: str
    needed: str = "TRUE"


class Query:
    """The stages for one run and one shape of rows. ``columns`` are those of the rows."""

    def __init__(self, folded: Folded, calendars: Calendars, shape: Shape, *, columns: Iterable[str], one_known: bool, events: Iterable[str] = (), all_cuts: bool = False, timeline: bool = True, sides: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.folded = folded
        self.calendars = calendars
        self.shape = shape
        self.columns = frozenset(columns)
        self.one_known = one_known
        self.all_cuts = all_cuts
        self.results_need: set[str] = set()
        """Names that the last stage refers to; set before ``stages`` is asked."""
        self.produced: set[str] = set()
        """The names of the columns of ``timed``."""
        self.sides = sides or {}
        """For a recorded time of the rows, which of its bounds tell something: none where no row gives it, the first
        where all are exact; both where nothing is said here."""
        self.timeline = timeline
        self.variants = shape.variants if timeline else (0,)
        """Whether more is asked than the outcome at one moment."""
        self.far = "far_" if all_cuts else ""
        """Prefix of the tables of days: those that reach as far ahead as law and ages do, where that is asked."""
        self.vocabulary = folded.lawbook.vocabulary
        stated = [c[2:] for c in sorted(self.columns) if c.startswith("f_") and c[2:] in self.vocabulary.facts]
        self.stated = [n for n in stated if self.vocabulary.facts[n].origin != "detainer"]
        self.looks = Looks(folded, stated=[n for n in stated if self.vocabulary.facts[n].origin == "detainer"])
        self.events = tuple(events)
        """The kinds of events that the rows have beside them."""
        self.place: dict[Atom, tuple[int, int]] = {a: (i // ATOMS_A_WORD, 2 * (i % ATOMS_A_WORD)) for i, a in enumerate(folded.atoms)}
        self.words = max(1, -(-len(folded.atoms) // ATOMS_A_WORD))
        self.detainer_slots = list(range(shape.detainers + 1))
        form_specs = {s for e in self.looks.sets for specs in e.specs for s in specs}
        self.specs: tuple[Spec, ...] = tuple(sorted({*folded.specs, *form_specs}))
        self.form_specs = form_specs

    # -- the rows -----------------------------------------------------------------------------------

    def stages(self) -> list[tuple[str, str, bool]]:
        """(name, SQL, whether it is no more than a view) in order. Sources: ``part`` (rows of this shape with ``jurisdiction``, ``zone_number`` and
        ``uses``), ``side_papers``, ``side_grounds``, ``side_events``, and the small tables of the run."""
        moments = self._moments()
        ready = self._with_cuts()
        later = words(moments) | words(ready) | self.results_need
        found = [(n, q, False) for n, q in rows.pivot_papers(self.shape, DETAINERS).items()]
        if self.events:
            found.append(("pivot_e", self._events_pivot(), False))
        found += [("timed", self._timed(), True), ("look_keys", self._look_keys(), False), ("looks", self._looks_sql(), False)]
        return [*found, ("epochs", self._epochs_of_rows(later), not self.timeline), ("ready", ready, True), ("moments", moments, False)]

    def _events_pivot(self) -> str:
        columns = []
        for kind in self.events:
            # The first of several: its bounds are the least of each; open where the least upper bound is nowhere closed.
            high = f"min(CASE WHEN kind = '{kind}' THEN 2 * CASE WHEN {given('at_lo', 'at_hi')} THEN at_hi ELSE {HIGH} END + CASE WHEN {given('at_lo', 'at_hi')} AND at_hi < {HIGH} AND coalesce(at_open, FALSE) THEN 1 ELSE 0 END END)"
            columns += [
                f"min(CASE WHEN kind = '{kind}' THEN CASE WHEN {given('at_lo', 'at_hi')} THEN at_lo ELSE {LOW} END END) AS v_{kind}_lo",
                f"{high} AS v_{kind}_hi",
            ]
        return f"SELECT row AS e_row, {', '.join(columns)} FROM side_events GROUP BY row"

    def _timed(self) -> str:
        joins = "".join(f" LEFT JOIN pivot_{p} ON part.row = {p}_row" for p, n in (("d", self.shape.detainers), ("q", self.shape.papers), ("g", self.shape.grounds), ("e", len(self.events))) if n)
        layers = [*rows.time_layers(self.shape), *rows.ground_layers(self.shape), *rows.bail_layers(self.shape), *rows.moment_layers(self.shape)]
        listed = " AND ".join(["detainer_form IS NULL", *(f"d{i}_kind IS NULL" for i in range(1, self.shape.detainers + 1))])
        layers.append({"no_detainer": f"({listed})"})
        looks: dict[str, str] = {}
        for i in self.detainer_slots:
            names = {k: f"d{i}_{'kind' if k == 'form' else k}" if i else {"form": "detainer_form", "edition": "detainer_edition", "boxes": "detainer_boxes", "signed_by": "detainer_signed_by", "issuer": "detainer_issuer"}[k] for k in LOOK_KEYS}
            unlisted = f"CASE WHEN no_detainer AND NOT complete THEN '{UNLISTED}' ELSE {names['form']} END" if i == 0 else names["form"]
            looks |= {f"k{i}_{k}": (unlisted if k == "form" else n) for k, n in names.items()}
        layers.append(looks)
        base = f"(SELECT part.*{self._pivot_columns()} FROM part{joins}) AS source"
        self.produced = {name for layer in layers for name in layer} | {f"g{k}_kind" for k in range(1, self.shape.grounds + 1)}
        for prefix, count in (("d", self.shape.detainers), ("q", self.shape.papers)):
            self.produced |= {f"{prefix}{i}_{c}" for i in range(1, count + 1) for c in ("kind", "edition", "signed_by", "boxes", "matter", "issuer")}
        self.produced |= {f"v_{kind}_{side}" for kind in self.events for side in ("lo", "hi")}
        return chain(base, *layers)

    def _pivot_columns(self) -> str:
        found = [f", pivot_{p}.*" for p, n in (("d", self.shape.detainers), ("q", self.shape.papers), ("g", self.shape.grounds), ("e", len(self.events))) if n]
        return "".join(found)

    def _known(self, t: str = "t") -> str:
        return "0" if self.one_known else f"{t}.known"

    def _look_columns(self, i: int) -> str:
        own = ", ".join(f"k{i}_{k} AS {k}" for k in LOOK_KEYS)
        stated = "".join(f", f_{n} AS s_{n}" for n in self.looks.stated)
        return f"{own}{stated}, known"

    def _look_keys(self) -> str:
        """Every different look; ``known`` is the index of the day on which law is asked to be known."""
        parts = " UNION ALL ".join(f"SELECT {self._look_columns(i)} FROM known_rows WHERE k{i}_form IS NOT NULL" for i in self.detainer_slots)
        return f"WITH known_rows AS (SELECT t.*, {self._known_sql()} FROM timed AS t{self._known_join()}), every AS ({parts}) SELECT row_number() OVER (ORDER BY 1) AS look, d.* FROM (SELECT DISTINCT * FROM every) AS d"

    def _known_sql(self) -> str:
        return "0 AS known" if self.one_known else f"coalesce({self._of('ks', 't.moment', 'known')}, 0) AS known"

    def _known_join(self) -> str:
        return "" if self.one_known else f" LEFT JOIN windows AS ks ON ks.number = {self._window('t.moment', 't.zone_number')}"

    def _window(self, instant: str, zone: str = "zone_number") -> str:
        return f"({zone} * {ZONE_WINDOWS} + ({instant} - {self.calendars.origin}) // {WINDOW})"

    def _of(self, alias: str, instant: str, column: str) -> str:
        """What a joined window says of the local day of an instant."""
        return f"(CASE WHEN {instant} < {alias}.split THEN {alias}.{column}_a ELSE {alias}.{column}_b END)"

    def _looks_sql(self) -> str:
        return self.looks.sql("look_keys", place=self.place, words=self.words)

    # -- starts of limits and their ends ------------------------------------------------------------

    @property
    def _alone(self) -> bool:
        """Whether no ground is listed beside the rows: the first is ``release_due``, or there is none."""
        return self.shape.grounds == 0

    @cached_property
    def starts(self) -> tuple[Start, ...]:
        """Every start that a limit of this run may count from."""
        found = []
        due = any(s.counted_from == DUE for s in self.specs)
        if due:
            slots = rows.ground_slots(self.shape)
            for prefix in ("b", "a") if self.shape.bail and self.timeline else ("b",):
                for s in slots:
                    found.append(Start(f"{prefix}{s.number}", f"{prefix}{s.number}_e_lo", f"{prefix}{s.number}_e_hi", f"{prefix}{s.number}_e_o"))
            if self._alone:
                # What counts from the booking where nobody says when release was due shares the look-ups of what does.
                found[0] = Start("b1", *(f"CASE WHEN alone_due THEN b1_e_{c} ELSE booked_{b} END" for c, b in (("lo", "l"), ("hi", "h"), ("o", "o"))))
            else:
                found.append(Start("k", "booked_l", "booked_h", "booked_o", "NOT alone_due"))
        for event in sorted({s.counted_from for s in self.specs} - {DUE}):
            low, high, open_ = self._event(event)
            found.append(Start(f"e_{event}", low, high, open_))
            if event in BY_DETAINER:
                column = "rec" if event == "detainer_received" else "srv"
                found += [Start(f"d{i}_{column}", f"d{i}_{column}_lo", f"d{i}_{column}_hi", "0") for i in self.detainer_slots]
        return tuple(found)

    def _event(self, event: str) -> tuple[str, str, str]:
        """Bounds of an event where no one detainer is meant."""
        present = [("detainer_form IS NOT NULL" if i == 0 else f"d{i}_kind IS NOT NULL", i) for i in self.detainer_slots]

        def first(column: str, absent_low: str) -> tuple[str, str]:
            low = least(*(f"CASE WHEN {p} THEN d{i}_{column}_lo ELSE {HIGH} END" for p, i in present))
            high = least(*(f"CASE WHEN {p} THEN d{i}_{column}_hi ELSE {HIGH} END" for p, i in present))
            return f"(CASE WHEN no_detainer THEN {absent_low} ELSE {low} END)", f"(CASE WHEN no_detainer THEN {HIGH} ELSE {high} END)"

        if event in BY_DETAINER:
            low, high = first("rec" if event == "detainer_received" else "srv", "absent_lo")
            return low, high, "0"
        if event == "papers_received":
            low, high = first("rec", "absent_lo")
            slots = [(f"({s.listed} AND {s.kind} IN ({', '.join(repr(w) for w in WARRANTS)}))", s) for s in rows.paper_slots(self.shape)]
            none = " AND ".join(f"NOT coalesce({p}, FALSE)" for p, _ in slots)
            wlow = least(*(f"CASE WHEN {p} THEN {s.low} ELSE {HIGH} END" for p, s in slots))
            whigh = least(*(f"CASE WHEN {p} THEN {s.high} ELSE {HIGH} END" for p, s in slots))
            return f"greatest({low}, CASE WHEN {none} THEN absent_lo ELSE {wlow} END)", f"greatest({high}, CASE WHEN {none} THEN {HIGH} ELSE {whigh} END)", "0"
        if event == "bail_refused":
            return "bail_l", "bail_h", "bail_o"
        if event == "booked":
            return "booked_l", "booked_h", "booked_o"
        absent = "absent_lo" if event == "claim_made" else LOW
        if event in self.events:
            return f"coalesce(v_{event}_lo, {absent})", f"coalesce(v_{event}_hi // 2, {HIGH})", f"coalesce(v_{event}_hi % 2, 0)"
        return absent, HIGH, "0"

    def specs_of(self, start: Start) -> list[tuple[int, Spec]]:
        """The limits that count from a start, with their numbers."""
        event = DUE if start.name[0] in "abk" else start.name[2:] if start.name.startswith("e_") else None
        if event is None:
            event = "detainer_received" if start.name.endswith("_rec") else "served"
        return [(i, s) for i, s in enumerate(self.specs) if s.counted_from == event]

    def _epochs_of_rows(self, later: set[str]) -> str:
        """``timed`` with the looks, the ends of limits (``x_<start>_<lo|hi>_<limit>``), the packed words, and the list
        of instants."""
        exact = not self.shape.vague
        starts: dict[str, str] = {}
        joins: list[str] = []
        ends: dict[str, str] = {}
        for start in self.starts:
            starts |= {f"n_{start.name}_lo": start.low, f"n_{start.name}_hi": start.high, f"n_{start.name}_op": start.open}
        second: dict[str, str] = {}
        for start in self.starts:
            for side in ("lo", "hi"):
                if side == "hi" and exact and start.name[0] in "ab" and not (self._alone and start.name == "b1"):
                    for i, _ in self.specs_of(start):
                        ends[f"x_{start.name}_hi_{i}"] = f"x_{start.name}_lo_{i}"
                    continue
                self._ends(start, side, second, joins, ends)
        lo_ends = {k: v for k, v in ends.items() if not v.startswith("x_")}
        copies = {k: v for k, v in ends.items() if v.startswith("x_")}
        look_joins = []
        for i in self.detainer_slots:
            match = [f"lk{i}.form = t.k{i}_form", *(f"lk{i}.{k} IS NOT DISTINCT FROM t.k{i}_{k}" for k in LOOK_KEYS if k != "form"), *(f"lk{i}.s_{n} IS NOT DISTINCT FROM t.f_{n}" for n in self.looks.stated)]
            match.append(f"lk{i}.known = t.known")
            look_joins.append(f"LEFT JOIN looks AS lk{i} ON {' AND '.join(match)}")
        look_columns = []
        for i in self.detainer_slots:
            names = [f"sure_{w}" for w in range(self.words)] + [f"unsure_{w}" for w in range(self.words)]
            names += ["edition_set", "c_hold_requested", "c_detainer_complete", "c_detainer_signed", "c_service_required", *(f"st_{n}" for n in VARYING)]
            names += [f"p_{n}" for n in self.looks.booleans if n in self.looks.stated] + (["v_detainer_form"] if "detainer_form" in self.looks.stated else []) + (["v_detainer_issuer"] if "detainer_issuer" in self.looks.stated else [])
            look_columns += [f"lk{i}.{n} AS d{i}_{n}" for n in dict.fromkeys([*names, "paper_sound"])]
        static = {f"word_{w}": self._static_word(w) for w in range(self.words)}
        known = f"SELECT t.*, {self._known_sql()} FROM timed AS t{self._known_join()}"
        layers = [starts, second]
        text = chain("known_rows", *layers)
        joined = f"SELECT t.*, {', '.join([*(f'{v} AS {k}' for k, v in lo_ends.items()), *look_columns])} FROM keyed AS t {' '.join(joins)} {' '.join(look_joins)}"
        outside = " OR ".join(f"{k} IS NULL" for k in lo_ends) or "FALSE"
        more = {**copies, "outside": f"({outside})", **static, **self._printed_at_moment()}
        instants = (self._bounds_of_points(), {"points0": self._points()}, self._horizon()) if self.timeline else ()
        after = chain("joined", more, {"conflict": f"coalesce(contradiction, CASE {self._against_papers()} END)"}, *instants)
        made = {"points0", "horizon", "conflict", *more, *lo_ends, *(c.split(" AS ")[1] for c in look_columns), *starts, *second}
        named = sorted((self.produced | self.columns | {"jurisdiction", "zone_number", "known", *made}) & later)
        if not self.timeline:
            return f"WITH known_rows AS ({known}), keyed AS ({text}), joined AS ({joined}), spanned AS ({after}) SELECT {', '.join(f's.{quoted(n)}' for n in named if n not in ('epoch', 'points0', 'horizon'))}, CAST(NULL AS BIGINT) AS epoch FROM spanned AS s"
        final = f"SELECT {', '.join(f's.{quoted(n)}' for n in named if n != 'epoch')}, {self._epochs()} FROM spanned AS s LEFT JOIN windows AS eb ON eb.number = {self._window('s.begin', 's.zone_number')} LEFT JOIN windows AS ee ON ee.number = {self._window('s.horizon', 's.zone_number')}"
        return f"WITH known_rows AS ({known}), keyed AS ({text}), joined AS ({joined}), spanned AS ({after}) {final}"

    def _printed_at_moment(self) -> dict[str, str]:
        """The codes of what each detainer shows at the moment asked about, for what is stated and changes with time."""
        found: dict[str, str] = {}
        for i in self.detainer_slots:
            if "detainer_served" in self.looks.stated:
                found[f"m{i}_detainer_served"] = by(f"d{i}_srv_lo", f"d{i}_srv_hi", "moment")
            cancelled = by(f"d{i}_can_lo", f"d{i}_can_hi", "moment")
            if "detainer_cancelled" in self.looks.stated:
                found[f"m{i}_detainer_cancelled"] = cancelled
            if "detainer_lodged" in self.looks.stated:
                told = f"CASE WHEN {cancelled} = 1 THEN d{i}_st_detainer_cancelled ELSE {cancelled} END"
                found[f"m{i}_detainer_lodged"] = f"least({by(f'd{i}_rec_lo', f'd{i}_rec_hi', 'moment')}, 2 - {told})"
        return found

    def _against_papers(self) -> str:
        """What is stated against what the papers show at the moment asked about (``Stay.check_statements``)."""
        whens = []
        for name in PAPER_FACTS:
            inline = name in rows.WARRANTS
            if name not in self.stated and not inline:
                continue
            stated = stated_code(self._value(name, "moment")) if name in self.stated else "1"
            if inline:
                stated = f"CASE WHEN {stated} = 1 AND coalesce({name}_lo >= {HIGH}, FALSE) THEN 0 ELSE {stated} END"
            own = self.paper_fact(name, "moment")
            whens.append(f"WHEN ({stated}) <> 1 AND ({own}) <> 1 AND ({stated}) <> ({own}) THEN '{_conflict(name)}'")
        listed = [f"(k{i}_form IS NOT NULL AND k{i}_form <> '{UNLISTED}')" for i in self.detainer_slots]
        for name in self.looks.stated:
            if name == "request_stands":
                # Whatever papers say of it takes the statement in, save where a complete record has no detainer.
                parts = "least(d0_st_detainer_lodged, d0_c_hold_requested, d0_c_detainer_complete, d0_c_detainer_signed, greatest(2 - d0_c_service_required, d0_st_detainer_served))"
                unlisted = f"k0_form = '{UNLISTED}' AND {parts} = 0"
                whens.append(f"WHEN coalesce(f_{name}, FALSE) AND ((no_detainer AND complete) OR ({unlisted})) THEN '{_conflict(name)}'")
                continue
            one_of = self.vocabulary.facts[name].type == "one_of"
            stated = f"f_{name}" if one_of else stated_code(f"f_{name}")
            shown = f"d{{i}}_v_{name}" if one_of else f"m{{i}}_{name}" if name in VARYING else f"d{{i}}_p_{name}"
            known = "{x} IS NOT NULL" if one_of else "{x} <> 1"
            every = " AND ".join(f"(NOT {p} OR ({known.format(x=shown.format(i=i))} AND {shown.format(i=i)} <> {stated}))" for i, p in enumerate(listed))
            none = f"(no_detainer AND complete AND {'TRUE' if one_of else f'{stated} = 2'})"
            given = f"{stated} IS NOT NULL" if one_of else f"{stated} <> 1"
            whens.append(f"WHEN {given} AND ({none} OR (({' OR '.join(listed)}) AND {every})) THEN '{_conflict(name)}'")
        return " ".join(whens) or "WHEN FALSE THEN ''"

    def _ends(self, start: Start, side: str, keys: dict[str, str], joins: list[str], ends: dict[str, str]) -> None:
        column = f"n_{start.name}_{side}"
        needed = start.needed
        if not self.timeline:
            needed = f"({needed}) AND moment > {column}"  # no limit ends before it starts
        usable = f"{bounded(column)} AND ({needed})"
        fwd = f"j_{start.name}_{side}"
        specs = self.specs_of(start)
        counted = [(i, s) for i, s in specs if s.excluding and not s.until_end_of_day]
        if counted or any(s.until_end_of_day for _, s in specs):
            keys[f"{fwd}_key"] = f"CASE WHEN {usable} THEN {self._window(column)} END"
            joins.append(f"LEFT JOIN windows AS {fwd} ON {fwd}.number = t.{fwd}_key")
        for i, spec in specs:
            unusable = f"WHEN NOT ({needed}) OR {column} >= {HIGH} THEN {HIGH} WHEN {column} <= {LOW} THEN {LOW}"
            name = f"x_{start.name}_{side}_{i}"
            seconds = round(spec.hours * 3600)
            if spec.until_end_of_day:
                at = f"t.{column}"
                day_end = self._of(fwd, at, "day_end")
                if side == "hi":
                    # A date does not reach the midnight at its end.
                    day_end = f"CASE WHEN t.n_{start.name}_op = 1 AND {at} = {self._of(fwd, at, 'day_start')} THEN {at} ELSE {day_end} END"
                ends[name] = f"CASE {unusable} ELSE {day_end} END"
            elif not spec.excluding:
                ends[name] = f"CASE {unusable} ELSE t.{column} + {seconds} END"
            else:
                c = self.calendars.name(spec.excluding)
                at = f"t.{column}"
                shift = f"CASE WHEN {at} < {fwd}.e{i}_1 THEN {fwd}.e{i}_a WHEN {at} < {fwd}.e{i}_2 THEN {fwd}.e{i}_b ELSE {fwd}.e{i}_c END"
                ends[name] = f"CASE {unusable} ELSE CASE WHEN {self._of(fwd, at, f'counts_{c}')} = 1 THEN {at} ELSE 0 END + {shift} END"

    def _points(self) -> str:
        """The instants of a row at which something may change, the law's midnights left aside; unsorted."""
        found = ["booked_h"] if len(self._sides("booked")) > 1 else []
        for s in rows.ground_slots(self.shape):
            for prefix in ("b", "a") if self.shape.bail else ("b",):
                columns = ["e_lo", "e_hi"] if self.shape.vague else ["e_lo"]
                if self.shape.grounds or self.shape.papers:
                    columns += ["s_lo", "s_hi"]
                found += [f"{prefix}{s.number}_{c}" for c in columns]
        for i in self.detainer_slots:
            for n, name in (("rec", "detainer_received"), ("srv", "detainer_served"), ("can", "detainer_cancelled")):
                found += [f"CASE WHEN k{i}_form IS NOT NULL THEN d{i}_{n}_{side} END" for side in (("lo", "hi") if i else self._sides(name))]
        for slot in rows.paper_slots(self.shape):
            if slot.inline:
                found += [f"{slot.inline}_{side[0]}" for side in self._sides(slot.inline)]
            else:
                found += [slot.low, slot.high, slot.cancelled_low, slot.cancelled_high]
        for name in self.stated:
            if f"f_{name}_from" in self.columns:
                found.append(f"f_{name}_from")
        if "determined_probable_cause_at" in self.columns:
            found.append("determined_probable_cause_at")
        used = {i: f"(uses // {1 << i}) % 2 = 1" for i in range(len(self.specs))}
        for start in self.starts:
            if start.high == HIGH and start.low in (LOW, "absent_lo"):
                continue  # an event that no row speaks of
            for i, spec in self.specs_of(start):
                for side in ("lo", "hi") if self.shape.vague or start.name[0] not in "ab" or (self._alone and start.name == "b1") else ("lo",):
                    end = f"x_{start.name}_{side}_{i}"
                    found.append(end if spec in self.form_specs else f"CASE WHEN {used[i]} THEN {end} END")
        inside = ", ".join(within(f"({x})") for x in dict.fromkeys(found))
        return f"list_sort(list_distinct([begin, {greatest('begin', 'moment')}, {inside}]))"

    def _bounds_of_points(self) -> dict[str, str]:
        """Where something may change that matters: after all that is certainly local custody, up to an end.
        Hours are measured until the person left; when a hold would end after that is asked of the few who were held."""
        return {"since_at": "CASE WHEN calm > begin THEN calm ELSE begin + 1 END", "until_at": HIGH if self.all_cuts else "coalesce(left_h, moment)"}

    def _sides(self, name: str) -> tuple[str, ...]:
        return self.sides.get(name, ("lo", "hi"))

    def _horizon(self) -> dict[str, str]:
        return {"horizon": "list_max(points0)" if self.all_cuts or not self.timeline else "coalesce(greatest(list_max(points0), left_h), list_max(points0))"}

    def _epochs(self) -> str:
        # Where the law does not change over the stay, its epoch is looked up once.
        first, last = self._of("eb", "s.begin", "epoch"), self._of("ee", "s.horizon", "epoch")
        return f"CASE WHEN {'FALSE' if self.all_cuts else f'{first} = {last}'} THEN {first} END AS epoch"

    def _cut_lists(self) -> str:
        upto = "TRUE" if self.all_cuts else "c.instant <= r.horizon"
        return f"SELECT r.row AS cut_row, list(c.instant) AS cuts FROM epochs AS r JOIN cuts AS c ON c.jurisdiction = r.jurisdiction AND c.zone = r.zone_number WHERE r.epoch IS NULL AND c.instant > r.begin AND {upto} GROUP BY r.row"

    def _with_cuts(self) -> str:
        """The rows with their instants, sorted."""
        if not self.timeline:
            return "SELECT * FROM epochs"
        conviction = self._anniversaries()
        lists = "CASE WHEN c.cuts IS NULL THEN points0 ELSE list_sort(list_distinct(list_concat(points0, c.cuts))) END"
        if conviction:
            lists = "CASE WHEN c.cuts IS NULL AND an.days IS NULL THEN points0 ELSE list_sort(list_distinct(list_concat(list_concat(points0, coalesce(c.cuts, [r.begin])), coalesce(an.days, [r.begin])))) END"
        return f"WITH cut_lists AS ({self._cut_lists()}) SELECT r.*, {lists} AS points FROM epochs AS r LEFT JOIN cut_lists AS c ON c.cut_row = r.row{conviction}"

    def _anniversaries(self) -> str:
        """Local midnights on which a conviction turns as old as some condition asks."""
        if "f_conviction_date" not in self.columns or not self.folded.lawbook.conviction_years:
            return ""
        years = " UNION ALL ".join(f"SELECT {y} AS years" for y in self.folded.lawbook.conviction_years)
        limit = "TRUE" if self.all_cuts else "d.day_start <= r.horizon"
        turned = ""
        parts = []
        for column in ["f_conviction_date", *(["f_conviction_date_then"] if "f_conviction_date_then" in self.columns else [])]:
            parts.append(
                f"SELECT r.row AS an_row, d.day_start AS instant FROM epochs AS r CROSS JOIN ({years}) AS y JOIN {self.far}days AS d ON d.zone = r.zone_number AND d.year = year(r.{column}) + y.years"
                f" AND (d.month_day = month(r.{column}) * 100 + day(r.{column}) OR (d.month_day = 301 AND month(r.{column}) = 2 AND day(r.{column}) = 29))"
                f" WHERE r.{column} IS NOT NULL AND d.day_start > r.begin AND {limit}"
            )
        turned = " UNION ALL ".join(parts)
        return f" LEFT JOIN (SELECT an_row, list(instant) AS days FROM ({turned}) AS turned GROUP BY an_row) AS an ON an.an_row = r.row"

    # -- facts --------------------------------------------------------------------------------------

    def _is_detainer(self, atom: Atom) -> bool:
        return bool(atom.facts) and any(self.vocabulary.facts[f].origin == "detainer" for f in atom.facts)

    def _changes(self, atom: Atom) -> bool:
        """Whether an atom of the shared facts may change within a stay."""
        if atom.kind != "fact" and atom.kind != "compared":
            return True
        return any(
            name in PAPER_FACTS or f"f_{name}_from" in self.columns or (name == "conviction_age_years" and "f_conviction_date" in self.columns)
            for name in atom.facts
        )

    def _static_word(self, word: int) -> str:
        terms = []
        for atom, (w, shift) in self.place.items():
            if w == word and atom.kind in ("fact", "compared") and not self._is_detainer(atom) and not self._changes(atom):
                terms.append(packed(self._atom(atom, 't'), shift))
        return f"CAST({' + '.join(terms) or '0'} AS BIGINT)"

    def _value(self, name: str, t: str) -> str:
        column = f"f_{name}"
        if name not in self.stated:
            return "CAST(NULL AS BOOLEAN)" if self.vocabulary.facts[name].type == "boolean" else "NULL"
        value = column
        if f"{column}_from" in self.columns:
            value = f"(CASE WHEN {column}_from IS NOT NULL AND {t} >= {column}_from THEN {column}_then ELSE {column} END)"
        return value

    def _atom(self, atom: Atom, t: str) -> str:
        """The code of a shared fact or comparison at ``t``."""
        if atom.kind == "compared":
            return comparison_sql(atom.tree, value=lambda n: self._compared_value(n, t))
        return self._shared(atom.name, t)

    def _compared_value(self, name: str, t: str) -> str:
        if name == "conviction_age_years" and "f_conviction_date" in self.columns:
            convicted = self._value("conviction_date", t)
            age = f"(today_year - year({convicted}) - CASE WHEN today_md < month({convicted}) * 100 + day({convicted}) THEN 1 ELSE 0 END)"
            own = self._value(name, t)
            return age if own == "NULL" else f"coalesce({own}, {age})"
        value = self._value(name, t)
        kinds = {"one_of": "VARCHAR", "number": "DOUBLE", "date": "DATE"}
        return f"CAST(NULL AS {kinds[self.vocabulary.facts[name].type]})" if value == "NULL" else value

    def _shared(self, name: str, t: str) -> str:
        stated = stated_code(self._value(name, t)) if name in self.stated else "1"
        if name in PAPER_FACTS:
            if name in rows.WARRANTS:
                never = f"{name}_lo >= {HIGH}"
                stated = f"CASE WHEN {stated} = 1 AND coalesce({never}, FALSE) THEN 0 ELSE {stated} END" if stated != "1" else f"CASE WHEN coalesce({never}, FALSE) THEN 0 ELSE 1 END"
            own = self.paper_fact(name, t)
            code = f"(CASE WHEN ({own}) <> 1 THEN ({own}) ELSE {stated} END)"
        else:
            code = stated
        if self.vocabulary.facts[name].no_where_complete:
            return "CASE WHEN complete THEN 0 ELSE 1 END" if code == "1" else f"(CASE WHEN complete AND {code} = 1 THEN 0 ELSE {code} END)"
        return code

    def paper_fact(self, name: str, t: str) -> str:
        """Whether such a paper is in force; what is not listed is "no" only in a complete record."""
        kinds, signers = PAPER_FACTS[name]
        signed = ", ".join(f"'{s}'" for s in signers)
        codes = []
        for slot in rows.paper_slots(self.shape):
            if slot.inline and (slot.kind.strip("'") not in kinds or slot.signer.strip("'") not in signers):
                continue
            force = least(by(slot.low, slot.high, t), negated(by(slot.cancelled_low, slot.cancelled_high, t)))
            if slot.inline:
                codes.append(f"CASE WHEN {slot.listed} THEN {force} ELSE 0 END")
            else:
                right = f"({slot.kind} IN ({', '.join(repr(k) for k in kinds)}) AND {slot.matter} = 'civil')"
                sign = f"CASE WHEN {slot.signer} IS NULL THEN 1 WHEN {slot.signer} IN ({signed}) THEN 2 ELSE 0 END"
                codes.append(f"CASE WHEN {right} THEN least({force}, {sign}) ELSE 0 END")
        value = greatest(*codes) if codes else "0"
        return f"CASE WHEN complete OR {value} = 2 THEN {value} ELSE 1 END" if value != "0" else "CASE WHEN complete THEN 0 ELSE 1 END"

    # -- moments ------------------------------------------------------------------------------------

    def ground_at(self, k: int, v: int) -> dict[str, str]:
        """The bounds of a ground in a variant: start, end, and the names of its limits' ends."""
        p = "a" if v >= 3 else "b"
        s_lo, s_hi, e_lo, e_hi = (f"{p}{k}_{c}" for c in ("s_lo", "s_hi", "e_lo", "e_hi"))
        kind = v % 3
        if kind == 0:
            return {"s_lo": s_lo, "s_hi": s_hi, "e_lo": e_lo, "e_hi": e_hi, "x_lo": f"x_{p}{k}_lo", "x_hi": f"x_{p}{k}_hi"}
        if kind == 2:
            return {"s_lo": s_lo, "s_hi": s_lo, "e_lo": e_hi, "e_hi": e_hi, "x_lo": f"x_{p}{k}_hi", "x_hi": f"x_{p}{k}_hi"}
        # Standing shortest: a ground that may end before it begins does not stand at all.
        start = f"(CASE WHEN {s_lo} = {s_hi} OR {s_hi} < {e_lo} THEN {s_hi} ELSE {HIGH} END)"
        return {"s_lo": start, "s_hi": start, "e_lo": e_lo, "e_hi": e_lo, "x_lo": f"x_{p}{k}_lo", "x_hi": f"x_{p}{k}_lo"}

    def _moments(self) -> str:
        """A row for each stretch of a stay: the codes of all that is asked there, packed into words for each candidate."""
        slots = [s.number for s in rows.ground_slots(self.shape)]
        needs_day = any(a.kind == "compared" and "conviction_age_years" in a.facts for a in self.place) and "f_conviction_date" in self.columns
        spread = "SELECT r.*, moment AS t, CAST(" + HIGH + " AS BIGINT) AS t_next FROM ready AS r" if not self.timeline else "SELECT r.*, unnest(points) AS t, unnest(list_concat(points[2:], [" + HIGH + "])) AS t_next FROM ready AS r WHERE conflict IS NULL AND moment IS NOT NULL AND NOT outside"
        key = self._window("u.t", "u.zone_number")
        when = f"CASE WHEN u.epoch IS NULL{' OR u.f_conviction_date IS NOT NULL' if needs_day else ''} THEN {key} END"
        def w(column: str) -> str:
            return self._of("w", "u.t", column)

        day_columns = f", {w('year')} AS today_year, {w('month_day')} AS today_md" if needs_day else ""
        dated = f"SELECT u.*, coalesce(u.epoch, {w('epoch')}, {len(self.folded.cuts)}) AS epoch_at{day_columns} FROM spread AS u LEFT JOIN {self.far}windows AS w ON w.number = {when}"
        ruled = "SELECT d.*, g.regime, " + ", ".join(f"g.mask_{w}" for w in range(self.words)) + " FROM dated AS d JOIN regime_of AS g ON g.jurisdiction = d.jurisdiction AND g.epoch = d.epoch_at AND g.known = d.known"
        layers: list[dict[str, str]] = [{}, {}, {}, {}, {}, {}]
        for v in self.variants:
            for k in slots:
                g = self.ground_at(k, v)
                layers[0][f"g{k}_on_{v}"] = by(g["s_lo"], g["s_hi"], "t")
                layers[0][f"g{k}_off_{v}"] = by(g["e_lo"], g["e_hi"], "t")
            stands = [least(f"g{k}_on_{v}", f"2 - g{k}_off_{v}") for k in slots]
            if v:
                # Without known grounds nothing but what papers add can be placed.
                stands = stands or ["0"]
            layers[1][f"standing_{v}"] = greatest(*stands, "CASE WHEN gnone THEN 1 ELSE 0 END")
            sure = {k: f"(g{k}_on_{v} = 2 AND g{k}_off_{v} = 2)" for k in slots}
            possible = {k: f"(g{k}_on_{v} <> 0 AND g{k}_off_{v} <> 0)" for k in slots}
            layers[1][f"sure_{v}"] = "(" + " OR ".join(sure.values()) + ")"
            low = greatest(*(f"CASE WHEN {sure[k]} THEN {self.ground_at(k, v)['e_lo']} ELSE {LOW} END" for k in slots))
            high = greatest(*(f"CASE WHEN {possible[k]} THEN {self.ground_at(k, v)['e_hi']} ELSE {LOW} END" for k in slots))
            layers[2][f"due_lo_{v}"] = f"CASE WHEN gnone THEN {LOW} WHEN sure_{v} THEN {low} ELSE booked_l END"
            layers[2][f"due_hi_{v}"] = f"CASE WHEN gnone THEN {HIGH} WHEN sure_{v} THEN {high} ELSE greatest({high}, booked_h) END"
            for i, spec in enumerate(self.specs):
                if spec.counted_from != DUE:
                    continue
                xlow = greatest(*(f"CASE WHEN {sure[k]} THEN {self.ground_at(k, v)['x_lo']}_{i} ELSE {LOW} END" for k in slots))
                xhigh = greatest(*(f"CASE WHEN {possible[k]} THEN {self.ground_at(k, v)['x_hi']}_{i} ELSE {LOW} END" for k in slots))
                # From the booking, where nobody says when release was due.
                from_booking = ("x_b1_lo", "x_b1_hi") if self._alone else ("x_k_lo", "x_k_hi")
                unless = f" WHEN alone_due THEN {HIGH}" if self._alone else ""
                layers[2][f"xh_{i}_{v}"] = f"CASE WHEN gnone THEN {HIGH} WHEN sure_{v} THEN {xhigh}{unless} ELSE {greatest(xhigh, f'{from_booking[1]}_{i}')} END"
                layers[2][f"xl0_{i}_{v}"] = f"CASE WHEN gnone THEN {LOW} WHEN sure_{v} THEN {xlow}{unless} ELSE {from_booking[0]}_{i} END"
                layers[3][f"xl_{i}_{v}"] = f"CASE WHEN due_lo_{v} = due_hi_{v} THEN xh_{i}_{v} ELSE xl0_{i}_{v} END"
        self._detainer_layers(layers)
        layers.append(self._shared_words())
        layers.append(self._base_words())
        layers.append({**self._candidate_words(), **{f"parts_{i}": parts_sql(i) for i in self.detainer_slots}})
        kept = self._kept()
        text = chain("ruled", *layers[:6], *layers[6:])
        return f"WITH spread AS ({spread}), dated AS ({dated}), ruled AS ({ruled}), worked AS ({text}) SELECT {', '.join(kept)} FROM worked"

    def _limit(self, i: int, v: int, slot: int | None) -> tuple[str, str]:
        """The bounds of the end of limit ``i`` in a variant, for one detainer or (None) for none."""
        spec = self.specs[i]
        if spec.counted_from == DUE:
            return f"xl_{i}_{v}", f"xh_{i}_{v}"
        if spec.counted_from in BY_DETAINER and slot is not None:
            column = "rec" if spec.counted_from == "detainer_received" else "srv"
            return f"x_d{slot}_{column}_lo_{i}", f"x_d{slot}_{column}_hi_{i}"
        return f"x_e_{spec.counted_from}_lo_{i}", f"x_e_{spec.counted_from}_hi_{i}"

    def _detainer_layers(self, layers: list[dict[str, str]]) -> None:
        for i in self.detainer_slots:
            received, cancelled = by(f"d{i}_rec_lo", f"d{i}_rec_hi", "t"), by(f"d{i}_can_lo", f"d{i}_can_hi", "t")
            unlisted = self._unlisted(i)
            layers[0][f"d{i}_r"] = received
            layers[0][f"d{i}_x"] = cancelled
            layers[0][f"d{i}_s"] = by(f"d{i}_srv_lo", f"d{i}_srv_hi", "t")
            layers[1][f"d{i}_here"] = f"CASE WHEN k{i}_form IS NULL THEN 0 WHEN {unlisted} THEN 1 ELSE {least(f'd{i}_r', f'2 - d{i}_x')} END"
            layers[1][f"d{i}_c_cancelled"] = f"CASE WHEN {unlisted} OR d{i}_x = 1 THEN d{i}_st_detainer_cancelled ELSE d{i}_x END"
            layers[1][f"d{i}_c_served"] = f"CASE WHEN {unlisted} OR d{i}_s = 1 THEN d{i}_st_detainer_served ELSE d{i}_s END"
            layers[2][f"d{i}_lodged0"] = f"CASE WHEN {unlisted} THEN 1 ELSE {least(f'd{i}_r', f'2 - d{i}_c_cancelled')} END"
            layers[2][f"d{i}_served_if"] = greatest(f"2 - d{i}_c_service_required", f"d{i}_c_served")
            layers[3][f"d{i}_lodged"] = f"CASE WHEN d{i}_lodged0 <> 1 THEN d{i}_lodged0 ELSE d{i}_st_detainer_lodged END"
            # What a request needs beside its time: the same however grounds are placed.
            layers[4][f"d{i}_sound"] = least(f"d{i}_lodged", f"d{i}_paper_sound", f"d{i}_served_if")
            for v in self.variants:
                low, high = self._request_end(i, v)
                layers[4][f"d{i}_over_{v}"] = f"CASE WHEN d{i}_edition_set = -1 THEN 1 ELSE {by(low, high, 't')} END"
                stands = least(f"d{i}_sound", f"2 - d{i}_over_{v}")
                layers[5][f"d{i}_stands_{v}"] = f"CASE WHEN {stands} <> 1 THEN {stands} ELSE d{i}_st_request_stands END"

    def _unlisted(self, slot: int) -> str:
        """Whether a slot is the detainer that nobody listed."""
        return "FALSE" if slot else "(no_detainer AND NOT complete)"

    def _request_end(self, slot: int, v: int) -> tuple[str, str]:
        """When the limit printed on the form ends the request, over the editions that it may be."""
        lows, highs = [], []
        for edition_set in self.looks.sets:
            if not edition_set.editions or not any(edition_set.specs):
                continue
            each = [[self._limit(self.specs.index(s), v, slot) for s in specs] for specs in edition_set.specs]
            low = [least(*(e[0] for e in ends)) if ends else HIGH for ends in each]
            high = [least(*(e[1] for e in ends)) if ends else HIGH for ends in each]
            lows.append(f"WHEN {edition_set.number} THEN {least(*low)}")
            highs.append(f"WHEN {edition_set.number} THEN {greatest(*high)}")
        if not lows:
            return HIGH, HIGH
        return f"(CASE d{slot}_edition_set {' '.join(lows)} ELSE {HIGH} END)", f"(CASE d{slot}_edition_set {' '.join(highs)} ELSE {HIGH} END)"

    def _shared_words(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for v in self.variants:
            for w in range(self.words):
                terms = [f"word_{w}"] if v == 0 else []
                for atom, (word, shift) in self.place.items():
                    if word != w or (atom.kind in ("fact", "compared") and (v or self._is_detainer(atom) or not self._changes(atom))):
                        continue
                    if atom.kind == "determined":
                        if v == 0:
                            terms.append(packed(self._determination(atom.name), shift))
                    elif atom.kind == "ended":
                        assert atom.spec is not None
                        if atom.spec.counted_from in BY_DETAINER:
                            continue
                        low, high = self._limit(self.specs.index(atom.spec), v, None)
                        terms.append(packed(by(low, high, 't'), shift))
                    else:
                        terms.append(packed(self._atom(atom, 't'), shift))
                if v == 0:
                    found[f"shared_{w}"] = " + ".join(t for t in terms if "xl_" not in t) or "0"
                    found[f"ends_{w}_0"] = " + ".join(t for t in terms if "xl_" in t) or "0"
                else:
                    found[f"ends_{w}_{v}"] = " + ".join(t for t in terms if "xl_" in t) or "0"
        return found

    def _determination(self, name: str) -> str:
        if name != "probable_cause" or "determined_probable_cause_at" not in self.columns:
            return "1"
        return "(CASE WHEN determined_probable_cause_at <= t AND determined_probable_cause IS NOT NULL THEN CASE WHEN determined_probable_cause THEN 2 ELSE 0 END ELSE 1 END)"

    def _candidate_words(self) -> dict[str, str]:
        """``q<slot>_<word>_<variant>``: the question of each candidate, null where there is none; ``n_…`` without a detainer."""
        found: dict[str, str] = {}
        for v in self.variants:
            for w in range(self.words):
                for i in self.detainer_slots:
                    terms = [f"d{i}_base_{w}", f"ends_{w}_{v}"]
                    for name, code in self._varying(i, w).items():
                        if name == "request_stands":
                            terms.append(packed(self._wiped(i, code.format(v=v)), self._varying_place[name][1]))
                    terms += [packed(f"CASE WHEN {self._unlisted(i)} THEN {by(*self._limit(n, v, None), 't')} ELSE {by(*self._limit(n, v, i), 't')} END", shift) for n, shift in self._own_limits(w)]
                    found[f"q{i}_{w}_{v}"] = f"CASE WHEN standing_{v} = 0 AND d{i}_here <> 0 THEN CAST(({' + '.join(terms)}) & mask_{w} AS BIGINT) END"
                fixed = sum(without_detainer(a) << s for a, (word, s) in self.place.items() if word == w and self._is_detainer(a))
                terms = [f"shared_{w} + ends_{w}_{v}", str(fixed), *(packed(by(*self._limit(n, v, None), 't'), shift) for n, shift in self._own_limits(w))]
                found[f"n_{w}_{v}"] = f"CASE WHEN standing_{v} = 0 THEN CAST(({' + '.join(terms)}) & mask_{w} AS BIGINT) END"
        return found

    @cached_property
    def _varying_place(self) -> dict[str, tuple[int, int]]:
        """Where the codes of a detainer's facts that change with the clock stand."""
        return {a.name: p for a, p in self.place.items() if a.kind == "fact" and a.name in VARYING}

    def _varying(self, slot: int, word: int) -> dict[str, str]:
        """The codes of those of one word, by fact; that of a request's standing for each variant ``{v}``."""
        codes = {"request_stands": f"d{slot}_stands_{{v}}", "detainer_served": f"d{slot}_c_served", "detainer_cancelled": f"d{slot}_c_cancelled", "detainer_lodged": f"d{slot}_lodged"}
        return {n: c for n, c in codes.items() if n in self._varying_place and self._varying_place[n][0] == word}

    def _wiped(self, slot: int, code: str) -> str:
        """A code of what a detainer says, no more than unknown where it may not be in force."""
        return f"CASE WHEN {self._unsure(slot)} THEN {least(code, '1')} ELSE {code} END"

    def _unsure(self, slot: int) -> str:
        return f"d{slot}_lodged = 1" if slot else f"d0_lodged = 1 AND NOT {self._unlisted(0)}"

    def _own_limits(self, word: int) -> list[tuple[int, int]]:
        """(limit, shift) of the ends that count from a detainer's own times."""
        return [(self.specs.index(a.spec), shift) for a, (w, shift) in self.place.items() if w == word and a.kind == "ended" and a.spec is not None and a.spec.counted_from in BY_DETAINER]

    def _base_words(self) -> dict[str, str]:
        """``d<slot>_base_<word>``: what a candidate's question has in every variant."""
        found: dict[str, str] = {}
        for i in self.detainer_slots:
            for w in range(self.words):
                terms = [f"shared_{w}", f"CASE WHEN {self._unsure(i)} THEN d{i}_unsure_{w} ELSE d{i}_sure_{w} END"]
                for name, code in self._varying(i, w).items():
                    if name != "request_stands":
                        terms.append(packed(code if name in ("detainer_cancelled", "detainer_lodged") else self._wiped(i, code), self._varying_place[name][1]))
                found[f"d{i}_base_{w}"] = " + ".join(terms)
        return found

    def _kept(self) -> list[str]:
        if not self.timeline:
            words_ = [f"{c}_{w}_0" for c in self.candidates() for w in range(self.words)]
            return ["row", "t", "moment", "conflict", "outside", "regime", "standing_0", *words_, "due_lo_0", "due_hi_0"]
        kept = ["row", "t", "t_next", "moment", "begin", "latest_begin", "left_l", "left_h", "vague", "vague_before_bail", "bail_l", "regime"]
        for v in self.variants:
            kept += [f"standing_{v}", *(f"q{i}_{w}_{v}" for i in self.detainer_slots for w in range(self.words)), *(f"n_{w}_{v}" for w in range(self.words))]
        return [*kept, "due_lo_0", "due_hi_0", *(f"parts_{i}" for i in self.detainer_slots)]

    def candidates(self) -> Sequence[str]:
        """Prefixes of the candidates' question columns; the last is the one without a detainer."""
        return [*(f"q{i}" for i in self.detainer_slots), "n"]


def _conflict(name: str) -> str:
    return f"[{name}] is stated against what else is given"
