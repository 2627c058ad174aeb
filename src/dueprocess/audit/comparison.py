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
from dueprocess.kernel.errors import InputError
from dueprocess.render.sheet import Paragraph, Section, Table

if TYPE_CHECKING:
    import duckdb

CLASSES = ("certain", "possible", "no", "contradiction", "unknown")
_COUNTS = ("stays", *CLASSES, "after_allowance", "moved", "moved_class", "moved_hours", "moved_allowance", "moved_outcome")
_HOURS = ("hours_least", "hours_most", "hours_after_allowance_least", "hours_after_allowance_most", "hours_open_most")
_LABELS = {
    "stays": "Stays", "certain": "certain: held past release", "possible": "possible", "no": "no", "contradiction": "contradiction",
    "unknown": "unknown", "after_allowance": "certain after the allowance", "hours_least": "Hours over, least", "hours_most": "Hours over, most",
    "hours_after_allowance_least": "after the allowance, least", "hours_after_allowance_most": "after the allowance, most",
    "hours_open_most": "Hours that the law leaves open, most", "moved": "Stays that move", "moved_class": "by class",
    "moved_hours": "by hours", "moved_allowance": "by whether hours are left after the allowance", "moved_outcome": "by outcome",
}  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """``totals``: one mapping a theory in the order given, the base first; ``moves``: (theory, class under the base,
    class under the theory, stays, change of the least hours), the commonest first."""

    base: str
    totals: tuple[Mapping[str, Any], ...]
    moves: tuple[tuple[str, str, str, int, float], ...]

    def as_mapping(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "base": self.base,
            "theories": [dict(t) for t in self.totals],
            "moves": [{"theory": t, "base_class": b, "class": c, "stays": n, "hours_least_change": h} for t, b, c, n, h in self.moves],
        }


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


def section(comparison: Comparison) -> Section:
    """The part of a report: theories as columns, then how the classes move."""
    names = tuple(str(t["theory"]) for t in comparison.totals)
    keys = ("stays", *CLASSES, "hours_least", "hours_most", "after_allowance", "hours_after_allowance_least", "hours_after_allowance_most", "hours_open_most", "moved", "moved_class", "moved_hours", "moved_allowance", "moved_outcome")
    rows = tuple((_LABELS[k], *(_shown(t, k, comparison.base) for t in comparison.totals)) for k in keys)
    blocks: list[Any] = [
        Paragraph(f"The same stays under {len(names)} readings. None is preferred here; the others are compared with [{names[0]}]. Hours are of the stays that could be classed: those of unknown and contradiction enter no sum."),
        Table("Totals under each theory", ("", *names), rows, marked=(1,)),
    ]
    if comparison.moves:
        moved = tuple((t, f"{b} to {c}" if b != c else f"{b}, other hours or outcome", f"{n:,}", f"{h:+,.2f}") for t, b, c, n, h in comparison.moves)
        blocks.append(Table("Which stays move, and by how many of the least hours (theories_moves.csv lists each)", ("theory", "class", "stays", "hours"), moved))
    else:
        blocks.append(Paragraph("No stay moves: class, hours and outcome are the same under each."))
    return Section("Rival theories", tuple(blocks))


def _shown(total: Mapping[str, Any], key: str, base: str) -> str:
    if key.startswith("moved") and total["theory"] == base:
        return ""
    value = total[key]
    return f"{value:,.2f}" if key in _HOURS else f"{value:,}"


def html(comparison: Comparison) -> str:
    """The same as a fragment of HTML with every text escaped: ``<section>`` with plain tables and no style."""
    from markupsafe import Markup, escape

    part = section(comparison)
    lines = [f'<section id="theories"><h2>{escape(part.title)}</h2>']
    for block in part.blocks:
        if isinstance(block, Table):
            head = Markup("").join(Markup('<th scope="col">{}</th>').format(h) for h in block.head)
            body = Markup("\n").join(
                Markup("<tr>{}</tr>").format(Markup("").join(Markup('<th scope="row">{}</th>' if i == 0 else "<td>{}</td>").format(c) for i, c in enumerate(row)))
                for row in block.rows
            )
            lines.append(Markup("<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>\n{}\n</tbody></table>").format(block.caption, head, body))
        elif isinstance(block, Paragraph):
            lines.append(Markup("<p>{}</p>").format(block.text))
    return "\n".join([*map(str, lines), "</section>"])
