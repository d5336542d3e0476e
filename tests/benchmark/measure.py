"""What is measured of each contender; nothing here knows which one it is."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from assistant.evaluation.labels import Message
from assistant.evaluation.scoring import Scored, group, score, tally
from tests.benchmark.contenders import Contender, Conversation, Running, Unanswered
from tests.benchmark.weights import size
from tests.production.load import memory
from tests.production.visitors import http_session, percentile

CLIENTS = (1, 8, 20)
_SHORT = 6  # messages of a short conversation
_EARLY, _LATE = 5, 100  # turns that are held against each other
_AROUND = 2  # and so many turns before and after each
_LONG_CHATS = 4
_STARTS = 3


@dataclass
class Figures:
    """What was measured of one contender. Times are milliseconds where nothing else is said.

    Attributes:
        training: Seconds to train, of this run or an earlier one with the same files.
        first_answer: Seconds from start to the first answer, the median of three.
        nlu: Understanding alone, on one core.
        messages: Whole messages of short conversations, one client.
        early: Messages around the fifth turn of long conversations.
        late: Messages around the hundredth.
        per_second: Messages answered a second, by the number of clients.
        unanswered: Messages without an answer, over all of that.
        memory: MiB of all processes after it.
        memory_alone: MiB of the process that understands and answers.
        model: Bytes of the model.
        encoder: Bytes of what it needs beside it.
        installed: Bytes of the packages it needs.
        accuracy: Share answered right, by group of the questions.
    """

    training: float
    first_answer: float = 0.0
    nlu: list[float] = field(default_factory=list)
    messages: list[float] = field(default_factory=list)
    early: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    per_second: dict[int, float] = field(default_factory=dict)
    unanswered: int = 0
    memory: float = 0.0
    memory_alone: float = 0.0
    model: int = 0
    encoder: int = 0
    installed: int = 0
    accuracy: dict[str, float | None] = field(default_factory=dict)


def measure(
    contender: Contender, questions: Sequence[Message], texts: Sequence[str], seconds: float
) -> Figures:
    """Trains one contender and measures all there is to measure.

    Args:
        contender: Which.
        questions: Labelled messages, for the accuracy.
        texts: What is said where only time counts; none of it is a training phrase.
        seconds: How long each number of clients writes.

    Returns:
        The figures.

    Raises:
        subprocess.CalledProcessError: Its training failed.
        StartFailed: It doesn't come up.
    """
    figures = Figures(contender.train())
    figures.nlu = contender.nlu_milliseconds(texts)
    figures.first_answer = statistics.median(_start(contender) for _ in range(_STARTS))
    with contender.running() as running:
        asyncio.run(_ask_all(contender, running, figures, questions, texts, seconds))
        figures.memory = memory(running.pids())
        figures.memory_alone = memory(running.pids(alone=True))
    figures.model = size(contender.model())
    encoder = contender.encoder()
    figures.encoder = size(encoder) if encoder else 0
    figures.installed = contender.installed()
    return figures


def _start(contender: Contender) -> float:
    with contender.running() as running:
        return running.first_answer


async def _ask_all(
    contender: Contender,
    running: Running,
    figures: Figures,
    questions: Sequence[Message],
    texts: Sequence[str],
    seconds: float,
) -> None:
    async with http_session() as http:

        def begin() -> Conversation:
            return contender.conversation(http, running.url)

        figures.accuracy = accuracy([await _scored(question, begin()) for question in questions])
        asked = _Asked(itertools.cycle(texts))
        await asked.short_conversations(begin, len(texts) // _SHORT)
        figures.messages = asked.milliseconds
        for _ in range(_LONG_CHATS):
            await asked.long_conversation(begin(), figures)
        for clients in CLIENTS:
            figures.per_second[clients] = await _rate(asked, begin, clients, seconds)
        figures.unanswered = asked.unanswered


async def _scored(question: Message, conversation: Conversation) -> Scored:
    return score(question, await conversation.say(question.text))


def accuracy(results: Iterable[Scored]) -> dict[str, float | None]:
    """Counts what was answered right.

    Args:
        results: The judged questions.

    Returns:
        Share of each group, and of harmless messages those without an alarm.
    """
    results = list(results)
    rates = {
        name: tally(each.verdict for each in found).rate for name, found in group(results).items()
    }
    harmless = [each for each in results if not each.message.expected.emergency]
    quiet = sum(not each.false_alarm for each in harmless)
    return {**rates, "no_false_alarm": quiet / len(harmless) if harmless else None}


class _Asked:
    """Asks and notes how long each answer took."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = iter(texts)
        self.milliseconds: list[float] = []
        self.unanswered = 0

    async def once(self, conversation: Conversation) -> None:
        text = next(self._texts)
        begun = time.perf_counter()
        try:
            await conversation.say(text)
        except Unanswered:
            self.unanswered += 1
        else:
            self.milliseconds.append(1000 * (time.perf_counter() - begun))

    async def short_conversations(self, begin: Callable[[], Conversation], number: int) -> None:
        for _ in range(number):
            conversation = begin()
            for _ in range(_SHORT):
                await self.once(conversation)

    async def long_conversation(self, conversation: Conversation, figures: Figures) -> None:
        self.milliseconds = []
        for _ in range(_LATE + _AROUND):
            await self.once(conversation)
        figures.early += self.milliseconds[_EARLY - _AROUND - 1 : _EARLY + _AROUND]
        figures.late += self.milliseconds[_LATE - _AROUND - 1 : _LATE + _AROUND]


async def _rate(
    asked: _Asked, begin: Callable[[], Conversation], clients: int, seconds: float
) -> float:
    """Messages answered a second while so many clients hold short conversations."""
    asked.milliseconds = []
    begun = time.monotonic()
    end = begun + seconds

    async def come_and_go() -> None:
        while time.monotonic() < end:
            await asked.short_conversations(begin, 1)

    await asyncio.gather(*(come_and_go() for _ in range(clients)))
    return len(asked.milliseconds) / (time.monotonic() - begun)


def quantiles(values: Sequence[float]) -> tuple[float, float, float]:
    """The values that 50, 95 and 99 % are below.

    Args:
        values: Any numbers; NaN comes of none.
    """
    return percentile(values, 0.5), percentile(values, 0.95), percentile(values, 0.99)
