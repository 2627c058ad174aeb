"""The same answers as ``decide`` for many rows at once: the law folded into regimes, one query text for DuckDB and Spark."""

from dueprocess.batch.parts import TOO_MANY
from dueprocess.batch.running import RESULT_COLUMNS, Options, run_batch

__all__ = ["RESULT_COLUMNS", "TOO_MANY", "Options", "run_batch"]
