"""Reads the conversations' store in chunks, one conversation after the other."""

from __future__ import annotations

import functools
import itertools
import json
import operator
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.channels.messaging.schema import callback_requests, handoffs
from assistant.stores.database import Database
from assistant.stores.schema import conversations, events, feedback

_CHUNK = 250  # conversations of one query: some 10 MB
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
    after = ""
    while chunk := await database.run(functools.partial(_chunk, after=after, since=since)):
        after, rows = chunk
        for conversation, its_rows in itertools.groupby(rows, operator.itemgetter(0)):
            found = [json.loads(data) for _, kind, data in its_rows if _tells(kind, data)]
            if found:
                yield conversation, found
        progress(len(rows))


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


def _tells(kind: str, data: str) -> bool:
    return kind != "slot" or any(slot in data for slot in _SLOTS)


def _chunk(connection: Connection, after: str, since: float) -> tuple[str, list[Any]] | None:
    """The last id of the next conversations, and their rows.

    Asked for from one id to another PostgreSQL takes the index, also before it has counted what
    the table holds; for "the next 5,000 rows" it then sorts the whole table each time.
    """
    following = (
        sa.select(conversations.c.sender_id)
        .where(conversations.c.sender_id > after, conversations.c.updated >= since)
        .order_by(conversations.c.sender_id)
        .limit(_CHUNK)
        .subquery()
    )
    last = connection.scalar(sa.select(sa.func.max(following.c.sender_id)))
    if last is None:
        return None
    query = (
        sa.select(events.c.sender_id, events.c.type, events.c.data)
        .where(events.c.sender_id > after, events.c.sender_id <= last, *_wanted(since))
        .order_by(events.c.sender_id, events.c.sequence)
    )
    return last, list(connection.execute(query))
