"""Screenings that are left open and taken up again hours later."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import jwt
import pytest

from assistant.launcher.servers import Assistant
from tests.patient import Patient

pytestmark = pytest.mark.served

NIGHT = 9 * 3600.0  # seconds; less than the two days after which a session ends


def a_night_passes(assistant: Assistant, patient: Patient) -> None:
    """Ages everything that the store holds of the patient's conversation."""
    assert patient.token is not None
    sender = jwt.decode(patient.token, options={"verify_signature": False})["sub"]
    with closing(sqlite3.connect(assistant.workdir / "conversations.db")) as store, store:
        rows = store.execute(
            "SELECT sequence, data FROM conversation_events WHERE sender_id = ?", (sender,)
        ).fetchall()
        assert rows
        for sequence, data in rows:
            event = json.loads(data)
            event["timestamp"] -= NIGHT
            store.execute(
                "UPDATE conversation_events SET data = ? WHERE sender_id = ? AND sequence = ?",
                (json.dumps(event), sender, sequence),
            )


@pytest.fixture
def returning(assistant: Assistant, patient: Patient) -> Patient:
    """Somebody who left a screening at the question for a past clot and comes back."""
    patient.writes("am i a good candidate?").writes("yes").writes("they itch").writes("yes")
    assert patient.is_asked == "dvt_history"
    a_night_passes(assistant, patient)
    return patient


def test_a_no_of_the_next_day_is_no_answer_until_going_on_is_wanted(returning: Patient) -> None:
    returning.writes("no")
    assert "go on, or start again" in returning.reads
    assert returning.is_asked is None
    returning.writes("yes please")
    assert returning.is_asked == "dvt_history"
    assert "dvt_history" not in returning.screening["answers"]
    returning.writes("no, never")
    assert returning.is_asked == "other_vascular"
    assert returning.screening["answers"]["dvt_history"] == "no"


def test_a_no_to_going_on_ends_it_and_answers_nothing(returning: Patient) -> None:
    returning.writes("hello").writes("no thanks")
    assert returning.screening["outcome"] == "stopped"
    assert returning.screening["answers"]["dvt_history"] == "not_asked"


def test_who_is_not_sure_about_going_on_is_asked_in_other_words(returning: Patient) -> None:
    first = returning.writes("hello").reads
    returning.writes("not sure")
    assert "go on" in returning.reads
    assert returning.reads != first
    returning.picks("affirm")
    assert returning.is_asked == "dvt_history"
    assert "dvt_history" not in returning.screening["answers"]


def test_going_on_in_ones_own_words_asks_the_open_question(returning: Patient) -> None:
    returning.writes("hello").writes("continue")
    assert returning.is_asked == "dvt_history"


def test_start_again_is_heard_at_once(returning: Patient) -> None:
    returning.writes("start again")
    assert returning.is_asked == "small_visible_veins"
    assert returning.screening["answers"] == {}


def test_stop_is_heard_at_once(returning: Patient) -> None:
    returning.writes("stop")
    assert returning.screening["outcome"] == "stopped"


@pytest.mark.parametrize("way", ["written", "chosen"])
def test_a_person_is_named_at_once_and_the_end_told(returning: Patient, way: str) -> None:
    if way == "written":
        returning.writes("talk to a person")
    else:
        returning.picks("handoff")
    assert returning.topics == ["handoff"]
    assert "stopped the questions" in returning.reads


def test_a_question_is_answered_and_then_going_on_is_offered(returning: Patient) -> None:
    returning.writes("does it hurt?")
    assert returning.topics == ["pain"]
    assert "go on, or start again" in returning.reads
    assert returning.is_asked is None


def test_an_emergency_comes_first_and_alone(returning: Patient) -> None:
    returning.writes("I can't breathe")
    assert returning.kinds == ["emergency"]


def test_a_choice_of_the_day_before_fills_nothing(returning: Patient) -> None:
    returning.picks("answer.dvt_history.no")
    assert "earlier" in returning.reads
    assert "go on, or start again" in returning.reads
    returning.picks("affirm")
    assert "dvt_history" not in returning.screening["answers"]


def test_a_clot_remembered_overnight_is_not_lost(assistant: Assistant, patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("yes").writes("they itch").writes("yes")
    patient.writes("no, never")
    assert patient.is_asked == "other_vascular"
    a_night_passes(assistant, patient)
    patient.writes("actually i did have a dvt")
    assert patient.screening["answers"]["dvt_history"] == "yes"
    assert "changed" in patient.reads
