"""``stays.parquet`` and ``stays.csv``: one row a stay, in words and hours that a spreadsheet can use. No names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dueprocess.audit.link import linked

# A lambda names the offset once: it is the dear part, and there are seven times a row.
_ISO = """
CREATE MACRO iso(x, z) AS CASE WHEN x IS NULL OR z IS NULL OR abs(x) > 1e11 THEN NULL ELSE list_transform(
    [epoch(to_timestamp(x) AT TIME ZONE z)::BIGINT - x], lambda o: strftime(make_timestamp((x + o) * 1000000), '%Y-%m-%dT%H:%M:%S')
    || printf('%s%02d:%02d', CASE WHEN o < 0 THEN '-' ELSE '+' END, abs(o) // 3600, abs(o) % 3600 // 60))[1] END
"""
_HOURS = "CREATE MACRO hrs(x) AS round(x / 3600.0, 4)"

_KEYS = ("row", "stay_id", "person", "source_file", "source_row", "agency", "zone", "as_of")


def write_stays(
    folder: Path, prepared: Path, results: Path, *, bare: tuple[Path, Path] | None, assumptions: Sequence[Mapping[str, Any]]
) -> None:
    """Write both files into ``folder``. Times are ISO 8601 in the facility's zone, hours decimal hours.

    ``assumptions`` of a row are the columns in which its tables differ from those without assumptions (``bare``); where
    those are not there, every column that was assumed for some row.
    """
    with linked(folder) as link:
        link.execute(_ISO)
        link.execute(_HOURS)
        link.read_parquet(str(prepared / "stays.parquet")).create_view("s")
        link.read_parquet(str(results)).create_view("r")
        if bare is not None:
            link.read_parquet(str(bare[0] / "stays.parquet")).create_view("bs")
            link.read_parquet(str(bare[1])).create_view("br")
            assumed = _assumed(link)
            extra = 'hrs(br.over_least) AS hours_least_without, hrs(br.over_most) AS hours_most_without, br."class" AS class_without,'
            joins = "LEFT JOIN bs ON bs.row = s.row LEFT JOIN br ON br.row = s.row"
        else:
            assumed = _literal(" ".join(sorted({str(a["column"]) for a in assumptions}))) if assumptions else "NULL::VARCHAR"
            extra = "hrs(r.over_least) AS hours_least_without, hrs(r.over_most) AS hours_most_without, r.class AS class_without," if not assumptions else "NULL::DOUBLE AS hours_least_without, NULL::DOUBLE AS hours_most_without, NULL::VARCHAR AS class_without,"
            joins = ""
        link.execute(
            f"""
            CREATE TEMP VIEW told AS SELECT
                s.stay_id, s.source_file, s.source_row, s.person, s.agency, r.outcome, r.open_because,
                iso(r."at", s.zone) AS asked_at, iso(r.due_lo, s.zone) AS release_due_earliest, iso(r.due_hi, s.zone) AS release_due_latest,
                iso(r.hold_until, s.zone) AS hold_until,
                iso(CASE WHEN s.left_state = 'recorded' THEN s.left_lo END, s.zone) AS left_earliest, iso(CASE WHEN s.left_state = 'recorded' THEN s.left_hi END, s.zone) AS left_latest,
                hrs(r.over_least) AS hours_least, hrs(r.over_most) AS hours_most,
                hrs(CASE WHEN r.over_least IS NOT NULL THEN greatest(0, r.over_least - coalesce(s.allowance, 0)) END) AS hours_least_after_allowance,
                hrs(CASE WHEN r.over_most IS NOT NULL THEN greatest(0, r.over_most - coalesce(s.allowance, 0)) END) AS hours_most_after_allowance,
                hrs(r.open_least) AS undetermined_hours_least, hrs(r.open_most) AS undetermined_hours_most,
                hrs(r.later_over_least) AS hours_least_from_later_end, hrs(r.later_over_most) AS hours_most_from_later_end,
                r.class, r.deciding_norm, r.missing, r.problem, {assumed} AS assumptions, {extra} s.zone
            FROM s JOIN r ON r.row = s.row {joins} ORDER BY s.row
            """
        )
        link.table("told").to_parquet(str(folder / "stays.parquet"), compression="zstd")
        link.read_parquet(str(folder / "stays.parquet")).to_csv(str(folder / "stays.csv"), header=True)


def _assumed(link: Any) -> str:
    """The SQL of the columns in which a row differs from the same row without assumptions."""
    ours = [c[0] for c in link.execute("DESCRIBE s").fetchall()]
    theirs = {c[0] for c in link.execute("DESCRIBE bs").fetchall()}
    names = [c for c in ours if c not in _KEYS and not c.startswith("by_")]
    parts = [f"CASE WHEN s.{_quoted(c)} IS DISTINCT FROM {f'bs.{_quoted(c)}' if c in theirs else 'NULL'} THEN {_literal(_told(c))} END" for c in names]
    return f"nullif(array_to_string(list_distinct(list_filter([{', '.join(parts)}], lambda x: x IS NOT NULL)), ' '), '')"


def _told(column: str) -> str:
    return column.removeprefix("f_").removesuffix("_lo").removesuffix("_hi").removesuffix("_open")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
