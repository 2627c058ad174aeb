"""The 287(g) agreements: made from ICE's list, matched by place and state and never by name alone, and declaring nothing."""

from __future__ import annotations

import csv
import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from dueprocess.law import load_lawbook
from dueprocess.places import load_places

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "data" / "agreements"


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("agreements_build", FOLDER / "build.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


build = _script()


def row(**given: str) -> dict[str, str]:
    """A made-up row of the list."""
    return {
        "state": "Oregon",
        "agency_as_listed": "Clackamas County Sheriff's Office",
        "agency_type": "County",
        "county": "",
        "county_fips": "",
        "support_model": "Warrant Service Officer",
        "date_signed": "2025-03-01",
        "other_dates_signed": "",
        "first_listed": "2025-03-05",
        "last_listed": "2026-05-18",
        "snapshots_listed_in": "1",
        "listed_in_latest": "yes",
        **given,
    }


def test_what_is_committed_is_what_the_script_makes(capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main(["--check"]) == 0, capsys.readouterr().err


def test_every_row_of_the_list_is_in_the_log() -> None:
    with (FOLDER / "source" / "ice_287g_2021_2026.csv").open(encoding="utf-8", newline="") as file:
        source = [(r["state"], r["agency_as_listed"], r["support_model"]) for r in csv.DictReader(file)]
    with (FOLDER / "matching.csv").open(encoding="utf-8", newline="") as file:
        log = list(csv.DictReader(file))
    assert [(r["state"], r["agency_as_listed"], r["support_model"]) for r in log] == source
    for entry in log:
        assert (entry["result"] == "matched") == bool(entry["agency"]) == bool(entry["tier"])
        assert entry["reason"] or entry["tier"] in ("exact", "normalized")
    assert Counter(r["result"] for r in log) == {"left out": 1350, "matched": 769, "refused": 9}


@pytest.mark.parametrize(
    ("given", "tier", "confirmed_by"),
    [
        ({"county": "Clackamas County", "county_fips": "41005"}, "exact", "county fips"),
        ({"county": "CLACKAMAS", "county_fips": ""}, "normalized", "county"),
        ({}, "normalized", "state"),
        ({"agency_as_listed": "Clackamas Sheriff's Department"}, "normalized", "state"),
    ],
)
def test_tiers(given: dict[str, str], tier: str, confirmed_by: str) -> None:
    found = build.Matcher().match(row(**given))
    assert (found.result, found.tier, found.confirmed_by, found.agency) == ("matched", tier, confirmed_by, "us/or/clackamas-county/sheriff")


@pytest.mark.parametrize(
    "given",
    [
        {"county": "Multnomah County"},  # the county column names another place
        {"county_fips": "41051"},  # the code does
        {"state": "Massachusetts"},  # no such county in that state, though there is one elsewhere
        {"county": "Clakamas Conty"},  # a county column that nobody can read
        {"agency_as_listed": "Test County Sheriff's Office"},
        {"agency_as_listed": "Rogue Valley Regional Jail Authority"},
        {"agency_as_listed": "Test Detention Authority"},
        {"state": "Virginia", "agency_as_listed": "Roanoke Sheriff's Office"},  # a county and a city
    ],
)
def test_refusals(given: dict[str, str]) -> None:
    found = build.Matcher().match(row(**given))
    assert (found.result, found.agency) == ("refused", "") and found.reason


@pytest.mark.parametrize("given", [{"support_model": "Task Force Model"}, {"agency_as_listed": "Sandy Police Department"}])
def test_what_says_nothing_of_a_jail_is_left_out(given: dict[str, str]) -> None:
    assert build.Matcher().match(row(**given)).result == "left out"


def test_days_of_an_agreement() -> None:
    agency = "us/or/clackamas-county/sheriff"
    _, still = build.document(agency, [row(date_signed="2025-04-01", other_dates_signed="5025-03-01|8/282025")])
    assert 'in_force: {from: "2025-03-05"}\n' in still  # listed before the day that is written as signed
    _, gone = build.document(agency, [row(last_listed="2025-08-11", listed_in_latest="no")])
    assert 'in_force: {from: "2025-03-01", until: "2025-08-12"}\n' in gone and "the earliest that it can have" in gone
    _, both = build.document(agency, [row(last_listed="2025-08-11", listed_in_latest="no"), row(support_model="Jail Enforcement Model")])
    assert "until:" not in both and "Jail Enforcement Model, Warrant Service Officer" in both


def test_agreements_bind_the_agency_that_signed_and_declare_nothing() -> None:
    found = [a for a in load_lawbook().authorities.values() if a.kind == "agreement"]
    assert len(found) == 629
    for agreement in found:
        assert not agreement.norms and agreement.rank is None
        (agency,) = agreement.binds
        known = load_places().agency(agency)
        assert known.role in ("sheriff", "corrections")
        assert agreement.id == f"{known.place.id}/agreement-287g-{known.role}"
