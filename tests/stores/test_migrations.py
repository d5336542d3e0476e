"""Migrations against real databases: a new one, one from before them, and back."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection

from assistant.channels.messaging import schema as messaging_schema
from assistant.stores.migrations import upgrade
from assistant.stores.schema import conversations, metadata


def _differences(connection: Connection) -> list[object]:
    assert messaging_schema.metadata is metadata
    ours = MigrationContext.configure(connection, opts={"include_name": _not_sqlites_own})
    return list(compare_metadata(ours, metadata))


def _not_sqlites_own(name: str | None, _kind: str, _parents: object) -> bool:
    return name != "sqlite_sequence"


def test_a_new_database_gets_the_tables_that_the_code_expects(tmp_path: Path) -> None:
    with sa.create_engine(f"sqlite:///{tmp_path}/new.db").begin() as connection:
        upgrade(connection)
        assert _differences(connection) == []


def test_the_same_holds_for_postgresql(postgresql_url: str) -> None:
    url = postgresql_url.replace("postgresql://", "postgresql+psycopg2://")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        upgrade(connection)
        assert _differences(connection) == []
    engine.dispose()


def test_a_database_from_before_the_migrations_is_adopted_with_its_rows(tmp_path: Path) -> None:
    row = {
        "sender_id": "web-1",
        "next_sequence": 0,
        "session": 0,
        "load_from": 0,
        "opening": "[]",
        "updated": 0.0,
    }
    with sa.create_engine(f"sqlite:///{tmp_path}/old.db").begin() as connection:
        metadata.create_all(connection, tables=[conversations])
        connection.execute(conversations.insert().values(row))
        upgrade(connection)
        upgrade(connection)
        assert connection.scalar(sa.select(conversations.c.sender_id)) == "web-1"
        assert _differences(connection) == []
