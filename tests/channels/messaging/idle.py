"""Whether the assistant has done all that it had to do, as its database tells."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assistant.launcher.servers import Assistant
from tests.channels.messaging.http_server import wait_until

_UNDONE = (
    "SELECT count(*) FROM messaging_inbox WHERE state != 'done'",
    "SELECT count(*) FROM messaging_outbox WHERE state IN ('waiting', 'sending')"
    " AND messenger IN ('sms', 'whatsapp', 'chatwoot')",
)


def rows(assistant: Assistant, query: str) -> list[tuple[Any, ...]]:
    """Reads the assistant's database."""
    engine = sa.create_engine(assistant.environment["DATABASE_URL"], poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def wait_until_idle(assistant: Assistant) -> None:
    """Waits until every message that was taken is answered and every answer sent."""
    idle = wait_until(lambda: not any(rows(assistant, each)[0][0] for each in _UNDONE), 240)
    assert idle, "the assistant didn't get done"
