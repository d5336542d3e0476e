"""How the long forms come to their verdicts, as far as that needs no servers."""

from __future__ import annotations

import asyncio
import subprocess

import pytest

from tests.production import __main__ as rows
from tests.production.load import Ask, Asked, ask_ours, ask_stock
from tests.production.visitors import http_session
from tests.services import free_port


@pytest.mark.parametrize(
    ("summary", "reached"),
    [
        ("2 passed in 3.10s", True),
        ("2 skipped in 0.10s", False),
        ("1 passed, 1 skipped in 0.10s", False),
        ("no tests ran in 0.10s", False),
    ],
)
def test_what_was_skipped_is_not_reached(
    monkeypatch: pytest.MonkeyPatch, summary: str, reached: bool
) -> None:
    done = subprocess.CompletedProcess([], 0, stdout=f"== {summary} ==")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert rows._pytest("test_machine.py", 1.0).reached is reached


@pytest.mark.parametrize("ask", [ask_ours, ask_stock])
def test_a_server_that_is_away_is_a_failed_message_and_no_failed_measurement(ask: Ask) -> None:
    async def once() -> Asked:
        async with http_session() as http:
            return await ask(http, f"http://127.0.0.1:{free_port()}", [])

    assert asyncio.run(once()) == Asked(processed=False, failed=True)


def test_each_fault_s_row_names_what_it_hits() -> None:
    tests = [row.test for row in rows.ROWS if row.name.startswith("faults-")]
    assert tests == [
        "faults of the action servers",
        "faults of Redis",
        "faults of PostgreSQL",
        "faults of one Rasa server",
    ]
