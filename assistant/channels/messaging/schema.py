"""Tables of messaging, in the conversations' database.

Phone numbers, names and addresses stand in `messaging_contacts` and `callback_requests`, and in
`messaging_outbox` while the clinic hasn't taken the notice of a request; everything else knows
people by their conversation's id, which is a keyed hash.
"""

from __future__ import annotations

import sqlalchemy as sa

from assistant.stores.schema import LONGEST_ID, metadata

# Who writes to the assistant, and what the next message of theirs depends on. `address` is where
# to write back, as JSON; blank where somebody was erased and only their opting out is kept, until
# they write again. `offered` holds the ids of the choices under the last turn, `dialogue`
# an open call-back dialogue. `held` says that a person has the conversation, `state_time` when the
# messenger says that its state last changed.
contacts = sa.Table(
    "messaging_contacts",
    metadata,
    sa.Column("conversation", sa.String(LONGEST_ID), primary_key=True),
    sa.Column("messenger", sa.String(20), nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("session", sa.Integer, nullable=False),
    sa.Column("opted_out", sa.Boolean, nullable=False),
    sa.Column("introduced", sa.Boolean, nullable=False),
    sa.Column("held", sa.Boolean, nullable=False),
    sa.Column("offered", sa.Text, nullable=False),
    sa.Column("dialogue", sa.Text),
    sa.Column("state_time", sa.Float, nullable=False, server_default="0"),
    sa.Column("updated", sa.Float, nullable=False, index=True),
)

# What came in. A messenger's message id counts once. `content` is emptied when it is answered.
inbox = sa.Table(
    "messaging_inbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("messenger", sa.String(20), nullable=False),
    sa.Column("message_id", sa.String(LONGEST_ID), nullable=False),
    sa.Column("conversation", sa.String(LONGEST_ID), nullable=False),
    sa.Column("received", sa.Float, nullable=False, index=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("content", sa.Text),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("claimed_until", sa.Float, nullable=False),
    sa.UniqueConstraint("messenger", "message_id"),
    sa.Index("ix_messaging_inbox_conversation", "conversation", "id"),
    sa.Index("ix_messaging_inbox_state", "state", "id"),
    sqlite_autoincrement=True,
)

# What goes out: answers to patients, notes for the inbox, notices to the clinic. `key` says what
# it belongs to, so that nothing is put in twice. `due` is the earliest time of the next try, or,
# while one is under way, the time after which its server is taken for dead.
outbox = sa.Table(
    "messaging_outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(LONGEST_ID), nullable=False, unique=True),
    sa.Column("messenger", sa.String(20), nullable=False),
    sa.Column("conversation", sa.String(LONGEST_ID), nullable=False),
    sa.Column("content", sa.Text),
    sa.Column("segments", sa.Integer, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("due", sa.Float, nullable=False),
    sa.Column("created", sa.Float, nullable=False, index=True),
    sa.Column("begun", sa.Float),
    sa.Column("sent_id", sa.String(LONGEST_ID), index=True),
    sa.Column("delivery", sa.String(20)),
    sa.Column("error", sa.String(50)),
    sa.Index("ix_messaging_outbox_conversation", "conversation", "id"),
    sa.Index("ix_messaging_outbox_state", "state", "id"),
    sqlite_autoincrement=True,
)

# Conversations that a person is wanted for, in an inbox with people behind it.
handoffs = sa.Table(
    "messaging_handoffs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(LONGEST_ID), nullable=False, index=True),
    sa.Column("reason", sa.String(20), nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("opened", sa.Boolean, nullable=False),
    sa.Column("taken", sa.Float),
    sa.Column("ended", sa.Float),
    sa.Column("alerted", sa.Boolean, nullable=False),
    sa.Column("warned", sa.Boolean, nullable=False),
    sqlite_autoincrement=True,
)

# Who asked to be called. `request_id` is the sender's own id of it, so that it counts once.
callback_requests = sa.Table(
    "callback_requests",
    metadata,
    sa.Column("reference", sa.String(20), primary_key=True),
    sa.Column("request_id", sa.String(LONGEST_ID), nullable=False, unique=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("phone", sa.String(20), nullable=False),
    sa.Column("best_time", sa.String(20), nullable=False),
    sa.Column("consented", sa.Float, nullable=False, index=True),
)

# WhatsApp's quick replies by what stands on their buttons; Twilio knows each by a Content SID.
quick_replies = sa.Table(
    "messaging_quick_replies",
    metadata,
    sa.Column("buttons", sa.String(64), primary_key=True),
    sa.Column("content_sid", sa.String(64), nullable=False),
)
