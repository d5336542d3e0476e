"""Rasa component: what a message means, as vectors of the whole and of its pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.normaliser import Normaliser
from assistant.nlu.pieces import pieces, without_correction
from assistant.nlu.sentence_encoder import EncoderFolder, SentenceEncoder, Vectors, sha256_of
from assistant.nlu.several_regression import SeveralRegression
from assistant.nlu.topic_choice import count_questions, questions
from assistant.nlu.training_phrases import LongMessage, label_of, read_long_messages
from assistant.nlu.vocabulary import Vocabulary

# Keys in the message, for the components that follow; not part of the parse.
NORMALISED = "normalised"
READING = "reading"
# Likewise, of what is trained on: all that it asks.
LABELS = "labels"
# The message in ordinary spelling, for the dialogue; part of the parse.
SPELLED = "spelled"

_VOCABULARY_FILE = "vocabulary.json.gz"
_ENCODER_FILE = "encoder.sha256"
_SEVERAL_FILE = "several.npz"
# Remembered readings: the same short messages ("yes", "how much") come again and again.
_REMEMBERED = 2_000


@dataclass(frozen=True)
class Reading:
    """A message as the classifier sees it.

    Attributes:
        spelled: The message in ordinary spelling.
        text: The same, without what it takes back.
        vector: Meaning of the whole, shape `(384,)`, unit length.
        pieces: Its pieces if there are several, else empty.
        piece_vectors: What they mean within the message, shape `(len(pieces), 384)`.
        several: Log-odds of it asking at least two, three and four things; empty where it is of
            one piece.
    """

    spelled: str
    text: str
    vector: Vectors
    pieces: tuple[str, ...]
    piece_vectors: Vectors
    several: tuple[float, ...]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """Normalises a message, splits it into pieces and encodes it and them.

    Training fine-tunes the encoder on the training phrases and writes it beside the model, as
    `<encoders>/<sha256>.onnx`; the model archive holds the fingerprint and the vocabulary.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """No component has to come first: the text itself is read."""
        return []

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that serving needs."""
        return ["onnxruntime", "tokenizers"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the defaults."""
        return {
            **DenseFeaturizer.get_default_config(),
            # Folder of the encoder files, from the working folder.
            "encoders": "models/encoders",
            # Rounds of fine-tuning over the training phrases; 0 keeps the pretrained encoder.
            "epochs": 0,
            # Messages of several parts: what they mean, and when several things are asked.
            "long_messages": "data/long_messages.tsv",
        }

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
    ) -> None:
        """Make an untrained featurizer; `train` or `load` fill it."""
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._encoders = EncoderFolder(Path(self._config["encoders"]))
        self._normaliser: Normaliser | None = None
        self._encoder: SentenceEncoder | None = None
        self._several: SeveralRegression | None = None
        self._remembered: dict[str, Reading] = {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        """Create an untrained component (see parent class)."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Tell Rasa's cache of the file that isn't among its training data."""
        return sha256_of(Path(config["long_messages"]))

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Check the configuration.

        Raises:
            ValueError: `epochs` isn't a number of rounds.
        """
        if not isinstance(config["epochs"], int) or config["epochs"] < 0:
            raise ValueError(f"SentenceFeaturizer: epochs must be 0 or more: {config['epochs']!r}")

    def train(self, training_data: TrainingData) -> Resource:
        """Build the vocabulary, the encoder and the regression, and keep them."""
        # Imported here because it pulls in ONNX, which serving doesn't need.
        from assistant.nlu.encoder_training import encoder_for

        examples = training_data.intent_examples
        texts = [example.get(TEXT) for example in examples]
        self._normaliser, vocabulary = Normaliser.build(texts)
        normalised = [self._normaliser(text) for text in texts]
        labels = [label_of(example) for example in examples]
        messages = [
            replace(message, text=self._normaliser(message.text)) for message in self._messages()
        ]
        fingerprint = encoder_for(
            normalised,
            labels,
            _of_these(labels, messages),
            epochs=self._config["epochs"],
            encoders=self._encoders,
        )
        with self._model_storage.write_to(self._resource) as folder:
            vocabulary.save(folder / _VOCABULARY_FILE)
            (folder / _ENCODER_FILE).write_text(fingerprint, encoding="utf-8")
            self._encoder = self._encoders.load(fingerprint)
            self._several = self._learn_several(normalised, messages)
            self._several.save(folder / _SEVERAL_FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceFeaturizer:
        """Load a trained component.

        Raises:
            EncoderError: The encoder's file is missing or was altered.
        """
        component = cls(config, execution_context.node_name, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            vocabulary = Vocabulary.load(folder / _VOCABULARY_FILE)
            fingerprint = (folder / _ENCODER_FILE).read_text(encoding="utf-8")
            component._several = SeveralRegression.load(folder / _SEVERAL_FILE)
        component._normaliser = Normaliser(vocabulary)
        component._encoder = component._encoders.load(fingerprint)
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        """Add spelled and normalised text, reading and sentence feature to each message."""
        for message in messages:
            reading = self.read(message.get(TEXT) or "")
            message.set(NORMALISED, reading.text)
            message.set(READING, reading)
            message.set(SPELLED, reading.spelled, add_to_output=True)
            self._add_feature(message, reading.vector)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add normalised text, labels and sentence feature to each example, and the messages."""
        for example in training_data.intent_examples:
            example.set(LABELS, (label_of(example),))
        known = {label_of(example) for example in training_data.intent_examples}
        messages = [
            Message({TEXT: message.text, LABELS: questions(message.labels)})
            for message in _of_these(known, self._messages())
        ]
        self._prepare([*training_data.intent_examples, *messages])
        return TrainingData([*training_data.training_examples, *messages])

    def read(self, text: str) -> Reading:
        """Return the reading of a text; any text will do."""
        if text not in self._remembered:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[text] = self._read(text)
        return self._remembered[text]

    def _read(self, text: str) -> Reading:
        spelled = self._normalise(text)
        normalised = without_correction(spelled)
        places = pieces(normalised)
        assert self._encoder is not None
        assert self._several is not None
        vectors = self._encoder.encode_parts(normalised, places)
        return Reading(
            spelled,
            normalised,
            vectors[0],
            tuple(normalised[start:end] for start, end in places),
            vectors[1:],
            self._several.log_odds(normalised, vectors[0]) if places else (),
        )

    def _learn_several(self, phrases: list[str], messages: list[LongMessage]) -> SeveralRegression:
        """Learn how many things a message asks; each training phrase asks one."""
        asked = [(phrase, 1) for phrase in phrases]
        asked += [(message.text, count_questions(message.labels)) for message in messages]
        texts, numbers = zip(*(each for each in asked if pieces(each[0])), strict=True)
        assert self._encoder is not None
        return SeveralRegression.fit(texts, self._encoder.encode_all(texts), numbers)

    def _messages(self) -> list[LongMessage]:
        return read_long_messages(Path(self._config["long_messages"]))

    def _prepare(self, examples: Sequence[Message]) -> None:
        """Add to examples normalised text and sentence feature."""
        texts = [self._normalise(example.get(TEXT)) for example in examples]
        assert self._encoder is not None
        for example, text, vector in zip(
            examples, texts, self._encoder.encode_all(texts), strict=True
        ):
            example.set(NORMALISED, text)
            self._add_feature(example, vector)

    def _normalise(self, text: str) -> str:
        assert self._normaliser is not None
        return self._normaliser(text)

    def _add_feature(self, message: Message, vector: Vectors) -> None:
        origin = self._config[FEATURIZER_CLASS_ALIAS]
        message.add_features(Features(vector[None], FEATURE_TYPE_SENTENCE, TEXT, origin))


def _of_these(labels: Iterable[str], messages: list[LongMessage]) -> list[LongMessage]:
    """Return the messages, or none if one asks what no phrase asks.

    Then they are another procedure's: they tell when several things are asked, but not what.
    """
    asked = {label for message in messages for label in message.labels}
    return messages if asked.issubset(labels) else []
