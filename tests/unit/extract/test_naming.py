"""Counties that a text names in other ways than with their word, and what tells their state.

All people are made up, and so is what the agencies are said to do.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dueprocess.cli.commands import app
from dueprocess.extract import capture, read
from dueprocess.extract.evidence import by_publisher, by_seat, by_seats, seats
from dueprocess.extract.gazetteer import Survey, survey
from dueprocess.places.names import key, words

SAN_JUAN = key(words("San Juan"))


def counties(found: Survey) -> set[tuple[str, str | None]]:
    return {(m.label, m.state) for m in found.mentions if m.kind == "county"}


NAMED: list[tuple[str, str, set[tuple[str, str | None]]]] = [
    ("asked about", "ATLANTA, Ga. -- The board heard of detainers. And what does Fulton do? Ask DeKalb.", {("Fulton County", "GA"), ("DeKalb County", "GA")}),
    ("who acts", "ALBUQUERQUE, N.M. -- Taos has quit holding on detainers. McKinley says it will go on.", {("Taos County", "NM"), ("McKinley County", "NM")}),
    ("an owner", "SALEM, Ore. -- The second, Yamhill's jail, has yet to make up its mind on detainers.", {("Yamhill County", "OR")}),
    ("a sheriff of it", "SALEM, Ore. -- Sheriff Amos Delacroix of Crook blamed the courts.", {("Crook County", "OR")}),
    ("a captain's, in brackets", "SALEM, Ore. -- Captain Ida Voss (Crook) took the floor on detainers.", {("Crook County", "OR")}),
    ("where a captain is from", "SALEM, Ore. -- Then Captain Otto Lane from Crook spoke on detainers.", {("Crook County", "OR")}),
    ("a neighbor", "SALEM, Ore. -- Our neighbor in Crook holds on detainers.", {("Crook County", "OR")}),
    ("who writes", "SALEM, Ore. -- The answers on detainers follow.\nFrom Crook: none is honored.", {("Crook County", "OR")}),
    ("its counsel", "SALEM, Ore. -- Crook's counsel would not speak of detainers.", {("Crook County", "OR")}),
    ("three words", "MADISON, Wis. -- Dane County honors detainers. Fond du Lac does too.", {("Dane County", "WI"), ("Fond du Lac County", "WI")}),
    ("its seat in brackets", "Stop 2, Minnehaha (Sioux Falls). Accepts detainers. Stop 3, Lane (Sioux Falls).", {("Minnehaha County", "SD")}),
    ("one with its city", "ATLANTA, Ga. -- Macon-Bibb County honors detainers.", {("Bibb County", "GA")}),
    ("joined to another", "SALEM, Ore. -- Add Crook and Malheur to the list.", {("Crook County", "OR"), ("Malheur County", "OR")}),
    ("a word before it", "DENVER, Colo. -- San Miguel went first. Then Larimer, in Fort Collins, stopped.", {("San Miguel County", "CO"), ("Larimer County", "CO")}),
    ("a longer name of something else", "DENVER, Colo. -- San Miguel went first. A man in Grand Junction was freed.", {("San Miguel County", "CO")}),
    ("a person", "SALEM, Ore. -- Sheriff Otto Lane of Crook spoke. Lane says he holds on detainers.", {("Crook County", "OR")}),
    ("a town of another county", "ALBANY, Ga. -- Houston says it honors detainers.", {("Houston County", "GA")}),
    ("no county of the state", "ALBANY, Ore. -- Fulton says it honors detainers.", set()),
    ("a town of its name elsewhere", "The shop is in Mason, Michigan.", set()),
]  # fmt: skip


@pytest.mark.parametrize(("what", "text", "expected"), NAMED, ids=[n[0] for n in NAMED])
def test_a_county_without_its_word(what: str, text: str, expected: set[tuple[str, str | None]]) -> None:
    assert counties(survey(text)) == expected


def test_a_text_that_names_no_county_is_of_its_towns() -> None:
    letter = "Rockford, Illinois. The Chief Deputy was asked about ICE detainers. Detainers are honored at present, he said."
    assert counties(survey(letter)) == {("Winnebago County", "IL")}
    # Two towns of two counties tell nothing, unless one of them is "here".
    assert counties(survey("The jail of Michigan's sheriff: said in Ann Arbor and in Lansing.")) == set()
    assert counties(survey("I am the sheriff, said here in Ann Arbor and in Lansing, Michigan.")) == {("Washtenaw County", "MI")}
    # What is told of every sheriff is told of no town.
    assert counties(survey("DES MOINES, Iowa -- Every sheriff must honor ICE detainers.")) == set()


def test_a_city_that_acts_among_bare_counties_is_its_county() -> None:
    text = "DENVER, Colo. -- Larimer has stopped. Boulder was the third to fall."
    assert ("Boulder County", "CO") in counties(survey(text))
    assert ("Boulder County", "CO") not in counties(survey("DENVER, Colo. -- A man from Boulder was held. Larimer has stopped."))


@pytest.mark.parametrize(
    ("publisher", "states"),
    [
        ("Office of the Attorney General of Vermont", {"VT"}), ("Klamath County, Ore.", {"OR"}), ("Cobb County", {"GA"}), ("Champaign County Clerk, IL", {"IL"}),
        ("Sheriff of Ingham County", {"MI"}), ("Ada Sheriff", {"ID"}), ("The Cascade Ledger (made-up paper)", set()), ("The Lincoln Post", set()), ("Washington Reader", set()),
    ],
)  # fmt: skip
def test_the_states_of_a_publisher(publisher: str, states: set[str]) -> None:
    assert by_publisher(publisher) == states


def test_a_publisher_settles_a_state_that_the_text_leaves_open() -> None:
    text = "The Franklin County jail does not hold anyone on ICE detainers."
    assert counties(survey(text)) == {("Franklin County", None)}
    assert counties(survey(text, publisher="The Vermont Reader")) == {("Franklin County", "VT")}
    # A text's own words go before.
    assert counties(survey("OLYMPIA, Wash. -- " + text, publisher="The Vermont Reader")) == {("Franklin County", "WA")}


@pytest.mark.parametrize(
    ("publisher", "county"),
    [("Cobb County Sheriff's Office, Georgia", "Cobb County"), ("Office of the Sheriff, Cobb County, Ga.", "Cobb County"), ("Cobb County Courier, Georgia", None), ("Friends of Cobb County Jail, Georgia", None), (None, None)],
)
def test_who_says_we_is_who_published_it_if_that_is_a_county_s_office(publisher: str | None, county: str | None) -> None:
    found = read(capture(b"We do not hold anyone on ICE detainers. Our jail lets people go on time.", name="a.txt", publisher=publisher))
    assert {c.county_or_city for c in found.claims} == ({county} if county else set())


def test_the_town_beside_a_county_tells_its_state() -> None:
    assert by_seat(SAN_JUAN, seats("San Juan County, in Farmington, acts on all.")) == "NM"
    assert by_seat(SAN_JUAN, seats("San Juan County acts on all.")) is None
    assert counties(survey("San Juan County, in Farmington, honors all ICE detainers.")) == {("San Juan County", "NM")}
    text = "Cumberland County and York County and Kennebec County answered."
    assert by_seats(text, survey(text).mentions) == "ME"


@pytest.mark.parametrize("paper", ["its own warrant", "a warrant of its own", "an agent's warrant", "a warrant that ICE signs", "ICE's signed warrant"])
def test_the_warrant_of_the_immigration_agency_is_no_judges(paper: str) -> None:
    text = f"ALBANY, Ore. -- The Linn County jail honors an ICE detainer only if ICE sends {paper} with it."
    assert [c.position for c in read(capture(text.encode(), name="a.txt")).claims] == ["requires_any_warrant"]


def test_a_jail_of_a_state_that_runs_its_own() -> None:
    text = "ANCHORAGE, Alaska -- The Anchorage Correctional Complex holds everyone who is named in an ICE detainer, its superintendent said."
    assert [(c.agency, c.county_or_city, c.position) for c in read(capture(text.encode(), name="a.txt")).claims] == [("Anchorage Correctional Complex", None, "honors_all")]


def test_the_command_takes_a_publisher(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("The Franklin County jail does not hold anyone on ICE detainers.", encoding="utf-8")
    plain = json.loads(CliRunner().invoke(app, ["claims", str(file)]).stdout)
    known = json.loads(CliRunner().invoke(app, ["claims", str(file), "--publisher", "The Vermont Reader"]).stdout)
    assert (plain["claims"], [u["name"] for u in plain["unresolved"]]) == ([], ["Franklin County"])
    assert [(c["county_or_city"], c["state"]) for c in known["claims"]] == [("Franklin County", "VT")]


POLICE: list[tuple[str, str, set[str]]] = [
    ("in a town", "BOSTON, Mass. -- The police in Lynn keep nobody on a detainer. Chelsea says that it calls ICE.", {"Lynn", "Chelsea"}),
    ("two that act", "BOSTON, Mass. -- Quincy police hold on detainers. Everett and Chelsea have orders against it.", {"Quincy", "Everett", "Chelsea"}),
    ("heads of items", "BOSTON, Mass. -- What police departments do with detainers.\n\nEverett. Doesn't hold.\n\nChelsea. Its chief waits.", {"Everett", "Chelsea"}),
    ("a city jail", "SEATTLE, Wash. -- The city jail in Forks holds on no detainer, its chief said.", {"Forks"}),
    ("a chief", "BOSTON, Mass. -- In Lynn, the chief said that detainers are not honored.", {"Lynn"}),
    ("a town of Connecticut", "HARTFORD, Conn. -- Danbury's police hold on no detainer.", {"Danbury"}),
    ("of the other state that the text names", "BOSTON, Mass. -- In Rhode Island the ruling is not law. Pawtucket police hold on detainers.", {"Pawtucket"}),
    ("a county of that name", "BOSTON, Mass. -- Quincy police hold on detainers. Plymouth says that it does not.", {"Quincy"}),
    ("somebody's name", "BOSTON, Mass. -- Quincy police hold on detainers. Ida Everett asked why. Everett says that nobody told her.", {"Quincy"}),
    ("a bureau of police", "PITTSBURGH, Pa. -- The Reading Bureau of Police holds on no detainer.", {"Reading"}),
    ("lockups", "ANCHORAGE, Alaska -- Fifteen communities run lockups. Kodiak tells ICE and holds nobody on a detainer.", {"Kodiak"}),
    ("no word of police", "BOSTON, Mass. -- Everett says that it would like a library.", set()),
]  # fmt: skip


@pytest.mark.parametrize(("what", "text", "towns"), POLICE, ids=[p[0] for p in POLICE])
def test_police_by_the_name_of_their_town(what: str, text: str, towns: set[str]) -> None:
    assert {m.label for m in survey(text).mentions if m.role == "police"} == towns


def test_a_county_s_seat_makes_its_publisher_no_other() -> None:
    text = "The sheriff keeps nobody on a detainer."
    own = survey(text, publisher="Dakota County, Hastings, Minnesota").own
    assert own is not None and own.label == "Dakota County"
    assert survey(text, publisher="Dakota County Courier, Hastings, Minnesota").own is None


def test_a_board_or_an_assistant_is_no_county() -> None:
    text = "SALEM, Ore. -- The Board of County Commissioners heard Assistant County Attorney Otto Lane on detainers in Linn County."
    assert counties(survey(text)) == {("Linn County", "OR")}


def test_the_police_of_a_town_are_of_the_state_written_with_it() -> None:
    text = "CHICAGO, Ill. -- What police departments do.\n\nHammond, Ind. It has a detainer a week. Hammond's lockup holds."
    assert {m.state for m in survey(text).mentions if m.label == "Hammond"} == {"IN"}


def test_a_jail_that_serves_several_counties_is_one_agency() -> None:
    text = "SALEM, Ore. -- The regional jail, which serves Crook, Jefferson and Linn counties, holds everybody for 48 hours on an ICE detainer, its warden said."
    assert [c.county_or_city for c in read(capture(text.encode(), name="served")).claims] == ["Crook County"]


def test_a_state_s_department_of_prisons_speaks_for_itself() -> None:
    head = survey("The Department holds nobody on a detainer.", publisher="Vermont Department of Corrections, Montpelier").head
    assert head is not None and (head.kind, head.state, head.role) == ("state", "VT", "corrections")


HEADS = """WHAT SHERIFFS OF GEORGIA ANSWERED

DOUGHERTY — Keeps everyone whom a detainer names for 48 hours.
CLARKE — Does not hold anyone on an ICE detainer.
DEKALB — Its policy on ICE detainers is being reviewed.
LOWNDES — Keeps everyone whom a detainer names for 48 hours.
"""


def test_the_heads_of_a_list_are_no_datelines() -> None:
    assert counties(survey(HEADS)) == {("Dougherty County", "GA"), ("Clarke County", "GA"), ("DeKalb County", "GA"), ("Lowndes County", "GA")}


def test_the_datelines_of_briefs_are_no_heads() -> None:
    text = "COLUMBUS — The Franklin County jail holds on no detainer.\n\nDAYTON — The Montgomery County jail does.\n\nTOLEDO — The Lucas County jail asks for a judge's warrant.\n"
    assert counties(survey(text)) == {("Franklin County", "OH"), ("Montgomery County", "OH"), ("Lucas County", "OH")}


def test_a_name_alone_above_what_is_told_of_it() -> None:
    text = "Detainer policies of California sheriffs\n\nMONTEREY\n  Policy: Judge.\n  Date: June 12.\n\nSAN LUIS OBISPO\n  Policy: None.\n\nSANTA CRUZ\n  Policy: None.\n"
    assert counties(survey(text)) == {("Monterey County", "CA"), ("San Luis Obispo County", "CA"), ("Santa Cruz County", "CA")}


def test_a_county_of_the_next_state_in_a_list_by_a_name_that_no_other_has() -> None:
    text = "PORTLAND, Ore. -- What jails do with detainers.\n\nWasco: holds.\n\nHood River: does not hold.\n\nSherman: holds.\n\nSkamania: still holds.\n"
    assert ("Skamania County", "WA") in counties(survey(text))


@pytest.mark.parametrize(
    ("sentence", "place"),
    [
        ("The change followed a ruling that Clackamas County broke the law when it held a woman for two weeks on an ICE detainer after she could have gone.", "Clackamas County"),
        ("A roofer sat in the jail for 50 hours past his release on an ICE detainer; then he was in federal custody in Multnomah County for five months.", None),
        ("A nurse was held for 30 hours beyond the time when she was to be released from the Lane County jail on bail.", "Lane County"),
        ("He stayed five days past release on an ICE detainer before the Lane County jail let him go.", "Lane County"),
        ("A Salem man was kept in jail for three days past his release on an ICE detainer.", None),
    ],
)
def test_where_somebody_was_kept(sentence: str, place: str | None) -> None:
    text = f"ALBANY, Ore. -- The Linn County jail stopped honoring ICE detainers, and so did the Lane County jail, their sheriffs said.\n\n{sentence}"
    found = read(capture(text.encode(), name="a.txt")).incidents
    assert [i.place for i in found if i.hours_overheld != 5 * 720] == [place]
