"""Free text where a yes or no was asked."""

from __future__ import annotations

import pytest

from tests.patient import Patient

pytestmark = pytest.mark.served


def at_the_clot_question(patient: Patient) -> Patient:
    patient.writes("am i a good candidate?").writes("yes").writes("they ache").writes("yes")
    assert patient.is_asked == "dvt_history"
    return patient


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("nope never", "no"),
        ("yeah in 2015", "yes"),
        ("idk", "unknown"),
        ("not that I know of", "no"),
    ],
)
def test_plain_words_are_read_as_answers(patient: Patient, words: str, answer: str) -> None:
    at_the_clot_question(patient).writes(words)
    assert patient.screening["answers"]["dvt_history"] == answer
    assert patient.is_asked == "other_vascular"


def test_an_ok_that_asks_for_time_is_no_clot(patient: Patient) -> None:
    at_the_clot_question(patient).writes("ok hang on im just checking with my gp")
    assert patient.is_asked == "dvt_history"
    assert "dvt_history" not in patient.screening["answers"]


def test_a_screening_for_somebody_else_after_all_forgets_ones_own_answers(
    patient: Patient,
) -> None:
    patient.writes("am i a good candidate?").writes("yes")
    patient.writes("actually this is for my husband not me")
    assert patient.is_asked == "small_visible_veins"
    assert "the person the treatment is for" in patient.reads


def test_a_relatives_clot_is_not_ones_own_and_the_question_stays(patient: Patient) -> None:
    at_the_clot_question(patient).writes("my mum did")
    assert patient.is_asked == "dvt_history"
    assert "family" in patient.reads
    assert "dvt_history" not in patient.screening["answers"]


def test_a_word_that_isnt_known_is_explained_and_asked_again(patient: Patient) -> None:
    at_the_clot_question(patient).writes("what's a dvt?")
    assert "blood clot in a deep vein" in patient.reads
    assert patient.is_asked == "dvt_history"


def test_several_answers_in_one_message_are_all_taken(patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("yes")
    patient.writes("just cosmetic, I'm healthy, no clots")
    assert patient.is_asked == "other_vascular"


def test_what_was_told_before_is_not_asked_again(patient: Patient) -> None:
    patient.writes("I had a DVT in 2018, can I have it?")
    assert patient.is_asked == "small_visible_veins"
    patient.writes("yes").writes("the look").writes("yes")
    assert patient.is_asked == "other_vascular"
    assert patient.screening["answers"]["dvt_history"] == "yes"


def test_what_the_guide_does_not_name_goes_on_the_summary_and_is_no_yes(patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("yes, but i'm pregnant")
    assert "guide doesn't cover" in patient.reads
    patient.writes("the look").writes("yes").writes("no").writes("no")
    assert patient.screening["outcome"] == "needs_consultation"
    assert "pregnan" in patient.reads
