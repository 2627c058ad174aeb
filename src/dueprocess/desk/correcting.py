"""What was recorded wrongly: corrected or taken back, never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from dueprocess.desk import events as kinds
from dueprocess.desk.arriving import not_in_already
from dueprocess.desk.base import LANGUAGES, Base, Seen, row_of
from dueprocess.desk.drafts import BESIDE, amending, choice, moved, paper_draft, read_until, text_of
from dueprocess.desk.moments import When, read_when
from dueprocess.desk.people import NotAllowed, Who, over
from dueprocess.kernel.errors import InputError
from dueprocess.store import Draft, Receipt


class Correcting(Base):
    """Corrections."""

    def correct_paper(self, who: Who, stay: str, *, number: int, paper: Mapping[str, Any], at: str | None = None, seen: int | None, once: str | None = None) -> Receipt:
        """What was read from a paper was wrong: the new reading stands, the old one stays in the record."""

        def make(_: sa.Connection, found: Seen) -> Draft:
            old = row_of(found, number)
            if old.kind != kinds.PAPER:
                raise InputError("that entry is no paper", do="choose a paper")
            when = read_when(at, zone_name=found.zone, now=self.now(), where="received at") if at else When(old.body["paper"]["received_at"], old.at)
            draft = paper_draft(stay, old.body["id"], paper, when, beside={k: old.body.get(k) for k in BESIDE})
            return amending(draft, old)

        return self._do(who, "amend", stay, make, once=once, seen=seen, request={"number": number, "paper": dict(paper), "at": at})

    def amend_person(
        self, who: Who, stay: str, *, name: str, booking_number: str, language: str | None = None, seen: int | None, once: str | None = None
    ) -> Receipt:
        """The name, the booking number or the language of the slip was written wrongly: the new one stands, the old one
        stays in the record."""
        if not name.strip():
            raise InputError("the name is missing", do="write the name under which the person is booked")

        def make(connection: sa.Connection, found: Seen) -> Draft:
            old = next(r for r in found.rows if r.kind == kinds.BOOKED)
            new = {"name": text_of(name, "name"), "booking_number": text_of(booking_number, "booking number")}
            if found.row.left_at is None and new["booking_number"] != found.row.booking_number:
                not_in_already(connection, who.agency, new["booking_number"], but=stay)
            if language is not None:
                new["language"] = choice(language, LANGUAGES, "language")
            body = {**old.body, **new}
            if body == old.body:
                raise InputError("nothing is different", do="change what was written wrongly")
            return amending(Draft(kinds.BOOKED, body, subject=stay, head={"when": old.at}), old)

        return self._do(who, "amend", stay, make, once=once, seen=seen, request={"name": name, "booking_number": booking_number, "language": language})

    def amend_time(self, who: Who, stay: str, *, number: int, at: str, seen: int | None, once: str | None = None) -> Receipt:
        """Something happened at another time than was recorded."""

        def make(_: sa.Connection, found: Seen) -> Draft:
            old = row_of(found, number)
            when = read_when(at, zone_name=found.zone, now=self.now(), where="at")
            return amending(moved(old, when, stay), old)

        return self._do(who, "amend", stay, make, once=once, seen=seen, request={"number": number, "at": at})

    def undo(self, who: Who, stay: str, *, number: int, seen: int | None = None, once: str | None = None) -> Receipt:
        """Take back a mis-key in one step: one's own, or another's as a supervisor or counsel. It stays in the record."""

        def make(_: sa.Connection, found: Seen) -> Draft:
            old = row_of(found, number)
            if old.kind == kinds.BOOKED:
                raise InputError("a booking is not taken back", do="amend it, or record that it was the wrong person")
            if old.amends is not None:
                raise InputError("a correction is not taken back", do="correct it again")
            if old.body.get("handover"):
                raise InputError("the other jail has the person in its record", do="it hands the person back from there")
            if old.by != who.account and not over(who):
                raise NotAllowed("only who recorded it takes it back", do="ask a supervisor")
            id_ = old.body.get("id")
            if old.kind in (kinds.GROUND, kinds.PAPER) and any(r.body.get("id") == id_ and r.number != number for r in found.rows):
                raise InputError("something else was recorded about it since", do="take that back first")
            was = None
            if old.kind == kinds.GROUND_ENDED:
                was = read_until(found.one(kinds.GROUND, str(id_)).body["ground"]["until"])
            head = {"undoes": number, "what_kind": old.kind, "id": id_, "was": was, "when": self.now()}
            return Draft(kinds.UNDONE, subject=stay, head=head)

        return self._do(who, "undo", stay, make, once=once, seen=seen, request={"number": number})
