"""A person leaves."""

from __future__ import annotations

import logging

import sqlalchemy as sa

from dueprocess.desk import events as kinds
from dueprocess.desk.base import Seen
from dueprocess.desk.deciding import HOLDS
from dueprocess.desk.drafts import choice, is_over
from dueprocess.desk.folding import Happened
from dueprocess.desk.handing import Handing
from dueprocess.desk.moments import read_when
from dueprocess.desk.people import OutOfOrder, Who
from dueprocess.kernel.errors import InputError
from dueprocess.store import Draft, Receipt
from dueprocess.store.accounts import new_id

log = logging.getLogger("dueprocess.desk")


class Leaving(Handing):
    """Release and transfer."""

    def release(self, who: Who, stay: str, *, at: str | None = None, once: str | None = None) -> Receipt:
        """The person goes free. It asks for nothing else and never conflicts: nobody waits for a page to be read again.
        While a ground of the jail's own stands, its end is recorded first."""

        def make(_: sa.Connection, found: Seen) -> Draft:
            when = read_when(at, zone_name=found.zone, now=self.now(), where="released at")
            for row in found.rows:
                if row.kind == kinds.GROUND and not found.has(kinds.GROUND_ENDED, row.body["id"]) and not is_over(row, when.at) and not _bailed(found, row, when.at):
                    raise OutOfOrder(f"a local ground stands [{row.body['ground']['kind']}]", do="record first how it ended, or amend it")
            head = {"when": when.at, "left_to": "community", "outcome": found.row.outcome}
            return Draft(kinds.RELEASED, {"when": when.value, "left_to": "community"}, subject=stay, head=head)

        return self._do(who, "release", stay, make, once=once, alert_if=_required, request={"at": at})

    def transfer(
        self, who: Who, stay: str, *, to: str, agency: str | None = None, at: str | None = None, once: str | None = None, seen: int | None = None
    ) -> Receipt:
        """The person goes to another jail, or to ICE where the answer is a hold and the law does not forbid handing
        over; anything else is recorded as done against the answer.

        ``agency``: a jail of this installation. There the stay goes on under its own record (``take_over``), and both
        records name the handing over by the same id.
        """
        choice(to, ("other_agency", "ice"), "to")
        handover = new_id("ho") if agency else None
        if agency:
            if to != "other_agency" or agency == who.agency:
                raise InputError("that is no other jail", do="choose another one from the list")
            self.zone(agency)  # raises where it is none of this installation's

        def make(connection: sa.Connection, found: Seen) -> Draft:
            if to == "ice":
                answer = self._fresh(who.agency, found)
                told = answer["actions"].get("transfer", {}).get("result", "free")
                if answer["outcome"] not in HOLDS or told in ("forbidden", "open"):
                    raise InputError("the encoded law gives no authority for it now", do="record it as done against the answer, if it was done")
            when = read_when(at, zone_name=found.zone, now=self.now(), where="left at")
            body = {"when": when.value, "left_to": to, **({"agency": agency, "handover": handover} if handover else {})}
            head = {"when": when.at, "left_to": to, "outcome": found.row.outcome, "to": agency, "handover": handover}
            return Draft(kinds.TRANSFERRED, body, subject=stay, head=head)

        request = {"to": to, "at": at, **({"agency": agency} if agency else {})}
        receipt = self._do(who, "transfer", stay, make, once=once, seen=seen, request=request, alert_if=_unheld)
        if agency and not receipt.replayed:
            try:
                self.take_over(who.agency, str(handover))
            except Exception as error:  # the person has gone, and that is recorded: the alerts' next turn tries the rest again
                log.error("a handing over did not arrive: %s", type(error).__name__)
        return receipt


def _bailed(found: Seen, ground: Happened, at: int) -> bool:
    """Whether bail that was refused because of the detainer ended a ground: each charge, or the only ground where there is
    no charge, as the answer counts it."""
    if not any(r.kind == kinds.BAIL_REFUSED and ground.at <= r.at <= at for r in found.rows):
        return False
    grounds = [r for r in found.rows if r.kind == kinds.GROUND]
    charges = [r for r in grounds if r.body["ground"]["kind"] == "charge"]
    return ground in charges or (not charges and len(grounds) == 1)


def _required(found: Seen) -> str | None:
    """Counsel hears of a release where the answer was that the law requires a hold."""
    return "counsel" if found.row.outcome == "must_hold" else None


def _unheld(found: Seen) -> str | None:
    """Counsel hears of a handing on of somebody whom nothing lets the jail keep."""
    return "counsel" if found.row.outcome in ("release", "review") else None
