"""What the report tells of messengers, after real conversations by each of them."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from assistant.launcher.servers import Assistant
from tests.channels.messaging.chatwoot_service import Chat
from tests.channels.messaging.twilio_service import Phone
from tests.staff.reported import reported

pytestmark = pytest.mark.served

_FORM = {"name": "Jo Meyer", "phone": "(212) 555-0177", "best_time": "any", "consent": True}


def test_each_messenger_is_counted_by_itself(
    messaging: Assistant, phone: Phone, whatsapp: Phone, new_chat: Callable[[str], Chat]
) -> None:
    before = reported(messaging)
    texted, chatted = new_chat("Channel::TwilioSms"), new_chat("Channel::WebWidget")
    for patient in (phone, whatsapp, texted, chatted):
        assert "burning" in patient.asks("does it hurt?")
    # Resolved, it goes on under another id.
    texted.status = "resolved"
    texted.status = "pending"
    texted.asks("is it safe?")
    grown = reported(messaging).messages_by_channel - before.messages_by_channel
    assert grown == {"sms": 1, "whatsapp": 1, "chatwoot_text": 2, "chatwoot": 1}


def test_handovers_are_counted_beside_requests(
    messaging: Assistant, phone: Phone, new_chat: Callable[[str], Chat]
) -> None:
    before = reported(messaging)
    phone.asks("I want to talk to a person")  # nobody is behind a text line
    waiting, taken, unasked = (new_chat("Channel::WebWidget") for _ in range(3))
    for chat in (waiting, taken):
        chat.asks("I want to talk to a person")
    for chat in (taken, unasked):
        chat.person_writes("Hello, this is the front desk")
    after = reported(messaging)
    assert (after.results - before.results)["asked_for_person"] == 3
    assert after.handovers - before.handovers == {"asked": 2, "taken": 1}
    assert after.handovers_taken - before.handovers_taken == {"asked": 1, "taken": 1}


def test_call_backs_asked_for_are_counted_by_channel(messaging: Assistant, whatsapp: Phone) -> None:
    before = reported(messaging)
    assert httpx.post(f"{messaging.url}/webhooks/web/callback", json=_FORM).status_code == 200
    whatsapp.asks("I want to talk to a person")
    for text in ("1", "Jo Meyer", "212-555-0177", "1", "1"):
        whatsapp.asks(text)
    assert reported(messaging).callbacks - before.callbacks == {"web": 1, "whatsapp": 1}
