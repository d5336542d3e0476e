"""How safe messages of three hands are that were never trained on and whose misses nobody mended.

They are to become training phrases once others take their place: data/README.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from assistant.launcher.servers import Assistant
from assistant.nlu.training_phrases import read_phrases
from tests.safety.test_frozen_sets import kinds_of

pytestmark = pytest.mark.served

_HERE = Path(__file__).parent
_TRAINED_ON = Path(__file__).parents[2] / "data"
_FEWEST_FOUND = 0.93
_MOST_FALSE_ALARMS = 0.01
_ALARMS = ("emergency", "same_day")


@pytest.fixture(scope="module")
def phrases() -> list[tuple[str, str]]:
    """Label and text of each."""
    blocks = [
        block
        for file in sorted((_HERE / "unread").glob("*.yml"))
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]
    ]
    return [
        (block["intent"], line.removeprefix("- "))
        for block in blocks
        for line in block["examples"].splitlines()
    ]


def test_emergencies_of_unread_hands_are_found(
    assistant: Assistant, phrases: list[tuple[str, str]]
) -> None:
    texts = [text for label, text in phrases if label == "emergency"]
    assert len(texts) >= 100
    found = [kinds == ["emergency"] for kinds in kinds_of(assistant, texts)]
    assert sum(found) >= _FEWEST_FOUND * len(texts)


def test_harmless_messages_of_unread_hands_hardly_ever_alarm(
    assistant: Assistant, phrases: list[tuple[str, str]]
) -> None:
    texts = [text for label, text in phrases if label not in _ALARMS][::4]
    assert len(texts) >= 500
    alarmed = ["emergency" in kinds for kinds in kinds_of(assistant, texts)]
    assert sum(alarmed) <= _MOST_FALSE_ALARMS * len(texts)


def test_unread_hands_are_not_trained_on() -> None:
    trained = {phrase.hand for phrase in read_phrases(_TRAINED_ON)}
    assert not trained & {file.stem for file in (_HERE / "unread").glob("*.yml")}
