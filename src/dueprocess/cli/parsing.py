"""What reads the words of a command line: the parser of the command that is asked for, and of no other."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cache
from typing import Any

import typer
from typer.main import get_command, get_command_name
from typer.models import CommandInfo, TyperInfo

from dueprocess.cli.commands import app


def parser(words: Sequence[str]) -> Any:
    """The parser of a command line that begins with these words, to be called with ``standalone_mode`` and ``prog_name``.

    Typer builds parsers from the signatures of functions. For all commands that takes a tenth of a second, a third of
    the time of the smallest command, so only the one that is named is built; all of them where none is.
    """
    return _parser(_path(app, words))


@cache
def _parser(path: tuple[str, ...]) -> Any:
    return get_command(_only(app, path))


def _path(group: typer.Typer, words: Sequence[str]) -> tuple[str, ...]:
    """Those words, from the first, that name a group or a command."""
    if not words:
        return ()
    first = words[0]
    if any(_name(c) == first for c in group.registered_commands):
        return (first,)
    inner = next((g for g in group.registered_groups if g.name == first), None)
    return (first, *_path(_typer(inner), words[1:])) if inner else ()


def _only(group: typer.Typer, path: tuple[str, ...]) -> typer.Typer:
    """The group with the command at this path alone."""
    if not path:
        return group
    found = copy(group)
    found.registered_commands = [c for c in group.registered_commands if _name(c) == path[0]]
    found.registered_groups = []
    for info in group.registered_groups:
        if info.name == path[0]:
            inner = copy(info)
            inner.typer_instance = _only(_typer(info), path[1:])
            found.registered_groups.append(inner)
    return found


def _name(command: CommandInfo) -> str:
    assert command.callback
    return command.name or get_command_name(command.callback.__name__)


def _typer(group: TyperInfo) -> typer.Typer:
    assert group.typer_instance
    return group.typer_instance
