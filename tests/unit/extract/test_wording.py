"""Patterns are asked only where a word begins, and find what they found before."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dueprocess.extract import wording

ROOT = Path(__file__).parents[3]

TEXTS = [json.loads(line)["text"] for line in (ROOT / "tests" / "corpus" / "dev.jsonl").read_text(encoding="utf-8").splitlines()]


def entries() -> list[str]:
    return sorted(wording.table("stances"))


def found(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [m.span() for m in pattern.finditer(text)]


@pytest.mark.parametrize("entry", entries())
def test_every_wording_finds_what_the_plain_pattern_finds(entry: str) -> None:
    plain = re.compile(wording._expanded("stances", entry, 0), re.IGNORECASE)
    quick = wording.pattern("stances", entry)
    for text in TEXTS:
        assert found(quick, text) == found(plain, text)


@pytest.mark.parametrize(
    ("pattern", "same"),
    [
        (r"(?:\bholds?\b|\bI-247\w?\b)", r"\b(?=\w)(?:\bholds?\b|\bI-247\w?\b)"),
        (r"(?:\b(?:no|not) more|n't\b|\bend)", r"\b(?=\w)(?:\b(?:no|not) more)|n't\b|\b(?=\w)(?:\bend)"),
        (r"(?:\b(?:old )?['’]s|\b(?:a|'em)\b|\bx?-|\b(?=y)|[|(]\b)", r"\b(?:old )?['’]s|\b(?:a|'em)\b|\bx?-|\b(?=y)|[|(]\b"),
    ],
)  # fmt: skip
def test_only_what_must_begin_a_word_is_asked_there(pattern: str, same: str) -> None:
    assert wording._at_words(pattern) == same
