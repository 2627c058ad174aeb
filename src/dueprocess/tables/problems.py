"""Defects of the input, listed: how many of each kind, and where the first of them stand. Never a person's data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dueprocess.tables.engine import literal

if TYPE_CHECKING:
    from dueprocess.tables.engine import Engine

SHOWN = 100
"""So many rows are listed of one kind in one column of one file; the rest are counted in one line."""

COLUMNS = {"file": "VARCHAR", "row": "BIGINT", '"column"': "VARCHAR", "code": "VARCHAR", "what": "VARCHAR", "count": "BIGINT", "stay_row": "BIGINT"}

WORDS = {
    "broken-quoting": "a quote opens and does not close; the line was read without quotes",
    "bytes-out-of-place": "bytes that no text holds (NUL) were taken out",
    "encoding": "not UTF-8; read as Windows-1252",
    "ragged-long": "more cells than columns; what is beyond the last column was not read",
    "ragged-short": "fewer cells than columns; the rest is empty",
    "blank-line": "a line without any value was set aside",
    "repeated-header": "a header or title that stands again among the rows was set aside",
    "summary-line": "a line of totals, or the foot of a page, was set aside",
    "group-header": "a line that names a group was set aside; its text was given to the rows below",
    "title-line": "a line above the header was set aside",
    "redacted": "a mark for withheld or missing (as b(6), NA, NULL); taken as empty",
    "unreadable-time": "no time that can be read; unknown",
    "year-out-of-range": "a year that cannot be meant; unknown",
    "skipped-hour": "an hour that the clock skipped that day; unknown",
    "repeated-hour": "an hour that the clock showed twice that day; both are possible",
    "interval-reversed": "an interval that ends before it begins; unknown",
    "no-zone": "a local time of a place without a known time zone; unknown",
    "unreadable-value": "no value that the column can have; unknown",
    "unlisted-value": "a value that the map does not list; unknown",
    "no-such-box": "a box that no form has; the boxes are unknown",
    "no-such-edition": "no edition of that form; the edition is unknown",
    "detainer-form": "a detainer without a readable form; no detainer is listed, and the record is not complete",
    "agency-unmatched": "no agency could be matched; the agency is unknown",
    "rows-disagree": "rows of one stay say different things; unknown",
    "no-stay": "a row whose stay is not among the stays; set aside",
    "stay-not-then": "a paper found by the person that came in none of the person's stays, nor in the three days before one; set aside",
    "stays-several": "a paper found by the person that may have come in several of the person's stays; given to each of them",
    "no-key": "a row without the value that names its stay",
    "repeated-row": "a row that repeats an earlier one in every column; kept, since the file cannot tell people apart",
    "disposition-unlisted": "a disposition that the table of dispositions does not list; whether it ends the ground is unknown",
    "only-holds": "a stay whose rows are all holds; whether there was no local ground is not assumed",
    "kind-unknown": "no kind of ground, paper or event; the row was set aside",
    "never-received": "a paper that was never received; set aside",
    "column-unused": "a column that is not read",
    "time-out-of-order": "the person left before the booking, by the file",
}


@dataclass
class Problems:
    """What is wrong with the input, collected in a table of the engine."""

    engine: Engine
    counts: dict[str, int] = field(default_factory=dict)
    muted: bool = False
    """Whether what is found now was found before: the same tables, finished once more in another way."""

    def __post_init__(self) -> None:
        self.engine.run(f"CREATE TABLE problems ({', '.join(f'{n} {t}' for n, t in COLUMNS.items())})")

    def add(self, code: str, *, file: str, what: str = "", row: int | None = None, column: str | None = None, count: int = 1) -> None:
        """One problem that is already counted."""
        if count <= 0 or self.muted:
            return
        self.counts[code] = self.counts.get(code, 0) + count
        self.engine.run("INSERT INTO problems VALUES (?, ?, ?, ?, ?, ?, NULL)", [file, row, column, code, what or WORDS[code], count])

    def collect(self, query: str) -> None:
        """Problems found by a query over ``file, row, "column", code, what, stay_row``: one row each, ``what`` null for the usual words.

        Of one kind (file, column, code, what) the first hundred rows are listed, the rest counted in one line.
        """
        if self.muted:
            return
        words = "CASE code " + " ".join(f"WHEN {literal(c)} THEN {literal(w)}" for c, w in WORDS.items()) + " END"
        found = self.engine.fresh("found")
        self.engine.run(
            f'CREATE TEMP TABLE {found} AS SELECT file, row, "column", code, coalesce(what, {words}) AS what, stay_row, '
            f'row_number() OVER (PARTITION BY file, "column", code, coalesce(what, {words}) ORDER BY row) AS n FROM ({query})'
        )
        for code, count in self.engine.rows(f"SELECT code, count(*) FROM {found} GROUP BY code"):
            self.counts[code] = self.counts.get(code, 0) + count
        self.engine.run(f'INSERT INTO problems SELECT file, row, "column", code, what, 1, stay_row FROM {found} WHERE n <= {SHOWN}')
        self.engine.run(
            f"""INSERT INTO problems SELECT file, NULL, "column", code, what || ' (' || (max(n) - {SHOWN}) || ' more rows)', max(n) - {SHOWN}, NULL """
            f'FROM {found} GROUP BY file, "column", code, what HAVING max(n) > {SHOWN}'
        )
        self.engine.run(f"DROP TABLE {found}")
