"""A jail's booking and release export, one file of a drop folder, as case files: one a stay, with what is wrong with the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dueprocess.audit.link import linked
from dueprocess.audit.single import read_row, read_rows
from dueprocess.case.custody import row_case
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import MAX_INSTANT, Instant
from dueprocess.law import Lawbook
from dueprocess.places import PlaceBook
from dueprocess.tables import Map, prepare


@dataclass(frozen=True)
class Booking:
    """One stay of an export. ``case`` is a case file's mapping, or None where the row makes no case; ``problem`` then
    says why. ``row`` is the row of the stay in the file, as a spreadsheet counts it."""

    row: int | None
    case: Mapping[str, Any] | None
    problem: str | None = None


@dataclass(frozen=True)
class Bookings:
    """An export: its stays in the order of the file, its problems (file, row, column, code, what, count), and the
    account of its rows as the audit prints it."""

    stays: tuple[Booking, ...]
    problems: tuple[Mapping[str, Any], ...]
    account: tuple[str, ...]
    preset: str | None


def read_bookings(
    file: Path,
    *,
    lawbook: Lawbook,
    places: PlaceBook,
    as_of: date | Instant | str | None = None,
    map: Mapping[str, Any] | Map | None = None,
    preset: str | None = None,
    law_known_at: date,
) -> Bookings:
    """The case files of one export, by the same maps and presets as ``audit``.

    Args:
        file: a CSV, TSV, Excel or other table that ``audit`` reads. It is only read.
        as_of: when the export was written (an instant, or a day: its end at the jail); without it the latest recorded
            time of the file. Whoever had not left by then is asked about then.
        map, preset: what its columns mean; with neither, our own columns or a known release are recognized. Where the
            file does not say whose jail it is, the map does: ``constants: {agency: …}``.
        law_known_at: the day up to which law is known, written into each case.

    Each case is asked about at the latest instant that the file speaks of in that stay. No row is lost: a stay without
    an agency, or with times that contradict each other, is listed with its problem.

    Raises:
        InputError: the file is missing, is no table, or nothing says what its columns mean.
    """
    with TemporaryDirectory(prefix="dueprocess-") as folder:
        prepared = prepare([file], out=Path(folder) / "tables", lawbook=lawbook, places=places, map=map, preset=preset, as_of=as_of)
        stays = tuple(
            _booking(dict(stay), (papers, grounds, events), lawbook=lawbook, known=law_known_at)
            for stay, papers, grounds, events, _ in read_rows(prepared.folder)
        )
        return Bookings(stays, tuple(_problems(prepared.folder)), tuple(prepared.lines()), prepared.preset)


Rows = list[dict[str, Any]]


def _booking(stay: dict[str, Any], parts: tuple[Rows, Rows, Rows], *, lawbook: Lawbook, known: date) -> Booking:
    row = stay.get("source_row")
    number = int(row) if row is not None else None
    if stay["agency"] is None:
        return Booking(number, None, "no agency: the file does not say whose jail it is")
    try:
        papers, grounds, events = parts
        # ``read_row`` finds the instant to ask about, and refuses what no case can say.
        moment = _last_told(stay)
        case = read_row(stay, papers, grounds, events, lawbook=lawbook, law_known_at=known, at=moment)
        return Booking(number, row_case(stay, papers=papers, grounds=grounds, events=events, at=case.at, law_known_at=known.isoformat()))
    except InputError as error:
        return Booking(number, None, str(error))


def _last_told(stay: Mapping[str, Any]) -> Instant | None:
    """When the person left, else what the file speaks up to; None where neither is known."""
    if stay.get("at") is not None:
        return int(stay["at"])
    if stay.get("left_state") == "recorded" and stay.get("left_lo") is not None:
        # Of a day, the first instant of it that is not before the booking.
        low, high, booked = stay["left_lo"], stay["left_hi"], stay.get("booked_hi")
        return int(min(max(low, booked), high) if booked is not None and booked < MAX_INSTANT else low)
    return int(stay["as_of"]) if stay.get("as_of") is not None else None


def _problems(folder: Path) -> Rows:
    with linked() as link:
        link.read_parquet(str(folder / "problems.parquet")).create_view("p")
        cursor = link.execute("SELECT * FROM p")
        names = [c[0] for c in cursor.description or ()]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

