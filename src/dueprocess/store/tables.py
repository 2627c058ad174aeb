"""Every table, with the reason for each column. ``data inventory`` prints what stands here, and erasing follows it.

A table is one of: the record itself (never changed, save that payload keys are destroyed), a read table (worked out from
the record, and made again from it by ``rebuild``), or working state (accounts, sessions, idempotency keys).

``about`` on each column says why it is kept, until when and who may read it. Personal columns are emptied when a stay is
erased; they have to allow null.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Until(StrEnum):
    """How long a column is kept."""

    record = "for good: part of the record, and not about a person"
    release = "some days after release, unless a litigation hold stands"
    payload = "its key, some days after release; the encrypted bytes and their hash for good"
    account = "while the account exists"
    session = "until the session ends"
    week = "a week"
    agency = "while the agency uses the desk"
    counsel = "until counsel deletes it"


class Readers(StrEnum):
    """Who may read a column."""

    anyone = "every account of the agency"
    desk = "clerk, supervisor, counsel, auditor of the agency"
    counsel = "counsel of the agency"
    supervisors = "supervisor, counsel, auditor, administrator of the agency"
    nobody = "no one: the program only"
    verifier = "whoever is given an export"


@dataclass(frozen=True, slots=True)
class About:
    """Why a column is kept, until when, who may read it, and whether it is about a person held."""

    why: str
    until: Until
    readers: Readers
    personal: bool = False


Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _column(name: str, type_: Any, why: str, until: Until, readers: Readers, *constraints: Any, **options: Any) -> sa.Column[Any]:
    options.setdefault("nullable", False)
    return sa.Column(name, type_, *constraints, info={"about": About(why, until, readers)}, **options)


def _personal(name: str, type_: Any, why: str, *, readers: Readers = Readers.desk) -> sa.Column[Any]:
    """A column about a person held: emptied when the stay is erased."""
    return sa.Column(name, type_, nullable=True, info={"about": About(why, Until.release, readers, personal=True)})


def _agency() -> sa.Column[Any]:
    return _column("agency", sa.Text, "whose row it is; no other agency sees it", Until.record, Readers.anyone)


def _table(name: str, *columns: Any, kind: str) -> sa.Table:
    """``kind``: ``record``, ``read`` or ``state``."""
    return sa.Table(name, metadata, *columns, info={"kind": kind})


# -- the record ------------------------------------------------------------------------------------------

entries = _table(
    "ledger_entries",
    _column("number", Number, "the entry's place in the record, from 1", Until.record, Readers.verifier, primary_key=True, autoincrement=False),
    _agency(),
    _column("subject", sa.Text, "which stay it is about", Until.record, Readers.verifier, nullable=True, index=True),
    _column("kind", sa.Text, "what was done", Until.record, Readers.verifier),
    _column("at", sa.BigInteger, "when it was recorded", Until.record, Readers.verifier),
    _column("leaf", sa.LargeBinary, "the bytes that the proofs are about", Until.record, Readers.verifier),
    _column("hash", sa.LargeBinary, "the leaf's hash", Until.record, Readers.verifier),
    _column("payload", sa.LargeBinary, "what was said, encrypted", Until.payload, Readers.desk, nullable=True),
    kind="record",
)
"""One row an entry, written once."""

payload_keys = _table(
    "payload_keys",
    _column("number", Number, "which entry's payload it opens", Until.payload, Readers.nobody, primary_key=True, autoincrement=False),
    _agency(),
    _column("subject", sa.Text, "which stay it is about, to erase by", Until.payload, Readers.nobody, nullable=True, index=True),
    _column("wrapped", sa.LargeBinary, "the payload's key, wrapped by the key file", Until.payload, Readers.nobody),
    kind="record",
)
"""A row destroyed is a payload erased."""

head = _table(
    "ledger_head",
    _column("id", sa.Integer, "there is one row", Until.record, Readers.nobody, primary_key=True, autoincrement=False),
    _column("origin", sa.Text, "the record's name", Until.record, Readers.verifier),
    _column("public_key", sa.Text, "the key that signs its checkpoints", Until.record, Readers.verifier),
    _column("keys_check", sa.Text, "tells whether the key files are this record's", Until.record, Readers.nobody),
    _column("size", Number, "how many entries there are", Until.record, Readers.verifier),
    _column("last_hash", sa.LargeBinary, "what the next leaf names", Until.record, Readers.nobody),
    _column("last_at", sa.BigInteger, "no entry is earlier", Until.record, Readers.nobody),
    _column("frontier", sa.LargeBinary, "what the tree grows on", Until.record, Readers.nobody),
    _column("checkpoint", sa.Text, "the signed root over all entries", Until.record, Readers.verifier),
    _column("backed_up_at", sa.BigInteger, "when a backup by the database's own tools was last noted", Until.record, Readers.nobody, nullable=True),
    kind="record",
)

checkpoints = _table(
    "ledger_checkpoints",
    _column("size", Number, "how many entries it covers", Until.record, Readers.verifier, primary_key=True, autoincrement=False),
    _column("at", sa.BigInteger, "when it was kept", Until.record, Readers.verifier),
    _column("note", sa.Text, "the signed root", Until.record, Readers.verifier),
    kind="record",
)
"""Those kept along the way: the nearer they stand, the nearer a rewriting is located."""

streams = _table(
    "streams",
    _column("subject", sa.Text, "which stay", Until.record, Readers.desk, primary_key=True),
    _agency(),
    _column("version", sa.Integer, "how many entries it has: who writes names the version they saw", Until.record, Readers.desk),
    _column("last_number", Number, "its last entry", Until.record, Readers.desk),
    kind="record",
)

# -- agencies and accounts -------------------------------------------------------------------------------

agencies = _table(
    "agencies",
    _column("id", sa.Text, "the agency's path", Until.agency, Readers.anyone, primary_key=True),
    _column("number", sa.Integer, "its short number in session and token texts", Until.agency, Readers.anyone, unique=True),
    _column("name", sa.Text, "what it is called on pages", Until.agency, Readers.anyone),
    _column("zone", sa.Text, "its time zone", Until.agency, Readers.anyone),
    _column("made_at", sa.BigInteger, "when it was added", Until.agency, Readers.anyone),
    kind="state",
)
"""Read before anybody has signed in: nothing here is secret."""

agency_settings = _table(
    "agency_settings",
    _column("agency", sa.Text, "whose choices they are", Until.agency, Readers.anyone, primary_key=True),
    _column("settings", sa.JSON, "second factors, days until erasing, alert addresses, what counsel has adopted", Until.agency, Readers.supervisors),
    kind="state",
)

accounts = _table(
    "accounts",
    _column("id", sa.Text, "the account", Until.account, Readers.anyone, primary_key=True),
    _agency(),
    _column("login", sa.Text, "what they type to sign in", Until.account, Readers.supervisors),
    _column("name", sa.Text, "how the record names them", Until.account, Readers.anyone),
    _column("role", sa.Text, "what they may do", Until.account, Readers.anyone),
    _column("active", sa.Boolean, "whether they may sign in", Until.account, Readers.supervisors),
    _column("password", sa.Text, "argon2 hash", Until.account, Readers.nobody, nullable=True),
    _column("second_factor", sa.LargeBinary, "TOTP secret, wrapped by the key file", Until.account, Readers.nobody, nullable=True),
    _column("second_factor_on", sa.Boolean, "whether its code is asked for", Until.account, Readers.supervisors),
    _column("second_factor_step", sa.BigInteger, "the last time step used, which is not taken again", Until.account, Readers.nobody),
    _column("external", sa.Text, "issuer and subject at the county's own sign-in", Until.account, Readers.supervisors, nullable=True),
    _column("setup", sa.LargeBinary, "hash of the one-time text that sets a password", Until.account, Readers.nobody, nullable=True),
    _column("setup_until", sa.BigInteger, "until when it does", Until.account, Readers.nobody, nullable=True),
    _column("made_at", sa.BigInteger, "when it was made", Until.account, Readers.supervisors),
    sa.UniqueConstraint("agency", "login"),
    sa.UniqueConstraint("agency", "external"),
    kind="state",
)

attempts = _table(
    "login_attempts",
    _agency(),
    _column("what", sa.Text, "keyed hash of the login, or of the address that tries", Until.week, Readers.nobody),
    _column("failures", sa.Integer, "how often in a row", Until.week, Readers.nobody),
    _column("last_at", sa.BigInteger, "when last", Until.week, Readers.nobody),
    sa.PrimaryKeyConstraint("agency", "what"),
    kind="state",
)

sessions = _table(
    "sessions",
    _column("hash", sa.LargeBinary, "of the session's secret", Until.session, Readers.nobody, primary_key=True),
    _agency(),
    _column("account", sa.Text, "whose it is", Until.session, Readers.nobody, index=True),
    _column("csrf", sa.Text, "what its forms carry", Until.session, Readers.nobody),
    _column("made_at", sa.BigInteger, "when they signed in", Until.session, Readers.nobody),
    _column("used_at", sa.BigInteger, "when last used, to the minute", Until.session, Readers.nobody),
    _column("until", sa.BigInteger, "when it ends at the latest", Until.session, Readers.nobody),
    kind="state",
)

tokens = _table(
    "tokens",
    _column("id", sa.Text, "the token", Until.account, Readers.supervisors, primary_key=True),
    _agency(),
    _column("hash", sa.LargeBinary, "of its secret", Until.account, Readers.nobody, unique=True),
    _column("name", sa.Text, "which system uses it", Until.account, Readers.supervisors),
    _column("scopes", sa.JSON, "what it may do", Until.account, Readers.supervisors),
    _column("made_by", sa.Text, "who made it", Until.account, Readers.supervisors),
    _column("made_at", sa.BigInteger, "when", Until.account, Readers.supervisors),
    _column("until", sa.BigInteger, "when it ends", Until.account, Readers.supervisors),
    _column("revoked_at", sa.BigInteger, "when it was ended before", Until.account, Readers.supervisors, nullable=True),
    kind="state",
)

idempotency = _table(
    "idempotency",
    _agency(),
    _column("key", sa.Text, "the sender's own name of a request", Until.week, Readers.nobody),
    _column("request", sa.LargeBinary, "hash of what was asked, under the key file", Until.week, Readers.nobody),
    _column("result", sa.JSON, "what was answered: ids and numbers only", Until.week, Readers.nobody),
    _column("numbers", sa.JSON, "the entries that were written", Until.week, Readers.nobody),
    _column("at", sa.BigInteger, "when", Until.week, Readers.nobody, index=True),
    sa.PrimaryKeyConstraint("agency", "key"),
    kind="state",
)

# -- read tables: worked out from the record --------------------------------------------------------------

stays = _table(
    "stays",
    _column("id", sa.Text, "the stay", Until.record, Readers.desk, primary_key=True),
    _agency(),
    _column("case_number", sa.Text, "what alerts and papers call it", Until.record, Readers.desk),
    _column("facility", sa.Text, "where, if the agency has several", Until.record, Readers.desk, nullable=True),
    _column("status", sa.Text, "in, released, transferred, erased", Until.record, Readers.desk),
    _personal("booking_number", sa.Text, "the jail's own number"),
    _personal("name", sa.Text, "to find the person by, with a purpose"),
    _personal("language", sa.Text, "in which the slip is printed, chosen by the person"),
    _column("booked_at", sa.BigInteger, "when the stay began", Until.record, Readers.desk, nullable=True),
    _column("release_due_at", sa.BigInteger, "when the jail's own reason ended or ends", Until.record, Readers.desk, nullable=True),
    _column("outcome", sa.Text, "the last answer's outcome", Until.record, Readers.desk, nullable=True),
    _column("then_outcome", sa.Text, "under local custody: the outcome when it ends", Until.record, Readers.desk, nullable=True),
    _column("hold_until", sa.BigInteger, "the last answer's end of a hold", Until.record, Readers.desk, nullable=True),
    _column("next_deadline_at", sa.BigInteger, "the earliest open deadline", Until.record, Readers.desk, nullable=True),
    _column("decided", Number, "the entry with the last answer", Until.record, Readers.desk, nullable=True),
    _column("next_decision_at", sa.BigInteger, "when it must be asked again: the next instant at which it may change", Until.record, Readers.desk, nullable=True),
    _column("left_at", sa.BigInteger, "when the person left", Until.record, Readers.desk, nullable=True),
    _column("left_to", sa.Text, "to whom", Until.record, Readers.desk, nullable=True),
    _column("erased_at", sa.BigInteger, "when what is personal was erased", Until.record, Readers.desk, nullable=True),
    _column("version", sa.Integer, "how many entries it has", Until.record, Readers.desk),
    sa.UniqueConstraint("agency", "case_number"),
    sa.Index("ix_stays_board", "agency", "status", "next_deadline_at"),
    sa.Index("ix_stays_left", "agency", "left_at", postgresql_where=sa.text("left_at IS NOT NULL"), sqlite_where=sa.text("left_at IS NOT NULL")),
    sa.Index("ix_stays_booking", "agency", "booking_number"),
    sa.Index("ix_stays_again", "agency", "next_decision_at"),
    kind="read",
)

events = _table(
    "events",
    _column("number", Number, "the entry", Until.record, Readers.desk, primary_key=True, autoincrement=False),
    _agency(),
    _column("stay", sa.Text, "the stay", Until.record, Readers.desk, index=True),
    _column("kind", sa.Text, "what happened", Until.record, Readers.desk),
    _column("at", sa.BigInteger, "when it happened", Until.record, Readers.desk),
    _column("recorded_at", sa.BigInteger, "when it was recorded", Until.record, Readers.desk),
    _column("known_at", sa.BigInteger, "when the jail knew", Until.record, Readers.desk, nullable=True),
    _column("by", sa.Text, "which account recorded it", Until.record, Readers.desk),
    _column("amends", Number, "the entry that it corrects", Until.record, Readers.desk, nullable=True),
    _column("undone_by", Number, "the entry that took it back", Until.record, Readers.desk, nullable=True),
    _personal("body", sa.JSON, "what was recorded"),
    kind="read",
)

grounds = _table(
    "grounds",
    _column("id", sa.Text, "the ground", Until.record, Readers.desk, primary_key=True),
    _agency(),
    _column("stay", sa.Text, "the stay", Until.record, Readers.desk, index=True),
    _column("number", Number, "the entry that added it", Until.record, Readers.desk),
    _column("kind", sa.Text, "charge, sentence, warrant, commitment, other", Until.record, Readers.desk),
    _column("started_at", sa.BigInteger, "from when it stands", Until.record, Readers.desk, nullable=True),
    _column("ended_at", sa.BigInteger, "until when", Until.record, Readers.desk, nullable=True),
    _column("ended_by", sa.Text, "how it ended", Until.record, Readers.desk, nullable=True),
    _personal("body", sa.JSON, "the ground as the case file has it, with its times as intervals"),
    kind="read",
)

papers = _table(
    "papers",
    _column("id", sa.Text, "the paper", Until.record, Readers.desk, primary_key=True),
    _agency(),
    _column("stay", sa.Text, "the stay", Until.record, Readers.desk, index=True),
    _column("number", Number, "the entry that received it", Until.record, Readers.desk),
    _column("kind", sa.Text, "which form", Until.record, Readers.desk),
    _column("edition", sa.Text, "its footer", Until.record, Readers.desk, nullable=True),
    _column("received_at", sa.BigInteger, "when it was received", Until.record, Readers.desk, nullable=True),
    _column("served_at", sa.BigInteger, "when a copy was served", Until.record, Readers.desk, nullable=True),
    _column("cancelled_at", sa.BigInteger, "when it was withdrawn", Until.record, Readers.desk, nullable=True),
    _column("replaced_by", sa.Text, "the paper that was issued in its place", Until.record, Readers.desk, nullable=True),
    _column("file", sa.Text, "the scanned pages", Until.record, Readers.desk, nullable=True),
    _personal("body", sa.JSON, "what was read: boxes, signature, corrections, each with its place on the page"),
    kind="read",
)

files = _table(
    "paper_files",
    _column("id", sa.Text, "the file", Until.record, Readers.desk, primary_key=True),
    _agency(),
    _column("stay", sa.Text, "the stay", Until.record, Readers.desk, nullable=True, index=True),
    _column("media", sa.Text, "its kind", Until.record, Readers.desk),
    _column("bytes", sa.Integer, "its size", Until.record, Readers.desk),
    _column("hash", sa.LargeBinary, "of the encrypted bytes; the entry that received it names it", Until.record, Readers.desk),
    _column("at", sa.BigInteger, "when it came", Until.record, Readers.desk),
    _personal("sealed", sa.LargeBinary, "the pages, encrypted"),
    _personal("wrapped", sa.LargeBinary, "their key, wrapped by the key file", readers=Readers.nobody),
    kind="state",
)
"""Pages as they came. They are too large for the record, which holds their hash."""

packets = _table(
    "packets",
    _column("id", sa.Text, "what was handed in at once: a packet of papers, or a roster", Until.record, Readers.desk, primary_key=True),
    _agency(),
    _column("stay", sa.Text, "whose it is, once somebody has said so", Until.record, Readers.desk, nullable=True, index=True),
    _column("what", sa.Text, "packet or roster", Until.record, Readers.desk),
    _column("state", sa.Text, "waiting, read, failed, filed, aside", Until.record, Readers.desk),
    _column("files", sa.JSON, "the files that it consists of, and the pictures of its pages", Until.record, Readers.desk),
    _column("at", sa.BigInteger, "when it was received", Until.record, Readers.desk),
    _column("by", sa.Text, "who handed it in", Until.record, Readers.desk),
    _column("done", sa.Integer, "pages read, or rows booked, so far", Until.record, Readers.desk),
    _column("total", sa.Integer, "how many there are, as far as is known", Until.record, Readers.desk),
    _column("problem", sa.Text, "why it could not be read", Until.record, Readers.desk, nullable=True),
    _column("claimed_by", sa.Text, "which process is at it", Until.record, Readers.nobody, nullable=True),
    _column("claimed_at", sa.BigInteger, "since when", Until.record, Readers.nobody, nullable=True),
    _personal("reading", sa.JSON, "what the program read, each value with its place; in the record once it is known whose it is"),
    _personal("hint", sa.Text, "a booking number that came with it, to propose whose it is"),
    sa.Index("ix_packets_state", "agency", "state"),
    kind="state",
)
"""What was handed in and is worked on. The record holds the files' hashes from the start, the reading with the stay."""

handovers = _table(
    "handovers",
    _agency(),
    _column("id", sa.Text, "one person's going from one jail here to another: both records name it", Until.record, Readers.desk),
    _column("stay", sa.Text, "the stay in this agency", Until.record, Readers.desk, index=True),
    _column("way", sa.Text, "out or in", Until.record, Readers.desk),
    _column("other", sa.Text, "the other agency", Until.record, Readers.desk),
    _column("number", Number, "this agency's entry about it", Until.record, Readers.desk),
    _column("other_number", Number, "the other agency's entry about it", Until.record, Readers.desk, nullable=True),
    _column("at", sa.BigInteger, "when", Until.record, Readers.desk),
    sa.PrimaryKeyConstraint("agency", "id"),
    kind="read",
)

decisions = _table(
    "decisions",
    _column("number", Number, "the entry", Until.record, Readers.desk, primary_key=True, autoincrement=False),
    _agency(),
    _column("stay", sa.Text, "the stay", Until.record, Readers.desk, index=True),
    _column("at", sa.BigInteger, "the instant asked about", Until.record, Readers.desk),
    _column("outcome", sa.Text, "the outcome", Until.record, Readers.desk),
    _column("hold_until", sa.BigInteger, "the end of a hold", Until.record, Readers.desk, nullable=True),
    _column("law_version", sa.Text, "the law applied", Until.record, Readers.desk),
    _column("engine_version", sa.Text, "the program", Until.record, Readers.desk),
    _column("because", sa.Text, "which event asked for it", Until.record, Readers.desk),
    _personal("answer", sa.JSON, "the whole answer"),
    kind="read",
)

deadlines = _table(
    "deadlines",
    _column("id", sa.Text, "the deadline", Until.record, Readers.desk, primary_key=True),
    _agency(),
    _column("stay", sa.Text, "the stay", Until.record, Readers.desk, index=True),
    _column("decided", Number, "the entry whose answer set it", Until.record, Readers.desk),
    _column("what", sa.Text, "the clock or obligation", Until.record, Readers.desk),
    _column("due_at", sa.BigInteger, "when", Until.record, Readers.desk),
    _column("was_due_at", sa.BigInteger, "when it was due before it was recomputed", Until.record, Readers.desk, nullable=True),
    _column("state", sa.Text, "open, met, missed, replaced", Until.record, Readers.desk),
    _column("closed_by", Number, "the entry that closed it", Until.record, Readers.desk, nullable=True),
    sa.Index("ix_deadlines_due", "agency", "state", "due_at"),
    kind="read",
)

alerts = _table(
    "alerts",
    _column("id", sa.Text, "the alert", Until.record, Readers.desk, primary_key=True),
    _agency(),
    _column("stay", sa.Text, "the stay", Until.record, Readers.desk, nullable=True, index=True),
    _column("deadline", sa.Text, "the deadline", Until.record, Readers.desk, nullable=True),
    _column("what", sa.Text, "before, at, after, or the event", Until.record, Readers.desk),
    _column("role", sa.Text, "who is told", Until.record, Readers.desk),
    _column("due_at", sa.BigInteger, "when it must be raised", Until.record, Readers.desk),
    _column("level", sa.Integer, "how far it has been escalated", Until.record, Readers.desk),
    _column("raised_at", sa.BigInteger, "when it was raised", Until.record, Readers.desk, nullable=True),
    _column("sent_at", sa.BigInteger, "when it last went out", Until.record, Readers.desk, nullable=True),
    _column("tries", sa.Integer, "how often it was sent", Until.record, Readers.desk),
    _column("acknowledged_at", sa.BigInteger, "when somebody took it", Until.record, Readers.desk, nullable=True),
    _column("acknowledged_by", sa.Text, "who", Until.record, Readers.desk, nullable=True),
    sa.Index("ix_alerts_due", "agency", "acknowledged_at", "due_at"),
    kind="read",
)

looks = _table(
    "looks",
    _column("number", Number, "the entry", Until.record, Readers.supervisors, primary_key=True, autoincrement=False),
    _agency(),
    _column("at", sa.BigInteger, "when", Until.record, Readers.supervisors),
    _column("by", sa.Text, "who looked", Until.record, Readers.supervisors),
    _column("what", sa.Text, "a person's page, a list, a search, an export", Until.record, Readers.supervisors),
    _column("stay", sa.Text, "at whom; a list is one look", Until.record, Readers.supervisors, nullable=True, index=True),
    _column("rows", sa.Integer, "how many were shown", Until.record, Readers.supervisors),
    _personal("purpose", sa.Text, "what for; asked of a search by name", readers=Readers.supervisors),
    kind="read",
)

holds = _table(
    "litigation_holds",
    _column("id", sa.Text, "the hold", Until.record, Readers.supervisors, primary_key=True),
    _agency(),
    _column("stay", sa.Text, "one stay, or all of the agency", Until.record, Readers.supervisors, nullable=True, index=True),
    _column("matter", sa.Text, "which lawsuit or request, by its number", Until.record, Readers.supervisors),
    _column("placed_at", sa.BigInteger, "since when", Until.record, Readers.supervisors),
    _column("placed_by", sa.Text, "who placed it", Until.record, Readers.supervisors),
    _column("lifted_at", sa.BigInteger, "until when", Until.record, Readers.supervisors, nullable=True),
    _column("lifted_by", sa.Text, "who lifted it", Until.record, Readers.supervisors, nullable=True),
    _personal("reason", sa.Text, "why it was placed", readers=Readers.supervisors),
    _personal("lift_reason", sa.Text, "why it was lifted", readers=Readers.supervisors),
    kind="read",
)

legal_process = _table(
    "legal_process",
    _column("number", Number, "the entry", Until.record, Readers.counsel, primary_key=True, autoincrement=False),
    _agency(),
    _column("stay", sa.Text, "about whom, if one", Until.record, Readers.counsel, nullable=True, index=True),
    _column("kind", sa.Text, "subpoena, warrant, order, records request", Until.record, Readers.counsel),
    _column("served_at", sa.BigInteger, "when it was served", Until.record, Readers.counsel),
    _column("answered_at", sa.BigInteger, "when it was answered", Until.record, Readers.counsel, nullable=True),
    _column("answer", sa.Text, "given, refused, objected", Until.record, Readers.counsel, nullable=True),
    _personal("body", sa.JSON, "from whom, what was asked, what was given", readers=Readers.counsel),
    kind="read",
)

counsel_notes = _table(
    "counsel_notes",
    _column("id", sa.Text, "the note", Until.counsel, Readers.counsel, primary_key=True),
    _agency(),
    _column("by", sa.Text, "who wrote it", Until.counsel, Readers.counsel),
    _column("at", sa.BigInteger, "when", Until.counsel, Readers.counsel),
    _column("what", sa.Text, "a what-if, an exposure, a note", Until.counsel, Readers.counsel),
    _column("sealed", sa.LargeBinary, "the text, sealed by the key file", Until.counsel, Readers.counsel),
    kind="state",
)
"""Counsel's own store, outside the record: what-ifs and exposure are counsel's work."""

WITHOUT_AGENCY = frozenset({"agencies", "ledger_head", "ledger_checkpoints"})
"""Tables with no row of one agency: nothing in them is about a person."""
