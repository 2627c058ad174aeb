"""The registry's pages as people use them: axe finds nothing, the map's slider moves by keyboard and is announced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dueprocess.registry import Registry, load_registry
from dueprocess.registry.views.compare import RESULTS, Comparison, published, published_html
from dueprocess.registry.views.curve import curve_html
from dueprocess.registry.views.disagree import disagreements_html
from dueprocess.registry.views.mapping import map_html
from dueprocess.registry.views.timeline import timeline_html

DAY, KNOWN = date(2014, 7, 20), date(2026, 11, 22)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


@pytest.fixture(scope="module")
def pages(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    cells = dict.fromkeys(RESULTS, 0) | {"as_paper_says": 40, "held_against_paper": 12}
    compared = Comparison(({"agency": "us/or/clackamas-county/sheriff", "name": "Clackamas County, sheriff", "state": "OR", "position": "declines_all", "stays": 52, **cells},), 52, 60, 6)
    made = {
        "map": map_html(registry, as_of=DAY, known_at=KNOWN),
        "curve": curve_html(registry, as_of=KNOWN, known_at=KNOWN),
        "timeline": timeline_html(registry, "us/tx/travis-county/sheriff", known_at=KNOWN),
        "disagreements": disagreements_html(registry, as_of=DAY, known_at=KNOWN),
        "compare": published_html(published(compared), known_at=KNOWN),
    }
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


@pytest.mark.parametrize("name", ["map", "curve", "timeline", "disagreements", "compare"])
def test_axe_finds_nothing(pages: dict[str, Path], page: Any, axe: Callable[[Any], list[str]], name: str) -> None:
    page.goto(pages[name].as_uri())
    assert axe(page) == []


@pytest.mark.parametrize("name", ["map", "curve", "timeline", "disagreements"])
def test_it_fits_a_phone(pages: dict[str, Path], new_page: Callable[..., Any], name: str) -> None:
    page = new_page(viewport={"width": 360, "height": 740})
    page.goto(pages[name].as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_map_moves_by_keyboard_and_says_so(pages: dict[str, Path], page: Any) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    page.goto(pages["map"].as_uri())
    slider = page.locator("input[type=range]")
    slider.focus()
    rows = page.locator("tbody tr").count()
    page.keyboard.press("End")
    # Announced to who cannot see it, once the slider rests.
    expect(page.locator("[role=status]")).to_contain_text("2026")
    assert page.locator("tbody tr").count() > rows
    assert "2026" in (slider.get_attribute("aria-valuetext") or "")
    page.keyboard.press("Home")
    expect(page.locator("[role=status]")).to_contain_text("2008")
    assert page.locator("tbody tr").count() < rows


def test_the_map_is_whole_without_a_script(pages: dict[str, Path], new_page: Callable[..., Any]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(pages["map"].as_uri())
    assert page.locator("tbody tr").count() > 50 and "2014-07-20" in page.inner_text("main")
