"""Answers while no model is loaded, on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.channels.chatwoot import ChatwootMessenger
from assistant.channels.messaging import contacts, inbox, outbox
from assistant.channels.messaging import schema as tables
from assistant.channels.messaging.desk import Desk
from assistant.channels.messaging.inbox import Received
from assistant.settings import Settings
from assistant.stores.database import Database
from assistant.stores.errors import StoreUnavailable

_EMERGENCY = "I can't breathe and my throat is swelling up"


class _Reception:
    """Takes messages in and has them answered."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder}/messages.db", 30.0)
        messengers = {"chatwoot": ChatwootMessenger("http://127.0.0.1:9", "token")}
        settings = Settings.from_environment({"TOKEN_SECRET": "x" * 32})
        self.desk = Desk(settings, self.database, messengers)

    def run(self, work: Any) -> Any:
        return asyncio.run(self.database.run(work))

    def takes(self, text: str, message_id: str = "1", channel: str = "Channel::Sms") -> Received:
        address = {"account": 1, "conversation": 1, "channel": channel}
        self.run(lambda c: contacts.meet(c, "cw-1-1", "chatwoot", address))
        message = Received("chatwoot", message_id, "cw-1-1", message_id, {"text": text})
        self.run(lambda c: inbox.put(c, message))
        taken = self.run(inbox.take)
        assert isinstance(taken, Received)
        return taken

    def answers(self, message: Received) -> list[str]:
        asyncio.run(self.desk.answer(message, None, _never))
        return self.waiting()

    def waiting(self) -> list[str]:
        kept = self.run(lambda c: c.execute(tables.outbox.select()).all())
        return [row.content for row in kept if row.content]


async def _never(message: Any) -> None:
    raise AssertionError("there is no model to ask")


@pytest.fixture
def reception(tmp_path: Path) -> Iterator[_Reception]:
    """The desk without a model."""
    made = _Reception(tmp_path)
    yield made
    made.database.close()


def test_without_a_model_an_emergency_is_answered(reception: _Reception) -> None:
    assert "Call 911 now" in reception.answers(reception.takes(_EMERGENCY))[0]


def test_without_a_model_everything_else_waits_for_it(reception: _Reception) -> None:
    message = reception.takes("does it hurt?")
    with pytest.raises(StoreUnavailable):
        reception.answers(message)
    assert reception.waiting() == []


def test_without_a_model_a_wish_to_stop_counts(reception: _Reception) -> None:
    reception.answers(reception.takes("STOP"))
    assert reception.run(lambda c: contacts.get(c, "cw-1-1")).opted_out
    assert reception.answers(reception.takes("does it hurt?", "2")) == []


def test_after_too_many_tries_there_is_an_apology_or_the_emergency_line(
    reception: _Reception,
) -> None:
    asyncio.run(reception.desk.apologise(reception.takes("does it hurt?")))
    assert "(212) 555-0142" in reception.waiting()[-1]
    asyncio.run(reception.desk.apologise(reception.takes(_EMERGENCY, "2")))
    assert "Call 911 now" in reception.waiting()[-1]


def test_an_apology_is_kept_from_who_has_a_person_or_has_opted_out(reception: _Reception) -> None:
    held = reception.takes("does it hurt?")
    reception.run(lambda c: contacts.change(c, "cw-1-1", held=True))
    asyncio.run(reception.desk.apologise(held))
    stopped = reception.takes(_EMERGENCY, "2")
    reception.run(lambda c: contacts.change(c, "cw-1-1", opted_out=True))
    asyncio.run(reception.desk.apologise(stopped))
    assert reception.waiting() == []


def test_what_goes_to_a_person_is_not_sent_as_an_answer_too(reception: _Reception) -> None:
    reception.takes("does it hurt?")
    reception.run(lambda c: outbox.put(c, "k", "chatwoot", "cw-1-1", [outbox.Draft({"text": "x"})]))
    reception.run(lambda c: outbox.drop_waiting(c, "cw-1-1", "person"))
    assert reception.waiting() == []
