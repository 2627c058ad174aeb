"""The fixtures of this folder: a browser that draws, an axe that finds what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_axe_finds_a_picture_without_words(page: Any, axe: Callable[..., list[str]]) -> None:
    page.set_content('<!doctype html><html lang="en"><title>t</title><main><h1>t</h1><img src="data:,"></main></html>')
    assert [line.split(" ")[0] for line in axe(page)] == ["image-alt"]
    page.set_content('<!doctype html><html lang="en"><title>t</title><main><h1>t</h1><img src="data:," alt="nothing"></main></html>')
    assert axe(page) == []


def test_axe_finds_letters_that_can_hardly_be_seen_where_it_is_asked_to(page: Any, axe: Callable[..., list[str]]) -> None:
    page.set_content('<!doctype html><html lang="en"><title>t</title><main><h1 style="color: #ddd">Letters</h1></main></html>')
    assert [line.split(" ")[0] for line in axe(page)] == ["color-contrast"]
    assert axe(page, contrast=False) == []
