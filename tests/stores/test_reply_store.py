from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.stores import reply_store
from assistant.stores.database import Database
from assistant.stores.errors import MessageClaimed, StoreUnavailable
from assistant.stores.reply_store import Reply, ReplyStore
from assistant.stores.schema import feedback
from assistant.stores.tracker_store import ConversationStore
from tests.stores.dialogue import DOMAIN, says

Open = Callable[..., ReplyStore]


@pytest.fixture
def open_replies(url: str) -> Iterator[Open]:
    """Opens reply stores as a server that has just started does."""
    opened: list[Database] = []

    def open_one(hours: float = 24.0) -> ReplyStore:
        opened.append(Database(url, 3.0))
        return ReplyStore(opened[-1], hours)

    yield open_one
    for database in opened:
        database.close()


class Answering:
    """Answers, slowly, and counts how often."""

    def __init__(self, text: str = "hello", seconds: float = 0.0) -> None:
        self.text = text
        self.seconds = seconds
        self.times = 0

    async def __call__(self) -> Reply:
        self.times += 1
        await asyncio.sleep(self.seconds)
        return {"messages": [{"text": self.text}], "times": self.times}


def test_a_retry_gets_the_same_reply_also_after_a_restart(open_replies: Open) -> None:
    async def deliver() -> None:
        answer = Answering("naïve — “quotes” \ud800 \0")
        first = await open_replies().once("anna", "m1", answer)
        again = await open_replies().once("anna", "m1", answer)
        assert first == again
        assert answer.times == 1
        assert await open_replies().get("anna", "m1") == first

    asyncio.run(deliver())


def test_an_id_counts_in_its_own_conversation_only(open_replies: Open) -> None:
    async def deliver() -> None:
        replies = open_replies()
        answer = Answering()
        await replies.once("anna", "m1", answer)
        await replies.once("berta", "m1", answer)
        await replies.once("anna", "m2", answer)
        assert answer.times == 3

    asyncio.run(deliver())


def test_deliveries_at_the_same_time_run_once_over_two_servers(open_replies: Open) -> None:
    async def deliver() -> None:
        servers = [open_replies(), open_replies()]
        answer = Answering(seconds=0.3)
        replies = await asyncio.gather(
            *(servers[n % 2].once("anna", "m1", answer) for n in range(10))
        )
        assert answer.times == 1
        assert replies == [replies[0]] * 10

    asyncio.run(deliver())


def test_a_duplicate_waits_for_a_turn_that_takes_longer_than_a_claim(
    open_replies: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply_store, "CLAIM_SECONDS", 4.0)  # waits 8: a busy machine has 3 to spare

    async def deliver() -> None:
        servers = [open_replies(), open_replies()]
        answer = Answering(seconds=5)
        first, second = await asyncio.gather(
            *(server.once("anna", "m1", answer) for server in servers)
        )
        assert answer.times == 1
        assert first == second

    asyncio.run(deliver())


def test_a_duplicate_whose_wait_is_over_runs_no_turn_and_gets_what_is_stored(
    open_replies: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply_store, "CLAIM_SECONDS", 1.5)
    stored: Reply = {"messages": [{"text": "what was said"}]}

    async def recall(conversation: str) -> Reply | None:
        return stored if conversation == "anna" else None

    async def nothing(_conversation: str) -> Reply | None:
        raise StoreUnavailable("away")

    async def deliver() -> None:
        first, again = Answering(seconds=600), Answering()
        holder = asyncio.create_task(
            open_replies().once("caller", "m1", first, conversation="anna")
        )
        while not first.times:
            await asyncio.sleep(0.01)
        duplicates = [
            open_replies().once("caller", "m1", again, conversation="new", recall=how)
            for how in (recall, nothing)
        ]
        recalled, refused = await asyncio.gather(*duplicates, return_exceptions=True)
        assert recalled == stored
        assert isinstance(refused, MessageClaimed)
        assert refused.conversation == "anna"
        assert again.times == 0
        holder.cancel()
        await asyncio.wait({holder})

    asyncio.run(deliver())


def test_a_database_that_fails_while_a_duplicate_waits_lets_it_run_no_turn(
    open_replies: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply_store, "CLAIM_SECONDS", 1.5)

    async def deliver() -> None:
        replies = open_replies()
        await replies.claim("anna", "m1", "anna")
        duplicate = asyncio.create_task(open_replies().claim("anna", "m1", "anna"))
        await asyncio.sleep(0.5)
        monkeypatch.setattr(Database, "run", _fails)
        with pytest.raises(MessageClaimed):
            await duplicate

    asyncio.run(deliver())


async def _fails(*_: object) -> None:
    raise StoreUnavailable("away")


@pytest.mark.parametrize("end", ["answered", "failed", "cancelled"])
def test_however_a_message_ends_nobody_renews_its_claim_any_more(
    open_replies: Open, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(reply_store, "CLAIM_SECONDS", 0.3)
    run, renewing = Database.run, asyncio.Event()

    async def take_long_to_renew(self: Database, work: Any) -> Any:
        if not renewing.is_set():
            renewing.set()
            await asyncio.sleep(0.5)
        return await run(self, work)

    async def answer() -> Reply:
        monkeypatch.setattr(Database, "run", take_long_to_renew)
        await renewing.wait()
        if end != "answered":
            raise StoreUnavailable("away") if end == "failed" else asyncio.CancelledError
        return {"messages": []}

    async def deliver() -> None:
        with contextlib.suppress(StoreUnavailable, asyncio.CancelledError):
            await open_replies().once("anna", "m1", answer)
        await asyncio.sleep(0.05)  # a tenth of what the renewal would take
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(deliver())


def test_a_failed_message_can_be_tried_again_at_once(
    open_replies: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply_store, "CLAIM_SECONDS", 600.0)

    async def fails() -> Reply:
        raise StoreUnavailable("away")

    async def deliver() -> None:
        replies = open_replies()
        with pytest.raises(StoreUnavailable):
            await replies.once("anna", "m1", fails)
        answer = Answering()
        await asyncio.wait_for(replies.once("anna", "m1", answer), 60)
        assert answer.times == 1

    asyncio.run(deliver())


def test_a_cancelled_message_can_be_tried_again_at_once(
    open_replies: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply_store, "CLAIM_SECONDS", 600.0)

    async def deliver() -> None:
        replies = open_replies()
        cancelled = Answering(seconds=600)
        delivery = asyncio.ensure_future(replies.once("anna", "m1", cancelled))
        while not cancelled.times:
            await asyncio.sleep(0.01)
        delivery.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivery
        answer = Answering()
        await asyncio.wait_for(replies.once("anna", "m1", answer), 60)
        assert answer.times == 1

    asyncio.run(deliver())


def test_an_apology_is_not_kept_for_the_retry(open_replies: Open) -> None:
    async def deliver() -> None:
        replies = open_replies()
        await replies.once("anna", "m1", Answering("sorry"), is_final=lambda reply: False)
        reply = await replies.once("anna", "m1", Answering("hello"))
        assert reply["messages"] == [{"text": "hello"}]

    asyncio.run(deliver())


async def _claim_and_die(
    replies: reply_store.ReplyStore, monkeypatch: pytest.MonkeyPatch, scope: str, conversation: str
) -> None:
    """Leaves a claim that soon ends, to servers that wait as long as ever."""
    with monkeypatch.context() as brief:
        brief.setattr(reply_store, "CLAIM_SECONDS", 0.5)
        await replies.claim(scope, "m1", conversation)


def test_a_message_whose_server_died_is_recalled_and_not_answered_twice(
    open_replies: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = {"messages": [{"text": "what was said"}]}

    async def recall(conversation: str) -> Reply | None:
        return stored if conversation == "anna" else None

    async def deliver() -> None:
        await _claim_and_die(open_replies(), monkeypatch, "caller", conversation="anna")
        answer = Answering()
        servers = [open_replies(), open_replies()]
        replies = await asyncio.gather(
            *(
                server.once("caller", "m1", answer, conversation="new", recall=recall)
                for server in servers
            )
        )
        assert replies == [stored, stored]
        assert answer.times == 0

    asyncio.run(deliver())


def test_a_message_whose_server_died_before_storing_it_is_answered(
    open_replies: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def recall(conversation: str) -> Reply | None:
        return None

    async def deliver() -> None:
        await _claim_and_die(open_replies(), monkeypatch, "anna", conversation="anna")
        answer = Answering()
        await open_replies().once("anna", "m1", answer, recall=recall)
        assert answer.times == 1

    asyncio.run(deliver())


def test_a_reply_expires_and_is_purged(open_replies: Open) -> None:
    async def deliver() -> None:
        brief = open_replies(hours=0.2 / 3600)
        answer = Answering()
        await brief.once("anna", "m1", answer)
        await asyncio.sleep(0.3)
        assert await brief.get("anna", "m1") is None
        await brief.once("anna", "m1", answer)
        assert answer.times == 2
        await asyncio.sleep(0.3)
        assert await brief.purge() == 1
        assert await brief.purge() == 0

    asyncio.run(deliver())


def test_a_reply_that_cannot_be_kept_is_still_given(open_replies: Open, url: str) -> None:
    async def deliver() -> None:
        database = Database(url, 3.0)

        async def answer() -> Reply:
            await database.run(lambda c: c.exec_driver_sql("DROP TABLE replies"))
            return {"text": "hello"}

        assert await open_replies().once("anna", "m1", answer) == {"text": "hello"}
        database.close()

    asyncio.run(deliver())


def test_feedback_is_noted_with_what_was_answered_and_the_last_word_counts(
    open_replies: Open, url: str
) -> None:
    async def rate() -> None:
        replies = open_replies()
        await replies.feedback("anna", "r1", True, ["pain", "costs"])
        await replies.feedback("anna", "r1", False, ["pain", "costs"])
        await replies.feedback("anna", "r2", True, [])
        database = Database(url, 3.0)
        rows = await database.read(
            lambda c: c.execute(sa.select(feedback).order_by(feedback.c.reply_id)).all()
        )
        database.close()
        noted = [(row.reply_id, row.helpful, json.loads(row.topics)) for row in rows]
        assert noted == [("r1", False, ["pain", "costs"]), ("r2", True, [])]

    asyncio.run(rate())


def test_erasing_a_conversation_erases_its_replies_and_feedback(
    open_replies: Open, url: str, tmp_path: Path
) -> None:
    async def erase() -> None:
        replies = open_replies()
        database = Database(url, 3.0)
        conversations = ConversationStore(DOMAIN, database=database)
        await says(conversations, "anna", "hello")
        await replies.once("caller", "m1", Answering("secret-reply"), conversation="anna")
        await replies.once("anna", "m2", Answering("secret-reply"))
        await replies.feedback("anna", "secret-id", True, ["pain"])
        await conversations.delete("anna")
        assert await replies.get("caller", "m1") is None
        assert await replies.get("anna", "m2") is None
        count = "SELECT (SELECT COUNT(*) FROM replies) + (SELECT COUNT(*) FROM feedback)"
        assert await database.run(lambda c: c.exec_driver_sql(count).scalar()) == 0
        assert not any(b"secret" in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
        database.close()

    asyncio.run(erase())


def test_a_reply_to_a_conversation_erased_meanwhile_is_not_kept(
    open_replies: Open, url: str
) -> None:
    async def erase() -> None:
        replies = open_replies()
        database = Database(url, 3.0)
        conversations = ConversationStore(DOMAIN, database=database)

        async def answer() -> Reply:
            await conversations.delete("anna")
            return {"messages": [{"text": "hello"}]}

        await replies.once("caller", "m1", answer, conversation="anna")
        count = "SELECT COUNT(*) FROM replies"
        assert await database.run(lambda c: c.exec_driver_sql(count).scalar()) == 0
        database.close()

    asyncio.run(erase())
