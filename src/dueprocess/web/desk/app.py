"""The desk as an application: pages that work without a script, and the interface for other systems under ``/api``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dueprocess.desk import NotHere
from dueprocess.kernel.errors import InputError
from dueprocess.web.desk.guard import DeskGuard
from dueprocess.web.desk.service import Service

if TYPE_CHECKING:
    from fastapi import FastAPI


def desk_app(service: Service) -> FastAPI:
    """The application. Raises InputError where the libraries of the extra ``desk`` are missing."""
    try:
        from fastapi import FastAPI
    except ImportError:
        raise InputError("the libraries of the desk are missing", where="serve desk", do="install dueprocess[desk]") from None
    from dueprocess.web.desk.accounts import add_account_pages
    from dueprocess.web.desk.adoption import add_adoption_pages
    from dueprocess.web.desk.api import api_app
    from dueprocess.web.desk.counsel import add_counsel_pages
    from dueprocess.web.desk.health import add_health_pages
    from dueprocess.web.desk.managing import add_managing_pages
    from dueprocess.web.desk.oidc import add_oidc_pages
    from dueprocess.web.desk.packets import add_packet_pages
    from dueprocess.web.desk.pages import add_pages
    from dueprocess.web.desk.records import add_record_pages
    from dueprocess.web.desk.session import person_of, problem
    from dueprocess.web.desk.shelf import add_shelves

    async def nowhere(request: Request, _: Exception) -> Response:
        error = NotHere("there is no such page", do="choose one from the menu")
        return await run_in_threadpool(lambda: problem(service, person_of(service, request), error))

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, exception_handlers={404: nowhere})
    app.add_middleware(DeskGuard, secure=service.secure)
    add_account_pages(app, service)
    add_oidc_pages(app, service)
    add_managing_pages(app, service)
    add_record_pages(app, service)
    add_counsel_pages(app, service)
    add_adoption_pages(app, service)
    add_health_pages(app, service)
    add_packet_pages(app, service)  # before the person's page, whose forms it would else take for its own
    add_pages(app, service)
    add_shelves(app, service)
    app.mount("/api", api_app(service))
    return app
