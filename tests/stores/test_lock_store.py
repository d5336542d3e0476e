from __future__ import annotations

import asyncio
import multiprocessing
import time
from multiprocessing.connection import Connection
from typing import Any

import pytest
from rasa.core.lock_store import LockStore
from rasa.utils.endpoints import EndpointConfig

from assistant.settings import Settings
from assistant.stores import lock_store
from assistant.stores.errors import LockUnavailable
from assistant.stores.lock_store import ConversationLocks, SharedConversationLocks
from tests.services import Service, free_port


@pytest.fixture(params=["embedded", "shared"])
def locks(request: pytest.FixtureRequest) -> LockStore:
    """Locks of either kind."""
    if request.param == "embedded":
        return ConversationLocks()
    return _shared(request.getfixturevalue("redis_server").url)


def _shared(url: str) -> SharedConversationLocks:
    return SharedConversationLocks(settings=Settings(redis_url=url))


class Desk:
    """Serves one at a time, and notes who came when and whether two were there at once."""

    def __init__(self, locks: LockStore) -> None:
        self.locks = locks
        self.served: list[int] = []
        self.inside: list[int] = []
        self.overlaps = 0
        self.doors = asyncio.Event()
        self.doors.set()

    async def serve(self, number: int, conversation: str = "anna") -> None:
        """Waits for the lock, then for open doors."""
        async with self.locks.lock(conversation):
            self.overlaps += bool(self.inside)
            self.inside.append(number)
            await self.doors.wait()
            await asyncio.sleep(0.01)
            self.served.append(number)
            self.inside.remove(number)

    async def queue(self, numbers: range) -> list[asyncio.Task[None]]:
        """Lets some come one after the other while the doors are closed."""
        self.doors.clear()
        tasks = []
        for number in numbers:
            tasks.append(asyncio.create_task(self.serve(number)))
            while await self._standing() < len(tasks):
                await asyncio.sleep(0.005)
        while not self.inside:
            await asyncio.sleep(0.005)
        return tasks

    async def _standing(self) -> int:
        if isinstance(self.locks, ConversationLocks):
            return self.locks._users.get("anna", 0)
        return int(await self.locks._redis.llen("lock:{anna}"))


def test_messages_of_one_conversation_run_one_by_one_in_order(locks: LockStore) -> None:
    async def come() -> None:
        desk = Desk(locks)
        waiting = await desk.queue(range(15))
        desk.doors.set()
        await asyncio.gather(*waiting)
        assert desk.served == list(range(15))
        assert desk.overlaps == 0

    asyncio.run(come())


def test_other_conversations_do_not_wait(locks: LockStore) -> None:
    async def come() -> None:
        anna, berta = Desk(locks), Desk(locks)
        waiting = await anna.queue(range(1))
        await berta.serve(1, "berta")
        assert anna.served == []
        anna.doors.set()
        await asyncio.gather(*waiting)

    asyncio.run(come())


def test_a_turn_has_its_whole_time_however_late_it_gets_the_lock_and_no_more(
    locks: LockStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_longest", 1.5)

    async def take(seconds: float) -> None:
        async with locks.lock("anna"):
            await asyncio.sleep(seconds)

    async def come() -> None:
        await asyncio.gather(take(0.8), take(0.8))
        with pytest.raises(asyncio.TimeoutError):
            await take(60)
        await take(0)

    asyncio.run(come())


def test_a_failing_turn_frees_the_conversation(locks: LockStore) -> None:
    async def come() -> None:
        with pytest.raises(RuntimeError):
            async with locks.lock("anna"):
                raise RuntimeError
        desk = Desk(locks)
        await desk.serve(1)
        assert desk.served == [1]

    asyncio.run(come())


def test_a_message_given_up_while_it_waited_holds_nobody_up(locks: LockStore) -> None:
    async def come() -> None:
        desk = Desk(locks)
        first, second, third = await desk.queue(range(3))
        second.cancel()
        desk.doors.set()
        await asyncio.gather(first, third)
        assert desk.served == [0, 2]

    asyncio.run(come())


def test_a_message_given_up_as_its_turn_comes_is_given_up_all_the_same(
    redis_server: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def come() -> None:
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        monkeypatch.setattr(lock_store._Ticket, "ask", lambda *_: answer)
        desk = Desk(_shared(redis_server.url))
        message = asyncio.create_task(desk.serve(1))
        await asyncio.sleep(0.05)
        answer.set_result(b"yours")
        message.cancel()
        with pytest.raises(asyncio.CancelledError):
            await message
        assert desk.served == []

    asyncio.run(come())


def test_the_wait_is_bounded(locks: LockStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_store, "PATIENCE", 0.3)

    async def come() -> None:
        desk = Desk(locks)
        (first,) = await desk.queue(range(1))
        with pytest.raises(LockUnavailable):
            await desk.serve(1)
        desk.doors.set()
        await first
        await desk.serve(2)
        assert desk.served == [0, 2]

    asyncio.run(come())


def test_nothing_is_left_behind_in_memory() -> None:
    async def come() -> None:
        locks = ConversationLocks()
        await asyncio.gather(*(Desk(locks).serve(n, f"patient {n % 3}") for n in range(9)))
        assert locks._locks == {}
        assert locks._users == {}

    asyncio.run(come())


def test_rasa_finds_them_by_name(redis_server: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    for kind in (ConversationLocks, SharedConversationLocks):
        name = f"{kind.__module__}.{kind.__name__}"
        assert isinstance(LockStore.create(EndpointConfig(type=name)), kind)


def test_shared_locks_need_an_address() -> None:
    with pytest.raises(ValueError, match="REDIS_URL"):
        SharedConversationLocks(settings=Settings(redis_url=None))


def test_a_long_turn_keeps_its_lock(redis_server: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_store, "TICKET_SECONDS", 0.9)

    async def come() -> None:
        desk = Desk(_shared(redis_server.url))
        waiting = await desk.queue(range(2))
        await asyncio.sleep(2.5)
        desk.doors.set()
        await asyncio.gather(*waiting)
        assert desk.overlaps == 0

    asyncio.run(come())


def test_whoever_waits_in_a_server_too_busy_to_ask_in_time_is_served_all_the_same(
    redis_server: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock_store, "TICKET_SECONDS", 0.3)

    async def come() -> None:
        desk = Desk(_shared(redis_server.url))
        waiting = await desk.queue(range(2))
        time.sleep(0.6)  # the event loop is at something else
        desk.doors.set()
        await asyncio.gather(*waiting)
        assert desk.overlaps == 0

    asyncio.run(come())


def _serve_in_process(url: str, pipe: Connection, pairs: int) -> None:
    """Takes each conversation's lock and tells when it held it, on the machine's one clock."""

    async def come() -> None:
        locks = _shared(url)
        await locks.ping()
        pipe.send("ready")
        pipe.recv()

        async def one(number: int) -> tuple[int, float, float]:
            async with locks.lock(f"pair {number}"):
                begun = time.monotonic()
                await asyncio.sleep(0.02)
                return number, begun, time.monotonic()

        pipe.send(await asyncio.gather(*(one(number) for number in range(pairs))))

    asyncio.run(come())


def test_two_servers_never_hold_one_conversation_at_once(redis_server: Service) -> None:
    pairs = 120
    servers = [_start(_serve_in_process, redis_server.url, pairs) for _ in range(2)]
    for _, pipe in servers:
        assert pipe.recv() == "ready"
    for _, pipe in servers:
        pipe.send("go")
    held = [{number: (a, b) for number, a, b in pipe.recv()} for _, pipe in servers]
    for process, _ in servers:
        process.join()
    overlaps = [
        number
        for number in range(pairs)
        if max(held[0][number][0], held[1][number][0]) < min(held[0][number][1], held[1][number][1])
    ]
    assert overlaps == []


def _hold_forever(url: str, pipe: Connection) -> None:
    async def hold() -> None:
        async with _shared(url).lock("anna"):
            pipe.send("held")
            await asyncio.sleep(600)

    asyncio.run(hold())


def test_a_dead_holder_is_passed_over_after_its_ticket(redis_server: Service) -> None:
    process, pipe = _start(_hold_forever, redis_server.url)
    assert pipe.recv() == "held"
    process.kill()
    process.join()

    async def come() -> float:
        begun = time.monotonic()
        await Desk(_shared(redis_server.url)).serve(1)
        return time.monotonic() - begun

    assert asyncio.run(come()) < lock_store.TICKET_SECONDS + 2.0


def test_a_hanging_redis_refuses_the_turn_in_time_and_is_found_again(
    redis_server: Service,
) -> None:
    async def come() -> None:
        desk = Desk(_shared(redis_server.url))
        await desk.serve(0)
        with redis_server.hanging():
            begun = time.monotonic()
            with pytest.raises(LockUnavailable):
                await desk.serve(1)
            assert time.monotonic() - begun < 4.0
        await desk.serve(2)
        assert desk.served == [0, 2]

    asyncio.run(come())


def test_a_redis_that_restarts_refuses_turns_only_while_it_is_away(redis_server: Service) -> None:
    async def come() -> None:
        desk = Desk(_shared(redis_server.url))
        await desk.serve(0)
        redis_server.kill()
        try:
            with pytest.raises(LockUnavailable):
                await desk.serve(1)
        finally:
            redis_server.start()
        await desk.serve(2)
        assert desk.served == [0, 2]

    asyncio.run(come())


def _start(target: Any, *arguments: Any) -> tuple[Any, Connection]:
    """Runs a function in a new process with a pipe as its second argument."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=target, args=(arguments[0], theirs, *arguments[1:]), daemon=True
    )
    process.start()
    return process, ours


def test_no_redis_at_the_start_is_a_refused_turn_and_no_crash() -> None:
    async def come() -> None:
        locks = _shared(f"redis://127.0.0.1:{free_port()}/0")
        with pytest.raises(LockUnavailable):
            await locks.ping()
        with pytest.raises(LockUnavailable):
            await Desk(locks).serve(1)

    asyncio.run(come())
