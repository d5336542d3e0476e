from __future__ import annotations

import pytest

from assistant.nlu import language


@pytest.mark.parametrize(
    "text",
    [
        "does it hurt",
        "yo",
        "y",
        "no",
        "me",
        "",
        "👍",
        "catch ya",
        "hola can I book",
        "wat r da risks",
    ],
)
def test_english_is_assumed_without_evidence(text: str) -> None:
    assert language.guess(text) == language.ENGLISH


@pytest.mark.parametrize(
    "text", ["hola", "gracias", "¿cuánto cuesta?", "me duele el pecho", "no puedo respirar"]
)
def test_spanish_is_told(text: str) -> None:
    assert language.guess(text) == language.SPANISH


@pytest.mark.parametrize(
    "text",
    [
        "привет",
        "كم السعر",
        "多少钱",
        "wie viel kostet das",
        "bonjour je voudrais un rendez-vous",
        "quanto custa o tratamento das veias",
        "magkano po ang treatment",
    ],
)
def test_other_languages_are_told(text: str) -> None:
    assert language.guess(text) == language.OTHER
