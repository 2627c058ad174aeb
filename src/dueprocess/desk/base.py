"""What every use case has in common: whose stay it is, one authorization, its entries, and the answer that follows from
them, in one durable commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from dueprocess.desk import events as kinds
from dueprocess.desk.deciding import Law, decided
from dueprocess.desk.drafts import key_of, with_drafts
from dueprocess.desk.folding import Happened, standing
from dueprocess.desk.moments import exactly, read_when
from dueprocess.desk.people import NotHere, Who, allow
from dueprocess.desk.statements import STAY, ZONE, of_stay
from dueprocess.kernel.errors import InputError, shown
from dueprocess.store import Done, Draft, Receipt, Store, Writer, tables
from dueprocess.store.accounts import new_id


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
        """Whether an entry of a kind names a ground or a paper."""
        return any(r.kind == kind and r.body["id"] == id_ for r in self.rows)


LANGUAGES = ("en", "es")
"""In which a slip is printed."""
Made = Draft | Sequence[Draft]
Make = Callable[[sa.Connection, Seen], Made]
"""What a use case adds, in the writer's transaction: the first draft is the one that the answer is asked for because of."""
AFTERWARDS = ("amend", "undo", "against")
"""What may be done about somebody who has left."""
LATE = ("ground", "paper", "serve", "said", "duty")
"""What other systems may push late: it is recorded at its own instant, which must not lie after the person left."""


class Base:
    """The common part of the use cases. ``law`` gives the law in use; ``now`` epoch seconds."""

    def __init__(self, store: Store, writer: Writer, *, law: Callable[[], Law], now: Callable[[], int]) -> None:
        self.store, self.writer, self.law, self.now = store, writer, law, now
        self._zones: dict[str, str] = {}

    def zone(self, agency: str) -> str:
        """The agency's time zone. Raises NotHere for an agency that this installation does not have."""
        if agency not in self._zones:  # it stays what it is
            with self.store.engine.connect() as connection, connection.begin():
                self._zones[agency] = zone_of(connection, agency)
        return self._zones[agency]

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
            left = found.row.left_at
            has_left = InputError("the person has left", do="amend or take back the entry that says so, if it is wrong")
            if left is not None and action not in (*AFTERWARDS, *LATE):
                raise has_left
            made = make(connection, found)
            given = [made] if isinstance(made, Draft) else list(made)
            if left is not None and action in LATE and int(given[0].head["when"] or 0) > left:
                raise has_left
            first = given[0] = replace(given[0], expect=seen)
            rows = with_drafts(found.rows, given, who)
            last, answer = self._decide(who.agency, found, rows, now, str(first.head.get("what_kind", first.kind)))
            drafts = [*given, last]
            role = alert if alert is not None else alert_if(found) if alert_if is not None else None
            if role is not None:
                head = {"alert": alert_id, "stay": stay, "deadline": None, "what": first.kind, "role": role, "due_at": now, "level": 0}
                drafts.append(Draft(kinds.RAISED, head=head))
            return Done(drafts, {"stay": stay, "case": found.row.case_number, "outcome": answer["outcome"]})

        return self.writer.write(work, agency=who.agency, by=who.account, key=key_of(who, once), request={"stay": stay, **request})

    def _seen(self, connection: sa.Connection, agency: str, stay: str) -> Seen:
        row = connection.execute(STAY, {"the_agency": agency, "the_id": stay}).first()
        if row is None:
            raise NotHere("there is no such stay here", do="choose one from the board")
        return Seen(row, standing(event_rows(connection, agency, stay)), zone_of(connection, agency))

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
    return connection.execute(of_stay(tables.events, order="number"), {"the_agency": agency, "the_stay": stay}).all()


def asking(answer: Mapping[str, Any]) -> str:
    """Whether a question about somebody's status may be put: ``free`` (or required), ``forbidden`` or ``open``. Where it is
    open, it is not put."""
    result = answer.get("actions", {}).get("ask_status", {}).get("result", "free")
    return "free" if result in ("free", "required", "permitted") else str(result)


def zone_of(connection: sa.Connection, agency: str) -> str:
    """The agency's time zone. Raises NotHere."""
    found = connection.execute(ZONE, {"the_agency": agency}).scalar()
    if found is None:
        raise NotHere("there is no such agency here", do="ask the administrator")
    return str(found)


def row_of(found: Seen, number: int) -> Happened:
    """The entry with a number, where it stands. Raises NotHere."""
    row = next((r for r in found.rows if r.number == number), None)
    if row is None:
        raise NotHere("that entry does not stand", do="choose one from the page")
    return row
