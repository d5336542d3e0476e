"""A stored conversation as a page gets it back."""

from __future__ import annotations

import uuid

from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered

from assistant.channels.history import history, reply_id
from assistant.content.guide import Guide


def test_each_message_has_the_id_of_its_place_in_its_turn() -> None:
    entries = history(
        "web-1",
        [
            ActionExecuted("action_session_start"),
            UserUttered("hello", message_id="m1"),
            BotUttered("Hello!"),
            SlotSet("x", "y"),
            BotUttered("What would you like to know?"),
            UserUttered("", parse_data={"choice": "pain"}, message_id="m2"),
            BotUttered("Very little."),
        ],
        Guide(),
    )
    assert [entry.get("id") for entry in entries] == [
        None,
        reply_id("web-1", "m1", 0),
        reply_id("web-1", "m1", 1),
        None,
        reply_id("web-1", "m2", 0),
    ]
    assert entries[3] == {"from": "patient", "text": "", "choice": "pain"}


def test_an_id_is_a_uuid_of_its_own_in_each_conversation_turn_and_place() -> None:
    ids = {
        reply_id(conversation, turn, position)
        for conversation in ("web-1", "web-2")
        for turn in ("m1", "m2")
        for position in range(3)
    }
    assert len(ids) == 12
    assert all(str(uuid.UUID(each)) == each for each in ids)
