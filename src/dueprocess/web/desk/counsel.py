"""Counsel's own store in pages: notes, and for one stay what-ifs and exposure. Nothing here touches the record of the stay;
no other role sees it, and no entry of the record says what was asked."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.audit.exposure import SWITCHES, Assumptions, exposure
from dueprocess.audit.whatif import with_file
from dueprocess.decide import decide_case
from dueprocess.desk import NotHere, Who
from dueprocess.desk.base import event_rows
from dueprocess.desk.folding import case_of, standing
from dueprocess.desk.moments import exactly, read_when
from dueprocess.desk.people import allow
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import iso, local_date
from dueprocess.law.adopting import binding
from dueprocess.store import Done, Person, counsel, tables
from dueprocess.web.desk import words
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.forms import read_value
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import Form, page, post, see

if TYPE_CHECKING:
    from fastapi import FastAPI

    from dueprocess.law import Lawbook

CHANGES = 3
"""Facts that one question changes at most."""
LONGEST_NOTE = 20_000
LONGEST_POLICY = 50_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about one stay: other facts, another instant, other law."""

    facts: Mapping[str, Any]
    at: str
    adopt_all: bool
    policy: str

    @property
    def words(self) -> list[str]:
        """What differs, a line each."""
        found = [f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in self.facts.items()]
        found += [f"asked about {words.instant(self.at)}"] if self.at else []
        found += ["all law that binds the agency taken as adopted"] if self.adopt_all else []
        return found + (["with a further file of law, taken as adopted"] if self.policy else [])


def add_counsel_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""
    store, writer, keys = service.store, service.writer, service.store.keys

    def drawn(name: str, person: Person, **values: Any) -> Response:
        return HTMLResponse(shown(service, name, person, zone=service.desk.zone(person.agency), **values))

    def keep(who: Who, what: str, text: str) -> None:
        if not text.strip() or len(text) > LONGEST_NOTE:
            raise InputError("there is nothing to keep" if not text.strip() else f"the text is longer than {LONGEST_NOTE} characters", do="write a shorter text" if text.strip() else "write it")

        def work(connection: sa.Connection) -> Done:
            counsel.keep_note(connection, keys, agency=who.agency, by=who.account, at=service.now(), what=what, text=text.strip())
            return Done()

        writer.write(work, agency=who.agency, by=who.account)

    def listed(request: Request, person: Person, who: Who) -> Response:
        allow(who, "own_store")
        with store.read(who.agency) as connection:
            notes = counsel.notes(connection, keys, agency=who.agency)
            names = dict(connection.execute(sa.select(tables.accounts.c.id, tables.accounts.c.name).where(tables.accounts.c.agency == who.agency)).all())
            c = tables.stays.c
            cases = connection.execute(sa.select(c.id, c.case_number).where(c.agency == who.agency, c.erased_at.is_(None)).order_by(c.case_number.desc()).limit(200)).all()
        return drawn("counsel", person, notes=notes, names=names, cases=cases)

    def note(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "own_store")
        keep(who, "note", form.text("text"))
        return see("/counsel")

    def drop(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "own_store")

        def work(connection: sa.Connection) -> Done:
            counsel.drop_note(connection, agency=who.agency, note=form.text("note"))
            return Done()

        writer.write(work, agency=who.agency, by=who.account)
        return see("/counsel")

    def weigh(person: Person, who: Who, asked: Asked | None, form: Form) -> Response:
        stay = form.text("stay")
        case, label, zone = _case(service, who, stay)
        # A look at the person, like any other; what was asked about them is counsel's own.
        service.looked(who, "person", stay=stay)
        now = _decided(service, who, case, Asked({}, "", False, ""))
        other = None if asked is None else _decided(service, who, case, asked)
        price = _exposure(other or now, form)
        if form.text("keep") == "whatif" and asked is not None and other is not None:
            keep(who, "whatif", "\n".join([f"Case {label}, asked {words.local(service.now(), zone)}", *asked.words, f"Instead of: {_says(now)}", f"It would be: {_says(other)}"]))
            return see("/counsel")
        if form.text("keep") == "exposure":
            lines = [f"{f['case']} ({f['year']}): {f['arithmetic']} = {f['low']:,.0f} to {f['high']:,.0f} USD" for f in price["figures"] if f["high"] is not None]
            keep(who, "exposure", "\n".join([f"Case {label}, asked {words.local(service.now(), zone)}", *(asked.words if asked else ()), _priced(price), *lines, *price["caveats"]]))
            return see("/counsel")
        vocabulary = service.desk.law().lawbook.vocabulary
        return drawn(
            "counsel_stay", person, stay=stay, label=label, facts=vocabulary.facts, asked=asked, form=form, now_says=now, other=other, price=price, priced=_priced(price),
            switches=SWITCHES, changes=range(1, CHANGES + 1), says=_says,
        )  # fmt: skip

    def stay_page(request: Request, person: Person, who: Who) -> Response:
        allow(who, "own_store")
        return weigh(person, who, None, Form([("stay", str(request.path_params["stay"]))]))

    def ask(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "own_store")
        form["stay"] = str(request.path_params["stay"])
        return weigh(person, who, _asked(service, who, form), form)

    app.add_route("/counsel", page(service, listed), methods=["GET"])
    app.add_route("/counsel", post(service, note), methods=["POST"])
    app.add_route("/counsel/delete", post(service, drop), methods=["POST"])
    app.add_route("/counsel/stay/{stay}", page(service, stay_page), methods=["GET"])
    app.add_route("/counsel/stay/{stay}", post(service, ask), methods=["POST"])


# -- asking otherwise ------------------------------------------------------------------------------------


def _case(service: Service, who: Who, stay: str) -> tuple[dict[str, Any], str, str]:
    """The stay as a case file's mapping, as it stands in the record; its number; the zone. Raises NotHere."""
    with service.store.read(who.agency) as connection:
        row = connection.execute(sa.select(tables.stays).where(tables.stays.c.agency == who.agency, tables.stays.c.id == stay)).first()
        if row is None:
            raise NotHere("there is no such stay here", do="choose one from the list")
        rows = standing(event_rows(connection, who.agency, stay))
    zone = service.desk.zone(who.agency)
    at = service.now() if row.left_at is None else row.left_at
    return case_of(rows, agency=who.agency, label=row.case_number, at=iso(at, zone)), row.case_number, zone


def _asked(service: Service, who: Who, form: Form) -> Asked:
    """Raises InputError for a fact, a value or a time that is none."""
    facts: dict[str, Any] = {}
    for number in range(1, CHANGES + 1):
        name = form.text(f"fact{number}")
        if name:
            facts[name] = read_value(service.desk.law().lawbook, name, form.text(f"value{number}"), where=name.replace("_", " "))
    zone = service.desk.zone(who.agency)
    at = str(exactly(read_when(form.text("at"), zone_name=zone, now=service.now(), where="asked about", ahead=True).at, zone).value) if form.text("at") else ""
    policy = form.text("policy").strip()
    if len(policy) > LONGEST_POLICY:
        raise InputError(f"the file is longer than {LONGEST_POLICY} characters", where="file of law", do="try it with dueprocess whatif")
    asked = Asked(facts, at, form.text("adopt") == "all", policy)
    if not asked.words and form.text("keep") != "exposure" and not form.text("basis"):
        raise InputError("nothing is different", do="choose a fact, a time or law")
    return asked


def _decided(service: Service, who: Who, case: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """The answer, worked out and stored nowhere. Raises InputError and LawError, naming the line of a policy."""
    law, today = service.desk.law(), local_date(service.desk.zone(who.agency), service.now())
    book, adoption = law.lawbook, dict(law.adoption(who.agency))
    extra: list[str] = []
    if asked.policy:
        book, identity = _with(service, asked.policy)
        extra = [identity]
    if asked.adopt_all:
        adoption = {"agency": who.agency, "adopted": [a.id for a in binding(book, who.agency)]}
    if extra:
        adoption["adopted"] = [*(e for e in adoption["adopted"] if e not in extra), *extra]
    given = {**case, "facts": {**case["facts"], **asked.facts}}
    return decide_case(given, today=today, lawbook=book, adoption=adoption, at=asked.at or None)


def _with(service: Service, policy: str) -> tuple[Lawbook, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file-of-law.yaml"
        path.write_text(policy, encoding="utf-8")
        try:
            return with_file(service.law_folders, path)
        except InputError as error:
            raise InputError(error.what, where=error.where.replace(str(path), "file of law"), do=error.do) from None


# -- exposure --------------------------------------------------------------------------------------------


def _exposure(answer: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """The arithmetic of published cases over this stay's hours past what the law of the answer allowed."""
    over = answer["overheld_hours"]
    counted = over is not None and over["most"] > 0
    group = {"stays": 1, "persons": 1, "hours_least": over["least"], "hours_most": over["most"]} if counted else {"stays": 0, "persons": 0, "hours_least": 0.0, "hours_most": 0.0}
    chosen = Assumptions(basis=form.text("basis") or "per_hour", benchmarks=form.text("benchmarks") or "all", fees=form.text("fees") or "none")
    return {**exposure({"certain": group}, chosen), "hours": over, "counted": counted, "chosen": chosen}


def _priced(price: Mapping[str, Any]) -> str:
    if not price["counted"]:
        return "No hours past what the encoded law allowed: no exposure is worked out."
    hours = price["hours"]
    least, most = (f"{round(hours[key], 2):g}" for key in ("least", "most"))
    span = most if least == most else f"{least} to {most}"
    told = f"{span} {'hour' if span == '1' else 'hours'} past what the encoded law allowed"
    if price["high"] is None:
        return f"{told}; no published figure fits"
    return f"{told}: {0 if price['low'] is None else price['low']:,.0f} to {price['high']:,.0f} USD at the rates of other cases"


def _says(answer: Mapping[str, Any]) -> str:
    """The answer in one line."""
    told = words.outcome(answer["outcome"])
    if answer["hold_until"] is not None:
        until = answer["hold_until"]
        told += f" until {words.instant(until if isinstance(until, str) else until['earliest'])}"
    if answer["open_because"]:
        told += f" (open because of {answer['open_because'].replace('_', ' ')})"
    then = answer.get("then")
    return told + (f"; when local custody ends: {words.outcome(then['outcome'])}" if then else "")


def _plain(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
