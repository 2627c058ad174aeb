"""What an audit counts: one query over the stays and their results for each table of the report.

Every table is counted in stays, and in persons where the file has a key for them. Hours are seconds until the report
writes them; only ``certain`` and ``possible`` have hours, since the most of a stay without an end is no bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.audit.link import linked
from dueprocess.kernel.errors import InputError
from dueprocess.places import load_places

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]
Table = list[Row]

CLASSES = ("certain", "possible", "unknown", "contradiction", "no")
"""In the order in which they are told."""
WITH_HOURS = ("certain", "possible")
HOLDS = ("may_hold", "must_hold")

HOUR, DAY = 3600, 86400
BREAKS = (HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 30 * DAY)
"""Where the lengths are cut, in seconds: each band reaches up to its break and does not hold it."""
BAND_LABELS = (
    "under 1 hour", "1 to 4 hours", "4 to 12 hours", "12 to 24 hours", "1 to 2 days", "2 to 4 days", "4 to 7 days",
    "7 to 14 days", "14 to 30 days", "30 days or more",
)  # fmt: skip

MOST_VALUES = 40
"""A column with more different values is no grouping."""
FEWEST = 3
"""Values of a column that fewer stays have are given together, so that nothing that was typed once is repeated."""


_AFTER = """CASE WHEN r.over_least IS NOT NULL THEN greatest(0, r.over_least - coalesce(s.allowance, 0)) END AS after_least,
                   CASE WHEN r.over_most IS NOT NULL THEN greatest(0, r.over_most - coalesce(s.allowance, 0)) END AS after_most"""
_PERSON = "CASE WHEN s.person IS NOT NULL THEN hash(s.person) END AS person"
_UNCOUNTED = '"row", "at", due_lo, due_hi, open_least, open_most'
_FEW = {"stays": ("agency", "left_state", "left_to"), "results": ("outcome", "open_because", "class", "deciding_norm", "missing")}
"""Columns of few different texts."""


def _same_row(ours: str, theirs: str, then: str) -> str:
    """The SQL of a value where two tables, which hold every row once in its order, are beside one another; else it stops."""
    return f"CASE WHEN {ours}.row = {theirs}.row THEN {then} ELSE error('the tables and their results are not of the same rows') END"


@contextmanager
def opened(prepared: Path, results: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the table ``a``: each stay beside its result, local days worked out in the stay's own zone.

    It has what is counted and no more, beside one another once; texts of few values are numbers in the order of the texts, so
    that a nation's stays fit into memory. ``person`` is a number for the person. ``stays`` and ``results`` are views of the whole.
    """
    with linked(prepared) as link:
        _views(link, prepared, results)
        by = "".join(f", s.{_quoted(r['column_name'])}" for r in fetch(link, "DESCRIBE stays") if r["column_name"].startswith("by_"))
        for table, columns in _FEW.items():
            for column in columns:
                link.execute(f"CREATE TYPE {column}_of AS ENUM (SELECT DISTINCT {column} AS text FROM {table} WHERE {column} IS NOT NULL UNION SELECT '' ORDER BY text)")
        ours, theirs = (", ".join(f"{of}.{c}::{c}_of AS {c}" for c in _FEW[table]) for of, table in (("s", "stays"), ("r", "results")))
        link.execute(
            f"""
            CREATE TEMP TABLE a AS
            SELECT {_same_row("s", "r", "s.row")} AS "row", {_PERSON}, s.booked_lo, s.release_due_lo, s.has_grounds, s.left_lo, s.left_hi, {ours}{by},
                   r.* EXCLUDE ({_UNCOUNTED}, {', '.join(_FEW["results"])}), {theirs}, {_AFTER},
                   (to_timestamp(coalesce(r."at", CASE WHEN abs(s.left_hi) < 1e11 THEN s.left_hi END, CASE WHEN abs(s.booked_lo) < 1e11 THEN s.booked_lo END))
                       AT TIME ZONE coalesce(s.zone, 'UTC'))::DATE AS day
            FROM stays s POSITIONAL JOIN results r
            """
        )
        yield link


def total_without(link: duckdb.DuckDBPyConnection, prepared: Path, results: Path) -> Row:
    """All stays as one row by other tables and results, those without the map's assumptions; the persons are those of ``stays``."""
    link.read_parquet(str(prepared / "stays.parquet")).create_view("other_stays")
    link.read_parquet(str(results)).create_view("other_results")
    link.execute(
        f"""
        CREATE TEMP TABLE without AS
        SELECT {_same_row("s", "r", _same_row("p", "r", "p.person"))} AS person,
               r.class, r.over_least, r.over_most, {_AFTER}
        FROM (SELECT "row", allowance FROM other_stays) s POSITIONAL JOIN (SELECT "row", class, over_least, over_most FROM other_results) r
            POSITIONAL JOIN (SELECT s."row", {_PERSON} FROM stays s) p
        """
    )
    return total(link, of="without")


def _views(link: duckdb.DuckDBPyConnection, prepared: Path, results: Path) -> None:
    link.read_parquet(str(prepared / "stays.parquet")).create_view("stays")
    link.read_parquet(str(results)).create_view("results")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def fetch(link: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] = ()) -> Table:
    """The rows of a query as mappings."""
    cursor = link.execute(query, parameters)
    names = [c[0] for c in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def classes_by(link: duckdb.DuckDBPyConnection, key: str, *, where: str = "true", of: str = "a") -> Table:
    """One row for each value of the expression ``key`` (ours, never a user's), with its classes.

    ``persons`` are those with a key in the row; None where no stay of the file has one.
    """
    has_person = bool(fetch(link, f"SELECT 1 FROM {of} WHERE person IS NOT NULL LIMIT 1"))
    rows: dict[Any, Row] = {}
    for found in fetch(
        link,
        f"""
        SELECT key, class, grouping(class) AS whole, count(*) AS stays, count(DISTINCT person) AS persons,
               sum(over_least)::BIGINT AS least, sum(over_most)::BIGINT AS most,
               sum(after_least)::BIGINT AS after_least, sum(after_most)::BIGINT AS after_most,
               count(*) FILTER (after_least > 0) AS after_stays
        FROM (SELECT *, {key} AS key FROM {of} WHERE {where}) GROUP BY GROUPING SETS ((key, class), (key)) ORDER BY key NULLS LAST, whole DESC, class
        """,
    ):
        if found["whole"]:
            rows[found["key"]] = {"key": found["key"], "stays": found["stays"], "persons": found["persons"] if has_person else None, "classes": {}}
            continue
        kept = WITH_HOURS if found["class"] in WITH_HOURS else ()
        rows[found["key"]]["classes"][found["class"]] = {
            "stays": found["stays"],
            "persons": found["persons"] if has_person else None,
            **{k: (found[k] or 0) if kept else None for k in ("least", "most", "after_least", "after_most")},
            "after_stays": found["after_stays"],
        }
    for row in rows.values():
        row["classes"] = {name: row["classes"].get(name, _empty(name, has_person)) for name in CLASSES}
    return list(rows.values())


def _empty(name: str, has_person: bool) -> Row:
    hours = 0 if name in WITH_HOURS else None
    return {"stays": 0, "persons": 0 if has_person else None, "least": hours, "most": hours, "after_least": hours, "after_most": hours, "after_stays": 0}


def total(link: duckdb.DuckDBPyConnection, *, of: str = "a") -> Row:
    """All stays as one row."""
    found = classes_by(link, "1", of=of)
    return found[0] if found else {"key": 1, "stays": 0, "persons": None, "classes": {c: _empty(c, False) for c in CLASSES}}


def persons(link: duckdb.DuckDBPyConnection) -> Row:
    """How many people the stays are of, as far as the file tells, and what is said of each: the worst of their stays.

    A person is ``certain`` where any stay is, else ``possible`` where any is, then ``unknown``, ``contradiction``, ``no``.
    """
    found = fetch(link, "SELECT count(*) AS stays, count(person) AS keyed, count(DISTINCT person) AS persons FROM a")[0]
    rank = "CASE class WHEN 'certain' THEN 1 WHEN 'possible' THEN 2 WHEN 'unknown' THEN 3 WHEN 'contradiction' THEN 4 ELSE 5 END"
    worst = fetch(
        link,
        f"WITH p AS (SELECT person, min({rank}) AS k, count(*) AS n FROM a WHERE person IS NOT NULL GROUP BY person) "
        "SELECT ['certain','possible','unknown','contradiction','no'][k] AS class, count(*) AS n FROM p GROUP BY ALL",
    )
    again = fetch(link, "SELECT count(*) AS n FROM (SELECT person FROM a WHERE person IS NOT NULL GROUP BY person HAVING count(*) > 1)")[0]["n"]
    return {**found, "unkeyed": found["stays"] - found["keyed"], "again": again, "classes": {c: 0 for c in CLASSES} | {w["class"]: w["n"] for w in worst}}


def by_agency(link: duckdb.DuckDBPyConnection) -> Table:
    """Agencies, those with the most certain stays first; the key None is "not matched"."""
    rows = classes_by(link, "agency")
    for row in rows:
        row["label"] = agency_name(row["key"])
    return sorted(rows, key=lambda r: (-r["classes"]["certain"]["stays"], -r["stays"], str(r["key"])))


def agency_name(agency: str | None) -> str:
    """``Clackamas County, Oregon (sheriff)``; the path itself where the place is not known."""
    if agency is None:
        return "No agency could be matched"
    try:
        places = load_places()
        place, _, role = agency.rpartition("/")
        found = places.place(place)
        state = "/".join(place.split("/")[:2])
        where = found.name if state == place else f"{found.name}, {places.place(state).name}"
        return f"{where} ({role.replace('-', ' ')})"
    except InputError:
        return agency


def by_month(link: duckdb.DuckDBPyConnection) -> Table:
    """Months as ``2014-05``, of the day about which each stay was asked; None where it has no day at all."""
    rows = classes_by(link, period_key("month"))
    keys = [f"{row['key']:%Y-%m}" if row["key"] else None for row in rows]
    return [{**row, "key": key, "label": key or "no date"} for row, key in zip(rows, keys, strict=True)]


def by_period(link: duckdb.DuckDBPyConnection) -> tuple[str, Table]:
    """Years, quarters or months, whichever gives a picture that can be read."""
    span = fetch(link, "SELECT min(day) AS low, max(day) AS high FROM a")[0]
    if span["low"] is None:
        return "year", []
    months = (span["high"].year - span["low"].year) * 12 + span["high"].month - span["low"].month + 1
    name = "month" if months <= 36 else "quarter" if months <= 72 else "year"
    rows = classes_by(link, period_key(name), where="day IS NOT NULL")
    for row in rows:
        row["label"] = period_label(name, row["key"])
    return name, rows


def period_label(name: str, day: date) -> str:
    """``2014-04``, ``2014 Q2`` or ``2014``, of the first day of a month, quarter or year."""
    return {"month": f"{day:%Y-%m}", "quarter": f"{day.year} Q{(day.month + 2) // 3}", "year": f"{day.year}"}[name]


def period_key(name: str) -> str:
    """The first day of the month, quarter or year of a stay, as SQL."""
    return f"date_trunc('{name}', day)::DATE"


HOW = """CASE WHEN outcome IN ('may_hold', 'must_hold') THEN 'outlasted' WHEN outcome = 'release' THEN 'release'
    WHEN class = 'possible' AND outcome = 'review' THEN coalesce(open_because, 'fact') ELSE 'later' END"""
"""Why a stay is certain or possible, beside the norm: a hold stood at first, none was allowed from the start, or the answer
was open for want of a fact, of law, or as to a duty."""
REASON = f"coalesce(deciding_norm, '') || ' ' || {HOW}"


def by_reason(link: duckdb.DuckDBPyConnection, name: str = "certain") -> Table:
    """The stays of a class, certain or possible, by the norm that first decided and by ``HOW``; ``wanted`` are the names that
    most of the possible ones lack."""
    found = fetch(
        link,
        f"""
        SELECT {REASON} AS key, deciding_norm AS norm, {HOW} AS how,
               count(*) AS stays, CASE WHEN count(person) > 0 THEN count(DISTINCT person) END AS persons,
               sum(over_least)::BIGINT AS least, sum(over_most)::BIGINT AS most, list(DISTINCT agency) AS agencies
        FROM a WHERE class = '{name}' GROUP BY ALL ORDER BY stays DESC, norm NULLS LAST, how
        """,
    )
    wanted: dict[str, list[str]] = {}
    if name == "possible":
        query = f"""WITH g AS (SELECT deciding_norm, outcome, class, open_because, missing, count(*) AS stays FROM a WHERE class = 'possible' GROUP BY ALL),
            u AS (SELECT {REASON} AS key, stays, unnest(list_filter(list_distinct(string_split(coalesce(missing, ''), ' ')), lambda x: x <> '')) AS name FROM g)
            SELECT key, name FROM u GROUP BY ALL ORDER BY key, sum(stays) DESC, name"""
        for row in fetch(link, query):
            wanted.setdefault(row["key"], []).append(row["name"])
    return [{**row, "wanted": wanted.get(row["key"], [])} for row in found]


MEASURES = (("least", "over_least", "certain"), ("most", "over_most", "certain"), ("possible", "over_most", "possible"))
"""What lengths are counted: of certain stays the least and the most, of possible ones the most."""


def _band(column: str, kind: str) -> str:
    return f"CASE WHEN class <> '{kind}' THEN NULL {' '.join(f'WHEN {column} < {b} THEN {i}' for i, b in enumerate(BREAKS))} ELSE {len(BREAKS)} END"


def lengths(link: duckdb.DuckDBPyConnection) -> Table:
    """The bands of ``BREAKS``: certain stays by their least and by their most time, possible ones by their most."""
    counts: dict[str, dict[int, int]] = {}
    for name, column, kind in MEASURES:
        counts[name] = {r["band"]: r["n"] for r in fetch(link, f"SELECT {_band(column, kind)} AS band, count(*) AS n FROM a WHERE class = '{kind}' GROUP BY ALL")}
    return [{"label": label, "bands": (i,), **{name: counts[name].get(i, 0) for name in counts}} for i, label in enumerate(BAND_LABELS)]


def crossed(link: duckdb.DuckDBPyConnection, *, period: str, by: Sequence[str], bare: Path | None, more: Mapping[str, str]) -> tuple[tuple[str, ...], list[tuple[tuple[Any, ...], float]]]:
    """The stays by all that a published table tells at once: the names of the values, and rows of (values, weight).

    Call it after ``by_column`` of each column. ``bare`` are the results without the map's assumptions, ``more`` further values as SQL.
    """
    values = {"agency": "agency", "period": period_key(period), **{f"by {n}": _column_key(n) for n in by}, **more}
    values |= {"class": "class", "bare": "bare_class" if bare else "NULL", "reason": f"CASE WHEN class IN ('certain', 'possible') THEN {REASON} END"}
    values |= {name: _band(column, kind) for name, column, kind in MEASURES}
    other = f"(SELECT \"row\", class AS bare_class FROM read_parquet('{str(bare).replace(chr(39), chr(39) * 2)}'))" if bare else "(SELECT NULL::BIGINT AS \"row\" WHERE false)"
    chosen = ", ".join(f"{e} AS v{i}" for i, e in enumerate(values.values()))
    found = link.execute(
        f"""WITH p AS (SELECT person, count(*) AS n FROM a WHERE person IS NOT NULL GROUP BY person)
            SELECT {chosen}, sum(coalesce(1.0 / p.n, 1))::DOUBLE FROM a LEFT JOIN p USING (person) LEFT JOIN {other} b ON b."row" = a."row" GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    return tuple(values), [(tuple(r[:-1]), float(r[-1])) for r in found]


def quantiles(link: duckdb.DuckDBPyConnection) -> Row:
    """The least time that a quarter, half, three quarters and nine tenths of the certain stays reached, in seconds."""
    found = fetch(
        link,
        "SELECT count(*) AS n, quantile_disc(over_least, 0.25) AS q25, quantile_disc(over_least, 0.5) AS q50, "
        "quantile_disc(over_least, 0.75) AS q75, quantile_disc(over_least, 0.9) AS q90 FROM a WHERE class = 'certain'",
    )
    return found[0]


def worst(link: duckdb.DuckDBPyConnection, most: int = 20) -> Table:
    """The longest certain stays, named by where they stand in the file; where none is certain, the longest possible ones."""
    return fetch(
        link,
        "SELECT class, source_file, source_row, w.agency, day, outcome, deciding_norm, over_least AS least, over_most AS most, w.left_to, w.left_state "
        "FROM (FROM a WHERE class = (SELECT CASE WHEN bool_or(class = 'certain') THEN 'certain' ELSE 'possible' END FROM a) "
        f"ORDER BY over_least DESC, over_most DESC, row LIMIT {int(most)}) w JOIN stays USING (row) ORDER BY over_least DESC, over_most DESC, row",
    )


def bail(link: duckdb.DuckDBPyConnection) -> Row:
    """Stays in which bail was refused, with the hours counted from the refusal and from the later end."""
    return fetch(
        link,
        "SELECT count(*) AS stays, sum(over_least)::BIGINT AS least, sum(over_most)::BIGINT AS most, "
        "sum(later_over_least)::BIGINT AS later_least, sum(later_over_most)::BIGINT AS later_most FROM a WHERE later_over_least IS NOT NULL",
    )[0]


def under_mandate(link: duckdb.DuckDBPyConnection) -> Row:
    """Stays that the encoded law required to hold when release was due, and how they ended. Aggregates only."""
    return fetch(
        link,
        """
        SELECT count(*) AS stays,
               count(*) FILTER (left_to = 'community' AND left_state = 'recorded' AND (hold_until IS NULL OR left_hi < hold_until)) AS released,
               count(*) FILTER (left_to = 'ice') AS to_ice,
               count(*) FILTER (left_to IS NULL OR left_to = 'unknown' OR left_state = 'missing') AS untold,
               count(*) FILTER (over_least > 0) AS past
        FROM a WHERE outcome = 'must_hold'
        """,
    )[0]


def by_column(link: duckdb.DuckDBPyConnection, name: str) -> Table:
    """The classes by a passthrough column; what fewer than ``FEWEST`` stays have is "other values".

    Raises InputError where it has too many values to be a grouping.
    """
    column = f"by_{name}"
    quoted = _quoted(column)
    counted = fetch(link, f"SELECT {quoted} AS value, count(*) AS n FROM a GROUP BY ALL ORDER BY n DESC, value")
    kept = [r["value"] for r in counted if r["value"] is not None and r["n"] >= FEWEST]
    if len(kept) > MOST_VALUES or (not kept and len(counted) > MOST_VALUES):
        raise InputError(f"[{column}] has {len(counted):,} different values", where=f"--by {name}", do="choose a column of few values: this is no grouping")
    link.execute(f"CREATE OR REPLACE TEMP TABLE {_quoted('kept ' + name)} AS SELECT unnest(?::VARCHAR[]) AS value", [kept])
    rows = classes_by(link, _column_key(name))
    for row in rows:
        row["label"] = str(row["key"])
    return sorted(rows, key=lambda r: (-r["stays"], r["label"]))


def _column_key(name: str) -> str:
    """The value of a column as it is told, as SQL: what ``by_column`` keeps."""
    quoted = _quoted(f"by_{name}")
    return f"CASE WHEN {quoted} IS NULL THEN 'not given' WHEN {quoted} IN (SELECT value FROM {_quoted('kept ' + name)}) THEN {quoted} ELSE 'other values (each in fewer than {FEWEST} stays)' END"


def check_columns(prepared: Path, names: Sequence[str]) -> None:
    """InputError where the tables lack a column to break down by."""
    with linked() as link:
        link.read_parquet(str(prepared / "stays.parquet")).create_view("s")
        known = sorted(r["column_name"].removeprefix("by_") for r in fetch(link, "DESCRIBE s") if r["column_name"].startswith("by_"))
    for name in names:
        if name not in known:
            raise InputError("the tables have no such column", where=f"--by {name}", do=f"one of {', '.join(known)}" if known else "name a column of the input, as its map keeps it")


def problems(prepared: Path) -> Table:
    """The defects of the input, by file, column and kind, with their number."""
    with linked() as link:
        link.read_parquet(str(prepared / "problems.parquet")).create_view("p")
        return fetch(
            link,
            'SELECT file, "column", code, any_value(what) AS what, sum(coalesce(count, 1))::BIGINT AS count, min(row) AS first_row FROM p GROUP BY file, "column", code ORDER BY count DESC, file, "column", code',
        )


def hours(seconds: int | float | None) -> float | None:
    """Hours to two places; None stays None."""
    return None if seconds is None else round(seconds / HOUR, 2)
