"""Messages at the same time: pairs in one conversation over two servers, and duplicates."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from rasa.shared.core.constants import ACTION_LISTEN_NAME

from assistant.stores.schema import events
from tests.production.oracle import connect, stored_messages
from tests.production.visitors import Answer, conversation_of, deliver, http_session

_AT_ONCE = 50  # conversations


@dataclass(frozen=True)
class Pairs:
    """What became of pairs of messages.

    Attributes:
        turns: How many messages were sent, two for each pair.
        answered: How many of them were answered.
        stored: How many of them are stored.
        overlaps: Pairs whose turns aren't stored one after the other.
    """

    turns: int
    answered: int
    stored: int
    overlaps: int


async def send_pairs(servers: Sequence[str], database_url: str, pairs: int) -> Pairs:
    """Begins conversations and sends the next two messages of each at once, to two servers.

    Args:
        servers: Addresses of the Rasa servers themselves.
        database_url: Where the turns are stored.
        pairs: How many.

    Returns:
        What became of them.
    """
    ids: dict[str, list[str]] = {}
    answered = 0
    async with http_session() as http:

        async def pair() -> None:
            nonlocal answered
            first = await deliver(http, servers[0], "hello", str(uuid.uuid4()))
            token = first.json["conversation"]
            both = [str(uuid.uuid4()), str(uuid.uuid4())]
            ids[conversation_of(token)] = both
            said = await asyncio.gather(
                *(
                    deliver(http, server, text, message_id, token)
                    for server, text, message_id in zip(
                        servers, ("does it hurt?", "what are the side effects"), both, strict=False
                    )
                )
            )
            answered += sum(map(_is_answer, said))

        for begun in range(0, pairs, _AT_ONCE):
            await asyncio.gather(*(pair() for _ in range(min(_AT_ONCE, pairs - begun))))
    stored = stored_messages(database_url)
    there = sum(len(set(both) & set(stored[name])) for name, both in ids.items())
    overlaps = sum(_overlap(database_url, name) for name in ids)
    return Pairs(2 * pairs, answered, there, overlaps)


@dataclass(frozen=True)
class Duplicates:
    """What became of messages that were delivered twice.

    Attributes:
        messages: How many.
        same: How many got the same reply both times.
        once: How many are stored once.
    """

    messages: int
    same: int
    once: int


async def send_twice(
    servers: Sequence[str], database_url: str, messages: int, between: Callable[[], None] | None
) -> Duplicates:
    """Delivers messages twice, to different servers.

    Args:
        servers: Addresses of the Rasa servers themselves.
        database_url: Where the turns are stored.
        messages: How many.
        between: What happens between the deliveries, such as a restart; None delivers both at
            the same time.

    Returns:
        What became of them.
    """
    async with http_session() as http:

        async def begin() -> str:
            answer = await deliver(http, servers[0], "hello", str(uuid.uuid4()))
            return str(answer.json["conversation"])

        tokens = [await begin() for _ in range(messages)]
        ids = [str(uuid.uuid4()) for _ in tokens]

        async def deliver_all(server: str) -> list[Answer]:
            return await asyncio.gather(
                *(
                    deliver(http, server, "does it hurt?", message_id, token)
                    for message_id, token in zip(ids, tokens, strict=True)
                )
            )

        if between is None:
            first, second = await asyncio.gather(*map(deliver_all, servers))
        else:
            first = await deliver_all(servers[0])
            await asyncio.to_thread(between)
            second = await deliver_all(servers[1])
    stored = stored_messages(database_url)
    once = sum(
        stored[conversation_of(token)].count(message_id) == 1
        for message_id, token in zip(ids, tokens, strict=True)
    )
    same = sum(one == other and _is_answer(one) for one, other in zip(first, second, strict=True))
    return Duplicates(messages, same, once)


def _is_answer(answer: Answer) -> bool:
    messages = answer.json.get("messages") or ()
    return bool(messages) and all(message["kind"] != "unavailable" for message in messages)


def _overlap(database_url: str, conversation: str) -> bool:
    """Whether a turn begins before the one before it has ended with listening."""
    query = (
        sa.select(events.c.type, events.c.timestamp, events.c.data)
        .where(events.c.sender_id == conversation)
        .order_by(events.c.sequence)
    )
    with connect(database_url) as connection:
        rows = connection.execute(query).all()
    listening = f'"name":"{ACTION_LISTEN_NAME}"'
    return any(
        here.timestamp < before.timestamp or (here.type == "user" and listening not in before.data)
        for before, here in itertools.pairwise(rows)
    )
