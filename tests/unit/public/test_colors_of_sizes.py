"""The colors of the public page and the kit do not turn on the size of the page: contrast is looked at in one size only."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest


@pytest.mark.parametrize("sheet", ["family.css", "kit.css"])
def test_no_color_turns_on_the_size(sheet: str) -> None:
    text = (files("dueprocess.public") / "assets" / sheet).read_text(encoding="utf-8")
    sizes = re.findall(r"@media \(m(?:ax|in)-width[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", text)
    assert sizes
    for block in sizes:
        assert not re.search(r"(?<![-\w])(?:color|background(?:-color)?|opacity)\s*:", block), block
