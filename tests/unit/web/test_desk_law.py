"""The law's pages at the desk: authorities in plain words with their state, both sides, the matrix, what changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

from shelf_common import OREGON, TEXAS, Shelves, shelves, text_of

from dueprocess.places import load_places
from dueprocess.web.desk.law import AGAINST, FOR, in_force, place_of


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelves]:
    with shelves(tmp_path_factory.mktemp("law"), files=False) as found:
        yield found


def test_the_agencys_law_in_plain_words_with_both_sides(web: Shelves) -> None:
    client = web.signed_in("counsel")
    page = client.get("/law")
    told = text_of(page)
    assert "Loving County, TX: sheriff" in told and "Texas SB 4 (2017)" in told and "8 C.F.R. § 287.7(d)" in told
    assert "must hold past release if" in told and "against a hold" in told and "for a hold" in told and "persuades only" in told
    # Who reviewed it, and what this agency's counsel adopted, stand with each.
    assert "not reviewed (basis:" in told and "adopted here" in told
    oregon = web.signed_in("counsel", OREGON)
    assert "not adopted here" in text_of(oregon.get("/law")) and "Texas SB 4" not in oregon.get("/law").text
    # Another place's law says nothing of adoption: that is its own counsel's matter.
    elsewhere = text_of(oregon.get("/law?place=Loving County, TX"))
    assert "Texas SB 4 (2017)" in elsewhere and "adopted here" not in elsewhere


def test_the_law_of_another_day(web: Shelves) -> None:
    client = web.signed_in("auditor")
    early = text_of(client.get("/law?as_of=2016-01-01"))
    listed, gone = early.split("that bind here and are not in force on that day")
    assert "Texas SB 4 (2017)" not in listed and "Texas SB 4 (2017)" in gone
    known = text_of(client.get("/law?as_of=2018-01-01&known_at=2018-01-01"))
    assert "City of El Cenizo v. Texas, 890 F.3d" not in known.split("that bind here and are not in force")[0]
    for bad in ("as_of=tomorrow", "as_of=0001-01-01", "place=Atlantis", "place=us/tx"):
        answer = client.get(f"/law?{bad}")
        assert answer.status_code in (200, 400, 404) and "Traceback" not in answer.text
    assert client.get("/law?as_of=tomorrow").status_code == 400 and client.get("/law?place=Atlantis").status_code == 400


def test_an_authority_with_its_citation_sources_and_what_stands_against_it(web: Shelves) -> None:
    client = web.signed_in("supervisor")
    page = client.get("/law/authority/us/tx/sb-4")
    told = text_of(page)
    assert "Tex. Code Crim. Proc. art. 2.251" in told and "SB 4, text as quoted" in told and "require hold when" in told
    assert "Contrary authority here" in told and "8 CFR 287.7(d)" in told.partition("Contrary authority here")[2]
    replaced = text_of(client.get("/law/authority/us/circuit-5/el-cenizo-panel"))
    assert "ended by" in replaced.lower() or "until 7 May 2018" in replaced
    assert client.get("/law/authority/us/tx/no-such").status_code == 404


def test_a_search_goes_through_the_whole_lawbook(web: Shelves) -> None:
    client = web.signed_in("auditor")
    told = text_of(client.get("/law?q=galarza"))
    here, elsewhere = told.split("Elsewhere in the lawbook")
    assert "Galarza" in here + elsewhere
    assert "None." in text_of(client.get("/law?q=zzzqqq")).split("Elsewhere in the lawbook")[1]


def test_the_matrix_with_and_without_adoption_and_to_print(web: Shelves) -> None:
    client = web.signed_in("counsel")
    told = text_of(client.get("/law/matrix"))
    assert "Detainer matrix: Loving County, TX (sheriff)" in told and "Detainer with an I-200" in told and "MUST" in told and "OPEN" in told
    page = client.get("/law/matrix/page")
    assert page.status_code == 200 and re.search(r"style-src 'sha256-[^']+'", page.headers["content-security-policy"]) and "Back to" not in page.text
    assert client.get("/law/matrix/card").status_code == 200 and client.get("/law/matrix/nothing").status_code == 404
    pdf = client.get("/law/matrix/pdf")
    assert pdf.content.startswith(b"%PDF") and "attachment" in pdf.headers["content-disposition"]
    # Where nothing is adopted, nothing may hold.
    oregon = web.signed_in("counsel", OREGON)
    adopted = oregon.get("/law/matrix?adoption=yes&place=us/or/wheeler-county/sheriff")
    body = adopted.text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert ">MUST<" not in body and ">MAY<" not in body


def test_what_changed_between_two_days(web: Shelves) -> None:
    client = web.signed_in("counsel")
    told = text_of(client.get("/law/changes?since=2017-08-31&until=2017-09-02&answers=yes"))
    began, over = told.split("In force on the first day and not on the second")
    assert "Texas SB 4 (2017)" in began and "From 1 September 2017" in began and "Texas SB 4 (2017)" not in over
    assert "What the usual papers come to" in began and "MUST" in began
    assert client.get("/law/changes?since=2018-01-01&until=2017-01-01").status_code == 400
    assert "The same on both days." in text_of(client.get("/law/changes?since=2019-06-03&until=2019-06-04&answers=yes"))


def test_clerks_and_administrators_have_no_such_pages(web: Shelves) -> None:
    for role in ("clerk", "administrator"):
        client = web.signed_in(role)
        for path in ("/law", "/law/matrix", "/law/matrix/pdf", "/law/changes", "/law/authority/us/tx/sb-4"):
            assert client.get(path).status_code == 403, path


def test_what_is_in_force_is_what_the_engine_applies(web: Shelves) -> None:
    """The page's list and the engine's own look-up agree on which authorities bind, on many days and places."""
    from datetime import date

    book = web.desk.laws[0].lawbook
    agencies = [TEXAS, OREGON, "us/ca/los-angeles-county/sheriff", "us/fl/dade-county/corrections", "us/il/cook-county/sheriff"]
    known = date(2026, 11, 18)
    checked = 0
    for agency in agencies:
        try:
            load_places().agency(agency)
        except Exception:
            continue
        for day in (date(2012, 3, 29), date(2014, 7, 20), date(2018, 1, 1), date(2020, 6, 1), known):
            place = place_of(agency, day=day, known=known, today=known, own=agency)
            shown = {e.authority.id for e in in_force(book, place, None) if e.binds}
            applied = {a.norm.authority for a in book.applied(place.agency, place.sets, day.toordinal(), known.toordinal(), None)}
            assert applied <= shown, applied - shown
            sides = [s for e in in_force(book, place, None) for s in e.sides]
            assert set(sides) <= {FOR, AGAINST, "beside a hold"}
            checked += 1
    assert checked >= 15
