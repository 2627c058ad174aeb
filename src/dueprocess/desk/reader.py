"""The reader: takes packets that wait, one at a time, and reads them apart from the requests; so it books rosters, too.

The parsing itself runs in processes that are killed at their limits (``dueprocess.papers``); here a thread waits for them.
What a process was at when it died is read again: the file is kept, and a claim runs out.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from dueprocess.desk.alerts import agencies
from dueprocess.desk.cases import Desk
from dueprocess.desk.packets import keep_pictures, packet_row, read_draft, set_packet
from dueprocess.desk.reviewing import readable
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import iso
from dueprocess.store import Done, Draft, tables
from dueprocess.store.accounts import new_id
from dueprocess.store.files import read_file, seal_file

if TYPE_CHECKING:
    from dueprocess.papers import Reading

log = logging.getLogger("dueprocess.desk")

STALE = 900
"""Seconds after which what another process had begun is begun anew: longer than any page may take."""
PAUSE = 1.0
Read = Callable[..., "Reading"]


def read_next(desk: Desk, *, me: str, read: Read | None = None) -> bool:
    """Read one packet that waits, or book one roster, of whatever agency. Returns whether there was one.

    ``me`` names this process: on SQLite there is one only, and what another had begun is begun anew at once.
    """
    for agency in agencies(desk.store):
        roster = _claim(desk, agency, me, state="booking", what="roster")
        if roster is not None:
            desk.book_rows(agency, roster)
            return True
        packet = _claim(desk, agency, me, state="waiting", what="packet")
        if packet is not None:
            _read(desk, agency, packet, me=me, read=read or _packet)
            return True
    return False


def _packet(*args: Any, **options: Any) -> Reading:
    from dueprocess.papers import read_packet

    return read_packet(*args, **options)


def _claim(desk: Desk, agency: str, me: str, *, state: str, what: str) -> str | None:
    c = tables.packets.c
    free = [c.claimed_by.is_(None), c.claimed_at < desk.now() - STALE]
    if desk.store.engine.dialect.name == "sqlite":
        free.append(c.claimed_by != me)
    query = sa.select(c.id).where(c.agency == agency, c.state == state, c.what == what, sa.or_(*free)).order_by(c.at, c.id).limit(1)
    with desk.store.read(agency) as connection:
        if connection.execute(query).first() is None:  # nothing waits: the writer is not asked
            return None

    def work(connection: sa.Connection) -> Done:
        found = connection.execute(query).scalar()
        if found is not None:
            set_packet(connection, agency, found, claimed_by=me, claimed_at=desk.now())
        return Done(result=found)

    found = desk.writer.write(work, agency=agency, by="reader").result
    return None if found is None else str(found)


def _read(desk: Desk, agency: str, packet: str, *, me: str, read: Read) -> None:
    from dueprocess.papers import proposed

    with desk.store.read(agency) as connection:
        row = packet_row(connection, agency, packet)

    def progress(done: int, known: int) -> None:
        def work(connection: sa.Connection) -> Done:
            set_packet(connection, agency, packet, done=done, total=known, claimed_at=desk.now())
            return Done()

        desk.writer.write(work, agency=agency, by="reader")

    try:
        with desk.store.read(agency) as connection:
            files = [read_file(connection, desk.store.keys, agency=agency, file=one["file"])[1] for one in row.files]
        reading = read([(f"file {number}", data) for number, data in enumerate(files, 1)], progress=progress, pictures=True)
        proposal = proposed(reading, received=iso(row.at, desk.zone(agency)))
        pictures = [seal_file(desk.store.keys, agency=agency, media="image/png", data=p.image, at=desk.now()) if p.image else None for p in reading.pages]
        stored = readable(reading, proposal, pictures=[None if one is None else one.row["id"] for one in pictures])
        stored["custody"] = own_sheet(proposal.custody, agency)
    except Exception as error:  # a packet that cannot be read is looked at by a person
        told = str(error) if isinstance(error, InputError) else f"the program could not read it ({type(error).__name__})"
        log.warning("a packet could not be read: %s", type(error).__name__)
        _settle(desk, agency, packet, me, state="failed", problem=told, pictures=[], reading=None, hint=row.hint)
        return
    found = [*(row.hint or "").split(), *numbers(reading, agency)]
    _settle(desk, agency, packet, me, state="read", problem=None, pictures=[p for p in pictures if p is not None], reading=stored, hint=" ".join(dict.fromkeys(found)))


def _settle(desk: Desk, agency: str, packet: str, me: str, *, state: str, problem: str | None, pictures: Sequence[Any], reading: dict[str, Any] | None, hint: str | None) -> None:
    def work(connection: sa.Connection) -> Done:
        row = packet_row(connection, agency, packet)
        if row.state != "waiting" or row.claimed_by != me:
            return Done()  # set aside meanwhile, or another process was faster
        keep_pictures(connection, pictures, stay=row.stay)
        pages = 0 if reading is None else len(reading["pages"])
        drafts: list[Draft] = []
        if reading is not None and row.stay is not None:
            drafts.append(read_draft(packet, reading, stay=row.stay))
        set_packet(
            connection, agency, packet, state=state, problem=problem, reading=reading, done=pages, total=pages, claimed_by=None, claimed_at=None,
            hint=(hint or None) if row.stay is None else None,
        )  # fmt: skip
        return Done(drafts)

    desk.writer.write(work, agency=agency, by="reader")


def own_sheet(sheet: Mapping[str, Any] | None, agency: str) -> dict[str, Any] | None:
    """What a jail's own sheet among the papers says, as plain values: whose jail it names, its times in this jail's zone, and
    the words it was read in."""
    from dueprocess.papers.custody_files import local_custody

    if sheet is None:
        return None
    quotes = [str(one["quote"]) for one in sheet.get("found", ())]
    return {"agency": sheet.get("agency"), "values": local_custody(sheet, agency=agency), "quotes": quotes, "problems": [str(p) for p in sheet.get("problems", ())]}


def numbers(reading: Reading, agency: str) -> list[str]:
    """What stands where a form, or this jail's own sheet, has the jail's booking number: compared with those who are in, never
    shown. A sheet that names another jail has that jail's numbers."""
    ours = (reading.custody or {}).get("agency") in (None, agency)
    found = [one.key() for one in reading.sheet_numbers] if ours else []
    for paper in reading.papers:
        one = paper.field("booking")
        if one is not None and one.personal is not None and one.certain:
            found.append(one.personal.key())
    return found


class Reader:
    """The reading in a thread of its own. ``stop`` waits for the packet that is being read; a process that is killed leaves
    it to the next one."""

    def __init__(self, desk: Desk, *, seconds: float = PAUSE, read: Read | None = None) -> None:
        self._desk, self._seconds, self._read = desk, seconds, read
        self._me = new_id("r")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dueprocess-reader", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, *, wait: float = 2.0) -> None:
        """Take no further packet. What is still being read after ``wait`` seconds is read again at the next start."""
        self._stop.set()
        self._thread.join(wait)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if read_next(self._desk, me=self._me, read=self._read):
                    continue
            except Exception as error:  # the database may be away: what waits is read later
                log.error("reading a packet failed: %s", type(error).__name__)
            self._stop.wait(self._seconds)
