"""Rasa's NLG for this clinic: second wordings, the clinic's data, the sources of an answer."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from assistant.content.clinic import Clinic
from assistant.content.subjects import Subjects
from assistant.content.version import content_version
from assistant.dialogue import remote_actions
from assistant.dialogue.follow_ups import resolve
from assistant.dialogue.turn import SCREENING_FORM, Asked, Turn, read_turn
from assistant.dialogue.wording import Wording
from assistant.nlu.red_flags import SUSPICION, RedFlags
from assistant.settings import Settings

_WHO_IT_SUITS = Asked("candidacy")
_ASK = f"utter_ask_{SCREENING_FORM}_"
_CRITERIA = ("small_visible_veins", "reason", "good_health", "dvt_history", "other_vascular")


class ClinicNLG(TemplatedNaturalLanguageGenerator):
    """Words a response of the domain for the turn it stands in; named in `endpoints.yml`."""

    def __init__(self, endpoint_config: EndpointConfig | None, domain: Domain | None) -> None:
        """Loads the clinic's content.

        Args:
            endpoint_config: The `nlg` section of `endpoints.yml`; holds nothing but the type.
            domain: The assistant's domain with its responses; None before a model is loaded.
        """
        # Rasa sets `responses` anew with every model it loads.
        super().__init__(domain.responses if domain else {})
        settings = Settings.from_environment()
        remote_actions.apply(settings.turn_deadline_seconds)
        self._clinic = Clinic.load(settings.content / "clinic.yml")
        self._subjects = Subjects.load(settings.content / "subjects.yml")
        self._red_flags = RedFlags.load(settings.content / "red_flags.yml")
        self._version = content_version(settings.content)

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """Words a response.

        Args:
            utter_action: Name of the response.
            tracker: The conversation, the current message its latest.
            output_channel: Name of the channel it goes to.
            **kwargs: What an action fills in beside the clinic's data.

        Returns:
            Rasa's message with `text`, `buttons` and `metadata` (docs/architecture.md), or None
            where the domain has no such response.
        """
        wording = Wording(self.responses or kwargs.get("domain_responses") or {}, self._clinic)
        turn = read_turn(list(tracker.events)) or Turn(parse={})
        subject = self._subject(utter_action, turn)
        offers = self._offers(turn) if utter_action.startswith("utter_fallback") else []
        name = self._variant(utter_action, subject, offers)
        if name not in wording:
            return None
        values = {key: str(value) for key, value in kwargs.items() if key != "domain_responses"}
        values.update(self._values(subject, _flag_told(turn, tracker)))
        said = _times_said(tracker, utter_action, subject)
        message = wording.message(name, output_channel, said, **values)
        self._add_metadata(message, utter_action, subject, tracker)
        if "screening" in kwargs:  # the summary that the screening's outcome hands over
            message["metadata"]["screening"] = kwargs["screening"]
        if offers:  # they stand in front of the response's own buttons
            message["buttons"] = offers + list(message.get("buttons") or ())
        return message

    def _subject(self, utter_action: str, turn: Turn) -> str | None:
        """The subject that this `utter_not_covered` of the turn is about."""
        if utter_action != "utter_not_covered":
            return None
        subjects = [a.subject for a in resolve(turn, turn.words) if a.topic == "not_covered"]
        index = turn.done.count("utter_not_covered")
        found = subjects[index] if index < len(subjects) else None
        return found if found in self._subjects else None

    def _variant(self, utter_action: str, subject: str | None, offers: list[dict[str, str]]) -> str:
        """The response that fits the subject, the hour of the day, or what can be offered."""
        if utter_action == "utter_fallback" and not offers:
            return "utter_fallback_open"
        if utter_action == "utter_same_day" and not self._clinic.open_at(_now()):
            return "utter_same_day_out_of_hours"
        if subject is None:
            return utter_action
        if subject in self._clinic.answers:
            return "utter_clinic_answer"
        return "utter_not_covered_medical" if self._subjects[subject].medical else utter_action

    def _values(self, subject: str | None, flag: str) -> dict[str, str]:
        values = {"subject": self._subjects[subject].name if subject else "that"}
        if subject and subject in self._clinic.answers:
            values["clinic_answer"] = self._clinic.answers[subject]
        values["why"] = self._red_flags.why(flag)
        return values

    def _add_metadata(
        self,
        message: dict[str, Any],
        utter_action: str,
        subject: str | None,
        tracker: DialogueStateTracker,
    ) -> None:
        own = message.get("metadata") or {}
        asks = _criterion_asked(utter_action)
        metadata = {
            "kind": own.get("kind") or ("question" if asks else "answer"),
            "topics": own.get("topics", _topics(utter_action, own.get("kind"), asks)),
            "subject": subject,
            "asks": asks,
            "passages": own.get("passages", []),
            "content_version": self._version,
        }
        if asks:
            metadata["screening"] = {"answers": _answers(tracker)}
        message["metadata"] = metadata

    def _offers(self, turn: Turn) -> list[dict[str, str]]:
        """Buttons for what the message might have meant; who it suits offers the screening."""
        meant = (_WHO_IT_SUITS if each.topic == "screening" else each for each in turn.candidates)
        return [
            {"title": title, "payload": payload(asked)}
            for asked in dict.fromkeys(meant)
            if (title := self._title(asked))
        ]

    def _title(self, asked: Asked) -> str | None:
        if asked.topic == "not_covered":
            subject = self._subjects.get(asked.subject or "")
            return subject.title if subject else None
        response = (self.responses.get(f"utter_{asked.topic}") or [{}])[0]
        title = (response.get("metadata") or {}).get("title")
        return str(title) if title else None


def payload(asked: Asked) -> str:
    """The button payload that asks a topic, in Rasa's own notation.

    Args:
        asked: The topic, with its subject where it is `not_covered`.

    Returns:
        For instance `/pain` or `/not_covered{"subject": "price"}`.
    """
    if asked.subject:
        return f"/{asked.topic}{json.dumps({'subject': asked.subject})}"
    return f"/{asked.topic}"


def _flag_told(turn: Turn, tracker: DialogueStateTracker) -> str:
    """The message's red flag, or the one told before that its line is repeated for."""
    parses = [turn.parse]
    if "same_day" in turn.previous_kinds:
        said = (event for event in reversed(tracker.events) if isinstance(event, UserUttered))
        parses += [event.parse_data or {} for event in said]
    flags = (parse["red_flag"]["flag"] for parse in parses if parse.get("red_flag"))
    return next(flags, SUSPICION)


def _topics(utter_action: str, kind: str | None, asks: str | None) -> list[str]:
    """The topic that a response answers, where its metadata don't name it: its own name."""
    if asks:
        return []
    if kind in ("emergency", "same_day"):
        return [kind]
    if kind:
        return []
    if utter_action.startswith("utter_screening_"):
        return ["candidacy"]
    return [utter_action[len("utter_") :]]


def _criterion_asked(utter_action: str) -> str | None:
    return utter_action[len(_ASK) :] if utter_action.startswith(_ASK) else None


def _answers(tracker: DialogueStateTracker) -> dict[str, str]:
    return {name: value for name in _CRITERIA if (value := tracker.get_slot(name))}


def _times_said(tracker: DialogueStateTracker, utter_action: str, subject: str | None) -> int:
    """How often the session has heard this response (about this subject)."""
    return sum(
        isinstance(event, BotUttered)
        and event.metadata.get("utter_action") == utter_action
        and (event.metadata.get("metadata") or {}).get("subject") == subject
        for event in tracker.events
    )


def _now() -> datetime:
    return datetime.now(timezone.utc)
