"""The map: what is painted agrees with the views of the day, and the page holds nothing that could run or call out."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import date
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from dueprocess.registry import Actor, Claim, Registry, Source, load_registry
from dueprocess.registry.views import counties, words
from dueprocess.registry.views.mapping import FIRST, map_data, map_html, map_svg

KNOWN = date(2026, 11, 22)
DAYS = (date(2013, 1, 1), date(2014, 7, 20), date(2017, 3, 24), date(2022, 6, 6), KNOWN)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


@pytest.fixture(scope="module")
def page(registry: Registry) -> str:
    return map_html(registry, as_of=date(2014, 7, 20), known_at=KNOWN)


def made_up(note: str = "", *, url: str = "", title: str = "A made-up paper") -> Registry:
    actor = Actor("us/or/clackamas-county/sheriff", "agency", "Clackamas County, sheriff", "us/or/clackamas-county", "OR", "41005", "sheriff", True)
    source = Source("src-made-up", title, "Made-up publisher", "2014-04-17", "given", url, "", "", "page", "made up")
    claim = Claim("made-up-1", actor.id, "policy", "declines_all", source.id, "agency", "own", effective="2014-04-17", source_date="2014-04-17", note=note)
    return Registry([actor], [source], [claim], [])


@pytest.mark.parametrize("day", DAYS)
def test_the_spans_are_the_views_of_each_day(registry: Registry, day: date) -> None:
    spans = counties.on_day(counties.county_spans(registry, known_at=KNOWN), day)
    wanted = {p.fips: (counties.class_of(p), counties.marks_of(p)) for p in registry.place_views(as_of=day, known_at=KNOWN).values() if len(p.fips) == 5 and p.place.count("/") == 2}
    assert {f: (s.kind, s.marks) for f, s in spans.items()} == wanted


@pytest.mark.parametrize("day", DAYS)
def test_the_rows_say_what_the_views_say(registry: Registry, day: date) -> None:
    data = map_data(registry, known_at=KNOWN)
    views = registry.views(as_of=day, known_at=KNOWN)
    at = (day - FIRST).days
    seen = set()
    for row in data["rows"]:
        spans = [s for s in row["spans"] if s[0] <= at]
        if not spans or not spans[-1][1]:
            continue
        seen.add(row["id"])
        view = views[row["id"]]
        assert data["texts"][spans[-1][2]] == words.position_words(view)
        assert data["texts"][spans[-1][3]] == words.doubt_words(view)
        assert spans[-1][4] == (None if view.confirmed_on is None else (view.confirmed_on - FIRST).days)
    assert {i for i, v in views.items() if v.position != "unknown"} <= seen


def test_unknown_is_painted_unknown() -> None:
    reg = made_up()
    data = map_data(reg, known_at=KNOWN)
    assert list(data["counties"]) == ["41005"]
    assert counties.on_day(counties.county_spans(reg, known_at=KNOWN), date(2014, 4, 16)) == {}
    assert counties.on_day(counties.county_spans(reg, known_at=KNOWN), date(2014, 4, 17))["41005"].kind == "declines"
    html = map_html(reg, as_of=date(2014, 4, 17), known_at=KNOWN)
    assert re.search(r'id="c41005" class="k4"', html) and re.search(r'id="c41051" class="k10"', html)


def test_a_claim_known_later_is_not_shown_before_it_was_known() -> None:
    assert map_data(made_up(), known_at=date(2014, 4, 16))["counties"] == {}


def test_the_shapes_are_those_of_the_day() -> None:
    before = map_html(made_up(), as_of=date(2022, 6, 5), known_at=KNOWN)
    after = map_html(made_up(), as_of=date(2022, 6, 6), known_at=KNOWN)
    assert 'id="c09001" class="k10"' in before and 'id="c09110" class="k10 out"' in before
    assert 'id="c09001" class="k10 out"' in after and 'id="c09110" class="k10"' in after


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_is_one_file_that_calls_nothing(page: str) -> None:
    reader = Reader()
    reader.feed(page)
    assert len(page.encode()) < 2_000_000
    for tag, attrs in reader.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed")
        assert not {"src", "style", "action", "srcset"} & set(attrs) and not any(a.startswith("on") for a in attrs)
        assert tag != "a" or (attrs["href"] or "").startswith(("https://", "http://", "#"))
    for control in ("slider", "date", "state", "show"):
        assert any(t == "label" and a.get("for") == control for t, a in reader.tags)
    ids = [a["id"] for _, a in reader.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert "default-src 'none'" in page


def test_without_a_script_it_is_the_map_and_table_of_the_day(registry: Registry, page: str) -> None:
    rows = re.findall(r"<tr><td>.*?</tr>", page)
    data = map_data(registry, known_at=KNOWN)
    at = (date(2014, 7, 20) - FIRST).days
    assert len(rows) == sum(1 for r in data["rows"] if (s := [s for s in r["spans"] if s[0] <= at]) and s[-1][1])
    assert any("Clackamas County, sheriff" in r and "2014-" in r for r in rows)
    assert 'id="controls" hidden' in page and 'id="filters" hidden' in page


def test_counties_with_only_an_agreement_stand_in_words(registry: Registry) -> None:
    html = map_html(registry, as_of=KNOWN, known_at=KNOWN)
    spans = counties.on_day(counties.county_spans(registry, known_at=KNOWN), KNOWN)
    names = counties.county_names()
    listed = html.split('<div id="only">')[1].split("</div>")[0]
    found = {f"{name}, {state}" for state, line in re.findall(r"<strong>(..)</strong>: (.*?)</p>", listed) for name in unescape(line).split("; ")}
    shown = set(re.findall(r'id="c(\d{5})" class="k9"', html))
    assert shown and shown == {f for f, s in spans.items() if s.kind == "agreement" and f'id="c{f}"' in html}
    assert found == {names[f][0] for f in shown}


def test_nothing_in_a_source_becomes_markup() -> None:
    html = map_html(made_up(url="javascript:alert(1)", title="</script><script>alert(1)</script><b>"), as_of=KNOWN, known_at=KNOWN)
    assert html.count("</script>") == 2 and "<b>" not in html and "javascript:alert" not in html


def test_the_embedded_data_are_the_data(registry: Registry, page: str) -> None:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert found
    data = json.loads(found[1])
    assert len(data["rows"]) == len(map_data(registry, known_at=KNOWN)["rows"])


def test_same_input_same_bytes(registry: Registry, page: str) -> None:
    assert map_html(registry, as_of=date(2014, 7, 20), known_at=KNOWN) == page


def test_the_map_for_print_says_what_the_page_says(registry: Registry, page: str) -> None:
    svg = map_svg(registry, as_of=date(2014, 7, 20), known_at=KNOWN)
    root = ElementTree.fromstring(svg)
    texts = " ".join(e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text"))
    for index, item in enumerate(counties.CLASSES):
        found = re.search(rf'data-count="{index}">([\d,]+)<', page)
        assert found and f"{item.label} ({found[1]})" in texts
    assert "Contested" in texts


def test_every_outline_can_be_drawn(page: str) -> None:
    """A ring of no steps would be an error in the path, and hide what follows in it."""
    paths = re.findall(r'id="c\d{5}" class="[^"]*" d="([^"]*)"', page)
    assert len(paths) > 3100
    assert all(re.fullmatch(r"(M-?\d+ -?\d+l-?\d[-\d ]*z)+", p) for p in paths)


def test_positions_and_patterns_are_told_apart() -> None:
    styles = [c.style for c in counties.CLASSES]
    assert len(set(styles)) == len(styles)
    assert set(words.POSITIONS) - {"unknown"} == set(counties.OF_POSITION)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_script_is_a_program() -> None:
    from dueprocess.render import registry as pages

    subprocess.run(["node", "--check", str(pages._FOLDER / "registry.js")], check=True)
