"""Quick patterns find what ``re`` finds."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

from dueprocess import extract
from dueprocess.extract import quick
from dueprocess.extract.quick import Quick, known

ROOT = Path(__file__).parents[3]
TEXTS = [json.loads(line)["text"] for line in (ROOT / "tests" / "corpus" / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
# Sentences one by one, too: few of them have the words of a pattern.
PIECES = [piece for text in TEXTS for piece in text.split(". ")]


def patterns() -> dict[str, tuple[Quick, int]]:
    """All that the extractors keep by a name."""
    found = {}
    for module in pkgutil.iter_modules(extract.__path__):
        for name, one in vars(importlib.import_module(f"dueprocess.extract.{module.name}")).items():
            if isinstance(one, Quick):
                found[f"{module.name}.{name}"] = (one, one._flags)
    return found


def quick_of(pattern: str) -> Any:
    parsed = quick.parser.parse(pattern, 0)
    quick._led(parsed)
    return parsed


def same(asked: Quick, flags: int, text: str) -> bool:
    plain = re.compile(asked.pattern, flags)
    first, other = plain.search(text), asked.search(text)
    return [(m.span(), [m.span(n) for n in m.re.groupindex]) for m in plain.finditer(text)] == [(m.span(), [m.span(n) for n in m.re.groupindex]) for m in asked.finditer(text)] and (first and first.span()) == (other and other.span())


@pytest.mark.parametrize("name", patterns())
def test_it_finds_what_the_plain_pattern_finds(name: str) -> None:
    one, flags = patterns()[name]
    assert all(same(one, flags, text) for text in (*TEXTS, *PIECES))


@pytest.mark.parametrize(
    "pattern",
    [r"\bk\w*", r"[a-z]+", r"[^a-z]", r"(?P<Name>İ|s)\b", r"\d+ (?:days|HOURS)", r"(?<![A-Z])i", r"(?:x|(?:ab|cd){2,3})y?", r"x*|never", r"(?=held)\w+", r"(?!held)h\w+", r"[sz]ip\Z", r"\b[Hh]eld\w*", r"\b(?P<a>ICE|[Hh]old|,)(?: \w+)?", r"\b\b[kK]", r"\b,[ ]\w", r"\b(?:a|A)(?:b|B)+", r"\b(?:(?:n|N)e|[^a-z])ver", r"\bÉ\w*|ó", r"\x48eld", r"[À-Ö]", r"[+-Z]+", r"[Z-a]", r"\bHEL(?-i:D)", r"(h)?(?(1)eld|never)", r"\u0130|[A-z]+"],
)  # fmt: skip
@pytest.mark.parametrize("text", ["", "Kelvin \u212a K k", "İstanbul ısı I i ſo S s", "12 DAYS, ٣ hours", "ababy CDCDCD held", "ICE hold, ice HOLD", "ſip", "never", "É é À à Q q _ ^ ]", "held heLD"])
def test_letters_of_any_case_and_of_any_script_are_those_that_re_takes(pattern: str, text: str) -> None:
    for flags in (0, re.IGNORECASE):
        assert same(Quick(pattern, flags), flags, text)


def test_what_begins_a_word_is_led_by_its_first_letter() -> None:
    assert [bool(known.AT is not quick_of(p).data[0][0]) for p in (r"\bhold", r"\b(?:[Tt]itle|Chapter) \d", r"\b(?P<k>act|bill)s?", r"\b\w+", r"\b(?:x?y|z)", "hold")] == [True, True, True, False, False, True]


def test_a_text_without_a_word_that_must_be_there_is_not_searched() -> None:
    assert Quick(r"\b(?:one|two) (?:holds?|requests?)\b")._words == ("hold", "request")
    assert Quick(r"(?:a|held)?\w*")._words == ()


def test_what_it_finds_is_blanked() -> None:
    assert Quick(r"no \w+", re.IGNORECASE).blanked("No hold, NO İn.") == "       ,      ."
