"""Whatever breaks under load: an answer or an honest line, and nothing acknowledged is lost.

One short trial of each; `make production-test` makes ten long ones.
"""

from __future__ import annotations

import asyncio

import pytest

from assistant.launcher.production import ProductionSet
from tests.production.faults import FAULTS, PARTS, try_fault

pytestmark = [pytest.mark.served, pytest.mark.long]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("part", PARTS)
def test_a_fault_costs_no_answer_and_no_turn(
    production: ProductionSet, part: str, fault: str
) -> None:
    trial = asyncio.run(try_fault(production, part, fault, seconds=1.5, settle=1.0, visitors=4))
    assert trial.answered > 0
    assert trial.silent == ()
    assert trial.wrong == ()
    assert trial.lost == ()
