"""The lawbook as pages: links, policy, escaping, the same bytes."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import posixpath
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.testing import CliRunner

from dueprocess.cli.commands import app
from dueprocess.cli.covering import _earlier
from dueprocess.law import Norm, link, load_lawbook
from dueprocess.law.export import _Site, defeats, site_of
from dueprocess.law.plain import plain
from dueprocess.places import load_places
from dueprocess.render.site import site_pages

BOOK = load_lawbook()
DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return dict(site_pages(site_of(BOOK, as_of=DAY, known_at=DAY)))


def test_one_page_an_authority_and_none_for_an_agreement(pages: dict[str, str]) -> None:
    laws = {p.removeprefix("law/").removesuffix(".html") for p in pages if p.startswith("law/")}
    assert laws == {a.id for a in BOOK.authorities.values() if a.kind != "agreement"}
    states = [p.id for p in load_places() if p.kind in ("state", "territory")]
    assert {f"place/{s}.html" for s in states} <= set(pages)
    assert "287(g) agreement, Charleston County" in pages["place/us/sc/charleston-county.html"]


def test_every_link_leads_somewhere(pages: dict[str, str]) -> None:
    seen = 0
    for here, text in pages.items():
        for target in re.findall(r'href="([^"]+)"', text):
            if target.startswith(("https://", "http://")) or target == "#main":
                continue
            seen += 1
            assert posixpath.normpath(posixpath.join(posixpath.dirname(here), unquote(html.unescape(target)))) in pages, (here, target)
    assert seen > 5000


def test_a_page_runs_nothing_but_the_search(pages: dict[str, str]) -> None:
    for here, text in pages.items():
        scripts = re.findall(r"<script[^>]*>(.*?)</script>", text, re.S)
        assert len(scripts) == (1 if here == "index.html" else 0), here
        for script in scripts:
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"script-src 'sha256-{digest}'" in html.unescape(text)
        style = re.findall(r"<style>(.*?)</style>", text, re.S)
        assert len(style) == 1 and base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode() in html.unescape(text)
        assert "default-src 'none'" in html.unescape(text)
        assert not re.search(r"<[^>]+\son\w+=", text) and " style=" not in text


def test_every_norm_stands_on_its_page_in_plain_words(pages: dict[str, str]) -> None:
    places = load_places()
    for a in BOOK.authorities.values():
        if a.kind == "agreement":
            continue
        text = html.unescape(re.sub(r"</?span[^>]*>", "", pages[f"law/{a.id}.html"]))
        for n in a.norms:
            assert plain(n, a, BOOK.vocabulary, places) in text, n.ref


def test_pages_hold_no_leftovers(pages: dict[str, str]) -> None:
    for here, text in pages.items():
        assert "None" not in re.sub(r"<code>.*?</code>", "", text).replace("None of", ""), here
        assert text.count("<h1") == 1 and '<html lang="en">' in text and text.endswith("</html>\n"), here
        ids = re.findall(r'\bid="([^"]+)"', text)
        assert len(ids) == len(set(ids)), here


def test_what_a_file_says_is_escaped() -> None:
    bad = "<script>alert(1)</script>\u202e"
    first = next(iter(BOOK.authorities))
    changed = {**BOOK.authorities, first: replace(BOOK.authorities[first], title=bad, note=bad, citation=bad, sources=({"title": bad, "url": "javascript:alert(1)"},))}
    site = site_of(link(changed.values(), BOOK.vocabulary), as_of=DAY, known_at=DAY)
    few = {**site, "authorities": [a for a in site["authorities"] if a["id"] == first], "places": [p for p in site["places"] if p["id"].count("/") < 2]}
    made = dict(site_pages(few))
    assert sum("alert(1)" in t for t in made.values()) > 1
    for text in made.values():
        assert "<script>alert" not in text and "javascript:" not in text and "\u202e" not in text


def test_the_day_decides_what_holds() -> None:
    def own(day: date) -> list[str]:
        return [e["id"] for e in _Site(BOOK, day, DAY).place("us/fl")["own"]]

    assert "us/fl/sb-168" not in own(date(2019, 6, 30)) and "us/fl/sb-168" in own(date(2019, 7, 1))


@pytest.mark.parametrize(
    ("verb", "rank", "other", "others_rank", "wins"),
    [
        ("forbid", 5, "permit", 1, True), ("forbid", 5, "require", 5, True), ("forbid", 5, "require", 4, False), ("limit", 2, "preempt", 5, True),
        ("require", 5, "forbid", 7, True), ("require", 5, "forbid", 5, False), ("preempt", 5, "limit", 8, True), ("permit", 1, "forbid", 8, False),
    ],
)  # fmt: skip
def test_what_defeats_what(verb: str, rank: int, other: str, others_rank: int, wins: bool) -> None:
    """As the engine resolves it, with both conditions true."""
    from dueprocess.decide.regime import FORBIDDEN, Regime
    from dueprocess.law import Applied

    first, second = Norm("a", "x", verb, "hold", rank=rank), Norm("b", "y", other, "hold", rank=others_rank)
    assert defeats(first, second) is wins
    regime = Regime([Applied(first), Applied(second)], BOOK)
    forbidden = regime.resolve("hold", [True, True])[0] == FORBIDDEN
    assert forbidden is (wins if verb in ("forbid", "limit") else not wins)


def test_the_command(tmp_path: Path, pages: dict[str, str]) -> None:
    folder = tmp_path / "site"
    arguments = ["law", "export", "--html", str(folder), "--as-of", "2026-11-22", "--known-at", "2026-11-22"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    listed = json.loads((folder / "export.json").read_text())["pages"]
    assert sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.html")) == listed
    # The same bytes as another run makes; and over it, without what the law no longer has.
    assert {p: (folder / p).read_text(encoding="utf-8") for p in listed} == pages
    (folder / "law" / "gone.html").write_text("old")
    listing = json.loads((folder / "export.json").read_text())
    (folder / "export.json").write_text(json.dumps({**listing, "pages": [*listed, "law/gone.html", "../outside.html"]}))
    (tmp_path / "outside.html").write_text("mine")
    assert sorted(_earlier(folder)) == sorted([*listed, "law/gone.html"])


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = CliRunner().invoke(app, ["law", "export", "--html", str(tmp_path)])
    assert result.exit_code != 0 and "it is no new folder" in str(result.exception)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
