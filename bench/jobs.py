"""Jobs over many rows, each in a process of its own, so that its peak of memory is its own: ``python -m bench.jobs JOB JSON``."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
KNOWN_AT = date(2026, 11, 22)
"""The law as it is known on that day, so that figures of different days can be compared."""
UNREAD = (
    "stay_id", "person", "source_file", "source_row", "allowance", "bail_refused_open", "left_open", "detainer_received_open",
    "detainer_served_open", "detainer_cancelled_open", "admin_warrant_open", "removal_warrant_open", "judicial_warrant_open", "f_prior_removal",
)  # fmt: skip
"""Columns of a stay that no answer turns on: a run does not read them, so neither does the scan that it is held against."""
MEMORY = "3GB"


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that has ended: seconds of the work alone (without the start of Python and its imports), the process's peak
    of resident memory in MiB, and what else it reports."""

    seconds: float
    peak: float
    more: Mapping[str, Any] = field(default_factory=dict)


def job(name: str, **given: Any) -> Ended:
    """Run a job in a new process. Raises RuntimeError with the end of what it printed where it failed."""
    done = subprocess.run([sys.executable, "-m", "bench.jobs", name, json.dumps(given, default=str)], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the job {name} failed: {done.stderr[-2000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    return Ended(found.pop("seconds"), found.pop("peak"), found)


def peak_mib() -> float:
    """The peak of this process's resident memory in MiB; on Linux without that of the process that started it."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _make(*, folder: str, rows: int, mode: str) -> dict[str, Any]:
    """Write made-up prepared tables."""
    from dueprocess.law import load_lawbook
    from dueprocess.testing.nation import Nation

    start = time.perf_counter()
    Nation.of(load_lawbook(), rows=rows, mode=mode).write(Path(folder))
    return {"seconds": time.perf_counter() - start}


def _export(*, folder: str, rows: int) -> dict[str, Any]:
    """Write made-up foreign tables."""
    from dueprocess.law import load_lawbook
    from dueprocess.testing.nation import Nation

    start = time.perf_counter()
    Nation.of(load_lawbook(), rows=rows).export(Path(folder))
    return {"seconds": time.perf_counter() - start}


def scan_sql(columns: Mapping[str, str], source: str) -> str:
    """A query that needs every value of every column (name to type) and does as little as can be with each."""
    parts = []
    for name, kind in columns.items():
        if kind == "VARCHAR":
            parts.append(f'sum(strlen("{name}"))')
        elif kind == "DATE":
            parts.append(f'max("{name}")')
        else:
            parts.append(f'sum("{name}")' if kind != "BOOLEAN" else f'sum(CAST("{name}" AS INTEGER))')
    return f"SELECT {', '.join(parts)} FROM {source}"


def _scan(*, folder: str, unread: list[str]) -> dict[str, Any]:
    """Read every value of the stays' columns, but of those that no answer turns on."""
    import duckdb

    connection = duckdb.connect(config={"memory_limit": MEMORY})
    source = f"read_parquet('{folder}/stays.parquet')"
    columns = {r[0]: r[1] for r in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall() if r[0] not in unread}
    start, processor = time.perf_counter(), time.process_time()
    connection.execute(scan_sql(columns, source)).fetchall()
    return {"seconds": time.perf_counter() - start, "processor": time.process_time() - processor, "columns": len(columns)}


def _decide(*, folder: str, out: str, engine: str = "duckdb", timeline: bool = True, master: str | None = None, warm: bool = False) -> dict[str, Any]:
    """The whole run over a prepared folder. ``warm``: once before, untimed, in the same process."""
    import shutil

    from dueprocess.batch import Options, run_batch
    from dueprocess.law import load_lawbook

    lawbook = load_lawbook()
    target = Path(out)
    seconds = []
    for _ in range(2 if warm else 1):
        target.unlink(missing_ok=True)
        shutil.rmtree(f"{out}.parts", ignore_errors=True)
        start, before = time.perf_counter(), time.process_time()
        run_batch(Path(folder), lawbook=lawbook, law_known_at=KNOWN_AT, out=target, options=Options(engine=engine, timeline=timeline, master=master, memory=MEMORY))
        seconds.append(time.perf_counter() - start)
        processor = time.process_time() - before
        shutil.rmtree(f"{out}.parts", ignore_errors=True)
    return {"seconds": seconds[-1], "first": seconds[0], "processor": processor}


def _guarded(*, folder: str, out: str, times: int = 1) -> dict[str, Any]:
    from bench.guarded import guarded

    found = guarded(Path(folder), Path(out), times=times)
    return {"seconds": sum(sum(found[side]) for side in ("guarded", "once", "regimes")), **found}


def _prepare(*, inputs: list[str], map: str, out: str) -> dict[str, Any]:
    """Foreign tables to prepared ones."""
    from dueprocess.law import load_lawbook
    from dueprocess.places import load_places
    from dueprocess.tables import load_map, prepare

    lawbook = load_lawbook()
    start = time.perf_counter()
    done = prepare(inputs, out=Path(out), map=load_map(Path(map), vocabulary=lawbook.vocabulary), lawbook=lawbook, places=load_places())
    return {"seconds": time.perf_counter() - start, "rows": done.rows_in, "stays": done.stays}


_JOBS: dict[str, Callable[..., dict[str, Any]]] = {"make": _make, "export": _export, "scan": _scan, "decide": _decide, "guarded": _guarded, "prepare": _prepare}

if __name__ == "__main__":
    report = _JOBS[sys.argv[1]](**json.loads(sys.argv[2]))
    print(json.dumps({**report, "peak": peak_mib()}))
