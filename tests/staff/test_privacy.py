"""Purge, export and erase, on real databases."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.channels import callbacks
from assistant.channels.callbacks import CallbackRequest
from assistant.channels.messaging import notices
from assistant.channels.messaging.housekeeping import Housekeeping
from assistant.channels.messaging.pseudonyms import Pseudonyms
from assistant.channels.messaging.schema import callback_requests, contacts, inbox, outbox
from assistant.settings import Settings
from assistant.staff.privacy.commands import UnknownReference, main, person_of
from assistant.staff.privacy.erasing import IMPERSONAL_TABLES, Person, rows_of
from assistant.stores.database import Database
from assistant.stores.reply_store import ReplyStore
from assistant.stores.schema import conversations, metadata
from assistant.stores.tracker_store import ConversationStore
from tests.stores.conftest import open_store, postgresql, postgresql_url, sqlite_url, url
from tests.stores.dialogue import DOMAIN, says

__all__ = ["open_store", "postgresql", "postgresql_url", "sqlite_url", "url"]

_SECRET = "my name is zebrafish"
_DAY = 86_400.0


@pytest.fixture
def installation(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[Database], Coroutine[Any, Any, None]]], None]:
    """Points the commands to an empty database; gives a way to fill it."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("AUDIT_LOG", str(tmp_path / "audit.jsonl"))

    def fill(work: Callable[[Database], Coroutine[Any, Any, None]]) -> None:
        database = Database(url, 10.0)
        try:
            asyncio.run(work(database))
        finally:
            database.close()

    return fill


async def _talk(database: Database, conversation: str, text: str) -> None:
    """A conversation with a reply and a judgement, as the web channel leaves it."""
    await says(ConversationStore(DOMAIN, database=database), conversation, text)
    replies = ReplyStore(database, 24)
    reply = "11111111-1111-4111-8111-111111111111"

    async def answer() -> dict[str, Any]:
        return {"messages": [{"id": reply, "text": f"you said {text}", "topics": ["pain"]}]}

    await replies.once(conversation, "m1", answer)
    await replies.feedback(conversation, reply, True, ["pain"])


async def _age(database: Database, conversation: str, days: float) -> None:
    update = conversations.update().where(conversations.c.sender_id == conversation)
    then = time.time() - days * _DAY
    await database.run(lambda connection: connection.execute(update.values(updated=then)))


def _rows(url: str) -> dict[str, int]:
    """How many rows each table holds, by plain SQL."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        counts = {
            table: connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in metadata.tables
        }
    engine.dispose()
    return counts


def _audit(tmp_path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]


def test_purging_erases_what_is_past_its_days_and_nothing_else(
    installation: Any, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fill(database: Database) -> None:
        for number in range(3):
            await _talk(database, f"old-{number}", _SECRET)
            await _age(database, f"old-{number}", 31)
        await _talk(database, "young", "does it hurt")
        await _age(database, "young", 29)

    installation(fill)
    before = _rows(url)
    assert main(["--by", "Ann", "purge"]) == 0
    after = _rows(url)
    assert before["conversations"] == 4
    assert {table: n for table, n in after.items() if n} == {
        "conversations": 1,
        "conversation_events": before["conversation_events"] // 4,
        "replies": 1,
        "feedback": 1,
    }
    said = capsys.readouterr().out
    assert "(30 days)" in said
    assert "3 conversations" in said
    assert [(line["who"], line["action"], line["conversations"]) for line in _audit(tmp_path)] == [
        ("Ann", "purged", 3)
    ]


def test_a_purge_takes_more_than_one_step(installation: Any, url: str) -> None:
    async def fill(database: Database) -> None:
        rows = [
            {
                "sender_id": f"web-{number}",
                "next_sequence": 0,
                "session": 0,
                "load_from": 0,
                "opening": "[]",
                "updated": 1.0,
            }
            for number in range(1000)
        ]
        await database.run(lambda connection: connection.execute(conversations.insert(), rows))

    installation(fill)
    assert main(["purge", "--days", "1"]) == 0
    assert not any(_rows(url).values())


def test_erasing_leaves_no_row_and_says_what_went(
    installation: Any, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fill(database: Database) -> None:
        await _talk(database, "web-1", _SECRET)
        await _talk(database, "web-2", "does it hurt")

    installation(fill)
    assert main(["--by", "Ann", "erase", "web-1"]) == 0
    assert "1 conversations" in capsys.readouterr().out
    assert _rows(url)["conversations"] == 1
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        for table, of_them in rows_of(Person(("web-1",))):
            assert connection.execute(sa.select(table).where(of_them)).first() is None
    engine.dispose()
    assert main(["erase", "web-1"]) == 1
    log = _audit(tmp_path)
    assert [line["action"] for line in log] == ["erased", "erased"]
    assert "web-1" not in json.dumps(log)


@pytest.mark.parametrize("command", [["purge", "--days", "1"], ["erase", "web-0"]])
def test_nothing_of_what_was_erased_stands_in_the_sqlite_files(
    command: list[str], sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("AUDIT_LOG", str(tmp_path / "audit.jsonl"))
    file = Path(sqlite_url.removeprefix("sqlite:///"))

    async def fill(server: Database) -> None:
        for number in range(5):
            await _talk(server, f"web-{number}", f"{_SECRET} {'x' * 3000}")
            await _age(server, f"web-{number}", 2)
        await _talk(server, "young", "does it hurt")

    async def fill_and_purge(server: Database) -> None:
        await fill(server)
        assert any(_SECRET.encode() in each.read_bytes() for each in file.parent.iterdir())
        # The server keeps its connections, as in the clinic.
        if command[0] == "erase":
            for number in range(1, 5):
                await asyncio.to_thread(main, ["erase", f"web-{number}"])
        assert await asyncio.to_thread(main, command) == 0
        for each in file.parent.iterdir():
            assert _SECRET.encode() not in each.read_bytes(), each.name
        await _talk(server, "new", "is it safe")

    server = Database(sqlite_url, 10.0)
    asyncio.run(fill_and_purge(server))
    server.close()
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = connection.execute("SELECT sender_id FROM conversations ORDER BY 1").fetchall()
    assert names == [("new",), ("young",)]


def test_an_export_holds_everything_of_one_person_and_nobody_else(
    installation: Any, tmp_path: Path
) -> None:
    async def fill(database: Database) -> None:
        await _talk(database, "web-1", _SECRET)
        await _talk(database, "web-2", "quokka")

    installation(fill)
    out = tmp_path / "export.json"
    assert main(["--by", "Ann", "export", "web-1", "--out", str(out)]) == 0
    exported = json.loads(out.read_text())
    assert exported.keys() == {"conversations", "conversation_events", "replies", "feedback"}
    texts = [row["data"].get("text") for row in exported["conversation_events"]]
    assert _SECRET in texts
    assert exported["replies"][0]["reply"]["messages"][0]["text"] == f"you said {_SECRET}"
    assert exported["feedback"][0]["helpful"] in (True, 1)
    assert "quokka" not in out.read_text()
    assert out.stat().st_mode & 0o777 == 0o600
    assert [line["action"] for line in _audit(tmp_path)] == ["exported"]


def test_an_export_overwrites_no_file(
    installation: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fill(database: Database) -> None:
        await _talk(database, "web-1", _SECRET)

    installation(fill)
    out = tmp_path / "letter.txt"
    out.write_text("dear patient")
    assert main(["export", "web-1", "--out", str(out)]) == 2
    assert out.read_text() == "dear patient"
    assert "letter.txt exists already" in capsys.readouterr().err


def test_one_on_a_messenger_is_found_by_phone_and_opt_outs_stay(
    installation: Any, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_SECRET", "s" * 40)
    ours, others = (
        Pseudonyms(Settings.from_environment()).conversation("sms", phone)
        for phone in ("+12125550142", "+12125550143")
    )

    async def fill(database: Database) -> None:
        await _talk(database, ours, _SECRET)
        await _talk(database, f"{ours}.2", _SECRET)
        await _talk(database, others, "does it hurt")
        for conversation, phone in ((ours, "+12125550142"), (others, "+12125550143")):
            await database.run(lambda c, n=conversation, p=phone: _messages(c, n, p))

    installation(fill)
    before = _rows(url)
    assert main(["erase", "(212) 555-0142"]) == 0
    after = _rows(url)
    for table in ("callback_requests", "messaging_inbox", "messaging_outbox"):
        assert (before[table], after[table]) == (2, 1), table
    assert (before["conversations"], after["conversations"]) == (3, 1)
    assert _addresses(url) == {ours: "{}", others: json.dumps("+12125550143")}  # have opted out
    assert main(["erase", "(212) 555-0142"]) == 1  # nothing more is known of them
    assert "5550142" not in (tmp_path / "audit.jsonl").read_text()


def _addresses(url: str) -> dict[str, str]:
    """Where messaging would write to, by conversation."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(sa.select(contacts.c.conversation, contacts.c.address)).all()
    engine.dispose()
    return {row.conversation: row.address for row in found}


def _messages(connection: Any, conversation: str, phone: str) -> None:
    """What messaging keeps of somebody who has opted out and wants to be called."""
    connection.execute(
        contacts.insert(),
        {
            "conversation": conversation,
            "messenger": "sms",
            "address": json.dumps(phone),
            "session": 2,
            "opted_out": True,
            "introduced": True,
            "held": False,
            "offered": "[]",
            "updated": 1.0,
        },
    )
    common = {"messenger": "sms", "conversation": conversation, "state": "done", "tries": 1}
    came = {"message_id": conversation, "received": 1.0, "fingerprint": "f", "claimed_until": 0.0}
    connection.execute(inbox.insert(), {**common, **came})
    went = {"key": conversation, "segments": 1, "urgent": False, "due": 1.0, "created": 1.0}
    connection.execute(outbox.insert(), {**common, **went})
    wanted = {"reference": conversation[-20:], "request_id": conversation, "name": "Zebulon"}
    when = {"phone": phone, "best_time": "morning", "consented": 1.0}
    connection.execute(callback_requests.insert(), {**wanted, **when})


def test_messages_and_call_backs_past_their_days_are_purged_and_opt_outs_stay(
    installation: Any, url: str
) -> None:
    async def fill(database: Database) -> None:
        await database.run(lambda c: _messages(c, "sms-1", "+12125550142"))

    installation(fill)
    assert main(["purge"]) == 0
    assert {table: n for table, n in _rows(url).items() if n} == {"messaging_contacts": 1}
    assert _addresses(url) == {"sms-1": "{}"}


_NOTICES = {"CLINIC_WEBHOOK_URL": "http://127.0.0.1:9", "CLINIC_WEBHOOK_SECRET": "s"}


def _wanted(connection: Connection, phone: str, reference: str) -> None:
    """A request that the clinic hasn't taken yet."""
    settings = Settings.from_environment(_NOTICES).messaging
    request = CallbackRequest("Zebulon", phone, "morning")
    callbacks.store(connection, request, reference, reference, settings)


def _unanswered(connection: Connection, conversation: str, phone: str) -> None:
    """An emergency that might not be answered, and that the clinic hasn't been told yet."""
    settings = Settings.from_environment(_NOTICES).messaging
    key = f"{notices.UNANSWERED}{conversation}.7"
    notices.put(connection, key, "unanswered_emergency", {"contact": phone}, settings)


def _waiting(url: str) -> list[str]:
    """What the clinic is still to be told."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = list(connection.scalars(sa.select(outbox.c.conversation).order_by(outbox.c.id)))
    engine.dispose()
    return found


def test_what_waits_for_the_clinic_is_exported_and_erased_with_its_person(
    installation: Any, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_SECRET", "s" * 40)
    ours, others = ("+12125550142", "+12125550143")
    conversation = Pseudonyms(Settings.from_environment()).conversation("sms", ours)

    async def fill(database: Database) -> None:
        await database.run(lambda c: _wanted(c, ours, "CB-AAAAAA"))
        await database.run(lambda c: _wanted(c, others, "CB-BBBBBB"))
        await database.run(lambda c: _unanswered(c, conversation, ours))
        await database.run(lambda c: _unanswered(c, "sms-1", others))

    installation(fill)
    out = tmp_path / "export.json"
    assert main(["export", ours, "--out", str(out)]) == 0
    told = [row["content"] for row in json.loads(out.read_text())["messaging_outbox"]]
    assert [each.get("phone") or each["contact"] for each in told] == [ours, ours]
    assert main(["erase", ours]) == 0
    assert _waiting(url) == [
        "callback.CB-BBBBBB.clinic_webhook",
        "unanswered.sms-1.7.clinic_webhook",
    ]


def test_what_the_clinic_has_not_taken_within_the_days_is_dropped(
    installation: Any, url: str
) -> None:
    async def fill(database: Database) -> None:
        await database.run(lambda c: _wanted(c, "+12125550142", "CB-AAAAAA"))
        await database.run(lambda c: _wanted(c, "+12125550143", "CB-BBBBBB"))
        old = outbox.update().where(outbox.c.conversation.contains("CB-AAAAAA"))
        then = time.time() - 31 * _DAY
        await database.run(lambda c: c.execute(old.values(created=then)))

    async def forget(database: Database) -> None:
        await Housekeeping(Settings.from_environment({}), database).run()

    for drop in (lambda: main(["purge"]), lambda: installation(forget)):
        installation(fill)
        drop()
        assert _waiting(url) == ["callback.CB-BBBBBB.clinic_webhook"]


def test_a_sign_in_a_reference_stands_for_itself_only(installation: Any, url: str) -> None:
    async def fill(database: Database) -> None:
        await _talk(database, "sms-1.2", _SECRET)

    installation(fill)
    assert main(["erase", "%"]) == 1
    assert _rows(url)["conversations"] == 1


def test_a_reference_is_an_id_or_the_token_of_the_conversation() -> None:
    settings = Settings.from_environment({})
    expired = jwt.encode({"sub": "web-7", "exp": 1}, "k" * 40, algorithm="HS256")
    assert person_of(" web-7 ", settings) == Person(("web-7",))
    assert person_of("sms-7.2", settings) == Person(("sms-7",))
    assert person_of(expired, settings) == Person(("web-7",))


@pytest.mark.parametrize("reference", ["", "+999 9999 9999 9999 9999", "a.b.c"])
def test_another_reference_is_refused_without_repeating_it(reference: str) -> None:
    with pytest.raises(UnknownReference) as refused:
        person_of(reference, Settings.from_environment({}))
    assert not reference or reference not in str(refused.value)


def test_every_table_is_erased_or_holds_nothing_of_people() -> None:
    erased = {table.name for table, _ in rows_of(Person(("web-1",)))}
    assert erased | IMPERSONAL_TABLES == set(metadata.tables)


def test_a_database_that_is_away_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://clinic:hushhush@127.0.0.1:9/none")
    monkeypatch.setenv("AUDIT_LOG", str(tmp_path / "audit.jsonl"))
    assert main(["purge"]) == 2
    said = capsys.readouterr()
    assert "database failed" in said.err
    assert "hushhush" not in said.err + said.out
    assert not (tmp_path / "audit.jsonl").exists()
