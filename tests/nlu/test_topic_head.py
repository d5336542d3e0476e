from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.nlu.sentence_encoder import Vectors
from assistant.nlu.topic_classifier import TopicClassifier, head_settings
from assistant.nlu.topic_head import TopicHead

SETTINGS = head_settings(TopicClassifier.get_default_config())
LABELS = [f"label {number}" for number in range(30)]


def phrases(count: int, seed: int) -> tuple[Vectors, list[str], list[str]]:
    """Return vectors about 30 directions, texts and labels, not sorted by label."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(len(LABELS), 384))
    owners = rng.permutation(np.arange(count) % len(LABELS))
    vectors = centres[owners] + rng.normal(scale=0.5, size=(count, 384))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [f"word{owner} said so" for owner in owners]
    return vectors.astype(np.float32), texts, [LABELS[owner] for owner in owners]


@pytest.fixture(scope="module")
def head() -> TopicHead:
    return TopicHead.fit(*phrases(600, seed=1))


def test_what_is_like_the_phrases_of_a_label_gets_that_label(head: TopicHead) -> None:
    vectors, texts, labels = phrases(90, seed=2)
    table = head.probabilities(vectors, texts, SETTINGS)
    assert np.allclose(table.sum(axis=1), 1, atol=1e-4)
    assert [head.labels[i] for i in table.argmax(axis=1)] == labels


def test_a_kept_head_decides_as_before(head: TopicHead, tmp_path: Path) -> None:
    vectors, texts, _ = phrases(30, seed=3)
    head.save(tmp_path / "head.npz")
    again = TopicHead.load(tmp_path / "head.npz")
    expected = head.probabilities(vectors, texts, SETTINGS)
    assert np.allclose(again.probabilities(vectors, texts, SETTINGS), expected, atol=1e-5)


def test_one_message_is_decided_as_among_others(head: TopicHead) -> None:
    vectors, texts, _ = phrases(30, seed=4)
    table = head.probabilities(vectors, texts, SETTINGS)
    alone = head.probabilities(vectors[7:8], texts[7:8], SETTINGS)
    assert np.allclose(alone[0], table[7], atol=1e-5)
