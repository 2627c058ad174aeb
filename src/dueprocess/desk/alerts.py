"""Alerts: before, at and after a deadline, again and higher until somebody takes them.

What is due is worked out from the tables, and each alert has one id made of its deadline and time: raising it twice is not
possible, and what fell due while nothing ran is raised at the next turn. Messages hold a case number, never a name. A
message may go out twice after a crash; its entry is written once.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from dueprocess.desk import events as kinds
from dueprocess.desk import troubles
from dueprocess.desk.cases import Desk
from dueprocess.desk.keeping import Keeping
from dueprocess.desk.people import NotHere, Who, allow
from dueprocess.kernel.errors import InputError, shown
from dueprocess.kernel.outside import not_of_immigration
from dueprocess.store import Done, Draft, Receipt, Store, Unavailable, tables
from dueprocess.store.accounts import settings_of

log = logging.getLogger("dueprocess.desk")

TURN_SECONDS = 5.0
HEARD = (("clerk",), ("clerk", "supervisor"), ("clerk", "supervisor", "counsel"))
"""Whose addresses are told at each level."""



@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: how long before a deadline and after it an alert is raised, and after how long it is repeated one level
    higher while nobody takes it. The agency's settings hold them in minutes, under ``times``."""

    before: int = 3600
    after: int = 900
    repeat: int = 900

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Times:
        """Those of an agency; what it does not set is as above."""
        given = settings.get("times", {})
        return cls(**{name: int(given[name]) * 60 for name in ("before", "after", "repeat") if name in given})

    @property
    def stages(self) -> tuple[tuple[str, int, int], ...]:
        """Name, seconds from the deadline, level."""
        return (("before", -self.before, 0), ("at", 0, 0), ("after", self.after, 1))


Send = Callable[[Sequence[str], str, str, Mapping[str, Any]], bool]
"""``send(addresses, title, text, mail settings)``: whether it went out."""


def turn(desk: Desk, *, send: Send | None = None) -> int:
    """One turn for every agency: ask again what the clock has reached, raise what is due, send what is to be told.
    Returns the entries written. Whatever fails for one stay is tried at the next turn and never stops the others, and no
    agency's fault stops another's. Raises at the end what one agency's turn as a whole ended with, and Unavailable where the
    database took no entry: then nobody may count the turn as done."""
    count, failed = 0, list[Exception]()
    for agency in agencies(desk.store):
        try:
            count += _turn_of(desk, agency, send, failed)
        except Exception as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return count


def _turn_of(desk: Desk, agency: str, send: Send | None, lost: list[Exception]) -> int:
    count = 0

    def tried(work: Callable[[], int], fails: Callable[[], int] = lambda: 0) -> int:
        try:
            return work()
        except Unavailable as error:
            lost.append(error)
        except Exception as error:  # one stay's fault must not silence the others' alerts
            log.error("a turn of the alerts failed for one stay: %s", type(error).__name__)
            return tried(fails)
        return 0

    for handover in desk.to_take_over(agency):
        count += tried(partial(_take_over, desk, agency, handover), partial(_not_taken, desk, agency, handover))
    for stay, because, since in _to_decide(desk, agency):
        count += tried(partial(_decide, desk, agency, stay, because), partial(troubles.raised, desk, agency, troubles.not_decided(stay, since)))
    with desk.store.read(agency) as connection:
        times = Times.of(settings_of(connection, agency))
    for trouble in troubles.waiting_papers(desk, agency, patience=times.after):
        count += tried(partial(troubles.raised, desk, agency, trouble))
    for row in _due(desk.store, agency, desk.now(), times):
        for stage, offset, level in times.stages:
            if row.due_at + offset <= desk.now():
                count += tried(partial(_raise, desk, agency, row, stage, row.due_at + offset, level))
    once = None if send is None else _once_each(send)
    for alert in _unheard(desk.store, agency, desk.now(), times):
        count += tried(partial(_tell, desk, agency, alert, once))
    return count


def _once_each(send: Send) -> Send:
    """The same, but what did not go out to some addresses is not tried there again in this turn: a mail server that hangs
    must not hold up the other agencies' alerts once for each of this one's."""
    dead: set[tuple[str, ...]] = set()

    def sent(addresses: Sequence[str], title: str, text: str, mail: Mapping[str, Any]) -> bool:
        whom = tuple(addresses)
        if whom in dead or not send(addresses, title, text, mail):
            dead.add(whom)
            return False
        return True

    return sent


def _take_over(desk: Desk, agency: str, handover: str) -> int:
    return 0 if desk.take_over(agency, handover) is None else 1


def _not_taken(desk: Desk, sender: str, handover: str) -> int:
    """It did not arrive, and will be tried again: both jails are told."""
    return sum(troubles.raised(desk, agency, trouble) for agency, trouble in troubles.not_handed_over(desk, sender, handover))


def _decide(desk: Desk, agency: str, stay: str, because: str) -> int:
    done = len(desk.decide_again(agency, stay, because=because).numbers)
    return done + troubles.settle(desk, agency, f"decide/{stay}/", by="clock")


def agencies(store: Store) -> list[str]:
    """Every agency of this installation."""
    with store.engine.connect() as connection, connection.begin():
        return [row.id for row in connection.execute(sa.select(tables.agencies.c.id).order_by(tables.agencies.c.number))]


def _to_decide(desk: Desk, agency: str) -> list[tuple[str, str, int]]:
    """Stay, why, and since when it is due."""
    s, d = tables.stays.c, tables.decisions.c
    version = desk.law().mark(agency)
    with desk.store.read(agency) as connection:
        late = connection.execute(sa.select(s.id, s.next_decision_at).where(s.agency == agency, s.status == "in", s.next_decision_at <= desk.now())).all()
        joined = tables.stays.join(tables.decisions, sa.and_(d.number == s.decided, d.agency == s.agency))
        old = connection.execute(sa.select(s.id).select_from(joined).where(s.agency == agency, s.status == "in", d.law_version != version)).all()
    # New law first: where a clock runs out at the same instant, people still hear that the law is another.
    since = {row.id: int(row.next_decision_at) for row in late}
    found = dict.fromkeys(since, "clock") | {row.id: "law" for row in old}
    today = desk.now() // troubles.DAY * troubles.DAY
    return [(stay, because, since.get(stay, today)) for stay, because in sorted(found.items())]


def _due(store: Store, agency: str, now: int, times: Times) -> Sequence[Any]:
    """Open deadlines that have at least one alert that was not raised."""
    d, a = tables.deadlines.c, tables.alerts.c
    ids = [d.id + "@" + sa.cast(d.due_at, sa.Text) + f":{stage}" for stage, _, _ in times.stages]
    raised = sa.select(sa.func.count()).where(a.agency == agency, a.id.in_(ids)).scalar_subquery()
    query = sa.select(tables.deadlines).where(d.agency == agency, d.state == "open", d.due_at - times.before <= now, raised < len(times.stages)).order_by(d.due_at)
    with store.read(agency) as connection:
        return connection.execute(query).all()


def _raise(desk: Desk, agency: str, row: Any, stage: str, due_at: int, level: int) -> int:
    id_ = f"{row.id}@{row.due_at}:{stage}"

    def work(connection: sa.Connection) -> Done:
        a, d = tables.alerts.c, tables.deadlines.c
        if connection.execute(sa.select(a.id).where(a.agency == agency, a.id == id_)).first():
            return Done()
        still = connection.execute(sa.select(d.state).where(d.agency == agency, d.id == row.id, d.due_at == row.due_at)).scalar()
        if still != "open":
            return Done()
        head = {"alert": id_, "stay": row.stay, "deadline": row.id, "what": stage, "role": "clerk", "due_at": due_at, "level": level}
        return Done([Draft(kinds.RAISED, head=head)])

    return len(desk.writer.write(work, agency=agency, by="clock").numbers)


def _unheard(store: Store, agency: str, now: int, times: Times) -> Sequence[Any]:
    """Alerts to be told now: new ones, and those that nobody has taken for a while and whose deadline is still open."""
    a, d, s = tables.alerts.c, tables.deadlines.c, tables.stays.c
    joined = tables.alerts.outerjoin(tables.deadlines, sa.and_(d.id == a.deadline, d.agency == a.agency)).outerjoin(tables.stays, sa.and_(s.id == a.stay, s.agency == a.agency))
    # The warning ahead goes out once; its deadline's own alerts follow it.
    standing = sa.and_(a.what != "before", sa.or_(a.deadline.is_(None), d.state == "open"))
    again = sa.or_(a.sent_at.is_(None), sa.and_(a.sent_at <= now - times.repeat, standing))
    query = sa.select(tables.alerts, s.case_number, d.what.label("deadline_what"), d.due_at.label("deadline_at")).select_from(joined)
    with store.read(agency) as connection:
        return connection.execute(query.where(a.agency == agency, a.acknowledged_at.is_(None), again).order_by(a.due_at)).all()


def _tell(desk: Desk, agency: str, alert: Any, send: Send | None) -> int:
    level = min(alert.level + (1 if alert.tries else 0), len(HEARD) - 1)
    with desk.store.read(agency) as connection:
        settings = settings_of(connection, agency)
    roles = {*HEARD[level], alert.role}
    addresses = sorted({address for role in roles for address in settings.get("alerts", {}).get(role, ())})
    if send is not None and addresses:
        title, text = message(alert)
        if not send(addresses, title, text, settings.get("mail", {})):
            log.error("an alert could not be sent; it is tried again")
            return 0

    def work(connection: sa.Connection) -> Done:
        a = tables.alerts.c
        row = connection.execute(sa.select(a.acknowledged_at, a.tries).where(a.agency == agency, a.id == alert.id)).first()
        if row is None or row.acknowledged_at is not None or row.tries != alert.tries:
            return Done()
        return Done([Draft(kinds.SENT, head={"alert": alert.id, "level": level, "told": len(addresses)})])

    return len(desk.writer.write(work, agency=agency, by="clock").numbers)


_WORDS = {
    "before": "a deadline is near",
    "at": "a deadline has come",
    "after": "a deadline has passed",
    "law": "the law has changed, and with it the answer or its deadline",
    kinds.AGAINST: "something was done against the answer",
    kinds.SAID: "the person said or showed something that has to be looked at",
    kinds.RELEASED: "the person was released where the answer was a hold",
    kinds.TRANSFERRED: "the person was handed to another custodian where nothing in the encoded law lets the jail keep them",
}


def told(what: str) -> str:
    """An alert in words."""
    return _WORDS.get(what) or troubles.WORDS.get(what, "look at the board")


def message(alert: Any) -> tuple[str, str]:
    """Title and text: a case number, and nothing about the person."""
    about = f"case {alert.case_number}" if alert.case_number else ""
    title = ": ".join(part for part in ("Release desk", about, told(alert.what)) if part)
    return title, f"{title}.\nOpen the board{', look at ' + about if about else ''}, and acknowledge the alert there.\n"


def acknowledge(desk: Desk, who: Who, alert: str) -> Receipt:
    """Somebody takes an alert. Raises NotHere; nothing where it was taken before."""
    allow(who, "acknowledge")

    def work(connection: sa.Connection) -> Done:
        a = tables.alerts.c
        row = connection.execute(sa.select(a.acknowledged_at).where(a.agency == who.agency, a.id == alert)).first()
        if row is None:
            raise NotHere("there is no such alert here", do="choose one from the list")
        return Done() if row.acknowledged_at is not None else Done([Draft(kinds.ACKNOWLEDGED, head={"alert": alert})])

    return desk.writer.write(work, agency=who.agency, by=who.account)


# -- addresses -------------------------------------------------------------------------------------------


def check_addresses(addresses: Sequence[str], *, domain: str) -> list[str]:
    """Plain mail addresses in the agency's own domain. Raises InputError for others: alerts go nowhere else, and to no
    immigration authority whatever the domain."""
    found = []
    own = domain.strip().lower()
    not_of_immigration(own, where="domain")
    if not own:
        raise InputError("this is no mail domain of the agency's own", where="domain", do="write it as [sheriff.example.gov]")
    for address in addresses:
        name, at, host = address.strip().lower().partition("@")
        not_of_immigration(host, where="addresses")
        if not at or not name or not all(c.isalnum() or c in "._+-" for c in name) or host != own:
            raise InputError(f"[{shown(address)}] is no address in {own}", where="addresses", do="alerts go to the agency's own addresses only")
        found.append(f"{name}@{host}")
    return found


def check_server(server: str) -> str:
    """A mail server's name or IPv4 address. Raises InputError for anything else, and for one of an immigration authority."""
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\.?", server) or len(server) > 253:
        raise InputError(f"[{shown(server)}] is no name of a mail server", where="server", do="write it as [mail.sheriff.example.gov]")
    return not_of_immigration(server, where="server")


def send_mail(addresses: Sequence[str], title: str, text: str, mail: Mapping[str, Any]) -> bool:
    """By ``apprise`` through the agency's own mail server: ``mail`` names ``server``, ``port``, ``mode`` (``starttls``,
    ``ssl`` or ``insecure``), ``domain``, ``from``."""
    import apprise

    domain = str(mail.get("domain", ""))
    sender, server = str(mail.get("from", "")), str(mail.get("server", ""))
    if not server:
        return False
    check_server(server)
    whom = check_addresses(addresses, domain=domain)
    port, mode = int(mail.get("port", 25)), str(mail.get("mode", "starttls"))
    scheme = "mailto" if mode == "insecure" else "mailtos"
    one = apprise.Apprise()
    good = one.add(f"{scheme}://{server}:{port}?from={quote(sender)}&to={quote(','.join(whom))}&smtp={quote(server)}&mode={mode}")
    return bool(good and one.notify(body=text, title=title))


class Loop:
    """The turns in a thread of their own. ``stop`` waits for the one that runs. ``leads``: whether this process is the one
    that raises and mails; of several it is one at a time, and the others stand by. ``first`` is done at each turn before
    anything else, by each process."""

    def __init__(
        self, desk: Desk, *, send: Send | None = send_mail, seconds: float = TURN_SECONDS, leads: Callable[[], bool] = lambda: True, first: Callable[[], object] = lambda: None
    ) -> None:
        self._desk, self._send, self._seconds, self._leads, self._first = desk, send, seconds, leads, first
        self._woken = threading.Event()
        self._keeping = Keeping(desk)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dueprocess-alerts", daemon=True)
        self.turned_at: int | None = None
        """When the last turn ended."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._woken.set()
        self._thread.join()

    def wake(self) -> None:
        """Begin the next turn now."""
        self._woken.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._woken.clear()
            try:
                self._first()
                if self._leads():
                    turn(self._desk, send=self._send)
                    self._keeping.turn(agencies(self._desk.store))
                self.turned_at = self._desk.now()
            except Exception as error:  # the database may be away: the next turn raises what fell due meanwhile
                log.error("a turn of the alerts failed: %s", type(error).__name__)
            if not self._stop.is_set():
                self._woken.wait(self._seconds)
