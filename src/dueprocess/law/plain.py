"""A norm in plain words: "From 1 July 2019 a Florida jail must hold past release if … and …, unless …."

Nothing is added to what the norm says: its condition is only written otherwise (NOT taken inward, which keeps its
truth, unknown included), its places and dates in words. How it fares against other norms is not told here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from dueprocess.kernel.errors import InputError
from dueprocess.law.closings import named
from dueprocess.law.model import Authority, Norm, declares
from dueprocess.terms import Vocabulary
from dueprocess.terms.tree import Tree

if TYPE_CHECKING:
    from dueprocess.places import PlaceBook

_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_COMPARED = {
    "=": "is", "<>": "is not", "<": "is less than", "<=": "is at most", ">": "is more than", ">=": "is at least",
}  # fmt: skip
_COMPARED_DAYS = {"<": "is before", "<=": "is on or before", ">": "is after", ">=": "is on or after"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS_OFF = {"weekends": "weekends", "federal_holidays": "federal holidays"}
_BRACKETS = re.compile(r"\([^()]*\)")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_SHORT = 90
"""Two alternatives of at most so many characters stand in one "either … or …"; more get letters."""


def plain(norm: Norm, authority: Authority, vocabulary: Vocabulary, places: PlaceBook) -> str:
    """One sentence (or two) that says what the norm says. Dates are local days; ``places`` gives the names."""
    text = _dated(_body(norm, authority, vocabulary, places), norm, authority)
    text = text[0].upper() + text[1:] + "."
    declared = declares(norm) if norm.verb != "declare" else None
    if declared:
        text += f" By that, {fact_words(declared[0], declared[1], vocabulary)} in those cases."
    return text


def day_words(ordinal: int) -> str:
    """``1 July 2019`` of a day's ordinal."""
    day = date.fromordinal(ordinal)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


# -- conditions ---------------------------------------------------------------------------------------------


def condition_words(tree: Tree, vocabulary: Vocabulary) -> str:
    """``if a and b, unless c or d``; empty where the condition is always true."""
    kind = tree[0]
    if kind == "true":
        return ""
    parts: Sequence[Tree] = tree[1:] if kind == "and" else (tree,)
    # Only what is denied as a whole reads better as an exception; NOT over AND stays a part of the "if".
    denied = [p[1] for p in parts if p[0] == "not" and p[1][0] in ("fact", "or")]
    stated = [p for p in parts if not (p[0] == "not" and p[1][0] in ("fact", "or"))]
    excepted: list[Tree] = []
    for inner in denied:
        excepted += inner[1:] if inner[0] == "or" else (inner,)
    first = second = ""
    if stated:
        made = [_normal(p, True) for p in stated]
        if len(made) == 1 and made[0][0] == "or":
            first = f"if {_listed(list(made[0][1:]), 'or', vocabulary)}"
        else:
            first = f"if {_listed(made, 'and', vocabulary)}"
    if excepted:
        second = f"unless {_listed([_normal(p, True) for p in excepted], 'or', vocabulary)}"
    if first and second:
        # After a list of letters the exception must not seem to be a part of its last item.
        return f"{first}; all this {second}" if ": (a)" in first or ": (1)" in first else f"{first}, {second}"
    return first or second


def _normal(tree: Tree, positive: bool) -> Tree:
    """The same condition with NOT only at the leaves: ("leaf", tree, positive), ("and", …), ("or", …)."""
    kind = tree[0]
    if kind == "not":
        return _normal(tree[1], not positive)
    if kind in ("and", "or"):
        joined = kind if positive else {"and": "or", "or": "and"}[kind]
        parts: list[Tree] = []
        for part in tree[1:]:
            made = _normal(part, positive)
            parts += made[1:] if made[0] == joined else (made,)
        return (joined, *parts)
    return ("leaf", tree, positive)


def _listed(parts: list[Tree], join: str, vocabulary: Vocabulary) -> str:
    flat: list[Tree] = []
    for part in parts:
        flat += part[1:] if part[0] == join else (part,)
    # What holds a list of its own stands last, so that it is clear where it ends.
    flat.sort(key=lambda p: p[0] != "leaf")
    return _joined([_part(p, vocabulary, 0) for p in flat], join, 0, nested=any(p[0] != "leaf" for p in flat))


def _part(tree: Tree, vocabulary: Vocabulary, level: int) -> str:
    if tree[0] == "leaf":
        return _leaf(tree[1], tree[2], vocabulary)
    parts = [_part(p, vocabulary, level + 1) for p in sorted(tree[1:], key=lambda p: p[0] != "leaf")]
    nested = any(p[0] != "leaf" for p in tree[1:])
    if len(parts) == 2 and not nested and sum(map(len, parts)) <= 2 * _SHORT:
        return f"{'either' if tree[0] == 'or' else 'both'} {parts[0]} {tree[0]} {parts[1]}"
    return _lettered(parts, "or" if tree[0] == "or" else "and", level + 1)


def _joined(parts: list[str], join: str, level: int, *, nested: bool) -> str:
    if len(parts) == 1:
        return parts[0]
    bare = [_BRACKETS.sub("", p) for p in parts]
    if nested or len(parts) > 3 or any("," in p or " or " in p or (join == "or" and " and " in p) for p in bare):
        return _lettered(parts, join, level)
    return ", ".join(parts[:-1]) + f" {join} {parts[-1]}"


def _lettered(parts: list[str], join: str, level: int) -> str:
    marks: list[str]
    if level >= 2 and len(parts) <= len(_ROMAN):
        marks = list(_ROMAN[: len(parts)])
    elif level == 0 and len(parts) <= 26:
        marks = [chr(ord("a") + i) for i in range(len(parts))]
    else:
        marks = [str(i + 1) for i in range(len(parts))]
    body = "; ".join(f"({m}) {p}" for m, p in zip(marks, parts, strict=True))
    lead = "at least one of these is so:" if join == "or" else "all of these are so:"
    return f"{lead} {body}"


def _leaf(tree: Tree, positive: bool, vocabulary: Vocabulary) -> str:
    kind = tree[0]
    if kind in ("true", "false"):
        return "always" if (kind == "true") is positive else "never"
    if kind == "fact":
        return fact_words(tree[1], positive, vocabulary)
    if kind == "in":
        name, values = _name(tree[1], vocabulary), [_literal(v) for v in tree[2]]
        listed = ", ".join(values[:-1]) + (" or " if len(values) > 1 else "") + values[-1]
        return f"{name} {'is' if positive else 'is not'} {listed}"
    operator, left, right = tree[1:]
    if not positive:
        operator = _OPPOSITE[operator]
    if left[0] == "v" and right[0] == "f":  # 5 > age: the fact goes first
        left, right = right, left
        operator = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(operator, operator)
    if isinstance(right[1], bool) and operator in ("=", "<>") and left[0] == "f":
        return fact_words(left[1], right[1] is (operator == "="), vocabulary)
    words = _COMPARED_DAYS.get(operator, _COMPARED[operator]) if isinstance(right[1], date) else _COMPARED[operator]
    return f"{_name(left, vocabulary)} {words} {_name(right, vocabulary)}"


def fact_words(name: str, positive: bool, vocabulary: Vocabulary) -> str:
    """A boolean fact as a clause; by its question where the vocabulary gives no phrase."""
    fact = vocabulary.facts.get(name)
    if fact is None:
        return f"{_spaced(name)}: {'yes' if positive else 'no'}"
    if fact.phrase:
        return fact.phrase if positive else fact.phrase_no
    question = " ".join(fact.question.split())
    return f"the answer is {'yes' if positive else 'no'} to “{question}”"


def _name(operand: tuple[str, Any], vocabulary: Vocabulary) -> str:
    if operand[0] == "v":
        return _literal(operand[1])
    fact = vocabulary.facts.get(operand[1])
    return fact.phrase if fact and fact.phrase and fact.type != "boolean" else _spaced(operand[1])


def _literal(value: Any) -> str:
    if isinstance(value, date):
        return day_words(value.toordinal())
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).upper() if isinstance(value, str) and value.startswith("i-") else str(value)


def _spaced(name: str) -> str:
    return name.replace("_", " ")


# -- whom it binds ------------------------------------------------------------------------------------------


def place_words(pattern: str, places: PlaceBook) -> str:
    """A pattern of ``binds`` as a name: ``Clackamas County, Oregon``, ``the Ninth Circuit``, ``the sheriff of …``."""
    if pattern.startswith(("circuit/", "district/")):
        title = places.set_title(pattern)
        return f"the {title}" if title else pattern
    parts = pattern.split("/")
    try:
        if "*" in parts:
            state = places.place("/".join(parts[: parts.index("*")])).name
            last = f"{_role(parts[-1])} of " if parts[-1] != "*" else ""
            return f"the {last}any county of {state}" if last else f"any county of {state}"
        if _is_agency(pattern, places):
            agency = places.agency(pattern)
            if agency.place.kind == "country":
                return {"ice": "U.S. Immigration and Customs Enforcement", "cbp": "U.S. Customs and Border Protection"}.get(agency.role, pattern)
            return f"the {_role(agency.role)} of {_place_name(agency.place.id, places)}"
        return _place_name(pattern, places)
    except InputError:
        return pattern


def _role(role: str) -> str:
    return {
        "corrections": "corrections department", "police": "police", "trial-court": "trial court", "prosecutor": "prosecutor",
        "probation": "probation department", "juvenile": "juvenile detention agency", "county": "county government",
        "city": "city government", "state": "state government", "sheriff": "sheriff",
    }.get(role, role)  # fmt: skip


def _is_agency(pattern: str, places: PlaceBook) -> bool:
    from dueprocess.places import ROLES

    return pattern.rsplit("/", 1)[-1] in ROLES and pattern != "us"


def _place_name(path: str, places: PlaceBook) -> str:
    place = places.place(path)
    if place.kind == "country":
        return "the United States"
    if place.kind in ("state", "territory"):
        return "the District of Columbia" if place.name == "District of Columbia" else place.name
    state = places.place("/".join(path.split("/")[:2])).name
    return f"{place.name}, {state}"


def _custodian(pattern: str, places: PlaceBook) -> str:
    name = place_words(pattern, places)
    if pattern == "us":
        return "any jail in the United States"
    if pattern.startswith(("circuit/", "district/")):
        return f"a jail in {name}"
    try:
        if _is_agency(pattern, places) or "*" in pattern:
            return name
        kind = places.place(pattern).kind
    except InputError:
        return name
    if kind in ("state", "territory"):
        return f"a jail in {name}" if name.startswith("the ") or kind == "territory" else f"{_article(name)} {name} jail"
    return f"a jail of {name}"


def _article(word: str) -> str:
    # Utah is the one state that begins with a vowel letter and a consonant's sound.
    return "an" if word[0] in "AEIO" else "a"


def _any_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" or {names[-1]}"


def subject_words(authority: Authority, places: PlaceBook) -> str:
    """Whom an authority binds (or, where it binds nobody, persuades): ``a Florida jail``."""
    patterns = authority.binds or authority.persuades
    told = _any_of([_custodian(p, places) for p in patterns]) if patterns else "the jail that has the form"
    if authority.excepts:
        told += f" (save {_any_of([place_words(p, places) for p in authority.excepts])})"
    return told


# -- the sentence -------------------------------------------------------------------------------------------


def _body(norm: Norm, authority: Authority, vocabulary: Vocabulary, places: PlaceBook) -> str:
    action = vocabulary.actions.get(norm.object)
    label = action.label if action else _spaced(norm.object)
    subject = subject_words(authority, places)
    if norm.object == "issue" and not all(p.startswith("us/") and _is_agency(p, places) for p in authority.binds):
        # Jails issue no detainers: such a norm binds where the jail is.
        subject = f"for {subject}, the immigration agency"
    condition = condition_words(norm.when, vocabulary)
    tail = f" {condition}" if condition else ""
    match norm.verb:
        case "forbid":
            return f"{subject} may not {label}{tail}"
        case "permit":
            return f"{subject} may {label}{tail}"
        case "require":
            return f"{subject} must {label}{_by(norm, vocabulary)}{tail}"
        case "preempt":
            where = _any_of([place_words(p, places) for p in (authority.binds or authority.persuades)])
            saved = f" (save {_any_of([place_words(p, places) for p in authority.excepts])})" if authority.excepts else ""
            return f"no county, city or agency of {where}{saved} may forbid a jail to {label}{tail}"
        case "limit":
            form = authority.kind == "form"
            return _limit(norm, label, subject, vocabulary, form=form) + (f",{tail}" if condition.startswith("unless") else tail)
        case _:
            fact = fact_words(norm.object, norm.value, vocabulary)
            return f"{fact}{tail}" if authority.kind == "form" else f"for {subject} it is law that {fact}{tail}"


def _limit(norm: Norm, label: str, subject: str, vocabulary: Vocabulary, *, form: bool) -> str:
    event = vocabulary.events.get(norm.counted_from, _spaced(norm.counted_from))
    who = "the request to hold ends" if form else f"{subject} may not {label}"
    if norm.until_end_of_day:
        span = f"at the end of the day on which {event}" if form else f"beyond the end of the day on which {event}"
    else:
        hours = _hours(norm.hours or 0)
        span = f"{hours} after {event}" if form else f"for more than {hours} after {event}"
    off = " and ".join(_DAYS_OFF.get(c, _spaced(c)) for c in sorted(named(norm.excluding), reverse=True))
    return f"{who} {span}" + (f", {off} not counted" if off else "")


def _by(norm: Norm, vocabulary: Vocabulary) -> str:
    if norm.by is None:
        return ""
    event = vocabulary.events.get(norm.by.event, _spaced(norm.by.event))
    if norm.by.hours == 0:
        return f" by the time when {event}"
    return f" within {_hours(norm.by.hours)} after {event}" if norm.by.after else f" at least {_hours(norm.by.hours)} before {event}"


def _hours(hours: float) -> str:
    return "1 hour" if hours == 1 else f"{hours:g} hours"


def _dated(body: str, norm: Norm, authority: Authority) -> str:
    """The sentence with its days before it: those of the conduct governed and, for a ruling, of its own decision."""
    if authority.kind == "form":
        paper, edition = authority.id.split("/")[1:3]
        return f"on Form {paper.upper()}, edition {edition}: {body}"
    told = _governed(body, norm, authority)
    return told if authority.binds else f"persuades only, and binds nobody: {told}"


def _governed(body: str, norm: Norm, authority: Authority) -> str:
    start, until = norm.start if norm.start is not None else authority.in_force.start, authority.in_force.until
    last = None if until is None else (date.fromordinal(until) - timedelta(days=1)).toordinal()
    span = " ".join(w for w in (f"from {day_words(start)}" if start else "", f"through {day_words(last)}" if last else "") if w)
    decided, ended = authority.known.start, authority.known.until
    if authority.kind in ("ruling", "decree") and decided:
        told = f"decided on {day_words(decided)}"
        if ended:
            told += f" and good law until {day_words((date.fromordinal(ended) - timedelta(days=1)).toordinal())}"
        return f"{told}{f', for conduct {span}' if span else ''}: {body}"
    if ended and not until:
        span = f"{span} (known until {day_words(ended)})".strip()
    return f"{span} {body}" if span else body
