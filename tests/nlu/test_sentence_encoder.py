from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.nlu.encoder_export import export, pretrained_weights
from assistant.nlu.sentence_encoder import EncoderFolder, Recipe, SentenceEncoder, word_pieces

TEXT = "does it hurt and how long is one visit"
FIRST, SECOND = (0, 12), (17, 38)
PHRASES = frozenset(f"phrase {number}" for number in range(1_000))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    file = tmp_path_factory.mktemp("encoder") / "encoder.onnx"
    export(pretrained_weights(), file)
    return SentenceEncoder(file)


def test_the_whole_has_the_same_vector_with_and_without_parts(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode_parts(TEXT, [FIRST, SECOND])
    assert vectors.shape == (3, 384)
    assert np.allclose(vectors[0], encoder.encode(TEXT), atol=1e-5)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_part_means_rather_what_it_means_alone_than_the_other(encoder: SentenceEncoder) -> None:
    _, first, second = encoder.encode_parts(TEXT, [FIRST, SECOND])
    alone = encoder.encode(TEXT[slice(*SECOND)])
    assert second @ alone > first @ alone


def test_a_message_without_parts_has_one_vector(encoder: SentenceEncoder) -> None:
    assert encoder.encode_parts("ok", []).shape == (1, 384)
    assert encoder.encode_parts("ok", []).dtype == np.float32


def test_many_texts_at_once_have_the_vectors_of_each_in_their_order(
    encoder: SentenceEncoder,
) -> None:
    texts = [TEXT, "", "ok", *(f"visit {number}" for number in range(20))]
    one_by_one = np.stack([encoder.encode(text) for text in texts])
    assert np.allclose(encoder.encode_all(texts), one_by_one, atol=1e-6)


def test_a_part_behind_the_cut_counts_as_the_whole(encoder: SentenceEncoder) -> None:
    text = "is it safe " * 300
    whole, part = encoder.encode_parts(text, [(len(text) - 11, len(text) - 1)])
    assert np.array_equal(whole, part)


def test_word_pieces_are_found_by_their_characters() -> None:
    offsets = [(0, 0), (0, 4), (5, 7), (8, 12), (0, 0)]
    assert word_pieces(offsets, 5, 12) == (2, 4)
    assert word_pieces(offsets, 12, 20) is None


@pytest.fixture
def folder(tmp_path: Path) -> EncoderFolder:
    return EncoderFolder(tmp_path)


def adopted(folder: EncoderFolder, content: bytes, recipe: Recipe) -> str:
    with folder.writing() as draft:
        draft.write_bytes(content)
        return folder.adopt(draft, recipe)


def test_an_encoder_serves_a_few_other_phrases_too(folder: EncoderFolder) -> None:
    made = adopted(folder, b"encoder", Recipe("method", PHRASES))
    assert folder.made_by(Recipe("method", PHRASES | {"one more"})) == made


def test_an_encoder_serves_neither_many_other_phrases_nor_another_method(
    folder: EncoderFolder,
) -> None:
    adopted(folder, b"encoder", Recipe("method", PHRASES))
    others = frozenset(f"another {number}" for number in range(11))
    assert folder.made_by(Recipe("method", PHRASES | others)) is None
    assert folder.made_by(Recipe("another method", PHRASES)) is None


def test_the_encoder_of_the_nearest_phrases_is_taken(folder: EncoderFolder) -> None:
    adopted(folder, b"further", Recipe("method", PHRASES - {"phrase 1", "phrase 2"}))
    nearest = adopted(folder, b"nearest", Recipe("method", PHRASES - {"phrase 1"}))
    assert folder.made_by(Recipe("method", PHRASES)) == nearest


def test_an_altered_encoder_is_never_taken(folder: EncoderFolder, tmp_path: Path) -> None:
    recipe = Recipe("method", PHRASES)
    made = adopted(folder, b"encoder", recipe)
    (tmp_path / f"{made}.onnx").write_bytes(b"altered")
    assert folder.made_by(recipe) is None
