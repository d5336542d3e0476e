"""The classifier head: from a sentence vector to the probability of each label.

Logistic regression draws the borders, the nearest training phrases know the particular wordings;
their mean is better and better calibrated than either (docs/decisions/nlu.md). Kept as plain
arrays, so that serving needs neither scikit-learn nor its slow import.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.nlu.sentence_encoder import Vectors

# Unit vectors are scaled up for the regression, whose penalty would else flatten it.
_SCALE = 6.0


@dataclass(frozen=True)
class HeadSettings:
    """How the head decides.

    Attributes:
        neighbours: Number of nearest training phrases that vote.
        neighbour_temperature: How fast a vote fades with cosine distance.
        neighbour_weight: Share of the vote in the mean, 0 to 1.
        temperature: Below 1 sharpens the mean, above 1 flattens it; set for honest confidences.
    """

    neighbours: int
    neighbour_temperature: float
    neighbour_weight: float
    temperature: float


@dataclass(frozen=True)
class TopicHead:
    """A trained head.

    Attributes:
        labels: Names of the labels.
        weights: Regression weights, shape `(labels, 384)`.
        bias: Regression bias, shape `(labels,)`.
        vectors: Training vectors, shape `(phrases, 384)`.
        phrase_labels: Index of each training vector's label, shape `(phrases,)`.
    """

    labels: tuple[str, ...]
    weights: Vectors
    bias: Vectors
    vectors: Vectors
    phrase_labels: npt.NDArray[np.int64]

    @classmethod
    def fit(cls, vectors: Vectors, labels: Sequence[str]) -> TopicHead:
        """Train a head.

        Args:
            vectors: Unit vectors, shape `(phrases, 384)`.
            labels: Label of each.
        """
        from sklearn.linear_model import LogisticRegression

        names, indices = np.unique(np.asarray(labels), return_inverse=True)
        regression = LogisticRegression(
            C=1.0, class_weight="balanced", max_iter=300, tol=1e-3, random_state=0
        ).fit(vectors * _SCALE, indices)
        return cls(
            labels=tuple(str(name) for name in names),
            weights=(regression.coef_ * _SCALE).astype(np.float32),
            bias=regression.intercept_.astype(np.float32),
            vectors=vectors.astype(np.float32),
            phrase_labels=indices.astype(np.int64),
        )

    def probabilities(self, vectors: Vectors, settings: HeadSettings) -> Vectors:
        """Return the probability of each label.

        Args:
            vectors: Unit vectors, shape `(n, 384)`.
            settings: How to decide.

        Returns:
            Probabilities, shape `(n, labels)`, each row summing to 1.
        """
        regression = _softmax(vectors @ self.weights.T + self.bias)
        vote = self._vote(vectors, settings)
        share = settings.neighbour_weight
        mean = (1 - share) * regression + share * vote
        sharpened = np.power(mean, 1 / settings.temperature)
        result: Vectors = sharpened / sharpened.sum(axis=1, keepdims=True)
        return result

    def _vote(self, vectors: Vectors, settings: HeadSettings) -> Vectors:
        similarity = vectors @ self.vectors.T
        count = min(settings.neighbours, similarity.shape[1])
        nearest = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
        closeness = np.take_along_axis(similarity, nearest, axis=1)
        weight = _softmax(closeness / settings.neighbour_temperature)
        vote = np.zeros((len(vectors), len(self.labels)), dtype=np.float32)
        rows = np.repeat(np.arange(len(vectors)), count)
        np.add.at(vote, (rows, self.phrase_labels[nearest].ravel()), weight.ravel())
        return vote

    def save(self, path: Path) -> None:
        """Write the head as `.npz`."""
        np.savez(
            path,
            labels=np.array(self.labels),
            weights=self.weights,
            bias=self.bias,
            vectors=self.vectors,
            phrase_labels=self.phrase_labels,
        )

    @classmethod
    def load(cls, path: Path) -> TopicHead:
        """Read a head that `save` wrote."""
        with np.load(path) as arrays:
            return cls(
                labels=tuple(str(name) for name in arrays["labels"]),
                weights=arrays["weights"],
                bias=arrays["bias"],
                vectors=arrays["vectors"],
                phrase_labels=arrays["phrase_labels"],
            )


def _softmax(values: Vectors) -> Vectors:
    exponentials = np.exp(values - values.max(axis=1, keepdims=True))
    result: Vectors = exponentials / exponentials.sum(axis=1, keepdims=True)
    return result
