"""Fits the rule for several questions in one message.

    python -m assistant.evaluation.several

trains on `data/` as `make train` does, with the encoder that this made, hears the phrases and the
messages of `tests/safety/unread`, whose writers it never read, fits the weights of
`assistant/nlu/topic_choice.py`, and prints them with what is right by the weights as they stand.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.nlu.encoder_training import encoder_for
from assistant.nlu.normaliser import Normaliser
from assistant.nlu.pieces import pieces
from assistant.nlu.sentence_encoder import EncoderFolder, SentenceEncoder, Vectors
from assistant.nlu.several_regression import SeveralRegression
from assistant.nlu.topic_choice import (
    KIN,
    NOT_BESIDE,
    SOCIAL,
    Parts,
    Ranked,
    choose,
    count_questions,
    evidence,
    questions,
    ranked,
)
from assistant.nlu.topic_classifier import TopicClassifier, head_settings, thresholds
from assistant.nlu.topic_head import TopicHead
from assistant.nlu.training_phrases import (
    LONG_MESSAGES,
    LongMessage,
    Phrase,
    read_hands,
    read_long_messages,
    read_phrases,
)
from assistant.settings import PROJECT

MESSAGES = PROJECT / "data" / LONG_MESSAGES
UNREAD = PROJECT / "tests" / "safety" / "unread"
# Not answered, or not counted, where something else is asked.
_BESIDE = SOCIAL | NOT_BESIDE


@dataclass(frozen=True)
class Heard:
    """A message as it was understood, and what it asks.

    Attributes:
        whole: Ranking of the whole.
        parts: Its pieces.
        asks: Its labels; those that answer alike under one name.
    """

    whole: Ranked
    parts: Parts
    asks: frozenset[str]

    @property
    def several(self) -> bool:
        """Whether more than one thing is asked, courtesies aside."""
        return count_questions(self.asks) > 1

    def right(self, answered: Iterable[str]) -> bool:
        """Tell whether these are the labels it asks; courtesies beside a question don't count.

        Args:
            answered: Labels.
        """
        got = frozenset(map(_kin, answered))
        wanted = self.asks - _BESIDE
        return (got - _BESIDE == wanted) if wanted else got == self.asks


@dataclass(frozen=True)
class _Read:
    """A message as the encoder reads it.

    Attributes:
        message: The message.
        texts: The whole in ordinary spelling, then its pieces.
        vectors: Likewise, shape `(1 + pieces, 384)`.
    """

    message: LongMessage
    texts: tuple[str, ...]
    vectors: Vectors


class Listener:
    """Understands messages as the assistant does."""

    def __init__(
        self,
        normaliser: Normaliser,
        encoder: SentenceEncoder,
        phrases: Sequence[Phrase],
        messages: Sequence[LongMessage],
    ) -> None:
        """Train on phrases and messages, with the encoder as it is.

        Args:
            normaliser: Of the phrases.
            encoder: Of the phrases and messages.
            phrases: Training phrases.
            messages: Messages of several parts.
        """
        self._normaliser, self._encoder = normaliser, encoder
        self._settings = head_settings(TopicClassifier.get_default_config())
        known = [self._read(each) for each in (*map(_as_message, phrases), *messages)]
        self._head = TopicHead.fit(
            np.stack([each.vectors[0] for each in known]),
            [each.texts[0] for each in known],
            [questions(each.message.labels) for each in known],
        )
        long = [each for each in known if len(each.texts) > 1]
        self._several = SeveralRegression.fit(
            [each.texts[0] for each in long],
            np.stack([each.vectors[0] for each in long]),
            [count_questions(each.message.labels) for each in long],
        )

    def hear(self, message: LongMessage) -> Heard:
        """Understand a message.

        Args:
            message: As written.
        """
        said = self._read(message)
        table = self._head.probabilities(said.vectors, said.texts, self._settings)
        whole, *parts = (ranked(self._head.labels, row) for row in table)
        several = self._several.log_odds(said.texts[0], said.vectors[0]) if parts else ()
        return Heard(whole, Parts(parts, several), frozenset(map(_kin, message.labels)))

    def _read(self, message: LongMessage) -> _Read:
        normalised = self._normaliser(message.text)
        places = pieces(normalised)
        texts = (normalised, *(normalised[start:end] for start, end in places))
        return _Read(message, texts, self._encoder.encode_parts(normalised, places))


def fit(messages: Sequence[Heard]) -> tuple[list[float], float]:
    """Return the weights and the bias of the rule.

    Args:
        messages: Of several pieces, some of which ask several things.
    """
    from sklearn.linear_model import LogisticRegression

    numbers: list[Sequence[float]] = []
    asked: list[bool] = []
    for message in messages:
        others = evidence(message.whole, message.parts)[1:]
        for each, odds in zip(others, message.parts.several, strict=False):
            numbers.append((*each.numbers, odds))
            asked.append(_kin(each.label) in message.asks)
            # The rule goes on to the next label only from one that is asked.
            if not asked[-1]:
                break
    regression = LogisticRegression(max_iter=1000).fit(numbers, asked)
    return [float(weight) for weight in regression.coef_[0]], float(regression.intercept_[0])


def rates(messages: Sequence[Heard]) -> dict[str, float]:
    """Return the share that is answered exactly, by the rule as it stands.

    Args:
        messages: Any messages.
    """
    limits = thresholds(TopicClassifier.get_default_config())
    right: dict[str, list[bool]] = {"several": [], "single": []}
    for message in messages:
        topics = choose(message.whole, message.parts, limits).topics
        kind = "several" if message.several else "single"
        right[kind].append(message.right(label for label, _ in topics))
    return {kind: float(np.mean(each)) for kind, each in right.items() if each}


def _listener(epochs: int) -> Listener:
    phrases, messages = read_phrases(PROJECT / "data"), read_long_messages(MESSAGES)
    normaliser, _ = Normaliser.build(phrase.text for phrase in phrases)
    folder = EncoderFolder(PROJECT / "models" / "encoders")
    fingerprint = encoder_for(
        [normaliser(phrase.text) for phrase in phrases],
        [phrase.label for phrase in phrases],
        [replace(message, text=normaliser(message.text)) for message in messages],
        epochs,
        folder,
    )
    return Listener(normaliser, folder.load(fingerprint), phrases, messages)


def _as_message(phrase: Phrase) -> LongMessage:
    return LongMessage(phrase.text, (phrase.label,), phrase.hand)


def _kin(label: str) -> str:
    return "candidacy" if label in KIN else label


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--epochs", type=int, default=2, help="rounds of fine-tuning in config.yml")
    options = parser.parse_args(arguments)

    listener = _listener(options.epochs)
    unread = [*map(_as_message, read_hands(UNREAD)), *read_long_messages(UNREAD / LONG_MESSAGES)]
    heard = list(map(listener.hear, unread))
    weights, bias = fit([message for message in heard if message.parts.pieces])
    print("WEIGHTS =", tuple(round(weight, 3) for weight in weights), "BIAS =", round(bias, 3))
    for kind, rate in rates(heard).items():
        print(f"{kind}, by the weights as they stand: {rate:.3f}")


if __name__ == "__main__":
    main()
