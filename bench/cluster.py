"""The same rows on DuckDB and on Spark in this machine, and from where a cluster would pay.

A run costs what it costs before it reads a row (plans, start) and something for each row. Only the second part gets
less with more machines, so both are measured, at two sizes.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.jobs import Ended, job
from bench.measure import table

ROWS = 100_000
MASTER = "local[2]"
CORES = 2
SMALLER = 10
"""The small size is a tenth of the large one."""


def run(rows: int | None = None, mode: str | None = None) -> bool:
    """Print the table. Raises RuntimeError where the two engines' results differ."""
    large = rows or ROWS
    sizes = (large // SMALLER, large)
    found: dict[str, list[Ended]] = {"duckdb": [], "spark": []}
    for count in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "rows"
            job("make", folder=folder, rows=count, mode=mode or "national")
            out = {n: Path(scratch) / f"{n}.parquet" for n in found}
            for name, ended in found.items():
                ended.append(job("decide", folder=folder, out=out[name], engine=name, master=MASTER if name == "spark" else None, warm=True))
            if differ := _differing(out["duckdb"], out["spark"]):
                raise RuntimeError(f"{differ} results differ between DuckDB and Spark")
    print(f"{sizes[0]:,} and {sizes[1]:,} made-up stays, everything; one process each, in it a first run and a second, on {CORES} cores. 0 results differ.\n")
    lines = []
    costs: dict[str, tuple[float, float]] = {}
    for name, (one, other) in found.items():
        each = (other.seconds - one.seconds) / (sizes[1] - sizes[0])
        costs[name] = one.seconds - each * sizes[0], each
        lines.append([name, f"{one.more['first']:.1f} s", f"{one.seconds:.1f} s", f"{other.seconds:.1f} s", f"{costs[name][0]:.1f} s", f"{each * 1e6:.1f} s", f"{other.peak:.0f} MiB"])
    print(table(["engine", f"first run, {sizes[0]:,}", f"second, {sizes[0]:,}", f"second, {sizes[1]:,}", "before the first row", "each million rows", "peak memory (Spark: without Java)"], lines))
    print(f"\n{_pays(costs)}")
    return True


def _pays(costs: dict[str, tuple[float, float]]) -> str:
    """From how many cores and rows a cluster would pay, as far as two sizes can tell."""
    (fixed, each), (spark_fixed, spark_each) = costs["duckdb"], costs["spark"]
    if min(each, spark_each) <= 0:
        return "The two sizes lie too close for a cost of each row: take more --rows."
    cores = CORES * spark_each / each
    wide = 4 * cores
    rows = (spark_fixed - fixed) / (each - CORES * spark_each / wide)
    return (
        f"A row costs Spark {spark_each / each:.1f} times as much. If it scaled without loss, it would be level with these {CORES} cores of DuckDB at {cores:.0f} cores;"
        f" with {wide:.0f} cores it would make up for its longer start from {max(0.0, rows) / 1e6:.1f} million rows on. Both are estimates: no larger cluster was measured."
        " Below that it pays only where the rows or the memory do not fit one machine."
    )


def _differing(one: Path, other: Path) -> int:
    import duckdb

    a, b = (f"SELECT * FROM read_parquet('{p}')" for p in (one, other))
    found = duckdb.execute(f"SELECT count(*) FROM (({a} EXCEPT ALL {b}) UNION ALL ({b} EXCEPT ALL {a}))").fetchone()
    assert found is not None
    return int(found[0])
