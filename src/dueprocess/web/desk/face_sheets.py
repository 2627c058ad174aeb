"""The jail's own sheet among the papers of a packet: what the program read of it, beside what is recorded, each with the form
that takes it over. Nothing of it counts before a person presses the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dueprocess.desk import events as kinds
from dueprocess.desk.arriving import ENDINGS
from dueprocess.desk.showing import Whole
from dueprocess.kernel.instants import parse_instant
from dueprocess.web.desk import words


@dataclass(frozen=True, slots=True)
class Offer:
    """One fact of the sheet. ``says`` in words; ``here`` what is recorded; ``act`` is the form of the person's page that takes
    it over, with its ``fields`` and, where a person has to choose one, ``choices``; empty where nothing is to be done."""

    says: str
    here: str
    act: str = ""
    button: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    choices: Sequence[str] = ()


def offers(custody: Mapping[str, Any], whole: Whole) -> list[Offer]:
    """For somebody who is in. What the sheet gives as a day only, or as one of two hours, is shown and not offered."""
    zone = whole.zone
    standing = [e for e in whole.events if e["undone_by"] is None and e["body"] is not None]
    found = []
    if custody.get("booked_at") is not None:
        booked = next((e for e in standing if e["kind"] == kinds.BOOKED), None)
        at = _at(custody["booked_at"])
        same = booked is not None and at == booked["at"]
        here = "the same" if same else "" if booked is None else f"booked {words.local(booked['at'], zone)}"
        take = {} if booked is None or same or at is None else {"number": str(booked["number"]), "seen": str(whole.stay["version"]), "at": str(custody["booked_at"])}
        found.append(Offer(f"Booked {_when(custody['booked_at'], zone)}", here, "amend" if take else "", "Correct the booking's time to the sheet's", take))
    left = list(whole.grounds)
    for ground in custody.get("grounds") or ():
        found.append(_ground(ground, left, zone))
    if custody.get("release_due_at") is not None:
        open_ = [g for g in whole.grounds if g["ended_by"] is None]
        says = f"Release was due {_when(custody['release_due_at'], zone)}"
        if len(open_) == 1 and _at(custody["release_due_at"]) is not None:
            found.append(_ending(says, open_[0], str(custody["release_due_at"])))
        else:
            found.append(Offer(says, f"{len(open_)} local grounds stand: end the right one on the person's page"))
    if custody.get("bail_refused_at") is not None:
        known = any(e["kind"] == kinds.BAIL_REFUSED for e in standing)
        take = {"at": str(custody["bail_refused_at"])} if not known and _at(custody["bail_refused_at"]) is not None else {}
        found.append(Offer(f"Bail was refused {_when(custody['bail_refused_at'], zone)}", "recorded" if known else "not recorded", "bail-refused" if take else "", "Record that bail was refused then", take))
    if custody.get("left_at") is not None:
        gone = whole.stay["left_at"]
        found.append(Offer(f"Left {_when(custody['left_at'], zone)}", f"left {words.local(gone, zone)}" if gone else "still here: record it on the person's page, if it is so"))
    return found


def _ground(ground: Mapping[str, Any], left: list[dict[str, Any]], zone: str) -> Offer:
    """A reason to keep the person; each recorded one is set beside one of the sheet's only."""
    name, until = words.GROUNDS.get(ground["kind"], ground["kind"]), ground.get("until")
    end = {None: ", whose end is not known", "open": ", still open"}.get(until) if until is None or isinstance(until, str) else None
    says = f"A local ground: {name}" + (end if end is not None else f", until {_when(until, zone)}")
    mine = next((g for g in left if g["kind"] == ground["kind"]), None)
    if mine is None:
        take = {"kind": ground["kind"], "at": str(ground.get("from") or ""), "until": str(until) if _at(until) is not None else ""}
        return Offer(says, "no such ground is recorded", "" if ground["kind"] == "other" else "ground", f"Record this {name} as a local ground", take)
    left.remove(mine)
    ends = f", ended {words.local(mine['ended_at'], zone)}" if mine["ended_at"] is not None else ", its end is open"
    if _at(until) is not None and mine["ended_by"] is None and mine["ended_at"] != _at(until):
        return _ending(says, mine, str(until))
    return Offer(says, f"recorded{ends}")


def _ending(says: str, ground: Mapping[str, Any], at: str) -> Offer:
    return Offer(says, "recorded, without that end", "end-ground", "Record that it ended then", {"ground": str(ground["id"]), "at": at}, ENDINGS)


def _at(value: Any) -> int | None:
    """An instant; None for a day, for one of two hours, and for what is no time."""
    return parse_instant(value, where="sheet") if isinstance(value, str) and len(value) > 16 else None


def _when(value: Any, zone: str) -> str:
    if isinstance(value, Mapping):
        return f"{words.local(_at(value['earliest']), zone)}, or an hour later: the clock showed it twice"
    at = _at(value)
    return words.local(at, zone) if at is not None else f"{value} (the hour is not read)"
