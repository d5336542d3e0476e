from __future__ import annotations

import pytest

from assistant.nlu.clauses import MAX_CLAUSES, is_question, pieces, questions, split


def parts(text: str) -> list[str]:
    return [clause.text for clause in split(text)]


def said(text: str) -> list[str]:
    return [text[start:end] for start, end in pieces(text)]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("does it hurt and how much is it", ["does it hurt", "how much is it"]),
        ("does it hurt? how long does it take?", ["does it hurt?", "how long does it take?"]),
        ("hi, is it safe?", ["hi", "is it safe?"]),
        ("what is it does it sting", ["what is it", "does it sting"]),
        ("I take eliquis. do I stop?", ["I take eliquis. do I stop?"]),
        ("thanks! can I drive home", ["thanks!", "can I drive home"]),
        (
            "does it hurt, is it safe, what's the cost",
            ["does it hurt", "is it safe", "what's the cost"],
        ),
    ],
)
def test_questions_are_taken_apart(text: str, clauses: list[str]) -> None:
    assert parts(text) == clauses


@pytest.mark.parametrize(
    "text",
    [
        "I had a clot and a stroke in the same summer",
        "my legs ache at night and they itch so much lately",
        "does it hurt",
        "tell me how long does it take",
        "which ones do I need to buy",
        "can you do my ankles",
        "can I go back to lifting and running around with the kids",
    ],
)
def test_details_stay_with_their_question(text: str) -> None:
    assert len(parts(text)) == 1


@pytest.mark.parametrize("text", ["", "?", "...", "\n\n", ", and ,"])
def test_nothing_said_has_no_clause(text: str) -> None:
    assert parts(text) == []


def test_only_the_first_clauses_are_looked_at() -> None:
    assert len(parts("is it safe? " * 50)) == MAX_CLAUSES


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
    assert len(said("is it safe? " * 50)) == MAX_CLAUSES


@pytest.mark.parametrize(
    ("text", "count"),
    [("does it hurt and how much is it", 2), ("hi, is it safe?", 1), ("pain?", 0)],
)
def test_questions_are_counted_where_there_are_several_clauses(text: str, count: int) -> None:
    assert questions(text) == count
