"""``dueprocess read`` from the command line: a scanned, mixed packet to a case that can be decided and explained.

The packet is that of the guide ``read-papers.md`` and of the command's help. To recognize it takes most of a test's time, so
that the guide's commands are run here, once, instead of with the other guides' and the other examples.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dueprocess.testing.papers import (
    Seeded,
    draw_pdf,
    eml,
    image_pdf,
    random_about,
    random_paper,
    scan,
    tiff,
    two_up,
)
from dueprocess.testing.papers.making import with_

ROOT = Path(__file__).resolve().parents[2]
PACKET = ROOT / "docs" / "examples" / "made-up-packet.pdf"
GUIDE = ROOT / "docs" / "how-to" / "read-papers.md"


def run(folder: Path, *words: str, status: int = 0) -> str:
    done = subprocess.run([sys.executable, "-m", "dueprocess", *words], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == status, f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout if status == 0 else done.stderr


@pytest.fixture(scope="module")
def faxed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packet of the guide, read by its first command: a fax with its cover, the pages in disorder."""
    folder = tmp_path_factory.mktemp("faxed")
    (folder / "docs").symlink_to(ROOT / "docs")
    (folder / "reading.json").write_text(run(folder, *of_the_guide()[0], "--keep", "kept", "--json"), encoding="utf-8")
    return folder


def of_the_guide() -> list[list[str]]:
    """The words of the guide's commands, without ``dueprocess``."""
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines() if line.strip()]


def test_the_guide_and_the_help_say_what_is_run(faxed: Path) -> None:
    first, *others = of_the_guide()
    found = re.search(r"Example: dueprocess ([^\n]*(?:\n +\S[^\n]*)*)", run(faxed, "read", "--help"))
    assert found and set(found[1].split()) <= set(first), "the example of the help is the guide's first command, with fewer options"
    assert [words[0] for words in others] == ["decide"]
    for words in others:
        assert run(faxed, *words).strip()


def test_a_scanned_packet_to_a_correct_and_explained_answer(faxed: Path) -> None:
    case = yaml.safe_load((faxed / "case.yaml").read_text())
    assert [p["kind"] for p in case["papers"]] == ["other", "i-200", "i-247a"]
    assert case["papers"][2]["boxes"] == ["biometric"] and case["papers"][2]["served_at"] == "2026-03-02"
    answer = json.loads(run(faxed, "decide", "case.yaml", "--json"))
    assert answer["outcome"] == "must_hold"
    assert answer["hold_until"].startswith("2026-03-04T12:00")
    assert answer["reasons"]


def test_the_reading_tells_where_everything_stands(faxed: Path) -> None:
    told = json.loads((faxed / "reading.json").read_text())
    detainer = told["papers"][2]
    assert (detainer["kind"], detainer["edition"], detainer["judicial"]) == ("i-247a", "2017-03", "no")
    assert detainer["pages"] == [3, 4]
    for field in detainer["fields"]:
        assert field["how"] in ("recognized", "ink") and field["page"] == 3
    assert told["comparisons"] == {"person": "same", "file_number": "same"}


def test_the_review_needs_nothing_else_and_keeps_the_original(faxed: Path) -> None:
    page = (faxed / "review.html").read_text()
    assert page.count("<img ") == 4 and "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert "<script" not in page and "default-src 'none'" in page
    kept = list((faxed / "kept").iterdir())
    assert len(kept) == 1 and kept[0].read_bytes() == PACKET.read_bytes()


def test_the_review_passes_the_checks_for_people_without_sight_or_mouse(faxed: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else None)
        try:
            page = browser.new_page(bypass_csp=True)
            page.goto((faxed / "review.html").as_uri())
            found = Axe().run(page)
            assert [v["id"] for v in found.response["violations"]] == []
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.className") == "skip"
        finally:
            browser.close()


def test_a_person_s_correction_changes_the_answer(faxed: Path) -> None:
    (faxed / "seen.yaml").write_text('corrections:\n  - {paper: 1, field: edition, value: "2017-02", by_role: clerk, when: "2026-03-02T11:00:00-06:00", why: read on the paper}\n')
    pdf = faxed / "one.pdf"
    pdf.write_bytes(draw_pdf(random_paper(Seeded("tests/970000"), "i-247a_2017-03", spoil=0.0)))
    told = json.loads(run(faxed, "read", "one.pdf", "--corrections", "seen.yaml", "--json"))
    assert told["papers"][0]["edition"] == "2017-02" and told["machine"][0]["edition"] == "2017-03"
    assert told["corrections"][0]["by_role"] == "clerk"


def test_an_e_mail_with_two_papers_on_one_sheet_and_a_text(tmp_path: Path) -> None:
    source = Seeded("tests/970001")
    about = random_about(source)
    first, second = (with_(random_paper(source, name, about=about, spoil=0.0), pages=1) for name in ("i-247a_2017-02", "i-200_2016-09"))
    sheet = two_up(*(scan(draw_pdf(p), source, level="clean")[0] for p in (first, second)))
    (tmp_path / "mail.eml").write_bytes(eml([("a.tif", tiff([sheet])), ("virus.exe", b"MZ\x90\0" + b"\0" * 200)], text="Attached please find a detainer. A judicial warrant is not required."))
    told = json.loads(run(tmp_path, "read", "mail.eml", "--json"))
    assert [p["kind"] for p in told["papers"]] == ["i-247a", "i-200"]
    assert told["received"] == "2026-03-02T10:00:00-05:00"
    assert [f["code"] for f in told["findings"]] == ["attachment_unreadable"]


def test_upside_down_at_150_dots(tmp_path: Path) -> None:
    source = Seeded("tests/970002")
    drawn = with_(random_paper(source, "i-205", spoil=0.0), pages=1)
    page = scan(draw_pdf(drawn), source, level="office", dpi=150)[0]
    from dataclasses import replace

    (tmp_path / "scan.pdf").write_bytes(image_pdf([replace(page, image=page.image.rotate(180))]))
    told = json.loads(run(tmp_path, "read", "scan.pdf", "--json"))
    assert told["pages"][0]["turned"] == 180
    assert (told["papers"][0]["kind"], told["papers"][0]["signed_by"]) == ("i-205", "immigration_officer")


def test_options_that_do_not_go_together(tmp_path: Path) -> None:
    assert "--case" in run(tmp_path, "read", str(PACKET), "--agency", "us/tx/travis-county/sheriff", status=2)
    assert "nothing.pdf" in run(tmp_path, "read", "nothing.pdf", status=2)
