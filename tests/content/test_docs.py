"""The documents name only what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from assistant.content.clinic import Clinic
from assistant.content.references import TURN_VARIABLES
from assistant.settings import PROJECT

DOCUMENTS = sorted(
    path
    for path in [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]
    if path.name != "CHANGELOG.md"
)
FOLDERS = "actions|assistant|content|data|docs|requirements|tests|widget|deploy"


def names(pattern: str, path: Path) -> set[str]:
    return set(re.findall(pattern, path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_each_make_target_exists(path: Path) -> None:
    targets = names(r"(?m)^([a-z-]+):", PROJECT / "Makefile")
    assert names(r"(?:`|&& |\bthen )make (?:-s )?([a-z-]+)", path) <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_each_file_and_folder_exists(path: Path) -> None:
    named = names(rf"`((?:{FOLDERS})/[\w./-]*\w/?)`", path)
    missing = {each for each in named if not (PROJECT / each).exists()}
    # Modules may be named without their ending.
    assert {each for each in missing if not (PROJECT / f"{each}.py").exists()} == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_each_setting_is_read(path: Path) -> None:
    read = names(r'"([A-Z_]{4,})"', PROJECT / "assistant" / "settings.py")
    named = names(r"`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`", path)
    assert named - read == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_each_intent_response_and_command_exists(path: Path) -> None:
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    named = names(r"\b(?:intent|topic|social intents?) `/?([a-z_]+)`", path)
    assert named - {"needle_size"} <= set(domain["intents"])
    responses = names(r"\b(utter_\w*[a-z])\b", path) - {"utter_needle_size"}
    assert responses <= set(domain["responses"])
    for module in names(r"python -m ((?:assistant|actions|tests)[\w.]*\w)", path):
        place = PROJECT.joinpath(*module.split("."))
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), module


def test_the_contents_document_names_each_content_file() -> None:
    named = names(r"`content/(\w+\.yml)`", PROJECT / "docs" / "content.md")
    assert {path.name for path in (PROJECT / "content").glob("*.yml")} <= named


def test_the_contents_document_names_each_variable() -> None:
    known = Clinic.load(PROJECT / "content" / "clinic.yml").variables().keys() | TURN_VARIABLES
    assert names(r"`\{(\w+)\}`", PROJECT / "docs" / "content.md") == known


def test_each_topic_has_a_title_and_a_wording_for_text_messages() -> None:
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    topics = [
        name
        for name in domain["intents"][: domain["intents"].index("not_covered")]
        if isinstance(name, str)
    ]
    assert len(topics) >= 18
    for topic in topics:
        wordings = domain["responses"][f"utter_{topic}"]
        assert wordings[0]["metadata"]["title"]
        assert [wording.get("channel") for wording in wordings] == [None, None, "sms"]
