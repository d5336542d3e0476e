"""What patients ask first, through the real servers and the trained model."""

from __future__ import annotations

import pytest

from tests.patient import Patient

pytestmark = pytest.mark.served


@pytest.mark.parametrize(
    ("question", "topic", "said"),
    [
        ("what is sclerotherapy", "what_is", "spider veins"),
        ("how does the injection get rid of the vein", "how_it_works", "collapse"),
        ("What happens on the day of the procedure?", "procedure_steps", "clean"),
        ("who is a good candidate", "candidacy", "consultation"),
        ("do i need a consultation first", "consultation", "consultation"),
        ("how do i look after my legs afterwards", "aftercare", "care"),
        ("does it hurt", "pain", "sting"),
        ("how long does one session take", "duration", "15 to 30 minutes"),
        ("how many sessions will I need", "sessions", "session"),
        ("when can i go back to work", "recovery", "right away"),
        ("can I go to the gym after", "exercise", "few days"),
        ("when will I see results", "results_timeline", "few weeks"),
        ("do the veins come back", "permanence", "maintenance"),
        ("is it safe", "safety", "risk"),
        ("what are the side effects", "side_effects", "bruising"),
        ("how long do the bruises last", "side_effect_duration", "weeks"),
        ("can you treat the veins on my thighs", "treated_veins", "legs"),
        ("what are the benefits", "benefits", "look"),
    ],
)
def test_a_first_question_gets_its_curated_answer(
    patient: Patient, question: str, topic: str, said: str
) -> None:
    patient.writes(question)
    assert patient.topics == [topic]
    assert said in patient.reads.lower()
    sources = [source for message in patient.messages for source in message["sources"]]
    assert sources, "the answer names no passage of the guide"


def test_two_questions_in_one_message_are_both_answered_in_order(patient: Patient) -> None:
    patient.writes("wil it hurt n how long til i can run")
    assert patient.topics == ["pain", "exercise"]


def test_a_greeting_tells_that_this_is_an_automated_assistant(patient: Patient) -> None:
    patient.writes("hello there")
    assert patient.topics == ["greet"]
    assert "automated assistant" in patient.reads
    assert "911" in patient.reads
    assert "handoff" in patient.choices


def test_the_first_answer_tells_it_too(patient: Patient) -> None:
    patient.writes("does it hurt")
    assert "automated assistant" in patient.messages[0]["text"]
    patient.writes("is it safe")
    assert "automated assistant" not in patient.reads


@pytest.mark.parametrize("message", ["bonjour, est-ce que ça fait mal", "asdf qwer zxcv"])
def test_a_first_message_not_understood_gets_the_disclosure_too(
    patient: Patient, message: str
) -> None:
    patient.writes(message)
    assert "automated assistant" in patient.messages[0]["text"]


def test_a_question_asked_again_gets_other_words(patient: Patient) -> None:
    first = patient.writes("does it hurt").messages[-1]["text"]
    second = patient.writes("does it hurt").messages[-1]["text"]
    assert patient.topics == ["pain"]
    assert first != second


def test_what_the_guide_does_not_cover_is_said_so(patient: Patient) -> None:
    patient.writes("how much does it cost")
    assert (patient.topics, patient.subjects) == (["not_covered"], ["price"])
    assert "guide doesn't cover" in patient.reads


def test_what_a_provider_should_know_is_said_so(patient: Patient) -> None:
    patient.writes("im pregnant can i still get it done")
    assert patient.subjects == ["pregnancy"]
    assert "provider" in patient.reads


def test_a_choice_is_answered_like_the_question(patient: Patient) -> None:
    patient.writes("hello")
    patient.picks("pain")
    assert patient.topics == ["pain"]


def test_a_choice_that_is_no_longer_offered_changes_nothing(patient: Patient) -> None:
    patient.writes("hello")
    patient.writes("is it safe")
    patient.picks("results_timeline")
    assert patient.topics == []
    assert "earlier" in patient.reads


def test_a_person_can_always_be_chosen(patient: Patient) -> None:
    patient.writes("is it safe")
    patient.writes("how long does it take")
    patient.picks("handoff")
    assert patient.topics == ["handoff"]
    assert "555" in patient.reads
