"""Matching in tiers, importers that fail loudly, a researcher's own sheet, and importing twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dueprocess.kernel.errors import InputError
from dueprocess.places import load_places
from dueprocess.registry import ActorMatcher, ImportRefused, Printed, load_registry
from dueprocess.registry.importers import Importer
from dueprocess.registry.matching import ByHand
from dueprocess.registry.sheet import import_sheet, read_map
from dueprocess.registry.store import texts_of

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "data" / "registry"


@pytest.fixture(scope="module")
def matcher() -> ActorMatcher:
    return ActorMatcher(load_places())


@pytest.mark.parametrize(
    ("row", "tier", "actor"),
    [
        (Printed("IA", "Montgomery County Sheriff's Office", "sheriff", "Montgomery", "", "19137"), "exact", "us/ia/montgomery-county/sheriff"),
        (Printed("GA", "De Kalb County Jail", "", "De Kalb"), "normalized", "us/ga/dekalb-county/corrections"),
        (Printed("LA", "Orleans Parish Sheriff's Office", "sheriff", "Orleans"), "exact", "us/la/orleans-parish/sheriff"),
        (Printed("CA", "Berkeley Police Department", "police", "", "Berkeley"), "exact", "us/ca/berkeley-city/police"),
        (Printed("PA", "Philadelphia", "city", "", "Philadelphia"), "normalized", "us/pa/philadelphia-county/city"),
        (Printed("CA", "Arcata", "city", "", "Arcata"), "printed", "us/ca/arcata-city/city"),
        (Printed("MD", "Baltimore County", "county", "Baltimore County", "", "24005"), "exact", "us/md/baltimore-county/county"),
    ],
)
def test_tiers(matcher: ActorMatcher, row: Printed, tier: str, actor: str) -> None:
    found = matcher.match(row)
    assert found.actor is not None, found
    assert (found.result, found.tier, found.actor.id) == ("matched", tier, actor)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (Printed("", "Franklin County Sheriff's Office", "sheriff", "Franklin"), "by a name alone"),
        (Printed("IA", "Franklin County Sheriff", "sheriff", "Franklin", "", "19137"), "the code"),
        (Printed("IA", "Franklin County Sheriff", "sheriff", "Montgomery", "", "19137"), "the name gives"),
        (Printed("KS", "Lawrence", "county", "Lawrence"), "no county of the state"),
        (Printed("KS", "Douglas County", "city", "", "Douglas County"), "printed as a city"),
        (Printed("IA", "Franklin County", "county", "", "", "39049"), "no county of"),
        (Printed("OR", "Department of Fish", "", ""), "no kind of agency"),
        (Printed("ZZ", "Franklin County", "county", "Franklin"), "."),
    ],
)
def test_refusals_have_reasons(matcher: ActorMatcher, row: Printed, reason: str) -> None:
    import re

    found = matcher.match(row)
    assert found.actor is None and found.result == "refused"
    assert re.search(reason, found.reason), found.reason


def test_a_near_name_is_proposed_and_not_merged(matcher: ActorMatcher) -> None:
    found = matcher.match(Printed("OR", "Clakamas County Sheriff", "sheriff", "Clakamas"))
    assert (found.result, found.tier, found.actor) == ("proposed", "fuzzy", None)
    assert found.proposals == ("us/or/clackamas-county",)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name in ("source", "hand"):
        shutil.copytree(DATA / name, tmp_path / name)
    return tmp_path


def importer(sources: Path, **before: int) -> Importer:
    return Importer(load_places(), source=sources / "source", hand=sources / "hand", agreements=ROOT / "data" / "agreements", before={k.replace("_", "-"): v for k, v in before.items()})


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_source_that_shrinks_is_refused(sources: Path) -> None:
    path = sources / "source" / "doj_sanctuary_list_2025-08-05.csv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").split("\n")[:-2]) + "\n", encoding="utf-8")
    with pytest.raises(ImportRefused, match=r"doj_sanctuary.*34 rows, where 35"):
        importer(sources).doj()


def test_a_source_that_grew_may_not_shrink_back(sources: Path) -> None:
    with pytest.raises(ImportRefused, match="35 rows, where 36"):
        importer(sources, doj_2025=36).doj()


@pytest.mark.parametrize(
    ("file", "old", "new", "step", "message"),
    [
        ("policy_claims.csv", ",declines_all,", ",declines_some,", "policy_claims", r"policy_claims.csv:\d+: \[declines_some\] is no value of position"),
        ("policy_claims.csv", "claim_id,", "claim,", "policy_claims", "other columns"),
        ("policy_claims.csv", ",19137,", ",19069,", "policy_claims", r"1 row matches no actor, where 0.*the code \[19069\]"),
        ("policy_claims.csv", "2014-08-18,,,ACLU of Iowa", "2014-18-08,,,ACLU of Iowa", "policy_claims", r"\[2014-18-08\] is no date"),
        ("count_claims.csv", ",counties,", ",parishes,", "count_claims", r"\[parishes\] is no value of unit"),
        ("dhs_sanctuary_list_2025-05-29.csv", "Alameda County,06001", "Almeda County,", "dhs", "3 rows match no actor, where 2"),
        ("doj_sanctuary_list_2025-08-05.csv", "city,Albuquerque", "county,Albuquerque", "doj", "13 states, 4 counties and 18 cities"),
        ("ice_ddor_2017_section1_partial.csv", ",51,", ",51,extra,", "ddor1", "too many or too few cells"),
    ],
)
def test_importers_fail_loudly(sources: Path, file: str, old: str, new: str, step: str, message: str) -> None:
    edit(sources / "source" / file, old, new)
    with pytest.raises(ImportRefused, match=message):
        getattr(importer(sources), step)()


def test_tables_by_hand_are_checked_too(sources: Path) -> None:
    edit(sources / "hand" / "denials.csv", "doj25-md-baltimore-county", "doj25-md-baltimore")
    with pytest.raises(ImportRefused, match=r"\[doj25-md-baltimore\] is no claim"):
        importer(sources).run()


MAP = ROOT / "docs" / "examples" / "made-up-agencies.yaml"
SHEET = ROOT / "docs" / "examples" / "made-up-agencies.csv"


def test_a_sheet_of_ones_own_and_importing_it_twice(tmp_path: Path) -> None:
    own = tmp_path / "mine"
    batch, changed = import_sheet(SHEET, map=MAP, registry=own, places=load_places())
    assert sorted(c.actor for c in batch.claims.values()) == ["us/co/bent-county/sheriff", "us/or/clackamas-county/sheriff"]
    assert "claims.csv" in changed and (own / "matching.csv").exists()
    before = {p.name: p.read_bytes() for p in own.iterdir()}
    assert import_sheet(SHEET, map=MAP, registry=own, places=load_places())[1] == ()
    assert {p.name: p.read_bytes() for p in own.iterdir()} == before
    laid_over = load_registry(own)
    assert len(laid_over.claims) == len(load_registry().claims) + 2
    assert set(texts_of(batch)) == set(before)


def test_a_new_order_of_the_rows_changes_no_id(tmp_path: Path) -> None:
    head, *rows = SHEET.read_text(encoding="utf-8").splitlines()
    turned = tmp_path / "turned.csv"
    turned.write_text("\n".join([head, *rows[::-1]]) + "\n", encoding="utf-8")
    first, _ = import_sheet(SHEET, map=MAP, registry=tmp_path / "a", places=load_places())
    second, _ = import_sheet(turned, map=MAP, registry=tmp_path / "b", places=load_places())
    assert set(first.claims) == set(second.claims)


@pytest.mark.parametrize(("key", "month"), [("", "05"), ("day_first: true\n", "03")])
def test_whether_the_day_comes_first_is_the_maps_to_say(tmp_path: Path, key: str, month: str) -> None:
    sheet, map_ = tmp_path / "sheet.csv", tmp_path / "map.yaml"
    shutil.copy(SHEET, sheet)
    edit(sheet, "2015-03-02", "5/3/2015")
    map_.write_text(MAP.read_text(encoding="utf-8") + key, encoding="utf-8")
    batch, _ = import_sheet(sheet, map=map_, registry=tmp_path / "mine", places=load_places())
    assert f"2015-{month}-0{8 - int(month)}" in {source.date for source in batch.sources.values()}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Holds for everybody", "Holds for some", r":3: \[Holds for some\] is no position"),
        ("Bent,", "Bend,", r"1 row matches no actor, .*row 3 .*Bend"),
        (",CO,", ",,", "1 row matches no actor.*by a name alone"),
        ("2015-03-02", "spring 2015", r"\[spring 2015\] is no date"),
        ("Link", "Links", r"\[Link\] is no column"),
    ],
)
def test_a_sheet_that_does_not_fit_writes_nothing(tmp_path: Path, old: str, new: str, message: str) -> None:
    sheet = tmp_path / "sheet.csv"
    shutil.copy(SHEET, sheet)
    edit(sheet, old, new)
    with pytest.raises(ImportRefused, match=message):
        import_sheet(sheet, map=MAP, registry=tmp_path / "mine", places=load_places())
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("name", "fips", "actor"),
    [
        ("Richmond Sheriff", "", ""),
        ("Richmond City Sheriff", "", "us/va/richmond-city/sheriff"),
        ("Richmond County Sheriff's Office", "", "us/va/richmond-county/sheriff"),
        ("Richmond Sheriff", "51760", "us/va/richmond-city/sheriff"),
    ],
)
def test_a_county_and_a_city_of_one_name_are_not_guessed(matcher: ActorMatcher, name: str, fips: str, actor: str) -> None:
    found = matcher.match(Printed("VA", name, "sheriff", "Richmond", "", fips))
    assert (found.actor.id if found.actor else "") == actor
    if not actor:
        assert found.result == "proposed" and found.proposals == ("us/va/richmond-city/sheriff", "us/va/richmond-county/sheriff")


def test_a_bare_name_settled_by_hand_does_not_reach_other_counties() -> None:
    matcher = ActorMatcher(load_places(), [ByHand("OR", "Sheriff", "us/or/lincoln-county/sheriff", "agency", "", (), "a slip of the pen")])
    assert matcher.match(Printed("OR", "Sheriff", "sheriff", "Lincon")).tier == "alias"
    other = matcher.match(Printed("OR", "Sheriff", "sheriff", "Lane"))
    assert other.result == "refused" and "us/or/lane-county" in other.reason


OWN = """\
Agency,State,County,What they do,Since,Who says,Seen on,Link,Denies
Clackamas Co. Sheriff,OR,Clackamas,Holds for everybody,,a letter,"April 16, 2014",,
Clackamas County Sheriff's Office,OR,Clackamas County,Holds for everybody,,a letter,2014-04-16,,
Clackamas County Sheriff's Office,OR,Clackamas,No holds without a judge,,a letter,4/16/2014,,
Franklin County Sheriff,IA,Franklin,Holds for everybody,,agency,Aug. 2017,,ia-franklin-county-sheriff-s-office-dmr17
"""


def own_sheet(tmp_path: Path, text: str = OWN) -> tuple[Path, Path]:
    sheet, map = tmp_path / "own.csv", tmp_path / "own.yaml"
    sheet.write_text(text, encoding="utf-8")
    map.write_text(MAP.read_text(encoding="utf-8").replace("source_url: Link", "source_url: Link, disputes: Denies"), encoding="utf-8")
    return sheet, map


def test_two_spellings_are_one_claim_and_contradictions_are_told(tmp_path: Path) -> None:
    sheet, map = own_sheet(tmp_path)
    batch, _ = import_sheet(sheet, map=map, registry=tmp_path / "mine", places=load_places())
    assert [c.position for c in batch.claims.values()] == ["honors_all", "requires_judicial_warrant", "honors_all"]
    assert {c.source_date for c in batch.claims.values()} == {"2014-04-16", "2017-08"}
    assert [r.split(":")[0] for r in batch.remarks] == ["row 3 says what row 2 says", "rows 2 and 4 contradict each other"]


def test_an_agencys_denial_in_a_sheet_counts(tmp_path: Path) -> None:
    sheet, map = own_sheet(tmp_path)
    import_sheet(sheet, map=map, registry=tmp_path / "mine", places=load_places())
    listed = "ia-franklin-county-sheriff-s-office-dmr17"
    assert any(id.startswith("made-up--ia-franklin") for _, id in load_registry(tmp_path / "mine").denials[listed])
    (tmp_path / "own.csv").write_text(OWN.replace("office-dmr17", "office-dmr18"), encoding="utf-8")
    with pytest.raises(ImportRefused, match=r"office-dmr18\] is no claim that it can deny.*did you mean"):
        import_sheet(sheet, map=map, registry=tmp_path / "other", places=load_places())


def test_all_rows_that_are_wrong_are_told_at_once(tmp_path: Path) -> None:
    sheet, map = own_sheet(tmp_path, OWN.replace("Aug. 2017", "summer 2017").replace("No holds without a judge", "Depends"))
    with pytest.raises(ImportRefused, match=r":4: \[Depends\] is no position; also own.csv:5: \[summer 2017\] is no date"):
        import_sheet(sheet, map=map, registry=tmp_path / "mine", places=load_places())


def test_a_sheet_that_shrinks_is_refused(tmp_path: Path) -> None:
    sheet, map = tmp_path / "sheet.csv", tmp_path / "map.yaml"
    shutil.copy(SHEET, sheet)
    map.write_text(MAP.read_text(encoding="utf-8").replace("rows: 2", "rows: 0"), encoding="utf-8")
    import_sheet(sheet, map=map, registry=tmp_path / "mine", places=load_places())
    sheet.write_text("\n".join(sheet.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")
    with pytest.raises(ImportRefused, match="1 rows, where 2 were read before"):
        import_sheet(sheet, map=map, registry=tmp_path / "mine", places=load_places())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("columns: {state: S}", "no name"),
        ("name: x\ncolums: {state: S}", r"\[colums\].*columns"),
        ("name: x\ncolumns: {stat: S}", r"\[stat\].*state"),
        ("name: x\ncolumns: {state: S, agency: A, position: P}", "nothing says the source_date"),
        ("name: x\ncolumns: {state: S, agency: A, position: P, source_date: D}\nvalues: {position: {no: declines}}", r"\[declines\] is no position"),
        ("name: x\ncolumns: {state: S, agency: A, position: P, source_date: D}\nrows: many", "no number of rows"),
        ("- a", "no mapping"),
    ],
)
def test_maps_that_cannot_be_meant(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_map(path)
