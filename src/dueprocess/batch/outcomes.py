"""From moments and answers to one result a row: the outcome at the moment asked about, the hours, the class."""

from __future__ import annotations

from collections.abc import Sequence

from dueprocess.batch.asked import OUT_LOCAL, OUT_MAY, OUT_MUST, OUT_RELEASE, OUT_REVIEW, OUTCOMES
from dueprocess.batch.query import ABOUT, Query
from dueprocess.batch.sqltext import HIGH, LOW, greatest, least
from dueprocess.terms.codes import sql_literal

CLASSES = ("contradiction", "unknown", "certain", "no", "possible")
_CONTRADICTION, _UNKNOWN, _CERTAIN, _NO, _POSSIBLE = range(len(CLASSES))
MAYBE = (_UNKNOWN, _POSSIBLE)
"""The classes of which a row is asked what it lacks."""
BECAUSE = ("fact", "law", "duty")
"""Why an outcome is open."""
HELD = f"out IN ({OUT_MAY}, {OUT_MUST})"
"""Whether a row is a hold."""
OUTSIDE, NO_TIME = "a time lies outside the verified calendar", "no time is given"


class Outcomes:
    """The last stages of a query."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.variants = query.variants

    def questions(self) -> str:
        """Every different (regime, words) of the moments."""
        words = range(self.query.words)
        parts = [f"SELECT regime, {', '.join(f'{c}_{w} AS w_{w}' for w in words)} FROM situations WHERE {c}_0 >= 0" for c in self.query.candidates()]
        return f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)}) AS every"

    @property
    def _asked(self) -> list[str]:
        """The columns of a situation beside its regime: the questions of all candidates."""
        return [f"{c}_{w}" for c in self.query.candidates() for w in range(self.query.words)]

    def situations(self) -> str:
        """Every different (regime, questions of all candidates) of the moments: few, so that each is judged once."""
        parts = [f"SELECT regime, {', '.join(f'{a}_{v} AS {a}' for a in self._asked)} FROM moments" for v in self.variants]
        return f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)}) AS every"

    def judged_situations(self) -> str:
        """Each situation with its outcome and what decides it."""
        words = range(self.query.words)
        named = self.query.candidates()
        joins = [f"LEFT JOIN answers AS a_{c} ON a_{c}.regime = m.regime AND " + " AND ".join(f"a_{c}.w_{w} = m.{c}_{w}" for w in words) for c in named]
        favor, against = (greatest(*(f"coalesce(a_{c}.{side}, -2)" for c in named)) for side in ("favor", "against"))
        out = (
            f"CASE WHEN m.n_0 = -2 THEN {OUT_LOCAL} WHEN m.n_0 = -1 THEN {OUT_REVIEW}"
            f" WHEN {favor} = {against} THEN CASE WHEN {favor} = 2 THEN {OUT_MUST} WHEN {favor} = 1 THEN {OUT_MAY} ELSE {OUT_RELEASE} END"
            f" WHEN {greatest(favor, against)} <= 0 THEN {OUT_RELEASE} ELSE {OUT_REVIEW} END"
        )
        detainers = [c for c in named if c != "n"]
        release = "coalesce(a_n.bit_0, 9999)"
        if detainers:
            listed = " OR ".join(f"a_{c}.favor IS NOT NULL" for c in detainers)
            release = f"CASE WHEN {listed} THEN {least(*(f'coalesce(a_{c}.bit_0, 9999)' for c in detainers))} ELSE {release} END"
        may, must = (least(*(f"CASE WHEN a_{c}.against = {result} THEN coalesce(a_{c}.bit_{result}, 9999) ELSE 9999 END" for c in named)) for result in (1, 2))
        inner = (
            f"SELECT m.regime, {', '.join(f'm.{a}' for a in self._asked)}, CAST({out} AS INT) AS out, {release} AS release_bit, {may} AS may_bit, {must} AS must_bit,"
            f" CASE WHEN {favor} = 2 AND {against} = 1 THEN TRUE ELSE FALSE END AS duty_only FROM situations AS m {' '.join(joins)}"
        )
        bit = f"CASE out WHEN {OUT_RELEASE} THEN release_bit WHEN {OUT_MAY} THEN may_bit WHEN {OUT_MUST} THEN must_bit END"
        role = f"CASE s.out WHEN {OUT_RELEASE} THEN 'forbid' WHEN {OUT_MAY} THEN 'permit' WHEN {OUT_MUST} THEN 'require' END"
        asked = ", ".join(f"s.{a}" for a in self._asked)
        return f"SELECT s.regime, {asked}, s.out, CAST(coalesce(n.number, -1) AS INT) AS decided, s.duty_only FROM (SELECT *, {bit} AS bit FROM ({inner}) AS every) AS s LEFT JOIN norms AS n ON n.regime = s.regime AND n.role = {role} AND n.bit = s.bit"

    def judged(self) -> str:
        """Moments with the outcome of each variant (``out_<v>``), and what decides that of the grounds as they are known."""
        columns = ["m.row", "m.moment", *([] if self.query.only_classes else ["m.due_lo_0", "m.due_hi_0"]), "j_0.decided"]
        columns += [f"m.{c}" for c in (("t", "about", "conflict", "inside_least", "inside_most", *(["vague"] if self.query.shape.vague else []), *(["vague_before_bail"] if self.query.before_bail else [])) if self.query.timeline else ("about", "conflict", *self.query.hours) if self.query.everything else ("conflict", "outside"))]
        if self.query.everything:
            columns += ["j_0.duty_only", "CASE WHEN m.n_0_0 < 0 THEN -m.n_0_0 ELSE 0 END AS standing_0"]
        joins = []
        for v in self.variants:
            columns.append(f"j_{v}.out AS out_{v}")
            # Of several inner joins an engine may begin with those among the situations, of which each regime has many.
            joins.append(f"{'LEFT ' if len(self.variants) > 1 else ''}JOIN judged_situations AS j_{v} ON j_{v}.regime = m.regime AND " + " AND ".join(f"j_{v}.{a} = m.{a}_{v}" for a in self._asked))
        return f"SELECT {', '.join(columns)} FROM moments AS m {' '.join(joins)}"

    def results_at(self) -> str:
        """One row for each row: the outcome at its moment and what decides it, by number; ``named`` gives them their names."""
        asked = "conflict IS NULL AND NOT outside AND moment IS NOT NULL"
        known_due = f"{asked} AND out_0 <> {OUT_LOCAL} AND due_lo_0 > {LOW} AND due_hi_0 < {HIGH}"
        return (
            f'SELECT row, moment AS "at", CASE WHEN {asked} THEN out_0 END AS out, CASE WHEN {known_due} THEN due_lo_0 END AS due_lo,'
            f" CASE WHEN {known_due} THEN due_hi_0 END AS due_hi, CASE WHEN {asked} THEN decided ELSE -1 END AS decided, {self._problem('')} AS problem FROM judged"
        )

    @staticmethod
    def norm_sql(decided: str, norms: Sequence[str]) -> str:
        """The name of a norm by its number, -1 where none decides: by its place in a list, which leaves rows in their order."""
        return f"list_extract([NULL, {', '.join(sql_literal(n) for n in norms)}], {decided} + 2)"

    @staticmethod
    def named(source: str, norms: Sequence[str]) -> str:
        """The columns of the results from those of ``results_at``; a row with a problem that
        is no contradiction has no class here."""
        names = " ".join(f"WHEN {i} THEN '{name}'" for i, name in enumerate(OUTCOMES))
        nulls = ", ".join(f"CAST(NULL AS BIGINT) AS {c}" for c in ("hold_until", "over_least", "over_most", "open_least", "open_most", "later_over_least", "later_over_most"))
        plain = ", ".join(f"'{p}'" for p in (OUTSIDE, NO_TIME))
        return (
            f'SELECT f.row, f."at", CASE f.out {names} END AS outcome, CAST(NULL AS VARCHAR) AS open_because, f.due_lo, f.due_hi, {nulls},'
            f" CASE WHEN f.problem NOT IN ({plain}) THEN 'contradiction' END AS class, {Outcomes.norm_sql('f.decided', norms)} AS deciding_norm, CAST(NULL AS VARCHAR) AS missing, f.problem"
            f" FROM {source} AS f"
        )

    @staticmethod
    def told(source: str, norms: Sequence[str], *, only_classes: bool) -> str:
        """The columns of the results from those of the parts of a timeline, where outcomes, classes and norms are numbers,
        and ``hold_until``."""
        def name(column: str, names: Sequence[str]) -> str:
            return f"CASE f.{column} {' '.join(f'WHEN {i} THEN {sql_literal(n)}' for i, n in enumerate(names))} END"

        if only_classes:
            numbers = ", ".join(f"CAST(NULL AS BIGINT) AS {c}" for c in ("open_least", "open_most", "later_over_least", "later_over_most", "due_lo", "due_hi", "hold_until"))
            texts = ", ".join(f"CAST(NULL AS VARCHAR) AS {c}" for c in ("outcome", "open_because", "deciding_norm", "missing"))
            return f'SELECT f.row, f."at", f.over_least, f.over_most, {numbers}, {name("class", CLASSES)} AS class, {texts}, f.problem FROM {source} AS f'
        kept = ", ".join(f"f.{c}" for c in ("due_lo", "due_hi", "hold_until", "over_least", "over_most", "open_least", "open_most", "later_over_least", "later_over_most", "missing", "problem"))
        return (
            f'SELECT f.row, f."at", {name("out", OUTCOMES)} AS outcome, {name("because", BECAUSE)} AS open_because, {kept}, {name("class", CLASSES)} AS class,'
            f" {Outcomes.norm_sql('f.decided', norms)} AS deciding_norm FROM {source} AS f"
        )

    def _problem(self, prefix: str) -> str:
        p = prefix
        return f"CASE WHEN {p}conflict IS NOT NULL THEN {p}conflict WHEN {p}outside THEN '{OUTSIDE}' WHEN {p}moment IS NULL THEN '{NO_TIME}' END"

    def results(self) -> str:
        """One row for each row, in the columns of the contract (times as seconds, norms by number)."""
        shape = self.query.shape
        next_end = f"min(CASE WHEN t > moment AND out_0 NOT IN ({OUT_MAY}, {OUT_MUST}) THEN t END)"
        if self.query.all_cuts:
            # Of a stay that is a hold at its moment: nothing is asked but when it no longer is one.
            return f"SELECT row, {next_end} AS hold_until FROM judged GROUP BY row"

        def seconds(condition: str, inside: str) -> str:
            return f"CAST(sum(CASE WHEN {condition} THEN {inside} ELSE 0 END) AS BIGINT)"

        def hours(early: str, late: str, prefix: str) -> list[str]:
            held = f"({OUT_LOCAL}, {OUT_MAY}, {OUT_MUST})"
            return [
                f"{seconds(f'{late} = {OUT_RELEASE}', 'inside_least')} AS {prefix}over_least",
                f"{seconds(f'{early} IN ({OUT_RELEASE}, {OUT_REVIEW})', 'inside_most')} AS {prefix}over_most",
                f"{seconds(f'{early} = {OUT_REVIEW} AND {late} = {OUT_REVIEW}', 'inside_least')} AS {prefix}open_least",
                f"{seconds(f'NOT ({early} = {OUT_RELEASE} AND {late} = {OUT_RELEASE}) AND NOT ({early} IN {held} AND {late} IN {held})', 'inside_most')} AS {prefix}open_most",
            ]

        early, late = ("CASE WHEN vague THEN out_1 ELSE out_0 END", "CASE WHEN vague THEN out_2 ELSE out_0 END") if shape.vague else ("out_0", "out_0")
        columns = hours(f"({early})", f"({late})", "")
        if self.query.only_classes:
            columns = columns[:2]
        if self.query.before_bail:
            early, late = ("CASE WHEN vague_before_bail THEN out_4 ELSE out_3 END", "CASE WHEN vague_before_bail THEN out_5 ELSE out_3 END") if shape.vague else ("out_3", "out_3")
            columns += hours(f"({early})", f"({late})", "later_")[:2]
        constant = ["min(moment) AS moment", "max(conflict) AS conflict", "min(about) AS about"]
        every = "SELECT row, {} FROM judged GROUP BY row"
        at = "max(CASE WHEN t = moment THEN {} END)"
        if shape.settled:
            # One instant a row, beside which its hours stand already.
            every, at, columns, constant = "SELECT row, {} FROM judged", "{}", list(self.query.hours), ["moment", "conflict", "about"]
        told = ", ".join(f"(about & {1 << i}) <> 0 AS {name}" for i, name in enumerate(ABOUT))
        asked = "(h.conflict IS NULL AND h.moment IS NOT NULL AND NOT h.outside)"
        klass = (
            f"CASE WHEN h.conflict IS NOT NULL THEN {_CONTRADICTION} WHEN NOT {asked} OR h.no_grounds THEN {_UNKNOWN}"
            f" WHEN h.over_least > 0 THEN {_CERTAIN}"
            f" WHEN h.booking_unknown AND NOT h.since_ever THEN {_UNKNOWN} WHEN h.over_most = 0 THEN {_NO}"
            f" WHEN h.open_at_end OR h.left_missing THEN {_UNKNOWN} ELSE {_POSSIBLE} END"
        )
        if self.query.only_classes:
            over = ", ".join(f"CASE WHEN {asked} THEN h.{c} END AS {c}" for c in ("over_least", "over_most"))
            return (
                f"WITH every AS ({every.format(', '.join([*columns, *constant]))}), h AS (SELECT *, {told} FROM every)"
                f' SELECT h.row, h.moment AS "at", {over}, {klass} AS class, {self._problem("h.")} AS problem FROM h'
            )
        for name in ("out_0", "due_lo_0", "due_hi_0", "decided", "standing_0"):
            columns.append(f"{at.format(name)} AS at_{name}")
        columns.append(f"{at.format('CASE WHEN duty_only THEN 1 ELSE 0 END')} AS at_duty")
        columns.append("CAST(NULL AS BIGINT) AS first_open" if shape.settled else f"min(CASE WHEN out_0 = {OUT_REVIEW} AND standing_0 = 0 THEN t END) AS first_open")
        columns += constant
        later = ("over_least", "over_most") if self.query.before_bail else ()
        known_due = f"{asked} AND h.at_out_0 <> {OUT_LOCAL} AND h.at_due_lo_0 > {LOW} AND h.at_due_hi_0 < {HIGH}"
        final = [
            "h.row",
            'h.moment AS "at"',
            f"CASE WHEN {asked} THEN h.at_out_0 END AS out",
            "h.at_standing_0 AS standing",
            "h.at_duty AS duty",
            f"CASE WHEN {known_due} THEN h.at_due_lo_0 END AS due_lo",
            f"CASE WHEN {known_due} THEN h.at_due_hi_0 END AS due_hi",
            *(f"CASE WHEN {asked} THEN h.{c} END AS {c}" for c in ("over_least", "over_most", "open_least", "open_most")),
            *(f"CASE WHEN {asked} AND h.bail THEN h.later_{c} END AS later_{c}" if c in later else f"CAST(NULL AS BIGINT) AS later_{c}" for c in ("over_least", "over_most")),
            f"{klass} AS class",
            f"CASE WHEN {asked} THEN coalesce(h.at_decided, -1) ELSE -1 END AS decided",
            f"{self._problem('h.')} AS problem",
            # The instant whose question is open: that asked about, or the first.
            f"CASE WHEN h.at_out_0 = {OUT_REVIEW} AND h.at_standing_0 = 0 THEN h.moment ELSE h.first_open END AS open_at",
            "h.no_grounds, h.unknown_end, h.booking_unknown, h.left_missing, h.left_vague, h.vague_due",
        ]
        return f"WITH every AS ({every.format(', '.join(columns))}), h AS (SELECT *, {told} FROM every) SELECT {', '.join(final)} FROM h"
