"""What the policy needs to know of the turn it is in, read from the tracker's events."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rasa.shared.core.constants import (
    ACTION_DEACTIVATE_LOOP_NAME,
    ACTION_EXTRACT_SLOTS,
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    REQUESTED_SLOT,
)
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)

from actions.screening import FOR_ANOTHER, told_of, words_of

SCREENING_FORM = "screening_form"
OUTCOME = "action_screening_outcome"
SUMMARY = "screening_summary"
POINTS = "points_to_raise"
UNAVAILABLE = "utter_unavailable"


@dataclass(frozen=True)
class Asked:
    """One thing that a message asks.

    Attributes:
        topic: Intent id, such as `pain` or `not_covered`.
        subject: Subject id where the topic is `not_covered`, else None.
    """

    topic: str
    subject: str | None = None


@dataclass(frozen=True)
class Turn:
    """The patient's message and what stood before it.

    Attributes:
        parse: What NLU found (docs/architecture.md).
        open_question: Criterion that the screening asks just now, or None.
        screening_open: Whether the screening form was open when the message came.
        previous: What the assistant answered in its last turn, in order.
        previous_responses: Names of the responses of that turn, in order.
        previous_kinds: Kinds of its messages, such as `answer` or `fallback`.
        offered: What the assistant's last turn offered to choose from, where it wasn't sure.
        misses: Turns in a row, just before this one, that ended in a fallback.
        first: Whether this is the first message of the session.
        pause: Seconds between the assistant's last words and the message.
        done: Actions executed since the message came, in order.
        failed: Whether the last of them was run by the action server and changed nothing.
        answers: Slots that were set in the session, the screening's answers among them.
        owed: Whether a fault kept back the outcome of a screening that is over.
        interrupted: Whether an emergency's line ended a screening that wasn't opened since.
    """

    parse: dict[str, Any]
    open_question: str | None = None
    screening_open: bool = False
    previous: tuple[Asked, ...] = ()
    previous_responses: tuple[str, ...] = ()
    previous_kinds: tuple[str, ...] = ()
    offered: tuple[Asked, ...] = ()
    misses: int = 0
    first: bool = False
    pause: float = 0.0
    done: tuple[str, ...] = ()
    failed: bool = False
    answers: Mapping[str, Any] = field(default_factory=dict)
    owed: bool = False
    interrupted: bool = False

    @property
    def intent(self) -> str | None:
        """Name of the message's intent."""
        return (self.parse.get("intent") or {}).get("name")

    @property
    def words(self) -> str:
        """The message in ordinary spelling."""
        return words_of(self.parse)

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What the message asks by itself, in order.

        A parse without `topics` (a test story, a button in the shell) counts with its intent.
        """
        if "topics" in self.parse:
            found = self.parse["topics"]
        elif self.intent and self.intent != "answer":
            found = [{"topic": self.intent, "subject": self._entity("subject")}]
        else:
            found = []
        return tuple(Asked(each["topic"], each.get("subject")) for each in found)

    @property
    def statements(self) -> Mapping[str, str]:
        """Criteria to what the message states of the one who is screened."""
        return self._told.get("statements") or {}

    @property
    def mentions(self) -> Sequence[str]:
        """What else it tells of that person and matters to a provider."""
        return self._told.get("mentions") or ()

    @property
    def for_another(self) -> bool:
        """Whether the screening is, or was, for another person than the one who writes."""
        return FOR_ANOTHER in (self.answers.get(POINTS) or ())

    @property
    def _told(self) -> Mapping[str, Any]:
        return told_of(self.parse, self.for_another)

    @property
    def polarity(self) -> str | None:
        """The message read as an answer: `yes`, `no`, `unsure` or None."""
        polarity: str | None = self._told.get("polarity")
        return polarity

    @property
    def candidates(self) -> tuple[Asked, ...]:
        """What the message might ask, best first."""
        return tuple(
            Asked(each["topic"], each.get("subject")) for each in self.parse.get("candidates") or ()
        )

    @property
    def choice(self) -> dict[str, str]:
        """Criterion and answer of a chosen button; empty where none was chosen."""
        if self.intent != "answer":
            return {}
        return {each["entity"]: each["value"] for each in self.parse.get("entities") or ()}

    def _entity(self, name: str) -> str | None:
        for each in self.parse.get("entities") or ():
            if each["entity"] == name:
                return str(each["value"])
        return None


def tells_of_another(turn: Turn) -> bool:
    """Tells whether a message is about somebody else's health, and nobody is to be screened.

    Args:
        turn: The message and what stood before it.

    Returns:
        True for the likes of "she has asthma, she took her puffer".
    """
    told = turn.parse.get("of_another") or {}
    own = turn.statements or turn.mentions
    return bool((told.get("statements") or told.get("mentions")) and not own)


@dataclass
class _BotTurn:
    """What the assistant said between two messages."""

    topics: list[Asked] = field(default_factory=list)
    responses: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    offered: list[Asked] = field(default_factory=list)

    def add(self, event: BotUttered) -> None:
        metadata = event.metadata.get("metadata") or event.metadata
        self.responses.append(event.metadata.get("utter_action") or "")
        self.kinds.append(metadata.get("kind") or "answer")
        if self.kinds[-1] == "fallback":
            buttons = event.data.get("buttons") or ()
            self.offered += [_read_payload(each["payload"]) for each in buttons]
        for topic in metadata.get("topics") or ():
            self.topics.append(Asked(topic, metadata.get("subject")))


def _read_payload(payload: str) -> Asked:
    """What a button asks: `/pain`, `/not_covered{"subject": "price"}`."""
    topic, brace, entities = payload.removeprefix("/").partition("{")
    return Asked(topic, json.loads(brace + entities).get("subject") if brace else None)


def read_turn(events: Sequence[Event]) -> Turn | None:
    """Reads the current turn.

    Args:
        events: The session's events, oldest first. All of them, not the applied ones: those
            leave out a user's message inside a form.

    Returns:
        The turn, or None where no message has come yet.
    """
    start = _last(events, UserUttered)
    if start is None:
        return None
    message = events[start]
    assert isinstance(message, UserUttered)
    before = events[:start]
    began = _last(before, SessionStarted)
    session = before if began is None else before[began:]
    after = events[start + 1 :]
    bot_turns = _bot_turns(before)
    loop_open, question = _form_state(before)
    return Turn(
        parse=dict(message.parse_data),
        open_question=question if loop_open else None,
        screening_open=loop_open,
        previous=tuple(bot_turns[-1].topics) if bot_turns else (),
        previous_responses=tuple(bot_turns[-1].responses) if bot_turns else (),
        previous_kinds=tuple(bot_turns[-1].kinds) if bot_turns else (),
        offered=tuple(bot_turns[-1].offered) if bot_turns else (),
        misses=_misses(bot_turns),
        first=not any(isinstance(event, UserUttered) for event in session),
        pause=message.timestamp - before[-1].timestamp if before else 0.0,
        done=tuple(_done(after)),
        failed=_failed(after),
        answers={event.key: event.value for event in session if isinstance(event, SlotSet)},
        owed=is_outcome_owed(session),
        interrupted=_was_interrupted(session),
    )


def _done(events: Sequence[Event]) -> list[str]:
    return [
        event.action_name
        for event in events
        if isinstance(event, ActionExecuted)
        and event.action_name
        and event.action_name != ACTION_EXTRACT_SLOTS
    ]


def is_outcome_owed(session: Sequence[Event]) -> bool:
    """Tells whether a fault kept back the outcome of a screening, in the last turn or before.

    A patient who stops is told so while the form is still open, and can say it again.

    Args:
        session: The session's events, oldest first.

    Returns:
        Whether the outcome was called for and hasn't been told since.
    """
    loop = owed = False
    last = ""
    for event in session:
        if isinstance(event, ActiveLoop):
            loop = event.name is not None
        for name in _done([event]):
            if last == OUTCOME:
                owed = name == UNAVAILABLE and not loop
            elif name == SCREENING_FORM or name.startswith("utter_emergency"):
                owed = False
            last = name
    return owed


def _was_interrupted(session: Sequence[Event]) -> bool:
    loop = alarm = interrupted = False
    for event in session:
        if isinstance(event, UserUttered):
            alarm = False
        elif isinstance(event, ActiveLoop):
            interrupted = loop and alarm and event.name is None
            loop = event.name is not None
        alarm = alarm or any(name.startswith("utter_emergency") for name in _done([event]))
    return interrupted


def _last(events: Sequence[Event], kind: type[Event]) -> int | None:
    for index in range(len(events) - 1, -1, -1):
        if isinstance(events[index], kind):
            return index
    return None


def _bot_turns(events: Sequence[Event]) -> list[_BotTurn]:
    """One entry for each earlier message of the session, empty where nothing was said."""
    turns: list[_BotTurn] = []
    for event in events:
        if isinstance(event, SessionStarted):
            turns = []
        elif isinstance(event, UserUttered):
            turns.append(_BotTurn())
        elif isinstance(event, BotUttered):
            if not turns:
                turns.append(_BotTurn())
            turns[-1].add(event)
    return turns


def _misses(turns: list[_BotTurn]) -> int:
    misses = 0
    for turn in reversed(turns):
        if "fallback" not in turn.kinds:
            break
        misses += 1
    return misses


def _form_state(events: Sequence[Event]) -> tuple[bool, str | None]:
    loop = question = None
    for event in events:
        if isinstance(event, SessionStarted):
            loop = question = None
        elif isinstance(event, ActiveLoop):
            loop = event.name
        elif isinstance(event, SlotSet) and event.key == REQUESTED_SLOT:
            question = event.value
    return loop == SCREENING_FORM, question


def _failed(after: Sequence[Event]) -> bool:
    """Whether a form or custom action ran last and left no event: its server gave no answer."""
    index = _last(after, ActionExecuted)
    if index is None:
        return False
    action = after[index]
    assert isinstance(action, ActionExecuted)
    name = action.action_name or ""
    remote = name == SCREENING_FORM or (
        name.startswith("action_")
        and name not in (ACTION_LISTEN_NAME, ACTION_EXTRACT_SLOTS, ACTION_SESSION_START_NAME)
        and name != ACTION_DEACTIVATE_LOOP_NAME
    )
    return remote and index == len(after) - 1
