"""Training phrases that contradict each other, or that nothing answers, are refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.content.phrases import check_phrases
from assistant.settings import PROJECT

PHRASES = "".join(f"    - question number {word} about it\n" for word in "abcdefghij")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two topics and a subject."""
    (tmp_path / "data").mkdir()
    shutil.copy(PROJECT / "content" / "subjects.yml", tmp_path)
    (tmp_path / "domain.yml").write_text(
        "intents:\n- pain\n- safety\n- not_covered\nresponses:\n"
        "  utter_pain:\n  - {text: It stings., metadata: {title: Pain, passages: [a]}}\n"
        "  utter_safety:\n  - {text: It is., metadata: {title: Safe, passages: [a]}}\n"
        "  utter_not_covered:\n  - {text: Not covered., metadata: {passages: []}}\n"
    )
    (tmp_path / "data" / "nlu.yml").write_text(
        f"nlu:\n- intent: pain\n  examples: |\n{PHRASES.replace('it', 'pain')}"
        f"- intent: safety\n  examples: |\n{PHRASES}"
    )
    (tmp_path / "data" / "subjects.yml").write_text(
        "nlu:\n- intent: not_covered\n  metadata:\n    subject: price\n  examples: |\n"
        "    - how much is it\n"
    )
    (tmp_path / "data" / "long_messages.tsv").write_text(
        "hand\tasks\ttext\nann\tpain not_covered/price\tdoes it hurt n how much\n"
    )
    return tmp_path


def problems(project: Path) -> list[str]:
    return check_phrases(project / "data", project / "domain.yml", project / "subjects.yml")


def test_phrases_with_one_meaning_each_are_in_order(project: Path) -> None:
    assert problems(project) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "data/nlu.yml",
            "number a about it",
            "Number B about pain?",
            "one phrase has two meanings: 'question number b about pain' is pain in first / "
            "'question Number B about pain?' is safety in first; keep it under one of them",
        ),
        (
            "data/subjects.yml",
            "how much is it",
            "question number a about it",
            "'question number a about it' is not_covered/price in first",
        ),
        ("data/nlu.yml", "- intent: safety", "- intent: safty", "intent 'safty' isn't in domain"),
        ("data/nlu.yml", "- intent: safety", "- intent: safty", "safety has 0 phrases; it needs"),
        ("data/subjects.yml", "subject: price", "subject: prize", "'prize' isn't in content/sub"),
        ("data/nlu.yml", "    - question number a about it\n", "", "safety has 9 phrases"),
        ("domain.yml", "- safety\n", "", "utter_safety answers a topic that `intents` doesn't"),
        ("domain.yml", "utter_safety", "utter_safe", "there is no response utter_safety"),
        ("domain.yml", "{text: It is.,", "{txt: It is.,", "domain.yml, line 9"),
        ("data/long_messages.tsv", "ann\tpain not_covered/price", "ann\t", "tsv, line 2: must be"),
    ],
)
def test_what_contradicts_or_is_missing_is_told(
    project: Path, file: str, old: str, new: str, message: str
) -> None:
    path = project / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    assert any(message in problem for problem in problems(project)), problems(project)
