"""Twenty conversations through web, SMS, WhatsApp and Chatwoot: the same topics everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from assistant.channels.messaging.pseudonyms import Pseudonyms
from assistant.launcher.servers import Assistant
from assistant.settings import Settings
from tests.channels.messaging.chatwoot_service import Chat
from tests.channels.messaging.idle import rows
from tests.channels.messaging.twilio_service import Phone, TwilioService
from tests.patient import Patient

pytestmark = pytest.mark.served

CONVERSATIONS = [
    ["what is sclerotherapy?"],
    ["how does it work?", "and how long do the results last?"],
    ["does it hurt?", "how many sessions will I need?"],
    ["hello", "what happens on the day?"],
    ["what are the side effects?", "and how long do they last?"],
    ["is it safe?"],
    ["when can I exercise again?"],
    ["what should I do afterwards?"],
    ["how much does it cost?"],
    ["does my insurance pay for it?"],
    ["which veins can be treated?"],
    ["am I suitable?", "yes", "how they look"],
    ["am I suitable?", "does it hurt?"],
    ["when will I see results?", "thanks"],
    ["are you a real person?"],
    ["can I talk to a person?"],
    ["how long does a session take?", "what are the benefits?"],
    ["asdf qwer"],
    ["I had a blood clot in my leg once, is it for me?"],
    ["tell me a joke"],
]


@pytest.mark.parametrize("texts", CONVERSATIONS, ids=lambda texts: texts[0])
def test_a_conversation_has_the_same_topics_everywhere(
    messaging: Assistant,
    twilio: TwilioService,
    new_chat: Callable[[str], Chat],
    number: str,
    texts: list[str],
) -> None:
    pseudonyms = Pseudonyms(Settings.from_environment(messaging.environment))
    with Patient(messaging.url) as patient:
        on_the_web = [topic for text in texts for topic in patient.writes(text).topics]
    found = {}
    for messenger, prefix in (("sms", ""), ("whatsapp", "whatsapp:")):
        phone = Phone(twilio, messaging, number, prefix)
        for text in texts:
            phone.asks(text)
        found[messenger] = _topics(messaging, pseudonyms.conversation(messenger, number))
    chat = new_chat("Channel::WebWidget")
    for text in texts:
        chat.asks(text)
    found["chatwoot"] = _topics(messaging, f"cw-1-{chat.number}")
    assert found == dict.fromkeys(found, on_the_web)


def _topics(assistant: Assistant, conversation: str) -> list[str]:
    query = (
        "SELECT data FROM conversation_events WHERE type = 'bot' AND sender_id = "
        f"'{conversation}' ORDER BY sequence"
    )
    events = [json.loads(data) for (data,) in rows(assistant, query)]
    return [
        topic
        for event in events
        for topic in (event["metadata"].get("metadata") or {}).get("topics") or ()
    ]
