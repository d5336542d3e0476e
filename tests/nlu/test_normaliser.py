from __future__ import annotations

from pathlib import Path

import pytest

from assistant.nlu.normaliser import MAX_CHARACTERS, Normaliser, edit_distance, sound, text_speak
from assistant.nlu.vocabulary import Vocabulary, protected_words

PHRASES = [
    "does it hurt when the needle goes in",
    "how long before I can run after the injections",
    "my ankle is swollen and bruised after the treatment",
    "my ankle is swollen and bruised, is that normal",
    "I feel faint and dizzy, I feel faint",
    "can I take ibuprofen before the injections",
    "what does the appointment cost, how much is the appointment",
]


@pytest.fixture(scope="module")
def normalise() -> Normaliser:
    return Normaliser.build(PHRASES)[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("hw long b4 i cn run n does it sting", "how long before i can run and does it sting"),
        ("plz hlp", "please help"),
        ("y does it hurt", "why does it hurt"),
        ("wil i b ok", "will i be ok"),
        ("dont want 2 wait", "don't want to wait"),
        ("is it safe 4 me", "is it safe for me"),
        ("runnin n walkin", "running and walking"),
        ("sooooo sore", "so sore"),
        ("don’t", "don't"),
    ],
)
def test_text_speak_is_spelled_out(normalise: Normaliser, written: str, meant: str) -> None:
    assert normalise(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("my ancle is swolen", "my ankle is swollen"),
        ("skleroterapy", "sclerotherapy"),
        ("warfrin", "warfarin"),
        ("ibuprofin", "ibuprofen"),
        ("diabeties", "diabetes"),
        ("apointment", "appointment"),
        ("how mutch", "how much"),
    ],
)
def test_misspellings_are_corrected(normalise: Normaliser, written: str, meant: str) -> None:
    assert normalise(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "fainting",
        "warfarin",
        "I keep fainting on warfarin",
        "numbness, oozing and hives",
        "vaping after roaccutane",
        "2 weeks",
        "4 weeks or 2 to 4 sessions",
        "I'm 24",
        "anaesthetise the colour",
    ],
)
def test_what_is_right_stays(normalise: Normaliser, written: str) -> None:
    assert normalise(written) == written


def test_no_protected_word_is_ever_corrected(normalise: Normaliser) -> None:
    changed = {word: normalise(word) for word in protected_words() if normalise(word) != word}
    assert not {word: new for word, new in changed.items() if word not in text_speak().words}


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("does sclera therapy hurt", "does sclerotherapy hurt"),
        ("very close veins", "varicose veins"),
        ("side affects", "side effects"),
    ],
)
def test_misheard_words_of_the_clinic_are_put_right(
    normalise: Normaliser, heard: str, said: str
) -> None:
    assert normalise(heard) == said


@pytest.mark.parametrize(
    ("alone", "said"),
    [
        ("👍🏽", "yes"),
        ("👎", "no"),
        ("🤷‍♀️", "I don't know"),
        ("n", "no"),
        ("Y", "yes"),
        ("😀😀", ""),
    ],
)
def test_a_lone_sign_is_an_answer(normalise: Normaliser, alone: str, said: str) -> None:
    assert normalise(alone) == said


def test_emoji_beside_words_are_left_out(normalise: Normaliser) -> None:
    assert normalise("so bruised 😭 is that normal") == "so bruised is that normal"


def test_other_languages_are_only_cleaned(normalise: Normaliser) -> None:
    assert normalise("me duele mucho el tobillo  hoy") == "me duele mucho el tobillo hoy"


@pytest.mark.parametrize("text", ["", " \n\t", "\x00", "\u200b", "…", "a" * 5000, "привет", "好"])
def test_any_text_will_do(normalise: Normaliser, text: str) -> None:
    assert len(normalise(text)) <= MAX_CHARACTERS


def test_the_vocabulary_survives_saving(tmp_path: Path) -> None:
    _, vocabulary = Normaliser.build(PHRASES)
    path = tmp_path / "vocabulary.json.gz"
    vocabulary.save(path)
    assert Vocabulary.load(path) == vocabulary


def test_a_misspelling_in_the_phrases_does_not_become_a_word() -> None:
    _, vocabulary = Normaliser.build(["my tretment hurts"] * 5)
    assert "tretment" not in vocabulary.known


@pytest.mark.parametrize(
    ("a", "b", "slips"),
    [("vein", "vein", 0), ("vien", "vein", 1), ("vain", "vein", 1), ("", "ab", 2)],
)
def test_a_swap_counts_as_one_slip(a: str, b: str, slips: int) -> None:
    assert edit_distance(a, b) == slips


@pytest.mark.parametrize(("a", "b"), [("fone", "phone"), ("sklero", "sclero"), ("nee", "knee")])
def test_words_that_sound_alike_have_one_skeleton(a: str, b: str) -> None:
    assert sound(a) == sound(b)
