"""How the outbox is worked off, by the core and Twilio's real SDK, with no model and no server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.channels import twilio as channel
from assistant.channels.messaging import contacts, hub, outbox
from assistant.channels.messaging import schema as tables
from assistant.channels.messaging.hub import Messaging
from assistant.channels.messaging.outbox import Draft
from assistant.settings import Settings
from tests.channels.messaging import twilio_service
from tests.channels.messaging.http_server import Answer
from tests.channels.messaging.twilio_service import Sent, TwilioService, refusal
from tests.services import postgresql
from tests.stores.conftest import postgresql_url, sqlite_url, url

__all__ = ["postgresql", "postgresql_url", "sqlite_url", "url"]

_PHONE = "+12125550177"
_CLAIM_SECONDS = 1.0

Open = Callable[[], Messaging]


@pytest.fixture
def twilio() -> Iterator[TwilioService]:
    """A Twilio of the test's own."""
    with TwilioService() as service:
        yield service


@pytest.fixture
def open_core(url: str, twilio: TwilioService, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens cores as servers do that share a database; their claims are short."""
    monkeypatch.setattr(outbox, "CLAIM_SECONDS", _CLAIM_SECONDS)
    monkeypatch.setattr(hub, "_UNCLEAR_PAUSE", 0.1)
    environment = {
        **twilio_service.ENVIRONMENT,
        "DATABASE_URL": url,
        "STORE_DEADLINE_SECONDS": "30",
        "TOKEN_SECRET": "x" * 32,
        "TWILIO_API_URL": twilio.url,
    }
    opened: list[Messaging] = []

    def open_one() -> Messaging:
        settings = Settings.from_environment(environment)
        core, client = Messaging(settings), channel._client(settings.messaging)
        number = twilio_service.SMS_NUMBER
        core.add(channel.TwilioMessenger("sms", number, client, core.database, settings.messaging))
        opened.append(core)
        return core

    yield open_one
    for core in opened:
        core.database.close()


def _put(connection: Connection) -> None:
    contacts.meet(connection, "sms-a", "sms", {"phone": _PHONE})
    outbox.put(connection, "k", "sms", "sms-a", [Draft({"text": "one"}, segments=1)])


def _row(connection: Connection) -> Any:
    return connection.execute(sa.select(tables.outbox)).first()


async def _never(message: Any) -> None:
    raise AssertionError("nobody has written")


async def _work(cores: list[Messaging], seconds: float = 30.0) -> Any:
    """Lets the cores work until the message is sent or given up; the row as it is then."""
    await cores[0].database.run(_put)
    app: Any = SimpleNamespace(ctx=SimpleNamespace())
    for core in cores:
        core._start(app, _never)
    end = time.monotonic() + seconds
    while (row := await cores[0].database.run(_row)).state not in ("sent", "failed"):
        assert time.monotonic() < end, "it wasn't sent"
        await asyncio.sleep(0.05)
    await asyncio.gather(*(core._stop() for core in cores))
    return row


def test_a_send_that_takes_longer_than_a_claim_is_not_sent_by_another_server_too(
    open_core: Open, twilio: TwilioService
) -> None:
    def slow(number: int, form: dict[str, str]) -> Answer | None:
        # Twilio can't be asked yet for what it is still taking in.
        twilio._lock.release()
        try:
            time.sleep(3 * _CLAIM_SECONDS)
        finally:
            twilio._lock.acquire()
        return None

    twilio.fail = slow
    row = asyncio.run(_work([open_core(), open_core()]))
    assert (row.state, row.tries) == ("sent", 1)
    assert twilio.texts_to(_PHONE) == ["one"]


def test_what_may_have_been_taken_is_looked_up_also_after_twilio_was_busy(
    open_core: Open, twilio: TwilioService
) -> None:
    def fail(number: int, form: dict[str, str]) -> Answer | None:
        if number == 1:
            return refusal(502, 20500)
        if number == 2:  # what it took the first time shows only now
            twilio.sent.append(Sent("SM1", form["To"], form["From"], form["Body"], ""))
            return refusal(429, 20429)
        return None

    twilio.fail = fail
    row = asyncio.run(_work([open_core()]))
    assert (row.state, row.tries) == ("sent", 3)
    assert twilio.texts_to(_PHONE) == ["one"]


def test_who_has_opted_out_at_twilio_is_left_with_no_open_dialogue(
    open_core: Open, twilio: TwilioService
) -> None:
    core = open_core()

    def asks_for_a_call(connection: Connection) -> None:
        _put(connection)
        contacts.change(connection, "sms-a", dialogue={"name": "Zebulon", "asks": "phone"})

    async def work() -> contacts.Contact | None:
        await core.database.run(asks_for_a_call)
        row = await _work([core])
        assert (row.state, row.error) == ("failed", "21610")
        return await core.database.run(lambda c: contacts.get(c, "sms-a"))

    twilio.fail = lambda number, form: refusal(400, 21610)
    contact = asyncio.run(work())
    assert contact
    assert contact.opted_out
    assert contact.dialogue is None
