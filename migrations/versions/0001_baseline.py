"""The tables as they were first released; those that are there already are adopted."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.String(255)


def _column(name: str, kind: Any, *rest: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, *rest, **{"nullable": False, **options})


def _create(
    name: str, *parts: Any, indexes: tuple[tuple[str, ...], ...] = (), **options: Any
) -> None:
    if sa.inspect(op.get_bind()).has_table(name):
        return
    op.create_table(name, *parts, **options)
    for columns in indexes:
        op.create_index(f"ix_{name}_{columns[0]}", name, list(columns))


def upgrade() -> None:
    """Creates what is missing."""
    _conversations()
    _messaging()


def downgrade() -> None:
    """Drops everything."""
    for name in (
        *("messaging_quick_replies", "callback_requests", "messaging_handoffs"),
        *("messaging_outbox", "messaging_inbox", "messaging_contacts"),
        *("feedback", "replies", "conversation_events", "conversations"),
    ):
        op.drop_table(name)


def _conversations() -> None:
    _create(
        "conversations",
        _column("sender_id", _ID, primary_key=True),
        _column("next_sequence", sa.Integer),
        _column("session", sa.Integer),
        _column("load_from", sa.Integer),
        _column("opening", sa.Text),
        _column("updated", sa.Float),
        indexes=(("updated",),),
    )
    _create(
        "conversation_events",
        _column(
            "sender_id",
            _ID,
            sa.ForeignKey("conversations.sender_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        _column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        _column("session", sa.Integer),
        _column("type", _ID),
        _column("timestamp", sa.Float),
        _column("message_id", _ID, nullable=True),
        _column("data", sa.Text),
        sa.UniqueConstraint("sender_id", "message_id"),
    )
    _create(
        "replies",
        _column("scope", _ID, primary_key=True),
        _column("message_id", _ID, primary_key=True),
        _column("sender_id", _ID),
        _column("claimed_until", sa.Float),
        _column("expires", sa.Float),
        _column("reply", sa.Text, nullable=True),
        indexes=(("sender_id",), ("expires",)),
    )
    _create(
        "feedback",
        _column("sender_id", _ID, primary_key=True),
        _column("reply_id", _ID, primary_key=True),
        _column("helpful", sa.Boolean),
        _column("given", sa.Float),
        _column("topics", sa.Text),
    )


def _messaging() -> None:
    _create(
        "messaging_contacts",
        _column("conversation", _ID, primary_key=True),
        _column("messenger", sa.String(20)),
        _column("address", sa.Text),
        _column("session", sa.Integer),
        _column("opted_out", sa.Boolean),
        _column("introduced", sa.Boolean),
        _column("held", sa.Boolean),
        _column("offered", sa.Text),
        _column("dialogue", sa.Text, nullable=True),
        _column("updated", sa.Float),
        indexes=(("updated",),),
    )
    _create(
        "messaging_inbox",
        _column("id", sa.Integer, primary_key=True),
        _column("messenger", sa.String(20)),
        _column("message_id", _ID),
        _column("conversation", _ID),
        _column("received", sa.Float),
        _column("fingerprint", sa.String(64)),
        _column("content", sa.Text, nullable=True),
        _column("state", sa.String(10)),
        _column("tries", sa.Integer),
        _column("claimed_until", sa.Float),
        sa.UniqueConstraint("messenger", "message_id"),
        indexes=(("received",), ("conversation", "id"), ("state", "id")),
        sqlite_autoincrement=True,
    )
    _create(
        "messaging_outbox",
        _column("id", sa.Integer, primary_key=True),
        _column("key", _ID, unique=True),
        _column("messenger", sa.String(20)),
        _column("conversation", _ID),
        _column("content", sa.Text, nullable=True),
        _column("segments", sa.Integer),
        _column("urgent", sa.Boolean),
        _column("state", sa.String(10)),
        _column("tries", sa.Integer),
        _column("due", sa.Float),
        _column("created", sa.Float),
        _column("begun", sa.Float, nullable=True),
        _column("sent_id", _ID, nullable=True),
        _column("delivery", sa.String(20), nullable=True),
        _column("error", sa.String(50), nullable=True),
        indexes=(("created",), ("sent_id",), ("conversation", "id"), ("state", "id")),
        sqlite_autoincrement=True,
    )
    _create(
        "messaging_handoffs",
        _column("id", sa.Integer, primary_key=True),
        _column("conversation", _ID),
        _column("reason", sa.String(20)),
        _column("created", sa.Float),
        _column("opened", sa.Boolean),
        _column("taken", sa.Float, nullable=True),
        _column("ended", sa.Float, nullable=True),
        _column("alerted", sa.Boolean),
        _column("warned", sa.Boolean),
        indexes=(("conversation",),),
        sqlite_autoincrement=True,
    )
    _create(
        "callback_requests",
        _column("reference", sa.String(20), primary_key=True),
        _column("request_id", _ID, unique=True),
        _column("name", sa.String(100)),
        _column("phone", sa.String(20)),
        _column("best_time", sa.String(20)),
        _column("consented", sa.Float),
        indexes=(("consented",),),
    )
    _create(
        "messaging_quick_replies",
        _column("buttons", sa.String(64), primary_key=True),
        _column("content_sid", sa.String(64)),
    )
