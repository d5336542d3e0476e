"""A stored answer names its content and its model: so one can prove what a patient read."""

from __future__ import annotations

import json
import sqlite3

import jwt
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage

from assistant.content.version import content_version
from assistant.launcher.model import fitting_model
from assistant.launcher.servers import Assistant
from assistant.settings import Settings
from tests.patient import Patient

pytestmark = pytest.mark.served


def test_each_stored_answer_names_the_content_and_the_model(
    assistant: Assistant, patient: Patient
) -> None:
    patient.writes("does it hurt").writes("how much is it").writes("am i a candidate")
    assert patient.token
    conversation = jwt.decode(patient.token, options={"verify_signature": False})["sub"]
    with sqlite3.connect(assistant.workdir / "conversations.db") as store:
        rows = store.execute(
            "SELECT data FROM conversation_events WHERE sender_id = ?", (conversation,)
        ).fetchall()
    answers = [event for event in (json.loads(row[0]) for row in rows) if event["event"] == "bot"]
    settings = Settings.from_environment(assistant.environment)
    model = LocalModelStorage.metadata_from_archive(fitting_model(settings))
    versions = {event["metadata"]["metadata"]["content_version"] for event in answers}
    assert len(answers) >= 3
    assert versions == {content_version(settings.content)}
    assert {event["metadata"]["model_id"] for event in answers} == {model.model_id}
