"""How an audit's numbers are written, the class of those without a judge's warrant, and whom the records request names."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import date
from functools import reduce
from pathlib import Path

import pytest

from dueprocess.audit.classes import Members, present_columns, read_definition
from dueprocess.audit.folder import Options, audit, locate
from dueprocess.audit.numbers import BAND_LABELS
from dueprocess.audit.protect import spanned
from dueprocess.audit.words import duration, hour_range, hours
from dueprocess.kernel.files import data_dir
from dueprocess.law import load_lawbook
from dueprocess.places import load_places

TODAY = date(2026, 11, 22)
EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The audit of the made-up county of the guides."""
    out = tmp_path_factory.mktemp("county") / "audit"
    options = Options(law_known_at=TODAY, today=TODAY, engine="single", map=EXAMPLES / "made-up-county.yaml", allowance_hours=None)
    audit([EXAMPLES / "made-up-county.csv"], out, lawbook=load_lawbook(), options=options, say=lambda text, share=0.0: None)
    yield out
    shutil.rmtree(out, ignore_errors=True)


def test_a_little_is_not_nothing_and_whole_hours_have_no_tenth() -> None:
    assert [hours(s) for s in (0, 60, 3600, 5 * 3600 + 10, 5400, 4_000_000)] == ["0", "under 0.1", "1", "5", "1.5", "1,111"]
    assert hour_range(60, 7200) == "under 0.1 to 2"


def test_what_was_lasted_at_least_is_rounded_down() -> None:
    assert [duration(s) for s in (59, 60, 50 * 60, 7199, 47.9 * 3600, 71 * 3600 + 3599)] == ["0 minutes", "1 minute", "50 minutes", "1 hour", "47 hours", "2 days 23 hours"]


def test_joined_bands_keep_one_unit_each() -> None:
    assert reduce(spanned, BAND_LABELS[1:]) == "1 hour or more"
    assert reduce(spanned, BAND_LABELS[1:5]) == "1 hour to 2 days"
    assert reduce(spanned, BAND_LABELS[:-1]) == "under 30 days"


def test_the_example_is_certain_by_its_columns_alone(county: Path) -> None:
    page = (county / "report.html").read_text(encoding="utf-8")
    assert "25 of 72 stays" in page and "Nothing was assumed" in page
    # How each column was read stands in the report itself.
    assert "release_due_at: Local Charges Ended" in page
    # Stays of minutes are told apart at once, and the one contradiction is one.
    assert "4 of the certain ones were over by less than an hour" in page and "1 contradicts itself" in page
    with (county / "stays.csv").open(encoding="utf-8", newline="") as file:
        rows = {r["stay_id"]: r for r in csv.DictReader(file)}
    # Worked out by hand: the detainer was taken back at 7:40, the charges ended at 17:20, the person left at 20:55.
    taken_back = rows["13-4102"]
    assert (taken_back["class"], taken_back["deciding_norm"]) == ("certain", "us/four-tests#request")
    assert float(taken_back["hours_least"]) == float(taken_back["hours_most"]) == pytest.approx(3 + 35 / 60, abs=1e-3)


def test_a_complete_record_without_a_judges_warrant_says_that_there_was_none(county: Path) -> None:
    prepared, results = locate(county)
    vocabulary = load_lawbook().vocabulary
    definition = read_definition(EXAMPLES / "made-up-county-class.yaml", vocabulary=vocabulary, present=present_columns(prepared))
    with Members(definition, prepared=prepared, results=results, vocabulary=vocabulary) as members:
        found = members.counts()
        words = members.columns["has_judicial_warrant"][1]
        told = members.connection.execute(f"SELECT s.record_complete, s.judicial_warrant_lo IS NOT NULL, {words}, count(*) FROM s GROUP BY ALL ORDER BY ALL").fetchall()
    assert (found["members"]["stays"], found["members"]["persons"], found["undecided"]) == (19, 17, 0)
    assert {t[:3] for t in told} == {(False, False, None), (True, False, False), (True, True, True)}


def test_the_request_names_the_states_law_and_says_that_it_was_not_read(county: Path) -> None:
    text = (county / "request.md").read_text(encoding="utf-8")
    assert "Oregon Public Records Law (Or. Rev. Stat. § 192.311 et seq.)" in text and "general knowledge: check" in text


def test_each_state_has_one_records_law() -> None:
    with (data_dir("presets") / "records-laws.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    states = [r["state"] for r in rows]
    assert len(states) == len(set(states)) == 51 and {r["basis"] for r in rows} == {"general knowledge"}
    for state in states:
        load_places().place(state)


def test_what_is_published_of_one_jail_says_whose_records_they_are(tmp_path: Path) -> None:
    out = tmp_path / "public"
    options = Options(law_known_at=TODAY, today=TODAY, map=EXAMPLES / "made-up-county.yaml", public=True)
    audit([EXAMPLES / "made-up-county.csv"], out, lawbook=load_lawbook(), options=options, say=lambda text, share=0.0: None)
    with (out / "by_agency.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["agency"], row["stays"], row["certain"], row["all_others"], row["persons"]) == ("Clackamas County, Oregon (sheriff)", "72", "25", "20", "")
    # The month table is of the same stays: what it tells by class is the whole, and nothing of a month.
    with (out / "by_month.csv").open(encoding="utf-8", newline="") as file:
        assert {r["certain"] for r in csv.DictReader(file)} == {""}
    # A map may name what few stays have; it is not published.
    assert "Local Charges Ended" not in (out / "report.html").read_text(encoding="utf-8")
