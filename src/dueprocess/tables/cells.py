"""Cells to values in SQL: marks for missing become empty, lists of values are looked up, booleans and forms are read."""

from __future__ import annotations

from collections.abc import Sequence

from dueprocess.kernel.errors import InputError, nearest
from dueprocess.tables.engine import Engine, literal
from dueprocess.tables.header import plain
from dueprocess.tables.mapping import Column, Condition
from dueprocess.tables.raw import Raw
from dueprocess.tables.zoneclock import MACROS as TIME_MACROS

MARKS = ("NA", "N/A", "#N/A", "NULL", "(NULL)", "[NULL]", "NAN", "NAT", "REDACTED", "[REDACTED]", "(REDACTED)", "WITHHELD", "-", "--", "---", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")
"""What stands in a cell instead of a value, beside the FOIA exemptions as b(6), b(7)c and a row of stars or black boxes."""

YES = ("yes", "y", "true", "t", "1", "x")
NO = ("no", "n", "false", "f", "0")
UNSURE = ("unknown", "unk", "?", "not known", "u")

# The first character alone tells most cells from every mark, and this runs for every cell of every row.
_FIRST = sorted({ord(c) for m in (*MARKS, "b") for c in (m[0], m[0].lower(), m[0].upper()) if ord(c) >= 48})
_NO_MARK = f"ascii(x) BETWEEN 48 AND 126 AND ascii(x) NOT IN ({', '.join(str(c) for c in _FIRST)})"

MACROS = (
    f"""CREATE MACRO dp_withheld(x) AS CASE WHEN {_NO_MARK} THEN FALSE
        WHEN ascii(x) <= 126 AND upper(trim(x)) IN ({", ".join(literal(m) for m in MARKS)}) THEN TRUE
        WHEN contains(x, '(') AND regexp_matches(trim(x), '^\\(?[bB]\\)?\\s*\\(\\d\\)') THEN TRUE
        ELSE ascii(x) IN (42, 9608) AND regexp_full_match(trim(x), '[*█ ]{{2,}}') END""",
    f"CREATE MACRO dp_clean(x) AS CASE WHEN {_NO_MARK} THEN trim(x) WHEN NOT dp_withheld(x) THEN nullif(trim(x), '') END",
    f"""CREATE MACRO dp_bool(x) AS CASE WHEN lower(x) IN ({", ".join(literal(m) for m in YES)}) THEN TRUE WHEN lower(x) IN ({", ".join(literal(m) for m in NO)}) THEN FALSE END""",
    # 13.06.2014 21:02 where a map says that the day comes first; every other way to write a time says it by itself.
    r"""CREATE MACRO dp_month_first(x) AS regexp_replace(trim(x), '^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})($|[^0-9].*$)', '\2/\1/\3\4')""",
    # I247 - Immigration Detainer, Form I-247A (03/17), i-247d
    r"""CREATE MACRO dp_form(x) AS CASE WHEN regexp_matches(lower(x), '\bi[- ]?247') THEN rtrim('i-247' || regexp_extract(lower(x), '\bi[- ]?247[- ]?([adgnx]\b)?', 1)) END""",
)


def prepare_macros(engine: Engine) -> None:
    for macro in (*MACROS, *TIME_MACROS):
        engine.run(macro)


def source(raw: Raw, names: Sequence[str], *, loose: bool, where: str, others: Sequence[Raw] = ()) -> str | None:
    """The SQL name of a column of a table; None where it may lack it.

    Raises:
        InputError: no table of this name has the column, with the nearest it has.
    """
    found = raw.column(names)
    if found is None and not loose and not any(o.column(names) for o in others):
        near = nearest(plain(names[0]), [plain(h) for h in raw.headers])
        printed = next((h for h in raw.headers if near and f"[{plain(h)}]" in near), None)
        raise InputError(
            f"there is no column [{names[0]}] in [{raw.file}]", where=where, do=f"did you mean [{printed}]?" if printed else f"its columns are {', '.join(h[:40] for h in raw.headers[:12])}"
        )
    return found


def text_of(column: Column, cell: str | None) -> str:
    """The SQL of a column's text: cleaned, looked up; NULL where it is empty or not listed."""
    if column.value is not None:
        return literal(column.value or None) + "::VARCHAR"
    if cell is None:
        return "NULL::VARCHAR"
    clean = f"dp_clean({cell})"
    if not column.values and not column.patterns:
        return clean
    listed = " ".join(f"WHEN lower({clean}) = {literal(k)} THEN {literal(v)}" for k, v in column.values.items())
    listed += "".join(f" WHEN regexp_matches({clean}, {literal(k)}, 'i') THEN {literal(v)}" for k, v in column.patterns)
    otherwise = clean if column.otherwise is None else literal(column.otherwise or None)
    return f"CASE WHEN {clean} IS NULL THEN NULL {listed} ELSE {otherwise} END::VARCHAR"


def time_of(column: Column, cell: str | None, clock: str | None) -> str:
    """The SQL of a time's text: with the clock of another column behind the date, where that is given."""
    text = text_of(column, cell)
    if clock is None or cell is None:
        return text
    # Many exports write midnight behind every date, and the time of day into a column of its own.
    return rf"(regexp_replace({text}, '[T ]0?0:00(:00)?(\.0+)?( ?AM)?$', '') || coalesce(' ' || dp_clean({clock}), ''))"


def condition(conditions: Sequence[Condition], raw: Raw, *, loose: bool, where: str, others: Sequence[Raw] = ()) -> str:
    """The SQL of: any of the columns holds any of the patterns. Empty cells hold none."""
    parts = []
    for item in conditions:
        cell = source(raw, item.columns, loose=loose, where=where, others=others)
        if cell is not None:
            parts += [f"coalesce(regexp_matches({cell}, {literal(p)}, 'i'), FALSE)" for p in item.patterns]
    return "(" + (" OR ".join(parts) or "FALSE") + ")"
