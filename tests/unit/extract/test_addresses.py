"""Places that only tell where somebody lives or an agency sits, the state of an agency, and what it did once.

All people are made up, and so is what the agencies are said to do.
"""

from __future__ import annotations

import pytest

from dueprocess.extract import capture, read
from dueprocess.extract.gazetteer import survey
from dueprocess.extract.stances import stance


def claims(text: str) -> set[tuple[str | None, str, str]]:
    found = read(capture(text.encode(), name="made-up.txt", published="2018-05-22")).claims
    return {(c.county_or_city or c.agency, c.state, c.position) for c in found}


@pytest.mark.parametrize(
    ("text", "counties"),
    [
        ("OMAHA, Neb. -- Hall County Jail (Lincoln) and Gage County keep nobody on detainers.", ["Hall County", "Gage County"]),
        ("BEND, Ore. -- Deschutes County holds. Lane County does not.\n\nWhat of us? -- R.T., Jackson\n\nNot yet.", ["Deschutes County", "Lane County"]),
        ("MADISON, Wis. -- Dane County minutes. Mr. Ray Samplewood, Town of Linn, said that deputies may hold.", ["Dane County"]),
    ],
)
def test_an_address_is_no_agency(text: str, counties: list[str]) -> None:
    assert [m.label for m in survey(text).mentions if m.kind != "state" and m.label not in ("Madison", "Omaha", "Bend")] == counties


def test_a_jail_lies_in_the_state_said_behind_it() -> None:
    text = "ROANOKE, Va. -- Across the line, the Northern Regional Jail at Moundsville, West Virginia, honors every ICE detainer."
    assert {m.state for m in survey(text).mentions if "Regional" in m.label} == {"WV"}


@pytest.mark.parametrize("head", ["2. {}\n", "HOST: {}.\n\nSAMPLE: ", "HOST: And {}?\n\nSAMPLE: "])
def test_a_state_heads_a_numbered_section_or_a_turn(head: str) -> None:
    text = head.format("Vermont") + "The state holds nobody.\n\n" + head.format("Maine") + "Cumberland County wants a judge's warrant.\n\n" + head.format("New Hampshire") + "Grafton County holds on detainers.\n"
    assert {m.label: m.state for m in survey(text).mentions if m.kind == "county"} == {"Cumberland County": "ME", "Grafton County": "NH"}


def test_a_department_there_is_the_countys() -> None:
    text = "BALTIMORE, Md. -- Detainers differ. Charles County does not hold on the form. The Department of Corrections there wants a judge's warrant for an ICE hold."
    assert claims(text) == {("Charles County", "MD", "requires_judicial_warrant")}


@pytest.mark.parametrize(
    ("words", "position"),
    [
        ("The jail keeps a person for ICE with an administrative or judicial warrant.", "requires_any_warrant"),
        ("The captain said of ICE detainers that no more would be said.", "unknown"),
        ("He told us that he will not be sharing detention protocols on ICE.", "unknown"),
        ("The office did not wish to be quoted on its ICE detainers.", "unknown"),
    ],
)
def test_wording(words: str, position: str) -> None:
    taken = stance(words, topical=True)
    assert taken is not None
    assert taken.position == position


def test_what_a_sheriff_had_turned_down_is_no_position() -> None:
    text = "LAFAYETTE, La. -- Lafayette Parish now holds everyone on whom ICE lodges a detainer, the sheriff said. He reckoned the parish had turned down about 90 requests over four years."
    assert claims(text) == {("Lafayette Parish", "LA", "honors_all")}
