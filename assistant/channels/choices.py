"""Choices: what a button offers, and the id by which a channel names it.

A response's button carries a payload in Rasa's notation (`/answer{"dvt_history": "no"}`). Outside
it is known by an id (`answer.dvt_history.no`), and comes back as parse data, never as text: so
nobody can type a command, and an answer carries the question it belongs to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

HANDOFF = "handoff"


@dataclass(frozen=True)
class Choice:
    """One choice under a message.

    Attributes:
        id: Its name towards the channel, such as `pain` or `answer.dvt_history.no`.
        title: What the patient reads.
    """

    id: str
    title: str


def from_button(button: dict[str, Any]) -> Choice:
    """Names a response's button.

    Args:
        button: Rasa's button with `title` and `payload`.

    Returns:
        The choice.
    """
    intent, entities = _read_payload(button["payload"])
    parts = [intent]
    for name, value in entities.items():
        parts += [value] if name == "subject" else [name, value]
    return Choice(id=".".join(parts), title=button["title"])


def to_parse(choice_id: str) -> dict[str, Any]:
    """What NLU would have made of the choice.

    Args:
        choice_id: The id of a choice that was offered.

    Returns:
        Parse data for `UserMessage`, without NLU's own keys.
    """
    intent, *rest = choice_id.split(".")
    names = ["subject"] if len(rest) == 1 else rest[0:1]
    values = rest[-1:]
    return {
        "text": "",
        "intent": {"name": intent, "confidence": 1.0},
        "intent_ranking": [{"name": intent, "confidence": 1.0}],
        "entities": [
            {"entity": name, "value": value} for name, value in zip(names, values, strict=True)
        ],
        "choice": choice_id,
    }


def _read_payload(payload: str) -> tuple[str, dict[str, str]]:
    intent, brace, rest = payload.lstrip("/").partition("{")
    return intent, json.loads(brace + rest) if brace else {}
