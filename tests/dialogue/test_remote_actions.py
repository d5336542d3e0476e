from __future__ import annotations

from typing import Any

import pytest
from jsonschema import ValidationError
from rasa.core.actions import action
from rasa.core.actions.action import RemoteAction

from assistant.dialogue import remote_actions


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> RemoteAction:
    # Put back what `apply` changes for all.
    monkeypatch.setattr(action, "DEFAULT_REQUEST_TIMEOUT", 300)
    monkeypatch.setattr(RemoteAction, "_validate_action_result", None)
    remote_actions.apply(8.0)
    return RemoteAction("action_screening_outcome", None)


def test_rasa_waits_for_an_action_as_long_as_it_is_told(remote: RemoteAction) -> None:
    assert action.DEFAULT_REQUEST_TIMEOUT == 8.0


@pytest.mark.parametrize(
    "answer",
    [
        {"events": [], "responses": []},
        {"events": [{"event": "slot", "name": "x", "value": None}], "responses": [{"text": "a"}]},
    ],
)
def test_a_right_answer_of_the_action_server_is_taken(
    remote: RemoteAction, answer: dict[str, Any]
) -> None:
    assert remote._validate_action_result(answer)


@pytest.mark.parametrize(
    "answer",
    [{"events": {}, "responses": []}, {"events": [{"name": "x"}]}, {"responses": ["a"]}, []],
)
def test_a_wrong_answer_of_the_action_server_is_refused(remote: RemoteAction, answer: Any) -> None:
    with pytest.raises(ValidationError):
        remote._validate_action_result(answer)
