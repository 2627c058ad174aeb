"""Files: PDF, bundle, Word, tables, a run that fails in part, replies, the figures of an audit, the liability report."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from dueprocess.audit import Options, audit
from dueprocess.audit.exposure import Assumptions, exposure
from dueprocess.kernel.errors import InputError
from dueprocess.law import Lawbook, load_lawbook
from dueprocess.letters import Job, choose, make_all, read_template, shipped
from dueprocess.letters.audited import read_figures
from dueprocess.letters.bundle import bundle_pdf
from dueprocess.letters.columns import read_condition
from dueprocess.letters.contact import contact_pdf, shown_of
from dueprocess.letters.docx import base_docx, letter_docx
from dueprocess.letters.facts import FactBook, read_signers
from dueprocess.letters.liability import liability_pdf, report_of
from dueprocess.letters.merge import Merger
from dueprocess.letters.outputs import begin, write_outputs
from dueprocess.letters.pdf import letter_pdf
from dueprocess.letters.recipients import Recipient, Rolls
from dueprocess.letters.replies import file_reply
from dueprocess.letters.run import FEW, RUN, read_before
from dueprocess.letters.tables import cell, csv_bytes, xlsx_bytes
from dueprocess.places import load_places
from dueprocess.registry import load_registry, read_registry

ROOT = Path(__file__).resolve().parents[3]
DAY = date(2026, 11, 22)
FAILS = """\
template: fails-once
title: Made up
about: A template that needs what few rows have.
reviewed: none
blocks:
  - text: [{say: "Of {place}.", kind: note}, {say: "It {policy}.", needed: true}]
  - text: [{say: "So.", kind: note}]
"""


def text_of(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def letters_of(facts: FactBook, counties: Mapping[str, Recipient], name: str, *places: str) -> list[dict]:  # type: ignore[type-arg]
    template = read_template(shipped()[name])
    return [Merger(template).letter(counties[p].id, facts.of(counties[p], lang=template.language)).as_json() for p in places]


# -- PDF ---------------------------------------------------------------------------------------------------------


def test_a_letter_is_tagged_and_the_same_bytes_again(facts: FactBook, counties: Mapping[str, Recipient]) -> None:
    letter, es = letters_of(facts, counties, "advocates-letter", "us/ia/polk-county") + letters_of(facts, counties, "aviso-a-la-persona", "us/ia/polk-county")
    data = letter_pdf(letter)
    assert data == letter_pdf(letter)
    for made, lang in ((data, "en"), (letter_pdf(es), "es")):
        root = PdfReader(io.BytesIO(made)).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == lang and b"pdfuaid:part" in root["/Metadata"].get_data()
    text = text_of(data)
    assert "Sheriff of Polk County" in text and "A Made-up Organization" in text and "Not legal advice" in text


def test_blanks_are_lines_on_paper_and_hold_nothing(facts: FactBook, counties: Mapping[str, Recipient]) -> None:
    for name in ("demand-for-release", "habeas-outline", "notice-to-the-person"):
        (letter,) = letters_of(facts, counties, name, "us/or/clackamas-county")
        labels = [x for p in letter["parts"] for x in p["labels"]]
        assert labels and all(f"{label}:" in text_of(letter_pdf(letter)) for label in labels)
        assert all(not p["paragraphs"] and not p["rows"] for p in letter["parts"] if p["kind"] == "blanks")


def test_the_page_for_the_family_comes_first_and_warns(facts: FactBook, counties: Mapping[str, Recipient]) -> None:
    (letter,) = letters_of(facts, counties, "demand-for-release", "us/tx/travis-county")
    first, second = (PdfReader(io.BytesIO(letter_pdf(letter))).pages[i].extract_text() for i in (0, 1))
    assert "not safety from ICE" in first and "immigration lawyer" in first and "not safety" not in second and "I demand release now" in second


def test_odd_names_and_hostile_texts(own_registry: Path, book: Lawbook) -> None:
    registry = load_registry(own_registry)
    rolls = Rolls(registry, load_places(), book, as_of=DAY, known_at=DAY)
    rows = {r.place.id: r for r in rolls.counties()}
    facts = FactBook(registry, load_places(), book, as_of=DAY, known_at=DAY)
    lake, harney, grant = (letters_of(facts, rows, "advocates-letter", f"us/or/{n}-county")[0] for n in ("lake", "harney", "grant"))
    assert "A long title" in text_of(letter_pdf(lake))
    assert "[U+4FDD]" in text_of(letter_pdf(harney)) and "задержаниях" not in text_of(letter_pdf(harney))
    text = text_of(letter_pdf(grant))
    assert '#read("/etc/passwd")' in text and "<script>" in text and "{{ 7*7 }}" in text and "=HYPERLINK" in text
    from docx import Document

    word = Document(io.BytesIO(letter_docx(grant)))
    told = " ".join([p.text for p in word.paragraphs] + [c.text for t in word.tables for r in t.rows for c in r.cells])
    assert "{{ 7*7 }}" in told and "<script>" in told and "{%p if x %}" in told


def test_a_name_of_two_hundred_characters(facts: FactBook, counties: Mapping[str, Recipient], tmp_path: Path) -> None:
    path = tmp_path / "signers.yaml"
    path.write_text(f"- {'Longname' * 25}\n- {{name: Б, by: A, title: T, contact: C}}\n", encoding="utf-8")
    assert read_signers(path) == ("Longname" * 25, "Б; A, T; C")
    (letter,) = letters_of(facts, counties, "advocates-letter", "us/or/lake-county")
    text = text_of(letter_pdf({**letter, "signers": list(read_signers(path))})).replace(" ", "")
    assert "Longname" * 5 in text
    path.write_text("- {nam: x}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"signers\.yaml"):
        read_signers(path)


# -- bundle, contact sheet, tables, Word ---------------------------------------------------------------------------


def pages_of(element) -> set:  # type: ignore[no-untyped-def, type-arg]
    """The pages that a tag names: its own, and those of content that runs on to another."""
    kids = element["/K"] if isinstance(element["/K"], list) else [element["/K"]]
    more = [k.get_object() for k in kids if hasattr(k.get_object(), "get")]
    return {e.raw_get("/Pg") for e in (element, *more) if "/Pg" in e}


def test_the_bundle_holds_every_page_and_every_tag(facts: FactBook, counties: Mapping[str, Recipient], tmp_path: Path) -> None:
    letters = letters_of(facts, counties, "advocates-letter", "us/ia/polk-county", "us/or/lake-county", "us/tx/travis-county")
    files = []
    for number, letter in enumerate(letters):
        files.append(tmp_path / f"{number}.pdf")
        files[-1].write_bytes(letter_pdf(letter))
    data = bundle_pdf(files, ["Polk", "Lake", "Travis"], title="Three letters", lang="en")
    assert data == bundle_pdf(files, ["Polk", "Lake", "Travis"], title="Three letters", lang="en")
    made = PdfReader(io.BytesIO(data))
    pages = [len(PdfReader(f).pages) for f in files]
    assert len(made.pages) == 1 + sum(pages)
    assert [made.get_destination_page_number(o) for o in made.outline[1:]] == [1, 1 + pages[0], 1 + pages[0] + pages[1]]  # type: ignore[arg-type]
    root = made.trailer["/Root"]
    tree = root["/StructTreeRoot"]
    assert root["/MarkInfo"]["/Marked"] and len(tree["/K"]) == 1
    listed = tree["/ParentTree"]["/Nums"]
    numbers = [int(n) for n in listed[::2]]
    assert numbers == sorted(set(numbers))
    for page in made.pages:
        assert int(page["/StructParents"]) in numbers
    # Each page's tags lead back to that page.
    for page in made.pages[1:]:
        elements = listed[2 * numbers.index(int(page["/StructParents"])) + 1].get_object()
        own = [e.get_object() for e in elements if e is not None and hasattr(e.get_object(), "get")]
        assert own and all(page.indirect_reference in pages_of(e) for e in own)
    contents = made.pages[0].extract_text()
    assert "Travis" in contents and str(2 + pages[0] + pages[1]) in contents


def test_the_contact_sheet(facts: FactBook, counties: Mapping[str, Recipient]) -> None:
    letters = letters_of(facts, counties, "notice-to-the-person", "us/ia/polk-county", "us/or/lake-county")
    data = contact_pdf(letters, ["Polk", "Lake"], title="Contact sheet", notes=["2 of 2"])
    assert data == contact_pdf(letters, ["Polk", "Lake"], title="Contact sheet", notes=["2 of 2"])
    assert all(w in text_of(data) for w in ("Polk", "Lake", "2 of 2"))
    assert shown_of(3) == (0, 1, 2) and len(shown_of(5000)) == 48 and shown_of(5000)[-1] < 5000


def test_tables_hold_no_formulas_and_no_times() -> None:
    assert cell("=1+1") == "'=1+1" and cell("@x\ny") == "'@x y" and cell("plain") == "plain"
    rows = [["=1+1", "a"], ["http://x", "2"]]
    assert list(csv.reader(io.StringIO(csv_bytes(["h", "k"], rows).decode())))[1] == ["'=1+1", "a"]
    data = xlsx_bytes(["h", "k"], rows, sheet="Letters")
    assert data == xlsx_bytes(["h", "k"], rows, sheet="Letters")
    import python_calamine

    assert python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python() == [["h", "k"], ["=1+1", "a"], ["http://x", "2"]]


def test_a_word_file_is_the_same_again_and_says_what_the_pdf_says(facts: FactBook, counties: Mapping[str, Recipient]) -> None:
    from docx import Document

    (letter,) = letters_of(facts, counties, "counsel-memo", "us/tx/travis-county")
    data = letter_docx(letter)
    assert data == letter_docx(letter) and base_docx() == base_docx()
    word = Document(io.BytesIO(data))
    told = "\n".join([p.text for p in word.paragraphs] + [c.text for t in word.tables for r in t.rows for c in r.cells])
    for part in letter["parts"]:
        for group in part["paragraphs"]:
            assert all(" ".join(t.split()) in " ".join(told.split()) for t in group)
    assert "{{" not in told and "{%" not in told and "Attorney work product" in told
    assert word.core_properties.created.year == 1980  # type: ignore[union-attr]


# -- runs ------------------------------------------------------------------------------------------------------------


def run(job: Job, condition: str, out: Path, *, jobs: int = 1):  # type: ignore[no-untyped-def]
    before = read_before(out)
    selection = choose(job, read_condition(condition, where="x"), each="county")
    begin(out, before)
    made = make_all(job, selection.chosen, out, before, jobs=jobs)
    write_outputs(job, selection.chosen, selection, made, out, asked={}, before=before, bundle=True, xlsx=False, jobs=jobs, say=lambda _: None)
    return {m.id: m for m in made}


def test_a_failing_letter_stops_no_other_and_a_rerun_does_only_it(tmp_path: Path) -> None:
    path, out = tmp_path / "fails.yaml", tmp_path / "out"
    path.write_text(FAILS, encoding="utf-8")
    job = Job(read_template(path), DAY, DAY, trace=True)
    where = "county IN ('Lake County', 'Allen County') AND state IN ('OR', 'KS', 'CA', 'OH')"
    first = run(job, where, out)
    failed = {i for i, m in first.items() if m.state == "failed"}
    assert failed and len(failed) < len(first) and {m.state for m in first.values()} == {"failed", "written"}
    listed = list(csv.DictReader((out / "failed.csv").open(encoding="utf-8")))
    assert {r["recipient"] for r in listed} == failed and all("[policy] is not known" in r["reason"] and "fails.yaml:" in r["reason"] for r in listed)
    assert len(list((out / "letters").rglob("*.pdf"))) == len(first) - len(failed)
    stamps = {p: p.stat().st_mtime_ns for p in (out / "letters").rglob("*.pdf")}
    path.write_text(FAILS.replace('"It {policy}.", needed: true', '"It {policy}.", unknown: "Nobody knows."'), encoding="utf-8")
    again = run(replace(job, template=read_template(path)), where, out)
    assert {i for i, m in again.items() if m.state == "written"} == failed and {m.state for m in again.values()} == {"written", "kept"}
    assert all(p.stat().st_mtime_ns == stamp for p, stamp in stamps.items())
    third = run(replace(job, template=read_template(path)), where, out)
    assert {m.state for m in third.values()} == {"kept"} and (out / "failed.csv").read_text(encoding="utf-8") == "recipient,reason\n"


def test_a_fault_of_the_renderer_is_one_letters_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dueprocess.letters.run as room

    true = room._rendered

    def faulty(letter, job):  # type: ignore[no-untyped-def]
        if "lake" in letter.id:
            raise ValueError("a made-up fault")
        return true(letter, job)

    monkeypatch.setattr(room, "_rendered", faulty)
    job = Job(read_template(shipped()["notice-to-the-person"]), DAY, DAY)
    made = run(job, "place IN ('us/or/lake-county', 'us/or/linn-county')", tmp_path / "out")
    assert {m.state for m in made.values()} == {"failed", "written"} and "ValueError: a made-up fault" in made["us/or/lake-county/sheriff"].reason
    monkeypatch.setattr(room, "_rendered", true)
    made = run(job, "place IN ('us/or/lake-county', 'us/or/linn-county')", tmp_path / "out")
    assert made["us/or/lake-county/sheriff"].state == "written" and made["us/or/linn-county/sheriff"].state == "kept"


def test_letters_that_are_asked_for_no_more_are_taken_away(tmp_path: Path) -> None:
    job = Job(read_template(shipped()["notice-to-the-person"]), DAY, DAY)
    run(job, "place IN ('us/or/lake-county', 'us/or/linn-county')", tmp_path / "out")
    run(job, "place = 'us/or/linn-county'", tmp_path / "out")
    assert [p.name for p in (tmp_path / "out" / "letters").rglob("*.pdf")] == ["linn-county-sheriff.pdf"]
    known = json.loads((tmp_path / "out" / RUN).read_text(encoding="utf-8"))
    assert known["counts"]["selected"] == 1 and known["template_reviewed"] is None and known["law_version"].startswith("sha256:")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    for folder in (tmp_path / "mine", tmp_path / "mine" / "file"):
        with pytest.raises(InputError, match="holds no letters"):
            read_before(folder)
    assert read_before(tmp_path / "new") == {}


def test_several_processes_write_the_same_bytes(tmp_path: Path) -> None:
    job = Job(read_template(shipped()["notice-to-the-person"]), DAY, DAY, trace=True)
    where = "state = 'ME' OR state = 'OR'"
    one, two = run(job, where, tmp_path / "one", jobs=1), run(job, where, tmp_path / "two", jobs=2)
    assert one == two and len(one) == 52 >= 2 * FEW  # fewer would be written by one process
    for path in sorted((tmp_path / "one").rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes(), path.name


def test_a_sentence_by_sentence_trace(tmp_path: Path) -> None:
    job = Job(read_template(shipped()["advocates-letter"]), DAY, DAY, trace=True)
    run(job, "place = 'us/ia/polk-county'", tmp_path / "out")
    rows = list(csv.DictReader((tmp_path / "out" / "trace.csv").open(encoding="utf-8")))
    policy = [r for r in rows if r["text"] == "As sources tell it, your office holds on a detainer only with a court's order."]
    assert {r["kind"] for r in policy} == {"claim"} and "ia-polk-county-sheriff-s-office-dmr17b" in {r["id"] for r in policy}
    assert any((r["kind"] == "authority" and r["id"] == "us/circuit-8/parada") or r["id"].startswith("us/ia/") for r in rows)
    assert {r["sentence"] for r in rows} == {str(n) for n in range(1, max(int(r["sentence"]) for r in rows) + 1)}


# -- replies ----------------------------------------------------------------------------------------------------------


def test_a_reply_becomes_a_source_and_the_next_letter_rests_on_it(tmp_path: Path, book: Lawbook) -> None:
    mine = tmp_path / "registry"
    reply = ROOT / "docs" / "examples" / "made-up-reply.txt"
    ask = {"agency": "us/ks/allen-county/sheriff", "position": "requires_court_order", "day": "2026-11-20", "registry": mine, "accepts": ("court_order",), "effective": "2014-05-01"}
    claim, changed = file_reply(reply, **ask)  # type: ignore[arg-type]
    assert changed and claim.voice == "own"
    again, nothing = file_reply(reply, **ask)  # type: ignore[arg-type]
    assert again == claim and nothing == ()
    second, _ = file_reply(reply, **{**ask, "agency": "us/ks/barber-county/sheriff"})  # type: ignore[arg-type]
    registry = read_registry(mine)
    assert set(registry.claims) == {claim.id, second.id}
    source = registry.sources[claim.source]
    assert (mine / source.capture).read_bytes() == reply.read_bytes() and "made-up" not in source.capture
    job = Job(read_template(shipped()["advocates-letter"]), DAY, DAY, registry_folders=(mine,))
    run(job, "place = 'us/ks/allen-county'", tmp_path / "out")
    text = text_of((tmp_path / "out" / "letters" / "ks" / "allen-county-sheriff.pdf").read_bytes())
    assert "holds on a detainer only with a court's order" in text and "the office's own words" in text and "took effect on May 1, 2014" in text
    with pytest.raises(InputError):
        file_reply(reply, **{**ask, "agency": "us/ks/alen-county/sheriff"})  # type: ignore[arg-type]
    with pytest.raises(InputError, match="nothing to accept"):
        file_reply(reply, **{**ask, "accepts": ("warrant",)})  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cannot be read"):
        file_reply(tmp_path / "no.pdf", **ask)  # type: ignore[arg-type]


# -- audits -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("audit") / "audit"
    audit([ROOT / "docs" / "examples" / "made-up-jail.csv"], out, lawbook=load_lawbook(), options=Options(DAY, DAY), say=lambda text, share=0.0: None)
    return out


def big(folder: Path, rows: list[tuple[str, int, int, float, int]]) -> Path:
    """A made-up audit's folder: (agency, certain stays, possible, certain hours, no)."""
    folder.mkdir()
    total = {"certain": [0, 0.0], "possible": [0, 0.0], "unknown": [0, None], "contradiction": [0, None], "no": [0, None]}
    with (folder / "by_agency.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["agency", "name", "stays", "persons", "certain", "certain_hours_least", "certain_hours_most", "possible", "possible_hours_least", "possible_hours_most", "unknown", "contradiction", "no"])
        for agency, certain, possible, hours, no in rows:
            writer.writerow([agency, agency, certain + possible + no, "", certain, hours, hours + 5, possible, 0.0, 9.0, 0, 0, no])
            total["certain"][0] += certain
            total["possible"][0] += possible
            total["no"][0] += no
    run = {
        "format": "dueprocess-audit-1", "command": "dueprocess audit made-up.csv", "inputs": [{"file": "made-up.csv", "rows": 900, "sha256": "0"}], "rows_in": 900, "rows_out": 900,
        "stays": sum(sum(r[1:3]) + r[4] for r in rows), "classes": {n: {"stays": s, "hours_least": h, "hours_most": h} for n, (s, h) in total.items()},
        "law_known_at": "2026-11-22", "law_version": "sha256:0", "options": {"public": False}, "assumptions": [],
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    return folder


def test_figures_tell_aggregates_and_no_small_number(tmp_path: Path, book: Lawbook) -> None:
    folder = big(tmp_path / "a", [("us/or/lane-county/sheriff", 200, 60, 1234.5, 300), ("us/or/linn-county/sheriff", 40, 30, 333.0, 80), ("us/or/lake-county/sheriff", 4, 3, 50.0, 2), ("us/or/lincoln-county/sheriff", 3, 20, 9.0, 60), ("us/or/polk-county/sheriff", 25, 15, 100.0, 30)])
    found = read_figures(folder, usd_a_day=100.0)
    assert "us/or/lake-county/sheriff" not in found
    lane = found["us/or/lane-county/sheriff"]
    assert lane.stays == "560" and lane.certain.startswith("200, of 1,230 to 1,240 hours") and lane.possible.startswith("60")
    assert lane.exposure.startswith("$") and lane.cost == "$5,100 to $5,200" and "100.00 USD a day" in lane.cost_basis
    small = found.get("us/or/lincoln-county/sheriff")
    assert small is None or (not small.certain and "together with those of other agencies" in small.classes)
    job = Job(read_template(shipped()["press-release"]), DAY, DAY, figures={"us/or/lane-county/corrections": lane})
    assert [r.agency for r in choose(job, read_condition("audited AND counted AND priced", where="x"), each="county").chosen] == ["us/or/lane-county/sheriff"]
    without = read_figures(folder)["us/or/lane-county/sheriff"]
    assert without.cost == "" and without.exposure == lane.exposure
    for name in ("press-release", "advocates-letter", "counsel-memo", "class-notice"):
        job = Job(read_template(shipped()[name]), DAY, DAY, figures=found)
        selection = choose(job, read_condition("audited", where="x"), each="county")
        assert {r.agency for r in selection.chosen} == set(found)
        facts = FactBook(job.registry, load_places(), job.book, as_of=DAY, known_at=DAY, figures=found)
        for row in selection.chosen:
            text = " ".join(s.text for s in Merger(job.template).letter(row.id, facts.of(row)).said)
            assert found[row.agency].stays in text and "None" not in text and "Lake" not in text
            assert ("Certainly" in text) == bool(found[row.agency].certain)


def test_figures_of_a_public_or_small_audit(tmp_path: Path, audited: Path) -> None:
    folder = big(tmp_path / "a", [("us/or/lane-county/sheriff", 3, 2, 10.0, 4)])
    assert read_figures(folder) == {}
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps({**run, "options": {"public": True}}), encoding="utf-8")
    with pytest.raises(InputError, match="--public"):
        read_figures(folder)
    found = read_figures(audited)
    assert set(found) <= {"us/or/clackamas-county/sheriff", "us/or/multnomah-county/sheriff"}


def test_the_liability_report_is_the_exposure_of_the_audit(audited: Path, book: Lawbook) -> None:
    from dueprocess.audit.exposure import groups_of

    ask = {"of": "Clackamas County, OR", "book": book, "as_of": DAY, "known_at": DAY}
    told = report_of(audited, usd_a_day=95.0, **ask)  # type: ignore[arg-type]
    groups = {c: next((a for a in g["by_agency"] if a["agency"] == "us/or/clackamas-county/sheriff"), None) for c, g in groups_of(audited / "results.parquet", audited / "prepared" / "stays.parquet").items()}
    own = {c: g for c, g in groups.items() if g}
    made = exposure(own, Assumptions(include="certain_and_possible"))
    ranges = next(s for s in told["sections"] if s["title"].startswith("2."))
    assert ranges["rows"][1][2] == f"${made['low']:,.0f} to ${made['high']:,.0f}"
    assert len(ranges["rows"]) == 6
    records = next(s for s in told["sections"] if s["title"].startswith("1."))
    assert {r[0]: int(r[1]) for r in records["rows"]} == {c: g["stays"] for c, g in own.items()}
    assert "work product" in told["marking"] and "95.00 USD a day" in next(s for s in told["sections"] if s["title"].startswith("7."))["paragraphs"][0]
    assert "Not reckoned" in next(s for s in report_of(audited, **ask)["sections"] if s["title"].startswith("7."))["paragraphs"][0]  # type: ignore[arg-type]
    data = liability_pdf(audited, **ask)  # type: ignore[arg-type]
    assert data == liability_pdf(audited, **ask)  # type: ignore[arg-type]
    text = text_of(data)
    assert "Attorney work product" in text and "Liability report" in text and "Reviewed by nobody" in text and "None" not in text
    with pytest.raises(InputError, match="no stay of"):
        report_of(audited, **{**ask, "of": "us/or/lake-county"})  # type: ignore[arg-type]
