"""Fixtures shared by all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.launcher.servers import Assistant, running_assistant
from tests.channels.messaging.clinic import Clinic
from tests.patient import Patient

# Tests ask faster than people do.
UNLIMITED = {"MESSAGES_PER_MINUTE": "0", "ADDRESS_MESSAGES_PER_MINUTE": "0"}


@pytest.fixture(scope="session")
def assistant() -> Iterator[Assistant]:
    """The whole assistant, with rate limits lifted; tests must not stop its servers."""
    with running_assistant(environment=UNLIMITED) as running:
        yield running


@pytest.fixture(scope="session")
def office() -> Iterator[Assistant]:
    """An assistant that can tell the clinic of call-back requests."""
    with (
        Clinic() as clinic,
        running_assistant(environment={**UNLIMITED, **clinic.webhook}) as running,
    ):
        yield running


@pytest.fixture
def patient(assistant: Assistant) -> Iterator[Patient]:
    """Somebody who begins a new conversation on the website."""
    with Patient(assistant.url) as somebody:
        yield somebody
