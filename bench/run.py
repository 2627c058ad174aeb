"""``python -m bench.run [decisions] [lawbook] [processes] [scale]``: without a name, all of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from bench import decisions, lawbook, processes, scale
from bench.measure import machine

BENCHMARKS: dict[str, Callable[[], bool]] = {
    "decisions": decisions.run,
    "lawbook": lawbook.run,
    "processes": processes.run,
    "scale": scale.run,
}


def main(names: Sequence[str]) -> int:
    """Run the named benchmarks; 0 if all targets were met, 1 if one was missed, 2 for a name that is none."""
    for name in names:
        if name not in BENCHMARKS:
            print(f"bench: [{name}] is no benchmark; one of {', '.join(BENCHMARKS)}", file=sys.stderr)
            return 2
    met = True
    print(f"Measured on {machine()}.")
    for name in names or BENCHMARKS:
        print(f"\n## {name}\n", flush=True)
        met = BENCHMARKS[name]() and met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
