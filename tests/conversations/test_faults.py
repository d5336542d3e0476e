"""What patients read when a part of the assistant is down."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from assistant.launcher.model import fitting_model
from assistant.launcher.servers import Assistant, free_port, running_assistant
from assistant.settings import Settings
from assistant.stores.window import TURNS
from tests.conftest import UNLIMITED
from tests.patient import Patient

pytestmark = pytest.mark.served


@pytest.fixture(scope="module")
def breakable() -> Iterator[Assistant]:
    """An assistant whose servers a test may stop, if it starts them again."""
    with running_assistant(environment=UNLIMITED) as running:
        yield running


def test_a_restart_in_the_middle_keeps_the_conversation(breakable: Assistant) -> None:
    with Patient(breakable.url) as patient:
        patient.writes("am i a candidate").writes("yes small ones")
        assert patient.is_asked == "reason"
        breakable.stop_rasa()
        breakable.start_rasa(fitting_model(Settings.from_environment()))
        breakable.wait_until_ready()
        patient.writes("they ache")
        assert patient.is_asked == "good_health"
        assert patient.screening["answers"]["reason"] == "yes"


def test_without_the_action_server_the_screening_stores_nothing_and_says_so(
    breakable: Assistant,
) -> None:
    with Patient(breakable.url) as patient:
        patient.writes("am i a candidate")
        assert patient.is_asked == "small_visible_veins"
        breakable.stop_actions()
        try:
            patient.writes("yes")
            assert patient.kinds == ["unavailable"]
            assert "555" in patient.reads
            patient.writes("does it hurt?")
            assert patient.topics[0] == "pain"
            patient.writes("I can't breathe")
            assert patient.kinds == ["emergency"]
        finally:
            breakable.start_actions()
            breakable.wait_until_ready()
        patient.writes("am i a candidate")
        assert patient.is_asked == "small_visible_veins"


def test_an_outage_in_the_middle_keeps_the_answers_and_stores_none(breakable: Assistant) -> None:
    with Patient(breakable.url) as patient:
        patient.writes("am i a candidate").writes("yes small ones").writes("they ache")
        assert patient.is_asked == "good_health"
        breakable.stop_actions()
        try:
            patient.writes("yes")
            assert patient.kinds == ["unavailable"]
            assert patient.writes("does it hurt?").topics[0] == "pain"
            assert patient.is_asked == "good_health"
            assert patient.screening["answers"] == {"small_visible_veins": "yes", "reason": "yes"}
        finally:
            breakable.start_actions()
            breakable.wait_until_ready()
        patient.writes("yes i'm healthy")
        assert patient.is_asked == "dvt_history"
        assert patient.screening["answers"] == {
            "small_visible_veins": "yes",
            "reason": "yes",
            "good_health": "yes",
        }


@contextlib.contextmanager
def failing_at(action: str, breakable: Assistant) -> Iterator[None]:
    """Lets the action server end, as far as Rasa sees, whenever this action is called."""
    usual, away = breakable.action_port, free_port()

    class Between(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with contextlib.suppress(httpx.TransportError):
                self._pass_on(b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if json.loads(body).get("next_action") != action:
                with contextlib.suppress(httpx.TransportError):
                    self._pass_on(body)

        def _pass_on(self, body: bytes) -> None:
            url = f"http://127.0.0.1:{away}{self.path}"
            answer = httpx.request(self.command, url, content=body, timeout=30)
            self.send_response(answer.status_code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            pass

    breakable.stop_actions()
    try:
        with ThreadingHTTPServer(("127.0.0.1", usual), Between) as between:
            threading.Thread(target=between.serve_forever, daemon=True).start()
            breakable.action_port = away
            breakable.start_actions()
            breakable.wait_until_ready()
            try:
                yield
            finally:
                between.shutdown()
                breakable.stop_actions()
    finally:
        breakable.action_port = usual
        breakable.start_actions()
        breakable.wait_until_ready()


def test_an_outcome_that_a_fault_kept_back_is_told_with_the_next_message(
    breakable: Assistant,
) -> None:
    with Patient(breakable.url) as patient, Patient(breakable.url) as curious:
        for each in (patient, curious):
            for said in ("am i a candidate", "yes small ones", "they ache", "yes", "no"):
                each.writes(said)
            assert each.is_asked == "other_vascular"
        with failing_at("action_screening_outcome", breakable):
            for _ in range(TURNS + 2):  # impatient
                assert patient.writes("no").kinds == ["unavailable"]
            assert curious.writes("no").kinds == ["unavailable"]
        assert patient.writes("no").screening["outcome"]
        assert set(patient.screening["answers"].values()) == {"yes", "no"}
        assert "pain" in curious.writes("does it hurt?").topics
        assert curious.screening == patient.screening | {"time": curious.screening["time"]}


def test_a_screening_stopped_in_a_fault_is_told_so_afterwards(breakable: Assistant) -> None:
    with Patient(breakable.url) as patient:
        patient.writes("am i a candidate").writes("yes small ones")
        with failing_at("action_screening_outcome", breakable):
            assert patient.writes("stop the questions").kinds == ["unavailable"]
        assert patient.writes("stop the questions").screening["outcome"] == "stopped"


def test_with_the_store_locked_the_turn_is_refused_and_an_emergency_still_answered(
    breakable: Assistant,
) -> None:
    with Patient(breakable.url) as patient:
        patient.writes("is it safe")
        lock = sqlite3.connect(breakable.workdir / "conversations.db")
        lock.execute("BEGIN EXCLUSIVE")
        try:
            patient.writes("does it hurt")
            assert patient.kinds == ["unavailable"]
            patient.writes("I can't breathe")
            assert patient.kinds == ["emergency"]
        finally:
            lock.rollback()
            lock.close()
        patient.writes("does it hurt")
        assert patient.topics == ["pain"]


def test_an_emergency_still_to_be_recorded_is_erased_with_its_conversation(
    breakable: Assistant,
) -> None:
    file = breakable.workdir / "conversations.db"
    with Patient(breakable.url) as patient:
        patient.writes("is it safe")
        lock = sqlite3.connect(file)
        lock.execute("BEGIN EXCLUSIVE")
        try:
            patient.writes("my friend zebedee can't breathe")
            assert patient.kinds == ["emergency"]
        finally:
            lock.rollback()
            lock.close()
        assert patient.request("DELETE", "/history").status_code == 200
    time.sleep(8)  # longer than the first two tries to record it
    rows = sqlite3.connect(file).execute("SELECT data FROM conversation_events").fetchall()
    assert not [row for row in rows if "zebedee" in str(row)]
