from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

from assistant.nlu.training_phrases import (
    Phrase,
    contradictions,
    label_of,
    read_phrases,
    unknown_labels,
)

PROJECT = Path(__file__).parents[2]
DATA = PROJECT / "data"


@pytest.fixture(scope="module")
def phrases() -> list[Phrase]:
    return read_phrases(DATA)


def test_there_are_enough_phrases_of_many_hands(phrases: list[Phrase]) -> None:
    assert len(phrases) >= 6_000
    assert len({phrase.hand for phrase in phrases}) >= 8


def test_no_phrase_stands_under_two_labels(phrases: list[Phrase]) -> None:
    assert not contradictions(phrases)


def test_every_label_is_known(phrases: list[Phrase]) -> None:
    intents = yaml.safe_load((PROJECT / "domain.yml").read_text())["intents"]
    subjects = yaml.safe_load((PROJECT / "content" / "subjects.yml").read_text())["subjects"]
    assert not unknown_labels(phrases, intents, subjects)


def test_every_subject_has_phrases(phrases: list[Phrase]) -> None:
    subjects = yaml.safe_load((PROJECT / "content" / "subjects.yml").read_text())["subjects"]
    assert not set(subjects) - {p.label.partition("/")[2] for p in phrases}


def test_several_questions_are_labelled_as_the_phrases(phrases: list[Phrase]) -> None:
    labels = {phrase.label for phrase in phrases}
    path = Path(__file__).parent / "several_questions.yml"
    for message in yaml.safe_load(path.read_text(encoding="utf-8")):
        assert not set(message["labels"]) - labels, message["text"]


def test_no_phrase_looks_like_markup_of_rasa(phrases: list[Phrase]) -> None:
    assert not [p for p in phrases if p.text.startswith("/") or "](" in p.text]


@pytest.mark.parametrize("other", ["Does it hurt?", "does it hurt", "so does it hurt please"])
def test_near_duplicates_under_two_labels_are_refused(other: str) -> None:
    same = [Phrase("does it hurt", "pain", "one"), Phrase(other, "safety", "two")]
    assert len(contradictions(same)) == 1


def test_text_speak_hides_no_duplicate() -> None:
    same = [Phrase("how long b4 i can run", "exercise", "one")]
    assert contradictions([*same, Phrase("how long before I can run", "recovery", "two")])


def test_an_unknown_intent_or_subject_is_named() -> None:
    phrases = [Phrase("x", "weather", "one"), Phrase("y", "not_covered/moon", "one")]
    assert unknown_labels(phrases, ["not_covered"], ["price"]) == [
        "subject 'moon' isn't in content/subjects.yml",
        "intent 'weather' isn't in domain.yml",
    ]


def test_rasa_keeps_the_subject_of_a_phrase() -> None:
    data = RasaYAMLReader().reads((DATA / "subjects.yml").read_text(encoding="utf-8"))
    labels = {label_of(example) for example in data.intent_examples}
    assert {"not_covered/price", "not_covered/flying"} <= labels
    assert "not_covered" not in labels
