"""Papers, grounds and events that belong to stays, from rows as text to their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dueprocess.case.custody import NEVER_AT
from dueprocess.case.model import DETAINERS
from dueprocess.case.reading import GROUND_KINDS, PAPER_KINDS, SIGNERS
from dueprocess.tables.cells import NO, UNSURE, YES
from dueprocess.tables.engine import Engine, literal
from dueprocess.tables.problems import Problems
from dueprocess.tables.rows import Part

SIGNED_YES, SIGNED_NO = ("yes", "y", "true", "1", "x", "officer", "ice", "immigration officer"), ("no", "n", "false", "0", "unsigned")


def listed(values: Sequence[str]) -> str:
    return "(" + ", ".join(literal(v) for v in values) + ")"


def signer(text: str) -> str:
    """The SQL of who signed: one of the case file's words, NULL where it is none."""
    plain = f"lower(trim({text}))"
    return (
        f"CASE WHEN {plain} IN {listed(SIGNERS)} THEN {plain} WHEN replace({plain}, ' ', '_') IN {listed(SIGNERS)} THEN replace({plain}, ' ', '_') "
        f"WHEN {plain} IN {listed(SIGNED_YES)} THEN 'immigration_officer' WHEN {plain} IN {listed(SIGNED_NO)} THEN 'none' END"
    )


def boxes_book(engine: Engine, tables: Sequence[tuple[str, str]], *, known: Sequence[str]) -> str:
    """A table ``text, boxes`` of every way the boxes are written; ``boxes`` is NULL where one of them is no box of any form."""
    book = engine.fresh("boxes")
    engine.run(f"CREATE TABLE {book} (text VARCHAR, boxes VARCHAR)")
    texts = {row[0] for table, column in tables for row in engine.rows(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL LIMIT 100000")}
    rows = []
    for text in sorted(texts):
        words = [w for w in text.lower().replace(";", " ").replace(",", " ").replace("|", " ").split() if w]
        if words in (["none"], ["no", "boxes"]):
            rows.append([text, ""])
        elif set(words) <= set(known):
            rows.append([text, " ".join(sorted(set(words)))])
    engine.insert(book, rows)
    return book


def editions_book(engine: Engine, forms: Mapping[str, Mapping[str, object]]) -> str:
    """A table ``form, text, edition`` of the ways an edition is written: 2017-03, 3/17, 03/2017, 2016-09 of an I-200."""
    book = engine.fresh("editions")
    engine.run(f"CREATE TABLE {book} (form VARCHAR, text VARCHAR, edition VARCHAR)")
    known = [(form, edition) for form, editions in forms.items() for edition in editions] + [("i-200", "2016-09")]
    rows = []
    for form, edition in known:
        year, month = edition.split("-")
        ways = {edition, f"{month}/{year}", f"{int(month)}/{year}", f"{month}/{year[2:]}", f"{int(month)}/{year[2:]}", f"({int(month)}/{year[2:]})", f"({month}/{year[2:]})"}
        rows += [[form, way, edition] for way in sorted(ways)]
    engine.insert(book, rows)
    return book


def _problem(code: str, column: str, table: str, condition: str) -> str:
    return f"SELECT _file AS file, _line AS row, {literal(column)} AS \"column\", {literal(code)} AS code, NULL::VARCHAR AS what, row AS stay_row FROM {table} WHERE {condition}"


def grounds(engine: Engine, part: Part, *, problems: Problems, foreign: bool = True) -> tuple[str, str]:
    """(table of grounds, table of the stays ``row, given, holds, complete`` that have rows there). Holds are none of them.

    In a ``foreign`` table a ground whose ``from`` is the day of the booking is there from the booking. Our own tables say what
    a case file says, where such a day is any hour of it.
    """
    table, fields = part.table, part.fields
    kind = "lower(trim(t_kind))" if "kind" in fields else "'charge'"
    if "kind" in fields:
        problems.collect(_problem("kind-unknown", "kind", table, f"NOT _hold AND t_kind IS NOT NULL AND {kind} NOT IN {listed(GROUND_KINDS)}"))
    empty = "NULL::BIGINT AS {0}_lo, NULL::BIGINT AS {0}_hi, NULL::BOOLEAN AS {0}_open"
    ends = (
        # Only a disposition that ends local authority says that the ground ended at that time.
        f"CASE WHEN _runs THEN {NEVER_AT} WHEN _ends THEN until_lo END AS end_lo, CASE WHEN _runs THEN {NEVER_AT} WHEN _ends THEN until_hi END AS end_hi, "
        "CASE WHEN _runs THEN FALSE WHEN _ends THEN until_open END AS end_open"
        if "until" in fields
        else empty.format("end")
    )
    # A charge dated on the day of the booking was there from the booking: a day without an hour opens no gap after it.
    at_booking = "NOT _has_from" if not foreign else "NOT _has_from OR coalesce(from_open AND booked_lo >= from_lo AND booked_lo < from_hi, FALSE)"
    starts = (
        ", ".join(f"CASE WHEN {at_booking} THEN booked_{end} ELSE from_{end} END AS start_{end}" for end in ("lo", "hi", "open"))
        if "from" in fields
        else "booked_lo AS start_lo, booked_hi AS start_hi, booked_open AS start_open"
    )
    target = engine.fresh("grounds_done")
    engine.run(
        # A ground of a kind that nobody knows is still a ground: it must not vanish from the stay.
        f"CREATE VIEW {target} AS SELECT g.row, CASE WHEN {kind} IN {listed(GROUND_KINDS)} THEN {kind} WHEN t_kind_given THEN 'other' ELSE 'charge' END AS kind, {starts}, {ends}, g._ord "
        f"FROM (SELECT *, {'t_kind IS NOT NULL' if 'kind' in fields else 'FALSE'} AS t_kind_given FROM {table}) g WHERE NOT _hold"
    )
    about = engine.fresh("grounds_about")
    engine.run(f"CREATE TABLE {about} AS SELECT row, bool_or(NOT _hold) AS given, bool_or(_hold) AS holds, bool_and(_complete) AS complete FROM {table} GROUP BY row")
    return target, about


def papers(engine: Engine, part: Part, *, problems: Problems, boxes: str, editions: str, form: str | None) -> tuple[str, str]:
    """(table of papers, table of the rows of stays that have a paper nobody can name). ``form`` is taken for detainers without one."""
    table, fields = part.table, part.fields
    typed = engine.fresh("papers_typed")
    text = "lower(trim(t_kind))" if "kind" in fields else "'detainer'"

    def given(name: str) -> str:
        return f"t_{name}" if name in fields else "NULL::VARCHAR"

    engine.run(
        f"CREATE TABLE {typed} AS SELECT p.*, coalesce(dp_form({text}), CASE WHEN replace({text}, ' ', '_') IN {listed(PAPER_KINDS)} THEN replace({text}, ' ', '_') "
        f"WHEN {text} IS NULL OR regexp_matches({text}, 'detainer|hold|immigra') THEN {literal(form)} END) AS kind, "
        f"coalesce(dp_form({text}) IS NULL AND ({text} IS NULL OR regexp_matches({text}, 'detainer|hold|immigra')), FALSE) AS _formless, "
        f"{signer(given('signed_by'))} AS signed_by, b.boxes AS boxes, lower(trim({given('matter')})) AS matter, lower(trim({given('issuer')})) AS issuer "
        f"FROM {table} p LEFT JOIN {boxes} b ON b.text = {given('boxes')}"
    )
    problems.collect(_problem("detainer-form", "kind", typed, "kind IS NULL AND _formless"))
    problems.collect(_problem("kind-unknown", "kind", typed, "kind IS NULL AND NOT _formless"))
    for name, code, condition in (
        ("signed_by", "unreadable-value", "signed_by IS NULL"),
        ("boxes", "no-such-box", "boxes IS NULL"),
        ("matter", "unreadable-value", "matter NOT IN ('civil', 'criminal')"),
        ("issuer", "unreadable-value", "issuer NOT IN ('ice', 'cbp')"),
        ("served", "unreadable-value", f"lower(t_served) NOT IN {listed((*YES, *NO, *UNSURE))}"),
    ):
        if name in fields:
            problems.collect(_problem(code, name, typed, f"t_{name} IS NOT NULL AND {condition}"))
    if "received_at" in fields:
        problems.collect(_problem("never-received", "received_at", typed, f"received_lo >= {NEVER_AT}"))
    target, unknown = engine.fresh("papers_done"), engine.fresh("papers_unknown")
    time_columns = ", ".join(
        f"{n}_lo, {n}_hi, {n}_open" if f"{n}_at" in fields else f"NULL::BIGINT AS {n}_lo, NULL::BIGINT AS {n}_hi, NULL::BOOLEAN AS {n}_open" for n in ("received", "served", "cancelled")
    )
    engine.run(
        f"CREATE TABLE {target} AS SELECT t.row, kind, e.edition AS edition, signed_by, t.boxes, CASE WHEN matter IN ('civil', 'criminal') THEN matter END AS matter, "
        f"CASE WHEN issuer IN ('ice', 'cbp') THEN issuer END AS issuer, {time_columns}, kind IN {listed(DETAINERS)} AS _detainer, {str('served' in fields).upper()} AS _served_asked, dp_bool({given('served')}) AS _served_ever, _ord "
        f"FROM {typed} t LEFT JOIN {editions} e ON e.form = t.kind AND e.text = {given('edition').replace('t_', 't.t_')} WHERE kind IS NOT NULL"
        + (f" AND (received_lo IS NULL OR received_lo < {NEVER_AT})" if "received_at" in fields else "")
    )
    if "edition" in fields:
        problems.collect(
            f"SELECT _file AS file, _line AS row, 'edition' AS \"column\", 'no-such-edition' AS code, NULL::VARCHAR AS what, row AS stay_row FROM {typed} t "
            f"WHERE t_edition IS NOT NULL AND kind IS NOT NULL AND lower(t_edition) <> 'unknown' AND NOT EXISTS (SELECT 1 FROM {editions} e WHERE e.form = t.kind AND e.text = t.t_edition)"
        )
    engine.run(f"CREATE TABLE {unknown} AS SELECT DISTINCT row FROM {typed} WHERE kind IS NULL")
    return target, unknown


def events(engine: Engine, part: Part, *, problems: Problems, known: Sequence[str]) -> str:
    """The table of events."""
    kind = "replace(lower(trim(t_kind)), ' ', '_')"
    problems.collect(_problem("kind-unknown", "kind", part.table, f"t_kind IS NULL OR {kind} NOT IN {listed(known)}"))
    target = engine.fresh("events_done")
    engine.run(f"CREATE TABLE {target} AS SELECT row, {kind} AS kind, at_lo, at_hi, at_open, _ord FROM {part.table} WHERE {kind} IN {listed(known)}")
    return target
