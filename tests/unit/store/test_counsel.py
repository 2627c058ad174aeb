"""Counsel's own store."""

from __future__ import annotations

import pytest
from store_common import FIRST, NOW, SECOND, Place, desk

from dueprocess.kernel.errors import InputError
from dueprocess.store import Done, tables
from dueprocess.store.counsel import Note, drop_note, keep_note, notes


def test_notes_are_sealed_and_each_agencys_own(where: Place) -> None:
    with desk(where) as d:
        keys = d.store.keys
        kept = [
            d.writer.write(
                lambda c, n=n: Done(result=keep_note(c, keys, agency=FIRST, by="a_counsel", at=NOW + n, what="whatif", text=f"made-up exposure {n}")),
                agency=FIRST, by="a_counsel",
            ).result
            for n in range(2)
        ]  # fmt: skip
        assert "exposure" not in repr(d.rows(tables.counsel_notes))
        with d.store.read(FIRST) as connection:
            assert notes(connection, keys, agency=FIRST) == [Note(kept[n], "a_counsel", NOW + n, "whatif", f"made-up exposure {n}") for n in (1, 0)]
        with d.store.read(SECOND) as connection:
            assert notes(connection, keys, agency=SECOND) == []
        for agency in (SECOND, FIRST):
            work = lambda c, agency=agency: Done(result=drop_note(c, agency=agency, note=kept[0]))  # noqa: E731
            if agency == SECOND:
                with pytest.raises(InputError, match="no note here"):
                    d.writer.write(work, agency=agency, by="a")
            else:
                d.writer.write(work, agency=agency, by="a")
        assert [r["id"] for r in d.rows(tables.counsel_notes)] == kept[1:]
        with pytest.raises(InputError, match="no kind of note"):
            d.writer.write(lambda c: Done(result=keep_note(c, keys, agency=FIRST, by="a", at=NOW, what="other", text="x")), agency=FIRST, by="a")
        d.writer.write(lambda c: Done(result=c.execute(tables.counsel_notes.update().values(sealed=b"x" * 40)).rowcount), agency=FIRST, by="a")
        with d.store.read(FIRST) as connection, pytest.raises(InputError, match="was changed"):
            notes(connection, keys, agency=FIRST)
