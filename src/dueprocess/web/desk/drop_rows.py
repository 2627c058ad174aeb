"""The rows of a CSV file from a jail's own system, each to one use case of the desk.

A row that was taken before changes nothing, whenever it comes again: systems of this kind write everything anew each hour.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dueprocess.desk import Desk, NotHere, Who
from dueprocess.desk.moments import When, read_when
from dueprocess.desk.people import OutOfOrder
from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.yamlread import read_mapping
from dueprocess.store import Conflict, Unavailable, tables
from dueprocess.tables.delimited import sniff
from dueprocess.web.desk.drop_files import Beside

KINDS = ("booking", "paper", "packet", "ground-end", "release")
"""What a row may say, in the order in which a person's rows of one file are taken."""
COLUMNS = (
    "what", "booking_number", "at", "name", "complete", "ground", "until", "facility", "language", "how", "known_at", "kind", "edition", "signed_by",
    "boxes", "matter", "issuer", "file",
)  # fmt: skip
MOST_BYTES = 16 * 1024 * 1024
_PLACES = {"booked at": "at", "ended at": "at", "received at": "at", "released at": "at", "known at": "known_at", "booking number": "booking_number"}
_PAPER = ("kind", "edition", "signed_by", "matter", "issuer")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``number`` as a spreadsheet counts it (the header is row 1)."""

    number: int
    what: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, and in which column of the file (empty: with the row)."""

    row: int
    column: str
    what: str
    do: str


@dataclass(frozen=True)
class Names:
    """What another system calls things: ``columns`` theirs to ours, ``values`` of our columns theirs to ours."""

    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]

    @classmethod
    def read(cls, path: Path | None) -> Names:
        """From YAML: ``columns: {booking_number: BOOK_NO}``, ``values: {what: {INTAKE: booking}}``. Raises InputError."""
        if path is None:
            return cls({}, {})
        given = read_mapping(path)
        for key in given:
            if key not in ("columns", "values"):
                raise InputError(f"[{shown(key)}] is no key", where=str(path), do="give [columns] and [values]")
        columns, values = given.get("columns") or {}, given.get("values") or {}
        for key in [*columns, *values]:
            if key not in COLUMNS:
                raise InputError(f"[{shown(key)}] is no column of ours", where=str(path), do=nearest(str(key), COLUMNS) or f"one of {', '.join(COLUMNS)}")
        return cls({str(v).strip().casefold(): str(k) for k, v in columns.items()}, {k: {str(a).strip(): str(b) for a, b in v.items()} for k, v in values.items()})

    def theirs(self, ours: str) -> str:
        """The name that a report uses."""
        return next((t for t, o in self.columns.items() if o == ours), ours)


def read_rows(data: bytes, *, file_name: str, names: Names) -> tuple[list[Row], list[Problem]]:
    """The rows of a file, in the order in which they are to be taken, and those that are none.

    Raises InputError where the whole file cannot be used.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise InputError("this is no table of text", do="write CSV in UTF-8")
    first = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=sniff([first]), strict=True)
    rows: list[Row] = []
    problems: list[Problem] = []
    header: list[str] | None = None
    for number, cells in _lines(lines, problems):
        if header is None:
            header = [names.columns.get(c.strip().casefold(), c.strip().casefold().replace(" ", "_")) for c in cells]
            twice = sorted({c for c in header if c in COLUMNS and header.count(c) > 1})
            if "booking_number" not in header or twice:
                raise InputError("there is no column [booking_number]" if not twice else f"there are two columns [{twice[0]}]", do="name the columns in --drop-map")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            problems.append(Problem(number, "", f"it has {len(cells)} cells, the header has {len(header)}", "check the quotes in this row"))
            continue
        values = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if name in COLUMNS}
        values = {name: names.values.get(name, {}).get(value, value) for name, value in values.items()}
        what = values.get("what") or next((k for k in KINDS if file_name.casefold().startswith((k, f"{k}s", k.replace("-", "_")))), "")
        if what not in KINDS:
            problems.append(Problem(number, names.theirs("what"), f"[{shown(what)}] is nothing that a row may say", f"one of {', '.join(KINDS)}"))
        elif not values["booking_number"]:
            problems.append(Problem(number, names.theirs("booking_number"), "it is empty", "give the jail's booking number"))
        else:
            rows.append(Row(number, what, values))
    if header is None:
        raise InputError("the file is empty", do="write a header and rows")
    return sorted(rows, key=lambda row: KINDS.index(row.what)), problems


def _lines(lines: Any, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of the line where it ends; what breaks off the reading is a problem of its row."""
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error:
            problems.append(Problem(lines.line_num, "", "it cannot be read as CSV: a quote is open, or stands in the middle of a cell", "correct it and put the file here again"))
            continue
        yield lines.line_num, cells


class Taker:
    """Takes rows into the desk."""

    def __init__(self, desk: Desk, agency: str, names: Names, files: Beside) -> None:
        self._desk, self._agency, self._names, self._files = desk, agency, names, files
        self.who = Who("drop", agency, scopes=frozenset({"bookings:write", "papers:write", "releases:write"}))

    def take(self, row: Row) -> bool:
        """Whether it was new. Raises OutOfOrder and NotHere for a row that has to wait for another, InputError for one that
        cannot be taken, Unavailable where the database does not take anything."""
        values = dict(row.values)
        zone, now = self._desk.zone(self._agency), self._desk.now()
        if not values.get("at"):
            raise InputError("it is empty", where="at", do="give the time at which it happened")
        when = read_when(values["at"], zone_name=zone, now=now, where="at")
        # Values that a person could be told by stand in no key: a keyed hash names the row.
        text = "\n".join([row.what, *(f"{k}={v}" for k, v in sorted(values.items()))])
        once = "drop-" + self._desk.store.keys.keyed(text, about="drop").hex()[:40]
        return {"booking": self._book, "paper": self._paper, "packet": self._packet, "ground-end": self._end, "release": self._release}[row.what](values, when, once)

    def problem(self, row: Row, error: InputError) -> Problem:
        """The error as a line of the report."""
        column = _PLACES.get(error.where, error.where)
        return Problem(row.number, self._names.theirs(column) if column in COLUMNS else "", error.what, error.do)

    def _book(self, values: dict[str, str], when: When, once: str) -> bool:
        stay = self._stay(values["booking_number"])
        if stay is not None and (stay.left_at is None or when.at <= stay.left_at):
            if stay.booked_at != when.at:
                raise InputError("this number is booked already, with another time", where="at", do="if the time was wrong, amend it at the desk")
            return False
        complete = values.get("complete", "").casefold()
        if complete not in ("", "no", "yes", "false", "true", "0", "1"):
            raise InputError(f"[{shown(complete)}] is not yes or no", where="complete", do="write yes or no")
        given = {k: values[k] for k in ("ground", "until", "facility", "language") if values.get(k)}
        receipt = self._desk.book(
            self.who, name=values.get("name", ""), booking_number=values["booking_number"], booked_at=values["at"], complete=complete in ("yes", "true", "1"), once=once, **given
        )
        return not receipt.replayed

    def _paper(self, values: dict[str, str], when: When, once: str) -> bool:
        stay = self._known(values["booking_number"])
        paper: dict[str, Any] = {k: values[k] for k in _PAPER if values.get(k)}
        if values.get("boxes"):
            paper["boxes"] = [] if values["boxes"].casefold() == "none" else [box.strip() for box in values["boxes"].split(";") if box.strip()]
        p = tables.papers.c
        with self._desk.store.read(self._agency) as connection:
            query = sa.select(p.body).where(p.agency == self._agency, p.stay == stay.id, p.received_at == when.at, p.kind == values.get("kind", ""))
            there = [row.body for row in connection.execute(query)]
        if any({k: v for k, v in (body or {}).items() if k != "received_at"} == paper for body in there):
            return False
        return not self._desk.receive_paper(self.who, stay.id, paper, at=values["at"], once=once).replayed

    def _packet(self, values: dict[str, str], when: When, once: str) -> bool:
        """Papers as a file: kept, and read as those are that are dropped on the board."""
        stay, name = self._known(values["booking_number"]), values.get("file", "")
        data = self._files.read(name, once=once, now=self._desk.now())
        if data is None:
            return False
        receipt = self._desk.hand_in(self.who, [data], stay=stay.id, at=values["at"], once=once)
        self._files.taken(name, data, once=once)
        return not receipt.replayed

    def _end(self, values: dict[str, str], when: When, once: str) -> bool:
        stay = self._known(values["booking_number"])
        g = tables.grounds.c
        with self._desk.store.read(self._agency) as connection:
            query = sa.select(g.id, g.kind, g.ended_at, g.ended_by).where(g.agency == self._agency, g.stay == stay.id).order_by(g.number)
            found = [row for row in connection.execute(query) if values.get("ground") in (None, "", row.kind)]
        standing = [row for row in found if row.ended_by is None]
        if any(row.ended_by is not None and row.ended_at == when.at for row in found):
            return False
        if len(standing) != 1:
            raise InputError(f"{len(standing)} local grounds stand", where="ground", do="end the right one at the desk")
        self._desk.end_ground(self.who, stay.id, ground=standing[0].id, how=values.get("how", ""), at=values["at"], known_at=values.get("known_at") or None, once=once)
        return True

    def _release(self, values: dict[str, str], when: When, once: str) -> bool:
        stay = self._known(values["booking_number"])
        if stay.left_at is not None:
            if stay.left_at != when.at:
                raise InputError("the person has left at another time", where="at", do="if the time was wrong, amend it at the desk")
            return False
        return not self._desk.release(self.who, stay.id, at=values["at"], once=once).replayed

    def _stay(self, number: str) -> Any:
        s = tables.stays.c
        with self._desk.store.read(self._agency) as connection:
            query = sa.select(s.id, s.booked_at, s.left_at).where(s.agency == self._agency, s.booking_number == number)
            return connection.execute(query.order_by(s.booked_at.desc()).limit(1)).first()

    def _known(self, number: str) -> Any:
        stay = self._stay(number)
        if stay is None:
            raise NotHere("this number is not booked", where="booking_number", do="put a file with the booking here")
        return stay


WAITS = (OutOfOrder, NotHere)
"""A row refused so may be taken when another row or file has come."""
LATER = (Unavailable, Conflict)
"""Nothing is wrong with the row: the whole file is taken again."""
