"""Packets: what a fax or a scan brought, kept byte for byte, read by the program apart from the requests, looked at by a
person, and filed to the stay in one press.

Until it is filed a packet is working state (``packets``). The record has its files' hashes from the start, who said whose
it is, what the program read, and then each paper as a person let it stand, with what they corrected beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from dueprocess.desk import events as kinds
from dueprocess.desk.base import Base, Seen
from dueprocess.desk.drafts import key_of, paper_draft, text_of
from dueprocess.desk.folding import Happened
from dueprocess.desk.moments import exactly, read_when
from dueprocess.desk.papering import is_ended, replaced
from dueprocess.desk.people import NotAllowed, NotHere, Who, allow, over
from dueprocess.desk.reviewing import Word, taken
from dueprocess.desk.troubles import settled
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import day_start
from dueprocess.store import Conflict, Done, Draft, Receipt, tables
from dueprocess.store.accounts import new_id
from dueprocess.store.files import SealedFile, keep_file, seal_file

MEDIA = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg", "tiff": "image/tiff", "text": "text/plain", "mail": "message/rfc822"}
MOST_FILES = 10
OPEN = ("waiting", "read", "failed")
_TABLE = tables.packets


class Packets(Base):
    """Handing in, saying whose it is, filing."""

    def hand_in(
        self, who: Who, files: Sequence[bytes], *, stay: str | None = None, at: str | None = None, hint: str = "", once: str | None = None
    ) -> Receipt:
        """Files came, for a stay or for somebody not yet named: kept as they are. They are read afterwards; the result names
        the ``packet``. ``hint``: a booking number that came with them."""
        from dueprocess.papers.files import media_of

        allow(who, "paper")
        if not files:
            raise InputError("there is no file", do="choose a PDF, TIFF, PNG or JPEG")
        if len(files) > MOST_FILES:
            raise InputError(f"there are more than {MOST_FILES} files", do="hand them in a few at a time")
        kinds_of = []
        for number, data in enumerate(files, 1):
            try:
                kinds_of.append(MEDIA[media_of(data)])
            except (InputError, KeyError) as error:
                told = error.what if isinstance(error, InputError) else "it is none of the kinds that are read"
                raise InputError(f"file {number}: {told}", do="hand in a PDF, TIFF, PNG or JPEG") from None
        zone, now, id_ = self.zone(who.agency), self.now(), new_id("k")
        when = read_when(at, zone_name=zone, now=now, where="received at")
        sealed = [seal_file(self.store.keys, agency=who.agency, media=media, data=data, at=now) for data, media in zip(files, kinds_of, strict=True)]

        def work(connection: sa.Connection) -> Done:
            if stay is not None:
                self._seen(connection, who.agency, stay)
            drafts = []
            for one in sealed:
                keep_file(connection, one, stay=stay)
                drafts.append(Draft(kinds.HANDED_IN, head={"packet": id_, "when": when.at, **one.head}, about=stay))
            row = {
                "id": id_, "agency": who.agency, "stay": stay, "what": "packet", "state": "waiting", "files": [{"file": f.row["id"], "media": f.row["media"]} for f in sealed],
                "at": when.at, "by": who.account, "done": 0, "total": 0, "hint": text_of(hint, "booking number") or None,
            }  # fmt: skip
            connection.execute(_TABLE.insert(), row)
            return Done(drafts, {"packet": id_})

        # What was handed in is known by its bytes: the same request again is the same packet.
        request = {"stay": stay, "files": [sha256(data).hexdigest() for data in files], "at": at, "hint": hint}
        return self.writer.write(work, agency=who.agency, by=who.account, key=key_of(who, once), request=request)

    def assign(self, who: Who, packet: str, stay: str, *, once: str | None = None) -> Receipt:
        """Somebody says whose a packet is. What was read of it goes into the record with that stay."""
        allow(who, "paper")

        def work(connection: sa.Connection) -> Done:
            row = packet_row(connection, who.agency, packet)
            if row.what != "packet" or row.stay is not None or row.state not in OPEN:
                raise Conflict("somebody has settled this packet in the meantime", do="look at it again")
            self._seen(connection, who.agency, stay)
            set_packet(connection, who.agency, packet, stay=stay, hint=None)
            _own_files(connection, who.agency, row, stay)
            drafts = [Draft(kinds.WHOSE, head={"packet": packet, "when": self.now()}, about=stay)]
            if row.reading is not None:
                drafts.append(read_draft(packet, row.reading, stay=stay))
            return Done([*drafts, *settled(connection, who.agency, f"packet/{packet}/")], {"packet": packet, "stay": stay})

        return self.writer.write(work, agency=who.agency, by=who.account, key=key_of(who, once), request={"packet": packet, "stay": stay})

    def set_aside(self, who: Who, packet: str, *, once: str | None = None) -> Receipt:
        """It belongs to nobody here. Its bytes are erased; the record keeps their hash, and who said so."""
        allow(who, "paper")

        def work(connection: sa.Connection) -> Done:
            row = packet_row(connection, who.agency, packet)
            if row.state not in OPEN or row.stay is not None:
                raise InputError("this packet belongs to somebody", do="take back its papers on the person's page, if they are another's")
            set_packet(connection, who.agency, packet, state="aside", reading=None, hint=None)
            erase_files(connection, who.agency, row)
            aside = Draft(kinds.ASIDE, head={"packet": packet, "when": self.now()})
            return Done([aside, *settled(connection, who.agency, f"packet/{packet}/")], {"packet": packet})

        return self.writer.write(work, agency=who.agency, by=who.account, key=key_of(who, once), request={"packet": packet})

    def file_packet(
        self, who: Who, packet: str, words: Sequence[Word], *, at: str | None = None, more: bool = False, seen: int | None = None, once: str | None = None
    ) -> Receipt:
        """File the papers of a packet to its stay, as a person let them stand: one press, one answer.

        ``words``: the person's word on each paper. What differs from the program's reading is a correction, kept beside it
        with who made it and when. ``more``: something in the packet is not filed yet. A paper that the person files with
        something unknown in it is filed so: unknown stays unknown.
        """

        def make(connection: sa.Connection, found: Seen) -> list[Draft]:
            row = packet_row(connection, who.agency, packet)
            if row.stay != found.row.id or row.state not in ("read", "failed"):
                raise Conflict("this packet was settled in the meantime, or is still being read", do="look at it again")
            if not words:
                raise InputError("no paper is chosen", do="tick the papers that belong to this person, or set the packet aside")
            now = self.now()
            when = read_when(at, zone_name=found.zone, now=now, where="received at") if (at or "").strip() else exactly(row.at, found.zone)
            drafts: list[Draft] = []
            standing = [r.body["id"] for r in found.rows if r.kind == kinds.PAPER and not is_ended(found, r.body["id"])]
            for word, id_ in zip(words, ids, strict=True):
                if word.replaces is not None:
                    replaced(found, word.replaces, word.kind)
                one = taken(row.reading, word, now=now, by=who.account, role=who.role)
                beside = {"file": row.files[0]["file"], "read": {"packet": packet, **one.beside}, "replaces": word.replaces}
                drafts.append(paper_draft(found.row.id, id_, one.paper, when, beside=beside))
                if one.served_at is not None:
                    drafts.append(_dated(kinds.SERVED, found, id_, one.served_at))
                if word.withdraws is not None:
                    if word.withdraws not in standing:
                        raise InputError("the paper that it withdraws does not stand", do="choose one from the list")
                    drafts.append(Draft(kinds.CANCELLED, {"id": word.withdraws, "when": when.value, "packet": packet}, subject=found.row.id, head={"paper": word.withdraws, "when": when.at}))
            set_packet(connection, who.agency, packet, state=row.state if more else "filed")
            head: dict[str, str | int | bool | None] = {"packet": packet, "papers": len(words), "when": now}
            drafts.append(Draft(kinds.FILED, head=head, about=found.row.id))
            return drafts if more else [*drafts, *settled(connection, who.agency, f"packet/{packet}/")]

        allow(who, "paper")
        with self.store.read(who.agency) as connection:
            owner = packet_row(connection, who.agency, packet)
        ids = [new_id("p") for _ in words]
        if owner.stay is None:
            raise InputError("nobody has said whose packet this is", do="choose the person first")
        asked = {"packet": packet, "words": [w.plain() for w in words], "at": at, "more": more}
        return self._do(who, "paper", str(owner.stay), make, once=once, seen=seen, request=asked)

    def close_packet(self, who: Who, packet: str, *, once: str | None = None) -> Receipt:
        """Nothing more of it is to be filed: a cover page, or the jail's own sheet. It stays with the person's case."""
        allow(who, "paper")

        def work(connection: sa.Connection) -> Done:
            row = packet_row(connection, who.agency, packet)
            if row.stay is None or row.state not in ("read", "failed"):
                raise Conflict("this packet was settled in the meantime, is still being read, or belongs to nobody yet", do="look at it again")
            set_packet(connection, who.agency, packet, state="filed")
            head: dict[str, str | int | bool | None] = {"packet": packet, "papers": 0, "when": self.now()}
            return Done([Draft(kinds.FILED, head=head, about=row.stay), *settled(connection, who.agency, f"packet/{packet}/")], {"packet": packet})

        return self.writer.write(work, agency=who.agency, by=who.account, key=key_of(who, once), request={"packet": packet, "nothing": True})

    def take_back_packet(self, who: Who, packet: str, *, once: str | None = None) -> Receipt:
        """It was another's: what was filed of it is taken back in one step, and it waits for a name again. Who filed it may,
        or a supervisor or counsel. All of it stays in the record."""

        def make(connection: sa.Connection, found: Seen) -> list[Draft]:
            row = packet_row(connection, who.agency, packet)
            if row.stay != found.row.id or row.state not in ("read", "failed", "filed"):
                raise Conflict("this packet was settled in the meantime, or is still being read", do="look at it again")
            mine = {r.body["id"]: r for r in found.rows if r.kind == kinds.PAPER and (r.body.get("read") or {}).get("packet") == packet}
            if not over(who) and any(r.by != who.account for r in mine.values()):
                raise NotAllowed("only who filed it takes it back", do="ask a supervisor")
            about = [r for r in found.rows if r.kind in (kinds.SERVED, kinds.CANCELLED) and (r.body["id"] in mine or r.body.get("packet") == packet)]
            now = self.now()
            set_packet(connection, who.agency, packet, stay=None, state="failed" if row.reading is None else "read")
            _own_files(connection, who.agency, row, None)  # else they would be erased with somebody whose they are not
            drafts = [_back(r, found.row.id, now) for r in (*about, *mine.values())]
            head: dict[str, str | int | bool | None] = {"packet": packet, "papers": len(mine), "when": now}
            return [*drafts, Draft(kinds.BACK, head=head, about=found.row.id), *settled(connection, who.agency, f"packet/{packet}/")]

        allow(who, "undo")
        with self.store.read(who.agency) as connection:
            owner = packet_row(connection, who.agency, packet)
        if owner.stay is None:
            raise InputError("this packet belongs to nobody yet", do="choose whose it is, or set it aside")
        return self._do(who, "undo", str(owner.stay), make, once=once, request={"packet": packet, "back": True})


def _back(row: Happened, stay: str, now: int) -> Draft:
    head: dict[str, str | int | bool | None] = {"undoes": row.number, "what_kind": row.kind, "id": row.body["id"], "was": None, "when": now}
    return Draft(kinds.UNDONE, subject=stay, head=head)


def packet_row(connection: sa.Connection, agency: str, packet: str) -> Any:
    """Raises NotHere, also for another agency's."""
    row = connection.execute(sa.select(_TABLE).where(_TABLE.c.agency == agency, _TABLE.c.id == packet)).first()
    if row is None:
        raise NotHere("there is no such packet here", do="choose one from the board")
    return row


def set_packet(connection: sa.Connection, agency: str, packet: str, **values: Any) -> None:
    """Change a packet's working state, within a piece of the writer's work."""
    values = {k: sa.null() if v is None else v for k, v in values.items()}
    connection.execute(_TABLE.update().where(_TABLE.c.agency == agency, _TABLE.c.id == packet).values(**values))


def read_draft(packet: str, reading: Mapping[str, Any], *, stay: str) -> Draft:
    """The entry with what the program read: it changes nothing about the stay, and is erased with it."""
    head: dict[str, str | int | bool | None] = {"packet": packet, "papers": len(reading["papers"]), "pages": len(reading["pages"]), "whole": bool(reading["complete"])}
    return Draft(kinds.READ, {"reading": dict(reading)}, head=head, about=stay)


def keep_pictures(connection: sa.Connection, pictures: Sequence[SealedFile], *, stay: str | None) -> None:
    """The pages' pictures, beside the files that they were made of."""
    for one in pictures:
        keep_file(connection, one, stay=stay)


def erase_files(connection: sa.Connection, agency: str, row: Any) -> None:
    """Take away the bytes of what was handed in, and of its pages' pictures."""
    f = tables.files.c
    connection.execute(tables.files.update().where(f.agency == agency, f.id.in_(_files(row))).values(sealed=None, wrapped=None))


def _own_files(connection: sa.Connection, agency: str, row: Any, stay: str | None) -> None:
    f = tables.files.c
    connection.execute(tables.files.update().where(f.agency == agency, f.id.in_(_files(row))).values(stay=stay))


def _files(row: Any) -> list[str]:
    named = [one["file"] for one in row.files]
    pages = [] if row.reading is None else [page["picture"] for page in row.reading.get("pages", ()) if page.get("picture")]
    return [*named, *pages]


def _dated(kind: str, found: Seen, paper: str, day: str) -> Draft:
    """Something on a day that a paper gives: its whole local day, of which the first instant is shown."""
    at = day_start(found.zone, date.fromisoformat(day[:10]))
    return Draft(kind, {"id": paper, "when": day[:10]}, subject=found.row.id, head={"paper": paper, "when": at})


def hints(text: str) -> list[str]:
    """What may be a booking number in a file's name or on a cover sheet: runs of letters and digits with a digit in them."""
    return [part for part in re.split(r"[^A-Za-z0-9-]+", text) if any(c.isdigit() for c in part)][:10]
