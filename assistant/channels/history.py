"""A stored conversation as a page gets it back: with the ids under which it was first shown."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from rasa.shared.core.events import BotUttered, Event, UserUttered

from assistant.channels.replies import to_json
from assistant.content.guide import Guide

_NAMESPACE = uuid.UUID("5b1f6f0a-3c51-4f53-9b0e-6a1c6c7d2f11")  # any, always the same


def reply_id(conversation: str, turn: str, position: int) -> str:
    """Names a message of the assistant, the same when it is said and when it is read again.

    Args:
        conversation: Id of the conversation.
        turn: Id of the patient's message that it answers.
        position: Its place among the messages of that turn, from 0.

    Returns:
        A UUID (version 5).
    """
    return str(uuid.uuid5(_NAMESPACE, f"{conversation} {turn} {position}"))


def history(conversation: str, events: Iterable[Event], guide: Guide) -> list[dict[str, Any]]:
    """Renders a conversation.

    Args:
        conversation: Its id.
        events: Its stored events, or those of some of its turns.
        guide: The guide whose passages the messages cite.

    Returns:
        `{"from": "patient", "text", "choice"}` and `{"from": "assistant", …}` with the fields of
        `to_json`, oldest first.
    """
    entries: list[dict[str, Any]] = []
    turn, position = "", 0
    for event in events:
        if isinstance(event, UserUttered):
            turn, position = event.message_id or "", 0
            choice = (event.parse_data or {}).get("choice")
            entries.append({"from": "patient", "text": event.text or "", "choice": choice})
        elif isinstance(event, BotUttered):
            message = {
                "id": reply_id(conversation, turn, position),
                "text": event.text,
                "buttons": event.data.get("buttons"),
                **event.metadata,
            }
            entries.append({"from": "assistant", **to_json(message, guide)})
            position += 1
    return entries
