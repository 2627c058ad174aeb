"""What strangers send: locked, cut short, empty, huge, hostile. A clear finding or one line; bounded time and memory."""

from __future__ import annotations

import io
import random
import socket
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from dueprocess.kernel.errors import InputError
from dueprocess.papers import Limits, keep, read_files, read_packet
from dueprocess.testing.papers import (
    Seeded,
    draw_pdf,
    eml,
    image_pdf,
    jpeg,
    png,
    random_paper,
    scan,
    text_of,
    tiff,
)

SMALL = Limits(page_seconds=10.0)


def good() -> bytes:
    return draw_pdf(random_paper(Seeded("tests/980000"), "i-247a_2017-03", spoil=0.0))


def pdf(objects: list[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, 2)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % p for p in places))
    out.write(b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (n + 3) for n in range(count))
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids), *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"] * count])


def locked() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(good())))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb() -> bytes:
    """A page whose content grows from some kilobytes to two gigabytes."""
    packed = zlib.compress(zlib.compress(b"0 0 m 1 1 l S " * 6_000_000, 9), 9)
    stream = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>\nstream\n%s\nendstream" % (len(packed), packed)
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>", stream])


def huge_png() -> bytes:
    """A picture of 60,000 by 60,000 dots in a few kilobytes."""
    head = (60_000).to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000, 9)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("locked.pdf", locked, "password"),
        ("empty.pdf", lambda: b"", "empty"),
        ("zeros.pdf", lambda: b"\0" * 5000, "empty"),
        ("none.pdf", lambda: pages(0), "no pages|damaged"),
        ("many.pdf", lambda: pages(10_000), "10,000 pages"),
        ("cut.pdf", lambda: good()[:300], "damaged"),
        ("half.pdf", lambda: good()[: len(good()) // 3], "damaged|no pages"),
        ("word.pdf", lambda: b"PK\x03\x04" + b"x" * 400, "ZIP"),
        ("program.pdf", lambda: b"MZ\x90\0" + bytes(400), "program"),
        ("noise.pdf", lambda: random.Random(1).randbytes(4000), "neither"),
        ("huge.png", huge_png, "too large"),
        ("cut.png", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "damaged"),
        ("cut.tif", lambda: b"II*\0\x08\0\0\0", "damaged"),
        ("cut.jpg", lambda: b"\xff\xd8\xff\xe0" + b"\0" * 20, "damaged"),
    ],
)
def test_one_clear_line(name: str, make: object, says: str) -> None:
    with pytest.raises(InputError, match=says) as refused:
        read_packet([(name, make())], limits=SMALL)  # type: ignore[operator]
    assert str(refused.value).startswith(name) and "\n" not in str(refused.value)


def test_a_bomb_costs_its_page_and_no_more() -> None:
    reading = read_packet([("bomb.pdf", bomb())], limits=Limits(page_seconds=4.0, memory=600 * 1024**2))
    assert reading.papers == () or all(p.kind == "other" for p in reading.papers)
    assert {f.code for f in reading.findings} <= {"limit", "page_unreadable", "page_blank"}


def image_bomb() -> bytes:
    """A page with a picture of 60,000 by 60,000 dots, which unpacks to 3.6 gigabytes."""
    packed = zlib.compress(b"\0" * 50_000_000, 9)
    picture = b"<</Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(packed), packed)
    draw = b"q 612 0 0 792 0 0 cm /A Do Q"
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</A 5 0 R>>>>>>",
            b"<</Length %d>>\nstream\n%s\nendstream" % (len(draw), draw), picture,
        ]
    )  # fmt: skip


def test_a_picture_that_would_fill_the_memory_costs_its_page() -> None:
    reading = read_packet([("picture.pdf", image_bomb())], limits=Limits(page_seconds=6.0, memory=1200 * 1024**2))
    assert all(p.kind == "other" for p in reading.papers)
    assert reading.papers or reading.findings


def test_nothing_is_fetched_from_a_link_an_action_or_a_picture_in_a_mail() -> None:
    """A listener that nobody must call."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/x".encode()
        action = b"<</S/URI/URI(%s)>>" % address
        remote = b"<</S/GoToR/F<</FS/URL/F(%s)>>/D[0/Fit]>>" % address
        document = pdf(
            [
                b"<</Type/Catalog/Pages 2 0 R/OpenAction %s/AA<</WC %s>>>>" % (action, remote), b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/AA<</O %s>>/Annots[4 0 R]>>" % action,
                b"<</Type/Annot/Subtype/Link/Rect[0 0 600 700]/A %s>>" % action,
            ]
        )  # fmt: skip
        mail = b"From: a@example.org\nTo: b@example.org\nMIME-Version: 1.0\nContent-Type: text/html\n\n<p>see <img src=\"%s\"><script src=\"%s\"></script>\n" % (address, address)
        reading = read_packet([("links.pdf", document), ("mail.eml", mail)], limits=SMALL)
        assert "active_content" in [f.code for f in reading.findings] and reading.papers == ()
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_cross_reference_table_that_lies() -> None:
    data = good()
    at = data.rindex(b"startxref")
    broken = data[:at] + b"startxref\n7\n%%EOF\n"
    reading = read_packet([("xref.pdf", broken)], limits=SMALL)
    assert [p.kind for p in reading.papers] == ["i-247a"]


def test_scripts_are_told_and_not_run() -> None:
    data = pdf([b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"])
    reading = read_packet([("script.pdf", data)], limits=SMALL)
    assert "active_content" in [f.code for f in reading.findings]


def test_the_name_of_a_file_says_nothing() -> None:
    assert [p.kind for p in read_packet([("picture.jpg", good())], limits=SMALL).papers] == ["i-247a"]


def test_a_holiday_photo_is_no_paper_that_counts() -> None:
    data = draw_pdf(random_paper(Seeded("tests/980001"), "holiday_photo"))
    reading = read_packet([("beach.pdf", data)], limits=SMALL)
    assert all(p.kind == "other" and p.judicial != "yes" for p in reading.papers)
    assert reading.papers or [f.code for f in reading.findings]


def test_a_photo_from_the_beach_as_the_telephone_gives_it() -> None:
    source = Seeded("tests/980003")
    page = scan(draw_pdf(random_paper(source, "holiday_photo")), source, level="photo")[0]
    reading = read_packet([("photo.jpg", jpeg(page))], limits=SMALL)
    assert all(p.kind == "other" and p.judicial != "yes" for p in reading.papers)
    assert reading.papers or [f.code for f in reading.findings]


def test_a_letter_in_another_language_is_asked_about() -> None:
    reading = read_packet([("carta.pdf", draw_pdf(random_paper(Seeded("tests/980002"), "letter_foreign")))], limits=SMALL)
    assert [p.kind for p in reading.papers] == ["other"]
    assert "language_other" in [f.code for f in reading.papers[0].findings]


def test_a_page_that_cannot_be_read_in_time_costs_that_page() -> None:
    reading = read_packet([("slow.pdf", good())], limits=Limits(page_seconds=-19.9))
    assert "limit" in [f.code for f in reading.findings]
    assert reading.papers == ()


def test_an_e_mail_inside_an_e_mail_and_headers_in_its_text() -> None:
    inner = b"From: a@example\nTo: b@example\nSubject: x\n\nFrom: c@example\nTo: d@example\n\nhello\n"
    reading = read_packet([("mail.eml", inner)], limits=SMALL)
    assert reading.papers == ()


def test_the_original_is_kept_byte_for_byte(tmp_path: Path) -> None:
    data = good() + b"% a trailing remark\n"
    first = keep(data, tmp_path / "kept", media="pdf")
    assert first.read_bytes() == data and first == keep(data, tmp_path / "kept", media="pdf")
    assert [p.name for p in (tmp_path / "kept").iterdir()] == [first.name]


def test_progress_is_told_page_by_page(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(pages(120))
    told: list[tuple[int, int]] = []
    reading = read_files([path], progress=lambda done, all: told.append((done, all)), limits=SMALL)
    assert len(reading.pages) == 120 and {p.how for p in reading.pages} == {"blank"}
    assert told[-1] == (120, 120) and len(told) >= 3


def broken(data: bytes, seed: int) -> bytes:
    draw = random.Random(seed)
    out = bytearray(data)
    for _ in range(draw.choice((1, 4, 40, 400))):
        at = draw.randrange(len(out))
        match draw.randrange(4):
            case 0:
                out[at] = draw.randrange(256)
            case 1:
                del out[at : at + draw.randrange(1, 200)]
            case 2:
                out[at:at] = draw.randbytes(draw.randrange(1, 60))
            case _:
                out[at : at + 30] = out[:30]
        if len(out) < 10:
            break
    return bytes(out)


def sent(media: str, whole: bool) -> bytes:
    """A good file of this sort, to be broken; a picture of a page, or of its upper third, which is recognized sooner."""
    if media == "pdf":
        return good()
    source = Seeded("tests/980004")
    paper = random_paper(source, "i-247a_2017-03", spoil=0.0)
    if media == "form":
        return draw_pdf(paper, fields=True)
    if media == "text":
        return text_of(paper).encode()
    if media == "eml":
        return eml([("a.pdf", good())], text="Attached please find a detainer.")
    page = scan(draw_pdf(paper), source, level="fax")[0]
    if not whole:
        page = replace(page, image=page.image.crop((0, 0, page.image.width, page.image.height // 3)))
    return {"tiff": tiff([page]), "png": png(page), "jpeg": jpeg(page), "scan": image_pdf([page])}[media]


def fuzzed(media: str, count: int, first: int, *, whole: bool) -> None:
    data = sent(media, whole)
    for seed in range(first, first + count):
        try:
            reading = read_packet([("fuzzed", broken(data, seed))], limits=SMALL)
        except InputError as error:
            assert "\n" not in str(error)
        else:
            assert all(p.judicial != "yes" for p in reading.papers), seed


@pytest.mark.parametrize(("media", "count"), [("pdf", 8), ("form", 3), ("eml", 3), ("text", 3), ("png", 2), ("tiff", 2)])
def test_broken_files_are_read_or_refused(media: str, count: int) -> None:
    fuzzed(media, count, first=1, whole=False)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("media", "count"), [("pdf", 700), ("form", 300), ("eml", 300), ("text", 300), ("png", 100), ("jpeg", 100), ("tiff", 150), ("scan", 100)])
def test_many_broken_files_are_read_or_refused(media: str, count: int) -> None:
    fuzzed(media, count, first=1000, whole=True)
