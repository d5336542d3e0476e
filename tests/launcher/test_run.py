"""`make run`: starts everything, says where it answers, stops everything."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assistant.launcher.model import NoFittingModel, fitting_model
from assistant.launcher.servers import StartFailed, free_port, running_assistant
from assistant.settings import PROJECT, Settings
from tests.patient import Patient


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Free ports and a store of its own."""
    return {
        **os.environ,
        "PORT": str(free_port()),
        "ACTION_PORT": str(free_port()),
        "DATABASE_URL": f"sqlite:///{tmp_path}/conversations.db",
        "TOKEN_SECRET_FILE": str(tmp_path / "token_secret"),
    }


@pytest.fixture
def started(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The command, running."""
    command = [sys.executable, "-m", "assistant.launcher.run"]
    process = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.wait()


def _is_free(port: str) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", int(port))) != 0


def test_it_says_where_it_answers_and_sigterm_stops_both_servers(
    started: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    assert started.stdout is not None
    printed = []
    for line in started.stdout:
        printed.append(line)
        if "make shell" in line:
            break
    address = f"http://127.0.0.1:{environment['PORT']}"
    assert any(address in line for line in printed), printed
    with Patient(address) as patient:
        assert patient.writes("does it hurt").topics == ["pain"]
    started.send_signal(signal.SIGTERM)
    assert started.wait(40) == 0
    assert _is_free(environment["PORT"])
    assert _is_free(environment["ACTION_PORT"])


def test_a_taken_port_gives_one_clear_line(environment: dict[str, str]) -> None:
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", int(environment["PORT"])))
        occupant.listen()
        ended = subprocess.run(
            [sys.executable, "-m", "assistant.launcher.run"],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
        )
    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        f"Port {environment['PORT']} is taken: stop what uses it, or set PORT."
    )


def test_one_port_for_both_servers_gives_one_clear_line(environment: dict[str, str]) -> None:
    port = environment["ACTION_PORT"]
    ended = subprocess.run(
        [sys.executable, "-m", "assistant.launcher.run"],
        cwd=PROJECT,
        env={**environment, "PORT": port},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines() == [
        f"PORT and ACTION_PORT are both {port}: set another for one."
    ]


def test_a_wrong_setting_gives_one_clear_line(environment: dict[str, str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "assistant.launcher.run"],
        cwd=PROJECT,
        env={**environment, "PORT": "http"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines() == [
        "PORT must be a whole number from 1 to 65535; it is 'http'"
    ]


def test_a_model_file_that_was_changed_is_not_loaded(tmp_path: Path) -> None:
    model = fitting_model(Settings.from_environment())
    copied = tmp_path / "models"
    copied.mkdir()
    (copied / "trained.json").write_bytes((model.parent / "trained.json").read_bytes())
    (copied / model.name).write_bytes(model.read_bytes() + b"x")
    with pytest.raises(NoFittingModel, match="not as it was trained: make train"):
        fitting_model(Settings(models=copied))


def test_a_broken_model_is_not_ready_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"this is no archive")
    monkeypatch.setattr("assistant.launcher.servers.fitting_model", lambda settings: broken)
    with (
        pytest.raises(StartFailed, match="no model is loaded"),
        running_assistant(tmp_path / "run"),
    ):
        pass


def test_an_unready_server_answers_with_an_honest_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"this is no archive")
    monkeypatch.setattr("assistant.launcher.servers.fitting_model", lambda settings: broken)
    monkeypatch.setattr(
        "assistant.launcher.servers.Assistant.wait_until_ready", _wait_until_it_listens
    )
    with running_assistant(tmp_path / "run") as assistant, Patient(assistant.url) as patient:
        assert patient.writes("does it hurt").kinds == ["unavailable"]
        assert patient.writes("I can't breathe").kinds == ["emergency"]


def _wait_until_it_listens(assistant: object) -> None:
    transport = httpx.HTTPTransport(retries=100)
    with httpx.Client(transport=transport, timeout=60) as client:
        for _ in range(600):
            try:
                client.get(f"{assistant.url}/health/live")  # type: ignore[attr-defined]
            except httpx.TransportError:
                continue
            return
