"""Joins phrases to messages that ask several things, so that training sees such messages.

Patients put two or three questions into one message, with or without marks between them. Writing
phrases for every combination is hopeless; joining phrases of single topics teaches the encoder
that a message may stand for several.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.nlu.topic_choice import ALARMS, SOCIAL

# Said beside a question these ask nothing, so the question alone is the message's topic.
_CHATTER = frozenset({"off_topic"})
# Never part of a longer message, or a different one when they are.
_ALONE = frozenset(
    {"affirm", "deny", "unsure", "help", "repeat", "stop", "restart_screening", "injection"}
    | {"abuse", "bot_challenge"}
)

_JOINTS = (
    *(" and ", ", ", "? ", ". ", " ", " also ", " and also ", ", and ", "! ", "? and "),
    *(" or ", " plus ", " then ", "... "),
)
_LONGEST = 16  # words of a phrase that is joined
_THREE = 0.25  # share of messages of three phrases
_CHATTY = 0.15  # share with something told before the question
_ALARMING = 0.1  # share with an alarm
_POLITE = 0.15  # share with a greeting or thanks


@dataclass(frozen=True)
class Composite:
    """A message made of several phrases.

    Attributes:
        text: The message.
        labels: What it asks, each once.
        parts: Where in the text each phrase stands, as first and last character (exclusive), and
            its own label.
    """

    text: str
    labels: tuple[str, ...]
    parts: tuple[tuple[int, int, str], ...]


class Composer:
    """Draws composites from labelled phrases."""

    def __init__(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        rng: random.Random,
        vary: Callable[[str], str] = str,
    ) -> None:
        """Sort the phrases by their part in a longer message.

        Args:
            texts: Phrases in ordinary spelling.
            labels: Label of each.
            rng: Source of every chance.
            vary: What is done to each phrase before it is joined.
        """
        self._rng = rng
        self._vary = vary
        self._questions: dict[str, list[str]] = {}
        self._others: dict[str, list[tuple[str, str]]] = {"chatter": [], "alarm": [], "social": []}
        for text, label in zip(texts, labels, strict=True):
            part = _part(label)
            if len(text.split()) > _LONGEST or part is None:
                continue
            if part == "question":
                self._questions.setdefault(label, []).append(text)
            else:
                self._others[part].append((text, label))

    def draw(self) -> Composite:
        """Return a message of two or three phrases."""
        chance = self._rng.random()
        if chance < _ALARMING and self._others["alarm"]:
            text, label = self._rng.choice(self._others["alarm"])
            parts = [(text, label), *self._ask(1)]
            self._rng.shuffle(parts)
            return self._join(parts, (label,))
        if chance < _ALARMING + _CHATTY and self._others["chatter"]:
            told = self._rng.choice(self._others["chatter"])
            asked = self._ask(1)
            return self._join([told, *asked], (asked[0][1],))
        if chance < _ALARMING + _CHATTY + _POLITE and self._others["social"]:
            parts = [self._rng.choice(self._others["social"]), *self._ask(self._rng.randint(1, 2))]
        else:
            parts = self._ask(3 if self._rng.random() < _THREE else 2)
        return self._join(parts, tuple(label for _, label in parts))

    def _ask(self, count: int) -> list[tuple[str, str]]:
        labels = self._rng.sample(sorted(self._questions), count)
        return [(self._rng.choice(self._questions[label]), label) for label in labels]

    def _join(self, parts: Sequence[tuple[str, str]], labels: tuple[str, ...]) -> Composite:
        text = ""
        places: list[tuple[int, int, str]] = []
        for phrase, label in parts:
            if text:
                text = text.rstrip("?!. ") + self._rng.choice(_JOINTS)
            said = self._vary(phrase)
            places.append((len(text), len(text) + len(said), label))
            text += said
        return Composite(text, labels, tuple(places))


def _part(label: str) -> str | None:
    if label in _ALONE:
        return None
    for part, labels in (("chatter", _CHATTER), ("alarm", ALARMS), ("social", SOCIAL)):
        if label in labels:
            return part
    return "question"
