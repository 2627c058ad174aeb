"""Sheets as a PDF: tagged, its own fonts, no date, the same bytes; texts are data."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from dueprocess.render.pdf import sheets_pdf, spelled
from dueprocess.render.sheet import Entries, Entry, Pairs, Paragraph, Section, Sheet, Table

LETTER = (612.0, 792.0)


def sheet(text: str = "text", *, paragraphs: int = 1) -> Sheet:
    return Sheet(
        status="STATUS",
        headline=f": {text}",
        tone="open",
        lead=(text,),
        about=f"about {text}",
        asked=text,
        sections=(
            Section(
                "Part",
                (
                    *(Paragraph(text) for _ in range(paragraphs)),
                    Pairs((("Label", text),)),
                    Entries((Entry(text, "Label", text, "a/b#c"),), numbered=True),
                    Entries((Entry("One?"), Entry("Two?")), title="Questions:"),
                    Table("Caption.", ("One", "Two"), ((text, text),), (0,), fixed=(0,)),
                ),
            ),
        ),
        notice="notice",
    )


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def words(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(data).pages).split())


def test_it_is_tagged_has_language_and_title_and_no_date() -> None:
    reader = read(sheets_pdf([sheet()], title="Title", lang="en"))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert "/StructTreeRoot" in root
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert reader.metadata
    assert reader.metadata.title == "about text"
    assert "/CreationDate" not in reader.metadata
    assert "/ModDate" not in reader.metadata


def test_us_letter_with_embedded_fonts() -> None:
    reader = read(sheets_pdf([sheet()], title="Title", lang="en"))
    page = reader.pages[0]
    assert (float(page.mediabox.width), float(page.mediabox.height)) == LETTER
    fonts = page["/Resources"]["/Font"]
    assert fonts
    for font in fonts.values():
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)
        assert any(name in descriptor["/FontName"] for name in ("Libertinus", "DejaVu"))


@pytest.mark.parametrize(
    "text",
    [
        '#panic("x") *b* _i_ $x$ @ref <lab> #read("/etc/passwd") \\ // /* `raw`',
        "= heading",
        "- item",
        '"quoted"',
    ],
)
def test_markup_in_a_text_stays_text(text: str) -> None:
    told = words(sheets_pdf([sheet(text)], title=text, lang="en"))
    assert " ".join(text.split()) in told.replace("’", "'").replace("“", '"').replace("”", '"')


def test_what_no_font_has_is_written_by_its_number() -> None:
    told = words(sheets_pdf([sheet("Peña 日本 ok")], title="T", lang="en"))
    assert "Peña [U+65E5][U+672C] ok" in told
    assert spelled({"a": ["é", "日", 1, None]}) == {"a": ["é", "[U+65E5]", 1, None]}


def test_a_crowded_sheet_is_set_smaller_and_only_then_takes_more_pages() -> None:
    line = "word " * 24
    assert len(read(sheets_pdf([sheet(line, paragraphs=12)], title="T", lang="en")).pages) == 1
    assert len(read(sheets_pdf([sheet(line, paragraphs=90)], title="T", lang="en")).pages) > 1


def test_each_sheet_starts_a_page_and_none_gives_a_page() -> None:
    reader = read(sheets_pdf([sheet("one"), sheet("two")], title="Title", lang="en"))
    assert [("one" in p.extract_text(), "two" in p.extract_text()) for p in reader.pages] == [
        (True, False),
        (False, True),
    ]
    assert reader.metadata
    assert reader.metadata.title == "Title"
    assert len(read(sheets_pdf([], title="None at all", lang="en")).pages) == 1


def test_same_input_same_bytes_in_another_process_and_place(tmp_path: Path) -> None:
    here = Path(__file__).resolve().parent
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); import test_pdf as t;"
        "print(hashlib.sha256(t.sheets_pdf([t.sheet('é')], title='T', lang='en')).hexdigest())"
    )
    environment = {
        **os.environ,
        "TZ": "Pacific/Auckland",
        "LC_ALL": "C.UTF-8",
        "SOURCE_DATE_EPOCH": "1",
        "PYTHONHASHSEED": "7",
    }
    made = subprocess.run(
        [sys.executable, "-c", code, str(here)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout.strip() == hashlib.sha256(sheets_pdf([sheet("é")], title="T", lang="en")).hexdigest()
