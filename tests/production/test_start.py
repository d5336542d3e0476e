"""What isn't there, or isn't fit, when a server starts: it says so, and nobody gets silence."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from assistant.launcher.production import ProductionSet
from assistant.launcher.servers import Assistant, free_port, prepare
from assistant.settings import PROJECT
from tests.conftest import UNLIMITED
from tests.patient import Patient

pytestmark = pytest.mark.served


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the user `postgres` may enter, unlike pytest's."""
    with tempfile.TemporaryDirectory(prefix="start-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def _readiness(url: str, seconds: float = 240.0) -> tuple[int, dict[str, Any]]:
    """What a server says of itself as soon as it says anything."""
    end = time.monotonic() + seconds
    while True:
        try:
            answer = requests.get(f"{url}/health/ready", timeout=10)
            return answer.status_code, answer.json()["checks"]
        except (requests.RequestException, ValueError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def _readiness_when(url: str, check: str, seconds: float = 60.0) -> tuple[int, dict[str, Any]]:
    """What it says once a check is well, or when it has had the time for that."""
    end = time.monotonic() + seconds
    status, checks = _readiness(url)
    while checks[check] != "ok" and time.monotonic() < end:
        time.sleep(0.2)
        status, checks = _readiness(url)
    return status, checks


def test_a_broken_model_is_not_ready_and_every_message_gets_an_honest_line(folder: Path) -> None:
    model = folder / "broken.tar.gz"
    model.write_bytes(b"no archive")
    action_port = free_port()
    environment = prepare(folder, action_port, UNLIMITED)
    server = Assistant(f"http://127.0.0.1:{free_port()}", folder, action_port, environment)
    server.start_rasa(model)
    try:
        assert _readiness(server.url) == (503, {"model": "no model is loaded"})
        assert requests.get(f"{server.url}/health/live", timeout=10).status_code == 200
        with Patient(server.url) as patient:
            assert patient.writes("does it hurt?").kinds == ["unavailable"]
            assert patient.writes("I can't breathe").kinds == ["emergency"]
    finally:
        server.stop()


def test_stores_that_are_down_at_the_start_are_named_and_found_when_they_come(
    folder: Path,
) -> None:
    production = ProductionSet(folder, UNLIMITED, rasa_servers=1, action_servers=1)
    try:
        for service in (*production.actions, *production.rasa):
            service.launch()
        production.nginx.start()
        production.actions[0].wait()
        status, checks = _readiness(production.rasa[0].url)
        assert status == 503
        assert checks["model"] == checks["actions"] == "ok"
        assert checks["store"] == "the conversations' store is unavailable"
        assert checks["locks"] == "the conversations' locks are unavailable"
        with Patient(production.url) as patient:
            assert patient.writes("does it hurt?").kinds == ["unavailable"]
            assert patient.writes("I can't breathe").kinds == ["emergency"]
            production.postgresql.start()
            status, checks = _readiness_when(production.rasa[0].url, "store")
            assert (status, checks["store"]) == (503, "ok")
            production.redis.start()
            assert _readiness_when(production.rasa[0].url, "locks")[0] == 200
            assert patient.writes("does it hurt?").topics == ["pain"]
    finally:
        production.stop()


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({}, "TOKEN_SECRET must be set when ENVIRONMENT=production"),
        ({"TOKEN_SECRET": "x" * 40}, "clinic.yml: fictional: expected the data of your own clinic"),
    ],
)
def test_production_refuses_what_is_only_fit_for_trying_out(
    settings: dict[str, str], complaint: str
) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "TOKEN_SECRET"}
    for program in ("serve", "production"):
        refused = subprocess.run(
            [sys.executable, "-m", f"assistant.launcher.{program}"],
            cwd=PROJECT,
            env={**environment, "ENVIRONMENT": "production", **settings},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert refused.returncode == 1
        assert complaint in refused.stderr
