"""What a channel accepts as a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels.cleaning import LONGEST_MESSAGE, Refused, clean, is_command


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("wil it hurt n how long til i can run", "wil it hurt n how long til i can run"),
        ("  does it hurt?  ", "does it hurt?"),
        ("/restart", "restart"),
        (" \u200b// /greet{}", "greet{}"),
        ("\uff0frestart", "restart"),
        ("\u202e/restart", "restart"),
        ("one\x00two\x1b[31m", "onetwo[31m"),
        ("two\nlines", "two\nlines"),
        ("naïve café", "naïve café"),
        ("///", ""),
        ("\u200b", ""),
        ("\ud800", ""),
    ],
)
def test_a_message_is_cleaned_of_commands_and_invisible_characters(typed: str, read: str) -> None:
    assert clean(typed) == read


@pytest.mark.parametrize(
    ("typed", "is_one"),
    [
        ("/restart", True),
        (" \u200b// /greet{}", True),
        ('/answer{"dvt_history": "no"}', True),
        ("\uff0fnonsense@1.0", True),
        ("\\deny", True),
        ("restart", False),
        ("/ does it hurt?", False),
        ("and/or", False),
        ("///", False),
    ],
)
def test_a_slash_and_one_word_is_a_command(typed: str, is_one: bool) -> None:
    assert is_command(typed) is is_one


@pytest.mark.parametrize("message", [None, 7, True, ["hi"], {"text": "hi"}])
def test_anything_but_text_is_refused(message: object) -> None:
    with pytest.raises(Refused, match="must be a text"):
        clean(message)


def test_a_message_may_have_a_thousand_characters_and_no_more() -> None:
    assert len(clean("a" * LONGEST_MESSAGE)) == LONGEST_MESSAGE
    with pytest.raises(Refused, match="at most 1000 characters"):
        clean("a" * (LONGEST_MESSAGE + 1))


@given(st.text(max_size=LONGEST_MESSAGE))
def test_no_text_whatever_becomes_a_command(typed: str) -> None:
    read = clean(typed)
    assert not read.startswith("/")
    assert len(read) <= LONGEST_MESSAGE
    assert clean(read) == read
    read.encode("utf-8")
