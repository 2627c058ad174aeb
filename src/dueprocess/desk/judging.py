"""Decisions of people: counsel determines, an officer goes on, anybody records what was done against the answer."""

from __future__ import annotations

import sqlalchemy as sa

from dueprocess.desk import events as kinds
from dueprocess.desk.base import Base, Seen
from dueprocess.desk.deciding import HOLDS
from dueprocess.desk.drafts import choice, text_of
from dueprocess.desk.moments import exactly, read_when
from dueprocess.desk.people import Who
from dueprocess.kernel.errors import InputError
from dueprocess.store import Draft, Receipt

AGAINST = ("held_on", "released", "handed_to_ice", "told_ice", "other")
_LEFT = {"released": "community", "handed_to_ice": "ice"}


class Judging(Base):
    """What people decide."""

    def determine(self, who: Who, stay: str, *, fact: str, value: bool, on: str, seen: int | None, once: str | None = None) -> Receipt:
        """Counsel determines for this stay what the law leaves open, on named papers."""

        def make(_: sa.Connection, found: Seen) -> Draft:
            known = self.law().lawbook.vocabulary.fact(fact, where="fact")
            if "counsel" not in known.determined_by:
                raise InputError(f"[{fact}] may not be determined for one stay", do="only the law settles it")
            if not on.strip():
                raise InputError("the papers that it rests on are missing", do="name them, as [I-247A of Nov 20 and I-200]")
            now = self.now()
            since = exactly(now, found.zone)
            return Draft(kinds.DETERMINED, {"fact": fact, "value": value, "on": text_of(on, "papers"), "since": since.value}, subject=stay, head={"fact": fact, "value": value, "when": now})

        return self._do(who, "determine", stay, make, once=once, seen=seen, request={"fact": fact, "value": value, "on": on})

    def go_on(self, who: Who, stay: str, *, officer: str, paper: str, authority: str, seen: int | None, once: str | None = None) -> Receipt:
        """A named officer goes on with a hold, on one of the papers and one of the authorities that the answer rests on.
        Refused unless the newest answer, worked out anew, is a hold."""

        def make(connection: sa.Connection, found: Seen) -> Draft:
            answer = self._fresh(who.agency, found)
            if answer["outcome"] not in HOLDS:
                raise InputError(f"the answer is {answer['outcome'].replace('_', ' ')}: there is no hold to go on with", do="release the person, or record what is done against the answer")
            found.one(kinds.PAPER, paper)
            if found.has(kinds.CANCELLED, paper):
                raise InputError("that paper was withdrawn", do="choose one that stands")
            known = {reason["authority"] for reason in answer["reasons"]}
            if authority not in known:
                raise InputError("the hold rests on no such authority", do=f"choose one of {', '.join(sorted(known))}")
            if len(officer.strip()) < 3:
                raise InputError("the officer is not named", do="write the officer's name and number")
            now = self.now()
            head = {"paper": paper, "authority": authority, "outcome": answer["outcome"], "when": now}
            return Draft(kinds.CONTINUED, {"officer": text_of(officer, "officer"), "paper": paper, "authority": authority}, subject=stay, head=head)

        if seen is None:
            raise InputError("it is not known which answer the officer saw", do="open the person's page and choose there")
        return self._do(who, "continue", stay, make, once=once, seen=seen, request={"officer": officer, "paper": paper, "authority": authority})

    def against(self, who: Who, stay: str, *, what: str, text: str, at: str | None = None, once: str | None = None) -> Receipt:
        """What was done against the answer, recorded by whoever knows; counsel is alerted. The answer stays."""
        choice(what, AGAINST, "what")
        if not text.strip():
            raise InputError("what happened is missing", do="write what was done and on whose word")

        def make(_: sa.Connection, found: Seen) -> Draft:
            when = read_when(at, zone_name=found.zone, now=self.now(), where="at")
            left = _LEFT.get(what)
            body = {"what": what, "text": text_of(text, "text"), "when": when.value, "left_to": left}
            return Draft(kinds.AGAINST, body, subject=stay, head={"what": what, "when": when.at, "left_to": left, "outcome": found.row.outcome})

        return self._do(who, "against", stay, make, once=once, alert="counsel", request={"what": what, "text": text, "at": at})
