"""Brings a database to the tables of this version (`migrations/`, Alembic)."""

from __future__ import annotations

import logging

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

from assistant.settings import PROJECT

# Alembic tells every step at INFO.
logging.getLogger("alembic").setLevel(logging.WARNING)


def upgrade(connection: Connection) -> None:
    """Runs the migrations that the database hasn't seen.

    Args:
        connection: In a transaction that keeps others from doing the same.
    """
    config = Config(str(PROJECT / "alembic.ini"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
