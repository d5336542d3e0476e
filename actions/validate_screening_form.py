"""Validation action of the screening form: the only place that fills its slots."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import conversation, wording
from actions.conversation import POINTS, SUMMARY, UNCLEAR
from actions.rules import NOT_ASKED, load_criteria
from actions.screening import (
    FAMILY_HISTORY,
    FOR_ANOTHER,
    UNDER_AGE,
    Message,
    State,
    Step,
    read_message,
    take_step,
    words_of,
)
from actions.taking_up import wants_the_summary
from assistant.content.subjects import Subjects
from assistant.settings import Settings

# Asked in the middle of the screening, these are what it is about, not a question of its own.
_THE_SCREENING_ITSELF = ("candidacy", "screening")
# Points that have a line of their own.
_SAID_OTHERWISE = (FAMILY_HISTORY, FOR_ANOTHER, UNDER_AGE)


class ValidateScreeningForm(Action):
    """Takes one step of the screening with each message.

    Not rasa_sdk's `FormValidationAction`: that takes one slot after the other, while a message
    here may settle several and means something only as a whole. Always sets a slot, since
    Rasa's form takes silence for a rejection (rasa/core/actions/forms.py, `validate`).
    """

    def __init__(self) -> None:
        """Loads the criteria and the names of the subjects."""
        content = Settings.from_environment().content
        self._criteria = load_criteria(content / "criteria.yml")
        self._subjects = Subjects.load(content / "subjects.yml")

    def name(self) -> str:
        """Name by which Rasa calls it."""
        return f"validate_{conversation.FORM}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Reads the message and says what it changed.

        Args:
            dispatcher: Collects what is said before the next question.
            tracker: The conversation as Rasa sends it.
            domain: The domain as Rasa sends it.

        Returns:
            The slots that change; at the start all of them.
        """
        if conversation.has_run(tracker):
            return []
        begins = conversation.begins_now(tracker)
        taken_up = conversation.taken_up(tracker, self._criteria.ids) if begins else None
        another = conversation.is_for_another(tracker, taken_up)
        state = self._state_of(tracker, taken_up, another) if begins else self._state(tracker)
        message = read_message(self._criteria, tracker.latest_message, state.asked, another)
        if begins:
            message = _that_begins(message, tracker, taken_up, another)
        if conversation.comes_back(tracker):
            # What is unclear then isn't a second try at the question, either.
            message = dataclasses.replace(message, polarity=None)
            state = dataclasses.replace(state, unclear=None)
        step = take_step(self._criteria, state, message)
        missing = set(self._criteria.ids) - {*state.answers, *step.answers}
        if begins and missing and not taken_up:
            dispatcher.utter_message(response="utter_screening_start")
        self._say(dispatcher, domain, step, goes_on=bool(missing))
        if not step.explain:
            _answer_topics(dispatcher, tracker, domain, message.topics)
        return [*(self._begin(state) if begins else []), *_changes(step)]

    def _state_of(
        self, tracker: Tracker, taken_up: Mapping[str, Any] | None, another: bool
    ) -> State:
        """Where a screening stands that begins: with nothing answered, or as it was left."""
        answers = taken_up["answers"] if taken_up else {}
        points = taken_up["points_to_raise"] if taken_up else ()
        mentioned = conversation.mentioned_before(tracker, another)
        return State(
            answers={c: answer for c, answer in answers.items() if answer != NOT_ASKED},
            points=tuple(dict.fromkeys((*points, *mentioned))),
        )

    def _state(self, tracker: Tracker) -> State:
        return State(
            answers=conversation.answers(tracker, self._criteria.ids),
            asked=tracker.slots.get("requested_slot"),
            unclear=tracker.slots.get(UNCLEAR),
            points=conversation.known_points(tracker),
        )

    def _begin(self, state: State) -> list[EventType]:
        answers = [SlotSet(name, state.answers.get(name)) for name in self._criteria.ids]
        return [*answers, SlotSet(SUMMARY, None)]

    def _say(
        self,
        dispatcher: CollectingDispatcher,
        domain: dict[str, Any],
        step: Step,
        goes_on: bool,
    ) -> None:
        if FOR_ANOTHER in step.new_points and goes_on:
            dispatcher.utter_message(response="utter_screening_for_another")
        # Where no question follows, the summary says it in a moment.
        noted = step.noted if goes_on else ()
        for response, criteria in (("corrected", step.corrected), ("noted", noted)):
            if criteria:
                told = {each: step.answers[each] for each in criteria}
                said = " ".join(wording.answers_in_words(domain, told))
                dispatcher.utter_message(response=f"utter_screening_{response}", said=said)
        if self._criteria.need_review({each: step.answers[each] for each in noted}):
            dispatcher.utter_message(response="utter_screening_what_it_means")
        if UNDER_AGE in step.new_points:
            dispatcher.utter_message(response="utter_screening_under_age")
        points = [each for each in step.new_points if each not in _SAID_OTHERWISE]
        for response, ids in (("point", points), ("point_withdrawn", step.withdrawn)):
            if ids:
                names = wording.points_in_words(self._criteria, self._subjects, ids)
                dispatcher.utter_message(response=f"utter_screening_{response}", points=names)
        if step.family_history:
            dispatcher.utter_message(response="utter_screening_family_history")
        if step.explain:
            dispatcher.utter_message(response=f"utter_screening_explain_{step.explain}")
        if step.taken_as_unknown:
            dispatcher.utter_message(response="utter_screening_taken_as_unknown")
        elif step.not_understood:
            dispatcher.utter_message(response="utter_screening_unclear")


def _that_begins(
    message: Message, tracker: Tracker, taken_up: Mapping[str, Any] | None, another: bool
) -> Message:
    """The message that begins a screening, with the illnesses that earlier ones told of."""
    if not taken_up:
        earlier = conversation.illnesses_before(tracker, another)
        return dataclasses.replace(message, statements={**earlier, **message.statements})
    if wants_the_summary(words_of(tracker.latest_message)):
        # What else it tells counts; that it was asked for isn't answered a second time.
        return dataclasses.replace(message, topics=(), asks_meaning_of=None)
    return message


def _changes(step: Step) -> list[EventType]:
    return [
        *(SlotSet(criterion, answer) for criterion, answer in step.answers.items()),
        SlotSet(POINTS, list(step.points)),
        SlotSet(UNCLEAR, step.unclear),
    ]


def _answer_topics(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    domain: dict[str, Any],
    topics: Iterable[str],
) -> None:
    """Answers what a message asks beside its answer, unless the policy already has."""
    for topic in topics:
        response = f"utter_{topic}"
        if topic in _THE_SCREENING_ITSELF or response in conversation.said_in_this_turn(tracker):
            continue
        if topic == "not_covered" or _cites_the_guide(domain, response):
            dispatcher.utter_message(response=response)


def _cites_the_guide(domain: dict[str, Any], response: str) -> bool:
    variations = domain["responses"].get(response) or [{}]
    return bool((variations[0].get("metadata") or {}).get("passages"))
