"""The last steps of a stay: its detainer, its grounds, what is assumed, and how it ended."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from dueprocess.case.custody import FACT_TYPES, LEFT_STATES, NEVER_AT, STAY_TIMES
from dueprocess.case.reading import LEFT_TO
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import Instant, day_start
from dueprocess.tables.cells import NO, YES
from dueprocess.tables.columns import TIME_OF
from dueprocess.tables.engine import Engine, literal, quoted
from dueprocess.tables.mapping import Map
from dueprocess.tables.parts import events, grounds, papers, signer
from dueprocess.tables.placing import Placed
from dueprocess.tables.rows import Shaper
from dueprocess.tables.serving import ASKED, SERVED, papers_told, told
from dueprocess.tables.stays import Assumption, StayBuilder, stem
from dueprocess.terms.vocabulary import Vocabulary

_MADE = ("left", "detainer_received", "detainer_served", "detainer_cancelled")
"""Times that may be found in more than a column of their own."""
_WARRANT_PAPERS = {"admin_warrant": "i-200", "removal_warrant": "i-205", "judicial_warrant": "judicial_warrant"}


@dataclass
class Finished:
    """The tables to write: ``stays`` (every column of the schema), ``parts``, and which columns there are beside it."""

    stays: str
    parts: dict[str, str] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)
    determined: bool = False
    late: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    """Columns that are worked out as they are written: the column of ``stays`` that each is made of, if any, and its SQL."""
    assumptions: list[Assumption] = field(default_factory=list)


def finish(
    builder: StayBuilder, shaper: Shaper, map_: Map, placed: Placed, *, vocabulary: Vocabulary, books: tuple[str, str], as_of: date | Instant | None, assume: bool, key: bytes, notes: list[str], bare: bool = False
) -> tuple[Finished, Finished | None]:
    """From one row a stay as text and intervals to the finished tables; ``bare``: and to the same without what the map assumes.

    The second differs from the first in its stays alone, unless the form of detainers is assumed: their papers then do too.
    """
    assumed = dict(map_.assume) if assume else {}

    def begun(assumed: Mapping[str, str]) -> tuple[Finished, str | None, str | None]:
        return _begin(builder, shaper, map_, placed, vocabulary=vocabulary, books=books, assumed=assumed, key=key)

    def ended(start: tuple[Finished, str | None, str | None], assumed: Mapping[str, str], notes: list[str]) -> Finished:
        done, unknown, about = replace(start[0], parts=dict(start[0].parts), facts=list(start[0].facts), assumptions=[]), start[1], start[2]
        _assume(done, builder.engine, assumed, map_.why, vocabulary)
        _end(done, builder, map_, as_of=as_of, unknown=unknown, about=about, notes=notes)
        return done

    start = begun(assumed)
    done = ended(start, assumed, notes)
    if not bare:
        return done, None
    builder.problems.muted = True
    try:
        return done, ended(begun({}) if "detainer_form" in assumed else start, {}, [])
    finally:
        builder.problems.muted = False


def _begin(
    builder: StayBuilder, shaper: Shaper, map_: Map, placed: Placed, *, vocabulary: Vocabulary, books: tuple[str, str], assumed: Mapping[str, str], key: bytes
) -> tuple[Finished, str | None, str | None]:
    """The tables before anything is assumed, the stays with a paper nobody can name, and what is known of their grounds."""
    engine, problems = builder.engine, builder.problems
    typed, facts = _typed(builder, placed, books, single_id=len(map_.id) == 1)
    done = Finished(typed, facts=list(facts), determined=builder.has("determined_probable_cause"))
    done.late = {"person": ("_person", person_hash(key, "_person")), "source_file": ("_file", "_file"), "source_row": ("_line", "_line")}
    done.late |= {f"{time}_{end}": (None, "NULL") for time in STAY_TIMES if time not in _MADE and f"{time}_at" not in builder.times for end in ("lo", "hi", "open")}
    unknown = _papers(done, builder, shaper, map_, placed, books, assumed)
    about = _grounds(done, shaper, map_, placed, problems_of=builder)
    if (part := shaper.sections.get("events")) is not None:
        done.parts["events"] = events(engine, part, problems=problems, known=list(vocabulary.events))
    return done, unknown, about


# -- values -------------------------------------------------------------------------------------------------------


def person_hash(key: bytes, text: str) -> str:
    """The SQL of HMAC-SHA256 of a text (RFC 2104), in hexadecimal."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")

    def blob(data: bytes) -> str:
        return "'" + "".join(f"\\x{b:02X}" for b in data) + "'::BLOB"

    inner = f"unhex(sha256({blob(bytes(b ^ 0x36 for b in block))} || encode({text})))"
    return f"CASE WHEN {text} IS NOT NULL THEN sha256({blob(bytes(b ^ 0x5C for b in block))} || {inner}) END"


def _typed(builder: StayBuilder, placed: Placed, books: tuple[str, str], *, single_id: bool) -> tuple[str, dict[str, str]]:
    b, engine = builder, builder.engine
    boxes, editions = books
    facts = b.fact_columns()
    form = f"dp_form({b.text('detainer_form')})"
    present = engine.rows(f"SELECT 1 FROM (DESCRIBE {b.table}) WHERE column_name = '_present'")
    named = [n for n in b.rows.names if n.startswith("detainer_") and n not in b.times and n in ("detainer_form", "detainer_edition", "detainer_signed", "detainer_boxes", "detainer_issuer")]
    times = [t for t in ("detainer_received", "detainer_served", "detainer_cancelled") if f"{t}_at" in b.times]
    says = [f"{b.text(n)} IS NOT NULL" for n in named] + [f"coalesce({t}_lo < {NEVER_AT}, FALSE)" for t in times]
    if b.has("detainer"):
        says.append(f"coalesce({b.boolean('detainer')}, FALSE)")
        said_no = f"coalesce(NOT {b.boolean('detainer')}, FALSE)"
    else:
        said_no = "FALSE"
    # A detainer that was never received is none.
    never = f"coalesce(detainer_received_lo >= {NEVER_AT}, FALSE)" if "detainer_received" in times else "FALSE"
    columns = {
        "row": "s.row", "_file": "s._file", "_line": "s._line",
        "stay_id": f"coalesce({b.text('stay_id')}, {('k._key' if single_id else 'NULL')}, s._file || ':' || s._line)",
        "_person": b.text("person_key"), "agency": "k.agency", "facility": "k.facility", "zone": "k.zone",
        "record_complete": b.boolean("record_complete"),
        "at": f"{stem('at')}_hi" if b.has("at") else "NULL::BIGINT",
        "left_to": b.choice("left_to", LEFT_TO), "_left_state": b.choice("left_state", LEFT_STATES), "_present": "coalesce(_present, FALSE)" if present else "FALSE",
        "has_grounds": b.boolean("has_grounds"),
        "allowance": _allowance(b),
        "_listed": f"(({' OR '.join(says) or 'FALSE'}) AND NOT {said_no} AND NOT {never})",
        "detainer_form": f"CASE WHEN NOT {never} THEN {form} END", "detainer_edition": "e.edition", "detainer_signed_by": signer(b.text("detainer_signed")),
        "detainer_boxes": "x.boxes", "detainer_issuer": b.choice("detainer_issuer", ("ice", "cbp")),
        ASKED: str(b.has("detainer_served_ever")).upper(), SERVED: b.boolean("detainer_served_ever"),
        "determined_probable_cause": b.boolean("determined_probable_cause"),
        "determined_probable_cause_at": f"{stem('determined_probable_cause_at')}_lo" if b.has("determined_probable_cause_at") else "NULL::BIGINT",
    }  # fmt: skip
    for time in STAY_TIMES:
        for suffix, kind in (("lo", "BIGINT"), ("hi", "BIGINT"), ("open", "BOOLEAN")):
            columns[f"{time}_{suffix}"] = f"{time}_{suffix}" if f"{time}_at" in b.times else f"NULL::{kind}"
    columns |= {quoted(n): sql for n, sql in facts.items()}
    target = engine.fresh("typed")
    whose = "" if placed.joined else f"JOIN {placed.keys} k USING (row)"
    if placed.joined:
        columns |= {"agency": "s.agency", "facility": "s.facility", "zone": "s.zone", "stay_id": columns["stay_id"].replace("k._key", "s._key")}
    engine.run(
        f"CREATE VIEW {target} AS SELECT {', '.join(f'{sql} AS {name}' for name, sql in columns.items())}{''.join(f', s.{n}' for n in b.rows.by)} FROM {b.table} s {whose} "
        f"LEFT JOIN {boxes} x ON x.text = {b.text('detainer_boxes')} LEFT JOIN {editions} e ON e.form = {form} AND e.text = {b.text('detainer_edition')}"
    )
    for name, column, code in (("detainer_boxes", "detainer_boxes", "no-such-box"), ("detainer_signed", "detainer_signed_by", "unreadable-value")):
        if b.has(name):
            b.problems.collect(f"SELECT s._file AS file, s._line AS row, {literal(name)} AS \"column\", {literal(code)} AS code, NULL::VARCHAR AS what, s.row AS stay_row FROM {b.table} s JOIN {target} t USING (row) WHERE {b.text(name)} IS NOT NULL AND lower({b.text(name)}) NOT IN ('unknown') AND t.{column} IS NULL")
    if b.has("detainer_edition"):
        b.problems.collect(f"SELECT s._file AS file, s._line AS row, 'detainer_edition' AS \"column\", 'no-such-edition' AS code, NULL::VARCHAR AS what, s.row AS stay_row FROM {b.table} s JOIN {target} t USING (row) WHERE {b.text('detainer_edition')} IS NOT NULL AND lower({b.text('detainer_edition')}) <> 'unknown' AND t.detainer_edition IS NULL AND t.detainer_form IS NOT NULL")
    return target, facts


def _allowance(b: StayBuilder) -> str:
    """Seconds; at most the 72 hours that a case file may give."""
    hours = f"try_cast({b.text('processing_allowance_hours')} AS DOUBLE)"
    if b.has("processing_allowance_hours"):
        b.value_problem("processing_allowance_hours", f"{b.text('processing_allowance_hours')} IS NOT NULL AND ({hours} IS NULL OR NOT ({hours} BETWEEN 0 AND 72))")
    return f"CASE WHEN {hours} BETWEEN 0 AND 72 THEN CAST(round({hours} * 3600) AS BIGINT) END"


# -- papers and grounds ---------------------------------------------------------------------------------------------


def _papers(done: Finished, builder: StayBuilder, shaper: Shaper, map_: Map, placed: Placed, books: tuple[str, str], assumed: Mapping[str, str]) -> str | None:
    """Read the papers; the first detainer of a stay that has none in its row moves there. Returns the stays with a paper nobody can name."""
    part = shaper.sections.get("papers")
    if part is None:
        return None
    engine = builder.engine
    boxes, editions = books
    table, unknown = papers(engine, part, problems=builder.problems, boxes=boxes, editions=editions, form=assumed.get("detainer_form"))
    first = engine.fresh("first")
    engine.run(
        f"CREATE TABLE {first} AS SELECT p.* FROM {table} p JOIN {done.stays} s USING (row) WHERE p._detainer AND NOT s._listed AND s.detainer_form IS NULL QUALIFY row_number() OVER (PARTITION BY p.row ORDER BY p.received_lo NULLS LAST, p._ord) = 1"
    )
    moved = {"detainer_form": "kind", "detainer_edition": "edition", "detainer_signed_by": "signed_by", "detainer_boxes": "boxes", "detainer_issuer": "issuer"}
    moved |= {f"detainer_{t}_{s}": f"{t}_{s}" for t in ("received", "served", "cancelled") for s in ("lo", "hi", "open")}
    moved |= {ASKED: ASKED, SERVED: SERVED}
    replaced = ", ".join(f"CASE WHEN f.row IS NOT NULL THEN f.{theirs} ELSE s.{ours} END AS {ours}" for ours, theirs in moved.items())
    _over(done, engine, f"SELECT s.* REPLACE ({replaced}, s._listed OR f.row IS NOT NULL AS _listed) FROM {done.stays} s LEFT JOIN {first} f USING (row)")
    rest = engine.fresh("papers")
    engine.run(f"CREATE TABLE {rest} AS SELECT p.* FROM {table} p WHERE NOT EXISTS (SELECT 1 FROM {first} f WHERE f.row = p.row AND f._ord = p._ord AND f.kind = p.kind)")
    done.parts["papers"] = rest
    return unknown


def _grounds(done: Finished, shaper: Shaper, map_: Map, placed: Placed, *, problems_of: StayBuilder) -> str | None:
    part = shaper.sections.get("grounds")
    if part is None:
        return None
    engine, problems = problems_of.engine, problems_of.problems
    table, about = grounds(engine, part, problems=problems, foreign=map_.preset != "own")
    problems.collect(
        f"SELECT s._file AS file, s._line AS row, NULL::VARCHAR AS \"column\", 'only-holds' AS code, NULL::VARCHAR AS what, s.row AS stay_row FROM {about} a JOIN {done.stays} s USING (row) WHERE a.holds AND NOT a.given AND NOT a.complete"
    )
    done.parts["grounds"] = table
    return about


# -- what is assumed, and the end -------------------------------------------------------------------------------------


def _assume(done: Finished, engine: Engine, assumed: Mapping[str, str], why: Mapping[str, str], vocabulary: Vocabulary) -> None:
    """Fill what is null with what the map assumes; count the stays that it touches."""
    for name, value in assumed.items():
        column, sql = _assumed_value(name, value, vocabulary)
        if column.startswith("f_") and column not in done.facts:
            done.facts.append(column)
            _over(done, engine, f"SELECT *, NULL::{FACT_TYPES[vocabulary.facts[name].type]} AS {column} FROM {done.stays}")
        condition = f"{column}_lo IS NULL" if column in STAY_TIMES else f"{column} IS NULL"
        if (name.startswith("detainer_") and name not in vocabulary.facts) or name == "detainer_form":
            condition += " AND _listed"
        if name in _WARRANT_PAPERS:
            condition += f" AND {name}_lo IS NULL"
            if "papers" in done.parts:
                condition += f" AND row NOT IN (SELECT row FROM {done.parts['papers']} WHERE kind = {literal(_WARRANT_PAPERS[name])})"
        (count,) = engine.one(f"SELECT count(*) FROM {done.stays} WHERE {condition}")
        sets = {f"{column}_lo": str(NEVER_AT), f"{column}_hi": str(NEVER_AT), f"{column}_open": "FALSE"} if column in STAY_TIMES else {column: sql}
        done.late = {name: made for name, made in done.late.items() if name not in sets}
        _over(done, engine, f"SELECT * REPLACE ({', '.join(f'CASE WHEN {condition} THEN {filled} ELSE {c} END AS {c}' for c, filled in sets.items())}) FROM {done.stays}")
        done.assumptions.append(Assumption(name, value, why.get(name, ""), count))


def _over(done: Finished, engine: Engine, query: str) -> None:
    """The stays through one more step: a view, so that all steps are one pass over what is stored."""
    target = engine.fresh("stays")
    engine.run(f"CREATE VIEW {target} AS {query}")
    done.stays = target


def _assumed_value(name: str, value: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """(column, SQL of the value). InputError where the value does not fit the column."""
    where = f"map: assume.{name}"
    if name in TIME_OF:
        return TIME_OF[name], ""
    texts = {"record_complete": ("true", "false"), "left_to": LEFT_TO, "detainer_form": ("i-247", "i-247a", "i-247d", "i-247g", "i-247n", "i-247x"), "detainer_issuer": ("ice", "cbp")}
    if name in texts and value not in texts[name]:
        raise InputError(f"[{value}] is no value of {name}", where=where, do=f"one of {', '.join(texts[name])}")
    if name == "record_complete":
        return name, value.upper()
    if name == "detainer_signed":
        return "detainer_signed_by", signer(literal(value))
    if name == "processing_allowance_hours":
        try:
            hours = float(value)
        except ValueError:
            hours = -1.0
        if not 0 <= hours <= 72:
            raise InputError(f"[{value}] is no number of hours", where=where, do="write hours from 0 to 72")
        return "allowance", str(round(hours * 3600))
    fact = vocabulary.facts.get(name)
    if fact is not None and name not in texts:
        if fact.type == "boolean":
            if value.lower() not in (*YES, *NO):
                raise InputError(f"[{value}] is neither true nor false", where=where, do="write true or false")
            return f"f_{name}", "TRUE" if value.lower() in YES else "FALSE"
        read = fact.read(float(value) if fact.type == "number" and value.replace(".", "", 1).isdecimal() else value, where=where)
        return f"f_{name}", f"{literal(read)}::{FACT_TYPES[fact.type]}"
    if name in ("agency", "facility") or name not in ("left_to", "detainer_form", "detainer_edition", "detainer_boxes", "detainer_issuer"):
        raise InputError(f"[{name}] cannot be assumed", where=where, do="give it under columns or constants")
    return name, literal(value)


def _end(done: Finished, builder: StayBuilder, map_: Map, *, as_of: date | Instant | None, unknown: str | None, about: str | None, notes: list[str]) -> None:
    """How each stay ended, up to when the file speaks, and whether its record can be complete."""
    engine, problems = builder.engine, builder.problems
    problems.collect(
        f"SELECT _file AS file, _line AS row, 'detainer_form' AS \"column\", 'detainer-form' AS code, NULL::VARCHAR AS what, row AS stay_row FROM {done.stays} WHERE _listed AND detainer_form IS NULL"
    )
    problems.collect(f"SELECT _file AS file, _line AS row, 'left_at' AS \"column\", 'time-out-of-order' AS code, NULL::VARCHAR AS what, row AS stay_row FROM {done.stays} WHERE left_hi < booked_lo")
    speaks = _speaks(engine, done.stays, builder, map_, as_of, notes)
    gone = "s.left_lo IS NOT NULL" if map_.empty_left == "missing" else "TRUE"
    state = f"CASE WHEN s._present OR s._left_state = 'present' THEN 'present' WHEN s._left_state IS NOT NULL THEN s._left_state WHEN s.left_lo IS NOT NULL AND s.left_lo < {NEVER_AT} THEN 'recorded' WHEN {gone} THEN 'present' ELSE 'missing' END"
    named = "s._listed AND s.detainer_form IS NULL" + (" OR u.row IS NOT NULL" if unknown else "")
    grounds_given = "coalesce(s.has_grounds, FALSE) OR coalesce(s.release_due_lo, " + str(NEVER_AT) + f") < {NEVER_AT}" + (" OR coalesce(a.given OR a.complete, FALSE)" if about else "")
    joins = (f" LEFT JOIN {unknown} u ON u.row = s.row" if unknown else "") + (f" LEFT JOIN {about} a ON a.row = s.row" if about else "")
    missing = "_state = 'missing' AND left_lo IS NULL"
    known = "booked_lo IS NOT NULL AND booked_lo <= as_of"
    _over(
        done,
        engine,
        "SELECT * REPLACE ("
        f"CASE WHEN _state = 'present' THEN NULL WHEN {missing} THEN CASE WHEN {known} THEN booked_lo END ELSE left_lo END AS left_lo, "
        f"CASE WHEN _state = 'present' THEN NULL WHEN {missing} THEN CASE WHEN {known} THEN as_of END ELSE left_hi END AS left_hi, "
        f"CASE WHEN _state = 'present' THEN NULL WHEN {missing} THEN CASE WHEN {known} THEN FALSE END ELSE left_open END AS left_open), _state AS left_state "
        f"FROM (SELECT s.* REPLACE (coalesce(s.record_complete, FALSE) AND NOT ({named}) AS record_complete, ({grounds_given}) AS has_grounds), {state} AS _state, w.as_of FROM {done.stays} s{joins} "
        f"LEFT JOIN {speaks} w ON w.zone = coalesce(s.zone, ''))",
    )
    _serve(done, builder, of_papers="papers" in done.parts and any("served" in s.fields for s in map_.sections if s.part == "papers"))


def _serve(done: Finished, builder: StayBuilder, *, of_papers: bool) -> None:
    """Where a column says yes or no in place of the time of service: what that tells, see ``serving``."""
    if not of_papers and not builder.has("detainer_served_ever"):
        return
    engine = builder.engine
    lacks = ""
    if of_papers:
        done.parts["papers"], silent = papers_told(engine, done.parts["papers"], done.stays)
        lacks = f" OR s.row IN (SELECT row FROM {silent})"
    columns, silent = told("s", prefix="detainer_")
    replaced = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    _over(done, engine, f"SELECT s.* REPLACE ({replaced}, s.record_complete AND NOT (s._listed AND {silent}{lacks}) AS record_complete) FROM {done.stays} s")


def _speaks(engine: Engine, stays: str, builder: StayBuilder, map_: Map, as_of: date | Instant | None, notes: list[str]) -> str:
    """A table ``zone, as_of``: up to when the files speak, where each jail lies."""
    table = engine.fresh("speaks")
    engine.run(f"CREATE TABLE {table} (zone VARCHAR, as_of BIGINT)")
    zones = [row[0] for row in engine.rows(f"SELECT DISTINCT coalesce(zone, '') FROM {stays}")]
    latest: Instant | None = None
    if as_of is None:
        if map_.snapshot:
            # Whoever was seen on the last day was there at some time of it: at its start, to be safe.
            (latest,) = engine.one(f"SELECT max(day_lo) FROM {builder.placed_days}") if builder.placed_days else (None,)
        else:
            times = [f"max({t}_hi) FILTER ({t}_hi < {NEVER_AT})" for t in ("booked", "left", "detainer_received", "release_due")]
            (latest,) = engine.one(f"SELECT greatest({', '.join(times)}) FROM {stays}")
        if latest is not None:
            notes.append("No day was given up to which the files speak (--as-of, or as_of in the map): the latest recorded time was taken for it.")
        else:
            notes.append("No day was given up to which the files speak, and they have no time of a stay to take for it: give --as-of.")
    spoken: list[tuple[str, Instant | None]] = []
    for zone in zones:
        if isinstance(as_of, date):
            value: Instant | None = day_start(zone or "UTC", as_of + timedelta(days=1))
        else:
            value = as_of if as_of is not None else latest
        spoken.append((zone, value))
    engine.insert(table, spoken)
    return table


