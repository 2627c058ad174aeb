"""What the person says or shows, the questions answered, the duties done."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from dueprocess.desk import events as kinds
from dueprocess.desk.base import Base, Seen, asking
from dueprocess.desk.drafts import choice, text_of
from dueprocess.desk.folding import DUTIES, SAYINGS
from dueprocess.desk.moments import read_when
from dueprocess.desk.people import Who
from dueprocess.kernel.errors import InputError
from dueprocess.store import Draft, Receipt


class Hearing(Base):
    """The voice of the person held, and what is done for them."""

    def said(
        self, who: Who, stay: str, *, what: str, answer: str, words: str = "", at: str | None = None, once: str | None = None, seen: int | None = None
    ) -> Receipt:
        """What the person says or shows, unasked, and the answer that they were given."""
        choice(what, SAYINGS, "what")
        if not answer.strip():
            raise InputError("the answer given is missing", do="write what the person was told")
        body = {"what": what, "words": text_of(words, "words"), "answer": text_of(answer, "answer")}
        return self._simple(who, "said", stay, kinds.SAID, body, at=at, once=once, seen=seen, alert="supervisor" if what in ("wrong_person", "citizenship_claimed", "proof_shown") else None)

    def answer_fact(self, who: Who, stay: str, *, fact: str, value: Any, once: str | None = None, seen: int | None = None) -> Receipt:
        """One of the questions that the answer asks, answered from the record or by the person. A question about
        somebody's status is refused where the law forbids to ask it, unless the person has said it unasked."""

        def make(connection: sa.Connection, found: Seen) -> Draft:
            vocabulary = self.law().lawbook.vocabulary
            known = vocabulary.fact(fact, where="fact")
            if known.origin not in ("asked", "agency_record", "claimed", "shown"):
                raise InputError(f"[{fact}] is not answered here", do="record the paper, or ask counsel to determine it")
            if known.about_status and asking(self._answer(connection, who.agency, found.row)) != "free":
                raise InputError("this may not be asked here", do="record it under what the person says, if they say so unasked")
            read = known.read(value, where="value")
            body = {"fact": fact, "value": read if isinstance(read, (bool, int, float, str)) else value}
            return Draft(kinds.ANSWERED, body, subject=stay, head={"fact": fact, "when": self.now()})

        return self._do(who, "answer", stay, make, once=once, seen=seen, request={"fact": fact, "value": value})

    def do_duty(self, who: Who, stay: str, *, what: str, at: str | None = None, once: str | None = None, seen: int | None = None) -> Receipt:
        """A duty was done: the person told, the reason recorded, the judge told, and so on."""
        choice(what, DUTIES, "what")
        return self._simple(who, "duty", stay, kinds.DUTY, {"what": what}, at=at, once=once, seen=seen)

    def complete(self, who: Who, stay: str, *, once: str | None = None, seen: int | None = None) -> Receipt:
        """Somebody has looked: everything received, served, cancelled, shown or claimed so far is recorded here."""
        return self._simple(who, "answer", stay, kinds.COMPLETE, {}, at=None, once=once, seen=seen)

    def notify(self, who: Who, stay: str, *, at: str | None = None, once: str | None = None, seen: int | None = None) -> Receipt:
        """Notice of the release was given to those whom the law names. The desk itself sends nothing. Refused unless the
        encoded law requires it."""

        def make(connection: sa.Connection, found: Seen) -> Draft:
            told = self._answer(connection, who.agency, found.row)["actions"].get("notify_release", {})
            result = told.get("result", "free")
            if result != "required":
                why = {"forbidden": "the encoded law forbids notice of the release", "open": "whether notice of the release is allowed is open here"}
                named = ", ".join(told.get("norms", ()))
                raise InputError(why.get(result, "the encoded law does not require notice of the release") + (f" ({named})" if named else ""), do="give none; ask counsel")
            when = read_when(at, zone_name=found.zone, now=self.now(), where="at")
            return Draft(kinds.NOTIFIED, {"when": when.value}, subject=stay, head={"when": when.at})

        return self._do(who, "notify", stay, make, once=once, seen=seen, request={"at": at})
