"""Whole processes, from start to end, against the start of Python with the command line's own library."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.measure import interleaved, ratios, spread, table, verdict

ROUNDS = 21
ROOT = Path(__file__).resolve().parents[1]
CASE = "cases/g12-lopez-lopez.yaml"
TARGET_MIB = 150.0

# Run in a process of its own: decide one case, then say whether the SQL parser was needed for it.
_PROBE = f"""
import contextlib, io, sys
from dueprocess.cli import main
sys.argv = ["dueprocess", "decide", {CASE!r}]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
print("sqlglot" in sys.modules)
"""


# Starts a process and prints the peak of its resident memory. A process is born with the peak of the one that starts
# it, so one that is as small as can be has to do it: that peak is the least that can be seen.
_WEIGH = """
import os, sys
sink = os.open(os.devnull, os.O_WRONLY)
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, sink, 1), (os.POSIX_SPAWN_DUP2, sink, 2)])
print(os.wait4(child, 0)[2].ru_maxrss)
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that has ended: wall-clock and processor seconds, and its exit status."""

    seconds: float
    processor: float
    status: int


def process(arguments: Sequence[str], *, output: int) -> Ended:
    """Run a process to its end; what it prints goes to the file descriptor ``output``."""
    start = time.perf_counter()
    child = os.posix_spawn(
        arguments[0],
        list(arguments),
        dict(os.environ),
        file_actions=[(os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, output, 2)],
    )
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    return Ended(seconds, usage.ru_utime + usage.ru_stime, os.waitstatus_to_exitcode(status))


def peak_mib(arguments: Sequence[str]) -> float:
    """The peak resident memory of a process in MiB."""
    weighed = subprocess.run([sys.executable, "-I", "-S", "-c", _WEIGH, *arguments], check=True, capture_output=True, text=True)
    # Linux counts ru_maxrss in KiB, macOS in bytes.
    return int(weighed.stdout) / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def commands() -> dict[str, tuple[list[str], float | None]]:
    """Each process by the name to print, with the most that it may take in times of the first (None: no target)."""
    python = sys.executable
    program = [str(Path(python).with_name("dueprocess"))]
    return {
        'python -c "import typer"': ([python, "-c", "import typer"], None),
        "python -c pass": ([python, "-c", "pass"], None),
        "dueprocess --help": ([*program, "--help"], 1.5),
        f"dueprocess decide {CASE}": ([*program, "decide", CASE], 4.0),
        f"dueprocess decide --json {CASE}": ([*program, "decide", "--json", CASE], None),
    }


def needs_parser() -> bool:
    """Whether a decision over a lawbook that has been read before still imports the SQL parser."""
    printed = subprocess.run([sys.executable, "-c", _PROBE], check=True, capture_output=True, text=True).stdout.strip()
    return {"True": True, "False": False}[printed]


def run() -> bool:
    """Print the table; whether every target was met."""
    os.chdir(ROOT)
    wanted = commands()
    base = next(iter(wanted))
    ended: dict[str, list[Ended]] = {name: [] for name in wanted}
    sink = os.open(os.devnull, os.O_WRONLY)

    def once(name: str) -> float:
        found = process(wanted[name][0], output=sink)
        if found.status != 0:
            raise RuntimeError(f"{name} ended with status {found.status}")
        ended[name].append(found)
        return found.seconds

    for name in wanted:
        once(name)  # the lawbook's cache and the bytecode are made here, and not timed
        ended[name].clear()
    times = interleaved({name: partial(once, name) for name in wanted}, rounds=ROUNDS)
    os.close(sink)

    met = True
    rows = []
    for name, (_, most) in wanted.items():
        ratio = ratios(times[name], times[base])
        processor = ratios([e.processor for e in ended[name]], [e.processor for e in ended[base]])
        peak = peak_mib(wanted[name][0])
        fine = (most is None or ratio.median <= most) and peak < TARGET_MIB
        met = met and fine
        rows.append(
            [
                f"`{name}`",
                spread([t * 1e3 for t in times[name]]).text("{:.0f}", " ms"),
                "1" if name == base else ratio.text("{:.2f}"),
                "1" if name == base else f"{processor.median:.2f}",
                f"{peak:.0f} MiB",
                "" if most is None else f"at most {most:g}, {TARGET_MIB:g} MiB: {verdict(fine)}",
            ]
        )
    print(f"{ROUNDS} interleaved rounds, median (lowest to highest round); caches warm; standard output thrown away.\n")
    print(table(["process", "wall clock", "time / first", "processor time / first", "peak memory", "target"], rows))
    parser = needs_parser()
    print(f"\nDeciding over a lawbook read before {'IMPORTS' if parser else 'does not import'} the SQL parser (sqlglot): {verdict(not parser)}.")
    return met and not parser
