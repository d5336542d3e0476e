from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.word_regression import WordRegression

TEXTS = [
    *("does it hurt", "is it painful", "will the needle hurt", "how painful is it", "it hurts?"),
    *("how much is it", "what does it cost", "price please", "the price?", "how much for one leg"),
    *("can I run", "the gym", "when may I swim", "is cycling all right", "running tomorrow"),
]
LABELS = [[0]] * 5 + [[1]] * 5 + [[2]] * 5


@pytest.fixture(scope="module")
def regression() -> WordRegression:
    return WordRegression.fit(TEXTS, LABELS)


def test_the_telling_word_decides_however_the_sentence_goes(regression: WordRegression) -> None:
    texts = ["my cousin reckons this is dead painful", "for god's sake tell me the price"]
    assert regression.probabilities(texts).argmax(axis=1).tolist() == [0, 1]


def test_what_asks_two_things_speaks_for_both() -> None:
    both = ["zing and zang"] * 3
    learned = WordRegression.fit([*TEXTS, *both], [*LABELS, *[[0, 1]] * 3])
    row = learned.probabilities(["zing"])[0]
    assert min(row[0], row[1]) > 5 * row[2]


def test_a_piece_of_a_word_tells_what_it_is(regression: WordRegression) -> None:
    assert regression.probabilities(["any hurtin"]).argmax() == 0


@pytest.mark.parametrize("text", ["", " ", "?", "…", "привет", "a" * 1000, "word " * 200])
def test_any_text_has_probabilities(regression: WordRegression, text: str) -> None:
    row = regression.probabilities([text])[0]
    assert row.shape == (3,)
    assert row.sum() == pytest.approx(1.0, abs=1e-5)


def test_what_is_kept_gives_the_same_answers(regression: WordRegression) -> None:
    again = WordRegression.from_arrays(regression.arrays())
    kept, known = again.probabilities(TEXTS), regression.probabilities(TEXTS)
    assert np.allclose(kept, known, atol=0.01)


def test_training_twice_gives_the_same_regression(regression: WordRegression) -> None:
    assert np.array_equal(WordRegression.fit(TEXTS, LABELS).weights, regression.weights)
