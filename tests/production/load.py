"""Loads: how fast, how many, and how the memory of the servers goes."""

from __future__ import annotations

import asyncio
import os
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from assistant.launcher.production import ProductionSet
from assistant.launcher.services import with_children
from tests.production.visitors import (
    QUESTIONS,
    Journal,
    Visitor,
    deliver,
    http_session,
    percentile,
    talk,
)

_TURNS = 6  # messages of a conversation, where one load is held against another


@dataclass(frozen=True)
class Rate:
    """How a load went.

    Attributes:
        per_second: Messages answered a second, or processed (`throughput`).
        median: Seconds to an answer that half of them took at most.
        p95: Seconds that 95 % of them took at most.
        failed: Messages without an answer.
    """

    per_second: float
    median: float
    p95: float
    failed: int

    def __str__(self) -> str:
        """As it stands in the table."""
        return (
            f"{self.per_second:.1f} messages/s, median {1000 * self.median:.0f} ms, "
            f"p95 {1000 * self.p95:.0f} ms, {self.failed} failed"
        )


async def talk_for(
    url: str, visitors: int, seconds: float, pause: float = 0.0
) -> tuple[Rate, Journal]:
    """Lets visitors talk for a while.

    Args:
        url: Where they write.
        visitors: How many at a time.
        seconds: How long.
        pause: Seconds before each message.

    Returns:
        How it went, and their journal.
    """
    journal = Journal()
    begun = time.monotonic()
    end = begun + seconds
    await talk(url, journal, visitors, lambda: time.monotonic() > end, pause=pause)
    duration = time.monotonic() - begun
    failed = journal.honest + len(journal.silent)
    rate = Rate(
        journal.answered / duration, journal.percentile(0.5), journal.percentile(0.95), failed
    )
    return rate, journal


@dataclass(frozen=True)
class Asked:
    """What became of one message, where one load is held against another.

    Attributes:
        processed: Whether the server says that it took the message, by HTTP 200. This alone is
            counted on both sides: the stock bot may rightly have nothing to say.
        failed: Whether whoever asked would call it a failure.
    """

    processed: bool
    failed: bool


async def ask_ours(http: aiohttp.ClientSession, url: str, conversation: list[str]) -> Asked:
    """Asks one question through our web channel; `conversation` holds the token from then on."""
    token = conversation[0] if conversation else None
    answer = await deliver(http, url, random.choice(QUESTIONS), str(uuid.uuid4()), token)
    reply = answer.json
    if answer.status != 200:
        return Asked(processed=False, failed=True)
    conversation[:] = [reply["conversation"]] if "conversation" in reply else []
    messages = reply.get("messages") or ()
    # An empty reply, and one that says that it doesn't work just now, is no answer of ours.
    well = bool(messages) and all(message["kind"] != "unavailable" for message in messages)
    return Asked(processed=True, failed=not well)


async def ask_stock(http: aiohttp.ClientSession, url: str, conversation: list[str]) -> Asked:
    """Says something to Rasa's stock bot through its REST channel."""
    if not conversation:
        conversation.append(uuid.uuid4().hex)
    said = random.choice(("hello", "i am sad", "great", "are you a bot?", "bye", "no"))
    body = {"sender": conversation[0], "message": said}
    try:
        async with http.post(f"{url}/webhooks/rest/webhook", json=body) as answer:
            await answer.read()
            return Asked(answer.status == 200, answer.status != 200)
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
        return Asked(processed=False, failed=True)


Ask = Callable[[aiohttp.ClientSession, str, list[str]], Awaitable[Asked]]


async def throughput(ask: Ask, urls: Sequence[str], seconds: float) -> Rate:
    """Measures short conversations of questions, twenty at a time.

    Args:
        ask: `ask_ours` or `ask_stock`.
        urls: Where; each conversation keeps to one of them.
        seconds: How long.

    Returns:
        How it went; its messages a second are those that were processed.
    """
    times: list[float] = []
    processed = failed = 0
    end = time.monotonic() + seconds

    async def come_and_go(number: int) -> None:
        nonlocal processed, failed
        while time.monotonic() < end:
            conversation: list[str] = []
            for _ in range(_TURNS):
                begun = time.monotonic()
                asked = await ask(http, urls[number % len(urls)], conversation)
                processed += asked.processed
                failed += asked.failed
                times.append(time.monotonic() - begun)

    begun = time.monotonic()
    async with http_session() as http:
        await asyncio.gather(*(come_and_go(number) for number in range(20)))
    duration = time.monotonic() - begun
    return Rate(processed / duration, percentile(times, 0.5), percentile(times, 0.95), failed)


@dataclass(frozen=True)
class Beside:
    """How it went for normal visitors.

    Attributes:
        alone: With nobody else.
        short: Beside somebody who writes without a pause, in conversations of a few messages.
        long: Beside somebody who writes as much in one conversation.
    """

    alone: Rate
    short: Rate
    long: Rate


async def beside_a_long_chat(url: str, visitors: int, turns: int, seconds: float) -> Beside:
    """Measures normal visitors alone, beside many short chats, and beside one without end.

    Args:
        url: Where they write.
        visitors: How many normal ones, each with a second between two messages.
        turns: Length of the long chat, and of all short ones together.
        seconds: How long the visitors are measured alone.

    Returns:
        How it went for the normal visitors.
    """
    alone, _ = await talk_for(url, visitors, seconds, pause=1.0)
    short = await _beside(url, visitors, turns, of=_TURNS)
    long = await _beside(url, visitors, turns, of=turns)
    return Beside(alone, short, long)


async def _beside(url: str, visitors: int, turns: int, of: int) -> Rate:
    """Measures normal visitors while somebody writes; a new conversation begins after some turns.

    Either somebody waits for each answer and writes at once, so the two are equally fast but for
    what the length costs.
    """
    journal = Journal()
    begun = time.monotonic()
    async with http_session() as http:

        async def chat() -> None:
            for number in range(turns):
                if number % of == 0:
                    somebody = Visitor(http, url, Journal())
                await somebody.writes(QUESTIONS[number % len(QUESTIONS)])

        chatting = asyncio.create_task(chat())
        await talk(url, journal, visitors, chatting.done, pause=1.0)
        await chatting
    duration = time.monotonic() - begun
    return Rate(
        journal.answered / duration,
        journal.percentile(0.5),
        journal.percentile(0.95),
        journal.honest + len(journal.silent),
    )


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time that processes and all below them have used; a busy machine hardly changes it.

    Args:
        pids: The processes.

    Returns:
        Seconds.
    """
    ticks = 0
    for pid in (each for parent in pids for each in with_children(parent)):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))  # own and those of children that have ended
    return ticks / os.sysconf("SC_CLK_TCK")


async def cost_of_a_message(production: ProductionSet, seconds: float) -> dict[str, float]:
    """Measures what a message costs each part of the set.

    Args:
        production: The running set.
        seconds: How long visitors talk.

    Returns:
        CPU milliseconds a message by part.
    """
    parts = {
        "Rasa server": production.rasa,
        "action server": production.actions,
        "PostgreSQL": [production.postgresql],
        "Redis": [production.redis],
        "nginx": [production.nginx],
    }
    pids = {
        name: [service.process.pid for service in services if service.process]
        for name, services in parts.items()
    }
    await talk_for(production.url, 10, seconds / 4)  # connections, caches
    before = {name: cpu_seconds(of) for name, of in pids.items()}
    _, journal = await talk_for(production.url, 10, seconds)
    return {
        name: 1000 * (cpu_seconds(of) - before[name]) / journal.answered
        for name, of in pids.items()
    }


def memory(pids: Iterable[int]) -> float:
    """Resident memory of processes and all below them.

    Args:
        pids: The processes.

    Returns:
        MiB.
    """
    kibibytes = 0
    for pid in (each for parent in pids for each in with_children(parent)):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                kibibytes += int(line.split()[1])
    return kibibytes / 1024
