from __future__ import annotations

import pytest

from assistant.nlu.pieces import MAX_PIECES, is_question, pieces, without_correction


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
        ("1) price 2) pain 3) number of visits", ["price", "pain", "number of visits"]),
        ("a) cost b) parking", ["cost", "parking"]),
        ("price/pain", ["price", "pain"]),
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


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("no, i meant the price", "the price"),
        ("no not that, i meant the price", "the price"),
        ("no, the recovery", "the recovery"),
        ("not that, the results", "the results"),
        ("no not the price the duration", "the duration"),
        ("i didn't mean that, i meant afterwards", "afterwards"),
        ("sorry i meant does it hurt", "does it hurt"),
    ],
)
def test_a_correction_leaves_what_is_meant(text: str, meant: str) -> None:
    assert without_correction(text) == meant


@pytest.mark.parametrize(
    "text", ["no, does it hurt", "the price", "no", "no thanks", "not yet", ""]
)
def test_what_corrects_nothing_stays_as_it_is(text: str) -> None:
    assert without_correction(text) == text
