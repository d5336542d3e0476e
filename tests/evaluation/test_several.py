from __future__ import annotations

from assistant.evaluation.several import Heard, fit, rates
from assistant.nlu.topic_choice import Parts, Ranked

LABELS = ("pain", "duration", "screening", "candidacy", "greet", "off_topic")


def ranking(**likely: float) -> Ranked:
    known = {**dict.fromkeys(LABELS, 0.001), **likely}
    return sorted(known.items(), key=lambda pair: -pair[1])


def heard(*asks: str, pieces: tuple[str, ...], questions: int) -> Heard:
    share = 0.9 / len(asks)
    whole = ranking(**dict.fromkeys(asks, share))
    return Heard(whole, Parts([ranking(**{p: 0.9}) for p in pieces], questions), frozenset(asks))


TWO = [heard("pain", "duration", pieces=("pain", "duration"), questions=2) for _ in range(20)]
ONE = [heard("pain", pieces=("pain", "off_topic"), questions=1) for _ in range(20)]


def test_what_the_whole_and_a_piece_say_speaks_for_a_label() -> None:
    weights, _ = fit([*TWO, *ONE])
    assert len(weights) == 5
    assert weights[0] > 0


def test_an_answer_is_right_when_it_is_all_that_is_asked() -> None:
    both = TWO[0]
    assert both.several
    assert both.right(["duration", "pain"])
    assert both.right(["greet", "pain", "duration"])
    assert not both.right(["pain"])


def test_asking_for_oneself_is_answered_as_in_general() -> None:
    message = Heard(ranking(candidacy=0.9), Parts(), frozenset({"candidacy"}))
    assert message.right(["screening"])


def test_the_rule_as_it_stands_is_measured() -> None:
    assert rates([*TWO, *ONE]) == {"several": 1.0, "single": 1.0}
