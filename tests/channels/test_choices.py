"""Choices, their ids, and what they become."""

from __future__ import annotations

import pytest

from assistant.channels.choices import from_button, to_parse


@pytest.mark.parametrize(
    ("payload", "choice_id", "intent", "entities"),
    [
        ("/pain", "pain", "pain", {}),
        (
            '/not_covered{"subject": "price"}',
            "not_covered.price",
            "not_covered",
            {"subject": "price"},
        ),
        (
            '/answer{"dvt_history": "no"}',
            "answer.dvt_history.no",
            "answer",
            {"dvt_history": "no"},
        ),
    ],
)
def test_a_choice_comes_back_as_what_its_button_meant(
    payload: str, choice_id: str, intent: str, entities: dict[str, str]
) -> None:
    choice = from_button({"title": "Read me", "payload": payload})
    assert (choice.id, choice.title) == (choice_id, "Read me")
    parse = to_parse(choice.id)
    assert parse["intent"]["name"] == intent
    assert {entity["entity"]: entity["value"] for entity in parse["entities"]} == entities
