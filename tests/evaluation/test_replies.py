from typing import Any

import pytest

from assistant.evaluation.replies import read_reply


def message(kind: str = "answer", **fields: Any) -> dict[str, Any]:
    return {
        "text": "…",
        "kind": kind,
        "topics": [],
        "subject": None,
        "asks": None,
        "choices": [],
        **fields,
    }


def offering(*ids: str) -> list[dict[str, str]]:
    return [{"id": each, "title": each.title()} for each in ids]


def test_topics_of_all_messages_count_once_and_in_order() -> None:
    reply = read_reply(
        [
            message(topics=["disclosure"]),
            message(topics=["pain"]),
            message(topics=["not_covered"], subject="price"),
            message(topics=["pain"]),
        ]
    )

    assert reply.topics == ("pain", "not_covered.price")


@pytest.mark.parametrize("kind", ["emergency", "same_day"])
def test_an_alarm_counts_by_its_kind(kind: str) -> None:
    assert read_reply([message(kind, topics=["emergency_crisis"])]).topics == (kind,)


def test_choices_that_are_always_there_are_no_offer() -> None:
    reply = read_reply(
        [message("fallback", choices=offering("pain", "not_covered.price", "handoff", "help"))]
    )

    assert reply.offered == ("pain", "not_covered.price")


def test_a_screening_that_starts_answers_candidacy() -> None:
    reply = read_reply(
        [message(topics=["sessions"]), message("question", asks="reason", topics=[])]
    )

    assert reply.asks == "reason"
    assert reply.answered() == ("sessions", "candidacy")


def test_a_question_repeated_beside_an_answer_is_no_topic() -> None:
    reply = read_reply([message(topics=["pain"]), message("question", asks="reason")])

    assert reply.answered(screening_was_open=True) == ("pain",)


def test_answers_and_outcome_are_read_from_the_screening() -> None:
    reply = read_reply(
        [
            message(
                screening={
                    "answers": {"reason": "yes", "good_health": "not_asked"},
                    "outcome": "stopped",
                },
                choices=offering("screening"),
            )
        ]
    )

    assert reply.answers == {"reason": "yes"}
    assert reply.outcome == "stopped"
    assert reply.offers_screening
