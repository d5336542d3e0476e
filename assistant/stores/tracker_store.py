"""Keeps the conversations: Rasa's tracker store, named in `endpoints.yml`."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Connection

from assistant import logs
from assistant.settings import Settings
from assistant.stores.database import Database, open_database
from assistant.stores.errors import MessageStored, StaleSave, StoreUnavailable
from assistant.stores.events import from_dicts, to_json
from assistant.stores.schema import conversations, events, feedback, replies
from assistant.stores.window import TURNS_IN_SESSION, may_renew, session_start, shorten


@dataclass(frozen=True)
class _Place:
    """Where a tracker stands in its stored conversation.

    Attributes:
        sequence: The next stored event's number.
        known: How many of the tracker's events need no storing.
        session: How many sessions have begun so far.
    """

    sequence: int = 0
    known: int = 0
    session: int = 0


class ConversationStore(TrackerStore):
    """Stores each event once, in order, and refuses a turn rather than lose or mix one up.

    Every method raises `StoreUnavailable` when the database fails or its deadline passes.
    """

    def __init__(
        self,
        domain: Domain | None,
        event_broker: EventBroker | None = None,
        database: Database | None = None,
        **_endpoint: Any,
    ) -> None:
        """Connects to nothing yet.

        Args:
            domain: The assistant's domain; Rasa sets it when the model is loaded.
            event_broker: Where saved events are published, if anywhere.
            database: The database; that of the settings where left out.
            **_endpoint: The rest of the entry in `endpoints.yml`. Rasa hands over `host`.
        """
        # Every command of Rasa's that talks opens this store, also the shell, which has no channel.
        logs.configure()
        super().__init__(domain, event_broker)
        if database is None:
            settings = Settings.from_environment()
            database = open_database(settings.database_url, settings.store_deadline_seconds)
        self.database = database
        # Whether rows were deleted whose remains couldn't be removed yet.
        self._traces_left = False

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Loads what the next turn needs of a conversation.

        Args:
            sender_id: The conversation.

        Returns:
            Its tracker with the session's last turns and all slots; None if there is none. After
            `TURNS_IN_SESSION` turns it ends in the beginning of a new session.
        """
        return await self._load(sender_id, whole=False)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Loads a conversation with all that is kept of it: a purge takes old beginnings away.

        Args:
            conversation_id: The conversation.

        Returns:
            Its tracker; None if there is none.
        """
        return await self._load(conversation_id, whole=True)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Appends the events that aren't stored yet.

        Args:
            tracker: One that this store loaded, or one of a new conversation.

        Raises:
            StaleSave: The conversation was continued, erased or begun elsewhere meanwhile.
            MessageStored: The message has been answered before.
        """
        place: _Place = getattr(tracker, _PLACE, _Place())
        all_events = list(tracker.events)
        new = all_events[place.known :]
        if not new:
            return

        def append(connection: Connection) -> _Place:
            rows = _rows(tracker.sender_id, new, place)
            header = {
                "next_sequence": place.sequence + len(new),
                "session": rows[-1]["session"],
                "updated": time.time(),
                **self._loading(all_events, place),
            }
            _append(connection, tracker.sender_id, place.sequence, header, rows)
            return _Place(header["next_sequence"], len(all_events), header["session"])

        try:
            setattr(tracker, _PLACE, await self.database.run(append))
        except StaleSave:
            ids = [each.message_id for each in new if isinstance(each, UserUttered)]
            if any([await self.turn(tracker.sender_id, each) for each in ids if each]):
                raise MessageStored("the message has been answered before") from None
            raise
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)

    async def ping(self) -> None:
        """Asks the database for a sign of life."""
        await self.database.ping()

    async def keys(self) -> list[str]:
        """Lists the conversations.

        Returns:
            Their ids.
        """
        query = sa.select(conversations.c.sender_id)
        return await self.database.read(lambda connection: list(connection.scalars(query)))

    async def turn(self, sender_id: str, message_id: str) -> list[dict[str, Any]] | None:
        """Finds what a message led to, to answer a retry whose first reply was lost.

        Args:
            sender_id: The conversation.
            message_id: The message.

        Returns:
            The events, as Rasa's dicts, from the user's message to before the next one; None if
            no such message is stored.
        """
        ids = {"sender_id": sender_id, "message_id": message_id}
        found: list[dict[str, Any]] = []
        for kind, data in await self.database.read(lambda c: c.execute(_FROM_MESSAGE, ids).all()):
            if found and kind == UserUttered.type_name:
                break
            found.append(json.loads(data))
        return found or None

    async def delete(self, sender_id: str) -> bool:
        """Erases a conversation with its replies and feedback, so that no trace is left.

        Args:
            sender_id: The conversation.

        Returns:
            Whether there was one.
        """
        erased = await self.database.run(lambda connection: _erase(connection, sender_id))
        self._traces_left |= erased
        if self._traces_left:
            await self.database.forget_deleted()
            self._traces_left = False
        return erased

    def _loading(self, all_events: Sequence[Event], place: _Place) -> dict[str, Any]:
        """The columns that say what the next turn loads; none where that stays as it is."""
        starts = [
            index
            for index in range(place.known, len(all_events))
            if isinstance(all_events[index], SessionStarted)
        ]
        start = starts[-1] if starts else 0
        shortened = shorten(all_events[start:], self.domain.slots)
        if shortened is not None:
            index, opening = start + shortened[0], shortened[1]
        elif starts:
            index, opening = start, []
        elif place.sequence == 0:
            index, opening = 0, []
        else:
            return {}
        return {
            "load_from": place.sequence + index - place.known,
            "opening": "[" + ",".join(to_json(event) for event in opening) + "]",
        }

    async def _load(self, sender_id: str, whole: bool) -> DialogueStateTracker | None:
        # All of it in the database's thread, where whatever fails becomes `StoreUnavailable`.
        return await self.database.read(lambda connection: self._read(connection, sender_id, whole))

    def _read(
        self, connection: Connection, sender_id: str, whole: bool
    ) -> DialogueStateTracker | None:
        header = connection.execute(_HEADER, {"sender_id": sender_id}).first()
        if header is None:
            return None
        first = header.load_from
        if whole:
            first = connection.scalar(_FIRST, {"sender_id": sender_id}) or 0
        part = {"sender_id": sender_id, "first": first, "end": header.next_sequence}
        texts = list(connection.scalars(_EVENTS, part))
        if len(texts) != header.next_sequence - first:
            raise StoreUnavailable("events are missing")
        opening = [] if whole else json.loads(header.opening)
        dicts = opening + json.loads("[" + ",".join(texts) + "]")
        tracker = DialogueStateTracker.from_events(
            sender_id, from_dicts(dicts), self.domain.slots, self.max_event_history
        )
        setattr(tracker, _PLACE, _Place(header.next_sequence, len(dicts), header.session))
        if not whole and may_renew(tracker) and _is_long(connection, header):
            for event in session_start():
                tracker.update(event)
        return tracker


def conversation_store(agent: Agent) -> ConversationStore:
    """The store under Rasa's wrappers, for what Rasa's own interface lacks.

    Args:
        agent: Rasa's agent.

    Returns:
        The store named in `endpoints.yml`.

    Raises:
        StoreUnavailable: Rasa runs on another store. It does so silently, in memory, when the
            one in `endpoints.yml` can't be imported.
    """
    store = agent.tracker_store
    while store is not None and not isinstance(store, ConversationStore):
        store = getattr(store, "_tracker_store", None)
    if store is None:
        raise StoreUnavailable("another tracker store is in use than the one of the project")
    return store


# Statements of every turn, built once.
_HEADER = sa.select(conversations).where(conversations.c.sender_id == sa.bindparam("sender_id"))
_EVENTS = (
    sa.select(events.c.data)
    .where(
        events.c.sender_id == sa.bindparam("sender_id"),
        events.c.sequence >= sa.bindparam("first"),
        events.c.sequence < sa.bindparam("end"),
    )
    .order_by(events.c.sequence)
)
_FIRST = sa.select(sa.func.min(events.c.sequence)).where(
    events.c.sender_id == sa.bindparam("sender_id")
)
_TURNS = sa.select(sa.func.count()).where(
    events.c.sender_id == sa.bindparam("sender_id"),
    events.c.sequence >= sa.bindparam("first"),
    events.c.session == sa.bindparam("session"),
    events.c.type == UserUttered.type_name,
)
_CONTINUE = conversations.update().where(
    conversations.c.sender_id == sa.bindparam("of"),
    conversations.c.next_sequence == sa.bindparam("before"),
)
_MESSAGE = sa.select(events.c.sequence).where(
    events.c.sender_id == sa.bindparam("sender_id"),
    events.c.message_id == sa.bindparam("message_id"),
)
_FROM_MESSAGE = (
    sa.select(events.c.type, events.c.data)
    .where(
        events.c.sender_id == sa.bindparam("sender_id"),
        events.c.sequence >= _MESSAGE.scalar_subquery(),
    )
    .order_by(events.c.sequence)
)

# The attribute by which a tracker carries its `_Place` from loading to saving.
_PLACE = "_place_in_store"


# A turn has at least so many events, and rarely more.
_FEWEST_EVENTS, _MOST_EVENTS = 3, 30


def _is_long(connection: Connection, header: Any) -> bool:
    """Whether the session has its turns; counted in long conversations only."""
    if header.next_sequence < _FEWEST_EVENTS * TURNS_IN_SESSION:
        return False
    first = max(0, header.next_sequence - _MOST_EVENTS * TURNS_IN_SESSION)
    session = {"sender_id": header.sender_id, "first": first, "session": header.session}
    return bool(connection.scalar(_TURNS, session) >= TURNS_IN_SESSION)


def _rows(sender_id: str, new: Sequence[Event], place: _Place) -> list[dict[str, Any]]:
    rows = []
    session = place.session
    message_ids: set[str] = set()
    for sequence, event in enumerate(new, place.sequence):
        session += isinstance(event, SessionStarted)
        message_id = getattr(event, "message_id", None) or None
        # A turn's later events may copy its user's message, as Rasa's two-stage fallback does.
        if message_id in message_ids:
            message_id = None
        elif message_id:
            message_ids.add(message_id)
        rows.append(
            {
                "sender_id": sender_id,
                "sequence": sequence,
                "session": session,
                "type": event.type_name,
                "timestamp": event.timestamp,
                "message_id": message_id,
                "data": to_json(event),
            }
        )
    return rows


def _append(
    connection: Connection,
    sender_id: str,
    sequence: int,
    header: dict[str, Any],
    rows: list[dict[str, Any]],
) -> None:
    if sequence == 0:
        connection.execute(conversations.insert(), {"sender_id": sender_id, **header})
    else:
        now = {"of": sender_id, "before": sequence, **header}
        if connection.execute(_CONTINUE, now).rowcount != 1:
            raise StaleSave("the conversation went on elsewhere")
    connection.execute(events.insert(), rows)


def _erase(connection: Connection, sender_id: str) -> bool:
    for table in (replies, feedback, events):
        connection.execute(table.delete().where(table.c.sender_id == sender_id))
    erased = conversations.delete().where(conversations.c.sender_id == sender_id)
    return bool(connection.execute(erased).rowcount)
