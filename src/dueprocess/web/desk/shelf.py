"""The shelves: law, registry, audits and what-ifs beside the desk. What their pages share: folders, days, the registry, and how a
page that needs nothing else is served."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from html import escape
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.desk import Who
from dueprocess.desk.people import allow
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.instants import local_date, parse_date
from dueprocess.places import load_places
from dueprocess.registry import Registry, read_registry
from dueprocess.store import Person
from dueprocess.web.desk.drawing import asset, shown
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import page

if TYPE_CHECKING:
    from fastapi import FastAPI

MOST_DAYS = 6
"""Of so many days on which something was known the registry keeps what it worked out."""
_META = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')
_BODY = re.compile(r"<body[^>]*>(?:\s*<a class=\"skip\"[^>]*>[^<]*</a>)?")


def add_shelves(app: FastAPI, service: Service) -> None:
    """Add the pages of all shelves."""
    from dueprocess.web.desk.audits import add_audit_pages
    from dueprocess.web.desk.claims import add_claim_pages
    from dueprocess.web.desk.law import add_law_pages
    from dueprocess.web.desk.registry import add_registry_pages
    from dueprocess.web.desk.whatif import add_whatif_pages

    def start(request: Request, person: Person, who: Who) -> Response:
        allow(who, "shelves")
        return HTMLResponse(shown(service, "shelves", person, agency=agency_name(who.agency)))

    async def style(_: Request) -> Response:
        return Response(asset("shelves.css"), media_type="text/css")

    async def script(_: Request) -> Response:
        return Response(asset("shelves.js"), media_type="text/javascript")

    app.add_route("/shelves", page(service, start), methods=["GET"])
    app.add_route("/shelves.css", style, methods=["GET"])
    app.add_route("/shelves.js", script, methods=["GET"])
    add_law_pages(app, service)
    add_registry_pages(app, service)
    add_claim_pages(app, service)
    add_audit_pages(app, service)
    add_whatif_pages(app, service)


def today(service: Service, who: Who) -> date:
    """The day at the agency."""
    return local_date(service.desk.zone(who.agency), service.now())


def day_asked(values: Mapping[str, str], name: str, default: date, *, latest: date | None = None) -> date:
    """The day of a form's field, or ``default`` where it is empty. Raises InputError for what is no day, or none that can
    be asked about."""
    text = (values.get(name) or "").strip()
    if not text:
        return default
    where = name.replace("_", " ")
    found = parse_date(text, where=where)
    if found.year < 1900 or found.year > 2200:
        raise InputError(f"[{found.isoformat()}] cannot be meant", where=where, do="give a day of this or the last century")
    if latest is not None and found > latest:
        raise InputError(f"[{found.isoformat()}] is still to come", where=where, do="give a day up to today")
    return found


def agency_name(agency: str) -> str:
    """``Loving County sheriff`` of a path."""
    places = load_places()
    try:
        found = places.agency(agency)
    except InputError:
        return agency
    return f"{found.place.name}, {found.place.state}: {found.role.replace('_', ' ')}"


def agency_folder(shelf: Path, agency: str) -> Path:
    """Where an agency's folder lies: its name escaped, so that two agencies never share one, whatever stands in their names."""
    return shelf / quote(agency, safe="").replace(".", "%2E")


def folder_of(service: Service, who: Who, *parts: str) -> Path:
    """The agency's own folder (or one in it), made so that nobody else on the machine reads it. Raises InputError where the
    desk keeps no files."""
    if service.shelf is None:
        raise InputError("this desk keeps no files", do="start it with a folder for them: dueprocess serve desk --files DIR")
    folder = agency_folder(service.shelf, who.agency) / Path(*parts)
    for one in (service.shelf, *[p for p in reversed(folder.parents) if service.shelf in p.parents], folder):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


# -- the registry ------------------------------------------------------------------------------------------

_lock = Lock()
_asked: dict[int, set[date]] = {}


def registry_of(service: Service, who: Who, *, known_at: date) -> Registry:
    """The shipped registry with the claims that this agency's reviewers accepted over it."""
    own = _own(service, who)
    found = _read(own, _state(own)) if own is not None else _read(None, ())
    with _lock:
        days = _asked.setdefault(id(found), set())
        if known_at not in days and len(days) >= MOST_DAYS:
            # What was worked out for a day stays in memory: a fresh registry forgets the days that somebody tried.
            _read.cache_clear()
            _asked.clear()
            found = _read(own, _state(own)) if own is not None else _read(None, ())
            days = _asked.setdefault(id(found), set())
        days.add(known_at)
    return found


def _own(service: Service, who: Who) -> Path | None:
    if service.shelf is None:
        return None
    folder = folder_of(service, who, "registry")
    return folder if (folder / "claims.csv").is_file() or (folder / "counts.csv").is_file() else None


def _state(folder: Path) -> tuple[int, ...]:
    return tuple(n for name in ("claims.csv", "counts.csv", "sources.csv", "actors.csv") if (folder / name).is_file() for n in ((folder / name).stat().st_mtime_ns, (folder / name).stat().st_size))


@lru_cache(maxsize=8)
def _read(own: Path | None, state: tuple[int, ...]) -> Registry:
    del state  # part of the key: other files, another registry
    return read_registry(data_dir("registry"), *([own] if own else []))


# -- pages that need nothing else --------------------------------------------------------------------------


def whole_page(html: str, *, back: str = "", label: str = "") -> Response:
    """A self-contained page of ours, under the policy that it carries itself: its own style and script, by their hashes, and
    nothing else. Where ``back`` is given a way back is added, since it has no menu of the desk; not onto a sheet to print.

    Raises InputError where it carries no policy.
    """
    policy = _META.search(html[:8192])
    if policy is None:
        raise InputError("this page is not one of ours", do="make it again")
    link = f'<nav aria-label="Desk"><p><a href="{escape(back)}">{escape(label)}</a></p></nav>'
    body = _BODY.search(html) if back else None
    whole = html if body is None else html[: body.end()] + "\n" + link + html[body.end() :]
    held = f"{policy[1].replace('&#39;', chr(39))}; frame-ancestors 'none'"
    return HTMLResponse(whole, headers={"content-security-policy": held})


def download(data: bytes, name: str, media: str) -> Response:
    """A file to be saved, never shown in place. ``name`` is ours, of plain letters."""
    return Response(data, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'})


def pages_of(rows: list[Any], number: str, *, each: int = 100) -> tuple[list[Any], int, int]:
    """The rows of one page of a long list, its number and how many pages there are."""
    count = max(1, -(-len(rows) // each))
    chosen = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    chosen = min(max(1, chosen), count)
    return rows[(chosen - 1) * each : chosen * each], chosen, count
