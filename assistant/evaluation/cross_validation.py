"""Leaves one hand out: how well a writer is understood whose phrases were never trained on.

    python -m assistant.evaluation.cross_validation --out reports/cross_validation

prints one row per hand, one per label with what it is confused with, the learning curve and the
calibration, and writes `report.txt`, `confusions.txt` (each misunderstood training phrase) and
`calibration.svg`. Only training phrases are read, so its errors may be looked at: they show where
to write phrases or to mend labels. It uses the pretrained encoder, which is quick; with
`--epochs 2` each hand gets an encoder fine-tuned without it, on phrases alone.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from assistant.nlu.encoder_export import Weights, export, pretrained_weights
from assistant.nlu.normaliser import Normaliser
from assistant.nlu.sentence_encoder import SentenceEncoder, Vectors
from assistant.nlu.topic_choice import KIN
from assistant.nlu.topic_classifier import TopicClassifier, head_settings
from assistant.nlu.topic_head import TopicHead
from assistant.nlu.training_phrases import Phrase, read_phrases
from assistant.settings import PROJECT

# Learning curve: shares of the training phrases.
SHARES = (0.25, 0.5, 0.75, 1.0)
# Calibration: borders of the bins of confidence.
BINS = (0.0, 0.3, 0.45, 0.6, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class Guess:
    """A held-out phrase and what it was taken for.

    Attributes:
        phrase: The phrase.
        label: The likeliest label.
        confidence: Its probability.
        among_three: Whether the right label is among the first three.
    """

    phrase: Phrase
    label: str
    confidence: float
    among_three: bool

    @property
    def right(self) -> bool:
        """Whether the answer would have been the right one."""
        return _answer(self.label) == _answer(self.phrase.label)


@dataclass(frozen=True)
class Read:
    """A phrase as the classifier sees it.

    Attributes:
        phrase: The phrase.
        text: Its text in ordinary spelling.
        vector: Its meaning, shape `(384,)`.
    """

    phrase: Phrase
    text: str
    vector: Vectors


def leave_out(phrases: Sequence[Phrase], hand: str, weights: Weights, epochs: int) -> list[Guess]:
    """Train without one hand and guess its phrases.

    Args:
        phrases: All phrases.
        hand: The hand to leave out.
        weights: Pretrained weights of the encoder.
        epochs: Rounds of fine-tuning.
    """
    training = [phrase for phrase in phrases if phrase.hand != hand]
    held_out = [phrase for phrase in phrases if phrase.hand == hand]
    normaliser, encoder = reader(training, weights, epochs)
    return guess(read(training, normaliser, encoder), read(held_out, normaliser, encoder))


def reader(
    training: Sequence[Phrase], weights: Weights, epochs: int
) -> tuple[Normaliser, SentenceEncoder]:
    """Make what reads messages, from these phrases alone.

    Args:
        training: Phrases to train on.
        weights: Pretrained weights of the encoder.
        epochs: Rounds of fine-tuning.
    """
    normaliser, _ = Normaliser.build(phrase.text for phrase in training)
    if epochs:
        from assistant.nlu.fine_tuning import fine_tune

        texts = [normaliser(phrase.text) for phrase in training]
        weights = fine_tune(weights, texts, [phrase.label for phrase in training], [], epochs)
    return normaliser, _encoder(weights)


def read(phrases: Sequence[Phrase], normaliser: Normaliser, encoder: SentenceEncoder) -> list[Read]:
    """Read phrases as the classifier does.

    Args:
        phrases: The phrases.
        normaliser: Of the training phrases.
        encoder: Likewise.
    """
    texts = [normaliser(phrase.text) for phrase in phrases]
    return [Read(*each) for each in zip(phrases, texts, map(encoder.encode, texts), strict=True)]


def train_head(training: Sequence[Read]) -> TopicHead:
    """Train a head.

    Args:
        training: Training phrases.
    """
    return TopicHead.fit(
        np.stack([each.vector for each in training]),
        [each.text for each in training],
        [(each.phrase.label,) for each in training],
    )


def guess(training: Sequence[Read], held_out: Sequence[Read]) -> list[Guess]:
    """Train a head and guess labels.

    Args:
        training: Training phrases.
        held_out: Phrases to guess.
    """
    head = train_head(training)
    table = head.probabilities(
        np.stack([each.vector for each in held_out]),
        [each.text for each in held_out],
        head_settings(TopicClassifier.get_default_config()),
    )
    guesses = []
    for phrase, row in zip((each.phrase for each in held_out), table, strict=True):
        first = [head.labels[i] for i in np.argsort(-row)[:3]]
        among = _answer(phrase.label) in {_answer(label) for label in first}
        guesses.append(Guess(phrase, first[0], float(row.max()), among))
    return guesses


def learning_curve(
    phrases: Sequence[Phrase], hands: Sequence[str], weights: Weights
) -> list[tuple[int, float]]:
    """Return number of training phrases and accuracy on unseen hands, pretrained encoder.

    Args:
        phrases: All phrases.
        hands: The hands to leave out, one at a time.
        weights: Pretrained weights of the encoder.
    """
    normaliser, _ = Normaliser.build(phrase.text for phrase in phrases)
    all_read = read(phrases, normaliser, _encoder(weights))
    order = np.random.default_rng(0).permutation(len(phrases))
    curve = []
    for share in SHARES:
        sizes: list[int] = []
        right: list[bool] = []
        for hand in hands:
            inside = [i for i in order if phrases[i].hand != hand]
            inside = inside[: round(share * len(inside))]
            outside = [i for i in order if phrases[i].hand == hand]
            guesses = guess([all_read[i] for i in inside], [all_read[i] for i in outside])
            sizes.append(len(inside))
            right.extend(each.right for each in guesses)
        curve.append((round(float(np.mean(sizes))), float(np.mean(right))))
    return curve


def report(guesses: Sequence[Guess], curve: Sequence[tuple[int, float]]) -> str:
    """Return the report as text."""
    parts = [
        ("Hands", _hands(guesses)),
        ("Labels", _labels(guesses)),
        ("Learning curve, pretrained encoder", (f"{n:6}  {rate:.3f}" for n, rate in curve)),
        ("Calibration", _calibration_lines(guesses)),
    ]
    return "\n\n".join("\n".join([f"## {title}", *lines]) for title, lines in parts) + "\n"


def calibration(guesses: Sequence[Guess]) -> list[tuple[float, float, int]]:
    """Return mean confidence, share right and number of phrases, per bin that has any."""
    confidence = np.array([guess.confidence for guess in guesses])
    right = np.array([guess.right for guess in guesses])
    bins = np.digitize(confidence, BINS[1:-1])
    return [
        (float(confidence[bins == i].mean()), float(right[bins == i].mean()), int(n))
        for i, n in enumerate(np.bincount(bins, minlength=len(BINS) - 1))
        if n
    ]


def calibration_picture(guesses: Sequence[Guess]) -> str:
    """Return the calibration as SVG: honest confidences lie on the diagonal."""
    points = [(confidence, right) for confidence, right, _ in calibration(guesses)]
    line = " ".join(f"{300 * x + 40:.0f},{320 - 300 * y:.0f}" for x, y in points)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="360" height="360" font-size="12">
<rect width="360" height="360" fill="white"/>
<path d="M40 20V320H340" fill="none" stroke="black"/>
<path d="M40 320L340 20" stroke="grey" stroke-dasharray="4"/>
<polyline points="{line}" fill="none" stroke="#0a5" stroke-width="2"/>
<text x="160" y="345">confidence 0 to 1</text>
<text x="20" y="200" transform="rotate(-90 20 200)">share right</text>
</svg>
"""


def _hands(guesses: Sequence[Guess]) -> Iterator[str]:
    yield f"{'hand':30} {'n':>5}  right  among three"
    by_hand: dict[str, list[Guess]] = defaultdict(list)
    for each in guesses:
        by_hand[each.phrase.hand].append(each)
    for hand, own in [*sorted(by_hand.items()), ("all", list(guesses))]:
        among = np.mean([g.among_three for g in own])
        yield f"{hand:30} {len(own):5}  {np.mean([g.right for g in own]):.3f}  {among:.3f}"


def _labels(guesses: Sequence[Guess]) -> Iterator[str]:
    yield f"{'label':38} {'n':>5}  recall  precision  confused_with"
    guessed = Counter(_answer(each.label) for each in guesses)
    by_label: dict[str, list[Guess]] = defaultdict(list)
    for each in guesses:
        by_label[_answer(each.phrase.label)].append(each)
    for label, own in sorted(by_label.items()):
        right = sum(each.right for each in own)
        wrong = Counter(each.label for each in own if not each.right)
        confused = ", ".join(f"{name} {n}" for name, n in wrong.most_common(4))
        precision = right / max(guessed[label], 1)
        yield f"{label:38} {len(own):5}  {right / len(own):.3f}   {precision:.3f}      {confused}"


def _calibration_lines(guesses: Sequence[Guess]) -> Iterator[str]:
    yield "confidence  right      n"
    for confidence, right, n in calibration(guesses):
        yield f"{confidence:10.3f}  {right:.3f}  {n:5}"


def _confusions(guesses: Sequence[Guess]) -> Iterator[str]:
    wrong = (each for each in guesses if not each.right)
    for each in sorted(wrong, key=lambda g: (g.phrase.label, g.label, -g.confidence)):
        phrase = each.phrase
        yield (
            f"{phrase.label} > {each.label} {each.confidence:.2f} "
            f"{'*' if each.among_three else ' '} {phrase.hand}: {phrase.text}"
        )


def _answer(label: str) -> str:
    """Return the topic that answers a label: asking for oneself is answered as in general."""
    return "candidacy" if label in KIN else label


def _encoder(weights: Weights) -> SentenceEncoder:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "encoder.onnx"
        export(weights, path)
        return SentenceEncoder(path)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=PROJECT / "data")
    parser.add_argument("--hands", nargs="*", help="hands to leave out; all by default")
    parser.add_argument("--epochs", type=int, default=0, help="rounds of fine-tuning per hand")
    parser.add_argument("--out", type=Path, default=PROJECT / "reports" / "cross_validation")
    options = parser.parse_args(arguments)

    phrases = read_phrases(options.data)
    hands = options.hands or sorted({phrase.hand for phrase in phrases})
    weights = pretrained_weights()
    guesses = [g for hand in hands for g in leave_out(phrases, hand, weights, options.epochs)]
    text = report(guesses, learning_curve(phrases, hands, weights))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "report.txt").write_text(text, encoding="utf-8")
    (options.out / "confusions.txt").write_text("\n".join(_confusions(guesses)) + "\n", "utf-8")
    picture = calibration_picture(guesses)
    (options.out / "calibration.svg").write_text(picture, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
