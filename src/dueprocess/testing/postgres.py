"""A PostgreSQL server of a test's own: made in a temporary folder, reached by a Unix socket, gone afterwards.

    with temporary_postgres() as url:
        with psycopg.connect(url) as connection:
            ...

The server listens on no port, trusts whoever can reach the socket (a folder that only this user and the server's
user can enter) and holds nothing but what the test puts there. Run by root it becomes the user ``postgres``, since
the server refuses to be root's. One cluster that nobody uses stays until the process ends, to be copied.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_START_SECONDS = 60
_PORT = 5432  # only the socket's name carries it
_unused: dict[Path, Path] = {}
"""By the folder of the programs, a cluster that nobody has used: to copy it takes a quarter of the time of ``initdb``."""


class NoPostgres(RuntimeError):
    """There is no PostgreSQL server to start here; the text says what is missing. For ``pytest.skip(str(error))``."""


def binaries() -> Path:
    """The folder that holds ``initdb`` and ``postgres``: the one in PATH, else Debian's newest.

    Raises:
        NoPostgres: there is none.
    """
    found = shutil.which("postgres")
    if found and (Path(found).resolve().parent / "initdb").exists():
        return Path(found).resolve().parent
    folders = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if (p / "postgres").exists() and (p / "initdb").exists()]
    if not folders:
        raise NoPostgres("PostgreSQL is not installed: no initdb and postgres in PATH or /usr/lib/postgresql/*/bin")
    return max(folders, key=lambda p: [int(part) if part.isdigit() else 0 for part in p.parent.name.split(".")])


class TemporaryServer:
    """One server and its folder. ``start`` after ``stop`` or ``crash`` finds the data again; ``remove`` ends both.

    Args:
        durable: wait for the disk at each commit, as a real server does; off, since most tests do not cut the power.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._bin = binaries()
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            try:
                owner = pwd.getpwnam("postgres")
            except KeyError:
                raise NoPostgres("PostgreSQL refuses to run as root, and there is no user postgres here") from None
            self._as = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        self.folder = self._own_folder()
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        if self._bin not in _unused:
            made = self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata", str(self._data))
            if made.returncode:
                self.remove()
                raise NoPostgres(f"initdb failed: {made.stdout.decode(errors='replace').strip().splitlines()[-1:]}")
            kept = self._own_folder()
            atexit.register(shutil.rmtree, kept, ignore_errors=True)
            self._copy(self._data, kept / "data")
            _unused[self._bin] = kept / "data"
        else:
            self._copy(_unused[self._bin], self._data)

    def _own_folder(self) -> Path:
        """A new folder of the server's user. A socket's path holds at most 107 bytes: never below a test's own, long folder."""
        folder = Path(tempfile.mkdtemp(prefix="dp-pg-", dir="/tmp"))
        if self._as:
            os.chown(folder, self._as["user"], self._as["group"])
        return folder

    def _copy(self, source: Path, target: Path) -> None:
        copied = subprocess.run(["cp", "-a", str(source), str(target)], check=False, cwd=target.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **self._as)
        if copied.returncode:
            self.remove()
            raise NoPostgres(f"the cluster could not be copied: {copied.stdout.decode(errors='replace').strip().splitlines()[-1:]}")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        """The address of its database ``postgres``, with a superuser that needs no password."""
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            NoPostgres: it ended, or did not answer within a minute.
        """
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}", "-p", str(_PORT)]
        if not self._durable:
            options += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._bin / "postgres"), "-D", str(self._data), *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, env=_environment(), start_new_session=True, **self._as
            )
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise NoPostgres(f"the server ended at once: {self._last_words()}")
            if self._run("pg_isready", "-q", "-h", str(self.folder), "-p", str(_PORT)).returncode == 0:
                return
            time.sleep(0.02)
        self.crash()
        raise NoPostgres(f"the server did not answer within {_START_SECONDS} seconds: {self._last_words()}")

    def emptied(self) -> None:
        """Start it where it does not run, cut what is connected, and take everything out of its database."""
        import psycopg

        if self._process is None or self._process.poll() is not None:
            self.start()
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")

    def stop(self) -> None:
        """End it in order; open connections are cut."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """End it at once, nothing written down: the next ``start`` recovers from the write-ahead log."""
        self._end(signal.SIGQUIT)

    def remove(self) -> None:
        """End it, if it runs, and delete its folder."""
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(timeout=_START_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(self._bin / program), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=self.folder, env=_environment(), check=False, **self._as
        )

    def _last_words(self) -> str:
        lines = (self.folder / "log").read_text(errors="replace").strip().splitlines() if (self.folder / "log").exists() else []
        return lines[-1] if lines else "it wrote no log"


def _environment() -> dict[str, str]:
    """Nothing of the caller's: PGHOST, PGPORT or PGOPTIONS set there must not reach another server."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


@contextlib.contextmanager
def temporary_postgres(*, durable: bool = False) -> Iterator[str]:
    """The address of a fresh server that runs until the block ends. About a second to start.

    Raises:
        NoPostgres: there is no PostgreSQL here, or it cannot be started; the text says why.
    """
    server = TemporaryServer(durable=durable)
    try:
        server.start()
        yield server.url
    finally:
        server.remove()
