"""Lets one message of a conversation run at a time, in order; named in `endpoints.yml`.

`ConversationLocks` serves one process, `SharedConversationLocks` several over Redis. Rasa's own
in-memory lock makes a second message wait a whole second; its Redis lock reads, changes and
writes in separate steps and lets both run.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import async_timeout
import redis.asyncio
import redis.exceptions
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockStore
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from assistant import metrics
from assistant.settings import Settings
from assistant.stores.deadlines import within
from assistant.stores.errors import LockUnavailable

logger = logging.getLogger(__name__)

PATIENCE = 30.0  # seconds that a message waits for those before it; a turn ends sooner
TICKET_SECONDS = 5.0  # after which a holder that gave no sign of life is passed over
_LONGEST_GOODBYE = 0.5  # seconds; the reply waits for it

# Joins the queue and says whether it's one's turn. KEYS: queue, ticket; ARGV: id, prefix of the
# tickets' keys, ticket's life in ms. A ticket is a key that expires; one that has is skipped.
_ASK = """
if ARGV[4] == 'join' then
  redis.call('RPUSH', KEYS[1], ARGV[1])
  redis.call('SET', KEYS[2], 1, 'PX', ARGV[3])
elseif redis.call('PEXPIRE', KEYS[2], ARGV[3]) == 0 then
  return 'lost'
end
redis.call('PEXPIRE', KEYS[1], 2 * ARGV[3])
local first = redis.call('LINDEX', KEYS[1], 0)
while first and first ~= ARGV[1] and redis.call('EXISTS', ARGV[2] .. first) == 0 do
  redis.call('LPOP', KEYS[1])
  first = redis.call('LINDEX', KEYS[1], 0)
end
if first == ARGV[1] then return 'yours' end
return 'wait'
"""
_LEAVE = "redis.call('LREM', KEYS[1], 0, ARGV[1]) redis.call('DEL', KEYS[2])"


class ConversationLocks(LockStore):
    """Fair locks within this process."""

    def __init__(self, endpoint_config: Any = None, settings: Settings | None = None) -> None:
        """Starts with no lock held.

        Args:
            endpoint_config: Entry of `endpoints.yml`, not used.
            settings: Say how long a turn may take; the environment's where left out.
        """
        self._longest = (settings or Settings.from_environment()).longest_turn_seconds
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: dict[str, int] = {}

    @contextlib.asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = 0.0,
        wait_time_in_seconds: float = 0.0,
    ) -> AsyncIterator[TicketLock]:
        """Waits for the messages that came before, then holds the conversation.

        Args:
            conversation_id: The conversation.
            lock_lifetime: Not used; a turn may take what the settings say, once it holds the lock.
            wait_time_in_seconds: Not used; a waiter is woken.

        Yields:
            What Rasa wants of a lock: its conversation.

        Raises:
            LockUnavailable: Those before took too long.
            asyncio.TimeoutError: The turn that holds the lock did.
        """
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        self._users[conversation_id] = self._users.get(conversation_id, 0) + 1
        try:
            with metrics.lock_wait_seconds.time():
                await _acquire(lock)
            try:
                async with async_timeout.timeout(self._longest):
                    yield TicketLock(conversation_id)
            finally:
                lock.release()
        finally:
            self._users[conversation_id] -= 1
            if not self._users[conversation_id]:
                del self._users[conversation_id], self._locks[conversation_id]


async def _acquire(lock: asyncio.Lock) -> None:
    try:
        async with async_timeout.timeout(PATIENCE):
            await lock.acquire()
    except asyncio.TimeoutError:
        raise LockUnavailable("messages before this one take too long") from None


class SharedConversationLocks(LockStore):
    """Fair locks for several servers, kept in Redis.

    Each message stands in its conversation's queue with a ticket that expires unless renewed, so
    a server that died holds nobody up for longer than `TICKET_SECONDS`. A holder that stood still
    for longer and goes on has lost its turn; the tracker store refuses its late save.
    """

    def __init__(self, endpoint_config: Any = None, settings: Settings | None = None) -> None:
        """Connects to nothing yet.

        Args:
            endpoint_config: Entry of `endpoints.yml`, not used.
            settings: Names Redis and the deadlines; the environment's where left out.

        Raises:
            ValueError: `REDIS_URL` isn't set.
        """
        settings = settings or Settings.from_environment()
        if not settings.redis_url:
            raise ValueError("REDIS_URL must be set for the shared locks")
        self._deadline = settings.store_deadline_seconds
        self._longest = settings.longest_turn_seconds
        # Once more, since a connection from before a restart of Redis only fails when used.
        self._redis: Any = redis.asyncio.from_url(
            settings.redis_url,
            socket_timeout=self._deadline,
            retry=Retry(NoBackoff(), 1),
            retry_on_error=[redis.exceptions.ConnectionError],
        )
        self._ask = self._redis.register_script(_ASK)
        self._leave = self._redis.register_script(_LEAVE)

    @contextlib.asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = 0.0,
        wait_time_in_seconds: float = 0.0,
    ) -> AsyncIterator[TicketLock]:
        """Waits for the messages that came before, on any server, then holds the conversation.

        Args:
            conversation_id: The conversation.
            lock_lifetime: Not used; the ticket is renewed for as long as the turn runs, which
                may take what the settings say.
            wait_time_in_seconds: Not used.

        Yields:
            What Rasa wants of a lock: its conversation.

        Raises:
            LockUnavailable: Redis is away or hangs, or those before took too long.
            asyncio.TimeoutError: The turn that holds the lock did.
        """
        ticket = _Ticket(conversation_id)
        try:
            with metrics.lock_wait_seconds.time():
                await self._wait_for_turn(ticket)
            renewing = asyncio.create_task(self._renew(ticket))
            try:
                async with async_timeout.timeout(self._longest):
                    yield TicketLock(conversation_id)
            finally:
                renewing.cancel()
        finally:
            await self._give_back(ticket)

    async def ping(self) -> None:
        """Asks Redis for a sign of life.

        Raises:
            LockUnavailable: None came.
        """
        await self._call(self._redis.ping())

    async def _wait_for_turn(self, ticket: _Ticket) -> None:
        give_up_at = time.monotonic() + PATIENCE
        pause = 0.005
        answer = await self._call(ticket.ask(self._ask, "join"))
        while answer != b"yours":
            if time.monotonic() > give_up_at:
                raise LockUnavailable("messages before this one take too long")
            await asyncio.sleep(pause)
            pause = min(1.5 * pause, 0.05)
            # A busy event loop may ask too late to keep a ticket; whoever still asks waits anew.
            how = "join" if answer == b"lost" else "still"
            answer = await self._call(ticket.ask(self._ask, how))

    async def _renew(self, ticket: _Ticket) -> None:
        while True:
            await asyncio.sleep(TICKET_SECONDS / 3)
            with contextlib.suppress(LockUnavailable):
                if await self._call(ticket.ask(self._ask, "still")) == b"lost":
                    return

    async def _give_back(self, ticket: _Ticket) -> None:
        # The turn has run by now; a ticket that can't be given back expires.
        with contextlib.suppress(LockUnavailable):
            await self._call(ticket.leave(self._leave), _LONGEST_GOODBYE)

    async def _call(self, call: Awaitable[Any], deadline: float | None = None) -> Any:
        try:
            return await within(deadline or self._deadline, call)
        except (redis.exceptions.RedisError, OSError, asyncio.TimeoutError) as error:
            failure = type(error).__name__
        metrics.store_errors.labels("locks").inc()
        logger.error("The locks' Redis failed: %s", failure)
        raise LockUnavailable(failure)


class _Ticket:
    """A message's place in its conversation's queue."""

    def __init__(self, conversation_id: str) -> None:
        self._id = uuid.uuid4().hex
        # In braces, what decides the node of a Redis cluster: all keys of a conversation on one.
        queue = f"lock:{{{conversation_id}}}"
        self._prefix = f"{queue}:"
        self._keys = [queue, self._prefix + self._id]

    def ask(self, script: Any, how: str) -> Awaitable[Any]:
        milliseconds = int(TICKET_SECONDS * 1000)
        return script(keys=self._keys, args=[self._id, self._prefix, milliseconds, how])

    def leave(self, script: Any) -> Awaitable[Any]:
        return script(keys=self._keys, args=[self._id])
