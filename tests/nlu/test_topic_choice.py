from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.topic_choice import (
    Parts,
    Ranked,
    Thresholds,
    choose,
    count_questions,
    questions,
    ranked,
)

THRESHOLDS = Thresholds(answer=0.5, take=0.4, offer=0.1, several=0.7, further=0.4)
ONE = Parts()


TOPICS = ("pain", "duration", "safety", "sessions", "exercise")


# Log-odds of a message that plainly asks several things, and of one that plainly doesn't.
SEVERAL, SINGLE = 4.0, -4.0


def pieces(*labels: str, sure: float = 0.9, several: float = SEVERAL) -> Parts:
    """Return pieces of these labels, of a message that plainly asks all of them by default."""
    rankings = [whole((label, sure), ("off_topic", 1 - sure)) for label in labels]
    return Parts(rankings, (several,) * 3)


def whole(*ranking: tuple[str, float]) -> Ranked:
    """Return a ranking in which everything else has nothing."""
    others = (*TOPICS, "side_effects", "results_timeline", "greet", "emergency", "off_topic")
    known = {label for label, _ in ranking}
    return [*ranking, *((label, 0.0) for label in others if label not in known)]


def test_a_sure_topic_is_answered() -> None:
    choice = choose([("pain", 0.8), ("safety", 0.2)], ONE, THRESHOLDS)
    assert choice.topics == [("pain", 0.8)]
    assert choice.candidates == []


def test_in_doubt_candidates_are_offered_best_first() -> None:
    doubtful = [("pain", 0.4), ("thanks", 0.3), ("safety", 0.2), ("duration", 0.05)]
    choice = choose(doubtful, ONE, THRESHOLDS)
    assert choice.topics == []
    assert choice.candidates == [("pain", 0.4), ("safety", 0.2)]


@pytest.mark.parametrize("label", ["thanks", "abuse", "off_topic"])
def test_what_nobody_could_be_asked_back_about_is_taken_as_understood_sooner(label: str) -> None:
    assert choose([(label, 0.45), ("pain", 0.3)], ONE, THRESHOLDS).topics == [(label, 0.45)]
    assert choose([("pain", 0.45), (label, 0.3)], ONE, THRESHOLDS).candidates == [("pain", 0.45)]
    assert choose([(label, 0.35), ("pain", 0.3)], ONE, THRESHOLDS).topics == []


@pytest.mark.parametrize("alarm", ["emergency", "same_day"])
def test_a_suspected_alarm_leaves_the_question_beside_it_to_be_offered(alarm: str) -> None:
    choice = choose([(alarm, 0.45), ("pain", 0.3)], ONE, THRESHOLDS)
    assert choice.candidates == [("pain", 0.3)]


def test_two_questions_are_answered_in_their_order() -> None:
    choice = choose(whole(("duration", 0.6), ("pain", 0.2)), pieces("pain", "duration"), THRESHOLDS)
    assert [label for label, _ in choice.topics] == ["pain", "duration"]


def test_at_most_four_questions_are_answered() -> None:
    ranking = whole(*((name, 0.2) for name in TOPICS))
    assert len(choose(ranking, pieces(*TOPICS), THRESHOLDS).topics) == 4


def test_a_greeting_costs_none_of_four_questions() -> None:
    four = TOPICS[:4]
    ranking = whole(*((name, 0.2) for name in four))
    choice = choose(ranking, pieces("greet", *four), THRESHOLDS)
    assert [label for label, _ in choice.topics] == ["greet", *four]


def test_a_question_asked_twice_is_answered_once() -> None:
    choice = choose(whole(("pain", 0.9)), pieces("pain", "pain"), THRESHOLDS)
    assert [label for label, _ in choice.topics] == ["pain"]


def test_a_greeting_stands_beside_the_question() -> None:
    ranking = whole(("pain", 0.6), ("greet", 0.4))
    choice = choose(ranking, pieces("greet", "pain", sure=0.99, several=SINGLE), THRESHOLDS)
    assert [label for label, _ in choice.topics] == ["greet", "pain"]


def test_thanks_and_farewell_in_one_breath_are_both_heard() -> None:
    choice = choose(whole(("goodbye", 0.7), ("thanks", 0.25)), ONE, THRESHOLDS)
    assert choice.topics == [("thanks", 0.25), ("goodbye", 0.7)]
    assert choose(whole(("thanks", 0.9), ("goodbye", 0.05)), ONE, THRESHOLDS).topics == [
        ("thanks", 0.9)
    ]
    unclear = whole(("greet", 0.37), ("goodbye", 0.35))
    assert choose(unclear, ONE, THRESHOLDS).topics == []


def test_the_one_question_of_a_message_counts_though_the_rest_is_louder() -> None:
    ranking = whole(("thanks", 0.8), ("pain", 0.2))
    parts = pieces("thanks", "pain", sure=0.99)
    assert "pain" in dict(choose(ranking, parts, THRESHOLDS).topics)


def test_a_remark_is_no_second_question() -> None:
    ranking = whole(("pain", 0.9), ("side_effects", 0.08))
    remark = pieces("side_effects", "pain", several=SINGLE)
    assert [label for label, _ in choose(ranking, remark, THRESHOLDS).topics] == ["pain"]
    asked = pieces("side_effects", "pain", several=SEVERAL)
    assert len(choose(ranking, asked, THRESHOLDS).topics) == 2


def test_a_piece_counts_for_less_where_the_whole_hints_at_nothing_of_it() -> None:
    parts = pieces("pain", "duration", sure=0.7, several=0.0)
    unheard = choose(whole(("pain", 0.99)), parts, THRESHOLDS).topics
    hinted = choose(whole(("pain", 0.7), ("duration", 0.3)), parts, THRESHOLDS).topics
    assert [label for label, _ in unheard] == ["pain"]
    assert [label for label, _ in hinted] == ["pain", "duration"]


def test_a_third_question_counts_sooner_than_a_second() -> None:
    three = pieces("pain", "duration", "safety", sure=0.6)
    three = Parts(three.pieces, (SEVERAL, -2.0, -2.0))
    ranking = whole(("pain", 0.4), ("duration", 0.35), ("safety", 0.25))
    asked = [label for label, _ in choose(ranking, three, THRESHOLDS).topics]
    assert asked == ["pain", "duration", "safety"]
    two = Parts(three.pieces[:2], (-2.0, -2.0, -2.0))
    ranking = whole(("pain", 0.65), ("duration", 0.25))
    asked = [label for label, _ in choose(ranking, two, THRESHOLDS).topics]
    assert asked == ["pain"]


def test_an_emergency_is_not_taken_apart() -> None:
    choice = choose(whole(("emergency", 0.9)), pieces("pain", "duration"), THRESHOLDS)
    assert choice.topics == [("emergency", 0.9)]


def test_asking_for_oneself_is_not_answered_twice() -> None:
    ranking = whole(("screening", 0.5), ("candidacy", 0.4), ("pain", 0.1))
    choice = choose(ranking, pieces("candidacy", "pain"), THRESHOLDS)
    assert [label for label, _ in choice.topics] == ["screening", "pain"]


def test_asking_for_oneself_and_in_general_count_together() -> None:
    ranking = ranked(("pain", "candidacy", "screening"), np.array([0.4, 0.25, 0.35], np.float32))
    assert ranking[0][0] == "screening"
    assert ranking[0][1] == pytest.approx(0.6)


@pytest.mark.parametrize("labels", [("pain", "duration"), ("greet", "pain", "safety")])
def test_two_topics_are_several_things(labels: tuple[str, ...]) -> None:
    assert count_questions(labels) > 1


@pytest.mark.parametrize(
    "labels",
    [("pain",), ("greet", "pain"), ("deny", "pain"), ("candidacy", "screening"), ("thanks",), ()],
)
def test_what_is_no_question_and_the_same_passage_twice_are_not_several_things(
    labels: tuple[str, ...],
) -> None:
    assert count_questions(labels) <= 1


@pytest.mark.parametrize(
    ("labels", "meant"),
    [
        (("pain", "duration"), ("pain", "duration")),
        (("greet", "pain", "pain"), ("pain",)),
        (("pain", "off_topic"), ("pain",)),
        (("pain", "same_day"), ("same_day",)),
        (("thanks", "goodbye"), ("thanks", "goodbye")),
    ],
)
def test_a_message_stands_for_what_it_asks(labels: tuple[str, ...], meant: tuple[str, ...]) -> None:
    assert questions(labels) == meant
