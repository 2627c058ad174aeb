"""Tables of agencies and their answers, and the documents of jails with names of their own. All made up."""

from __future__ import annotations

import pytest

from dueprocess.extract import Extraction, capture, read


def told(text: str) -> dict[str, str]:
    """The position of each county or agency that a text gives."""
    return {c.county_or_city or c.agency: c.position for c in of(text).claims}


def of(text: str) -> Extraction:
    found = read(capture(text.encode(), name="a", published="2017-03-03"))
    assert all(found.capture.text[e.start : e.end] == e.quote for e in (*found.claims, *found.counts, *found.incidents, *found.rulings, *found.statutes_regs))
    return found


def test_columns_of_yes_and_no_are_read_by_their_heads() -> None:
    assert told(
        "ICE detainers in Oregon jails: what the sheriffs told us\n\n"
        "County | Honors ICE detainers? | Requires judicial warrant? | Notifies ICE of release? | Detainers in 2016\n"
        "Linn | No | Yes | No | 22\nBenton | No | No | Yes | 4\nMalheur | Yes | No | Yes | 31\nUmatilla | No | No | No | 7\n"
    ) == {"Linn County": "requires_judicial_warrant", "Benton County": "notify_only", "Malheur County": "honors_all", "Umatilla County": "declines_all"}


def test_columns_that_only_spaces_part() -> None:
    assert told(
        "IMMIGRATION DETAINER PRACTICES, STATE OF OREGON (survey of March 2017)\n\n"
        "County        Policy on ICE detainers          Since\n"
        "Linn          Judicial warrant required        2014\n"
        "Benton        Does not honor                   April 2014\n"
        "Malheur       Honors all                       -\n"
        "Umatilla      Declines; notifies ICE           2015\n"
        "Wallowa       Under review                     2017\n"
    ) == {"Linn County": "requires_judicial_warrant", "Benton County": "declines_all", "Malheur County": "honors_all", "Umatilla County": "notify_only", "Wallowa County": "undecided"}


def test_a_column_of_states_decides_between_namesakes() -> None:
    found = of(
        "Detainer policies of 2016\nCounty\tState\tPolicy\tEffective\nLinn\tOR\tDoes not hold on ICE detainers\t4/2014\n"
        "Cook\tIL\tDeclines all detainers\t2011\nPolk\tIA\tProbable cause required\t2014\n"
    )
    assert {(c.county_or_city, c.state) for c in found.claims} == {("Linn County", "OR"), ("Cook County", "IL"), ("Polk County", "IA")}


def test_a_name_that_is_no_county_of_the_state_gives_nothing() -> None:
    assert told("ICE detainers in Oregon jails\n\nCounty\tPolicy\tSince\nNowhere\tDoes not honor\t2014\nLinn\tDoes not honor\t2014\nBenton\tHonors all\t2014\n") == {"Linn County": "declines_all", "Benton County": "honors_all"}


def test_a_dash_means_what_the_legend_says() -> None:
    legend = 'Iowa jails and ICE detainers. "JW" = holds only with a judge\'s warrant. '
    rows = "\n\nCounty\tStated practice\tWho\nDubuque\tJW\tCaptain\nSioux\t-\tClerk\nMarshall\tPC statement needed\tLt.\n"
    said = {"Dubuque County": "requires_judicial_warrant", "Marshall County": "requires_probable_cause"}
    assert told(legend + "A dash means the sheriff answered but did not say." + rows) == said | {"Sioux County": "unknown"}
    assert told(legend + rows) == said


@pytest.mark.parametrize(
    ("name", "rule", "position"),
    [
        ("SOUTHSIDE REGIONAL JAIL\nEmporia, Virginia", "ICE detainers shall be honored for up to 48 hours when accompanied by Form I-200 or I-205.", "requires_any_warrant"),
        ("PIEDMONT REGIONAL JAIL AUTHORITY\nFarmville, Virginia", "An inmate may be kept on an ICE detainer past release only if a judge has signed a warrant.", "requires_judicial_warrant"),
    ],
)
def test_the_manual_of_a_jail_with_its_own_name(name: str, rule: str, position: str) -> None:
    found = of(f"{name}\nOPERATIONS MANUAL\nCHAPTER 12: HOLDS AND DETAINERS\n\n12.1 {rule}\n")
    assert [(c.agency, c.county_or_city, c.state, c.position) for c in found.claims] == [(name.split("\n")[0].title(), None, "VA", position)]


def test_a_jail_named_for_a_person_is_no_county() -> None:
    found = of("COLUMBIA, S.C. - The Alvin S. Glenn Detention Center will hold people for ICE for up to 48 hours when it gets a detainer, its director said.")
    assert [(c.agency, c.state, c.position) for c in found.claims] == [("Alvin S. Glenn Detention Center", "SC", "honors_all")]


def test_initials_in_brackets_stand_for_the_agency() -> None:
    found = of("ALBUQUERQUE, N.M. - The Bernalillo County Metropolitan Detention Center (MDC) has 1,800 beds. Lea County has 200. Since 2014, MDC doesn't hold anyone on an immigration detainer.")
    assert [(c.county_or_city, c.position) for c in found.claims] == [("Bernalillo County", "declines_all")]


def test_an_order_that_lists_what_permits_a_hold() -> None:
    assert told(
        "HARTFORD POLICE DEPARTMENT\nHartford, Connecticut\nGENERAL ORDER 7.31\n\nA. An ICE detainer does not permit a hold.\n"
        "B. The following DOES permit a hold: a criminal arrest warrant issued by a judge of a United States District Court.\n"
    ) == {"Hartford": "requires_judicial_warrant"}


def test_a_second_section_of_the_same_code() -> None:
    found = of("Detainers are placed under 8 U.S.C. 1226 and 1357(d). Linn County in Oregon does not honor ICE detainers. It happened in 1999 and 2004.")
    assert [s.name for s in found.statutes_regs] == ["8 U.S.C. 1226", "8 U.S.C. 1357(d)"]


def test_a_number_that_comes_again_has_the_unit_that_it_had() -> None:
    found = of("ALBANY, Ore. - The Linn County jail received 206 detainers from ICE last year and does not honor detainers. The sheriff could match only 151 of the 206.")
    assert {(c.value, c.unit) for c in found.counts} == {(206, "detainers"), (151, "detainers")}


@pytest.mark.parametrize(("words", "hours"), [("He was kept in the jail on the detainer 52 hrs past bail.", 52.0), ("She was released on an ICE hold forty-two hours later than the judge had ordered.", 42.0)])
def test_incidents_by_short_forms_and_at_the_start_of_a_sentence(words: str, hours: float) -> None:
    found = of(f"ALBANY, Ore. - The Linn County jail does not honor ICE detainers any more. {words}")
    assert [(i.hours_overheld, i.place) for i in found.incidents] == [(hours, "Linn County")]


def test_the_immigration_agency_s_silence_is_no_jail_s() -> None:
    assert told("PROVIDENCE, R.I. - A suit over an ICE detainer in Providence County goes on. The immigration agency had no comment.") == {}


def test_a_ruling_named_by_its_county() -> None:
    assert [r.name for r in of("Since the Marion County ruling, Linn County in Oregon does not honor ICE detainers.").rulings] == ["Marion County ruling"]
