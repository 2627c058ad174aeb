"""Alembic's entry: it is given a connection in a transaction, and makes none itself."""

from alembic import context

from dueprocess.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite", transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
