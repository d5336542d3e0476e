from __future__ import annotations

import pytest

from assistant.nlu.pieces import MAX_PIECES, is_question, pieces


def said(text: str) -> list[str]:
    return [text[start:end] for start, end in pieces(text)]


@pytest.mark.parametrize(
    "text",
    ["does it hurt", "so how long", "it hurts?", "ok. and can I run", "I wonder if it hurts"],
)
def test_a_question_is_told_by_mark_or_first_word(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize("text", ["", "yes", "I had a clot in 2019", "my legs are sore"])
def test_a_statement_is_no_question(text: str) -> None:
    assert not is_question(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("can i work next day and fly on the friday", ["can i work next day", "fly on the friday"]),
        ("is it worth it or should i get laser", ["is it worth it", "should i get laser"]),
        ("what is it does it sting", ["what is it", "does it sting"]),
        ("walk the dog, bath, sun", ["walk the dog", "bath", "sun"]),
        ("hi! does it hurt?", ["hi", "does it hurt"]),
        ("mail a@example.com, is 1,000 right", ["mail a@example.com", "is 1,000 right"]),
    ],
)
def test_pieces_are_the_smallest_parts_that_may_ask(text: str, found: list[str]) -> None:
    assert said(text) == found


@pytest.mark.parametrize("text", ["", "does it hurt", "?!", ", and ,"])
def test_a_message_of_one_piece_has_no_pieces(text: str) -> None:
    assert pieces(text) == []


def test_only_the_first_pieces_are_looked_at() -> None:
    assert len(said("is it safe? " * 50)) == MAX_PIECES
