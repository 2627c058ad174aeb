"""Prepared custody tables through the evaluator of one case: the second opinion on any row, and the slow road for few.

What is written is what ``batch`` writes, column by column, so that the two can be compared row by row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.audit.link import linked
from dueprocess.audit.numbers import WITH_HOURS
from dueprocess.audit.words import hour_range
from dueprocess.case import Case, read_case
from dueprocess.case.custody import row_case
from dueprocess.decide import open_questions
from dueprocess.decide.answer import answer, class_of
from dueprocess.decide.stay import HOLDS, LOCAL, REVIEW, Moment, Setting, Stay
from dueprocess.kernel.errors import ContradictionError, InputError
from dueprocess.kernel.instants import (
    MAX_INSTANT,
    MIN_INSTANT,
    NEVER,
    UNKNOWN_TIME,
    Instant,
    Time,
    last_of,
    local_date,
)
from dueprocess.law import Lawbook
from dueprocess.places import load_places

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
Progress = Callable[[int, int], None]

RESULT_COLUMNS: dict[str, str] = {
    "row": "BIGINT",
    "at": "BIGINT",
    "outcome": "VARCHAR",
    "open_because": "VARCHAR",
    "due_lo": "BIGINT",
    "due_hi": "BIGINT",
    "hold_until": "BIGINT",
    "over_least": "BIGINT",
    "over_most": "BIGINT",
    "open_least": "BIGINT",
    "open_most": "BIGINT",
    "later_over_least": "BIGINT",
    "later_over_most": "BIGINT",
    "class": "VARCHAR",
    "deciding_norm": "VARCHAR",
    "missing": "VARCHAR",
    "problem": "VARCHAR",
}
"""One row a stay: instants and spans in seconds, ``missing`` as names joined by spaces."""

_BATCH = 2000


def decide_rows(
    folder: Path,
    *,
    lawbook: Lawbook,
    law_known_at: date | None,
    out: Path,
    rows: Collection[int] | None = None,
    progress: Progress | None = None,
) -> None:
    """Decide each row of the prepared tables in ``folder`` (or only ``rows``) and write the Parquet file ``out``.

    ``law_known_at`` None: each row is asked with the law known on the day of its own ``at``. ``progress`` is called
    with (rows done, rows in all). Rows are written in their order, one for each stay asked about.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"BIGINT": pa.int64(), "VARCHAR": pa.string()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in RESULT_COLUMNS.items()])
    total = len(rows) if rows is not None else None
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        done: list[Row] = []
        for count, (stay, papers, grounds, events, size) in enumerate(read_rows(folder, rows=rows), 1):
            done.append(decide_row(stay, papers, grounds, events, lawbook=lawbook, law_known_at=law_known_at))
            if len(done) == _BATCH:
                writer.write_table(_table(done, schema))
                done = []
            if progress and (count % 25 == 0 or count == (total or size)):
                progress(count, total or size)
        writer.write_table(_table(done, schema))


def _table(done: list[Row], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pylist(done, schema=schema)


def read_rows(folder: Path, *, rows: Collection[int] | None = None) -> Iterator[tuple[Row, list[Row], list[Row], list[Row], int]]:
    """Each stay of a prepared folder with its papers, grounds and events, and the number of stays in all."""
    wanted = "" if rows is None else f" WHERE row IN ({','.join(str(int(r)) for r in rows) or 'NULL'})"
    import duckdb

    with linked() as link:
        read = link.read_parquet

        def table(name: str) -> dict[int, list[Row]]:
            read(str(folder / f"{name}.parquet")).create_view("t", replace=True)
            found: dict[int, list[Row]] = {}
            cursor = link.execute(f"SELECT * FROM t{wanted} ORDER BY row")
            names = [c[0] for c in cursor.description or ()]
            for values in cursor.fetchall():
                entry = dict(zip(names, values, strict=True))
                found.setdefault(entry["row"], []).append(entry)
            return found

        try:
            papers, grounds, events = table("papers"), table("grounds"), table("events")
            read(str(folder / "stays.parquet")).create_view("stays", replace=True)
        except duckdb.Error:
            raise InputError("it holds no prepared custody tables", where=str(folder), do="name a folder that dueprocess has prepared") from None
        size = (link.execute("SELECT count(*) FROM stays").fetchone() or (0,))[0]
        cursor = link.execute(f"SELECT * FROM stays{wanted} ORDER BY row")
        names = [c[0] for c in cursor.description or ()]
        while chunk := cursor.fetchmany(_BATCH):
            for values in chunk:
                stay = dict(zip(names, values, strict=True))
                row = stay["row"]
                yield stay, papers.get(row, []), grounds.get(row, []), events.get(row, []), size


def read_row(
    stay: Row,
    papers: list[Row],
    grounds: list[Row],
    events: list[Row],
    *,
    lawbook: Lawbook,
    law_known_at: date | None,
    at: Instant | None = None,
) -> Case:
    """The case of a row, asked about at ``at``, the row's own ``at``, or the default; InputError as ``read_case``."""
    at = stay["at"] if at is None else at
    first = next((i for i in (at, stay.get("left_hi"), stay["as_of"], stay.get("booked_lo")) if i is not None and abs(i) < MAX_INSTANT), 0)
    day = law_known_at or local_date(stay["zone"], first)

    def case_at(moment: Instant, known: date) -> Case:
        mapping = row_case(stay, papers=papers, grounds=grounds, events=events, at=moment, law_known_at=known.isoformat())
        return read_case(mapping, lawbook=lawbook, places=load_places(), today=known)

    case = case_at(first, day)
    if at is not None:
        return case
    moment = default_at(case, stay)
    return replace(case, at=moment, known_at=(law_known_at or local_date(stay["zone"], moment)).toordinal())


def default_at(case: Case, stay: Mapping[str, Any]) -> Instant:
    """When release was due at the latest, within the stay; where that is unknown, the end of the stay, or what the
    file speaks up to. Who was still there at ``as_of`` is asked about at ``as_of``, since the hours run to ``at``."""
    if stay["left_state"] == "present" and stay["as_of"] is not None:
        return int(stay["as_of"])
    grounds = case.effective_grounds()
    ends = [g.end for g in grounds or ()] or ([case.booked] if grounds is not None else [])
    due = last_of(*ends).latest if ends else MAX_INSTANT
    if not MIN_INSTANT < due < MAX_INSTANT:
        due = stay["left_hi"] if stay["left_state"] == "recorded" and stay.get("left_hi") is not None else stay["as_of"]
    if due is None:
        due = next((t for t in (stay.get("left_hi"), stay.get("booked_lo")) if _told(t)), case.at)
    low, high = stay.get("booked_lo"), stay.get("left_hi")
    if high is not None and high < MAX_INSTANT:
        due = min(due, high)
    return int(max(due, low) if low is not None and low > MIN_INSTANT else due)


def decide_row(
    stay: Row, papers: list[Row], grounds: list[Row], events: list[Row], *, lawbook: Lawbook, law_known_at: date | None
) -> Row:
    """One row of the results."""
    found: Row = dict.fromkeys(RESULT_COLUMNS)
    found.update({"row": stay["row"], "at": stay["at"], "class": "unknown"})
    if stay["agency"] is None:
        return {**found, "missing": "agency"}
    if stay["at"] is None and not any(_told(stay.get(n)) for n in ("as_of", "booked_lo", "left_hi", "release_due_lo")) and not grounds:
        return {**found, "missing": "booked release_due left"}  # no instant at all that could be asked about
    try:
        case = read_row(stay, papers, grounds, events, lawbook=lawbook, law_known_at=law_known_at)
        asked = Stay(case, Setting(lawbook))
        asked.check_statements()
    except ContradictionError as error:
        return {**found, "class": "contradiction", "problem": error.what}
    except InputError:
        # A place without one county, or a custody that these rules leave alone: nothing is said of it.
        return {**found, "missing": "agency"}
    at, grounds_ = case.at, asked.grounds
    outcome = asked.outcome_at(at, grounds_)
    due = asked.release_due(at, grounds_)
    moment = asked.moment(at, due)
    over, undetermined = asked.hours()
    later = None if case.bail_refused == NEVER else asked.hours(with_bail=False)[0]
    kind = class_of(asked, over)
    if kind == "possible" and stay["left_state"] == "missing":
        kind = "unknown"
    needed, why = _missing(asked, stay, outcome, due, moment, kind)
    return {
        "row": stay["row"],
        "at": at,
        "outcome": outcome,
        "open_because": why if outcome == REVIEW else None,
        "due_lo": due.earliest if outcome != LOCAL and _known(due) else None,
        "due_hi": due.latest if outcome != LOCAL and _known(due) else None,
        "hold_until": next((s.start for s in asked.spans if s.start > at and s.outcome not in HOLDS), None) if outcome in HOLDS else None,
        "over_least": over.earliest,
        "over_most": over.latest,
        "open_least": undetermined.earliest,
        "open_most": undetermined.latest,
        "later_over_least": later.earliest if later else None,
        "later_over_most": later.latest if later else None,
        "class": kind,
        "deciding_norm": None if outcome in (LOCAL, REVIEW) else first_deciding(moment),
        "missing": " ".join(needed) or None,
        "problem": None,
    }


def first_deciding(moment: Moment) -> str | None:
    """The first of the deciding norms, in the order that every evaluator follows (``Norm.order``)."""
    _, indices = moment.deciding()
    norms = [moment.regime.applied[i].norm for i in indices]
    return min(norms, key=lambda n: n.order).ref if norms else None


def _told(at: Instant | None) -> bool:
    return at is not None and abs(at) < MAX_INSTANT


def _known(time: Time) -> bool:
    """Whether both bounds of a time are."""
    return time.earliest > MIN_INSTANT and time.latest < MAX_INSTANT


def _missing(
    asked: Stay, stay: Mapping[str, Any], outcome: str, due: Time, moment: Moment, kind: str
) -> tuple[list[str], str | None]:
    """The facts and recorded times that could settle the row, in the order in which to ask; and why it is open."""
    if kind in ("certain", "no") and outcome != REVIEW:
        return [], None
    case = asked.case
    names: list[str] = []
    why: str | None = None
    if case.booked == UNKNOWN_TIME:
        names.append("booked")
    if case.grounds is None or any(g.end.latest == MAX_INSTANT and not g.end.exact for g in asked.grounds or ()):
        names.append("release_due")
    if stay["left_state"] == "missing":
        names.append("left")
    at = case.at
    if outcome != REVIEW or moment.outcome != REVIEW:
        # The hours may be open where the outcome at ``at`` is not.
        start = next((s.start for s in asked.spans if s.outcome == REVIEW and asked.case.standing(s.start, asked.grounds) is False), None)
        if outcome == REVIEW:
            names.append("release_due")
            why = "fact"
        if start is not None and start != at:
            at, due = start, asked.release_due(start, asked.grounds)
            moment = asked.moment(at, due)
    if moment.outcome == REVIEW:
        entries, by_facts = open_questions.missing(asked, at, due, moment)
        if outcome == REVIEW and why is None:
            standing = case.standing(case.at, asked.grounds)
            why = "fact" if standing is None else "duty" if moment.duty_only else "fact" if by_facts else "law"
        names += [str(e["fact"]) for e in entries]
    if not names:
        # Everything is given, and some times not closely enough: a date where the hour decides.
        if any(not (g.end.exact and g.start.exact) for g in asked.grounds or ()):
            names.append("release_due")
        if case.left is not None and not case.left.exact:
            names.append("left")
        names += ["papers"] if any(not p.received.exact or not p.cancelled.exact or not p.served.exact for p in case.papers) else []
    return list(dict.fromkeys(names)), why


def explain_row(folder: Path, row: int, *, lawbook: Lawbook, law_known_at: date | None) -> dict[str, Any]:
    """The full decision of one row, as ``dueprocess decide`` gives it; InputError where the row cannot be asked."""
    found = next(read_rows(folder, rows=[row]), None)
    if found is None:
        raise InputError(f"there is no row [{row}]", where=str(folder), do="name a stay that stands in stays.csv")
    stay, papers, grounds, events, _ = found
    if stay["agency"] is None:
        raise InputError("its agency is not known, so no law can be asked", where=f"row {row}", do="name the agency in the map, or correct the column")
    case = read_row(stay, papers, grounds, events, lawbook=lawbook, law_known_at=law_known_at)
    return answer(Stay(case, Setting(lawbook)))


AGREED = ("class", "outcome", "due_lo", "due_hi", "hold_until", "over_least", "over_most", "open_least", "open_most", "deciding_norm")
"""What both evaluators must say alike of a row. What each lists as missing may be told in more or fewer words."""


def second_opinion(folder: Path, results: Path, stay: str, *, lawbook: Lawbook, law_known_at: date | None) -> dict[str, Any]:
    """Where a stay stands in the files (``source_file``, ``source_row``, ``left_told``), what the ``audit`` says of it, by column (instants
    and spans in seconds), and the columns in which this evaluator ``differs`` about the same row.

    ``stay`` is an id, or ``row-17``; ``folder`` holds the prepared tables, ``results`` the audit's answers.
    """
    with linked(folder) as link:
        link.read_parquet(str(folder / "stays.parquet")).create_view("s")
        link.read_parquet(str(results)).create_view("r")
        row = link.execute("SELECT \"row\" FROM s WHERE stay_id = $1 OR 'row-' || \"row\" = $1 ORDER BY 1 LIMIT 1", [stay]).fetchall()[0][0]
        found = link.execute('SELECT * FROM r WHERE "row" = $1', [row])
        audited = dict(zip([c[0] for c in found.description or ()], found.fetchall()[0], strict=True))
    given, papers, grounds, events, _ = next(read_rows(folder, rows=[row]))
    again = decide_row(given, papers, grounds, events, lawbook=lawbook, law_known_at=law_known_at)
    return {
        "source_file": given["source_file"],
        "source_row": given["source_row"],
        "left_told": given["left_state"] != "missing",
        "audit": {name: audited[name] for name in AGREED},
        "differs": [name for name in AGREED if audited[name] != again[name]],
    }


def opinion_words(found: Mapping[str, Any]) -> str:
    """A ``second_opinion`` in words."""
    audited, differ = found["audit"], [name.replace("_", " ") for name in found["differs"]]
    kind = audited["class"]
    timed = f", {hour_range(audited['over_least'], audited['over_most'])} hours over" if kind in WITH_HOURS else ""
    told = f"Row {found['source_row']} of {found['source_file']}. In the audit: {kind}{timed}. The evaluator of single cases says " + (f"otherwise of: {', '.join(differ)}." if differ else "the same.")
    if kind == "unknown" and not found["left_told"]:
        told += " The file does not tell when the person left: what follows reckons with any moment up to the end of the records, and its hours are no bound."
    return told


def prepared_info(folder: Path) -> dict[str, Any]:
    """``prepared.json`` of a prepared folder; InputError where it is none."""
    try:
        found = json.loads((folder / "prepared.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError("it holds no prepared custody tables", where=str(folder), do="name a file, or a folder that dueprocess has prepared") from None
    return dict(found)
