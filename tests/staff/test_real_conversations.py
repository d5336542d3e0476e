"""The staff's tools on conversations that the real assistant has had."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.launcher.servers import Assistant
from assistant.staff.privacy.commands import main as privacy
from tests.patient import Patient
from tests.staff.reported import reported


def test_what_a_patient_does_is_what_the_report_counts(
    assistant: Assistant, patient: Patient
) -> None:
    before = reported(assistant)
    # As the widget does: with an id, so that the reply is kept and a judgement finds its topic.
    message = {"id": str(uuid.uuid4()), "message": "does sclerotherapy hurt?"}
    answer = patient.request("POST", "/webhook", json=message).json()
    patient.token, patient.messages = answer["conversation"], answer["messages"]
    reply = next(each for each in patient.messages if "pain" in each["topics"])
    judged = patient.request("POST", "/feedback", json={"reply": reply["id"], "helpful": True})
    assert judged.status_code == 200
    patient.writes("how much does it cost?")
    patient.writes("I want to talk to a person")
    patient.writes("am i a good candidate?")
    asked = patient.is_asked
    assert asked is not None
    patient.writes("stop")
    patient.writes("I can't breathe")
    after = reported(assistant)
    assert after.conversations - before.conversations == 1
    assert after.messages - before.messages == 6
    assert after.messages_by_channel["web"] - before.messages_by_channel["web"] == 6
    grown = after.results - before.results
    assert grown["answered"] >= 2
    assert (grown["not_covered"], grown["asked_for_person"], grown["emergency"]) == (1, 1, 1)
    assert after.subjects - before.subjects == {"price": 1}
    assert after.screenings - before.screenings == {"stopped": 1}
    assert after.left_at - before.left_at == {asked: 1}
    assert after.helpful["pain"] - before.helpful["pain"] == {"yes": 1}


def _found(assistant: Assistant, word: str) -> set[str]:
    """Whether a word stands in any row, and in any byte of the database's files."""
    url = assistant.environment["DATABASE_URL"]
    file = Path(url.removeprefix("sqlite:///"))
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        read = [connection.execute(sa.text(f"SELECT * FROM {table}")).all() for table in tables]
        # As tuples: a Row leaves out the middle of a long text when it is printed.
        rows = [tuple(row) for table in read for row in table]
    engine.dispose()
    files = [each.read_bytes() for each in file.parent.glob(f"{file.name}*")]
    found = {"rows"} if word in str(rows) else set()
    return found | ({"files"} if any(word.encode() in each for each in files) else set())


def test_one_patient_is_exported_and_erased_by_the_token(
    assistant: Assistant, patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", assistant.environment["DATABASE_URL"])
    monkeypatch.setenv("AUDIT_LOG", str(tmp_path / "audit.jsonl"))
    patient.writes("my cousin quackenbush asks if it hurts")
    assert patient.token is not None
    out = tmp_path / "export.json"
    assert privacy(["export", patient.token, "--out", str(out)]) == 0
    texts = [row["data"].get("text") for row in json.loads(out.read_text())["conversation_events"]]
    assert "my cousin quackenbush asks if it hurts" in texts
    assert _found(assistant, "quackenbush") == {"rows", "files"}
    assert privacy(["erase", patient.token]) == 0
    assert _found(assistant, "quackenbush") == set()
    assert patient.request("GET", "/history").json()["messages"] == []
    assert privacy(["export", patient.token, "--out", str(tmp_path / "none.json")]) == 1
