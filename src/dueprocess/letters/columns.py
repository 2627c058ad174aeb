"""The columns that ``--to`` and ``when`` may ask about, in the condition language of the law files.

``accepts`` is a list: ``accepts = 'court_order'`` says that it is among what the agency holds on.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache

from dueprocess.decide.coverage import REGIMES
from dueprocess.kernel.errors import InputError, LawError, shown
from dueprocess.places import ROLES, load_places
from dueprocess.registry import ACCEPTS, POSITIONS
from dueprocess.registry.model import VOICES
from dueprocess.terms import Fact, Tree, Vocabulary, evaluate
from dueprocess.terms.vocabulary import Value

_ENUMERATION = re.compile(r"\[(?P<value>.*)\] is no value of (?P<column>\w+)\Z", re.DOTALL)
_UNKNOWN = re.compile(r"\[(?P<name>.*)\] is no known fact\Z", re.DOTALL)
_MOST_NAMED = 40

DESCRIPTIONS: dict[str, tuple[str, str]] = {
    "state": ("one_of", "postal code of the state, as 'OR'"),
    "county": ("one_of", "legal name of the county, as 'Clackamas County'"),
    "city": ("one_of", "legal name of the city, of a city's agency"),
    "place": ("one_of", "path of the county or city, as 'us/or/clackamas-county'"),
    "agency": ("one_of", "path of the agency, as 'us/or/clackamas-county/sheriff'"),
    "role": ("one_of", "role of the agency that the letter goes to"),
    "circuit": ("one_of", "federal circuit, as 'circuit/9'"),
    "law": ("one_of", "what the encoded law of the county says in the plain case (docs/reference/letters.md)"),
    "position": ("one_of", "position that the registry's rules give for the day; unknown where no source states one"),
    "side": ("one_of", "holds, limits, undecided or unknown"),
    "accepts": ("one_of", "what it holds on; accepts = 'x' says that x is among them"),
    "voice": ("one_of", "who says so: own, report or list"),
    "since": ("date", "first day of the position, as the rules count it; unknown where no source dates it"),
    "confirmed": ("date", "last day on which a source says so"),
    "age_days": ("number", "days from the last confirmation to the day asked about"),
    "contested": ("boolean", "whether a claim of another side stands against it"),
    "certain": ("boolean", "whether no change of unsure day may have come"),
    "listed": ("boolean", "whether a list names the agency"),
    "agreement_287g": ("boolean", "whether a source speaks of a 287(g) agreement on that day"),
    "audited": ("boolean", "whether the audit given with --audit has figures of it that may be told"),
    "counted": ("boolean", "whether those figures give the certain stays apart"),
    "priced": ("boolean", "whether a cost of holding was worked out, with --usd-a-day"),
}
"""Each column: its type, and what it holds."""


@cache
def vocabulary() -> Vocabulary:
    """The columns as the condition language takes them."""
    places = load_places()
    here = [p for p in places if p.kind in ("county", "city")]
    paths = tuple(p.id for p in here)
    values: dict[str, tuple[str, ...]] = {
        "state": tuple(sorted({p.state for p in here if p.state})),
        "county": tuple(sorted({p.name for p in here if p.kind == "county"})),
        "city": tuple(sorted({p.name for p in here if p.kind == "city"})),
        "place": paths,
        "agency": tuple(f"{p}/{r}" for p in paths for r in ("sheriff", "corrections", "police", "county", "city")),
        "role": ROLES,
        "circuit": tuple(sorted({p.circuit for p in here if p.circuit})),
        "law": tuple(REGIMES),
        "position": POSITIONS,
        "side": ("holds", "limits", "undecided", "unknown"),
        "accepts": ACCEPTS,
        "voice": VOICES,
    }
    facts = {n: Fact(n, kind, "agency_record", what, "", "paper", values=values.get(n, ()), phrase=what) for n, (kind, what) in DESCRIPTIONS.items()}
    return Vocabulary(facts, {}, {}, frozenset(), {})


def read_condition(text: str, *, where: str) -> Tree:
    """The tree of a condition. Raises InputError that names an unknown column or value with the nearest."""
    from dueprocess.terms.grammar import parse_condition  # it loads the SQL parser

    columns = vocabulary()
    try:
        return parse_condition(text, vocabulary=columns, where=where)
    except LawError as error:
        raise _plainer(error, columns) from None


def _plainer(error: LawError, columns: Vocabulary) -> InputError:
    """The same error in words of columns; lists of thousands of values are not repeated."""
    unknown, wrong = _UNKNOWN.match(error.what), _ENUMERATION.match(error.what)
    if unknown:
        return InputError(f"[{shown(unknown['name'])}] is no column", where=error.where, do=_near(unknown["name"], tuple(columns.facts)) or f"one of {', '.join(columns.facts)}")
    if wrong and len(values := columns.facts[wrong["column"]].values) > _MOST_NAMED:
        return InputError(error.what, where=error.where, do=_near(wrong["value"], values) or f"write it as {values[0]}")
    return InputError(error.what, where=error.where, do=error.do)


def _near(text: str, known: tuple[str, ...]) -> str:
    folded = {k.lower(): k for k in known}
    found = get_close_matches(text.lower()[:100], folded, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(f'[{folded[f]}]' for f in found)}?" if found else ""


def holds(tree: Tree, columns: dict[str, Value], accepts: tuple[str, ...] | None) -> bool | None:
    """Whether a condition is true of a row; None where that turns on something that is not known.

    ``accepts`` None says that no source tells what the agency holds on.
    """
    return evaluate(_with_accepts(tree), {**columns, **{_mark(a): None if accepts is None else a in accepts for a in ACCEPTS}})


def _mark(value: str) -> str:
    return f"accepts {value}"


def _with_accepts(tree: Tree) -> Tree:
    """The tree with each comparison of ``accepts`` as the question whether the list has the value."""
    kind = tree[0]
    if kind in ("and", "or", "not"):
        return (kind, *(_with_accepts(t) for t in tree[1:]))
    if kind == "cmp" and tree[2] == ("f", "accepts"):
        one: Tree = ("fact", _mark(tree[3][1]))
        return one if tree[1] == "=" else ("not", one)
    if kind == "in" and tree[1] == ("f", "accepts"):
        return ("or", *(("fact", _mark(v)) for v in tree[2]))
    return tree
