"""A sheet as plain text: widths, alignment, nothing that could steer a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dueprocess.render.plain import sheet_text
from dueprocess.render.sheet import Block, Entries, Entry, Pairs, Paragraph, Section, Sheet, Table, clean


def sheet(*blocks: Block, headline: str = "until noon", title: str = "Part") -> Sheet:
    return Sheet(
        status="STATUS",
        headline=headline,
        tone="plain",
        lead=("Why: a reason.",),
        about="about",
        asked="asked",
        sections=(Section(title, blocks),),
        notice="notice",
    )


def test_the_status_is_the_first_word_and_the_text_ends_with_one_newline() -> None:
    text = sheet_text(sheet())
    assert text.startswith("STATUS until noon\n")
    assert text.endswith("notice\n")
    assert not text.endswith("\n\n")


def test_no_blank_before_a_sign() -> None:
    assert sheet_text(sheet(headline=": now")).startswith("STATUS: now\n")


def test_pairs_are_aligned_and_a_long_value_hangs() -> None:
    text = sheet_text(sheet(Pairs((("One", "1"), ("Longer", "word " * 30)))))
    assert "\n  One     1\n  Longer  word" in text
    assert "\n          word" in text


def test_a_word_too_long_for_its_column_stays_whole_below_its_label() -> None:
    word = "sha256:" + "0" * 64
    text = sheet_text(sheet(Pairs((("Law version", word),))))
    assert f"\n  Law version\n  {word}\n" in text


def test_a_table_wraps_its_loose_columns_and_keeps_the_fixed_ones_whole() -> None:
    table = Table(
        "Caption.", ("Fixed", "Loose"), (("2017-08-16 22:24, Wed", "many words " * 12),), (0,), fixed=(0,)
    )
    lines = sheet_text(sheet(table), width=60).splitlines()
    row = next(line for line in lines if "2017" in line)
    assert row.startswith("  > 2017-08-16 22:24, Wed  many words")
    assert max(map(len, lines)) <= 60


def test_entries_carry_their_source_and_number() -> None:
    text = sheet_text(
        sheet(Entries((Entry("text", "Label", "source", "a/b#c"), Entry("", "Is it so?")), numbered=True))
    )
    assert "  1. Label: text\n     source [a/b#c]\n  2. Is it so?\n" in text


def test_dates_and_ids_are_not_broken_at_a_hyphen() -> None:
    text = sheet_text(sheet(Paragraph("2017-08-16 " * 30)))
    assert all(
        part in ("", "2017-08-16") for line in text.splitlines() if "2017" in line for part in line.split()
    )


@pytest.mark.parametrize("bad", ["\x1b[31mred", "a\x00b", "\u202eabc", "a\u2066b", "\ud800", "a\r\nb"])
def test_nothing_that_steers_a_terminal_gets_through(bad: str) -> None:
    text = sheet_text(
        sheet(Paragraph(bad), Entries((Entry(bad, bad, bad, bad),)), Table(bad, (bad,), ((bad,),)))
    )
    assert not set(text) & {"\x1b", "\x00", "\r", "\u202e", "\u2066", "\ud800"}
    text.encode()


texts = st.text(max_size=90)


@settings(max_examples=60, deadline=None)
@given(a=texts, b=texts, width=st.integers(1, 120))
def test_no_line_is_wider_than_asked(a: str, b: str, width: int) -> None:
    blocks = (
        Paragraph(a),
        Pairs(((a, b), (b, a))),
        Entries((Entry(a, b, a, b),), title=b),
        Table(a, ("x", "y", "z"), ((a, b, a), (b, a, "")), fixed=(1,)),
    )
    text = sheet_text(sheet(*blocks, headline=a, title=b), width=width)
    assert max(map(len, text.split("\n"))) <= max(width, 40)


def test_clean_keeps_accents_and_joins_lines() -> None:
    assert clean("Peña\n  Blanca — §") == "Peña Blanca — §"
