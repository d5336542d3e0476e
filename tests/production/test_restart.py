"""A new model goes in while patients write: none of them notices."""

from __future__ import annotations

import asyncio

import pytest

from assistant.launcher.production import ProductionSet
from tests.production.faults import talking, wait_until_well
from tests.production.oracle import complaints
from tests.production.together import Duplicates, send_twice
from tests.production.visitors import Journal

pytestmark = [pytest.mark.served, pytest.mark.long]


def test_a_rolling_restart_loses_nothing_and_knows_what_was_delivered_before(
    production: ProductionSet,
) -> None:
    wait_until_well(production)
    journal = Journal()
    servers = [server.url for server in production.rasa]

    async def restart() -> Duplicates:
        async with talking(production.url, journal, visitors=3):
            return await send_twice(
                servers, production.postgresql.url, 20, production.rolling_restart
            )

    assert asyncio.run(restart()) == Duplicates(messages=20, same=20, once=20)
    assert journal.answered > 0
    assert journal.silent == []
    assert journal.wrong == []
    assert journal.honest == 0
    assert complaints(production.postgresql.url, journal) == []
