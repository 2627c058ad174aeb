"""A person comes in, and the reasons to keep them come and end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from dueprocess.desk import events as kinds
from dueprocess.desk.base import LANGUAGES, Base, Seen
from dueprocess.desk.deciding import decided
from dueprocess.desk.drafts import (
    choice,
    ground_draft,
    key_of,
    label_hint,
    next_label,
    pending,
    text_of,
    until_of,
)
from dueprocess.desk.moments import read_when
from dueprocess.desk.people import Who, allow
from dueprocess.desk.statements import IN_BY_NUMBER
from dueprocess.kernel.errors import InputError
from dueprocess.store import Done, Draft, Receipt
from dueprocess.store.accounts import new_id
from dueprocess.store.driver import Asked, asked_together

ENDINGS = ("charges_dropped", "bail_paid", "sentence_served", "released_by_court", "bail_refused", "other")


class Arriving(Base):
    """Booking, and the local grounds."""

    def book(
        self, who: Who, *, name: str, booking_number: str = "", booked_at: str | None = None, complete: bool = False, facility: str | None = None,
        language: str = "en", ground: str = "charge", until: str | None = None, once: str | None = None,
    ) -> Receipt:  # fmt: skip
        """A person comes in, with the first ground to keep them. ``complete``: everything that was received, served,
        shown or claimed so far is recorded here; without it what is not recorded is unknown."""
        allow(who, "book")
        zone, now, stay = self.zone(who.agency), self.now(), new_id("s")
        when = read_when(booked_at, zone_name=zone, now=now, where="booked at")
        if not name.strip():
            raise InputError("the name is missing", do="write the name under which the person is booked")
        added = ground_draft(stay, new_id("g"), ground, when, until_of(until, zone, now))
        body = {
            "name": text_of(name, "name"), "booking_number": text_of(booking_number, "booking number"), "when": when.value, "complete": complete,
            "facility": facility or None, "language": choice(language, LANGUAGES, "language"),
        }  # fmt: skip

        def first_reads() -> list[Asked]:
            return [label_hint(who.agency, now, zone), *_by_number(who.agency, body["booking_number"])]

        def work(connection: sa.Connection) -> Done:
            hinted, *in_already = asked_together(connection, *first_reads())
            _none_in(in_already)
            label = next_label(connection, who.agency, now, zone, hinted=hinted)
            head: dict[str, Any] = {"case": label, "when": when.at}
            first = Draft(kinds.BOOKED, body, subject=stay, head=head, expect=0)
            rows = [pending(first, who), pending(added, who)]
            last, answer = decided(rows, law=self.law(), agency=who.agency, stay=stay, label=label, zone=zone, now=now, because=kinds.BOOKED)
            return Done([first, added, last], {"stay": stay, "case": label, "outcome": answer["outcome"]})

        # What was asked, as it was asked: a time left out is another instant when the same request is sent again.
        request = {**{k: v for k, v in body.items() if k != "when"}, "ground": ground, "until": until, "at": booked_at}
        return self.writer.write(work, agency=who.agency, by=who.account, key=key_of(who, once), request=request, ahead=first_reads)

    def add_ground(self, who: Who, stay: str, *, kind: str, since: str | None = None, until: str | None = None, once: str | None = None, seen: int | None = None) -> Receipt:
        """A local reason to keep the person: ``until`` is nothing while its end is open, or a known end."""
        id_ = new_id("g")

        def make(_: sa.Connection, found: Seen) -> Draft:
            now = self.now()
            return ground_draft(stay, id_, kind, read_when(since, zone_name=found.zone, now=now, where="since"), until_of(until, found.zone, now))

        return self._do(who, "ground", stay, make, once=once, seen=seen, request={"kind": kind, "since": since, "until": until})

    def end_ground(
        self, who: Who, stay: str, *, ground: str, how: str, at: str | None = None, known_at: str | None = None, once: str | None = None, seen: int | None = None
    ) -> Receipt:
        """A ground ended at the court's instant ``at``; ``known_at`` is when the jail learned of it."""

        def make(_: sa.Connection, found: Seen) -> Draft:
            was = found.one(kinds.GROUND, ground)
            if found.has(kinds.GROUND_ENDED, ground):
                raise InputError("this ground has ended already", do="amend the entry that says so")
            now = self.now()
            when = read_when(at, zone_name=found.zone, now=now, where="ended at")
            known = read_when(known_at, zone_name=found.zone, now=now, where="known at")
            body = {"id": ground, "when": when.value, "known": known.value, "how": how}
            head = {"ground": ground, "how": choice(how, ENDINGS, "how"), "when": when.at, "known_at": known.at, "kind_of": was.body["ground"]["kind"]}
            return Draft(kinds.GROUND_ENDED, body, subject=stay, head=head)

        return self._do(who, "ground", stay, make, once=once, seen=seen, request={"ground": ground, "how": how, "at": at, "known": known_at})

    def refuse_bail(self, who: Who, stay: str, *, at: str | None = None, once: str | None = None, seen: int | None = None) -> Receipt:
        """Bail was offered and refused because of the detainer: that ends the ground that it would have ended."""
        return self._simple(who, "ground", stay, kinds.BAIL_REFUSED, {}, at=at, once=once, seen=seen)


def not_in_already(connection: sa.Connection, agency: str, booking_number: str, *, but: str | None = None) -> None:
    """A booking number names one person who is in: what other systems push goes by it. ``but``: that person's own stay.
    Raises InputError, naming the case that has it."""
    _none_in(asked_together(connection, *_by_number(agency, booking_number, but=but)))


def _by_number(agency: str, booking_number: str, *, but: str | None = None) -> list[Asked]:
    """The question who is in by this number; none without a number."""
    return [(IN_BY_NUMBER, {"the_agency": agency, "the_number": booking_number, "but": but or ""})] if booking_number else []


def _none_in(found: Sequence[Sequence[Any]]) -> None:
    for ((case,), *_) in filter(None, found):
        raise InputError(f"this booking number is in already, as case [{case}]", where="booking number", do="go on with that case; where its number is wrong, correct it there first")
