"""What the assistant's reply to one message answered, offered and asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.evaluation.labels import EMERGENCY, LABELS, NOT_COVERED, SAME_DAY

CANDIDACY = "candidacy"
SCREENING = "screening"
FALLBACK = "fallback"
# Not one of the channel's kinds: it turned the message down as malformed or too long.
REFUSED = "refused"
# Choices that stand under many replies and are no guess of what was meant.
_ALWAYS_THERE = ("handoff", "help")
_ANSWERS = ("yes", "no", "unknown")


@dataclass(frozen=True)
class Reply:
    """The messages that answered one message of a patient.

    Attributes:
        text: What the patient reads.
        topics: What it answers, each once, in order; `not_covered` with its subject
            (`not_covered.price`), and the alarms `emergency` and `same_day`. Names that the
            evaluation files don't know (the disclosure, a fallback) are left out.
        offered: What its choices offer, in the same notation.
        offers_screening: Whether one of its choices starts the screening.
        kinds: Kinds of the messages.
        asks: Criterion that the screening asks, or None.
        answers: The screening's answers so far, criterion to yes, no or unknown.
        outcome: How the screening ended in this reply, or None.
    """

    text: str
    topics: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    offers_screening: bool = False
    kinds: tuple[str, ...] = ()
    asks: str | None = None
    answers: dict[str, str] = field(default_factory=dict)
    outcome: str | None = None

    def answered(self, screening_was_open: bool = False) -> tuple[str, ...]:
        """The topics, where a screening that starts here answers candidacy.

        Args:
            screening_was_open: The screening had asked before; then a question it repeats
                beside an answer is no topic.

        Returns:
            Topics, each once, in order.
        """
        screens = bool(self.asks or self.outcome)
        if screens and CANDIDACY not in self.topics and not (screening_was_open and self.topics):
            return (*self.topics, CANDIDACY)
        return self.topics


def read_reply(messages: list[dict[str, Any]]) -> Reply:
    """Reads the messages of the web channel's answer.

    Args:
        messages: The answer's `messages`.

    Returns:
        What they answered.

    Raises:
        KeyError: A message lacks a field that the channel promises.
    """
    choices = [choice["id"] for message in messages for choice in message["choices"]]
    screenings = [message[SCREENING] for message in messages if message.get(SCREENING)]
    return Reply(
        text="\n".join(message["text"] for message in messages),
        topics=_known(label for message in messages for label in _labels(message)),
        offered=_known(choice for choice in choices if choice not in _ALWAYS_THERE),
        offers_screening=SCREENING in choices,
        kinds=tuple(message["kind"] for message in messages),
        asks=next((message["asks"] for message in reversed(messages) if message["asks"]), None),
        answers=_answers(screenings[-1]) if screenings else {},
        outcome=next((each["outcome"] for each in screenings if each.get("outcome")), None),
    )


def _answers(screening: dict[str, Any]) -> dict[str, str]:
    """The criteria that are answered; an outcome lists the others too, as not asked."""
    answers = screening.get("answers") or {}
    return {criterion: answer for criterion, answer in answers.items() if answer in _ANSWERS}


def _labels(message: dict[str, Any]) -> Iterator[str]:
    if message["kind"] in (EMERGENCY, SAME_DAY):
        yield message["kind"]
    for topic in message["topics"]:
        if topic == NOT_COVERED and message["subject"]:
            yield f"{NOT_COVERED}.{message['subject']}"
        else:
            yield topic


def _known(labels: Iterable[str]) -> tuple[str, ...]:
    """The labels that the evaluation files know, each once."""
    named = (CANDIDACY if label == SCREENING else label for label in labels)
    known = (n for n in named if n.split(".")[0] in LABELS or n == SAME_DAY)
    return tuple(dict.fromkeys(known))
