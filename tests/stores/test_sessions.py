"""A conversation without end begins a new session now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from rasa.shared.core.events import ConversationPaused, SlotSet

from assistant.stores import tracker_store
from assistant.stores.schema import conversations
from assistant.stores.tracker_store import ConversationStore
from tests.stores.dialogue import form_begins, form_ends, says, texts

Open = Callable[[str], ConversationStore]

TURNS = 20


@pytest.fixture(autouse=True)
def short_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions of twenty turns, so that the tests are quick."""
    monkeypatch.setattr(tracker_store, "TURNS_IN_SESSION", TURNS)


async def _sessions(store: ConversationStore) -> int:
    query = sa.select(conversations.c.session).where(conversations.c.sender_id == "anna")
    return int(await store.database.read(lambda connection: connection.scalar(query)))


def test_after_so_many_turns_a_session_begins_with_empty_slots(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)
        await says(store, "anna", "turn 0", SlotSet("reason", "yes"))
        for number in range(1, TURNS):
            await says(store, "anna", f"turn {number}")
        assert await _sessions(store) == 1

        await says(store, "anna", "a new session's first turn")

        assert await _sessions(store) == 2
        loaded = await store.retrieve("anna")
        assert texts(loaded) == ["a new session's first turn"]
        assert loaded.get_slot("reason") is None
        for number in range(1, 2 * TURNS):
            await says(store, "anna", f"later turn {number}")
        assert await _sessions(store) == 3
        assert len(texts(await store.retrieve_full_tracker("anna"))) == 3 * TURNS

    asyncio.run(talk())


def test_a_session_never_ends_in_an_open_form(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)
        for number in range(TURNS - 1):
            await says(store, "anna", f"turn {number}")
        await says(store, "anna", "am i suitable", *form_begins("reason"))
        for _ in range(TURNS):
            await says(store, "anna", "a question in between")
        await says(store, "anna", "yes", SlotSet("reason", "yes"))
        assert await _sessions(store) == 1
        assert (await store.retrieve("anna")).get_slot("reason") == "yes"

        await says(store, "anna", "done", *form_ends())
        await says(store, "anna", "thanks")

        assert await _sessions(store) == 2

    asyncio.run(talk())


def test_a_session_never_ends_while_a_person_has_taken_over(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)
        for number in range(TURNS):
            await says(store, "anna", f"turn {number}", ConversationPaused())
        await says(store, "anna", "still there?")
        assert await _sessions(store) == 1
        assert (await store.retrieve("anna")).is_paused()

    asyncio.run(talk())
