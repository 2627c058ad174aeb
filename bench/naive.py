"""What each engine makes of a missing fact when a rule is written as one would say it, without guards.

Three rules, each asked with an empty case:

- *minor*: hold unless ``under_18``
- *citizen*: hold if not ``citizenship_claimed``
- *old*: hold unless ``conviction_age_years > 10``

Nothing is known, so nothing can be said: the right answer is ``review``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from bench.peers import installed
from bench.policy import Facts, decider, lawbook_of, regime_of

RULES = ("minor", "citizen", "old")
_NAMES = ("under_18", "citizenship_claimed", "conviction_age_years")

Asked = Callable[[str], str]
"""Rule to ``hold``, ``release``, ``review`` or ``error``."""


def _word(held: Any) -> str:
    return "hold" if held else "release"


def _or_error(run: Callable[[], Any]) -> str:
    try:
        return _word(run())
    except Exception:  # what it raises is each engine's own affair: that it refuses is the finding
        return "error"


def ours() -> Asked:
    permit = "  - {id: else, permit: hold}\n"
    laws = {
        "minor": "  - {id: minor, forbid: hold, when: under_18}\n" + permit,
        "citizen": "  - {id: citizen, permit: hold, when: NOT citizenship_claimed}\n",
        "old": "  - {id: old, forbid: hold, when: conviction_age_years > 10}\n" + permit,
    }

    def ask(rule: str) -> str:
        document = {"us/wy/test-act": f"\nkind: statute\nbinds: [us/wy]\nnorms:\n{laws[rule]}"}
        outcome, _ = decider(regime_of(lawbook_of(document, _NAMES)))({})
        return {"may_hold": "hold"}.get(outcome, outcome)

    return ask


def plain() -> Asked:
    tests: Mapping[str, Callable[[Facts], Any]] = {
        "minor": lambda f: not f.get("under_18"),
        "citizen": lambda f: not f.get("citizenship_claimed"),
        "old": lambda f: not f.get("conviction_age_years") > 10,  # type: ignore[operator]
    }
    return lambda rule: _or_error(lambda: tests[rule]({}))


def rego() -> Asked:
    regorus = import_module("regorus")
    tests = {
        "minor": "not input.under_18",
        "citizen": "not input.citizenship_claimed",
        "old": "not input.conviction_age_years > 10",
    }

    def ask(rule: str) -> str:
        engine = regorus.Engine()
        engine.add_policy("naive.rego", f"package naive\nimport rego.v1\ndefault hold := false\nhold if {tests[rule]}\n")
        engine.set_input({})
        return _or_error(lambda: engine.eval_rule("data.naive.hold"))

    return ask


def cedar() -> Asked:
    cedarpy = import_module("cedarpy")
    everyone = "(principal, action, resource)"
    tests = {
        "minor": f"permit{everyone}; forbid{everyone} when {{ context.under_18 }};",
        "citizen": f"permit{everyone} when {{ !context.citizenship_claimed }};",
        "old": f"permit{everyone}; forbid{everyone} when {{ context.conviction_age_years > 10 }};",
    }
    request = {"principal": 'Jail::"test"', "action": 'Action::"hold"', "resource": 'Person::"test"', "context": "{}"}
    return lambda rule: _or_error(lambda: cedarpy.is_authorized(request, tests[rule], []).allowed)


def _cel(tests: Mapping[str, str], context: Facts) -> Asked:
    compiled = {rule: import_module("cel").compile(text) for rule, text in tests.items()}
    return lambda rule: _or_error(lambda: compiled[rule].execute(context))


def _zen(tests: Mapping[str, str]) -> Asked:
    compiled = {rule: import_module("zen").compile_expression(text) for rule, text in tests.items()}
    return lambda rule: _or_error(lambda: compiled[rule].evaluate({}))


_BARE = {"minor": "!under_18", "citizen": "!citizenship_claimed", "old": "!(conviction_age_years > 10)"}
_EQUAL = {"minor": "under_18 != true", "citizen": "citizenship_claimed != true", "old": "!(conviction_age_years > 10)"}


def zen_table() -> Asked:
    """ZEN's normal form: the first row that fits."""
    rows = {
        "minor": ("under_18", (("true", "false"), ("", "true"))),
        "citizen": ("citizenship_claimed", (("false", "true"), ("", "false"))),
        "old": ("conviction_age_years", (("> 10", "false"), ("", "true"))),
    }
    engine = import_module("zen").ZenEngine()

    def ask(rule: str) -> str:
        field, lines = rows[rule]
        content = {
            "nodes": [
                {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
                {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 2, "y": 0}},
                {
                    "id": "table",
                    "name": "table",
                    "type": "decisionTableNode",
                    "position": {"x": 1, "y": 0},
                    "content": {
                        "hitPolicy": "first",
                        "inputs": [{"id": "i", "name": field, "field": field}],
                        "outputs": [{"id": "o", "name": "hold", "field": "hold"}],
                        "rules": [{"_id": str(n), "i": test, "o": value} for n, (test, value) in enumerate(lines)],
                    },
                },
            ],
            "edges": [
                {"id": "a", "sourceId": "in", "targetId": "table", "type": "edge"},
                {"id": "b", "sourceId": "table", "targetId": "out", "type": "edge"},
            ],
        }
        return _or_error(lambda: engine.create_decision(json.dumps(content)).evaluate({})["result"]["hold"])

    return ask


ENGINES: tuple[tuple[str, str, Callable[[], Asked]], ...] = (
    ("dueprocess", "builtins", ours),
    ("plain Python, `not facts.get(…)`", "builtins", plain),
    ("Rego (regorus), `not input.…`", "regorus", rego),
    ("Cedar, `forbid … when`", "cedarpy", cedar),
    ("ZEN decision table, first row that fits", "zen", zen_table),
    ("ZEN expression, `!under_18`", "zen", lambda: _zen(_BARE)),
    ("ZEN expression, `under_18 != true`", "zen", lambda: _zen(_EQUAL)),
    ("CEL, `!under_18`, fact absent", "cel", lambda: _cel(_BARE, {})),
    ("CEL, `!under_18`, fact null", "cel", lambda: _cel(_BARE, dict.fromkeys(_NAMES))),
    ("CEL, `under_18 != true`, fact null", "cel", lambda: _cel(_EQUAL, dict.fromkeys(_NAMES))),
)


def rows() -> list[list[str]]:
    """One row an engine that is installed: its name, and what it answers to each rule."""
    found = []
    for name, module, make in ENGINES:
        if installed(module):
            ask = make()
            found.append([name, *(ask(rule) for rule in RULES)])
    return found
