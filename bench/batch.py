"""Many rows over the whole lawbook, against a scan of the same columns and against one guarded CASE a norm and place."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.jobs import UNREAD, Ended, job
from bench.measure import ratios, spread, table, verdict

ROWS = 1_000_000
ROUNDS = 3
SLICE = 10_000_000
"""Rows at most whose questions are also answered by guarded CASEs."""
OUTCOME_OVER_SCAN, ALL_OVER_SCAN, GUARDED_OVER_OURS = 4.0, 16.0, 15.0
PEAK_MIB = 4096.0
GROWTH = 1.3


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much to measure: rows, and whether each has a detainer (``detainers``) or one in 37 (``national``)."""

    rows: int | None = None
    mode: str | None = None

    @property
    def modes(self) -> tuple[str, ...]:
        return (self.mode,) if self.mode else ("national", "detainers")


def run_outcome(sizes: Sizes) -> bool:
    """The outcome at release-due with its deciding norm; whether every target was met."""
    return _against_scan(sizes, timeline=False, most=OUTCOME_OVER_SCAN, guarded=True)


def run_all(sizes: Sizes) -> bool:
    """The same with intervals, timeline, hours and classes."""
    return _against_scan(sizes, timeline=True, most=ALL_OVER_SCAN, guarded=False)


def _against_scan(sizes: Sizes, *, timeline: bool, most: float, guarded: bool) -> bool:
    rows = sizes.rows or ROWS
    met = True
    lines, compared = [], []
    print(f"{rows:,} made-up stays over all counties, the whole lawbook; {ROUNDS} rounds, each run in a process of its own; median (lowest to highest).\n")
    for mode in sizes.modes:
        with tempfile.TemporaryDirectory() as scratch:
            folder, out = Path(scratch) / "rows", Path(scratch) / "results.parquet"
            job("make", folder=folder, rows=rows, mode=mode)
            scans, runs = _rounds(folder, out, timeline=timeline)
            ratio = ratios([r.seconds for r in runs], [s.seconds for s in scans])
            peak = max(r.peak for r in runs)
            fine = ratio.median <= most and peak < PEAK_MIB
            met = met and fine
            what = f"{mode}: scan of {scans[0].more['columns']} columns"
            lines.append([what, spread([s.seconds for s in scans]).text(unit=" s"), "1", "1", f"{max(s.peak for s in scans):.0f} MiB", ""])
            processor = ratios([r.more["processor"] for r in runs], [s.more["processor"] for s in scans])
            what = f"{mode}: {'everything' if timeline else 'outcome and deciding norm'}"
            lines.append([what, spread([r.seconds for r in runs]).text(unit=" s"), ratio.text(), processor.text(), f"{peak:.0f} MiB", f"at most {most:g}, {PEAK_MIB:g} MiB: {verdict(fine)}"])
            if guarded:
                found, fine = _guarded(Path(scratch), rows=min(rows, SLICE), mode=mode)
                compared += found
                met = met and fine
    print(table(["", "seconds", "time / scan", "processor time / scan", "peak memory", "target"], lines))
    if guarded:
        print("\nThe same questions (place, day, facts) from the same table, answered either way, with outcome and deciding norm; none differs.\n")
        print(table(["", "branches", "a row", "ratio to regimes", "of processor time", "target"], compared))
    return met


def _rounds(folder: Path, out: Path, *, timeline: bool) -> tuple[list[Ended], list[Ended]]:
    scans, runs = [], []
    for _ in range(ROUNDS):
        scans.append(job("scan", folder=folder, unread=UNREAD))
        runs.append(job("decide", folder=folder, out=out, timeline=timeline))
    return scans, runs


def _guarded(scratch: Path, *, rows: int, mode: str) -> tuple[list[list[str]], bool]:
    """Every question of some rows answered by one guarded CASE a norm and place, and by regimes; checked against each other."""
    folder = scratch / "slice"
    job("make", folder=folder, rows=rows, mode=mode)
    done = job("guarded", folder=folder, out=scratch / "sliced.parquet").more
    if done["differ"]:
        raise RuntimeError(f"{done['differ']} answers of the guarded CASE differ")
    lines = []
    for name, branches in (("guarded", f"{done['branches']:,}"), ("once", f"{done['branches']:,} over {done['conditions']:,} columns"), ("regimes", "")):
        ratio = ratios(done[name], done["regimes"])
        what = {"guarded": "guarded CASE", "once": "the same, each different condition a column first", "regimes": "regimes"}[name]
        target = f"at least {GUARDED_OVER_OURS:g}: {verdict(ratio.median >= GUARDED_OVER_OURS)}" if name == "guarded" else ""
        lines.append([f"{mode}, {done['asked']:,} questions of {rows:,} rows: {what}", branches, spread([v / rows * 1e6 for v in done[name]]).text(unit=" µs"), ratio.text(), ratios(done["processor"][name], done["processor"]["regimes"]).text(), target])
    return lines, ratios(done["guarded"], done["regimes"]).median >= GUARDED_OVER_OURS


def run_growth(sizes: Sizes) -> bool:
    """Seconds a row at a tenth of the rows and at all of them; 1 and 10 million unless told otherwise."""
    large = sizes.rows or 10 * ROWS
    mode = sizes.mode or "national"
    found: dict[int, list[Ended]] = {}
    for rows in (large // 10, large):
        with tempfile.TemporaryDirectory() as scratch:
            folder, out = Path(scratch) / "rows", Path(scratch) / "results.parquet"
            job("make", folder=folder, rows=rows, mode=mode)
            # A small run is over in seconds: it gets more rounds.
            found[rows] = [job("decide", folder=folder, out=out, timeline=False) for _ in range(ROUNDS if rows < large else 1)]
            shutil.rmtree(folder)
    each = {rows: spread([e.seconds / rows * 1e6 for e in ended]) for rows, ended in found.items()}
    ratio = each[large].median / each[large // 10].median
    fine = ratio <= GROWTH
    lines = [[f"{rows:,} rows ({mode})", s.text(unit=" µs"), f"{max(e.peak for e in found[rows]):.0f} MiB"] for rows, s in each.items()]
    print(table(["", "time a row", "peak memory"], lines))
    print(f"\nTime a row at ten times the rows: {ratio:.2f} of that before; at most {GROWTH:g}: {verdict(fine)}.")
    return fine
