"""Remembers each message's reply, so that a retry counts once and gets the same."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from assistant.settings import Settings
from assistant.stores.database import Database, open_database
from assistant.stores.errors import MessageClaimed, StoreUnavailable
from assistant.stores.schema import feedback, replies

logger = logging.getLogger(__name__)

Reply = dict[str, Any]
Recall = Callable[[str], Awaitable[Reply | None]]

CLAIM_SECONDS = 10.0  # after which a delivery that left no reply is taken for dead
_ASK_AGAIN_SECONDS = 0.1
_PURGE_SECONDS = 3600.0


@dataclass(frozen=True)
class Claim:
    """What is known of a message that was just delivered.

    Attributes:
        reply: Its reply, or None where the caller is the one to answer it.
        interrupted: Conversation in which an earlier delivery was begun that left no reply.
    """

    reply: Reply | None = None
    interrupted: str | None = None


class ReplyStore:
    """Replies by scope and message id, in the conversations' database.

    A scope is where message ids are unique: a conversation, or a caller who has none yet. Every
    method raises `StoreUnavailable` when the database fails or its deadline passes.
    """

    def __init__(self, database: Database, hours: float) -> None:
        """Connects to nothing yet.

        Args:
            database: The database.
            hours: How long a reply is kept.
        """
        self._database = database
        self._life = hours * 3600.0
        self._purge_at = 0.0

    @classmethod
    def from_settings(cls, settings: Settings) -> ReplyStore:
        """Makes the store as the installation wants it.

        Args:
            settings: Names the database, its deadline and how long replies are kept.

        Returns:
            The store.
        """
        database = open_database(settings.database_url, settings.store_deadline_seconds)
        return cls(database, settings.reply_hours)

    async def once(
        self,
        scope: str,
        message_id: str,
        answer: Callable[[], Awaitable[Reply]],
        *,
        conversation: str | None = None,
        recall: Recall | None = None,
        is_final: Callable[[Reply], bool] = bool,
    ) -> Reply:
        """Answers a message, or repeats the reply that it got before.

        Deliveries at the same time wait for the first one. Should one run a second time after
        all, since the first was cut short, the tracker store refuses to store its turn twice.

        Args:
            scope: Where the message's id is unique.
            message_id: The message.
            answer: Answers it. What it raises is passed on, and a retry tries again.
            conversation: The conversation, with which the reply is erased, where it isn't the
                scope.
            recall: Gets the conversation of an earlier delivery that left no reply, and makes
                its reply of what is stored (`ConversationStore.turn`), or gives None.
            is_final: Whether a reply stands for retries, too; an apology needn't.

        Returns:
            The reply.

        Raises:
            MessageClaimed: Another delivery took too long, and nothing can be recalled.
            StoreUnavailable: The database failed before the message was answered.
        """
        conversation = conversation or scope
        try:
            claim = await self.claim(scope, message_id, conversation)
        except MessageClaimed as claimed:
            return await _recall_or_refuse(claimed, recall)
        if claim.reply is not None:
            return claim.reply
        try:
            async with self._holding(scope, message_id):
                reply = None
                if claim.interrupted is not None and recall is not None:
                    reply = await recall(claim.interrupted)
                if reply is not None:
                    conversation = claim.interrupted
                else:
                    reply = await answer()
        except BaseException:
            await self._finish(self.release(scope, message_id))
            raise
        if is_final(reply):
            await self._finish(self.put(scope, message_id, reply, conversation))
        else:
            await self._finish(self.release(scope, message_id))
        return reply

    async def claim(self, scope: str, message_id: str, conversation: str) -> Claim:
        """Takes a message to answer it, or waits for whoever is answering it.

        Args:
            scope: Where the message's id is unique.
            message_id: The message.
            conversation: The conversation.

        Returns:
            The other's reply, or the claim to answer the message.

        Raises:
            MessageClaimed: Another delivery took too long.
            StoreUnavailable: The database failed before anything was known of another delivery.
        """
        give_up_at = time.monotonic() + 2 * CLAIM_SECONDS
        claimed: MessageClaimed | None = None
        while claimed is None or time.monotonic() < give_up_at:
            try:
                return await self._database.run(
                    lambda connection: self._try(connection, scope, message_id, conversation)
                )
            except MessageClaimed as known:
                claimed = known
            except StoreUnavailable:
                if claimed is None:
                    raise
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
        raise claimed

    async def get(self, scope: str, message_id: str) -> Reply | None:
        """Looks a reply up.

        Args:
            scope: Where the message's id is unique.
            message_id: The message.

        Returns:
            Its reply; None where there is none, or none any more.
        """
        query = sa.select(replies.c.reply).where(
            _of(scope, message_id), replies.c.expires > time.time()
        )
        reply = await self._database.read(lambda connection: connection.scalar(query))
        return None if reply is None else json.loads(reply)

    async def put(
        self, scope: str, message_id: str, reply: Reply, conversation: str | None = None
    ) -> None:
        """Keeps the reply of a claimed message; none where it was erased meanwhile.

        Args:
            scope: Where the message's id is unique.
            message_id: The message.
            reply: Its reply, of JSON's types.
            conversation: The conversation where it isn't the scope.
        """
        kept = (
            replies.update()
            .where(_of(scope, message_id))
            .values(
                sender_id=conversation or scope,
                claimed_until=0.0,
                expires=time.time() + self._life,
                reply=json.dumps(reply),
            )
        )
        await self._database.run(lambda connection: connection.execute(kept))
        if time.monotonic() > self._purge_at:
            self._purge_at = time.monotonic() + _PURGE_SECONDS
            await self.purge()

    async def release(self, scope: str, message_id: str) -> None:
        """Gives a message back that couldn't be answered, so that a retry may try at once.

        Args:
            scope: Where the message's id is unique.
            message_id: The message.
        """
        given_back = (
            replies.update()
            .where(_of(scope, message_id), replies.c.reply.is_(None))
            .values(claimed_until=0.0)
        )
        await self._database.run(lambda connection: connection.execute(given_back))

    async def feedback(
        self, conversation: str, reply_id: str, helpful: bool, topics: Sequence[str]
    ) -> None:
        """Notes whether a reply helped; the last word counts.

        Args:
            conversation: The conversation, with which the note is erased.
            reply_id: Id of the reply's message.
            helpful: Whether it helped.
            topics: What it answered.
        """
        row = {
            "sender_id": conversation,
            "reply_id": reply_id,
            "helpful": helpful,
            "given": time.time(),
            "topics": json.dumps(list(topics)),
        }
        keys = [column.name for column in feedback.primary_key]
        values = {name: value for name, value in row.items() if name not in keys}

        def note(connection: Connection) -> None:
            noted = _insert(connection, feedback, row)
            connection.execute(noted.on_conflict_do_update(index_elements=keys, set_=values))

        await self._database.run(note)

    async def purge(self) -> int:
        """Deletes expired replies; `put` does so once an hour.

        Returns:
            How many were deleted.
        """
        expired = replies.delete().where(replies.c.expires <= time.time())
        return await self._database.run(lambda connection: connection.execute(expired).rowcount)

    @contextlib.asynccontextmanager
    async def _holding(self, scope: str, message_id: str) -> AsyncIterator[None]:
        """Renews a claim while its message is being answered, however long that takes."""
        renewing = asyncio.create_task(self._renew(scope, message_id))
        try:
            yield
        finally:
            renewing.cancel()

    async def _renew(self, scope: str, message_id: str) -> None:
        mine = sa.and_(
            _of(scope, message_id), replies.c.reply.is_(None), replies.c.claimed_until > 0.0
        )
        while True:
            await asyncio.sleep(CLAIM_SECONDS / 3)
            longer = replies.update().where(mine)
            longer = longer.values(claimed_until=time.time() + CLAIM_SECONDS)
            with contextlib.suppress(StoreUnavailable):
                await self._database.run(functools.partial(_execute, longer))

    def _try(self, connection: Connection, scope: str, message_id: str, conversation: str) -> Claim:
        """One attempt to claim; `MessageClaimed` while another delivery is being answered."""
        now = time.time()
        row = {
            "scope": scope,
            "message_id": message_id,
            "sender_id": conversation,
            "claimed_until": now + CLAIM_SECONDS,
            "expires": now + self._life,
        }
        inserted = _insert(connection, replies, row).on_conflict_do_nothing()
        if connection.execute(inserted).rowcount:
            return Claim()
        same = _of(scope, message_id)
        known = connection.execute(sa.select(replies).where(same)).first()
        if known is None:
            raise MessageClaimed(conversation)
        if known.reply is not None and known.expires > now:
            return Claim(reply=json.loads(known.reply))
        # One from far ahead was made before the clock was set back.
        if known.reply is None and now < known.claimed_until < now + 2 * CLAIM_SECONDS:
            raise MessageClaimed(known.sender_id)
        unchanged = replies.c.claimed_until == known.claimed_until
        taken_over = replies.update().where(same, unchanged).values(**row, reply=None)
        if connection.execute(taken_over).rowcount:
            return Claim(interrupted=known.sender_id)
        raise MessageClaimed(known.sender_id)

    async def _finish(self, last_step: Awaitable[None]) -> None:
        """Notes what became of a message; where that fails the reply is still worth sending."""
        try:
            await last_step
        except StoreUnavailable as unavailable:
            logger.error("A reply couldn't be noted: %s", unavailable)


def _of(scope: str, message_id: str) -> Any:
    return sa.and_(replies.c.scope == scope, replies.c.message_id == message_id)


async def _recall_or_refuse(claimed: MessageClaimed, recall: Recall | None) -> Reply:
    """What a message was answered by another delivery that hasn't kept its reply yet."""
    if recall is not None:
        with contextlib.suppress(StoreUnavailable):
            reply = await recall(claimed.conversation)
            if reply is not None:
                return reply
    raise claimed


def _execute(statement: Any, connection: Connection) -> None:
    connection.execute(statement)


def _insert(connection: Connection, table: sa.Table, row: dict[str, Any]) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).values(row)
