"""What was read of one agency, put together: one claim, or two where people contradict each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from dueprocess.extract.dates import days, effective
from dueprocess.extract.facilities import MARK
from dueprocess.extract.gazetteer import state_name
from dueprocess.extract.model import Claim, Draft
from dueprocess.extract.papers import says
from dueprocess.extract.quick import Quick
from dueprocess.extract.rulings import rulings
from dueprocess.extract.sentences import Sentence
from dueprocess.extract.stances import blocked
from dueprocess.extract.statutes import statutes
from dueprocess.extract.subjects import Scene
from dueprocess.extract.wording import table

Key = tuple[str, str, str]
"""Base, state and side of an agency: whose claims are put together."""


def merged(scene: Scene, drafts: list[Draft], parts: Sequence[Sentence], published: str | None) -> dict[Key, list[Claim]]:
    """The claims that drafts come to, by agency."""
    groups: dict[Key, list[Draft]] = {}
    for draft in drafts:
        side = "state" if draft.kind == "state" else "police" if draft.role == "police" else "city" if draft.kind == "city" and draft.role in ("city", "body") else "jail"
        groups.setdefault((draft.base, draft.state, side), []).append(draft)
    found: dict[Key, list[Claim]] = {}
    for key, group in groups.items():
        best = _best(group)
        if best is None:
            continue
        rival = {"honors_all": "declines_all", "declines_all": "honors_all"}.get(best.position)
        mine = found.setdefault(key, [])
        for other in group:
            # Two people who say opposite things of one agency are two claims.
            if other.position == rival and other.firm and other.explicit and best.firm and best.explicit and other.sentence != best.sentence:
                mine.append(claim_of(scene, other, [other], parts, published, key[2]))
                break
        if best.position == "declines_all" and _notice(scene, parts, best, group):
            best.position = "notify_only"
        mine.append(claim_of(scene, best, group, parts, published, key[2]))
    return found


def claim_of(scene: Scene, best: Draft, group: list[Draft], parts: Sequence[Sentence], published: str | None, side: str) -> Claim:
    """The claim of a draft, with what the others of its agency tell of dates."""
    base, state = best.base, best.state
    agency, role = _agency(scene, base, state, best, side)
    sentence = parts[best.sentence]
    starts = next((e for e in (effective(parts[d.sentence].text, published) for d in (best, *group)) if e), None)
    begins = effective(sentence.text, published)
    said = [d.iso for d in days(sentence.text, published) if d.iso != begins]
    return Claim(
        agency=agency,
        county_or_city=None if best.kind == "state" or base.startswith(MARK) else best.label,
        state=state,
        agency_id=f"{best.place}/{role}" if best.place else None,
        position=best.position,
        accepts=best.accepts,
        effective_date=starts,
        announced_date=said[0] if said else None,
        speaker=best.speaker,
        motive=_motive(parts, best),
        cites=_cites(parts, best),
        quote=scene.text[best.start : best.end],
        start=best.start,
        end=best.end,
    )


RANK = {"requires_judicial_warrant": 5, "requires_court_order": 5, "requires_any_warrant": 3.6, "requires_probable_cause": 5, "limits_by_offense": 4, "notify_only": 3, "declines_all": 2, "honors_all": 2, "undecided": 1, "unknown": 0}


def _best(group: list[Draft]) -> Draft | None:
    """The draft that says most: a condition before a bare yes or no, the agency's name before a pronoun, first before later."""
    order = sorted(group, key=lambda d: (-RANK[d.position] + (0 if d.firm else 2.5 if RANK[d.position] > 2 else 0), not (d.explicit and d.firm), not d.explicit, d.sentence))
    best = order[0]
    named = [d for d in order if d.explicit and d.firm]
    if named and not (best.explicit and best.firm) and RANK[named[0].position] >= 2 and best.position not in ("requires_judicial_warrant", "requires_court_order", "requires_any_warrant", "requires_probable_cause"):
        best = named[0]
    return best


def _notice(scene: Scene, parts: Sequence[Sentence], best: Draft, group: list[Draft]) -> bool:
    """Whether the agency also promises a call: in the same words, or in the sentences around them that speak of it."""
    if any(d.notice for d in group):
        return True
    for part in parts[max(0, best.sentence - 2) : best.sentence + 3]:
        if part.paragraph != parts[best.sentence].paragraph and part.index != best.sentence + 1:
            continue
        others = [m for m in scene.survey.mentions if part.start <= m.start < part.end and m.kind != "state" and m.base != best.base]
        match = says("notify", part.text)
        if match and not others and not says("no-notify", part.text) and not blocked(part.text, match.start()):
            return True
    return False


def _agency(scene: Scene, base: str, state: str, best: Draft, side: str) -> tuple[str, str]:
    """The agency's name and role: as the text writes it, the sheriff's before the jail's."""
    mine = [m for m in scene.survey.mentions if m.base == base and m.state == state and m.office]
    if side == "police":
        office = next((m.office for m in mine if m.role == "police" and m.office), None)
        return _proper(office or f"{best.label} Police Department"), "police"
    if side == "state":
        office = best.office or ""
        return (f"{state_name(state)} {office}" if best.role == "state" else _proper(office or best.label)), best.role
    if base.startswith(MARK):
        return best.label, "corrections"
    if side == "city":
        return best.label, "city"
    sheriffs = [m.office or "" for m in mine if m.role == "sheriff"]
    jails = [m.office or "" for m in mine if m.role == "corrections"]
    jails = [j for j in jails if re.search(r"[A-Z][a-z]+$", j)] or jails
    full = [s for s in sheriffs if re.search(r"(?i)office|dep", s)]
    if best.role == "corrections" and jails and not full and re.search(r"(?i)depart|division|correction|bureau|metro", " ".join(jails)):
        return _proper(jails[0]), "corrections"
    if full:
        return _proper(full[0]), "sheriff"
    if sheriffs or re.search(r"\bSheriff\b|\bsheriff['’]s\b", scene.text[max(0, best.start - 600) : best.end + 300]):
        return f"{best.label} Sheriff's Office", "sheriff"
    if jails:
        return _proper(jails[0]), "corrections"
    return best.label, "county"


def _proper(name: str) -> str:
    flat = re.sub(r"^[Tt]he ", "", name).replace("’", "'").replace("sheriff's office", "Sheriff's Office").replace("sheriff's department", "Sheriff's Department")
    return re.sub(r"County's (?=jail|detention)", "County ", flat)


def _motive(parts: Sequence[Sentence], best: Draft) -> str | None:
    """The first reason that the sentence, or the next two, give."""
    near = " ".join(p.text for p in parts[best.sentence : best.sentence + 3])
    return next((motive for motive, wording in _motives() if wording.search(near) is not None), None)


@cache
def _motives() -> Sequence[tuple[str, Quick]]:
    return [(str(motive), Quick(wording, re.IGNORECASE)) for motive, wording in table("motives").items()]


def _cites(parts: Sequence[Sentence], best: Draft) -> tuple[str, ...]:
    """The rulings and laws that the sentence, or the next two of its paragraph, name."""
    near = [p.text for p in parts[best.sentence : best.sentence + 3] if p.paragraph == parts[best.sentence].paragraph]
    text = " ".join(near)
    return tuple(dict.fromkeys([*(r.name for r in rulings(text)), *(s.name for s in statutes(text))]))
