"""What the policy reads from the events."""

from __future__ import annotations

from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    UserUttered,
)

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


FORM_CLOSES: list[Event] = [ActionExecuted("screening_form"), ActiveLoop(None)]
UNANSWERED: list[Event] = [ActionExecuted("utter_unavailable"), ActionExecuted("action_listen")]
NOT_TOLD: list[Event] = [ActionExecuted("action_screening_outcome"), *UNANSWERED]
TOLD: list[Event] = [ActionExecuted("action_screening_outcome"), ActionExecuted("action_listen")]


def message(*actions: str) -> list[Event]:
    """A message and what it led to."""
    return [UserUttered("no"), *map(ActionExecuted, actions), ActionExecuted("action_listen")]


def owed(*events: Event) -> bool:
    turn = read_turn([*SESSION, ActiveLoop("screening_form"), *events, UserUttered("no")])
    assert turn is not None
    return turn.owed


def test_an_outcome_that_could_not_be_told_is_owed_until_it_is() -> None:
    kept_back = [UserUttered("no"), *FORM_CLOSES, *NOT_TOLD]
    assert owed(*kept_back)
    assert owed(*kept_back, *message("utter_same_day"))
    assert owed(*kept_back, UserUttered("no"), *NOT_TOLD)
    assert not owed(UserUttered("no"), *FORM_CLOSES, *TOLD)
    assert not owed(*kept_back, UserUttered("no"), *TOLD)


def test_nothing_is_owed_after_an_emergency_a_new_screening_or_a_new_session() -> None:
    kept_back = [UserUttered("no"), *FORM_CLOSES, *NOT_TOLD]
    assert not owed(*kept_back, *message("utter_emergency"))
    assert not owed(*kept_back, UserUttered("anew"), ActionExecuted("screening_form"), *UNANSWERED)
    assert not owed(*kept_back, *SESSION)


def interrupted(*events: Event) -> bool:
    turn = read_turn([*SESSION, ActiveLoop("screening_form"), *events, UserUttered("go on")])
    assert turn is not None
    return turn.interrupted


def test_a_screening_is_interrupted_by_an_alarm_until_it_is_opened_again() -> None:
    alarm = [UserUttered("help"), ActionExecuted("utter_emergency"), ActiveLoop(None)]
    assert interrupted(*alarm)
    assert interrupted(*alarm, *message("utter_denied_emergency"))
    assert not interrupted(*alarm, UserUttered("go on"), ActiveLoop("screening_form"))
    assert not interrupted(UserUttered("stop"), ActiveLoop(None))


def test_a_stop_that_could_not_be_told_leaves_the_screening_open_and_nothing_owed() -> None:
    assert not owed(UserUttered("stop"), *NOT_TOLD)


def test_the_words_are_those_that_nlu_spelled() -> None:
    spelled = read_turn([UserUttered("wot now", parse_data={"spelled": "what now"})])  # type: ignore[typeddict-item]
    pressed = read_turn([UserUttered("/handoff")])
    assert spelled is not None
    assert pressed is not None
    assert (spelled.words, pressed.words) == ("what now", "/handoff")
