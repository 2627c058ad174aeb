"""What sentences are asked, and what is remembered of it."""

from __future__ import annotations

from dueprocess.extract import papers
from dueprocess.extract.papers import says, wording_of


def test_what_is_remembered_is_what_the_pattern_finds() -> None:
    asked = [(entry, text) for entry in ("request", "notify", "negative") for text in ("We honor no ICE detainers.", "The jail notifies ICE of a detainer.", "The fair opens.", "")]
    for entry, text in [*asked, *asked]:
        found, plain = says(entry, text), wording_of(entry).search(text)
        assert (found and found.span()) == (plain and plain.span())


def test_a_long_text_is_not_kept() -> None:
    before = papers._says.cache_info().currsize
    assert says("request", "The fair opens. " * 100 + "ICE detainers") is not None
    assert papers._says.cache_info().currsize == before
    assert papers._says.cache_info().maxsize is not None
