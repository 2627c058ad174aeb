"""Statements of SQLAlchemy built once for each set of columns: taking one apart anew costs more than what the database does
for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa

_MOST = 1000
_NAMED = re.compile(r"%\((\w+)\)s")
_NUMBERED = re.compile(r"\$(\d+)")
Statement = Any
"""A statement of SQLAlchemy that is made once and kept, or plain SQL without values."""
Values = Mapping[str, Any]
_Processor = Callable[[Any], Any] | None


class Command(NamedTuple):
    """What a driver takes: the text, its values in order, and which of them are bytes. Of PostgreSQL the text has its places
    numbered, as the server itself wants them."""

    sql: str
    values: Sequence[Any] = ()
    binary: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class _Bind:
    key: str
    process: _Processor
    fixed: Any
    given: bool
    binary: bool

    def value(self, given: Values) -> Any:
        value = given[self.key] if self.given else self.fixed
        return value if self.process is None else self.process(value)


class Built:
    """A statement for values of these names. Raises ValueError where one that it needs is not among them."""

    def __init__(self, statement: Statement, dialect: sa.Dialect, names: Sequence[str]) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
        binds = {}
        for bind, name in compiled.bind_names.items():
            if bind.required and bind.key not in names:
                raise ValueError(f"no value for [{bind.key}]")
            type_ = bind.type.dialect_impl(dialect)
            binds[name] = _Bind(bind.key, type_.bind_processor(dialect), bind.effective_value, bind.key in names, isinstance(bind.type, sa.LargeBinary))
        self._numbered = not compiled.positional
        self.sql, order = _numbers(str(compiled)) if self._numbered else (str(compiled), compiled.positiontup or ())
        self._binds = [binds[name] for name in order]
        self._binary = tuple(bind.binary for bind in self._binds)
        self._several: dict[int, str] = {}
        self.inserts = isinstance(statement, sa.Insert) and self.sql.count(" VALUES (") == 1 and self.sql.endswith(")")
        columns = getattr(statement, "selected_columns", ())
        self._columns: list[_Processor] = [c.type.dialect_impl(dialect).result_processor(dialect, None) for c in columns]
        self._plain = not any(self._columns)

    def one(self, given: Values) -> Command:
        """The command for these values."""
        return Command(self.sql, [bind.value(given) for bind in self._binds], self._binary)

    def many(self, rows: Sequence[Values]) -> Command:
        """One command that inserts several rows; for a statement that ``inserts``."""
        if len(rows) == 1:
            return self.one(rows[0])
        text = self._several.get(len(rows))
        if text is None:
            head, _, one = self.sql.partition(" VALUES ")
            each = [one] * len(rows)
            if self._numbered:
                width = len(self._binds)
                each = [_NUMBERED.sub(partial(_further, n * width), one) for n in range(len(rows))]
            text = self._several[len(rows)] = f"{head} VALUES {', '.join(each)}"
        return Command(text, [bind.value(row) for row in rows for bind in self._binds], self._binary * len(rows))

    def rows(self, found: list[Any]) -> list[tuple[Any, ...]]:
        """As the columns' types say."""
        if self._plain or not found:
            return found
        return [tuple(v if p is None else p(v) for p, v in zip(self._columns, row, strict=True)) for row in found]


def _further(by: int, place: re.Match[str]) -> str:
    return f"${int(place[1]) + by}"


def _numbers(text: str) -> tuple[str, list[str]]:
    """Numbers instead of names, and the names in their order."""
    order: dict[str, int] = {}
    numbered = _NAMED.sub(lambda place: f"${order.setdefault(place[1], len(order) + 1)}", text)
    return numbered.replace("%%", "%"), list(order)


_built: dict[tuple[Any, ...], Built] = {}


def built(statement: Statement, dialect: sa.Dialect, names: Sequence[str] = ()) -> Built:
    """The statement built, the first time or from before. It has to be one that is kept: each is remembered."""
    key = (statement, dialect.name, *names)
    found = _built.get(key)
    if found is None:
        if len(_built) >= _MOST:
            _built.clear()
        found = _built[key] = Built(statement, dialect, names)
    return found
