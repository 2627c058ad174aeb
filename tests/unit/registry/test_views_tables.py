"""Time line, curve, disagreements, release: the numbers agree with the registry, the release with its codebook."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook
from dueprocess.registry import Actor, Claim, Registry, Source, disagreements, load_registry
from dueprocess.registry.views import codebook, curve, disagree, release, timeline

KNOWN = date(2026, 11, 22)
MONTGOMERY = "us/ia/montgomery-county/sheriff"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def test_a_time_line_has_both_sides_and_every_claim(registry: Registry) -> None:
    svg = timeline.timeline_svg(registry, MONTGOMERY, known_at=KNOWN)
    words = " ".join(e.text or "" for e in ElementTree.fromstring(svg).iter() if e.text)
    for lane in timeline.LANES.values():
        assert lane in words
    html = timeline.timeline_html(registry, MONTGOMERY, known_at=KNOWN)
    claims = registry.of(MONTGOMERY)
    assert len(claims) == 3 and "the agency itself" in html and "denied by claim 2" in html
    for claim in claims:
        assert registry.sources[claim.source].title.replace("'", "&#39;") in html


def test_a_time_line_knows_only_what_was_known(registry: Registry) -> None:
    html = timeline.timeline_html(registry, MONTGOMERY, known_at=date(2016, 1, 1))
    assert "wants a court order" in html and "holds on every detainer" not in html.split("Over time")[1]


def test_a_denial_that_came_later_is_not_told_before() -> None:
    """A list of 2014 that the agency denies in 2017 stands undenied by what was known in 2016."""
    actor = Actor("us/ia/montgomery-county/sheriff", "agency", "Montgomery County, sheriff", "us/ia/montgomery-county", "IA", "19137", "sheriff", True)
    source = Source("src", "A made-up page", "", "2014", "", "", "", "", "page", "")
    listed = Claim("listed", actor.id, "policy", "declines_all", "src", "A list", "list", source_date="2014-08-18")
    denial = Claim("denial", actor.id, "policy", "honors_all", "src", "agency", "own", source_date="2017-03-23", disputes=("listed",))
    made = Registry([actor], [source], [listed, denial], [])
    before, after = (timeline.timeline_html(made, actor.id, known_at=date(year, 1, 1)) for year in (2016, 2018))
    assert "denied by" not in before.split("Over time")[1] and "denied by claim 2" in after


def test_a_state_alone_and_who_denied(registry: Registry) -> None:
    rows = disagree.disagreement_rows(registry, as_of=date(2017, 3, 24), known_at=KNOWN, state="NY")
    assert rows and {r["state"] for r in rows} == {"NY"}
    franklin = next(r for r in rows if r["actor"] == "us/ny/franklin-county/sheriff")
    assert franklin["kind_in_words"].startswith("denied by the agency itself, 2017-03 (claim ny-franklin")


def test_every_actor_can_be_drawn(registry: Registry) -> None:
    for actor in sorted(registry.actors)[::97]:
        ElementTree.fromstring(timeline.timeline_svg(registry, actor, known_at=KNOWN))


def test_an_unknown_actor_is_refused(registry: Registry) -> None:
    with pytest.raises(InputError):
        timeline.timeline_html(registry, "us/or/nowhere/sheriff", known_at=KNOWN)


@pytest.mark.parametrize("day", [date(2014, 7, 20), date(2017, 3, 24), KNOWN])
def test_the_curve_counts_the_views_of_the_day(registry: Registry, day: date) -> None:
    wanted: Counter[str] = Counter()
    for id, view in registry.views(as_of=day, known_at=KNOWN).items():
        actor = registry.actors[id]
        if actor.kind == "agency" and view.side in ("limits", "holds"):
            firm = view.certain and not view.contested
            wanted[f"states_{view.side}" if actor.role == "state" else view.side if firm else f"{view.side}_unsure_or_contested"] += 1
    rows = curve.curve_rows(registry, as_of=KNOWN, known_at=KNOWN)
    last = [r for r in rows if r["day"] <= day.isoformat()][-1]
    assert {c: last[c] for c in curve.COLUMNS[1:]} == {c: wanted[c] for c in curve.COLUMNS[1:]}
    assert [r["day"] for r in rows] == sorted({r["day"] for r in rows})


def test_the_curve_is_drawn_to_both_sides(registry: Registry) -> None:
    svg = curve.curve_svg_of(registry, as_of=KNOWN, known_at=KNOWN)
    ElementTree.fromstring(svg)
    assert curve.LIMITS in svg and curve.HOLDS in svg and curve.LOOSE in svg
    assert curve.curve_csv(registry, as_of=KNOWN, known_at=KNOWN).splitlines()[0] == ",".join((*curve.COLUMNS, *curve.LAW_COLUMNS))
    assert "2014-12-31" in curve.curve_html(registry, as_of=KNOWN, known_at=KNOWN)


def test_the_states_law_stands_under_the_curve() -> None:
    rows = {r["day"]: r for r in curve.law_rows(load_lawbook(), as_of=KNOWN, known_at=KNOWN)}

    def on(day: str) -> dict[str, str]:
        return next(r["states"] for d, r in sorted(rows.items(), reverse=True) if d <= day)

    assert on("2017-08-31").get("us/tx") is None and on("2017-09-01")["us/tx"] == "require"
    assert on("2013-12-31").get("us/ca") is None and on("2014-01-01")["us/ca"] == "forbid"
    # A mandate that has exceptions is a mandate.
    assert on("2024-07-01")["us/ga"] == "require"
    assert all(r[curve.LAW_COLUMNS[1]] == sum(v == "require" for v in r["states"].values()) for r in rows.values())
    # What was not known on a day is not told of it.
    assert "us/tx" not in curve.law_rows(load_lawbook(), as_of=KNOWN, known_at=date(2016, 1, 1))[-1]["states"]


def test_the_curve_of_nothing() -> None:
    empty = Registry([], [], [], [])
    assert curve.curve_rows(empty, as_of=KNOWN, known_at=KNOWN) == [{"day": "2008-01-01", **dict.fromkeys(curve.COLUMNS[1:], 0)}]
    ElementTree.fromstring(curve.curve_svg_of(empty, as_of=KNOWN, known_at=KNOWN))


def test_the_table_of_disagreements_holds_each(registry: Registry) -> None:
    day = date(2017, 3, 24)
    rows = list(csv.DictReader(io.StringIO(disagree.disagreements_csv(registry, as_of=day, known_at=KNOWN))))
    assert [(r["actor"], r["other_claim"]) for r in rows] == [(d.actor, d.loser) for d in disagreements(registry, as_of=day, known_at=KNOWN)]
    montgomery = [r for r in rows if r["actor"] == MONTGOMERY]
    assert montgomery and all(r["position"] == "honors_all" and r["kind"] == "denied" for r in montgomery)
    assert "Montgomery County, sheriff" in disagree.disagreements_html(registry, as_of=day, known_at=KNOWN)


@pytest.fixture(scope="module")
def made(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("release") / "one"
    release.write_release(registry, out, as_of=KNOWN, known_at=KNOWN)
    return out


def test_the_same_release_is_the_same_bytes(registry: Registry, made: Path) -> None:
    again = made.with_name("two")
    release.write_release(registry, again, as_of=KNOWN, known_at=KNOWN)
    assert {p.name: p.read_bytes() for p in made.iterdir()} == {p.name: p.read_bytes() for p in again.iterdir()}
    release.write_release(registry, again, as_of=KNOWN, known_at=KNOWN)  # an earlier release may be replaced


def test_the_codebook_explains_every_column_and_value(made: Path) -> None:
    book = {(r["table"], r["column"], r["value"]) for r in csv.DictReader((made / "codebook.csv").open(encoding="utf-8"))}
    for table in codebook.TABLES:
        rows = list(csv.DictReader((made / f"{table}.csv").open(encoding="utf-8")))
        assert rows and (table, "", "") in book
        for column in rows[0]:
            assert (table, column, "") in book, f"{table}.{column}"
            if (table, column) in codebook.VALUES:
                used = {v for r in rows for v in r[column].split(";") if v}
                assert {(table, column, v) for v in used} <= book, f"{table}.{column}: {used}"


def test_csv_parquet_and_json_say_the_same(made: Path) -> None:
    import pyarrow.parquet as pq

    told = json.loads((made / "registry.json").read_text(encoding="utf-8"))
    for table in codebook.TABLES:
        rows = list(csv.DictReader((made / f"{table}.csv").open(encoding="utf-8")))
        assert rows == told["tables"][table] == pq.read_table(made / f"{table}.parquet").to_pylist()
        assert told["rows"][table] == len(rows)


def test_a_release_has_the_counts_beside_the_published_ones(made: Path) -> None:
    rows = list(csv.DictReader((made / "comparisons.csv").open(encoding="utf-8")))
    colorado = next(r for r in rows if r["definition"] == "colorado-64")
    assert (colorado["ours"], colorado["value"], colorado["difference"], colorado["list_only"]) == ("63", "64", "-1", "us/co/broomfield-county/police")
    assert next(r for r in rows if r["definition"] == "dhs-2025")["count"] == ""  # nothing published stands beside it here


def test_a_release_says_of_each_row_that_was_matched_what_became_of_it(made: Path) -> None:
    rows = list(csv.DictReader((made / "matching.csv").open(encoding="utf-8")))
    actors = {r["id"] for r in csv.DictReader((made / "actors.csv").open(encoding="utf-8"))}
    assert {r["actor"] for r in rows if r["result"] == "matched"} <= actors
    lawrence = next(r for r in rows if r["county"] == "Lawrence" and r["state"] == "KS")
    assert (lawrence["result"], lawrence["actor"], lawrence["reason"]) == ("refused", "", "[Lawrence, KS] is no county of the state")
    assert all(r["reason"] or r["confirmed_by"] for r in rows)


def test_the_sums_and_the_version(made: Path) -> None:
    lines = (made / release.SUMS).read_text(encoding="utf-8").splitlines()
    assert {x.split("  ")[1] for x in lines} == {p.name for p in made.iterdir()} - {release.SUMS}
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((made / name).read_bytes()).hexdigest() == digest
    version = json.loads((made / "registry.json").read_text(encoding="utf-8"))["version"]
    assert version in (made / "CITATION.cff").read_text(encoding="utf-8") and version in (made / "README.md").read_text(encoding="utf-8")


def test_a_release_of_an_earlier_knowledge_holds_no_later_claim(registry: Registry) -> None:
    tables = release.release_tables(registry, as_of=date(2014, 12, 31), known_at=date(2014, 12, 31))
    dates = [c["source_date"] for c in tables["claims"]]
    assert dates and max(dates) <= "2014-12-31"
    assert {c["actor"] for c in tables["claims"]} == {a["id"] for a in tables["actors"]}
    sources = {s["id"] for s in tables["sources"]}
    assert all(s in sources for c in tables["claims"] + tables["counts"] for s in c["source"].split(";"))


def test_another_folder_is_not_overwritten(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError):
        release.write_release(registry, tmp_path, as_of=KNOWN, known_at=KNOWN)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
