"""Today's roster, as the jail's system exports it, to people who are booked: read row by row, every problem named by row and
column. What cannot be read is unknown and said so; a row without number, name or time of booking is left to a person."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dueprocess.case.model import DETAINERS
from dueprocess.case.reading import GROUND_KINDS
from dueprocess.desk.moments import AHEAD, When
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import iso, local_date
from dueprocess.tables.header import find_header, plain
from dueprocess.tables.moments import read_time

MOST_ROWS = 5000
MOST_BYTES = 8 * 1024 * 1024
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "booking_number": ("booking_number", "booking", "booking_no", "booking_num", "booking_id", "bookingnumber", "book_no", "inmate_number", "inmate_no", "inmate_id", "jacket", "stay_id"),
    "name": ("name", "inmate_name", "full_name", "inmate", "name_of_inmate"),
    "last_name": ("last_name", "lastname", "last", "surname"),
    "first_name": ("first_name", "firstname", "first", "given_name"),
    "booked_at": ("booked_at", "booking_date", "booking_datetime", "booking_date_time", "date_booked", "booked", "intake_date", "intake", "admitted", "admission_date", "arrest_date_time"),
    "booking_time": ("booking_time", "time_booked", "intake_time"),
    "ground": ("ground", "custody_type", "status", "custody_status", "hold_type", "commitment_type", "charge_status"),
    "until": ("until", "sentence_end", "sentence_ends", "release_due_at", "scheduled_release", "projected_release", "scheduled_release_date", "projected_release_date", "out_date"),
    "language": ("language", "slip_language"),
    "detainer_form": ("detainer_form", "detainer", "ice_detainer", "form"),
    "detainer_edition": ("detainer_edition", "edition"),
    "detainer_received_at": ("detainer_received_at", "detainer_received", "detainer_date", "date_of_detainer"),
    "detainer_served_at": ("detainer_served_at", "detainer_served"),
    "detainer_signed": ("detainer_signed", "detainer_signed_by"),
    "detainer_boxes": ("detainer_boxes", "boxes"),
    "admin_warrant_at": ("admin_warrant_at", "i_200_received", "i200_received", "i_200"),
    "removal_warrant_at": ("removal_warrant_at", "i_205_received", "i205_received", "i_205"),
    "judicial_warrant_at": ("judicial_warrant_at", "judicial_warrant"),
}
"""What a column may be called, as ``plain`` writes it. Any other column is left alone."""
GROUNDS = {
    "charge": "charge", "charges": "charge", "pretrial": "charge", "pre_trial": "charge", "unsentenced": "charge", "awaiting_trial": "charge", "pending": "charge",
    "sentence": "sentence", "sentenced": "sentence", "serving": "sentence", "serving_sentence": "sentence", "warrant": "warrant", "bench_warrant": "warrant",
    "commitment": "commitment", "civil_commitment": "commitment", "other": "other", "": "charge",
}  # fmt: skip
_LANGUAGES = {"": "en", "en": "en", "english": "en", "es": "es", "spanish": "es", "espanol": "es"}
_CODES = {
    "unreadable-time": "no time that can be read", "year-out-of-range": "a year that cannot be", "skipped-hour": "an hour that the spring change leaves out",
    "interval-reversed": "an interval that ends before it begins", "no-zone": "a time without a zone",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one cell. ``stops``: the row is not booked."""

    row: int
    column: str
    text: str
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """A paper of a row. ``served``: when its copy was given, where the table says so."""

    paper: Mapping[str, Any]
    received: When
    served: When | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A row: a person who is in. ``row`` is the line's number in the file, the header counted."""

    row: int
    name: str
    booking_number: str
    booked: When | None
    ground: str
    until: When | None
    until_known: bool
    language: str
    papers: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """A whole table. ``columns`` maps ours to the file's own; ``left`` are those that nothing was taken from."""

    lines: tuple[Line, ...]
    columns: Mapping[str, str]
    left: tuple[str, ...]
    problems: tuple[Problem, ...]

    def good(self) -> list[Line]:
        """The rows that can be booked."""
        stopped = {p.row for p in self.problems if p.stops}
        return [line for line in self.lines if line.row not in stopped]


def read_roster(data: bytes, *, zone_name: str, now: int) -> Roster:
    """Read a table of text (comma, semicolon, tab or bar). Raises InputError where it is none, or lacks what nobody can be
    booked without."""
    records = _records(data)
    known = {name for names in COLUMNS.values() for name in names}
    top = find_header(records, known)
    header = [plain(cell) for cell in records[top]]
    at: dict[str, int] = {}
    for ours, names in COLUMNS.items():
        place = next((header.index(n) for n in names if n in header), None)
        if place is not None and place not in at.values():
            at[ours] = place
    for needed, words in (("booking_number", "booking number"), ("booked_at", "time of booking")):
        if needed not in at:
            raise InputError(f"no column holds the {words}", where="roster", do=f"call it one of {', '.join(COLUMNS[needed][:4])}")
    if "name" not in at and "last_name" not in at:
        raise InputError("no column holds the name", where="roster", do="call it name, or last_name and first_name")
    rows = [(number, cells) for number, cells in enumerate(records[top + 1 :], top + 2) if any(c.strip() for c in cells)]
    if len(rows) > MOST_ROWS:
        raise InputError(f"more than {MOST_ROWS} rows", where="roster", do="split the file")
    reader = _Rows(at, [c.strip() for c in records[top]], zone_name, now)
    lines = tuple(reader.line(number, cells) for number, cells in rows)
    taken = set(at.values())
    return Roster(lines, {ours: records[top][i].strip() for ours, i in at.items()}, tuple(c.strip() for i, c in enumerate(records[top]) if i not in taken and c.strip()), tuple(reader.problems))


def _records(data: bytes) -> list[list[str]]:
    if len(data) > MOST_BYTES:
        raise InputError(f"more than {MOST_BYTES // (1024 * 1024)} MiB", where="roster", do="split the file")
    if b"\0" in data[:4096]:
        raise InputError("this is no table of text", where="roster", do="export the roster as CSV")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if not text.strip():
        raise InputError("the file is empty", where="roster", do="export the roster again")
    top = text.splitlines()[:60]
    delimiter = max(",;\t|", key=lambda mark: max(line.count(mark) for line in top))
    try:
        return [row[:200] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise InputError(f"the table cannot be read ({error})", where="roster", do="export it again as CSV") from None


class _Rows:
    def __init__(self, at: Mapping[str, int], headers: Sequence[str], zone_name: str, now: int) -> None:
        self.at, self.headers, self.zone, self.now = at, headers, zone_name, now
        self.problems: list[Problem] = []
        self.seen: dict[str, int] = {}

    def line(self, row: int, cells: Sequence[str]) -> Line:
        number = self._text(cells, "booking_number")
        name = self._text(cells, "name") or ", ".join(p for p in (self._text(cells, "last_name"), self._text(cells, "first_name")) if p)
        if not number:
            self._wrong(row, "booking_number", "is missing", stops=True)
        elif number in self.seen:
            self._wrong(row, "booking_number", f"stands in row {self.seen[number]} as well", stops=True)
        else:
            self.seen[number] = row
        if not name:
            self._wrong(row, "name" if "name" in self.at else "last_name", "is missing", stops=True)
        booked = self._when(row, cells, "booked_at", stops=True, beside="booking_time")
        if booked is None and not self._text(cells, "booked_at"):
            self._wrong(row, "booked_at", "is missing", stops=True)
        until = self._when(row, cells, "until", ahead=True)
        ground = GROUNDS.get(plain(self._text(cells, "ground")))
        if ground is None:
            self._wrong(row, "ground", f"is none of {', '.join(GROUND_KINDS)}: taken as other")
        language = _LANGUAGES.get(plain(self._text(cells, "language")))
        if language is None:
            self._wrong(row, "language", "is neither English nor Spanish: the slip is in English")
        papers = tuple(self._papers(row, cells, booked))
        return Line(row, name[:200], number[:100], booked, ground or "other", until, until is not None or not self._text(cells, "until"), language or "en", papers)

    def _papers(self, row: int, cells: Sequence[str], booked: When | None) -> list[Given]:
        found = []
        form = plain(self._text(cells, "detainer_form")).replace("_", "-")
        received = self._when(row, cells, "detainer_received_at")
        if form and form not in ("no", "none", "n", "false", "0"):
            kind = next((d for d in sorted(DETAINERS, key=len, reverse=True) if form in (d, d.replace("-", ""), d.replace("i-", ""))), None)
            if kind is None:
                self._wrong(row, "detainer_form", "is no form of a detainer: record it on the person's page")
            elif received is None:
                self._wrong(row, "detainer_received_at", "is not known: record the detainer on the person's page")
            else:
                found.append(Given(self._detainer(row, cells, kind), received, self._when(row, cells, "detainer_served_at")))
        for column, kind in (("admin_warrant_at", "i-200"), ("removal_warrant_at", "i-205"), ("judicial_warrant_at", "judicial_warrant")):
            when = self._when(row, cells, column)
            if when is not None:
                found.append(Given({"kind": kind}, when))
        for one in found:
            if booked is not None and one.received.at > self.now + AHEAD:
                self._wrong(row, "detainer_received_at", "is still to come", stops=True)
        return found

    def _detainer(self, row: int, cells: Sequence[str], kind: str) -> dict[str, Any]:
        signed = plain(self._text(cells, "detainer_signed"))
        signer = {"yes": "immigration_officer", "y": "immigration_officer", "true": "immigration_officer", "immigration_officer": "immigration_officer", "no": "none", "n": "none", "false": "none", "none": "none"}.get(signed)
        if signed and signer is None:
            self._wrong(row, "detainer_signed", "is neither yes nor no: unknown")
        boxes = [plain(b) for b in self._text(cells, "detainer_boxes").replace(",", ";").replace("|", ";").split(";") if b.strip()]
        return {"kind": kind, "edition": self._text(cells, "detainer_edition") or None, "signed_by": signer, "boxes": boxes or None}

    def _when(self, row: int, cells: Sequence[str], column: str, *, stops: bool = False, ahead: bool = False, beside: str = "") -> When | None:
        text = " ".join(part for part in (self._text(cells, column), self._text(cells, beside)) if part)
        if not self._text(cells, column) or text.lower() in ("never", "no", "none", "n/a"):
            return None
        read = read_time(text, self.zone)
        if read.low is None or read.high is None:
            self._wrong(row, column, f"holds {_CODES.get(read.code or '', 'no time that can be read')}", stops=stops)
            return None
        if not ahead and read.low > self.now + AHEAD:
            self._wrong(row, column, "is still to come", stops=stops)
            return None
        if read.open:
            return When(local_date(self.zone, read.low).isoformat(), read.low)
        if read.low == read.high:
            return When(iso(read.low, self.zone), read.low)
        return When({"earliest": iso(read.low, self.zone), "latest": iso(read.high, self.zone)}, read.low)

    def _text(self, cells: Sequence[str], column: str) -> str:
        place = self.at.get(column)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    def _wrong(self, row: int, column: str, text: str, *, stops: bool = False) -> None:
        place = self.at.get(column)
        self.problems.append(Problem(row, self.headers[place] if place is not None else column, text, stops))
