"""The durable inbox: each message counts once, in its conversation's order, until it is answered.

All functions run in a transaction of the caller's.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.channels.messaging.rows import first_in_line, insert_once
from assistant.channels.messaging.schema import inbox

CLAIM_SECONDS = 30.0  # after which its server is taken for dead; longer than any turn


@dataclass(frozen=True)
class Received:
    """A message that came in.

    Attributes:
        messenger: Name of the messenger, such as `sms`.
        message_id: The messenger's own id of it.
        conversation: Id of the conversation, without anything of the patient's.
        fingerprint: Keyed hash of the text, by which repetitions are known.
        content: `text`, and where they hold: `media` (something that is no text came too),
            `choice` (a button's id), `held` (a person had the conversation), `said` (the
            emergency's line was said already, past the outbox).
        id: Its place in the line; 0 before it is stored.
        tries: How often it was taken before.
        received: When, in seconds since 1970.
    """

    messenger: str
    message_id: str
    conversation: str
    fingerprint: str
    content: dict[str, Any]
    id: int = 0
    tries: int = 0
    received: float = 0.0


def put(connection: Connection, message: Received) -> bool:
    """Stores a message.

    Args:
        connection: In a transaction.
        message: The message.

    Returns:
        Whether it is new; False for a redelivery.
    """
    row = {
        "messenger": message.messenger,
        "message_id": message.message_id,
        "conversation": message.conversation,
        "received": time.time(),
        "fingerprint": message.fingerprint,
        "content": json.dumps(message.content),
        "state": "new",
        "tries": 0,
        "claimed_until": 0.0,
    }
    return insert_once(connection, inbox, row)


def take(connection: Connection) -> Received | None:
    """Claims the oldest message that can be answered now.

    Args:
        connection: In a transaction.

    Returns:
        The message; None where nothing waits, or another server was faster.
    """
    now = time.time()
    ready = sa.or_(
        inbox.c.state == "new",
        sa.and_(inbox.c.state == "taken", inbox.c.claimed_until < now),
    )
    ready = sa.and_(ready, inbox.c.claimed_until < now)
    row = connection.execute(first_in_line(inbox, ready, lambda c: c.state != "done")).first()
    if row is None:
        return None
    same = sa.and_(inbox.c.id == row.id, inbox.c.tries == row.tries, inbox.c.state == row.state)
    claim = {"state": "taken", "tries": row.tries + 1, "claimed_until": now + CLAIM_SECONDS}
    if not connection.execute(inbox.update().where(same).values(claim)).rowcount:
        return None
    return Received(
        row.messenger,
        row.message_id,
        row.conversation,
        row.fingerprint,
        json.loads(row.content),
        row.id,
        row.tries,
        row.received,
    )


def done(connection: Connection, message: Received) -> bool:
    """Notes that a message needs nothing more, and forgets what it said.

    Args:
        connection: In the transaction that puts the answer into the outbox.
        message: The message.

    Returns:
        False where it was done already.
    """
    still = sa.and_(inbox.c.id == message.id, inbox.c.state == "taken")
    finished = inbox.update().where(still).values(state="done", content=None)
    return bool(connection.execute(finished).rowcount)


def give_back(connection: Connection, message: Received, seconds: float) -> None:
    """Lets a message that couldn't be answered be tried again.

    Args:
        connection: In a transaction.
        message: The message.
        seconds: When at the earliest.
    """
    still = sa.and_(inbox.c.id == message.id, inbox.c.state == "taken")
    connection.execute(
        inbox.update().where(still).values(state="new", claimed_until=time.time() + seconds)
    )


def texts_after(connection: Connection, message: Received) -> list[str]:
    """Lists what a conversation has said since one of its messages, and nobody has answered.

    Args:
        connection: In a transaction.
        message: The message.

    Returns:
        The texts.
    """
    later = sa.and_(
        inbox.c.conversation == message.conversation,
        inbox.c.id > message.id,
        inbox.c.content.is_not(None),
    )
    return [
        str(json.loads(content).get("text") or "")
        for content in connection.scalars(sa.select(inbox.c.content).where(later))
    ]


def count_since(connection: Connection, message: Received, since: float) -> int:
    """Counts a conversation's messages up to one of them.

    Args:
        connection: In a transaction.
        message: The last one; it counts as well.
        since: Those received after this time, in seconds since 1970.

    Returns:
        How many.
    """
    return int(connection.scalar(_earlier(message, since)))


def count_same(connection: Connection, message: Received, since: float) -> int:
    """Counts how often a conversation's messages, up to one of them, said the same as it.

    Args:
        connection: In a transaction.
        message: The last one; it counts as well.
        since: Those received after this time, in seconds since 1970.

    Returns:
        How many.
    """
    same = inbox.c.fingerprint == message.fingerprint
    return int(connection.scalar(_earlier(message, since).where(same)))


def _earlier(message: Received, since: float) -> Any:
    return sa.select(sa.func.count()).where(
        inbox.c.conversation == message.conversation,
        inbox.c.id <= message.id,
        inbox.c.received > since,
    )
