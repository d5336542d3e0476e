"""Runs migrations on the server's own connection, or on one to `DATABASE_URL` from the shell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context
from sqlalchemy.engine import Connection, make_url

from assistant.channels.messaging import schema as messaging_schema
from assistant.settings import PROJECT, Settings
from assistant.stores.schema import metadata

assert messaging_schema.metadata is metadata  # its tables are part of what is compared


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


def _from_shell() -> None:
    url = make_url(Settings.from_environment().database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        url = url.set(database=str(PROJECT / url.database))
    with sa.create_engine(url).begin() as connection:
        _migrate(connection)


given = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    _from_shell()
