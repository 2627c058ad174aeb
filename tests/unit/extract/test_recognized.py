"""Agencies that a text names in short: as the heads of items, by codes, in capitals, in a scan's letters, by a town or by who published it."""

from __future__ import annotations

import pytest

from dueprocess.extract import capture, read
from dueprocess.extract.accounts import accounts
from dueprocess.extract.codes import Legend
from dueprocess.extract.gazetteer import survey
from dueprocess.extract.reading import prepared
from dueprocess.extract.sentences import sentences


def named(text: str, *, title: str | None = None, publisher: str | None = None) -> set[tuple[str, str | None]]:
    """Label and state of all agencies and counties that have an account."""
    text, _ = prepared(text)
    found = survey(text, title=title, publisher=publisher)
    return {(a.mention.label, a.mention.state) for a in accounts(text, sentences(text), found.mentions, found.head, found.own)}


@pytest.mark.parametrize(
    ("text", "counties"),
    [
        ("ALPENA: holds.\nLEELANAU: studying it.\nISABELLA: would not say.\n", {("Alpena County", "MI"), ("Leelanau County", "MI"), ("Isabella County", "MI")}),
        ("Ohio jails.\nButler 3\nClermont 1\nWarren 0\n", {("Butler County", "OH"), ("Clermont County", "OH"), ("Warren County", "OH")}),
        ("Kept on the fax: Kosciusko (Ind.)\nKept never: Kalamazoo (Mich.)", {("Kosciusko County", "IN"), ("Kalamazoo County", "MI")}),
        ("— Hall NE: takes both.\n— Woodbury IA: undecided.", {("Hall County", "NE"), ("Woodbury County", "IA")}),
        ("YORK COUNTY, MAINE: facts, sworn.", {("York County", "ME")}),
        ("In Kendall and Grundy counties, Illinois, nobody waits for ICE.", {("Kendall County", "IL"), ("Grundy County", "IL")}),
        ("Kentucky\nKenton: takes it.\nCampbell: takes it.\n\nWisconsin\nKenosha: takes it.\nSauk: would not say.\n", {("Kenton County", "KY"), ("Campbell County", "KY"), ("Kenosha County", "WI"), ("Sauk County", "WI")}),
        ("KENTUCKY SIDE\nKenton — yes, plain\nBoone — only with a judge\nOHIO SIDE\nButler — no\n", {("Kenton County", "KY"), ("Boone County", "KY"), ("Butler County", "OH")}),
        ("OHIO Trumbull: calls / Lorain: judge only\nINDIANA Porter: calls / Elkhart: holds\n", {("Trumbull County", "OH"), ("Lorain County", "OH"), ("Porter County", "IN"), ("Elkhart County", "IN")}),
        ("UTAH: Box Elder (holds), Cache (holds)\nNEVADA: Elko (would not say)\n", {("Box Elder County", "UT"), ("Cache County", "UT"), ("Elko County", "NV")}),
        ("Hold: Becker MN, Barnes ND\nJudge: Wilkin MN, Cass ND\n", {("Becker County", "MN"), ("Barnes County", "ND"), ("Wilkin County", "MN"), ("Cass County", "ND")}),
        ("JACKS0N C0UNTY SHERlFF'S OFFlCE\nMedford, 0regon\nThe jai1 wi1l n0t act on a detainer.", {("Jackson County", "OR")}),
        ("North Bend, Oregon's police chief says no.", {("North Bend", "OR")}),
        ("Newark, New Jersey. Police here hold nobody for ICE.", {("Newark", "NJ")}),
        ("In Virginia, Hampton Roads Regional is drafting a rule.", {("Hampton Roads Regional Jail", "VA")}),
    ],
)
def test_agencies_named_in_short_have_accounts(text: str, counties: set[tuple[str, str]]) -> None:
    assert named(text) == counties


def test_a_government_that_publishes_speaks_of_its_county() -> None:
    text = "CHIEF: Our rule's on one page. COMMISSIONER: Read it. CHIEF: Nobody is held on a detainer."
    assert named(text, publisher="Criminal justice committee, DeKalb County, Georgia") == {("DeKalb County", "GA")}
    assert named(text, publisher="DeKalb County Courier, Georgia") == set()


def test_a_code_is_told_with_its_meaning() -> None:
    text = "Codes: H holds on the request. W judge's warrant only.\nPayette County, Idaho H\nAda County, Idaho W\n"
    legend = Legend(text)
    meant = legend.meant(text.index("Idaho W") + 5, len(text))
    assert meant is not None and text[slice(*meant)] == "W judge's warrant only"
    assert Legend("Only one code: H = holds.").meant(0, 5) is None


def test_columns_that_name_papers_tell_the_least_that_is_enough() -> None:
    text = "Locality\tDetainer alone\tWith ICE warrant\tWith court order\nFrederick County\tYes\tYes\tYes\nWarren County\tNo\tYes\tYes\nAugusta County\tNo\tNo\tNo\nVirginia jails on ICE detainers, as each answered in March.\n"
    found = read(capture(text.encode(), name="table.txt", title="Virginia jails and ICE detainers"))
    assert {(c.county_or_city, c.position) for c in found.claims} == {("Frederick County", "honors_all"), ("Warren County", "requires_any_warrant"), ("Augusta County", "declines_all")}


def test_police_that_a_text_lists_by_their_towns() -> None:
    text = "What the department told us:\nAmherst — no hold\nHolyoke — no hold\nWestfield — no hold; will call\n"
    assert named(text, title="Massachusetts police") == {("Amherst", "MA"), ("Holyoke", "MA"), ("Westfield", "MA")}


def test_a_dateline_is_in_the_state_of_its_paper() -> None:
    text = "COLUMBUS — The Lowndes County jail holds nobody without an affidavit."
    assert named(text, publisher="The Tombigbee Lantern, Columbus, Mississippi") == {("Lowndes County", "MS")}


def told(text: str, county: str) -> list[str]:
    """The pieces of a county's account."""
    found = survey(text)
    return [text[begin:end] for a in accounts(text, sentences(text), found.mentions, None) if a.mention.label == county for begin, end, _, _ in a.pieces]


def test_who_does_as_another_does_is_told_with_its_words() -> None:
    text = "CHAIR: Rowan County, North Carolina?\nSHERIFF LYERLY: We honor them.\nCHAIR: Durham County?\nSHERIFF WEST: Same as Rowan County.\n"
    assert told(text, "Durham County") == ["CHAIR: Durham County?", "CHAIR: Rowan County, North Carolina?", "SHERIFF LYERLY: We honor them.", "SHERIFF WEST: Same as Rowan County."]
    assert told("Jails that will, in Oregon: Linn County; Lane County (OR), Polk County\n", "Polk County")[0].startswith("Jails that will")
