"""Tables of the conversations' database, the same in SQLite and PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa

LONGEST_ID = 255

metadata = sa.MetaData()

# One row for each conversation. A turn loads `opening` (events, as JSON, that bring a new tracker
# to the state before `load_from`) and the events from `load_from` on.
conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("sender_id", sa.String(LONGEST_ID), primary_key=True),
    sa.Column("next_sequence", sa.Integer, nullable=False),
    sa.Column("session", sa.Integer, nullable=False),
    sa.Column("load_from", sa.Integer, nullable=False),
    sa.Column("opening", sa.Text, nullable=False),
    sa.Column("updated", sa.Float, nullable=False, index=True),
)

# Not `events`: that is a table of Rasa's own store, which may live in the same database.
# `sequence` counts a conversation's events from 0 and is their order; `timestamp` is only told,
# since clocks are set back. A message's id stands with its `user` event and counts once.
events = sa.Table(
    "conversation_events",
    metadata,
    sa.Column(
        "sender_id",
        sa.String(LONGEST_ID),
        sa.ForeignKey(conversations.c.sender_id, ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("session", sa.Integer, nullable=False),
    sa.Column("type", sa.String(LONGEST_ID), nullable=False),
    sa.Column("timestamp", sa.Float, nullable=False),
    sa.Column("message_id", sa.String(LONGEST_ID)),
    sa.Column("data", sa.Text, nullable=False),
    sa.UniqueConstraint("sender_id", "message_id"),
)

# A message's reply, so that a retry gets the same. `reply` is empty while it is being answered.
# `scope` is where the message's id is unique: the conversation, or the caller before it has one.
replies = sa.Table(
    "replies",
    metadata,
    sa.Column("scope", sa.String(LONGEST_ID), primary_key=True),
    sa.Column("message_id", sa.String(LONGEST_ID), primary_key=True),
    sa.Column("sender_id", sa.String(LONGEST_ID), nullable=False, index=True),
    sa.Column("claimed_until", sa.Float, nullable=False),
    sa.Column("expires", sa.Float, nullable=False, index=True),
    sa.Column("reply", sa.Text),
)

# What people thought of a reply; kept with the conversation so that it is erased with it.
feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("sender_id", sa.String(LONGEST_ID), primary_key=True),
    sa.Column("reply_id", sa.String(LONGEST_ID), primary_key=True),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("given", sa.Float, nullable=False),
    # What the reply answered, as a JSON list: the reply itself is gone after a day.
    sa.Column("topics", sa.Text, nullable=False),
)
