"""Words, figures and spans of time as the content checks see them."""

from __future__ import annotations

import pytest

from assistant.content.language import content_words, figures, spans_of_time


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("It takes 15 to 30 minutes.", {"15 to 30 minutes"}),
        ("It takes 15-30 minutes, or so.", {"15 to 30 minutes"}),
        ("gone in a few days to weeks", {"few days to weeks"}),
        ("some take months, or even longer", {"months or longer"}),
        ("over several months", {"several months"}),
        ("what happens on the day", set()),
        ("within one week", {"one weeks"}),
    ],
)
def test_spans_of_time_have_one_form(text: str, spans: set[str]) -> None:
    assert spans_of_time(text) == spans


def test_figures_are_told_as_they_are_written() -> None:
    assert figures("In 90% of 1,000 legs, 2.5 mm") == {"90%", "1,000", "2.5"}


def test_words_that_say_how_often_and_how_sure_are_content() -> None:
    found = [word.text for word in content_words("It may sting, but never for the most of them.")]
    assert found == ["may", "sting", "never", "most"]


def test_words_are_told_with_their_lemma() -> None:
    assert [word.lemma for word in content_words("swollen feet")] == ["swell", "foot"]
