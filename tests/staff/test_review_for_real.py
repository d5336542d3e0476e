"""The review loop with nothing left out: it really trains, runs the tests and measures."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.settings import PROJECT
from assistant.stores.database import Database
from assistant.stores.tracker_store import ConversationStore
from tests.stores.dialogue import DOMAIN, LISTEN, add, session_start

from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered  # isort: skip

pytestmark = pytest.mark.long

_PATIENT = "Zebulon here, wil them jabs be nippy on the ol pins"
_PHRASE = "are the jabs going to be nippy at all"
_NOT_COPIED = (".git", ".venv", ".tools", ".rasa", "var", "output", "reports", "__pycache__")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the whole project, with its model, and a store with one message in doubt."""
    ignored = shutil.ignore_patterns(*_NOT_COPIED)
    copy = Path(shutil.copytree(PROJECT, tmp_path / "project", ignore=ignored, symlinks=True))
    for name in (".venv", ".tools"):
        (copy / name).symlink_to(PROJECT / name)
    asyncio.run(_fill(tmp_path / "conversations.db"))
    return copy


async def _fill(file: Path) -> None:
    database = Database(f"sqlite:///{file}", 10.0)
    store = ConversationStore(DOMAIN, database=database)
    tracker = await store.get_or_create_tracker("web-1", append_action_listen=False)
    guess = {"topic": "pain", "subject": None, "confidence": 0.3}
    parse = {"intent": {"name": "pain", "confidence": 0.3}, "topics": [], "candidates": [guess]}
    add(tracker, session_start())
    add(
        tracker,
        [
            UserUttered(_PATIENT, parse["intent"], [], parse, time.time(), "web"),
            ActionExecuted("utter_fallback"),
            BotUttered("?", {}, {"metadata": {"kind": "fallback", "topics": []}}),
            ActionExecuted(LISTEN),
        ],
    )
    await store.save(tracker)
    database.close()


def _review(project: Path) -> subprocess.CompletedProcess[str]:
    """Staff press `1`, type a phrase of their own, and wait."""
    folder = project.parent
    settings = {
        "DATABASE_URL": f"sqlite:///{folder}/conversations.db",
        "AUDIT_LOG": str(folder / "audit.jsonl"),
    }
    return subprocess.run(
        [sys.executable, "-m", "assistant.staff.review", "--by", "Ann"],
        cwd=project,
        env={**os.environ, **settings},
        input=f"1\n{_PHRASE}\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _state(project: Path) -> dict[str, str]:
    """The hash of each file of data and models."""
    return {
        str(path.relative_to(project)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("data", "models")
        for path in sorted((project / folder).rglob("*"))
        if path.is_file()
    }


def test_a_phrase_is_trained_tested_and_measured(project: Path) -> None:
    before = _state(project)
    review = _review(project)
    print(review.stdout)
    assert review.returncode == 0, review.stdout[-6000:]
    for step in ("Training", "Running the tests", "Measuring"):
        assert f"{step}: done in" in review.stdout
    rates = re.findall(r"(?m)^(\w+) +([\d.]+) % → +([\d.]+) %", review.stdout)
    assert {name: float(after) for name, _, after in rates}["single_document_topic"] > 50
    assert f"    - {_PHRASE}\n" in (project / "data" / "nlu.yml").read_text(encoding="utf-8")
    changed = {path for path, digest in _state(project).items() if before.get(path) != digest}
    assert {path for path in changed if path.startswith("data")} == {"data/nlu.yml"}
    record = json.loads((project / "models" / "trained.json").read_text())
    assert f"models/{record['model']}" in changed - before.keys()
    fits = subprocess.run(
        [sys.executable, "-m", "assistant.launcher.train"],
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert "A model that fits the data is there" in fits.stdout
    (line,) = (project.parent / "audit.jsonl").read_text().splitlines()
    assert json.loads(line)["topic"] == "pain"


def test_a_phrase_that_breaks_a_test_leaves_nothing_behind(project: Path) -> None:
    # A rule of the clinic's own stands for all tests, so that they take a moment.
    files = project / "tests" / "evaluation" / "files"
    kept = Path(shutil.copytree(files, project.parent / "files"))
    shutil.rmtree(project / "tests")
    shutil.copytree(kept, files)
    rule = (
        "def test_no_phrase_says_nippy():\n    assert 'nippy' not in open('data/nlu.yml').read()\n"
    )
    (project / "tests" / "test_rule.py").write_text(rule)
    before = _state(project)
    review = _review(project)
    assert review.returncode == 1, review.stdout[-6000:]
    assert "Training: done in" in review.stdout
    assert "Nothing was kept: Running the tests failed" in review.stdout
    assert _state(project) == before
    assert not (project.parent / "audit.jsonl").exists()
