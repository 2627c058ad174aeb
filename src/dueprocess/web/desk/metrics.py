"""Figures for a monitoring system (Prometheus): counts and times, on a port of their own that only this machine reaches.

No path of a page, no name and no case number is among them; an agency is named by its id. What the database knows comes from
``health.figures``; only what is not known is missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError
from dueprocess.web.desk.health import figures
from dueprocess.web.desk.service import Service
from dueprocess.web.guard import App, Receive, Scope, Send

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import GaugeMetricFamily

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0)
PARTS = {"api": "interface", "live": "live", "desk.css": "file", "desk.js": "file", "health": "health"}
"""The first part of a path to what is counted; everything else is a page."""


class Metrics:
    """The figures of one process. ``measured`` wraps the application; ``serve`` answers at ``/metrics``."""

    def __init__(self, service: Service) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self.registry: CollectorRegistry = CollectorRegistry()
        self._seconds = Histogram("desk_request_seconds", "Time to answer", ["part"], buckets=BUCKETS, registry=self.registry)
        self._answers = Counter("desk_answers", "Answers by their kind of status", ["part", "status"], registry=self.registry)
        self.registry.register(_Figures(service))

    def measured(self, app: App) -> App:
        """The application, each of its answers counted and timed; how long a live view stayed open is no time to answer."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            part = PARTS.get(scope["path"].split("/", 2)[1] if "/" in scope["path"] else "", "page")
            begun = time.perf_counter()

            async def noted(message: Any) -> None:
                if message["type"] == "http.response.start":
                    self._answers.labels(part, f"{message['status'] // 100}xx").inc()
                    self._seconds.labels(part).observe(time.perf_counter() - begun)
                await send(message)

            await app(scope, receive, noted)

        return counted

    def serve(self, port: int) -> Callable[[], None]:
        """Answer at ``127.0.0.1:port``; what is returned ends it. Raises InputError where the port is taken."""
        from prometheus_client import start_http_server

        try:
            server, thread = start_http_server(port, addr="127.0.0.1", registry=self.registry)
        except OSError as error:
            raise InputError(f"[127.0.0.1:{port}] cannot be listened on ({error.strerror})", where="--metrics", do="choose another port") from None

        def end() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return end


class _Figures:
    """What is asked of the database when somebody looks."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def describe(self) -> list[Any]:
        """Nothing is asked of the database for a list of names."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        from prometheus_client.core import GaugeMetricFamily

        service = self._service
        yield GaugeMetricFamily("desk_live_views", "Boards and pages that are open", value=service.feed.views)
        try:
            found = figures(service)
        except sa.exc.DBAPIError:
            yield GaugeMetricFamily("desk_database_up", "Whether the database answers", value=0)
            return
        yield GaugeMetricFamily("desk_database_up", "Whether the database answers", value=1)
        by_agency: Mapping[str, Mapping[str, Any]] = found.pop("agencies")
        for name, value in found.items():
            if value is not None:  # what is not known is left out, and never a zero
                yield GaugeMetricFamily(f"desk_{name}", name.replace("_", " "), value=value)
        names = dict.fromkeys(name for one in by_agency.values() for name in one)
        for name in names:
            family = GaugeMetricFamily(f"desk_agency_{name}", name.replace("_", " "), labels=["agency"])
            for agency, one in by_agency.items():
                if one[name] is not None:
                    family.add_metric([agency], one[name])
            yield family
