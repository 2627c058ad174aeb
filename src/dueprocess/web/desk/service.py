"""What every page and every call of the desk works with, and the status that a refusal has."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dueprocess.desk import Desk, NotAllowed, NotHere, Who
from dueprocess.desk.alerts import Loop
from dueprocess.desk.lawful import LawInUse
from dueprocess.desk.people import OutOfOrder
from dueprocess.kernel.errors import InputError
from dueprocess.store import Conflict, Done, Gate, Store, Unavailable, Writer, looking
from dueprocess.store.gate import Locked, Refused
from dueprocess.web.desk.feed import Feed
from dueprocess.web.desk.identity import Provider


@dataclass(frozen=True)
class Service:
    """What the pages and the interface work with. ``secure``: reached by TLS; ``banner`` stands on every page;
    ``shelf`` is the folder of what is kept as files (uploaded tables, audits, an agency's own registry; None: none is kept),
    ``law_folders`` those that the law in use was read from."""

    store: Store
    writer: Writer
    gate: Gate
    desk: Desk
    now: Callable[[], int]
    secure: bool = True
    banner: str = ""
    loop: Loop | None = None
    feed: Feed = field(default_factory=Feed)
    shelf: Path | None = None
    law_folders: tuple[Path, ...] = ()
    provider: Provider | None = None
    """The county's own sign-in, where there is one."""
    law: LawInUse | None = None
    """Where counsel adopts; without it the desk has the law that it was given, for good."""

    @property
    def cookie(self) -> str:
        """A name that browsers take over TLS only, for the whole host."""
        return "__Host-desk" if self.secure else "desk"

    def looked(self, who: Who, what: str, *, rows: int = 1, stay: str | None = None, purpose: str | None = None) -> None:
        """Record a look before what was looked at is shown."""
        entry = looking.look(what, rows=rows, stay=stay, purpose=purpose)
        self.writer.write(lambda _: Done([entry]), agency=who.agency, by=who.account)


_IN_A_CASE = re.compile(r"(papers|custody|events|facts)\b")


def as_sent(error: InputError) -> InputError:
    """What the answer finds wrong at a place of the case, by the name that the form or the call has for it."""
    if not _IN_A_CASE.match(error.where):
        return error
    return InputError(error.what, where=error.where.rpartition(".")[2].replace("_", " "), do=error.do)


def status_of(error: InputError) -> int:
    """The status that an error has at the edge."""
    for kind, status in ((NotAllowed, 403), (NotHere, 404), (Conflict, 409), (OutOfOrder, 409), (Unavailable, 503), (Locked, 429), (Refused, 403)):
        if isinstance(error, kind):
            return status
    return 400
