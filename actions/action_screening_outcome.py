"""Ends a screening: the outcome, what led to it, and the summary to bring along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import conversation, wording
from actions.conversation import SUMMARY
from actions.rules import NOT_ASKED, Assessment, load_criteria
from actions.screening import FOR_ANOTHER
from assistant.content.subjects import Subjects
from assistant.settings import Settings


class ActionScreeningOutcome(Action):
    """Says what the guide allows to say, never a verdict.

    Fails closed: without an answer to every criterion since the form was opened there is no
    outcome, unless the patient stopped.
    """

    def __init__(self) -> None:
        """Loads the criteria and the names of the subjects."""
        content = Settings.from_environment().content
        self._criteria = load_criteria(content / "criteria.yml")
        self._subjects = Subjects.load(content / "subjects.yml")

    def name(self) -> str:
        """Name by which Rasa calls it."""
        return "action_screening_outcome"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Says the outcome, the summary and the next step.

        Args:
            dispatcher: Collects what is said.
            tracker: The conversation as Rasa sends it.
            domain: The domain as Rasa sends it.

        Returns:
            The slot with the summary; nothing where the answers aren't complete.
        """
        given = conversation.answers(tracker, self._criteria.ids)
        answers = {each: given.get(each, NOT_ASKED) for each in self._criteria.ids}
        if NOT_ASKED in answers.values() and not conversation.stopped(tracker):
            dispatcher.utter_message(response="utter_screening_incomplete")
            return []
        points = conversation.known_points(tracker)
        assessment = self._criteria.assess(answers, points)
        summary = self._summary(answers, points, assessment)
        self._say(dispatcher, domain, assessment, summary)
        return [SlotSet(SUMMARY, summary)]

    def _summary(
        self, answers: Mapping[str, str], points: tuple[str, ...], assessment: Assessment
    ) -> dict[str, Any]:
        """The summary as JSON: known words only, nothing that the patient wrote."""
        return {
            "rules_version": self._criteria.version,
            "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "outcome": assessment.outcome,
            "answers": dict(answers),
            "reasons": list(assessment.reasons),
            "points_to_raise": list(points),
        }

    def _say(
        self,
        dispatcher: CollectingDispatcher,
        domain: dict[str, Any],
        assessment: Assessment,
        summary: dict[str, Any],
    ) -> None:
        told = {c: a for c, a in summary["answers"].items() if a != NOT_ASKED}
        because = {criterion: told[criterion] for criterion in assessment.reasons}
        dispatcher.utter_message(
            response=f"utter_screening_outcome_{assessment.outcome}",
            because=self._lines(domain, because, assessment.points),
            screening=summary,
        )
        lines = self._lines(domain, told, summary["points_to_raise"])
        if lines:
            dispatcher.utter_message(response="utter_screening_summary", summary=lines)
        if assessment.outcome != "stopped":
            dispatcher.utter_message(response="utter_screening_next_step")

    def _lines(
        self, domain: dict[str, Any], answers: Mapping[str, str], points: Sequence[str]
    ) -> str:
        lines = wording.answers_in_words(domain, answers)
        if FOR_ANOTHER in points:
            lines.insert(0, wording.sentence(domain, f"{wording.SAID}{FOR_ANOTHER}"))
        to_raise = [each for each in points if each != FOR_ANOTHER]
        if to_raise:
            names = wording.points_in_words(self._criteria, self._subjects, to_raise)
            lines.append(wording.sentence(domain, f"{wording.SAID}points").format(points=names))
        return wording.as_list(lines)
