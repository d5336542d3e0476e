from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

from assistant.nlu.topic_choice import count_questions
from assistant.nlu.training_phrases import (
    LongMessage,
    Phrase,
    contradictions,
    label_of,
    read_long_messages,
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


@pytest.fixture(scope="module")
def messages() -> list[LongMessage]:
    return read_long_messages(DATA / "long_messages.tsv")


def test_long_messages_are_labelled_as_the_phrases(
    phrases: list[Phrase], messages: list[LongMessage]
) -> None:
    labels = {phrase.label for phrase in phrases}
    assert [each for each in messages if not each.labels or set(each.labels) - labels] == []


def test_no_long_message_stands_twice(messages: list[LongMessage]) -> None:
    texts = [message.text.lower() for message in messages]
    assert len(set(texts)) == len(texts)


def test_many_writers_ask_several_things_and_one(messages: list[LongMessage]) -> None:
    several = [message for message in messages if count_questions(message.labels) > 1]
    assert len({message.hand for message in messages}) >= 8
    assert len(messages) / 4 < len(several) < len(messages)


def test_a_long_message_may_hold_quotes_and_any_letters(tmp_path: Path) -> None:
    file = tmp_path / "messages.tsv"
    file.write_text('hand\tasks\ttext\none\tgreet pain\t¡Hi! "does it hurt", n does it 🙈\n')
    text = '¡Hi! "does it hurt", n does it 🙈'
    assert read_long_messages(file) == [LongMessage(text, ("greet", "pain"), "one")]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "line 1"),
        ("one\tpain\tdoes it hurt\n", "line 1: must name the columns"),
        ("hand\tasks\ttext\none\tpain\tfine\none\t\tdoes it hurt\n", "line 3: must be a hand"),
        ("hand\tasks\ttext\none\tpain\n", "line 2: must be a hand"),
        ("hand\tasks\ttext\none\tpain\tdoes\tit hurt\n", "line 2: must be a hand"),
        ("hand\tasks\ttext\n\none\tpain\tdoes it hurt\n", "line 2: must be a hand"),
    ],
)
def test_long_messages_of_another_form_are_refused(
    tmp_path: Path, content: str, complaint: str
) -> None:
    file = tmp_path / "messages.tsv"
    file.write_text(content)
    with pytest.raises(ValueError, match=f"messages.tsv, {complaint}"):
        read_long_messages(file)


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
