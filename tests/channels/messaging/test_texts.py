"""Plain texts: alphabet, length, numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels.choices import Choice
from assistant.channels.messaging.keywords import keyword
from assistant.channels.messaging.texts import LONGEST_PART, parts, segments, to_gsm, with_numbers


def test_typographic_characters_become_plain_ones() -> None:
    assert to_gsm("“It’s fine” – she said…") == '"It\'s fine" - she said...'


@given(st.text())
def test_whatever_is_said_can_be_sent_in_the_alphabet(text: str) -> None:
    plain = to_gsm(text)
    assert to_gsm(plain) == plain
    assert segments(plain) <= -(-2 * len(plain) // 153) or len(plain) <= 160


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("", 1),
    ],
)
def test_segments_are_counted_as_the_carriers_do(text: str, count: int) -> None:
    assert segments(text) == count


def test_a_long_text_is_split_between_sentences() -> None:
    first, second = "One. " + "a" * 200 + ".", "b" * 200 + "."
    assert parts([f"{first} {second}"]) == [first, second]


def test_short_messages_share_a_part() -> None:
    assert parts(["Hello.", "How are you?"]) == ["Hello.\nHow are you?"]


@given(st.lists(st.text(st.characters(codec="ascii"), max_size=900), max_size=4))
def test_no_part_is_too_long_and_no_word_is_lost(said: list[str]) -> None:
    said = [each.strip() for each in said if each.strip()]
    packed = parts(said)
    assert all(len(part) <= LONGEST_PART for part in packed)
    assert "".join("".join(packed).split()) == "".join("".join(said).split())


def test_choices_are_numbered_and_questions_among_them_quoted() -> None:
    choices = [Choice("pain", "Does it hurt?"), Choice("handoff", "Talk to a person")]
    text = with_numbers("Hello.", choices)
    assert text == 'Hello.\nReply 1 for "Does it hurt?", 2 for Talk to a person.'


@pytest.mark.parametrize("text", ["STOP", "stop.", " Unsubscribe ", "STOPALL", "quit!"])
def test_words_that_end_it_are_known(text: str) -> None:
    assert keyword(text, opted_out=False) == "stop"


@pytest.mark.parametrize("text", ["please stop the pain", "yes", "when does it end?", ""])
def test_other_texts_are_no_such_words(text: str) -> None:
    assert keyword(text, opted_out=False) is None


def test_yes_means_start_only_after_an_opt_out() -> None:
    assert keyword("Yes", opted_out=True) == "start"
