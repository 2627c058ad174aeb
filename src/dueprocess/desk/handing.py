"""From one jail of this installation to another: the stay goes on there, under that agency's own record and keys.

No transaction sees two agencies. The sending jail's entry comes first; then the program reads what goes along in its name
and writes it in the other's; then the first record notes the other's entry. Each step is done once, and one that a crash
left out is made up for at the next turn.

What goes along: who it is, the grounds, the papers with their pages (sealed anew), what the person said, and questions that
are not about status. What does not: determinations and officers' names of the sending jail, alerts, looks, and that its
record was complete: the receiving jail looks for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from dueprocess.desk import events as kinds
from dueprocess.desk.base import Base, Seen
from dueprocess.desk.deciding import decided
from dueprocess.desk.drafts import moved, next_label, pending
from dueprocess.desk.folding import Happened
from dueprocess.desk.moments import When
from dueprocess.desk.people import Who
from dueprocess.desk.troubles import settled
from dueprocess.kernel.errors import InputError
from dueprocess.store import Done, Draft, tables
from dueprocess.store.accounts import new_id
from dueprocess.store.files import SealedFile, keep_file, read_file, seal_file

_TABLE = tables.handovers
ALONG = (kinds.GROUND, kinds.PAPER, kinds.GROUND_ENDED, kinds.BAIL_REFUSED, kinds.SERVED, kinds.CANCELLED, kinds.SAID, kinds.ANSWERED, kinds.DUTY)
BY = "handover"
"""Under whose name the program writes what goes along."""


class Handing(Base):
    """The receiving side."""

    def take_over(self, sender: str, handover: str) -> str | None:
        """Carry what goes along to the other jail. Returns the stay there; None where it was done before."""
        with self.store.read(sender) as connection:
            row = connection.execute(sa.select(_TABLE).where(_TABLE.c.agency == sender, _TABLE.c.id == handover)).one()
            if row.other_number is not None:
                return None
            found = self._seen(connection, sender, row.stay)
            files = {}
            for paper in found.rows:
                file = paper.body.get("file") if paper.kind == kinds.PAPER else None
                if file:
                    media, data = read_file(connection, self.store.keys, agency=sender, file=file)
                    files[file] = seal_file(self.store.keys, agency=row.other, media=media, data=data, at=self.now())
        receiver = str(row.other)
        zone, now = self.zone(receiver), self.now()
        stay, drafts = _drafts(found, files, sender=sender, handover=handover, number=int(row.number), status=self.law().about_status)

        def work(connection: sa.Connection) -> Done:
            there = connection.execute(sa.select(_TABLE.c.number, _TABLE.c.stay).where(_TABLE.c.agency == receiver, _TABLE.c.id == handover)).first()
            if there is not None:  # a process before this one came so far
                return Done(result={"stay": there.stay, "number": there.number})
            label = next_label(connection, receiver, now, zone)
            first = drafts[0]
            given = [Draft(first.kind, first.payload, subject=stay, head={**first.head, "case": label}, expect=0), *drafts[1:]]
            for file in files.values():
                keep_file(connection, file, stay=stay)
            who = Who(BY, receiver)
            rows = [pending(d, who) for d in given]
            last, _ = decided(rows, law=self.law(), agency=receiver, stay=stay, label=label, zone=zone, now=now, because=kinds.BOOKED)
            return Done([*given, last, *settled(connection, receiver, f"handover/{handover}/")], {"stay": stay, "number": None})

        receipt = self.writer.write(work, agency=receiver, by=BY)
        number = receipt.result["number"] or receipt.numbers[0]

        def note(connection: sa.Connection) -> Done:
            other = connection.execute(sa.select(_TABLE.c.other_number).where(_TABLE.c.agency == sender, _TABLE.c.id == handover)).scalar()
            if other is not None:
                return Done()
            arrived = Draft(kinds.HANDED_OVER, head={"handover": handover, "number": number}, about=row.stay)
            return Done([arrived, *settled(connection, sender, f"handover/{handover}/")])

        self.writer.write(note, agency=sender, by=BY)
        return str(receipt.result["stay"])

    def to_take_over(self, agency: str) -> list[str]:
        """Handings over of an agency that have not arrived, since the program ended between the two."""
        with self.store.read(agency) as connection:
            query = sa.select(_TABLE.c.id).where(_TABLE.c.agency == agency, _TABLE.c.way == "out", _TABLE.c.other_number.is_(None))
            return [str(row.id) for row in connection.execute(query)]


def _drafts(found: Seen, files: dict[str, SealedFile], *, sender: str, handover: str, number: int, status: frozenset[str]) -> tuple[str, list[Draft]]:
    """The entries of the receiving jail, with ids of its own."""
    stay = new_id("s")
    booked = next(r for r in found.rows if r.kind == kinds.BOOKED)
    body = {**booked.body, "complete": False, "from": sender, "facility": None}
    drafts = [Draft(kinds.BOOKED, body, subject=stay, head={"when": booked.at, "from": sender, "handover": handover, "from_number": number})]
    ids: dict[str, str] = {}
    along: Sequence[Happened] = [r for r in found.rows if r.kind in ALONG]
    for row in along:
        if row.kind in (kinds.GROUND, kinds.PAPER):
            ids[row.body["id"]] = new_id("g" if row.kind == kinds.GROUND else "p")
    for row in along:
        drafts.append(_draft(row, ids, files, stay=stay, status=status))
    return stay, [d for d in drafts if d.kind]


def _draft(row: Happened, ids: dict[str, str], files: dict[str, SealedFile], *, stay: str, status: frozenset[str]) -> Draft:
    body: dict[str, Any] = dict(row.body)
    if row.kind == kinds.ANSWERED:
        asked = body["fact"] in status  # the other jail may not have been allowed to ask it
        return Draft("" if asked else kinds.ANSWERED, body, subject=stay, head={"fact": body["fact"], "when": row.at})
    if "id" in body:
        body["id"] = ids[body["id"]]
    if "replaces" in body:  # the paper that it replaces may have been taken back since: then there is none such any more
        body["replaces"] = ids.get(body["replaces"])
    if body.get("file"):
        body["file"] = files[body["file"]].row["id"]
    if row.kind == kinds.PAPER and "read" in body:
        body["read"] = {k: v for k, v in body["read"].items() if k != "packet"}
    value = body["when"] if "when" in body else body["paper"]["received_at"] if row.kind == kinds.PAPER else body["ground"]["from"]
    again = moved(Happened(row.number, row.kind, row.at, row.known_at, row.by, body), When(value, row.at), stay)
    if row.kind == kinds.PAPER and body.get("file"):
        return Draft(again.kind, again.payload, subject=stay, head={**again.head, **files_head(files, body["file"])})
    return again


def files_head(files: dict[str, SealedFile], file: str) -> dict[str, str]:
    """The hashes of a file's pages, for the entry that receives them. Raises InputError where it was not sealed."""
    found = next((f for f in files.values() if f.row["id"] == file), None)
    if found is None:
        raise InputError("the pages of a paper are missing", do="look at the sending jail's record")
    return found.head
