"""A national year, from scenario to Parquet, in processes of their own; memory is the greatest of any of them."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CORES = 2
TARGET_SECONDS = 60
_SCENARIO = 'scenario: a national year\nfrom: "2012-10-01"\nuntil: "2013-10-01"\n'


def run() -> bool:
    """Print the figures; whether the target was met."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "year.yaml").write_text(_SCENARIO, encoding="utf-8")
        command = [str(Path(sys.executable).with_name("dueprocess")), "simulate", "--scenario", "year.yaml", "--seed", "1", "--out", "year", "--processes", str(CORES), "--json"]
        start = time.perf_counter()
        done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        seconds = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        found = json.loads(done.stdout)
        size = sum(p.stat().st_size for p in (folder / "year").rglob("*")) / 1e6
        start = time.perf_counter()
        data = b"".join(p.read_bytes() for p in (folder / "year").rglob("*.parquet"))
        (folder / "copy").write_bytes(data)
        copied = time.perf_counter() - start
    totals = found["totals"]
    print(f"{totals['bookings']:,} stays, {totals['detainers_issued']:,} detainers in {found['counties']:,} counties, {found['chunks']} chunks, {size:,.0f} MB with the truth")
    print(f"written in {seconds:.1f} s with {CORES} processes ({totals['bookings'] / seconds / 1e6:.2f} million stays a second); target {TARGET_SECONDS} s: {'met' if seconds <= TARGET_SECONDS else 'missed'}")
    print(f"copying the same bytes took {copied:.2f} s: {seconds / copied:.0f} times that; the largest process had {memory:,.0f} MiB")
    return seconds <= TARGET_SECONDS


if __name__ == "__main__":
    sys.exit(0 if run() else 1)
