from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage

from assistant.channels.turns import Incoming, Turns
from assistant.settings import Settings
from assistant.stores.database import Database
from assistant.stores.tracker_store import ConversationStore
from tests.stores.dialogue import DOMAIN, add, session_start, texts, turn

_EMERGENCY = {
    "intent": {"name": "emergency", "confidence": 1.0},
    "red_flag": {"level": "emergency", "flag": "trouble_breathing"},
}


class _Reader:
    """Stands for Rasa's agent: what is tested is what comes after NLU."""

    def is_ready(self) -> bool:
        return True

    async def parse_message(self, text: str) -> dict[str, Any]:
        return _EMERGENCY


def test_an_emergency_that_is_stored_already_is_not_recorded_again_and_again(
    tmp_path: Path,
) -> None:
    async def deliver_twice() -> None:
        database = Database(f"sqlite:///{tmp_path}/conversations.db", 10.0)
        store = ConversationStore(DOMAIN, database=database)
        handled = []

        async def handle(message: UserMessage) -> None:
            handled.append(message.message_id)
            tracker = await store.get_or_create_tracker("anna", append_action_listen=False)
            begins = [] if tracker.events else session_start()
            add(tracker, begins + turn(message.text, message_id=message.message_id))
            await message.output_channel.send_response("anna", {"text": "!"})
            await store.save(tracker)

        turns = Turns(Settings.from_environment())
        incoming = Incoming("anna", "web", "I can't breathe", message_id="m1")
        first = await turns.answer(incoming, _Reader(), handle)  # type: ignore[arg-type]
        second = await turns.answer(incoming, _Reader(), handle)  # type: ignore[arg-type]

        assert [message["text"] for message in first] == ["!"]
        assert "911" in second[0]["text"]
        assert not turns._recordings
        assert handled == ["m1", "m1"]
        assert texts(await store.retrieve("anna")) == ["I can't breathe"]
        database.close()

    asyncio.run(deliver_twice())
