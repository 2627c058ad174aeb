"""Law and cases made as small as they can be while something still goes wrong with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.testing.cases import CaseDocument
from dueprocess.testing.law import LawDocument

_KEPT = frozenset({"id", "title", "kind", "citation", "sources", "review", "agency", "at", "booked_at", "declare", "value", "from", "norms"})
_MISSING = object()

Path = tuple[str | int, ...]


def shrink(
    documents: Sequence[LawDocument],
    cases: Sequence[CaseDocument],
    fails: Callable[..., bool],
    *,
    seconds: float = 60.0,
) -> tuple[list[LawDocument], list[CaseDocument]]:
    """Leave out authorities, norms, papers and keys, one after another, as long as ``fails(law, *cases)`` stays true.

    The cases are versions of one stay, the vaguest first: what is left out of one is left out of all, and what one
    says more vaguely is replaced by what the next one says. Where ``fails`` raises InputError (the smaller law or
    case is refused), that counts as false. The result is small, not the smallest; the search ends after about
    ``seconds``.
    """
    end = time.monotonic() + seconds

    def still(law: list[LawDocument], versions: list[CaseDocument]) -> bool:
        if time.monotonic() > end:
            return False
        try:
            return fails(deepcopy(law), *deepcopy(versions))
        except InputError:
            return False

    law, versions = deepcopy(list(documents)), deepcopy(list(cases))
    changed = True
    while changed and time.monotonic() < end:
        changed = False
        for size in (16, 8, 4, 2, 1):
            index = 0
            while index < len(law):
                fewer = law[:index] + law[index + size :]
                if still(fewer, versions):
                    law, changed = fewer, True
                else:
                    index += size
        for index in range(len(law)):
            for smaller in _smaller(law[index]):
                candidate = [*law[:index], smaller, *law[index + 1 :]]
                if still(candidate, versions):
                    law, changed = candidate, True
                    break
        for versions_now in _smaller_versions(versions):
            if still(law, versions_now):
                versions, changed = versions_now, True
                break
    return law, versions


def _smaller_versions(versions: list[CaseDocument]) -> Iterator[list[CaseDocument]]:
    for path in sorted({p for v in versions for p in _paths(v)}, key=lambda p: (len(p), repr(p))):
        if path[-1] in _KEPT:
            continue
        yield [_without(v, path) for v in versions]
    for index in range(len(versions) - 1):
        for path in sorted(_paths(versions[index]), key=lambda p: (len(p), repr(p))):
            there = _at(versions[index + 1], path)
            if there is not _MISSING and there != _at(versions[index], path):
                yield [*versions[:index], _with(versions[index], path, there), *versions[index + 1 :]]


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    parts: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        parts = iter(value.items())
    elif isinstance(value, list):
        parts = iter(enumerate(value))
    for key, part in parts:
        yield (*path, key)
        yield from _paths(part, (*path, key))


def _at(value: Any, path: Path) -> Any:
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return _MISSING
    return value


def _without(value: Any, path: Path) -> Any:
    if _at(value, path) is _MISSING:
        return value
    if len(path) > 1:
        return _with(value, path[:1], _without(value[path[0]], path[1:]))
    if isinstance(value, list):
        return [part for index, part in enumerate(value) if index != path[0]]
    return {key: part for key, part in value.items() if key != path[0]}


def _with(value: Any, path: Path, part: Any) -> Any:
    if not path:
        return part
    found: Any = list(value) if isinstance(value, list) else dict(value)
    found[path[0]] = _with(value[path[0]], path[1:], part)
    return found


def _smaller(value: Any) -> Iterator[Any]:
    """The value with one part left out or made plainer, at any depth."""
    if isinstance(value, dict):
        for key in value:
            if key not in _KEPT:
                yield {k: v for k, v in value.items() if k != key}
        for key, part in value.items():
            for smaller in _smaller(part):
                yield {**value, key: smaller}
            if key == "when" and part != "TRUE":
                yield {**value, key: "TRUE"}
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value[:index] + value[index + 1 :]
        for index, part in enumerate(value):
            for smaller in _smaller(part):
                yield [*value[:index], smaller, *value[index + 1 :]]
