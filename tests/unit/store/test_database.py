"""Opening, keys, migrations forward and back, and agencies kept apart by PostgreSQL itself."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from store_common import FIRST, NOW, SECOND, Place, desk

from dueprocess.kernel.errors import InputError
from dueprocess.store import Done, Store, database, migrating, tables
from dueprocess.store.database import ROLE, VERSION, database_url, engine_of, for_agency
from dueprocess.store.keys import SIGNING, WRAPPING, open_keys
from dueprocess.store.migrating import config, migrate
from dueprocess.store.proving import verify


def names(place: Place) -> set[str]:
    engine = engine_of(place.address, owner=True)
    with engine.connect() as connection:
        found = set(sa.inspect(connection).get_table_names())
    engine.dispose()
    return found


def contents(place: Place) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the tables that this program knows."""
    engine = engine_of(place.address, owner=True)
    with engine.connect() as connection:
        found = {t.name: [tuple(row) for row in connection.execute(sa.select(t).order_by(*t.primary_key.columns))] for t in tables.metadata.sorted_tables}
    engine.dispose()
    return found


def test_migrations_go_forward_and_back(where: Place) -> None:
    scripts = ScriptDirectory.from_config(config())
    versions = [s.revision for s in reversed(list(scripts.walk_revisions()))]
    assert versions[-1] == VERSION == scripts.get_current_head()
    whole = {"alembic_version", *tables.metadata.tables}
    migrate(where.address)
    assert names(where) == whole
    migrate(where.address, to="base")
    assert names(where) == {"alembic_version"}
    for version in versions:
        migrate(where.address, to=version)
    for version in [*reversed(versions[:-1]), "base"]:
        migrate(where.address, to=version)
    migrate(where.address)
    migrate(where.address)  # nothing more to do
    assert names(where) == whole
    with pytest.raises(InputError, match="no version"):
        migrate(where.address, to="9999")


def test_the_tables_are_what_the_migrations_make(where: Place) -> None:
    migrate(where.address)
    engine = engine_of(where.address, owner=True)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_a_record_with_entries_is_not_dropped(where: Place) -> None:
    with desk(where) as d:
        d.book("s_1")
    before = contents(where)
    with pytest.raises(InputError, match="has 3 entries"):
        migrate(where.address, to="base")
    assert contents(where) == before
    with desk(where) as d:
        assert d.book("s_2").numbers == (4,)
    migrate(where.address, to="base", lose=True)
    migrate(where.address)
    with pytest.raises(InputError, match="no record in this database"):
        where.open()
    with desk(where) as d:  # the old key files serve a new record
        assert d.book("s_1").numbers == (3,)


_NEXT = '''"""A version that does not exist."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0003", "0002", None, None


def upgrade() -> None:
    op.create_table("made_up", sa.Column("id", sa.Text(), primary_key=True))
    for table in ("stays", "ledger_entries"):
        with op.batch_alter_table(table, recreate="always" if op.get_bind().dialect.name == "sqlite" else "never") as batch:
            batch.add_column(sa.Column("made_up", sa.Text(), nullable=True))


def downgrade() -> None:
    for table in ("ledger_entries", "stays"):
        with op.batch_alter_table(table, recreate="always" if op.get_bind().dialect.name == "sqlite" else "never") as batch:
            batch.drop_column("made_up")
    op.drop_table("made_up")
'''


def test_a_record_with_entries_goes_forward_and_back_without_loss(where: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version after the last is made up here, and takes the tables apart as a real one may."""
    with desk(where) as d:
        d.book("s_1", key="k1")
        d.note("s_1")
        d.book("s_2", agency=SECOND)
        d.release("s_1")
    first = contents(where)
    assert first["stays"] and first["ledger_entries"] and first["payload_keys"] and first["idempotency"]
    scripts = tmp_path / "migrations"
    shutil.copytree(migrating.SCRIPTS, scripts)
    (scripts / "versions" / "0003_made_up.py").write_text(_NEXT)
    with monkeypatch.context() as newer:
        newer.setattr(migrating, "SCRIPTS", scripts)
        newer.setattr(database, "VERSION", "0003")
        migrate(where.address)
        assert contents(where) == first and "made_up" in names(where)
        with desk(where) as d:
            assert d.book("s_1", key="k1").replayed
            assert d.note("s_1").numbers == (7,)
            assert {row["agency"] for row in d.rows(tables.stays)} == {FIRST}
        second = contents(where)
        migrate(where.address, to="0002")
    assert contents(where) == second and "made_up" not in names(where)
    with desk(where) as d:
        assert d.note("s_1").numbers == (8,)
        if where.postgres:  # the policies are still there: nobody sees another agency's rows
            with d.store.read(FIRST) as connection:
                assert {row.agency for row in connection.execute(sa.select(tables.stays.c.agency))} == {FIRST}
    third = contents(where)
    migrate(where.address, to="0001")  # every version that ships goes back, too, and forward again
    assert contents(where) == third
    migrate(where.address)
    assert contents(where) == third
    store = where.open(owner=True)
    report = verify(store)
    store.dispose()
    assert report.ok and report.size == 8 and report.opened == 5  # two bookings, three notes


def test_several_that_start_at_once_make_one_record(where: Place) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = [f.result() for f in [pool.submit(where.create) for _ in range(4)]]
    assert len({s.keys.check() for s in stores}) == 1
    for store in stores:
        store.dispose()


def test_a_database_of_another_version_is_refused(where: Place) -> None:
    where.create().dispose()
    engine = engine_of(where.address, owner=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    engine.dispose()
    with pytest.raises(InputError, match="another version"):
        where.open()
    with pytest.raises(InputError, match="newer version"):
        migrate(where.address)


def test_opening_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no database here"):
        Store.open(tmp_path / "none.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(InputError, match="no record in this database"):
        Store.open(tmp_path / "empty.db")
    (tmp_path / "text.db").write_text("this is no database at all, only text, long enough to be read as one " * 20)
    with pytest.raises((InputError, sa.exc.DatabaseError)):
        Store.open(tmp_path / "text.db")
    with pytest.raises(InputError, match="cannot be opened") as caught:
        Store.open("postgresql://somebody:secret-word@/none?host=" + str(tmp_path), keys=tmp_path)
    assert "secret-word" not in str(caught.value)
    for address in ("mysql://x/y", "http://x", "://"):
        with pytest.raises(InputError):
            database_url(address)
    with pytest.raises(InputError, match="key files"):
        Store.open("postgresql://x/y")


def test_key_files(where: Place) -> None:
    where.create().dispose()
    assert {p.name: p.stat().st_mode & 0o777 for p in where.keys.iterdir()} == {SIGNING: 0o600, WRAPPING: 0o600}
    assert "signing" not in repr(open_keys(where.keys, make=False))
    other = where.keys.with_name("other")
    open_keys(other, make=True)
    with pytest.raises(InputError, match="of another record"):
        Store.open(where.address, keys=other)
    (where.keys / WRAPPING).chmod(0o644)
    with pytest.raises(InputError, match="others than its owner"):
        where.open()
    (where.keys / WRAPPING).chmod(0o600)
    (where.keys / WRAPPING).write_text("zz\n")
    with pytest.raises(InputError, match="no wrapping key"):
        where.open()
    (where.keys / WRAPPING).unlink()
    with pytest.raises(InputError, match="missing"):
        where.open()
    with pytest.raises(InputError, match="missing"):  # and none is made anew beside a record
        where.create()


def test_sqlite_flushes_each_commit_and_overwrites_what_is_deleted(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "desk.db")
    with store.engine.connect() as connection:
        found = {p: connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")}
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
    store.dispose()


def test_postgres_acknowledges_only_what_is_on_the_disk(where: Place) -> None:
    if not where.postgres:
        pytest.skip("SQLite has its own test")
    store = where.create()
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    store.dispose()


def test_postgres_shows_each_agency_its_own_rows_only(where: Place) -> None:
    """Whatever the query says: every table with rows of an agency, reading and writing."""
    if not where.postgres:
        pytest.skip("SQLite has no row-level security: every query names the agency")
    with desk(where) as d:
        for agency, stay in ((FIRST, "s_1"), (SECOND, "s_2")):
            d.book(stay, agency=agency, key="k")
            d.note(stay, agency=agency)
        engine = d.store.engine
        with engine.connect() as connection:
            role = connection.exec_driver_sql("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").one()
            assert tuple(role) == (ROLE, False, False)
        apart = [t for t in tables.metadata.sorted_tables if "agency" in t.c]
        seen = set()
        for table in apart:
            with engine.connect() as connection, connection.begin():  # no agency set: nothing
                assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0, table.name
            for agency in (FIRST, SECOND):
                with engine.connect() as connection, connection.begin():
                    for_agency(connection, agency)
                    rows = connection.execute(sa.select(table.c.agency)).scalars().all()
                    assert set(rows) <= {agency}, table.name
                    if rows:
                        seen.add(table.name)
        assert {"ledger_entries", "payload_keys", "stays", "events", "streams", "idempotency"} <= seen
        with engine.connect() as connection, connection.begin():
            for_agency(connection, FIRST)
            changed = connection.execute(tables.stays.update().where(tables.stays.c.id == "s_2").values(status="other"))
            assert changed.rowcount == 0
            assert connection.execute(tables.payload_keys.delete().where(tables.payload_keys.c.subject == "s_2")).rowcount == 0
        with pytest.raises(sa.exc.ProgrammingError, match="row-level security"), engine.begin() as connection:
            for_agency(connection, FIRST)
            connection.execute(tables.attempts.insert(), {"agency": SECOND, "what": "x", "failures": 1, "last_at": NOW})
        with engine.connect() as connection, connection.begin():  # the setting ends with its transaction
            assert connection.execute(sa.select(sa.func.count()).select_from(tables.stays)).scalar() == 0


def test_every_table_with_rows_of_an_agency_has_a_policy(where: Place) -> None:
    if not where.postgres:
        pytest.skip("PostgreSQL only")
    where.create().dispose()
    engine = engine_of(where.address, owner=True)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT relname FROM pg_class WHERE relrowsecurity").scalars().all()
        policies = connection.exec_driver_sql("SELECT tablename FROM pg_policies").scalars().all()
    engine.dispose()
    expected = {t.name for t in tables.metadata.sorted_tables if "agency" in t.c}
    assert set(rows) == expected == set(policies)
    assert {t.name for t in tables.metadata.sorted_tables} - expected == tables.WITHOUT_AGENCY


def test_work_for_one_agency_cannot_reach_another_on_postgres(where: Place) -> None:
    """Also where both stand in one batch of the writer."""
    with desk(where) as d:
        d.book("s_2", agency=SECOND)

        def sneaky(connection: sa.Connection) -> Done:
            return Done(result=[row.id for row in connection.execute(sa.select(tables.stays.c.id))])

        futures = [d.writer.submit(sneaky, agency=agency, by="a") for agency in (FIRST, SECOND, FIRST)]
        found = [f.result().result for f in futures]
        assert found == ([[], ["s_2"], []] if where.postgres else [["s_2"]] * 3)
