"""Who holds which position: what makes it hard, one made-up text each."""

from __future__ import annotations

import pytest

from dueprocess.extract import Claim, Extraction, capture, read
from dueprocess.places import load_places


def extraction(text: str, *, published: str | None = "2014-05-22", title: str | None = None) -> Extraction:
    return read(capture(text.encode(), name="made-up.txt", published=published, title=title))


def claims(text: str, **options: str | None) -> list[tuple[str, str, str]]:
    return [(c.agency, c.state, c.position) for c in extraction(text, **options).claims]


def one(text: str) -> Claim:
    found = extraction(text).claims
    assert len(found) == 1, found
    return found[0]


LINN = "ALBANY, Ore. — The Linn County Sheriff's Office "


@pytest.mark.parametrize(
    ("words", "position", "accepts"),
    [
        ("will honor every ICE detainer that it gets.", "honors_all", ("detainer",)),
        ("will no longer hold anyone on an ICE detainer.", "declines_all", ()),
        ("will not hold anyone for ICE but notifies ICE before a release.", "notify_only", ()),
        ("will require warrants signed by a judge before it acts on an ICE detainer.", "requires_judicial_warrant", ("judicial_warrant",)),
        ("holds people on an ICE detainer only with a court order.", "requires_court_order", ("court_order",)),
        ("honors ICE detainers that come with an administrative warrant.", "requires_any_warrant", ("admin_warrant",)),
        ("will honor ICE detainers that come with a showing of probable cause.", "requires_probable_cause", ("probable_cause",)),
        ("holds on an ICE detainer only people charged with a felony.", "limits_by_offense", ("listed_offense",)),
        ("is reviewing its policy on ICE detainers.", "undecided", ()),
        ("would not say what its policy on ICE detainers is.", "unknown", ()),
    ],
)
def test_positions(words: str, position: str, accepts: tuple[str, ...]) -> None:
    found = one(LINN + words)
    assert (found.agency, found.state, found.agency_id) == ("Linn County Sheriff's Office", "OR", "us/or/linn-county/sheriff")
    assert found.position == position
    assert set(accepts) <= set(found.accepts)


def test_a_removal_order_is_no_court_order() -> None:
    found = one(LINN + "will hold a person on an ICE detainer only with a deportation order from an immigration judge.")
    assert found.position != "requires_court_order" and "court_order" not in found.accepts
    assert "removal_order" in found.accepts


def test_an_ice_warrant_that_is_not_enough_is_not_accepted() -> None:
    found = one(LINN + "will not hold anyone on an ICE detainer without a warrant signed by a judge. An administrative warrant is not enough.")
    assert found.position == "requires_judicial_warrant" and found.accepts == ("judicial_warrant",)


def test_commissioners_who_urge_do_not_speak_for_their_sheriff() -> None:
    text = LINN + "honors every ICE detainer. County commissioners urged the sheriff on Tuesday to stop holding people on ICE detainers."
    assert claims(text) == [("Linn County Sheriff's Office", "OR", "honors_all")]


def test_two_agencies_in_one_sentence_keep_their_own_positions() -> None:
    text = "PORTLAND, Ore. — The Linn County Sheriff's Office will not hold anyone on ICE detainers, but the Benton County Sheriff's Office honors all ICE detainers."
    assert set(claims(text)) == {("Linn County Sheriff's Office", "OR", "declines_all"), ("Benton County Sheriff's Office", "OR", "honors_all")}


def test_a_list_of_counties_gives_a_claim_each() -> None:
    text = "SALEM, Ore. — Linn, Benton and Lane counties will no longer hold anyone on an immigration detainer for ICE."
    assert {c[0].split()[0] for c in claims(text)} == {"Linn", "Benton", "Lane"}


@pytest.mark.parametrize(
    "text",
    [
        # criminal detainers between states
        "DENVER — Under the Interstate Agreement on Detainers the Mesa County Sheriff holds a prisoner until the other state comes. The detainer is lodged by another state.",
        # a contract for beds
        "WOODSTOCK, Ill. — The McHenry County Sheriff's Office lost its contract to house ICE detainees, and six posts went unfunded.",
        # leaving 287(g)
        "RALEIGH, N.C. — The Wake County Sheriff's Office left the 287(g) program with ICE on Friday.",
        # only urged
        "ALBANY, Ore. — The council urged the Linn County Sheriff's Office to stop honoring ICE detainers.",
        # a bill
        "ALBANY, Ore. — The bill, if passed, would mean that the Linn County Sheriff may not hold people on ICE detainers.",
        # what others fear, suppose, claim or rank
        "ALBANY, Ore. — Critics fear the Linn County Sheriff's Office will hold people on ICE detainers.",
        "ALBANY, Ore. — Linn County was listed by ICE among jurisdictions that do not honor detainers.",
        "ALBANY, Ore. — According to the complaint, the Linn County Jail does not honor ICE detainers.",
        "ALBANY, Ore. — The Linn County Sheriff's Office may honor ICE detainers under federal law.",
        "ALBANY, Ore. — Ada Sample was held in the Linn County Jail for 14 days on an ICE detainer.",
        # a question
        "ALBANY, Ore. — Will the Linn County Sheriff's Office honor ICE detainers?",
        # no requirement either way
        "ALBANY, Ore. — A detainer does not require the Linn County Sheriff to hold anyone for ICE.",
    ],
)
def test_texts_that_must_yield_nothing(text: str) -> None:
    assert claims(text) == []


def test_what_was_is_not_what_is() -> None:
    text = LINN + "had always honored ICE detainers. It will no longer hold anyone on a detainer from ICE."
    assert claims(text) == [("Linn County Sheriff's Office", "OR", "declines_all")]


def test_dates_and_speaker() -> None:
    found = one("ALBANY, Ore. — Effective June 1, 2014, the Linn County Sheriff's Office will not hold anyone on ICE detainers, Sheriff Hollis Examplar said Tuesday.")
    assert (found.effective_date, found.announced_date, found.speaker) == ("2014-06-01", "2014-05-20", "Sheriff Hollis Examplar")


def test_two_who_say_opposite_things_of_one_agency_are_two_claims() -> None:
    text = LINN + "honors every ICE detainer, its jail commander said. The Linn County Sheriff's Office does not honor ICE detainers, the county's counsel said."
    assert [c[2] for c in claims(text)] == ["honors_all", "declines_all"]


def test_a_law_that_binds_all_agencies_of_a_state() -> None:
    text = "DES MOINES, Iowa — Under a law that took effect July 1, every sheriff in Iowa must honor ICE detainers."
    assert claims(text) == [("Iowa law enforcement agencies (all)", "IA", "honors_all")]
    assert extraction(text).claims[0].county_or_city is None


@pytest.mark.parametrize(
    ("text", "agency", "id"),
    [
        ("PHILADELPHIA — Under the mayor's order Philadelphia will no longer hold people on ICE detainers.", "Philadelphia", "us/pa/philadelphia-county/city"),
        ("NEW YORK — The New York City Department of Correction will not honor ICE detainers.", "New York City Department of Correction", "us/ny/new-york-city/corrections"),
        ("BURLINGTON, Vt. — The Vermont Department of Corrections will not hold people for ICE.", "Vermont Department of Corrections", "us/vt/corrections"),
        ("BATON ROUGE, La. — The East Baton Rouge Parish Sheriff's Office honors ICE detainers.", "East Baton Rouge Parish Sheriff's Office", "us/la/east-baton-rouge-parish/sheriff"),
        ("MIAMI — The board voted for Miami-Dade to go on complying with ICE detainers.", "Miami-Dade County", "us/fl/miami-dade-county/county"),
    ],
)
def test_agencies_of_other_kinds_have_paths_that_the_book_knows(text: str, agency: str, id: str) -> None:
    found = one(text)
    assert (found.agency, found.agency_id) == (agency, id)
    assert load_places().agency(id).id == id


def test_a_correction_takes_back_what_was_printed() -> None:
    text = LINN + "honors every ICE detainer. An earlier version of this story said that Linn County does not hold anyone on ICE detainers."
    assert claims(text) == [("Linn County Sheriff's Office", "OR", "honors_all")]


def test_words_that_a_line_breaks_are_read_whole_and_quoted_as_they_stand() -> None:
    text = "ALBANY, Ore. — The Linn County Sheriff's Office will not hold any-\none on an ICE de-\ntainer."
    found = extraction(text)
    assert [c.position for c in found.claims] == ["declines_all"]
    assert "de-\ntainer" in found.claims[0].quote and found.claims[0].quote in text


# -- places --------------------------------------------------------------------------------------------

SHARED = "The Washington County Sheriff's Office will not hold anyone on ICE detainers."


def test_a_name_that_many_states_share_is_listed_and_not_guessed() -> None:
    found = extraction(SHARED)
    assert found.claims == ()
    assert [(u.name, len(u.states) > 20) for u in found.unresolved] == [("Washington County", True)]


@pytest.mark.parametrize(
    "text",
    [
        "HILLSBORO, Ore. — " + SHARED,
        SHARED.replace("Sheriff's Office", "Sheriff's Office in Oregon"),
        SHARED + " So said the sheriff of Washington County, Oregon.",
        "Oregon's " + SHARED.removeprefix("The "),
    ],
)
def test_the_state_may_stand_in_the_dateline_or_beside_the_name(text: str) -> None:
    assert [(c.state, c.agency_id) for c in extraction(text).claims] == [("OR", "us/or/washington-county/sheriff")]


def test_the_title_may_name_the_state() -> None:
    assert [c[1] for c in claims(SHARED, title="Oregon county wants no holds")] == ["OR"]


def test_two_counties_of_one_name_stay_apart() -> None:
    text = "The sheriff of Washington County, Utah, honors all ICE detainers.\n\nThe Washington County Sheriff's Office in Oregon does not hold anyone on ICE detainers."
    assert {(c[1], c[2]) for c in claims(text)} == {("UT", "honors_all"), ("OR", "declines_all")}


def test_a_county_that_no_book_knows_is_read_with_the_states_of_its_text() -> None:
    found = one("SAMPLETON, Ohio — The Placeholder County Sheriff's Office will not hold anyone on ICE detainers.")
    assert (found.county_or_city, found.state, found.agency_id) == ("Placeholder County", "OH", None)
