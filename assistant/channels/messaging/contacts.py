"""Who writes to the assistant. All functions run in a transaction of the caller's."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.channels.messaging import outbox
from assistant.channels.messaging.rows import insert_once
from assistant.channels.messaging.schema import contacts

_NOWHERE = "{}"


@dataclass(frozen=True)
class Contact:
    """What the next message depends on.

    Attributes:
        conversation: Id without anything of the patient's.
        messenger: Name of the messenger.
        address: Where to write back; empty where the person was erased and hasn't written since.
        session: Counts the conversations held under this id, from 1.
        opted_out: Whether nothing may be sent.
        introduced: Whether the person has been told that this is an automated assistant.
        held: Whether a person has the conversation.
        offered: Ids of the choices under the last turn.
        dialogue: An open call-back dialogue, or None.
        state_time: Time of the newest state of the conversation that its messenger told of.
    """

    conversation: str
    messenger: str
    address: Any
    session: int
    opted_out: bool
    introduced: bool
    held: bool
    offered: tuple[str, ...]
    dialogue: dict[str, Any] | None
    state_time: float

    @property
    def sender_id(self) -> str:
        """Rasa's id of the conversation: a resolved one that goes on begins anew."""
        return self.conversation if self.session == 1 else f"{self.conversation}.{self.session}"


def meet(connection: Connection, conversation: str, messenger: str, address: Any) -> None:
    """Makes sure that somebody is known.

    Args:
        connection: In a transaction.
        conversation: The conversation.
        messenger: Name of the messenger.
        address: Where to write back, of JSON's types.
    """
    row = {
        "conversation": conversation,
        "messenger": messenger,
        "address": json.dumps(address),
        "session": 1,
        "opted_out": False,
        "introduced": False,
        "held": False,
        "offered": "[]",
        "dialogue": None,
        "state_time": 0.0,
        "updated": time.time(),
    }
    insert_once(connection, contacts, row)


def get(connection: Connection, conversation: str) -> Contact | None:
    """Reads what is known of somebody.

    Args:
        connection: In a transaction.
        conversation: The conversation.

    Returns:
        The contact, or None.
    """
    row = connection.execute(
        sa.select(contacts).where(contacts.c.conversation == conversation)
    ).first()
    if row is None:
        return None
    return Contact(
        row.conversation,
        row.messenger,
        json.loads(row.address),
        row.session,
        row.opted_out,
        row.introduced,
        row.held,
        tuple(json.loads(row.offered)),
        json.loads(row.dialogue) if row.dialogue else None,
        row.state_time,
    )


def change(connection: Connection, conversation: str, **values: Any) -> None:
    """Changes what is known of somebody.

    Args:
        connection: In a transaction.
        conversation: The conversation.
        **values: Columns to values; `address`, `offered` and `dialogue` of JSON's types.
    """
    for name in ("address", "offered", "dialogue"):
        if values.get(name) is not None:
            values[name] = json.dumps(values[name])
    connection.execute(
        contacts.update()
        .where(contacts.c.conversation == conversation)
        .values(updated=time.time(), **values)
    )


def opt_out(connection: Connection, conversation: str) -> None:
    """Notes that somebody wants nothing more, and withdraws what they would still get.

    Args:
        connection: In a transaction.
        conversation: The conversation.
    """
    change(connection, conversation, opted_out=True, dialogue=None, offered=[])
    outbox.drop_waiting(connection, conversation, "opted_out")


def blank(connection: Connection, of_them: Any) -> int:
    """Forgets of those who have opted out all but that: it is known by the conversation's id.

    The address comes back with their next message.

    Args:
        connection: In a transaction.
        of_them: Condition on the table's columns.

    Returns:
        Of how many there was anything to forget.
    """
    kept = sa.or_(contacts.c.address != _NOWHERE, contacts.c.dialogue.is_not(None))
    nothing = {"address": _NOWHERE, "dialogue": None, "offered": "[]"}
    forget = contacts.update().where(of_them, contacts.c.opted_out, kept).values(nothing)
    return int(connection.execute(forget).rowcount)


def lock(connection: Connection, conversation: str) -> None:
    """Keeps others from changing what is known of somebody until the transaction ends.

    Args:
        connection: In a transaction.
        conversation: The conversation.
    """
    same = contacts.c.conversation == conversation
    connection.execute(contacts.update().where(same).values(conversation=conversation))


def note_state(connection: Connection, conversation: str, state_time: float) -> bool:
    """Notes the time of a state that the messenger tells of, unless a newer one is known.

    Events come late, again and at once; what an old one says is past. One statement decides and
    holds the row until the transaction ends, so of two events at once the newer one's word stands.

    Args:
        connection: In a transaction.
        conversation: The conversation.
        state_time: When the conversation had last changed, in seconds since 1970.

    Returns:
        Whether it is the newest so far; False too where the conversation isn't known.
    """
    newest = (contacts.c.conversation == conversation, contacts.c.state_time <= state_time)
    noted = contacts.update().where(*newest).values(state_time=state_time, updated=time.time())
    return bool(connection.execute(noted).rowcount)
