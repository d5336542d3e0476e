"""The review loop, from the store to the training phrases."""

from __future__ import annotations

import asyncio
import io
import json
import os
import pty
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.nlu.training_phrases import Phrase, read_phrases
from assistant.settings import PROJECT
from assistant.staff.review.commands import main
from assistant.staff.review.keys import read_key
from assistant.staff.review.phrases import (
    Neighbours,
    PhraseRefused,
    add_phrase,
    check_phrase,
)
from assistant.staff.review.trial import Steps, Trial
from assistant.stores.database import Database
from assistant.stores.tracker_store import ConversationStore
from tests.stores.dialogue import DOMAIN, LISTEN, add, session_start

from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered  # isort: skip

_PATIENT = "Zebulon Quackenbush wants to know wether the jabs gonna ouch"

# Stand-ins for the long steps: they do what the real ones do to the files, in a moment.
_TRAIN = """
import hashlib, json, pathlib
data = b"".join(p.read_bytes() for p in sorted(pathlib.Path("data").rglob("*.yml")))
record = {"fingerprint": hashlib.sha256(data).hexdigest()}
pathlib.Path("models/trained.json").write_text(json.dumps(record))
"""
_EVALUATE = """
import json, pathlib, sys
phrases = pathlib.Path("data/nlu.yml").read_text().count("    - ")
figures = {"groups": {"single_document_topic": {"n": 1, "rate": phrases / 10000}}}
pathlib.Path(sys.argv[1]).write_text(json.dumps(figures))
"""
_TEST = "import pathlib, sys; sys.exit('makes the tests fail' in open('data/nlu.yml').read())"


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    """A project of its own, with the founding hand's phrases and quick steps."""
    project = tmp_path / "project"
    shutil.copytree(PROJECT / "data", project / "data", ignore=shutil.ignore_patterns("phrases"))
    (project / "models").mkdir()
    run = (sys.executable, "-c")
    steps = Steps((*run, _TRAIN), (*run, _TEST), (*run, _EVALUATE, "{out}"))
    return Trial(project, project / "data", project / "models", steps)


@pytest.fixture
def sit(
    tmp_path: Path, trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, list[dict[str, Any]]]]:
    """Staff sit down to a store with one message that wasn't understood, and type."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/conversations.db")
    monkeypatch.setenv("AUDIT_LOG", str(tmp_path / "audit.jsonl"))
    asyncio.run(_store(tmp_path))

    def sit(*typed: str) -> tuple[int, list[dict[str, Any]]]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
        code = main(["--by", "Ann"], trial)
        log = tmp_path / "audit.jsonl"
        lines = log.read_text().splitlines() if log.exists() else []
        return code, [json.loads(line) for line in lines]

    return sit


async def _store(folder: Path) -> None:
    database = Database(f"sqlite:///{folder}/conversations.db", 10.0)
    store = ConversationStore(DOMAIN, database=database)
    tracker = await store.get_or_create_tracker("web-1", append_action_listen=False)
    guess = {"topic": "pain", "subject": None, "confidence": 0.3}
    for text, kind, confidence in (
        (_PATIENT, "fallback", 0.3),
        ("does it hurt", "answer", 0.99),
        ("i can not breathe", "emergency", 0.2),
    ):
        parse = {
            "intent": {"name": "pain", "confidence": confidence},
            "topics": [] if kind == "fallback" else [{**guess, "confidence": confidence}],
            "candidates": [guess],
        }
        said = {"utter_action": "utter_x", "metadata": {"kind": kind, "topics": []}}
        add(tracker, session_start())
        add(
            tracker,
            [
                UserUttered(text, parse["intent"], [], parse, time.time(), "web"),
                ActionExecuted("utter_x"),
                BotUttered("An answer", {}, said),
                ActionExecuted(LISTEN),
            ],
        )
    await store.save(tracker)
    database.close()


def _files(trial: Trial) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in trial.folder.rglob("*") if path.is_file()}


def test_an_accepted_phrase_is_kept_and_the_accuracy_shown(
    sit: Any, trial: Trial, capfd: pytest.CaptureFixture[str]
) -> None:
    before = read_phrases(trial.data)
    code, audit = sit("1", "are the jabs going to be sore at all")
    said = capfd.readouterr().out
    assert code == 0
    added = set(map(str, read_phrases(trial.data))) - set(map(str, before))
    assert added == {str(Phrase("are the jabs going to be sore at all", "pain", "first"))}
    assert "[1 of 1]" in said
    assert "taken for: pain (0.30)" in said
    assert "alike:" in said
    assert "single_document_topic" in said
    assert "→" in said
    assert [(line["who"], line["action"], line["topic"]) for line in audit] == [
        ("Ann", "accepted", "pain")
    ]
    assert sit()[0] == 0
    assert "Nothing is waiting" in capfd.readouterr().out


def test_the_patients_own_words_are_neither_shown_whole_nor_written(
    sit: Any, trial: Trial, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = _files(trial)
    code, _audit = sit("1", _PATIENT, "wants to know wether the jabs", "", "q")
    said = capfd.readouterr()
    assert code == 0
    assert "Zebulon" not in said.out + said.err
    assert said.out.count("patient's own text") == 2
    assert _files(trial) == before
    for path in tmp_path.rglob("*"):
        if path.is_file() and not path.name.startswith("conversations.db"):
            assert b"Quackenbush" not in path.read_bytes(), path


def test_nothing_is_kept_when_the_tests_fail(
    sit: Any, trial: Trial, capfd: pytest.CaptureFixture[str]
) -> None:
    trial.models.joinpath("trained.json").write_text('{"fingerprint": "old"}')
    before = _files(trial)
    code, audit = sit("1", "a phrase that makes the tests fail")
    assert code == 1
    assert _files(trial) == before
    assert audit == []
    assert "Nothing was kept: Running the tests failed" in capfd.readouterr().out
    sit("q")
    assert "[1 of 1]" in capfd.readouterr().out


def test_a_deleted_message_is_not_shown_again_and_a_skipped_one_is(
    sit: Any, trial: Trial, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = _files(trial)
    for typed, shown in (("s", True), ("d", True), ("s", False)):
        assert sit(typed)[0] == 0
        assert ("[1 of 1]" in capfd.readouterr().out) == shown
    assert _files(trial) == before
    assert len((tmp_path / "reviewed.txt").read_text().split()) == 1


def test_another_topic_is_found_by_a_part_of_its_name(
    sit: Any, trial: Trial, capfd: pytest.CaptureFixture[str]
) -> None:
    code, audit = sit("o", "zzz", "o", "insur", "will my health plan chip in for it")
    assert code == 0
    assert "there is no such topic" in capfd.readouterr().out
    assert audit[0]["topic"] == "not_covered/insurance"
    assert "    - will my health plan chip in for it\n" in (trial.data / "subjects.yml").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("phrase", "complaint"),
    [
        ("", "one line of 1 to 200"),
        ("x" * 201, "one line of 1 to 200"),
        ("does [it](pain) hurt", "plain words"),
        ("/pain", "plain words"),
        ("call me on 212-555-0188 if it hurts", "name, number, date"),
        ("my name is ann, does it hurt", "name, number, date"),
        ("Does it HURT?", "there already"),
        ("what is it, please", "there already"),
    ],
)
def test_what_is_no_training_phrase_is_refused(phrase: str, complaint: str) -> None:
    phrases = [Phrase("does it hurt", "pain", "first"), Phrase("what is it", "what_is", "first")]
    with pytest.raises(PhraseRefused, match=complaint):
        check_phrase(phrase, "ouch", phrases)


def test_a_new_phrase_is_taken() -> None:
    check_phrase("will i feel the needle", "ouch", [Phrase("does it hurt", "pain", "first")])


def test_all_else_in_the_file_stays_as_it_is(trial: Trial) -> None:
    for label, name in (
        ("pain", "nlu.yml"),
        ("injection", "nlu.yml"),
        ("not_covered/alcohol", "subjects.yml"),
    ):
        file = trial.data / name
        before = file.read_text(encoding="utf-8").splitlines()
        add_phrase(trial.data, f"a phrase for {label.replace('/', ' ')}", label)
        after = file.read_text(encoding="utf-8").splitlines()
        (new,) = [line for line in after if line not in before]
        after.remove(new)
        assert after == before
        assert new.startswith("    - a phrase for")


def test_a_subject_without_phrases_gets_a_block(trial: Trial) -> None:
    add_phrase(trial.data, "do you have a piano", "not_covered/piano")
    assert Phrase("do you have a piano", "not_covered/piano", "first") in read_phrases(trial.data)


def test_neighbours_are_the_phrases_written_most_alike() -> None:
    phrases = [Phrase(text, "x", "first") for text in ("does it hurt", "how much is it", "öäü")]
    near = Neighbours(phrases).nearest("does that hurt much", 2)
    assert [each.text for each in near] == ["does it hurt", "how much is it"]
    assert Neighbours(phrases).nearest("zzz", 2) == []


def test_one_key_is_enough_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    pressed = threading.Event()

    def press() -> None:
        # What is typed before the question is thrown away, so a person presses again.
        while not pressed.wait(0.1):
            os.write(ours, b"S")

    finger = threading.Thread(target=press)
    with os.fdopen(theirs, "r", closefd=False) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        finger.start()
        try:
            assert read_key("? ") == "s"
        finally:
            pressed.set()
            finger.join()
    os.close(ours)
    os.close(theirs)
