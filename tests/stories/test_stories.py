"""Rasa's own story test over every intent and rule."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from assistant.launcher.model import fitting_model
from assistant.settings import PROJECT, Settings

_STORIES = Path(__file__).with_name("test_stories.yml")


def test_rasa_predicts_every_action_of_the_stories(tmp_path: Path) -> None:
    model = fitting_model(Settings.from_environment())
    command = [sys.executable, "-m", "rasa", "test", "core", "--model", str(model)]
    command += ["--stories", str(_STORIES), "--out", str(tmp_path)]
    command += ["--fail-on-prediction-errors"]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]


def test_the_stories_cover_every_intent_and_rule() -> None:
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    rules = yaml.safe_load((PROJECT / "data" / "rules.yml").read_text(encoding="utf-8"))["rules"]
    stories = yaml.safe_load(_STORIES.read_text(encoding="utf-8"))["stories"]
    steps = [step for story in stories for step in story["steps"]]
    assert {step["intent"] for step in steps if "intent" in step} == set(domain["intents"])
    actions = {step["action"] for step in steps if "action" in step}
    for rule in rules:
        assert {step["action"] for step in rule["steps"] if "action" in step} <= actions
