"""The action server as the launcher starts it, and conversations against it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import settings

from assistant.settings import PROJECT

if TYPE_CHECKING:  # Rasa takes seconds to load, and most tests here need nothing of it.
    from rasa.shared.core.domain import Domain

    from assistant.dialogue.clinic_nlg import ClinicNLG
    from tests.actions.screening_conversation import ScreeningConversation

# A slow machine is no failure.
settings.register_profile("without_deadline", deadline=None)
settings.load_profile("without_deadline")


@pytest.fixture(scope="session")
def action_server() -> Iterator[str]:
    """Address of a running action server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "assistant.launcher.action_server", str(port)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL) as server:
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}/health", server)
            yield f"http://127.0.0.1:{port}/webhook"
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def domain() -> Domain:
    """The assistant's domain."""
    from rasa.shared.core.domain import Domain

    return Domain.load(PROJECT / "domain.yml")


@pytest.fixture(scope="session")
def nlg(domain: Domain) -> ClinicNLG:
    """The assistant's wording."""
    from assistant.dialogue.clinic_nlg import ClinicNLG

    return ClinicNLG(None, domain)


@pytest.fixture
def screening(action_server: str, domain: Domain, nlg: ClinicNLG) -> ScreeningConversation:
    """A new conversation."""
    from tests.actions.screening_conversation import ScreeningConversation

    return ScreeningConversation(action_server, domain, nlg)


def _wait_until_ready(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(address).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"the action server didn't start (exit code {server.poll()})")
