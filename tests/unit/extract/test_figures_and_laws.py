"""Counts, laws, rulings, incidents and dates."""

from __future__ import annotations

import pytest

from dueprocess.extract import Extraction, capture, read
from dueprocess.extract.dates import days, effective
from dueprocess.extract.numbers import value_of


def extraction(text: str, published: str | None = "2014-05-22") -> Extraction:
    return read(capture(text.encode(), name="made-up.txt", published=published))


@pytest.mark.parametrize(
    ("text", "value"),
    [("8,700", 8700), ("$315 million", 315_000_000), ("thirty-four", 34), ("Seventeen", 17), ("a dozen", 12), ("two dozen", 24), ("one hundred and nineteen", 119), ("3.5", 3.5), ("several dozen", None), ("12 million", 12_000_000)],
)
def test_numbers(text: str, value: float | None) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("on Tuesday", "2014-05-20"), ("on Thursday", "2014-05-22"), ("yesterday", "2014-05-21"), ("on May 3", "2014-05-03"), ("on Dec. 30", "2013-12-30"), ("in April", "2014-04"),
        ("last year", "2013"), ("March 4, 2014", "2014-03-04"), ("6/2/2014", "2014-06-02"), ("in 2011", "2011"), ("on Feb. 30, 2014", None),
    ],
)  # fmt: skip
def test_dates_against_the_day_of_the_article(text: str, iso: str | None) -> None:
    assert [d.iso for d in days(f"It said so {text}.", "2014-05-22")] == ([iso] if iso else [])


def test_without_the_day_of_the_article_a_weekday_is_no_day() -> None:
    assert days("It said so on Tuesday, and in April.", None) == []


def test_effective() -> None:
    assert effective("The rule takes effect on Monday, June 2, 2014.", "2014-05-22") == "2014-06-02"
    assert effective("He spoke on June 2, 2014.", "2014-05-22") is None


BODY = "ALBANY, Ore. — ICE detainers are the subject here. "


@pytest.mark.parametrize(
    ("sentence", "figures"),
    [
        ("The jail received 212 detainers last year.", {(212, "detainers")}),
        ("It declined 142 of 206 detainers.", {(142, "detainers"), (206, "detainers")}),
        ("Seventeen Florida jails will hold inmates for ICE.", {(17, "jails")}),
        ("Seven of the state's 87 sheriffs honor ICE holds.", {(7, "agencies")}),
        ("It puts the number of citizens wrongly held at 3,600.", {(3600, "people")}),
        ("The county settled the detainer suit for $95,000.", {(95000, "dollars")}),
        ("About 73 percent of the requests were old.", {(73, "percent")}),
        ("ICE asks for 48 hours under section 287.", set()),
        ("The board voted 9 to 3, and 230 beds stood empty on ICE holds.", set()),
    ],
)
def test_counts(sentence: str, figures: set[tuple[int, str]]) -> None:
    assert {(c.value, c.unit) for c in extraction(BODY + sentence).counts} == figures


def test_rival_counts_in_one_article_are_both_kept_with_their_claimants() -> None:
    text = BODY + "ICE says that 206 detainers were declined that week. Sheriff Hollis Examplar said that only 139 detainers were declined."
    found = extraction(text).counts
    assert [c.value for c in found] == [206, 139]
    assert found[1].claimant == "Sheriff Hollis Examplar"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("8 C.F.R. § 287.7(d)", "8 C.F.R. 287.7(d)"), ("8 CFR 287.7", "8 C.F.R. 287.7"), ("8 U.S.C. § 1373", "8 U.S.C. 1373"), ("Government Code section 7282.5", "Government Code 7282.5"),
        ("NRS 211.020", "NRS 211.020"), ("ORS 181.850", "ORS 181.850"), ("Ordinance 17886", "Ordinance 17886"), ("AB 4", "AB 4"), ("Senate Bill 54", "Senate Bill 54"), ("the TRUST Act", "TRUST Act"),
    ],
)  # fmt: skip
def test_laws(words: str, name: str) -> None:
    assert [s.name for s in extraction(f"{BODY}It cites {words}, and again {words}.").statutes_regs] == [name]


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("The Santos case out of the Fourth Circuit says that deputies may not.", "Santos v. Frederick County Board of Commissioners"),
        ("In Mercado against Dallas County the court said that a detainer is no warrant.", "Mercado v. Dallas County"),
        ("In Samplewood against Linn County the judge wrote that the jail needs probable cause.", "Samplewood v. Linn County"),
    ],
)
def test_rulings_as_they_are_said_aloud(sentence: str, name: str) -> None:
    assert [r.name for r in extraction(BODY + sentence).rulings] == [name]


def test_a_month_is_no_place_of_a_court() -> None:
    assert extraction(BODY + "A federal judge in April held that the Fourth Amendment applies to jails.").rulings == ()


def test_rulings_by_name_citation_and_way_of_speaking() -> None:
    found = extraction(BODY + "In Galarza v. Szalczyk, 745 F.3d 634 (3d Cir. 2014), the court called a detainer a request. A federal judge in Portland found that Clackamas County had held a woman too long.").rulings
    assert [(r.name, r.date) for r in found] == [("Galarza v. Szalczyk", "2014-03-04"), ("Miranda-Olivares v. Clackamas County", "2014-04-11")]
    assert found[0].citation == "745 F.3d 634"


def test_incidents() -> None:
    found = extraction(BODY + "Ada Sample was held in the Linn County Jail three days past her release on an ICE detainer.").incidents
    assert [(i.place, i.state, i.hours_overheld) for i in found] == [("Linn County", "OR", 72.0)]


def test_a_limit_of_hours_is_no_incident() -> None:
    assert extraction(BODY + "A person may be held up to 48 hours past release on a detainer. Inmates will be kept two days.").incidents == ()
