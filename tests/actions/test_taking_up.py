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
        "i meant the last one its yes",
        "sorry i meant no",
        "change it back",
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
        "i meant no needles",
    ],
)
def test_a_question_of_another_kind_is_no_such_wish(text: str) -> None:
    assert not asks_to_change(text)


@pytest.mark.parametrize(
    "text",
    [
        "i forgot to say i had a clot in 2001",
        "if i'm honest i did have a dvt",
        "if you must know i had a clot",
    ],
)
def test_what_is_told_with_an_if_is_told(text: str) -> None:
    assert takes_up(SUMMARY, told(dvt_history="yes"), text, just_told=True)


@pytest.mark.parametrize(
    "text", ["what is the result after 3 months", "what does it say about exercise"]
)
def test_a_question_about_the_treatment_is_no_wish_for_the_summary(text: str) -> None:
    assert not wants_the_summary(text)


def test_a_date_to_change_is_no_answer_to_change() -> None:
    assert asks_to_change("change it to no")
    assert not asks_to_change("can i change it to monday")


def test_who_comes_back_later_takes_up_what_was_stopped() -> None:
    stopped = {**SUMMARY, "answers": {**SUMMARY["answers"], "other_vascular": "not_asked"}}
    assert takes_up(stopped, told(), "hi im back", just_told=False)
    assert takes_up(stopped, told(), "where were we", just_told=False)
    assert not takes_up(stopped, told(), "continue", just_told=False)


@pytest.mark.parametrize("text", ["what if i had a clot years ago", "so if u had a dvt its out?"])
def test_a_supposed_illness_changes_no_answer(text: str) -> None:
    assert not takes_up(SUMMARY, told(dvt_history="unknown"), text, just_told=True)
    assert not takes_up(SUMMARY, told(dvt_history="yes"), text, just_told=True)


def test_whether_one_is_suitable_asked_again_takes_it_up_unless_anew_or_for_another() -> None:
    again = {**told(question=True), "topics": [{"topic": "screening", "subject": None}]}
    assert takes_up(SUMMARY, again, "so am i suitable or not", just_told=False)
    assert not takes_up(SUMMARY, again, "can you check me again", just_told=False)
    assert not takes_up(SUMMARY, again, "could my mum have it", just_told=False)


@pytest.mark.parametrize(
    "text",
    ["ok go on", "continue the questions", "carry on then please", "where were we", "ok im back"],
)
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


@pytest.mark.parametrize(
    "text",
    [
        "show me my summary",
        "summary please",
        "what did i say",
        "whats my result again",
        "can you read me back what i said",
        "what have you got down for me",
        "which of them things is the problem",
    ],
)
def test_a_wish_to_see_the_summary_is_heard(text: str) -> None:
    assert wants_the_summary(text)


@pytest.mark.parametrize(
    "text",
    [
        "are my answers private?",
        "a summary of side effects",
        "add it to my summary",
        "delete my answers",
        "what did you put in my leg",
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


def test_so_can_she_is_asked_of_the_one_who_was_screened() -> None:
    for_mum = {**SUMMARY, "points_to_raise": ["for_another"]}
    asks = told(question=True)
    assert takes_up(for_mum, asks, "so can she??", just_told=True)
    assert takes_up(SUMMARY, asks, "ok so can i have it then", just_told=True)
    assert not takes_up(SUMMARY, asks, "so can she", just_told=True)
    assert not takes_up(SUMMARY, asks, "so can i run", just_told=True)


def test_one_s_own_clot_changes_no_other_person_s_summary() -> None:
    for_mum = {**SUMMARY, "points_to_raise": ["for_another"]}
    assert not takes_up(for_mum, told(dvt_history="yes"), "I had a clot in 2010", just_told=True)
    assert takes_up(for_mum, told(dvt_history="yes"), "had a clot in 2010", just_told=True)
