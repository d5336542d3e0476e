"""Makes the sentence encoder for the training phrases, or takes the one made before.

Fine-tuning takes minutes, so an encoder is made anew only if something it depends on changed: the
phrases, their labels, the number of rounds or the code that makes it. Only training imports this
module.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from assistant.nlu.encoder_export import export, pretrained_weights
from assistant.nlu.sentence_encoder import EncoderFolder, pretrained_file, sha256_of

_MADE_BY = ("composites.py", "encoder_export.py", "fine_tuning.py", "misspelling.py")


def encoder_for(
    texts: Sequence[str], labels: Sequence[str], epochs: int, encoders: EncoderFolder
) -> str:
    """Return the fingerprint of the encoder for these phrases, made now if there is none yet.

    Args:
        texts: Training phrases in ordinary spelling.
        labels: Label of each.
        epochs: Rounds of fine-tuning; 0 keeps the pretrained weights.
        encoders: Where encoders are kept.
    """
    recipe = _recipe(texts, labels, epochs)
    made = encoders.made_by(recipe)
    if made:
        return made
    weights = pretrained_weights()
    if epochs:
        # Imported here because it pulls in TensorFlow.
        from assistant.nlu.fine_tuning import fine_tune

        weights = fine_tune(weights, texts, labels, epochs)
    with encoders.writing() as draft:
        export(weights, draft)
        return encoders.adopt(draft, recipe)


def _recipe(texts: Sequence[str], labels: Sequence[str], epochs: int) -> str:
    """Return the SHA-256 of all that an encoder is made from."""
    code = [sha256_of(Path(__file__).parent / name) for name in _MADE_BY]
    # Without fine-tuning the phrases don't matter.
    phrases = sorted(zip(texts, labels, strict=True)) if epochs else []
    content = [sha256_of(pretrained_file("model.safetensors")), code, epochs, phrases]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
