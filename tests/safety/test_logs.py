"""No log line holds what a patient wrote, on any channel, at any level and in any fault."""

from __future__ import annotations

import contextlib
import logging
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from assistant.launcher.servers import Assistant, free_port, running_assistant
from assistant.logs import PrivacyFilter
from assistant.settings import PROJECT
from assistant.stores.database import open_database
from assistant.stores.tracker_store import ConversationStore
from tests.channels.messaging import chatwoot_service, twilio_service
from tests.channels.messaging.chatwoot_service import Chat, ChatwootService
from tests.channels.messaging.clinic import Clinic
from tests.channels.messaging.http_server import wait_until
from tests.channels.messaging.idle import rows
from tests.channels.messaging.twilio_service import Phone, TwilioService, refusal
from tests.conftest import UNLIMITED
from tests.patient import Patient

_NUMBER = "+12125557719"
_TOKEN = "a-token-of-the-staff-of-this-test"
_CANARIES = ("zebrafish", "5550188", "5557719", "quokka", "1984-02-29", "does it hurt")
_MESSAGE = (
    "I'm Zebrafish, call 555-0188, 5550188 or 2125557719, quokka@mail.example.com, "
    "born 1984-02-29, "
)


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_no_log_holds_what_a_patient_wrote(level: str, tmp_path: Path) -> None:
    with TwilioService() as twilio, ChatwootService() as chatwoot, Clinic() as office:
        environment = {
            **UNLIMITED,
            **twilio_service.ENVIRONMENT,
            **chatwoot_service.ENVIRONMENT,
            **office.environment,
            "TWILIO_API_URL": twilio.url,
            "CHATWOOT_URL": chatwoot.url,
            "STAFF_TOKEN": _TOKEN,
            **_at(level),
        }
        with running_assistant(tmp_path, environment) as assistant:
            for channel in ("Channel::WebWidget", "Channel::Whatsapp"):
                _in_the_inbox(Chat(chatwoot, assistant, channel), chatwoot)
            for prefix in ("", "whatsapp:"):
                _by_text(Phone(twilio, assistant, _NUMBER, prefix), twilio)
            _by_the_callback_form(assistant, office)
            _on_the_staff_page(assistant)
            _on_the_website(assistant)
            assert _channels(assistant) == {"web", "sms", "whatsapp", "cw"}
    _assert_clean(tmp_path.glob("*.log"))
    assert "assistant" in (tmp_path / "rasa.log").read_text()


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
@pytest.mark.parametrize(
    "conversation",
    [
        # Of what begins like a command Rasa warns, and quotes it.
        [("does it hurt", "screen", "burning"), ("/restart", "shell.log", "Warning at ")],
        [("am i a good candidate?", "screen", "small to medium-sized")],
    ],
)
def test_no_log_of_the_shell_holds_what_is_typed(
    level: str, conversation: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    with _shell(level, tmp_path) as typing:
        for text, file, expected in conversation:
            is_command = text.startswith("/")
            said = f"{text} {_MESSAGE}" if is_command else _MESSAGE + text
            os.write(typing, said.encode() + b"\r")
            shown = partial(_holds, tmp_path / file, expected)
            assert wait_until(shown)
        # Its servers' logs lie in a folder that goes with it.
        logs = list(tmp_path.glob("**/*.log"))
        assert {log.name for log in logs} == {"shell.log", "actions.log"}
        _assert_clean(iter(logs))


def test_no_log_of_the_action_server_holds_what_a_patient_wrote(tmp_path: Path) -> None:
    log = tmp_path / "actions.log"
    port = free_port()
    command = [sys.executable, "-m", "assistant.launcher.action_server", str(port)]
    environment = {**os.environ, **_at("DEBUG")}
    with log.open("wb") as file:
        server = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        transport = httpx.HTTPTransport(retries=9)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", transport=transport, timeout=30
        ) as client:
            client.get("/health")
            said = {"event": "user", "text": _MESSAGE, "parse_data": {"text": _MESSAGE}}
            tracker = {
                "sender_id": _NUMBER,
                "slots": {"good_health": _MESSAGE, "requested_slot": _MESSAGE},
                "latest_message": said,
                "events": [said, {"event": "slot", "name": "reason", "value": _MESSAGE}],
            }
            for action in ("validate_screening_form", "action_screening_outcome", _MESSAGE):
                for sent in (tracker, {**tracker, "slots": _MESSAGE}, {**tracker, "events": 7}):
                    body = {"next_action": action, "sender_id": _NUMBER, "tracker": sent}
                    client.post("/webhook", json={**body, "domain": {}, "version": "3.6.21"})
            client.post("/webhook", content=f'{{"text": "{_MESSAGE}'.encode())
    finally:
        server.terminate()
        server.wait(30)
    assert "rasa_sdk" in log.read_text(errors="replace")
    _assert_clean(iter([log]))


def test_the_store_that_every_command_opens_keeps_the_logs_clean(tmp_path: Path) -> None:
    handler = logging.NullHandler()
    logging.getLogger().addHandler(handler)
    try:
        ConversationStore(None, database=open_database(f"sqlite:///{tmp_path}/a.db", 1.0))
        assert any(isinstance(each, PrivacyFilter) for each in handler.filters)
    finally:
        logging.getLogger().removeHandler(handler)


def _at(level: str) -> dict[str, str]:
    return {"LOG_LEVEL": level, "LOG_LEVEL_LIBRARIES": level}


def _assert_clean(logs: Iterator[Path]) -> None:
    for log in logs:
        text = log.read_text(errors="replace").lower()
        found = [canary for canary in _CANARIES if canary in text]
        assert not found, f"{log.name} holds {found}"


def _holds(file: Path, text: str) -> bool:
    return text in file.read_text(errors="replace")


def _channels(assistant: Assistant) -> set[str]:
    """By what people have written: how the ids of their conversations begin."""
    query = "SELECT DISTINCT sender_id FROM conversation_events WHERE type = 'user'"
    return {sender_id.partition("-")[0] for (sender_id,) in rows(assistant, query)}


@contextlib.contextmanager
def _shell(level: str, folder: Path) -> Iterator[int]:
    """`make shell`, at which somebody sits: where to type. Its screen and its log are files."""
    typing, keyboard = pty.openpty()
    with (folder / "screen").open("wb") as screen, (folder / "shell.log").open("wb") as log:
        shell = subprocess.Popen(
            [sys.executable, "-m", "assistant.launcher.shell"],
            cwd=PROJECT,
            env={**os.environ, "TMPDIR": str(folder), **_at(level)},
            stdin=keyboard,
            stdout=screen,
            stderr=log,
            # A job in the background inherits that Ctrl-C is ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        try:
            assert wait_until(lambda: b"Your input" in (folder / "screen").read_bytes(), 300)
            yield typing
        finally:
            shell.send_signal(signal.SIGINT)
            shell.wait(60)
    os.close(typing)
    os.close(keyboard)


def _on_the_website(assistant: Assistant) -> None:
    with Patient(assistant.url) as patient:
        patient.writes(_MESSAGE + "does it hurt")
        patient.writes(_MESSAGE + "am i a good candidate?")
        patient.writes("yes, " + _MESSAGE)
        patient.writes(_MESSAGE + "I can't breathe")
        patient.request("POST", "/webhook", content=f'{{"message": 7, "x": "{_MESSAGE}"'.encode())
        patient.writes(_MESSAGE + "am i a good candidate?")
        assistant.stop_actions()
        patient.writes("yes, " + _MESSAGE)
        lock = sqlite3.connect(assistant.workdir / "conversations.db")
        lock.execute("BEGIN EXCLUSIVE")
        patient.writes(_MESSAGE + "is it safe")
        lock.rollback()
        lock.close()


def _by_the_callback_form(assistant: Assistant, office: Clinic) -> None:
    form = {
        "id": str(uuid.uuid4()),
        "name": "Zebrafish Quist",
        "phone": _NUMBER,
        "best_time": "any",
        "consent": True,
    }
    address = f"{assistant.url}/webhooks/web/callback"
    for wrong in ({"name": _MESSAGE}, {"phone": f"5550188 {_MESSAGE}"}, {"id": _MESSAGE}):
        assert httpx.post(address, json={**form, **wrong}).status_code == 400
    assert httpx.post(address, content=f'{{"name": "{_MESSAGE}'.encode()).status_code == 400
    for _ in range(2):
        reference = httpx.post(address, json=form).json()["reference"]
    # Webhook and mail server both fail at first.
    assert wait_until(lambda: any(told.get("reference") == reference for told in office.told))
    assert wait_until(lambda: any(reference in mail["Subject"] for mail in office.mails))


def _on_the_staff_page(assistant: Assistant) -> None:
    for password in (_TOKEN, "Zebrafish 5550188"):
        page = f"{assistant.url}/staff/book"
        httpx.get(page, auth=("quokka@mail.example.com", password), params={"find": _MESSAGE})


def _by_text(phone: Phone, twilio: TwilioService) -> None:
    assert "burning" in phone.asks(_MESSAGE + "does it hurt", ProfileName="Zebrafish")
    phone.asks("I want to talk to a person")
    assert "What name" in phone.asks("1")
    for text in ("Zebrafish Quist", "212-555-7719", "1", "1"):
        phone.asks(text)
    # Twilio's refusal quotes the number.
    twilio.fail = lambda number, form: refusal(400, 21211)
    phone.asks(_MESSAGE + "is it safe")
    twilio.fail = lambda number, form: None
    phone.asks("STOP")


def _in_the_inbox(chat: Chat, chatwoot: ChatwootService) -> None:
    assert "burning" in chat.asks(_MESSAGE + "does it hurt")
    assert chat.send({**chat.message(_MESSAGE), "conversation": _MESSAGE}).status_code == 400
    # Chatwoot's refusal quotes the message.
    chatwoot.fail = lambda number: (422, "text/plain", _MESSAGE.encode())
    chat.asks(_MESSAGE + "is it safe")
    chatwoot.fail = lambda number: None
    chat.asks(_MESSAGE + "can i talk to a person")
    chat.person_writes("Hello Zebrafish, 555-0188 is noted")
    chat.asks(_MESSAGE + "thanks")
