"""The shipped registry on the hard cases of the public record."""

from __future__ import annotations

import csv
import importlib.util
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from dueprocess.registry import Registry, count, definitions, disagreements, load_registry, read_registry

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "data" / "registry"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def view(registry: Registry, actor: str, as_of: str, known_at: date = TODAY) -> tuple[str, str]:
    found = registry.view(actor, as_of=date.fromisoformat(as_of), known_at=known_at)
    return found.position, found.rule


def test_the_files_are_what_the_importers_make() -> None:
    """Importing again changes no byte."""
    spec = importlib.util.spec_from_file_location("registry_build", DATA / "build.py")
    assert spec and spec.loader
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    files, counts = build.build()
    assert {name for name, text in files.items() if (DATA / name).read_bytes() != text.encode()} == set()
    assert counts["claims"] == 3692 and counts["count claims"] == 925


def test_montgomery_county_iowa(registry: Registry) -> None:
    """In a list of 2014 as declining, in ICE's report of 2017 too; the sheriff denies it, and ICE takes it back."""
    sheriff = "us/ia/montgomery-county/sheriff"
    assert view(registry, sheriff, "2014-09-01") == ("requires_court_order", "only-claim")
    assert view(registry, sheriff, "2017-03-24")[0] == "honors_all"
    losing = dict(registry.view(sheriff, as_of=date(2017, 3, 24), known_at=TODAY).losing)
    assert losing["ia-montgomery-county-sheriff-s-office-dmr17-2"] == "denied"
    assert losing["ia-montgomery-county-sheriff-s-office-radioia"] == "newer-over-older"
    section = registry.view("us/ia/montgomery-county/county", as_of=date(2017, 3, 24), known_at=TODAY)
    assert section.position == "unknown" and section.practice == ("ddor17-s1-ia-montgomery-county",)
    assert any(d.actor == sheriff and d.kind == "denied" for d in disagreements(registry, as_of=date(2017, 3, 24), known_at=TODAY))


def test_franklin_county_iowa_is_told_apart_from_the_others(registry: Registry) -> None:
    franklins = sorted(a for a in registry.actors if "/franklin-county/" in a)
    assert {"us/ia/franklin-county/sheriff", "us/ny/franklin-county/sheriff", "us/pa/franklin-county/county"} <= set(franklins)
    assert view(registry, "us/ia/franklin-county/sheriff", "2017-03-25") == ("undecided", "newer-over-older")
    assert view(registry, "us/ny/franklin-county/sheriff", "2017-05-01")[0] == "honors_all"


def test_what_was_known_before_the_denial_is_kept_apart(registry: Registry) -> None:
    """On the day before the sheriff spoke nobody could know; asked today, the same day has another answer."""
    county = "us/md/baltimore-county/county"
    claim = registry.claims["doj25-md-baltimore-county"]
    assert claim.about == "listing" and claim.position == "unknown" and claim.id in registry.denials
    before = registry.view("us/ny/franklin-county/sheriff", as_of=date(2017, 5, 1), known_at=date(2017, 3, 1))
    after = registry.view("us/ny/franklin-county/sheriff", as_of=date(2017, 5, 1), known_at=TODAY)
    assert (before.position, after.position) == ("unknown", "honors_all")
    assert "doj25-md-baltimore-county" in registry.view(county, as_of=date(2025, 8, 6), known_at=TODAY).listings


def test_baltimore_county_is_listed_and_disputes_it(registry: Registry) -> None:
    county = registry.view("us/md/baltimore-county/county", as_of=date(2025, 8, 6), known_at=TODAY)
    assert county.position == "unknown" and county.rule == "no-position-stated"
    assert {"dhs25-md-baltimore-county", "doj25-md-baltimore-county"} <= set(county.listings)
    doj = count(registry, definitions()["doj-2025"], known_at=TODAY)
    assert [r.note for r in doj.rows if r.key == "doj25-md-baltimore-county"] == ["denied by md-baltimore-county-dvbalt"]
    assert "us/md/baltimore-city/city" in registry.actors, "the city of the same name is another place"


def test_the_list_of_2025_by_heading(registry: Registry) -> None:
    """13 + 4 + 18; one newspaper printed 37."""
    claims = [c for c in registry.claims.values() if c.origin.startswith("doj_sanctuary_list")]
    assert Counter(c.locator.split(":")[0] for c in claims) == {"under States": 13, "under Counties": 4, "under Cities": 18}
    beside = {b.value: b.difference for b in count(registry, definitions()["doj-2025"], known_at=TODAY).beside}
    assert beside == {"35": 0, "37": -2}


def test_lawrence_is_no_county_of_kansas() -> None:
    log = [r for r in csv.DictReader((DATA / "matching.csv").open(encoding="utf-8")) if r["importer"] == "dhs-2025" and r["result"] != "matched"]
    assert [(r["printed"], r["state"], r["actor"]) for r in log] == [("Lawrence", "KS", ""), ("Douglas County", "KS", "")]
    assert all(r["reason"] for r in log)


def test_the_list_of_2017_as_far_as_it_is_known(registry: Registry) -> None:
    """What was read of ICE's report and what newspapers repeat of it, held against what others say."""
    found = count(registry, definitions()["ddor-2017"], known_at=TODAY)
    notes = {r.key: r.note for r in found.rows}
    assert notes["us/ia/montgomery-county"].startswith("denied by ia-montgomery-county") and notes["us/ia/franklin-county"].startswith("denied")
    assert notes["us/or/washington-county"] == "the view there from elsewhere: limits"
    assert found.certain < 118 and any("full list is not" in text for text in found.definition.missing)


def test_a_listing_gives_no_position(registry: Registry) -> None:
    found = registry.view("us/ca/huntington-beach-city/city", as_of=date(2025, 6, 1), known_at=TODAY)
    assert found.position == "unknown" and found.listings == ("dhs25-ca-huntington-beach",) and not found.contested


def test_travis_county_has_two_voices(registry: Registry) -> None:
    day = date(2014, 8, 1)
    place = registry.place_views(as_of=day, known_at=TODAY)["us/tx/travis-county"]
    assert {v.actor.rpartition("/")[2]: v.position for v in place.views if v.position != "unknown"} == {"sheriff": "honors_all", "county": "declines_all"}
    assert place.position == "unknown" and place.contested
    assert any(d.kind == "between-actors" and d.actor == "us/tx/travis-county/sheriff" for d in disagreements(registry, as_of=day, known_at=TODAY))


def test_every_row_is_in_the_log_with_a_reason_where_it_was_refused() -> None:
    log = list(csv.DictReader((DATA / "matching.csv").open(encoding="utf-8")))
    rows = {r["importer"]: int(r["rows"]) for r in csv.DictReader((DATA / "imports.csv").open(encoding="utf-8"))}
    by_importer = Counter(r["importer"] for r in log)
    assert all(by_importer[i] == rows[i] for i in by_importer) and len(by_importer) == 6
    assert all(r["reason"] for r in log if r["result"] != "matched")
    assert all(r["actor"] and r["tier"] for r in log if r["result"] == "matched")


def test_every_claim_has_a_source_and_every_dispute_a_claim(registry: Registry) -> None:
    assert all(c.source in registry.sources for c in registry.claims.values())
    assert all(c.source in registry.sources for c in registry.counts)
    assert all(t in registry.claims for c in registry.claims.values() for t in c.disputes)
    assert all(s.sha256 and s.capture for s in registry.sources.values() if s.kind == "government_list")


@pytest.mark.parametrize(
    ("id", "certain", "possible", "states", "differences"),
    [
        ("changed-2014", 107, 72, 16, {"117": -10, "18": -2, "100": 7, "50": 57}),
        ("changed-2014-07", 112, 67, 17, {"117": -5, "18": -1, "134": -22, "130": -18, "150": -38}),
        ("oregon-31", 31, 7, 1, {"31": 0, "23": 8}),
        ("colorado-32", 32, 33, 1, {"32": 0, "32+": 0}),
        ("iowa-22", 22, 0, 1, {"22": 0}),
        ("sheriffs", 3142, 0, 51, {"3083": 59}),
    ],
)
def test_counts_beside_the_published_ones(registry: Registry, id: str, certain: int, possible: int, states: int, differences: dict[str, int]) -> None:
    found = count(registry, definitions()[id], known_at=TODAY)
    assert (found.certain, found.possible, len(found.states)) == (certain, possible, states)
    assert {b.value: b.difference for b in found.beside} == differences
    if found.definition.list_title:
        assert found.only_in_list == {} and sum(r.in_list is True and r.status == "certain" for r in found.rows) == certain


def test_a_list_has_no_entries_before_it_was_published(registry: Registry) -> None:
    assert count(registry, definitions()["doj-2025"], known_at=date(2025, 8, 4)).certain == 0
    early = count(registry, definitions()["oregon-31"], known_at=date(2014, 4, 25))
    assert early.listed == 0 and early.only_in_list == {}


def test_who_is_named_on_a_list_and_denies_it_is_among_the_disagreements(registry: Registry) -> None:
    """Baltimore County on the list of 2025, Iowa's Montgomery County in the report of 2017: neither list states a policy."""
    found = {(d.actor, d.loser): d.winner for d in disagreements(registry, as_of=date(2025, 8, 10), known_at=TODAY) if d.kind == "named-and-denied"}
    assert found["us/md/baltimore-county/county", "doj25-md-baltimore-county"] == "md-baltimore-county-dvbalt"
    assert found["us/ia/montgomery-county/county", "ddor17-s1-ia-montgomery-county"] == "ia-montgomery-county-sheriff-s-office-dmr17"
    before = disagreements(registry, as_of=date(2025, 8, 10), known_at=date(2017, 3, 22))
    assert "us/ia/montgomery-county/county" not in {d.actor for d in before}


def test_an_entry_of_a_list_that_ours_lacks_has_its_reason(registry: Registry) -> None:
    found = count(registry, definitions()["colorado-64"], known_at=TODAY)
    assert (found.certain, found.listed) == (63, 64)
    assert found.only_in_list == {"us/co/broomfield-county/police": "police: declines all on 2014-09-18 (One claim, and nothing that stands is against it)"}


def test_all_definitions_load_and_say_what_is_missing(registry: Registry) -> None:
    for definition in definitions().values():
        found = count(registry, definition, known_at=TODAY)
        assert found.certain == sum(found.states.values())
        assert definition.missing or definition.list_title


def test_spans_give_what_the_views_give(registry: Registry) -> None:
    """The quick way (spans, bisected) and the plain way (one resolution a day) agree on every actor."""
    for day in (date(2012, 1, 1), date(2014, 7, 20), date(2017, 3, 21), date(2025, 6, 1)):
        quick = registry.views(as_of=day, known_at=TODAY)
        for actor in list(registry.actors)[::7]:
            plain = registry.view(actor, as_of=day, known_at=TODAY)
            if actor in quick:
                assert quick[actor] == plain, (actor, day)
            else:
                assert plain.position == "unknown" and plain.claim == ""


def test_a_folder_without_files_is_an_empty_registry(tmp_path: Path) -> None:
    assert read_registry(tmp_path).claims == {}


def test_what_a_source_says_beside_the_position(registry: Registry) -> None:
    claims = registry.claims
    assert claims["co-weld-county-sheriff-s-office-usann"].notice == "no"
    assert claims["ca-kern-county-sheriff-s-office-kget23"].notice == "conditional"
    assert claims["ca-stanislaus-county-sheriff-s-department-lat17"].interviews == "yes"
    assert claims["ca-santa-clara-county-sccrep"].payment == "required"
    assert claims["or-washington-county-sheriff-s-office-kptv"].motive == "ruling"
    assert claims["tx-travis-county-sheriff-s-office-src1"].speaker == "Sheriff Greg Hamilton"
    # Who only tells ICE of releases gives notice, whatever else is said; where nothing is said, nothing stands.
    assert all(c.notice in ("yes", "conditional", "no") for c in claims.values() if c.position == "notify_only")
    assert not any(c.notice for c in claims.values() if c.about in ("listing", "agreement"))
