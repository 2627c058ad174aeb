"""Places by path, code and name; agencies, facilities and sets."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import FrozenInstanceError
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.places import ROLES, Place, PlaceBook, PlaceError, load_places

BOOK = load_places()
COUNTIES = BOOK.counties()
STATE_NAMES = {p.state: p.name for p in BOOK if p.kind in ("state", "territory")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("us", "us"),
        ("United States", "us"),
        ("us/or/clackamas-county", "us/or/clackamas-county"),
        ("Clackamas County, OR", "us/or/clackamas-county"),
        ("  clackamas   county ,  or ", "us/or/clackamas-county"),
        ("Clackamas, Oregon", "us/or/clackamas-county"),
        ("Clackamas Co., OR", "us/or/clackamas-county"),
        ("Clackamas County, Oregon, USA", "us/or/clackamas-county"),
        ("Clackamas County (OR)", "us/or/clackamas-county"),
        ("Clackamas County Oregon", "us/or/clackamas-county"),
        ("Kanawha County West Virginia", "us/wv/kanawha-county"),
        ("41005", "us/or/clackamas-county"),
        ("1001", "us/al/autauga-county"),
        ("41", "us/or"),
        ("02195", "us/ak/petersburg-borough"),
        ("12025", "us/fl/dade-county"),
        ("DeKalb County, GA", "us/ga/dekalb-county"),
        ("De Kalb County, GA", "us/ga/dekalb-county"),
        ("La Salle Parish, LA", "us/la/lasalle-parish"),
        ("Saint Louis city, MO", "us/mo/st-louis-city"),
        ("City of St. Louis, MO", "us/mo/st-louis-city"),
        ("St. Louis County, MO", "us/mo/st-louis-county"),
        ("Baltimore city, MD", "us/md/baltimore-city"),
        ("Baltimore County, MD", "us/md/baltimore-county"),
        ("Richmond City, VA", "us/va/richmond-city"),
        ("Richmond County, VA", "us/va/richmond-county"),
        ("James City County, VA", "us/va/james-city-county"),
        ("Carson City, NV", "us/nv/carson-city"),
        ("Orleans Parish, Louisiana", "us/la/orleans-parish"),
        ("Orleans County, LA", "us/la/orleans-parish"),
        ("New Orleans, LA", "us/la/orleans-parish"),
        ("Doña Ana", "us/nm/dona-ana-county"),
        ("Dona Ana County, NM", "us/nm/dona-ana-county"),
        ("Doña Ana County, NM", "us/nm/dona-ana-county"),
        ("Prince Georges County, MD", "us/md/prince-georges-county"),
        ("Lewis & Clark County, MT", "us/mt/lewis-and-clark-county"),
        ("Philadelphia, PA", "us/pa/philadelphia-county"),
        ("City and County of Denver, CO", "us/co/denver-county"),
        ("San Francisco", "us/ca/san-francisco-county"),
        ("New York City, NY", "us/ny/new-york-city"),
        ("City of New York, NY", "us/ny/new-york-city"),
        ("Brooklyn, NY", "us/ny/kings-county"),
        ("County of Los Angeles, CA", "us/ca/los-angeles-county"),
        ("City of Los Angeles, CA", "us/ca/los-angeles-city"),
        ("Chicago, IL", "us/il/chicago-city"),
        ("Juneau, AK", "us/ak/juneau-city-and-borough"),
        ("City and Borough of Juneau, AK", "us/ak/juneau-city-and-borough"),
        ("Anchorage, AK", "us/ak/anchorage-municipality"),
        ("Bayamon, PR", "us/pr/bayamon-municipio"),
        ("St. Croix, VI", "us/vi/st-croix-island"),
        ("Guam", "us/gu"),
        ("Virgin Islands", "us/vi"),
        ("Washington", "us/wa"),
        ("Washington, DC", "us/dc/district-of-columbia"),
        ("Washington DC", "us/dc/district-of-columbia"),
        ("District of Columbia", "us/dc"),
        ("New York", "us/ny"),
        ("Bedford, VA", "us/va/bedford-county"),
        ("Bedford city, VA", "us/va/bedford-city"),
        ("Shannon County, SD", "us/sd/shannon-county"),
        ("us/pa/philadelphia-city", "us/pa/philadelphia-county"),
    ],
)
def test_resolves(text: str, expected: str) -> None:
    assert BOOK.resolve(text) == expected


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("New York, NY", {"us/ny/new-york-city", "us/ny/new-york-county"}),
        ("Los Angeles, CA", {"us/ca/los-angeles-city", "us/ca/los-angeles-county"}),
        ("Richmond, VA", {"us/va/richmond-city", "us/va/richmond-county"}),
        ("St. Louis, Missouri", {"us/mo/st-louis-city", "us/mo/st-louis-county"}),
        ("Portland", {"us/me/portland-city", "us/or/portland-city"}),
    ],
)
def test_ambiguous_names_are_refused_with_all_candidates(text: str, candidates: set[str]) -> None:
    with pytest.raises(PlaceError) as error:
        BOOK.resolve(text)
    assert set(error.value.candidates) == candidates
    assert all(f"[{c}]" in str(error.value) for c in candidates)


def test_a_name_of_many_states_asks_for_the_state() -> None:
    with pytest.raises(PlaceError, match="give the state too") as error:
        BOOK.resolve("Franklin County")
    assert len(error.value.candidates) > 20
    assert all(c.endswith("/franklin-county") for c in error.value.candidates)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("Clackmas County, OR", "us/or/clackamas-county"),
        ("Multnoma County, OR", "us/or/multnomah-county"),
        ("Pottawatamie, Iowa", "us/ia/pottawattamie-county"),
        ("Miami-Dad County, FL", "us/fl/miami-dade-county"),
        ("us/or/clackamas", "us/or/clackamas-county"),
        ("us/or/clackmas-county", "us/or/clackamas-county"),
    ],
)
def test_unknown_names_list_the_nearest(text: str, nearest: str) -> None:
    with pytest.raises(PlaceError) as error:
        BOOK.resolve(text)
    assert error.value.candidates[0] == nearest
    assert f"[{nearest}]" in str(error.value)
    assert text in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "xyzzy",
        "99999",
        "Clackamas County, Orgeon",
        "Indianapolis County, IN",
        "7",
        "Washington County, DC",
    ],
)
def test_nothing_is_made_up(text: str) -> None:
    with pytest.raises(PlaceError) as error:
        BOOK.resolve(text)
    assert "\n" not in str(error.value)


def test_a_wrong_state_is_named() -> None:
    with pytest.raises(PlaceError, match=r"\[Orgeon\].*is no state; did you mean \[OR\]"):
        BOOK.resolve("Clackamas County, Orgeon")


def test_every_county_resolves_from_its_legal_name_and_code() -> None:
    for place in COUNTIES:
        assert place.state is not None and place.fips is not None
        assert BOOK.resolve(f"{place.name}, {place.state}") == place.id
        if place.valid_until is None:
            assert BOOK.resolve(place.fips) == place.id


@settings(max_examples=300, deadline=None)
@given(
    place=st.sampled_from(COUNTIES),
    long=st.booleans(),
    upper=st.booleans(),
    tight=st.booleans(),
    saint=st.booleans(),
    comma=st.sampled_from([", ", ",", " , "]),
)
def test_spellings_of_a_county_meet(
    place: Place, long: bool, upper: bool, tight: bool, saint: bool, comma: str
) -> None:
    name = place.name
    if saint:
        name = name.replace("St. ", "Saint ")
    if tight:
        name = name.replace("De ", "De").replace("La ", "La").replace("'", "’")
    text = f"{name}{comma}{STATE_NAMES[place.state] if long else place.state}"
    if upper and not name.endswith(" city"):
        text = text.upper()
    assert BOOK.resolve(text) == place.id


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=30)
    | st.builds("{}, {}".format, st.text(max_size=12), st.sampled_from(sorted(map(str, STATE_NAMES))))
)
def test_any_text_gives_a_place_or_one_line(text: str) -> None:
    try:
        assert BOOK.place(BOOK.resolve(text)).id
    except PlaceError as error:
        assert len(str(error).splitlines()) == 1


# ------------------------------------------------------------------ paths, kinds, days


def test_a_place_has_its_facts() -> None:
    place = BOOK.place("us/or/clackamas-county")
    assert place == Place(
        id="us/or/clackamas-county",
        kind="county",
        name="Clackamas County",
        state="OR",
        fips="41005",
        zone="America/Los_Angeles",
        circuit="circuit/9",
        districts=("district/d-or",),
        counties=(),
        valid_from=None,
        valid_until=None,
    )
    assert not hasattr(place, "__dict__")
    with pytest.raises(FrozenInstanceError):
        place.zone = "UTC"  # type: ignore[misc]


def test_a_city_lists_its_counties_and_a_consolidated_one_is_its_county() -> None:
    city = BOOK.place("us/ny/new-york-city")
    assert city.kind == "city"
    assert city.counties == tuple(
        f"us/ny/{c}-county" for c in ("bronx", "kings", "new-york", "queens", "richmond")
    )
    for alias, county in [
        ("us/pa/philadelphia-city", "us/pa/philadelphia-county"),
        ("us/ca/san-francisco-city", "us/ca/san-francisco-county"),
        ("us/co/denver-city", "us/co/denver-county"),
        ("us/la/new-orleans-city", "us/la/orleans-parish"),
        ("us/tn/nashville-city", "us/tn/davidson-county"),
    ]:
        assert BOOK.place(alias) is BOOK.place(county)


@pytest.mark.parametrize(
    "path",
    [
        "us/ca/berkeley-city",
        "us/ny/ithaca-city",
        "us/il/chicago-city",
        "us/nj/newark-city",
        "us/co/aurora-city",
        "us/or/springfield-city",
        "us/fl/miami-city",
        "us/ca/los-angeles-city",
        "us/pa/allentown-city",
        "us/va/richmond-city",
        "us/md/baltimore-city",
    ],
)
def test_places_that_the_law_names_are_there(path: str) -> None:
    assert BOOK.place(path).id == path


@pytest.mark.parametrize(
    ("path", "last_day", "successors"),
    [
        ("us/ct/hartford-county", "2022-06-05", {"us/ct/capitol-planning-region"}),
        (
            "us/ak/valdez-cordova-census-area",
            "2019-01-01",
            {"us/ak/chugach-census-area", "us/ak/copper-river-census-area"},
        ),
        ("us/sd/shannon-county", "2015-04-30", {"us/sd/oglala-lakota-county"}),
        ("us/ak/wade-hampton-census-area", "2015-06-30", {"us/ak/kusilvak-census-area"}),
        ("us/va/bedford-city", "2013-06-30", {"us/va/bedford-county"}),
        ("us/ak/petersburg-census-area", "2013-01-02", {"us/ak/petersburg-borough"}),
        ("us/va/clifton-forge-city", "2001-06-30", {"us/va/alleghany-county"}),
        ("us/fl/dade-county", "1997-07-21", {"us/fl/miami-dade-county"}),
    ],
)
def test_an_ended_place_names_its_successors(path: str, last_day: str, successors: set[str]) -> None:
    last = date.fromisoformat(last_day)
    assert BOOK.place_on(path, on=last).id == path
    after = date.fromordinal(last.toordinal() + 1)
    with pytest.raises(PlaceError) as error:
        BOOK.place_on(path, on=after)
    assert successors <= set(error.value.candidates)
    assert all(f"[{s}]" in str(error.value) for s in successors)
    assert all(BOOK.place(s).valid_on(after) for s in error.value.candidates)


def test_before_its_first_day_the_place_before_is_named() -> None:
    with pytest.raises(PlaceError) as error:
        BOOK.place_on("us/ct/capitol-planning-region", on=date(2014, 4, 1))
    assert "us/ct/hartford-county" in error.value.candidates
    with pytest.raises(PlaceError, match="began on 2001-11-15"):
        BOOK.place_on("us/co/broomfield-county", on=date(2001, 11, 14))
    assert BOOK.place_on("us/co/broomfield-county", on=date(2001, 11, 15)).fips == "08014"


def test_resolving_for_a_day() -> None:
    assert BOOK.resolve("02195", on=date(2010, 1, 1)) == "us/ak/petersburg-census-area"
    assert BOOK.resolve("Bedford city, VA", on=date(2010, 1, 1)) == "us/va/bedford-city"
    with pytest.raises(PlaceError, match=r"us/va/bedford-county"):
        BOOK.resolve("Bedford city, VA", on=date(2014, 1, 1))
    with pytest.raises(PlaceError, match="fits 2 places"):
        BOOK.resolve("Bedford, VA", on=date(2010, 1, 1))


# ------------------------------------------------------------------ agencies and facilities


def test_agencies() -> None:
    agency = BOOK.agency("us/or/clackamas-county/sheriff")
    assert (agency.id, agency.place.id, agency.role) == (
        "us/or/clackamas-county/sheriff",
        "us/or/clackamas-county",
        "sheriff",
    )
    assert BOOK.agency("us/ri/corrections").place.kind == "state"
    assert BOOK.agency("us/la/new-orleans-city/police").id == "us/la/orleans-parish/police"
    assert {BOOK.agency(a).role for a in ("us/ice", "us/cbp")} == {"ice", "cbp"}
    assert len(set(ROLES)) == len(ROLES)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("us/or/clackamas-county/sherif", "did you mean [sheriff]"),
        ("us/or/clackamas-county", "is a place, not an agency"),
        ("us/or/clackmas-county/sheriff", "[us/or/clackamas-county]"),
        ("us/sheriff", "no role of [us]"),
        ("us/or/ice", "no role of [us/or]"),
        ("us/or/county", "no role of [us/or], a state"),
        ("us/or/clackamas-county/state", "no role of"),
        ("sheriff", "is no known place"),
        ("", "is no role"),
    ],
)
def test_agencies_that_are_none(text: str, says: str) -> None:
    with pytest.raises(PlaceError) as error:
        BOOK.agency(text)
    assert says in str(error.value)


def test_a_path_of_an_agency_is_no_place() -> None:
    with pytest.raises(PlaceError, match=r"is an agency, not a place; leave off the role: \[us/or\]"):
        BOOK.place("us/or/corrections")


@pytest.mark.parametrize(
    ("agency", "facility", "expected"),
    [
        ("us/or/clackamas-county/sheriff", None, "us/or/clackamas-county"),
        ("us/or/clackamas-county/sheriff", "us/or/malheur-county", "us/or/malheur-county"),
        ("us/or/springfield-city/police", None, "us/or/lane-county"),
        ("us/ny/new-york-city/corrections", "us/ny/bronx-county", "us/ny/bronx-county"),
        ("us/ri/corrections", None, "us/ri"),
        ("us/ri/corrections", "us/ri/providence-county", "us/ri/providence-county"),
        ("us/or/corrections", "us/or/malheur-county", "us/or/malheur-county"),
        ("us/dc/corrections", None, "us/dc"),
        ("us/ice", "us/ca/los-angeles-county", "us/ca/los-angeles-county"),
        ("us/pa/philadelphia-city/police", None, "us/pa/philadelphia-county"),
    ],
)
def test_facilities(agency: str, facility: str | None, expected: str) -> None:
    place = BOOK.facility(BOOK.agency(agency), facility)
    assert place.id == expected
    assert place.zone


@pytest.mark.parametrize(
    ("agency", "facility", "says"),
    [
        ("us/or/corrections", None, "give facility"),
        ("us/ice", None, "give facility"),
        ("us/ny/new-york-city/corrections", None, "[us/ny/bronx-county]"),
        ("us/co/aurora-city/corrections", None, "[us/co/arapahoe-county]"),
        ("us/or/corrections", "us/or", "is a state, not a county"),
        ("us/or/corrections", "us/or/portland-city", "[us/or/multnomah-county]"),
        ("us/or/corrections", "us/wa/king-county", "outside the state"),
        ("us/or/corrections", "us/or/malhuer-county", "[us/or/malheur-county]"),
    ],
)
def test_facilities_that_do_not_settle_it(agency: str, facility: str | None, says: str) -> None:
    with pytest.raises(PlaceError) as error:
        BOOK.facility(BOOK.agency(agency), facility)
    assert says in str(error.value)


@given(st.sampled_from(COUNTIES), st.sampled_from([r for r in ROLES if r not in ("ice", "cbp", "state")]))
def test_a_county_agency_always_has_its_facility(place: Place, role: str) -> None:
    agency = BOOK.agency(f"{place.id}/{role}")
    assert BOOK.facility(agency, None) is agency.place is place


# ------------------------------------------------------------------ sets


@pytest.mark.parametrize(
    ("path", "sets"),
    [
        ("us", ()),
        ("us/or", ("circuit/9", "district/d-or")),
        ("us/or/clackamas-county", ("circuit/9", "district/d-or")),
        ("us/pa", ("circuit/3",)),
        ("us/pa/lehigh-county", ("circuit/3", "district/ed-pa")),
        ("us/ny/new-york-city", ("circuit/2",)),
        ("us/ny/new-york-county", ("circuit/2", "district/sd-ny")),
        ("us/ny/queens-county", ("circuit/2", "district/ed-ny")),
        ("us/ny/ithaca-city", ("circuit/2", "district/nd-ny")),
        ("us/dc", ("circuit/dc", "district/d-dc")),
        ("us/gu/guam", ("circuit/9", "district/d-gu")),
        ("us/pr/ponce-municipio", ("circuit/1", "district/d-pr")),
        ("us/vi/st-john-island", ("circuit/3", "district/d-vi")),
        ("us/as/western-district", ()),
        ("us/tx/anderson-county", ("circuit/5",)),
        ("us/mt/yellowstone-national-park", ("circuit/10", "district/d-wy")),
    ],
)
def test_sets_that_cover(path: str, sets: tuple[str, ...]) -> None:
    assert BOOK.sets(BOOK.place(path)) == sets


def test_known_sets() -> None:
    assert all(BOOK.known_set(f"circuit/{c}") for c in (*range(1, 12), "dc"))
    assert BOOK.known_set("district/wd-pa") and BOOK.known_set("district/d-ma")
    assert not any(BOOK.known_set(n) for n in ("circuit/12", "circuit/9 ", "district/d-pa", "us/or", ""))


# ------------------------------------------------------------------ files


def test_data_dir_refuses_what_is_no_folder() -> None:
    assert (data_dir("places") / "places.csv").is_file()
    for name in ("nowhere", "", "..", "places/source"):
        with pytest.raises(InputError):
            data_dir(name)


def test_a_broken_book_is_refused(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    with pytest.raises(InputError, match=r"places\.csv"):
        PlaceBook(folder)
    (folder / "places.csv").write_text("id,kind\nus,country\n")
    with pytest.raises(InputError, match="12 columns"):
        PlaceBook(folder)


def test_loading_is_fast_and_imports_nothing_heavy() -> None:
    seconds = []
    for _ in range(10):
        start = time.perf_counter()
        PlaceBook(data_dir("places"))
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.015
    code = (
        "import sys; from dueprocess.places import load_places; load_places().resolve('Clackamas County, OR');"
        "print(*sorted({m.split('.')[0] for m in sys.modules} & {'yaml','numpy','pandas','holidays','timezonefinder','zoneinfo','sqlglot','typer'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
