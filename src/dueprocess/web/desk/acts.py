"""The forms of a person's page: what each of them does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dueprocess.desk import Who
from dueprocess.web.desk.forms import read_value
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import Form

Act = Callable[[Service, Who, str, Form], Any]


def paper_values(form: Form) -> dict[str, Any]:
    """What was read from a paper. Boxes that nobody read are unknown; ``boxes_read`` says that the ticked ones are all."""
    given: dict[str, Any] = {name: form.text(name) or None for name in ("kind", "edition", "signed_by", "matter", "issuer")}
    if given["kind"] not in ("judicial_warrant", "court_order"):
        given["matter"] = None
    if given["kind"] is not None and given["kind"].startswith("i-247"):
        given["boxes"] = form.many("boxes") if form.text("boxes_read") == "yes" else None
    else:
        given["issuer"] = None
    return given


def _value(service: Service, form: Form) -> Any:
    return read_value(service.desk.law().lawbook, form.text("fact"), form.text("value"))


def _transfer(service: Service, who: Who, stay: str, form: Form) -> Any:
    """``to`` is ICE, another jail, or a jail of this installation by its path."""
    to = form.text("to")
    agency = to if to.startswith("us/") else None
    return service.desk.transfer(who, stay, to="other_agency" if agency else to, agency=agency, at=form.text("at"), once=form.once)


def _paper(service: Service, who: Who, stay: str, form: Form) -> Any:
    return service.desk.receive_paper(who, stay, paper_values(form), at=form.text("at"), replaces=form.text("replaces") or None, once=form.once)


def _person(service: Service, who: Who, stay: str, form: Form) -> Any:
    return service.desk.amend_person(
        who, stay, name=form.text("name"), booking_number=form.text("booking_number"), language=form.text("language") or None, seen=form.seen, once=form.once
    )


ACTS: Mapping[str, Act] = {
    "ground": lambda s, who, stay, f: s.desk.add_ground(who, stay, kind=f.text("kind"), since=f.text("at"), until=f.text("until"), once=f.once),
    "end-ground": lambda s, who, stay, f: s.desk.end_ground(who, stay, ground=f.text("ground"), how=f.text("how"), at=f.text("at"), known_at=f.text("known_at"), once=f.once),
    "bail-refused": lambda s, who, stay, f: s.desk.refuse_bail(who, stay, at=f.text("at"), once=f.once),
    "paper": _paper,
    "correct": lambda s, who, stay, f: s.desk.correct_paper(who, stay, number=f.number("number"), paper=paper_values(f), at=f.text("at"), seen=f.seen, once=f.once),
    "cancel": lambda s, who, stay, f: s.desk.cancel_paper(who, stay, paper=f.text("paper"), at=f.text("at"), once=f.once),
    "serve": lambda s, who, stay, f: s.desk.serve_copy(who, stay, paper=f.text("paper"), at=f.text("at"), once=f.once),
    "said": lambda s, who, stay, f: s.desk.said(who, stay, what=f.text("what"), words=f.text("words"), answer=f.text("answer"), at=f.text("at"), once=f.once),
    "answer": lambda s, who, stay, f: s.desk.answer_fact(who, stay, fact=f.text("fact"), value=_value(s, f), once=f.once),
    "complete": lambda s, who, stay, f: s.desk.complete(who, stay, once=f.once),
    "duty": lambda s, who, stay, f: s.desk.do_duty(who, stay, what=f.text("what"), at=f.text("at"), once=f.once),
    "notify": lambda s, who, stay, f: s.desk.notify(who, stay, at=f.text("at"), once=f.once),
    "determine": lambda s, who, stay, f: s.desk.determine(who, stay, fact=f.text("fact"), value=_value(s, f), on=f.text("on"), seen=f.seen, once=f.once),
    "go-on": lambda s, who, stay, f: s.desk.go_on(who, stay, officer=f.text("officer"), paper=f.text("paper"), authority=f.text("authority"), seen=f.seen, once=f.once),
    "against": lambda s, who, stay, f: s.desk.against(who, stay, what=f.text("what"), text=f.text("text"), at=f.text("at"), once=f.once),
    "release": lambda s, who, stay, f: s.desk.release(who, stay, at=f.text("at"), once=f.once),
    "transfer": _transfer,
    "person": _person,
    "amend": lambda s, who, stay, f: s.desk.amend_time(who, stay, number=f.number("number"), at=f.text("at"), seen=f.seen, once=f.once),
    "undo": lambda s, who, stay, f: s.desk.undo(who, stay, number=f.number("number"), seen=f.seen, once=f.once),
}
"""What each form of a person's page does."""
