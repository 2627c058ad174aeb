"""Made-up jail records of any size, for measuring: prepared custody tables, and the exports that a map would join.

Everything about a row follows from its number and the seed, so the same call writes the same rows (with the same
release of DuckDB, whose ``hash`` it is), a longer table begins with the rows of a shorter one, and no row stands in
memory for longer than its batch. Nobody in it exists. The places, forms and facts are the real ones; the shares are
those that public exports of jails show: 46 % of the times at which release was due are posted (only their day is
known), a third of the gaps between two dates may be a few hours or two days, one stay in fourteen has no release.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from dueprocess.case.custody import (
    EVENT_COLUMNS,
    EVENT_TIMES,
    FACT_TYPES,
    GROUND_COLUMNS,
    GROUND_TIMES,
    NEVER_AT,
    PAPER_COLUMNS,
    PAPER_TIMES,
    STAY_TIMES,
    stay_schema,
    time_columns,
)
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import midnight
from dueprocess.law import Lawbook
from dueprocess.places import load_places
from dueprocess.terms import facts_of
from dueprocess.testing.rows import write_table

MODES = ("national", "detainers")
FIRST, LAST_BOOKED, AS_OF = date(2008, 1, 1), date(2026, 6, 30), date(2026, 11, 1)
DETAINER_SHARE = 0.027
"""Of all stays of a year: 320,000 detainers on 12 million stays."""
EXPORTS = ("bookings", "charges", "detainers")
BATCH = 500_000
_DAYS_AFTER = 200
"""A stay's times lie at most so many days after the last booking."""

_WIDE = ("agency", "booked_day", "booked_sec", "stayed", "stayed_sec", "person", "gap", "received", "served", "cancelled", "bail", "lodged")
"""Draws of four bytes, two a hash."""
_NARROW = (
    "short", "held", "early", "no_release", "no_booking", "person_given", "complete", "left_to", "due_given", "posted", "bail",
    "other_form", "which_form", "no_edition", "boxes", "no_boxes", "no_signature", "unsigned", "issuer_given", "issuer", "served_given",
    "cancelled_given", "admin_warrant", "removal_warrant", "judicial_warrant",
)  # fmt: skip
"""Draws of one byte, which follow; those of the facts come last."""

_FORMS: tuple[tuple[str, str, str, str], ...] = (
    # from (day of receipt), until, form, edition: one after another, each until the next came into use.
    ("2000-01-01", "2010-09-01", "i-247", "1997-04"),
    ("2010-09-01", "2011-07-01", "i-247", "2010-08"),
    ("2011-07-01", "2012-01-01", "i-247", "2011-06"),
    ("2012-01-01", "2013-01-01", "i-247", "2011-12"),
    ("2013-01-01", "2015-07-01", "i-247", "2012-12"),
    ("2015-07-01", "2017-04-01", "i-247d", "2015-05"),
    ("2017-04-01", "2200-01-01", "i-247a", "2017-03"),
)
_BOXES = {
    "i-247": ("investigation", "warrant_served", "charging_document", "final_order", "investigation charging_document", ""),
    "2012-12": ("reason_to_believe", "charging_document", "warrant_served", "final_order", "hold_blank reason_to_believe", ""),
    "i-247d": ("biometric priority", "final_order priority", "pending_proceedings priority", "statements", "transferred", ""),
    "i-247a": ("biometric", "biometric pending_proceedings", "statements", "final_order", "transferred", ""),
}


_MAP = """\
# Joins the made-up exports beside it.
map: made-up-nation
as_of: "2026-11-01"
tables:
  bookings: {file: bookings.parquet}
  charges: {file: charges.parquet}
  detainers: {file: detainers.parquet}
stays: {table: bookings, id: Booking No}
columns:
  stay_id: Booking No
  person_key: Person No
  county: County
  state: State
  booked_at: Booked
  left_at: Released
  left_to:
    column: Release Type
    values: {RELEASED TO ICE: ice, BOND: community, TIME SERVED: community, DISMISSED: community, OTHER AGENCY: other_agency}
grounds:
  - table: charges
    stay: Booking No
    until: Disposition Date
    complete: true
    dispositions:
      column: Disposition
      table: {DISMISSED: "yes", BOND POSTED: "yes", TIME SERVED: "yes", NO COMPLAINT: "yes", SENTENCE SERVED: "yes", RELEASED TO ICE: hold}
papers:
  - {table: detainers, stay: Booking No, kind: Form, edition: Edition, received_at: Received, served_at: Served, cancelled_at: Cancelled, signed_by: Signed, boxes: Boxes}
assume: {record_complete: true}
why: {record_complete: made up}
"""


def _byte(number: int) -> str:
    """A draw of a row: 0 to 255."""
    return f"CAST((h{number // 8} >> {8 * (number % 8)}) & 255 AS INTEGER)"


def _narrow(name: str) -> str:
    return _byte(4 * len(_WIDE) + _NARROW.index(name))


def _fact(number: int) -> str:
    return _byte(4 * len(_WIDE) + len(_NARROW) + number)


def _wide(name: str) -> str:
    """A draw of a row as a fraction in [0, 1)."""
    number = _WIDE.index(name)
    return f"(((h{number // 2} >> {32 * (number % 2)}) & 4294967295) / 4294967296.0)"


def _in(name: str, share: float) -> str:
    return f"({_narrow(name)} < {round(256 * share)})"


def _of(name: str, values: Sequence[str]) -> str:
    """One of the values, all as likely."""
    listed = ", ".join(f"'{v}'" for v in values)
    return f"[{listed}][1 + {_narrow(name)} % {len(values)}]"


def hold_facts(lawbook: Lawbook) -> tuple[str, ...]:
    """The facts that a record may state and that some norm about a hold turns on, or a declaration that one rests on."""
    names: set[str] = set()
    for authority in lawbook.authorities.values():
        for norm in authority.norms:
            if norm.object == "hold" or norm.verb == "declare":
                names |= facts_of(norm.when)
    facts = lawbook.vocabulary.facts
    return tuple(sorted(n for n in names if facts[n].origin not in ("detainer", "declared") and n not in STAY_TIMES))


@dataclass(frozen=True)
class Nation:
    """What is made: ``rows`` stays, with a detainer for one in 37 (``national``) or for each (``detainers``).

    ``facts`` are the columns of facts, each null in a fifth of the rows. Raises InputError for a mode that is none.
    """

    rows: int
    facts: Mapping[str, str]
    papers: frozenset[str] = frozenset()
    """Facts that a paper would show: a complete record that lists no such paper does not state them."""
    mode: str = "national"
    seed: int = 7
    memory: str = "2GB"
    threads: int | None = None
    agencies: Sequence[str] = field(default_factory=lambda: [f"{c.id}/sheriff" for c in load_places().counties()])

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError(f"[{self.mode}] is no mode", do=f"one of {', '.join(MODES)}")

    @classmethod
    def of(cls, lawbook: Lawbook, *, rows: int, **options: Any) -> Nation:
        """With the facts that the law's norms about holds use."""
        facts = {n: FACT_TYPES[lawbook.vocabulary.facts[n].type] for n in hold_facts(lawbook)}
        papers = frozenset(n for n in facts if lawbook.vocabulary.facts[n].origin == "papers")
        return cls(rows=rows, facts=facts, papers=papers, **options)

    # -- prepared tables ----------------------------------------------------------------------------

    def write(self, folder: Path) -> Path:
        """The folder of prepared custody tables, as ``dueprocess.tables`` would leave it; the side tables are empty."""
        folder.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection:
            self._write(connection, self.stays, folder / "stays.parquet")
        write_table(folder / "papers.parquet", {**PAPER_COLUMNS, **time_columns(PAPER_TIMES)}, [])
        write_table(folder / "grounds.parquet", {**GROUND_COLUMNS, **time_columns(GROUND_TIMES)}, [])
        write_table(folder / "events.parquet", {**EVENT_COLUMNS, **time_columns(EVENT_TIMES)}, [])
        problems = {"file": "VARCHAR", "row": "BIGINT", "column": "VARCHAR", "code": "VARCHAR", "what": "VARCHAR", "count": "BIGINT", "stay_row": "BIGINT"}
        write_table(folder / "problems.parquet", problems, [])
        note = {"inputs": [], "map": "made-up", "preset": None, "assumptions": [], "rows_in": self.rows, "rows_out": self.rows, "stays": self.rows, "notes": ["made up"]}
        (folder / "prepared.json").write_text(json.dumps(note), encoding="utf-8")
        return folder

    def _write(self, connection: Any, query: Callable[[int, int], str], path: Path) -> None:
        """One file, a batch of rows at a time: joins lose the order of rows, and sorting all would need room for all."""
        import pyarrow.parquet as pq

        def batches() -> Iterator[Any]:
            for first in range(0, max(1, self.rows), BATCH):
                yield connection.sql(query(first, min(first + BATCH, self.rows))).to_arrow_table()

        made = batches()
        batch = next(made)
        with pq.ParquetWriter(path, batch.schema, compression="zstd", compression_level=1) as writer:
            for each in itertools.chain([batch], made):
                writer.write_table(each, row_group_size=122_880)

    def _connection(self) -> Any:
        import duckdb
        import pyarrow as pa

        config: dict[str, Any] = {"memory_limit": self.memory}
        if self.threads:
            config["threads"] = self.threads
        connection = duckdb.connect(config=config)
        zones: dict[str, int] = {}
        agencies = [(n, a, zones.setdefault(z, len(zones)), z, county, state) for n, (a, z, county, state) in enumerate(self._places())]
        names = ("number", "agency", "zone_number", "zone", "county", "state")
        connection.register("incoming", pa.table({n: list(v) for n, v in zip(names, zip(*agencies, strict=True), strict=True)}))
        connection.execute("CREATE TABLE agencies AS SELECT * FROM incoming")
        first, last = FIRST.toordinal(), LAST_BOOKED.toordinal() + _DAYS_AFTER + 2
        starts = [[midnight(z, d) for d in range(first, last + 1)] for z in zones]
        days = [(z * 100000 + i, s[i], s[i + 1]) for z, s in enumerate(starts) for i in range(len(s) - 1)]
        connection.register("incoming", pa.table({n: list(v) for n, v in zip(("key", "start", "next"), zip(*days, strict=True), strict=True)}))
        connection.execute("CREATE TABLE days AS SELECT * FROM incoming")
        connection.unregister("incoming")
        return connection

    def _places(self) -> Iterator[tuple[str, str, str, str]]:
        places = load_places()
        for name in self.agencies:
            place = places.facility(places.agency(name), None)
            yield name, str(place.zone), place.name, str(place.state)

    def stays(self, first: int, last: int) -> str:
        """The query of the stays from row ``first`` up to ``last``, in order."""
        schema = {**stay_schema(), **{f"f_{n}": t for n, t in self.facts.items()}}
        made = self._columns()
        listed = ", ".join(f"CAST({made.get(c, 'NULL')} AS {t}) AS {c}" for c, t in schema.items())
        return f"{self._drawn(first, last)} SELECT {listed} FROM placed ORDER BY placed.row"

    def _drawn(self, first: int, last: int) -> str:
        """CTEs that end with ``placed``: the draws, and each time's day and second, with the day's own bounds."""
        count = (4 * len(_WIDE) + len(_NARROW) + len(self.facts)) // 8 + 1
        hashes = ", ".join(f"hash(row * 32 + {self.seed * 2**45 + i}) AS h{i}" for i in range(count))
        booking_days = LAST_BOOKED.toordinal() - FIRST.toordinal() + 1
        lodged = "TRUE" if self.mode == "detainers" else f"({_wide('lodged')} < {DETAINER_SHARE})"
        # A few jails book most people: the number is the square of an even draw.
        chosen = (
            f"CAST(floor({len(self.agencies)} * {_wide('agency')} * {_wide('agency')}) AS BIGINT) AS number, CAST(floor({booking_days} * {_wide('booked_day')}) AS BIGINT) AS booked_day,"
            f" CAST(floor(82800 * {_wide('booked_sec')}) AS BIGINT) AS booked_sec, {lodged} AS lodged,"
            # Half of all stays end within two days; the rest tail off over months.
            f" CASE WHEN {_in('short', 0.5)} THEN CAST(floor(3600 * 48 * {_wide('stayed')}) AS BIGINT) ELSE CAST(least(120, floor(-12 * ln(1 - {_wide('stayed')}))) * 86400 + floor(86400 * {_wide('stayed_sec')}) AS BIGINT) END AS stayed"
        )
        after = (
            "booked_sec + stayed AS due_at,"
            # After release was due: hours of paper work, or a hold of up to six days.
            f" CASE WHEN lodged AND {_in('held', 0.6)} THEN CAST(floor(6 * 86400 * {_wide('gap')} * {_wide('gap')}) AS BIGINT) ELSE CAST(floor(6 * 3600 * {_wide('gap')}) AS BIGINT) END AS gap,"
            f" CASE WHEN {_in('early', 0.85)} THEN booked_sec + CAST(floor((3600 + stayed) * {_wide('received')}) AS BIGINT) ELSE booked_sec + stayed + CAST(floor(90000 * {_wide('received')}) AS BIGINT) END AS received_at"
        )
        times = (
            f"due_at + gap AS left_at, received_at + CAST(floor(100000 * {_wide('served')}) AS BIGINT) AS served_at,"
            f" received_at + CAST(floor(400000 * {_wide('cancelled')}) AS BIGINT) AS cancelled_at, booked_sec + CAST(floor(stayed * {_wide('bail')}) AS BIGINT) AS bail_at"
        )
        parts = ("due", "left", "received", "served", "cancelled", "bail")
        split = ", ".join(f"booked_day + {p}_at // 86400 AS {p}_day, {p}_at % 86400 AS {p}_sec" for p in parts)
        joins = " ".join(f"JOIN days AS d_{p} ON d_{p}.key = a.zone_number * 100000 + t.{p}_day" for p in ("booked", *parts))
        bounds = ", ".join(f"d_{p}.start AS {p}_start, d_{p}.next AS {p}_next" for p in ("booked", *parts))
        # A jail writes clock times or only dates; it allows itself some hours or none.
        style = f"hash(t.number, {self.seed}) % 100 AS style"
        return (
            f"WITH drawn AS (SELECT row, {hashes} FROM range({first}, {last}) AS n(row)),"
            f" chosen AS (SELECT *, {chosen} FROM drawn), after AS (SELECT *, {after} FROM chosen), timed AS (SELECT *, {times} FROM after),"
            f" split AS (SELECT *, {split} FROM timed),"
            f" placed AS (SELECT t.*, a.agency, a.zone, a.county, a.state, {style}, {bounds} FROM split AS t JOIN agencies AS a ON a.number = t.number {joins})"
        )

    # -- foreign tables -----------------------------------------------------------------------------

    def export(self, folder: Path) -> list[Path]:
        """The same kind of records as a state would hand them out: ``bookings``, three rows each in ``charges``, and
        ``detainers`` (Parquet, times as local text), with ``map.yaml``, which joins them. The paths, the map last."""
        folder.mkdir(parents=True, exist_ok=True)
        made = []
        with self._connection() as connection:
            for name in EXPORTS:
                made.append(folder / f"{name}.parquet")
                self._write(connection, partial(self.export_of, name), made[-1])
        made.append(folder / "map.yaml")
        made[-1].write_text(_MAP, encoding="utf-8")
        return made

    def export_of(self, name: str, first: int, last: int) -> str:
        """The query of one foreign table, for the stays from ``first`` up to ``last``."""
        drawn = self._drawn(first, last)
        as_of = midnight("UTC", AS_OF.toordinal())
        number = "'B' || row AS \"Booking No\""
        person = f"CASE WHEN {_in('person_given', 0.875)} THEN 'P' || CAST(floor({_wide('person')} * {max(1, self.rows * 2 // 3)}) AS BIGINT) END"
        gone = f"left_start + left_sec < {as_of} AND NOT {_in('no_release', 0.07)}"
        released = f"CASE WHEN NOT ({gone}) THEN NULL WHEN lodged THEN {_of('left_to', ('RELEASED TO ICE', 'RELEASED TO ICE', 'BOND', 'TIME SERVED', 'OTHER AGENCY'))} ELSE {_of('left_to', ('BOND', 'BOND', 'TIME SERVED', 'DISMISSED', 'OTHER AGENCY'))} END"
        booking = f"{number}, {person} AS \"Person No\", county AS County, state AS State, {_text('booked')} AS Booked, CASE WHEN {gone} THEN {_text('left')} END AS Released, {released} AS \"Release Type\""
        # The last row of a stay is its immigration hold where there is one; the first ends when release is due.
        hold = "lodged AND n = 2"
        ended = f"CASE WHEN n = 0 THEN {_in('due_given', 0.95)} ELSE {_in('early', 0.9)} END"
        kinds = _of("which_form", ("DISMISSED", "BOND POSTED", "TIME SERVED", "NO COMPLAINT", "SENTENCE SERVED"))
        charge = (
            f"{number}, CASE WHEN {hold} THEN 'HOLD IMMIGRATION' ELSE {_of('other_form', ('THEFT', 'DUII', 'ASSAULT', 'TRESPASS', 'POSSESSION', 'DRIVING SUSPENDED'))} END AS Charge,"
            f" CASE WHEN {hold} THEN CASE WHEN {gone} THEN 'RELEASED TO ICE' END WHEN {ended} THEN {kinds} END AS Disposition,"
            f" CASE WHEN {hold} THEN CASE WHEN {gone} THEN {_text('left')} END WHEN {ended} THEN CASE WHEN n = 0 THEN {_text('due')} ELSE {_text('bail')} END END AS \"Disposition Date\""
        )
        columns = self._detainer("style < 40")
        paper = (
            f"{number}, {columns['detainer_form']} AS Form, {columns['detainer_edition']} AS Edition, {_text('received')} AS Received,"
            f" CASE WHEN {_in('served_given', 0.5)} THEN {_text('served')} END AS Served, CASE WHEN {_in('cancelled_given', 0.06)} THEN {_text('cancelled')} END AS Cancelled,"
            f" {columns['detainer_signed_by']} AS Signed, CASE WHEN {columns['detainer_boxes']} = '' THEN 'none' ELSE {columns['detainer_boxes']} END AS Boxes"
        )
        found = {
            "bookings": f"{drawn} SELECT {booking} FROM placed ORDER BY row",
            "charges": f"{drawn} SELECT {charge} FROM (SELECT *, unnest([0, 1, 2]) AS n FROM placed) ORDER BY row, n",
            "detainers": f"{drawn} SELECT {paper} FROM placed WHERE lodged ORDER BY row",
        }
        return found[name]

    # -- the columns of prepared tables -------------------------------------------------------------

    def _columns(self) -> dict[str, str]:
        as_of = midnight("UTC", AS_OF.toordinal())
        dated = "style < 40"
        left = f"left_start + left_sec < {as_of}"
        missing = f"({_in('no_release', 0.07)} OR NOT ({left}))"
        made = {
            "row": "row",
            "stay_id": "'made-up-' || row",
            "person": f"CASE WHEN {_in('person_given', 0.875)} THEN 'made-up-' || CAST(floor({_wide('person')} * {max(1, self.rows * 2 // 3)}) AS BIGINT) END",
            "source_file": "'made-up'",
            "source_row": "row + 1",
            "agency": "agency",
            "zone": "zone",
            "record_complete": _in('complete', 0.7),
            "as_of": str(as_of),
            "left_state": f"CASE WHEN NOT ({left}) THEN 'present' WHEN {missing} THEN 'missing' ELSE 'recorded' END",
            "left_to": f"CASE WHEN {missing} THEN NULL WHEN lodged THEN {_of('left_to', ('ice', 'ice', 'ice', 'community', 'other_agency', 'unknown'))} ELSE {_of('left_to', ('community', 'community', 'community', 'other_agency', 'unknown'))} END",
            "has_grounds": _in('due_given', 0.95),
            "allowance": "CASE WHEN style % 4 = 0 THEN 14400 ELSE 0 END",
        }
        made |= _time("booked", "booked", given=f"NOT {_in('no_booking', 0.005)}", dated=dated)
        made |= _time("release_due", "due", given=f"{_in('due_given', 0.95)}", dated=f"({dated} OR {_in('posted', 0.46)})")
        made |= _time("bail_refused", "bail", given=f"{_in('bail', 0.03)} AND {_in('due_given', 0.95)}", dated=dated)
        gone = _time("left", "left", given="TRUE", dated=dated)
        made |= {
            "left_lo": f"CASE WHEN NOT ({left}) THEN NULL WHEN {missing} THEN {made['booked_lo']} ELSE {gone['left_lo']} END",
            "left_hi": f"CASE WHEN NOT ({left}) THEN NULL WHEN {missing} THEN {as_of} ELSE {gone['left_hi']} END",
            "left_open": f"CASE WHEN NOT ({left}) THEN NULL WHEN {missing} THEN FALSE ELSE {dated} END",
        }
        return made | self._detainer(dated) | self._facts()

    def _detainer(self, dated: str) -> dict[str, str]:
        def by_day(value: int) -> str:
            days = ((date.fromisoformat(until).toordinal() - FIRST.toordinal(), (form, edition)[value]) for _, until, form, edition in _FORMS)
            return "CASE " + " ".join(f"WHEN received_day < {day} THEN '{what}'" for day, what in days) + " END"

        # In the years of the I-247D some asked for notice only; since 2025 some come from another form.
        form = f"CASE WHEN {by_day(0)} = 'i-247d' AND {_in('other_form', 0.4)} THEN {_of('which_form', ('i-247n', 'i-247n', 'i-247x'))} WHEN received_day >= {date(2025, 3, 15).toordinal() - FIRST.toordinal()} AND {_in('other_form', 0.1)} THEN 'i-247g' ELSE {by_day(0)} END"
        edition = f"CASE WHEN {_in('no_edition', 0.2)} THEN NULL WHEN received_day >= {date(2025, 3, 15).toordinal() - FIRST.toordinal()} AND {_in('other_form', 0.1)} THEN '2025-03' ELSE {by_day(1)} END"
        boxes = " ".join(
            f"WHEN received_day < {date.fromisoformat(until).toordinal() - FIRST.toordinal()} THEN {_of('boxes', _BOXES.get(edition, _BOXES.get(form, ('',))))}"
            for _, until, form, edition in _FORMS
        )
        made = {
            "detainer_form": f"CASE WHEN lodged THEN {form} END",
            "detainer_edition": f"CASE WHEN lodged THEN {edition} END",
            "detainer_signed_by": f"CASE WHEN lodged AND NOT {_in('no_signature', 0.2)} THEN CASE WHEN {_in('unsigned', 0.04)} THEN 'none' ELSE 'immigration_officer' END END",
            "detainer_boxes": f"CASE WHEN lodged AND NOT {_in('no_boxes', 0.2)} THEN CASE {boxes} END END",
            "detainer_issuer": f"CASE WHEN lodged AND {_in('issuer_given', 0.5)} THEN CASE WHEN {_in('issuer', 0.9)} THEN 'ice' ELSE 'cbp' END END",
        }
        received = _time("detainer_received", "received", given="lodged", dated=dated)
        made |= received
        for name, share, never in (("served", 0.5, 0.7), ("cancelled", 0.06, 0.5)):
            made |= _time(f"detainer_{name}", name, given=f"lodged AND {_in(f'{name}_given', share)}", dated=dated, never=f"lodged AND {_in(f'{name}_given', never)}")
        with_warrant = date(2017, 4, 1).toordinal() - FIRST.toordinal()
        made |= _time("admin_warrant", "received", given=f"lodged AND received_day >= {with_warrant} AND {_in('admin_warrant', 0.8)}", dated=dated, never=f"lodged AND {_in('admin_warrant', 0.9)}")
        with_order = f"received_day >= {with_warrant} AND {_in('admin_warrant', 0.8)} AND {_in('removal_warrant', 0.05)}"
        made |= _time("removal_warrant", "received", given=f"lodged AND {with_order}", dated=dated, never=f"lodged AND {_in('removal_warrant', 0.6)}")
        made |= _time("judicial_warrant", "received", given=f"lodged AND {_in('judicial_warrant', 0.01)}", dated=dated, never=_in('judicial_warrant', 0.81))
        return made

    def _facts(self) -> dict[str, str]:
        found = {}
        for i, (name, kind) in enumerate(self.facts.items()):
            draw = _fact(i)
            if kind == "BOOLEAN":
                value = f"{draw} < 80"  # 51 of 256 are null, 29 yes
                if name in self.papers:
                    value = f"({value} AND NOT {_in('complete', 0.7)})"
            elif kind == "DOUBLE":
                value = f"CAST({draw} % 40 AS DOUBLE) / 2"
            elif kind == "DATE":
                value = f"DATE '2000-01-01' + CAST(30 * {draw} AS INTEGER)"
            else:
                raise InputError(f"a fact of the type [{kind}] is not made up here", where=name)
            found[f"f_{name}"] = f"CASE WHEN {draw} >= 51 THEN {value} END"
        return found


def _time(name: str, drawn: str, *, given: str, dated: str, never: str = "FALSE") -> dict[str, str]:
    """The three columns of a recorded time: an instant, or a whole local day; where not ``given``, never or null."""
    absent = f"WHEN {never} THEN {NEVER_AT} END"
    if never == "FALSE":
        absent = "END"
    at = f"{drawn}_start + {drawn}_sec"
    return {
        f"{name}_lo": f"CASE WHEN {given} THEN CASE WHEN {dated} THEN {drawn}_start ELSE {at} END {absent}",
        f"{name}_hi": f"CASE WHEN {given} THEN CASE WHEN {dated} THEN {drawn}_next ELSE {at} END {absent}",
        f"{name}_open": f"CASE WHEN {given} THEN {dated} {'' if never == 'FALSE' else f'WHEN {never} THEN FALSE'} END",
    }


def _text(drawn: str) -> str:
    """A recorded time as a jail prints it: the local day, and the clock where that jail writes one."""
    day = f"(DATE '{FIRST}' + CAST({drawn}_day AS INTEGER))"
    clock = f"lpad(CAST({drawn}_sec // 3600 AS VARCHAR), 2, '0') || ':' || lpad(CAST({drawn}_sec // 60 % 60 AS VARCHAR), 2, '0')"
    return f"CASE WHEN style < 40 THEN CAST({day} AS VARCHAR) ELSE CAST({day} AS VARCHAR) || ' ' || {clock} END"
