"""The wording that the extractors look for: tables and patterns, from the data files of ``data/extract``."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.yamlread import read_mapping


@cache
def table(name: str) -> dict[str, Any]:
    """One file of wording, by its name without ``.yaml``.

    Raises:
        InputError: the file is missing or holds no mapping.
    """
    return read_mapping(data_dir("extract") / f"{name}.yaml")


def word_set(entry: str) -> frozenset[str]:
    """One list of words of ``words.yaml``."""
    return frozenset(str(table("words")[entry]).split())


@cache
def pattern(name: str, entry: str) -> re.Pattern[str]:
    """One entry of a file, as a pattern that ignores case; a list is any of its items. ``{name}`` stands for another entry.

    Raises:
        InputError: there is no such entry, or it is no pattern.
    """
    return re.compile(_expanded(name, entry, 0), re.IGNORECASE)


def _expanded(name: str, entry: str, depth: int) -> str:
    value = table(name).get(entry)
    if value is None or depth > 5:
        raise InputError(f"[{entry}] is no pattern", where=f"data/extract/{name}.yaml", do="install dueprocess again")
    parts = [str(v) for v in (value if isinstance(value, list) else [value])]
    # Spaces stand for any white space: captured text is wrapped.
    joined = "(?:" + "|".join(p.replace(" ", r"\s+") for p in parts) + ")"
    return re.sub(r"<([a-z-]+)>", lambda m: _expanded(name, m[1], depth + 1), joined)
