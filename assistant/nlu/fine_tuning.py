"""Fine-tunes the sentence encoder on the training phrases, in Rasa's own TensorFlow.

Two losses pull phrases of a label together: cross entropy to a learned centre per label, and
supervised contrastive loss within the batch (Khosla et al. 2020). Among the phrases stand
messages of several parts and composites of several phrases; their truth is shared among what they
ask. Word embeddings and the lower layers stay as they are, so that words the phrases
lack keep their meaning. What it gains on hands it hasn't seen: docs/decisions/nlu.md. Only
training imports this module.
"""

from __future__ import annotations

import logging
import random
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tokenizers import Encoding

from assistant.nlu.composites import Composer, Composite
from assistant.nlu.encoder_export import HEADS, LAYER_NORM_EPSILON, LAYERS, Weights
from assistant.nlu.misspelling import misspell
from assistant.nlu.sentence_encoder import DIMENSIONS, Vectors, load_tokenizer, word_pieces

logger = logging.getLogger(__name__)

BATCH = 32
# Phrases are short; what stands behind this many word pieces is cut in training.
TOKENS = 64
LEARNING_RATE = 1e-4
CENTRE_LEARNING_RATE = 1e-3
DROPOUT = 0.1
# Sharpness of the cosine to a label's centre, and of cosines within the batch.
CENTRE_SCALE = 16.0
CONTRAST_SCALE = 10.0
CONTRAST_WEIGHT = 0.5
LABEL_SMOOTHING = 0.05
# Share of the phrases that get slips of the keyboard, anew in every epoch; they stand for the
# slips that the spelling correction misses.
MISSPELLED = 0.3
# Messages of several phrases, as a share of the phrases, anew in every epoch.
COMPOSITES = 0.2
# Times that each message of several parts stands in an epoch, with other slips each time: what asks
# several things is rarer and harder than a phrase.
MESSAGES = 1
# Layers from the bottom that aren't trained, nor are the embeddings below them.
FROZEN_LAYERS = 2
# Phrases of a label that its centre starts from.
_FIRST_PHRASES = 20
# Where the processor multiplies matrices of bfloat16 by itself, products are made of these: a round
# takes about half the time (docs/decisions/nlu.md). Elsewhere TensorFlow would do it slowly.
_FAST_PRODUCTS = "amx_bf16"
# Texts of a batch are alike in length, which saves padding: batches are cut from groups of so many
# that are sorted by length, and the two phrases of a pair are neighbours among so many of a label.
_GROUP = 64
_NEIGHBOURS = 16

Ids = npt.NDArray[np.int32]
# A text and the labels of all that it asks, each one of the phrases' labels.
Asking = tuple[str, tuple[str, ...]]


def fine_tune(
    weights: Weights,
    texts: Sequence[str],
    labels: Sequence[str],
    messages: Sequence[Asking],
    epochs: int,
    seed: int = 0,
) -> dict[str, Vectors]:
    """Return the weights after fine-tuning.

    Args:
        weights: Pretrained weights by their name in the checkpoint.
        texts: Training phrases in ordinary spelling, as serving reads them.
        labels: Label of each.
        messages: Messages of several parts, in ordinary spelling.
        epochs: Rounds over phrases and messages.
        seed: Of every chance in it.
    """
    tf.random.set_seed(seed)
    batches = _Batches(texts, labels, messages, random.Random(seed))
    trainer = _Trainer(_Encoder(weights), batches, epochs)
    for epoch in range(1, epochs + 1):
        started = time.monotonic()
        loss = trainer.epoch()
        seconds = time.monotonic() - started
        logger.info("Fine-tuning %d/%d: loss %.3f, %.0f s", epoch, epochs, loss, seconds)
    return {**weights, **trainer.weights()}


class _Encoder(tf.Module):
    """all-MiniLM-L6-v2 (BERT without its pooler), from word pieces to a unit vector."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self._factors = tf.bfloat16 if _multiplies_bfloat16() else tf.float32
        self.parameters = {
            name: tf.Variable(array, trainable=_is_trained(name))
            for name, array in weights.items()
            if not name.startswith("pooler")
        }

    def __call__(self, ids: tf.Tensor, spans: tf.Tensor, training: bool) -> tf.Tensor:
        """Return the meanings of the texts, then those of the spans in them.

        Args:
            ids: Word pieces, shape `(texts, pieces)`.
            spans: Number of the text, first piece and last piece (exclusive), shape `(spans, 3)`.
            training: With dropout or without.
        """
        mask = tf.cast(ids > 0, tf.float32)
        hidden = self._embed(ids)
        bias = (1 - mask)[:, None, None, :] * -1e4
        for layer in range(LAYERS):
            # What isn't trained needs no dropout, whose chances cost time.
            trained = training and layer >= FROZEN_LAYERS
            hidden = self._layer(hidden, bias, f"encoder.layer.{layer}.", trained)
        whole = tf.reduce_sum(hidden * mask[..., None], axis=1)
        within = tf.sequence_mask(spans[:, 2], tf.shape(ids)[1], tf.float32) - tf.sequence_mask(
            spans[:, 1], tf.shape(ids)[1], tf.float32
        )
        parts = tf.einsum("st,std->sd", within, tf.gather(hidden, spans[:, 0]))
        return tf.math.l2_normalize(tf.concat([whole, parts], axis=0), axis=-1)

    def _embed(self, ids: tf.Tensor) -> tf.Tensor:
        words = tf.gather(self.parameters["embeddings.word_embeddings.weight"], ids)
        positions = self.parameters["embeddings.position_embeddings.weight"][: tf.shape(ids)[1]]
        kind = self.parameters["embeddings.token_type_embeddings.weight"][0]
        return self._normalise(words + positions + kind, "embeddings.LayerNorm")

    def _layer(self, hidden: tf.Tensor, bias: tf.Tensor, prefix: str, training: bool) -> tf.Tensor:
        attended = self._attention(hidden, bias, prefix + "attention.self.", training)
        hidden = self._residual(attended, hidden, prefix + "attention.output.", training)
        wide = tf.nn.gelu(self._dense(hidden, prefix + "intermediate.dense"), approximate=False)
        return self._residual(wide, hidden, prefix + "output.", training)

    def _attention(
        self, hidden: tf.Tensor, bias: tf.Tensor, prefix: str, training: bool
    ) -> tf.Tensor:
        shape = tf.shape(hidden)
        size = DIMENSIONS // HEADS

        def heads(part: str) -> tf.Tensor:
            projected = tf.reshape(
                self._dense(hidden, prefix + part), [shape[0], shape[1], HEADS, size]
            )
            return tf.transpose(projected, [0, 2, 1, 3])

        scores = tf.matmul(heads("query"), heads("key"), transpose_b=True) / size**0.5
        shares = _dropout(tf.nn.softmax(scores + bias), training)
        mixed = tf.transpose(tf.matmul(shares, heads("value")), [0, 2, 1, 3])
        return tf.reshape(mixed, shape)

    def _residual(
        self, inner: tf.Tensor, hidden: tf.Tensor, prefix: str, training: bool
    ) -> tf.Tensor:
        projected = _dropout(self._dense(inner, prefix + "dense"), training)
        return self._normalise(projected + hidden, prefix + "LayerNorm")

    def _dense(self, hidden: tf.Tensor, name: str) -> tf.Tensor:
        weight = self.parameters[f"{name}.weight"]
        flat = tf.reshape(hidden, [-1, weight.shape[1]])
        factors = tf.cast(flat, self._factors), tf.cast(weight, self._factors)
        product = tf.cast(tf.matmul(*factors, transpose_b=True), tf.float32)
        shape = tf.concat([tf.shape(hidden)[:-1], weight.shape[:1]], axis=0)
        return tf.reshape(product + self.parameters[f"{name}.bias"], shape)

    def _normalise(self, hidden: tf.Tensor, name: str) -> tf.Tensor:
        mean, variance = tf.nn.moments(hidden, axes=[-1], keepdims=True)
        scaled = (hidden - mean) * tf.math.rsqrt(variance + LAYER_NORM_EPSILON)
        return scaled * self.parameters[f"{name}.weight"] + self.parameters[f"{name}.bias"]


class _Batches:
    """Gives phrases, composites and messages in batches in which most labels stand twice."""

    def __init__(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        messages: Sequence[Asking],
        rng: random.Random,
    ) -> None:
        self.names = tuple(sorted(set(labels)))
        self._numbers = {name: number for number, name in enumerate(self.names)}
        self._labels = [self._numbers[label] for label in labels]
        self._texts = texts
        self._messages = [message for message in messages for _ in range(MESSAGES)]
        self._rng = rng
        self._composer = Composer(self._texts, labels, rng, self._vary)
        self._tokenizer = load_tokenizer()
        self._tokenizer.enable_truncation(TOKENS)

    def __len__(self) -> int:
        return -(-(len(self._texts) + self._composites + len(self._messages)) // BATCH)

    @property
    def _composites(self) -> int:
        return round(len(self._texts) * COMPOSITES)

    def __iter__(self) -> Iterator[tuple[Ids, Ids, Vectors]]:
        """Give word pieces, spans in them, and the targets of both."""
        composites = [self._composer.draw() for _ in range(self._composites)]
        texts = [
            *map(self._vary, self._texts),
            *(each.text for each in composites),
            *(self._vary(text) for text, _ in self._messages),
        ]
        asked = [
            *([label] for label in self._labels),
            *([self._numbers[label] for label in each.labels] for each in composites),
            *([self._numbers[label] for label in labels] for _, labels in self._messages),
        ]
        encoded = self._tokenizer.encode_batch(texts)
        parts = [
            *([] for _ in self._texts),
            *map(self._spans, encoded[len(self._texts) :], composites),
            *([] for _ in self._messages),
        ]
        for batch in self._batches([len(each.ids) for each in encoded]):
            inside = [(row, *span) for row, i in enumerate(batch) for span in parts[i]]
            spans = np.array([span[:3] for span in inside], dtype=np.int32).reshape(-1, 3)
            targets = self._targets([*(asked[i] for i in batch), *([span[3]] for span in inside)])
            yield _padded([encoded[i].ids for i in batch]), spans, targets

    def _spans(self, encoding: Encoding, composite: Composite) -> list[tuple[int, int, int]]:
        """Return first and last word piece (exclusive) and label of each phrase in a composite."""
        places = [word_pieces(encoding.offsets, start, end) for start, end, _ in composite.parts]
        labels = [self._numbers[label] for _, _, label in composite.parts]
        return [(*place, label) for place, label in zip(places, labels, strict=True) if place]

    def label_counts(self) -> npt.NDArray[np.int64]:
        """Return how many phrases each label has."""
        return np.bincount(self._labels, minlength=len(self.names))

    def first_ids(self) -> Iterator[Ids]:
        """Give some phrases of each label, without slips, a batch a label."""
        by_label: list[list[str]] = [[] for _ in self.names]
        for text, label in zip(self._texts, self._labels, strict=True):
            by_label[label].append(text)
        for own in by_label:
            few = own[:: -(-len(own) // _FIRST_PHRASES)]
            yield _padded([each.ids for each in self._tokenizer.encode_batch(few)])

    def _vary(self, text: str) -> str:
        return misspell(text, self._rng) if self._rng.random() < MISSPELLED else text

    def _batches(self, lengths: list[int]) -> list[list[int]]:
        """Return shuffled batches of numbers: pairs of phrases of one label, alike in length."""
        pairs = self._pairs(lengths)
        pairs += [[i] for i in range(len(self._labels), len(lengths))]
        self._rng.shuffle(pairs)
        order: list[int] = []
        size = _GROUP * BATCH // 2
        for start in range(0, len(pairs), size):
            group = sorted(
                pairs[start : start + size], key=lambda pair: max(lengths[i] for i in pair)
            )
            order.extend(i for pair in group for i in pair)
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        self._rng.shuffle(batches)
        return batches

    def _pairs(self, lengths: list[int]) -> list[list[int]]:
        """Return numbers of the phrases by two of one label, drawn anew each time."""
        by_label: dict[int, list[int]] = defaultdict(list)
        phrases = len(self._labels)
        for i in self._rng.sample(range(phrases), phrases):
            by_label[self._labels[i]].append(i)
        pairs = []
        for own in by_label.values():
            for start in range(0, len(own), _NEIGHBOURS):
                few = sorted(own[start : start + _NEIGHBOURS], key=lengths.__getitem__)
                pairs += [few[j : j + 2] for j in range(0, len(few), 2)]
        return pairs

    def _targets(self, asked: list[list[int]]) -> Vectors:
        targets = np.zeros((len(asked), len(self.names)), dtype=np.float32)
        for row, numbers in zip(targets, asked, strict=True):
            row[numbers] = 1 / len(numbers)
        return targets


class _Trainer:
    """Optimises the encoder and the labels' centres."""

    def __init__(self, encoder: _Encoder, batches: _Batches, epochs: int) -> None:
        self._encoder = encoder
        self._batches = batches
        self._label_count = len(batches.names)
        counts = batches.label_counts()
        # Rare labels count more, but not in full proportion: a handful of phrases says little.
        self._label_weights = tf.constant(
            (counts.sum() / (self._label_count * counts)) ** 0.5, dtype=tf.float32
        )
        self._centres = tf.Variable(self._first_centres())
        steps = epochs * len(batches)
        decay = tf.keras.optimizers.schedules.PolynomialDecay(LEARNING_RATE, steps, 0.0)
        self._optimizer = tf.keras.optimizers.legacy.Adam(decay)
        self._centre_optimizer = tf.keras.optimizers.legacy.Adam(CENTRE_LEARNING_RATE)
        self._compiled_step = tf.function(self._step, autograph=False, reduce_retracing=True)

    def epoch(self) -> float:
        """Go once through everything and return the mean loss."""
        losses = [float(self._compiled_step(*map(tf.constant, batch))) for batch in self._batches]
        return float(np.mean(losses))

    def weights(self) -> dict[str, Vectors]:
        """Return the encoder's weights by their name in the checkpoint."""
        return {name: value.numpy() for name, value in self._encoder.parameters.items()}

    def _first_centres(self) -> tf.Tensor:
        nothing = tf.zeros((0, 3), tf.int32)
        batches = map(tf.constant, self._batches.first_ids())
        sums = [tf.reduce_sum(self._encoder(ids, nothing, False), axis=0) for ids in batches]
        return tf.math.l2_normalize(tf.stack(sums), axis=-1)

    def _step(self, ids: tf.Tensor, spans: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        encoder = self._encoder.trainable_variables
        with tf.GradientTape() as tape:
            vectors = self._encoder(ids, spans, True)
            loss = self._cross_entropy(vectors, targets) + CONTRAST_WEIGHT * _contrast(
                vectors, targets
            )
        gradients = tape.gradient(loss, [*encoder, self._centres])
        self._optimizer.apply_gradients(zip(gradients[:-1], encoder, strict=True))
        self._centre_optimizer.apply_gradients([(gradients[-1], self._centres)])
        return loss

    def _cross_entropy(self, vectors: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        centres = tf.math.l2_normalize(self._centres, axis=-1)
        logits = CENTRE_SCALE * tf.matmul(vectors, centres, transpose_b=True)
        truth = targets * (1 - LABEL_SMOOTHING) + LABEL_SMOOTHING / self._label_count
        entropy = tf.nn.softmax_cross_entropy_with_logits(truth, logits)
        return tf.reduce_mean(tf.linalg.matvec(targets, self._label_weights) * entropy)


def _contrast(vectors: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """Return the supervised contrastive loss of a batch; half the same is half as near."""
    itself = tf.eye(tf.shape(vectors)[0])
    similarity = CONTRAST_SCALE * tf.matmul(vectors, vectors, transpose_b=True) - 1e4 * itself
    same = tf.matmul(targets, targets, transpose_b=True) * (1 - itself)
    log_share = similarity - tf.reduce_logsumexp(similarity, axis=1, keepdims=True)
    count = tf.reduce_sum(same, axis=1)
    per_phrase = -tf.reduce_sum(same * log_share, axis=1) / tf.maximum(count, 1.0)
    paired = tf.reduce_sum(tf.cast(count > 0, tf.float32))
    return tf.reduce_sum(per_phrase) / tf.maximum(paired, 1.0)


def _is_trained(name: str) -> bool:
    layer = re.match(r"encoder\.layer\.(\d+)\.", name)
    return layer is not None and int(layer[1]) >= FROZEN_LAYERS


def _multiplies_bfloat16() -> bool:
    """Tell whether this processor has units for products of bfloat16 matrices (Linux only)."""
    processor = Path("/proc/cpuinfo")
    return processor.exists() and _FAST_PRODUCTS in processor.read_text(encoding="utf-8")


def _dropout(values: tf.Tensor, training: bool) -> tf.Tensor:
    return tf.nn.dropout(values, DROPOUT) if training else values


def _padded(encoded: list[list[int]]) -> Ids:
    """Return word pieces as one array, padded with 0."""
    ids = np.zeros((len(encoded), max(map(len, encoded))), dtype=np.int32)
    for row, pieces in zip(ids, encoded, strict=True):
        row[: len(pieces)] = pieces
    return ids
