"""Plays turns as Rasa's processor would leave them in a tracker."""

from __future__ import annotations

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.stores.tracker_store import ConversationStore

DOMAIN = Domain.from_yaml("""
slots:
  reason: {type: text, mappings: [{type: custom}]}
  dvt_history: {type: text, mappings: [{type: custom}]}
forms:
  screening_form: {required_slots: [reason, dvt_history]}
""")
LISTEN = "action_listen"


def session_start() -> list[Event]:
    """The events with which Rasa begins a session."""
    return [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted(LISTEN)]


def turn(text: str, *effects: Event, message_id: str | None = None) -> list[Event]:
    """A user's message, what it changed and the answer."""
    parse = {
        "intent": {"name": "pain", "confidence": 0.9},
        "topics": [{"topic": "pain", "subject": None, "confidence": 0.9}],
        "red_flag": None,
    }
    return [
        UserUttered(text, parse["intent"], [], parse, message_id=message_id),
        *effects,
        ActionExecuted("utter_pain"),
        BotUttered(f"Answer to {text}", {"buttons": None}, {"kind": "answer"}),
        ActionExecuted(LISTEN),
    ]


def form_begins(question: str) -> list[Event]:
    """The effects of a message that opens the screening."""
    return [
        ActionExecuted("screening_form"),
        ActiveLoop("screening_form"),
        SlotSet("requested_slot", question),
    ]


def form_ends() -> list[Event]:
    """The effects of a message that completes the screening."""
    return [
        ActionExecuted("screening_form"),
        ActiveLoop(None),
        SlotSet("requested_slot", None),
    ]


async def says(store: ConversationStore, sender: str, text: str, *effects: Event) -> None:
    """Takes one turn: loads the conversation, adds the turn and saves."""
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    if not tracker.events:
        add(tracker, session_start())
    add(tracker, turn(text, *effects))
    await store.save(tracker)


def add(tracker: DialogueStateTracker, events: list[Event]) -> None:
    """Lets the events happen."""
    for event in events:
        tracker.update(event)


def texts(tracker: DialogueStateTracker | None) -> list[str]:
    """What the user has said, in order."""
    assert tracker is not None
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]
