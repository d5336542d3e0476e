"""Makes the sentence encoder for the training phrases, or takes one made before.

Fine-tuning takes many minutes, and a few phrases or messages more or less teach an encoder
nothing: the head learns them by itself. So an encoder is made anew only if one in a hundred of them
changed, or the number of rounds or the code that makes it. Only training imports this module.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from assistant.nlu.encoder_export import export, pretrained_weights
from assistant.nlu.sentence_encoder import EncoderFolder, Recipe, pretrained_file, sha256_of
from assistant.nlu.topic_choice import questions
from assistant.nlu.training_phrases import LongMessage

_MADE_BY = ("composites.py", "encoder_export.py", "fine_tuning.py", "misspelling.py")
_DIGITS = 12  # of a phrase's SHA-256: enough to tell some ten thousand apart


def encoder_for(
    texts: Sequence[str],
    labels: Sequence[str],
    messages: Sequence[LongMessage],
    epochs: int,
    encoders: EncoderFolder,
) -> str:
    """Return the fingerprint of an encoder for these phrases, made now if there is none yet.

    Args:
        texts: Training phrases in ordinary spelling.
        labels: Label of each.
        messages: Messages of several parts, in ordinary spelling, of the same labels.
        epochs: Rounds of fine-tuning; 0 keeps the pretrained weights.
        encoders: Where encoders are kept.
    """
    asked = [(text, (label,)) for text, label in zip(texts, labels, strict=True)]
    several = [(each.text, questions(each.labels)) for each in messages]
    recipe = _recipe([*asked, *several], epochs)
    made = encoders.made_by(recipe)
    if made:
        return made
    weights = pretrained_weights()
    if epochs:
        # Imported here because it pulls in TensorFlow.
        from assistant.nlu.fine_tuning import fine_tune

        weights = fine_tune(weights, texts, labels, several, epochs)
    with encoders.writing() as draft:
        export(weights, draft)
        return encoders.adopt(draft, recipe)


def _recipe(asked: Sequence[tuple[str, tuple[str, ...]]], epochs: int) -> Recipe:
    """Return what an encoder is made from."""
    code = [sha256_of(Path(__file__).parent / name) for name in _MADE_BY]
    method = [sha256_of(pretrained_file("model.safetensors")), code, epochs]
    # Without fine-tuning the phrases don't matter.
    phrases = asked if epochs else ()
    return Recipe(_digest(method), frozenset(_digest(each)[:_DIGITS] for each in phrases))


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
