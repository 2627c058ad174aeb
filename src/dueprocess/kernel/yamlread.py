"""YAML 1.2 (core schema) and JSON from untrusted files, with the line of every key.

PyYAML's parser reads YAML 1.1, where ``no`` is false and ``2014-01-01`` a date. Building from its
*events* keeps the parser and takes the values by the 1.2 core schema instead. Anchors, aliases and
tags are refused (nobody needs them in a case, and they make bombs); so are repeated keys, and files
beyond a size, depth or number of nodes that no real one reaches.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dueprocess.kernel.errors import InputError

MAX_BYTES = 2_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NULLS = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}

# Controls and direction marks: invisible in a file, and not harmless on a terminal or in a form.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed document: plain mappings, lists and scalars, and the line (from 1) of each path."""

    value: Any
    lines: dict[Path_, int]
    name: str

    def where(self, path: Path_ = ()) -> str:
        """``file:line`` of the nearest enclosing path that has a line."""
        while path and path not in self.lines:
            path = path[:-1]
        line = self.lines.get(path)
        return f"{self.name}:{line}" if line else self.name


def _scalar(text: str, *, plain: bool) -> Any:
    if not plain:
        return text
    if text in _NULLS:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if _INT.match(text):
        return int(text) if len(text) < 300 else text
    if _FLOAT.match(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


class _Builder:
    """Turns a stream of events into plain values without recursion."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path_, int] = {}
        self.nodes = 0

    def fail(self, event: Any, what: str, do: str) -> InputError:
        mark = getattr(event, "start_mark", None)
        return InputError(what, where=f"{self.name}:{mark.line + 1}" if mark else self.name, do=do)

    def build(self, text: str) -> list[Any]:
        documents: list[Any] = []
        # One frame per open collection: [container, pending key, path of the container].
        stack: list[list[Any]] = []
        try:
            events = yaml.parse(text, Loader=_LOADER)
            event: Any
            for event in events:
                kind = type(event).__name__
                if kind in ("StreamStartEvent", "StreamEndEvent", "DocumentStartEvent", "DocumentEndEvent"):
                    continue
                if kind == "AliasEvent" or getattr(event, "anchor", None):
                    raise self.fail(event, "anchors and aliases are not read", "write the value out")
                if getattr(event, "tag", None):
                    raise self.fail(event, f"the tag [{event.tag}] is not read", "leave the tag out")
                if kind in ("MappingEndEvent", "SequenceEndEvent"):
                    stack.pop()
                    continue
                self.nodes += 1
                if self.nodes > MAX_NODES:
                    raise self.fail(event, f"more than {MAX_NODES} values", "split the file")
                if kind == "ScalarEvent" and _UNSEEN.search(event.value):
                    raise self.fail(event, "a control character in a value", "leave it out")
                if kind == "ScalarEvent":
                    value: Any = _scalar(event.value, plain=event.implicit[0] and event.style in (None, ""))
                elif kind == "MappingStartEvent":
                    value = {}
                else:
                    value = []
                path = self._place(stack, documents, event, value)
                if kind != "ScalarEvent":
                    if len(stack) >= MAX_DEPTH:
                        raise self.fail(event, f"nested deeper than {MAX_DEPTH}", "flatten it")
                    stack.append([value, _NO_KEY, path])
        except yaml.YAMLError as error:
            raise _syntax_error(self.name, error, text) from None
        return documents

    def _place(self, stack: list[list[Any]], documents: list[Any], event: Any, value: Any) -> Path_:
        line = event.start_mark.line + 1
        if not stack:
            documents.append(value)
            self.lines.setdefault((), line)
            return ()
        frame = stack[-1]
        container, key = frame[0], frame[1]
        path: Path_ = frame[2]
        if isinstance(container, list):
            here = (*path, len(container))
            container.append(value)
            self.lines[here] = line
            return here
        if key is _NO_KEY:
            if isinstance(value, (dict, list)):
                raise self.fail(event, "a key that is itself a list or mapping", "use a plain name as key")
            if not isinstance(value, str):
                value = event.value
            if value in container:
                raise self.fail(event, f"the key [{value}] stands twice", "keep one")
            frame[1] = value
            self.lines[(*path, value)] = line
            return path
        container[key] = value
        frame[1] = _NO_KEY
        return (*path, key)


_NO_KEY = object()


def _syntax_error(name: str, error: yaml.YAMLError, text: str) -> InputError:
    # Where a quote or bracket was opened says more than where the parser gave up; a block's start says less.
    opened = str(getattr(error, "context", "") or "").startswith(("while scanning", "while parsing a flow"))
    mark = (getattr(error, "context_mark", None) if opened else None) or getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    where = f"{name}:{mark.line + 1}" if mark else name
    if "cannot start any token" in problem and "\t" in text:
        return InputError("a tab", where=where, do="indent with spaces")
    return InputError(f"not readable as YAML or JSON ({problem})", where=where, do="check the indentation and quotes there")


def parse(text: str, *, name: str) -> Document:
    """Parse one document. Raises InputError with the line; an empty text is an error."""
    builder = _Builder(name)
    try:
        documents = builder.build(text)
    except InputError:
        # JSON that is no YAML (tabs as indentation, surrogate pairs): read as what it is, without lines.
        value = _json(text)
        if value is _NO_KEY:
            raise
        documents = [value]
    if not documents or documents == [None]:
        raise InputError("the file is empty", where=name, do="write a case or law file into it")
    if len(documents) > 1:
        raise InputError("more than one document", where=name, do="put each into a file of its own")
    return Document(documents[0], builder.lines, name)


def _json(text: str) -> Any:
    """The value of a JSON text, or ``_NO_KEY`` where it is none that may be read."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in items}) != len(items):
            raise ValueError("a key stands twice")
        return dict(items)

    if not text.lstrip().startswith(("{", "[", '"')):
        return _NO_KEY
    try:
        # NaN and Infinity are no JSON; half a surrogate pair is no text.
        value = json.loads(text, object_pairs_hook=pairs)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return _NO_KEY
    todo, seen = [(value, 0)], 0
    while todo:
        item, depth = todo.pop()
        seen += 1
        if depth >= MAX_DEPTH or seen > MAX_NODES or (isinstance(item, str) and _UNSEEN.search(item)):
            return _NO_KEY
        inner = list(item.items()) if isinstance(item, dict) else item if isinstance(item, list) else []
        todo += [(part, depth + 1) for entry in inner for part in (entry if isinstance(item, dict) else (entry,))]
    return value


def read_text(path: Path, *, max_bytes: int = MAX_BYTES) -> str:
    """The text of a file, UTF-8 with or without a byte-order mark; InputError for all that it is not."""
    name = str(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError("this is a folder", where=name, do="name a file")
        if size > max_bytes:
            raise InputError(f"the file has {size} bytes", where=name, do=f"at most {max_bytes} are read here")
        with path.open("rb") as handle:
            data = handle.read(max_bytes + 1)
    except FileNotFoundError:
        raise InputError("there is no such file", where=name, do="check the path") from None
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", where=name, do="check its permissions") from None
    if len(data) > max_bytes:
        raise InputError(f"more than {max_bytes} bytes", where=name, do="this is no case or law file")
    return decode(data, name=name)


def decode(data: bytes, *, name: str) -> str:
    """UTF-8 text of bytes that a person gave; control characters are refused."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start + 1} is not UTF-8 text", where=name, do="save the file as UTF-8") from None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.isprintable() and any(c < " " and c not in "\t\r" for c in line):
            raise InputError("a control character", where=f"{name}:{number}", do="this is no text file")
    return text


def read(path: Path) -> Document:
    """Parse one file."""
    return parse(read_text(path), name=str(path))


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping in one file."""
    value = read(path).value
    if not isinstance(value, dict):
        raise InputError("the file holds no mapping", where=str(path), do="write key: value lines")
    return value
