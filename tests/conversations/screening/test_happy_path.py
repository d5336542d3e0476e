"""Screenings that go straight through."""

from __future__ import annotations

import pytest

from tests.patient import Patient

pytestmark = pytest.mark.served


def test_favourable_answers_end_in_likely_and_a_consultation(patient: Patient) -> None:
    patient.writes("am i a good candidate?")
    assert patient.is_asked == "small_visible_veins"
    patient.writes("yes, a few small ones by my knee").writes("I just hate the look of them")
    patient.writes("yes, I'm healthy").writes("no, never").writes("no nothing like that")
    assert patient.screening["outcome"] == "likely_candidate"
    assert "consultation" in patient.reads
    assert "summary" in patient.reads


def test_choices_answer_the_question_they_stand_under(patient: Patient) -> None:
    patient.writes("am i a good candidate?")
    for criterion, answer in (
        ("small_visible_veins", "yes"),
        ("reason", "yes"),
        ("good_health", "yes"),
        ("dvt_history", "yes"),
        ("other_vascular", "no"),
    ):
        assert patient.is_asked == criterion
        patient.picks(f"answer.{criterion}.{answer}")
    assert patient.screening["outcome"] == "not_suitable_without_review"
    assert "consultation" in patient.reads


def test_not_knowing_ends_in_a_consultation(patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("yes").writes("they itch").writes("yes")
    patient.writes("i dont know").writes("no")
    assert patient.screening["outcome"] == "needs_consultation"
    assert patient.screening["answers"]["dvt_history"] == "unknown"


def test_no_outcome_is_a_verdict(patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("yes").writes("looks").writes("yes")
    patient.writes("yes, i had a dvt").writes("no")
    said = patient.reads.lower()
    assert patient.screening["outcome"] == "not_suitable_without_review"
    for verdict in ("you qualify", "you can't have", "you cannot have", "safe for you", "booked"):
        assert verdict not in said


def test_the_candidacy_answer_offers_the_screening_and_a_yes_takes_it_up(patient: Patient) -> None:
    patient.writes("who is a good candidate")
    assert patient.topics == ["candidacy"]
    patient.writes("yes please")
    assert patient.is_asked == "small_visible_veins"
