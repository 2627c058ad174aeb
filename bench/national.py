"""A national year: from the charge rows of a state's or a county's export to the report, with the time of each step."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.jobs import KNOWN_AT, MEMORY, ROOT, job
from bench.measure import table, verdict
from bench.processes import peak_mib

ROWS = 200_000
NATION = 12_000_000
TARGET = 300.0
"""Seconds for the whole nation, from charge rows to report."""
TABLES = ("bookings", "charges", "detainers")


def run(rows: int | None = None) -> bool:
    """Print the table; whether the report was there in time (asked only of the whole nation)."""
    stays = rows or ROWS
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        made = job("export", folder=folder / "exports", rows=stays)
        inputs = [folder / "exports" / f"{n}.parquet" for n in TABLES]
        prepared = job("prepare", inputs=inputs, map=folder / "exports/map.yaml", out=folder / "prepared")
        decided = job("decide", folder=folder / "prepared", out=folder / "results.parquet")
        program = str(Path(sys.executable).with_name("dueprocess"))
        arguments = [program, "audit", "run", *map(str, inputs), "--map", str(folder / "exports/map.yaml"), "--out", str(folder / "audit"), "--law-known-at", str(KNOWN_AT)]
        start = time.perf_counter()
        peak = peak_mib(arguments)
        whole = time.perf_counter() - start
        if not (folder / "audit/report.html").is_file():
            done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ))
            raise RuntimeError(f"the audit wrote no report: {done.stderr[-1500:]}")
    records = int(prepared.more["rows"])
    lines = [
        ["made-up exports written (not counted)", f"{made.seconds:.1f} s", f"{made.peak:.0f} MiB"],
        [f"tables: {records:,} rows of 3 files to {prepared.more['stays']:,} stays", f"{prepared.seconds:.1f} s", f"{prepared.peak:.0f} MiB"],
        ["batch: outcome, hours, class of every stay", f"{decided.seconds:.1f} s", f"{decided.peak:.0f} MiB"],
        ["`dueprocess audit run`: both of these, and the report", f"{whole:.1f} s", f"{peak:.0f} MiB"],
        ["  of it beyond the two: the answers without the map's assumptions, files, figures, report", f"{whole - prepared.seconds - decided.seconds:.1f} s", ""],
    ]
    print(f"{stays:,} stays, {3 * stays:,} charge rows; each step in a process of its own, once; DuckDB within {MEMORY} (batch) and 1500MB (tables).\n")
    print(table(["step", "seconds", "peak memory"], lines))
    if stays < NATION:
        print(f"\nThe target, {TARGET:g} s, is for {NATION:,} stays: --rows {NATION}.")
        return True
    print(f"\nFrom charge rows to report in {whole:.0f} s; at most {TARGET:g} s: {verdict(whole <= TARGET)}.")
    return whole <= TARGET
