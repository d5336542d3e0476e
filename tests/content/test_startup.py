"""What is refused, and what is warned of, before anything starts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.content.startup import require_content
from assistant.content.version import content_version
from assistant.content.yaml_fields import ContentError
from assistant.settings import PROJECT, Settings


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROJECT / "content", tmp_path / "content"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_content_that_ships_starts_without_a_word(content: Path) -> None:
    assert require_content(Settings(content=content)) == []


def test_nothing_starts_without_an_emergency_number(content: Path) -> None:
    change(content / "clinic.yml", "emergency_number: 911\n", "")
    with pytest.raises(ContentError, match="emergency_number"):
        require_content(Settings(content=content))


def test_production_refuses_the_invented_clinic(content: Path) -> None:
    with pytest.raises(ContentError, match="fictional: expected the data of your own clinic"):
        require_content(Settings(content=content, production=True))


def test_production_warns_of_what_nobody_has_signed(content: Path) -> None:
    change(content / "clinic.yml", "fictional: true", "fictional: false")
    warnings = require_content(Settings(content=content, production=True))
    assert "not signed by a clinician: answer/pain (not signed)" in warnings


def test_an_answer_to_an_unknown_subject_is_refused(content: Path) -> None:
    change(content / "clinic.yml", "  location:", "  locations:")
    with pytest.raises(ContentError, match=r"answers\.locations: expected a subject"):
        require_content(Settings(content=content))


def test_the_version_changes_with_every_content_file(content: Path) -> None:
    before = content_version(content)
    assert before == content_version(PROJECT / "content")
    change(content / "guide.yml", "passages:", "passages: ")
    assert content_version(content) != before
