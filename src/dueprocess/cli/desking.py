"""``dueprocess serve desk``: the release desk as a service of its own, with its record in a database."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dueprocess.cli import outlive_readers
from dueprocess.kernel.errors import InputError

if TYPE_CHECKING:
    from dueprocess.store.leading import Lead
    from dueprocess.web.desk import Service
    from dueprocess.web.desk.identity import Provider

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def register(serve: typer.Typer) -> None:
    """Add the command to ``serve``."""
    serve.command("desk", epilog="Example: dueprocess serve desk --demo")(serve_desk)


def serve_desk(
    database: Annotated[str | None, typer.Option(envvar="DUEPROCESS_DATABASE", help="Where the record is: a file, or postgresql://…; it is made where there is none.")] = None,
    keys: Annotated[Path | None, typer.Option(envvar="DUEPROCESS_KEYS", help="The folder of the key files; for a file by default NAME.keys beside it.")] = None,
    agency: Annotated[str | None, typer.Option(help="The agency whose desk it is, as us/or/clackamas-county/sheriff; needed at the first start.")] = None,
    adoption: Annotated[list[Path] | None, typer.Option(help="What the agency's counsel has adopted; without it nothing is, and nobody is held.")] = None,
    law: Annotated[list[Path] | None, typer.Option(help="A folder of law files: a whole lawbook, or more files laid over the shipped one.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="A made-up county with made-up people, forgotten at the end.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8443,
    host: Annotated[str, typer.Option(help="The address to listen on. Beyond this machine it needs --certificate and --key, or --behind-tls.")] = "127.0.0.1",
    certificate: Annotated[Path | None, typer.Option(help="The TLS certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's private key (PEM).")] = None,
    behind_tls: Annotated[bool, typer.Option("--behind-tls", help="A server before this one does TLS.")] = False,
    workers: Annotated[int, typer.Option(min=1, max=32, help="How many processes serve; more than one needs PostgreSQL.")] = 1,
    metrics: Annotated[int | None, typer.Option(min=1, max=65000, help="Figures for monitoring at 127.0.0.1:PORT/metrics; further processes take the ports after it.")] = None,
    drop: Annotated[Path | None, typer.Option(help="A folder into which another system puts CSV files of bookings, papers and releases.")] = None,
    drop_map: Annotated[Path | None, typer.Option(help="What the columns of those files are called (YAML).")] = None,
    files: Annotated[Path | None, typer.Option(help="A folder for uploaded tables and audits; for a SQLite file by default NAME.files beside it.")] = None,
    oidc: Annotated[Path | None, typer.Option(help="The county's own sign-in (YAML: issuer, client_id, client_secret_file, address).")] = None,
    inherited: Annotated[str | None, typer.Option(hidden=True, help="For the processes of --workers: SOCKET:PIPE:NUMBER.")] = None,
) -> None:
    """The release desk: board, answers, deadlines, alerts, and a record that can be proved. Ctrl-C ends it."""
    try:
        import uvicorn  # noqa: F401

        from dueprocess.web.desk import desk_app, logs
    except ImportError:
        raise InputError("the libraries of the desk are missing", where="serve desk", do="install dueprocess[desk]") from None
    from dueprocess.cli import desk_processes

    tls = certificate is not None and key is not None
    if host not in LOOPBACK and not (tls or behind_tls):
        raise InputError(f"[{host}] can be reached from elsewhere, and without TLS", where="--host", do="give --certificate and --key, or --behind-tls where another server does TLS")
    if demo == (database is not None):
        raise InputError("it is not clear which record is meant", where="serve desk", do="give --database FILE, or --demo to try it")
    if workers > 1 and (demo or not str(database).startswith("postgresql")):
        raise InputError("several processes need PostgreSQL", where="--workers", do="leave it out, or give --database postgresql://…")
    outlive_readers()
    os.umask(0o077)  # names stand in the database: nobody else on the machine reads what is made here
    if not os.environ.get("DUEPROCESS_TRACEBACK"):
        logs.set_up()
    provider = _provider(oidc)
    told = f"The desk is at {'https' if tls else 'http'}://{host}:{port}/ (Ctrl-C ends it)."
    if workers > 1 and inherited is None:
        assert database is not None
        with opened(database, keys=keys, agency=agency, adoption=adoption or [], law=law or [], secure=True, running=False):
            pass  # what the first start makes is made once, and a mistake is said before anything serves
        above = desk_processes.Workers(desk_processes.listening(host, port), count=workers, words=sys.argv[1:])
        typer.echo(told, err=True)
        raise typer.Exit(above.run())
    with ExitStack() as stack:
        if demo:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dueprocess-demo-")))
            service = stack.enter_context(_demo(folder))
        else:
            assert database is not None
            service = stack.enter_context(
                opened(database, keys=keys, agency=agency, adoption=adoption or [], law=law or [], secure=tls or behind_tls, drop=drop, drop_map=drop_map, files=files)
            )
        if provider is not None:
            service = replace(service, provider=provider)
        fd, pipe, number = (int(part) for part in inherited.split(":")) if inherited else (-1, -1, 0)
        app: Any = desk_app(service)
        if metrics is not None:
            from dueprocess.web.desk.metrics import Metrics

            measured = Metrics(service)
            app = measured.measured(app)
            stack.callback(measured.serve(metrics + number))
        sock = stack.enter_context(socket.socket(fileno=fd) if inherited else desk_processes.listening(host, port))
        if inherited:
            desk_processes.stop_with_parent(pipe)
        else:
            typer.echo(told, err=True)
        desk_processes.serve(service, app, sock, behind_tls=behind_tls, certificate=certificate, key=key)


def _provider(path: Path | None) -> Provider | None:
    from dueprocess.kernel import now
    from dueprocess.web.desk.identity import Provider, read_settings

    return None if path is None else Provider(read_settings(path), now=now.instant)


@contextmanager
def opened(
    database: str, *, keys: Path | None, agency: str | None, adoption: Sequence[Path], law: Sequence[Path], secure: bool, drop: Path | None = None,
    drop_map: Path | None = None, files: Path | None = None, running: bool = True,
) -> Iterator[Service]:  # fmt: skip
    """The service over a database, with its alerts running unless ``running`` is off; closed in order at the end."""
    from dueprocess.kernel import now
    from dueprocess.kernel.yamlread import read_mapping
    from dueprocess.law import load_lawbook
    from dueprocess.law.adopting import read_adoption
    from dueprocess.store import Store, accounts
    from dueprocess.store.leading import Lead, alone

    for path in adoption:  # a mistake is said before anything is made
        read_adoption(path, agency=str(read_mapping(path).get("agency")))
    load_lawbook(*law)
    with ExitStack() as stack:
        stack.enter_context(alone(database))
        store = Store.create(database, keys=keys)
        lead = Lead(store)
        shelf = files if files is not None else None if store.engine.dialect.name != "sqlite" else Path(f"{store.where}.files")
        _agency(store, agency)
        service = stack.enter_context(_running(store, files=adoption, secure=secure, banner="", running=running, lead=lead, shelf=shelf, folders=law))
        for one in _agencies(service):
            made = service.writer.write(partial(accounts.first_administrator, agency=one, now=now.instant()), agency=one, by="setup").result
            if made is not None:
                typer.echo(f"First start of {one}: sign in as [administrator]. Set its password at /first with this one-time text, shown once:\n  {made.secret}", err=True)
        if drop is not None:
            _drop(stack, service, drop, agency=agency, names=drop_map, lead=lead, running=running)
        yield service


def _drop(stack: ExitStack, service: Service, folder: Path, *, agency: str | None, names: Path | None, lead: Lead, running: bool) -> None:
    from dueprocess.places import load_places
    from dueprocess.web.desk.drop import Drop

    there = _agencies(service)
    if agency is None and len(there) != 1:
        raise InputError("it is not known whose people the files are about", where="--drop", do="name the agency: --agency us/or/clackamas-county/sheriff")
    whose = there[0] if agency is None else load_places().agency(agency).id
    made = Drop(service.desk, folder, agency=whose, names=names, leads=lead.mine)
    if running:
        made.start()
        stack.callback(made.stop)


@contextmanager
def _demo(folder: Path) -> Iterator[Service]:
    from dueprocess.desk import demo
    from dueprocess.kernel import now
    from dueprocess.law import load_lawbook
    from dueprocess.store import Store, accounts

    book = load_lawbook()
    store = Store.create(folder / "demo.db")
    banner = "Demonstration: everybody here is made up, and everything is forgotten when it stops. The law is that of Texas, taken as adopted."
    logins: list[tuple[str, str]] = []

    def fill(service: Service) -> None:
        settings: dict[str, Any] = {"second_factor": []}
        service.writer.write(lambda c: accounts.add_agency(c, id_=demo.AGENCY, name=demo.NAME, zone=demo.ZONE, now=now.instant(), settings=settings), agency=demo.AGENCY, by="demo")
        logins.extend(demo.fill(service.desk, service.gate, now=now.instant()))

    with _running(store, given={demo.AGENCY: demo.adopted(book)}, secure=False, banner=banner, shelf=folder / "files", first=fill) as service:
        for login, password in logins:
            typer.echo(f"  sign in as {login:<13} {password}", err=True)
        yield service


@contextmanager
def _running(
    store: Any, *, secure: bool, banner: str, running: bool = True, lead: Lead | None = None, shelf: Path | None = None, folders: Sequence[Path] = (),
    files: Sequence[Path] = (), given: dict[str, Any] | None = None, first: Callable[[Service], None] = lambda _: None,
) -> Iterator[Service]:  # fmt: skip
    from dueprocess.cli.desk_processes import Hourly
    from dueprocess.desk import TYPES, Desk
    from dueprocess.desk.alerts import Loop, agencies
    from dueprocess.desk.lawful import LawInUse
    from dueprocess.desk.reader import Reader
    from dueprocess.kernel import now
    from dueprocess.store import Gate, Writer, accounts, looking, retention
    from dueprocess.store.leading import Lead
    from dueprocess.web.desk import Service

    with ExitStack() as stack:
        stack.callback(store.dispose)
        lead = lead or Lead(store)
        stack.callback(lead.close)
        writer = stack.enter_context(Writer(store, TYPES | accounts.TYPES | looking.TYPES | retention.TYPES))
        law = LawInUse(store, writer, folders=folders, files=files, given=given, now=now.instant)
        desk = Desk(store, writer, law=law, now=now.instant)
        loop = Loop(desk, leads=lead.mine, first=lambda: law.watched(desk, agencies(store)))
        if shelf is not None:
            shelf.mkdir(mode=0o700, exist_ok=True)
        service = Service(store, writer, Gate(store, writer), desk, now.instant, secure=secure, banner=banner, loop=loop, shelf=shelf, law_folders=tuple(folders), law=law)
        stack.callback(_stop_jobs, service)
        first(service)  # before any alert is worked out: what is half there would be overdue
        if running:
            hourly = Hourly(lambda: _expire(service))
            stack.callback(hourly.stop)
            loop.start()
            stack.callback(loop.stop)
            reader = Reader(desk)
            reader.start()
            stack.callback(reader.stop)
        stack.callback(service.feed.stop)
        yield service


def _expire(service: Service) -> None:
    """Erase what lies in files past its day."""
    from dueprocess.web.desk import audit_shelf, whatif

    audit_shelf.expire(service, service.now())
    whatif.expire(service, service.now())


def _stop_jobs(service: Service) -> None:
    """End what the pages had begun beside the requests."""
    from dueprocess.web.desk import jobs

    jobs.stop(service)


def _agencies(service: Service) -> list[str]:
    from dueprocess.desk.alerts import agencies

    return agencies(service.store)


def _agency(store: Any, named: str | None) -> None:
    """The agency named at the first start is added; without a name the database has to hold one."""
    from dueprocess.desk import TYPES
    from dueprocess.desk.alerts import agencies
    from dueprocess.kernel import now
    from dueprocess.places import load_places
    from dueprocess.store import Writer, accounts

    there = agencies(store)
    if named is None:
        if not there:
            raise InputError("it is not known whose desk it is", where="serve desk", do="name the agency: --agency us/or/clackamas-county/sheriff")
        return
    places = load_places()
    found = places.agency(named)
    if found.id in there:
        return
    zone, name = str(places.facility(found, None).zone), f"{found.place.name}: {found.role}"
    with Writer(store, TYPES | accounts.TYPES) as writer:
        writer.write(lambda c: accounts.add_agency(c, id_=found.id, name=name, zone=zone, now=now.instant()), agency=found.id, by="setup")
