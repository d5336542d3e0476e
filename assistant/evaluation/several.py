"""Fits the rule for several questions in one message, on writers that weren't trained on.

    python -m assistant.evaluation.several --hands phones_and_thumbs ordinary_visitors --epochs 3

trains without these hands, reads their phrases and their messages of
`tests/nlu/several_questions.yml`, fits the weights of `assistant/nlu/topic_choice.py`, and prints
them with what is right by the weights as they stand. Fine-tuning takes as long as `make train`.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from assistant.evaluation.cross_validation import read, reader, train_head
from assistant.nlu.clauses import pieces, questions
from assistant.nlu.encoder_export import pretrained_weights
from assistant.nlu.normaliser import Normaliser
from assistant.nlu.sentence_encoder import SentenceEncoder
from assistant.nlu.topic_choice import KIN, SOCIAL, Parts, Ranked, choose, evidence, ranked
from assistant.nlu.topic_classifier import TopicClassifier, head_settings, thresholds
from assistant.nlu.topic_head import TopicHead
from assistant.nlu.training_phrases import Phrase, read_phrases
from assistant.settings import PROJECT

MESSAGES = PROJECT / "tests" / "nlu" / "several_questions.yml"
# A message that asks several things counts as much as so many single phrases: there are fewer.
_WEIGHT = 3.0
# Labels of the whole and of each piece that are looked at; the others are never asked.
_FIRST = 3


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
    weights: list[float] = []
    for message in messages:
        rankings = (message.whole, *message.parts.pieces)
        first = {_kin(label) for ranking in rankings for label, _ in ranking[:_FIRST]}
        for each in evidence(message.whole, message.parts):
            if _kin(each.label) in first:
                numbers.append(each.numbers)
                asked.append(_kin(each.label) in message.asks)
                weights.append(_WEIGHT if message.several else 1.0)
    regression = LogisticRegression(max_iter=1000).fit(numbers, asked, sample_weight=weights)
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


def _listener(training: Sequence[Phrase], epochs: int) -> Listener:
    normaliser, encoder = reader(training, pretrained_weights(), epochs)
    return Listener(normaliser, encoder, train_head(read(training, normaliser, encoder)))


def _kin(label: str) -> str:
    return "candidacy" if label in KIN else label


def _messages(path: Path, hands: Collection[str]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [each for each in listed if each["hand"] in hands]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--hands", nargs="+", required=True, help="hands to leave out")
    parser.add_argument("--epochs", type=int, default=3, help="rounds of fine-tuning")
    options = parser.parse_args(arguments)

    phrases = read_phrases(PROJECT / "data")
    listener = _listener([p for p in phrases if p.hand not in options.hands], options.epochs)
    heard = [listener.hear(p.text, [p.label]) for p in phrases if p.hand in options.hands]
    heard += [listener.hear(m["text"], m["labels"]) for m in _messages(MESSAGES, options.hands)]
    weights, bias = fit([message for message in heard if message.parts.pieces])
    print("WEIGHTS =", tuple(round(weight, 3) for weight in weights), "BIAS =", round(bias, 3))
    for kind, rate in rates(heard).items():
        print(f"{kind}, by the weights as they stand: {rate:.3f}")


if __name__ == "__main__":
    main()
