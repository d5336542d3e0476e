from __future__ import annotations

import random

import pytest

from assistant.nlu.composites import Composer

PHRASES = {
    "pain": "does it hurt?",
    "duration": "how long is one visit",
    "safety": "is it safe",
    "off_topic": "my dog is called Rex",
    "emergency": "I can't breathe",
    "greet": "hello there",
    "affirm": "yes",
}


@pytest.fixture
def composer() -> Composer:
    return Composer(list(PHRASES.values()), list(PHRASES), random.Random(0))


def test_a_composite_asks_what_its_phrases_ask(composer: Composer) -> None:
    for composite in (composer.draw() for _ in range(300)):
        for label in composite.labels:
            assert PHRASES[label].rstrip("?") in composite.text


def test_an_emergency_beside_a_question_is_all_that_counts(composer: Composer) -> None:
    drawn = [composer.draw() for _ in range(300)]
    alarming = [each for each in drawn if PHRASES["emergency"] in each.text]
    assert alarming
    assert all(each.labels == ("emergency",) for each in alarming)


def test_what_is_told_before_a_question_is_not_asked(composer: Composer) -> None:
    drawn = [composer.draw() for _ in range(300)]
    assert any(PHRASES["off_topic"] in each.text for each in drawn)
    assert all("off_topic" not in each.labels for each in drawn)


def test_answers_are_never_part_of_a_composite(composer: Composer) -> None:
    words = [each.text.split() for each in (composer.draw() for _ in range(300))]
    assert all(PHRASES["affirm"] not in each for each in words)


def test_the_same_chance_draws_the_same(composer: Composer) -> None:
    again = Composer(list(PHRASES.values()), list(PHRASES), random.Random(0))
    assert [composer.draw() for _ in range(20)] == [again.draw() for _ in range(20)]


def test_each_phrase_of_a_composite_is_found_where_it_stands() -> None:
    composer = Composer(list(PHRASES.values()), list(PHRASES), random.Random(0), str.upper)
    for composite in (composer.draw() for _ in range(300)):
        assert len(composite.parts) > 1
        for start, end, label in composite.parts:
            phrase = PHRASES[label].upper()
            assert end - start == len(phrase)
            # The joint takes the place of its last mark.
            assert composite.text[start:end].startswith(phrase.rstrip("?"))
