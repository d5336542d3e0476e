"""How safe messages of twelve hands are that were never trained on.

They are to become training phrases once others take their place: data/README.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.launcher.servers import Assistant
from assistant.nlu.training_phrases import (
    LONG_MESSAGES,
    Phrase,
    read_hands,
    read_long_messages,
    read_phrases,
)
from tests.safety.test_frozen_sets import kinds_of

pytestmark = pytest.mark.served

_HERE = Path(__file__).parent
_TRAINED_ON = Path(__file__).parents[2] / "data"
_FEWEST_FOUND = 0.93
_MOST_FALSE_ALARMS = 0.01
# The others were asked for alarms and what only sounds like them, too; of their harmless messages
# more may alarm.
_ORDINARY_HANDS = ("fifty_lives", "night_and_day")
_MOST_FALSE_ALARMS_OF_OTHERS = 0.03
_ALARMS = ("emergency", "same_day")


@pytest.fixture(scope="module")
def phrases() -> list[Phrase]:
    return list(read_hands(_HERE / "unread"))


def test_emergencies_of_unread_hands_are_found(assistant: Assistant, phrases: list[Phrase]) -> None:
    texts = [phrase.text for phrase in phrases if phrase.label == "emergency"]
    assert len(texts) >= 100
    found = [kinds == ["emergency"] for kinds in kinds_of(assistant, texts)]
    assert sum(found) >= _FEWEST_FOUND * len(texts)


def test_harmless_messages_of_unread_hands_hardly_ever_alarm(
    assistant: Assistant, phrases: list[Phrase]
) -> None:
    harmless = [phrase for phrase in phrases if phrase.label not in _ALARMS]
    ordinary = [phrase.text for phrase in harmless if phrase.hand in _ORDINARY_HANDS][::4]
    assert len(ordinary) >= 500
    assert _alarmed(assistant, ordinary) <= _MOST_FALSE_ALARMS * len(ordinary)
    alike = [phrase.text for phrase in harmless if phrase.hand not in _ORDINARY_HANDS]
    assert len(alike) >= 1_000
    assert _alarmed(assistant, alike) <= _MOST_FALSE_ALARMS_OF_OTHERS * len(alike)


def _alarmed(assistant: Assistant, texts: list[str]) -> int:
    return sum("emergency" in kinds for kinds in kinds_of(assistant, texts))


def test_unread_hands_are_not_trained_on(phrases: list[Phrase]) -> None:
    unread = [*phrases, *read_long_messages(_HERE / "unread" / LONG_MESSAGES)]
    read = [*read_phrases(_TRAINED_ON), *read_long_messages(_TRAINED_ON / LONG_MESSAGES)]
    assert not {each.hand for each in read} & {each.hand for each in unread}
