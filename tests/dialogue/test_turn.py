"""What the policy reads from the events."""

from __future__ import annotations

from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, UserUttered

from assistant.dialogue.turn import read_turn

SESSION: list[Event] = [ActionExecuted("action_session_start"), SessionStarted()]


def is_first(events: list[Event]) -> bool:
    """Whether the last message is the first of its session."""
    turn = read_turn(events)
    assert turn is not None
    return turn.first


def test_the_first_message_of_each_session_is_known_as_the_first() -> None:
    hello, again = UserUttered("hello"), UserUttered("hello again")
    assert is_first([*SESSION, hello])
    assert not is_first([*SESSION, hello, again])
    assert is_first([*SESSION, hello, *SESSION, again])
