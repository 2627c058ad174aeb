"""The same query on Spark: DuckDB's text re-quoted, its stages as files that Spark writes and reads, views of them by name.

Nothing is distributed here by hand: rows, joins and files are Spark's. On a cluster the prepared folder, the work
folder and the result lie where every worker sees them under the same path.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dueprocess.batch.engines import arrow_table
from dueprocess.batch.requote import to_spark
from dueprocess.kernel.errors import InputError

LOOPBACK = "127.0.0.1"
JAVA = "Java 17 or later is needed (Debian: apt-get install openjdk-17-jre-headless)"
_WORKER_SECONDS = 60
"""How long a run waits for the first worker of a cluster."""

SCATTERED = frozenset({"part"})
"""Stages whose rows lie together in the input, in the hands of one task: they are dealt out to all."""

INTERPRETED = frozenset({"looks", "plain_looks", "answers", "probe_answers"})
"""Stages of few rows and a text so long that compiling it takes more time, or memory, than a run has."""

_FEW = 100_000
"""Rows below which a stage is done sooner than its text is compiled."""


class SparkEngine:
    """Spark at ``master`` (``local[2]``, ``spark://host:7077``). ``memory`` (as ``3GB``) is the heap of a local run;
    a cluster's executors have what its own configuration gives them.

    One session serves all runs of a process, because a start takes seconds. Raises InputError where Spark or Java is
    not installed, or where no master or worker answers.
    """

    def __init__(self, folder: Path, *, master: str = "local[*]", memory: str = "3GB") -> None:
        self.folder = folder.resolve() / "stages"
        # What a run that was stopped has left.
        shutil.rmtree(self.folder, ignore_errors=True)
        self.spark = session(master, memory=memory)
        self.made: dict[str, Path | None] = {}
        """The folder of each table that this engine wrote; None for a view."""
        self.number = 0
        self.expect(0)

    def expect(self, rows: int) -> None:
        self.many = rows >= _FEW
        cores = self.spark.sparkContext.defaultParallelism
        self.spark.conf.set("spark.sql.shuffle.partitions", max(16, 2 * cores) if self.many else cores)
        self._compile(self.many)

    def table(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        self.arrow(name, arrow_table(columns, rows))

    def arrow(self, name: str, data: Any) -> None:
        import pyarrow.parquet as pq

        # A file rather than rows in the plan: its size tells Spark that it can be sent to every worker.
        path = self._place(name)
        path.mkdir(parents=True)
        pq.write_table(data, path / "part.parquet", compression="zstd")
        self._view(name, self._read(path), path)

    def make(self, name: str, sql: str, *, view: bool = False) -> None:
        frame = self.spark.sql(to_spark(sql))
        if name in SCATTERED and self.many:
            frame = frame.repartition(2 * self.spark.sparkContext.defaultParallelism, "row")
        # Written and read again, what others only view as well: a plan begins anew at the files of the stages before it,
        # whose sizes and columns Spark knows. With all that leads to it inside, the last plan would take minutes and
        # gigabytes before the first row is read.
        path = self._place(name)
        self._compile(self.many and name not in INTERPRETED)
        frame.write.option("compression", "lz4").parquet(location(path))
        self._compile(self.many)
        self._view(name, self._read(path), path)

    def parquet(self, name: str, *paths: Path) -> None:
        self._view(name, self._read(*paths))

    def columns(self, name: str) -> dict[str, str]:
        return {field.name: field.dataType.simpleString() for field in self.spark.table(name).schema}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.spark.sql(to_spark(sql)).collect()]

    def write(self, sql: str, path: Path, *, by_row: bool = False) -> None:
        self._write(self.spark.sql(to_spark(sql)), path).replace(path)

    def _write(self, frame: Any, path: Path) -> Path:
        partial = path.with_name(path.name + ".partial")
        frame.write.mode("overwrite").option("compression", "zstd").parquet(location(partial))
        return partial

    def write_sorted(self, sql: str, path: Path, *, in_order: bool = False) -> None:
        partial = self._write(self.spark.sql(to_spark(f"{sql} ORDER BY row")).coalesce(1), path)
        (only,) = partial.glob("part-*.parquet")
        only.replace(path)
        shutil.rmtree(partial)

    def drop(self, names: Iterable[str]) -> None:
        for name in names:
            self.spark.catalog.dropTempView(name)
            self._forget(self.made.pop(name, None))

    def beside(self) -> Sequence[SparkEngine]:
        # A stage has work for every worker already.
        return [self]

    def interrupt(self) -> None:
        self.spark.sparkContext.cancelAllJobs()

    def close(self) -> None:
        self.drop(list(self.made))

    def _place(self, name: str) -> Path:
        self.number += 1
        return self.folder / f"{self.number:05d}-{name}"

    def _compile(self, wanted: bool) -> None:
        self.spark.conf.set("spark.sql.codegen.factoryMode", "FALLBACK" if wanted else "NO_CODEGEN")
        self.spark.conf.set("spark.sql.codegen.wholeStage", wanted)

    def _read(self, *paths: Path) -> Any:
        return self.spark.read.parquet(*(location(p, pattern=True) for p in paths))

    def _view(self, name: str, frame: Any, path: Path | None = None) -> None:
        frame.createOrReplaceTempView(name)
        self._forget(self.made.get(name))
        self.made[name] = path

    def _forget(self, path: Path | None) -> None:
        if path is not None:
            shutil.rmtree(path, ignore_errors=True)


def location(path: Path, *, pattern: bool = False) -> str:
    """A path as Spark takes it; as a pattern with the characters escaped that a pattern reads otherwise."""
    text = str(path.resolve())
    return "file://" + (re.sub(r"([\[\]{}*?\\])", r"\\\1", text) if pattern else text)


def session(master: str, *, memory: str = "3GB") -> Any:
    """The session of this process at ``master``; one at another master is ended first."""
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError("Spark is not installed", where="--engine spark", do="pip install 'dueprocess[spark]'") from None
    current = SparkSession.getActiveSession()
    if current is not None:
        if current.sparkContext.master == master:
            return current
        current.stop()
    home = os.environ.get("JAVA_HOME")
    if shutil.which(str(Path(home) / "bin" / "java") if home else "java") is None:
        raise InputError("no Java is found", where="--engine spark", do=JAVA)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("dueprocess")
    for key, value in _settings(master, memory).items():
        builder = builder.config(key, value)
    try:
        spark = builder.getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
    except PySparkRuntimeError:
        raise InputError("Java could not start Spark", where="--engine spark", do=JAVA) from None
    except Exception as error:
        if master.startswith("local"):
            raise
        raise InputError(f"no Spark master answers at [{master}]", where="--master", do="start one, or name the address that it logs") from error
    if not master.startswith("local"):
        _await_worker(spark, master)
    return spark


def _await_worker(spark: Any, master: str) -> None:
    """Without a worker Spark would wait for ever, and say so only in its log."""
    context = spark.sparkContext._jsc.sc()
    for _ in range(10 * _WORKER_SECONDS):
        # The driver is counted among them.
        if context.getExecutorMemoryStatus().size() > 1:
            return
        time.sleep(0.1)
    spark.stop()
    raise InputError(f"no worker of [{master}] took the work within {_WORKER_SECONDS} seconds", where="--master", do="start a worker with enough free memory")


def _settings(master: str, memory: str) -> dict[str, str]:
    found = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        # The stages are deep and wide: what follows from each filter is not worth finding.
        "spark.sql.constraintPropagation.enabled": "false",
        "spark.sql.debug.maxToStringFields": "10",
        "spark.sql.maxPlanStringLength": "1000",
        "spark.sql.autoBroadcastJoinThreshold": "32m",
        # The sizes of files say enough; to plan again after each join takes longer than most of the joins.
        "spark.sql.adaptive.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    local = master.startswith("local")
    if local:
        found["spark.driver.memory"] = java_memory(memory)
    if local or urlsplit(master.split(",")[0]).hostname in (LOOPBACK, "localhost"):
        found |= {"spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK}
    return found


def java_memory(text: str) -> str:
    """``3GB`` as Java writes it. Raises InputError for what is no amount of memory."""
    match = re.fullmatch(r"\s*(\d+)\s*([KMGT])i?B?\s*", text, re.IGNORECASE)
    if match is None:
        raise InputError(f"[{text}] is no amount of memory", where="--memory", do="write it as 3GB or 800MB")
    return match[1] + match[2].lower()
