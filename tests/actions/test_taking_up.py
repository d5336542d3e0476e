"""Which messages take a screening up again whose outcome was told."""

from __future__ import annotations

from typing import Any

import pytest

from actions.taking_up import asks_to_change, says_to_go_on, takes_up, wants_the_summary

ANSWERS = {"good_health": "yes", "dvt_history": "no", "other_vascular": "no"}
SUMMARY = {"answers": ANSWERS, "points_to_raise": ["smoking"]}
STOPPED = {"answers": {**ANSWERS, "dvt_history": "not_asked"}, "points_to_raise": []}


def told(question: bool = False, mentions: tuple[str, ...] = (), **statements: str) -> Any:
    """What NLU found."""
    return {"statements": statements, "mentions": list(mentions), "question": question}


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (told(good_health="no"), "my health isn't good"),
        (told(mentions=("pregnancy",)), "im pregnant"),
        (told(family_history="yes"), "my mum had a clot"),
        (told(question=True, good_health="no"), "actually i'm ill, does that matter"),
    ],
)
def test_whatever_differs_right_behind_the_outcome_takes_it_up(parse: Any, text: str) -> None:
    assert takes_up(SUMMARY, parse, text, just_told=True)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (told(dvt_history="no"), "no clots"),
        (told(mentions=("smoking",)), "I smoke"),
        (told(question=True, mentions=("painkillers",)), "can I take ibuprofen afterwards?"),
        (told(question=True, other_vascular="yes"), "could I have a stroke from it"),
    ],
)
def test_what_is_known_or_merely_asked_doesnt(parse: Any, text: str) -> None:
    assert not takes_up(SUMMARY, parse, text, just_told=True)


def test_later_it_takes_a_word_of_correction_or_a_clot() -> None:
    ill, clot = told(good_health="no"), told(dvt_history="yes")
    assert not takes_up(SUMMARY, ill, "I don't feel well", just_told=False)
    assert takes_up(SUMMARY, ill, "I forgot to say my health isn't good", just_told=False)
    assert takes_up(SUMMARY, clot, "I had a clot", just_told=False)


def test_only_going_on_takes_up_what_was_stopped_and_only_at_once() -> None:
    assert takes_up(STOPPED, told(), "ok lets continue", just_told=True)
    assert not takes_up(STOPPED, told(), "ok lets continue", just_told=False)
    assert not takes_up(STOPPED, told(mentions=("pregnancy",)), "im pregnant", just_told=True)
    assert not takes_up(None, told(dvt_history="yes"), "I had a clot", just_told=True)


@pytest.mark.parametrize(
    "text",
    [
        "can i change my answer",
        "go back",
        "can we go back one question",
        "undo",
        "wrong answer",
        "my first answer was wrong",
        "number four is wrong",
        "the last one is yes",
    ],
)
def test_a_wish_to_change_an_answer_is_heard(text: str) -> None:
    assert asks_to_change(text)


@pytest.mark.parametrize(
    "text",
    [
        "when can I go back to work?",
        "last question, does it hurt?",
        "does it fix the bigger ones",
        "do the veins go back to normal",
    ],
)
def test_a_question_of_another_kind_is_no_such_wish(text: str) -> None:
    assert not asks_to_change(text)


def test_whether_one_is_suitable_asked_again_takes_it_up_unless_anew_or_for_another() -> None:
    again = {**told(question=True), "topics": [{"topic": "screening", "subject": None}]}
    assert takes_up(SUMMARY, again, "so am i suitable or not", just_told=False)
    assert not takes_up(SUMMARY, again, "can you check me again", just_told=False)
    assert not takes_up(SUMMARY, again, "could my mum have it", just_told=False)


@pytest.mark.parametrize("text", ["ok go on", "continue the questions", "carry on then please"])
def test_going_on_is_heard(text: str) -> None:
    assert says_to_go_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "can I continue this tomorrow please",
        "can I continue running after",
        "how do I proceed with booking",
        "don't go on",
    ],
)
def test_going_on_with_something_else_is_not(text: str) -> None:
    assert not says_to_go_on(text)


@pytest.mark.parametrize("text", ["show me my summary", "summary please", "what did i say"])
def test_a_wish_to_see_the_summary_is_heard(text: str) -> None:
    assert wants_the_summary(text)


@pytest.mark.parametrize(
    "text",
    [
        "are my answers private?",
        "a summary of side effects",
        "add it to my summary",
        "delete my answers",
    ],
)
def test_what_only_names_the_summary_is_no_such_wish(text: str) -> None:
    assert not wants_the_summary(text)


def test_a_point_taken_back_takes_it_up_and_one_never_made_doesnt() -> None:
    withdrawn = {**told(), "withdrawn": ["smoking"]}
    assert takes_up(SUMMARY, withdrawn, "i don't smoke anymore", just_told=True)
    never = {**told(), "withdrawn": ["pregnancy"]}
    assert not takes_up(SUMMARY, never, "i'm not pregnant", just_told=True)


def test_behind_another_person_s_screening_their_clot_takes_it_up() -> None:
    for_mum = {**SUMMARY, "points_to_raise": ["for_another"]}
    hers = {"screened": False, "statements": {"dvt_history": "yes"}, "mentions": []}
    parse = {**told(family_history="yes"), "of_another": hers}
    assert takes_up(for_mum, parse, "she had a clot in 2010", just_told=False)
    assert not takes_up(SUMMARY, parse, "she had a clot in 2010", just_told=False)


def test_one_s_own_question_doesnt_bring_another_person_s_outcome_again() -> None:
    for_mum = {**SUMMARY, "points_to_raise": ["for_another"]}
    parse = {**told(question=True), "topics": [{"topic": "screening"}]}
    assert not takes_up(for_mum, parse, "and can I have it?", just_told=True)
    assert not takes_up(for_mum, parse, "can my dad have it?", just_told=True)
    assert takes_up(for_mum, parse, "so is she suitable?", just_told=True)


def test_one_s_own_clot_changes_no_other_person_s_summary() -> None:
    for_mum = {**SUMMARY, "points_to_raise": ["for_another"]}
    assert not takes_up(for_mum, told(dvt_history="yes"), "I had a clot in 2010", just_told=True)
    assert takes_up(for_mum, told(dvt_history="yes"), "had a clot in 2010", just_told=True)
