"""How many things a message asks: regressions over how it is said and what it means.

Which label a piece has doesn't tell whether it is asked: "I work at a till, when can I go back"
names work as its reason. Words and their order do ("and how", "also", a list without verbs), and
so does the sentence vector. What it adds: docs/decisions/nlu.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from assistant.nlu.sentence_encoder import Vectors
from assistant.nlu.topic_choice import MAX_TOPICS
from assistant.nlu.word_regression import FEATURES, hashed

# How much a vector's numbers count beside a word, and strength of the penalty; set on hands that
# weren't trained on.
_SCALE = 5.0
_PENALTY = 1.0
_ROUNDS = 500
_KEPT = np.float16
_NUMBERS = range(2, MAX_TOPICS + 1)
# Log-odds where no training text tells.
_SURE = 9.0


@dataclass(frozen=True)
class SeveralRegression:
    """Trained regressions: whether at least two, three and four things are asked.

    Attributes:
        words: Weights of words and pairs of words, hashed, shape `(3, features)`.
        vector: Weights of the sentence vector, shape `(3, 384)`.
        bias: What is added, shape `(3,)`.
    """

    words: Vectors
    vector: Vectors
    bias: Vectors

    @classmethod
    def fit(cls, texts: Sequence[str], vectors: Vectors, asked: Sequence[int]) -> SeveralRegression:
        """Train on messages of several pieces.

        Args:
            texts: `n` messages in ordinary spelling.
            vectors: What they mean, shape `(n, 384)`, unit length.
            asked: How many things each asks.
        """
        features = [_said(text) for text in texts]
        ends = np.cumsum([0, *map(len, features)])
        ones = np.ones(ends[-1], dtype=np.float32)
        words = sparse.csr_matrix((ones, np.concatenate(features), ends), (len(texts), FEATURES))
        table = sparse.hstack([words, sparse.csr_matrix(vectors * _SCALE)]).tocsr()
        number = np.asarray(asked)
        weights, bias = zip(*(_regress(table, number >= least) for least in _NUMBERS), strict=True)
        return cls(
            words=np.stack(weights)[:, :FEATURES].astype(_KEPT).astype(np.float32),
            vector=np.stack(weights)[:, FEATURES:] * _SCALE,
            bias=np.array(bias, dtype=np.float32),
        )

    def log_odds(self, text: str, vector: Vectors) -> tuple[float, ...]:
        """Return the log-odds of a message asking at least two, three and four things.

        Args:
            text: The message in ordinary spelling.
            vector: What it means, shape `(384,)`, unit length.
        """
        odds = self.words[:, _said(text)].sum(axis=1) + self.vector @ vector + self.bias
        return tuple(map(float, odds))

    def save(self, path: Path) -> None:
        """Write the regressions as `.npz`."""
        np.savez(path, words=self.words.astype(_KEPT), vector=self.vector, bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> SeveralRegression:
        """Read regressions that `save` wrote."""
        with np.load(path) as arrays:
            words = arrays["words"].astype(np.float32)
            return cls(words=words, vector=arrays["vector"], bias=arrays["bias"])


def _regress(table: sparse.csr_matrix, so_many: npt.NDArray[np.bool_]) -> tuple[Vectors, float]:
    """Return weights and bias; where none or all of the texts ask so many things, only a bias."""
    from sklearn.linear_model import LogisticRegression

    if so_many.all() or not so_many.any():
        return np.zeros(table.shape[1], dtype=np.float32), _SURE if so_many.all() else -_SURE
    regression = LogisticRegression(
        C=1 / _PENALTY, class_weight="balanced", max_iter=_ROUNDS, tol=1e-3
    ).fit(table, so_many)
    return regression.coef_[0].astype(np.float32), float(regression.intercept_[0])


@cache
def _analyzer() -> Callable[[str], Iterable[str]]:
    """Return what finds words and marks, and their pairs."""
    analyzer: Callable[[str], Iterable[str]] = HashingVectorizer(
        ngram_range=(1, 2), token_pattern=r"[\w']+|[?!.,;:&+-]"
    ).build_analyzer()
    return analyzer


def _said(text: str) -> npt.NDArray[np.int64]:
    """Return the numbers of the words and pairs that a text has, each once."""
    numbers, _ = hashed(_analyzer()(text))
    return numbers
