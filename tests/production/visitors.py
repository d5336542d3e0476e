"""Visitors of the website who write down what they were told, to be held against the store.

They behave as the widget does: each message has an id, a failed one is sent again under it, and
the token of the last reply goes along.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import math
import random
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

QUESTIONS = (
    "does it hurt?",
    "what is sclerotherapy?",
    "how long does a session take",
    "what are the side effects",
    "will the veins come back?",
    "do I have to wear stockings",
)
CRITERIA = ("small_visible_veins", "reason", "good_health", "dvt_history", "other_vascular")
_PATIENCE = 60.0  # seconds for one try
_PAUSE = 0.3  # between two tries
_MOST_TRIES = 100


@dataclass(frozen=True)
class Try:
    """One request: when it was sent and answered (monotonic seconds), and how that went."""

    sent: float
    answered: float
    ok: bool


@dataclass(frozen=True)
class Answer:
    """What came back: the status, 0 where nothing did, and the body or the error's name."""

    status: int
    body: str

    @property
    def json(self) -> dict[str, Any]:
        """The body's object; an empty one where it holds none."""
        try:
            return dict(json.loads(self.body))
        except ValueError:
            return {}


@dataclass
class Journal:
    """What visitors were told.

    Attributes:
        acknowledged: Ids of the messages that got an answer, in order, by conversation.
        tries: Every request.
        honest: Replies that said that it doesn't work just now.
        silent: Requests that got neither an answer nor an honest line, and what they got.
        wrong: Replies whose screening isn't what the visitor has answered.
    """

    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    tries: list[Try] = field(default_factory=list)
    honest: int = 0
    silent: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """How many messages got an answer."""
        return sum(map(len, self.acknowledged.values()))

    def percentile(self, part: float, since: float = 0.0) -> float:
        """Time to answer, of the requests that got an answer.

        Args:
            part: Which part of them was faster, 0 to 1.
            since: From when on.

        Returns:
            Seconds; NaN where there is none.
        """
        seconds = [
            each.answered - each.sent for each in self.tries if each.ok and each.sent > since
        ]
        return percentile(seconds, part)

    def normal_after(self, moment: float) -> float:
        """When the last request failed that was sent after a moment, or was under way then.

        Args:
            moment: End of a fault, in monotonic seconds.

        Returns:
            Seconds from the moment; 0 where none failed.
        """
        failed = [each.answered for each in self.tries if not each.ok]
        return max([0.0, *(at - moment for at in failed)])


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which a part of the values lies.

    Args:
        values: Any numbers.
        part: 0 to 1.

    Returns:
        One of them; NaN where there is none.
    """
    if not values:
        return math.nan
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


class Visitor:
    """One conversation."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, journal: Journal, pause: float = 0.0
    ) -> None:
        self._http = http
        self._pause = pause
        self._url = url
        self._journal = journal
        self._screened = False
        self.token: str | None = None
        self.reply: list[dict[str, Any]] = []

    async def writes(self, text: str) -> bool:
        """Sends a message until it is answered; False where it never was."""
        message_id = str(uuid.uuid4())
        await asyncio.sleep(self._pause)
        for _ in range(_MOST_TRIES):
            if await self._try(text, message_id):
                return True
            await asyncio.sleep(_PAUSE)
        return False

    async def is_screened(self, rng: random.Random) -> None:
        """Goes through a screening and looks whether each answer went where it belongs."""
        given: dict[str, str] = {}
        # Asked in the same words again, the outcome would be told again.
        again = "can you check again if i'm a candidate please"
        await self.writes(again if self._screened else "am i a candidate")
        while asked := self._asked():
            if rng.random() < 0.2:
                await self.writes(rng.choice(QUESTIONS))
                if self._asked() != asked:
                    self._journal.wrong.append(f"{asked} isn't asked again after a question")
                    return
            given[asked] = rng.choice(("yes", "no"))
            if not await self.writes(given[asked]):
                return
            self._compare(given)
        self._screened = len(given) == len(CRITERIA)
        if not self._screened:
            self._journal.wrong.append(f"the screening ended after {len(given)} answers")

    def _asked(self) -> str | None:
        asked = [each["asks"] for each in self.reply if each.get("asks")]
        return asked[-1] if asked else None

    def _compare(self, given: dict[str, str]) -> None:
        stored = [each["screening"]["answers"] for each in self.reply if each.get("screening")]
        if not stored or stored[-1] != given:
            self._journal.wrong.append(f"answered {given}, the reply has {stored}")

    async def _try(self, text: str, message_id: str) -> bool:
        sent = time.monotonic()
        answer = await deliver(self._http, self._url, text, message_id, self.token)
        ok = self._read(answer, message_id)
        self._journal.tries.append(Try(sent, time.monotonic(), ok))
        return ok

    def _read(self, answer: Answer, message_id: str) -> bool:
        """Notes what a reply says; whether it is an answer."""
        status, reply = answer.status, answer.json
        if status == 503 and reply.get("error", {}).get("message"):
            self._journal.honest += 1
            return False
        if status != 200 or not reply.get("messages"):
            self._journal.silent.append(f"{status} {answer.body[:80]}")
            return False
        self.token, self.reply = reply["conversation"], reply["messages"]
        if any(message["kind"] == "unavailable" for message in self.reply):
            self._journal.honest += 1
            return False
        conversation = conversation_of(self.token)
        self._journal.acknowledged.setdefault(conversation, []).append(message_id)
        return True


async def deliver(
    http: aiohttp.ClientSession, url: str, text: str, message_id: str, token: str | None = None
) -> Answer:
    """Sends one message once.

    Args:
        http: The client.
        url: The assistant's address.
        text: The message.
        message_id: Its id.
        token: Of the conversation; None begins one.

    Returns:
        What came back.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"message": text, "id": message_id}
    try:
        async with http.post(f"{url}/webhooks/web/webhook", json=body, headers=headers) as answer:
            return Answer(answer.status, await answer.text())
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
        return Answer(0, type(error).__name__)


def conversation_of(token: str) -> str:
    """Reads the conversation's id from a token.

    Args:
        token: What the web channel handed out.

    Returns:
        Rasa's sender id.
    """
    claims = token.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"])


@contextlib.asynccontextmanager
async def http_session() -> AsyncIterator[aiohttp.ClientSession]:
    """A client without limits of its own."""
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=_PATIENCE)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
        yield http


async def talk(
    url: str,
    journal: Journal,
    visitors: int,
    is_over: Callable[[], bool],
    seed: int = 1,
    pause: float = 0.0,
) -> None:
    """Lets visitors come and go, each with questions and a screening, until it is over.

    Args:
        url: Where they write.
        journal: Where they note what they are told.
        visitors: How many at a time.
        is_over: Asked between two messages of somebody.
        seed: Decides what they say.
        pause: Seconds before each message.
    """

    async def come_and_go(number: int) -> None:
        rng = random.Random(1000 * seed + number)
        await asyncio.sleep(pause * rng.random())  # people don't begin at the same moment
        while not is_over():
            visitor = Visitor(http, url, journal, pause)
            await visitor.writes(rng.choice(QUESTIONS))
            if not is_over():
                await visitor.is_screened(rng)

    async with http_session() as http:
        await asyncio.gather(*(come_and_go(number) for number in range(visitors)))
