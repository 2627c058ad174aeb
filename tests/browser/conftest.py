"""One headless browser for the tests of a module; they are skipped where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest


# For a module: while it is open, its event loop runs in the process, and tests of other modules want one of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Playwright's Chromium, from this system's own binary: nothing is downloaded for a test."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if binary is None:
        pytest.skip("chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """``new_page(**options)``: a page in a context of its own (options of Playwright's ``new_context``), closed after the test.

    An error that a script of the page throws fails the test.
    """
    contexts: list[Any] = []
    thrown: list[str] = []

    def make(**options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: thrown.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert thrown == []


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """A page as wide as a desk's screen."""
    return new_page(viewport={"width": 1280, "height": 900})


@pytest.fixture(scope="session")
def axe() -> Callable[..., list[str]]:
    """``axe(page)``: what axe finds wrong with the page as it stands, a line each: rule, weight, and the elements.

    ``axe(page) == []`` is the usual test; rules of WCAG 2.2 A and AA and axe's own best practices. ``contrast=False`` leaves
    the contrast of colors out, which takes most of the time, for a page that was seen at another size where its style gives
    no size colors of its own.
    """
    module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

    def violations(page: Any, *, contrast: bool = True) -> list[str]:
        # The engine of axe is put in by the page's own evaluate, which a page's content policy does not bind.
        options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": contrast}}}
        found = module.Axe().run(page, options=options).response["violations"]
        return [f"{v['id']} ({v['impact']}): {v['help']}: {'; '.join(str(n['target']) for n in v['nodes'][:5])}" for v in found]

    return violations
