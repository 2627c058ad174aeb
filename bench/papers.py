"""Papers read: kind, edition and fields against what was drawn; speed and memory. Seeds that development never used."""

from __future__ import annotations

import argparse
import io
import itertools
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.measure import quantile, table, verdict
from dueprocess.papers.dates import read_date
from dueprocess.papers.reading import Limits, read_files, read_packet
from dueprocess.papers.values import PaperReading, Reading
from dueprocess.testing.papers import (
    Paper,
    ScanPage,
    Truth,
    draw_pdf,
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
)
from dueprocess.testing.source import Seeded

FIRST_SEED = 1_900_000
HERE = Limits(apart=False)
NOT_PAPERS = ("holiday_photo",)
SAME_PAPER = ("email_cover", "face_sheet", "fax_cover", "holiday_photo", "letter", "letter_foreign", "return_of_service")


@dataclass
class Score:
    """Counts of one kind of input."""

    papers: int = 0
    kinds: int = 0
    editions: int = 0
    editions_wrong: int = 0
    fields: int = 0
    right: int = 0
    certain: int = 0
    certain_right: int = 0
    judges: int = 0
    seconds: list[float] = field(default_factory=list)
    pages: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)


def expected(true: Truth, paper: Paper) -> Iterator[tuple[str, object]]:
    """What the answer turns on, as a reader must find it: ticked boxes, dates, signature, who signed, the case number."""
    facts = true.facts
    template = form(facts.name)
    first_page = {f.key: f for f in true.fields if f.page == 1}
    if facts.kind.startswith("i-247"):
        for box in sorted(set(template.meaning.values())):
            yield box, box in (facts.boxes or ())
        if "cancel" in first_page:
            yield ":cancels", first_page["cancel"].value
    if template.kind == "other":
        return
    if "local_booking_no" in first_page:
        yield "booking", "".join(c for c in str(first_page["local_booking_no"].value).upper() if c.isalnum())
    for key, ours in (("date", "date"), ("served_on", "served_on"), ("cancel_date", "cancels_of")):
        if key in first_page and (ours != "served_on" or facts.kind.startswith("i-247")):
            day = read_date(str(first_page[key].value)) if first_page[key].value else None
            yield ours, day.isoformat() if day else ""
    if "signature" in first_page:
        yield "signature", first_page["signature"].value
    if paper.signer != "none":
        yield "officer", paper.signer
    if "case_no" in first_page:
        yield "case_no", first_page["case_no"].value


def found(paper: PaperReading | None, key: str) -> tuple[object, bool]:
    """The value that was read (below the threshold too), and whether it counts."""
    one = paper.field(key) if paper is not None else None
    if one is None:
        return None, False
    value = one.personal.key() if key == "booking" and one.personal is not None else one.read
    return value, one.certain and (one.value is not None or one.read == "")


def match(reading: Reading, truths: Sequence[tuple[Truth, Paper]], score: Score, *, verbose: str = "") -> None:
    """Count one reading of papers in their order."""
    for index, (true, paper) in enumerate(truths):
        got = reading.papers[index] if index < len(reading.papers) else None
        score.papers += 1
        kind = true.facts.kind
        if got is not None and got.kind == kind:
            score.kinds += 1
        else:
            score.missed[f"{true.facts.name}: kind"] += 1
            if verbose:
                print(verbose, true.facts.name, "kind", got and got.kind, got and got.about, [f.code for f in got.findings] if got else "")
        if (got.edition if got is not None else "?") == true.facts.edition:
            score.editions += 1
        elif got is not None and got.edition is not None:
            score.editions_wrong += 1
            score.wrong[f"{true.facts.name}: edition"] += 1
        else:
            score.missed[f"{true.facts.name}: edition"] += 1
            if verbose:
                print(verbose, true.facts.name, "edition", got and got.edition, "want", true.facts.edition)
        if got is not None and got.judicial == "yes" and not true.facts.judicial:
            score.judges += 1
            print("ADMINISTRATIVE CALLED JUDICIAL", verbose, true.facts.name)
        for key, want in expected(true, paper):
            value, certain = found(got, key)
            if isinstance(want, str) and isinstance(value, str) and key == "case_no":
                value, want = "".join(value.split()).upper(), "".join(want.split()).upper()
            score.fields += 1
            score.certain += certain
            if value == want:
                score.right += 1
                score.certain_right += certain
            else:
                score.missed[f"{true.facts.name}: {key}"] += 1
                if certain:
                    score.wrong[f"{true.facts.name}: {key}"] += 1
                if verbose:
                    one = got.field(key) if got else None
                    print(verbose, true.facts.name, key, "want", want, "got", value, "CERTAIN" if certain else "", one and (one.confidence, one.how, one.quote[:40]), paper.marks if isinstance(want, bool) else "")


def clean(count: int, *, first: int = FIRST_SEED, only: Sequence[str] = (), verbose: bool = False) -> Score:
    """Text PDFs, flat and with form fields."""
    score = Score()
    for name in only or names():
        if name in NOT_PAPERS:
            continue
        for seed in range(first, first + count):
            paper = random_paper(Seeded(f"papers/{seed}"), name)
            for fields in (False, True):
                data = draw_pdf(paper, fields=fields)
                start = time.process_time()
                reading = read_packet([("papers.pdf", data)], limits=HERE)
                score.seconds.append((time.process_time() - start) / max(1, len(reading.pages)))
                score.pages += len(reading.pages)
                match(reading, [(truth(paper), paper)], score, verbose=f"{seed} {'form' if fields else 'flat'}" if verbose else "")
    return score


def degraded(count: int, *, level: str, first: int = FIRST_SEED, only: Sequence[str] = (), verbose: bool = False) -> Score:
    """Scans: one paper in an image PDF, a TIFF, a PNG or a JPEG."""
    score = Score()
    which = [n for n in (only or names()) if n not in NOT_PAPERS]
    for number in range(count):
        seed = first + number
        source = Seeded(f"papers/{level}/{seed}")
        paper = random_paper(source, which[number % len(which)])
        pages = scan(draw_pdf(paper), source, level=level)[:1]
        name, data = (("papers.pdf", image_pdf(pages)), ("papers.tif", tiff(pages)), ("papers.png", png(pages[0])), ("papers.jpg", jpeg(pages[0])))[number % 4]
        cpu = time.process_time()
        reading = read_packet([(name, data)], limits=HERE)
        score.seconds.append(time.process_time() - cpu)
        score.pages += 1
        match(reading, [(truth(paper), paper)], score, verbose=f"{seed} {level} {'+'.join(pages[0].done)[:40]} {reading.pages[0].confidence if reading.pages else ''}" if verbose else "")
    return score


def line(name: str, score: Score) -> list[str]:
    """A row of the table."""
    def share(part: int, whole: int) -> str:
        return f"{part / whole:.2%}" if whole else "-"

    return [
        name, str(score.papers), share(score.kinds, score.papers), share(score.editions, score.papers), str(score.editions_wrong), str(score.fields), share(score.right, score.fields),
        share(score.certain, score.fields), share(score.certain_right, score.certain), str(score.judges),
        f"{quantile(score.seconds, 0.5):.3f} / {quantile(score.seconds, 0.95):.3f}" if score.seconds else "-",
    ]  # fmt: skip


HEAD = ["input", "papers", "kind", "edition", "edition wrong", "fields", "right", "above threshold", "of those right", "called judicial", "processor s a page, median / 95 %"]


def noisy(count: int, *, first: int = FIRST_SEED) -> tuple[int, int, float]:
    """Administrative papers as text that a machine misread: how many, how many were called judicial, seconds."""
    kinds = [n for n in names() if n != "holiday_photo" and form(n).head.get("judicial") != "yes"]
    called = 0
    start = time.process_time()
    for seed in range(first, first + count):
        source = Seeded(f"papers/noise/{seed}")
        paper = random_paper(source, kinds[seed % len(kinds)], spoil=0.3)
        text = misread(text_of(paper), source, rate=(0.0, 0.01, 0.03, 0.08)[seed % 4])
        reading = read_packet([("papers.txt", text.encode())], limits=HERE)
        called += any(p.judicial == "yes" for p in reading.papers)
    return count, called, time.process_time() - start


LEVELS = ("office", "fax", "bad", "photo")
"""What the targets call degraded: these in equal shares. ``bad`` is also told by itself: 100 to 200 dots an inch, black and
white, stamps and strokes over the print, an edge cut off, upside down, all at once."""


def dense(source: Seeded) -> bytes:
    """A page full of words that are no form's: what takes longest to recognize."""
    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=1)
    canvas.setFont("Times-Roman", 10)
    words = ("report", "deputy", "county", "visit", "inmate", "housing", "record", "review", "supply", "kitchen", "schedule", "transport", "north", "officer")
    for row in range(58):
        canvas.drawString(54, 740 - row * 12, " ".join(source.choice(words) for _ in range(15)))
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def unknown(count: int, *, first: int = FIRST_SEED) -> Score:
    """Scanned pages of no known form: processor seconds a page; none may be taken for a paper."""
    score = Score()
    for number in range(count):
        source = Seeded(f"papers/unknown/{first + number}")
        pdf = dense(source) if number % 2 else draw_pdf(random_paper(source, ("letter", "letter_foreign")[number // 2 % 2]))
        pages = scan(pdf, source, level="office", dpi=300)[:1]
        cpu = time.process_time()
        reading = read_packet([("papers.tif", tiff(pages))], limits=HERE)
        score.seconds.append(time.process_time() - cpu)
        score.papers += 1
        score.kinds += all(p.kind == "other" for p in reading.papers)
    return score


def measured(job: str, count: int, level: str = "") -> tuple[Any, float]:
    """One job in a process of its own: its result, and the most memory that the process had, in MiB."""
    found: Any = degraded(count, level=level) if job == "scans" else unknown(count) if job == "unknown" else noisy(count, first=FIRST_SEED + int(level) * count)
    return found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


NOISY = 10_000
SHARES = 4


def run(rows: int | None = None) -> bool:
    """Print the figures; whether the targets were met. ``rows``: how many scans, a quarter of each level."""
    scans = max(4, rows or 80)
    text = clean(4)
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
        jobs = {level: pool.submit(measured, "scans", scans // 4, level) for level in LEVELS}
        others = pool.submit(measured, "unknown", 8)
        noise = [pool.submit(measured, "noisy", NOISY // SHARES, str(share)) for share in range(SHARES)]
        levels = {level: job.result()[0] for level, job in jobs.items()}
        foreign = others.result()[0]
        papers, called, seconds = (sum(part) for part in zip(*(job.result()[0] for job in noise), strict=True))
        peak = max(job.result()[1] for job in (*jobs.values(), others, *noise))
    print(table(HEAD, [line("text PDF", text), *(line(f"scan: {level}", score) for level, score in levels.items())]))
    every = list(levels.values())

    def total(name: str) -> int:
        return sum(int(getattr(score, name)) for score in every)

    kind, edition = total("kinds") / total("papers"), total("editions") / total("papers")
    right, certain = total("right") / total("fields"), total("certain_right") / total("certain")
    page = quantile([s for score in every for s in score.seconds], 0.95)
    found = [
        ("kind and edition, text", f"{text.kinds / text.papers:.2%}, {text.editions / text.papers:.2%}", "100 %", text.kinds == text.editions == text.papers),
        (f"kind and edition, {total('papers')} scans of all levels", f"{kind:.2%}, {edition:.2%}", "99 %", min(kind, edition) >= 0.99),
        ("fields, text", f"{text.right / text.fields:.2%}", "99.5 %", text.right / text.fields >= 0.995),
        ("fields, scans of all levels", f"{right:.2%}", "95 %", right >= 0.95),
        ("above the threshold right, text", f"{text.certain_right / text.certain:.2%}", "99.9 %", text.certain_right / text.certain >= 0.999),
        ("above the threshold right, scans", f"{certain:.2%}", "99.9 %", certain >= 0.999),
        (f"called judicial, of {papers:,} administrative papers as noisy text", str(called), "0", called == 0),
        (f"called judicial, of {total('papers')} scans", str(total("judges")), "0", total("judges") == 0),
        ("text PDF, processor ms a page (median)", f"{quantile(text.seconds, 0.5) * 1000:.0f}", "50", quantile(text.seconds, 0.5) < 0.05),
        ("scan, processor seconds a page (95 %)", f"{page:.1f}", "5", page < 5),
        (f"a page of no known form, processor seconds (most of {foreign.papers})", f"{max(foreign.seconds):.1f}", "20", max(foreign.seconds) < 20),
        ("a page of no known form taken for a paper", str(foreign.papers - foreign.kinds), "0", foreign.kinds == foreign.papers),
        ("memory, MiB", f"{peak:.0f}", "1536", peak < 1536),
    ]
    print()
    print(table(["what", "found", "target", ""], [[a, b, c, verdict(d)] for a, b, c, d in found]))
    worst = levels["bad"]
    print(
        f"\nThe worst level alone: kind {worst.kinds / worst.papers:.1%}, edition {worst.editions / worst.papers:.1%}, fields {worst.right / worst.fields:.1%}, "
        f"above the threshold right {worst.certain_right / worst.certain:.2%} of {worst.certain}."
    )
    wrong = Counter(k for s in every for k, n in s.wrong.items() for _ in range(n))
    print(f"Above the threshold and wrong: {dict(wrong) or 'none'}.")
    print(f"Noisy text: {seconds / papers * 1000:.0f} ms a paper.")
    return all(met for *_, met in found)


def long_fax(count: int, *, first: int = FIRST_SEED) -> dict[str, object]:
    """A fax of so many scanned pages (a TIFF as a fax server writes it), read as the command line does: in processes of
    their own that come and go. Pages repeat after sixty, since drawing them takes longer than reading them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fax.tif"
        # Each in a process of its own: the memory of one is not the other's.
        spawn = get_context("spawn")
        with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
            pool.submit(_draw_fax, path, count, first).result()
        with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
            return pool.submit(_read_fax, path).result()


def _read_fax(path: Path) -> dict[str, object]:
    told: list[float] = [0.0]
    start = time.perf_counter()
    reading = read_files([path], progress=lambda *_: told.append(time.perf_counter() - start))
    seconds, workers, own = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN), resource.getrusage(resource.RUSAGE_SELF)
    return {
        "pages": len(reading.pages), "papers": len(reading.papers), "MB": round(path.stat().st_size / 1e6, 1), "seconds": round(seconds),
        "processor seconds": round(workers.ru_utime + workers.ru_stime), "this process, MiB": own.ru_maxrss // 1024,
        "the largest worker, MiB": workers.ru_maxrss // 1024, "progress told": len(told) - 1, "longest silence, seconds": round(max(b - a for a, b in itertools.pairwise(told))),
        "pages given up": sum(f.code == "limit" for f in reading.all_findings()),
    }  # fmt: skip


def _draw_fax(path: Path, count: int, first: int) -> None:
    source = Seeded(f"papers/fax/{first}")
    pages: list[ScanPage] = []
    while len(pages) < min(60, count):
        for paper in random_packet(source):
            pages += scan(draw_pdf(paper), source, level="fax")
    pages = pages[: min(60, count)]
    path.write_bytes(tiff((pages * (count // len(pages) + 1))[:count]))


def main(arguments: Sequence[str]) -> int:
    """Run by hand with chosen seeds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--level")
    parser.add_argument("--fax", type=int, help="a fax of so many pages, and nothing else")
    given = parser.parse_args(arguments)
    if given.fax:
        for what, value in long_fax(given.fax).items():
            print(f"{what}: {value}")
        return 0
    if given.level:
        score = degraded(given.count, level=given.level, first=given.first, only=given.only, verbose=not given.quiet)
    else:
        score = clean(given.count, first=given.first, only=given.only, verbose=not given.quiet)
    print(table(HEAD, [line(given.level or "text PDF", score)]))
    print("certain and wrong:", dict(score.wrong))
    print("missed:", dict(score.missed.most_common(30)))
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MiB", verdict(True))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
