from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.clauses import Clause
from assistant.nlu.topic_choice import Ranked, Thresholds, choose, ranked

THRESHOLDS = Thresholds(answer=0.5, offer=0.1, clause=0.5)


TOPICS = ("pain", "duration", "safety", "sessions", "exercise")


def clause(
    label: str, confidence: float, *, asks: bool = True, short: bool = False
) -> tuple[Clause, Ranked]:
    return Clause(label, asks, short), [(label, confidence), ("off_topic", 1 - confidence)]


def whole(*ranking: tuple[str, float]) -> Ranked:
    """Return a ranking in which everything else has nothing."""
    others = (*TOPICS, "side_effects", "results_timeline", "greet", "emergency", "off_topic")
    known = {label for label, _ in ranking}
    return [*ranking, *((label, 0.0) for label in others if label not in known)]


def test_a_sure_topic_is_answered() -> None:
    choice = choose([("pain", 0.8), ("safety", 0.2)], [], THRESHOLDS)
    assert choice.topics == [("pain", 0.8)]
    assert choice.candidates == []


def test_in_doubt_candidates_are_offered_best_first() -> None:
    doubtful = [("pain", 0.4), ("thanks", 0.3), ("safety", 0.2), ("duration", 0.05)]
    choice = choose(doubtful, [], THRESHOLDS)
    assert choice.topics == []
    assert choice.candidates == [("pain", 0.4), ("safety", 0.2)]


def test_two_questions_are_answered_in_their_order() -> None:
    parts = [clause("pain", 0.9), clause("duration", 0.8)]
    choice = choose(whole(("duration", 0.6)), parts, THRESHOLDS)
    assert [label for label, _ in choice.topics] == ["pain", "duration"]


def test_at_most_four_questions_are_answered() -> None:
    parts = [clause(name, 0.9) for name in TOPICS]
    assert len(choose(whole(("pain", 0.5)), parts, THRESHOLDS).topics) == 4


def test_a_question_asked_twice_is_answered_once() -> None:
    parts = [clause("pain", 0.9), clause("pain", 0.8)]
    assert choose(whole(("pain", 0.9)), parts, THRESHOLDS).topics == [("pain", 0.9)]


def test_a_greeting_stands_beside_the_question() -> None:
    parts = [clause("greet", 0.9, asks=False), clause("pain", 0.8)]
    choice = choose(whole(("pain", 0.9)), parts, THRESHOLDS)
    assert [label for label, _ in choice.topics] == ["greet", "pain"]


def test_thanks_and_farewell_in_one_breath_are_both_heard() -> None:
    choice = choose(whole(("goodbye", 0.7), ("thanks", 0.25)), [], THRESHOLDS)
    assert choice.topics == [("thanks", 0.25), ("goodbye", 0.7)]
    assert choose(whole(("thanks", 0.9), ("goodbye", 0.05)), [], THRESHOLDS).topics == [
        ("thanks", 0.9)
    ]
    unclear = whole(("greet", 0.47), ("goodbye", 0.42))
    assert choose(unclear, [], THRESHOLDS).topics == []


def test_a_remark_is_no_second_question() -> None:
    parts = [clause("side_effects", 0.9, asks=False), clause("pain", 0.8)]
    assert choose(whole(("pain", 0.9)), parts, THRESHOLDS).topics == [("pain", 0.9)]


def test_a_fragment_counts_only_among_fragments() -> None:
    fragments = [clause(name, 0.9, asks=False, short=True) for name in ("pain", "safety")]
    assert len(choose(whole(("pain", 0.9)), fragments, THRESHOLDS).topics) == 2
    beside = [fragments[0], clause("safety", 0.9)]
    assert choose(whole(("safety", 0.9)), beside, THRESHOLDS).topics == [("safety", 0.9)]


def test_an_unsure_clause_counts_only_if_the_whole_message_hints_at_it() -> None:
    parts = [clause("pain", 0.9), clause("duration", 0.6)]
    assert len(choose(whole(("pain", 0.9)), parts, THRESHOLDS).topics) == 1
    assert len(choose(whole(("pain", 0.9), ("duration", 0.1)), parts, THRESHOLDS).topics) == 2


def test_the_topic_of_the_whole_replaces_a_clause_that_lost_its_context() -> None:
    parts = [clause("side_effects", 0.9), clause("results_timeline", 0.9)]
    ranking = whole(("side_effect_duration", 0.8), ("side_effects", 0.1))
    choice = choose(ranking, parts, THRESHOLDS)
    assert [label for label, _ in choice.topics] == ["side_effects", "side_effect_duration"]


def test_an_emergency_is_not_taken_apart() -> None:
    parts = [clause("pain", 0.9), clause("duration", 0.9)]
    assert choose(whole(("emergency", 0.9)), parts, THRESHOLDS).topics == [("emergency", 0.9)]


def test_asking_for_oneself_and_in_general_count_together() -> None:
    ranking = ranked(("pain", "candidacy", "screening"), np.array([0.4, 0.25, 0.35], np.float32))
    assert ranking[0][0] == "screening"
    assert ranking[0][1] == pytest.approx(0.6)
