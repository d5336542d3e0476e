"""The very words as evidence: a regression over words, pairs of words and pieces of words.

A sentence vector knows what a message means and blurs how it was said. Here each word counts by
itself, however the rest of the sentence goes, and pieces of words survive what spelling
correction doesn't mend. Features are hashed, so there is no vocabulary to keep, and small weights
are dropped. What it adds: docs/decisions/nlu.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.utils import murmurhash3_32

Numbers = npt.NDArray[np.float32]
Features = npt.NDArray[np.int64]

FEATURES = 2**15  # of words, and as many of pieces
# Strength of the penalty and rounds over the phrases, set on hands that weren't trained on.
_ALPHA = 3e-6
_ROUNDS = 25
# Weights nearer to zero than this change nothing that can be measured.
_LEAST_WEIGHT = 0.2
_KEPT = np.float16
_NAME = "words_"


@dataclass(frozen=True)
class WordRegression:
    """A trained regression, one against all others for each label.

    Attributes:
        weights: Of words and of pieces, shape `(2, features, labels)`; most are 0.
        rarity: How rare each is (inverse document frequency), shape `(2, features)`.
        bias: Shape `(labels,)`.
    """

    weights: Numbers
    rarity: Numbers
    bias: Numbers

    @classmethod
    def fit(cls, texts: Sequence[str], labels: Sequence[Sequence[int]]) -> WordRegression:
        """Train on phrases and messages.

        Args:
            texts: In ordinary spelling.
            labels: Numbers of the labels of each; every number from 0 on occurs.
        """
        counts = [list(_counts(text)) for text in texts]
        seen = np.stack(
            [
                np.bincount(np.concatenate([numbers for numbers, _ in part]), minlength=FEATURES)
                for part in zip(*counts, strict=True)
            ]
        )
        rarity = (np.log((1 + len(texts)) / (1 + seen)) + 1).astype(np.float32)
        table = _matrix(counts, rarity)
        owners = np.repeat(np.arange(len(texts)), list(map(len, labels)))
        numbers = np.concatenate(labels)
        own = [owners[numbers == number] for number in range(numbers.max() + 1)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            one_each = list(pool.map(lambda rows: _one_against_all(table, rows, len(own)), own))
        weights = np.stack([coefficients for coefficients, _ in one_each], axis=1)
        weights[np.abs(weights) < _LEAST_WEIGHT] = 0
        return cls(
            weights=weights.reshape(2, FEATURES, -1).astype(_KEPT).astype(np.float32),
            rarity=rarity,
            bias=np.array([bias for _, bias in one_each], dtype=np.float32),
        )

    def probabilities(self, texts: Sequence[str]) -> Numbers:
        """Return the probability of each label.

        Args:
            texts: `n` messages in ordinary spelling.

        Returns:
            Probabilities, shape `(n, labels)`, each row summing to 1.
        """
        each = 1 / (1 + np.exp(-np.stack([self._scores(text) for text in texts])))
        result: Numbers = each / each.sum(axis=1, keepdims=True)
        return result

    def _scores(self, text: str) -> Numbers:
        scores = self.bias
        parts = zip(_counts(text), self.rarity, self.weights, strict=True)
        for (numbers, counts), rarity, weights in parts:
            scores = scores + _weighed(numbers, counts, rarity) @ weights[numbers]
        return scores

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return all that `from_arrays` needs, by name, ready for `numpy.savez`."""
        kept = sparse.csr_matrix(self.weights.reshape(-1, self.bias.size))
        return {
            f"{_NAME}data": kept.data.astype(_KEPT),
            f"{_NAME}indices": kept.indices.astype(np.uint16),
            f"{_NAME}indptr": kept.indptr,
            f"{_NAME}rarity": self.rarity,
            f"{_NAME}bias": self.bias,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> WordRegression:
        """Rebuild a regression from what `arrays` returned."""
        rarity, bias = arrays[f"{_NAME}rarity"], arrays[f"{_NAME}bias"]
        data = arrays[f"{_NAME}data"].astype(np.float32)
        indices = arrays[f"{_NAME}indices"].astype(np.int32)
        kept = (data, indices, arrays[f"{_NAME}indptr"])
        weights = sparse.csr_matrix(kept, shape=(rarity.size, bias.size)).toarray()
        return cls(weights.reshape(*rarity.shape, bias.size), rarity, bias)


def _one_against_all(
    table: sparse.csr_matrix, own: Features, labels: int
) -> tuple[npt.NDArray[np.float64], float]:
    """Return weights and bias of one label.

    Args:
        table: Features of all texts, a row each.
        own: Rows that have the label, which count together as those of each other label.
        labels: Number of labels.
    """
    from sklearn.linear_model import SGDClassifier

    has = np.zeros(table.shape[0], dtype=bool)
    has[own] = True
    regression = SGDClassifier(
        loss="log_loss",
        alpha=_ALPHA,
        class_weight={True: table.shape[0] / (labels * own.size), False: 1.0},
        max_iter=_ROUNDS,
        random_state=0,
    ).fit(table, has)
    return regression.coef_[0], float(regression.intercept_[0])


@cache
def _analyzers() -> tuple[Callable[[str], Iterable[str]], ...]:
    """Return what finds words and their pairs, and pieces of words."""
    words = HashingVectorizer(ngram_range=(1, 2), token_pattern=r"\b\w+\b|\?")
    pieces = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5))
    return words.build_analyzer(), pieces.build_analyzer()


def _counts(text: str) -> Iterator[tuple[Features, Features]]:
    """Yield for words and for pieces which features a text has, and how often.

    As `HashingVectorizer.transform` does, which is made for many texts at once: for one message
    its checks and matrices cost more than all the rest.
    """
    for analyze in _analyzers():
        yield hashed(analyze(text))


def hashed(found: Iterable[str]) -> tuple[Features, Features]:
    """Return the numbers of what was found in a text, below `FEATURES`, and how often each was.

    Args:
        found: For instance words and pairs of words.
    """
    hashes = np.array([murmurhash3_32(each) for each in found], dtype=np.int64)
    numbers, counts = np.unique(np.abs(hashes) % FEATURES, return_counts=True)
    return numbers, counts


def _weighed(numbers: Features, counts: Features, rarity: Numbers) -> Numbers:
    """Return counts weighed by rarity, of length 1 together."""
    weights = (1 + np.log(counts, dtype=np.float32)) * rarity[numbers]
    result: Numbers = weights / np.sqrt(weights @ weights)
    return result


def _matrix(
    counts: Sequence[Sequence[tuple[Features, Features]]], rarity: Numbers
) -> sparse.csr_matrix:
    """Return the weighed features of texts, a row each: words first, then pieces."""
    rows = [
        np.concatenate([_weighed(*part, rare) for part, rare in zip(row, rarity, strict=True)])
        for row in counts
    ]
    columns = [np.concatenate([words, FEATURES + pieces]) for (words, _), (pieces, _) in counts]
    ends = np.cumsum([0, *map(len, rows)])
    shape = (len(rows), 2 * FEATURES)
    return sparse.csr_matrix((np.concatenate(rows), np.concatenate(columns), ends), shape)
