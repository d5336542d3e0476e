"""Inbox and outbox on real SQLite and PostgreSQL: order, claims, and what a dead server leaves."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from assistant.channels.messaging import contacts, handoffs, inbox, outbox
from assistant.channels.messaging import schema as tables
from assistant.channels.messaging.housekeeping import Housekeeping
from assistant.channels.messaging.inbox import Received
from assistant.channels.messaging.outbox import Draft
from assistant.settings import Settings
from assistant.stores.database import Database
from tests.services import postgresql
from tests.stores.conftest import postgresql_url, sqlite_url, url

__all__ = ["postgresql", "postgresql_url", "sqlite_url", "url"]

Work = Callable[[Connection], Any]
Run = Callable[[Callable[[Connection], Any]], Any]


@pytest.fixture
def run(url: str) -> Iterator[Run]:
    """Runs a function in a transaction of the database."""
    database = Database(url, 30.0)
    yield lambda work: asyncio.run(database.run(work))
    database.close()


def _message(message_id: str, conversation: str = "sms-a") -> Received:
    return Received("sms", message_id, conversation, "f", {"text": message_id})


def _expire(table: Any, column: str) -> Callable[[Connection], Any]:
    return lambda c: c.execute(table.update().values({column: time.time() - 1.0}))


def test_a_message_counts_once(run: Run) -> None:
    assert run(lambda c: inbox.put(c, _message("SM1")))
    assert not run(lambda c: inbox.put(c, _message("SM1")))


def test_a_conversations_messages_come_one_after_the_other(run: Run) -> None:
    for message in (_message("SM1"), _message("SM2"), _message("SM3", "sms-b")):
        run(lambda c, message=message: inbox.put(c, message))
    first, other = run(inbox.take), run(inbox.take)
    assert (first.message_id, other.message_id) == ("SM1", "SM3")
    assert run(inbox.take) is None
    assert run(lambda c: inbox.done(c, first))
    assert run(inbox.take).message_id == "SM2"


def test_a_dead_servers_message_is_taken_again(run: Run) -> None:
    run(lambda c: inbox.put(c, _message("SM1")))
    run(inbox.take)
    run(_expire(tables.inbox, "claimed_until"))
    again = run(inbox.take)
    assert (again.message_id, again.tries) == ("SM1", 1)


def test_an_answered_message_is_forgotten_but_still_known(run: Run) -> None:
    run(lambda c: inbox.put(c, _message("SM1")))
    message = run(inbox.take)
    run(lambda c: inbox.done(c, message))
    assert run(lambda c: c.execute(tables.inbox.select()).first().content) is None
    assert not run(lambda c: inbox.done(c, message))
    assert not run(lambda c: inbox.put(c, _message("SM1")))


def _put(run: Run, *texts: str, key: str = "k") -> None:
    run(lambda c: contacts.meet(c, "sms-a", "sms", {"phone": "+12125550177"}))
    drafts = [Draft({"text": text}) for text in texts]
    run(lambda c: outbox.put(c, key, "sms", "sms-a", drafts))


def _take(run: Run) -> Any:
    return run(lambda c: outbox.take(c, ["sms"]))


def test_an_answer_is_put_in_once_and_sent_in_order(run: Run) -> None:
    _put(run, "one", "two")
    _put(run, "one", "two")
    first = _take(run)
    assert (first.content, first.unclear) == ({"text": "one"}, False)
    assert first.address == {"phone": "+12125550177"}
    assert _take(run) is None
    run(lambda c: outbox.sent(c, first.id, "SM1"))
    second = _take(run)
    assert second.content == {"text": "two"}
    run(lambda c: outbox.sent(c, second.id, "SM2"))
    assert _take(run) is None


def test_what_a_dead_server_was_sending_is_unclear(run: Run) -> None:
    _put(run, "one")
    _take(run)
    run(_expire(tables.outbox, "due"))
    assert _take(run).unclear


def test_a_claim_that_is_held_lasts_and_one_that_is_lost_can_not_be_held(run: Run) -> None:
    _put(run, "one")
    row = _take(run)
    run(_expire(tables.outbox, "due"))
    assert run(lambda c: outbox.hold(c, row))
    assert _take(run) is None
    run(_expire(tables.outbox, "due"))  # its server is dead by now
    another = _take(run)
    assert another.unclear
    assert not run(lambda c: outbox.hold(c, row))
    run(lambda c: outbox.sent(c, another.id, "SM1"))
    assert not run(lambda c: outbox.hold(c, another))


def test_what_was_refused_for_now_is_clear_and_waits(run: Run) -> None:
    _put(run, "one")
    row = _take(run)
    run(lambda c: outbox.wait(c, row.id, 60.0, unclear=False))
    assert _take(run) is None
    run(_expire(tables.outbox, "due"))
    assert not _take(run).unclear


def test_a_delivery_report_proves_that_a_message_was_sent(run: Run) -> None:
    _put(run, "one")
    row = _take(run)
    assert run(lambda c: outbox.note_delivery(c, row.id, "SM1", "delivered", None)) == "sms-a"
    run(lambda c: outbox.note_delivery(c, row.id, "SM1", "sent", None))
    stored = run(lambda c: c.execute(tables.outbox.select()).first())
    assert (stored.state, stored.sent_id, stored.delivery) == ("sent", "SM1", "delivered")
    assert run(lambda c: outbox.note_delivery(c, row.id, "SM9", "failed", None)) is None


async def _during(database: Database, first: Work, second: Work) -> Any:
    """Runs the second function while the first one's transaction is open; its result."""
    written, end = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        first(connection)
        written.set()
        assert end.wait(20.0)

    holding = asyncio.ensure_future(database.run(hold))
    assert await asyncio.to_thread(written.wait, 20.0)
    waiting = asyncio.ensure_future(database.run(second))
    await asyncio.sleep(0.5)  # as far as it gets
    end.set()
    await holding
    return await waiting


def test_of_two_delivery_reports_at_once_sent_never_overwrites_delivered(
    url: str, run: Run
) -> None:
    _put(run, "one")
    row = _take(run)

    def told(state: str) -> Work:
        return lambda c: outbox.note_delivery(c, row.id, "SM1", state, None)

    database = Database(url, 30.0)
    asyncio.run(_during(database, told("delivered"), told("sent")))
    database.close()
    assert run(lambda c: c.execute(tables.outbox.select()).first()).delivery == "delivered"
    run(told("read"))
    assert run(lambda c: c.execute(tables.outbox.select()).first()).delivery == "read"


def test_a_try_that_ends_unclear_does_not_undo_what_the_messenger_told(run: Run) -> None:
    _put(run, "one", "two")
    row = _take(run)
    run(lambda c: outbox.note_delivery(c, row.id, "SM1", "sent", None))
    run(lambda c: outbox.wait(c, row.id, 0.0, unclear=True))
    run(lambda c: outbox.give_up(c, row.id, "too late"))
    assert _take(run).content == {"text": "two"}
    assert run(lambda c: outbox.known_ids(c, "sms-a")) == {"SM1"}


def test_what_is_withdrawn_leaves_what_is_urgent(run: Run) -> None:
    _put(run, "one")
    urgent = [Draft({"text": "call"}, urgent=True)]
    run(lambda c: outbox.put(c, "u", "sms", "sms-a", urgent))
    run(lambda c: outbox.drop_waiting(c, "sms-a", "person"))
    assert _take(run).content == {"text": "call"}
    texts = run(lambda c: [row.content for row in c.execute(tables.outbox.select())])
    assert texts == [None, json.dumps({"text": "call"})]


def test_of_states_that_are_told_at_once_the_newest_stands(url: str) -> None:
    database = Database(url, 30.0)
    order = random.Random(0)

    async def told(conversation: str, state_time: float) -> None:
        def note(connection: Connection) -> None:
            if contacts.note_state(connection, conversation, state_time):
                contacts.change(connection, conversation, session=int(state_time))

        await database.run(note)

    async def rounds() -> list[int]:
        sessions = []
        for number in range(20):
            name = f"cw-1-{number}"
            await database.run(lambda c, name=name: contacts.meet(c, name, "chatwoot", {}))
            times = order.sample(range(2, 14), 12)
            await asyncio.gather(*(told(name, float(each)) for each in times))
            contact = await database.run(lambda c, name=name: contacts.get(c, name))
            sessions.append(contact.session)
        return sessions

    assert asyncio.run(rounds()) == [13] * 20
    database.close()


def test_a_state_is_news_until_a_newer_one_is_known(run: Run) -> None:
    run(lambda c: contacts.meet(c, "cw-1-1", "chatwoot", {}))
    told = [run(lambda c, t=t: contacts.note_state(c, "cw-1-1", t)) for t in (5.0, 5.0, 4.0, 6.0)]
    assert told == [True, True, False, True]


def test_a_person_who_writes_while_a_conversation_comes_back_keeps_it(url: str, run: Run) -> None:
    def handed_over(connection: Connection) -> None:
        contacts.meet(connection, "cw-1-1", "chatwoot", {})
        contacts.change(connection, "cw-1-1", held=True)
        handoffs.begin(connection, "cw-1-1", "asked")
        connection.execute(tables.handoffs.update().values(created=1.0))

    def person_writes(connection: Connection) -> None:
        contacts.change(connection, "cw-1-1", held=True)
        current = handoffs.current(connection, "cw-1-1")
        handoffs.change(connection, current.id, taken=time.time())

    database = Database(url, 30.0)
    settings = Settings.from_environment({})
    housekeeping = Housekeeping(settings, database)
    run(handed_over)
    asyncio.run(_during(database, person_writes, housekeeping._bring_back))
    assert run(lambda c: contacts.get(c, "cw-1-1")).held
    assert run(lambda c: handoffs.current(c, "cw-1-1"))
    assert run(lambda c: c.execute(tables.outbox.select()).first()) is None
    run(lambda c: c.execute(tables.handoffs.update().values(taken=1.0)))
    run(housekeeping._bring_back)
    assert not run(lambda c: contacts.get(c, "cw-1-1")).held
    assert run(lambda c: c.execute(tables.outbox.select()).first()).content == (
        json.dumps({"status": "pending"})
    )
    database.close()
