"""Reads the conversations' store in chunks, one conversation after the other."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.channels.messaging.schema import callback_requests, handoffs
from assistant.stores.database import Database
from assistant.stores.schema import events, feedback

_CHUNK = 5000  # rows of one query: some 10 MB
_TYPES = ("user", "bot", "active_loop", "slot")
# The only slots that say where a screening stands; the others needn't be read.
_SLOTS = ('"requested_slot"', '"screening_summary"')

Event = dict[str, Any]


@dataclass(frozen=True)
class Judgement:
    """What a patient thought of a reply.

    Attributes:
        time: When, in seconds since 1970.
        helpful: Whether it helped.
        topics: What the reply answered.
    """

    time: float
    helpful: bool
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Handovers:
    """Conversations that went to the people behind the inbox, for one reason.

    Attributes:
        reason: As in `messaging_handoffs`; `taken` where somebody came without being called.
        begun: How many.
        taken: To how many of them somebody has come.
    """

    reason: str
    begun: int
    taken: int


async def read_conversations(
    database: Database, since: float, progress: Callable[[int], object]
) -> AsyncIterator[tuple[str, list[Event]]]:
    """Reads what was said.

    Args:
        database: The conversations' database.
        since: Only events from this time on, in seconds since 1970.
        progress: Told after each chunk how many more events were read.

    Yields:
        The id of each conversation with its events in order, as Rasa's dicts: messages, answers,
        and what changed the screening.

    Raises:
        StoreUnavailable: The database failed.
    """
    after = ("", -1)
    conversation, found = "", list[Event]()
    while rows := await database.run(_chunk_query(after, since)):
        for sender_id, _sequence, kind, data in rows:
            if sender_id != conversation:
                if found:
                    yield conversation, found
                conversation, found = sender_id, []
            if kind != "slot" or any(slot in data for slot in _SLOTS):
                found.append(json.loads(data))
        after = rows[-1][:2]
        progress(len(rows))
    if found:
        yield conversation, found


async def count_events(database: Database, since: float) -> int:
    """Counts what `read_conversations` will read.

    Args:
        database: The conversations' database.
        since: As there.

    Returns:
        The number of rows.

    Raises:
        StoreUnavailable: The database failed.
    """
    query = sa.select(sa.func.count()).where(*_wanted(since))
    return int(await database.run(lambda connection: connection.scalar(query)))


async def read_judgements(database: Database, since: float) -> list[Judgement]:
    """Reads what patients thought of the replies.

    Args:
        database: The conversations' database.
        since: Only those from this time on, in seconds since 1970.

    Returns:
        The judgements.

    Raises:
        StoreUnavailable: The database failed.
    """
    query = sa.select(feedback.c.given, feedback.c.helpful, feedback.c.topics).where(
        feedback.c.given >= since
    )
    rows = await database.run(lambda connection: connection.execute(query).all())
    return [Judgement(given, helpful, tuple(json.loads(topics))) for given, helpful, topics in rows]


async def read_handovers(database: Database, since: float) -> list[Handovers]:
    """Counts the handovers to people.

    Args:
        database: The conversations' database.
        since: Only those begun from this time on, in seconds since 1970.

    Returns:
        Their numbers by reason.

    Raises:
        StoreUnavailable: The database failed.
    """
    query = (
        sa.select(handoffs.c.reason, sa.func.count(), sa.func.count(handoffs.c.taken))
        .where(handoffs.c.created >= since)
        .group_by(handoffs.c.reason)
    )
    rows = await database.run(lambda connection: connection.execute(query).all())
    return [Handovers(*row) for row in rows]


async def read_callbacks(database: Database, since: float) -> list[str]:
    """Reads where call-backs were asked for.

    Args:
        database: The conversations' database.
        since: Only those from this time on, in seconds since 1970.

    Returns:
        The channel of each: `web` for the website's form, or a messenger's name.

    Raises:
        StoreUnavailable: The database failed.
    """
    query = sa.select(callback_requests.c.request_id).where(callback_requests.c.consented >= since)
    ids = await database.run(lambda connection: connection.scalars(query).all())
    return [request_id.partition(".")[0] for request_id in ids]


def _wanted(since: float) -> tuple[Any, ...]:
    return events.c.type.in_(_TYPES), events.c.timestamp >= since


def _chunk_query(after: tuple[str, int], since: float) -> Callable[[Connection], list[Any]]:
    place = sa.tuple_(events.c.sender_id, events.c.sequence)
    query = (
        sa.select(events.c.sender_id, events.c.sequence, events.c.type, events.c.data)
        .where(*_wanted(since), place > sa.tuple_(*map(sa.literal, after)))
        .order_by(events.c.sender_id, events.c.sequence)
        .limit(_CHUNK)
    )
    return lambda connection: [tuple(row) for row in connection.execute(query)]
