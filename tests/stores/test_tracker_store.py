from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from rasa.core.agent import Agent
from rasa.core.tracker_store import (
    FailSafeTrackerStore,
    check_if_tracker_store_async,
)
from rasa.shared.core.events import (
    ActionExecuted,
    Event,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.stores.errors import MessageStored, StaleSave, StoreUnavailable
from assistant.stores.tracker_store import ConversationStore, conversation_store
from tests.stores.dialogue import (
    DOMAIN,
    LISTEN,
    add,
    form_begins,
    form_ends,
    says,
    session_start,
    texts,
    turn,
)

Open = Callable[[str], ConversationStore]


def test_a_conversation_comes_back_as_it_was_saved(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)
        tracker = store.init_tracker("anna")
        add(tracker, session_start() + turn("does it hurt?", SlotSet("reason", "pain")))
        await store.save(tracker)

        loaded = await open_store(url).retrieve("anna")

        assert loaded is not None
        saved = list(tracker.events)[1:]  # a session is loaded from its start event on
        assert [event.as_dict() for event in loaded.events] == [e.as_dict() for e in saved]
        assert loaded.get_slot("reason") == "pain"
        assert loaded.latest_message.parse_data["topics"][0]["topic"] == "pain"

    asyncio.run(talk())


def test_an_unknown_conversation_is_none_and_creating_it_writes_nothing(
    url: str, open_store: Open
) -> None:
    async def look() -> None:
        store = open_store(url)
        assert await store.retrieve("nobody") is None
        tracker = await store.get_or_create_tracker("nobody", append_action_listen=False)
        assert not tracker.events
        assert await store.keys() == []
        assert await store.retrieve_full_tracker("nobody") is None

    asyncio.run(look())


def test_a_tracker_can_be_saved_again_and_again(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)
        tracker = await store.create_tracker("anna")
        for text in ("one", "two", "three"):
            add(tracker, turn(text))
            await store.save(tracker)
        await store.save(tracker)
        assert texts(await store.retrieve("anna")) == ["one", "two", "three"]

    asyncio.run(talk())


def test_order_holds_when_the_clock_is_set_back(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)
        await says(store, "anna", "before")
        for number in range(3):
            tracker = await store.retrieve("anna")
            assert tracker is not None
            late = turn(f"after {number}", SlotSet("reason", str(number)))
            for event in late:
                event.timestamp -= 60 * (number + 1)
            add(tracker, late)
            await store.save(tracker)

        loaded = await store.retrieve("anna")
        assert texts(loaded) == ["before", "after 0", "after 1", "after 2"]
        assert loaded is not None
        assert loaded.get_slot("reason") == "2"

    asyncio.run(talk())


def test_a_stale_save_is_refused_and_nothing_of_it_stays(url: str, open_store: Open) -> None:
    async def talk() -> None:
        first, second = open_store(url), open_store(url)
        await says(first, "anna", "hello")
        left, right = await first.retrieve("anna"), await second.retrieve("anna")
        assert left is not None
        assert right is not None
        add(left, turn("left"))
        add(right, turn("right"))
        await first.save(left)
        with pytest.raises(StaleSave):
            await second.save(right)
        assert texts(await first.retrieve("anna")) == ["hello", "left"]

    asyncio.run(talk())


def test_of_two_beginnings_of_one_conversation_one_is_refused(url: str, open_store: Open) -> None:
    async def talk() -> None:
        first, second = open_store(url), open_store(url)
        beginnings = [(first, first.init_tracker("anna")), (second, second.init_tracker("anna"))]
        for number, (_, tracker) in enumerate(beginnings):
            add(tracker, session_start() + turn(f"{number}"))
        await first.save(beginnings[0][1])
        with pytest.raises(StaleSave):
            await second.save(beginnings[1][1])
        assert texts(await first.retrieve("anna")) == ["0"]

    asyncio.run(talk())


def test_a_message_is_stored_once(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)
        tracker = await store.create_tracker("anna")
        add(tracker, turn("yes", message_id="m1"))
        await store.save(tracker)
        again = await store.retrieve("anna")
        assert again is not None
        add(again, turn("yes", message_id="m1"))
        with pytest.raises(MessageStored):
            await store.save(again)
        assert texts(await store.retrieve("anna")) == ["yes"]

        found = await store.turn("anna", "m1")
        assert found is not None
        assert [event["event"] for event in found] == ["user", "action", "bot", "action"]
        assert await store.turn("anna", "m2") is None
        assert await store.turn("berta", "m1") is None

    asyncio.run(talk())


def test_two_messages_in_one_turn_are_found_apart(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)
        tracker = await store.create_tracker("anna")
        add(tracker, turn("one", message_id="m1") + turn("two", message_id="m2"))
        await store.save(tracker)
        found = await store.turn("anna", "m1")
        assert found is not None
        assert [event.get("text") for event in found if event["event"] != "action"] == [
            "one",
            "Answer to one",
        ]

    asyncio.run(talk())


def test_a_restart_in_mid_form_keeps_slots_and_the_form(url: str, open_store: Open) -> None:
    async def talk() -> None:
        before = open_store(url)
        await says(before, "anna", "am I suitable?", *form_begins("reason"))
        await says(
            before, "anna", "cosmetic", SlotSet("reason", "yes"), *form_begins("dvt_history")[2:]
        )
        loaded = await open_store(url).retrieve("anna")
        assert loaded is not None
        assert loaded.active_loop_name == "screening_form"
        assert loaded.get_slot("reason") == "yes"
        assert loaded.get_slot("requested_slot") == "dvt_history"

    asyncio.run(talk())


def test_only_the_last_session_is_loaded_and_all_are_kept(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)
        await says(store, "anna", "old", SlotSet("reason", "old"))
        tracker = await store.retrieve("anna")
        assert tracker is not None
        add(tracker, session_start() + turn("new"))
        await store.save(tracker)
        await says(store, "anna", "newer")

        loaded = await store.retrieve("anna")
        assert texts(loaded) == ["new", "newer"]
        assert loaded is not None
        assert loaded.get_slot("reason") is None
        assert texts(await store.retrieve_full_tracker("anna")) == ["old", "new", "newer"]

    asyncio.run(talk())


def test_a_long_conversation_keeps_its_state_and_all_its_events(url: str, open_store: Open) -> None:
    """What a turn sees equals what it would see with all events, after every turn."""

    async def talk() -> None:
        store = open_store(url)
        expected = store.init_tracker("anna")
        dialogue = _long_dialogue()
        for number, effects in enumerate(dialogue):
            tracker = await store.get_or_create_tracker("anna", append_action_listen=False)
            events = [] if number else session_start()
            events += turn(f"message {number}", *effects)
            add(tracker, events)
            await store.save(tracker)
            add(expected, events)
            seen = await store.retrieve("anna")
            assert seen is not None
            assert _state(seen) == _state(expected)
            assert texts(seen)[-10:] == texts(expected)[-10:]
            assert len(texts(seen)) <= 20
        whole = await store.retrieve_full_tracker("anna")
        assert whole is not None
        assert _state(whole) == _state(expected)
        assert len(texts(whole)) == len(dialogue)

    asyncio.run(talk())


def _state(tracker: DialogueStateTracker) -> tuple[object, ...]:
    return (
        tracker.current_slot_values(),
        tracker.active_loop_name,
        tracker.latest_action_name,
        tracker.followup_action,
        tracker.is_paused(),
    )


def _long_dialogue() -> list[list[Event]]:
    """Short chat, a short form, chat, then a form that is never answered; slots in between."""
    effects: list[list[Event]] = [[] for _ in range(75)]
    effects[3] = [SlotSet("reason", "yes")]
    effects[12] = form_begins("reason")
    effects[14] = [SlotSet("dvt_history", "no"), *form_ends()]
    effects[30] = [SlotSet("reason", None)]
    effects[40] = [SlotSet("reason", "no"), UserUtteranceReverted(), ActionExecuted(LISTEN)]
    effects[45] = [SlotSet("dvt_history", "unknown"), *form_begins("reason")]
    effects[47] = [SlotSet("reason", "unknown")]
    return effects


def test_an_open_form_still_knows_what_was_answered_since_it_began(
    url: str, open_store: Open
) -> None:
    async def talk() -> None:
        store = open_store(url)
        await says(store, "anna", "hi", SlotSet("dvt_history", "no"))
        await says(store, "anna", "am I suitable?", *form_begins("reason"))
        await says(store, "anna", "cosmetic", SlotSet("reason", "yes"))
        for number in range(40):
            await says(store, "anna", f"and what about {number}?")
        tracker = await store.retrieve("anna")
        assert tracker is not None
        events = [event.as_dict() for event in tracker.events]
        began = next(i for i, event in enumerate(events) if event["event"] == "active_loop")
        names = [e["name"] for e in events[began:] if e["event"] == "slot"]
        assert names == ["requested_slot", "reason"]
        assert "dvt_history" in [e["name"] for e in events[:began] if e["event"] == "slot"]

    asyncio.run(talk())


def test_a_restart_by_the_user_empties_the_slots(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)
        for number in range(15):
            await says(store, "anna", f"{number}", SlotSet("reason", "yes"))
        await says(store, "anna", "/restart", Restarted())
        loaded = await store.retrieve("anna")
        assert loaded is not None
        assert loaded.get_slot("reason") is None

    asyncio.run(talk())


@pytest.mark.parametrize("text", ["a\0b", "lone \ud800 surrogate", "🦵 naïve — “quotes”", "'; --"])
def test_no_text_breaks_the_store(url: str, open_store: Open, text: str) -> None:
    async def talk() -> None:
        store = open_store(url)
        await says(store, "anna", text, SlotSet("reason", text))
        loaded = await store.retrieve("anna")
        assert texts(loaded) == [text]

    asyncio.run(talk())


@pytest.mark.parametrize("sender", ["a\0b", "lone \ud800 surrogate", "x" * 300])
def test_no_conversation_id_breaks_the_store(url: str, open_store: Open, sender: str) -> None:
    """It is stored, or refused as a store's failure; and the next conversation goes on."""

    async def talk() -> None:
        store = open_store(url)
        with contextlib.suppress(StoreUnavailable):
            await says(store, sender, "hello")
            assert texts(await store.retrieve(sender)) == ["hello"]
        await says(store, "anna", "hello")

    asyncio.run(talk())


def test_an_event_that_is_no_json_refuses_the_turn(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)
        with pytest.raises(StoreUnavailable):
            await says(FailSafeTrackerStore(store), "anna", "x", SlotSet("reason", object()))
        assert await store.retrieve("anna") is None

    asyncio.run(talk())


def test_a_missing_event_refuses_the_turn(sqlite_url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(sqlite_url)
        await says(store, "anna", "hello")
        with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
            connection.execute("DELETE FROM conversation_events WHERE sequence = 2")
        with pytest.raises(StoreUnavailable):
            await store.retrieve("anna")

    asyncio.run(talk())


def test_erased_conversations_leave_no_trace_in_the_files(
    sqlite_url: str, open_store: Open, tmp_path: Path
) -> None:
    """Enough rows of mixed lengths that SQLite rearranges its pages; secure delete alone fails."""

    async def talk() -> None:
        store = open_store(sqlite_url)
        chance = random.Random(1)
        senders = [f"<{number:04}>" for number in range(30)]
        for _ in range(300):
            sender = chance.choice(senders)
            secret = sender * chance.choice([1, 5, 60, 800])
            await says(store, sender, secret, SlotSet("reason", secret))
        senders = await store.keys()
        erased = set(chance.sample(senders, len(senders) // 2))
        assert all(sender in _stored(tmp_path) for sender in senders)

        for sender in erased:
            assert await store.delete(sender)

        assert {sender for sender in senders if sender in _stored(tmp_path)} == {*senders} - erased
        assert {*await store.keys()} == {*senders} - erased
        assert not await store.delete(erased.pop())

    asyncio.run(talk())


def _stored(folder: Path) -> str:
    files = (folder / "folder").iterdir()
    return "".join(path.read_bytes().decode("latin-1") for path in files)


def test_a_turn_of_an_erased_conversation_is_refused(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)
        await says(store, "anna", "hello")
        tracker = await store.retrieve("anna")
        assert tracker is not None
        add(tracker, turn("again"))
        await store.delete("anna")
        with pytest.raises(StaleSave):
            await store.save(tracker)
        assert await store.retrieve("anna") is None

    asyncio.run(talk())


def test_saved_events_are_published_once(sqlite_url: str, open_store: Open) -> None:
    class Broker:
        def __init__(self) -> None:
            self.texts: list[str] = []

        def publish(self, body: dict[str, str]) -> None:
            if body["event"] == "user":
                self.texts.append(body["text"])

    async def talk() -> None:
        store = open_store(sqlite_url)
        store.event_broker = broker = Broker()
        for text in ("one", "two"):
            await says(store, "anna", text)
        assert broker.texts == ["one", "two"]

    asyncio.run(talk())


def test_rasa_takes_it_for_asynchronous_and_it_is_found_under_the_wrapper(
    sqlite_url: str, open_store: Open
) -> None:
    store = open_store(sqlite_url)
    assert check_if_tracker_store_async(store)
    agent = Agent(domain=DOMAIN, tracker_store=store)
    assert isinstance(agent.tracker_store, FailSafeTrackerStore)
    assert conversation_store(agent) is store


def test_another_store_than_ours_is_reported() -> None:
    with pytest.raises(StoreUnavailable):
        conversation_store(Agent(domain=DOMAIN))


def test_many_conversations_at_once_all_get_through(url: str, open_store: Open) -> None:
    async def talk() -> None:
        store = open_store(url)

        async def one(sender: str) -> None:
            for number in range(5):
                await says(store, sender, f"{number}")

        await asyncio.gather(*(one(f"patient {number}") for number in range(20)))
        for number in range(20):
            assert texts(await store.retrieve(f"patient {number}")) == ["0", "1", "2", "3", "4"]

    asyncio.run(talk())


def test_two_stores_create_the_tables_at_the_same_time(url: str, open_store: Open) -> None:
    async def start() -> None:
        stores = [open_store(url) for _ in range(4)]
        await asyncio.gather(*(store.ping() for store in stores))
        await says(stores[0], "anna", "hello")
        assert texts(await stores[3].retrieve("anna")) == ["hello"]

    asyncio.run(start())


def test_a_message_keeps_all_that_nlu_found(url: str, open_store: Open) -> None:
    parse = {"intent": {"name": "pain"}, "statements": {"dvt_history": "yes"}, "polarity": None}

    async def talk() -> None:
        store = open_store(url)
        tracker = await store.create_tracker("anna")
        add(tracker, [UserUttered("hi", parse["intent"], [], parse)])
        await store.save(tracker)
        loaded = await store.retrieve("anna")
        assert loaded is not None
        assert loaded.latest_message.parse_data.items() >= parse.items()

    asyncio.run(talk())
