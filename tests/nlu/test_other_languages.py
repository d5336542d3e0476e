"""What is looked for in the words of other languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.nlu.other_languages import OtherLanguages
from assistant.nlu.phrases import PhraseError

FLAGS = ("trouble_breathing", "suicide")


@pytest.fixture
def cries() -> OtherLanguages:
    return OtherLanguages(
        [
            ("trouble_breathing", "peux pas respirer"),
            ("trouble_breathing", "không thở được"),
            ("trouble_breathing", "숨을 못 쉬"),
            ("suicide", "不想活"),
            ("anaphylaxis", "जीभ सूज"),
        ]
    )


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Aidez-moi, je PEUX PAS  réspirer!!", "trouble_breathing"),
        ("khong tho duoc", "trouble_breathing"),
        ("숨을못쉬겠어요", "trouble_breathing"),
        ("我 不想 活了", "suicide"),
        ("मेरी जीभ सूज गई है", "anaphylaxis"),
    ],
)
def test_accents_case_and_blanks_dont_matter(cries: OtherLanguages, text: str, flag: str) -> None:
    assert cries.find(text) == flag


@pytest.mark.parametrize(
    "text", ["je peux respirer", "tu peux pas respirera", "जो भी सूजन", "", "\ud800", "1 2 3"]
)
def test_what_isnt_said_word_for_word_isnt_found(cries: OtherLanguages, text: str) -> None:
    assert cries.find(text) is None


def test_a_very_long_text_is_read_at_both_ends(cries: OtherLanguages) -> None:
    assert cries.find("x " * 50_000 + "je peux pas respirer") == "trouble_breathing"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("french: {fever: [fievre]}", "french: there is no flag 'fever'"),
        ('french: {suicide: ["!?"]}', "french: suicide: an entry has no words"),
    ],
)
def test_a_file_that_names_no_flag_or_no_words_is_refused(
    tmp_path: Path, content: str, says: str
) -> None:
    path = tmp_path / "other_languages.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PhraseError, match=says):
        OtherLanguages.load(path, FLAGS)
