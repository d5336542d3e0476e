"""Questions, corrections, stops and emergencies in the middle of a screening."""

from __future__ import annotations

import pytest

from tests.patient import Patient

pytestmark = pytest.mark.served


def test_a_question_in_the_middle_is_answered_and_the_screening_goes_on(patient: Patient) -> None:
    patient.writes("can you check if i qualify").writes("yes")
    patient.writes("does it hurt?")
    assert patient.topics == ["pain"]
    assert patient.is_asked == "reason"


def test_an_answer_and_a_question_in_one_message_are_both_heard(patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("yes, does it hurt?")
    assert "pain" in patient.topics
    assert patient.is_asked == "reason"


def test_an_earlier_answer_can_be_corrected(patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("yes").writes("looks").writes("yes")
    patient.writes("no").writes("actually i did have a dvt")
    assert patient.screening["answers"]["dvt_history"] == "yes"
    assert "changed" in patient.reads
    assert patient.is_asked == "other_vascular"
    patient.writes("no")
    assert patient.screening["outcome"] == "not_suitable_without_review"


def test_stop_ends_it_with_what_was_said(patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("yes")
    patient.writes("stop")
    assert patient.screening["outcome"] == "stopped"
    patient.writes("does it hurt?")
    assert patient.is_asked is None


def test_start_again_begins_with_the_first_question(patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("yes").writes("they itch")
    patient.writes("start over")
    assert patient.is_asked == "small_visible_veins"
    assert patient.screening["answers"] == {}


def test_asked_to_be_screened_again_it_begins_anew(patient: Patient) -> None:
    patient.writes("am i a good candidate?")
    for criterion in ("small_visible_veins", "reason", "good_health"):
        patient.picks(f"answer.{criterion}.yes")
    patient.picks("answer.dvt_history.no").picks("answer.other_vascular.no")
    assert patient.screening["outcome"] == "likely_candidate"
    patient.writes("can you check again if i'm a candidate please")
    assert patient.is_asked == "small_visible_veins"
    assert patient.screening["answers"] == {}


def test_a_last_word_after_the_outcome_is_no_question_about_it(patient: Patient) -> None:
    patient.writes("am i a good candidate?")
    for criterion in ("small_visible_veins", "reason", "good_health"):
        patient.picks(f"answer.{criterion}.yes")
    patient.picks("answer.dvt_history.no").picks("answer.other_vascular.no")
    assert patient.screening["outcome"] == "likely_candidate"
    patient.writes("No, that's all")
    assert patient.topics == ["deny"]


def test_an_answer_can_be_corrected_after_the_outcome(patient: Patient) -> None:
    patient.writes("am i a good candidate?")
    for criterion in ("small_visible_veins", "reason", "good_health"):
        patient.picks(f"answer.{criterion}.yes")
    patient.picks("answer.dvt_history.no").picks("answer.other_vascular.no")
    assert patient.screening["outcome"] == "likely_candidate"
    patient.writes("oh wait, i forgot, i did have a dvt in 2015")
    assert patient.screening["outcome"] == "not_suitable_without_review"
    assert patient.screening["answers"]["reason"] == "yes"
    patient.writes("and im pregnant")
    assert patient.screening["points_to_raise"] == ["pregnancy"]


def test_a_stopped_screening_can_be_gone_on_with(patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("yes").writes("stop").writes("ok go on")
    assert patient.is_asked == "reason"
    assert patient.screening["answers"] == {"small_visible_veins": "yes"}


def test_can_i_do_it_again_begins_the_screening_anew(patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("stop").writes("Can I do it again?")
    assert patient.is_asked == "small_visible_veins"


def test_a_person_wanted_in_the_middle_ends_it_and_says_how_to_begin_again(
    patient: Patient,
) -> None:
    patient.writes("am i a good candidate?").writes("yes").writes("can i talk to a person")
    assert "stopped the questions" in patient.reads
    patient.writes("could it suit me?")
    assert patient.is_asked == "small_visible_veins"


def test_an_emergency_ends_it_at_once(patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("yes i can't breathe properly")
    assert patient.kinds == ["emergency"]
    patient.writes("is it safe")
    assert patient.is_asked is None


def test_a_late_choice_never_answers_the_next_question(patient: Patient) -> None:
    patient.writes("am i a good candidate?")
    patient.picks("answer.small_visible_veins.yes")
    patient.picks("answer.small_visible_veins.yes")
    assert "earlier" in patient.reads
    patient.writes("they ache")
    assert patient.is_asked == "good_health"


@pytest.mark.parametrize(
    ("said", "begins"),
    [
        ("wat does dat mean 4 me", "In the guide, a good candidate"),
        ("y u askin", "The guide describes a good candidate"),
        ("wot now", "You get the summary at the end"),
        ("wat do u meen", "The guide doesn't say what counts"),
        ("what did u put", "You get the summary at the end"),
        ("chnge it bak", "Just tell me which answer is different"),
        ("wen can i cum in", "You can reach the team"),
        ("so im aloud", "In the guide, a good candidate"),
    ],
)
def test_words_about_the_screening_are_heard_misspelt(
    patient: Patient, said: str, begins: str
) -> None:
    patient.writes("am i a good candidate?").writes("yes").writes("looks")
    patient.writes(said)
    assert patient.is_asked == "good_health"
    assert patient.kinds[0] == "answer"
    assert patient.messages[0]["text"].startswith(begins)


def test_a_question_is_asked_again_when_it_is_asked_for(patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("yes").writes("looks")
    patient.writes("wats the question agen")
    assert patient.is_asked == "good_health"
    assert patient.kinds == ["question"]


def test_started_again_a_screening_stays_that_of_the_same_person(patient: Patient) -> None:
    patient.writes("can my mum have it?").writes("yes")
    patient.writes("start again")
    assert "the person the treatment is for" in patient.reads
    patient.writes("yes").writes("start again for me")
    assert "the person the treatment is for" not in patient.reads
    assert patient.is_asked == "small_visible_veins"


def test_a_misspelt_question_about_a_word_states_no_illness(patient: Patient) -> None:
    patient.writes("am i a good candidate?").writes("yes").writes("looks").writes("yes")
    patient.writes("whats classed as a clot")
    assert "blood clot in a deep vein" in patient.reads
    patient.writes("wats a dvt")
    assert "dvt_history" not in patient.screening["answers"]
