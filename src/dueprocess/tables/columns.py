"""The columns that a stay, a paper, a ground and an event can have, by the names of the interface."""

from __future__ import annotations

import re

from dueprocess.case.custody import STAY_TIMES
from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.tables.header import plain
from dueprocess.terms.vocabulary import Fact, Vocabulary

TIMES = tuple(f"{name}_at" for name in STAY_TIMES)
TIME_OF = {f"{name}_at": name for name in STAY_TIMES}
"""The recorded time that a column gives: a fact may have the name of the time alone."""
PLACES = ("agency", "state", "county", "city", "agency_name", "facility", "facility_name")
TEXTS = (
    "stay_id", "person_key", *PLACES, "record_complete", "left_to", "left_state", "has_grounds", "processing_allowance_hours",
    "at", "detainer", "detainer_form", "detainer_edition", "detainer_signed", "detainer_boxes", "detainer_issuer", "detainer_served_ever",
    "determined_probable_cause", "determined_probable_cause_at",
)  # fmt: skip
PAPER_FIELDS = ("kind", "edition", "received_at", "served_at", "served", "cancelled_at", "signed_by", "boxes", "matter", "issuer")
GROUND_FIELDS = ("kind", "from", "until")
EVENT_FIELDS = ("kind", "at")

_STATED_AS_COLUMNS = ("detainer_form", "detainer_issuer")
"""Facts that are columns of the detainer itself."""

# What identifies a person or tells their origin never enters. Race, ethnicity, sex and age as recorded may be carried
# beside the stays, to break counts down by them, and never become facts.
_ORIGIN = re.compile(r"citizen|nationalit|birth|born|\bdob\b|d_o_b|country_of|language|religion|(^|_)(nation|country|cob|coc|pob)(_|$)")
_IDENTITY = re.compile(r"(^|_)(first|last|middle|full|inmate|subject|person|defendant|offender|prisoner|birth)_?name|^name$|^(inmate|defendant|subject|person|offender|prisoner|arrestee|detainee)s?$|surname|(^|_)(ssn|dob)(_|$)|social_sec|alien_(file|number|reg)|a_number|address|phone|passport|(^|_)email")
_RACE = re.compile(r"(^|_)(race|ethnic)")


def fact_of(name: str, vocabulary: Vocabulary, *, where: str) -> Fact | None:
    """The fact that a column's name stands for, if a table may state it.

    Raises:
        InputError: it tells a person's origin, or is a matter of law.
    """
    base = name.removesuffix("_from") if name.endswith("_from") else name.removesuffix("_then")
    if base in vocabulary.refused_names or name in vocabulary.refused_names:
        raise InputError(f"[{shown(name)}] is a fact about a person's origin", where=where, do="leave it out; race as recorded may stand under by:, to break counts down by it")
    fact = vocabulary.facts.get(base)
    if fact is None or base in _STATED_AS_COLUMNS:
        return None
    if fact.origin == "declared":
        raise InputError(f"[{name}] is a matter of law and cannot be stated", where=where, do="leave it out")
    return fact


def check_target(name: str, vocabulary: Vocabulary, *, where: str) -> None:
    """Refuse a name that no column of the stays has, with the nearest that one has."""
    if name in TEXTS or name in TIMES or fact_of(name, vocabulary, where=where):
        return
    known = [*TEXTS, *TIMES, *vocabulary.facts]
    raise InputError(f"[{shown(name)}] is no column of the stays", where=where, do=nearest(name, known) or f"one of {', '.join((*TEXTS, *TIMES))}, or a fact of the vocabulary")


def check_source(header: str, *, target: str, vocabulary: Vocabulary, where: str) -> None:
    """Refuse to make a fact or another column of what tells a person's origin or race."""
    name = plain(header)
    if target == "citizenship_claimed" and "claim" in name:
        return
    if _ORIGIN.search(name) or _RACE.search(name) or name in vocabulary.refused_names:
        raise InputError(f"the column [{shown(header)}] tells a person's origin and cannot become [{target}]", where=where, do="leave it out; race as recorded may stand under by:")


def check_by(header: str, *, where: str) -> None:
    """Refuse to carry what identifies a person or tells their citizenship or birth."""
    name = plain(header)
    if _ORIGIN.search(name) or _IDENTITY.search(name):
        raise InputError(f"the column [{shown(header)}] identifies a person or tells their origin; it is never imported", where=where, do="leave it out")


def personal(header: str) -> bool:
    """Whether a column is one whose values must not be shown or proposed."""
    name = plain(header)
    return bool(_ORIGIN.search(name) or _IDENTITY.search(name) or _RACE.search(name) or (name.endswith("name") and not any(w in name for w in ("agency", "facility", "county", "jail"))))
