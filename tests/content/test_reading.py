"""Reading grade and the room of a text message."""

from __future__ import annotations

import pytest

from assistant.content.reading import gsm_length, reading_grade


@pytest.mark.parametrize(
    ("text", "length"),
    [("Call 911 now.", 13), ("costs 5€", 9), ("inglés {x}", 12), ("“no”", None), ("👍", None)],
)
def test_a_text_message_has_its_own_alphabet(text: str, length: int | None) -> None:
    assert gsm_length(text) == length


def test_plain_words_have_a_lower_grade_than_learned_ones() -> None:
    plain = reading_grade("It hurts a little. That goes soon.")
    learned = reading_grade("Temporary discomfort typically subsides immediately afterwards.")
    assert plain < 4 < 12 < learned


def test_the_lines_of_a_list_count_as_sentences() -> None:
    listed = "These are named:\n- small skin sores\n- darkened skin\n- red raised areas"
    assert reading_grade(listed) < reading_grade(" ".join(listed.split()))


def test_a_word_that_no_dictionary_has_is_counted() -> None:
    assert reading_grade("Sclerotherapy helps.") > reading_grade("This helps.")
