"""A made-up county to try the desk with: nobody in it exists. Its law is that of the state it is put into, all of it taken
as adopted, which no real desk may suppose."""

from __future__ import annotations

from typing import Any

from dueprocess.desk.cases import Desk
from dueprocess.desk.moments import exactly
from dueprocess.desk.people import Who
from dueprocess.desk.showing import person
from dueprocess.law import Lawbook
from dueprocess.law.adopting import binding
from dueprocess.store import Gate, Role, accounts

AGENCY = "us/tx/loving-county/sheriff"
NAME = "Made-Up County jail (demonstration)"
ZONE = "America/Chicago"
HOUR = 3600
DETAINER = {"kind": "i-247a", "edition": "2017-03", "signed_by": "immigration_officer", "boxes": ["final_order"], "issuer": "ice"}
WARRANT = {"kind": "i-200", "edition": "2016-09", "signed_by": "immigration_officer"}


def adopted(lawbook: Lawbook) -> dict[str, Any]:
    """Everything that binds the demonstration's agency, as if counsel had adopted it."""
    return {"agency": AGENCY, "adopted": [authority.id for authority in binding(lawbook, AGENCY)]}


def fill(desk: Desk, gate: Gate, *, now: int) -> list[tuple[str, str]]:
    """Accounts, with a new password each, as (login, password), and a few made-up people in each state of the flow."""
    made = []
    for role in (Role.clerk, Role.supervisor, Role.counsel, Role.auditor, Role.administrator):
        login = role.value
        account = _account(desk, role, now)
        password = accounts.new_id("demo")
        gate.set_password(agency=AGENCY, login=login, secret=account.secret, password=password)
        made.append((login, password))
    _people(desk, Who("demo", AGENCY, "counsel"), now)
    return made


def _account(desk: Desk, role: Role, now: int) -> accounts.Made:
    login = role.value
    made = desk.writer.write(
        lambda c: accounts.add_account(c, agency=AGENCY, login=login, name=f"Demo {login.title()}", role=role, now=now), agency=AGENCY, by="demo"
    ).result
    assert isinstance(made, accounts.Made)
    return made


def _people(desk: Desk, who: Who, now: int) -> None:
    def at(hours: float) -> str:
        return str(exactly(now + round(hours * HOUR), ZONE).value)

    def book(name: str, hours: float, *, until: float | None = None) -> str:
        receipt = desk.book(who, name=name, booking_number=f"DEMO-{abs(round(hours * 10)):04}", booked_at=at(hours), complete=True, until=None if until is None else at(until))
        return str(receipt.result["stay"])

    def papers(stay: str, hours: float, *, warrant: bool = True) -> None:
        desk.receive_paper(who, stay, DETAINER, at=at(hours))
        if warrant:
            desk.receive_paper(who, stay, WARRANT, at=at(hours))

    def serve(stay: str, hours: float) -> None:
        desk.serve_copy(who, stay, paper=person(desk.store, who, stay).papers[0]["id"], at=at(hours))

    held = book("Example, Held", -30, until=-2)
    papers(held, -20)
    serve(held, -19)
    local = book("Example, Awaiting Court", -8)
    papers(local, -6)
    soon = book("Example, Out This Evening", -50, until=5)
    papers(soon, -40)
    serve(soon, -39)
    overdue = book("Example, Papers Withdrawn", -60, until=-1)
    papers(overdue, -50)
    desk.cancel_paper(who, overdue, paper=person(desk.store, who, overdue).papers[0]["id"], at=at(-0.5))
    bare = book("Example, Detainer Alone", -12, until=-0.25)
    papers(bare, -9, warrant=False)
    serve(bare, -8)
    citizen = book("Example, Says Citizen", -5)
    papers(citizen, -4)
    desk.said(who, citizen, what="citizenship_claimed", words="Said so at booking, unasked.", answer="A supervisor looks at it today.", at=at(-3.5))
    gone = book("Example, Gone Home", -72, until=-30)
    desk.release(who, gone, at=at(-29.9))
