"""The assistant with all messengers switched on, each a stand-in that listens on this machine."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from assistant.launcher.servers import Assistant, running_assistant
from tests.channels.messaging import chatwoot_service, twilio_service
from tests.channels.messaging.chatwoot_service import Chat, ChatwootService
from tests.channels.messaging.clinic import Clinic
from tests.channels.messaging.twilio_service import Phone, TwilioService
from tests.conftest import UNLIMITED
from tests.services import Service, postgresql

__all__ = ["postgresql"]

_numbers = itertools.count(2125550200)


@pytest.fixture(scope="session")
def twilio() -> Iterator[TwilioService]:
    """Twilio."""
    with TwilioService() as service:
        yield service


@pytest.fixture(scope="session")
def chatwoot() -> Iterator[ChatwootService]:
    """Chatwoot."""
    with ChatwootService() as service:
        yield service


@pytest.fixture(scope="session")
def clinic_office() -> Iterator[Clinic]:
    """Who is told of call-back requests: a webhook that fails twice, and a mail server."""
    with Clinic() as office:
        yield office


@pytest.fixture(scope="session")
def messaging(
    twilio: TwilioService, chatwoot: ChatwootService, clinic_office: Clinic
) -> Iterator[Assistant]:
    """The whole assistant with every messenger."""
    environment = {
        **UNLIMITED,
        **twilio_service.ENVIRONMENT,
        **chatwoot_service.ENVIRONMENT,
        **clinic_office.environment,
        "TWILIO_API_URL": twilio.url,
        "CHATWOOT_URL": chatwoot.url,
        "TEXTS_PER_HOUR": "0",
        "HANDOFF_ALERT_MINUTES": "0.05",
        # Hundreds of texts at once on a busy machine; what a late store does, `strict` shows.
        "STORE_DEADLINE_SECONDS": "10",
    }
    with running_assistant(environment=environment) as running:
        yield running


@pytest.fixture(scope="session")
def strict(
    postgresql: Service, twilio: TwilioService, chatwoot: ChatwootService, clinic_office: Clinic
) -> Iterator[Assistant]:
    """The same on PostgreSQL, with tight limits and all logs; tests may stop its action server."""
    environment = {
        **UNLIMITED,
        **twilio_service.ENVIRONMENT,
        **chatwoot_service.ENVIRONMENT,
        **clinic_office.environment,
        "DATABASE_URL": postgresql.url,
        "TWILIO_API_URL": twilio.url,
        "CHATWOOT_URL": chatwoot.url,
        "TEXTS_PER_HOUR": "4",
        "SEGMENTS_PER_DAY": "60",
        "HANDOFF_RETURN_HOURS": "0.002",
        "LOG_LEVEL": "DEBUG",
        "LOG_LEVEL_LIBRARIES": "DEBUG",
    }
    with running_assistant(environment=environment) as running:
        yield running


@pytest.fixture
def strict_phone(strict: Assistant, twilio: TwilioService, number: str) -> Phone:
    """Somebody who texts the strict assistant for the first time."""
    return Phone(twilio, strict, number)


@pytest.fixture
def strict_chat(strict: Assistant, chatwoot: ChatwootService) -> Chat:
    """Somebody who writes to the strict assistant in the inbox's own chat."""
    return Chat(chatwoot, strict)


@pytest.fixture
def number() -> str:
    """A phone number that nobody has used."""
    return f"+1{next(_numbers)}"


@pytest.fixture
def phone(messaging: Assistant, twilio: TwilioService, number: str) -> Phone:
    """Somebody who texts for the first time."""
    return Phone(twilio, messaging, number)


@pytest.fixture
def whatsapp(messaging: Assistant, twilio: TwilioService, number: str) -> Phone:
    """Somebody who writes by WhatsApp for the first time."""
    return Phone(twilio, messaging, number, "whatsapp:")


@pytest.fixture
def chat(messaging: Assistant, chatwoot: ChatwootService) -> Chat:
    """Somebody who writes in the inbox's own chat."""
    return Chat(chatwoot, messaging)


@pytest.fixture
def new_chat(messaging: Assistant, chatwoot: ChatwootService) -> Callable[[str], Chat]:
    """Makes conversations of any of Chatwoot's channels."""
    return lambda channel: Chat(chatwoot, messaging, channel)
