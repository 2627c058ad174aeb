"""The policy of ``bench.policy`` written by hand in each peer, in the form in which that peer is fastest.

None of these engines knows "unknown", so each rule is written twice: once for "certainly true", once for
"certainly false". A case is turned into what the engine takes beforehand, so that only deciding is timed.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any

from bench.policy import SINCE, Answer, Facts

# What the engines answer with: 0 where no norm permits, 1 to 8 the forbid, 9 to 12 the permit, 13 where it is open.
ANSWERS: tuple[Answer, ...] = (
    ("release", None),
    ("release", "bare-inquiry"),
    ("release", "unsigned"),
    ("release", "incomplete"),
    ("release", "minor"),
    ("release", "not-served"),
    ("release", "old-conviction"),
    ("release", "citizen"),
    ("release", "other-form"),
    ("may_hold", "on-charge"),
    ("may_hold", "on-conviction"),
    ("may_hold", "on-judge"),
    ("may_hold", "on-warrant"),
    ("review", None),
)
_SINCE = SINCE.toordinal()


@dataclass(frozen=True, slots=True)
class Peer:
    """One contender: ``prepare`` turns a case into what ``decide`` takes; ``engine`` is False for plain Python."""

    name: str
    prepare: Callable[[Facts], Any]
    decide: Callable[[Any], Answer]
    engine: bool = True


def installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def days(facts: Facts) -> Facts:
    """Dates as numbers of days, for engines that compare numbers only."""
    return {k: v.toordinal() if isinstance(v, date) else v for k, v in facts.items()}


def known(facts: Facts) -> Facts:
    """Without what is unknown, for engines in which a missing value costs less than a null."""
    return {k: v for k, v in days(facts).items() if v is not None}


# -- plain Python with helpers for three values ------------------------------------------------------------


def plain() -> Peer:
    """What a careful programmer writes without any engine."""

    def no(a: bool | None) -> bool | None:
        return None if a is None else not a

    def both(*values: bool | None) -> bool | None:
        if False in values:
            return False
        return None if None in values else True

    def either(*values: bool | None) -> bool | None:
        if True in values:
            return True
        return None if None in values else False

    def above(value: Any, limit: Any) -> bool | None:
        return None if value is None else value > limit

    def not_before(value: Any, limit: Any) -> bool | None:
        return None if value is None else value >= limit

    def among(value: Any, names: tuple[str, ...]) -> bool | None:
        return None if value is None else value in names

    def decide(f: Facts) -> Answer:
        nobody = no(f["judicial_warrant"])
        forbids = (
            ("bare-inquiry", both(nobody, no(f["admin_warrant"]), f["basis_investigation"])),
            ("unsigned", both(nobody, no(f["detainer_signed"]))),
            ("incomplete", both(nobody, no(f["detainer_complete"]))),
            ("minor", both(f["under_18"], nobody)),
            ("not-served", both(f["service_required"], no(f["detainer_served"]))),
            ("old-conviction", both(nobody, above(f["conviction_age_years"], 10))),
            ("citizen", both(f["citizenship_claimed"], nobody)),
            ("other-form", both(among(f["detainer_form"], ("i-247g", "i-247x")), no(either(f["convicted_felony"], f["charged_felony"])))),
        )
        permits = (
            ("on-charge", both(f["charged_felony"], among(f["detainer_form"], ("i-247a", "i-247d")))),
            ("on-conviction", both(f["convicted_felony"], not_before(f["conviction_date"], SINCE))),
            ("on-judge", f["judicial_warrant"]),
            ("on-warrant", both(f["admin_warrant"], either(f["basis_biometric"], f["convicted_felony"]))),
        )
        for key, value in forbids:
            if value:
                return "release", key
        if all(value is False for _, value in permits):
            return "release", None
        if all(value is False for _, value in forbids):
            for key, value in permits:
                if value:
                    return "may_hold", key
        return "review", None

    return Peer("plain Python, three-valued helpers", dict, decide, engine=False)


# -- CEL and ZEN: one expression, the guards in it, read from the top until something decides ---------------

def _chain(also: str, other: str, listed: str) -> str:
    """The policy as one expression of nested conditionals; the two languages differ only in how they write
    ``and``, ``or`` and membership."""

    def both(*parts: str) -> str:
        return "(" + f" {also} ".join(parts) + ")"

    def either(*parts: str) -> str:
        return "(" + f" {other} ".join(parts) + ")"

    def yes(name: str) -> str:
        return f"{name} == true"

    def no(name: str) -> str:
        return f"{name} == false"

    def is_(name: str, test: str) -> str:
        return both(f"{name} != null", f"{name} {test}")

    def one_of(*names: str) -> str:
        return listed.format(", ".join(f"'{n}'" for n in names))

    def none_of(*names: str) -> str:
        return both("detainer_form != null", *(f"detainer_form != '{n}'" for n in names))

    judge, nobody = yes("judicial_warrant"), no("judicial_warrant")
    forbidden = (
        both(nobody, no("admin_warrant"), yes("basis_investigation")),
        both(nobody, no("detainer_signed")),
        both(nobody, no("detainer_complete")),
        both(yes("under_18"), nobody),
        both(yes("service_required"), no("detainer_served")),
        both(nobody, is_("conviction_age_years", "> 10")),
        both(yes("citizenship_claimed"), nobody),
        both(one_of("i-247g", "i-247x"), no("convicted_felony"), no("charged_felony")),
    )
    not_forbidden = (
        either(judge, yes("admin_warrant"), no("basis_investigation")),
        either(judge, yes("detainer_signed")),
        either(judge, yes("detainer_complete")),
        either(no("under_18"), judge),
        either(no("service_required"), yes("detainer_served")),
        either(judge, is_("conviction_age_years", "<= 10")),
        either(no("citizenship_claimed"), judge),
        either(none_of("i-247g", "i-247x"), yes("convicted_felony"), yes("charged_felony")),
    )
    permitted = (
        both(yes("charged_felony"), one_of("i-247a", "i-247d")),
        both(yes("convicted_felony"), is_("conviction_date", f">= {_SINCE}")),
        judge,
        both(yes("admin_warrant"), either(yes("basis_biometric"), yes("convicted_felony"))),
    )
    not_permitted = (
        nobody,
        either(no("charged_felony"), none_of("i-247a", "i-247d")),
        either(no("convicted_felony"), is_("conviction_date", f"< {_SINCE}")),
        either(no("admin_warrant"), both(no("basis_biometric"), no("convicted_felony"))),
    )
    steps = [f"{test} ? {number}" for number, test in enumerate(forbidden, 1)]
    steps.append(f"{both(*not_permitted)} ? 0")
    # What nobody forbids for certain may still be forbidden: then it is open, whatever permits it.
    steps += [f"{both(test, *not_forbidden)} ? {number}" for number, test in enumerate(permitted, 9)]
    return " : ".join((*steps, "13"))


def cel() -> Peer:
    """CEL through the Rust crate: a null compares with anything, and is equal to nothing else."""
    program = import_module("cel").compile(_chain("&&", "||", "(detainer_form in [{}])"))
    execute = program.execute

    def decide(context: Any) -> Answer:
        return ANSWERS[execute(context)]

    return Peer("CEL (common-expression-language, Rust)", days, decide)


def zen() -> Peer:
    """GoRules ZEN, one compiled expression. Its decision table is tens of times slower; see the second table."""
    expression = import_module("zen").compile_expression(_chain("and", "or", "(detainer_form in [{}])"))
    evaluate = expression.evaluate

    def decide(context: Any) -> Answer:
        return ANSWERS[int(evaluate(context))]

    return Peer("GoRules ZEN (compiled expression, Rust)", known, decide)


# -- Rego -----------------------------------------------------------------------------------------------------

REGO = f"""package bench

import rego.v1

nobody if input.judicial_warrant == false
judge if input.judicial_warrant == true

answer := 1 if {{ nobody; input.admin_warrant == false; input.basis_investigation == true }}
else := 2 if {{ nobody; input.detainer_signed == false }}
else := 3 if {{ nobody; input.detainer_complete == false }}
else := 4 if {{ nobody; input.under_18 == true }}
else := 5 if {{ input.service_required == true; input.detainer_served == false }}
else := 6 if {{ nobody; input.conviction_age_years > 10 }}
else := 7 if {{ nobody; input.citizenship_claimed == true }}
else := 8 if {{ input.detainer_form in {{"i-247g", "i-247x"}}; input.convicted_felony == false; input.charged_felony == false }}
else := 0 if {{ nobody; not_charge; not_conviction; not_warrant }}
else := 13 if {{ not nothing_forbids }}
else := 9 if {{ input.charged_felony == true; input.detainer_form in {{"i-247a", "i-247d"}} }}
else := 10 if {{ input.convicted_felony == true; input.conviction_date >= {_SINCE} }}
else := 11 if {{ judge }}
else := 12 if {{ input.admin_warrant == true; backed }}
else := 13

backed if input.basis_biometric == true
backed if input.convicted_felony == true

nothing_forbids if {{ judge; not_5; not_8 }}
nothing_forbids if {{ not_1; input.detainer_signed == true; input.detainer_complete == true; input.under_18 == false; not_5; input.conviction_age_years <= 10; input.citizenship_claimed == false; not_8 }}

not_1 if input.admin_warrant == true
not_1 if input.basis_investigation == false
not_5 if input.service_required == false
not_5 if input.detainer_served == true
# A comparison with null fails where the fact is missing; without it, "not" would be true there.
not_8 if {{ input.detainer_form != null; not input.detainer_form in {{"i-247g", "i-247x"}} }}
not_8 if input.convicted_felony == true
not_8 if input.charged_felony == true

not_charge if input.charged_felony == false
not_charge if {{ input.detainer_form != null; not input.detainer_form in {{"i-247a", "i-247d"}} }}
not_conviction if input.convicted_felony == false
not_conviction if input.conviction_date < {_SINCE}
not_warrant if input.admin_warrant == false
not_warrant if {{ input.basis_biometric == false; input.convicted_felony == false }}
"""


def rego_vm() -> Peer:
    """Rego compiled to regorus' virtual machine, which takes JSON."""
    regorus = import_module("regorus")
    program = regorus.Program.compile_from_modules("{}", [("bench.rego", REGO)], ["data.bench.answer"])
    machine = regorus.Rvm()
    machine.load_program(program)
    give, execute = machine.set_input_json, machine.execute

    def decide(context: Any) -> Answer:
        give(context)
        return ANSWERS[int(execute())]

    return Peer("Rego (regorus, virtual machine, Rust)", lambda facts: json.dumps(known(facts)), decide)


def rego() -> Peer:
    """Rego in regorus' interpreter, policy parsed once."""
    engine = import_module("regorus").Engine()
    engine.add_policy("bench.rego", REGO)
    give, evaluate = engine.set_input, engine.eval_rule

    def decide(context: Any) -> Answer:
        give(context)
        return ANSWERS[evaluate("data.bench.answer")]

    return Peer("Rego (regorus, interpreter, Rust)", known, decide)


# -- Cedar ----------------------------------------------------------------------------------------------------

_CEDAR_RULES = (
    # certainly forbidden, by rank
    ("forbid", "{no:judicial_warrant} && {no:admin_warrant} && {yes:basis_investigation}"),
    ("forbid", "{no:judicial_warrant} && {no:detainer_signed}"),
    ("forbid", "{no:judicial_warrant} && {no:detainer_complete}"),
    ("forbid", "{yes:under_18} && {no:judicial_warrant}"),
    ("forbid", "{yes:service_required} && {no:detainer_served}"),
    ("forbid", "{no:judicial_warrant} && {has:conviction_age_years} && context.conviction_age_years > 10"),
    ("forbid", "{yes:citizenship_claimed} && {no:judicial_warrant}"),
    ("forbid", '{has:detainer_form} && ["i-247g", "i-247x"].contains(context.detainer_form) && {no:convicted_felony} && {no:charged_felony}'),
    # certainly permitted, by rank
    ("permit", '{yes:charged_felony} && {has:detainer_form} && ["i-247a", "i-247d"].contains(context.detainer_form)'),
    ("permit", "{yes:convicted_felony} && {has:conviction_date} && context.conviction_date >= SINCE"),
    ("permit", "{yes:judicial_warrant}"),
    ("permit", "{yes:admin_warrant} && ({yes:basis_biometric} || {yes:convicted_felony})"),
    # nothing can permit it
    (
        "forbid",
        '{no:judicial_warrant} && ({no:charged_felony} || {has:detainer_form} && !["i-247a", "i-247d"].contains(context.detainer_form))'
        " && ({no:convicted_felony} || {has:conviction_date} && context.conviction_date < SINCE)"
        " && ({no:admin_warrant} || {no:basis_biometric} && {no:convicted_felony})",
    ),
    # each forbid once more, for where it is not certainly false: without these, absence would permit
    ("forbid", "!({yes:judicial_warrant} || {yes:admin_warrant} || {no:basis_investigation})"),
    ("forbid", "!({yes:judicial_warrant} || {yes:detainer_signed})"),
    ("forbid", "!({yes:judicial_warrant} || {yes:detainer_complete})"),
    ("forbid", "!({no:under_18} || {yes:judicial_warrant})"),
    ("forbid", "!({no:service_required} || {yes:detainer_served})"),
    ("forbid", "!({yes:judicial_warrant} || {has:conviction_age_years} && context.conviction_age_years <= 10)"),
    ("forbid", "!({no:citizenship_claimed} || {yes:judicial_warrant})"),
    ("forbid", '!({has:detainer_form} && !["i-247g", "i-247x"].contains(context.detainer_form) || {yes:convicted_felony} || {yes:charged_felony})'),
)
_CEDAR_NOTHING_PERMITS = 12


def _cedar_condition(text: str) -> str:
    for name in sorted({part.split("}")[0] for part in text.split("{")[1:]}):
        kind, fact = name.split(":")
        has = f"context has {fact}"
        plain = {"has": has, "yes": f"({has} && context.{fact})", "no": f"({has} && !context.{fact})"}[kind]
        text = text.replace("{" + name + "}", plain)
    return text.replace("SINCE", str(_SINCE))


def cedar() -> Peer:
    """Cedar with policies and entities parsed once. It names the policies that determined its answer."""
    cedarpy = import_module("cedarpy")
    text = "\n".join(f"{effect}(principal, action, resource) when {{ {_cedar_condition(when)} }};" for effect, when in _CEDAR_RULES)
    policies = cedarpy.PolicySet.from_str(text)
    entities = cedarpy.Entities.from_json_str("[]")
    authorized = cedarpy.is_authorized
    # Policies get their ids by position; rank order has to be put back by hand.
    number = {f"policy{i}": i for i in range(len(_CEDAR_RULES))}

    def prepare(facts: Facts) -> Any:
        return {"principal": 'Jail::"test"', "action": 'Action::"hold"', "resource": 'Person::"test"', "context": json.dumps(known(facts))}

    def decide(request: Any) -> Answer:
        result = authorized(request, policies, entities)
        reasons = result.diagnostics.reasons
        if not reasons:
            return "review", None
        first = min(number[r] for r in reasons)
        if first < _CEDAR_NOTHING_PERMITS:
            return ANSWERS[first + 1]
        return ANSWERS[0 if first == _CEDAR_NOTHING_PERMITS else 13]

    return Peer("Cedar (cedarpy, Rust)", prepare, decide)


MAKERS: tuple[tuple[str, Callable[[], Peer]], ...] = (
    ("builtins", plain),
    ("zen", zen),
    ("cel", cel),
    ("regorus", rego_vm),
    ("regorus", rego),
    ("cedarpy", cedar),
)
"""The module that each contender needs, and what makes it."""
