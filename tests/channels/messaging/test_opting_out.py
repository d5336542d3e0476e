"""Who has opted out: from when on, and what is kept of them; on real databases, with no model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.channels import twilio as channel
from assistant.channels.chatwoot import ChatwootMessenger
from assistant.channels.messaging import contacts, inbox, outbox
from assistant.channels.messaging import schema as tables
from assistant.channels.messaging.hub import Messaging
from assistant.channels.messaging.inbox import Received
from assistant.channels.messaging.outbox import Draft
from assistant.settings import Settings
from assistant.staff.privacy import erasing
from assistant.staff.privacy.erasing import Person
from tests.channels.messaging import twilio_service
from tests.services import postgresql
from tests.stores.conftest import postgresql_url, sqlite_url, url

__all__ = ["postgresql", "postgresql_url", "sqlite_url", "url"]

_SMS = ("sms", {"phone": "+12125550177"})
_WHATSAPP = ("whatsapp", {"phone": "+12125550177"})
_TEXT_INBOX = ("chatwoot", {"account": 1, "conversation": 1, "channel": "Channel::Sms"})
_WEBSITE_INBOX = ("chatwoot", {"account": 1, "conversation": 1, "channel": "Channel::WebWidget"})
_CLINIC = {"CLINIC_WEBHOOK_URL": "http://127.0.0.1:9", "CLINIC_WEBHOOK_SECRET": "s"}
_DIALOGUE = {"asks": "phone", "misses": 0, "since": 1.0, "name": "Zebulon"}


class _Line:
    """Takes messages in, and has them answered one at a time."""

    def __init__(self, url: str) -> None:
        environment = {**twilio_service.ENVIRONMENT, **_CLINIC, "TOKEN_SECRET": "x" * 32}
        settings = Settings.from_environment(
            {**environment, "DATABASE_URL": url, "STORE_DEADLINE_SECONDS": "30"}
        )
        self.core = Messaging(settings)
        client = channel._client(settings.messaging)
        for kind in ("sms", "whatsapp"):
            number = twilio_service.SMS_NUMBER
            self.core.add(
                channel.TwilioMessenger(
                    kind, number, client, self.core.database, settings.messaging
                )
            )
        self.core.add(ChatwootMessenger("http://127.0.0.1:9", "token"))

    def run(self, work: Callable[[Connection], Any]) -> Any:
        return asyncio.run(self.core.database.run(work))

    def takes(self, text: str, message_id: str = "1", by: tuple[str, Any] = _SMS) -> None:
        messenger, address = by
        message = Received(messenger, message_id, "a", message_id, {"text": text})
        asyncio.run(self.core.receive(message, address))

    def answers(self) -> None:
        message = self.run(inbox.take)
        asyncio.run(self.core.desk.answer(message, None, _never))

    def waits(self, key: str = "k") -> None:
        draft = Draft({"text": "burning or stinging"}, segments=1)
        self.run(lambda c: outbox.put(c, key, "sms", "a", [draft]))

    @property
    def contact(self) -> Any:
        return self.run(lambda c: contacts.get(c, "a"))

    @property
    def states(self) -> list[str]:
        return self.run(lambda c: list(c.scalars(sa.select(tables.outbox.c.state))))


async def _never(message: Any) -> None:
    raise AssertionError("there is no model to ask")


@pytest.fixture
def line(url: str) -> Iterator[_Line]:
    """The core without workers."""
    made = _Line(url)
    yield made
    made.core.database.close()


@pytest.mark.parametrize("by", [_SMS, _WHATSAPP, _TEXT_INBOX])
def test_stop_counts_from_when_it_is_received_not_from_when_its_turn_has_come(
    line: _Line, by: tuple[str, Any]
) -> None:
    line.takes("does it hurt?", "1", by)
    line.waits()
    line.run(lambda c: contacts.change(c, "a", dialogue=_DIALOGUE))
    line.takes("Stop.", "2", by)
    assert line.contact.opted_out
    assert line.contact.dialogue is None
    assert line.states == ["failed"]


def test_stop_is_a_word_like_others_where_no_carrier_answers_it(line: _Line) -> None:
    line.takes("stop", by=_WEBSITE_INBOX)
    assert not line.contact.opted_out


def test_a_redelivered_stop_does_not_undo_a_later_start(line: _Line) -> None:
    line.takes("STOP", "1")
    line.answers()
    line.takes("START", "2")
    line.answers()
    line.takes("STOP", "1")
    assert not line.contact.opted_out


@pytest.mark.parametrize("first", ["START", "YES"])
def test_what_was_texted_before_stop_does_not_undo_it_when_its_turn_comes(
    line: _Line, first: str
) -> None:
    line.takes(first, "1")
    line.takes("STOP", "2")
    line.answers()
    assert line.contact.opted_out
    line.answers()
    assert line.contact.opted_out
    line.takes("START", "3")
    line.answers()
    assert not line.contact.opted_out


def test_who_was_erased_is_known_as_opted_out_only_and_can_come_back(line: _Line) -> None:
    line.takes("STOP", "1")
    line.answers()
    asyncio.run(erasing.erase(line.core.database, Person(("a",), _SMS[1]["phone"])))
    assert (line.contact.opted_out, line.contact.address) == (True, {})
    line.waits()
    taken = line.run(lambda c: outbox.take(c, ["sms"]))
    asyncio.run(line.core._send(taken))
    assert line.states == ["failed"]
    line.takes("I can't breathe and my throat is swelling up", "2")
    line.answers()
    assert line.contact.opted_out
    line.takes("START", "3")
    line.answers()
    assert (line.contact.opted_out, line.contact.address) == (False, _SMS[1])


@pytest.mark.parametrize("by", [_SMS, _WHATSAPP, _TEXT_INBOX])
def test_an_emergency_of_who_was_erased_tells_the_clinic_whom_to_reach(
    line: _Line, by: tuple[str, Any]
) -> None:
    line.takes("STOP", "1", by)
    line.answers()
    asyncio.run(erasing.erase(line.core.database, Person(("a",))))
    line.takes("I can't breathe and my throat is swelling up", "2", by)
    line.answers()
    told = line.run(lambda c: c.scalar(sa.select(tables.outbox.c.content)))
    reach = by[1].get("phone", "conversation a in the inbox")
    assert json.loads(told)["contact"] == reach
