"""The core that all messengers share: takes messages in, has them answered, sends what is due.

One per process, started with Rasa's server. Several servers may share one database: each row is
claimed by one of them, and a claim ends by itself when its server dies.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import functools
import itertools
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sanic import Blueprint, Sanic
from sqlalchemy.engine import Connection

from assistant.channels.messaging import contacts, inbox, notices, outbox
from assistant.channels.messaging.desk import Desk, Handler
from assistant.channels.messaging.housekeeping import Housekeeping
from assistant.channels.messaging.inbox import Received
from assistant.channels.messaging.keywords import keyword
from assistant.channels.messaging.messenger import (
    Busy,
    Conversational,
    Messenger,
    OptedOut,
    Refused,
)
from assistant.channels.messaging.outbox import Sending
from assistant.content.clinic import Clinic
from assistant.settings import MessagingSettings, Settings
from assistant.stores.database import open_database
from assistant.stores.errors import StoreUnavailable

logger = logging.getLogger(__name__)

Row = TypeVar("Row")

_AT_A_TIME = 4  # messages answered, and messages sent
_LOOK_SECONDS = 1.0  # how often an idle server looks for what others left
_TIDY_SECONDS = 20.0
_STOP_SECONDS = 10.0  # for what is under way when the server stops; Sanic allows 15
_RECORDING_PAUSES = (1.0, 5.0)
_HOLDS = 4  # times that a claim is renewed before it would end: a database may fail meanwhile
_MOST_TRIES = 5
_UNCLEAR_PAUSE = 5.0  # in which the messenger may tell by itself what it has taken
_LONGEST_PAUSE = 60.0  # seconds between tries to reach a patient
_LONGEST_PAUSE_CLINIC = 900.0  # and the clinic, who is told until it has taken it


class Messaging:
    """Inbox, outbox and those who work on them."""

    def __init__(self, settings: Settings) -> None:
        """Prepares the ways to the clinic; messengers are added by their channels.

        Args:
            settings: The installation's.
        """
        self.settings = settings
        self.database = open_database(settings.database_url, settings.store_deadline_seconds)
        self._time_zone = Clinic.load(settings.content / "clinic.yml").time_zone
        self._patients: dict[str, Conversational] = {}
        self._messengers: dict[str, Messenger] = _clinic(settings)
        self._desk: Desk | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._recordings: set[asyncio.Future[None]] = set()
        self._stopping = False
        self._incoming = asyncio.Event()
        self._outgoing = asyncio.Event()

    @property
    def desk(self) -> Desk:
        """Who answers, made when the first messenger is there."""
        if self._desk is None:
            self._desk = Desk(self.settings, self.database, self._patients)
        return self._desk

    def add(self, messenger: Conversational) -> None:
        """Switches a messenger on.

        Args:
            messenger: By which patients write.
        """
        self._patients[messenger.name] = messenger
        self._messengers[messenger.name] = messenger

    def run_with(self, routes: Blueprint, on_new_message: Handler) -> None:
        """Works while the server runs.

        Args:
            routes: Routes of any channel; several may ask, one does it.
            on_new_message: Rasa's handler.
        """

        async def start(app: Sanic, _loop: Any) -> None:
            if not self._tasks:
                self._start(app, on_new_message)

        async def stop(_app: Sanic, _loop: Any) -> None:
            await self._stop()

        routes.listener("after_server_start")(start)
        routes.listener("before_server_stop")(stop)

    async def receive(
        self, message: Received, address: Any, also: Callable[[Connection], None] | None = None
    ) -> bool:
        """Stores a message durably.

        Args:
            message: The message.
            address: Where to write back, of JSON's types.
            also: What else belongs into the transaction, of a new message.

        Returns:
            Whether it is new.

        Raises:
            StoreUnavailable: It isn't stored.
        """

        def store(connection: Connection) -> bool:
            contacts.meet(connection, message.conversation, message.messenger, address)
            new = inbox.put(connection, message)
            if new:
                # The address may have been erased meanwhile.
                contacts.change(connection, message.conversation, address=address)
                self._stop_at_once(connection, message)
            if new and also:
                also(connection)
            return new

        new = await self.database.run(store)
        self._incoming.set()
        return new

    def _stop_at_once(self, connection: Connection, message: Received) -> None:
        """A wish to stop counts from now on; its turn may come late."""
        contact = contacts.get(connection, message.conversation)
        assert contact is not None
        word = keyword(message.content.get("text") or "", opted_out=contact.opted_out)
        if word == "stop" and word in self._patients[message.messenger].carrier_words(contact):
            contacts.opt_out(connection, message.conversation)

    async def say_at_once(self, message: Received, address: Any, line: str) -> None:
        """Sends an emergency's line past the outbox, when that can't be written.

        Args:
            message: The message that it answers.
            address: Where to write back.
            line: What to say.

        Raises:
            Exception: The messenger didn't take it.
        """
        sending = Sending(
            id=0,
            key=message.message_id,
            messenger=message.messenger,
            conversation=message.conversation,
            address=address,
            content={"text": line},
            segments=0,
            urgent=True,
            tries=0,
            unclear=False,
            begun=time.time(),
        )
        await self._messengers[message.messenger].send(sending)

    def record_later(
        self, message: Received, address: Any, also: Callable[[Connection], None] | None = None
    ) -> None:
        """Stores a message whose emergency's line was said already, as soon as that is possible.

        Args:
            message: The message.
            address: Where to write back, of JSON's types.
            also: What else belongs into the transaction, of a new message.
        """
        said = dataclasses.replace(message, content={**message.content, "said": True})

        async def record() -> None:
            for pause in itertools.chain(_RECORDING_PAUSES, itertools.repeat(_TIDY_SECONDS)):
                await asyncio.sleep(pause)
                with contextlib.suppress(StoreUnavailable):
                    await self.receive(said, address, also)
                    return

        recording = asyncio.ensure_future(record())
        self._recordings.add(recording)
        recording.add_done_callback(self._recordings.discard)

    def wake(self) -> None:
        """Says that there is something to send."""
        self._outgoing.set()

    def _start(self, app: Sanic, on_new_message: Handler) -> None:
        self._stopping = False

        async def answer(message: Received) -> None:
            await self._answer(message, getattr(app.ctx, "agent", None), on_new_message)

        housekeeping = Housekeeping(self.settings, self.database)
        jobs = [
            self._tidy(housekeeping),
            self._work(self._next_to_send, self._send, self._outgoing),
        ]
        if self._patients:
            jobs.append(self._work(self._next_to_answer, answer, self._incoming))
        self._tasks = {asyncio.ensure_future(job) for job in jobs}

    async def _stop(self) -> None:
        self._stopping = True
        self._incoming.set()
        self._outgoing.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_STOP_SECONDS)
            for task in late:
                task.cancel()
        for recording in self._recordings:
            recording.cancel()
        self._tasks = set()

    async def _work(
        self,
        take: Callable[[], Awaitable[Row | None]],
        handle: Callable[[Row], Awaitable[None]],
        wake: asyncio.Event,
    ) -> None:
        """Takes rows and handles some at a time, until the server stops."""
        running: set[asyncio.Task[None]] = set()
        while not self._stopping:
            wake.clear()
            row = await take() if len(running) < _AT_A_TIME else None
            if row is not None:
                task = asyncio.ensure_future(handle(row))
                running.add(task)
                task.add_done_callback(running.discard)
                task.add_done_callback(lambda _: wake.set())
                continue
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(wake.wait(), _LOOK_SECONDS)
        if running:
            await asyncio.wait(running)

    async def _next_to_answer(self) -> Received | None:
        return await self._try("take from the inbox", self.database.run(inbox.take))

    async def _next_to_send(self) -> Sending | None:
        def take(connection: Connection) -> Sending | None:
            return outbox.take(connection, self._messengers)

        return await self._try("take from the outbox", self.database.run(take))

    async def _answer(self, message: Received, agent: Any, on_new_message: Handler) -> None:
        try:
            if message.tries >= _MOST_TRIES:
                await self.desk.apologise(message)
            else:
                await self.desk.answer(message, agent, on_new_message)
        except (Exception, StoreUnavailable) as error:
            logger.error("A message couldn't be answered: %s", type(error).__name__)
            pause = 2.0 ** (message.tries + 1)
            again = self.database.run(lambda c: inbox.give_back(c, message, pause))
            await self._try("give a message back", again)
        self._outgoing.set()

    async def _send(self, row: Sending) -> None:
        messenger = self._messengers[row.messenger]
        try:
            async with self._held(row):
                outcome = await self._outcome(row, messenger)
        except OptedOut as error:
            outcome = functools.partial(_opted_out, row=row, code=str(error))
        except Refused as error:
            logger.error("%s refused a message: %s", row.messenger, error)
            outcome = functools.partial(outbox.give_up, row_id=row.id, error=str(error))
        except (Exception, StoreUnavailable) as error:
            logger.warning("%s can't be reached: %s", row.messenger, type(error).__name__)
            # Busy says that it wasn't taken. After anything else nobody knows; nor does a later
            # Busy tell anything of an earlier try.
            unclear = row.unclear or not isinstance(error, Busy)
            pause = max(_pause(row, messenger), _UNCLEAR_PAUSE if unclear else 0.0)
            outcome = functools.partial(outbox.wait, row_id=row.id, seconds=pause, unclear=unclear)
        await self._try("note what was sent", self.database.run(outcome))

    @contextlib.asynccontextmanager
    async def _held(self, row: Sending) -> AsyncIterator[None]:
        """Keeps other servers from a row for as long as the block lasts, however long it takes."""
        over = asyncio.Event()

        async def hold() -> None:
            while not over.is_set():
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(over.wait(), outbox.CLAIM_SECONDS / _HOLDS)
                    return
                held = self.database.run(lambda c: outbox.hold(c, row))
                await self._try("hold what is being sent", held)

        holding = asyncio.ensure_future(hold())
        try:
            yield
        finally:
            over.set()
            await holding  # else a late hold would put off the next try

    async def _outcome(self, row: Sending, messenger: Messenger) -> Callable[[Connection], None]:
        """Sends, unless something stands against it; what is to be noted of it."""

        def may_send(connection: Connection) -> str | None:
            return _hindrance(connection, row, self.settings.messaging, self._time_zone)

        hindrance = await self.database.run(may_send)
        if hindrance:
            return functools.partial(outbox.give_up, row_id=row.id, error=hindrance)
        sent_id = None
        if row.unclear:
            known = await self.database.run(lambda c: outbox.known_ids(c, row.conversation))
            sent_id = await messenger.find(row, known)
        if sent_id is None and messenger.patience and time.time() > row.begun + messenger.patience:
            return functools.partial(outbox.give_up, row_id=row.id, error="too late")
        sent_id = sent_id or await messenger.send(row)
        return functools.partial(outbox.sent, row_id=row.id, sent_id=sent_id)

    async def _tidy(self, housekeeping: Housekeeping) -> None:
        while not self._stopping:
            await self._try("tidy up", housekeeping.run())
            end = time.monotonic() + _TIDY_SECONDS
            while not self._stopping and time.monotonic() < end:
                await asyncio.sleep(_LOOK_SECONDS)

    async def _try(self, what: str, step: Awaitable[Row]) -> Row | None:
        """A step that is taken again later when it fails."""
        try:
            return await step
        except (Exception, StoreUnavailable) as error:
            logger.error("Messaging couldn't %s: %s", what, type(error).__name__)
            await asyncio.sleep(_LOOK_SECONDS)
            return None


@functools.cache
def open_messaging(settings: Settings) -> Messaging:
    """The process's one core, shared by all channels.

    Args:
        settings: The installation's.

    Returns:
        The core.
    """
    return Messaging(settings)


def _clinic(settings: Settings) -> dict[str, Messenger]:
    """The ways by which the clinic is told."""
    told = settings.messaging
    notices.require(told)
    ways: dict[str, Messenger] = {}
    if notices.WEBHOOK in notices.available(told):
        assert told.clinic_webhook_url
        assert told.clinic_webhook_secret
        ways[notices.WEBHOOK] = notices.ClinicWebhook(
            told.clinic_webhook_url, told.clinic_webhook_secret
        )
    if notices.EMAIL in notices.available(told):
        assert told.smtp_url
        assert told.email_from
        assert told.clinic_email
        ways[notices.EMAIL] = notices.ClinicEmail(told.smtp_url, told.email_from, told.clinic_email)
    return ways


def _hindrance(
    connection: Connection, row: Sending, settings: MessagingSettings, time_zone: ZoneInfo
) -> str | None:
    """Why a row must not be sent: who may not be written to, who has a person, the day's limit."""
    contact = contacts.get(connection, row.conversation)
    if contact is not None and contact.opted_out:
        return "opted_out"
    if contact is not None and contact.held and not row.urgent:
        return "person"
    most = settings.segments_per_day
    if row.urgent or not row.segments or not most:
        return None
    today = datetime.datetime.now(time_zone).date()
    midnight = datetime.datetime.combine(today, datetime.time(), time_zone)
    spent = outbox.segments_since(connection, midnight.timestamp())  # with this row's
    if spent <= most:
        return None
    key = f"cost_cap.{today.isoformat()}"
    notices.put(connection, key, "cost_cap", {"segments": most}, settings)
    return "cost_cap"


def _opted_out(connection: Connection, row: Sending, code: str) -> None:
    outbox.give_up(connection, row.id, code)
    contacts.opt_out(connection, row.conversation)


def _pause(row: Sending, messenger: Messenger) -> float:
    longest = _LONGEST_PAUSE if messenger.patience else _LONGEST_PAUSE_CLINIC
    return min(2.0 ** min(row.tries, 20), longest)
