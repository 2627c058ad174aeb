"""Theories side by side: totals of each, and the stays whose class, hours or outcome move.

One results file a theory (one row a stay, keyed by ``row``) and the stays' table go in. Hours in the files are decimal
hours; "after allowance" is what is left of a stay's hours over once its processing allowance is taken off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.audit.link import linked
from dueprocess.audit.numbers import CLASSES, HOUR
from dueprocess.audit.words import class_name, count, hour_range, hours
from dueprocess.kernel.errors import InputError
from dueprocess.render.sheet import Entries, Entry, Paragraph, Section, Table

if TYPE_CHECKING:
    import duckdb

_COUNTS = ("stays", "certain", "possible", "no", "contradiction", "unknown", "after_allowance", "moved", "moved_class", "moved_hours", "moved_allowance", "moved_outcome")
_HOURS = ("hours_least", "hours_most", "hours_after_allowance_least", "hours_after_allowance_most", "hours_open_most")


_MOVED = {
    "moved": "Stays answered otherwise", "moved_class": "of them by class", "moved_hours": "of them by hours",
    "moved_allowance": "of them by whether hours are left after the allowance", "moved_outcome": "of them by what was said when release was due",
}  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """``totals``: one mapping a theory in the order given, the base first; ``moves``: (theory, class under the base,
    class under the theory, stays, change of the least hours), the commonest first."""

    base: str
    totals: tuple[Mapping[str, Any], ...]
    moves: tuple[tuple[str, str, str, int, float], ...]


def compare(results: Mapping[str, Path], *, stays: Path, allowances: Mapping[str, int | None], out: Path) -> Comparison:
    """Compare the results of several theories with the first; write ``theories.csv`` and ``theories_moves.parquet`` and
    ``.csv`` into the folder ``out``.

    ``stays`` is the prepared table of stays; ``allowances`` gives a theory's processing allowance in seconds (None or
    absent: each row's own). Raises InputError where two results are not about the same rows.
    """
    if len(results) < 2:
        raise InputError("fewer than two theories to compare", where="--theory", do="name one more")
    names = list(results)
    out.mkdir(parents=True, exist_ok=True)
    with linked() as connection:
        connection.read_parquet(str(stays)).project('"row", stay_id, agency, allowance').create_view("stays")
        for index, (name, path) in enumerate(results.items()):
            _view(connection, index, path, allowances.get(name))
            _same_rows(connection, index, names)
        _moves(connection, names)
        moved = connection.table("moves").order('theory_index, "row"').project("* EXCLUDE (theory_index)")
        moved.write_parquet(str(out / "theories_moves.parquet"))
        moved.write_csv(str(out / "theories_moves.csv"))
        totals = tuple(_totals(connection, index, name) for index, name in enumerate(names))
        _write_totals(connection, totals, out / "theories.csv")
        pairs = connection.execute(
            """SELECT theory, base_class, class, count(*)::BIGINT, round(sum(hours_least - base_hours_least), 2)
            FROM moves GROUP BY theory_index, theory, base_class, class ORDER BY theory_index, 4 DESC, base_class, class"""
        ).fetchall()
    return Comparison(names[0], totals, tuple((t, b, c, n, float(h or 0)) for t, b, c, n, h in pairs))


def _view(connection: duckdb.DuckDBPyConnection, index: int, path: Path, allowance: int | None) -> None:
    taken = "coalesce(s.allowance, 0)" if allowance is None else str(int(allowance))
    connection.read_parquet(str(path)).create_view(f"given{index}")
    connection.execute(
        f"""CREATE TABLE theory{index} AS SELECT r."row", r.outcome, r.class, r.deciding_norm, r.due_lo, r.due_hi,
            r.over_least / 3600 AS hours_least, r.over_most / 3600 AS hours_most, r.open_most / 3600 AS hours_open_most,
            greatest(0, r.over_least - {taken}) / 3600 AS hours_after_allowance_least,
            greatest(0, r.over_most - {taken}) / 3600 AS hours_after_allowance_most
        FROM given{index} r LEFT JOIN stays s USING ("row")"""
    )


def _same_rows(connection: duckdb.DuckDBPyConnection, index: int, names: list[str]) -> None:
    """Every stay once under every theory: else the totals would not be of the same stays."""
    (row,) = connection.execute(
        f"""SELECT (SELECT count(*) FROM theory{index}), (SELECT count(*) FROM stays),
            (SELECT count(*) FROM (SELECT "row" FROM stays EXCEPT SELECT "row" FROM theory{index}))"""
    ).fetchall()
    if row[0] != row[1] or row[2]:
        raise InputError(f"[{row[0]}] results for [{row[1]}] stays", where=names[index], do="run the audit of this theory again")


def _moves(connection: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    hours = ("hours_least", "hours_most", "hours_after_allowance_least", "hours_after_allowance_most")
    parts = []
    for index in range(1, len(names)):
        differ = {
            "class": "b.class IS DISTINCT FROM t.class",
            "hours": " OR ".join(f"b.{h} IS DISTINCT FROM t.{h}" for h in hours[:2]),
            # Another allowance changes what is left of nearly every stay; a stay moves where it takes all, or no longer all.
            "allowance": " OR ".join(f"(b.{h} > 0) IS DISTINCT FROM (t.{h} > 0)" for h in hours[2:]),
            "outcome": "b.outcome IS DISTINCT FROM t.outcome",
        }
        columns = ["outcome", "class", *hours, "deciding_norm"]
        parts.append(
            f"""SELECT {index} AS theory_index, (SELECT name FROM names WHERE i = {index}) AS theory, t."row", s.stay_id, s.agency,
                {", ".join(f"({test}) AS moved_{name}" for name, test in differ.items())},
                {", ".join(f"b.{c} AS base_{c}, t.{c}" for c in columns)}
            FROM theory0 b JOIN theory{index} t USING ("row") JOIN stays s USING ("row")
            WHERE {" OR ".join(f"({test})" for test in differ.values())}"""
        )
    connection.execute("CREATE TABLE names (i INTEGER, name VARCHAR)")
    connection.executemany("INSERT INTO names VALUES (?, ?)", [list(pair) for pair in enumerate(names)])
    connection.execute("CREATE TABLE moves AS " + " UNION ALL ".join(parts))


def _totals(connection: duckdb.DuckDBPyConnection, index: int, name: str) -> dict[str, Any]:
    counted = ", ".join(f"count(*) FILTER (class = '{c}') AS {c}" for c in CLASSES)
    # A stay whose end, say, nobody gives has a most of years: it is counted as unknown, and its hours enter no sum.
    summed = ", ".join(f"coalesce(sum({h}) FILTER (class IN ('certain', 'possible', 'no')), 0) AS {h}" for h in _HOURS)
    cursor = connection.execute(f"SELECT count(*) AS stays, {counted}, count(*) FILTER (hours_after_allowance_least > 0) AS after_allowance, {summed} FROM theory{index}")
    names = [c[0] for c in cursor.description or ()]
    (row,) = cursor.fetchall()
    found = dict(zip(names, row, strict=True))
    (moved,) = connection.execute(
        "SELECT count(*), count(*) FILTER (moved_class), count(*) FILTER (moved_hours), count(*) FILTER (moved_allowance), count(*) FILTER (moved_outcome) FROM moves WHERE theory_index = ?", [index]
    ).fetchall()
    found.update(zip(_COUNTS[-5:], moved, strict=True))
    return {"theory": name, **{k: int(found[k]) for k in _COUNTS}, **{k: round(float(found[k]), 2) for k in _HOURS}}


def _write_totals(connection: duckdb.DuckDBPyConnection, totals: tuple[Mapping[str, Any], ...], path: Path) -> None:
    kinds = {"theory": "VARCHAR", **dict.fromkeys(_COUNTS, "BIGINT"), **dict.fromkeys(_HOURS, "DOUBLE")}
    connection.execute(f"CREATE TABLE totals ({', '.join(f'{k} {v}' for k, v in kinds.items())})")
    connection.executemany(f"INSERT INTO totals VALUES ({', '.join('?' * len(kinds))})", [[t[k] for k in kinds] for t in totals])
    connection.table("totals").write_csv(str(path))


# -- for people -----------------------------------------------------------------------------------------


def section(comparison: Comparison, because: Mapping[str, str] | None = None) -> Section:
    """The part of a report: what each theory says (``because``, by its name), theories as columns, then how the classes move."""
    names = tuple(str(t["theory"]) for t in comparison.totals)
    rows = [
        ("Stays", *(count(t["stays"]) for t in comparison.totals)),
        *((class_name(c), *(count(t[c]) for t in comparison.totals)) for c in CLASSES),
        ("Hours over, certain and possible", *(_hours(t, "hours") for t in comparison.totals)),
        ("Certain after the allowance", *(count(t["after_allowance"]) for t in comparison.totals)),
        ("Hours over after the allowance", *(_hours(t, "hours_after_allowance") for t in comparison.totals)),
        ("Hours that facts or law leave open, at most", *(hours(t["hours_open_most"] * HOUR) for t in comparison.totals)),
        *((label, *("" if t["theory"] == comparison.base else count(t[key]) for t in comparison.totals)) for key, label in _MOVED.items()),
    ]
    blocks: list[Any] = [Paragraph(f"The same stays under {len(names)} readings. None is preferred here; the others are compared with [{names[0]}]. Hours are of the stays that could be classed: those of unknown and contradiction enter no sum.")]
    said = tuple(Entry(text=because[n], label=f"{n}:") for n in names if because and because.get(n))
    if said:
        blocks.append(Entries(said))
    blocks.append(Table("Totals under each theory", ("", *names), tuple(rows), marked=(1,)))
    if comparison.moves:
        moved = tuple((t, f"{class_name(b)} to {class_name(c).lower()}" if b != c else f"{class_name(b)} in both", count(n), "none" if not h else f"{'+' if h > 0 else '−'}{hours(abs(h) * HOUR)}") for t, b, c, n, h in comparison.moves)
        blocks.append(Table("Which stays move (each is in theories_moves.csv)", ("Theory", "Class", "Stays", "Change of their least hours"), moved))
    else:
        blocks.append(Paragraph("No stay moves: class, hours and outcome are the same under each."))
    return Section("Rival theories", tuple(blocks))


def _hours(total: Mapping[str, Any], name: str) -> str:
    return hour_range(total[f"{name}_least"] * HOUR, total[f"{name}_most"] * HOUR)
