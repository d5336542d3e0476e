"""Starts and stops the servers that make up the assistant: Rasa's and the action server."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import requests
import yaml

from assistant.launcher.lean_rasa import LEAN_RASA
from assistant.launcher.model import fitting_model
from assistant.launcher.services import STOP_SECONDS
from assistant.launcher.services import StartFailed as StartFailed
from assistant.settings import PROJECT, Settings

_START_SECONDS = 300.0


@dataclass
class Assistant:
    """The running servers.

    Attributes:
        url: Address of the Rasa server.
        workdir: Where logs and the made-up endpoints lie.
        action_port: Port of the action server.
        environment: What the servers see of the environment.
    """

    url: str
    workdir: Path
    action_port: int
    environment: Mapping[str, str]
    rasa: subprocess.Popen[bytes] | None = None
    actions: subprocess.Popen[bytes] | None = None
    _logs: list[IO[bytes]] = field(default_factory=list)

    def start_actions(self) -> None:
        """Starts the action server."""
        command = ["-m", "assistant.launcher.action_server", str(self.action_port)]
        self.actions = self._start("actions", command)

    def stop_actions(self) -> None:
        """Stops the action server."""
        _stop(self.actions)

    def start_rasa(self, model: Path) -> None:
        """Starts the Rasa server.

        Args:
            model: The model's archive.
        """
        port = self.url.rsplit(":", 1)[1]
        settings = Settings.from_environment(self.environment)
        command = ["-m", LEAN_RASA, "run", "--port", port, "--interface", settings.interface]
        command += ["--model", str(model), "--endpoints", str(self.workdir / "endpoints.yml")]
        command += ["--credentials", str(PROJECT / "credentials.yml")]
        self.rasa = self._start("rasa", command)

    def stop_rasa(self) -> None:
        """Stops the Rasa server after the turns it is in."""
        _stop(self.rasa)

    def wait_until_ready(self) -> None:
        """Waits until the assistant can answer.

        Raises:
            StartFailed: A server ended, or can't answer after five minutes.
        """
        state = "nothing heard from it"
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            for name, process in (("rasa", self.rasa), ("actions", self.actions)):
                if process and process.poll() is not None:
                    raise StartFailed(f"The {name} server ended at once: {self._last_line(name)}")
            # Something else on the port may answer anything.
            with contextlib.suppress(requests.RequestException, ValueError, KeyError):
                answer = requests.get(f"{self.url}/health/ready", timeout=5)
                checks = answer.json()["checks"]
                state = "; ".join(text for text in checks.values() if text != "ok")
                if answer.status_code == 200:
                    return
                if "model" in checks and checks["model"] != "ok":
                    break
            time.sleep(0.2)
        raise StartFailed(f"The assistant can't answer: {state}. Logs: {self.workdir}")

    def stop(self) -> None:
        """Stops both servers."""
        self.stop_rasa()
        self.stop_actions()
        for log in self._logs:
            log.close()

    def _start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        log = (self.workdir / f"{name}.log").open("ab")
        self._logs.append(log)
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=PROJECT,
            env=dict(self.environment),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _last_line(self, name: str) -> str:
        lines = (self.workdir / f"{name}.log").read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it wrote no log"


@contextlib.contextmanager
def running_assistant(
    workdir: Path | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    port: int | None = None,
    action_port: int | None = None,
) -> Iterator[Assistant]:
    """Runs the assistant while the block lasts.

    Args:
        workdir: For logs and the store; a temporary folder where left out.
        environment: Settings beside those of this process.
        port: Port of the Rasa server; a free one where left out.
        action_port: Port of the action server; a free one where left out.

    Yields:
        The running assistant, ready to answer.

    Raises:
        StartFailed: A server doesn't come up.
        NoFittingModel: There is no model for the data.
    """
    with contextlib.ExitStack() as stack:
        if workdir is None:
            workdir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="assistant-")))
        action_port = action_port or free_port()
        seen = prepare(workdir, action_port, environment)
        model = fitting_model(Settings.from_environment(seen))
        assistant = Assistant(f"http://127.0.0.1:{port or free_port()}", workdir, action_port, seen)
        stack.callback(assistant.stop)
        assistant.start_actions()
        assistant.start_rasa(model)
        assistant.wait_until_ready()
        yield assistant


def prepare(
    workdir: Path, action_port: int, environment: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Makes a folder ready to run servers in.

    Args:
        workdir: Folder for logs, the store and the endpoints; made where missing.
        action_port: Port of the action server that the endpoints shall name.
        environment: Settings beside those of this process.

    Returns:
        The environment for the servers.
    """
    workdir.mkdir(parents=True, exist_ok=True)
    _write_endpoints(workdir, action_port)
    return {**os.environ, **quiet(), **_private_store(workdir), **(environment or {})}


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_taken(port: int) -> bool:
    """Returns whether somebody listens on the port of this machine already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def quiet() -> dict[str, str]:
    """Returns what keeps Rasa's libraries from chatting."""
    return {
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }


def _private_store(workdir: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{workdir}/conversations.db",
        "TOKEN_SECRET_FILE": str(workdir / "token_secret"),
    }


def _write_endpoints(workdir: Path, action_port: int) -> None:
    endpoints = yaml.safe_load((PROJECT / "endpoints.yml").read_text())
    endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{action_port}/webhook"
    (workdir / "endpoints.yml").write_text(yaml.safe_dump(endpoints))


def _stop(process: subprocess.Popen[bytes] | None) -> None:
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
