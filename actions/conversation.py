"""What the screening needs to know of a conversation, read from the tracker that Rasa sends."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from rasa_sdk import Tracker

from actions.rules import ANSWERS
from actions.screening import (
    FOR_ANOTHER,
    LONG_PAUSE,
    OFFER_TO_GO_ON,
    told_of,
    wants_another_screened,
    words_of,
)
from actions.taking_up import CHANGE, HISTORY, says_to_go_on, takes_up

FORM = "screening_form"
UNCLEAR = "screening_unclear"
POINTS = "points_to_raise"
SUMMARY = "screening_summary"
# Says who can have the treatment, and offers the screening.
OFFER_OF_SCREENING = "utter_candidacy"
_MYSELF = re.compile(r"\b(?:me|myself|mine)\b", re.I)

Event = Mapping[str, Any]


def session(tracker: Tracker) -> list[Event]:
    """The events of the current session.

    Args:
        tracker: The conversation as Rasa sends it.

    Returns:
        The events after the last restart or start of a session, oldest first.
    """
    events = list(tracker.events)
    return events[_after_last(events, lambda event: event["event"] in _STARTS_ANEW) :]


def this_turn(tracker: Tracker) -> list[Event]:
    """The events since the patient's last message.

    Args:
        tracker: The conversation as Rasa sends it.

    Returns:
        The events after the message, oldest first.
    """
    events = session(tracker)
    return events[_after_last(events, _is_message) :]


def begins_now(tracker: Tracker) -> bool:
    """Whether the form is being activated in this call.

    Args:
        tracker: The conversation as Rasa sends it to the validation action.

    Returns:
        Whether the form was opened in this turn and hasn't run in it before.
    """
    opened = any(_opens_the_form(event) for event in this_turn(tracker))
    return opened and not has_run(tracker)


def has_run(tracker: Tracker) -> bool:
    """Whether the form has already taken this turn's message.

    Args:
        tracker: The conversation as Rasa sends it to the validation action.

    Returns:
        Whether it ran before. Rasa adds the call itself as the form's last run
        (rasa/core/actions/forms.py, `_temporary_tracker`); that one doesn't count.
    """
    runs = [event for event in this_turn(tracker) if _is_action(event, FORM)]
    return len(runs) > 1


def said_in_this_turn(tracker: Tracker) -> set[str]:
    """Names of the actions and responses that this turn has already had.

    Args:
        tracker: The conversation as Rasa sends it.

    Returns:
        The names.
    """
    return {event["name"] for event in this_turn(tracker) if event["event"] == "action"}


def stopped(tracker: Tracker) -> bool:
    """Whether the patient wants no more of the screening.

    Args:
        tracker: The conversation as Rasa sends it to the outcome.

    Returns:
        Whether the form is still open: it closes by itself once all is answered.
    """
    return bool(tracker.active_loop_name == FORM)


def comes_back(tracker: Tracker) -> bool:
    """Whether the patient comes back after a long pause, or replies to the offer to go on.

    Args:
        tracker: The conversation as Rasa sends it.

    Returns:
        Whether it is so: a mere yes or no is then not about the open question.
    """
    events = session(tracker)
    place = _after_last(events, _is_message) - 1
    if place < 1:
        return False
    paused = (events[place]["timestamp"] or 0) - (events[place - 1]["timestamp"] or 0)
    offered = any(_is_action(event, OFFER_TO_GO_ON) for event in _last_turn(tracker))
    return paused > LONG_PAUSE or offered


def taken_up(tracker: Tracker, criteria: Collection[str]) -> Mapping[str, Any] | None:
    """The summary of the screening that the patient's message takes up again.

    Args:
        tracker: The conversation as Rasa sends it.
        criteria: Ids of the criteria.

    Returns:
        The summary, or what was answered before an alarm ended the screening that is gone on with;
        None where the message begins one of its own.
    """
    interrupted = _interrupted(tracker, criteria)
    if interrupted:
        return interrupted
    summary = tracker.slots.get(SUMMARY)
    told = any(
        (event["event"] == "slot" and event["name"] == SUMMARY) or _is_action(event, CHANGE)
        for event in _last_turn(tracker)
    )
    parse = tracker.latest_message
    return summary if takes_up(summary, parse, words_of(parse), told) else None


def _interrupted(tracker: Tracker, criteria: Collection[str]) -> Mapping[str, Any] | None:
    """What was answered in a screening that an alarm ended, where the message goes on with it."""
    events = session(tracker)
    before = events[: max(_after_last(events, _opens_the_form) - 1, 0)]
    opened, closed = (_after_last(before, each) for each in (_opens_the_form, _closes_the_form))
    turn = before[_after_last(before[:closed], _is_message) : closed]
    alarm = any(event["event"] == "action" and _is_alarm(event["name"]) for event in turn)
    parse, points = tracker.latest_message, known_points(tracker)
    anew = (parse.get("intent") or {}).get("name") == "restart_screening"
    offered = any(_is_action(event, OFFER_TO_GO_ON) for event in _last_turn(tracker))
    goes_on = offered or says_to_go_on(words_of(parse))
    another = wants_another_screened(parse) and FOR_ANOTHER not in points
    if closed <= opened or not alarm or anew or another or not goes_on:
        return None
    given = _given(before[opened:closed], tracker, criteria)
    return {"answers": given, "points_to_raise": points}


def mentioned_before(tracker: Tracker, another: bool) -> tuple[str, ...]:
    """What the patient mentioned in earlier messages of the session.

    Args:
        tracker: The conversation as Rasa sends it.
        another: Whether somebody else is screened than the one who writes: what was mentioned
            of nobody by name then doesn't count.

    Returns:
        Ids of the mentions that weren't withdrawn, each once, in order. A screening that begins
        anew still knows them: unlike the criteria they aren't asked again.
    """
    mentioned: dict[str, None] = {}
    for told in _told_before(tracker, another):
        mentioned |= dict.fromkeys(told.get("mentions") or ())
        for withdrawn in told.get("withdrawn") or ():
            mentioned.pop(withdrawn, None)
    return tuple(mentioned)


def illnesses_before(tracker: Tracker, another: bool) -> dict[str, str]:
    """Past illnesses that earlier messages of the session told of.

    Args:
        tracker: The conversation as Rasa sends it.
        another: As in `mentioned_before`.

    Returns:
        Criteria to "yes", by the last message on each. Who has told of a clot once may take the
        question about it for answered; what was only supposed is asked.
    """
    told: dict[str, str] = {}
    for each in _told_before(tracker, another):
        statements = each.get("statements") or {}
        told |= {c: statements[c] for c in HISTORY if c in statements}
    return {criterion: answer for criterion, answer in told.items() if answer == "yes"}


def _told_before(tracker: Tracker, another: bool) -> list[Mapping[str, Any]]:
    """What the session's earlier messages told of the one who is screened."""
    messages = [event for event in session(tracker) if _is_message(event)][:-1]
    parses = [event.get("parse_data") or {} for event in messages]
    return [told_of(p, another) for p in parses if p.get("of_another") or not another]


def is_for_another(tracker: Tracker, taken_up: Mapping[str, Any] | None) -> bool:
    """Whether somebody else is screened than the one who writes.

    Args:
        tracker: The conversation as Rasa sends it to the validation action.
        taken_up: The summary of a screening that is taken up again, or None.

    Returns:
        Whether the screening was for another before, or becomes so: by the message that begins
        it, or by the question before that was answered by the offer of one.
    """
    begins = begins_now(tracker)
    parses = [event.get("parse_data") or {} for event in session(tracker) if _is_message(event)]
    latest = parses[-1] if parses else {}
    goes_on = not begins or _starts_again(latest)
    known = known_points(tracker) if goes_on else (taken_up or {}).get("points_to_raise", ())
    if FOR_ANOTHER in known:
        return True
    if wants_another_screened(latest):
        return begins
    offered = any(_is_action(event, OFFER_OF_SCREENING) for event in _last_turn(tracker))
    return begins and offered and any(map(wants_another_screened, parses[-2:-1]))


def _starts_again(parse: Mapping[str, Any]) -> bool:
    """Whether the same person is to be screened once more: "start again", not "now for me"."""
    restarts = (parse.get("intent") or {}).get("name") == "restart_screening"
    return restarts and not _MYSELF.search(words_of(parse))


def answers(tracker: Tracker, criteria: Collection[str]) -> dict[str, str]:
    """The answers given since the form was last opened.

    Args:
        tracker: The conversation as Rasa sends it.
        criteria: Ids of the criteria.

    Returns:
        Criteria to "yes", "no" or "unknown". A slot that was filled before, in another way or
        with anything else isn't among them. Empty where no form was opened, or where its result
        was already given.
    """
    events = session(tracker)
    start = _after_last(events, _opens_the_form)
    if start == 0:
        return {}
    return _given(events[start:], tracker, criteria)


def _given(events: list[Event], tracker: Tracker, criteria: Collection[str]) -> dict[str, str]:
    """The answers among the events of one opening of the form, which the slots still hold."""
    given: dict[str, str] = {}
    for event in events:
        if event["event"] == "slot" and event["name"] in criteria:
            given[event["name"]] = event["value"]
        elif event["event"] == "slot" and event["name"] == SUMMARY and event["value"]:
            return {}
    return {
        criterion: answer
        for criterion, answer in given.items()
        if answer in ANSWERS and tracker.slots.get(criterion) == answer
    }


def known_points(tracker: Tracker) -> tuple[str, ...]:
    """What was mentioned in this screening.

    Args:
        tracker: The conversation as Rasa sends it.

    Returns:
        Ids of the mentions.
    """
    return tuple(tracker.slots.get(POINTS) or ())


def _last_turn(tracker: Tracker) -> list[Event]:
    """The events between the patient's last message but one and the last."""
    events = session(tracker)
    before = events[: max(_after_last(events, _is_message) - 1, 0)]
    return before[_after_last(before, _is_message) :]


_STARTS_ANEW = ("restart", "session_started")


def _is_message(event: Event) -> bool:
    return event["event"] == "user"


def _opens_the_form(event: Event) -> bool:
    return event["event"] == "active_loop" and event.get("name") == FORM


def _closes_the_form(event: Event) -> bool:
    return event["event"] == "active_loop" and event.get("name") is None


def _is_alarm(action: str | None) -> bool:
    return (action or "").startswith("utter_emergency")


def _is_action(event: Event, name: str) -> bool:
    return event["event"] == "action" and event.get("name") == name


def _after_last(events: list[Event], matches: Any) -> int:
    """Place after the last event that matches; 0 where none does."""
    for index in range(len(events) - 1, -1, -1):
        if matches(events[index]):
            return index + 1
    return 0
