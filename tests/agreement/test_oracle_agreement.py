"""Agreement: "all evaluators give the same outcome, deadline, class, hours and deciding norm."

The engine against `tests/oracle/oracle.py`, which was written from the semantics alone and shares no code with it, on
made-up law and made-up cases of the same seeds in every run: ``make test`` asks about 800 cases, ``make soak`` about 1,200
others. Compared are the outcome, whether only the duty is open,
`hold_until`, every stretch of the timeline, the norms that decide, release_due, all hours and the class.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dueprocess.decide import answer
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.instants import parse_instant
from dueprocess.kernel.yamlread import read_mapping
from dueprocess.testing import (
    TODAY,
    CaseDocument,
    LawDocument,
    Seeded,
    Source,
    frame,
    lawbook_from,
    random_adoption,
    random_case,
    random_law,
    scene,
    shrink,
    stay_of,
)

ORACLE = Path(__file__).resolve().parents[1] / "oracle" / "oracle.py"
LAWS, CASES_A_LAW, BATCHES, QUICK = 500, 4, 10, 4


@lru_cache(maxsize=1)
def oracle() -> ModuleType:
    spec = importlib.util.spec_from_file_location("the_oracle", ORACLE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["the_oracle"] = module
    spec.loader.exec_module(module)
    return module


@lru_cache(maxsize=1)
def facts() -> dict[str, Any]:
    vocabulary = read_mapping(data_dir("lawbook") / "facts.yaml")
    return {**vocabulary, "facts": vocabulary["facts"]}


def of_engine(law: list[LawDocument], case: CaseDocument, adoption: dict[str, Any] | None) -> dict[str, Any]:
    stay = stay_of(case, lawbook_from(law), adoption=adoption)
    found = answer(stay)
    deciding: list[str] = []
    if found["outcome"] in ("release", "may_hold", "must_hold"):
        moment = stay.moment(stay.case.at, stay.release_due(stay.case.at, stay.grounds))
        deciding = sorted(moment.regime.applied[i].norm.ref for i in moment.deciding()[1])
        named = [r["norm"] for r in found["reasons"]]
        assert set(deciding) <= set(named), (deciding, named)
    return {
        "outcome": found["outcome"],
        "duty": found["open_because"] == "duty",
        "hold_until": seconds(found["hold_until"]),
        "timeline": [(seconds(s["from"]), seconds(s["until"]), s["outcome"]) for s in found["timeline"]],
        "deciding": deciding,
        "hours": hours(found["overheld_hours"]),
        "hours from the later end": hours(found["overheld_hours_from_later_end"]),
        "hours undetermined": hours(found["undetermined_hours"]),
        "class": found["class"],
    }


def of_oracle(law: list[LawDocument], case: CaseDocument, adoption: dict[str, Any] | None) -> dict[str, Any]:
    stay = stay_of(case, lawbook_from(law))  # what the loader or the reader refuses is refused here too
    place = oracle().PlaceInfo(stay.case.agency, stay.case.zone, stay.case.sets)
    found = oracle().answer(case, law, facts(), place=place, today=TODAY, adoption=adoption)
    return {
        "outcome": found["outcome"],
        "duty": found["open_because"] == "duty",
        "hold_until": seconds(found["hold_until"]),
        "timeline": [(seconds(p["from"]), seconds(p["until"]), p["outcome"]) for p in found["timeline"]],
        "deciding": sorted(set(found["deciding"])),
        "hours": hours(found["overheld_hours"]),
        "hours from the later end": hours(found["overheld_hours_from_later_end"]),
        "hours undetermined": hours(found["undetermined_hours"]),
        "class": found["class"],
    }


def seconds(value: Any) -> int | None:
    """Epoch seconds of an instant, as text or as a datetime."""
    if value is None:
        return None
    return parse_instant(value, where="answer") if isinstance(value, str) else round(value.timestamp())


def hours(value: dict[str, float] | None) -> tuple[float, float] | None:
    return None if value is None else (round(value["least"], 3), round(value["most"], 3))


def differences(law: list[LawDocument], case: CaseDocument, adoption: dict[str, Any] | None = None) -> dict[str, tuple[Any, Any]]:
    """(engine's, oracle's) of each part on which they differ."""
    one, other = of_engine(law, case, adoption), of_oracle(law, case, adoption)
    return {key: (one[key], other[key]) for key in one if one[key] != other[key]}


def told(law: list[LawDocument], case: CaseDocument, adoption: dict[str, Any] | None) -> str:
    """A small example of the disagreement, to be decided by the text of the semantics."""
    law, (case,) = shrink(law, [case], lambda d, c: bool(differences(d, c, within(adoption, d))), seconds=30)
    real = frame()
    lines = [f"(as shipped) {d['id']}" if d in real else json.dumps(d) for d in law]
    parts = [f"{k}: engine {a}, oracle {b}" for k, (a, b) in differences(law, case, within(adoption, law)).items()]
    return "\n".join([*parts, "LAW", *lines, "CASE", json.dumps(case), f"ADOPTION {within(adoption, law)}"])


def within(adoption: dict[str, Any] | None, law: list[LawDocument]) -> dict[str, Any] | None:
    """The adoption as far as the law has what it names."""
    ids = {d["id"] for d in law}
    return None if adoption is None else {**adoption, "adopted": [a for a in adoption["adopted"] if a in ids]}


def drawn(source: Source) -> tuple[list[LawDocument], list[CaseDocument], list[dict[str, Any] | None]]:
    where = scene(source)
    law = random_law(source, where, size=source.choice((10, 5)), agreements=True, four_tests=source.chance(0.9))
    cases = [random_case(source, where, rate=source.choice((0.15, 0.3))) for _ in range(CASES_A_LAW)]
    adoptions = [random_adoption(source, lawbook_from(law), where.agency) if source.chance(0.25) else None for _ in cases]
    return law, cases, adoptions


@pytest.mark.parametrize("batch", [pytest.param(n, marks=pytest.mark.soak if n >= QUICK else ()) for n in range(BATCHES)])
def test_engine_and_oracle_agree(batch: int) -> None:
    for seed in range(batch, LAWS, BATCHES):
        law, cases, adoptions = drawn(Seeded(seed))
        for case, adoption in zip(cases, adoptions, strict=True):
            try:
                found = differences(law, case, adoption)
            except InputError as error:
                pytest.fail(f"seed {seed} is refused: {error}")
            assert not found, f"seed {seed}\n{told(law, case, adoption)}"
