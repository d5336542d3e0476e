"""No log line holds what a patient wrote, on any channel, at any level and in any fault."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
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
from tests.channels.messaging.twilio_service import Phone, TwilioService, refusal
from tests.conftest import UNLIMITED
from tests.patient import Patient

_NUMBER = "+12125557719"
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
            "LOG_LEVEL": level,
            "LOG_LEVEL_LIBRARIES": level,
        }
        with running_assistant(tmp_path, environment) as assistant:
            _in_the_inbox(assistant, chatwoot)
            _by_text(assistant, twilio)
            _on_the_website(assistant)
    logs = list(tmp_path.glob("*.log"))
    for log in logs:
        text = log.read_text(errors="replace").lower()
        for canary in _CANARIES:
            assert canary not in text, f"{canary} in {log.name} at {level}"
    assert {log.name for log in logs if log.stat().st_size} >= {"rasa.log"}


def test_no_log_of_the_action_server_holds_what_a_patient_wrote(tmp_path: Path) -> None:
    log = tmp_path / "actions.log"
    port = free_port()
    command = [sys.executable, "-m", "assistant.launcher.action_server", str(port)]
    environment = {**os.environ, "LOG_LEVEL": "DEBUG", "LOG_LEVEL_LIBRARIES": "DEBUG"}
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
    text = log.read_text(errors="replace").lower()
    assert "rasa_sdk" in text
    for canary in _CANARIES:
        assert canary not in text, canary


def test_the_store_that_every_command_opens_keeps_the_logs_clean(tmp_path: Path) -> None:
    handler = logging.NullHandler()
    logging.getLogger().addHandler(handler)
    try:
        ConversationStore(None, database=open_database(f"sqlite:///{tmp_path}/a.db", 1.0))
        assert any(isinstance(each, PrivacyFilter) for each in handler.filters)
    finally:
        logging.getLogger().removeHandler(handler)


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


def _by_text(assistant: Assistant, twilio: TwilioService) -> None:
    for prefix in ("", "whatsapp:"):
        phone = Phone(twilio, assistant, _NUMBER, prefix)
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


def _in_the_inbox(assistant: Assistant, chatwoot: ChatwootService) -> None:
    chat = Chat(chatwoot, assistant)
    assert "burning" in chat.asks(_MESSAGE + "does it hurt")
    chat.asks(_MESSAGE + "can i talk to a person")
    chat.person_writes("Hello Zebrafish, 555-0188 is noted")
    chat.asks(_MESSAGE + "thanks")
