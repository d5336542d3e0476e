from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from assistant.nlu.encoder_export import pretrained_weights
from assistant.nlu.encoder_training import encoder_for
from assistant.nlu.fine_tuning import FROZEN_LAYERS, _Batches, fine_tune
from assistant.nlu.sentence_encoder import EncoderFolder, SentenceEncoder, Vectors
from assistant.nlu.training_phrases import LongMessage

TEXTS = (
    *("does it hurt", "is it painful", "will it sting", "how sore is it"),
    *("how long is it", "is it quick", "how many minutes", "how much time"),
    *("is it safe", "what can go wrong", "any risks", "is it dangerous"),
)
LABELS = ("pain",) * 4 + ("duration",) * 4 + ("safety",) * 4
BOTH = ("does it hurt and is it quick", ("pain", "duration"))


@pytest.fixture(scope="module")
def before() -> dict[str, Vectors]:
    return pretrained_weights()


@pytest.fixture(scope="module")
def after(before: dict[str, Vectors]) -> dict[str, Vectors]:
    return fine_tune(before, TEXTS, LABELS, [BOTH], epochs=3)


def test_the_upper_layers_learn_and_the_lower_ones_and_the_words_stay(
    before: dict[str, Vectors], after: dict[str, Vectors]
) -> None:
    changed = {name for name in after if not np.array_equal(before[name], after[name])}
    layers = {int(name.split(".")[2]) for name in changed}
    assert layers == set(range(FROZEN_LAYERS, 6))


def test_every_weight_stays_a_number(after: dict[str, Vectors]) -> None:
    assert all(np.isfinite(array).all() for array in after.values())


def test_other_messages_make_another_encoder(tmp_path: Path) -> None:
    folder = EncoderFolder(tmp_path)
    without = encoder_for(TEXTS, LABELS, [], 1, folder)
    assert encoder_for(TEXTS, LABELS, [LongMessage(*BOTH, "one")], 1, folder) != without
    assert isinstance(folder.load(without), SentenceEncoder)


def test_as_many_batches_come_as_the_learning_rate_falls_over() -> None:
    texts = [f"{text} {number}" for number in range(30) for text in TEXTS]
    batches = _Batches(texts, LABELS * 30, [BOTH] * 7, Random(0))
    assert len(list(batches)) == len(batches)


def test_texts_of_a_batch_are_alike_in_length_so_that_little_is_padding() -> None:
    chance = Random(0)
    texts = [" ".join(["again"] * chance.randint(1, 30)) for _ in range(6_000)]
    labels = [chance.choice(("pain", "duration", "safety", "sessions")) for _ in texts]
    ids = [batch for batch, _, _ in _Batches(texts, labels, [], chance)]
    assert sum((batch > 0).sum() for batch in ids) > 0.9 * sum(batch.size for batch in ids)
