"""What happens when the database is away, hangs or is damaged, under Rasa's own wrapper."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore

from assistant.stores.database import Database, open_database
from assistant.stores.errors import StoreUnavailable
from assistant.stores.tracker_store import ConversationStore
from tests.services import Service, free_port
from tests.stores.dialogue import says, texts

Open = Callable[[str], ConversationStore]

SECRET = "my phone is 555-0100"


async def _is_refused(store: ConversationStore, sender: str = "anna") -> float:
    """Expects a turn to be refused; gives the seconds that took."""
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable) as refusal:
        await says(FailSafeTrackerStore(store), sender, SECRET)
    assert SECRET not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None
    return time.monotonic() - begun


def test_a_hanging_postgresql_is_given_up_and_found_again(
    postgresql: Service, postgresql_url: str, open_store: Open
) -> None:
    async def talk() -> None:
        store = open_store(postgresql_url)
        await says(store, "anna", "before")
        with postgresql.hanging():
            for _ in range(2):
                assert await _is_refused(store) < 4.0
            # More calls at once than there are connections wait no longer either.
            begun = time.monotonic()
            await asyncio.gather(*(_is_refused(store, f"patient {n}") for n in range(12)))
            assert time.monotonic() - begun < 4.0
        await _recovers(store)
        assert texts(await store.retrieve("anna")) == ["before", "after"]

    asyncio.run(talk())


async def _recovers(store: ConversationStore) -> None:
    end = time.monotonic() + 10.0
    while True:
        try:
            await says(store, "anna", "after")
            return
        except StoreUnavailable:
            assert time.monotonic() < end, "not normal again within 10 s"
            await asyncio.sleep(0.2)


def test_the_event_loop_goes_on_while_postgresql_hangs(
    postgresql: Service, postgresql_url: str, open_store: Open
) -> None:
    async def talk() -> None:
        store = open_store(postgresql_url)
        await says(store, "anna", "before")
        with postgresql.hanging():
            refusal = asyncio.ensure_future(_is_refused(store))
            beats = 0
            while not refusal.done():
                await asyncio.sleep(0.05)
                beats += 1
            assert beats > 20
        await _recovers(store)

    asyncio.run(talk())


def test_a_killed_postgresql_refuses_turns_and_loses_none(
    postgresql: Service, postgresql_url: str, open_store: Open
) -> None:
    async def talk() -> None:
        store = open_store(postgresql_url)
        await says(store, "anna", "before")
        postgresql.kill()
        try:
            assert await _is_refused(store) < 4.0
        finally:
            postgresql.start()
        await _recovers(store)
        assert texts(await store.retrieve("anna")) == ["before", "after"]

    asyncio.run(talk())


def test_a_server_with_thousands_of_open_files_still_reaches_postgresql(
    postgresql_url: str, open_store: Open
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(4096, hard)), hard))
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        store = open_store(postgresql_url)
        asyncio.run(says(store, "anna", "hello"))
    finally:
        for file in files:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_store_that_is_away_at_the_start_is_asked_again(open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(f"postgresql://clinic:{SECRET}@127.0.0.1:{free_port()}/none")
        assert await _is_refused(store) < 4.0
        with pytest.raises(StoreUnavailable):
            await store.ping()

    asyncio.run(talk())


def test_a_locked_sqlite_file_refuses_the_turn_in_time(sqlite_url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(sqlite_url)
        await says(store, "anna", "before")
        other = sqlite3.connect(_file(sqlite_url), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        assert await _is_refused(store) < 4.0
        other.execute("ROLLBACK")
        other.close()
        await says(store, "anna", "after")
        assert texts(await store.retrieve("anna")) == ["before", "after"]

    asyncio.run(talk())


def test_a_removed_sqlite_file_is_no_empty_one_and_a_restored_one_is_read(
    sqlite_url: str, open_store: Open, tmp_path: Path
) -> None:
    async def talk() -> None:
        store = open_store(sqlite_url)
        await says(store, "anna", "before")
        with sqlite3.connect(tmp_path / "backup.db") as backup:
            sqlite3.connect(_file(sqlite_url)).backup(backup)
        for path in _file(sqlite_url).parent.iterdir():
            path.unlink()
        await _is_refused(store)
        assert not _file(sqlite_url).exists()

        (tmp_path / "backup.db").rename(_file(sqlite_url))
        await says(store, "anna", "after")
        assert texts(await store.retrieve("anna")) == ["before", "after"]

    asyncio.run(talk())


def test_a_damaged_sqlite_file_refuses_the_turn(sqlite_url: str, open_store: Open) -> None:
    async def talk() -> None:
        await says(open_store(sqlite_url), "anna", "before")
        size = _file(sqlite_url).stat().st_size
        for path in _file(sqlite_url).parent.iterdir():
            path.unlink()
        _file(sqlite_url).write_bytes(b"no database " * (size // 12))
        await _is_refused(open_store(sqlite_url))

    asyncio.run(talk())


def test_a_folder_that_cannot_be_written_refuses_the_turn(tmp_path: Path, open_store: Open) -> None:
    (tmp_path / "file").write_text("in the way")

    async def talk() -> None:
        await _is_refused(open_store(f"sqlite:///{tmp_path}/file/conversations.db"))

    asyncio.run(talk())


def test_a_full_disk_refuses_the_turn_and_loses_nothing(sqlite_url: str, open_store: Open) -> None:
    """A page limit fails in the same way as a disk without space: SQLITE_FULL."""

    async def talk() -> None:
        store = open_store(sqlite_url)
        await says(store, "anna", "before")
        pages = await store.database.run(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar())
        await _limit(store, pages)
        with pytest.raises(StoreUnavailable):
            await _fill(store)
        kept = texts(await store.retrieve("anna"))
        await _limit(store, 1_000_000)
        await says(store, "anna", "after")
        assert texts(await store.retrieve("anna"))[-2:] == [*kept, "after"][-2:]

    asyncio.run(talk())


async def _fill(store: ConversationStore) -> None:
    for _ in range(100):
        await says(store, "anna", "x" * 2000)


async def _limit(store: ConversationStore, pages: int) -> None:
    """Sets the limit on every pooled connection: it holds for one connection only."""

    def limit(connection: object) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]
        time.sleep(0.2)

    await asyncio.gather(*(store.database.run(limit) for _ in range(4)))


def test_failures_are_logged_without_texts_and_ids(
    sqlite_url: str, open_store: Open, caplog: pytest.LogCaptureFixture
) -> None:
    async def talk() -> None:
        store = open_store(sqlite_url)
        await says(store, "anna", "before")
        with sqlite3.connect(_file(sqlite_url)) as connection:
            connection.execute("DROP TABLE conversation_events")
        await _is_refused(store)

    with caplog.at_level(logging.DEBUG):
        asyncio.run(talk())
    assert "OperationalError" in caplog.text
    assert SECRET not in caplog.text
    assert "anna" not in caplog.text


def test_a_call_given_up_as_its_result_comes_is_given_up_all_the_same(sqlite_url: str) -> None:
    async def come() -> None:
        database, worked = Database(sqlite_url, 30.0), threading.Event()
        await database.ping()
        call = asyncio.create_task(database.run(lambda connection: worked.set()))
        await asyncio.sleep(0)
        assert worked.wait(20)
        time.sleep(0.3)  # the result is there by now, and the event loop hasn't heard of it
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        database.close()

    asyncio.run(come())


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_an_unfit_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL must be"):
        Database(url, 3.0)


def test_the_stores_of_a_process_share_one_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///var/shared.db")
    store = ConversationStore(None, host=None)
    assert store.database is ConversationStore(None, host=None).database
    assert store.database is open_database("sqlite:///var/shared.db", 3.0)


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
