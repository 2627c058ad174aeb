"""Statements handed to the database's own driver, many together.

Waiting for the answer to each statement costs more than what the database does for it. Those whose answer nobody needs wait
until one is asked for, or until ``send``, and then go together: on PostgreSQL in one exchange, on SQLite one after the
other.

Whoever runs a statement on the connection itself comes after what waits: that is sent first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any

import sqlalchemy as sa

from dueprocess.store.built import Command, Statement, Values, built
from dueprocess.store.wire import Wire

_NAME, _WIRE = "dueprocess.sending", "dueprocess.wire"
_AT_ONCE = (32, 8, 3, 2, 1)
"""How many rows go into a table with one statement: few numbers, since the server remembers each such statement."""
_COMMIT = "COMMIT"
Asked = tuple[Statement, Values]


class Sending:
    """What goes over one connection. It belongs to whoever has the connection; one thread at a time."""

    def __init__(self, connection: sa.Connection) -> None:
        self._dialect = connection.dialect
        self._raw: Any = connection.connection.driver_connection
        self._wire = _wire(connection)
        self._waiting: list[Asked] = []
        self._ahead: tuple[Sequence[Asked], list[list[Any]]] = ((), [])
        self.failed = False
        """Whether something that was sent has failed, perhaps one that had waited, since this was last set back."""
        self.committing = False
        """Whether a COMMIT was sent: where no answer came, it is not known whether it was made."""

    @classmethod
    def on(cls, connection: sa.Connection) -> Sending:
        """For a connection that is kept: from now on ``put`` waits on it."""
        made = cls(connection)
        connection.info[_NAME] = made
        sa.event.listen(connection, "before_cursor_execute", lambda *_: made._broken_into())
        return made

    def begin(self) -> None:
        """A transaction, whose BEGIN goes with the first statement. SQLite's is begun by SQLAlchemy, and at once: it takes the turn."""
        self.failed = self.committing = False
        self._ahead = ((), [])
        if self._wire is not None:
            self.put("BEGIN")

    def join(self) -> None:
        """Be part of SQLAlchemy's transaction, which the driver begins only with its own first statement."""
        if self._wire is not None and self._wire.idle:
            self.put("BEGIN")

    def put(self, statement: Statement, values: Values | None = None) -> None:
        """Run it before the next that is asked."""
        self._waiting.append((statement, values or {}))

    def came_ahead(self, asked: Sequence[Asked], found: list[list[Any]]) -> None:
        """The answers to what will be asked next. They hold only for the very same questions, and only where nothing is run
        on the connection before."""
        self._ahead = (asked, found)

    def _broken_into(self) -> None:
        self._ahead = ((), [])
        self.send()

    def start(self) -> None:
        """Have the server begin with what waits, and work on meanwhile; what fails is told when something is asked, or sent.
        On SQLite, which would do it in this thread, it waits on."""
        if self._wire is not None and self._waiting:
            waiting, self._waiting, self._ahead = self._waiting, [], ((), [])
            with self._telling():
                self._wire.start(self._commands(waiting))

    def send(self) -> None:
        """Run what waits. Raises what the first that fails raises, as SQLAlchemy would."""
        if self._waiting or (self._wire is not None and self._wire.under_way):
            self.ask()

    def commit(self) -> None:
        """Run what waits, and commit, in one exchange. Raises as ``send``; then see ``committing``."""
        self.ask((_COMMIT, {}))

    def forget(self, since: Statement = None) -> bool:
        """Forget what waits, from the last such statement on; whether that was still waiting. Where it is not, all is forgotten,
        and what was started is heard out."""
        self._ahead = ((), [])
        place = next((n for n in reversed(range(len(self._waiting))) if self._waiting[n][0] is since), None)
        del self._waiting[place or 0 :]
        if self._wire is not None and self._wire.under_way:
            with suppress(self._dialect.loaded_dbapi.Error):  # whoever forgets takes all of it back
                self._wire.exchange(())
        return place is not None

    def ask(self, *asked: Asked) -> list[list[Any]]:
        """Run what waits, then these; the rows of each. Raises as ``send``."""
        waiting, self._waiting = self._waiting, []
        (before, answers), self._ahead = self._ahead, ((), [])
        if before and not waiting and _same(before, asked):
            return answers
        with self._telling():
            found = self._exchanged(waiting, asked) if self._wire is not None else self._in_turn(waiting, asked)
            return [rows if isinstance(statement, str) else self._built(statement, values).rows(rows) for (statement, values), rows in zip(asked, found, strict=True)]

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What goes wrong in it is noted, and told as SQLAlchemy tells it."""
        try:
            yield
        except self._dialect.loaded_dbapi.Error as error:
            self.failed = True
            raise self._told(error) from error
        except Exception:
            self.failed = True
            raise

    def _exchanged(self, waiting: Sequence[Asked], asked: Sequence[Asked]) -> list[list[Any]]:
        assert self._wire is not None
        commands = [*self._commands(waiting), *(self._command(*one) for one in asked)]
        if not commands and not self._wire.under_way:
            return []
        ends = bool(commands) and commands[-1].sql == _COMMIT
        self.committing = self.committing or ends
        answers = self._wire.exchange(commands)
        if ends and answers[-1].command_status != b"COMMIT":
            raise self._dialect.loaded_dbapi.InternalError("the transaction had failed before")  # the server takes it back, and calls that no error
        return [self._wire.rows(answer) for answer in answers[len(answers) - len(asked) :]] if asked else []

    def _in_turn(self, waiting: Sequence[Asked], asked: Sequence[Asked]) -> list[list[Any]]:
        found: list[list[Any]] = []
        with closing(self._raw.cursor()) as cursor:
            for command in self._commands(waiting):
                cursor.execute(command.sql, command.values)
            for command in (self._command(*one) for one in asked):
                if command.sql == _COMMIT:
                    self.committing = True
                    # Not by the cursor: a statement that failed and is still held keeps the file open, and the log with it.
                    self._raw.commit()
                    found.append([])
                else:
                    found.append(cursor.execute(command.sql, command.values).fetchall())
        return found

    def _commands(self, waiting: Sequence[Asked]) -> list[Command]:
        """In their order; rows of one table that follow each other together."""
        made: list[Command] = []
        place = 0
        while place < len(waiting):
            statement, values = waiting[place]
            names, end = tuple(values), place + 1
            while end < len(waiting) and waiting[end][0] is statement and tuple(waiting[end][1]) == names:
                end += 1
            if end == place + 1 or isinstance(statement, str) or not self._built(statement, values).inserts:
                made.append(self._command(statement, values))
                place += 1
                continue
            one = self._built(statement, values)
            while place < end:
                count = next(n for n in _AT_ONCE if n <= end - place)
                made.append(one.many([given for _, given in waiting[place : place + count]]))
                place += count
        return made

    def _command(self, statement: Statement, values: Values) -> Command:
        return Command(statement) if isinstance(statement, str) else self._built(statement, values).one(values)

    def _built(self, statement: Statement, values: Values) -> Any:
        return built(statement, self._dialect, tuple(values))

    def _told(self, error: Any) -> BaseException:
        # As SQLAlchemy tells it, without the values, which may be about a person.
        lost = self._dialect.is_disconnect(error, self._raw, None)
        told: BaseException = sa.exc.DBAPIError.instance("", None, error, self._dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=lost, dialect=self._dialect)
        return told


def _same(one: Sequence[Asked], other: Sequence[Asked]) -> bool:
    # Statements by identity: of SQLAlchemy's, ``==`` may be a statement again.
    return len(one) == len(other) and all(a is b and v == w for (a, v), (b, w) in zip(one, other, strict=True))


def put(connection: sa.Connection, statement: Statement, values: Values) -> None:
    """Run a statement whose answer nobody needs: at once, or on the writer's connection together with others."""
    sending: Sending | None = connection.info.get(_NAME)
    if sending is None:
        connection.execute(statement, values)
    else:
        sending.put(statement, values)


def asked(connection: sa.Connection, statement: Statement, values: Values) -> list[Any]:
    """The rows of a statement that is kept, as plain tuples."""
    return asked_together(connection, (statement, values))[0]


def asked_together(connection: sa.Connection, *each: Asked) -> list[list[Any]]:
    """The rows of each of several statements that are kept, in one exchange."""
    sending: Sending | None = connection.info.get(_NAME)
    if sending is None:
        sending = Sending(connection)
        if connection.in_transaction():
            sending.join()
    return sending.ask(*each)


def _wire(connection: sa.Connection) -> Wire | None:
    """That of the driver's own connection, for as long as it lasts; None for SQLite."""
    if connection.dialect.name != "postgresql":
        return None
    found: Wire | None = connection.info.get(_WIRE)
    if found is None:
        raw: Any = connection.connection.driver_connection
        found = connection.info[_WIRE] = Wire(raw)
    return found
