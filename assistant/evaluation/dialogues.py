"""Plays the scripted conversations and judges their turns and outcomes.

The script is written in the order of the document. Where the assistant asks in another order,
the person answers from the dialogue's facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.evaluation.client import Conversation
from assistant.evaluation.labels import Dialogue, ScreeningAnswer, Turn, answer_in
from assistant.evaluation.replies import SCREENING, Reply
from assistant.evaluation.scoring import Verdict, judge

_STOPPED = "stopped"
_SAID = {"yes": "yes", "no": "no", "unknown": "I don't know"}
_REASONS = {"cosmetic": "I don't like how they look", "discomfort": "they are uncomfortable"}
# Answers from facts at one point of a script: all criteria and one asked twice.
_MOST_ANSWERS_FROM_FACTS = 6


@dataclass(frozen=True)
class PlayedTurn:
    """One scripted turn that counts.

    Attributes:
        turn: The labelled turn.
        expected: What was wanted of it, for the report.
        got: What came of it.
        reply: The last reply by then.
        verdict: How it did.
    """

    turn: Turn
    expected: tuple[str, ...]
    got: tuple[str, ...]
    reply: str
    verdict: Verdict


@dataclass
class Played:
    """A conversation that was played.

    Attributes:
        dialogue: The script.
        turns: The turns that count.
        outcome: How the screening ended; `stopped` where it was left without an outcome, None
            where none was begun or it still asks.
    """

    dialogue: Dialogue
    turns: list[PlayedTurn] = field(default_factory=list)
    outcome: str | None = None

    @property
    def outcome_right(self) -> bool:
        """Whether the screening ended in one of the labelled ways."""
        return self.outcome in self.dialogue.outcomes


async def play(dialogue: Dialogue, conversation: Conversation) -> Played:
    """Plays one script.

    Args:
        dialogue: The script.
        conversation: A new conversation with the assistant.

    Returns:
        Its judged turns and the outcome.

    Raises:
        ChannelError: No usable answer came.
    """
    return await _Player(dialogue, conversation).play()


class _Player:
    """What the person knows of the conversation while it goes on."""

    def __init__(self, dialogue: Dialogue, conversation: Conversation) -> None:
        self._dialogue = dialogue
        self._conversation = conversation
        self._played = Played(dialogue)
        self._answers: dict[str, str] = {}
        self._asks: str | None = None
        self._begun = False
        self._outcome: str | None = None
        self._reply = Reply(text="")

    async def play(self) -> Played:
        for turn in self._dialogue.turns:
            await self._take(turn)
        if _STOPPED not in self._dialogue.outcomes[:1]:
            await self._answer_from_facts(until=frozenset())
        self._played.outcome = self._outcome or (
            _STOPPED if self._begun and not self._asks else None
        )
        return self._played

    async def _take(self, turn: Turn) -> None:
        answer = turn.answer
        if answer is None:
            await (self._stop(turn) if turn.ends_screening else self._ask(turn))
        elif answer.correction:
            await self._say(turn.text)
            self._note_answers(turn, answer, asked=None)
        else:
            await self._answer(turn, answer)

    async def _stop(self, turn: Turn) -> None:
        await self._say(turn.text)
        verdict = Verdict.RIGHT if self._begun and not self._asks else Verdict.WRONG
        self._note(turn, ("screening ended",), (f"asks {self._asks}",), verdict)

    async def _ask(self, turn: Turn) -> None:
        was_open = self._asks is not None
        await self._say(turn.text)
        answered = self._reply.answered(was_open)
        verdict = judge(turn.expected, self._reply, answered)
        got = answered or tuple(f"offers {label}" for label in self._reply.offered)
        self._note(turn, turn.expected.labels, got, verdict)

    async def _answer(self, turn: Turn, answer: ScreeningAnswer) -> None:
        """Gives the scripted answer when it is asked for, facts before it where others are.

        What the assistant knows by then is not said again. A turn that it never asks for,
        since the screening has its outcome or the script says "if asked", doesn't count.
        """
        if not self._begun and self._reply.offers_screening:
            self._hear(await self._conversation.choose(SCREENING))
        criteria = answer.criteria
        await self._answer_from_facts(until=criteria)
        asked = self._asks
        if asked in criteria or (asked is None and self._outcome is None):
            await self._say(turn.text)
        elif answer.if_asked or not criteria & self._answers.keys():
            return
        self._note_answers(turn, answer, asked)

    async def _answer_from_facts(self, until: frozenset[str]) -> None:
        for _ in range(_MOST_ANSWERS_FROM_FACTS):
            if self._asks is None or self._asks in until or until & self._answers.keys():
                return
            await self._say(self._fact(self._asks))

    def _fact(self, criterion: str) -> str:
        fact = self._dialogue.facts.get(criterion, "unknown")
        return _REASONS.get(fact) or _SAID[answer_in(criterion, fact)]

    async def _say(self, text: str) -> None:
        self._hear(await self._conversation.say(text))

    def _hear(self, reply: Reply) -> None:
        self._reply = reply
        self._asks = reply.asks
        self._begun = self._begun or reply.asks is not None or reply.outcome is not None
        self._answers.update(reply.answers)
        self._outcome = reply.outcome or self._outcome

    def _note_answers(self, turn: Turn, answer: ScreeningAnswer, asked: str | None) -> None:
        taken = self._begun and _taken(answer, self._answers, asked)
        verdict = Verdict.RIGHT if taken else Verdict.WRONG
        self._note(turn, tuple(_wanted(answer)), tuple(_noted(answer, self._answers)), verdict)

    def _note(
        self, turn: Turn, expected: tuple[str, ...], got: tuple[str, ...], verdict: Verdict
    ) -> None:
        played = PlayedTurn(turn, expected, got, self._reply.text, verdict)
        self._played.turns.append(played)


def _taken(answer: ScreeningAnswer, answers: dict[str, str], asked: str | None) -> bool:
    """Whether the screening keeps what the turn said."""
    if any(_kept(name, answers) == value for name, value in answer.forbidden.items()):
        return False
    return all(
        _kept(name, answers) == value
        # What is said again for an assistant that may ask again can still be asked for.
        or (answer.if_asked and asked not in (None, name) and name not in answers)
        for name, value in answer.values.items()
    )


def _kept(criterion: str, answers: dict[str, str]) -> str | None:
    return answer_in(criterion, answers[criterion]) if criterion in answers else None


def _wanted(answer: ScreeningAnswer) -> Iterator[str]:
    for name, value in answer.values.items():
        yield f"{name} = {value}"
    for name, value in answer.forbidden.items():
        yield f"{name} not {value}"


def _noted(answer: ScreeningAnswer, answers: dict[str, str]) -> Iterator[str]:
    for name in sorted(answer.criteria):
        yield f"{name} = {answers.get(name)}"
