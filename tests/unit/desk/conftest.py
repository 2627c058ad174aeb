"""A desk a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_common import Made, made


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Made]:
    with made(tmp_path) as found:
        yield found
