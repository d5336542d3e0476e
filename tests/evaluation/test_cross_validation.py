from __future__ import annotations

import numpy as np
import pytest

from assistant.evaluation.cross_validation import (
    Guess,
    Read,
    calibration,
    calibration_picture,
    guess,
    report,
)
from assistant.nlu.sentence_encoder import DIMENSIONS, Vectors
from assistant.nlu.training_phrases import Phrase


def guessed(label: str, taken_for: str, confidence: float = 0.9) -> Guess:
    return Guess(Phrase("x", label, "nurse"), taken_for, confidence, among_three=True)


def direction(axis: int) -> Vectors:
    vector = np.zeros(DIMENSIONS, dtype=np.float32)
    vector[axis] = 1
    return vector


def read(text: str, label: str, hand: str) -> Read:
    return Read(Phrase(text, label, hand), text, direction(0 if label == "pain" else 1))


def test_phrases_are_guessed_from_the_other_hands() -> None:
    training = [read(str(i), label, "one") for i in range(4) for label in ("pain", "safety")]
    guesses = guess(training, [read("ouch", "pain", "two"), read("risky", "safety", "two")])
    assert [each.label for each in guesses] == ["pain", "safety"]
    assert all(each.right and each.among_three for each in guesses)


def test_asking_for_oneself_and_in_general_is_no_confusion() -> None:
    assert guessed("screening", "candidacy").right
    assert not guessed("screening", "safety").right


def test_the_report_names_what_a_label_is_confused_with() -> None:
    guesses = [guessed("pain", "pain"), guessed("pain", "safety"), guessed("safety", "safety")]
    text = report(guesses, [(100, 0.5)])
    (row,) = [line for line in text.splitlines() if line.startswith("pain ")]
    assert row.split() == ["pain", "2", "0.500", "1.000", "safety", "1"]
    assert "100  0.500" in text


def test_calibration_compares_confidence_with_what_was_right() -> None:
    guesses = [guessed("pain", "pain", 0.95), guessed("pain", "safety", 0.93)]
    assert calibration(guesses) == [(pytest.approx(0.94), 0.5, 2)]
    assert '<polyline points="322,170"' in calibration_picture(guesses)
