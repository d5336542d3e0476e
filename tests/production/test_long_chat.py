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
from tests.production.visitors import Journal, Visitor, http_session, talk

pytestmark = pytest.mark.served


def test_a_long_chat_begins_a_new_session_stays_whole_and_costs_others_no_answer(
    production: ProductionSet,
) -> None:
    journal, others = Journal(), Journal()

    async def chat() -> None:
        async with http_session() as http:
            visitor = Visitor(http, production.url, journal)
            for _ in range(TURNS_IN_SESSION + 2):
                await visitor.writes("does it hurt?")

    async def chat_beside_others() -> None:
        chatting = asyncio.create_task(chat())
        await talk(production.url, others, 2, chatting.done, pause=0.5)
        await chatting

    asyncio.run(chat_beside_others())
    (name,) = journal.acknowledged
    query = sa.select(conversations.c.session).where(conversations.c.sender_id == name)
    with connect(production.postgresql.url) as connection:
        assert connection.scalar(query) == 2
    assert complaints(production.postgresql.url, journal) == []
    assert others.answered > 0
    assert others.honest == 0
    assert others.silent == others.wrong == complaints(production.postgresql.url, others) == []


@pytest.mark.long
def test_it_is_measured_beside_short_chats_as_well(production: ProductionSet) -> None:
    found = asyncio.run(beside_a_long_chat(production.url, visitors=2, turns=14, seconds=3))
    for rate in (found.alone, found.short, found.long):
        assert rate.per_second > 0
        assert rate.failed == 0
