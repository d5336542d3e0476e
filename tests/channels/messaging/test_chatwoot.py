"""The inbox with people behind it: a Chatwoot stand-in, the real assistant."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest

from assistant.launcher.servers import Assistant
from tests.channels.messaging.chatwoot_service import Chat, ChatwootService
from tests.channels.messaging.clinic import Clinic
from tests.channels.messaging.http_server import wait_until

pytestmark = pytest.mark.served

_EMERGENCY = "I can't breathe and my throat is swelling up"
_MEANING_NOTHING = (
    "will my throat lift up",
    "can it be both of them or only either",
    "which of them is the other one",
    "hiya can i hav the vein thing",
    "whichever of those it was, that one",
    "the small print at the bottom, what's that for",
    "is it a tuesday kind of thing",
    "do you cut me",
    "is it a call in sick kind of thing",
    "and the one next to it?",
    "n eat",
    "wot if i need 2 wee",
    "like what colour though",
    "why two numbers",
    "patient asks if bruising is covered under warranty",
    "do you do the one from the magazine",
    "as in the magazine, do you do it",
    "would it be as it was with the other",
    "how come theirs was like that and this isn't",
)


def test_an_event_without_a_fresh_signature_is_refused(messaging: Assistant, chat: Chat) -> None:
    event = chat.writes("does it hurt?")
    chat.hears()
    old = str(int(time.time()) - 3600)
    assert chat.send(event, timestamp=old).status_code == 403
    assert chat.send(event, **{"X-Chatwoot-Signature": "sha256=00"}).status_code == 403
    url = f"{messaging.url}/webhooks/chatwoot/webhook"
    assert httpx.post(url, json=event).status_code == 403


def test_an_event_is_taken_within_a_second_and_a_resent_one_answered_once(chat: Chat) -> None:
    event = chat.writes("does it hurt?")
    assert "burning or stinging" in chat.hears()
    assert chat.send(event).elapsed.total_seconds() < 5.0  # Chatwoot's own patience
    assert not chat.hears()


def test_choices_are_buttons_in_the_chat_and_a_pick_goes_on(chat: Chat) -> None:
    chat.asks("am I suitable?")
    last = chat.messages[-1]
    assert last["content_type"] == "input_select"
    items = last["content_attributes"]["items"]
    assert [each["title"] for each in items] == ["Yes", "No", "Not sure"]
    chat.picks(items[0]["value"])
    assert "discomfort" in chat.hears()


def test_choices_are_numbered_where_there_are_no_buttons(
    new_chat: Callable[[str], Chat],
) -> None:
    chat = new_chat("Channel::Sms")
    assert "Reply 1 for Yes" in chat.asks("am I suitable?")
    assert "discomfort" in chat.asks("1")


def test_who_asks_for_a_person_is_handed_over_with_a_note(chat: Chat) -> None:
    chat.asks("does it hurt?")
    heard = chat.asks("can I talk to a real person?")
    assert "answer you here" in heard
    assert wait_until(lambda: chat.status == "open")
    assert "asked for a person" in chat.notes[0]
    assert "Does it hurt?" in chat.notes[0]
    assert "can I talk" not in chat.notes[0]


def test_the_assistant_is_silent_while_a_person_has_it_and_comes_back_when_handed_back(
    chat: Chat,
) -> None:
    chat.asks("can I talk to a real person?")
    assert wait_until(lambda: chat.status == "open")
    chat.person_writes("Hello, this is Ann.")
    chat.writes("does it hurt?")
    assert not chat.hears()
    chat.hand_back()
    assert "burning or stinging" in chat.asks("does it hurt?")


def test_a_person_who_just_speaks_has_the_conversation(chat: Chat) -> None:
    chat.asks("does it hurt?")
    chat.person_writes("Hello, this is Ann.")
    chat.writes("and is it safe?")
    assert not chat.hears()


def test_who_opens_a_conversation_in_the_inbox_has_it(chat: Chat) -> None:
    chat.asks("does it hurt?")
    chat.status = "open"
    chat.writes("and is it safe?")
    assert not chat.hears()


def test_a_late_event_does_not_give_the_conversation_back(chat: Chat) -> None:
    late = chat.message("and is it safe?")
    chat.asks("can I talk to a real person?")
    assert wait_until(lambda: chat.status == "open")
    chat.person_writes("Hello, this is Ann.")
    assert chat.send(late).status_code == 200
    chat.writes("does it hurt?")
    assert not chat.hears()


def test_what_a_person_said_before_does_not_count_again_when_it_comes_again(chat: Chat) -> None:
    chat.asks("can I talk to a real person?")
    assert wait_until(lambda: chat.status == "open")
    said = chat.person_writes("Hello, this is Ann.")
    chat.hand_back()
    assert "burning or stinging" in chat.asks("does it hurt?")
    assert chat.send(said).status_code == 200
    assert "side effects" in chat.asks("what are the side effects?")


def test_an_end_that_is_told_again_does_not_end_the_next_conversation(chat: Chat) -> None:
    chat.asks("does it hurt?")
    chat.status = "resolved"
    end = chat.tells("resolved")
    chat.hand_back()
    assert "automated assistant" in chat.asks("am I suitable?")
    assert chat.send(end).status_code == 200
    assert "discomfort" in chat.asks("yes")


def test_a_pick_of_an_earlier_turn_answers_nothing(chat: Chat) -> None:
    chat.asks("am I suitable?")
    chat.picks("answer.small_visible_veins.yes")
    assert "discomfort" in chat.hears()
    chat.picks("answer.small_visible_veins.no")
    assert "earlier question" in chat.hears()


def test_a_file_without_a_text_gets_a_friendly_line(chat: Chat) -> None:
    chat.writes("", attachments=[{"file_type": "audio"}])
    assert "only read text" in chat.hears()


def test_what_is_no_event_is_refused_and_what_is_of_no_interest_taken(chat: Chat) -> None:
    good = chat.message("does it hurt?")
    for bad in (
        {**good, "id": None},
        {**good, "conversation": "7"},
        {**good, "account": {}},
        {**good, "sender": ["x"]},
        {"event": "conversation_opened", "id": 7},
        {"id": 7},
    ):
        assert chat.send(bad).status_code == 400, bad
    assert chat.send({"event": "webwidget_triggered", "id": 3}).status_code == 200
    assert not chat.hears()


def test_a_message_whose_answer_got_lost_is_known_by_its_event(
    chat: Chat, chatwoot: ChatwootService
) -> None:
    chatwoot.loses_answer = lambda body: not chat.said
    try:
        heard = chat.asks("does it hurt?")
    finally:
        chatwoot.loses_answer = lambda body: False
    assert heard.count("burning or stinging") == 1
    assert heard.count("automated assistant") == 1


def test_who_is_unhappy_gets_a_person(chat: Chat) -> None:
    chat.asks("this is useless, I am really unhappy with your service")
    assert wait_until(lambda: chat.status == "open")
    assert "isn't happy" in chat.notes[0]


def test_who_is_not_understood_twice_in_a_row_gets_a_person(
    new_chat: Callable[[str], Chat],
) -> None:
    # One training takes this one for a question, and another that one for an emergency or a wish
    # for a person, so each is tried in a chat of its own until one isn't understood.
    for message in _MEANING_NOTHING:
        chat = new_chat("Channel::WebWidget")
        chat.asks(message)
        if chat.status == "pending" and "didn't get that either" in chat.asks(message):
            break
    assert wait_until(lambda: chat.status == "open")
    assert "twice in a row" in chat.notes[0]


def test_a_red_outcome_gets_a_person_who_reads_no_verdict(chat: Chat) -> None:
    chat.asks("am I suitable?")
    for answer in ("small_visible_veins.yes", "reason.yes", "good_health.yes", "dvt_history.yes"):
        chat.picks(f"answer.{answer}")
        chat.hears()
    if chat.status == "pending":
        chat.picks("answer.other_vascular.no")
    assert wait_until(lambda: chat.status == "open")
    assert "dvt history: yes" in chat.notes[0]
    assert not any(word in chat.notes[0].lower() for word in ("suitable", "candidate", "outcome"))


def test_an_emergency_gets_its_line_once_while_a_person_has_it(chat: Chat) -> None:
    chat.asks("can I talk to a real person?")
    assert wait_until(lambda: chat.status == "open")
    assert "Call 911 now" in chat.asks(_EMERGENCY)
    assert wait_until(lambda: any("emergency" in note for note in chat.notes))
    chat.writes(_EMERGENCY)
    assert not chat.hears()


def test_a_resolved_conversation_begins_anew(chat: Chat) -> None:
    chat.asks("does it hurt?")
    chat.status = "resolved"
    chat.hand_back()
    assert "automated assistant" in chat.asks("does it hurt?")


def test_a_message_that_chatwoot_can_not_take_is_tried_again(
    chat: Chat, chatwoot: ChatwootService
) -> None:
    tries: list[int] = []

    def fail(number: int) -> tuple[int, str, bytes] | None:
        tries.append(number)
        return (429, "application/json", b"{}") if len(tries) == 1 else None

    chatwoot.fail = fail
    try:
        assert "burning or stinging" in chat.asks("does it hurt?")
    finally:
        chatwoot.fail = lambda number: None
    assert len(tries) > 1


def test_the_clinic_is_alerted_when_nobody_takes_a_handoff(
    chat: Chat, clinic_office: Clinic
) -> None:
    chat.asks("can I talk to a real person?")
    conversation = f"cw-1-{chat.number}"
    assert wait_until(
        lambda: any(
            told["event"] == "handoff_waiting" and told["conversation"] == conversation
            for told in clinic_office.told
        ),
        90,
    )
