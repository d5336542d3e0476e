"""Whether a message asks several things: a regression over how it is said and what it means.

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
from assistant.nlu.word_regression import FEATURES, hashed

# How much a vector's numbers count beside a word, and strength of the penalty; set on hands that
# weren't trained on.
_SCALE = 5.0
_PENALTY = 1.0
_ROUNDS = 500
_KEPT = np.float16


@dataclass(frozen=True)
class SeveralRegression:
    """A trained regression.

    Attributes:
        words: Weights of words and pairs of words, hashed, shape `(features,)`.
        vector: Weights of the sentence vector, shape `(384,)`.
        bias: What is added.
    """

    words: Vectors
    vector: Vectors
    bias: float

    @classmethod
    def fit(
        cls, texts: Sequence[str], vectors: Vectors, several: Sequence[bool]
    ) -> SeveralRegression:
        """Train on messages of several pieces.

        Args:
            texts: `n` messages in ordinary spelling.
            vectors: What they mean, shape `(n, 384)`, unit length.
            several: Whether each asks several things; both must occur.
        """
        from sklearn.linear_model import LogisticRegression

        features = [_said(text) for text in texts]
        ends = np.cumsum([0, *map(len, features)])
        ones = np.ones(ends[-1], dtype=np.float32)
        words = sparse.csr_matrix((ones, np.concatenate(features), ends), (len(texts), FEATURES))
        table = sparse.hstack([words, sparse.csr_matrix(vectors * _SCALE)]).tocsr()
        regression = LogisticRegression(
            C=1 / _PENALTY, class_weight="balanced", max_iter=_ROUNDS, tol=1e-3
        )
        regression.fit(table, several)
        weights = regression.coef_[0].astype(np.float32)
        return cls(
            words=weights[:FEATURES].astype(_KEPT).astype(np.float32),
            vector=weights[FEATURES:] * _SCALE,
            bias=float(np.float32(regression.intercept_[0])),
        )

    def log_odds(self, text: str, vector: Vectors) -> float:
        """Return the log-odds of a message asking several things.

        Args:
            text: The message in ordinary spelling.
            vector: What it means, shape `(384,)`, unit length.
        """
        return float(self.words[_said(text)].sum() + self.vector @ vector) + self.bias

    def save(self, path: Path) -> None:
        """Write the regression as `.npz`."""
        words = self.words.astype(_KEPT)
        np.savez(path, words=words, vector=self.vector, bias=np.float32(self.bias))

    @classmethod
    def load(cls, path: Path) -> SeveralRegression:
        """Read a regression that `save` wrote."""
        with np.load(path) as arrays:
            words = arrays["words"].astype(np.float32)
            return cls(words=words, vector=arrays["vector"], bias=float(arrays["bias"]))


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
