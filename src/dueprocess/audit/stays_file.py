"""``stays.parquet`` and ``stays.csv``: one row a stay, in words and hours that a spreadsheet can use. No names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from queue import Full, Queue
from threading import Event
from typing import Any

from dueprocess.audit.link import linked

GROUP_ROWS = 122_880
PART_ROWS = 2 * GROUP_ROWS
"""So many rows are told at once: they are joined, put in order and written while few of them are in memory."""
MEMORY = "800MB"
"""What DuckDB may take here, beside what the counting takes at the same time."""

# A lambda names the offset once: it is the dear part, and there are several times a row. The usual offsets are written out.
_ISO = """
CREATE MACRO iso(x, z) AS CASE WHEN abs(x) <= 1e11 AND z IS NOT NULL THEN list_transform(
    [epoch(to_timestamp(x) AT TIME ZONE z)::BIGINT - x], lambda o: strftime(make_timestamp((x + o) * 1000000), '%Y-%m-%dT%H:%M:%S')
    || CASE o WHEN -14400 THEN '-04:00' WHEN -18000 THEN '-05:00' WHEN -21600 THEN '-06:00' WHEN -25200 THEN '-07:00' WHEN -28800 THEN '-08:00'
       ELSE printf('%s%02d:%02d', CASE WHEN o < 0 THEN '-' ELSE '+' END, abs(o) // 3600, abs(o) % 3600 // 60) END)[1] END
"""
_HOURS = "CREATE MACRO hrs(x) AS round(x / 3600.0, 4)"

_KEYS = ("row", "stay_id", "person", "source_file", "source_row", "agency", "zone", "as_of")
_OURS = ("row", "stay_id", "person", "source_file", "source_row", "agency", "zone", "allowance", "left_state", "left_lo", "left_hi")
_ONCE = {"person", "asked_at", "release_due_earliest", "release_due_latest", "left_earliest", "left_latest", "hold_until", "stay_id"}
"""Columns in which most values stand once: a dictionary of them would be given up."""


@contextmanager
def stays_written(
    folder: Path, prepared: Path, results: Path, *, bare: tuple[Path, Path] | None, assumptions: Sequence[Mapping[str, Any]]
) -> Iterator[None]:
    """``write_stays`` beside what is done meanwhile: the files are whole at its end. Where that goes wrong, so does this."""
    stop = Event()
    with ThreadPoolExecutor(1) as beside:
        writing = beside.submit(write_stays, folder, prepared, results, bare=bare, assumptions=assumptions, stop=stop)
        try:
            yield
        except BaseException:
            stop.set()
            raise
        writing.result()


def write_stays(
    folder: Path, prepared: Path, results: Path, *, bare: tuple[Path, Path] | None, assumptions: Sequence[Mapping[str, Any]], stop: Event | None = None
) -> None:
    """Write both files into ``folder``, in the order of ``row``. Times are ISO 8601 in the facility's zone, hours decimal hours.

    ``assumptions`` of a row are the columns in which its tables differ from those without assumptions (``bare``); where
    those are not there, every column that was assumed for some row. ``stop`` ends it before all is written.
    """
    with linked(folder, memory=MEMORY) as link:
        link.execute(_ISO)
        link.execute(_HOURS)
        link.read_parquet(str(prepared / "stays.parquet")).create_view("s")
        link.read_parquet(str(results)).create_view("r")
        if bare is not None:
            link.read_parquet(str(bare[0] / "stays.parquet")).create_view("bs")
            link.read_parquet(str(bare[1])).create_view("br")
        differing = _may_differ(prepared / "stays.parquet", bare[0] / "stays.parquet") if bare is not None else None
        told = _told(differing, assumptions=assumptions)
        (rows,) = link.execute("SELECT coalesce(max(row), -1) + 1 FROM s").fetchall()[0]

        def part(first: int, end: int) -> Any:
            return link.sql(told.replace("{among}", f"WHERE row >= {first} AND row < {end}")).to_arrow_table()

        schema = part(0, 0).schema
        # Each file has a thread that encodes a part while the next is joined.
        with link.cursor() as beside, _Writer(partial(_parquet, folder / "stays.parquet", schema)) as stays, _Writer(partial(_csv, folder / "stays.csv", schema, beside)) as lines:
            for first in range(0, int(rows), PART_ROWS):
                if stop is not None and stop.is_set():
                    break
                made = part(first, first + PART_ROWS)
                stays.put(made)
                lines.put(made)


class _Writer:
    """A file that is written part by part by a thread of its own, which waits for the parts and ends with the block."""

    def __init__(self, write: Callable[[Iterator[Any]], None]) -> None:
        self._parts: Queue[Any] = Queue(1)
        self._pool = ThreadPoolExecutor(1)
        self._done = self._pool.submit(write, iter(self._parts.get, None))

    def put(self, part: Any) -> None:
        """Hand over a part; what went wrong with an earlier one is raised here."""
        while True:
            if self._done.done():
                self._done.result()
            try:
                return self._parts.put(part, timeout=1)
            except Full:
                continue

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        while not self._done.done():
            try:
                self._parts.put(None, timeout=1)
                break
            except Full:
                continue
        self._pool.shutdown()
        if kind is None:
            self._done.result()


def _parquet(path: Path, schema: Any, parts: Iterator[Any]) -> None:
    import pyarrow.parquet as pq

    few = [n for n in schema.names if n not in _ONCE]
    with pq.ParquetWriter(str(path), schema, compression="zstd", compression_level=1, use_dictionary=few, store_schema=False) as writer:
        for part in parts:
            writer.write_table(part, row_group_size=GROUP_ROWS)


def _csv(path: Path, schema: Any, link: Any, parts: Iterator[Any]) -> None:
    """One statement for all parts: the header once, even where there is no row."""
    import pyarrow as pa

    batches = (batch for part in parts for batch in part.to_batches())
    link.from_arrow(pa.RecordBatchReader.from_batches(schema, batches)).to_csv(str(path), header=True)


def _told(differing: Mapping[str, bool] | None, *, assumptions: Sequence[Mapping[str, Any]]) -> str:
    """The query of the rows as they are told; ``{among}`` stands for the stretch of rows.

    ``differing`` are the columns in which the tables may differ from those without assumptions, and whether those have them.
    All files are ordered by ``row`` and hold every row once, so that they are read side by side; a row that is not beside
    its own stops the run.
    """
    compared: list[str] = []
    if differing is not None:
        assumed = _assumed(differing)
        compared = [_quoted(c) for c, both in differing.items() if both]
        without = 'hrs(br.over_least) AS hours_least_without, hrs(br.over_most) AS hours_most_without, br."class" AS class_without'
        joins, beside = f" POSITIONAL JOIN (SELECT {', '.join(['row', *compared])} FROM bs {{among}}) bs POSITIONAL JOIN (SELECT row, over_least, over_most, class FROM br {{among}}) br", " AND bs.row = s.row AND br.row = s.row"
    else:
        assumed = _literal(" ".join(sorted({str(a["column"]) for a in assumptions}))) if assumptions else "NULL::VARCHAR"
        without = "NULL::DOUBLE AS hours_least_without, NULL::DOUBLE AS hours_most_without, NULL::VARCHAR AS class_without" if assumptions else "hrs(r.over_least) AS hours_least_without, hrs(r.over_most) AS hours_most_without, r.class AS class_without"
        joins = beside = ""
    ours = list(dict.fromkeys((*(_quoted(c) for c in _OURS), *(_quoted(c) for c in differing or ()))))
    recorded = "CASE WHEN s.left_state = 'recorded' THEN s.left_{end} END"
    # Of a time that is known to the second both bounds are one text.
    return f"""
        SELECT stay_id, source_file, source_row, person, agency, outcome, open_because,
            CASE WHEN "at" = due_hi THEN _due_hi WHEN "at" = due_lo THEN _due_lo ELSE iso("at", zone) END AS asked_at,
            _due_lo AS release_due_earliest, _due_hi AS release_due_latest, iso(hold_until, zone) AS hold_until,
            _left_lo AS left_earliest, CASE WHEN left_hi = left_lo THEN _left_lo ELSE iso(left_hi, zone) END AS left_latest,
            * EXCLUDE (stay_id, source_file, source_row, person, agency, outcome, open_because, "at", due_lo, due_hi, _due_lo, _due_hi, hold_until, left_lo, left_hi, _left_lo, zone), zone
        FROM (SELECT *, CASE WHEN due_hi = due_lo THEN _due_lo ELSE iso(due_hi, zone) END AS _due_hi FROM (SELECT *, iso(due_lo, zone) AS _due_lo, iso(left_lo, zone) AS _left_lo FROM (
            SELECT CASE WHEN r.row = s.row{beside} THEN s.stay_id ELSE error('the tables and their results are not of the same rows') END AS stay_id, s.source_file, s.source_row, s.person, s.agency, s.zone, r.outcome, r.open_because, r."at", r.due_lo, r.due_hi, r.hold_until,
                {recorded.format(end="lo")} AS left_lo, {recorded.format(end="hi")} AS left_hi,
                hrs(r.over_least) AS hours_least, hrs(r.over_most) AS hours_most,
                hrs(CASE WHEN r.over_least IS NOT NULL THEN greatest(0, r.over_least - coalesce(s.allowance, 0)) END) AS hours_least_after_allowance,
                hrs(CASE WHEN r.over_most IS NOT NULL THEN greatest(0, r.over_most - coalesce(s.allowance, 0)) END) AS hours_most_after_allowance,
                hrs(r.open_least) AS undetermined_hours_least, hrs(r.open_most) AS undetermined_hours_most,
                hrs(r.later_over_least) AS hours_least_from_later_end, hrs(r.later_over_most) AS hours_most_from_later_end,
                r.class, r.deciding_norm, r.missing, r.problem, {assumed} AS assumptions, {without}
            FROM (SELECT {', '.join(ours)} FROM s {{among}}) s POSITIONAL JOIN (SELECT * FROM r {{among}}) r{joins})))
        """


def _may_differ(ours: Path, theirs: Path) -> dict[str, bool]:
    """The columns to be compared, and whether the other file has them: those with a value in either of the files."""
    filled, others = _filled(ours), _filled(theirs)
    return {c: c in others for c, any_value in filled.items() if c not in _KEYS and not c.startswith("by_") and (any_value or others.get(c, False))}


def _filled(path: Path) -> dict[str, bool]:
    """Each column of a Parquet file, and whether it may hold a value, by what the file says of itself."""
    import pyarrow.parquet as pq

    said = pq.read_metadata(str(path))
    groups = [said.row_group(g) for g in range(said.num_row_groups)]
    found = {}
    for number, name in enumerate(said.schema.names):
        told = [group.column(number).statistics for group in groups]
        found[name] = any(t is None or not t.has_null_count or t.null_count < group.num_rows for t, group in zip(told, groups, strict=True))
    return found


def _assumed(differing: Mapping[str, bool]) -> str:
    """The SQL of the columns in which a row differs from the same row without assumptions, in their order, each once."""
    tests: dict[str, list[str]] = {}
    for column, both in differing.items():
        tests.setdefault(_name(column), []).append(f"s.{_quoted(column)} IS DISTINCT FROM {f'bs.{_quoted(column)}' if both else 'NULL'}")
    parts = ", ".join(f"CASE WHEN {' OR '.join(any_of)} THEN {_literal(name)} END" for name, any_of in tests.items())
    return f"nullif(concat_ws(' ', {parts}), '')" if parts else "NULL::VARCHAR"


def _name(column: str) -> str:
    return column.removeprefix("f_").removesuffix("_lo").removesuffix("_hi").removesuffix("_open")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
