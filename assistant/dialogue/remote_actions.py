"""How Rasa talks to the action server: the two things of it that no setting reaches.

Rasa waits 300 s for an action; a patient doesn't. And it checks the schema of the answers anew
before each check of an answer, which takes about 20 ms: longer than understanding the message
(docs/decisions/rasa-open-source.md). Both stand in rasa/core/actions/action.py.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from rasa.core.actions import action


def apply(seconds: float) -> None:
    """Sets how Rasa waits for the action server and checks its answers.

    Args:
        seconds: The longest wait for one action.
    """
    action.DEFAULT_REQUEST_TIMEOUT = seconds
    action.RemoteAction._validate_action_result = _check


def _check(remote: action.RemoteAction, answer: dict[str, Any]) -> bool:
    """Does what Rasa's own check does.

    Raises:
        ValidationError: The answer isn't as the schema says.
    """
    error = best_match(_validator().iter_errors(answer))
    if error:
        raise error
    return True


@cache
def _validator() -> Validator:
    schema = action.RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)
