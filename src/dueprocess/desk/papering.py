"""Papers: received, served, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from dueprocess.case.model import DETAINERS
from dueprocess.desk import events as kinds
from dueprocess.desk.base import Base, Seen
from dueprocess.desk.drafts import paper_draft
from dueprocess.desk.moments import read_when
from dueprocess.desk.people import Who
from dueprocess.kernel.errors import InputError
from dueprocess.store import Draft, Receipt
from dueprocess.store.accounts import new_id


class Papering(Base):
    """What is recorded about papers."""

    def receive_paper(
        self, who: Who, stay: str, paper: Mapping[str, Any], *, at: str | None = None, replaces: str | None = None, once: str | None = None, seen: int | None = None
    ) -> Receipt:
        """A paper as values: ``kind``, ``edition``, ``signed_by``, ``boxes``, ``matter``, ``issuer`` of the case file.
        What is left out is unknown.

        ``replaces``: the paper of this stay that it was issued in place of, which asks for nothing any more from the instant
        when this one came. Without it each paper stands beside the others.
        """
        id_ = new_id("p")

        def make(_: sa.Connection, found: Seen) -> Draft:
            when = read_when(at, zone_name=found.zone, now=self.now(), where="received at")
            if replaces is not None:
                replaced(found, replaces, str(paper.get("kind")))
            return paper_draft(stay, id_, paper, when, beside={"replaces": replaces})

        return self._do(who, "paper", stay, make, once=once, seen=seen, request={"paper": dict(paper), "at": at, **({"replaces": replaces} if replaces else {})})

    def cancel_paper(self, who: Who, stay: str, *, paper: str, at: str | None = None, once: str | None = None, seen: int | None = None) -> Receipt:
        """Who sent a paper has withdrawn it."""
        return self._about_paper(who, "paper", stay, kinds.CANCELLED, paper, at=at, once=once, seen=seen)

    def serve_copy(self, who: Who, stay: str, *, paper: str, at: str | None = None, once: str | None = None, seen: int | None = None) -> Receipt:
        """The person was given a copy of a paper."""
        return self._about_paper(who, "serve", stay, kinds.SERVED, paper, at=at, once=once, seen=seen)

    def _about_paper(self, who: Who, action: str, stay: str, kind: str, paper: str, *, at: str | None, once: str | None, seen: int | None) -> Receipt:
        def make(_: sa.Connection, found: Seen) -> Draft:
            found.one(kinds.PAPER, paper)
            if found.has(kind, paper) or (kind == kinds.CANCELLED and is_ended(found, paper)):
                raise InputError("this was recorded already", do="amend the entry that says so")
            when = read_when(at, zone_name=found.zone, now=self.now(), where="at")
            return Draft(kind, {"id": paper, "when": when.value}, subject=stay, head={"paper": paper, "when": when.at})

        return self._do(who, action, stay, make, once=once, seen=seen, request={"kind": kind, "paper": paper, "at": at})


def replaced(found: Seen, paper: str, kind: str) -> None:
    """Whether a new paper of a kind may stand in the place of a paper. Raises InputError."""
    old = found.one(kinds.PAPER, paper)
    if is_ended(found, paper):
        raise InputError("the paper that it replaces does not stand", do="choose one that stands, or none")
    if (old.body["paper"]["kind"] in DETAINERS) != (kind in DETAINERS):
        raise InputError("a detainer replaces a detainer only", do="choose the paper that was issued anew, or none")


def is_ended(found: Seen, paper: str) -> bool:
    """Whether a paper was withdrawn, or another was issued in its place."""
    return found.has(kinds.CANCELLED, paper) or any(r.kind == kinds.PAPER and r.body.get("replaces") == paper for r in found.rows)
