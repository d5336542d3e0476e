"""The durable outbox: what is to be sent, once each, in its conversation's order.

Before anything is sent its row says `sending`. A server that dies then leaves it unclear whether
the messenger got it, so such a row is looked up there before it's sent again. All functions run in
a transaction of the caller's.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.channels.messaging.rows import first_in_line, insert_once
from assistant.channels.messaging.schema import contacts, outbox

CLAIM_SECONDS = 20.0  # after which its server is taken for dead, unless it holds the claim

_LAST_STATES = ("delivered", "undelivered", "failed", "read")


@dataclass(frozen=True)
class Draft:
    """Something to send.

    Attributes:
        content: What the messenger's `send` takes.
        segments: How many text segments it costs.
        urgent: Whether neither the cost cap nor a person in the conversation holds it back.
    """

    content: dict[str, Any]
    segments: int = 0
    urgent: bool = False


@dataclass(frozen=True)
class Sending:
    """A claimed row.

    Attributes:
        id: Its place in the line.
        key: What it belongs to; the same at every try.
        messenger: Name of the messenger.
        conversation: The conversation, or the notice's own name.
        address: Where it goes; None for what has no contact.
        content: What is sent.
        segments: How many text segments it costs.
        urgent: As in `Draft`.
        tries: How often it was tried before.
        unclear: Whether an earlier try may have reached the messenger.
        begun: When the first try began, in seconds since 1970.
    """

    id: int
    key: str
    messenger: str
    conversation: str
    address: Any
    content: dict[str, Any]
    segments: int
    urgent: bool
    tries: int
    unclear: bool
    begun: float


def put(
    connection: Connection, key: str, messenger: str, conversation: str, drafts: Iterable[Draft]
) -> None:
    """Stores what is to be sent; does nothing for a key that is known.

    Args:
        connection: In a transaction.
        key: What it belongs to.
        messenger: Name of the messenger.
        conversation: The conversation within which the order counts.
        drafts: What to send, in order.
    """
    for position, draft in enumerate(drafts):
        row = {
            "key": f"{key}.{position}",
            "messenger": messenger,
            "conversation": conversation,
            "content": json.dumps(draft.content),
            "segments": draft.segments,
            "urgent": draft.urgent,
            "state": "waiting",
            "tries": 0,
            "due": 0.0,
            "created": time.time(),
        }
        insert_once(connection, outbox, row)


def take(connection: Connection, messengers: Iterable[str]) -> Sending | None:
    """Claims the oldest row that can be sent now.

    Args:
        connection: In a transaction.
        messengers: Those that are switched on.

    Returns:
        The row; None where nothing is due, or another server was faster.
    """
    now = time.time()
    ready = sa.and_(
        outbox.c.state.in_(("waiting", "sending")),
        outbox.c.due < now,
        outbox.c.messenger.in_(list(messengers)),
    )
    row = connection.execute(
        first_in_line(outbox, ready, lambda c: c.state.in_(("waiting", "sending")))
    ).first()
    if row is None:
        return None
    same = sa.and_(outbox.c.id == row.id, outbox.c.tries == row.tries, outbox.c.due == row.due)
    begun = row.begun or now
    claim = {"state": "sending", "tries": row.tries + 1, "due": now + CLAIM_SECONDS, "begun": begun}
    if not connection.execute(outbox.update().where(same).values(claim)).rowcount:
        return None
    address = connection.scalar(
        sa.select(contacts.c.address).where(contacts.c.conversation == row.conversation)
    )
    return Sending(
        row.id,
        row.key,
        row.messenger,
        row.conversation,
        json.loads(address) if address else None,
        json.loads(row.content),
        row.segments,
        row.urgent,
        row.tries,
        row.state == "sending",
        begun,
    )


def hold(connection: Connection, row: Sending) -> bool:
    """Renews a claim: its server is alive, and the messenger takes long.

    Args:
        connection: In a transaction.
        row: The claimed row.

    Returns:
        False where the claim is lost, or nothing is to be sent any more.
    """
    ours = sa.and_(
        outbox.c.id == row.id, outbox.c.state == "sending", outbox.c.tries == row.tries + 1
    )
    renewed = outbox.update().where(ours).values(due=time.time() + CLAIM_SECONDS)
    return bool(connection.execute(renewed).rowcount)


def sent(connection: Connection, row_id: int, sent_id: str) -> None:
    """Notes that the messenger has it, and forgets what it said.

    Args:
        connection: In a transaction.
        row_id: The row.
        sent_id: The messenger's id of it.
    """
    connection.execute(
        outbox.update()
        .where(outbox.c.id == row_id)
        .values(state="sent", sent_id=sent_id, content=None)
    )


def wait(connection: Connection, row_id: int, seconds: float, *, unclear: bool) -> None:
    """Puts the next try off, unless the messenger has told meanwhile that it has the message.

    Args:
        connection: In a transaction.
        row_id: The row.
        seconds: When it's tried again at the earliest.
        unclear: Whether the try may have reached the messenger.
    """
    connection.execute(
        outbox.update()
        .where(outbox.c.id == row_id, outbox.c.state != "sent")
        .values(state="sending" if unclear else "waiting", due=time.time() + seconds)
    )


def give_up(connection: Connection, row_id: int, error: str) -> None:
    """Notes that it won't be sent, unless the messenger has told that it has the message.

    Args:
        connection: In a transaction.
        row_id: The row.
        error: Why, in a word or a messenger's code.
    """
    connection.execute(
        outbox.update()
        .where(outbox.c.id == row_id, outbox.c.state != "sent")
        .values(state="failed", error=error[:50], content=None)
    )


def drop_waiting(connection: Connection, conversation: str, error: str) -> None:
    """Withdraws what a conversation would still get, but for what is urgent.

    Args:
        connection: In a transaction.
        conversation: The conversation.
        error: Why, in a word.
    """
    waiting = sa.and_(
        outbox.c.conversation == conversation,
        outbox.c.state == "waiting",
        outbox.c.urgent.is_(False),
    )
    connection.execute(
        outbox.update().where(waiting).values(state="failed", error=error, content=None)
    )


def note_delivery(
    connection: Connection, row_id: int, sent_id: str, delivery: str, error: str | None
) -> str | None:
    """Notes what the messenger says became of it. That it knows the message proves it was sent.

    Args:
        connection: In a transaction.
        row_id: The row.
        sent_id: The messenger's id of it.
        delivery: The messenger's word, such as `delivered`.
        error: The messenger's code, if any.

    Returns:
        The conversation; None where there is no such row.
    """
    same = sa.and_(
        outbox.c.id == row_id, sa.or_(outbox.c.sent_id == sent_id, outbox.c.sent_id.is_(None))
    )
    # States come out of order and at once; the last ones stand.
    stands = sa.and_(outbox.c.delivery.in_(_LAST_STATES), sa.literal(delivery != "read"))
    values = {
        "state": "sent",
        "sent_id": sent_id,
        "content": None,
        "delivery": sa.case((stands, outbox.c.delivery), else_=delivery[:20]),
        "error": sa.case((stands, outbox.c.error), else_=error),
    }
    if not connection.execute(outbox.update().where(same).values(values)).rowcount:
        return None
    query = sa.select(outbox.c.conversation).where(outbox.c.id == row_id)
    return str(connection.scalar(query))


def known_ids(connection: Connection, conversation: str) -> set[str]:
    """Lists what a conversation was sent.

    Args:
        connection: In a transaction.
        conversation: The conversation.

    Returns:
        The messenger's ids.
    """
    query = sa.select(outbox.c.sent_id).where(
        outbox.c.conversation == conversation, outbox.c.sent_id.is_not(None)
    )
    return set(connection.scalars(query))


def under_way(connection: Connection, conversation: str) -> list[tuple[int, dict[str, Any]]]:
    """Lists what may have reached the messenger without our knowing.

    Args:
        connection: In a transaction.
        conversation: The conversation.

    Returns:
        Rows with their content.
    """
    query = sa.select(outbox.c.id, outbox.c.content).where(
        outbox.c.conversation == conversation, outbox.c.state == "sending"
    )
    return [(row.id, json.loads(row.content)) for row in connection.execute(query)]


def segments_since(connection: Connection, since: float) -> int:
    """Counts the text segments that were sent.

    Args:
        connection: In a transaction.
        since: From this time on, in seconds since 1970.

    Returns:
        How many.
    """
    query = sa.select(sa.func.coalesce(sa.func.sum(outbox.c.segments), 0)).where(
        outbox.c.begun >= since, outbox.c.state.in_(("sending", "sent"))
    )
    return int(connection.scalar(query))
