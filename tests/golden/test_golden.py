"""Decided cases and synthetic boundary cases against expectations that people worked out by hand.

``cases/<name>.yaml`` is a case file, ``cases/<name>.expect.yaml`` what is expected of it and why. Under ``also``
stand variants of the same case: ``with`` is merged over it as a JSON merge patch (mappings merge, null takes a
key away, everything else replaces). An expectation is never changed to make a test pass; a change needs its
reason in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dueprocess.decide import decide_case
from dueprocess.kernel.yamlread import read_mapping
from dueprocess.law import Lawbook, load_lawbook

CASES = Path(__file__).resolve().parents[2] / "cases"
TODAY = date(2026, 11, 22)
TOLERANCE = 0.01

# Every decided case and rule of the law reference that carries enough facts to be asked.
ROWS = [
    "G01",
    "G02",
    "G03",
    "G04",
    "G06",
    "G08",
    "G09",
    "G10",
    "G11",
    "G12",
    "G13",
    "G15",
    "G17",
    "G19",
    "G21",
    "G22",
    "G23",
    "G25",
    "S01",
    "S04",
    "S05",
    "S06",
    "S07",
    "S10",
]

# The keys of a decision as the interface fixes them, and the two that are said about several of them.
DECISION_KEYS = set(
    [
        "case",
        "agency",
        "at",
        "law_known_at",
        "outcome",
        "open_because",
        "release_due_at",
        "hold_until",
        "clocks",
        "reasons",
        "defeated",
        "missing",
        "would_change",
        "actions",
        "obligations",
        "conflicts",
        "risks",
        "timeline",
        "overheld_hours",
        "overheld_hours_from_later_end",
        "undetermined_hours",
        "class",
        "then",
        "facts",
        "unreviewed",
        "not_adopted",
        "law_version",
        "engine_version",
        "notice",
    ]
)
EXPECT_KEYS = DECISION_KEYS | {"authorities", "not_outcomes"}
FILE_KEYS = {"case", "reference", "title", "mark", "facts_assumed", "why", "expect", "also"}
OUTCOMES = {"local_custody", "release", "may_hold", "must_hold", "review"}
BASES = {"read in source", "secondary source", "general knowledge"}


def expectation_files() -> list[Path]:
    return sorted(CASES.glob("*.expect.yaml"))


def case_file(expectations: Path) -> Path:
    return expectations.with_name(expectations.name.replace(".expect.yaml", ".yaml"))


def merged(base: Any, patch: Any) -> Any:
    """``patch`` over ``base`` as in RFC 7386."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(base) if isinstance(base, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def questions() -> Iterator[Any]:
    """One parameter for each case and each variant: the case's mapping and what is expected."""
    for path in expectation_files():
        told = read_mapping(path)
        base = read_mapping(case_file(path))
        name = path.name.removesuffix(".expect.yaml")
        yield pytest.param(base, told["expect"], id=name)
        for variant in told.get("also") or []:
            yield pytest.param(
                merged(base, variant["with"]), variant["expect"], id=f"{name}: {variant['name']}"
            )


@cache
def lawbook() -> Lawbook:
    return load_lawbook()


def as_instant(value: Any) -> datetime | None:
    if not isinstance(value, str) or len(value) < 16:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


def differences(expected: Any, got: Any, where: str) -> list[str]:
    """What of ``expected`` is not in ``got``: mappings need only agree in the keys that are expected."""
    if isinstance(expected, Mapping) and expected and set(expected) <= {"at_least", "at_most"}:
        low, high = expected.get("at_least"), expected.get("at_most")
        if not isinstance(got, (int, float)):
            return [f"{where}: expected a number, got {got}"]
        if (low is not None and got < low - TOLERANCE) or (high is not None and got > high + TOLERANCE):
            return [f"{where}: expected {dict(expected)}, got {got}"]
        return []
    if isinstance(expected, Mapping):
        if not isinstance(got, Mapping):
            return [f"{where}: expected {dict(expected)}, got {got}"]
        return [
            d for key, value in expected.items() for d in differences(value, got.get(key), f"{where}.{key}")
        ]
    if isinstance(expected, bool) or expected is None:
        return [] if got is expected else [f"{where}: expected {expected}, got {got}"]
    if isinstance(expected, (int, float)):
        same = isinstance(got, (int, float)) and abs(expected - got) <= TOLERANCE
        return [] if same else [f"{where}: expected {expected}, got {got}"]
    instant = as_instant(expected)
    if instant is not None and as_instant(got) is not None:
        return [] if instant == as_instant(got) else [f"{where}: expected {expected}, got {got}"]
    return [] if expected == got else [f"{where}: expected {expected}, got {got}"]


def mismatches(expect: Mapping[str, Any], decision: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    reasons = [r["authority"] for r in decision["reasons"]]
    for key, value in expect.items():
        if key == "authorities":
            found += [f"authorities: [{a}] is not among {reasons}" for a in value if a not in reasons]
        elif key == "not_outcomes":
            if decision["outcome"] in value:
                found.append(f"outcome: [{decision['outcome']}] is among those excluded {value}")
        elif key == "missing":
            for item in value:
                wanted = item if isinstance(item, Mapping) else {"fact": item}
                if not any(not differences(wanted, m, "") for m in decision["missing"]):
                    got = [(m["fact"], m["if"]) for m in decision["missing"]]
                    found.append(f"missing: {wanted} is not among {got}")
        elif key == "clocks":
            for clock in value:
                same = [c for c in decision["clocks"] if c["authority"] == clock["authority"]]
                if not any(not differences(clock, c, "") for c in same):
                    found.append(
                        f"clocks: expected {clock}, got {[(c['authority'], c['ends_at']) for c in same]}"
                    )
        else:
            found += differences(value, decision.get(key), key)
    return found


@pytest.mark.parametrize(("case", "expect"), list(questions()))
def test_decision_is_as_worked_out_by_hand(case: dict[str, Any], expect: dict[str, Any]) -> None:
    decision = decide_case(case, today=TODAY, lawbook=lawbook())
    assert not mismatches(expect, decision), "\n".join(mismatches(expect, decision))


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_the_reference_has_a_case(row: str) -> None:
    assert [p for p in expectation_files() if read_mapping(p)["reference"] == row]


def test_every_case_has_its_expectations_and_they_their_case() -> None:
    cases = {p.name for p in CASES.glob("*.yaml") if not p.name.endswith(".expect.yaml")}
    assert cases == {case_file(p).name for p in expectation_files()}


@pytest.mark.parametrize("path", expectation_files(), ids=lambda p: p.name)
def test_expectations_are_well_formed(path: Path) -> None:
    told = read_mapping(path)
    name = path.name.removesuffix(".expect.yaml")
    assert set(told) <= FILE_KEYS
    assert set(told) >= FILE_KEYS - {"also"}
    assert told["case"] == name == read_mapping(case_file(path))["case"]
    assert told["mark"]["basis"] in BASES
    assert told["mark"]["sources"]
    assert told["facts_assumed"]
    assert told["why"]
    variants = told.get("also") or []
    assert len({v["name"] for v in variants}) == len(variants)
    for variant in variants:
        assert set(variant) == {"name", "with", "expect"}
        assert variant["with"]
    for expect in (told["expect"], *(v["expect"] for v in variants)):
        assert expect
        assert set(expect) <= EXPECT_KEYS, set(expect) - EXPECT_KEYS
        assert all(value not in (None, [], {}) for value in expect.values())
        assert {expect.get("outcome", "release"), *expect.get("not_outcomes", [])} <= OUTCOMES


@pytest.mark.parametrize("path", expectation_files(), ids=lambda p: p.name)
def test_named_authorities_stand_in_the_lawbook(path: Path) -> None:
    told = read_mapping(path)
    for expect in (told["expect"], *(v["expect"] for v in told.get("also") or [])):
        named = {*expect.get("authorities", []), *(c["authority"] for c in expect.get("clocks", []))}
        assert named <= set(lawbook().authorities), named - set(lawbook().authorities)


def test_the_same_packet_gives_opposite_answers_in_two_states() -> None:
    """The pair that shows why a form is no authority: one packet, two states."""
    allegan = read_mapping(CASES / "g12-lopez-lopez.yaml")
    douglas = read_mapping(CASES / "g13-lopez-flores.yaml")
    kinds = ["i-247a", "i-205"]
    for paper, kind in zip(allegan["papers"], kinds, strict=True):
        paper["kind"] = kind
        if kind == "i-205":
            paper.pop("edition", None)
    assert [p["kind"] for p in douglas["papers"]] == kinds
    assert [p.get("boxes") for p in douglas["papers"]] == [p.get("boxes") for p in allegan["papers"]]
    answers = [decide_case(c, today=TODAY, lawbook=lawbook())["outcome"] for c in (allegan, douglas)]
    assert answers == ["may_hold", "release"]
