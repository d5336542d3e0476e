"""A conversation without end."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from assistant.launcher.production import ProductionSet
from assistant.stores.schema import conversations
from assistant.stores.window import TURNS_IN_SESSION
from tests.production.load import beside_a_long_chat
from tests.production.oracle import complaints, connect
from tests.production.visitors import Journal, Visitor, http_session

pytestmark = [pytest.mark.served, pytest.mark.long]


def test_a_long_chat_begins_a_new_session_and_stays_whole(production: ProductionSet) -> None:
    journal = Journal()

    async def chat() -> None:
        async with http_session() as http:
            visitor = Visitor(http, production.url, journal)
            for _ in range(TURNS_IN_SESSION + 2):
                await visitor.writes("does it hurt?")

    asyncio.run(chat())
    (name,) = journal.acknowledged
    query = sa.select(conversations.c.session).where(conversations.c.sender_id == name)
    with connect(production.postgresql.url) as connection:
        assert connection.scalar(query) == 2
    assert complaints(production.postgresql.url, journal) == []


def test_it_is_measured_beside_short_chats_as_well(production: ProductionSet) -> None:
    found = asyncio.run(beside_a_long_chat(production.url, visitors=2, turns=14, seconds=3))
    for rate in (found.alone, found.short, found.long):
        assert rate.per_second > 0
        assert rate.failed == 0
