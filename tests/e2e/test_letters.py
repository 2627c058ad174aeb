"""``dueprocess letters`` and ``dueprocess demo CASE`` as people meet them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from dueprocess.cli.commands import app
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir

ROOT = Path(__file__).resolve().parents[2]
DAY = ("--as-of", "2026-11-22", "--known-at", "2026-11-22")


def run(capsys: pytest.CaptureFixture[str], *args: str, status: int = 0) -> str:
    found = app(list(args), standalone_mode=False)
    assert (found or 0) == status
    return capsys.readouterr().out


def answer(capsys: pytest.CaptureFixture[str], *args: str) -> Any:
    return json.loads(run(capsys, *args, "--json"))


def test_a_whole_state_and_the_same_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new-hampshire"
    ask = ("letters", "--to", "state = 'NH'", "--template", "advocates-letter", "--signed", str(ROOT / "docs" / "examples" / "made-up-signers.yaml"), "--trace", "--out", str(out), *DAY)
    text = run(capsys, *ask)
    assert "10 letters written, 0 kept as they were, 0 failed" in text and "reviewed by nobody" in text and "Nothing was sent." in text
    files = {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    assert set(files) >= {"bundle.pdf", "contact-sheet.pdf", "merge.csv", "merge.xlsx", "left-out.csv", "failed.csv", "trace.csv", "run.json", "letters/nh/merrimack-county-corrections.pdf"}
    assert len(PdfReader(out / "bundle.pdf").outline) == 11
    assert "0 letters written, 10 kept as they were" in run(capsys, *ask)
    again = tmp_path / "again"
    run(capsys, *(str(again) if a == str(out) else a for a in ask))
    for name, data in files.items():
        assert (again / name).read_bytes() == data, name
    known = json.loads(files["run.json"])
    assert known["template"] == "advocates-letter" and known["counts"]["written"] == 10 and known["counts"]["not_asked_for"] > 3000
    assert b"A Made-up Organization" not in files["run.json"] and str(tmp_path).encode() not in files["run.json"]


def test_a_dry_run_counts_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = answer(capsys, "letters", "--to", "TRUE", "--template", "sheriffs-bulletin-mandate", "--dry-run", *DAY)
    assert found["counts"]["selected"] + found["counts"]["left_out"]["guard"] == len(found["selected"]) + len(found["left_out"]) > 3100
    assert found["counts"]["selected"] == 847 and found["template_reviewed"] is None
    assert not any(i.startswith(("us/ca/", "us/or/", "us/il/")) for i in found["selected"]) and not list(tmp_path.iterdir())
    agencies = answer(capsys, "letters", "--to", "state = 'PA'", "--each", "agency", "--template", "records-request", "--dry-run", *DAY)
    assert agencies["counts"]["left_out"].get("duplicate", 0) > 0


def test_a_sample_is_spread_and_needs_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "letters", "--to", "TRUE", "--template", "aviso-a-la-persona", "--sample", "3", "--no-xlsx", "--out", str(tmp_path / "out"), *DAY)
    made = sorted(p.name for p in (tmp_path / "out" / "letters").rglob("*.pdf"))
    assert len(made) == 3 and len({p.parent.name for p in (tmp_path / "out" / "letters").rglob("*.pdf")}) == 3
    assert not (tmp_path / "out" / "merge.xlsx").exists()
    found = answer(capsys, "letters", "--to", "TRUE", "--template", "class-notice", "--dry-run", *DAY)
    assert found["counts"]["selected"] == 0 and set(found["counts"]["left_out"]) == {"needs"}


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--to", "TRUE", "--out", "x"), "which letter"),
        (("--template", "press-release", "--out", "x"), "who gets a letter"),
        (("--to", "TRUE", "--template", "press-release"), "--out DIR, or --dry-run"),
        (("--to", "stat = 'OR'", "--template", "press-release", "--dry-run"), "did you mean [state]?"),
        (("--to", "TRUE", "--template", "pres-release", "--dry-run"), "did you mean [press-release]?"),
        (("--to", "TRUE", "--template", "press-release", "--usd-a-day", "5", "--dry-run"), "add --audit"),
        (("--to", "TRUE", "--template", "press-release", "--letterhead", "x.docx", "--dry-run"), "--format docx"),
        (("--to", "state = 'OR' AND state = 'TX'", "--template", "press-release", "--out", "x"), "nobody gets a letter"),
        (("--to", "TRUE", "--template", "press-release", "--audit", "nowhere", "--dry-run"), "no folder of an audit"),
        (("--to", "TRUE", "--template", "missing.yaml", "--dry-run"), "missing.yaml"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], told: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as error:
        app(["letters", *args], standalone_mode=False)
    assert told in str(error.value) and "\n" not in str(error.value) and not (tmp_path / "x").exists()


def test_lint_templates_and_fields(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "letters", "templates")
    assert len(found) >= 12 and all(t["reviewed"] is None for t in found)
    assert "12 templates, 0 findings." in run(capsys, "letters", "lint", *(t["template"] for t in found))
    broken = tmp_path / "broken.yaml"
    broken.write_text("template: t\ntitle: T\nabout: a\nreviewed: none\nblocks:\n  - text: ['It {polcy}.']\n", encoding="utf-8")
    text = run(capsys, "letters", "lint", str(broken), status=1)
    assert "did you mean [policy]?" in text and "broken.yaml:6" in text
    with pytest.raises(InputError, match="polcy"):
        app(["letters", "--to", "TRUE", "--template", str(broken), "--dry-run"], standalone_mode=False)
    told = answer(capsys, "letters", "fields")
    assert set(told) == {"columns", "always", "sometimes", "lists"} and "accepts" in told["columns"]


def test_the_reference_names_every_regime_and_finding() -> None:
    from dueprocess.decide.coverage import REGIMES

    text = (ROOT / "docs" / "reference" / "letters.md").read_text(encoding="utf-8")
    assert all(r in text for r in REGIMES)
    assert all(f"`{c}`" in text for c in ("field", "source", "unknown", "authority", "word", "person", "guard", "needs", "duplicate", "place", "sample"))


def test_the_liability_report_is_for_its_owner_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "audit", str(ROOT / "docs" / "examples" / "made-up-jail.csv"), "--out", str(tmp_path / "audit"), "--law-known-at", "2026-11-22")
    text = run(capsys, "letters", "liability", str(tmp_path / "audit"), "--of", "us/or/clackamas-county", "--out", str(tmp_path / "l.pdf"), *DAY)
    assert "work product" in text and (tmp_path / "l.pdf").stat().st_mode & 0o777 == 0o600
    assert len(PdfReader(tmp_path / "l.pdf").pages) >= 2


def test_a_word_letterhead_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from docx import Document

    head = tmp_path / "head.docx"
    run(capsys, "letters", "letterhead", "--out", str(head))
    document = Document(str(head))
    document.paragraphs[0].insert_paragraph_before("A Made-up Office")
    document.save(str(head))
    run(capsys, "letters", "--to", "place = 'us/or/lake-county'", "--template", "press-release", "--format", "docx", "--letterhead", str(head), "--out", str(tmp_path / "out"), *DAY)
    made = Document(str(tmp_path / "out" / "letters" / "or" / "lake-county-sheriff.docx"))
    assert made.paragraphs[0].text == "A Made-up Office" and any("Lake County, Oregon" in p.text for p in made.paragraphs)


def test_help_has_an_example_and_loads_nothing_of_the_extras() -> None:
    code = "import sys\nfrom dueprocess.cli.commands import app\nsys.exit(any(m in sys.modules for m in ('docx', 'docxtpl', 'xlsxwriter', 'typst', 'pypdf', 'sqlglot', 'dueprocess.letters')))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


@pytest.mark.parametrize("case", sorted(p.name.removesuffix(".yaml") for p in data_dir("cases").glob("g*.yaml") if not p.name.endswith(".expect.yaml")))
def test_every_real_case_can_be_walked_through(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "demo", case)
    assert text.count("STEP ") == 10 and "STEP 10 OF 10" in text and "agree" in text and "None" not in text


def test_the_walk_as_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "g12.html"
    assert "10 steps" in run(capsys, "demo", "g12", "--page", str(page))
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text and text.count("<h3") == 10 and "default-src 'none'" in text and "MAY HOLD" in text
    with pytest.raises(InputError, match="name it"):
        app(["demo", "--page", str(page)], standalone_mode=False)
    assert "CLOCKS" in run(capsys, "demo", "g12", "--whole")


def test_nothing_is_ever_sent() -> None:
    """No module of the room can open a connection or start a mail program."""
    for path in (ROOT / "src" / "dueprocess" / "letters").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not any(w in text for w in ("smtplib", "socket", "http", "urllib", "requests", "subprocess", "apprise", "webbrowser")), path.name
