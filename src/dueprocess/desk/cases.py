"""``Desk``: every use case in one object. Each asks once who may do it, and writes its entries; the answer follows in an
entry of its own with the same durable commit, so that nothing is shown that is not stored."""

from __future__ import annotations

import sqlalchemy as sa

from dueprocess.desk import events as kinds
from dueprocess.desk.arriving import Arriving
from dueprocess.desk.correcting import Correcting
from dueprocess.desk.deciding import deadlines
from dueprocess.desk.hearing import Hearing
from dueprocess.desk.importing import Importing
from dueprocess.desk.judging import Judging
from dueprocess.desk.leaving import Leaving
from dueprocess.desk.packets import Packets
from dueprocess.desk.papering import Papering
from dueprocess.store import Done, Draft, Receipt, tables
from dueprocess.store.accounts import new_id


class Desk(Arriving, Importing, Papering, Packets, Hearing, Judging, Leaving, Correcting):
    """The use cases. ``law`` gives the law in use; ``now`` epoch seconds.

    Each returns the writer's Receipt, whose result names the stay and the outcome. Each raises NotAllowed, NotHere,
    Conflict (``seen`` is no longer the stay's last version), Unavailable, or InputError for what cannot be recorded.
    ``once`` is the sender's own name of the request: sent again, it is answered and not done again.
    """

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
            # At one instant law and clock may both have moved it: people are told either way.
            if because == "law" and (answer["outcome"], deadlines(answer, now)) != (found.row.outcome, self._open(connection, agency, stay)):
                head = {"alert": alert_id, "stay": stay, "deadline": None, "what": "law", "role": "supervisor", "due_at": now, "level": 0}
                drafts.append(Draft(kinds.RAISED, head=head))
            return Done(drafts, {"stay": stay, "outcome": answer["outcome"]})

        return self.writer.write(work, agency=agency, by="clock" if because == "clock" else "law")

    def _open(self, connection: sa.Connection, agency: str, stay: str) -> dict[str, int]:
        """The open deadlines of a stay."""
        d = tables.deadlines.c
        query = sa.select(d.what, d.due_at).where(d.agency == agency, d.stay == stay, d.state == "open")
        return {row.what: row.due_at for row in connection.execute(query)}
