"""Papers read: kind, edition and fields against what was drawn; speed and memory. Seeds that development never used."""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.measure import quantile, table, verdict
from dueprocess.papers.dates import read_date
from dueprocess.papers.reading import Limits, read_packet
from dueprocess.papers.values import PaperReading, Reading
from dueprocess.testing.papers import (
    Paper,
    Truth,
    draw_pdf,
    form,
    image_pdf,
    jpeg,
    misread,
    names,
    png,
    random_paper,
    scan,
    text_of,
    tiff,
    truth,
)
from dueprocess.testing.source import Seeded

FIRST_SEED = 900_000
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
    return one.read, one.certain and (one.value is not None or one.read == "")


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
                start = time.perf_counter()
                reading = read_packet([("papers.pdf", data)], limits=HERE)
                score.seconds.append((time.perf_counter() - start) / max(1, len(reading.pages)))
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
        start, cpu = time.perf_counter(), time.process_time()
        reading = read_packet([(name, data)], limits=HERE)
        del start
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


HEAD = ["input", "papers", "kind", "edition", "edition wrong", "fields", "right", "above threshold", "of those right", "called judicial", "s a page, median / 95 %"]


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


def run(rows: int | None = None) -> bool:
    """Print the figures; whether the targets were met. ``rows``: how many scans, a quarter of each level."""
    scans = max(4, rows or 80)
    text = clean(4)
    levels = {level: degraded(scans // 4, level=level) for level in ("office", "fax", "bad", "photo")}
    papers, called, seconds = noisy(10_000)
    print(table(HEAD, [line("text PDF", text), *(line(f"scan: {level}", score) for level, score in levels.items())]))
    every = list(levels.values())

    def total(name: str) -> int:
        return sum(int(getattr(score, name)) for score in every)

    kind, edition = total("kinds") / total("papers"), total("editions") / total("papers")
    right, certain = total("right") / total("fields"), total("certain_right") / total("certain")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    page = quantile([s for score in every for s in score.seconds], 0.95)
    found = [
        ("kind and edition, text", f"{text.kinds / text.papers:.2%}, {text.editions / text.papers:.2%}", "100 %", text.kinds == text.editions == text.papers),
        ("kind and edition, scans", f"{kind:.2%}, {edition:.2%}", "99 %", min(kind, edition) >= 0.99),
        ("fields, text", f"{text.right / text.fields:.2%}", "99.5 %", text.right / text.fields >= 0.995),
        ("fields, scans", f"{right:.2%}", "95 %", right >= 0.95),
        ("above the threshold right, text", f"{text.certain_right / text.certain:.2%}", "99.9 %", text.certain_right / text.certain >= 0.999),
        ("above the threshold right, scans", f"{certain:.2%}", "99.9 %", certain >= 0.999),
        (f"called judicial, of {papers:,} administrative papers as noisy text", str(called), "0", called == 0),
        (f"called judicial, of {total('papers')} scans", str(total("judges")), "0", total("judges") == 0),
        ("text PDF, ms a page (median)", f"{quantile(text.seconds, 0.5) * 1000:.0f}", "50", quantile(text.seconds, 0.5) < 0.05),
        ("scan, processor seconds a page (95 %)", f"{page:.1f}", "5", page < 5),
        ("memory, MiB", f"{peak:.0f}", "1536", peak < 1536),
    ]
    print()
    print(table(["what", "found", "target", ""], [[a, b, c, verdict(d)] for a, b, c, d in found]))
    print(f"\nNoisy text: {seconds / papers * 1000:.0f} ms a paper.")
    return all(met for *_, met in found)


def main(arguments: Sequence[str]) -> int:
    """Run by hand with chosen seeds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--level")
    given = parser.parse_args(arguments)
    if given.level:
        score = degraded(given.count, level=given.level, first=given.first, only=given.only, verbose=not given.quiet)
    else:
        score = clean(given.count, first=given.first, only=given.only, verbose=not given.quiet)
    print(table(HEAD, [line("text PDF", score)]))
    print("certain and wrong:", dict(score.wrong))
    print("missed:", dict(score.missed.most_common(30)))
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MiB", verdict(True))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
