"""Rasa component: what a message asks."""

from __future__ import annotations

from typing import Any

import numpy as np
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
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu import language
from assistant.nlu.pieces import is_question
from assistant.nlu.sentence_featurizer import (
    LABELS,
    NORMALISED,
    READING,
    Reading,
    SentenceFeaturizer,
)
from assistant.nlu.topic_choice import (
    EMERGENCY,
    Choice,
    Parts,
    Ranked,
    Thresholds,
    choose,
    ranked,
)
from assistant.nlu.topic_head import HeadSettings, TopicHead
from assistant.nlu.training_phrases import split_label

TOPICS = "topics"
CANDIDATES = "candidates"
QUESTION = "question"
LANGUAGE = "language"
EMERGENCY_IN_PIECES = "emergency_in_pieces"
"""The highest probability of an emergency among a message's pieces; 0 where it is of one."""

RANKING_LENGTH = 5

# Blank or pictures only: there is nothing to understand, and nothing to be unsure about.
NOTHING_SAID = Choice(topics=[("injection", 1.0)], candidates=[])

_HEAD_FILE = "head.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """Decides which topics a message asks; keys and values stand in docs/architecture.md."""

    @classmethod
    def required_components(cls) -> list[type]:
        """The sentence vectors come first."""
        return [SentenceFeaturizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults; how they were set: docs/decisions/nlu.md."""
        return {
            # Nearest training phrases that vote, how fast a vote fades with cosine distance, the
            # share of the vote beside the regression, and that of the very words beside both.
            "neighbours": 15,
            "neighbour_temperature": 0.03,
            "neighbour_weight": 0.5,
            "word_weight": 0.45,
            # Makes confidences honest: below 1 sharpens, above 1 flattens.
            "temperature": 0.9,
            # All labels are trained alike, but a patient asks about any one subject that the guide
            # doesn't cover more seldom: log-odds against each.
            "subject_rarity": 1.0,
            # A question is answered from this confidence on; below, the patient is asked which of
            # the candidates was meant.
            "answer_from": 0.45,
            # Small talk and insults, which can't be offered as candidates, are taken as understood
            # from this confidence on.
            "take_from": 0.35,
            # A candidate worth offering has at least this confidence.
            "offer_from": 0.08,
            # A question in a message of several pieces is answered for itself from this
            # confidence on.
            "several_from": 0.75,
            # A third or fourth one, once two are: no message that asks one thing is at stake.
            "further_from": 0.4,
        }

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        """Make an untrained classifier; `train` or `load` fill it."""
        self._model_storage = model_storage
        self._resource = resource
        self._head: TopicHead | None = None
        self._settings = head_settings(config)
        self._thresholds = thresholds(config)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """Create an untrained component (see parent class)."""
        return cls(config, model_storage, resource)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Check the configuration.

        Raises:
            ValueError: A threshold isn't a share, or a temperature or number isn't positive.
        """
        for key in (
            "neighbour_weight",
            "word_weight",
            "answer_from",
            "take_from",
            "offer_from",
            "several_from",
            "further_from",
        ):
            if not 0 <= config[key] <= 1:
                raise ValueError(f"TopicClassifier: {key} must lie between 0 and 1: {config[key]}")
        if config["subject_rarity"] < 0:
            raise ValueError("TopicClassifier: subject_rarity must be 0 or more")
        for key in ("neighbours", "neighbour_temperature", "temperature"):
            if config[key] <= 0:
                raise ValueError(f"TopicClassifier: {key} must be more than 0: {config[key]}")

    def train(self, training_data: TrainingData) -> Resource:
        """Train the head on the vectors and words of what the featurizer read."""
        examples = [each for each in training_data.training_examples if each.get(LABELS)]
        self._head = TopicHead.fit(
            np.stack([_vector(example) for example in examples]),
            [example.get(NORMALISED) for example in examples],
            [example.get(LABELS) for example in examples],
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._head.save(folder / _HEAD_FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """Load a trained component."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._head = TopicHead.load(folder / _HEAD_FILE)
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        """Add intent, ranking, topics, candidates, question and language to each message."""
        for message in messages:
            reading: Reading = message.get(READING)
            self._set(message, reading)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training examples need no prediction."""
        return training_data

    def _set(self, message: Message, reading: Reading) -> None:
        if not reading.text:
            whole, pieces, choice = NOTHING_SAID.topics, [], NOTHING_SAID
        else:
            whole, *pieces = self._understand(reading)
            choice = choose(whole, Parts(pieces, reading.several), self._thresholds)
        ranking = _intent_ranking(choice, whole)
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        message.set(TOPICS, [_topic(*label) for label in choice.topics], add_to_output=True)
        message.set(CANDIDATES, [_topic(*x) for x in choice.candidates], add_to_output=True)
        message.set(QUESTION, is_question(reading.text), add_to_output=True)
        message.set(LANGUAGE, language.guess(message.get(TEXT) or ""), add_to_output=True)
        message.set(EMERGENCY_IN_PIECES, _highest(EMERGENCY, pieces))

    def _understand(self, reading: Reading) -> list[Ranked]:
        """Return the ranking of the whole message, then those of its pieces."""
        assert self._head is not None
        vectors = np.concatenate([reading.vector[None], reading.piece_vectors])
        texts = [reading.text, *reading.pieces]
        table = self._head.probabilities(vectors, texts, self._settings)
        return [ranked(self._head.labels, row) for row in table]


def head_settings(config: dict[str, Any]) -> HeadSettings:
    """Return the head's part of the component's configuration."""
    return HeadSettings(
        neighbours=config["neighbours"],
        neighbour_temperature=config["neighbour_temperature"],
        neighbour_weight=config["neighbour_weight"],
        word_weight=config["word_weight"],
        temperature=config["temperature"],
        subject_rarity=config["subject_rarity"],
    )


def thresholds(config: dict[str, Any]) -> Thresholds:
    """Return the thresholds of the component's configuration."""
    return Thresholds(
        answer=config["answer_from"],
        take=config["take_from"],
        offer=config["offer_from"],
        several=config["several_from"],
        further=config["further_from"],
    )


def _vector(example: Message) -> np.ndarray[Any, np.dtype[np.float32]]:
    _, sentence = example.get_dense_features(TEXT)
    vector: np.ndarray[Any, np.dtype[np.float32]] = sentence.features[-1]
    return vector


def _highest(label: str, rankings: list[Ranked]) -> float:
    return max((dict(ranking).get(label, 0.0) for ranking in rankings), default=0.0)


def _topic(label: str, confidence: float) -> dict[str, Any]:
    intent, subject = split_label(label)
    return {"topic": intent, "subject": subject, "confidence": round(confidence, 4)}


def _intent_ranking(choice: Choice, whole: Ranked) -> list[dict[str, str | float]]:
    """Return the first five intents, the chosen one first; a subject counts for its intent."""
    best: dict[str, float] = {}
    for label, confidence in [*choice.topics[:1], *whole]:
        best.setdefault(split_label(label)[0], confidence)
    return [
        {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: confidence}
        for intent, confidence in list(best.items())[:RANKING_LENGTH]
    ]
