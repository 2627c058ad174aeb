"""What makes thousands of requests cheap: passwords are hashed lightly (what argon2 costs is the business of the store's own
tests), and all test clients share one event loop instead of starting one for each request."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def _one_loop() -> Iterator[None]:
    pytest.importorskip("starlette", reason="the extra desk is not installed")
    from anyio.from_thread import start_blocking_portal
    from starlette.testclient import TestClient

    whole = TestClient._portal_factory
    with start_blocking_portal() as portal, pytest.MonkeyPatch.context() as patch:

        @contextlib.contextmanager
        def shared(client: TestClient) -> Iterator[Any]:
            if client.async_backend["backend"] != "asyncio" or client.portal is not None:
                with whole(client) as own:
                    yield own
            else:
                yield portal

        patch.setattr(TestClient, "_portal_factory", shared)
        yield


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    argon2 = pytest.importorskip("argon2", reason="the extra desk is not installed")
    from dueprocess.store import gate

    made, before = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), gate._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "_hasher", lambda: made)
        gate._dummy.cache_clear()
        yield
    gate._dummy.cache_clear()
    assert gate._hasher is before
