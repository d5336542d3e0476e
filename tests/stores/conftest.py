"""Databases for the stores' tests: SQLite and PostgreSQL, empty each time."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from assistant.stores.database import Database
from assistant.stores.tracker_store import ConversationStore
from tests.services import Service, postgresql, redis_server
from tests.stores.dialogue import DOMAIN

__all__ = ["postgresql", "redis_server"]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of a SQLite file that isn't there yet."""
    return f"sqlite:///{tmp_path}/folder/conversations.db"


@pytest.fixture
def postgresql_url(postgresql: Service) -> str:
    """URL of a new, empty PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    connection = psycopg2.connect(postgresql.url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    return postgresql.url.rpartition("/")[0] + f"/{name}"


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database, once of either kind."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def open_store() -> Iterator[Callable[[str], ConversationStore]]:
    """Opens stores as a server that has just started does; closes them afterwards."""
    opened: list[Database] = []

    def open_one(url: str) -> ConversationStore:
        opened.append(Database(url, 3.0))
        return ConversationStore(DOMAIN, database=opened[-1])

    yield open_one
    for database in opened:
        database.close()
