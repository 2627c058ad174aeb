"""Entries as they are about to be written, and what may stand in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from dueprocess.case.reading import GROUND_KINDS, PAPER_KEYS, PAPER_KINDS
from dueprocess.desk import events as kinds
from dueprocess.desk.folding import Happened
from dueprocess.desk.moments import When, read_when
from dueprocess.desk.people import Who
from dueprocess.desk.statements import STAYS, THESE_CASES
from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.instants import local_date, parse_instant
from dueprocess.store import Draft
from dueprocess.store.driver import Asked, asked

LONGEST = 2000
"""Characters of a text that somebody writes."""


_last: dict[str, tuple[int, str]] = {}
"""The count and the case number of the last stay that this process saw, of each agency: a hint, looked up before it is used."""


def label_hint(agency: str, now: int, zone_name: str) -> Asked:
    """What shows whether the case number that was given last is still the last, and that is asked before ``next_label``."""
    count, last = _last.get(agency, (0, ""))
    return THESE_CASES, {"the_agency": agency, "last": last, "next": _label(_year(zone_name, now), count + 1), "other": _label(last[:2], count + 1)}


def next_label(connection: sa.Connection, agency: str, now: int, zone_name: str, *, hinted: Sequence[Any] | None = None) -> str:
    """The case number of an agency's next stay: the local year and a count. ``hinted``: what the database said to
    ``label_hint``, where it was asked in this piece of work already."""
    count, last = _last.get(agency, (0, ""))
    if hinted is None:
        hinted = asked(connection, *label_hint(agency, now, zone_name))
    # All of them are counted only where another process, or a request that came to nothing, has made the hint wrong.
    if not count or list(hinted) != [(last,)]:
        ((count,),) = asked(connection, STAYS, {"the_agency": agency})
    label = _label(_year(zone_name, now), count + 1)
    _last[agency] = count + 1, label
    return label


def _year(zone_name: str, now: int) -> str:
    return f"{local_date(zone_name, now).year % 100:02}"


def _label(year: str, count: int) -> str:
    return f"{year}-{count:05}"


def read_until(value: Any) -> int | None:
    """The end of a ground as epoch seconds; None while it is open."""
    if isinstance(value, Mapping):
        value = value["earliest"]
    return None if value in (None, "open") else parse_instant(value, where="until")


def is_over(row: Happened, at: int) -> bool:
    """Whether a ground has a known end that has come."""
    end = read_until(row.body["ground"]["until"])
    return end is not None and end <= at


def until_of(text: str | None, zone: str, now: int) -> When | None:
    """The end of a ground as it was typed; nothing while it is open."""
    return read_when(text, zone_name=zone, now=now, where="until", ahead=True) if (text or "").strip() else None


def ground_draft(stay: str, id_: str, kind: str, since: When, until: When | None) -> Draft:
    """A local ground."""
    choice(kind, GROUND_KINDS, "kind")
    body = {"id": id_, "ground": {"kind": kind, "from": since.value, "until": "open" if until is None else until.value}}
    return Draft(kinds.GROUND, body, subject=stay, head={"ground": id_, "what": kind, "when": since.at, "until": None if until is None else until.at})


_GIVEN = tuple(k for k in PAPER_KEYS if not k.endswith("_at"))


def paper_draft(stay: str, id_: str, paper: Mapping[str, Any], when: When, *, beside: Mapping[str, Any] | None = None) -> Draft:
    """A paper as values. ``beside``: what stands in the entry besides them: ``file`` (its pages), ``read`` (what the program
    read, and who corrected it), ``replaces`` (the paper that it was issued in place of).

    Raises InputError for a key or a kind that a paper does not have; the engine checks the rest.
    """
    for key in paper:
        if key not in _GIVEN:
            raise InputError(f"[{shown(key)}] is no key of a paper", do=nearest(key, _GIVEN) or f"one of {', '.join(_GIVEN)}")
    kind = choice(str(paper.get("kind")), PAPER_KINDS, "kind")
    given = {k: v for k, v in paper.items() if v not in (None, "")}
    more = {k: v for k, v in (beside or {}).items() if v is not None}
    body = {"id": id_, "paper": {**given, "received_at": when.value}, **more}
    edition = given.get("edition")
    head = {"paper": id_, "form": kind, "edition": str(edition) if edition else None, "when": when.at, "file": more.get("file"), "replaces": more.get("replaces")}
    return Draft(kinds.PAPER, body, subject=stay, head=head)


BESIDE = ("file", "read", "replaces")
"""What stands in a paper's entry besides its values."""


def amending(draft: Draft, old: Happened) -> Draft:
    """The draft as a correction of an entry."""
    return Draft(kinds.AMENDED, draft.payload, subject=draft.subject, head={**draft.head, "what_kind": old.kind, "amends": old.number})


def moved(old: Happened, when: When, stay: str) -> Draft:
    """The same entry at another time."""
    body = dict(old.body)
    head: dict[str, Any] = {"when": when.at}
    if old.kind == kinds.GROUND:
        end = read_until(body["ground"]["until"])
        body["ground"] = {**body["ground"], "from": when.value}
        head |= {"ground": body["id"], "what": body["ground"]["kind"], "until": end}
    elif old.kind == kinds.PAPER:
        body["paper"] = {**body["paper"], "received_at": when.value}
        head |= {"paper": body["id"], "form": body["paper"]["kind"], "edition": body["paper"].get("edition"), "file": body.get("file"), "replaces": body.get("replaces")}
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


def pending(draft: Draft, who: Who, *, kind: str | None = None, amends: int | None = None) -> Happened:
    """The row that a draft will be."""
    at, known = draft.head["when"], draft.head.get("known_at")
    return Happened(None, kind or draft.kind, int(at or 0), None if known is None else int(known), who.account, dict(draft.payload or {}), amends)


def with_drafts(rows: Sequence[Happened], drafts: Sequence[Draft], who: Who) -> list[Happened]:
    """The rows as they will be. What uses up no version of the stay is no row of it."""
    found = list(rows)
    for draft in drafts:
        if draft.subject is None:
            continue
        if draft.kind == kinds.UNDONE:
            found = [r for r in found if r.number != draft.head["undoes"]]
        elif draft.kind == kinds.AMENDED:
            old = int(draft.head["amends"] or 0)
            found = [pending(draft, who, kind=str(draft.head["what_kind"]), amends=old) if r.number == old else r for r in found]
        else:
            found.append(pending(draft, who))
    return found


def key_of(who: Who, once: str | None) -> str | None:
    """A key is the sender's own: nobody meets another's."""
    if once is None:
        return None
    if not 8 <= len(once) <= 100:
        raise InputError("the request's own name has to have 8 to 100 characters", where="Idempotency-Key", do="send a random one")
    return f"{who.account}:{once}"


def choice(value: str, options: Sequence[str], where: str) -> str:
    """The value, where it is one of the options. Raises InputError."""
    if value not in options:
        raise InputError(f"[{shown(value)}] is none of the choices", where=where, do=nearest(value, options) or f"one of {', '.join(options)}")
    return value


def text_of(value: str, where: str) -> str:
    """A text, without blanks around it. Raises InputError where it is too long."""
    if len(value) > LONGEST:
        raise InputError(f"the text is longer than {LONGEST} characters", where=where, do="shorten it")
    return value.strip()
