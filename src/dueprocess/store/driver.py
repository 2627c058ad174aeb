"""Statements handed to the database's own driver, many together.

Taking a statement apart anew, and waiting for the answer to each, costs more than what the database does for it. Here a
statement is built once for each set of columns; those whose answer nobody needs wait until one is asked for, or until
``send``, and then go together: on PostgreSQL in one round trip (libpq's pipeline), on SQLite one after the other.

Whoever runs a statement on the connection itself comes after what waits: that is sent first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

_NAME = "dueprocess.sending"
_MOST_BUILT = 1000
_AT_ONCE = (32, 8, 3, 2, 1)
"""How many rows go into a table with one statement: few numbers, since the server remembers each such statement."""
_PARAMETER = re.compile(r"%\((\w+)\)s")
Statement = Any
"""A statement of SQLAlchemy that is made once and kept, or plain SQL without values."""
Values = Mapping[str, Any]
_Processor = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Bind:
    name: str
    key: str
    process: _Processor
    fixed: Any
    given: bool


class Built:
    """A statement as the driver takes it, for values of these names."""

    def __init__(self, statement: Statement, dialect: sa.Dialect, names: Sequence[str]) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
        self.sql = str(compiled)
        binds = {
            name: _Bind(name, bind.key, bind.type.dialect_impl(dialect).bind_processor(dialect), bind.effective_value, bind.key in names)
            for bind, name in compiled.bind_names.items()
        }
        for bind in compiled.bind_names:
            if bind.required and bind.key not in names:
                raise ValueError(f"no value for [{bind.key}]")
        self._positional = compiled.positional
        self._several: dict[int, str] = {}
        self.inserts = isinstance(statement, sa.Insert) and self.sql.count(" VALUES (") == 1 and self.sql.endswith(")")
        self._binds = [binds[name] for name in (compiled.positiontup or ())] if self._positional else list(binds.values())
        columns = getattr(statement, "selected_columns", ())
        self._columns: list[_Processor] = [c.type.dialect_impl(dialect).result_processor(dialect, None) for c in columns]
        self._plain = not any(self._columns)

    def values(self, given: Values) -> Any:
        """As the driver takes them."""
        if self._positional:
            return [_value(bind, given) for bind in self._binds]
        return {bind.name: _value(bind, given) for bind in self._binds}

    def many(self, rows: Sequence[Values]) -> tuple[str, Any]:
        """One statement that inserts several rows, and what it takes."""
        if len(rows) == 1:
            return self.sql, self.values(rows[0])
        text = self._several.get(len(rows))
        if text is None:
            head, _, one = self.sql.partition(" VALUES ")
            each = (one if self._positional else _PARAMETER.sub(rf"%(\g<1>__{n})s", one) for n in range(len(rows)))
            text = self._several[len(rows)] = f"{head} VALUES {', '.join(each)}"
        if self._positional:
            return text, [_value(bind, row) for row in rows for bind in self._binds]
        return text, {f"{bind.name}__{n}": _value(bind, row) for n, row in enumerate(rows) for bind in self._binds}

    def rows(self, found: list[Any]) -> list[tuple[Any, ...]]:
        """As the columns' types say."""
        if self._plain or not found:
            return found
        return [tuple(v if p is None else p(v) for p, v in zip(self._columns, row, strict=True)) for row in found]


def _value(bind: _Bind, given: Values) -> Any:
    value = given[bind.key] if bind.given else bind.fixed
    return value if bind.process is None else bind.process(value)


_built: dict[tuple[Any, ...], Built] = {}


def built(statement: Statement, dialect: sa.Dialect, names: Sequence[str] = ()) -> Built:
    """The statement built, the first time or from before. It has to be one that is kept: each is remembered."""
    key = (statement, dialect.name, *names)
    found = _built.get(key)
    if found is None:
        if len(_built) >= _MOST_BUILT:
            _built.clear()
        found = _built[key] = Built(statement, dialect, names)
    return found


class Sending:
    """What goes over one connection. It belongs to whoever has the connection; one thread at a time."""

    def __init__(self, connection: sa.Connection) -> None:
        self._dialect = connection.dialect
        self._raw = _driver(connection)
        self._pipeline = _pipelines(self._raw)
        self._cursor = self._raw.cursor()
        self._waiting: list[tuple[Statement, Values]] = []
        self.failed = False
        """Whether something that was sent has failed, perhaps one that had waited, since this was last set back."""

    @classmethod
    def on(cls, connection: sa.Connection) -> Sending:
        """For a connection that is kept: from now on ``put`` waits on it."""
        made = cls(connection)
        connection.info[_NAME] = made
        sa.event.listen(connection, "before_cursor_execute", lambda *_: made.send())
        return made

    def put(self, statement: Statement, values: Values | None = None) -> None:
        """Run it before the next that is asked."""
        self._waiting.append((statement, values or {}))

    def send(self) -> None:
        """Run what waits. Raises what the first that fails raises, as SQLAlchemy would."""
        if self._waiting:
            self.ask()

    def forget(self, since: Statement = None) -> bool:
        """Forget what waits, from the last such statement on; whether that was still waiting. Where it is not, all is forgotten."""
        place = next((n for n in reversed(range(len(self._waiting))) if self._waiting[n][0] is since), None)
        del self._waiting[place or 0 :]
        return place is not None

    def ask(self, *asked: tuple[Statement, Values]) -> list[list[Any]]:
        """Run what waits, then these; the rows of each. Raises as ``send``."""
        waiting, self._waiting = self._waiting, []
        try:
            if not self._pipeline or len(waiting) + len(asked) == 1:
                self._run_all(waiting)
                return [self._rows(statement, values, self._run(self._raw.cursor(), statement, values)) for statement, values in asked]
            with self._raw.pipeline():
                self._run_all(waiting)
                cursors = [self._run(self._raw.cursor(), statement, values) for statement, values in asked]
            # Not inside: the first of the answers would be waited for by itself.
            return [self._rows(statement, values, cursor) for (statement, values), cursor in zip(asked, cursors, strict=True)]
        except self._dialect.loaded_dbapi.Error as error:
            self.failed = True
            raise self._told(error) from error
        except Exception:
            self.failed = True
            raise

    def _run_all(self, waiting: Sequence[tuple[Statement, Values]]) -> None:
        """In their order; rows of one table that follow each other together."""
        place = 0
        while place < len(waiting):
            statement, values = waiting[place]
            names, end = tuple(values), place + 1
            while end < len(waiting) and waiting[end][0] is statement and tuple(waiting[end][1]) == names:
                end += 1
            if end == place + 1 or isinstance(statement, str) or not built(statement, self._dialect, names).inserts:
                self._run(self._cursor, statement, values)
                place += 1
                continue
            one = built(statement, self._dialect, names)
            while place < end:
                count = next(n for n in _AT_ONCE if n <= end - place)
                self._cursor.execute(*one.many([given for _, given in waiting[place : place + count]]))
                place += count

    def _run(self, cursor: Any, statement: Statement, values: Values) -> Any:
        if isinstance(statement, str):
            cursor.execute(statement)
        else:
            one = built(statement, self._dialect, tuple(values))
            cursor.execute(one.sql, one.values(values))
        return cursor

    def _rows(self, statement: Statement, values: Values, cursor: Any) -> list[Any]:
        return [] if isinstance(statement, str) else built(statement, self._dialect, tuple(values)).rows(cursor.fetchall())

    def _told(self, error: Any) -> BaseException:
        # As SQLAlchemy tells it, without the values, which may be about a person.
        lost = self._dialect.is_disconnect(error, self._raw, None)
        told: BaseException = sa.exc.DBAPIError.instance("", None, error, self._dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=lost, dialect=self._dialect)
        return told


def put(connection: sa.Connection, statement: Statement, values: Values) -> None:
    """Run a statement whose answer nobody needs: at once, or on the writer's connection together with others."""
    sending: Sending | None = connection.info.get(_NAME)
    if sending is None:
        connection.execute(statement, values)
    else:
        sending.put(statement, values)


def asked(connection: sa.Connection, statement: Statement, values: Values) -> list[Any]:
    """The rows of a statement that is kept, as plain tuples."""
    return (connection.info.get(_NAME) or Sending(connection)).ask((statement, values))[0]


def _driver(connection: sa.Connection) -> Any:
    """The driver's own connection."""
    return connection.connection.driver_connection


def _pipelines(raw: Any) -> bool:
    try:
        import psycopg
    except ImportError:
        return False
    return isinstance(raw, psycopg.Connection) and psycopg.Pipeline.is_supported()
