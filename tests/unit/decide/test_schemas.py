"""The published schemas fit what the program reads and prints, and the references name every key."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dueprocess.case import reading as case_reading
from dueprocess.decide import decide_case
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.yamlread import parse, read_mapping
from dueprocess.law import load_lawbook, model
from dueprocess.law import reading as law_reading

ROOT = Path(__file__).resolve().parents[3]
CASES = sorted(p for p in (ROOT / "cases").glob("*.yaml") if not p.name.endswith(".expect.yaml"))
TODAY = date(2026, 11, 22)


@cache
def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (ROOT / "data/schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    )
    return found


def problems(name: str, value: Any, *, strict: bool = False) -> list[str]:
    used = closed(copy.deepcopy(schema(name))) if strict else schema(name)
    return [f"{e.json_path}: {e.message[:200]}" for e in Draft202012Validator(used).iter_errors(value)]


def closed(node: Any) -> Any:
    """The schema with no key allowed that it does not describe."""
    if isinstance(node, dict):
        if "properties" in node:
            node.setdefault("additionalProperties", False)
        for value in node.values():
            closed(value)
    elif isinstance(node, list):
        for value in node:
            closed(value)
    return node


def merged(base: Any, patch: Any) -> Any:
    """``patch`` over ``base`` as in RFC 7386."""
    if not isinstance(patch, dict):
        return patch
    result = dict(base) if isinstance(base, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def asked(path: Path) -> Iterator[dict[str, Any]]:
    """A case and its variants."""
    base = read_mapping(path)
    yield base
    for variant in read_mapping(path.with_suffix(".expect.yaml")).get("also") or []:
        yield merged(base, variant["with"])


def described(node: Any, path: str = "") -> Iterator[str]:
    """The places of properties without a description of their own or of what they refer to."""
    if isinstance(node, dict):
        for name, value in (node.get("properties") or {}).items():
            if (
                isinstance(value, dict)
                and not {"description", "$ref", "const", "anyOf"} & set(value)
                and "allOf" not in path
            ):
                yield f"{path}.{name}"
        for key, value in node.items():
            yield from described(value, f"{path}.{key}")
    elif isinstance(node, list):
        for value in node:
            yield from described(value, path)


@pytest.mark.parametrize("name", ["decision", "case", "authority"])
def test_it_is_a_schema_and_says_what_things_mean(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$schema"].endswith("2020-12/schema")
    assert schema(name)["description"]
    missing = [p for p in described(schema(name)) if not p.endswith((".least", ".most", ".status"))]
    assert not missing


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_every_case_and_its_decision_fit(path: Path) -> None:
    for case in asked(path):
        assert not problems("case", case)
    decision = decide_case(read_mapping(path), today=TODAY)
    assert not problems("decision", json.loads(json.dumps(decision)), strict=True)


def test_local_custody_and_open_decisions_fit() -> None:
    base = read_mapping(ROOT / "cases/g12-lopez-lopez.yaml")
    for change in (
        {"at": "2017-08-14T20:30:00-04:00"},
        {"record_complete": False, "papers": []},
        {"custody": {}, "papers": []},
        {"custody": {"grounds": [{"kind": "charge", "until": None}]}},
        {
            "custody": {
                "booked_at": "2017-08-14",
                "release_due_at": "2017-08-15",
                "processing_allowance_hours": 2,
            }
        },
    ):
        case = {**base, **change}
        assert not problems("case", case)
        for adoption in (None, {"agency": case["agency"], "adopted": []}):
            decision = decide_case(case, today=TODAY, adoption=adoption)
            assert not problems("decision", json.loads(json.dumps(decision)), strict=True)


def test_every_file_of_law_fits() -> None:
    found = {}
    for path in sorted((ROOT / "lawbook").rglob("*.yaml")):
        if path.name != "facts.yaml" and (bad := problems("authority", read_mapping(path))):
            found[str(path.relative_to(ROOT))] = bad
    assert not found


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2017-08-15T03:00:00"},
        {"agency": "Allegan County Sheriff"},
        {"unknown_key": 1},
        {"record_complete": "yes"},
        {"custody": {"kind": "tribal"}},
        {"custody": {"grounds": [{"kind": "bail"}]}},
        {"custody": {"booked_at": {"earliest": "2017-08-15"}}},
        {"custody": {"processing_allowance_hours": 100}},
        {"papers": [{"kind": "i-248"}]},
        {"papers": [{"kind": "i-247a", "boxes": ["nationality"]}]},
        {"papers": [{"kind": "i-247a", "edition": "March 2017"}]},
        {"papers": [{"kind": "i-247a", "received_at": "never"}]},
        {"events": [{"kind": "party"}]},
        {"facts": {"probable_cause": True}},
        {"facts": {"judicial_warrant": [{"value": True}]}},
        {"determined": {"civil_arrest_power": {}}},
        {
            "determined": {
                "probable_cause": {"value": True, "by_role": "clerk", "at": "2017-08-15", "on": "I-200"}
            }
        },
    ],
    ids=str,
)
def test_a_case_that_the_program_refuses_does_not_fit(change: dict[str, Any]) -> None:
    case = {**read_mapping(ROOT / "cases/g12-lopez-lopez.yaml"), **change}
    assert problems("case", case)
    with pytest.raises(InputError):
        decide_case(case, today=TODAY)


RULING: dict[str, Any] = {
    "id": "us/or/made-up",
    "title": "Made-up v. Test County",
    "kind": "ruling",
    "citation": "No. 0 (D. Or. 2014)",
    "construes": "us/constitution/fourth-amendment",
    "known": {"from": "2014-04-11"},
    "binds": ["us/or", {"except": ["us/or/clackamas-county"]}],
    "norms": [{"limit": "hold", "hours": 48, "counted_from": "release_due", "because": "Made up."}],
    "sources": [{"title": "Made up"}],
    "review": {"status": "unreviewed", "basis": "general knowledge"},
}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "statute"},
        {"known": {}},
        {"sources": []},
        {"binds": ["Oregon"]},
        {"review": {"status": "reviewed", "basis": "read in source"}},
        {"kind": "form"},
        {"kind": "research_note"},
        {"norms": [{"forbid": "hold", "permit": "hold"}]},
        {"norms": [{"forbid": "hold", "hours": 48}]},
        {"norms": [{"limit": "transfer", "hours": 48, "counted_from": "release_due"}]},
        {"norms": [{"limit": "hold", "hours": 48, "until_end_of_day": True, "counted_from": "release_due"}]},
        {"norms": [{"declare": "probable_cause"}]},
        {"norms": [{"require": "inform_person", "by": {"hours": 1}}]},
        {"known": {"from": "2014-04-11", "ended_by": "us/or/other"}},
    ],
    ids=str,
)
def test_law_that_must_be_refused_does_not_fit(change: dict[str, Any]) -> None:
    assert not problems("authority", RULING)
    assert problems("authority", {**RULING, **change})


def test_the_lists_are_those_of_the_program() -> None:
    case, law = schema("case")["$defs"], schema("authority")
    vocabulary = load_lawbook().vocabulary
    assert list(schema("case")["properties"]) == case_reading.CASE_KEYS
    assert set(case["custody"]["properties"]) == set(case_reading.CUSTODY_KEYS)
    assert set(case["ground"]["properties"]) == set(case_reading.GROUND_KEYS)
    assert set(case["paper"]["properties"]) == set(case_reading.PAPER_KEYS)
    assert case["ground"]["properties"]["kind"]["enum"] == list(case_reading.GROUND_KINDS)
    assert case["paper"]["properties"]["kind"]["enum"] == list(case_reading.PAPER_KINDS)
    assert set(case["paper"]["properties"]["signed_by"]["enum"]) == {*case_reading.SIGNERS, None}
    assert set(case["custody"]["properties"]["left_to"]["enum"]) == {*case_reading.LEFT_TO, None}
    boxes = case["paper"]["properties"]["boxes"]["anyOf"][0]["items"]["enum"]
    assert boxes == [f.box for f in vocabulary.facts.values() if f.box]
    assert case["event"]["properties"]["kind"]["enum"] == list(vocabulary.events)
    assert case["facts"]["propertyNames"]["not"]["enum"] == [
        f.name for f in vocabulary.facts.values() if f.origin == "declared"
    ]
    assert set(case["determined"]["properties"]) == {
        f.name for f in vocabulary.facts.values() if f.determined_by
    }
    assert set(law["properties"]) == set(law_reading.KEYS)
    assert law["properties"]["kind"]["enum"] == model.KINDS
    assert law["$defs"]["action"]["enum"] == list(vocabulary.actions)
    assert law["$defs"]["event"]["enum"] == list(vocabulary.events)
    assert {next(iter(n["properties"])) for n in law["$defs"]["norm"]["oneOf"]} == set(model.VERBS)


def _keys(node: Any) -> set[str]:
    found: set[str] = set()
    if isinstance(node, dict):
        found |= set(node.get("properties") or ())
        for value in node.values():
            found |= _keys(value)
    elif isinstance(node, list):
        for value in node:
            found |= _keys(value)
    return found


@pytest.mark.parametrize(("name", "page"), [("decision", "decision.md"), ("case", "case-file.md")])
def test_the_reference_names_every_key_and_word(name: str, page: str) -> None:
    text = (ROOT / "docs/reference" / page).read_text(encoding="utf-8")
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    marked = set(re.findall(r"[a-z][a-z0-9_-]*", " ".join(re.findall(r"`([^`]+)`", text))))
    assert not _keys(schema(name)) - marked


def test_the_example_of_the_reference_is_decided() -> None:
    text = (ROOT / "docs/reference/case-file.md").read_text(encoding="utf-8")
    blocks = [parse(b, name="reference").value for b in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    case = blocks[0]
    assert not problems("case", case)
    assert decide_case(case, today=TODAY)["outcome"] == "release"
    for part in blocks[1:]:
        assert not problems("case", {"agency": case["agency"], **part})
