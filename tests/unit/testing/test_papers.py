"""The paper factory: the same seed gives the same papers; what it says about a paper is what is drawn."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pdfplumber
import pypdf
import pytest
from PIL import Image

from dueprocess.case.model import DETAINERS
from dueprocess.case.reading import OTHER_EDITIONS, PAPER_KINDS, SIGNERS
from dueprocess.law import load_lawbook
from dueprocess.testing.papers import (
    LEVELS,
    Paper,
    Seeded,
    draw_pdf,
    eml,
    facts,
    form,
    image_pdf,
    jpeg,
    misread,
    names,
    png,
    random_packet,
    random_paper,
    scan,
    text_of,
    tiff,
    truth,
    two_up,
)


@cache
def made(name: str, seed: int = 1) -> Paper:
    return replace(random_paper(Seeded(seed), name, spoil=0.0), pages=1)


def words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z0-9]+", text)


def test_every_edition_of_the_lawbook_can_be_drawn_and_no_other() -> None:
    drawn = {(form(n).kind, form(n).edition) for n in names() if form(n).edition}
    known = {(kind, edition) for kind in DETAINERS for edition in load_lawbook().forms[kind]}
    assert drawn == known | {(kind, e) for kind, editions in OTHER_EDITIONS.items() for e in editions}
    assert {form(n).kind for n in names()} == set(PAPER_KINDS)


@pytest.mark.parametrize("name", names())
def test_a_form_means_only_what_a_case_file_can_hold(name: str) -> None:
    printed = {f.box for f in load_lawbook().vocabulary.facts.values() if f.box}
    template = form(name)
    assert set(template.meaning.values()) <= printed and set(template.meaning) <= set(template.boxes)
    for listed in ("one_of", "and_one_of", "exactly_one", "rarely", "usual", "perhaps"):
        assert set(template.listed(listed)) <= set(template.boxes), listed
    assert set(template.listed("signer")) <= set(SIGNERS)
    assert len(set(template.boxes)) == len(template.boxes)


@pytest.mark.parametrize("name", names())
def test_the_same_seed_gives_the_same_paper_and_bytes(name: str) -> None:
    first, again = (random_paper(Seeded(5), name) for _ in range(2))
    assert first == again and draw_pdf(first) == draw_pdf(again) and draw_pdf(first, fields=True) == draw_pdf(again, fields=True)
    assert text_of(first) == text_of(again) and truth(first) == truth(again)


@pytest.mark.parametrize("name", [n for n in names() if n != "holiday_photo"])
def test_labels_and_values_stand_where_the_truth_says(name: str) -> None:
    paper = made(name)
    with pdfplumber.open(io.BytesIO(draw_pdf(paper))) as pdf:
        page = pdf.pages[0]
        seen = 0
        for field in truth(paper).fields:
            if field.label_box is not None:
                assert set(words(field.label)) <= set(words(inside(page, field.label_box))), field
                seen += 1
            if field.sort == "text" and isinstance(field.value, str) and field.value:
                assert words(field.value) == words(inside(page, field.box)), field
                seen += 1
        assert seen >= 4


def inside(page: Any, box: tuple[float, float, float, float]) -> str:
    """The words whose letters have their middle in the box."""
    x0, y0, x1, y1 = box
    return str(page.filter(lambda o: o["object_type"] == "char" and x0 - 1 < (o["x0"] + o["x1"]) / 2 < x1 + 1 and y0 < (o["top"] + o["bottom"]) / 2 < y1).extract_text())


@pytest.mark.parametrize("name", names())
def test_every_box_is_on_the_page_and_none_covers_another(name: str) -> None:
    found = truth(made(name)).fields
    boxes = [f.box for f in found if f.sort == "box"]
    assert all(0 <= f.box[0] < f.box[2] <= 612 and 0 <= f.box[1] < f.box[3] <= 792 for f in found)
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]]


def test_form_fields_hold_the_values_and_their_names_say_nothing() -> None:
    paper = made("i-247a_2017-02")
    fields = pypdf.PdfReader(io.BytesIO(draw_pdf(paper, fields=True))).get_fields() or {}
    assert all(re.fullmatch(r"(Text|CheckBox)\d+", name) for name in fields)
    ticked = [name for name, f in fields.items() if f.get("/FT") == "/Btn" and f.get("/V") != "/Off"]
    assert len(ticked) == len(paper.ticked) > 0
    texts = {str(f.get("/V", "")).strip() for f in fields.values() if f.get("/FT") == "/Tx"}
    assert {v for k, v in paper.values.items() if "\n" not in v and k in paper.template.texts and k != "remark"} <= texts


def dark(image: Image.Image, box: tuple[float, float, float, float]) -> float:
    gray = image.convert("L").crop(tuple(round(v) for v in box))  # type: ignore[arg-type]
    histogram = gray.histogram()
    return sum(histogram[:128]) / max(1, sum(histogram))


@pytest.mark.parametrize("style", ["x", "check", "filled", "circle", "outside", "typed"])
def test_a_ticked_box_is_darker_around_than_an_empty_one(style: str) -> None:
    paper = made("i-247d_2015-05")
    paper = replace(paper, marks=dict.fromkeys(paper.ticked, style))
    (page,) = scan(draw_pdf(paper), Seeded(1), level="clean", dpi=200)
    shares: dict[bool, list[float]] = {True: [], False: []}
    for field in truth(paper).fields:
        if field.sort == "box":
            x0, y0, x1, y1 = field.box
            side = x1 - x0
            # A little to the left and above too: a circle or an X partly outside stands there; no label does.
            shares[bool(field.value)].append(dark(page.image, page.to_pixels((x0 - side * 0.6, y0, x1, y1))))
    assert min(shares[True]) > max(shares[False])


def test_an_unsigned_paper_has_no_ink_where_the_signature_goes() -> None:
    signed = made("i-200_2016-09")
    unsigned = replace(signed, drawn=signed.drawn - {"signature"})
    assert facts(signed).signed_by == "immigration_officer" and facts(unsigned).signed_by == "none"
    shares = []
    for paper in (signed, unsigned):
        (page,) = scan(draw_pdf(paper), Seeded(1), level="clean", dpi=150)
        x0, y0, x1, y1 = truth(paper).field("signature").box
        shares.append(dark(page.image, page.to_pixels((x0, y0 - 4, x1, y1 - 2))))
    assert shares[0] > 0.01 > shares[1] == 0.0


@pytest.mark.parametrize("level", LEVELS)
def test_a_scan_knows_where_everything_went(level: str) -> None:
    """The black corner marks of a page that is nothing else land where the matrix says."""
    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792))
    canvas.rect(290, 792 - 420, 24, 24, fill=1)
    canvas.showPage()
    canvas.save()
    for seed in range(6):
        (page,) = scan(out.getvalue(), Seeded(seed), level=level)
        x0, y0, x1, y1 = page.to_pixels((290, 396, 314, 420))
        assert dark(page.image, (x0 + (x1 - x0) * 0.25, y0 + (y1 - y0) * 0.25, x1 - (x1 - x0) * 0.25, y1 - (y1 - y0) * 0.25)) > 0.9, (seed, page.done)


def test_scans_have_the_size_of_the_page_and_repeat() -> None:
    pdf = draw_pdf(made("i-205"))
    (page,) = scan(pdf, Seeded(3), level="office", dpi=150)
    assert page.image.size == (1275, 1650)
    for level in LEVELS:
        first, again = (scan(pdf, Seeded(3), level=level)[0] for _ in range(2))
        assert first.image.tobytes() == again.image.tobytes() and first.matrix == again.matrix
    with pytest.raises(ValueError, match="no level"):
        scan(pdf, Seeded(3), level="nonsense")


def test_shuffled_pages_are_the_same_pages() -> None:
    pdf = draw_pdf(random_packet(Seeded(2), kinds=["fax_cover", "i-247a", "i-200_2016-09", "i-205", "i-862"]))
    straight, mixed = (scan(pdf, Seeded(1), level="clean", dpi=50, shuffle=shuffle) for shuffle in (False, True))
    assert [p.page for p in straight] == sorted(p.page for p in mixed) != [p.page for p in mixed]


def test_the_files_that_arrive_hold_the_pages() -> None:
    pages = scan(draw_pdf([made("i-247a_2017-02"), made("i-200_2016-09")]), Seeded(4), level="fax")
    assert Image.open(io.BytesIO(tiff(pages))).n_frames == 2  # type: ignore[attr-defined]
    document = pypdf.PdfReader(io.BytesIO(image_pdf(pages)))
    assert len(document.pages) == 2 and not document.pages[0].extract_text().strip()
    assert abs(float(document.pages[0].mediabox.width) - 612) < 2
    assert Image.open(io.BytesIO(png(pages[0]))).size == Image.open(io.BytesIO(jpeg(pages[0]))).size == pages[0].image.size
    sheet = two_up(*pages)
    assert sheet.image.width > sheet.image.height
    assert image_pdf(pages) == image_pdf(pages)


def test_an_email_carries_its_attachments_and_repeats() -> None:
    import email
    import email.policy

    parts = [("scan.pdf", b"%PDF-1.4 made up"), ("page.tif", b"II*\0")]
    message = eml(parts, text="Two papers.")
    assert message == eml(parts, text="Two papers.")
    read = email.message_from_bytes(message, policy=email.policy.default)
    assert [(p.get_filename(), p.get_content()) for p in read.iter_attachments()] == parts  # type: ignore[attr-defined]


def test_text_of_a_paper_holds_its_labels_values_and_ticks() -> None:
    for name in names():
        paper = made(name)
        text = " ".join(text_of(paper).split())
        for key, value in paper.values.items():
            if key in truth_keys(paper):
                assert " ".join(value.split("\n")[0].split()) in text, (name, key)
        assert text.count("[X]") == len(paper.ticked), name


def truth_keys(paper: Paper) -> set[str]:
    return {f.key for f in truth(paper).fields}


def test_misreading_changes_about_as_much_as_asked_and_keeps_lines() -> None:
    text = text_of(made("i-247a_2017-02"))
    assert misread(text, Seeded(1), rate=0.0) == text
    for rate in (0.005, 0.02, 0.05):
        read = misread(text, Seeded(9), rate=rate)
        assert read.count("\n") == text.count("\n") and read == misread(text, Seeded(9), rate=rate)
        assert read != text
        assert abs(len(read) - len(text)) <= len(text) * rate * 1.5 + 3


def test_papers_that_are_easily_mistaken_for_a_judges() -> None:
    for seed in range(40):
        paper = random_paper(Seeded(seed))
        known = facts(paper)
        assert known.judicial == (known.kind in ("judicial_warrant", "court_order", "probable_cause_affidavit"))
        if known.signed_by in ("judge", "clerk"):
            assert known.judicial
        if known.kind.startswith(("i-", "immigration")):
            assert known.signed_by in ("immigration_officer", "immigration_judge", "none") and not known.judicial
    assert "WARRANT" in text_of(made("i-205")) and not facts(made("i-205")).judicial
    assert facts(made("judicial_warrant_bench")).matter == "criminal" and facts(made("judicial_warrant_civil")).matter == "civil"
    assert facts(made("immigration_judge_order")).signed_by == "immigration_judge"


def test_papers_go_wrong_in_every_way_a_reader_must_see() -> None:
    found = [facts(random_paper(Seeded(seed), "i-247a")) for seed in range(300)]
    assert {f.signed_by for f in found} == {"immigration_officer", "none"}
    assert any(not f.boxes for f in found) and any(f.served_on is None for f in found) and any(f.served_on for f in found)
    assert any(f.cancels for f in found) and any(f.refers_to == ("i-200",) for f in found) and any(not f.refers_to for f in found)
    assert any("hold_blank" in (f.boxes or ()) for f in (facts(random_paper(Seeded(s), "i-247_2012-12")) for s in range(80)))


def test_a_packet_is_about_one_person_but_for_some() -> None:
    people = [{p.person for p in random_packet(Seeded(seed), spoil=0.3)} for seed in range(60)]
    assert {len(found) for found in people} == {1, 2}
    assert sum(len(found) == 1 for found in people) > 40


def test_nobody_in_them_exists() -> None:
    for seed in range(50):
        paper = random_paper(Seeded(seed))
        assert paper.values.get("file_no", "A000 ").startswith("A000 ")
        phones = re.findall(r"\(\d{3}\) \d{3}", " ".join(paper.values.values()))
        assert set(phones) <= {"(555) 555"}
