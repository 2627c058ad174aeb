"""``dueprocess serve desk``: the release desk as a service of its own, with its record in a database."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dueprocess.kernel.errors import InputError

if TYPE_CHECKING:
    from dueprocess.web.desk import Service

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def register(serve: typer.Typer) -> None:
    """Add the command to ``serve``."""
    serve.command("desk", epilog="Example: dueprocess serve desk --demo")(serve_desk)


def serve_desk(
    database: Annotated[str | None, typer.Option(help="Where the record is: a file, or postgresql://…; it is made where there is none.")] = None,
    keys: Annotated[Path | None, typer.Option(help="The folder of the key files; for a file by default NAME.keys beside it.")] = None,
    agency: Annotated[str | None, typer.Option(help="The agency whose desk it is, as us/or/clackamas-county/sheriff; needed at the first start.")] = None,
    adoption: Annotated[list[Path] | None, typer.Option(help="What the agency's counsel has adopted; without it nothing is, and nobody is held.")] = None,
    law: Annotated[list[Path] | None, typer.Option(help="A folder of law files: a whole lawbook, or more files laid over the shipped one.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="A made-up county with made-up people, forgotten at the end.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8443,
    host: Annotated[str, typer.Option(help="The address to listen on. Beyond this machine it needs --certificate and --key, or --behind-tls.")] = "127.0.0.1",
    certificate: Annotated[Path | None, typer.Option(help="The TLS certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's private key (PEM).")] = None,
    behind_tls: Annotated[bool, typer.Option("--behind-tls", help="A server before this one does TLS.")] = False,
) -> None:
    """The release desk: board, answers, deadlines, alerts, and a record that can be proved. Ctrl-C ends it."""
    try:
        import uvicorn

        from dueprocess.web.desk import desk_app
    except ImportError:
        raise InputError("the libraries of the desk are missing", where="serve desk", do="install dueprocess[desk]") from None
    tls = certificate is not None and key is not None
    if host not in LOOPBACK and not (tls or behind_tls):
        raise InputError(f"[{host}] can be reached from elsewhere, and without TLS", where="--host", do="give --certificate and --key, or --behind-tls where another server does TLS")
    if demo == (database is not None):
        raise InputError("it is not clear which record is meant", where="serve desk", do="give --database FILE, or --demo to try it")
    logging.basicConfig(format="%(levelname)s %(name)s %(message)s", level=logging.WARNING)
    logging.getLogger("dueprocess").setLevel(logging.INFO)
    for noisy in ("apprise", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)  # their texts repeat addresses and values
    with ExitStack() as stack:
        if demo:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dueprocess-demo-")))
            service = stack.enter_context(_demo(folder))
        else:
            assert database is not None
            service = stack.enter_context(opened(database, keys=keys, agency=agency, adoption=adoption or [], law=law or [], secure=tls or behind_tls))
        scheme = "https" if tls else "http"
        typer.echo(f"The desk is at {scheme}://{host}:{port}/ (Ctrl-C ends it).", err=True)
        try:
            uvicorn.run(
                desk_app(service), host=host, port=port, access_log=False, log_level="critical", server_header=False, timeout_keep_alive=15,
                limit_concurrency=400, h11_max_incomplete_event_size=16384, timeout_graceful_shutdown=5,
                proxy_headers=behind_tls, ssl_certfile=certificate, ssl_keyfile=key,
            )  # fmt: skip
        except SystemExit as ended:
            if ended.code:
                raise InputError(f"[{host}:{port}] cannot be listened on", where="serve desk", do="choose another --port or --host") from None


@contextmanager
def opened(database: str, *, keys: Path | None, agency: str | None, adoption: Sequence[Path], law: Sequence[Path], secure: bool) -> Iterator[Service]:
    """The service over a database, with its alerts running; closed in order at the end."""
    from dueprocess.kernel import now
    from dueprocess.kernel.yamlread import read_mapping
    from dueprocess.law import load_lawbook
    from dueprocess.store import Store, accounts

    adoptions: dict[str, Any] = {}
    for path in adoption:
        read = read_mapping(path)
        adoptions[str(read.get("agency"))] = read
    book = load_lawbook(*law)
    store = Store.create(database, keys=keys)
    with _running(store, book, adoptions, secure=secure, banner="") as service:
        _agency(service, agency)
        for one in _agencies(service):
            made = service.writer.write(lambda c, one=one: accounts.first_administrator(c, agency=one, now=now.instant()), agency=one, by="setup").result  # type: ignore[misc]
            if made is not None:
                typer.echo(f"First start of {one}: sign in as [administrator]. Set its password at /first with this one-time text, shown once:\n  {made.secret}", err=True)
        yield service


@contextmanager
def _demo(folder: Path) -> Iterator[Service]:
    from dueprocess.desk import demo
    from dueprocess.kernel import now
    from dueprocess.law import load_lawbook
    from dueprocess.store import Store, accounts

    book = load_lawbook()
    store = Store.create(folder / "demo.db")
    banner = "Demonstration: everybody here is made up, and everything is forgotten when it stops. The law is that of Texas, taken as adopted."
    with _running(store, book, {demo.AGENCY: demo.adopted(book)}, secure=False, banner=banner) as service:
        settings: dict[str, Any] = {"second_factor": []}
        service.writer.write(lambda c: accounts.add_agency(c, id_=demo.AGENCY, name=demo.NAME, zone=demo.ZONE, now=now.instant(), settings=settings), agency=demo.AGENCY, by="demo")
        for login, password in demo.fill(service.desk, service.gate, now=now.instant()):
            typer.echo(f"  sign in as {login:<11} {password}", err=True)
        yield service


@contextmanager
def _running(store: Any, book: Any, adoptions: dict[str, Any], *, secure: bool, banner: str) -> Iterator[Service]:
    from dueprocess.desk import TYPES, Desk, Law
    from dueprocess.desk.alerts import Loop
    from dueprocess.kernel import now
    from dueprocess.store import Gate, Writer, accounts, looking, retention
    from dueprocess.web.desk import Service

    law = Law(book, adoptions)
    with Writer(store, TYPES | accounts.TYPES | looking.TYPES | retention.TYPES) as writer:
        desk = Desk(store, writer, law=lambda: law, now=now.instant)
        loop = Loop(desk)
        loop.start()
        try:
            yield Service(store, writer, Gate(store, writer), desk, now.instant, secure=secure, banner=banner, loop=loop)
        finally:
            loop.stop()
    store.dispose()


def _agencies(service: Service) -> list[str]:
    from dueprocess.desk.alerts import agencies

    return agencies(service.store)


def _agency(service: Service, named: str | None) -> None:
    """The agency named at the first start is added; without a name the database has to hold one."""
    from dueprocess.kernel import now
    from dueprocess.places import load_places
    from dueprocess.store import accounts

    there = _agencies(service)
    if named is None:
        if not there:
            raise InputError("it is not known whose desk it is", where="serve desk", do="name the agency: --agency us/or/clackamas-county/sheriff")
        return
    places = load_places()
    found = places.agency(named)
    if found.id in there:
        return
    zone, name = str(places.facility(found, None).zone), f"{found.place.name}: {found.role}"
    service.writer.write(lambda c: accounts.add_agency(c, id_=found.id, name=name, zone=zone, now=now.instant()), agency=found.id, by="setup")
