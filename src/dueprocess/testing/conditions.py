"""Conditions as SQL text that every loader rule allows, and condition trees for the compiler's own test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dueprocess.terms.tree import OPERATORS, Tree
from dueprocess.testing.source import Source

PAPER_FACTS = ("judicial_warrant", "admin_warrant", "judge_probable_cause", "removal_order", "removal_warrant", "court_order")
DETAINER_FACTS = (
    "request_stands", "asserts_probable_cause", "basis_investigation", "basis_final_order", "basis_biometric",
    "detainer_lodged", "hold_requested", "detainer_complete", "detainer_signed", "detainer_served", "service_required",
    "notice_requested", "basis_statements", "box_transferred", "detainer_cancelled", "chicago_office",
)  # fmt: skip
PERSON_FACTS = (
    "convicted_felony", "status_proof_shown", "citizenship_claimed", "charged_felony", "under_18",
    "convicted_misdemeanor", "victim_or_witness", "officer_287g", "reimbursement_agreed",
)  # fmt: skip
"""The boolean facts, neither declared nor derived from papers, that generated law turns on."""

_COMPARISONS = (
    "detainer_issuer = 'cbp'",
    "detainer_issuer <> 'cbp'",
    "detainer_form IN ('i-247a', 'i-247g')",
    "detainer_form = 'i-247'",
    "conviction_age_years >= 5",
    "conviction_age_years BETWEEN 2 AND 9",
    "10 < conviction_age_years",
    "conviction_age_years <= 29",
    "conviction_date < DATE '2010-06-01'",
    "convicted_felony = TRUE",
    "under_18 <> TRUE",
)

# What real files say most, so that generated law is mostly law that means something.
_USUAL = {
    "forbid": (
        "status_proof_shown AND NOT judicial_warrant",
        "NOT admin_warrant AND NOT judicial_warrant",
        "detainer_issuer = 'cbp'",
        "NOT judicial_warrant AND NOT (convicted_felony OR charged_felony)",
        "conviction_age_years >= 5 AND NOT judicial_warrant",
        "citizenship_claimed",
        "NOT judicial_warrant",
        "under_18",
    ),
    "limit": (None, "NOT judicial_warrant", "NOT judicial_warrant AND NOT judge_probable_cause", "NOT convicted_felony"),
    "require": ("request_stands", "request_stands AND NOT status_proof_shown", "detainer_lodged", "request_stands AND admin_warrant"),
    "permit": (None, "request_stands", "request_stands AND NOT under_18", "admin_warrant", "officer_287g"),
    "preempt": (None, "detainer_lodged", "convicted_felony"),
    "probable_cause": {
        True: ("asserts_probable_cause", "admin_warrant", "asserts_probable_cause AND admin_warrant", "removal_order OR basis_final_order", None),
        False: (
            "basis_investigation AND NOT admin_warrant AND NOT judge_probable_cause",
            "NOT asserts_probable_cause AND NOT judge_probable_cause",
            "citizenship_claimed AND status_proof_shown",
        ),
    },
    "civil_arrest_power": {
        True: (None, None, "admin_warrant", "request_stands", "officer_287g OR NOT under_18"),
        False: (None, "NOT officer_287g", "NOT (admin_warrant OR officer_287g)", "NOT convicted_felony"),
    },
}


def usual(source: Source, verb: str, value: bool | None = None) -> str | None:
    """A condition that real law of this kind has; None for a norm without one. ``verb`` may be a declared fact."""
    found: Any = _USUAL[verb]
    return source.choice(found if value is None else found[value])  # type: ignore[no-any-return]


def condition(source: Source, *, favors: bool, declared: Sequence[str] = (), depth: int = 2) -> str:
    """A random condition for a norm that favors its action (``favors``) or is against it.

    Facts of papers and of ``declared`` stand only under the sign that the rule of polarity allows; a detainer's own
    facts and the person's stand under either.
    """
    return _expression(source, favors, tuple(declared), depth, positive=True)


def _expression(source: Source, favors: bool, declared: tuple[str, ...], depth: int, *, positive: bool) -> str:
    shape = source.integer(0, 9) if depth else 0
    if shape <= 3:
        return _atom(source, favors, declared, positive=positive)
    if shape <= 8:
        joined = (" AND " if shape <= 6 else " OR ").join(
            _expression(source, favors, declared, depth - 1, positive=positive) for _ in range(source.integer(2, 3))
        )
        return f"({joined})"
    return f"NOT ({_expression(source, favors, declared, depth - 1, positive=not positive)})"


def _atom(source: Source, favors: bool, declared: tuple[str, ...], *, positive: bool) -> str:
    kind = source.integer(0, 19)
    if kind <= 5:
        return _signed(source.choice((*PAPER_FACTS, *declared)), bare=positive == favors)
    if kind <= 10:
        return _signed(source.choice(PERSON_FACTS), bare=source.chance(0.6))
    if kind <= 15:
        return _signed(source.choice(DETAINER_FACTS), bare=source.chance(0.6))
    if kind <= 18:
        return source.choice(_COMPARISONS)
    return source.choice(("TRUE", "FALSE"))


def _signed(name: str, *, bare: bool) -> str:
    return name if bare else f"NOT {name}"


# -- trees ------------------------------------------------------------------------------------------------

TREE_FACTS = {
    "request_stands": "boolean",
    "convicted_felony": "boolean",
    "admin_warrant": "boolean",
    "under_18": "boolean",
    "conviction_age_years": "number",
    "conviction_date": "date",
    "detainer_issuer": "one_of",
    "detainer_form": "one_of",
}
"""The facts that generated trees turn on, with their types; all are in the shipped vocabulary."""

_TEXTS = {"detainer_issuer": ("ice", "cbp"), "detainer_form": ("i-247", "i-247a", "i-247d")}
_BOOLEANS = tuple(n for n, t in TREE_FACTS.items() if t == "boolean")


def _literal(source: Source, name: str) -> Any:
    kind = TREE_FACTS[name]
    if kind == "number":
        return source.choice((0, 1, 5, 4.5, -1))
    if kind == "date":
        return date(2014, 1, 1) + timedelta(days=source.integer(0, 3))
    return source.choice(_TEXTS[name])


def tree(source: Source, *, depth: int = 4) -> Tree:
    """A condition tree with every kind of node, over ``TREE_FACTS``."""
    shape = source.integer(0, 11) if depth else source.integer(0, 6)
    if shape <= 2:
        return ("fact", source.choice(_BOOLEANS))
    if shape == 3:
        name = source.choice(("conviction_age_years", "conviction_date"))
        return ("cmp", source.choice(tuple(OPERATORS)), ("f", name), ("v", _literal(source, name)))
    if shape == 4:
        name = source.choice(("detainer_issuer", "detainer_form"))
        return ("cmp", source.choice(("=", "<>")), ("f", name), ("v", _literal(source, name)))
    if shape == 5:
        name = source.choice(("conviction_age_years", "conviction_date", "detainer_issuer", "detainer_form"))
        return ("in", ("f", name), tuple(_literal(source, name) for _ in range(source.integer(1, 3))))
    if shape == 6:
        if source.chance(0.5):
            return source.choice((("true",), ("false",)))
        name = source.choice(("conviction_age_years", "conviction_date"))
        return ("cmp", source.choice(tuple(OPERATORS)), ("f", name), ("f", name))
    if shape <= 8:
        return ("not", tree(source, depth=depth - 1))
    return ("and" if shape <= 10 else "or", *(tree(source, depth=depth - 1) for _ in range(source.integer(2, 4))))


def assignment(source: Source) -> dict[str, Any]:
    """A value for each of ``TREE_FACTS``, unknown (None, or left out) about a third of the time."""
    found: dict[str, Any] = {}
    for name, kind in TREE_FACTS.items():
        if source.chance(0.3):
            if source.chance(0.5):
                found[name] = None
            continue
        found[name] = source.chance(0.5) if kind == "boolean" else _literal(source, name)
    return found
