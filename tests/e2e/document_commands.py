"""Commands of a document, run as its reader runs them."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path
from unittest import mock

from click import Group

from dueprocess.cli import main
from dueprocess.cli.parsing import parser
from dueprocess.law import load_lawbook

_begun: set[tuple[str, ...]] = set()


def _command(words: list[str]) -> tuple[str, ...]:
    """Which command the words call: ``agencies show``."""
    found: list[str] = []
    here = parser(words)
    for word in words:
        if not isinstance(here, Group) or word not in here.commands:
            break
        found.append(word)
        here = here.commands[word]
    return tuple(found)


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """``dueprocess WORDS`` in the folder.

    Each command of the program is begun once in a process of its own, which shows that it imports all that it needs;
    when it comes again, with other words, it runs in this process: to start anew takes longer than most commands do.
    """
    command = _command(words)
    if command not in _begun:
        _begun.add(command)
        return subprocess.run([sys.executable, "-m", "dueprocess", *words], cwd=folder, capture_output=True, text=True, timeout=120)
    load_lawbook.cache_clear()  # it remembers a folder by its name
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), mock.patch.object(sys, "argv", ["dueprocess", *words]):
        try:
            main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
        else:
            status = 0
    return subprocess.CompletedProcess(words, status, *(stream.buffer.getvalue().decode() for stream in (out, err)))
