"""Misuse by text and in the inbox: nothing is filled, nothing dies, nothing is logged."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.channels.messaging.pseudonyms import Pseudonyms
from assistant.launcher.servers import Assistant
from assistant.settings import Settings
from tests.channels.messaging.chatwoot_service import Chat, ChatwootService
from tests.channels.messaging.idle import rows, wait_until_idle
from tests.channels.messaging.twilio_service import Phone, TwilioService
from tests.safety.misuse import all_misuse

pytestmark = pytest.mark.served

_TYPED = list(dict.fromkeys(all_misuse()))
_CRITERIA = {"small_visible_veins", "reason", "good_health", "dvt_history", "other_vascular"}
_A_CONVERSATION = 16  # inputs
_IN_THE_INPUTS = ("dvt_history", "alert(1)", "jndi", "drop table", "onerror=", "previous instr")


def test_no_misuse_fills_a_slot_or_goes_unanswered_or_leaves_a_trace(
    messaging: Assistant, twilio: TwilioService, chatwoot: ChatwootService
) -> None:
    _misuse(messaging, twilio, chatwoot, by_text=_TYPED[::4], in_the_inbox=_TYPED[2::4])


@pytest.mark.long
def test_no_misuse_of_all_does_so_on_either_channel(
    messaging: Assistant, twilio: TwilioService, chatwoot: ChatwootService
) -> None:
    assert len(_TYPED) >= 500
    _misuse(messaging, twilio, chatwoot, by_text=_TYPED, in_the_inbox=_TYPED)


def _misuse(
    assistant: Assistant,
    twilio: TwilioService,
    chatwoot: ChatwootService,
    by_text: list[str],
    in_the_inbox: list[str],
) -> None:
    phones = [
        (Phone(twilio, assistant, f"+12125552{number:03}"), part)
        for number, part in enumerate(_parts(by_text))
    ]
    chats = [(Chat(chatwoot, assistant), part) for part in _parts(in_the_inbox)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_text, phones))
        list(pool.map(_chat, chats))
    wait_until_idle(assistant)
    assert all(twilio.texts_to(phone.address) for phone, _ in phones)
    assert all(chat.said for chat, _ in chats)
    pseudonyms = Pseudonyms(Settings.from_environment(assistant.environment))
    senders = {pseudonyms.conversation("sms", phone.address) for phone, _ in phones}
    assert _filled(assistant, senders | {f"cw-1-{chat.number}" for chat, _ in chats}) == set()
    log = (assistant.workdir / "rasa.log").read_text(errors="replace").lower()
    assert [each for each in _IN_THE_INPUTS if each in log] == []
    assert "burning or stinging" in Phone(twilio, assistant, "+12125552999").asks("does it hurt?")


def _parts(typed: list[str]) -> list[list[str]]:
    """One conversation's inputs each, in an open screening."""
    starts = range(0, len(typed), _A_CONVERSATION)
    return [["am i a good candidate?", *typed[at : at + _A_CONVERSATION]] for at in starts]


def _text(conversation: tuple[Phone, list[str]]) -> None:
    phone, part = conversation
    for each in part:
        assert phone.texts(each).status_code == 204, each


def _chat(conversation: tuple[Chat, list[str]]) -> None:
    chat, part = conversation
    for each in part:
        assert chat.send(chat.message(each)).status_code == 200, each


def _filled(assistant: Assistant, senders: set[str]) -> set[tuple[str, str]]:
    """Criteria of the screening that hold more than "unknown" in one of the conversations."""
    query = "SELECT sender_id, data FROM conversation_events WHERE type = 'slot'"
    kept = [(sender, json.loads(data)) for sender, data in rows(assistant, query)]
    assert senders & {sender for sender, _ in kept}
    slots = [slot for sender, slot in kept if sender in senders and slot["name"] in _CRITERIA]
    filled = {(slot["name"], str(slot["value"])) for slot in slots}
    return {each for each in filled if each[1] not in ("None", "unknown")}
