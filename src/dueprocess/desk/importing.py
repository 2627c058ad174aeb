"""Going live: everybody who is in today is booked from the jail's own roster, in one go, and none of them twice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dueprocess.desk import events as kinds
from dueprocess.desk.base import Base
from dueprocess.desk.deciding import decided
from dueprocess.desk.drafts import ground_draft, next_label, paper_draft, pending
from dueprocess.desk.moments import When
from dueprocess.desk.packets import erase_files, packet_row, set_packet
from dueprocess.desk.people import Who, allow
from dueprocess.desk.roster import Line, Roster, read_roster
from dueprocess.kernel.errors import ContradictionError, InputError
from dueprocess.store import Done, Draft, Receipt, retention, tables
from dueprocess.store.accounts import new_id
from dueprocess.store.files import keep_file, read_file, seal_file

ROSTER = "roster"


@dataclass(frozen=True, slots=True)
class There:
    """Who is in by a row's booking number already. ``same``: under the same name, as far as words can tell."""

    case: str
    same: bool


class Importing(Base):
    """Rosters."""

    def hand_in_roster(self, who: Who, data: bytes) -> Receipt:
        """A roster to be looked at before anything is booked. Raises InputError where it cannot be read as one."""
        allow(who, "book")
        read_roster(data, zone_name=self.zone(who.agency), now=self.now())
        id_, now = new_id("k"), self.now()
        sealed = seal_file(self.store.keys, agency=who.agency, media="text/csv", data=data, at=now)

        def work(connection: sa.Connection) -> Done:
            keep_file(connection, sealed, stay=None)
            row = {
                "id": id_, "agency": who.agency, "stay": None, "what": ROSTER, "state": "read", "files": [{"file": sealed.row["id"], "media": "text/csv"}], "at": now,
                "by": who.account, "done": 0, "total": 0,
            }  # fmt: skip
            connection.execute(tables.packets.insert(), row)
            return Done([Draft(kinds.HANDED_IN, head={"packet": id_, "when": now, **sealed.head})], {"packet": id_})

        return self.writer.write(work, agency=who.agency, by=who.account)

    def roster(self, who: Who, packet: str) -> tuple[Any, Roster | None, dict[int, There]]:
        """The packet, its rows while they are kept, and the cases that rows' booking numbers have already."""
        allow(who, "book")
        with self.store.read(who.agency) as connection:
            row = packet_row(connection, who.agency, packet)
            if row.what != ROSTER:
                raise InputError("that is no roster", do="hand one in on the import page")
            if row.state not in ("read", "booking"):
                return row, None, {}
            data = read_file(connection, self.store.keys, agency=who.agency, file=row.files[0]["file"])[1]
            found = read_roster(data, zone_name=self.zone(who.agency), now=self.now())
            s = tables.stays.c
            query = sa.select(s.booking_number, s.case_number, s.name).where(s.agency == who.agency, s.status == "in")
            there = {r.booking_number: r for r in connection.execute(query)}
        known = [(line, there[line.booking_number]) for line in found.lines if line.booking_number in there]
        return row, found, {line.row: There(r.case_number, _alike(line.name, r.name or "")) for line, r in known}

    def book_roster(self, who: Who, packet: str) -> Receipt:
        """Book everybody on it who can be booked. It is done beside the requests, row by row (``book_rows``)."""
        allow(who, "book")

        def work(connection: sa.Connection) -> Done:
            row = packet_row(connection, who.agency, packet)
            if row.what == ROSTER and row.state == "read":
                set_packet(connection, who.agency, packet, state="booking", by=who.account)
            return Done(result={"packet": packet})

        return self.writer.write(work, agency=who.agency, by=who.account)

    def drop_roster(self, who: Who, packet: str) -> Receipt:
        """Nobody is booked from it, and its bytes are erased."""
        allow(who, "book")

        def work(connection: sa.Connection) -> Done:
            row = packet_row(connection, who.agency, packet)
            if row.what != ROSTER or row.state != "read":
                raise InputError("it is booked already, or being booked", do="look at the board")
            set_packet(connection, who.agency, packet, state="aside")
            erase_files(connection, who.agency, row)
            return Done([Draft(kinds.ASIDE, head={"packet": packet, "when": self.now()})])

        return self.writer.write(work, agency=who.agency, by=who.account)

    def drop_old_rosters(self, agency: str) -> int:
        """Rosters that nobody has booked or dropped for a week are dropped by the program: they name everybody who was in,
        and no stay's erasing reaches them. Returns how many."""
        now, c = self.now(), tables.packets.c
        query = sa.select(tables.packets).where(c.agency == agency, c.what == ROSTER, c.state == "read", c.at < now - retention.WEEK)
        with self.store.read(agency) as connection:
            if connection.execute(query).first() is None:
                return 0

        def work(connection: sa.Connection) -> Done:
            drafts = []
            for row in connection.execute(query).all():
                set_packet(connection, agency, row.id, state="aside")
                erase_files(connection, agency, row)
                drafts.append(Draft(kinds.ASIDE, head={"packet": row.id, "when": now}))
            return Done(drafts, len(drafts))

        return int(self.writer.write(work, agency=agency, by="retention").result)

    def book_rows(self, agency: str, packet: str) -> None:
        """Book the rows of a roster, each an entry of its own, so that one that cannot be booked stops no other. A row that
        was booked before, by this roster or otherwise, is listed and not booked again; so it may be run twice."""
        with self.store.read(agency) as connection:
            row = packet_row(connection, agency, packet)
            data = read_file(connection, self.store.keys, agency=agency, file=row.files[0]["file"])[1]
        zone = self.zone(agency)
        roster = read_roster(data, zone_name=zone, now=self.now())
        good = roster.good()
        result: dict[str, Any] = {"booked": 0, "there": [], "left": [[p.row, p.column, p.text] for p in roster.problems if p.stops]}
        for count, line in enumerate(good, 1):
            try:
                receipt = self.writer.write(self._row(agency, zone, line, by=row.by), agency=agency, by=row.by, key=f"{packet}:{line.row}", request=line.row)
                if receipt.result["there"]:
                    result["there"].append([line.row, receipt.result["case"]])
                else:
                    result["booked"] += 1
            except (InputError, ContradictionError) as error:
                result["left"].append([line.row, "", error.what])
            if count % 20 == 0 or count == len(good):
                self.writer.write(_progress(agency, packet, count, len(good)), agency=agency, by=row.by)

        def work(connection: sa.Connection) -> Done:
            now = packet_row(connection, agency, packet)
            if now.state != "booking":
                return Done()
            set_packet(connection, agency, packet, state="filed", reading=result, done=len(good), total=len(good))
            erase_files(connection, agency, now)
            return Done([Draft(kinds.FILED, head={"packet": packet, "papers": result["booked"], "when": self.now()})])

        self.writer.write(work, agency=agency, by=row.by)

    def _row(self, agency: str, zone: str, line: Line, *, by: str) -> Any:
        stay, who = new_id("s"), Who(by, agency)
        assert line.booked is not None
        booked = line.booked
        body = {"name": line.name, "booking_number": line.booking_number, "when": booked.value, "complete": False, "facility": None, "language": line.language}
        ground = ground_draft(stay, new_id("g"), line.ground, booked, line.until)
        if not line.until_known:  # it says something that nobody can read: not the same as an end that is open
            ground = Draft(ground.kind, {**(ground.payload or {}), "ground": {"kind": line.ground, "from": booked.value, "until": None}}, subject=stay, head=ground.head)
        papers = [(new_id("p"), given) for given in line.papers]

        def work(connection: sa.Connection) -> Done:
            s = tables.stays.c
            there = connection.execute(sa.select(s.case_number).where(s.agency == agency, s.booking_number == line.booking_number, s.status == "in")).scalar()
            if there is not None:
                return Done(result={"there": True, "case": there})
            now = self.now()
            label = next_label(connection, agency, now, zone)
            drafts = [Draft(kinds.BOOKED, body, subject=stay, head={"case": label, "when": booked.at}, expect=0), ground]
            for id_, given in papers:
                drafts.append(paper_draft(stay, id_, given.paper, given.received))
                if given.served is not None:
                    drafts.append(_served(stay, id_, given.served))
            last, _ = decided([pending(d, who) for d in drafts], law=self.law(), agency=agency, stay=stay, label=label, zone=zone, now=now, because=kinds.BOOKED)
            return Done([*drafts, last], {"there": False, "case": label})

        return work


def _alike(one: str, other: str) -> bool:
    """Whether two names may be one person's: the words of the shorter stand in the longer, in whatever order."""
    words = [set(re.findall(r"\w+", name.casefold())) for name in (one, other)]
    return words[0] <= words[1] or words[1] <= words[0]


def _served(stay: str, paper: str, when: When) -> Draft:
    return Draft(kinds.SERVED, {"id": paper, "when": when.value}, subject=stay, head={"paper": paper, "when": when.at})


def _progress(agency: str, packet: str, done: int, total: int) -> Any:
    def work(connection: sa.Connection) -> Done:
        set_packet(connection, agency, packet, done=done, total=total)
        return Done()

    return work
