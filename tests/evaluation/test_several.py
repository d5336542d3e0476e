from __future__ import annotations

import numpy as np

from assistant.evaluation.several import Heard, ReadMessage, by_others, fit, rates
from assistant.nlu.sentence_encoder import DIMENSIONS
from assistant.nlu.topic_choice import Parts, Ranked
from assistant.nlu.training_phrases import LongMessage

LABELS = ("pain", "duration", "screening", "candidacy", "greet", "off_topic")


def ranking(**likely: float) -> Ranked:
    known = {**dict.fromkeys(LABELS, 0.001), **likely}
    return sorted(known.items(), key=lambda pair: -pair[1])


def heard(*asks: str, pieces: tuple[str, ...], several: float) -> Heard:
    share = 0.9 / len(asks)
    whole = ranking(**dict.fromkeys(asks, share))
    return Heard(whole, Parts([ranking(**{p: 0.9}) for p in pieces], several), frozenset(asks))


TWO = [heard("pain", "duration", pieces=("pain", "duration"), several=3.0) for _ in range(20)]
ONE = [heard("pain", pieces=("pain", "off_topic"), several=-3.0) for _ in range(20)]


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


def read(text: str, *labels: str, hand: str) -> ReadMessage:
    vector = np.ones((1, DIMENSIONS), np.float32) / np.sqrt(DIMENSIONS)
    return ReadMessage(LongMessage(text, labels, hand), (text,), vector)


def test_whether_several_things_are_asked_is_told_by_other_writers() -> None:
    phrases = [read("my job is hard, when can I work", "recovery", hand="first")] * 20
    hands = ("one", "two", "three", "four", "five")
    messages = [
        message
        for hand in hands
        for message in (
            *[read("how long and how much", "duration", "not_covered/price", hand=hand)] * 4,
            *[read("it is weeks since, is that usual", "side_effects", hand=hand)] * 4,
        )
    ]
    # A sixth says the opposite, in phrases too; nobody believes it of itself.
    odd = read("how long and how much", "duration", hand="six")
    *_, of_odd = by_others([*phrases, *[odd] * 40], [*messages, *[odd] * 40])
    assert of_odd > 0
