"""The use cases of the desk: each asks once who may do it, and writes one entry; the answer follows in an entry of its own
with the same durable commit, so that nothing is shown that is not stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dueprocess.case.reading import GROUND_KINDS, PAPER_KEYS, PAPER_KINDS
from dueprocess.desk import events as kinds
from dueprocess.desk.deciding import HOLDS, Law, deadlines, decided
from dueprocess.desk.folding import DUTIES, SAYINGS, Happened, standing
from dueprocess.desk.moments import When, exactly, read_when
from dueprocess.desk.people import NotAllowed, NotHere, Who, allow, over
from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.store import Done, Draft, Receipt, Store, Writer, tables
from dueprocess.store.accounts import new_id

ENDINGS = ("charges_dropped", "bail_paid", "sentence_served", "released_by_court", "bail_refused", "other")
AGAINST = ("held_on", "released", "handed_to_ice", "told_ice", "other")
_LEFT = {"released": "community", "handed_to_ice": "ice"}
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Seen:
    """A stay as a use case finds it."""

    row: Any
    rows: list[Happened]
    zone: str

    def one(self, kind: str, id_: str) -> Happened:
        """The row that made a ground or a paper. Raises NotHere."""
        found = next((r for r in self.rows if r.kind == kind and r.body["id"] == id_), None)
        if found is None:
            raise NotHere(f"[{shown(id_)}] is not among this stay's", do="choose one from the page")
        return found

    def has(self, kind: str, id_: str) -> bool:
        return any(r.kind == kind and r.body["id"] == id_ for r in self.rows)


Make = Callable[[sa.Connection, Seen], Draft]


class Desk:
    """The use cases. ``law`` gives the law in use; ``now`` epoch seconds.

    Each returns the writer's Receipt, whose result names the stay and the outcome. Each raises NotAllowed, NotHere,
    Conflict (``seen`` is no longer the stay's last version), Unavailable, or InputError for what cannot be recorded.
    ``once`` is the sender's own name of the request: sent again, it is answered and not done again.
    """

    def __init__(self, store: Store, writer: Writer, *, law: Callable[[], Law], now: Callable[[], int]) -> None:
        self.store, self.writer, self.law, self.now = store, writer, law, now

    # -- coming in -----------------------------------------------------------------------------------------

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
        added = _ground_draft(stay, new_id("g"), ground, when, _until(until, zone, now))
        body = {
            "name": _text(name, "name"), "booking_number": _text(booking_number, "booking number"), "when": when.value, "complete": complete,
            "facility": facility or None, "language": _choice(language, ("en", "es"), "language"),
        }  # fmt: skip

        def work(connection: sa.Connection) -> Done:
            table = tables.stays
            count = connection.execute(sa.select(sa.func.count()).select_from(table).where(table.c.agency == who.agency)).scalar_one()
            label = f"{zone_year(now, zone) % 100:02}-{count + 1:05}"
            head: dict[str, Any] = {"case": label, "when": when.at}
            first = Draft(kinds.BOOKED, body, subject=stay, head=head, expect=0)
            rows = [_pending(first, who), _pending(added, who)]
            last, answer = decided(rows, law=self.law(), agency=who.agency, stay=stay, label=label, zone=zone, now=now, because=kinds.BOOKED)
            return Done([first, added, last], {"stay": stay, "case": label, "outcome": answer["outcome"]})

        # What was asked, as it was asked: a time left out is another instant when the same request is sent again.
        request = {**{k: v for k, v in body.items() if k != "when"}, "ground": ground, "until": until, "at": booked_at}
        return self.writer.write(work, agency=who.agency, by=who.account, key=_key(who, once), request=request)

    def add_ground(self, who: Who, stay: str, *, kind: str, since: str | None = None, until: str | None = None, once: str | None = None, seen: int | None = None) -> Receipt:
        """A local reason to keep the person: ``until`` is nothing while its end is open, or a known end."""
        id_ = new_id("g")

        def make(_: sa.Connection, found: Seen) -> Draft:
            now = self.now()
            return _ground_draft(stay, id_, kind, read_when(since, zone_name=found.zone, now=now, where="since"), _until(until, found.zone, now))

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
            head = {"ground": ground, "how": _choice(how, ENDINGS, "how"), "when": when.at, "known_at": known.at, "kind_of": was.body["ground"]["kind"]}
            return Draft(kinds.GROUND_ENDED, body, subject=stay, head=head)

        return self._do(who, "ground", stay, make, once=once, seen=seen, request={"ground": ground, "how": how, "at": at, "known": known_at})

    def refuse_bail(self, who: Who, stay: str, *, at: str | None = None, once: str | None = None, seen: int | None = None) -> Receipt:
        """Bail was offered and refused because of the detainer: that ends the ground that it would have ended."""
        return self._simple(who, "ground", stay, kinds.BAIL_REFUSED, {}, at=at, once=once, seen=seen)

    # -- papers --------------------------------------------------------------------------------------------

    def receive_paper(
        self, who: Who, stay: str, paper: Mapping[str, Any], *, at: str | None = None, once: str | None = None, seen: int | None = None
    ) -> Receipt:
        """A paper as values: ``kind``, ``edition``, ``signed_by``, ``boxes``, ``matter``, ``issuer`` of the case file.
        What is left out is unknown."""
        id_ = new_id("p")

        def make(_: sa.Connection, found: Seen) -> Draft:
            when = read_when(at, zone_name=found.zone, now=self.now(), where="received at")
            return _paper_draft(stay, id_, paper, when)

        return self._do(who, "paper", stay, make, once=once, seen=seen, request={"paper": dict(paper), "at": at})

    def cancel_paper(self, who: Who, stay: str, *, paper: str, at: str | None = None, once: str | None = None, seen: int | None = None) -> Receipt:
        """Who sent a paper has withdrawn it."""
        return self._about_paper(who, "paper", stay, kinds.CANCELLED, paper, at=at, once=once, seen=seen)

    def serve_copy(self, who: Who, stay: str, *, paper: str, at: str | None = None, once: str | None = None, seen: int | None = None) -> Receipt:
        """The person was given a copy of a paper."""
        return self._about_paper(who, "serve", stay, kinds.SERVED, paper, at=at, once=once, seen=seen)

    def _about_paper(self, who: Who, action: str, stay: str, kind: str, paper: str, *, at: str | None, once: str | None, seen: int | None) -> Receipt:
        def make(_: sa.Connection, found: Seen) -> Draft:
            found.one(kinds.PAPER, paper)
            if found.has(kind, paper):
                raise InputError("this was recorded already", do="amend the entry that says so")
            when = read_when(at, zone_name=found.zone, now=self.now(), where="at")
            return Draft(kind, {"id": paper, "when": when.value}, subject=stay, head={"paper": paper, "when": when.at})

        return self._do(who, action, stay, make, once=once, seen=seen, request={"kind": kind, "paper": paper, "at": at})

    # -- the person's voice --------------------------------------------------------------------------------

    def said(
        self, who: Who, stay: str, *, what: str, answer: str, words: str = "", at: str | None = None, once: str | None = None, seen: int | None = None
    ) -> Receipt:
        """What the person says or shows, unasked, and the answer that they were given."""
        _choice(what, SAYINGS, "what")
        if not answer.strip():
            raise InputError("the answer given is missing", do="write what the person was told")
        body = {"what": what, "words": _text(words, "words"), "answer": _text(answer, "answer")}
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
        _choice(what, DUTIES, "what")
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

    # -- decisions of people -------------------------------------------------------------------------------

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
            return Draft(kinds.DETERMINED, {"fact": fact, "value": value, "on": _text(on, "papers"), "since": since.value}, subject=stay, head={"fact": fact, "value": value, "when": now})

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
            return Draft(kinds.CONTINUED, {"officer": _text(officer, "officer"), "paper": paper, "authority": authority}, subject=stay, head=head)

        if seen is None:
            raise InputError("it is not known which answer the officer saw", do="open the person's page and choose there")
        return self._do(who, "continue", stay, make, once=once, seen=seen, request={"officer": officer, "paper": paper, "authority": authority})

    def against(self, who: Who, stay: str, *, what: str, text: str, at: str | None = None, once: str | None = None) -> Receipt:
        """What was done against the answer, recorded by whoever knows; counsel is alerted. The answer stays."""
        _choice(what, AGAINST, "what")
        if not text.strip():
            raise InputError("what happened is missing", do="write what was done and on whose word")

        def make(_: sa.Connection, found: Seen) -> Draft:
            when = read_when(at, zone_name=found.zone, now=self.now(), where="at")
            left = _LEFT.get(what)
            body = {"what": what, "text": _text(text, "text"), "when": when.value, "left_to": left}
            return Draft(kinds.AGAINST, body, subject=stay, head={"what": what, "when": when.at, "left_to": left, "outcome": found.row.outcome})

        return self._do(who, "against", stay, make, once=once, alert="counsel", request={"what": what, "text": text, "at": at})

    # -- leaving -------------------------------------------------------------------------------------------

    def release(self, who: Who, stay: str, *, at: str | None = None, once: str | None = None) -> Receipt:
        """The person goes free. It asks for nothing else and never conflicts: nobody waits for a page to be read again.
        While a ground of the jail's own stands, its end is recorded first."""

        def make(_: sa.Connection, found: Seen) -> Draft:
            when = read_when(at, zone_name=found.zone, now=self.now(), where="released at")
            for row in found.rows:
                if row.kind == kinds.GROUND and not found.has(kinds.GROUND_ENDED, row.body["id"]) and not _over(row, when.at):
                    raise InputError(f"a local ground stands [{row.body['ground']['kind']}]", do="record first how it ended, or amend it")
            head = {"when": when.at, "left_to": "community", "outcome": found.row.outcome}
            return Draft(kinds.RELEASED, {"when": when.value, "left_to": "community"}, subject=stay, head=head)

        return self._do(who, "release", stay, make, once=once, alert_if=lambda found: "counsel" if found.row.outcome == "must_hold" else None, request={"at": at})

    def transfer(self, who: Who, stay: str, *, to: str, at: str | None = None, once: str | None = None, seen: int | None = None) -> Receipt:
        """The person goes to another jail, or to ICE where the answer is a hold and the law does not forbid handing
        over; anything else is recorded as done against the answer."""
        _choice(to, ("other_agency", "ice"), "to")

        def make(connection: sa.Connection, found: Seen) -> Draft:
            if to == "ice":
                answer = self._fresh(who.agency, found)
                told = answer["actions"].get("transfer", {}).get("result", "free")
                if answer["outcome"] not in HOLDS or told in ("forbidden", "open"):
                    raise InputError("the encoded law gives no authority for it now", do="record it as done against the answer, if it was done")
            when = read_when(at, zone_name=found.zone, now=self.now(), where="left at")
            return Draft(kinds.TRANSFERRED, {"when": when.value, "left_to": to}, subject=stay, head={"when": when.at, "left_to": to, "outcome": found.row.outcome})

        return self._do(who, "transfer", stay, make, once=once, seen=seen, request={"to": to, "at": at})

    # -- corrections ---------------------------------------------------------------------------------------

    def correct_paper(self, who: Who, stay: str, *, number: int, paper: Mapping[str, Any], at: str | None = None, seen: int | None, once: str | None = None) -> Receipt:
        """What was read from a paper was wrong: the new reading stands, the old one stays in the record."""

        def make(_: sa.Connection, found: Seen) -> Draft:
            old = _row(found, number)
            if old.kind != kinds.PAPER:
                raise InputError("that entry is no paper", do="choose a paper")
            when = read_when(at, zone_name=found.zone, now=self.now(), where="received at") if at else When(old.body["paper"]["received_at"], old.at)
            draft = _paper_draft(stay, old.body["id"], paper, when)
            return _amending(draft, old)

        return self._do(who, "amend", stay, make, once=once, seen=seen, request={"number": number, "paper": dict(paper), "at": at})

    def amend_time(self, who: Who, stay: str, *, number: int, at: str, seen: int | None, once: str | None = None) -> Receipt:
        """Something happened at another time than was recorded."""

        def make(_: sa.Connection, found: Seen) -> Draft:
            old = _row(found, number)
            when = read_when(at, zone_name=found.zone, now=self.now(), where="at")
            return _amending(_moved(old, when, stay), old)

        return self._do(who, "amend", stay, make, once=once, seen=seen, request={"number": number, "at": at})

    def undo(self, who: Who, stay: str, *, number: int, seen: int | None = None, once: str | None = None) -> Receipt:
        """Take back a mis-key in one step: one's own, or another's as a supervisor or counsel. It stays in the record."""

        def make(_: sa.Connection, found: Seen) -> Draft:
            old = _row(found, number)
            if old.kind == kinds.BOOKED:
                raise InputError("a booking is not taken back", do="amend it, or record that it was the wrong person")
            if old.amends is not None:
                raise InputError("a correction is not taken back", do="correct it again")
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

    # -- deciding again ------------------------------------------------------------------------------------

    def decide_again(self, agency: str, stay: str, *, because: str) -> Receipt:
        """Ask again, as the program itself: the clock reached an instant, or the law changed. Does nothing where another
        process did so before."""

        alert_id = new_id("al")

        def work(connection: sa.Connection) -> Done:
            found = self._seen(connection, agency, stay)
            now = self.now()
            late = found.row.next_decision_at is not None and found.row.next_decision_at <= now
            other = because == "law" and self._law_of(connection, agency, found.row) != self.law().mark(agency)
            if found.row.left_at is not None or not (late or other):
                return Done()
            draft, answer = self._decide(agency, found, found.rows, now, because)
            drafts = [draft]
            due = min(deadlines(answer, now).values(), default=None)
            if because == "law" and (answer["outcome"], due) != (found.row.outcome, found.row.next_deadline_at):
                head = {"alert": alert_id, "stay": stay, "deadline": None, "what": "law", "role": "supervisor", "due_at": now, "level": 0}
                drafts.append(Draft(kinds.RAISED, head=head))
            return Done(drafts, {"stay": stay, "outcome": answer["outcome"]})

        return self.writer.write(work, agency=agency, by="clock" if because == "clock" else "law")

    # -- the common part -----------------------------------------------------------------------------------

    def zone(self, agency: str) -> str:
        """The agency's time zone. Raises NotHere for an agency that this installation does not have."""
        with self.store.engine.connect() as connection, connection.begin():
            return _zone(connection, agency)

    def _simple(
        self, who: Who, action: str, stay: str, kind: str, body: Mapping[str, Any], *, at: str | None, once: str | None, seen: int | None, alert: str | None = None
    ) -> Receipt:
        def make(_: sa.Connection, found: Seen) -> Draft:
            when = read_when(at, zone_name=found.zone, now=self.now(), where="at")
            since = exactly(when.at, found.zone).value
            head = {"when": when.at, **({"what": body["what"]} if "what" in body else {})}
            return Draft(kind, {**body, "when": when.value, "since": since}, subject=stay, head=head)

        return self._do(who, action, stay, make, once=once, seen=seen, alert=alert, request={"kind": kind, **body, "at": at})

    def _do(
        self, who: Who, action: str, stay: str, make: Make, *, request: Mapping[str, Any], once: str | None = None, seen: int | None = None,
        alert: str | None = None, alert_if: Callable[[Seen], str | None] | None = None,
    ) -> Receipt:  # fmt: skip
        allow(who, action)
        alert_id = new_id("al")

        def work(connection: sa.Connection) -> Done:
            found = self._seen(connection, who.agency, stay)
            now = self.now()
            if found.row.left_at is not None and action not in ("amend", "undo", "against"):
                raise InputError("the person has left", do="amend or take back the entry that says so, if it is wrong")
            draft = make(connection, found)
            first = Draft(draft.kind, draft.payload, subject=stay, head=draft.head, expect=seen)
            rows = _with(found.rows, first, who)
            last, answer = self._decide(who.agency, found, rows, now, str(first.head.get("what_kind", first.kind)))
            drafts = [first, last]
            role = alert if alert is not None else alert_if(found) if alert_if is not None else None
            if role is not None:
                head = {"alert": alert_id, "stay": stay, "deadline": None, "what": first.kind, "role": role, "due_at": now, "level": 0}
                drafts.append(Draft(kinds.RAISED, head=head))
            return Done(drafts, {"stay": stay, "case": found.row.case_number, "outcome": answer["outcome"]})

        return self.writer.write(work, agency=who.agency, by=who.account, key=_key(who, once), request={"stay": stay, **request})

    def _seen(self, connection: sa.Connection, agency: str, stay: str) -> Seen:
        table = tables.stays
        row = connection.execute(sa.select(table).where(table.c.agency == agency, table.c.id == stay)).first()
        if row is None:
            raise NotHere("there is no such stay here", do="choose one from the board")
        return Seen(row, standing(event_rows(connection, agency, stay)), _zone(connection, agency))

    def _decide(self, agency: str, found: Seen, rows: Sequence[Happened], now: int, because: str) -> tuple[Draft, dict[str, Any]]:
        return decided(rows, law=self.law(), agency=agency, stay=found.row.id, label=found.row.case_number, zone=found.zone, now=now, because=because)

    def _fresh(self, agency: str, found: Seen) -> dict[str, Any]:
        return self._decide(agency, found, found.rows, self.now(), "asked")[1]

    def _answer(self, connection: sa.Connection, agency: str, row: Any) -> dict[str, Any]:
        table = tables.decisions
        answer = connection.execute(sa.select(table.c.answer).where(table.c.agency == agency, table.c.number == row.decided)).scalar()
        return dict(answer or {})

    def _law_of(self, connection: sa.Connection, agency: str, row: Any) -> str | None:
        table = tables.decisions
        return connection.execute(sa.select(table.c.law_version).where(table.c.agency == agency, table.c.number == row.decided)).scalar()


def event_rows(connection: sa.Connection, agency: str, stay: str) -> Sequence[Any]:
    """The rows of ``events`` about a stay, in their order, with those that were taken back."""
    table = tables.events
    return connection.execute(sa.select(table).where(table.c.agency == agency, table.c.stay == stay).order_by(table.c.number)).all()


def asking(answer: Mapping[str, Any]) -> str:
    """Whether a question about somebody's status may be put: ``free`` (or required), ``forbidden`` or ``open``. Where it is
    open, it is not put."""
    result = answer.get("actions", {}).get("ask_status", {}).get("result", "free")
    return "free" if result in ("free", "required", "permitted") else str(result)


def zone_year(at: int, zone_name: str) -> int:
    """The local year."""
    from dueprocess.kernel.instants import local_date

    return local_date(zone_name, at).year


def read_until(value: Any) -> int | None:
    """The end of a ground as epoch seconds; None while it is open."""
    from dueprocess.kernel.instants import parse_instant

    if isinstance(value, Mapping):
        value = value["earliest"]
    return None if value in (None, "open") else parse_instant(value, where="until")


def _zone(connection: sa.Connection, agency: str) -> str:
    table = tables.agencies
    found = connection.execute(sa.select(table.c.zone).where(table.c.id == agency)).scalar()
    if found is None:
        raise NotHere("there is no such agency here", do="ask the administrator")
    return str(found)


def _over(row: Happened, at: int) -> bool:
    end = read_until(row.body["ground"]["until"])
    return end is not None and end <= at


def _until(text: str | None, zone: str, now: int) -> When | None:
    return read_when(text, zone_name=zone, now=now, where="until", ahead=True) if (text or "").strip() else None


def _ground_draft(stay: str, id_: str, kind: str, since: When, until: When | None) -> Draft:
    _choice(kind, GROUND_KINDS, "kind")
    body = {"id": id_, "ground": {"kind": kind, "from": since.value, "until": "open" if until is None else until.value}}
    return Draft(kinds.GROUND, body, subject=stay, head={"ground": id_, "what": kind, "when": since.at, "until": None if until is None else until.at})


_GIVEN = tuple(k for k in PAPER_KEYS if not k.endswith("_at"))


def _paper_draft(stay: str, id_: str, paper: Mapping[str, Any], when: When) -> Draft:
    """Raises InputError for a key or a kind that a paper does not have; the engine checks the rest."""
    for key in paper:
        if key not in _GIVEN:
            raise InputError(f"[{shown(key)}] is no key of a paper", do=nearest(key, _GIVEN) or f"one of {', '.join(_GIVEN)}")
    kind = _choice(str(paper.get("kind")), PAPER_KINDS, "kind")
    given = {k: v for k, v in paper.items() if v not in (None, "")}
    body = {"id": id_, "paper": {**given, "received_at": when.value}}
    edition = given.get("edition")
    return Draft(kinds.PAPER, body, subject=stay, head={"paper": id_, "form": kind, "edition": str(edition) if edition else None, "when": when.at})


def _amending(draft: Draft, old: Happened) -> Draft:
    return Draft(kinds.AMENDED, draft.payload, subject=draft.subject, head={**draft.head, "what_kind": old.kind, "amends": old.number})


def _moved(old: Happened, when: When, stay: str) -> Draft:
    """The same entry at another time."""
    body = dict(old.body)
    head: dict[str, Any] = {"when": when.at}
    if old.kind == kinds.GROUND:
        end = read_until(body["ground"]["until"])
        body["ground"] = {**body["ground"], "from": when.value}
        head |= {"ground": body["id"], "what": body["ground"]["kind"], "until": end}
    elif old.kind == kinds.PAPER:
        body["paper"] = {**body["paper"], "received_at": when.value}
        head |= {"paper": body["id"], "form": body["paper"]["kind"], "edition": body["paper"].get("edition")}
    elif "when" in body:
        body["when"] = when.value
        if "since" in body:
            body["since"] = when.value if isinstance(when.value, str) else when.value["earliest"]
        head |= {k: v for k, v in (("how", body.get("how")), ("left_to", body.get("left_to")), ("what", body.get("what"))) if v is not None}
        if old.kind == kinds.GROUND_ENDED:
            head |= {"ground": body["id"], "known_at": old.known_at}
        if old.kind in (kinds.SERVED, kinds.CANCELLED):
            head |= {"paper": body["id"]}
        if old.kind == kinds.AGAINST:
            head.setdefault("left_to", None)
    else:
        raise InputError("this entry has no time of its own", do="take it back and record it anew")
    return Draft(old.kind, body, subject=stay, head=head)


def _row(found: Seen, number: int) -> Happened:
    row = next((r for r in found.rows if r.number == number), None)
    if row is None:
        raise NotHere("that entry does not stand", do="choose one from the page")
    return row


def _pending(draft: Draft, who: Who, *, kind: str | None = None, amends: int | None = None) -> Happened:
    at, known = draft.head["when"], draft.head.get("known_at")
    return Happened(None, kind or draft.kind, int(at or 0), None if known is None else int(known), who.account, dict(draft.payload or {}), amends)


def _with(rows: Sequence[Happened], draft: Draft, who: Who) -> list[Happened]:
    """The rows as they will be."""
    if draft.kind == kinds.UNDONE:
        return [r for r in rows if r.number != draft.head["undoes"]]
    if draft.kind == kinds.AMENDED:
        old = int(draft.head["amends"] or 0)
        return [_pending(draft, who, kind=str(draft.head["what_kind"]), amends=old) if r.number == old else r for r in rows]
    return [*rows, _pending(draft, who)]


def _key(who: Who, once: str | None) -> str | None:
    """A key is the sender's own: nobody meets another's."""
    if once is None:
        return None
    if not 8 <= len(once) <= 100:
        raise InputError("the request's own name has to have 8 to 100 characters", where="Idempotency-Key", do="send a random one")
    return f"{who.account}:{once}"


def _choice(value: str, options: Sequence[str], where: str) -> str:
    if value not in options:
        raise InputError(f"[{shown(value)}] is none of the choices", where=where, do=nearest(value, options) or f"one of {', '.join(options)}")
    return value


def _text(value: str, where: str) -> str:
    if len(value) > LONGEST:
        raise InputError(f"the text is longer than {LONGEST} characters", where=where, do="shorten it")
    return value.strip()
