"""The classifier head: from a message's sentence vector and words to the probability of each label.

Logistic regression draws the borders between meanings, the nearest training phrases know the
particular wordings, and a regression over the words sees what the vector blurs. Together they are
better and better calibrated than any of them (docs/decisions/nlu.md). Kept as plain arrays, so
that nothing has to be unpickled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.nlu.sentence_encoder import Vectors
from assistant.nlu.training_phrases import split_label
from assistant.nlu.word_regression import WordRegression

# Unit vectors are scaled up for the regression, whose penalty would else flatten it.
_SCALE = 6.0
# Only phrases of the labels that the regression finds likeliest vote: the others' votes hardly ever
# count, and to compare with all of them costs most of a message's time (docs/decisions/nlu.md).
# So those of at least this probability, and so many at least and at most.
_POSSIBLE = 0.003
_FEWEST_LABELS, _MOST_LABELS = 4, 16
# Less likely than this is as good as impossible; its logarithm stays finite.
_LEAST = 1e-6


@dataclass(frozen=True)
class HeadSettings:
    """How the head decides.

    Attributes:
        neighbours: Number of nearest training phrases that vote.
        neighbour_temperature: How fast a vote fades with cosine distance.
        neighbour_weight: Share of the vote in its mean with the regression, 0 to 1.
        word_weight: Share of the words' regression in the (geometric) mean with both, 0 to 1.
        temperature: Below 1 sharpens the result, above 1 flattens it; set for honest confidences.
        subject_rarity: Log-odds against each subject that the guide doesn't cover.
    """

    neighbours: int
    neighbour_temperature: float
    neighbour_weight: float
    word_weight: float
    temperature: float
    subject_rarity: float


@dataclass(frozen=True)
class TopicHead:
    """A trained head.

    Attributes:
        labels: Names of the labels.
        weights: Regression weights, shape `(labels, 384)`.
        bias: Regression bias, shape `(labels,)`.
        vectors: Training vectors, shape `(phrases, 384)`, in the order of their labels.
        phrase_labels: Index of each training vector's label, shape `(phrases,)`, ascending.
        words: Regression over the words.
    """

    labels: tuple[str, ...]
    weights: Vectors
    bias: Vectors
    vectors: Vectors
    phrase_labels: npt.NDArray[np.int64]
    words: WordRegression

    @classmethod
    def fit(
        cls, vectors: Vectors, texts: Sequence[str], labels: Sequence[tuple[str, ...]]
    ) -> TopicHead:
        """Train a head.

        Args:
            vectors: Unit vectors, shape `(n, 384)`.
            texts: Phrases and messages in ordinary spelling.
            labels: Labels of each. What has several counts for each in equal shares, and is no
                neighbour.
        """
        from sklearn.linear_model import LogisticRegression

        names = sorted({label for own in labels for label in own})
        numbers = [[names.index(label) for label in own] for own in labels]
        indices = np.concatenate(numbers)
        places = np.repeat(np.arange(len(texts)), list(map(len, numbers)))
        shares = np.array([1 / len(numbers[place]) for place in places])
        # All labels count alike.
        balanced = shares * shares.sum() / (len(names) * np.bincount(indices, shares)[indices])
        regression = LogisticRegression(C=1.0, max_iter=300, tol=1e-3, random_state=0).fit(
            vectors[places] * _SCALE, indices, sample_weight=balanced
        )
        alone = np.flatnonzero(shares == 1)
        voters = alone[np.argsort(indices[alone], kind="stable")]
        # Of two labels scikit-learn keeps the second's row only: the first's is all zeros.
        rows = slice(1, None) if len(names) == 2 else slice(None)
        weights = np.zeros((len(names), vectors.shape[1]), dtype=np.float32)
        bias = np.zeros(len(names), dtype=np.float32)
        weights[rows], bias[rows] = regression.coef_ * _SCALE, regression.intercept_
        return cls(
            labels=tuple(names),
            weights=weights,
            bias=bias,
            vectors=np.multiply(*_in_8_bits(vectors[places[voters]])),
            phrase_labels=indices[voters].astype(np.int64),
            words=WordRegression.fit(texts, numbers),
        )

    def probabilities(
        self, vectors: Vectors, texts: Sequence[str], settings: HeadSettings
    ) -> Vectors:
        """Return the probability of each label.

        Args:
            vectors: Unit vectors, shape `(n, 384)`.
            texts: The messages in ordinary spelling.
            settings: How to decide.

        Returns:
            Probabilities, shape `(n, labels)`, each row summing to 1.
        """
        regression = _softmax(vectors @ self.weights.T + self.bias)
        vote = np.stack(
            [
                self._vote(vector, _possible(row), settings)
                for vector, row in zip(vectors, regression, strict=True)
            ]
        )
        share = settings.neighbour_weight
        meant = (1 - share) * regression + share * vote
        said = self.words.probabilities(texts)
        mixed = (1 - settings.word_weight) * _log(meant) + settings.word_weight * _log(said)
        return _softmax(mixed / settings.temperature - settings.subject_rarity * self._subjects)

    @cached_property
    def _subjects(self) -> npt.NDArray[np.bool_]:
        """Which labels are subjects that the guide doesn't cover."""
        return np.array([split_label(label)[1] is not None for label in self.labels])

    @cached_property
    def _groups(self) -> list[slice]:
        """Where the phrases of each label stand."""
        borders = np.searchsorted(self.phrase_labels, np.arange(len(self.labels) + 1))
        return [slice(*pair) for pair in pairwise(borders.tolist())]

    def _vote(
        self, vector: Vectors, labels: npt.NDArray[np.int64], settings: HeadSettings
    ) -> Vectors:
        """Return the share of each label among the nearest phrases of some labels."""
        groups = [self._groups[label] for label in labels]
        similarity = np.concatenate([self.vectors[group] @ vector for group in groups])
        owners = np.repeat(labels, [group.stop - group.start for group in groups])
        voters = min(settings.neighbours, similarity.size)
        nearest = np.argpartition(similarity, -voters)[-voters:]
        closeness = similarity[nearest][None] / settings.neighbour_temperature
        shares = np.bincount(owners[nearest], _softmax(closeness)[0], len(self.labels))
        return shares.astype(np.float32)

    def save(self, path: Path) -> None:
        """Write the head as `.npz`, each training vector in 8 bits a number."""
        numbers, steps = _in_8_bits(self.vectors)
        np.savez(
            path,
            labels=np.array(self.labels),
            weights=self.weights,
            bias=self.bias,
            vectors=numbers,
            vector_steps=steps,
            phrase_labels=self.phrase_labels,
            **self.words.arrays(),
        )

    @classmethod
    def load(cls, path: Path) -> TopicHead:
        """Read a head that `save` wrote."""
        with np.load(path) as arrays:
            return cls(
                labels=tuple(str(name) for name in arrays["labels"]),
                weights=arrays["weights"],
                bias=arrays["bias"],
                vectors=arrays["vectors"] * arrays["vector_steps"],
                phrase_labels=arrays["phrase_labels"],
                words=WordRegression.from_arrays(arrays),
            )


def _possible(probabilities: Vectors) -> npt.NDArray[np.int64]:
    """Return the labels whose phrases vote."""
    likely = np.argsort(-probabilities)[:_MOST_LABELS]
    return likely[: max(_FEWEST_LABELS, np.count_nonzero(probabilities[likely] >= _POSSIBLE))]


def _in_8_bits(vectors: Vectors) -> tuple[npt.NDArray[np.int8], Vectors]:
    """Return vectors as whole numbers up to 127, and the size of each vector's steps."""
    steps = (np.abs(vectors).max(axis=1, keepdims=True) / 127).astype(np.float32)
    return np.round(vectors / steps).astype(np.int8), steps


def _log(probabilities: Vectors) -> Vectors:
    result: Vectors = np.log(np.maximum(probabilities, _LEAST))
    return result


def _softmax(values: Vectors) -> Vectors:
    exponentials = np.exp(values - values.max(axis=1, keepdims=True))
    result: Vectors = exponentials / exponentials.sum(axis=1, keepdims=True)
    return result
