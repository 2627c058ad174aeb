"""Many statements over one connection to PostgreSQL in one exchange.

By libpq's own pipeline: all go out in one piece, and the answers come back in one. psycopg's cursors send each statement by
itself, asking the socket twice before each, and the server wakes for each. Every statement is prepared once on a
connection; the server works out the types of its places from the text, so that it stays one whatever its values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dueprocess.store.built import Command

if TYPE_CHECKING:
    import psycopg
    from psycopg.abc import PQGen
    from psycopg.adapt import PyFormat
    from psycopg.pq.abc import PGresult


@dataclass(frozen=True, slots=True)
class _Known:
    """A statement under the name by which the server remembers it, and how its values go."""

    name: bytes
    dumped: tuple[PyFormat, ...]
    formats: tuple[int, ...]


class Wire:
    """One connection of psycopg, for one thread at a time. Cursors may be used on it in between."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        from psycopg.adapt import Transformer

        self._raw, self._pg = raw, raw.pgconn
        self._transformer = Transformer(raw)
        self._known: dict[str, _Known] = {}
        self._named = 0
        self._fresh: dict[str, _Known] = {}
        self._coming: list[str | None] = []
        """Of each answer to what is under way: the text that it prepares, None for a statement's own."""

    @property
    def idle(self) -> bool:
        """Whether no transaction is open."""
        from psycopg.pq import TransactionStatus

        return self._pg.transaction_status == TransactionStatus.IDLE

    @property
    def under_way(self) -> bool:
        """Whether ``start`` has sent what no ``exchange`` has ended yet. Until then nothing else may use the connection."""
        return bool(self._coming)

    def start(self, commands: Sequence[Command]) -> None:
        """Send them, and do not wait: the server is at them while the caller works on. What they say, and what became of
        them, comes with the next ``exchange``, as if they had been its first. Raises as it does."""
        # All of them first: a value that cannot be sent fails before anything is.
        ready = [self._ready(command) for command in commands]
        try:
            if not self._coming:
                self._pg.enter_pipeline_mode()
            for (known, values), command in zip(ready, commands, strict=True):
                if command.sql not in self._known:
                    if command.sql not in self._fresh:
                        self._pg.send_prepare(known.name, command.sql.encode())
                        self._fresh[command.sql] = known
                        self._coming.append(command.sql)
                    known = self._fresh[command.sql]
                self._pg.send_query_prepared(known.name, values, known.formats)
                self._coming.append(None)
            self._pg.flush()  # what does not go now goes with the rest
        except BaseException:
            self._raw.close()
            raise

    def exchange(self, commands: Sequence[Command]) -> list[PGresult]:
        """Run them in their order; what the server said to each, those of ``start`` before them included.

        Where one fails, none after it is run, a COMMIT among them neither. Without a BEGIN they are one transaction of
        their own. Raises what psycopg raises; where it is not known what the server did, the connection is closed.
        """
        from psycopg import pq
        from psycopg.errors import error_from_result

        self.start(commands)
        try:
            self._pg.pipeline_sync()
            answers = self._raw.wait(self._received())
            self._pg.exit_pipeline_mode()
        except BaseException:
            self._raw.close()
            raise
        (coming, self._coming), (fresh, self._fresh) = (self._coming, []), (self._fresh, {})
        for text, answer in zip(coming, answers, strict=True):
            if text is not None and answer.status == pq.ExecStatus.COMMAND_OK:
                self._known[text] = fresh[text]
        for answer in answers:
            if answer.status == pq.ExecStatus.FATAL_ERROR:
                raise error_from_result(answer, encoding=self._transformer.encoding)
        return [answer for text, answer in zip(coming, answers, strict=True) if text is None]

    def rows(self, answer: PGresult) -> list[Any]:
        """The rows of an answer, as tuples."""
        self._transformer.set_pgresult(answer)
        return self._transformer.load_rows(0, answer.ntuples, tuple)

    def _ready(self, command: Command) -> tuple[_Known, Sequence[Any] | None]:
        known = self._known.get(command.sql)
        if known is None:
            from psycopg.adapt import PyFormat

            self._named += 1  # never twice, also where the server did not come to it
            dumped = tuple(PyFormat.BINARY if binary else PyFormat.TEXT for binary in command.binary)
            known = _Known(b"dueprocess_%d" % self._named, dumped, tuple(map(int, command.binary)))
        return known, self._transformer.dump_sequence(command.values, known.dumped) if command.values else None

    def _received(self) -> PQGen[list[PGresult]]:
        from psycopg import OperationalError, pq
        from psycopg.waiting import Ready, Wait

        answers: list[PGresult] = []
        while self._pg.flush():  # the server may have to be heard before it takes the rest
            if (yield Wait.RW) & Ready.R:
                self._pg.consume_input()
        while True:
            while self._pg.is_busy():
                if (yield Wait.R):
                    self._pg.consume_input()
            answer = self._pg.get_result()
            if answer is None:  # the end of one statement's answer
                if self._pg.status == pq.ConnStatus.BAD:
                    raise OperationalError("the connection was lost")
            elif answer.status == pq.ExecStatus.PIPELINE_SYNC:
                return answers
            else:
                answers.append(answer)
