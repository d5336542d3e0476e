from __future__ import annotations

from dataclasses import replace
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
    vectors, texts, labels = phrases(600, seed=1)
    return TopicHead.fit(vectors, texts, [(label,) for label in labels])


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


def test_what_asks_two_things_counts_for_both_and_is_no_neighbour(head: TopicHead) -> None:
    vectors, texts, labels = phrases(600, seed=1)
    one, other = (next(i for i in range(600) if labels[i] == label) for label in LABELS[:2])
    between = vectors[one] + vectors[other]
    both = (between / np.linalg.norm(between))[None]
    text = "word0 and word1"
    own = [*((label,) for label in labels), *[tuple(LABELS[:2])] * 20]
    learned = TopicHead.fit(np.vstack([vectors, *[both] * 20]), [*texts, *[text] * 20], own)
    assert len(learned.vectors) == len(head.vectors)
    row = learned.probabilities(both, [text], SETTINGS)[0]
    first, second = row.argsort()[:-3:-1]
    assert {learned.labels[first], learned.labels[second]} == set(LABELS[:2])
    assert row[second] > 0.4


def test_in_doubt_a_topic_of_the_guide_is_likelier_than_one_of_many_subjects() -> None:
    vectors, texts, labels = phrases(600, seed=1)
    # The same phrases under two names: the head can't tell which is meant.
    names = {"label 0": "aftercare", "label 1": "not_covered/massage_later"}
    twin = [label in names for label in labels]
    source = twin.index(True)
    vectors[twin] = vectors[source]
    texts = [texts[source] if is_twin else text for text, is_twin in zip(texts, twin, strict=True)]
    twins = TopicHead.fit(vectors, texts, [(names.get(label, label),) for label in labels])
    odds = {}
    for rarity in (0.0, 1.0):
        settings = replace(SETTINGS, subject_rarity=rarity)
        row = twins.probabilities(vectors[[source]], [texts[source]], settings)[0]
        topic, subject = (row[twins.labels.index(name)] for name in names.values())
        odds[rarity] = np.log(topic / subject)
    assert odds[1.0] - odds[0.0] == pytest.approx(1.0, abs=1e-3)
