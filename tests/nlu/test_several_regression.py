from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.nlu.sentence_encoder import DIMENSIONS
from assistant.nlu.several_regression import SeveralRegression

SEVERAL = [
    *("does it hurt and how much is it", "how long is it, also can I drive"),
    *("cost, pain, how many visits?", "is it safe and can I run after"),
    *("what is it does it sting and what's the price", "does it work and how soon"),
]
SINGLE = [
    *("I stand all day, when can I work", "my sister bruised, do I need to come twice"),
    *("hi there, does it hurt", "I had a clot years ago, may I have it"),
    *("my legs look awful, what is it", "it's been three weeks, is that usual"),
]
VECTORS = np.random.default_rng(0).normal(size=(12, DIMENSIONS)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)
NOTHING = np.zeros(DIMENSIONS, np.float32)


@pytest.fixture(scope="module")
def regression() -> SeveralRegression:
    return SeveralRegression.fit([*SEVERAL, *SINGLE], VECTORS, [2] * 5 + [3] + [1] * 6)


def test_how_it_is_said_tells_whether_several_things_are_asked(
    regression: SeveralRegression,
) -> None:
    several, *_ = regression.log_odds("does it ache and how many", NOTHING)
    single, *_ = regression.log_odds("I stand a lot, is that bad", NOTHING)
    assert several > 0 > single


def test_more_things_are_less_likely(regression: SeveralRegression) -> None:
    text = "does it hurt and how much is it"
    two, three, four = regression.log_odds(text, VECTORS[0])
    assert two > 0 > three > four  # none of the messages asks four


def test_the_meaning_counts_too(regression: SeveralRegression) -> None:
    text = "does it hurt and how much is it"
    assert regression.log_odds(text, VECTORS[0]) > regression.log_odds(text, VECTORS[6])


@pytest.mark.parametrize("text", ["", " ", "?", "…", "привет", "a" * 1000, "word " * 200])
def test_any_text_has_odds(regression: SeveralRegression, text: str) -> None:
    assert np.isfinite(regression.log_odds(text, NOTHING)).all()


def test_what_is_kept_gives_the_same_answers(regression: SeveralRegression, tmp_path: Path) -> None:
    regression.save(tmp_path / "several.npz")
    again = SeveralRegression.load(tmp_path / "several.npz")
    for text, vector in zip([*SEVERAL, *SINGLE], VECTORS, strict=True):
        assert again.log_odds(text, vector) == regression.log_odds(text, vector)
