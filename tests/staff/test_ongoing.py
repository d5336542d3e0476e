"""A conversation that goes on, as by phone, loses what is past its days and goes on unharmed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.staff.privacy.commands import main
from assistant.stores.schema import conversations, events
from assistant.stores.tracker_store import ConversationStore
from tests.stores.conftest import open_store, postgresql, postgresql_url, sqlite_url, url
from tests.stores.dialogue import add, session_start, texts, turn

from rasa.shared.core.events import SlotSet  # isort: skip

__all__ = ["open_store", "postgresql", "postgresql_url", "sqlite_url", "url"]

Open = Callable[[str], ConversationStore]
_DAY = 86_400.0


@pytest.fixture(autouse=True)
def installation(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points the command to the database."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("AUDIT_LOG", str(tmp_path / "audit.jsonl"))


async def _says(store: ConversationStore, text: str, days_ago: float, *, new: bool = False) -> None:
    """A turn of some days ago, `new` with a session of its own."""
    tracker = await store.get_or_create_tracker("sms-1", append_action_listen=False)
    told = session_start() if new or not tracker.events else []
    told += turn(text, SlotSet("reason", text))
    for event in told:
        event.timestamp = time.time() - days_ago * _DAY
    add(tracker, told)
    await store.save(tracker)


def _in_files(url: str, text: str) -> bool:
    if not url.startswith("sqlite"):
        return False
    folder = Path(url.removeprefix("sqlite:///")).parent
    return any(text.encode() in file.read_bytes() for file in folder.iterdir())


def _rows(url: str) -> str:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = [
            connection.execute(sa.text(f"SELECT * FROM {table}")).all()
            for table in (events.name, conversations.name)
        ]
    engine.dispose()
    return str(rows)


def test_earlier_sessions_go_and_the_last_one_stays(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)
        await _says(store, "quokka", 50)
        await _says(store, "wombat", 40, new=True)
        await _says(store, "possum", 20, new=True)
        await _says(store, "koala", 1, new=True)
        assert await asyncio.to_thread(main, ["purge"]) == 0
        for word, kept in (("quokka", False), ("wombat", False), ("possum", True), ("koala", True)):
            assert (word in _rows(url)) == kept, word
        assert not _in_files(url, "quokka")
        assert not _in_files(url, "wombat")
        assert texts(await store.retrieve_full_tracker("sms-1")) == ["possum", "koala"]
        await _says(store, "dingo", 0)
        assert texts(await store.retrieve("sms-1")) == ["koala", "dingo"]
        assert texts(await store.retrieve_full_tracker("sms-1")) == ["possum", "koala", "dingo"]

    asyncio.run(talk())


def test_a_session_that_never_paused_keeps_what_the_next_turn_needs(
    url: str, open_store: Open
) -> None:
    async def talk() -> None:
        store = open_store(url)
        for day in range(60, 0, -1):
            await _says(store, f"on day {day}.", day)
        before = await store.retrieve("sms-1")
        assert before is not None
        assert await asyncio.to_thread(main, ["purge"]) == 0
        after = await store.retrieve("sms-1")
        assert after is not None
        assert texts(after) == texts(before)
        assert after.current_slot_values() == before.current_slot_values()
        kept = texts(await store.retrieve_full_tracker("sms-1"))
        assert kept == [f"on day {day}." for day in range(len(kept), 0, -1)]
        assert len(kept) in (29, 30)
        assert not _in_files(url, "on day 31.")
        await _says(store, "today", 0)
        assert texts(await store.retrieve("sms-1"))[-1] == "today"

    asyncio.run(talk())


def test_nothing_that_the_next_turn_needs_goes_however_old_it_is(
    url: str, open_store: Open
) -> None:
    async def talk() -> None:
        store = open_store(url)
        await _says(store, "quokka", 45)
        await _says(store, "koala", 1)
        assert await asyncio.to_thread(main, ["purge"]) == 0
        assert texts(await store.retrieve("sms-1")) == ["quokka", "koala"]

    asyncio.run(talk())
