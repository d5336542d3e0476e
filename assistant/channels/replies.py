"""The JSON that a message becomes: what docs/web-channel.md promises."""

from __future__ import annotations

import uuid
from typing import Any

from assistant.channels import choices
from assistant.channels.turns import Message
from assistant.content.guide import Guide


def to_json(message: Message, guide: Guide) -> dict[str, Any]:
    """Renders one message of the assistant.

    Args:
        message: Rasa's message with `text`, `buttons` and `metadata`; `id` where it has one.
        guide: The guide whose passages the message cites.

    Returns:
        `id`, `kind`, `text`, `topics`, `subject`, `asks`, `sources` and `choices`; `screening`
        beside them while a screening is open or ends.
    """
    metadata = message.get("metadata") or {}
    rendered = {
        "id": message.get("id") or str(uuid.uuid4()),
        "kind": metadata.get("kind", "answer"),
        "text": message.get("text") or "",
        "topics": list(metadata.get("topics") or ()),
        "subject": metadata.get("subject"),
        "asks": metadata.get("asks"),
        "sources": _sources(metadata.get("passages") or (), guide),
        "choices": [
            {"id": choice.id, "title": choice.title}
            for choice in map(choices.from_button, message.get("buttons") or ())
        ],
    }
    if metadata.get("screening"):
        rendered["screening"] = metadata["screening"]
    return rendered


def _sources(passage_ids: Any, guide: Guide) -> list[dict[str, Any]]:
    """The cited passages, by the section of the guide they stand in."""
    sections: dict[str, list[dict[str, str]]] = {}
    for passage_id in passage_ids:
        passage = guide[passage_id]
        sections.setdefault(passage.section, []).append({"id": passage.id, "text": passage.text})
    return [{"section": name, "passages": passages} for name, passages in sections.items()]
