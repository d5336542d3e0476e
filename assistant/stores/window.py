"""How much of a conversation a turn needs: its last turns, and the state they began with.

Rasa works through all events of the session several times a turn, so an endless chat would slow
itself and all others. A turn therefore loads the last `TURNS` turns, opened by a few events that
bring a new tracker into the state in which these turns began.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    ConversationPaused,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.dialogue.turn import is_outcome_owed

TURNS = 10
TURNS_IN_FORM = 2 * TURNS  # a form open for longer is opened by its state, too
TURNS_IN_SESSION = 100  # after which a new session begins


def shorten(events: Sequence[Event], slots: Iterable[Slot]) -> tuple[int, list[Event]] | None:
    """Finds where the next turn's loading may begin.

    Inside a form it begins only when the form has been open for long; then the opening tells
    which slots were set before the form began and which since.

    Args:
        events: The session's events as loaded, with those of the turn that has just run.
        slots: The domain's slots.

    Returns:
        Index of the first event to load, which is a user's message, and the events that stand
        for all before it; None where everything is still needed.
    """
    messages = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(messages) <= TURNS:
        return None
    if len(messages) <= TURNS_IN_SESSION and is_outcome_owed(events):
        return None  # it needs all answers of the form, which is closed already
    in_form_too = len(messages) > TURNS_IN_FORM
    tracker = DialogueStateTracker("", slots)
    set_since_loop: dict[str, None] = {}
    cut = None
    for index in range(messages[-TURNS] + 1):
        event = events[index]
        if index and isinstance(event, UserUttered) and _may_begin(tracker, in_form_too):
            cut = index, _opening(tracker, tuple(set_since_loop), event.timestamp)
        if isinstance(event, ActiveLoop):
            set_since_loop = {}
        elif isinstance(event, SlotSet):
            set_since_loop[event.key] = None
        tracker.update(event)
    return cut


def may_renew(tracker: DialogueStateTracker) -> bool:
    """Tells whether a new session may begin before the next message.

    Args:
        tracker: The conversation as loaded.

    Returns:
        Whether the assistant listens, no form is open, and no person has taken over.
    """
    return _may_begin(tracker, in_form_too=False) and not tracker.is_paused()


def session_start() -> list[Event]:
    """The events with which Rasa itself begins a session that carries no slots over."""
    return [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        ActionExecuted(ACTION_LISTEN_NAME),
    ]


def _may_begin(tracker: DialogueStateTracker, in_form_too: bool) -> bool:
    return (
        tracker.latest_action_name == ACTION_LISTEN_NAME
        and tracker.followup_action is None
        and (in_form_too or tracker.active_loop_name is None)
    )


def _opening(
    tracker: DialogueStateTracker, set_since_loop: Sequence[str], timestamp: float
) -> list[Event]:
    loop = tracker.active_loop_name
    values = {name: slot.value for name, slot in tracker.slots.items() if slot.has_been_set}
    since = [name for name in set_since_loop if loop and name in values]
    opening: list[Event] = [SessionStarted(timestamp)]
    opening += [SlotSet(name, values[name], timestamp) for name in values if name not in since]
    if loop:
        opening += [ActionExecuted(loop, timestamp=timestamp), ActiveLoop(loop, timestamp)]
        opening += [SlotSet(name, values[name], timestamp) for name in since]
    if tracker.is_paused():
        opening.append(ConversationPaused(timestamp))
    opening.append(ActionExecuted(ACTION_LISTEN_NAME, timestamp=timestamp))
    return opening
