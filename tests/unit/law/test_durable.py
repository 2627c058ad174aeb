"""A file is written whole or not at all, and what cannot be written is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from dueprocess.kernel.errors import InputError
from dueprocess.law.durable import link_whole, write_whole


def test_the_rights_of_the_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old")
    path.chmod(0o640)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new" and path.stat().st_mode & 0o777 == 0o640
    write_whole(tmp_path / "b", b"x", mode=0o600)
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["none/a", "file/a", "folder"])
def test_where_nothing_can_be_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="it cannot be written"):
        write_whole(tmp_path / name, b"x")
    with pytest.raises(InputError, match="it cannot be written"):
        link_whole(tmp_path / name, "x")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]
