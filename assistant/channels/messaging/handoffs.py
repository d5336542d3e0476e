"""A person is wanted: why, what they are told, and whether anybody has come.

The functions on connections run in a transaction of the caller's.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.channels.messaging.schema import handoffs
from assistant.channels.turns import Message

_RESPONSES = {
    "utter_handoff": "asked",
    "utter_complaint": "unhappy",
    "utter_fallback_again": "not_understood",
}
_RED_OUTCOME = "not_suitable_without_review"
_REASONS = {
    "asked": "asked for a person",
    "unhappy": "isn't happy",
    "not_understood": "wasn't understood twice in a row",
    "screening": "gave answers in the screening that a provider has to review",
}
EMERGENCY_NOTE = (
    "The patient's last message may tell of an emergency. They were told to call the emergency "
    "number; please look at it now."
)


def reason(messages: Sequence[Message]) -> str | None:
    """Why a turn calls for a person.

    Args:
        messages: The turn's messages.

    Returns:
        `asked`, `unhappy`, `not_understood`, `screening`, or None.
    """
    for message in messages:
        screening = (message.get("metadata") or {}).get("screening") or {}
        if screening.get("outcome") == _RED_OUTCOME:
            return "screening"
        if found := _RESPONSES.get(message.get("utter_action") or ""):
            return found
    return None


def note(why: str, topics: Sequence[str], screening: dict[str, Any] | None) -> str:
    """Words the private note for whoever takes the conversation; holds no verdict.

    Args:
        why: As of `reason`.
        topics: Titles of what was asked.
        screening: The screening's summary, if there was one.

    Returns:
        The note.
    """
    lines = [f"The patient {_REASONS[why]}."]
    if topics:
        lines.append("Asked about: " + "; ".join(topics))
    if screening:
        answers = screening.get("answers") or {}
        told = [f"{name.replace('_', ' ')}: {answer}" for name, answer in answers.items()]
        told += [name.replace("_", " ") for name in screening.get("points_to_raise") or ()]
        lines.append("Said in the screening: " + "; ".join(told))
    return "\n".join(lines)


def begin(connection: Connection, conversation: str, why: str) -> None:
    """Notes that a person is wanted.

    Args:
        connection: In a transaction.
        conversation: The conversation.
        why: As of `reason`.
    """
    row = {
        "conversation": conversation,
        "reason": why,
        "created": time.time(),
        "opened": False,
        "alerted": False,
        "warned": False,
    }
    connection.execute(handoffs.insert().values(row))


def current(connection: Connection, conversation: str) -> Any:
    """Finds the handoff that isn't over.

    Args:
        connection: In a transaction.
        conversation: The conversation.

    Returns:
        Its row, or None.
    """
    query = (
        sa.select(handoffs)
        .where(handoffs.c.conversation == conversation, handoffs.c.ended.is_(None))
        .order_by(handoffs.c.id.desc())
    )
    return connection.execute(query).first()


def change(connection: Connection, handoff_id: int, **values: Any) -> None:
    """Notes what became of a handoff.

    Args:
        connection: In a transaction.
        handoff_id: Its id.
        **values: Columns to values.
    """
    connection.execute(handoffs.update().where(handoffs.c.id == handoff_id).values(**values))


def end(connection: Connection, conversation: str) -> None:
    """Notes that no person has the conversation any more.

    Args:
        connection: In a transaction.
        conversation: The conversation.
    """
    still = sa.and_(handoffs.c.conversation == conversation, handoffs.c.ended.is_(None))
    connection.execute(handoffs.update().where(still).values(ended=time.time()))


def warn(connection: Connection, conversation: str) -> None:
    """Notes that the emergency's line was said while a person has the conversation.

    Args:
        connection: In a transaction.
        conversation: The conversation.
    """
    still = sa.and_(handoffs.c.conversation == conversation, handoffs.c.ended.is_(None))
    connection.execute(handoffs.update().where(still).values(warned=True))


def not_taken(connection: Connection, before: float) -> list[Any]:
    """Lists the handoffs that nobody has taken and the clinic hasn't been alerted of.

    Args:
        connection: In a transaction.
        before: Those begun before this time, in seconds since 1970.

    Returns:
        Their rows.
    """
    waiting = sa.and_(
        handoffs.c.ended.is_(None),
        handoffs.c.taken.is_(None),
        handoffs.c.alerted.is_(False),
        handoffs.c.created < before,
    )
    return list(connection.execute(sa.select(handoffs).where(waiting)))


def quiet(connection: Connection, before: float) -> list[Any]:
    """Lists the handoffs in which no person has written for long.

    Args:
        connection: In a transaction.
        before: Since this time, in seconds since 1970.

    Returns:
        Their rows.
    """
    query = sa.select(handoffs).where(_quiet(before)).order_by(handoffs.c.id)
    return list(connection.execute(query))


def end_quiet(connection: Connection, handoff_id: int, before: float) -> bool:
    """Ends a handoff, unless a person has written meanwhile.

    Args:
        connection: In a transaction.
        handoff_id: Its id.
        before: As of `quiet`.

    Returns:
        Whether it has ended by this.
    """
    still = sa.and_(handoffs.c.id == handoff_id, _quiet(before))
    ended = handoffs.update().where(still).values(ended=time.time())
    return bool(connection.execute(ended).rowcount)


def _quiet(before: float) -> Any:
    since = sa.func.coalesce(handoffs.c.taken, handoffs.c.created)
    return sa.and_(handoffs.c.ended.is_(None), since < before)
