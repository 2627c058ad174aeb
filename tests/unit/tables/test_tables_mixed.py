"""A file that is mostly well-formed is read in stretches: the same rows and the same problems as line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dueprocess.tables import delimited
from dueprocess.tables.engine import Engine, engine
from dueprocess.tables.raw import store

LINES = (
    b"a,b,c", b"a,b,c", b"a,b,c", b"a,b,c", b"1,,", b'"x, y",b,c', b'a,"he said ""no""",c', b"a,b", b"a,b,c,d", b"", b"   ", b'a,"open,c', b'close",c', b'a,b"c,d', b'"a"b,c,d',
    "é,b,c".encode(), "é,b,c".encode("cp1252"), b"a\x00,b,c", b"a\rb,c,d", b"a,b,c\r", b'"one', b'two",b,c', b'a,b,"',
)  # fmt: skip


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all examples: to start it takes longer than an example does."""
    with engine(within=tmp_path_factory.mktemp("mixed")) as found:
        yield found


@settings(max_examples=120)
@given(lines=st.lists(st.one_of(st.sampled_from(LINES), st.sampled_from(LINES[:4])), max_size=90), ended=st.booleans())
def test_stretches_give_what_lines_give(opened: Engine, lines: list[bytes], ended: bool) -> None:
    with mock.patch.multiple(delimited, _FEWEST=3, _BLOCK=25, MOST_JOINED=4):
        path = opened.scratch / "x.csv"
        path.write_bytes(b"\n".join([b"h1,h2,h3", *lines]) + (b"\n" if ended and lines else b""))
        found = {}
        for name in ("mixed", "lines"):
            told = delimited._Found([], Counter())
            if name == "mixed":
                table = delimited._mixed(opened, path, delimiter=",", width=3, after=1, found=told)
            else:
                every = path.read_bytes().split(b"\n")[1:]
                table = store(opened, delimited._careful(delimited._decoded(every, told, number=2), delimiter=",", width=3, found=told), width=3)
            found[name] = (opened.rows(f"SELECT * FROM {table} ORDER BY _line"), sorted(told.items), dict(told.counts))
        assert found["mixed"] == found["lines"]
