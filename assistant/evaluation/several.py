"""Fits the rule for several questions in one message.

    python -m assistant.evaluation.several

trains on `data/` as `make train` does, with the encoder that this made, hears the phrases of
`tests/safety/unread` and the messages of `data/long_messages.tsv`, fits the weights of
`assistant/nlu/topic_choice.py`, and prints them with what is right by the weights as they stand.
Whether a message asks several things is told by a regression that never read its writer.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.evaluation.cross_validation import read, train_head
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
    asks_several,
    choose,
    evidence,
    ranked,
)
from assistant.nlu.topic_classifier import TopicClassifier, head_settings, thresholds
from assistant.nlu.topic_head import TopicHead
from assistant.nlu.training_phrases import (
    LongMessage,
    Phrase,
    read_hands,
    read_long_messages,
    read_phrases,
)
from assistant.settings import PROJECT

MESSAGES = PROJECT / "data" / "long_messages.tsv"
UNREAD = PROJECT / "tests" / "safety" / "unread"
# The writers are parted into so many groups, each heard by a regression of the others.
_FOLDS = 5
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
        return asks_several(self.asks)

    def right(self, answered: Iterable[str]) -> bool:
        """Tell whether these are the labels it asks; courtesies beside a question don't count.

        Args:
            answered: Labels.
        """
        got = frozenset(map(_kin, answered))
        wanted = self.asks - _BESIDE
        return (got - _BESIDE == wanted) if wanted else got == self.asks


@dataclass(frozen=True)
class ReadMessage:
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
    """Understands messages as the assistant does, trained on the phrases it was given."""

    def __init__(self, normaliser: Normaliser, encoder: SentenceEncoder, head: TopicHead) -> None:
        self._normaliser, self._encoder, self._head = normaliser, encoder, head
        self._settings = head_settings(TopicClassifier.get_default_config())

    def read(self, message: LongMessage) -> ReadMessage:
        """Read a message.

        Args:
            message: As written.
        """
        normalised = self._normaliser(message.text)
        places = pieces(normalised)
        texts = (normalised, *(normalised[start:end] for start, end in places))
        return ReadMessage(message, texts, self._encoder.encode_parts(normalised, places))

    def hear(self, read: ReadMessage, several: float) -> Heard:
        """Understand a message that was read.

        Args:
            read: The message.
            several: Log-odds of it asking several things.
        """
        table = self._head.probabilities(read.vectors, read.texts, self._settings)
        whole, *parts = (ranked(self._head.labels, row) for row in table)
        return Heard(whole, Parts(parts, several), frozenset(map(_kin, read.message.labels)))


def by_others(phrases: Sequence[ReadMessage], messages: Sequence[ReadMessage]) -> list[float]:
    """Return each message's log-odds of asking several things, by what its writer had no part in.

    Args:
        phrases: Training phrases, of several pieces as the messages are.
        messages: Messages.
    """
    hands = sorted({each.message.hand for each in messages})
    group = {hand: number % _FOLDS for number, hand in enumerate(hands)}
    odds = np.zeros(len(messages))
    for fold in range(_FOLDS):
        training = [
            each for each in (*phrases, *messages) if group.get(each.message.hand, -1) != fold
        ]
        regression = SeveralRegression.fit(
            [each.texts[0] for each in training],
            np.stack([each.vectors[0] for each in training]),
            [asks_several(each.message.labels) for each in training],
        )
        for place, each in enumerate(messages):
            if group[each.message.hand] == fold:
                odds[place] = regression.log_odds(each.texts[0], each.vectors[0])
    return odds.tolist()


def fit(messages: Sequence[Heard]) -> tuple[list[float], float]:
    """Return the weights and the bias of the rule.

    Args:
        messages: Of several pieces, some of which ask several things.
    """
    from sklearn.linear_model import LogisticRegression

    numbers: list[Sequence[float]] = []
    asked: list[bool] = []
    for message in messages:
        for each in evidence(message.whole, message.parts):
            numbers.append(each.numbers)
            asked.append(_kin(each.label) in message.asks)
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


def _listener(phrases: Sequence[Phrase], epochs: int) -> Listener:
    texts = [phrase.text for phrase in phrases]
    normaliser, _ = Normaliser.build(texts)
    folder = EncoderFolder(PROJECT / "models" / "encoders")
    labels = [phrase.label for phrase in phrases]
    encoder = folder.load(encoder_for(list(map(normaliser, texts)), labels, epochs, folder))
    return Listener(normaliser, encoder, train_head(read(phrases, normaliser, encoder)))


def _as_message(phrase: Phrase) -> LongMessage:
    return LongMessage(phrase.text, (phrase.label,), phrase.hand)


def _is_long(read: ReadMessage) -> bool:
    return len(read.texts) > 1


def _kin(label: str) -> str:
    return "candidacy" if label in KIN else label


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--epochs", type=int, default=2, help="rounds of fine-tuning in config.yml")
    options = parser.parse_args(arguments)

    phrases = read_phrases(PROJECT / "data")
    listener = _listener(phrases, options.epochs)
    unread = [_as_message(phrase) for phrase in read_hands(UNREAD)]
    messages = [listener.read(each) for each in (*unread, *read_long_messages(MESSAGES))]
    long = list(filter(_is_long, messages))
    single = (listener.read(_as_message(phrase)) for phrase in phrases)
    odds = by_others(list(filter(_is_long, single)), long)
    heard = [listener.hear(*each) for each in zip(long, odds, strict=True)]
    heard += [listener.hear(each, 0.0) for each in messages if not _is_long(each)]
    weights, bias = fit([message for message in heard if message.parts.pieces])
    print("WEIGHTS =", tuple(round(weight, 3) for weight in weights), "BIAS =", round(bias, 3))
    for kind, rate in rates(heard).items():
        print(f"{kind}, by the weights as they stand: {rate:.3f}")


if __name__ == "__main__":
    main()
