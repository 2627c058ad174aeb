"""``dueprocess serve …``: services, each in a process of its own. ``dueprocess public export``: the pages as files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dueprocess.cli import outlive_readers
from dueprocess.kernel.errors import InputError

serve = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Services: the release desk, the public page.")
public = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The public page for families as files.")

LawFolders = Annotated[
    list[Path] | None,
    typer.Option("--law", help="A folder of law files: a whole lawbook, or more files laid over the shipped one."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    from dueprocess.cli import desking

    desking.register(serve)
    app.add_typer(serve, name="serve")
    app.add_typer(public, name="public")


@serve.command("public", epilog="Example: dueprocess serve public --port 8080 --state us/ca --state us/or")
def serve_public(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8080,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all, behind a server that does TLS.")] = "127.0.0.1",
    state: Annotated[list[str] | None, typer.Option(help="Only this state, as us/ca; repeat for several. Default: all.")] = None,
    posts_a_minute: Annotated[int, typer.Option(min=1, help="How many questions one address may post in a minute.")] = 60,
    law_folders: LawFolders = None,
) -> None:
    """The public page for families: no account, no cookies, nothing stored, no log of what is asked. Ctrl-C ends it."""
    try:
        import uvicorn
    except ImportError:
        raise InputError("the libraries of a service are missing", where="serve public", do="install dueprocess[serve]") from None
    from dueprocess.kernel import now
    from dueprocess.kernel.instants import parse_instant
    from dueprocess.law import load_lawbook
    from dueprocess.web.public import public_app

    codes = _codes(state or [])
    app = public_app(
        lawbook=load_lawbook(*(law_folders or [])),
        today=now.today,
        now=lambda: parse_instant(now.now_text(), where="now"),
        only=codes,
        posts_a_minute=posts_a_minute,
    )
    typer.echo(f"The public page is at http://{host}:{port}/ (Ctrl-C ends it). It keeps no record of what is asked.", err=True)
    outlive_readers()
    try:
        # No access log at all: not even paths. Bounded connections, headers and waits.
        uvicorn.run(
            app, host=host, port=port, access_log=False, log_level="critical", server_header=False, timeout_keep_alive=5,
            limit_concurrency=200, http="h11", h11_max_incomplete_event_size=16384, timeout_graceful_shutdown=5,
        )  # fmt: skip
    except SystemExit as ended:
        if ended.code:
            raise InputError(f"[{host}:{port}] cannot be listened on", where="serve public", do="choose another --port or --host") from None


@public.command("export", epilog="Example: dueprocess public export --state us/wy --out public-pages")
def public_export(
    out: Annotated[Path, typer.Option(help="The folder to write the pages into; pages of the same names are replaced.")],
    state: Annotated[list[str] | None, typer.Option(help="Only this state, as us/ca; repeat for several. Default: all.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The day whose law is told, as 2026-11-22; default: today.")] = None,
    known_at: Annotated[str | None, typer.Option(help="Use only law known up to this day; default: today.")] = None,
    law_folders: LawFolders = None,
) -> None:
    """One page a state and language that works offline, and an index: for any web site, or a USB stick."""
    from dueprocess.cli.deciding import write
    from dueprocess.kernel import now
    from dueprocess.kernel.instants import parse_date
    from dueprocess.law import load_lawbook
    from dueprocess.public import index_page, state_of, state_page
    from dueprocess.public.gather import states
    from dueprocess.public.words import LANGUAGES

    day = parse_date(as_of, where="--as-of") if as_of else now.today()
    known = parse_date(known_at, where="--known-at") if known_at else now.today()
    book = load_lawbook(*(law_folders or []))
    codes = _codes(state or [])
    wanted = [s for s in states() if not codes or s.id.rpartition("/")[2] in codes]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the folder cannot be made ({error.strerror})", where=str(out), do="name a folder that you may write to") from None
    for number, place in enumerate(wanted, 1):
        _progress(f"{number} of {len(wanted)}: {place.name}")
        code = place.id.rpartition("/")[2]
        found = state_of(place.id, as_of=day, known_at=known, lawbook=book)
        for lang in LANGUAGES:
            other = f"{code}.{'es' if lang == 'en' else 'en'}.html"
            write(out / f"{code}.{lang}.html", state_page(found, lang, file=True, other=other).encode())
    _progress("")
    for lang in LANGUAGES:
        links = [(p.name, f"{p.id.rpartition('/')[2]}.{lang}.html") for p in wanted]
        name, other = ("index.html", "index.es.html") if lang == "en" else ("index.es.html", "index.html")
        write(out / name, index_page(lang, links, other=other, file=True).encode())
    typer.echo(f"{len(wanted) * len(LANGUAGES) + len(LANGUAGES)} pages in {out}")


def _codes(given: list[str]) -> list[str]:
    """The codes of states that were named. Raises InputError for one that is none."""
    from dueprocess.places import load_places

    places, found = load_places(), []
    for text in given:
        place = places.place(places.resolve(f"us/{text.lower()}" if len(text) == 2 and text.isalpha() else text))
        if place.kind not in ("state", "territory"):
            raise InputError(f"[{text}] is no state", where="--state", do="name a state, as us/ca")
        found.append(place.id.rpartition("/")[2])
    return found


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r\x1b[K{text}", err=True, nl=False)
