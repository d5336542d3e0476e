"""A conversation's events as turns, and as the screenings in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.staff.report.reading import Event

HANDOFF = "handoff"
NOT_COVERED = "not_covered"
SCREENING_FORM = "screening_form"

# All text lines read the wording `sms`; how a conversation's id begins tells by which one it came.
_TEXTS = "sms"
_TEXT_LINES = {"whatsapp": "whatsapp", "cw": "chatwoot_text"}


@dataclass
class Turn:
    """A patient's message and what was said to it.

    Attributes:
        time: When it came, in seconds since 1970.
        channel: By which it came; the text lines have names of their own.
        text: What the patient wrote; empty for a choice.
        confidence: How sure the assistant was of its best guess, 0 to 1.
        guesses: What it took the message for, best first; `not_covered/<subject>` with the subject.
        kinds: Kinds of the messages that answered it.
        topics: What these answered, in order, without repetition.
        subjects: Subjects among them that the guide doesn't cover.
        cites_guide: Whether one of them rests on the guide.
    """

    time: float
    channel: str
    text: str
    confidence: float
    guesses: tuple[str, ...]
    kinds: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    cites_guide: bool = False

    def add(self, event: Event) -> None:
        """Adds a message of the assistant's.

        Args:
            event: The `bot` event.
        """
        outer = event.get("metadata") or {}
        metadata = outer.get("metadata") or {}
        self.kinds.append(metadata.get("kind") or "answer")
        self.topics += [each for each in metadata.get("topics") or () if each not in self.topics]
        subject = metadata.get("subject")
        if subject and subject not in self.subjects:
            self.subjects.append(subject)
        self.cites_guide = self.cites_guide or bool(metadata.get("passages"))


@dataclass
class Screening:
    """A candidacy screening.

    Attributes:
        time: When it was opened, in seconds since 1970.
        question: The criterion that was asked last, or None.
        outcome: What it came to; `interrupted` where something else ended it, `unfinished` where
            the patient left.
    """

    time: float
    question: str | None = None
    outcome: str = "unfinished"


def turns(conversation: str, events: Sequence[Event]) -> Iterator[Turn]:
    """Groups events by the message that led to them.

    Args:
        conversation: The conversation's id.
        events: A conversation's events in order; answers before the first message are left out.

    Yields:
        The turns in order.
    """
    turn = None
    for event in events:
        if event["event"] == "user":
            if turn:
                yield turn
            turn = _turn(conversation, event)
        elif event["event"] == "bot" and turn:
            turn.add(event)
    if turn:
        yield turn


def screenings(events: Sequence[Event]) -> Iterator[Screening]:
    """Follows the screening form.

    Args:
        events: A conversation's events in order.

    Yields:
        Each screening that was begun among them; one that was corrected after its outcome, or gone
        on with, counts once, as it ended at last.
    """
    current: Screening | None = None
    told: Screening | None = None  # one whose outcome was told, and may be taken up again
    for event in events:
        kind = event["event"]
        begins = kind == "active_loop" and event["name"] == SCREENING_FORM
        # A form that has closed tells its outcome at once, or after a fault with a later message.
        if begins:
            if current:
                yield current
            current = Screening(event["timestamp"])
        elif told and current and _is_a_start(event):
            yield told
            told = None
        elif current and kind == "active_loop":
            current.outcome = "interrupted"
        elif current and kind == "slot" and event["name"] == "requested_slot":
            current.question = event["value"] or current.question
        elif current and kind == "slot" and event["value"]:
            current.outcome = event["value"]["outcome"]
            told, current = current, None
    last = current or told
    if last:
        yield last


def _is_a_start(event: Event) -> bool:
    """Whether a screening is begun; one that is taken up goes on without these words."""
    return bool((event.get("metadata") or {}).get("utter_action") == "utter_screening_start")


def _turn(conversation: str, event: Event) -> Turn:
    parse = event.get("parse_data") or {}
    choice = parse.get("choice")
    guesses = [_label(each) for each in (parse.get("topics") or parse.get("candidates") or ())]
    intent = parse.get("intent") or {}
    if not guesses and intent.get("name"):
        guesses = [intent["name"]]
    return Turn(
        time=event["timestamp"],
        channel=_channel(conversation, event.get("input_channel") or "unknown"),
        text="" if choice else event.get("text") or "",
        confidence=_confidence(parse),
        guesses=tuple(guesses),
    )


def _channel(conversation: str, wording: str) -> str:
    if wording != _TEXTS:
        return wording
    return _TEXT_LINES.get(conversation.partition("-")[0], _TEXTS)


def _confidence(parse: dict[str, Any]) -> float:
    """That of the topics where there are some: the surest of what was answered."""
    found = [each["confidence"] for each in parse.get("topics") or () if "confidence" in each]
    return float(max(found) if found else (parse.get("intent") or {}).get("confidence") or 0.0)


def _label(found: dict[str, Any]) -> str:
    subject = found.get("subject")
    return f"{found['topic']}/{subject}" if subject else str(found["topic"])
