"""Short forms of the loads; `make production-test` runs the long ones and prints the figures."""

from __future__ import annotations

import asyncio

import pytest

from assistant.launcher.production import ProductionSet
from tests.production.faults import wait_until_well
from tests.production.fuzz import throw
from tests.production.load import ask_ours, memory, talk_for, throughput
from tests.production.oracle import complaints

pytestmark = [pytest.mark.served, pytest.mark.long]


def test_under_load_every_message_is_answered_and_stored(production: ProductionSet) -> None:
    wait_until_well(production)
    rate, journal = asyncio.run(talk_for(production.url, visitors=20, seconds=5))
    assert rate.failed == 0
    assert journal.wrong == []
    assert complaints(production.postgresql.url, journal) == []


def test_the_throughput_s_measure_counts_no_failure(production: ProductionSet) -> None:
    rate = asyncio.run(throughput(ask_ours, [production.url], 3))
    assert rate.failed == 0
    assert rate.per_second > 0


def test_odd_bodies_get_no_server_error_and_end_no_server(production: ProductionSet) -> None:
    before = [server.process.pid for server in production.rasa if server.process]
    thrown = throw(production.url, 40)
    assert thrown.fewest >= 40
    assert thrown.genuine > 0
    assert [server.process.pid for server in production.rasa if server.process] == before
    assert memory(before) > 0
