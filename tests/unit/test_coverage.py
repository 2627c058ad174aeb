"""The coverage: one plain case a county, grouped; the map; the command."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dueprocess.cli.commands import app
from dueprocess.decide.coverage import (
    ADOPTED,
    REGIMES,
    County,
    as_table,
    coverage,
    jail_of,
    level,
    on_map,
)
from dueprocess.decide.packets import scene_of
from dueprocess.decide.stay import Setting
from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook
from dueprocess.law.adopting import AdoptionFile, adopt, binding, write_adoption
from dueprocess.places import load_places, vintage_of
from dueprocess.render.county_map import MapClass, county_map, shape_ids, shapes, vintages

BOOK, PLACES = load_lawbook(), load_places()
DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def rows() -> dict[str, County]:
    return {r.place.id: r for r in coverage(BOOK, as_of=DAY, known_at=DAY)}


def test_every_county_of_the_day_has_one_row(rows: dict[str, County]) -> None:
    assert list(rows) == [p.id for p in PLACES.counties(on=DAY)]
    assert all(r.regime in REGIMES for r in rows.values())


def test_known_counties(rows: dict[str, County]) -> None:
    assert rows["us/or/clackamas-county"].regime == "forbids"
    assert rows["us/or/clackamas-county"].state_law and "us/or/hb-3265" in rows["us/or/clackamas-county"].deciding
    assert rows["us/fl/alachua-county"].regime == "mandates"
    assert rows["us/al/autauga-county"].regime == "forbids_refusal"
    assert rows["us/wy/albany-county"].regime == "silent" and rows["us/wy/albany-county"].open_because == "law"


def test_a_shared_answer_is_that_of_each_county(rows: dict[str, County]) -> None:
    """A few counties of every regime, each asked by itself."""
    from dueprocess.decide import coverage as module

    of: dict[str, list[County]] = {}
    for row in rows.values():
        of.setdefault(row.regime, []).append(row)
    for found in of.values():
        for row in (found[0], found[len(found) // 2], found[-1]):
            scene_of(row.agency, facility=None, as_of=DAY, known_at=DAY, setting=Setting(BOOK))
            own = [a for a in BOOK.binding(row.agency, PLACES.sets(row.place)) if a.id in (*row.state_law, *row.local_law)]
            answer = module._ask(row.agency, as_of=DAY, known_at=DAY, setting=Setting(BOOK), norms=own)
            assert (answer.regime, answer.outcome, answer.open_because) == (row.regime, row.outcome, row.open_because), row.place.id


def test_before_the_first_form_nothing_is_asked() -> None:
    found = coverage(BOOK, as_of=date(1990, 1, 1), known_at=DAY)
    assert {r.regime for r in found} == {"no_form"}


def test_whose_jail_and_what_level() -> None:
    assert jail_of(BOOK, PLACES.place("us/nh/merrimack-county")) == "us/nh/merrimack-county/corrections"
    assert jail_of(BOOK, PLACES.place("us/or/clackamas-county")) == "us/or/clackamas-county/sheriff"
    assert [level(BOOK.authorities[i]) for i in ("us/four-tests", "us/fl/sb-168", "us/or/clackamas-county/miranda-olivares")] == ["federal", "state", "local"]


def test_totals_add_up(rows: dict[str, County]) -> None:
    table = as_table(BOOK, rows.values(), as_of=DAY, known_at=DAY)
    assert sum(table["totals"].values()) == len(rows) == sum(s["counties"] for s in table["states"])


# -- adoption -----------------------------------------------------------------------------------------------

JAIL, NEXT, THIRD = "us/or/clackamas-county/sheriff", "us/or/malheur-county/sheriff", "us/or/harney-county/sheriff"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Adoption files: all, part and none adopted, and one of an agency whose jail is not asked about."""
    home = tmp_path_factory.mktemp("adoptions")
    made = []
    for name, agency, chosen in (
        ("all", JAIL, lambda a: True),
        ("part", NEXT, lambda a: a.id == "us/or/hb-3265"),
        ("none", THIRD, lambda a: False),
        ("other", "us/ca/berkeley-city/police", lambda a: False),
    ):
        made.append(home / f"{name}.yaml")
        file = adopt(AdoptionFile(agency, {}), filter(chosen, binding(BOOK, agency)), by_role="counsel", on=DAY)
        write_adoption(made[-1], file)
    return made


_asked: dict[Any, tuple[County, ...]] = {}


@pytest.fixture(autouse=True)
def _each_question_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of this file ask two questions of three thousand counties, again and again."""
    from dueprocess.decide import coverage as module

    def once(book: Any, *, as_of: date, known_at: date, adoptions: Any = None) -> tuple[County, ...]:
        key = (book.version, as_of, known_at, frozenset((adoptions or {}).items()))
        if key not in _asked:
            _asked[key] = coverage(book, as_of=as_of, known_at=known_at, adoptions=adoptions)
        return _asked[key]

    monkeypatch.setattr(module, "coverage", once)


def command(files: list[Path], *more: str) -> str:
    arguments = ["law", "coverage", "--as-of", "2026-11-22", "--known-at", "2026-11-22", *more]
    result = CliRunner().invoke(app, arguments + [x for f in files for x in ("--adoption", str(f))])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_how_far_counsel_has_adopted(rows: dict[str, County], files: list[Path]) -> None:
    told = json.loads(command(files, "--json"))
    of = {c["agency"]: c for c in told["counties"]}
    assert [of[a]["adoption"] for a in (JAIL, NEXT, THIRD)] == ["all", "part", "none"]
    assert of[JAIL]["adopted"] == of[JAIL]["to_adopt"] > of[NEXT]["adopted"] == 1 and of[THIRD]["adopted"] == 0
    assert of["us/wy/albany-county/sheriff"]["adoption"] == "not_given" and of["us/wy/albany-county/sheriff"]["adopted"] is None
    assert [told["adoption"][k]["counties"] for k in ADOPTED] == [1, 1, 1, len(rows) - 3]
    assert told["adoptions_of_no_jail_here"] == ["us/ca/berkeley-city/police"]
    assert {k: n for s in told["states"] if s["place"] == "us/or" for k, n in s["adoption"].items()} == {"all": 1, "part": 1, "none": 1, "not_given": 33}
    # It changes no regime.
    assert {c["place"]: c["regime"] for c in told["counties"]} == {i: r.regime for i, r in rows.items()}


def test_without_a_file_nothing_is_said_to_be_adopted(rows: dict[str, County]) -> None:
    assert {(r.adoption, r.adopted) for r in rows.values()} == {("not_given", None)}
    assert all(r.to_adopt for r in rows.values())


def test_the_map_of_adoption(files: list[Path]) -> None:
    root = ET.fromstring(command(files, "--format", "svg", "--map", "adoption"))
    tips = {t.text for t in root.iter("{http://www.w3.org/2000/svg}title")}
    assert any(t and t.startswith("Clackamas County, OR: All adopted (") for t in tips)
    assert any(t and t.startswith("Harney County, OR: None adopted (0 of ") for t in tips)
    page = command(files, "--format", "html")
    ids = re.findall(r' id="([^"]+)"', page)
    assert page.count('role="img"') == 2 and len(ids) == len(set(ids))
    assert {i for i in re.findall(r"url\(#([^)]+)\)", page)} <= set(ids)
    assert "The adoption of us/ca/berkeley-city/police is of no jail asked about here" in page


def test_bad_adoption_files(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("adopted: []\n")
    for more, told in (
        (["--adoption", str(files[0]), "--adoption", str(files[0])], f"a second adoption of [{JAIL}]"),
        (["--adoption", str(tmp_path / "a.yaml")], "[agency] is missing"),
        (["--map", "adoption", "--format", "svg"], "add --format svg and --adoption FILE"),
    ):
        result = CliRunner().invoke(app, ["law", "coverage", *more])
        assert isinstance(result.exception, InputError) and told in str(result.exception)


@pytest.mark.parametrize("vintage", vintages())
def test_shapes(vintage: str) -> None:
    found = shapes(vintage)
    assert len(found["counties"]) > 3100
    codes = {p.fips for p in PLACES.counties()}
    assert set(found["counties"]) <= codes
    used = {i if i >= 0 else ~i for c in found["counties"].values() for p in c for r in p for i in r}
    assert used == set(range(len(found["lines"])))
    for polygons in found["counties"].values():
        for ring in (r for p in polygons for r in p):
            ends = [(found["lines"][i] if i >= 0 else found["lines"][~i], i >= 0) for i in ring]
            points = [((ln[0], ln[1]), (sum(ln[0::2]), sum(ln[1::2]))) for ln, _ in ends]
            chain = [p if forward else p[::-1] for p, (_, forward) in zip(points, ends, strict=True)]
            assert all(chain[k - 1][1] == chain[k][0] for k in range(len(chain)))


def test_the_vintage_fits_the_day() -> None:
    assert vintage_of(date(2022, 6, 5)) == "2017" and vintage_of(date(2022, 6, 6)) == "2023"


def test_every_shape_is_drawn(rows: dict[str, County]) -> None:
    ids = shape_ids("2023")
    of, names = on_map(rows.values(), ids, as_of=DAY)
    assert set(of) == set(ids) == set(names)
    assert names["41005"] == "Clackamas County, OR: Forbids the hold"


def test_the_map_is_whole_svg_and_escapes() -> None:
    classes = [MapClass("a", "blue", "A & <b>"), MapClass("b", "red", "B")]
    text = county_map("2023", classes, of={"41005": "a"}, names={"41005": '<x onload="y">'}, title="T <t>", description="D")
    root = ET.fromstring(text)
    assert root[0].tag.endswith("title") and root[0].text == "T <t>" and root[1].tag.endswith("desc")
    assert "<x" not in text and text == county_map("2023", classes, of={"41005": "a"}, names={"41005": '<x onload="y">'}, title="T <t>", description="D")
    assert len(root.findall(".//{*}path")) > 3100


@pytest.mark.parametrize("form", ["text", "json", "csv", "html", "svg"])
def test_the_command(form: str) -> None:
    arguments = ["law", "coverage", "--as-of", "2026-11-22", "--known-at", "2026-11-22", "--format", form]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    if form == "html":  # it holds all of them
        _asked.clear()
        assert CliRunner().invoke(app, arguments).stdout == result.stdout
    match form:
        case "json":
            assert json.loads(result.stdout)["format"] == "dueprocess-coverage-1"
        case "csv":
            assert len(list(csv.DictReader(io.StringIO(result.stdout)))) > 3100
        case "svg":
            ET.fromstring(result.stdout)
        case "html":
            assert "<script" not in result.stdout and 'role="img"' in result.stdout and " style=" not in result.stdout
        case _:
            assert "Oregon" in result.stdout
