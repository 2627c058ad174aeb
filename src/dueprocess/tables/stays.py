"""Stays from their rows: times read and merged, facts and words read, what is assumed filled in and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dueprocess.case.custody import STAY_TIMES
from dueprocess.tables.cells import NO, UNSURE, YES
from dueprocess.tables.columns import PLACES, TIME_OF
from dueprocess.tables.engine import Engine, literal, quoted
from dueprocess.tables.parts import listed
from dueprocess.tables.placing import Placed
from dueprocess.tables.problems import Problems
from dueprocess.tables.rows import PLACE, Rows, with_place
from dueprocess.tables.timing import Posted, TimeColumn, time_problems, with_times
from dueprocess.terms.vocabulary import Fact

LAST_OF = ("release_due", "left")
"""Of several rows of a stay the latest of these times counts, of all others the earliest."""
PRESENT = ("present", "still held", "in custody", "still in custody", "held", "never")


@dataclass(frozen=True, slots=True)
class Assumption:
    """What a map takes for granted where the file is silent, and in how many rows it did."""

    column: str
    value: str
    why: str
    rows: int


class StayBuilder:
    """Turns placed rows into one typed row a stay (``table``), step by step."""

    def __init__(self, engine: Engine, rows: Rows, placed: Placed, *, problems: Problems, facts: Mapping[str, Fact]) -> None:
        self.engine, self.rows, self.placed, self.problems, self.facts = engine, rows, placed, problems, facts
        self.table = placed.rows
        self.placed_days: str | None = None
        self.times = [n for n in rows.times if n != "_day"]

    def has(self, name: str) -> bool:
        return name in self.rows.names

    def text(self, name: str) -> str:
        return quoted("t_" + name) if self.has(name) else "NULL::VARCHAR"

    # -- rows ------------------------------------------------------------------------------------------------

    def read_times(self, posted: Mapping[str, Posted]) -> None:
        """Every time of every row as an interval; a word for "still there" instead of a release is a state of its own."""
        engine = self.engine
        if self.has("left_at"):
            present = f"lower(trim(t_left_at)) IN {listed(PRESENT)}"
            target = engine.fresh("rows")
            engine.run(f"CREATE VIEW {target} AS SELECT * REPLACE (CASE WHEN NOT {present} THEN t_left_at END AS t_left_at), coalesce({present}, FALSE) AS _present FROM {self.table}")
            self.table = target
        columns = [TimeColumn(quoted("t_" + n), stem(n), posted.get(n, False)) for n in self.rows.times]
        if not columns:
            return
        # One row a stay needs no more what it was matched by.
        done = () if self.placed.several else ("_main", *(quoted("t_" + p) for p in PLACES if self.has(p)), *(("how",) if self.placed.joined else ()))
        self.table = with_place(engine, with_times(engine, self.table, columns, zones=self.placed.zones, source=self.rows.table, without=(*PLACE, *done)), self.rows.files)
        self.problems.collect(time_problems(self.table, [(c, n.lstrip("_")) for c, n in zip(columns, self.rows.times, strict=True)], row="row"))

    def keep_unread(self, target: str) -> None:
        """Every text that was no time, kept as it stands with its place."""
        self.engine.run(f'CREATE TABLE {target} (file VARCHAR, row BIGINT, "column" VARCHAR, text VARCHAR, stay_row BIGINT)')
        for name in self.rows.times:
            self.engine.run(
                f"INSERT INTO {target} SELECT _file, _line, {literal(name.lstrip('_'))}, {quoted('t_' + name)}, row FROM {self.table} WHERE {stem(name)}_code IS NOT NULL AND {stem(name)}_lo IS NULL"
            )

    def snapshots(self) -> None:
        """Stays seen from day to day: left between the last day seen and the first day missing. Not seen is not released."""
        engine = self.engine
        days, seen = engine.fresh("days"), engine.fresh("seen")
        engine.run(f"CREATE TABLE {days} AS SELECT zone, day_lo, max(day_hi) AS day_hi FROM {self.table} WHERE day_lo IS NOT NULL GROUP BY zone, day_lo")
        engine.run(f"CREATE TABLE {seen} AS SELECT row, any_value(zone) AS zone, min(day_lo) AS first_lo, min(day_hi) AS first_hi, max(day_lo) AS last_lo FROM {self.table} WHERE day_lo IS NOT NULL GROUP BY row")
        self.placed_days = days
        target = engine.fresh("rows")
        # Seen on a day, the person was there at some time of it; missing on a day, gone at some time of it.
        booked = "" if self.has("booked_at") else ", before.day_lo AS booked_lo, CASE WHEN before.day_lo IS NOT NULL THEN s.first_hi END AS booked_hi, CASE WHEN before.day_lo IS NOT NULL THEN TRUE END AS booked_open"
        left = "" if self.has("left_at") else ", CASE WHEN after.day_lo IS NOT NULL THEN s.last_lo END AS left_lo, after.day_hi AS left_hi, CASE WHEN after.day_lo IS NOT NULL THEN TRUE END AS left_open, (after.day_lo IS NULL AND s.row IS NOT NULL) AS _present"
        engine.run(
            f"CREATE TABLE {target} AS SELECT r.*{booked}{left} FROM {self.table} r LEFT JOIN {seen} s USING (row) "
            f"ASOF LEFT JOIN {days} after ON after.zone IS NOT DISTINCT FROM s.zone AND after.day_lo > s.last_lo "
            f"ASOF LEFT JOIN {days} before ON before.zone IS NOT DISTINCT FROM s.zone AND before.day_lo < s.first_lo"
        )
        self.table = target
        for name, made in (("booked_at", booked), ("left_at", left)):
            if made:
                self.times.append(name)

    def merge(self) -> None:
        """One row a stay. Of times the earliest (of ``LAST_OF`` the latest) counts; texts that disagree are unknown. All of it is listed."""
        stems = [stem(n) for n in self.times]
        texts = [n for n in self.rows.names if n not in self.rows.times]
        extra = ["_present"] if self.engine.rows(f"SELECT 1 FROM (DESCRIBE {self.table}) WHERE column_name = '_present'") else []
        if not self.placed.several:
            return
        chosen = []
        for base in stems:
            low, high, is_open = f"{base}_lo", f"{base}_hi", f"{base}_open"
            which = "max" if base in LAST_OF else "min"
            # Where two end together, the one that its end belongs to says so.
            tie = f"{high} * 2 + (CASE WHEN {is_open} THEN {0 if which == 'max' else 1} ELSE {1 if which == 'max' else 0} END)"
            chosen += [f"{which}({low}) AS {low}", f"{which}({high}) AS {high}", f"arg_{which}({is_open}, {tie}) AS {is_open}", f"min({low}) IS DISTINCT FROM max({low}) OR min({high}) IS DISTINCT FROM max({high}) AS x_{base}"]
        for name in texts:
            t = quoted("t_" + name)
            # A yes that stands in a row before the stay is known to be over is not taken back by an empty cell.
            chosen += [f"CASE WHEN count(DISTINCT {t}) = 1 THEN max({t}) END AS {t}", f"count(DISTINCT {t}) > 1 AS {quoted('x_t_' + name)}"]
        chosen += [f"arg_min({b}, _ord) FILTER ({b} IS NOT NULL) AS {b}" for b in self.rows.by]
        chosen += [f"bool_or({e}) AS {e}" for e in extra]
        target = self.engine.fresh("merged")
        self.engine.run(
            f"CREATE TABLE {target} AS SELECT row, arg_min(_file, _ord) FILTER (_main) AS _file, arg_min(_line, _ord) FILTER (_main) AS _line, any_value(zone) AS zone, {', '.join(chosen) or '1 AS _one'} FROM {self.table} GROUP BY row"
        )
        differing = [(f"x_{n}", f"{n}_at" if n in STAY_TIMES else n.removeprefix("w_"), f"'rows of one stay give different times; the {'latest' if n in LAST_OF else 'earliest'} was taken'") for n in stems]
        differing += [(f"x_t_{n}", n, "NULL::VARCHAR") for n in texts if n not in ("stay_id", "person_key")]
        for column, printed, what in differing:
            self.problems.collect(f"SELECT _file AS file, _line AS row, {literal(printed)} AS \"column\", 'rows-disagree' AS code, {what} AS what, row AS stay_row FROM {target} WHERE {quoted(column)}")
        self.table = target

    def known(self, *, booked: bool) -> str:
        """The query of the stays that rows of other tables may name: ``_key, row, zone``, and when they were ``booked``."""
        times = [f"booked_{s}" if "booked_at" in self.times else f"NULL::{kind} AS booked_{s}" for s, kind in (("lo", "BIGINT"), ("hi", "BIGINT"), ("open", "BOOLEAN"))] if booked else []
        if not self.placed.several and times:
            return f"SELECT _key, row, zone, {', '.join(times)} FROM {self.table}"
        if not times or "booked_at" not in self.times:
            return f"SELECT {', '.join(['_key', 'row', 'zone', *times])} FROM {self.placed.keys}"
        return f"SELECT k._key, row, k.zone, {', '.join(times)} FROM {self.placed.keys} k JOIN {self.table} s USING (row)"

    # -- values ------------------------------------------------------------------------------------------------

    def value_problem(self, name: str, condition: str, code: str = "unreadable-value") -> None:
        self.problems.collect(f"SELECT _file AS file, _line AS row, {literal(name)} AS \"column\", {literal(code)} AS code, NULL::VARCHAR AS what, row AS stay_row FROM {self.table} WHERE {condition}")

    def boolean(self, name: str) -> str:
        if self.has(name):
            text = self.text(name)
            self.value_problem(name, f"{text} IS NOT NULL AND lower({text}) NOT IN {listed((*YES, *NO, *UNSURE))}")
        return f"dp_bool({self.text(name)})"

    def choice(self, name: str, values: Sequence[str]) -> str:
        plain = f"replace(lower(trim({self.text(name)})), ' ', '_')"
        if self.has(name):
            self.value_problem(name, f"{self.text(name)} IS NOT NULL AND {plain} NOT IN {listed((*values, *UNSURE))}")
        return f"CASE WHEN {plain} IN {listed(values)} THEN {plain} END"

    def fact_columns(self) -> dict[str, str]:
        """The SQL of every column of a fact that the file gives."""
        found: dict[str, str] = {}
        for name in self.rows.facts:
            base = name.removesuffix("_then") if name not in self.facts else name
            if name.endswith("_from") and name not in self.facts:
                found[f"f_{name}"] = f"{stem(name)}_lo"
                continue
            fact = self.facts[base]
            found[f"f_{name}"] = self._fact(name, fact)
        return found

    def _fact(self, name: str, fact: Fact) -> str:
        text = self.text(name)
        if name == "detainer_signed":
            # The column says who signed, in words too: those are read, and listed where they cannot be, as the detainer's signer.
            return f"dp_bool({text})"
        if fact.type == "boolean":
            return self.boolean(name)
        if fact.type == "one_of":
            return self.choice(name, fact.values)
        if fact.type == "number":
            self.value_problem(name, f"{text} IS NOT NULL AND lower({text}) NOT IN {listed(UNSURE)} AND (try_cast({text} AS DOUBLE) IS NULL OR NOT isfinite(try_cast({text} AS DOUBLE)))")
            return f"CASE WHEN isfinite(try_cast({text} AS DOUBLE)) THEN try_cast({text} AS DOUBLE) END"
        return f"CAST(d_{name} AS DATE)"

    def date_facts(self) -> None:
        """Read the dates among the facts: a day, whatever the zone."""
        names = [n for n in self.rows.facts if self.facts.get(n.removesuffix("_then") if n not in self.facts else n, None) and self.facts[n.removesuffix("_then") if n not in self.facts else n].type == "date" and not n.endswith("_from")]
        if not names:
            return
        target = self.engine.fresh("dated")
        self.engine.run(f"CREATE VIEW {target} AS SELECT * REPLACE ('UTC' AS zone), zone AS _zone FROM {self.table}")
        columns = [TimeColumn(quoted("t_" + n), f"q_{n}") for n in names]
        timed = with_times(self.engine, target, columns)
        self.problems.collect(time_problems(timed, list(zip(columns, names, strict=True)), row="row"))
        self.table = self.engine.fresh("dated")
        days = ", ".join(f"make_timestamp(q_{n}_lo * 1000000)::DATE AS d_{n}" for n in names)
        self.engine.run(f"CREATE TABLE {self.table} AS SELECT * EXCLUDE (_zone) REPLACE (_zone AS zone), {days} FROM {timed}")


def stem(name: str) -> str:
    """``booked_at`` → ``booked``; the other times keep their whole name."""
    if name == "_day":
        return "day"
    return TIME_OF.get(name, f"w_{name}")
