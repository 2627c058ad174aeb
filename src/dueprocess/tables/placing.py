"""Rows gathered to stays: one key and number a stay, matched to its agency; every match is kept to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dueprocess.places import PlaceBook
from dueprocess.tables.agencies import Alias, Given, Matcher
from dueprocess.tables.columns import PLACES
from dueprocess.tables.engine import Engine, literal
from dueprocess.tables.moments import local_of
from dueprocess.tables.problems import Problems
from dueprocess.tables.rows import Rows


@dataclass(frozen=True, slots=True)
class Placed:
    """``keys``: ``_key, row, n, agency, facility, zone`` and where each stay stands; ``rows``: the rows with ``row`` and ``zone``."""

    keys: str
    rows: str
    stays: int
    merged: int
    aside: int
    several: bool
    """Whether any stay has more than one row."""
    zones: tuple[str, ...] | None
    """The zones of all stays; None where one of them has none."""
    joined: bool = False
    """``rows`` has ``agency, facility`` too: each row is a stay, and ``keys`` is a view of them."""


def place(engine: Engine, rows: Rows, *, places: PlaceBook, aliases: Sequence[Alias], role: str, problems: Problems, matches: str) -> Placed:
    """Number the stays in the order of the input and match each to an agency; ``matches`` is the table to make of the matches."""
    given = [p for p in PLACES if p in rows.names]
    keys = engine.fresh("keys")
    # Two keys of one hash would only be looked at as if one stood twice.
    (repeated,) = engine.one(f"SELECT count(*) - count(DISTINCT CASE WHEN _key IS NOT NULL THEN hash(_key) END) FROM {rows.table}")
    firsts = "".join(f", arg_min(t_{p}, _ord) FILTER (t_{p} IS NOT NULL) AS p_{p}, count(DISTINCT t_{p}) > 1 AS d_{p}" for p in given)
    day = _day_text(rows)
    dense = None if repeated else _dense(engine, rows)
    if repeated:
        stored = engine.fresh("rows")
        engine.run(f"CREATE TABLE {stored} AS SELECT * FROM {rows.table}")
        rows.table = stored
        engine.run(
            f"CREATE TABLE {keys}_0 AS SELECT _key, min(_ord) FILTER (_main) AS _ord, arg_min(_file, _ord) FILTER (_main) AS _file, arg_min(_line, _ord) FILTER (_main) AS _line, "
            f"count(*) FILTER (_main) AS n, min({day}) AS _on{firsts} FROM {rows.table} GROUP BY _key"
        )
        (orphans,) = engine.one(f"SELECT count(DISTINCT _ord) FROM {rows.table} WHERE NOT _main AND (_key IS NULL OR _key NOT IN (SELECT _key FROM {keys}_0 WHERE n > 0))")
        engine.run(f"DELETE FROM {keys}_0 WHERE n = 0 OR _key IS NULL")
    else:
        singles = "".join(f", t_{p} AS p_{p}, FALSE AS d_{p}" for p in given)
        engine.run(f"CREATE VIEW {keys}_0 AS SELECT _key, _ord, _file, _line, 1::BIGINT AS n, {day} AS _on{singles} FROM {rows.table} WHERE _main")
        (orphans,) = (0,) if dense else engine.one(f"SELECT count(DISTINCT _ord) FROM {rows.table} WHERE NOT _main")
    if orphans:
        problems.collect(
            f"SELECT DISTINCT ON (_ord) _file AS file, _line AS row, NULL::VARCHAR AS \"column\", 'no-stay' AS code, NULL::VARCHAR AS what, NULL::BIGINT AS stay_row FROM {rows.table} "
            f"WHERE NOT _main AND (_key IS NULL OR _key NOT IN (SELECT _key FROM {keys}_0))"
        )
    for name in given:
        if repeated:
            problems.collect(f"SELECT _file AS file, _line AS row, {literal(name)} AS \"column\", 'rows-disagree' AS code, 'rows of one stay name different places; the first was taken' AS what, NULL::BIGINT AS stay_row FROM {keys}_0 WHERE d_{name}")
    _match(engine, f"{keys}_0", given, places=places, aliases=aliases, role=role, matches=matches)
    same = " AND ".join(f"k.p_{p} IS NOT DISTINCT FROM m.{p}" for p in given) or "TRUE"
    dated = " AND k._on IS NOT DISTINCT FROM m._on" if _dated(aliases, given) else ""
    placed = engine.fresh("placed")
    found = "m.agency_matched AS agency, m.facility_matched AS facility, m.zone, m.how"
    if dense:
        # The rows are the stays, and each has its number by the line it stands in: nothing is stored yet.
        where = same.replace("k.p_", "k.t_") + dated.replace("k._on", day.replace("t_", "k.t_"))
        engine.run(f"CREATE VIEW {placed} AS SELECT k.*, {dense} AS row, {found} FROM {rows.table} k LEFT JOIN {matches} m ON {where}")
        engine.run(f"CREATE VIEW {keys} AS SELECT _key, row, 1::BIGINT AS n, _file, _line, agency, facility, zone, how FROM {placed}")
    else:
        engine.run(f"CREATE TABLE {keys} AS SELECT k._key, row_number() OVER (ORDER BY k._ord) - 1 AS row, k.n, k._file, k._line, {found} FROM {keys}_0 k LEFT JOIN {matches} m ON {same}{dated}")
        engine.run(f"CREATE TABLE {placed} AS SELECT r.*, k.row, k.zone FROM {rows.table} r JOIN {keys} k USING (_key)")
    if engine.rows(f"SELECT 1 FROM {matches} WHERE agency_matched IS NULL LIMIT 1"):
        problems.collect(
            f"SELECT _file AS file, _line AS row, 'agency' AS \"column\", 'agency-unmatched' AS code, 'no agency could be matched (' || coalesce(how, 'nothing given') || '); the agency is unknown' AS what, row AS stay_row FROM {keys} WHERE agency IS NULL"
        )
    found_zones = [row[0] for row in engine.rows(f"SELECT DISTINCT zone FROM {matches} ORDER BY zone")]
    zones = None if None in found_zones else tuple(found_zones)
    if dense:
        (stays,) = engine.one(f"SELECT sum(stays)::BIGINT FROM {matches}") if rows.lines is None else (sum(count for _, count in rows.lines),)
        return Placed(keys, placed, int(stays), 0, 0, several=False, zones=zones, joined=True)
    (stays,) = engine.one(f"SELECT count(*) FROM {keys}")
    (main,) = engine.one(f"SELECT count(*) FROM {rows.table} WHERE _main")
    (others,) = engine.one(f"SELECT count(DISTINCT _ord) FROM {rows.table} WHERE NOT _main")
    return Placed(keys, placed, stays, main - stays + others - orphans, orphans, bool(repeated), zones)


def _dense(engine: Engine, rows: Rows) -> str | None:
    """The SQL of a stay's number from 0 on, where every row is a stay and no line of a table is left out; else None."""
    spans = [(number, 1, count, count, True) for number, count in rows.lines] if rows.lines is not None else engine.rows(f"SELECT _ord >> 40, min(_line), max(_line), count(*), bool_and(_main) FROM {rows.table} GROUP BY 1 ORDER BY 1")
    if not spans or any(last - first + 1 != count or not main for _, first, last, count, main in spans):
        return None
    firsts, before = [0] * (max(span[0] for span in spans) + 1), 0
    for number, first, _, count, _ in spans:
        firsts[number] = before - first
        before += count
    return f"(k._line + {firsts[0]})" if len(firsts) == 1 else f"(k._line + CAST({firsts} AS BIGINT[])[(k._ord >> 40) + 1])"


def _day_text(rows: Rows) -> str:
    known = [f"t_{n}" for n in ("booked_at", "detainer_received_at", "left_at") if n in rows.names]
    return f"coalesce({', '.join(known)})" if known else "NULL::VARCHAR"


def _dated(aliases: Sequence[Alias], given: Sequence[str]) -> bool:
    return "facility_name" in given and any(a.valid_from or a.valid_until for a in aliases)


def _match(engine: Engine, keys: str, given: Sequence[str], *, places: PlaceBook, aliases: Sequence[Alias], role: str, matches: str) -> None:
    """Match each different saying once."""
    matcher = Matcher(places, aliases, role=role)
    dated = _dated(aliases, given)
    columns = [f"p_{p}" for p in given] + (["_on"] if dated else [])
    found = engine.fresh("matches_found")
    engine.run(f"CREATE TABLE {found} ({', '.join(f'{p} VARCHAR' for p in PLACES)}, _on VARCHAR, agency_matched VARCHAR, facility_matched VARCHAR, zone VARCHAR, how VARCHAR, stays BIGINT)")
    listed = engine.rows(f"SELECT {', '.join([*columns, 'sum(n)::BIGINT', 'count(*)'])} FROM {keys} GROUP BY ALL ORDER BY ALL") if columns else [(0, engine.one(f"SELECT count(*) FROM {keys}")[0])]
    rows = []
    for *values, _, count in listed:
        said = dict(zip(given, values, strict=False))
        on = values[len(given)] if dated else None
        match = matcher.match(Given(**{p: said.get(p) for p in PLACES}), day=_iso(on))
        rows.append([*(said.get(p) for p in PLACES), on, match.agency, match.facility, match.zone, match.how, count])
    engine.insert(found, rows)
    # What each row carries on is a number; in their order the numbers are the texts' own.
    numbered = ("agency_matched", "facility_matched", "zone")
    for column in numbered:
        engine.run(f"CREATE TYPE {column}_of AS ENUM (SELECT DISTINCT coalesce({column}, '') AS text FROM {found} UNION SELECT '' ORDER BY text)")
    engine.run(f"CREATE TABLE {matches} AS SELECT * REPLACE ({', '.join(f'{c}::{c}_of AS {c}' for c in numbered)}) FROM {found}")


def _iso(text: str | None) -> str | None:
    try:
        found = local_of(text.split("/")[0] if text and len(text) > 20 else text) if text else None
    except ValueError:
        return None
    return found.day.isoformat() if found else None
