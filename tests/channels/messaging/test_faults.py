"""Emergencies are answered in every fault, and no log tells what a patient wrote.

The store of the first assistant is locked, that of the strict one hangs, and its action server is
stopped; it logs at DEBUG.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import uuid
from collections.abc import Iterator

import httpx
import pytest

from assistant.launcher.servers import Assistant
from tests.channels.messaging.chatwoot_service import Chat
from tests.channels.messaging.http_server import wait_until
from tests.channels.messaging.idle import rows
from tests.channels.messaging.twilio_service import Phone, TwilioService
from tests.services import Service

pytestmark = pytest.mark.served

_EMERGENCY = "I can't breathe and my throat is swelling up"
_CANARIES = ("zebrafish", "5550188", "quokka@mail.example.com", "1984-02-29")
_CANARY = "I'm Zebrafish, 555-0188 or 5550188, quokka@mail.example.com, born 1984-02-29, "


@contextlib.contextmanager
def _locked(assistant: Assistant) -> Iterator[None]:
    """Nobody can write the store while the block lasts."""
    lock = sqlite3.connect(assistant.workdir / "conversations.db")
    lock.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        lock.rollback()
        lock.close()


def _recorded(assistant: Assistant, words: str) -> bool:
    query = "SELECT data FROM conversation_events WHERE type = 'user'"
    return any(words in (json.loads(data)["text"] or "") for (data,) in rows(assistant, query))


def test_with_the_store_locked_an_emergency_is_answered_at_once_and_recorded_later(
    messaging: Assistant, phone: Phone, chat: Chat
) -> None:
    by_text, by_chat = uuid.uuid4().hex, uuid.uuid4().hex
    event = chat.message(f"{_EMERGENCY} {by_chat}")
    with _locked(messaging):
        assert "<Message>Call 911 now" in phone.texts(f"{_EMERGENCY} {by_text}").text
        assert chat.send(event).status_code == 200
        assert len(chat.said) == 1
    assert wait_until(lambda: _recorded(messaging, by_text), 120)
    assert wait_until(lambda: _recorded(messaging, by_chat), 120)
    assert not phone.hears()
    assert chat.hears().count("Call 911 now") == 1


def test_with_the_store_locked_everything_else_gets_an_honest_answer(
    messaging: Assistant, phone: Phone, chat: Chat
) -> None:
    form = {"name": "Jo", "phone": "(212) 555-0177", "best_time": "any", "consent": True}
    with _locked(messaging):
        assert "(212) 555-0142" in phone.texts("does it hurt?").text
        assert phone.texts("STOP").status_code == 503  # who wants nothing is told nothing
        assert chat.send(chat.message("does it hurt?")).status_code == 500  # it comes again
        refused = httpx.post(f"{messaging.url}/webhooks/web/callback", json=form, timeout=60)
        assert refused.status_code == 503
        assert "(212) 555-0142" in refused.json()["error"]["message"]
    assert not chat.said


def test_a_store_that_hangs_keeps_no_emergency_waiting(
    strict_phone: Phone, strict_chat: Chat, postgresql: Service
) -> None:
    with postgresql.hanging():
        assert "<Message>Call 911 now" in strict_phone.texts(_CANARY + _EMERGENCY).text
        event = strict_chat.message(_CANARY + _EMERGENCY)
        assert strict_chat.send(event).status_code == 200
        assert strict_chat.said[0].startswith("Call 911 now")
        assert "(212) 555-0142" in strict_phone.texts(_CANARY + "does it hurt?").text


def test_without_the_action_server_emergencies_are_answered(
    strict: Assistant, strict_phone: Phone, strict_chat: Chat
) -> None:
    strict_phone.asks("am I suitable?")
    strict_chat.asks("am I suitable?")
    strict.stop_actions()
    try:
        assert "can't do that right now" in strict_phone.asks(_CANARY + "yes")
        assert strict_phone.asks(_CANARY + _EMERGENCY).startswith("Call 911 now")
        assert strict_chat.asks(_CANARY + _EMERGENCY).startswith("Call 911 now")
    finally:
        strict.start_actions()
        strict.wait_until_ready()


def test_no_log_tells_what_patients_wrote_at_any_level_and_in_no_fault(
    strict: Assistant,
    strict_phone: Phone,
    strict_chat: Chat,
    twilio: TwilioService,
) -> None:
    def fail(number: int, form: dict[str, str]) -> tuple[int, str, bytes] | None:
        return None if number % 2 else (500, "text/plain", form["To"].encode())

    strict_chat.asks(_CANARY + "does it hurt?")
    strict_chat.asks(_CANARY + "can I talk to a real person?")
    strict_chat.writes("", content={"text": _CANARY})
    twilio.fail = fail
    try:
        strict_phone.asks("I want to talk to a person")
        strict_phone.asks("1")
        strict_phone.asks("Zebrafish Meyer")
        strict_phone.asks("(212) 555-0188")
    finally:
        twilio.fail = lambda number, form: None
    for name in ("rasa.log", "actions.log"):
        log = (strict.workdir / name).read_text(errors="replace").lower()
        for canary in (*_CANARIES, strict_phone.address.lstrip("+")):
            assert canary not in log, f"{canary} in {name}"
    assert "debug" in (strict.workdir / "rasa.log").read_text(errors="replace").lower()
