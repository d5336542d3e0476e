"""Fits the rule for several questions in one message, on messages that weren't trained on.

    python -m assistant.evaluation.several

trains on `data/` as `make train` does, with the encoder that this made, hears the phrases of
`tests/safety/unread` and the messages of `tests/nlu/several_questions.yml`, fits the weights of
`assistant/nlu/topic_choice.py`, and prints them with what is right by the weights as they stand.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import yaml

from assistant.evaluation.cross_validation import read, train_head
from assistant.nlu.clauses import pieces, questions
from assistant.nlu.encoder_training import encoder_for
from assistant.nlu.normaliser import Normaliser
from assistant.nlu.sentence_encoder import EncoderFolder, SentenceEncoder
from assistant.nlu.topic_choice import KIN, SOCIAL, Parts, Ranked, choose, evidence, ranked
from assistant.nlu.topic_classifier import TopicClassifier, head_settings, thresholds
from assistant.nlu.topic_head import TopicHead
from assistant.nlu.training_phrases import Phrase, read_hands, read_phrases
from assistant.settings import PROJECT

MESSAGES = PROJECT / "tests" / "nlu" / "several_questions.yml"
UNREAD = PROJECT / "tests" / "safety" / "unread"


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
        return len(self.asks - SOCIAL) > 1

    def right(self, answered: Iterable[str]) -> bool:
        """Tell whether these are the labels it asks; courtesies beside a question don't count.

        Args:
            answered: Labels.
        """
        got = frozenset(map(_kin, answered))
        wanted = self.asks - SOCIAL
        return (got - SOCIAL == wanted) if wanted else got == self.asks


class Listener:
    """Understands messages as the assistant does, trained on the phrases it was given."""

    def __init__(self, normaliser: Normaliser, encoder: SentenceEncoder, head: TopicHead) -> None:
        self._normaliser, self._encoder, self._head = normaliser, encoder, head
        self._settings = head_settings(TopicClassifier.get_default_config())

    def hear(self, text: str, labels: Collection[str]) -> Heard:
        """Understand a message.

        Args:
            text: The message as written.
            labels: What it asks.
        """
        normalised = self._normaliser(text)
        places = pieces(normalised)
        texts = [normalised, *(normalised[start:end] for start, end in places)]
        vectors = self._encoder.encode_parts(normalised, places)
        table = self._head.probabilities(vectors, texts, self._settings)
        whole, *parts = (ranked(self._head.labels, row) for row in table)
        asks = frozenset(map(_kin, labels))
        return Heard(whole, Parts(parts, questions(normalised)), asks)


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


def _kin(label: str) -> str:
    return "candidacy" if label in KIN else label


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--epochs", type=int, default=2, help="rounds of fine-tuning in config.yml")
    options = parser.parse_args(arguments)

    listener = _listener(read_phrases(PROJECT / "data"), options.epochs)
    heard = [listener.hear(phrase.text, [phrase.label]) for phrase in read_hands(UNREAD)]
    messages = yaml.safe_load(MESSAGES.read_text(encoding="utf-8"))
    heard += [listener.hear(message["text"], message["labels"]) for message in messages]
    weights, bias = fit([message for message in heard if message.parts.pieces])
    print("WEIGHTS =", tuple(round(weight, 3) for weight in weights), "BIAS =", round(bias, 3))
    for kind, rate in rates(heard).items():
        print(f"{kind}, by the weights as they stand: {rate:.3f}")


if __name__ == "__main__":
    main()
