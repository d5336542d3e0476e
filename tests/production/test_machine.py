"""The machine itself misbehaves: the disk is full, the clock is set back."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from assistant.launcher.servers import Assistant, running_assistant
from tests.conftest import UNLIMITED
from tests.patient import Patient
from tests.production.oracle import complaints
from tests.production.visitors import Journal, Visitor, http_session

pytestmark = pytest.mark.served

_FAKE_CLOCK = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
_DISK_MEGABYTES = 24


@pytest.fixture(scope="module")
def small_machine() -> Iterator[Assistant]:
    """The assistant with SQLite on a small disk of its own and a clock that can be set."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    if not _FAKE_CLOCK.exists():
        pytest.skip("the package faketime isn't installed")
    with tempfile.TemporaryDirectory(prefix="machine-") as name:
        size = f"size={_DISK_MEGABYTES}m"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", name], check=True)
        try:
            clock = Path(name) / "clock"
            clock.write_text("+0s")
            environment = {
                **UNLIMITED,
                "LD_PRELOAD": str(_FAKE_CLOCK),
                "FAKETIME_TIMESTAMP_FILE": str(clock),
                "FAKETIME_NO_CACHE": "1",
                "DONT_FAKE_MONOTONIC": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
            with running_assistant(Path(name), environment) as running:
                yield running
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


def test_a_clock_set_back_by_a_minute_loses_no_turn(small_machine: Assistant) -> None:
    journal = Journal()

    async def talk() -> None:
        async with http_session() as http:
            visitor = Visitor(http, small_machine.url, journal)
            await visitor.is_screened(random.Random(1))
            (small_machine.workdir / "clock").write_text("-60s")
            await visitor.writes("does it hurt?")
            await visitor.is_screened(random.Random(2))

    asyncio.run(talk())
    assert journal.silent == []
    assert journal.wrong == []
    assert journal.honest == 0
    assert complaints(small_machine.environment["DATABASE_URL"], journal) == []


def test_a_full_disk_refuses_turns_is_not_ready_and_is_over_when_there_is_room(
    small_machine: Assistant,
) -> None:
    with Patient(small_machine.url) as patient:
        assert patient.writes("am i a candidate").is_asked == "small_visible_veins"
        filler = small_machine.workdir / "filler"
        try:
            _fill(filler)
            assert patient.writes("yes").kinds == ["unavailable"]
            assert patient.writes("I can't breathe").kinds == ["emergency"]
            answer = requests.get(f"{small_machine.url}/health/ready", timeout=10)
            assert answer.status_code == 503
            assert answer.json()["checks"]["store"] == "the conversations' store is unavailable"
        finally:
            filler.unlink()
        small_machine.wait_until_ready()
        asyncio.run(asyncio.sleep(2.0))  # until the emergency is stored as well
        assert patient.writes("does it hurt?").topics[0] == "pain"


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as handle:
        while True:
            try:
                handle.write(b"\0" * 4096)
            except OSError:
                return
