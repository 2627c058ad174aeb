"""Whatever is sent to the desk's interface: an answer or a clear refusal, never a fault of the server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("schemathesis", reason="schemathesis is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import schemathesis
from desk_common import CANARY, TEXAS, at, made, who
from hypothesis import HealthCheck, given, settings
from test_desk_web import Web

from dueprocess.store.proving import verify


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with made(tmp_path_factory.mktemp("desk")) as desk:
        desk.desk.book(who(), name=CANARY, booking_number="J-1", booked_at=at(-10), complete=True)
        yield Web(desk)


@pytest.fixture(scope="module")
def token(web: Web) -> dict[str, str]:
    return web.token("bookings:write", "papers:write", "releases:write", "decisions:read", agency=TEXAS)


def test_nothing_that_is_sent_is_a_fault_of_the_server(web: Web, token: dict[str, str]) -> None:
    described = schemathesis.openapi.from_asgi("/api/openapi.json", web.app)
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) == 9
    statuses: set[int] = set()
    # What the description allows, and what it does not.
    for operation, mode in product(operations, schemathesis.GenerationMode):

        @settings(max_examples=15, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def sent(case: Any) -> None:
            for name in ("J-1", None):  # the stay that is there, and whatever was made up
                if name is not None and "case" in case.path_parameters:
                    made_up, case.path_parameters["case"] = case.path_parameters["case"], name
                elif "case" in case.path_parameters:
                    case.path_parameters["case"] = made_up
                answer = case.call(headers=token)
                assert answer.status_code < 500, answer.text
                statuses.add(answer.status_code)

        sent()
    assert {200, 201, 422} <= statuses


def test_the_record_still_verifies(web: Web) -> None:
    assert verify(web.desk.store).ok
