"""Agreement of engines: DuckDB and Spark write the same rows to ``results.parquet``, on one machine and on a cluster.

All tests here run in one process, one after the other (`make test` gives a file to one process), because a start of Spark takes seconds.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dueprocess.batch import RESULT_COLUMNS, Options, run_batch
from dueprocess.case.model import DETAINERS
from dueprocess.law import Lawbook, load_lawbook
from dueprocess.testing import TODAY, CaseDocument
from dueprocess.testing.county import county_stays
from dueprocess.testing.rows import CaseRows

JAVA = shutil.which("java")
needs_java = pytest.mark.skipif(JAVA is None, reason="Spark needs Java: apt-get install openjdk-17-jre-headless")

AGENCIES = (
    "us/or/clackamas-county/sheriff",
    "us/tx/harris-county/sheriff",
    "us/ca/los-angeles-county/sheriff",
    "us/fl/miami-dade-county/sheriff",
    "us/il/cook-county/sheriff",
    "us/co/denver-county/sheriff",
    "us/az/maricopa-county/sheriff",
)
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Few rows are answered sooner than Java compiles with care."""
os.environ.setdefault("PYSPARK_SUBMIT_ARGS", f"--driver-java-options '{QUICK}' --conf 'spark.executor.extraJavaOptions={QUICK}' pyspark-shell")
LOCAL = Options(engine="spark", master="local[2]", memory="2GB")
DUCK = Options(threads=1)


@pytest.fixture(scope="module")
def book() -> Lawbook:
    return load_lawbook()


def prepared(folder: Path, book: Lawbook, *, each: int, sides: bool) -> Path:
    """Made-up stays of several agencies; one row has no agency.

    With ``sides`` those that have one or two grounds and up to two papers, in the side tables, the first detainer of
    every other stay in its row; else those that need no side table. So a run has one query to plan, which takes Spark
    longer than the rows do.
    """
    rows = CaseRows(book.vocabulary)
    for agency in AGENCIES:
        for number, (_, case) in enumerate(county_stays(agency, [book], count=each, today=TODAY)):
            rows.inline = number % 2 == 0 or not sides
            if fits(case, sides=sides):
                rows.add(case)
    rows.stays[len(rows.stays) // 2]["agency"] = None
    return rows.write(folder)


def fits(case: CaseDocument, *, sides: bool) -> bool:
    grounds, papers = case["custody"].get("grounds") or (), case.get("papers") or ()
    if sides:
        return 1 <= len(grounds) <= 2 and len(papers) <= 2
    return not grounds and all(p["kind"] in DETAINERS for p in papers) and len(papers) < 2


def results(folder: Path, book: Lawbook, options: Options, *, known: Any = TODAY) -> Any:
    out = folder.parent / f"{folder.name}-{options.engine}.parquet"
    run_batch(folder, lawbook=book, law_known_at=known, out=out, options=options)
    assert out.is_file(), "one file, whatever wrote it"
    assert sorted(p.name for p in out.parent.glob(f"{out.name}.*")) == [], "nothing is left beside it"
    return pq.read_table(out)


def assert_same(spark: Any, duck: Any) -> list[dict[str, Any]]:
    """The same columns of the same types, and the same rows in the same order."""
    assert spark.column_names == [c.strip('"') for c in RESULT_COLUMNS]
    assert spark.schema.remove_metadata() == duck.schema.remove_metadata()
    found, expected = spark.to_pylist(), duck.to_pylist()
    wrong = [(f, e) for f, e in zip(found, expected, strict=True) if f != e]
    assert not wrong, f"{len(wrong)} of {len(found)} rows differ, as\n{wrong[0][0]}\n{wrong[0][1]}"
    return found


@needs_java
@pytest.mark.soak
def test_spark_and_duckdb_give_the_same_rows(tmp_path: Path, book: Lawbook) -> None:
    folder = prepared(tmp_path / "mixed", book, each=1000, sides=True)
    steps: list[int] = []
    found = assert_same(results(folder, book, replace(LOCAL, progress=lambda done, _: steps.append(done))), results(folder, book, DUCK))
    classes = Counter(r["class"] for r in found)
    assert len(found) > 2000 and steps[-1] == len(found) - 1, "one row has no agency"
    assert min(classes[c] for c in ("certain", "possible", "no", "unknown")) > 10, classes
    assert {"release", "review", "may_hold", "local_custody"} <= {r["outcome"] for r in found}
    assert len({r["deciding_norm"] for r in found}) > 5
    assert any(r["hold_until"] is not None for r in found) and any(r["later_over_most"] for r in found)


@needs_java
@pytest.mark.soak
def test_law_as_known_on_the_day_of_each_row(tmp_path: Path, book: Lawbook) -> None:
    """The query is five times as long: every form may be another on every day of knowledge."""
    folder = prepared(tmp_path / "then", book, each=300, sides=False)
    found = assert_same(results(folder, book, LOCAL, known=None), results(folder, book, DUCK, known=None))
    assert len(found) > 20


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """A master and two workers of one core each on the loopback; the address of the master."""
    import pyspark

    program = Path(pyspark.__file__).parent / "bin" / "spark-class"
    environment = {**os.environ, "SPARK_DAEMON_JAVA_OPTS": QUICK, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m", "PYSPARK_PYTHON": sys.executable}
    running: list[subprocess.Popen[bytes]] = []

    def start(name: str, *arguments: str) -> Path:
        log = tmp_path / f"{name}.log"
        with log.open("wb") as file:
            running.append(subprocess.Popen([str(program), *arguments], stdout=file, stderr=file, env=environment))
        return log

    try:
        log = start("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        address = logged(log, r"Starting Spark master at (spark://[\d.:]+)")
        for n in (1, 2):
            start(f"worker{n}", "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", str(tmp_path / f"work{n}"), address)  # fmt: skip
        for n in (1, 2):
            logged(tmp_path / f"worker{n}.log", r"(Successfully registered with master)")
        yield address
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


def logged(log: Path, pattern: str) -> str:
    """What a daemon says of itself when it is ready."""
    for _ in range(600):
        match = re.search(pattern, log.read_text(errors="replace"))
        if match is not None:
            return match[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace")[-2000:])


@needs_java
def test_a_cluster_of_two_workers_gives_the_same_rows(tmp_path: Path, book: Lawbook, cluster: str) -> None:
    folder = prepared(tmp_path / "spread", book, each=300, sides=False)
    from dueprocess.batch.spark import session

    found = assert_same(results(folder, book, replace(LOCAL, master=cluster)), results(folder, book, DUCK))
    assert len(found) > 20
    assert session(cluster).sparkContext.master == cluster
    session(cluster).stop()
