"""The desk as an application: pages that work without a script, and the interface for other systems under ``/api``."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from dueprocess.web.desk.api import api_app
    from dueprocess.web.desk.pages import add_pages

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.add_middleware(DeskGuard, secure=service.secure)
    add_account_pages(app, service)
    add_pages(app, service)
    app.mount("/api", api_app(service))
    return app
