"""Change a few values of a law file and leave every other byte of it alone: comments, order, folds and line ends."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from dueprocess.kernel.errors import InputError

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _/.'()-]*\Z")
_NOT_PLAIN = {"true", "false", "null", "yes", "no", "on", "off"}


@dataclass
class _Mapping:
    """Where a mapping stands in the text: each key's start, each value's span; offsets are in characters."""

    flow: bool
    start: int
    keys: dict[str, int] = field(default_factory=dict)
    values: dict[str, tuple[int, int]] = field(default_factory=dict)
    inner: dict[str, _Mapping] = field(default_factory=dict)


def set_keys(text: str, key: str, values: Mapping[str, str], *, name: str) -> str:
    """The text with ``values`` set in the mapping under the top-level ``key``; its other keys stay.

    The mapping may be written on one line or on several. Raises InputError where there is none.
    """
    top = _read(text, name)
    found = top.inner.get(key)
    if found is None or not found.values:
        raise InputError(f"[{key}] is no mapping with a value", where=name, do=f"write {key}: {{…}}")
    changes: list[tuple[int, int, str]] = []
    for inner, value in values.items():
        if inner in found.values:
            changes.append((*found.values[inner], scalar(value)))
    missing = {k: v for k, v in values.items() if k not in found.values}
    if missing:
        last = max(end for _, end in found.values.values())
        if found.flow:
            changes.append((last, last, "".join(f", {k}: {scalar(v)}" for k, v in missing.items())))
        else:
            column = found.start - (text.rfind("\n", 0, found.start) + 1)
            end, newline = _line_end(text, last)
            lines = "".join(f"{newline}{' ' * column}{k}: {scalar(v)}" for k, v in missing.items())
            changes.append((end, end, lines))
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def add_line(text: str, after: str, key: str, value: str, *, name: str) -> str:
    """The text with ``key: value`` on a line of its own after the line of the top-level key ``after``."""
    top = _read(text, name)
    if after not in top.values or top.flow:
        raise InputError(f"[{after}] stands on no line of its own", where=name, do=f"write {after}: … on a line of its own")
    end, newline = _line_end(text, top.values[after][1])
    return f"{text[:end]}{newline}{key}: {scalar(value)}{text[end:]}"


def scalar(value: str) -> str:
    """A text as a YAML scalar: plain where that is safe, else in double quotes."""
    if _PLAIN.match(value) and value.lower() not in _NOT_PLAIN and not value.endswith(" "):
        return value
    return json.dumps(value, ensure_ascii=False)


def _line_end(text: str, offset: int) -> tuple[int, str]:
    """The end of the line that ``offset`` stands in, and the line break that the file uses."""
    newline = "\r\n" if "\r\n" in text else "\n"
    end = text.find("\n", offset)
    if end < 0:
        return len(text), newline
    return (end - 1 if text[end - 1] == "\r" else end), newline


def _at(mark: Any) -> int:
    return int(mark.index)


def _read(text: str, name: str) -> _Mapping:
    """The top-level mapping and the mappings directly in it, by the offsets of the parser's marks."""
    top: _Mapping | None = None
    stack: list[Any] = []
    key: list[str | None] = []
    try:
        # The parser written in Python: its marks count characters of this very text.
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                made = (
                    _Mapping(bool(event.flow_style), _at(event.start_mark))
                    if isinstance(event, yaml.MappingStartEvent) and len(stack) < 2
                    else None
                )
                if made is not None and not stack:
                    top = made
                elif made is not None and stack[0] is top and top is not None and key[0] is not None:
                    top.inner[key[0]] = made
                stack.append(made)
                key.append(None)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                stack.pop()
                key.pop()
                if stack and stack[-1] is not None:
                    key[-1] = None
            elif isinstance(event, yaml.ScalarEvent) and stack and stack[-1] is not None:
                mapping: _Mapping = stack[-1]
                if key[-1] is None:
                    key[-1] = event.value
                    mapping.keys[event.value] = _at(event.start_mark)
                else:
                    # A folded text's mark lies on the line after it.
                    start = _at(event.start_mark)
                    mapping.values[key[-1] or ""] = (start, start + len(text[start : _at(event.end_mark)].rstrip()))
                    key[-1] = None
    except yaml.YAMLError:
        raise InputError("not readable as YAML", where=name, do="run dueprocess law check") from None
    if top is None:
        raise InputError("the file holds no mapping", where=name, do="write key: value lines")
    return top
