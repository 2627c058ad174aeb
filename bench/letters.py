"""Letters for every county of the nation as tagged PDF files: seconds on two cores, and the most memory that they take."""

from __future__ import annotations

import resource
import tempfile
import time
from datetime import date
from pathlib import Path

from bench.measure import table, verdict
from dueprocess.letters import Job, choose, make_all, read_template, shipped
from dueprocess.letters.columns import read_condition
from dueprocess.letters.outputs import begin, write_outputs

SECONDS = 60.0
GIBIBYTES = 1.0
PROCESSES = 2
DAY = date(2026, 11, 22)


def run(template: str = "advocates-letter") -> bool:
    """Print the figures; whether both targets were met. The files go to a folder that is then removed."""
    job = Job(read_template(shipped()[template]), DAY, DAY)
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "letters"
        start, busy = time.perf_counter(), _processor()
        selection = choose(job, read_condition("TRUE", where="--to"), each="county")
        chosen = time.perf_counter()
        begin(out, {})
        made = make_all(job, selection.chosen, out, {}, jobs=PROCESSES)
        written, worked = time.perf_counter(), _processor() - busy
        before = {m.id: {"id": m.id, "file": m.file, "hash": m.hash} for m in made}
        memory = _gibibytes()
        write_outputs(job, selection.chosen, selection, made, out, asked={}, before=before, bundle=False, xlsx=True, jobs=PROCESSES, say=lambda _: None)
        tables = time.perf_counter()
        write_outputs(job, selection.chosen, selection, made, out, asked={}, before=before, bundle=True, xlsx=False, jobs=PROCESSES, say=lambda _: None)
        bundled = time.perf_counter()
        again = make_all(job, selection.chosen, out, before, jobs=PROCESSES)
        rerun = time.perf_counter()
        size = sum(f.stat().st_size for f in (out / "letters").rglob("*.pdf"))
    failed = sum(m.state == "failed" for m in made)
    kept = sum(m.state == "kept" for m in again)
    rows = [
        ("choosing the recipients", f"{chosen - start:.1f} s", f"{len(made):,} counties"),
        ("letters as PDF/UA", f"{written - chosen:.1f} s", f"{1000 * (written - chosen) / len(made):.1f} ms each, {size / 1e6:.0f} MB, {failed} failed"),
        ("processor time of both", f"{worked:.1f} s", f"{worked / PROCESSES:.1f} s each on {PROCESSES} cores, were they free"),
        ("merge table, contact sheet", f"{tables - written:.1f} s", "CSV, XLSX, 48 first pages"),
        ("bundles, one a state", f"{bundled - tables:.1f} s", "with the contact sheet again"),
        ("the same again", f"{rerun - bundled:.1f} s", f"{kept:,} kept as they were"),
        ("most memory, all processes at their most", f"{_gibibytes():.2f} GiB", f"{memory:.2f} GiB before the bundles"),
    ]
    print(table(("what", "measured", "of what"), rows))
    met = written - start < SECONDS and memory < GIBIBYTES and failed == 0 and kept == len(made)
    print(f"\nChoosing and letters in {written - start:.1f} s (target {SECONDS:g} s), {memory:.2f} GiB (target {GIBIBYTES:g} GiB): {verdict(met)}")
    return met


def _gibibytes() -> float:
    """This process at its most and, for each of the others, the largest of them at its most: an upper bound."""
    own, other = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + PROCESSES * other) / 1024**2


def _processor() -> float:
    """Seconds of processor time of this process and of those that have ended."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
