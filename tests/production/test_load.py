"""Short forms of the loads; `make production-test` runs the long ones and prints the figures.

Stock Rasa, which the long form is held against, would have to be trained and started first: that
takes minutes and is left to it.
"""

from __future__ import annotations

import asyncio

import pytest

from assistant.launcher.production import ProductionSet
from assistant.launcher.servers import Assistant
from tests.production.faults import processes, wait_until_well
from tests.production.fuzz import throw
from tests.production.load import ask_ours, memory, talk_for, throughput
from tests.production.oracle import complaints

pytestmark = pytest.mark.served

_MOST_GROWTH = 1.05  # as in the long form; 1870 MiB had become 1871


def test_under_load_every_message_is_answered_and_stored(production: ProductionSet) -> None:
    wait_until_well(production)
    _load(production.url, production.postgresql.url)


def test_so_it_is_embedded(assistant: Assistant) -> None:
    _load(assistant.url, assistant.environment["DATABASE_URL"])


def test_half_a_minute_under_load_takes_no_more_and_more_memory(production: ProductionSet) -> None:
    wait_until_well(production)
    pids = [each.process.pid for each in (*production.rasa, *production.actions) if each.process]
    _load(production.url, production.postgresql.url)  # connections, caches
    before = memory(pids)
    _load(production.url, production.postgresql.url, seconds=30, pause=0.5)
    after = memory(pids)
    print(f"{before:.0f} -> {after:.0f} MiB")
    assert after < _MOST_GROWTH * before


@pytest.mark.long
def test_the_throughput_s_measure_counts_no_failure(production: ProductionSet) -> None:
    rate = asyncio.run(throughput(ask_ours, [production.url], 3))
    assert rate.failed == 0
    assert rate.per_second > 0


def test_odd_bodies_get_no_server_error_and_end_no_server(production: ProductionSet) -> None:
    before = processes(production)
    thrown = throw(production.url, 24)
    assert thrown.fewest >= 24
    assert thrown.genuine > 0
    assert processes(production) == before


def _load(url: str, database_url: str, seconds: float = 3.0, pause: float = 0.0) -> None:
    rate, journal = asyncio.run(talk_for(url, visitors=8, seconds=seconds, pause=pause))
    print(rate)
    assert rate.failed == 0
    assert journal.wrong == []
    assert complaints(database_url, journal) == []
