"""Holds visitors' journals against the store: what was acknowledged stands there once, in order."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from assistant.channels.web import next_try
from assistant.stores.schema import conversations, events
from tests.production.visitors import Journal


def complaints(database_url: str, journal: Journal) -> list[str]:
    """Compares.

    Args:
        database_url: The conversations' database, as a server sees it.
        journal: What visitors were told.

    Returns:
        What is lost, doubled or out of order; empty where all is well.
    """
    found = _numbering(database_url, set(journal.acknowledged))
    stored = stored_messages(database_url)
    for conversation, acknowledged in journal.acknowledged.items():
        there = _first_tries(stored.get(conversation, []), acknowledged)
        if there != acknowledged:
            lost = len(set(acknowledged) - set(there))
            found.append(
                f"{conversation}: {len(acknowledged)} acknowledged, {lost} lost"
                if lost
                else f"{conversation}: stored in another order, or twice"
            )
    return found


def stored_messages(database_url: str) -> dict[str, list[str]]:
    """Ids of the stored messages, in order, by conversation."""
    query = (
        sa.select(events.c.sender_id, events.c.message_id)
        .where(events.c.message_id.is_not(None))
        .order_by(events.c.sender_id, events.c.sequence)
    )
    stored: dict[str, list[str]] = defaultdict(list)
    with connect(database_url) as connection:
        for conversation, message_id in connection.execute(query):
            stored[conversation].append(message_id)
    return stored


def _first_tries(stored: list[str], acknowledged: list[str]) -> list[str]:
    """The stored messages of a journal; what was tried again stands where it was last tried."""
    first = {}
    for message_id in acknowledged:
        again = message_id
        for _ in range(100):
            first[again] = message_id
            again = next_try(again)
    last: dict[str, int] = {}
    places = [first[each] for each in stored if each in first]
    for place, message_id in enumerate(places):
        last[message_id] = place
    return [each for place, each in enumerate(places) if last[each] == place]


def _numbering(database_url: str, of: set[str]) -> list[str]:
    """Conversations whose events aren't numbered from 0 without a gap."""
    query = (
        sa.select(
            conversations.c.sender_id,
            conversations.c.next_sequence,
            sa.func.count(events.c.sequence),
            sa.func.max(events.c.sequence),
        )
        .select_from(conversations.outerjoin(events))
        .group_by(conversations.c.sender_id, conversations.c.next_sequence)
    )
    with connect(database_url) as connection:
        rows = connection.execute(query).all()
    return [
        f"{row[0]}: {row[1]} events expected, {row[2]} there, the last has number {row[3]}"
        for row in rows
        if row[0] in of and not row[1] == row[2] == row[3] + 1
    ]


def connect(database_url: str) -> sa.engine.Connection:
    """Opens a connection of its own to the conversations' database."""
    return sa.create_engine(database_url, poolclass=sa.pool.NullPool).connect()
