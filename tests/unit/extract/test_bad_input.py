"""What people and machines put into files: bounded, one line or listed, nothing guessed, never a traceback."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dueprocess.extract import LISTS, Extraction, capture, parsers, read
from dueprocess.extract.capture import MOST_BYTES, MOST_CHARACTERS
from dueprocess.kernel.errors import InputError

# The function of the same name hides the module.
reading_files = sys.modules["dueprocess.extract.capture"]

CLAIM = "ALBANY, Ore. — The Linn County Sheriff's Office will not hold anyone on ICE detainers."


def grounded(found: Extraction) -> bool:
    text = found.capture.text
    return all(e.quote and text[e.start : e.end] == e.quote for name in LISTS for e in getattr(found, name))


def pdf(text: str, *, pages: int = 1) -> bytes:
    import typst

    source = "\n#pagebreak()\n".join(f"Page {n + 1}. {text}" for n in range(pages))
    return bytes(typst.compile(source.encode()))


def test_html_with_scripts_gives_its_article_only() -> None:
    page = f"""<html><head><title>Made up</title><script>alert("The Lane County Sheriff will not hold anyone on ICE detainers.")</script></head>
    <body><nav>Home</nav><article><h1>Holds end</h1><p>{CLAIM}</p><p>More of the article stands here, so that it is one.</p></article>
    <iframe src="javascript:alert(1)"></iframe></body></html>"""
    found = read(capture(page.encode(), name="a.html"))
    assert [(c.agency, c.position) for c in found.claims] == [("Linn County Sheriff's Office", "declines_all")]
    assert "alert" not in found.capture.text and "Lane" not in found.capture.text and grounded(found)


@pytest.mark.parametrize(
    "page",
    [
        b"<html>" + b"<div>" * 50_000 + b"ICE detainers",
        b"<html><body><p>" + b"&amp;" * 50_000,
        b"<html><body><p " + b"a=1 " * 20_000 + b">ICE detainer</p>",
        b"<!DOCTYPE html [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><html><body><p>&b; ICE detainer</p></body></html>",
        b"<html><body><![CDATA[" + b"]]" * 1000,
        b"<script>" * 1000 + b"<p></p><p>",
    ],
    ids=["deep", "entities", "attributes", "entity definitions", "cdata", "unclosed"],
)
def test_hostile_html_is_read_or_noted(page: bytes) -> None:
    found = read(capture(page, name="a.html"))
    assert found.claims == () and grounded(found)


def test_a_pdf_of_300_pages() -> None:
    found = read(capture(pdf(CLAIM.replace("—", "-"), pages=300), name="long.pdf"))
    assert len(found.capture.pages) == 300
    assert [(c.agency, c.position) for c in found.claims] == [("Linn County Sheriff's Office", "declines_all")]
    assert found.as_dict()["claims"][0]["page"] == 1 and grounded(found)


def hangs(seconds: float) -> None:
    time.sleep(seconds)


def swells() -> int:
    return len(bytearray(4 * 2**30))


@pytest.mark.parametrize(("target", "args", "limit"), [(hangs, [60], "not done after"), (swells, [], "memory")])
def test_a_parser_that_hangs_or_swells_is_killed_and_the_file_named(monkeypatch: pytest.MonkeyPatch, target: Callable[..., Any], args: list[Any], limit: str) -> None:
    if limit == "memory" and sys.platform == "win32":
        pytest.skip("the system has no such limit")
    if limit != "memory":
        monkeypatch.setattr(reading_files, "MOST_SECONDS", 2.0)
    with pytest.raises(InputError, match=limit) as error:
        reading_files._limited(target, args, "bad.pdf", "the PDF")
    assert str(error.value).startswith("bad.pdf: the PDF cannot be read") and "\n" not in str(error.value)


def test_a_pdf_that_would_take_too_long_is_read_as_far_as_time_goes() -> None:
    found = parsers.pdf(pdf("Some text.", pages=5), 400, MOST_CHARACTERS, 0.0)
    assert found["late"] and found["total"] == 5 and len(found["pages"]) < 5


def test_a_large_page_is_read_in_a_process_of_its_own() -> None:
    page = f"<html><body><article><h1>Holds</h1><p>{CLAIM}</p>{'<p>A paragraph that says nothing of it.</p>' * 8_000}</article></body></html>"
    assert len(page) > reading_files.SMALL_MARKUP
    found = read(capture(page.encode(), name="a.html"))
    assert [c.position for c in found.claims] == ["declines_all"] and grounded(found)


def encrypted() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("A page."))))
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_an_encrypted_pdf_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match="encrypted") as error:
        capture(encrypted(), name="locked.pdf")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("data", [b"%PDF-1.7\nnot one", b"%PDF-1.7\n" + bytes(range(256)) * 40, pdf("Cut off.")[:900]], ids=["words", "bytes", "cut"])
def test_a_broken_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        capture(data, name="broken.pdf")


@pytest.mark.parametrize(
    "data",
    [b"", b"  \n ", bytes(range(256)) * 100, b"\x7fELF\x02\x01\x01" + b"\0" * 4000, b"PK\x03\x04" + bytes(range(256)) * 20, b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n" + b"\0\1\2\3" * 500],
)
def test_binary_junk_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        capture(data, name="junk")


def test_sizes_are_bounded() -> None:
    with pytest.raises(InputError, match="bytes"):
        capture(b"a" * (MOST_BYTES + 1), name="huge.txt")
    found = capture(b"word " * 100_000, name="long.txt")
    assert len(found.text) == MOST_CHARACTERS and "read the first 400,000" in found.notes[0]


def test_another_language_is_said_and_yields_nothing() -> None:
    text = (
        "SALEM — La oficina del sheriff del condado de Linn no va a retener a nadie por un detainer de ICE, dijo el martes. La medida entra en vigor el lunes y "
        "responde a una sentencia federal contra el condado de Clackamas, que tuvo a una mujer en la cárcel diecinueve horas de más a petición de inmigración."
    )
    found = read(capture(text.encode(), name="es.txt"))
    assert all(getattr(found, name) == () for name in LISTS)
    assert "no running English" in found.notes[0]


def test_a_list_of_names_and_few_words_is_english() -> None:
    rows = ["Linn: keeps", "Benton: lets go", "Lane: wants something a judge signed", "Coos: keeps", "Curry: wouldn't say", "Polk: lets go, calls", "Yamhill: keeps", "Marion: judge", "Clatsop: lets go", "Tillamook: keeps"]
    found = read(capture(("Oregon jails, ICE detainers\n\n" + "\n".join(rows)).encode(), name="list.txt"))
    assert {c.state for c in found.claims} == {"OR"} and len(found.claims) > len(rows) // 2 and grounded(found)


def test_a_list_in_another_language_is_none() -> None:
    rows = ["Linn: los retiene", "Benton: los deja ir", "Lane: pide la firma de un juez", "Coos: los retiene", "Curry: no quiso decir", "Polk: los deja ir y llama", "Yamhill: los retiene", "Marion: juez"]
    found = read(capture(("Cárceles de Oregon, ICE detainers\n\n" + "\n".join(rows)).encode(), name="lista.txt"))
    assert found.claims == () and "no running English" in found.notes[0]


def test_a_pasted_table_yields_no_more_than_its_sentences() -> None:
    rows = "\n".join(f"{name}\tOR\t{n}\tyes\tICE\t-" for n, name in enumerate(["Linn", "Benton", "Lane", "Coos", "Curry"] * 20))
    found = read(capture(f"County\tState\tDetainers\tHolds\tAgency\tNote\n{rows}\n".encode(), name="table.txt"))
    assert found.claims == () and found.incidents == () and grounded(found)


def test_a_name_of_many_states_is_listed() -> None:
    found = read(capture(b"The Franklin County Sheriff's Office will not hold anyone on ICE detainers.", name="a.txt"))
    assert found.claims == () and len(found.unresolved[0].states) > 20


def test_long_lines_and_nested_marks_take_bounded_time() -> None:
    for text in ("County " * 20_000, "A" * 200_000, "ICE detainer, " * 10_000, "(" * 50_000, "St. " * 30_000, "1,000 of " * 20_000, "will not hold " * 10_000 + " ICE detainer"):
        assert grounded(read(capture(text.encode(), name="a.txt")))


def test_terminal_escapes_do_not_reach_the_output() -> None:
    found = read(capture((CLAIM + " \x1b[31m\u202e red").encode(), name="a.txt"))
    assert "\x1b" not in json.dumps(found.as_dict(), ensure_ascii=False) and "\u202e" not in found.capture.text


WORDS = st.lists(
    st.sampled_from([*CLAIM.split(), "Washington", "County,", "honors", "unless", "a", "warrant", "judge", "or", "\n", "\t", "206", "of", "v.", "8 C.F.R. § 287.7", "$5", "three", "days", "-\nx", "held", "was"]),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(WORDS)
def test_any_text_is_read_and_all_is_grounded(parts: list[str]) -> None:
    text = " ".join(parts)
    if text.strip():
        assert grounded(read(capture(text.encode(), name="a.txt", published="2014-05-22")))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = read(capture(data, name="a"))
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert grounded(found)


# -- the command ---------------------------------------------------------------------------------------


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "dueprocess", "claims", *map(str, arguments)], capture_output=True, text=True)


def test_one_bad_file_of_many_loses_nothing_of_the_others(tmp_path: Path) -> None:
    good, bad, junk = tmp_path / "good.txt", tmp_path / "none.txt", tmp_path / "junk.txt"
    good.write_text(CLAIM, encoding="utf-8")
    junk.write_bytes(bytes(range(256)) * 100)
    done = run(good, bad, junk, good)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2 and [line["id"] for line in lines] == ["good", "good"]
    assert len(done.stderr.splitlines()) == 2 and "Traceback" not in done.stderr


def test_the_texts_that_offsets_count_on_can_be_kept(tmp_path: Path) -> None:
    file = tmp_path / "good.txt"
    file.write_text(CLAIM, encoding="utf-8")
    done = run(file, "--texts", tmp_path / "texts", "--date", "2014-05-22")
    (claim,) = json.loads(done.stdout)["claims"]
    (kept,) = (tmp_path / "texts").iterdir()
    assert kept.read_text(encoding="utf-8")[claim["start"] : claim["end"]] == claim["quote"]


@pytest.mark.parametrize("arguments", [("--date", "May"), ("--endpoint", "http://localhost:1/v1"), ("--model", "x")])
def test_bad_usage_is_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    file = tmp_path / "good.txt"
    file.write_text(CLAIM, encoding="utf-8")
    done = run(file, *arguments)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and done.stdout == ""
