from __future__ import annotations

from pathlib import Path

import pytest

from assistant.nlu import spacy_pipeline
from assistant.nlu.phrases import (
    MAX_CHARACTERS,
    Phrase,
    Phrasebook,
    PhraseError,
    Reader,
    Spellings,
    words_of,
)


@pytest.fixture(scope="module")
def book() -> Phrasebook:
    if not spacy_pipeline.PIPELINE_PATH.exists():
        spacy_pipeline.build()
    reader = Reader(spacy_pipeline.load(), Spellings.load())
    reader.learn(["throat", "breathe", "swollen", "wheeze", "tingling"])
    return Phrasebook(reader, {"area": ["leg", "back of knee"], "pain": ["hurt/ache"]}, "test.yml")


def _stands(book: Phrasebook, phrase: Phrase, text: str) -> bool:
    line = book.reader.read(text)
    return phrase.matches(line, words_of(line))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("I can't breathe!", ". i can not breathe . "),
        ("my throte is closin", ". my throat close . "),
        ("CANT BREEATHE", ". can not breathe . "),
        ("painting the town", ". paint town . "),
        ("it is 38.9. really?", ". it 38.9 , ? . "),
        ("an elephant. on my chest.", ". elephant , on my chest . "),
        ("wheeeeeze 🚑", ". wheeze 🚑 . "),
        ("", ". "),
        ("\ud800\x00\u202e", ". "),
    ],
)
def test_a_message_becomes_a_line_of_lemmas(book: Phrasebook, written: str, read: str) -> None:
    assert book.reader.read(written) == read


def test_an_ordinary_word_is_never_corrected(book: Phrasebook) -> None:
    assert book.reader.read("the swallow is breezing") == ". swallow breeze . "


def test_a_very_long_message_is_read_at_both_ends(book: Phrasebook) -> None:
    line = book.reader.read("begin " + "x " * MAX_CHARACTERS + "last")
    assert line.startswith(". begin ")
    assert "last . " in line
    assert len(line) <= MAX_CHARACTERS + len(". . . . ")


@pytest.mark.parametrize(
    ("phrase", "holding", "not_holding"),
    [
        ("leg hurt", "my leg hurts", "my leg is fine, arms hurt"),
        ("<area> ... <pain>", "the back of the knee really does ache", "my knee aches"),
        ("leg/arm hurt", "my arms hurt", "my hands hurt"),
        ("my? leg hurt", "leg hurts", "my arm hurts"),
        ("leg ...1 hurt", "leg now hurts", "leg now then hurts"),
        ("leg & hurt", "it hurts in my leg", "it hurts there now. where is my leg"),
        ("leg &9 hurt", "hurts b c e f g h leg", "hurts b c e f g h j k l o p leg"),
        ("leg && hurt", "i have a leg. something there hurts", "i have a leg"),
        ("^ hurt $", "hurts", "it hurts"),
        ("|20\\d\\d| hurt", "in 2015 hurt", "in 1015 hurt"),
        ("leg ?", "leg?", "leg"),
    ],
)
def test_the_notation_finds_what_it_says(
    book: Phrasebook, phrase: str, holding: str, not_holding: str
) -> None:
    compiled = book.compile(phrase)
    assert _stands(book, compiled, holding)
    assert not _stands(book, compiled, not_holding)


@pytest.mark.parametrize(
    "phrase", ["<nobody> hurt", "leg & arm && foot", "(leg hurt", "leg?", "really", "a||b"]
)
def test_what_cannot_be_read_is_refused_with_its_file(book: Phrasebook, phrase: str) -> None:
    with pytest.raises(PhraseError, match=r"test\.yml"):
        book.compile(phrase)


def test_a_spelling_under_two_meanings_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spellings.yml"
    path.write_text("variants: {hurt: hert, heart: hert}\nfillers: ''\nkept: ''\n")
    with pytest.raises(PhraseError, match="'hert' stands under 'hurt' and 'heart'"):
        Spellings.load(path)
