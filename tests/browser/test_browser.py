"""The fixtures of this folder: a browser that draws, an axe that finds what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_axe_finds_a_picture_without_words(page: Any, axe: Callable[[Any], list[str]]) -> None:
    page.set_content('<!doctype html><html lang="en"><title>t</title><main><h1>t</h1><img src="data:,"></main></html>')
    assert [line.split(" ")[0] for line in axe(page)] == ["image-alt"]
    page.set_content('<!doctype html><html lang="en"><title>t</title><main><h1>t</h1><img src="data:," alt="nothing"></main></html>')
    assert axe(page) == []
