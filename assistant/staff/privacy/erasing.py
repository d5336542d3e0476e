"""Finds, exports and erases what is stored of a person, in every table that holds any of it.

SQLite's file is rewritten afterwards; what PostgreSQL's log and backups keep stands in
docs/staff.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.channels.messaging.contacts import blank
from assistant.channels.messaging.notices import CALLBACK, UNANSWERED
from assistant.channels.messaging.schema import (
    callback_requests,
    contacts,
    handoffs,
    inbox,
    outbox,
    quick_replies,
)
from assistant.stores.database import Database
from assistant.stores.schema import conversations, events, feedback, metadata, replies

Rows = dict[str, int]
"""How many rows, by the name of their table."""

# Buttons by their wording: nothing of a person.
IMPERSONAL_TABLES = frozenset({quick_replies.name})
_AT_A_TIME = 200  # conversations of one transaction: a server waits for it less than a second
_JSON = ("opening", "data", "reply", "topics", "address", "offered", "dialogue", "content")


@dataclass(frozen=True)
class Person:
    """Whose rows are meant.

    Attributes:
        conversations: Ids of the conversations. One on a messenger goes on under ids of its own
            with each session (`<id>.2`), which belong to it.
        phone: The phone number in E.164, by which call-back requests are found, or None.
    """

    conversations: tuple[str, ...]
    phone: str | None = None


def rows_of(person: Person) -> list[tuple[sa.Table, Any]]:
    """Where a person's rows stand.

    Args:
        person: The person.

    Returns:
        Each table with the condition for its rows, those first that refer to another.
    """
    found = []
    for table in _tables():
        if table is callback_requests:
            found.append((table, table.c.phone == person.phone))
        elif "sender_id" in table.c:
            sessions = _begin(table.c.sender_id, person.conversations)
            found.append((table, sa.or_(table.c.sender_id.in_(person.conversations), *sessions)))
        elif table is outbox:
            # Before the requests, by whose references its notices are found.
            own = table.c.conversation.in_(person.conversations)
            found.insert(0, (table, sa.or_(own, *_notices(person))))
        else:
            found.append((table, table.c.conversation.in_(person.conversations)))
    return found


def _notices(person: Person) -> list[Any]:
    """Conditions for what waits for the clinic, or was told it, about a person."""
    names = [f"{UNANSWERED}{each}" for each in person.conversations]
    of_requests = (
        sa.select(callback_requests.c.reference)
        .where(
            callback_requests.c.phone == person.phone,
            outbox.c.conversation.startswith(CALLBACK + callback_requests.c.reference + "."),
        )
        .exists()
    )
    return [*_begin(outbox.c.conversation, names), of_requests]


def _begin(column: Any, names: Sequence[str]) -> list[Any]:
    return [column.startswith(f"{each}.", autoescape=True) for each in names]


def _tables() -> list[sa.Table]:
    return [
        table for table in reversed(metadata.sorted_tables) if table.name not in IMPERSONAL_TABLES
    ]


def _outdated(before: float, now: float) -> list[tuple[sa.Table, Any]]:
    """Rows past their time that belong to no conversation that is purged."""
    return [
        (replies, replies.c.expires <= now),
        (feedback, feedback.c.given < before),
        (inbox, sa.and_(inbox.c.received < before, inbox.c.state == "done")),
        # Also what the clinic hasn't taken in all that time: it may hold name and phone.
        (outbox, outbox.c.created < before),
        (handoffs, handoffs.c.ended < before),
        (callback_requests, callback_requests.c.consented < before),
        # Who has opted out stays known as one who may not be written to.
        (contacts, sa.and_(contacts.c.updated < before, contacts.c.opted_out.is_(False))),
    ]


async def count_idle(database: Database, before: float) -> int:
    """Counts the conversations in which nothing was said for long.

    Args:
        database: The conversations' database.
        before: Those last saved before this time, in seconds since 1970.

    Returns:
        Their number.

    Raises:
        StoreUnavailable: The database failed.
    """
    query = sa.select(sa.func.count()).where(conversations.c.updated < before)
    return int(await database.run(lambda connection: connection.scalar(query)))


async def purge(
    database: Database, before: float, now: float, progress: Callable[[int], object]
) -> Rows:
    """Erases what was said before a time.

    Conversations in which nothing was said since go whole. One that goes on, as by phone, loses
    all events of before but the few that its next turn is understood by: those of the last turns
    in a session that is still open. Servers may run meanwhile.

    Args:
        database: The conversations' database.
        before: The time, in seconds since 1970.
        now: The present, in seconds since 1970.
        progress: Told after each step how many more conversations are erased.

    Returns:
        What was erased.

    Raises:
        StoreUnavailable: The database failed. What was erased until then stays erased.
    """
    erased: Rows = {}
    idle = (
        sa.select(conversations.c.sender_id)
        .where(conversations.c.updated < before)
        .limit(_AT_A_TIME)
        .with_for_update()
    )

    def step(connection: Connection) -> tuple[int, Rows]:
        _lock(connection)
        ids = list(connection.scalars(idle))
        return len(ids), _delete(connection, _by_sender(ids))

    while True:
        found, rows = await database.run(step)
        if not found:
            break
        _add(erased, rows)
        progress(found)
    _add(erased, await _shorten(database, before))
    _add(erased, await database.run(lambda c: _delete(c, _outdated(before, now))))
    _add(erased, await database.run(lambda c: _blank_outdated(c, before)))
    await database.forget_deleted()
    return erased


def _blank_outdated(connection: Connection, before: float) -> Rows:
    return {contacts.name: blank(connection, contacts.c.updated < before)}


async def _shorten(database: Database, before: float) -> Rows:
    """Erases the beginnings of conversations that go on."""
    erased: Rows = {}
    began_before = sa.select(events.c.sender_id).where(events.c.timestamp < before).distinct()
    ids = await database.read(lambda connection: list(connection.scalars(began_before)))
    for start in range(0, len(ids), _AT_A_TIME):
        beginnings = _beginnings(ids[start : start + _AT_A_TIME], before)

        def step(connection: Connection, beginnings: Any = beginnings) -> Rows:
            _lock(connection)
            return _delete(connection, [(events, beginnings)])

        _add(erased, await database.run(step))
    return erased


def _beginnings(ids: Sequence[str], before: float) -> Any:
    """The events that the next turn doesn't load, up to the first one that is young enough."""
    others = events.alias()
    first_young = (
        sa.select(sa.func.min(others.c.sequence))
        .where(others.c.sender_id == events.c.sender_id, others.c.timestamp >= before)
        .scalar_subquery()
    )
    loaded_from = (
        sa.select(conversations.c.load_from)
        .where(conversations.c.sender_id == events.c.sender_id)
        .scalar_subquery()
    )
    return sa.and_(
        events.c.sender_id.in_(ids),
        events.c.sequence < loaded_from,
        sa.or_(first_young.is_(None), events.c.sequence < first_young),
    )


async def erase(database: Database, person: Person) -> Rows:
    """Erases all that is stored of a person; of who has opted out that stays, without the number.

    Args:
        database: The conversations' database.
        person: The person.

    Returns:
        What was erased.

    Raises:
        StoreUnavailable: The database failed.
    """

    def step(connection: Connection) -> Rows:
        _lock(connection)
        rows = rows_of(person)
        _, contact = next(each for each in rows if each[0] is contacts)
        blanked = blank(connection, contact)
        erased = _delete(
            connection,
            [
                (table, sa.and_(of_them, ~contacts.c.opted_out) if table is contacts else of_them)
                for table, of_them in rows
            ],
        )
        _add(erased, {contacts.name: blanked})
        return erased

    erased = await database.run(step)
    await database.forget_deleted()
    return erased


async def export(database: Database, person: Person) -> dict[str, list[dict[str, Any]]]:
    """Reads all that is stored of a person.

    Args:
        database: The conversations' database.
        person: The person.

    Returns:
        The rows by the names of their tables; columns that hold JSON are read. Tables without a
        row are left out.

    Raises:
        StoreUnavailable: The database failed.
    """

    def read(connection: Connection) -> dict[str, list[dict[str, Any]]]:
        found = {}
        for table, of_them in reversed(rows_of(person)):
            query = sa.select(table).where(of_them).order_by(*table.primary_key)
            rows = connection.execute(query).mappings().all()
            if rows:
                found[table.name] = [_readable(row) for row in rows]
        return found

    return await database.run(read)


def _lock(connection: Connection) -> None:
    """Keeps a server from going on with a conversation between its choice and its erasure."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _by_sender(ids: Sequence[str]) -> list[tuple[sa.Table, Any]]:
    return [(table, table.c.sender_id.in_(ids)) for table in _tables() if "sender_id" in table.c]


def _delete(connection: Connection, where: Sequence[tuple[sa.Table, Any]]) -> Rows:
    return {
        table.name: int(connection.execute(table.delete().where(condition)).rowcount)
        for table, condition in where
    }


def _add(rows: Rows, more: Rows) -> None:
    for table, number in more.items():
        rows[table] = rows.get(table, 0) + number


def _readable(row: sa.engine.RowMapping) -> dict[str, Any]:
    return {
        name: json.loads(value) if name in _JSON and value else value for name, value in row.items()
    }
