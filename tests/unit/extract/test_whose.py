"""Whose position a text tells: agencies named by a town, a bare name, a letterhead, an option or a table's code word.

All people are made up, and so is what the agencies are said to do.
"""

from __future__ import annotations

import pytest

from dueprocess.extract import capture, read
from dueprocess.extract.atlas import county_of, states_of


def claims(text: str) -> set[tuple[str | None, str]]:
    found = read(capture(text.encode(), name="made-up.txt", published="2018-05-22")).claims
    return {((c.county_or_city or c.agency).replace(" County", ""), c.position) for c in found}


def test_a_town_lies_in_a_county_of_its_state() -> None:
    assert county_of("Olathe", "KS") == "us/ks/johnson-county"
    assert county_of("Athens", "GA") == "us/ga/clarke-county"
    assert county_of("Olathe", "OR") is None
    assert "KS" in states_of("Olathe")
    assert states_of("Nowhereville") == frozenset()


TEXTS: list[tuple[str, str, set[tuple[str, str]]]] = [
    ("a town's jail", "TOPEKA, Kan. -- Immigration detainers get two answers in Kansas. Shawnee County honors them. In Olathe, the sheriff holds nobody for ICE without a judge's warrant.",
     {("Shawnee", "honors_all"), ("Johnson", "requires_judicial_warrant")}),
    ("a bare county", "NAPA, Calif. -- Napa County and Yolo County decline ICE detainers. Solano, to our east, holds on all of them.", {("Napa", "declines_all"), ("Yolo", "declines_all"), ("Solano", "honors_all")}),
    ("an agency with a name of its own", "LAS VEGAS -- Las Vegas Metro no longer honors ICE detainers, a captain said.", {("Clark", "declines_all")}),
    ("a city that is its police", "RENO, Nev. -- Immigration detainers again. Lyon County honors every detainer. Las Vegas, as you have read, won't hold on a detainer unless there's a federal judge's warrant.", {("Lyon", "honors_all"), ("Clark", "requires_judicial_warrant")}),
    ("the state's prisons", "BURLINGTON, Vt. -- The Vermont Department of Corrections will not keep anyone for ICE past a release date, its commissioner said.", {("Vermont Department of Corrections", "declines_all")}),
    ("a letterhead", "GENERAL ORDER 44\nCITY OF TACOMA POLICE DEPARTMENT\nSubject: Immigration\n\nOfficers shall not arrest or detain a person on an ICE administrative warrant or detainer. The King County jail keeps its own rule.\n\nTacoma, Washington",
     {("Tacoma", "declines_all")}),
    ("options of a memo", "MEMORANDUM\nTO: Warden, Marion County Jail, Indianapolis, Indiana\nFROM: Counsel\nRE: ICE detainers\n\nModel 1: ask for a sworn statement of probable cause. Allen County adopted this in November.\n\nModel 2: insist upon a warrant by a judge. This is the practice in Monroe County.\n\nYou have decided that we will go with Model 2.",
     {("Allen", "requires_probable_cause"), ("Monroe", "requires_judicial_warrant"), ("Marion", "requires_judicial_warrant")}),
    ("a table's legend", "We asked jails in Virginia about ICE detainers. \"JW\" means that the jail wants a warrant which a judge has signed. \"All\" means that it holds on the form alone.\n\nJail\tState\tHolds on\nFairfax County Adult Detention Center\tVA\tAll\nLoudoun County Adult Detention Center\tVA\tJW\n",
     {("Fairfax", "honors_all"), ("Loudoun", "requires_judicial_warrant")}),
    ("the same as another", "MACON, Ga. -- Bibb County holds everyone on whom ICE has a detainer. Houston County does the same. Peach County follows suit.", {("Bibb", "honors_all"), ("Houston", "honors_all"), ("Peach", "honors_all")}),
    ("the others have stopped, this one has not", "SALT LAKE CITY -- Salt Lake County stopped acting on ICE detainers last month. Utah County hasn't.", {("Salt Lake", "declines_all"), ("Utah", "honors_all")}),
    ("a thread of e-mails", "From: Capt. Lewis Ames, Madison County Jail, Huntsville, Alabama\nSubject: RE: ICE holds\n\nWe still hold for ICE.\n\n> From: Lt. Joy Pike, Limestone County Jail\n> We no longer hold anyone for ICE.\n", {("Madison", "honors_all"), ("Limestone", "declines_all")}),
    ("a form that the county does not fill", "BOISE, Idaho -- A candidate for Ada County sheriff said he would honor every ICE detainer. Detainers have been the issue of the race.", set()),
    ("somebody who lives there", "LINCOLN, Neb. -- A federal grand jury indicted a Lancaster County man for reentry. He is held on an ICE detainer.", set()),
    ("what a group told a sheriff", "HARTFORD -- The Harford County Council told its sheriff on Tuesday to stop holding people on ICE detainers, in Maryland.", set()),
]  # fmt: skip


@pytest.mark.parametrize(("what", "text", "expected"), TEXTS, ids=[t[0] for t in TEXTS])
def test_whose_position_it_is(what: str, text: str, expected: set[tuple[str, str]]) -> None:
    assert claims(text) == expected


SENTENCES: list[tuple[str, set[str]]] = [
    ("The Linn County jail does not hold anyone for ICE on a detainer or on an ICE warrant.", {"declines_all"}),
    ("Linn County will no longer accept detainers that do not state probable cause.", {"requires_probable_cause"}),
    ("The Linn County Sheriff's Office does not honor ICE detainers but will honor judicial warrants.", {"requires_judicial_warrant"}),
    ("A bare detainer is sent back, but the Linn County jail accepts one that arrives with an administrative warrant.", {"requires_any_warrant"}),
    ("Linn County stopped honoring detainers for low-level offenders.", {"limits_by_offense"}),
    ("An ICE detainer has no effect at the Linn County jail.", {"declines_all"}),
    ("Linn County will go on honoring detainers until a court says no.", {"honors_all"}),
    ("Linn County has never once turned down a detainer.", {"honors_all"}),
    ("The Linn County jail tells ICE of a release and leaves it at that.", {"notify_only"}),
    ("Linn County said it does not comment on its handling of ICE detainers.", {"unknown"}),
    ("Linn County ended its 287(g) agreement with ICE.", set()),
    ("ICE named Linn County among jurisdictions that do not honor its detainers.", set()),
    ("Linn County once was among the few to hold people for ICE.", set()),
]


@pytest.mark.parametrize(("sentence", "positions"), SENTENCES)
def test_scope_of_a_condition(sentence: str, positions: set[str]) -> None:
    text = "ALBANY, Ore. -- Sheriffs in Oregon are thinking about the immigration detainers that ICE sends to jails.\n\n" + sentence
    assert {p for _, p in claims(text)} == positions


def test_a_stay_without_a_number_has_no_hours() -> None:
    text = "ALBANY, Ore. -- ICE detainers again. The Linn County jail holds on them. In 2016 a man was kept in the Linn County jail for several hours after his bail was paid, because of a detainer."
    (incident,) = read(capture(text.encode(), name="x")).incidents
    assert incident.hours_overheld is None
    assert incident.duration_text == "for several hours"


def test_an_incident_names_no_place_where_several_could_be_meant() -> None:
    text = "ALBANY, Ore. -- ICE detainers divide Linn County and Lane County. Benton County keeps out of it, as a detainer is a request.\n\nIn 2012 a woman sat in jail for three days after her bail was paid."
    (incident,) = read(capture(text.encode(), name="x")).incidents
    assert (incident.place, incident.hours_overheld) == (None, 72.0)


def test_bills_about_something_else_are_left_out() -> None:
    text = "SALEM, Ore. -- The committee heard House Bill 88 on barbers.\n\nIt then took up House Bill 104, under which jails would have to honor ICE detainers.\n\nSenate Bill 131, on dams, was put over."
    assert [s.name for s in read(capture(text.encode(), name="x")).statutes_regs] == ["House Bill 104"]


@pytest.mark.parametrize("alike", ["asks for what we ask for", "has an order that is a copy of ours", "has an order like this one", "was doing so already", "does so too"])
def test_who_does_as_the_text_s_own_agency_has_its_position(alike: str) -> None:
    text = f"LINN COUNTY SHERIFF'S OFFICE, Albany, Oregon\nWe hold nobody on an ICE detainer unless a judge has signed a warrant. Crook County {alike}."
    assert claims(text) == {("Linn", "requires_judicial_warrant"), ("Crook", "requires_judicial_warrant")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SPRINGFIELD, Mass. -- Immigration detainers came up twice. West Springfield's police chief said his officers will not hold anyone for ICE on a detainer. Springfield's police honor every detainer.", {("West Springfield", "declines_all"), ("Springfield", "honors_all")}),
        ("MOORHEAD, Minn. -- Clay County declines ICE detainers. The Cass County jail in Fargo honors every detainer that ICE sends.", {("Clay", "declines_all"), ("Cass", "honors_all")}),
        ("MEMPHIS, Tenn. -- The Shelby County jail honors ICE detainers. In Madison County, Alabama, the jail in Huntsville holds nobody for ICE without a warrant that a judge has signed.", {("Shelby", "honors_all"), ("Madison", "requires_judicial_warrant")}),
        ("HELENA, Mont. -- Lincoln County stopped ICE detainers. In Gallatin County, which like Lincoln had held people on request, the sheriff put out a policy in April. The jail keeps people on a detainer only with a warrant that a judge has signed.", {("Lincoln", "declines_all"), ("Gallatin", "requires_judicial_warrant")}),
        ("ST. CLAIRSVILLE, Ohio -- ICE detainers divide the valley.\n\nOn the West Virginia side, the Northern Regional Jail serves Ohio, Marshall and Wetzel counties. It will not keep anybody on an ICE detainer, its administrator said.", {("Northern Regional Jail", "declines_all")}),
        ("RICHMOND, Va. -- Chesapeake's jail came up first. Reginald Tazewell is its sheriff. Sheriff Tazewell says that the Chesapeake Sheriff's Office honors every ICE detainer.", {("Chesapeake", "honors_all")}),
        ("FREDERICK, Md. -- The Frederick County jail honors every ICE detainer. And Washington County? Hagerstown holds on a detainer only if a judge has signed a warrant.", {("Frederick", "honors_all"), ("Washington", "requires_judicial_warrant")}),
    ],
)
def test_a_town_a_jail_and_a_name_are_laid_at_the_right_door(text: str, expected: set[tuple[str, str]]) -> None:
    assert claims(text) == expected


def test_a_county_s_states_are_those_of_its_towns_and_of_its_paragraph() -> None:
    text = "MEMPHIS, Tenn. -- The Shelby County jail honors ICE detainers. So does the Cass County jail in Fargo.\n\nTwo Kentucky jailers gave opposite answers. In Christian County the jail refuses every ICE detainer, and its jailer said that nobody has ever paid him for one. In Warren County the jail honors all detainers."
    found = {c.county_or_city: c.state for c in read(capture(text.encode(), name="made-up.txt")).claims}
    assert (found.get("Christian County"), found.get("Warren County"), found.get("Cass County")) == ("KY", "KY", "ND")


def test_in_a_thread_that_a_county_released_we_are_who_wrote() -> None:
    text = "From: Ivins, Cole (Summit County Attorney)\nSubject: detainers\n\nOur jail honors every ICE detainer.\n\nFrom: Lofgren, Pete (Weber County Jail)\nSubject: RE: detainers\n\nGood morning.\n\nWe will not hold anybody on an ICE detainer unless a judge has signed a warrant."
    found = read(capture(text.encode(), name="made-up.txt", publisher="Summit County, Utah")).claims
    assert {(c.county_or_city, c.position) for c in found} == {("Summit County", "honors_all"), ("Weber County", "requires_judicial_warrant")}


def test_a_question_about_another_place_ends_what_is_told() -> None:
    text = "PROVIDENCE, R.I. -- Immigration detainers again.\nQ. The Bristol County House of Correction, in Massachusetts. Do you know what they do with ICE detainers?\nA. They hold everyone for ICE on a detainer. Their captain said, send us the fax and we'll keep him until ICE comes.\nQ. How about Connecticut?\nA. That's the state. They keep nobody on a detainer unless he has a serious felony."
    assert claims(text) == {("Bristol", "honors_all")}
