"""Whatever breaks under load: an answer or an honest line, and nothing acknowledged is lost.

One short trial of each; `make production-test` makes ten long ones.
"""

from __future__ import annotations

import asyncio

import pytest

from assistant.launcher.production import ProductionSet
from tests.production.faults import FAULTS, PARTS, Trial, try_fault, wait_until_well
from tests.production.together import Duplicates, send_twice

pytestmark = pytest.mark.served

_RASA = "Rasa server"
# A server that hangs holds its visitors for nginx's 25 s; a flap is several short hangs.
_BRIEF = [(part, fault) for part in PARTS if part != _RASA for fault in ("kill", "hang")]
_TRIALS = [
    pytest.param(part, fault, marks=() if (part, fault) in _BRIEF else pytest.mark.long)
    for part in PARTS
    for fault in FAULTS
]


@pytest.mark.parametrize(("part", "fault"), _TRIALS)
def test_a_fault_costs_no_answer_and_no_turn(
    production: ProductionSet, part: str, fault: str
) -> None:
    _assert_that_it_cost_nothing(_try(production, part, fault))


def test_a_killed_server_costs_nothing_and_knows_afterwards_what_it_answered_before(
    production: ProductionSet,
) -> None:
    trials = []

    def kill() -> None:
        trials.append(_try(production, _RASA, "kill"))
        wait_until_well(production)

    killed = production.rasa[0].url
    done = asyncio.run(send_twice([killed, killed], production.postgresql.url, 20, kill))
    assert done == Duplicates(messages=20, same=20, once=20)
    _assert_that_it_cost_nothing(*trials)


def _try(production: ProductionSet, part: str, fault: str) -> Trial:
    return asyncio.run(try_fault(production, part, fault, seconds=1.5, settle=1.0, visitors=4))


def _assert_that_it_cost_nothing(trial: Trial) -> None:
    assert trial.answered > 0
    assert trial.silent == ()
    assert trial.wrong == ()
    assert trial.lost == ()
