"""What is written and read: drafts, events, their types; and what a writer may answer instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from dueprocess.kernel.errors import InputError
from dueprocess.ledger.record import Scalar

HOUSE = "*"
"""The agency of entries that are about the whole installation."""
HEAD = frozenset({"agency", "by", "kind", "subject", "v", "about", "step"})
"""Names in a leaf's head that the writer gives."""


class Conflict(InputError):
    """Somebody else wrote about the stay in the meantime: the version that was seen is no longer the last."""


class Unavailable(InputError):
    """The database did not take the request: it is full, gone, or locked. Nothing was acknowledged; sending the same
    idempotency key again is safe."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be written.

    ``head`` is public for good: plain values, never personal. ``payload`` is a JSON mapping, sealed, and erased with the
    stay. ``subject`` is the stay; ``expect`` the version of it that the writer of the draft saw (None: whatever it is;
    0: it must be new). ``about`` is for entries that change nothing about a stay and use up no version of it, yet whose
    payload has to be erased with it: a look, a subpoena.
    """

    kind: str
    payload: Mapping[str, Any] | None = None
    subject: str | None = None
    head: Mapping[str, Scalar] = field(default_factory=dict)
    expect: int | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a piece of work returns: the entries to append, in order, and a result. Where the request has an idempotency
    key the result must be plain JSON without anything personal, since it is kept for a repeated request."""

    entries: Sequence[Draft] = ()
    result: Any = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Durable. ``numbers`` are the entries written; ``replayed``: the same request had been answered before."""

    result: Any
    numbers: tuple[int, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """An entry as read tables see it. ``payload`` is None where there was none, and where it was erased."""

    number: int
    at: int
    agency: str
    by: str
    kind: str
    subject: str | None
    version: int | None
    head: Mapping[str, Scalar]
    payload: Mapping[str, Any] | None
    erased: bool = False

    def get(self, name: str, default: Any = None) -> Any:
        """A value of the payload; the default where it was erased."""
        return default if self.payload is None else self.payload.get(name, default)


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of entry and what it changes in the read tables.

    ``apply(connection, event)`` runs in the savepoint of its entry, and again in ``rebuild``, then perhaps with the
    payload erased: it may use nothing but the connection and the event.
    """

    kind: str
    apply: Callable[[Connection, Event], None] | None = None


class EventTypes:
    """The kinds that a writer takes. A kind that is not among them is refused."""

    def __init__(self, types: Sequence[EventType] = ()) -> None:
        self._types: dict[str, EventType] = {}
        for one in types:
            self.add(one)

    def add(self, one: EventType) -> EventType:
        """Raises ValueError for a kind that is there already."""
        if one.kind in self._types:
            raise ValueError(f"the kind [{one.kind}] is there already")
        self._types[one.kind] = one
        return one

    def on(self, kind: str) -> Callable[[Callable[[Connection, Event], None]], Callable[[Connection, Event], None]]:
        """As a decorator of ``apply``."""

        def taken(apply: Callable[[Connection, Event], None]) -> Callable[[Connection, Event], None]:
            self.add(EventType(kind, apply))
            return apply

        return taken

    def apply(self, connection: Connection, event: Event) -> None:
        """Raises InputError for a kind that is not known."""
        one = self._types.get(event.kind)
        if one is None:
            raise InputError(f"[{event.kind}] is no kind of entry", do="use one that the desk knows")
        if one.apply is not None:
            one.apply(connection, event)

    def __or__(self, other: EventTypes) -> EventTypes:
        return EventTypes([*self._types.values(), *other._types.values()])

    def __contains__(self, kind: object) -> bool:
        return kind in self._types

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)
