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

from collections.abc import Iterable, Mapping
from functools import cached_property

from dueprocess.batch import rows
from dueprocess.batch.asked import Asked
from dueprocess.batch.calendars import Calendars
from dueprocess.batch.facts import Facts
from dueprocess.batch.folding import Folded
from dueprocess.batch.forms import LOOK_KEYS, UNLISTED, VARYING, parts_sql
from dueprocess.batch.grounds import Grounds
from dueprocess.batch.limits import DUE, Limits
from dueprocess.batch.points import Points
from dueprocess.batch.questions import Questions
from dueprocess.batch.settled import HOURS, hours
from dueprocess.batch.shape import Shape
from dueprocess.batch.sqltext import HIGH, LOW, chain, given, greatest, least, quoted, words
from dueprocess.batch.survey import Told
from dueprocess.case.model import DETAINERS

ABOUT = ("outside", "no_grounds", "unknown_end", "open_at_end", "booking_unknown", "since_ever", "left_missing", "left_vague", "vague_due", "bail")
"""What ``about`` tells of a row, a bit each in this order."""

PLAIN_LOOKS = ("plain_look_keys", "plain_looks")


class Query(Asked):
    """The stages for one run and one shape of rows."""

    def __init__(self, folded: Folded, calendars: Calendars, shape: Shape, *, columns: Iterable[str], one_known: bool, events: Iterable[str] = (), far: Calendars | None = None, timeline: bool = True, only_classes: bool = False, times: Mapping[str, Told] | None = None) -> None:
        super().__init__(folded, calendars, shape, columns=columns, one_known=one_known, events=events, far=far, timeline=timeline, only_classes=only_classes, times=times)
        self.produced: set[str] = set()
        """The names of the columns of ``timed``."""
        self.facts = Facts(self)
        self.limits = Limits(self)
        self.grounds = Grounds(self)
        self.points = Points(self, self.limits)
        self.questions = Questions(self, self.facts, self.limits)

    def stages(self) -> list[tuple[str, str, bool]]:
        """(name, SQL, whether it is no more than a view) in order. Sources: ``part`` (rows of this shape with ``jurisdiction``, ``zone_number`` and
        ``uses``), ``side_papers``, ``side_grounds``, ``side_events``, and the small tables of the run."""
        moments = self._moments()
        ready = self.points.with_cuts()
        later = words(moments) | words(ready)
        found = [(n, q, False) for n, q in rows.pivot_papers(self.shape, DETAINERS).items()]
        if self.events:
            found.append(("pivot_e", self._events_pivot(), False))
        found.append(("timed", self._timed(), True))
        if self.detainer_slots:
            found += [(self.look_tables[0], self._look_keys(), False), (self.look_tables[1], self._looks_sql(), False)]
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
        layers = [*rows.time_layers(self.shape, self.times), *rows.ground_layers(self.shape), *rows.bail_layers(self.shape), *rows.moment_layers(self.shape)]
        layers[1] |= {f"word_{w}": self.facts.static_word(w) for w in range(self.words)}
        listed = " AND ".join(["detainer_form IS NULL", *(f"d{i}_kind IS NULL" for i in range(1, self.shape.detainers + 1))])
        layers.append({"no_detainer": "TRUE" if self.shape.plain else f"({listed})"})
        looks: dict[str, str] = {}
        for i in self.detainer_slots:
            names = {k: f"d{i}_{'kind' if k == 'form' else k}" if i else {"form": "detainer_form", "edition": "detainer_edition", "boxes": "detainer_boxes", "signed_by": "detainer_signed_by", "issuer": "detainer_issuer"}[k] for k in LOOK_KEYS}
            unlisted = f"CASE WHEN no_detainer AND NOT complete THEN '{UNLISTED}' ELSE {names['form']} END" if i == 0 else names["form"]
            looks |= {f"k{i}_{k}": (unlisted if k == "form" else n) for k, n in names.items()}
        if self.shape.plain:
            looks = {f"k0_{k}": "CAST(NULL AS VARCHAR)" for k in LOOK_KEYS} | {"k0_form": f"CASE WHEN complete THEN NULL ELSE '{UNLISTED}' END"}
        starts: dict[str, str] = {}
        for start in self.limits.starts:
            starts |= {f"n_{start.name}_lo": start.low, f"n_{start.name}_hi": start.high, f"n_{start.name}_op": start.open}
        if self.timeline:
            first, second, third = self.grounds.due_at_moment()
            layers += [first | (rows.one_ground(self.shape) if self.one_ground else {}), second, third | self.limits.unsure_until()]
        layers.append({**looks, **starts, **self.facts.papers_at_moment()})
        layers += self._at_moment()
        base = f"(SELECT part.*{self._pivot_columns()} FROM part{joins}) AS source"
        self.produced = {name for layer in layers for name in layer} | {f"g{k}_kind" for k in range(1, self.shape.grounds + 1)}
        for prefix, count in (("d", self.shape.detainers), ("q", self.shape.papers)):
            self.produced |= {f"{prefix}{i}_{c}" for i in range(1, count + 1) for c in ("kind", "edition", "signed_by", "boxes", "matter", "issuer")}
        self.produced |= {f"v_{kind}_{side}" for kind in self.events for side in ("lo", "hi")}
        return chain(base, *layers)

    def _at_moment(self) -> list[dict[str, str]]:
        """What a row alone says of the moment asked about, where nothing else is asked about: worked out before the row
        meets a table, when its columns are still plain arrays."""
        if self.timeline:
            return []
        first, second, third = self.grounds.ground_layers(0, "moment")
        first |= self.questions.detainers_at("moment")
        if not self.looks.stated:
            first["conflict"] = f"coalesce(contradiction, CASE {self.facts.against_papers()} END)"
        for w in range(self.words):
            first[f"row_{w}"] = f"word_{w} + " + (" + ".join(self.facts.changing(w, "moment", dated=False)) or "0")
        if not self.everything:
            return [first, second, third]
        if self.shape.together:
            second |= rows.one_ground(self.shape)
        bounds, parts, told = hours(0 if self.shape.together else 1)
        return [first | {"about": self._about()}, second, third | bounds, parts, told]

    @property
    def hours(self) -> tuple[str, ...]:
        """The hours that the rows of a settled shape tell."""
        return HOURS[:2] if self.only_classes else HOURS

    @cached_property
    def _placed(self) -> str:
        """The join that tells where a row's agency is."""
        facility = " AND a.facility IS NOT DISTINCT FROM t.facility" if any(a.facility is not None for a in self.folded.agencies) else ""
        return f" JOIN agency_of AS a ON a.agency = t.agency{facility}"

    def _pivot_columns(self) -> str:
        found = [f", pivot_{p}.*" for p, n in (("d", self.shape.detainers), ("q", self.shape.papers), ("g", self.shape.grounds), ("e", len(self.events))) if n]
        return "".join(found)

    def _look_columns(self, i: int) -> str:
        own = ", ".join(f"k{i}_{k} AS {k}" for k in LOOK_KEYS)
        stated = "".join(f", f_{n} AS s_{n}" for n in self.looks.stated)
        return f"{own}{stated}, known"

    def _look_keys(self) -> str:
        """Every different look; ``known`` is the index of the day on which law is asked to be known."""
        if self.shape.plain:
            none = ", ".join(f"CAST(NULL AS VARCHAR) AS {k}" for k in LOOK_KEYS[1:])
            return " UNION ALL ".join(
                f"SELECT CAST({self._plain_look(str(k), str(unlisted))} AS BIGINT) AS look, {form} AS form, {none}, {k} AS known"
                for k in range(len(self.folded.known)) for unlisted, form in enumerate(("CAST(NULL AS VARCHAR)", f"'{UNLISTED}'"))
            )  # fmt: skip
        parts = " UNION ALL ".join(f"SELECT {self._look_columns(i)} FROM known_rows" for i in self.detainer_slots)
        return f"WITH known_rows AS (SELECT t.*, {self._known_sql()} FROM timed AS t{'' if self.one_known else self._placed}{self._known_join()}), every AS ({parts}) SELECT row_number() OVER (ORDER BY 1) AS look, d.* FROM (SELECT DISTINCT * FROM every) AS d"

    @staticmethod
    def _plain_look(known: str, unlisted: str) -> str:
        """The number of the look of a plain row: of a detainer that nobody listed (``unlisted`` is 1), or of none."""
        return f"2 * {known} + {unlisted}"

    def _known_sql(self) -> str:
        return "0 AS known" if self.one_known else f"coalesce({self.day_of('ks', 't.moment', 'known')}, 0) AS known"

    def _known_join(self) -> str:
        return "" if self.one_known else f" {self.join} windows AS ks ON ks.number = {self.window('t.moment', 'a.zone_number')}"

    def _looks_sql(self) -> str:
        return self.looks.sql(self.look_tables[0], place=self.place, words=self.words)

    @property
    def look_tables(self) -> tuple[str, str]:
        """The tables of looks; those of plain rows are the same in every part of a run."""
        return PLAIN_LOOKS if self.shape.plain else ("look_keys", "looks")

    @property
    def _late_looks(self) -> bool:
        """Whether rows meet their looks only where nothing else is left to work out: that join is by several columns and
        leaves all others of a row as references, on which an engine works slower."""
        return bool(self.detainer_slots) and not self.looks.stated and (not self.timeline or self.shape.plain)

    def _looked(self) -> tuple[list[str], list[str]]:
        """The joins of a row ``t`` with the looks of its detainers, and the columns that they give."""
        joins: list[str] = []
        columns: list[str] = []
        for i in self.detainer_slots:
            match = [*(f"lk{i}.{k} IS NOT DISTINCT FROM t.k{i}_{k}" for k in LOOK_KEYS), *(f"lk{i}.s_{n} IS NOT DISTINCT FROM t.f_{n}" for n in self.looks.stated)]
            match.append(f"lk{i}.known = t.known")
            if self.shape.plain:
                match = [f"lk{i}.look = {self._plain_look('t.known', 't.absent_by')}"]
            joins.append(f"{self.join} {self.look_tables[1]} AS lk{i} ON {' AND '.join(match)}")
            names = [f"sure_{w}" for w in range(self.words)] + [f"unsure_{w}" for w in range(self.words)]
            names += ["edition_set", "c_hold_requested", "c_detainer_complete", "c_detainer_signed", "c_service_required", *(f"st_{n}" for n in VARYING)]
            names += [f"p_{n}" for n in self.looks.booleans if n in self.looks.stated] + (["v_detainer_form"] if "detainer_form" in self.looks.stated else []) + (["v_detainer_issuer"] if "detainer_issuer" in self.looks.stated else [])
            columns += [f"lk{i}.{n} AS d{i}_{n}" for n in dict.fromkeys([*names, "paper_sound"])]
        return joins, columns

    def _epochs_of_rows(self, later: set[str]) -> str:
        """``timed`` with the looks, the ends of limits (``x_<start>_<lo|hi>_<limit>``), the packed words, and the list
        of instants."""
        exact = not self.shape.vague
        joins: list[str] = []
        ends: dict[str, str] = {}
        second: dict[str, str] = {}
        for start in self.limits.starts:
            for side in ("lo", "hi"):
                if side == "hi" and exact and start.name[0] in "ab" and not (self.alone and start.name == "b1"):
                    for i, _ in self.limits.specs_of(start):
                        ends[f"x_{start.name}_hi_{i}"] = f"x_{start.name}_lo_{i}"
                    continue
                self.limits.ends(start, side, second, joins, ends)
        lo_ends = {k: v for k, v in ends.items() if not v.startswith("x_")}
        copies = {k: v for k, v in ends.items() if v.startswith("x_")}
        look_joins, look_columns = ([], []) if self._late_looks else self._looked()
        known = f"SELECT t.*, a.jurisdiction, a.zone_number, a.uses, {self._known_sql()} FROM timed AS t{self._placed}{self._known_join()}"
        text = chain("known_rows", second)
        joined = f"SELECT t.*, {', '.join([*(f'{v} AS {k}' for k, v in lo_ends.items()), *look_columns])} FROM keyed AS t {' '.join(joins)} {' '.join(look_joins)}"
        outside = " OR ".join(f"{k} IS NULL" for k, v in lo_ends.items() if v.startswith("CASE WHEN t.")) or "FALSE"
        if self.timeline:
            copies["first_end"] = self.limits.first_end()
        more = {**copies, "outside": f"({outside})", **self.facts.printed_at_moment()}
        instants = ({**self.points.bounds_of_points(), **self.points.horizon(), "about": self._about()},) if self.timeline else ()
        conflict = {} if "conflict" in self.produced else {"conflict": f"coalesce(contradiction, CASE {self.facts.against_papers()} END)"}
        after = chain("joined", more, conflict, *instants)
        made = {"since_at", "until_at", "horizon", "about", "conflict", *more, *lo_ends, *(c.split(" AS ")[1] for c in look_columns), *second}
        named = sorted((self.produced | self.columns | {"jurisdiction", "zone_number", "uses", "known", *made}) & later)
        if not self.timeline:
            return f"WITH known_rows AS ({known}), keyed AS ({text}), joined AS ({joined}), spanned AS ({after}) SELECT {', '.join(f's.{quoted(n)}' for n in named if n not in ('epoch', 'since_at', 'until_at', 'horizon'))}, CAST(NULL AS BIGINT) AS epoch FROM spanned AS s"
        final = f"SELECT {', '.join(f's.{quoted(n)}' for n in named if n != 'epoch')}, {self.points.epochs()} FROM spanned AS s {self.join} windows AS eb ON eb.number = {self.window('s.begin', 's.zone_number')} {self.join} windows AS ee ON ee.number = {self.window('s.horizon', 's.zone_number')}"
        return f"WITH known_rows AS ({known}), keyed AS ({text}), joined AS ({joined}), spanned AS ({after}) {final}"

    def _about(self) -> str:
        """What the results need to know of a row beside its instants: ``ABOUT``, a bit each."""
        shape = self.shape
        present = {s.number: f"a{s.number}_listed" if s.added_by is None else f"a{s.number}_added" for s in rows.ground_slots(shape)}
        back = " OR ".join(f"({present[k]} AND b{k}_s_hi = {LOW})" for k in present)
        unknown_end = " OR ".join(f"({present[k]} AND b{k}_e_hi >= {HIGH} AND b{k}_e_lo < {HIGH})" for k in present)
        end = "coalesce(left_h, moment)"
        standing = [least(f"CASE WHEN b{k}_s_hi <= {end} THEN 2 WHEN b{k}_s_lo > {end} THEN 0 ELSE 1 END", f"CASE WHEN b{k}_e_hi <= {end} THEN 0 WHEN b{k}_e_lo > {end} THEN 2 ELSE 1 END") for k in present]
        tests = {
            "outside": "FALSE" if shape.settled else "outside",
            "no_grounds": "gnone",
            "unknown_end": unknown_end,
            "open_at_end": f"({unknown_end}) AND {greatest(*standing)} = 1",
            "booking_unknown": f"booked_l <= {LOW} AND booked_h >= {HIGH}",
            "since_ever": back,
            "left_missing": "left_state = 'missing'",
            "left_vague": "left_l <> left_h",
            "vague_due": "vague",
            "bail": f"bail_l < {HIGH}",
        }
        assert tuple(tests) == ABOUT
        return " + ".join(f"CASE WHEN {sql} THEN {1 << i} ELSE 0 END" for i, sql in enumerate(tests.values()))

    def _moments(self) -> str:
        """A row for each stretch of a stay: the codes of all that is asked there, packed into words for each candidate."""
        slots = self.grounds_asked
        needs_day = any(a.kind == "compared" and "conviction_age_years" in a.facts for a in self.place) and "f_conviction_date" in self.columns
        spread = "SELECT r.*, moment AS t, CAST(" + HIGH + " AS BIGINT) AS t_next FROM ready AS r" if not self.timeline else "SELECT r.*, unnest(points) AS t, unnest(list_concat(points[2:], [" + HIGH + "])) AS t_next FROM ready AS r"
        # An instant may be listed several times; what lies between it and itself is nothing.
        some = " WHERE u.t < u.t_next" if self.timeline else ""
        asked = f"(u.epoch IS NULL{' OR u.f_conviction_date IS NOT NULL' if needs_day else ''})" if self.timeline else "TRUE"
        calendar = self.far_calendars if self.all_cuts else self.calendars
        when = calendar.number_sql("u.t", "u.zone_number", when=asked)
        def w(column: str) -> str:
            return self.day_of("w", "u.t", column)

        day_columns = f", {w('year')} AS today_year, {w('month_day')} AS today_md" if needs_day else ""
        dated = f"SELECT u.*, coalesce(u.epoch, {w('epoch')}, {len(self.folded.cuts)}) AS epoch_at{day_columns} FROM spread AS u JOIN {self.far}windows AS w ON w.number = {when}{some}"
        ruled = "SELECT d.*, g.regime, " + ", ".join(f"g.mask_{w}" for w in range(self.words)) + f" FROM dated AS d JOIN regime_of AS g ON g.number = {self.folded.number_sql('d.jurisdiction', 'd.epoch_at', 'd.known')}"
        layers: list[dict[str, str]] = [{}, {}, {}, {}, {}, {}]
        for v in self.variants:
            sure, possible = self.grounds.sure(v, slots, str(v))
            if self.timeline:
                for into, found in zip(layers, self.grounds.ground_layers(v, "t"), strict=False):
                    into |= found
            for i, spec in enumerate(self.specs):
                if spec.counted_from != DUE:
                    continue
                xlow = greatest(*(f"CASE WHEN {sure[k]} THEN {self.grounds.ground_at(k, v)['x_lo']}_{i} ELSE {LOW} END" for k in slots))
                xhigh = greatest(*(f"CASE WHEN {possible[k]} THEN {self.grounds.ground_at(k, v)['x_hi']}_{i} ELSE {LOW} END" for k in slots))
                # From the booking, where nobody says when release was due.
                if self.alone and len(slots) == 1:
                    # Nothing counts where the one ground has not certainly ended, or nothing is said of any.
                    own = self.grounds.ground_at(1, v)
                    high, low_ = (f"{own[x]}_{i}" if own[x] == f"x_b1_{x[2:]}" else f"CASE WHEN alone_due THEN {own[x]}_{i} ELSE x_b1_{x[2:]}_{i} END" for x in ("x_hi", "x_lo"))
                    low = f"CASE WHEN due_lo_{v} = due_hi_{v} THEN CASE WHEN none_{v} THEN {HIGH} ELSE {high} END WHEN none_{v} THEN CASE WHEN gnone THEN {LOW} ELSE {HIGH} END ELSE {low_} END"
                    high = f"CASE WHEN none_{v} THEN {HIGH} ELSE {high} END"
                    if self.timeline and not self.shape.plain:
                        early = f"CASE WHEN {self.limits.none_ended(v)} THEN {HIGH} ELSE"
                        layers[3] |= {f"xh_{i}_{v}": f"{early} {high} END", f"xl_{i}_{v}": f"{early} {low} END"}
                    else:
                        self.limits.due[i, v] = low, high
                    continue
                from_booking = ("x_b1_lo", "x_b1_hi") if self.alone else ("x_k_lo", "x_k_hi")
                unless = f" WHEN alone_due THEN {HIGH}" if self.alone else ""
                early = f"WHEN {self.limits.none_ended(v)} THEN {HIGH} " if self.timeline else ""
                layers[2][f"xh_{i}_{v}"] = f"CASE {early}WHEN gnone THEN {HIGH} WHEN sure_{v} THEN {xhigh}{unless} ELSE {greatest(xhigh, f'{from_booking[1]}_{i}')} END"
                layers[2][f"xl0_{i}_{v}"] = f"CASE {early}WHEN gnone THEN {LOW} WHEN sure_{v} THEN {xlow}{unless} ELSE {from_booking[0]}_{i} END"
                layers[3][f"xl_{i}_{v}"] = f"CASE WHEN due_lo_{v} = due_hi_{v} THEN xh_{i}_{v} ELSE xl0_{i}_{v} END"
        if self.timeline:
            layers[0] |= {f"own_{name}": self.facts.paper_fact(name, "t") for name in self.facts.papers_asked}
        detainers: list[dict[str, str]] = [{}, {}, {}, {}, {}, {}]
        self.questions.detainer_layers(detainers)
        shared = self.questions.shared_words()
        last = [self.questions.base_words(), {**self.questions.candidate_words(), **{f"parts_{i}": parts_sql(i) for i in self.detainer_slots}}]
        stages = {"spread": spread, "dated": dated, "ruled": ruled}
        if self._late_looks:
            joins, columns = self._looked()
            stages["shared"] = chain("ruled", *layers, shared)
            stages["looked"] = f"SELECT t.*, {', '.join(columns)} FROM shared AS t {' '.join(joins)}"
            stages["worked"] = chain("looked", *detainers, *last)
        else:
            stages["worked"] = chain("ruled", *(one | other for one, other in zip(layers, detainers, strict=True)), shared, *last)
        return f"WITH {', '.join(f'{name} AS ({sql})' for name, sql in stages.items())} SELECT {', '.join(self._kept())} FROM worked"

    def _kept(self) -> list[str]:
        if not self.timeline:
            words_ = [f"{c}_{w}_0" for c in self.candidates() for w in range(self.words)]
            told = ("about", *self.hours) if self.everything else ("outside",)
            return ["row", "moment", "conflict", "regime", *words_, "due_lo_0", "due_hi_0", *told]
        kept = ["row", "t", "moment", "conflict", "about", "regime", *(["vague"] if self.shape.vague else []), *(["vague_before_bail"] if self.before_bail else [])]
        # How much of a stretch lies within the stay, as it was at least and at most.
        for name, start, end in (("inside_least", "latest_begin", "left_l"), ("inside_most", "begin", "left_h")):
            kept.append(f"greatest(0, least(t_next, coalesce({end}, moment)) - greatest(t, {start})) AS {name}")
        for v in self.variants:
            kept += [*(f"q{i}_{w}_{v}" for i in self.detainer_slots for w in range(self.words)), *(f"n_{w}_{v}" for w in range(self.words))]
        if self.only_classes:
            return kept
        return [*kept, "due_lo_at AS due_lo_0", "due_hi_at AS due_hi_0", *(f"parts_{i}" for i in self.detainer_slots)]
