"""Tables that lie elsewhere: a real PostgreSQL server, files behind addresses, an object store's own protocol."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest
from tables_common import AGENCY, lawbook, read, text_of, write
from typer.testing import CliRunner

from dueprocess.cli.commands import app
from dueprocess.kernel.errors import InputError
from dueprocess.places import load_places
from dueprocess.tables import bare, named, prepare
from dueprocess.testing.postgres import NoPostgres, temporary_postgres

ROWS = [
    ["stay_id", "agency", "booked_at", "left_at"],
    ["B-1", AGENCY, "2014-05-03 14:05:00-07:00", "2014-05-04"],
    ["B-2", AGENCY, "2014-05-05 01:00:00-07:00", ""],
    ["B-3", AGENCY, "", "2014-05-09 10:00:00.250-07:00"],
]


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    psycopg = pytest.importorskip("psycopg")
    try:
        with temporary_postgres() as url:
            with psycopg.connect(url, autocommit=True) as link:
                # As a county's server may be set: dates the European way, times in its own zone.
                link.execute("ALTER DATABASE postgres SET datestyle = 'SQL, DMY'")
                link.execute("ALTER DATABASE postgres SET timezone = 'America/New_York'")
                link.execute("CREATE DATABASE jail")
                link.execute("CREATE ROLE clerk LOGIN")
                link.execute("CREATE ROLE writer LOGIN")
            jail = url.replace("/postgres?", "/jail?")
            with psycopg.connect(jail, autocommit=True) as link:
                link.execute("ALTER DATABASE jail SET datestyle = 'SQL, DMY'")
                link.execute('CREATE TABLE stays (stay_id text, agency text, booked_at timestamptz, left_at date, "under 18" boolean, note bytea, length numeric)')
                link.execute("INSERT INTO stays SELECT 'B-' || n, 'us/or/clackamas-county/sheriff', timestamptz '2014-05-03 14:05:00-07' + n * interval '1 hour', CASE WHEN n % 3 > 0 THEN date '2014-05-09' END, n % 2 = 0, '\\xff00', n / 3.0 FROM generate_series(1, 25000) n")
                link.execute("CREATE TABLE papers (stay_id text, kind text, received_at timestamp)")
                link.execute("INSERT INTO papers VALUES ('B-1', 'I-247A (3/17)', '2014-05-04 08:00'), ('B-2', 'i-200', NULL)")
                link.execute("GRANT INSERT ON stays TO writer")
            yield jail
    except NoPostgres as error:
        pytest.skip(str(error))


def test_stays_out_of_a_real_database(tmp_path: Path, database: str) -> None:
    made = {
        "map": "county-server",
        "as_of": "2014-06-30",
        "tables": {"stays": {"file": "postgres", "sheet": "stays"}, "papers": {"file": "postgres", "sheet": "papers"}},
        "stays": {"table": "stays", "id": "stay_id"},
        "columns": {"agency": "agency", "booked_at": "booked_at", "left_at": "left_at", "under_18": "under 18"},
        "papers": [{"table": "papers", "stay": "stay_id", "kind": "kind", "received_at": "received_at"}],
    }
    found = prepare([database], out=tmp_path / "a", lawbook=lawbook(), places=load_places(), map=made)
    assert (found.rows_in, found.stays, found.merged) == (25_002, 25_000, 2)
    first = read(found, "stays", "SELECT * FROM t WHERE stay_id = 'B-1'")[0]
    # An instant is an instant whatever the server's own zone; a date is its whole day where the jail lies, day first or not.
    assert (first["booked_lo"], first["booked_hi"]) == (1_399_154_700, 1_399_154_700)
    assert (first["left_lo"], first["left_hi"], first["left_open"]) == (1_399_618_800, 1_399_705_200, True)
    assert (first["f_under_18"], first["detainer_form"], first["detainer_edition"]) == (False, "i-247a", None)
    assert first["detainer_received_lo"] == 1_399_215_600
    (missing,) = read(found, "stays", "SELECT count(*) AS n FROM t WHERE left_state = 'missing'")
    assert missing["n"] == 8333
    assert found.inputs[0].file == "postgres" and len(found.inputs[0].sha256) == 64
    again = prepare([database], out=tmp_path / "b", lawbook=lawbook(), places=load_places(), map=made)
    assert again.inputs == found.inputs


def test_the_audit_itself_takes_the_address_and_keeps_the_password_to_itself(tmp_path: Path, database: str) -> None:
    with_password = database.replace("postgres@", "postgres:hunter2@")
    map_ = write(tmp_path, "map.yaml", "map: m\nas_of: '2014-06-30'\ntables: {stays: {file: postgres, sheet: stays}}\nstays: {table: stays, id: stay_id}\ncolumns: {agency: agency, booked_at: booked_at, left_at: left_at}\n")
    shown = CliRunner().invoke(app, ["columns", with_password, "--sheet", "stays"])
    assert shown.exit_code == 0 and "25,000" in shown.output, shown.output
    out = tmp_path / "audit"
    done = CliRunner().invoke(app, ["audit", with_password, "--map", str(map_), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "25,000 stays" in done.output
    for path in out.rglob("*"):
        if path.is_file():
            assert b"hunter2" not in path.read_bytes(), path


def test_what_a_database_refuses_is_one_line(tmp_path: Path, database: str) -> None:
    def asked(url: str, sheet: str = "stays") -> str:
        with pytest.raises(InputError) as error:
            prepare([url], out=tmp_path / "out", lawbook=lawbook(), places=load_places(), map={"map": "m", "tables": {"stays": {"file": "postgres", "sheet": sheet}}, "columns": {"agency": "agency", "booked_at": "booked_at"}})
        return str(error.value)

    assert "no table [bookings]" in asked(database, "bookings")
    assert "no table in it that may be read" in asked(database.replace("postgres@", "clerk@"))
    assert "may not be read" in asked(database.replace("postgres@", "writer@"))
    wrong = asked(database.replace("postgres@", "postgres:hunter2@").replace("/jail?", "/prison?"))
    assert "refuses" in wrong and "hunter2" not in wrong


def test_nothing_is_written_into_a_database(database: str) -> None:
    import psycopg

    from dueprocess.tables.stored import _SESSION

    with psycopg.connect(database, options=_SESSION) as link, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        link.execute("DELETE FROM stays")


def test_a_file_behind_an_address_and_a_folder_of_them(tmp_path: Path) -> None:
    one = write(tmp_path / "store", "stays.csv", ROWS)
    write(tmp_path / "store", "papers.csv", [["stay_id", "kind", "received_at"], ["B-2", "i-200", "2014-05-05"]])
    alone = prepare([one.as_uri()], out=tmp_path / "a", lawbook=lawbook(), places=load_places())
    assert (alone.stays, alone.inputs[0].file) == (3, "stays.csv")
    local = prepare([one], out=tmp_path / "b", lawbook=lawbook(), places=load_places())
    assert alone.inputs == local.inputs
    both = prepare([one.parent.as_uri()], out=tmp_path / "c", lawbook=lawbook(), places=load_places())
    assert (both.rows_in, both.stays, both.merged) == (4, 3, 1)
    with pytest.raises(InputError, match="no such file"):
        prepare([(tmp_path / "none.csv").as_uri()], out=tmp_path / "d", lawbook=lawbook(), places=load_places())


class _Bucket(BaseHTTPRequestHandler):
    """The three requests of the S3 protocol that reading needs, on loopback: head, get (with ranges), list."""

    files: dict[str, bytes] = {}  # noqa: RUF012

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        parts = urlsplit(self.path)
        key = parts.path.removeprefix("/records/")
        if "list-type" in parse_qs(parts.query, keep_blank_values=True):
            prefix = parse_qs(parts.query).get("prefix", [""])[0]
            keys = [k for k in self.files if k.startswith(prefix)]
            items = "".join(f"<Contents><Key>{escape(k)}</Key><Size>{len(self.files[k])}</Size><LastModified>2014-05-03T00:00:00.000Z</LastModified></Contents>" for k in keys)
            self._send(200, f'<?xml version="1.0"?><ListBucketResult><Name>records</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(keys)}</KeyCount><IsTruncated>false</IsTruncated>{items}</ListBucketResult>'.encode(), body, "application/xml")
        elif key in self.files:
            data = self.files[key]
            span = self.headers.get("Range", "").removeprefix("bytes=")
            if span:
                first, _, last = span.partition("-")
                data = data[int(first) : int(last) + 1 if last else None]
            self._send(206 if span else 200, data, body, "text/csv")
        else:
            self._send(404, b"", body, "application/xml")

    def _send(self, status: int, data: bytes, body: bool, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Type", kind)
        self.send_header("Last-Modified", "Sat, 03 May 2014 00:00:00 GMT")
        self.send_header("ETag", '"0"')
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def bucket() -> Iterator[str]:
    """``127.0.0.1:PORT`` of a bucket ``records`` that answers as S3 does."""
    fs = pytest.importorskip("pyarrow.fs")
    if not hasattr(fs, "S3FileSystem"):
        pytest.skip("this pyarrow has no S3")
    _Bucket.files = {"jail/2014/stays.csv": text_of(ROWS).encode(), "jail/2014/papers.csv": b"stay_id,kind\nB-2,i-200\n"}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Bucket)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_object_store_by_its_own_protocol(tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    address = "s3://key:word@records/jail/2014/{}?endpoint_override=" + bucket + "&scheme=http&region=us-east-1"
    one = prepare([address.format("stays.csv")], out=tmp_path / "a", lawbook=lawbook(), places=load_places())
    assert (one.stays, one.inputs[0].file) == (3, "stays.csv")
    folder = prepare([address.format("").replace("2014/?", "2014?")], out=tmp_path / "b", lawbook=lawbook(), places=load_places())
    assert (folder.rows_in, folder.stays) == (4, 3)
    with pytest.raises(InputError, match="no such file") as error:
        prepare([address.format("none.csv")], out=tmp_path / "c", lawbook=lawbook(), places=load_places())
    assert "word" not in str(error.value) and "s3://records/jail/2014/none.csv" in str(error.value)


def test_addresses_are_told_from_paths() -> None:
    assert named("postgresql://a@b/c") == "postgresql://a@b/c"
    assert named("records/stays.csv") == Path("records/stays.csv")
    assert bare("postgresql://clerk:word@db.example:5432/jail?sslmode=require") == "postgresql://db.example:5432/jail"
    assert bare("postgresql:///jail?user=x&password=word") == "postgresql:///jail"
    assert bare(Path("a/b.csv")) == "a/b.csv"
