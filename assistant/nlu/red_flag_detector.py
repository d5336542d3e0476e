"""Rasa component: decides whether a message must get the emergency line before anything else.

Two layers back each other up: the phrases of :mod:`assistant.nlu.red_flags` and the classifier's
probability of an emergency. Either one raises the flag. Only a look-alike rule ("that price nearly
gave me a heart attack") silences the classifier, and only a classifier that is nearly sure of one
harmless thing silences the phrases, which are wide so that no wording of an emergency is missed.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from assistant.nlu.red_flags import GIBBERISH, SUSPICION, Finding, Level, RedFlag, RedFlags
from assistant.nlu.topic_classifier import (
    CANDIDATES,
    EMERGENCY_IN_PIECES,
    LANGUAGE,
    TOPICS,
    TopicClassifier,
)
from assistant.settings import Settings

RED_FLAG = "red_flag"

EMERGENCY_FROM = "emergency_from"
EMERGENCY_OVER_SAME_DAY_FROM = "emergency_over_same_day_from"
EMERGENCY_OTHER_LANGUAGE_FROM = "emergency_other_language_from"
EMERGENCY_DESPITE_LOOKALIKE_FROM = "emergency_despite_lookalike_from"
HARMLESS_DESPITE_PHRASES_FROM = "harmless_despite_phrases_from"
SUSPICIOUS_PIECE_FROM = "suspicious_piece_from"
SAME_DAY_FROM = "same_day_from"
SAME_DAY_DESPITE_LOOKALIKE_FROM = "same_day_despite_lookalike_from"

_THRESHOLDS = (
    EMERGENCY_FROM,
    EMERGENCY_OVER_SAME_DAY_FROM,
    EMERGENCY_OTHER_LANGUAGE_FROM,
    EMERGENCY_DESPITE_LOOKALIKE_FROM,
    HARMLESS_DESPITE_PHRASES_FROM,
    SUSPICIOUS_PIECE_FROM,
    SAME_DAY_FROM,
    SAME_DAY_DESPITE_LOOKALIKE_FROM,
)

_ALARMS: tuple[Level, ...] = ("emergency", "same_day")
# Flags that hold whatever the classifier makes of the message.
_FIRM = frozenset({"suicide", "asks_for_help", "poisoning"})
# Characters of a message that the classifier surely reads to its end, and all its pieces.
_READ_TO_ITS_END = 250


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RedFlagDetector(IntentClassifier, GraphComponent):
    """Adds ``red_flag`` to the parse and lets an emergency override the intent."""

    @classmethod
    def required_components(cls) -> list[type]:
        """The classifier comes first."""
        return [TopicClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults; how they were set: docs/safety.md."""
        return {
            # The classifier's probability of an emergency from which one is assumed.
            EMERGENCY_FROM: 0.6,
            # The same where it is an alarm in any case, and only its urgency is in doubt.
            EMERGENCY_OVER_SAME_DAY_FROM: 0.3,
            # The same for a message in a language that the encoder hardly knows.
            EMERGENCY_OTHER_LANGUAGE_FROM: 0.9,
            # The same where a look-alike rule explains the alarming words: no list of idioms knows
            # everything else that a message may say.
            EMERGENCY_DESPITE_LOOKALIKE_FROM: 0.98,
            # The classifier's probability of the one thing that a message asks or says, and that
            # is no alarm, from which a red flag's phrases don't count …
            HARMLESS_DESPITE_PHRASES_FROM: 0.985,
            # … unless it is an emergency with this probability in one of the message's pieces.
            SUSPICIOUS_PIECE_FROM: 0.02,
            # The classifier's probability of a concern that the clinic has to hear today.
            SAME_DAY_FROM: 0.3,
            # The same where a look-alike rule holds, for who denies an emergency's sign may tell of
            # a concern all the same ("the red patch keeps creeping, no fever").
            SAME_DAY_DESPITE_LOOKALIKE_FROM: 0.5,
        }

    def __init__(self, config: dict[str, Any], red_flags: RedFlags) -> None:
        """Make the component.

        Args:
            config: The thresholds, see :meth:`get_default_config`.
            red_flags: The pattern layer.
        """
        self._config = config
        self._red_flags = red_flags

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RedFlagDetector:
        """Create the component (see parent class)."""
        return cls(config, RedFlags.load(Settings.from_environment().content / "red_flags.yml"))

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Check the configuration.

        Raises:
            ValueError: A threshold isn't a share.
        """
        for key in _THRESHOLDS:
            if not 0 <= config[key] <= 1:
                raise ValueError(f"RedFlagDetector: {key} must lie between 0 and 1: {config[key]}")

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the red flag, if any, to each message."""
        for message in messages:
            finding = self._red_flags.examine(message.get(TEXT) or "")
            flag = self._flag(message, finding)
            message.set(RED_FLAG, flag, add_to_output=True)
            if flag and flag["level"] == "emergency":
                _override_intent(message)
            elif not flag:
                _drop_alarms(message, finding.means)
        return messages

    def _flag(self, message: Message, finding: Finding) -> dict[str, str] | None:
        found = finding.red_flag
        if found and found.level == "emergency" and self._is_surely_harmless(message, found):
            return None
        level = self._suspected(message, finding)
        if found and (level is None or level == found.level or found.level == "emergency"):
            return {"level": found.level, "flag": found.id}
        return {"level": level, "flag": SUSPICION} if level else None

    def _suspected(self, message: Message, finding: Finding) -> Level | None:
        emergency, same_day = (_probability(message, level) for level in _ALARMS)
        if finding.lookalike:
            return self._despite_lookalike(finding.lookalike, emergency, same_day)
        alarm = bool(finding.red_flag) or emergency + same_day >= self._config[EMERGENCY_FROM]
        threshold = EMERGENCY_OVER_SAME_DAY_FROM if alarm else EMERGENCY_FROM
        if message.get(LANGUAGE, "en") != "en":
            threshold = EMERGENCY_OTHER_LANGUAGE_FROM
        if emergency >= self._config[threshold]:
            return "emergency"
        if same_day >= self._config[SAME_DAY_FROM]:
            return "same_day"
        return None

    def _despite_lookalike(self, rule: str, emergency: float, same_day: float) -> Level | None:
        if rule == GIBBERISH:
            return None
        if emergency >= self._config[EMERGENCY_DESPITE_LOOKALIKE_FROM]:
            return "emergency"
        return "same_day" if same_day >= self._config[SAME_DAY_DESPITE_LOOKALIKE_FROM] else None

    def _is_surely_harmless(self, message: Message, found: RedFlag) -> bool:
        topics = message.get(TOPICS) or []
        return (
            found.id not in _FIRM
            and len(message.get(TEXT)) <= _READ_TO_ITS_END
            and len(topics) == 1
            and topics[0]["topic"] not in _ALARMS
            and topics[0]["confidence"] >= self._config[HARMLESS_DESPITE_PHRASES_FROM]
            and message.get(EMERGENCY_IN_PIECES, 1.0) < self._config[SUSPICIOUS_PIECE_FROM]
            and message.get(LANGUAGE, "en") == "en"
        )


def _probability(message: Message, intent: str) -> float:
    """The highest probability of an intent, of the whole message or of one of its pieces."""
    ranking = message.get(INTENT_RANKING_KEY) or []
    topics = message.get(TOPICS) or []
    return max(
        (
            *(r[PREDICTED_CONFIDENCE_KEY] for r in ranking if r[INTENT_NAME_KEY] == intent),
            *(topic["confidence"] for topic in topics if topic["topic"] == intent),
        ),
        default=0.0,
    )


def _override_intent(message: Message) -> None:
    """Nothing else in the message is answered."""
    emergency = {INTENT_NAME_KEY: "emergency", PREDICTED_CONFIDENCE_KEY: 1.0}
    others = [r for r in message.get(INTENT_RANKING_KEY) or [] if r[INTENT_NAME_KEY] != "emergency"]
    message.set(INTENT, emergency, add_to_output=True)
    # The SDK reads the intent of a message from the ranking only.
    message.set(INTENT_RANKING_KEY, [emergency, *others], add_to_output=True)
    message.set(TOPICS, [], add_to_output=True)
    message.set(CANDIDATES, [], add_to_output=True)


def _drop_alarms(message: Message, means: str | None) -> None:
    """What a look-alike rule explains is neither answered nor offered as an alarm.

    Args:
        message: The message.
        means: Topic that is asked instead, where nothing is left.
    """
    for key in (TOPICS, CANDIDATES):
        kept = [each for each in message.get(key) or [] if each["topic"] not in _ALARMS]
        message.set(key, kept, add_to_output=True)
    ranking = message.get(INTENT_RANKING_KEY) or []
    kept = [each for each in ranking if each[INTENT_NAME_KEY] not in _ALARMS]
    if means and not (message.get(TOPICS) or message.get(CANDIDATES)):
        asked = {"topic": means, "subject": None, "confidence": 1.0}
        message.set(TOPICS, [asked], add_to_output=True)
        kept.insert(0, {INTENT_NAME_KEY: means, PREDICTED_CONFIDENCE_KEY: 1.0})
    if kept:
        message.set(INTENT, kept[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, kept, add_to_output=True)
