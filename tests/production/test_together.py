"""Messages at the same time, over two servers: each counts once, one after the other."""

from __future__ import annotations

import asyncio

import pytest

from assistant.launcher.production import ProductionSet
from tests.production.together import Duplicates, Pairs, send_pairs, send_twice

pytestmark = pytest.mark.served


def test_pairs_in_one_conversation_run_one_after_the_other(production: ProductionSet) -> None:
    servers = [server.url for server in production.rasa]
    done = asyncio.run(send_pairs(servers, production.postgresql.url, 20))
    assert done == Pairs(turns=40, answered=40, stored=40, overlaps=0)


def test_a_duplicate_has_one_effect_and_the_same_reply(production: ProductionSet) -> None:
    servers = [server.url for server in production.rasa]
    done = asyncio.run(send_twice(servers, production.postgresql.url, 20, None))
    assert done == Duplicates(messages=20, same=20, once=20)
