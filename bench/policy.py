"""One made-up policy of twelve norms over fifteen facts, the cases to ask it, and the answers by the definition.

The policy is no place's law. Its conditions are of the kinds that real files hold: yes-or-no facts, a fact with
named values, a number, a date. An answer is the outcome of ``hold`` and the norm that decides it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from dueprocess.decide.regime import Regime, Regimes
from dueprocess.kernel.yamlread import parse, read
from dueprocess.law import Lawbook, default_folder, link
from dueprocess.law.reading import read_authority
from dueprocess.terms import Vocabulary
from dueprocess.terms.vocabulary import read_vocabulary, vocabulary_of

Facts = dict[str, Any]
Answer = tuple[str, str | None]
"""``release``, ``may_hold`` or ``review``, and the deciding norm of highest rank (None where none decides)."""

FACTS = (
    "detainer_form",
    "detainer_signed",
    "detainer_complete",
    "detainer_served",
    "service_required",
    "basis_biometric",
    "basis_investigation",
    "admin_warrant",
    "judicial_warrant",
    "under_18",
    "citizenship_claimed",
    "convicted_felony",
    "charged_felony",
    "conviction_age_years",
    "conviction_date",
)
FORMS = ("i-247", "i-247a", "i-247d", "i-247g", "i-247x")
SINCE = date(2015, 1, 1)
"""The day that the policy compares ``conviction_date`` with."""

# The loader takes real places only; nothing here is the law of this one.
AGENCY = "us/wy/weston-county/sheriff"
DAY = date(2020, 6, 1).toordinal()

_COMMON = """
title: Test
citation: made up for a benchmark
in_force: {from: "2000-01-01"}
sources: [{title: none}]
review: {status: unreviewed, basis: general knowledge}
"""

# One file a rank; within a rank, norms are named in the order of their keys.
DOCUMENTS = {
    "us/test-clause": """
kind: constitution
binds: [us]
norms:
  - {id: bare-inquiry, forbid: hold, when: NOT judicial_warrant AND NOT admin_warrant AND basis_investigation}
  - {id: unsigned, forbid: hold, when: NOT judicial_warrant AND NOT detainer_signed}
""",
    "us/cfr/test-rule": """
kind: regulation
binds: [us]
norms:
  - {id: incomplete, forbid: hold, when: NOT judicial_warrant AND NOT detainer_complete}
""",
    "us/wy/test-act": """
kind: statute
binds: [us/wy]
norms:
  - {id: minor, forbid: hold, when: under_18 AND NOT judicial_warrant}
  - {id: not-served, forbid: hold, when: service_required AND NOT detainer_served}
  - {id: old-conviction, forbid: hold, when: NOT judicial_warrant AND conviction_age_years > 10}
  - {id: on-charge, permit: hold, when: "charged_felony AND detainer_form IN ('i-247a', 'i-247d')"}
  - {id: on-conviction, permit: hold, when: "convicted_felony AND conviction_date >= DATE '2015-01-01'"}
  - {id: on-judge, permit: hold, when: judicial_warrant}
  - {id: on-warrant, permit: hold, when: admin_warrant AND (basis_biometric OR convicted_felony)}
""",
    "us/wy/weston-county/test-ordinance": """
kind: ordinance
binds: [us/wy/weston-county]
norms:
  - {id: citizen, forbid: hold, when: citizenship_claimed AND NOT judicial_warrant}
""",
    "us/wy/weston-county/test-policy": """
kind: agency_policy
binds: [us/wy/weston-county/sheriff]
norms:
  - {id: other-form, forbid: hold, when: "detainer_form IN ('i-247g', 'i-247x') AND NOT (convicted_felony OR charged_felony)"}
""",
}


def lawbook_of(documents: Mapping[str, str], facts: tuple[str, ...]) -> Lawbook:
    """A lawbook of the documents over some facts of the shipped vocabulary, and the one fact more that a state's
    permit to hold declares by itself."""
    shipped = read_vocabulary(read(default_folder() / "facts.yaml"))
    vocabulary: Vocabulary = vocabulary_of(
        {**shipped.raw, "facts": {name: shipped.raw["facts"][name] for name in (*facts, "civil_arrest_power")}},
        where="bench",
    )
    return link(
        [
            read_authority(parse(f"id: {identity}{_COMMON}{text}", name=identity), vocabulary=vocabulary)
            for identity, text in documents.items()
        ],
        vocabulary,
    )


def regime_of(lawbook: Lawbook) -> Regime:
    """What binds the test agency on the test day."""
    return Regimes(lawbook).on(AGENCY, (), DAY, DAY, None)


def decider(regime: Regime) -> Callable[[Facts], Answer]:
    """What the program does for one decision: both resolutions, the outcome and the norm that decides."""
    return regime.answer


def plain(answer: Answer) -> Answer:
    """An answer with the norm's key alone (this program names the authority before it)."""
    outcome, norm = answer
    return outcome, norm.rsplit("#", 1)[-1] if norm else None


@cache
def own_regime() -> Regime:
    """The policy in this program: read, linked, compiled."""
    return regime_of(lawbook_of(DOCUMENTS, FACTS))


def ours() -> Callable[[Facts], Answer]:
    """This program's decisions under the policy."""
    return decider(own_regime())


# -- cases ------------------------------------------------------------------------------------------------

# Facts that speak for a release where they are true; the others speak for it where they are false.
_AGAINST = frozenset({"basis_investigation", "under_18", "citizenship_claimed", "service_required"})
UNKNOWN_SHARE = 0.2


def cases(count: int, *, seed: int = 1) -> list[Facts]:
    """Random cases, each fact unknown (None) with probability 0.2. Each case leans more or less toward a hold, so
    that every norm decides some of them."""
    rng = random.Random(seed)
    found: list[Facts] = []
    for _ in range(count):
        lean = rng.choice((0.5, 0.85, 0.97))
        facts: Facts = {}
        for name in FACTS:
            if rng.random() < UNKNOWN_SHARE:
                facts[name] = None
            elif name == "detainer_form":
                facts[name] = rng.choice(FORMS)
            elif name == "conviction_age_years":
                facts[name] = rng.randrange(0, 11) if rng.random() < lean else rng.randrange(11, 25)
            elif name == "conviction_date":
                facts[name] = SINCE + timedelta(days=rng.randrange(-1500, 1500))
            elif name == "judicial_warrant":
                facts[name] = rng.random() < 0.3
            else:
                facts[name] = (rng.random() < lean) != (name in _AGAINST)
        found.append(facts)
    return found


# -- the oracle: a walk over the conditions, written out again by hand --------------------------------------

_JUDGE = ("fact", "judicial_warrant")
NORMS: tuple[tuple[str, str, Any], ...] = (
    ("bare-inquiry", "forbid", ("and", ("not", _JUDGE), ("not", ("fact", "admin_warrant")), ("fact", "basis_investigation"))),
    ("unsigned", "forbid", ("and", ("not", _JUDGE), ("not", ("fact", "detainer_signed")))),
    ("incomplete", "forbid", ("and", ("not", _JUDGE), ("not", ("fact", "detainer_complete")))),
    ("minor", "forbid", ("and", ("fact", "under_18"), ("not", _JUDGE))),
    ("not-served", "forbid", ("and", ("fact", "service_required"), ("not", ("fact", "detainer_served")))),
    ("old-conviction", "forbid", ("and", ("not", _JUDGE), ("above", "conviction_age_years", 10))),
    ("citizen", "forbid", ("and", ("fact", "citizenship_claimed"), ("not", _JUDGE))),
    ("other-form", "forbid", ("and", ("in", "detainer_form", ("i-247g", "i-247x")), ("not", ("or", ("fact", "convicted_felony"), ("fact", "charged_felony"))))),
    ("on-charge", "permit", ("and", ("fact", "charged_felony"), ("in", "detainer_form", ("i-247a", "i-247d")))),
    ("on-conviction", "permit", ("and", ("fact", "convicted_felony"), ("not_before", "conviction_date", SINCE))),
    ("on-judge", "permit", _JUDGE),
    ("on-warrant", "permit", ("and", ("fact", "admin_warrant"), ("or", ("fact", "basis_biometric"), ("fact", "convicted_felony")))),
)
"""Key, verb and condition of each norm, forbids first, each group from the highest rank down."""


def _walk(tree: Any, facts: Facts) -> bool | None:
    kind, *rest = tree
    if kind == "not":
        inner = _walk(rest[0], facts)
        return None if inner is None else not inner
    if kind in ("and", "or"):
        decisive = kind == "or"
        values = [_walk(t, facts) for t in rest]
        return decisive if decisive in values else None if None in values else not decisive
    value = facts[rest[0]]
    if value is None:
        return None
    if kind == "above":
        return bool(value > rest[1])
    if kind == "not_before":
        return bool(value >= rest[1])
    return value in rest[1] if kind == "in" else bool(value)


def oracle(facts: Facts) -> Answer:
    """The answer by the definition: resolve with every unknown condition taken the way that favors the hold, and the
    way that does not; where the two agree that is the outcome, where they do not it is open."""
    truth = {key: _walk(tree, facts) for key, _, tree in NORMS}
    forbids = [key for key, verb, _ in NORMS if verb == "forbid"]
    permits = [key for key, verb, _ in NORMS if verb == "permit"]

    def resolved(forbid_unknown: bool, permit_unknown: bool) -> tuple[str, str | None]:
        taken = {k: forbid_unknown if t is None else t for k, t in truth.items() if k in forbids}
        taken |= {k: permit_unknown if t is None else t for k, t in truth.items() if k in permits}
        for key in forbids:
            if taken[key]:
                return "release", key
        for key in permits:
            if taken[key]:
                return "may_hold", key
        return "release", None

    favor = resolved(forbid_unknown=False, permit_unknown=True)
    against = resolved(forbid_unknown=True, permit_unknown=False)
    if favor[0] != against[0]:
        return "review", None
    return favor if favor[0] == "release" else against
