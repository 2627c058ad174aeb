"""report.html as people use it: axe finds nothing, keyboard alone is enough, it fits a phone, it prints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dueprocess.audit import Options, audit
from dueprocess.law import load_lawbook

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)


def made(folder: Path, table: Path, **more: Any) -> Path:
    options = Options(law_known_at=TODAY, today=TODAY, engine="single", **more)
    audit([table], folder, lawbook=load_lawbook(), options=options, say=lambda text, share=0.0: None)
    return folder / "report.html"


@pytest.fixture(scope="module")
def jail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the made-up jail, with a column to break down by."""
    examples = ROOT / "docs" / "examples"
    return made(tmp_path_factory.mktemp("jail") / "audit", examples / "made-up-jail.csv")


@pytest.fixture(scope="module")
def of_ice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of rows as ICE prints them, of which nothing can be told."""
    folder = tmp_path_factory.mktemp("ice")
    rows = ["prepare_date,lift_reason,detainer_facility,facility_city,facility_state,detainer_type"]
    rows += [f'2014-0{1 + n % 9}-02,Case Closed,"MONTGOMERY CNTY JAIL, PA",NORRISTOWN,PENNSYLVANIA,I247 - Immigration Detainer' for n in range(30)]
    (folder / "made-up-detainers.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return made(folder / "audit", folder / "made-up-detainers.csv")


@pytest.mark.parametrize("which", ["jail", "of_ice"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(request: pytest.FixtureRequest, new_page: Callable[..., Any], axe: Callable[[Any], list[str]], which: str, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    page.goto(request.getfixturevalue(which).as_uri())
    assert axe(page) == []


@pytest.mark.parametrize("width", [320, 390, 640])
def test_nothing_but_tables_and_plots_is_wider_than_the_page(jail: Path, new_page: Callable[..., Any], width: int) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    page.goto(jail.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # What is wider scrolls by itself, and can be reached by keyboard to do so.
    assert page.evaluate("[...document.querySelectorAll('.scroll, .plot')].every(e => e.scrollWidth <= e.clientWidth || e.tabIndex === 0)")


def test_the_keyboard_is_enough(jail: Path, page: Any) -> None:
    page.goto(jail.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen: list[str] = []
    for _ in range(200):
        page.keyboard.press("Tab")
        tag = page.evaluate("document.activeElement.tagName + ' ' + (document.activeElement.id || '')")
        seen.append(tag)
        if tag.startswith("SELECT"):
            break
    assert any(t.startswith("A") for t in seen) and seen[-1].startswith("SELECT")
    before = page.inner_text("output")
    page.keyboard.press("ArrowDown")
    assert page.inner_text("output") != before


def test_it_says_all_without_a_script(jail: Path, new_page: Callable[..., Any]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(jail.as_uri())
    text = page.inner_text("main")
    assert "the whole range if that one alone were chosen otherwise" in text and not page.is_visible(".switches")
    assert page.locator("svg").count() >= 1 and page.locator("svg[aria-labelledby]").count() == page.locator("svg").count()


def test_it_prints(jail: Path, page: Any) -> None:
    page.goto(jail.as_uri())
    pdf = page.pdf(format="Letter")
    import io

    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(pdf)).pages
    assert 2 <= len(pages) <= 30
    assert "certainly" in pages[0].extract_text()
