"""``python -m bench.run [NAME …] [--rows N] [--mode national|detainers]``: without a name, all of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from bench import (
    batch,
    clock,
    cluster,
    decisions,
    desk,
    lawbook,
    ledger,
    letters,
    national,
    papers,
    processes,
    registry,
    scale,
    simulate,
)
from bench.batch import Sizes
from bench.measure import machine

BENCHMARKS: dict[str, Callable[[Sizes], bool]] = {
    "decisions": lambda _: decisions.run(),
    "lawbook": lambda _: lawbook.run(),
    "processes": lambda _: processes.run(),
    "papers": lambda sizes: papers.run(sizes.rows),
    "registry": lambda _: registry.run(),
    "letters": lambda _: letters.run(),
    "ledger": lambda _: ledger.run(),
    "desk": lambda _: desk.run(),
    "scale": lambda _: scale.run(),
    "simulate": lambda _: simulate.run(),
    "clock": lambda sizes: clock.run(sizes.rows),
    "batch-outcome": batch.run_outcome,
    "batch-all": batch.run_all,
    "batch-growth": batch.run_growth,
    "national": lambda sizes: national.run(sizes.rows),
    "spark": lambda sizes: cluster.run(sizes.rows, sizes.mode),
}
"""The last six take ``--rows``; without it they are small enough for minutes."""


def main(arguments: Sequence[str]) -> int:
    """Run the named benchmarks; 0 if all targets were met, 1 if one was missed, 2 for a name that is none."""
    parser = argparse.ArgumentParser(prog="python -m bench.run")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--rows", type=int, help="rows of those that take many")
    parser.add_argument("--mode", choices=("national", "detainers"), help="a detainer for one stay in 37, or for each; default: both")
    given = parser.parse_args(arguments)
    for name in given.names:
        if name not in BENCHMARKS:
            print(f"bench: [{name}] is no benchmark; one of {', '.join(BENCHMARKS)}", file=sys.stderr)
            return 2
    met = True
    sizes = Sizes(given.rows, given.mode)
    print(f"Measured on {machine()}.")
    for name in given.names or BENCHMARKS:
        print(f"\n## {name}\n", flush=True)
        met = BENCHMARKS[name](sizes) and met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
