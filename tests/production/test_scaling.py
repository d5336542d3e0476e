"""What docs/scaling.md computes holds in a simulation, and the simulation agrees with theory."""

from __future__ import annotations

from statistics import mean

import pytest

from assistant.settings import PROJECT
from tests.production import scaling
from tests.production.scaling import MEASURED, needs, simulate
from tests.production.visitors import percentile


@pytest.mark.parametrize("busy", [0.3, 0.6, 0.8])
def test_one_server_waits_as_long_as_theory_says(busy: float) -> None:
    service, spread = 0.02, 0.5
    times = simulate(busy / service, 1, service, messages=60_000, spread=spread)
    # Pollaczek and Khinchine: mean wait of a queue with one server and arrivals by chance. People
    # who wait don't write meanwhile, so a little less arrives than by theory.
    waiting = busy * service * (1 + spread**2) / (2 * (1 - busy))
    assert mean(times) == pytest.approx(service + waiting, rel=0.1)


@pytest.mark.parametrize("rate", [10, 100, 1000])
def test_what_is_computed_answers_in_time(rate: int) -> None:
    servers = needs(rate).rasa_servers
    assert percentile(simulate(rate, servers, MEASURED.rasa), 0.95) < 6 * MEASURED.rasa


def test_half_of_what_is_computed_does_not() -> None:
    enough = needs(1000).rasa_servers
    few = percentile(simulate(1000, enough // 2, MEASURED.rasa, messages=60_000), 0.95)
    assert few > 4 * percentile(simulate(1000, enough, MEASURED.rasa), 0.95)


def test_one_server_may_fail_at_any_rate() -> None:
    assert needs(0.1).rasa_servers == 2


def test_the_document_shows_these_figures(capsys: pytest.CaptureFixture[str]) -> None:
    scaling.main()
    printed = capsys.readouterr().out
    document = (PROJECT / "docs" / "scaling.md").read_text()
    for line in printed.splitlines():
        assert line in document
