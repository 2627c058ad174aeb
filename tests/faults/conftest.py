"""One PostgreSQL server that flushes each commit to the disk, and one template of desks, for all fault tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from desk_template import Template

from dueprocess.testing.postgres import NoPostgres, TemporaryServer


@pytest.fixture(scope="session")
def only_server() -> Iterator[TemporaryServer]:
    try:
        running = TemporaryServer(durable=True)
        running.start()
    except NoPostgres as error:
        pytest.skip(str(error))
    try:
        yield running
    finally:
        running.remove()


@pytest.fixture
def server(only_server: TemporaryServer) -> TemporaryServer:
    """The server, running, with nothing in it. A test may stop and crash it."""
    only_server.emptied()
    return only_server


@pytest.fixture(scope="session")
def template() -> Iterator[Template]:
    with Template() as made:
        yield made
