"""The shipped tables: counts, codes, zones, sets, and that the build makes them again."""

from __future__ import annotations

import csv
import importlib.util
import re
import zoneinfo
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from dueprocess.kernel.files import data_dir
from dueprocess.places import load_places

BOOK = load_places()
FOLDER = data_dir("places")
STATES = {p.state for p in BOOK if p.kind == "state"}


def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("places_build", FOLDER / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_build_makes_the_committed_file_again() -> None:
    assert build().main(["--offline", "--check"]) == 0


@pytest.mark.parametrize(
    "name",
    [
        "places.csv",
        "aliases.csv",
        "districts.csv",
        "sets.csv",
        "zone_overrides.csv",
        "source/county_changes.csv",
        "source/cities.csv",
        "source/states.csv",
        "source/territory_counties.csv",
        "source/zone_evidence.csv",
    ],
)
def test_tables_are_canonical(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    assert data.endswith(b"\n") and b"\r" not in data
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        body = list(csv.reader(file))[1:]
    assert body == sorted(body)
    assert len({tuple(row) for row in body}) == len(body)
    assert all(cell == cell.strip() for row in body for cell in row)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("1997-01-01", 3142),  # with Yellowstone's part of Montana
        ("2000-04-01", 3141),
        ("2010-04-01", 3143),
        ("2015-07-01", 3142),
        ("2020-04-01", 3143),
        ("2022-06-05", 3143),
        ("2022-06-06", 3144),
        ("2026-11-22", 3144),
    ],
)
def test_counts_of_the_states_and_dc(day: str, expected: int) -> None:
    assert sum(p.state in STATES for p in BOOK.counties(on=date.fromisoformat(day))) == expected


def test_counts_of_the_territories() -> None:
    assert {s: len(BOOK.counties(f"us/{s}")) for s in ("pr", "gu", "vi", "as", "mp")} == {
        "pr": 78,
        "gu": 1,
        "vi": 3,
        "as": 5,
        "mp": 4,
    }


def test_codes_are_unique_on_every_day() -> None:
    bounds = {d for p in BOOK for d in (p.valid_from, p.valid_until) if d} | {date(1997, 1, 1)}
    for day in bounds:
        codes = Counter(p.fips for p in BOOK.counties(on=day))
        assert max(codes.values()) == 1, day
    assert all(
        p.fips and p.fips[:2] == BOOK.place("/".join(p.id.split("/")[:2])).fips for p in BOOK.counties()
    )


def test_every_county_has_zone_and_circuit_and_every_zone_exists() -> None:
    known = zoneinfo.available_timezones()
    for place in BOOK.counties():
        assert place.zone in known, place.id
        assert place.circuit is not None or place.state == "AS", place.id


def test_intervals_and_successors_fit() -> None:
    for row in rows("places.csv"):
        place = BOOK.place(row["id"])
        if place.valid_from and place.valid_until:
            assert place.valid_from < place.valid_until
        assert bool(row["successors"]) == (place.valid_until is not None)
        for successor in row["successors"].split():
            assert BOOK.place_on(successor, on=date.fromisoformat(row["valid_until"])).state == place.state


def test_sets_are_the_94_districts_and_12_circuits() -> None:
    names = [row["set"] for row in rows("sets.csv")]
    assert sum(n.startswith("district/") for n in names) == 94
    assert sum(n.startswith("circuit/") for n in names) == 12
    assert all(re.fullmatch(r"circuit/(\d+|dc)|district/(|c|e|m|n|s|w)d-[a-z]{2}", n) for n in names)
    assert all(BOOK.known_set(s) for p in BOOK for s in BOOK.sets(p))
    for row in rows("districts.csv"):
        assert row["checked"] in {"statute read", "secondary source read", "general knowledge"}
        assert row["basis"]


def test_a_city_is_covered_only_by_what_covers_all_its_counties() -> None:
    for city in (p for p in BOOK if p.kind == "city"):
        counties = [BOOK.place(c) for c in city.counties]
        assert counties and all(c.kind == "county" and c.state == city.state for c in counties)
        assert set(BOOK.sets(city)) <= set.intersection(*(set(BOOK.sets(c)) for c in counties))
        assert city.zone is None or {c.zone for c in counties} == {city.zone}


@pytest.mark.parametrize(
    ("path", "district"),
    [
        ("us/pa/philadelphia-county", "ed-pa"), ("us/pa/lehigh-county", "ed-pa"), ("us/il/cook-county", "nd-il"),
        ("us/il/dupage-county", "nd-il"), ("us/ny/suffolk-county", "ed-ny"), ("us/ny/kings-county", "ed-ny"),
        ("us/ny/bronx-county", "sd-ny"), ("us/tx/travis-county", "wd-tx"), ("us/tx/bexar-county", "wd-tx"),
        ("us/tx/dallas-county", "nd-tx"), ("us/fl/miami-dade-county", "sd-fl"), ("us/fl/monroe-county", "sd-fl"),
        ("us/mi/allegan-county", "wd-mi"), ("us/mi/kent-county", "wd-mi"), ("us/wa/spokane-county", "ed-wa"),
        ("us/wa/king-county", "wd-wa"), ("us/ca/los-angeles-county", "cd-ca"), ("us/ca/san-diego-county", "sd-ca"),
        ("us/va/henrico-county", "ed-va"), ("us/tn/davidson-county", "md-tn"), ("us/in/marion-county", "sd-in"),
        ("us/ia/polk-county", "sd-ia"), ("us/ia/linn-county", "nd-ia"), ("us/ia/johnson-county", "sd-ia"),
        ("us/la/orleans-parish", "ed-la"), ("us/ma/suffolk-county", "d-ma"),
    ],
)  # fmt: skip
def test_districts_that_decided_cases_turn_on(path: str, district: str) -> None:
    assert BOOK.place(path).districts == (f"district/{district}",)


# ------------------------------------------------------------------ zones


@pytest.mark.parametrize(
    ("path", "zone"),
    [
        ("us/or/malheur-county", "America/Boise"),
        ("us/id/idaho-county", "America/Los_Angeles"),
        ("us/fl/gulf-county", "America/New_York"),
        ("us/fl/bay-county", "America/Chicago"),
        ("us/sd/stanley-county", "America/Chicago"),
        ("us/sd/dewey-county", "America/Denver"),
        ("us/sd/corson-county", "America/Denver"),
        ("us/ks/greeley-county", "America/Denver"),
        ("us/ks/logan-county", "America/Chicago"),
        ("us/tx/el-paso-county", "America/Denver"),
        ("us/tx/hudspeth-county", "America/Denver"),
        ("us/tx/culberson-county", "America/Chicago"),
        ("us/ne/cherry-county", "America/Chicago"),
        ("us/mi/dickinson-county", "America/Menominee"),
        ("us/mi/wayne-county", "America/Detroit"),
        ("us/az/navajo-county", "America/Phoenix"),
        ("us/az/apache-county", "America/Phoenix"),
        ("us/in/marion-county", "America/Indiana/Indianapolis"),
        ("us/in/starke-county", "America/Indiana/Knox"),
        ("us/in/perry-county", "America/Indiana/Tell_City"),
        ("us/in/lake-county", "America/Chicago"),
        ("us/ky/wayne-county", "America/Kentucky/Monticello"),
        ("us/ky/jefferson-county", "America/Kentucky/Louisville"),
        ("us/nd/mercer-county", "America/North_Dakota/Beulah"),
        ("us/nv/elko-county", "America/Los_Angeles"),
        ("us/ak/aleutians-west-census-area", "America/Nome"),
        ("us/hi/kalawao-county", "Pacific/Honolulu"),
        ("us/vi/st-croix-island", "America/St_Thomas"),
        ("us/as/swains-island", "Pacific/Pago_Pago"),
        ("us/ct/capitol-planning-region", "America/New_York"),
    ],
)
def test_zones_of_counties_that_are_easy_to_get_wrong(path: str, zone: str) -> None:
    assert BOOK.place(path).zone == zone


# Written down from general knowledge of 49 CFR part 71, apart from the sources of the build. Counties cut by a line,
# or that keep another clock by custom, go with their seat. State, hours from UTC in winter, and the counties on that clock; the rest of the state is on the other.
SPLIT_STATES = {
    "fl": (-6, -5, "bay calhoun escambia holmes jackson okaloosa santa-rosa walton washington"),
    "id": (-8, -7, "benewah bonner boundary clearwater idaho kootenai latah lewis nez-perce shoshone"),
    "in": (-6, -5, "gibson jasper lake laporte newton perry porter posey spencer starke vanderburgh warrick"),
    "ks": (-7, -6, "greeley hamilton sherman wallace"),
    "ky": (
        -6, -5,
        """adair allen ballard barren breckinridge butler caldwell calloway carlisle christian clinton crittenden
        cumberland daviess edmonson fulton graves grayson green hancock hart henderson hickman hopkins livingston logan
        lyon mccracken mclean marshall metcalfe monroe muhlenberg ohio russell simpson todd trigg union warren webster""",
    ),
    "mi": (-6, -5, "dickinson gogebic iron menominee"),
    "nd": (-7, -6, "adams billings bowman dunn golden-valley grant hettinger slope stark"),
    "ne": (
        -7, -6,
        """arthur banner box-butte chase cheyenne dawes deuel dundy garden grant hooker keith kimball morrill perkins
        scotts-bluff sheridan sioux""",
    ),
    "or": (-7, -8, "malheur"),
    "sd": (
        -7, -6,
        """bennett butte corson custer dewey fall-river haakon harding jackson lawrence meade oglala-lakota pennington
        perkins shannon ziebach""",
    ),
    "tn": (
        -5, -6,
        """anderson blount bradley campbell carter claiborne cocke grainger greene hamblen hamilton hancock hawkins
        jefferson johnson knox loudon mcminn meigs monroe morgan polk rhea roane scott sevier sullivan unicoi union
        washington""",
    ),
    "tx": (-7, -6, "el-paso hudspeth"),
    "al": (-5, -6, "russell"),
}  # fmt: skip


@pytest.mark.parametrize("state", sorted(SPLIT_STATES))
def test_states_on_two_clocks(state: str) -> None:
    listed, rest, names = SPLIT_STATES[state]
    expected = {f"us/{state}/{n}-county" for n in names.split()}
    counties = {p.id: p for p in BOOK.counties(f"us/{state}")}
    assert expected <= counties.keys()
    for path, place in counties.items():
        assert place.zone is not None
        offset = datetime(2026, 1, 15, 12, tzinfo=zoneinfo.ZoneInfo(place.zone)).utcoffset()
        assert offset == timedelta(hours=listed if path in expected else rest), path
    assert BOOK.place(f"us/{state}").zone is None


def test_other_states_are_on_one_clock() -> None:
    for state in STATES:
        assert state is not None
        if state.lower() in SPLIT_STATES:
            continue
        zones = {zoneinfo.ZoneInfo(p.zone) for p in BOOK.counties(f"us/{state.lower()}") if p.zone}
        for month in (1, 7):
            assert len({datetime(2026, month, 15, 12, tzinfo=z).utcoffset() for z in zones}) == 1, state


def test_daylight_saving_is_kept_where_it_is() -> None:
    without = {
        p.state
        for p in BOOK.counties()
        if p.zone and not datetime(2026, 7, 15, tzinfo=zoneinfo.ZoneInfo(p.zone)).dst()
    }
    assert without == {"AZ", "HI", "PR", "GU", "VI", "AS", "MP"}


def test_overrides_give_their_reasons() -> None:
    for row in rows("zone_overrides.csv"):
        assert len(row["reason"]) > 20
        assert BOOK.place(row["place"]).zone == row["zone"]


def test_no_address_of_a_registry_in_the_lock() -> None:
    text = Path(FOLDER / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in text and "http" not in text
    assert text.count('"integrity"') == 3
