"""What single messages settle, without a server."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.rules import ANSWERS, load_criteria
from actions.screening import Message, State, Step, read_message, take_step
from assistant.settings import PROJECT

CRITERIA = load_criteria(PROJECT / "content" / "criteria.yml")
KNOWN_FIRST_THREE = {"small_visible_veins": "yes", "reason": "yes", "good_health": "yes"}


def step(state: State, **parse: Any) -> Step:
    return take_step(CRITERIA, state, read_message(CRITERIA, parse, state.asked))


def asked(criterion: str, **answers: str) -> State:
    return State(answers=answers, asked=criterion)


@pytest.mark.parametrize(
    ("polarity", "answer"), [("yes", "yes"), ("no", "no"), ("unsure", "unknown")]
)
def test_a_polarity_answers_the_question_that_is_asked(polarity: str, answer: str) -> None:
    assert step(asked("dvt_history"), polarity=polarity).answers == {"dvt_history": answer}


def test_a_polarity_answers_nothing_before_a_question_is_asked() -> None:
    assert step(State(), polarity="yes").answers == {}


def test_statements_answer_criteria_that_were_not_asked_yet() -> None:
    said = {"reason": "yes", "good_health": "yes", "dvt_history": "no"}
    taken = step(asked("small_visible_veins"), statements=said)
    assert taken.answers == said
    assert set(taken.noted) == set(said)
    assert not taken.not_understood


def test_the_no_of_no_clots_does_not_answer_the_question_on_health() -> None:
    taken = step(asked("good_health"), statements={"dvt_history": "no"}, polarity="no")
    assert taken.answers == {"dvt_history": "no"}


@pytest.mark.parametrize("text", ["none", "nothing i know of", "Not that im aware"])
def test_nothing_said_to_the_question_on_health_is_asked_again(text: str) -> None:
    taken = step(asked("good_health"), text=text, polarity="no")
    assert taken.answers == {}
    assert taken.not_understood
    assert step(asked("dvt_history"), text=text, polarity="no").answers == {"dvt_history": "no"}


def test_a_yes_beside_a_no_about_something_else_answers_the_question() -> None:
    taken = step(asked("good_health"), statements={"dvt_history": "no"}, polarity="yes")
    assert taken.answers == {"good_health": "yes", "dvt_history": "no"}


def test_an_unclear_word_on_what_was_not_asked_leaves_it_to_be_asked() -> None:
    unclear = {"small_visible_veins": "unknown", "dvt_history": "unknown"}
    assert step(State(), statements=unclear).answers == {"dvt_history": "unknown"}


def test_a_correction_changes_the_earlier_answer_and_leaves_the_question_open() -> None:
    state = asked("other_vascular", **KNOWN_FIRST_THREE, dvt_history="no")
    taken = step(state, statements={"dvt_history": "yes"}, polarity="no")
    assert taken.answers == {"dvt_history": "yes"}
    assert taken.corrected == ("dvt_history",)


def test_an_aside_beside_an_answer_overturns_no_earlier_one() -> None:
    state = asked("other_vascular", **KNOWN_FIRST_THREE, dvt_history="no")
    aside = {"small_visible_veins": "no"}
    taken = step(state, statements=aside, polarity="no", text="nope, just varicose veins")
    assert taken.answers == {"other_vascular": "no"}
    unsure = step(state, statements=aside, text="no but varicose")
    assert unsure.answers == {"other_vascular": "unknown"}
    meant = step(state, statements=aside, polarity="no", text="no wait, i don't see any")
    assert meant.answers == aside


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("my health is so so", "unknown"),
        ("honestly not great", "unknown"),
        ("hes well", "yes"),
        ("good i think, i smoke though", "yes"),
        ("all good", "yes"),
    ],
)
def test_words_on_health_answer_the_question_on_health(text: str, answer: str) -> None:
    assert step(asked("good_health"), text=text).answers == {"good_health": answer}


@pytest.mark.parametrize(
    ("criterion", "text"),
    [
        ("good_health", "well, no"),
        ("good_health", "fine. actually no"),
        ("good_health", "good, but not lately"),
        ("reason", "look, no"),
        ("small_visible_veins", "some, no"),
    ],
)
def test_a_word_that_is_taken_back_behind_it_is_no_answer(criterion: str, text: str) -> None:
    assert step(asked(criterion), text=text).answers == {}


@pytest.mark.parametrize(
    ("text", "answer"),
    [("good, not on any meds", "yes"), ("i\u2019m well", "yes"), ("fine, i want it", "yes")],
)
def test_what_stands_behind_an_answer_doesnt_take_it_back(text: str, answer: str) -> None:
    assert step(asked("good_health"), text=text).answers == {"good_health": answer}


@pytest.mark.parametrize("text", ["ok thanks", "oh ok", "okay great", "ok sure"])
def test_an_ok_says_yes_to_no_illness(text: str) -> None:
    assert step(asked("dvt_history"), text=text, polarity="yes").answers == {}


def test_a_text_made_to_be_slow_is_read_at_once() -> None:
    assert step(asked("good_health"), text="i have " * 16 + "x").answers == {}
    assert step(asked("good_health"), text="i have " * 4000 + "x").answers == {}


def test_saying_an_answer_again_changes_nothing_and_is_not_unclear() -> None:
    taken = step(asked("dvt_history", **KNOWN_FIRST_THREE), statements={"good_health": "yes"})
    assert (taken.answers, taken.corrected, taken.unclear) == ({}, (), None)


def test_a_relative_s_clot_is_not_one_s_own() -> None:
    taken = step(asked("dvt_history"), statements={"family_history": "yes"}, polarity="yes")
    assert taken.answers == {}
    assert taken.family_history
    assert taken.points == ("family_history",)
    assert taken.unclear is None


def test_one_s_own_answer_beside_a_relative_s_clot_counts() -> None:
    said = {"family_history": "yes", "dvt_history": "no"}
    assert step(asked("dvt_history"), statements=said).answers == {"dvt_history": "no"}


def test_a_choice_answers_its_own_question_only() -> None:
    choice = {"intent": {"name": "answer"}, "entities": [{"entity": "reason", "value": "yes"}]}
    assert step(asked("reason"), **choice).answers == {"reason": "yes"}
    late = step(asked("good_health", reason="yes"), **choice)
    assert late.answers == {}
    assert not late.not_understood


def test_entities_of_a_message_that_is_no_choice_fill_nothing() -> None:
    taken = step(asked("reason"), entities=[{"entity": "reason", "value": "yes"}])
    assert taken.answers == {}


def test_another_illness_keeps_overall_health_open_whatever_else_is_said() -> None:
    told = step(asked("good_health"), polarity="yes", mentions=["other_illness"])
    assert told.answers == {"good_health": "unknown"}
    later = State(answers={"good_health": "unknown"}, asked="reason", points=told.points)
    assert step(later, statements={"good_health": "yes"}).answers == {}


def test_another_illness_reopens_health_but_never_softens_a_red_answer() -> None:
    reopened = step(asked("dvt_history", good_health="yes"), mentions=["other_illness"])
    assert reopened.answers == {"good_health": "unknown"}
    assert reopened.corrected == ("good_health",)
    assert step(asked("dvt_history", good_health="no"), mentions=["other_illness"]).answers == {}


def test_a_mention_is_kept_once_and_answers_nothing() -> None:
    first = step(asked("good_health"), mentions=["pregnancy"])
    assert (first.answers, first.new_points) == ({}, ("pregnancy",))
    state = State(asked="good_health", points=first.points)
    assert step(state, mentions=["pregnancy"], polarity="yes").new_points == ()


def test_two_unclear_answers_in_a_row_count_as_unknown() -> None:
    first = step(asked("reason"), text="hm")
    assert (first.unclear, first.not_understood, first.answers) == ("reason", True, {})
    second = step(State(asked="reason", unclear=first.unclear), text="hm")
    assert second.answers == {"reason": "unknown"}
    assert (second.taken_as_unknown, second.unclear) == (True, None)


def test_an_unclear_answer_is_unclear_also_beside_an_earlier_illness() -> None:
    state = State(answers={"good_health": "unknown"}, asked="reason", points=("other_illness",))
    assert step(state, text="hm").not_understood


def test_a_question_in_between_is_no_unclear_answer() -> None:
    state = State(asked="reason", unclear="reason")
    taken = step(state, question=True, topics=[{"topic": "pain", "subject": None}])
    assert (taken.answers, taken.unclear) == ({}, "reason")


def test_what_is_a_dvt_is_explained_and_asked_again() -> None:
    taken = step(asked("dvt_history"), text="What's DVT?", question=True, polarity="unsure")
    assert taken.explain == "dvt_history"
    assert taken.answers == {}


def test_naming_a_dvt_in_an_answer_is_no_question_about_it() -> None:
    assert step(asked("dvt_history"), text="no dvt", polarity="no").explain is None
    said = {"dvt_history": "yes"}
    told = step(State(), text="I had a DVT, can I have it?", question=True, statements=said)
    assert told.explain is None


def test_a_topic_counts_only_when_the_message_asks() -> None:
    parse = {"topics": [{"topic": "side_effects", "subject": None}]}
    assert read_message(CRITERIA, parse, "reason").topics == ()
    assert read_message(CRITERIA, {**parse, "question": True}, "reason").topics == ("side_effects",)


def test_a_subject_that_is_kept_as_a_point_is_not_answered_twice() -> None:
    topic = {"topic": "not_covered", "subject": "pregnancy"}
    parse = {"question": True, "topics": [topic], "mentions": ["pregnancy"]}
    assert read_message(CRITERIA, parse, None).topics == ()


words = st.sampled_from(
    ["yes", "no", "unknown", "unsure", "maybe", "DROP TABLE", "", "I had a clot"]
)
parses = st.fixed_dictionaries(
    {},
    optional={
        "text": st.text(max_size=20),
        "intent": st.fixed_dictionaries({"name": st.sampled_from(["answer", "affirm", "unsure"])}),
        "entities": st.lists(
            st.fixed_dictionaries({"entity": st.sampled_from(CRITERIA.ids), "value": words})
        ),
        "statements": st.dictionaries(
            st.sampled_from([*CRITERIA.ids, "family_history", "other"]), words
        ),
        "polarity": st.one_of(st.none(), words),
        "mentions": st.lists(st.sampled_from(["pregnancy", "other_illness"])),
        "question": st.booleans(),
    },
)
states = st.builds(
    State,
    answers=st.dictionaries(st.sampled_from(CRITERIA.ids[:3]), st.sampled_from(ANSWERS)),
    asked=st.sampled_from([None, "dvt_history", "other_vascular"]),
    unclear=st.sampled_from([None, "dvt_history"]),
    points=st.just(("pregnancy",)),
)


@given(states, parses)
def test_only_the_three_words_ever_become_answers(state: State, parse: dict[str, Any]) -> None:
    taken = step(state, **parse)
    assert set(taken.answers) <= set(CRITERIA.ids)
    assert set(taken.answers.values()) <= set(ANSWERS)


@given(states, parses)
def test_a_point_is_never_forgotten(state: State, parse: dict[str, Any]) -> None:
    assert step(state, **parse).points[: len(state.points)] == state.points


@given(states, parses)
def test_whoever_says_nothing_about_a_criterion_gets_no_favourable_answer(
    state: State, parse: dict[str, Any]
) -> None:
    silent = {**parse, "statements": {}, "polarity": None, "entities": []}
    assert set(step(state, **silent).answers.values()) <= {"unknown"}


def test_a_message_keeps_nothing_of_its_text() -> None:
    parse = {"text": "private words", "intent": {"name": "unsure"}, "question": True}
    assert "private" not in repr(read_message(CRITERIA, parse, "reason"))
    assert read_message(CRITERIA, parse, "reason") == Message()


@pytest.mark.parametrize(
    ("criterion", "text", "answer"),
    [
        ("small_visible_veins", "lots of em", "yes"),
        ("small_visible_veins", "ye loads", "yes"),
        ("small_visible_veins", "sort of", "unknown"),
        ("reason", "A bit of both, I think", "yes"),
        ("good_health", "not bad at all", "yes"),
        ("good_health", "so so tbh", "unknown"),
        ("good_health", "okayish", "unknown"),
        ("good_health", "fine otherwise", "yes"),
        ("reason", "both then", "yes"),
        ("good_health", "very bad", "no"),
    ],
)
def test_what_is_an_answer_to_this_question_alone_is_read(
    criterion: str, text: str, answer: str
) -> None:
    assert step(asked(criterion), text=text).answers == {criterion: answer}


@pytest.mark.parametrize("text", ["bad legs", "both my aunts", "good question"])
def test_such_a_word_in_another_sense_is_no_answer(text: str) -> None:
    assert step(asked("good_health"), text=text).answers == {}


def test_a_yes_with_a_reason_says_both() -> None:
    taken = step(asked("small_visible_veins"), statements={"reason": "yes"}, polarity="yes")
    assert taken.answers == {"small_visible_veins": "yes", "reason": "yes"}
    itching = step(asked("good_health"), statements={"reason": "yes"}, polarity="yes")
    assert itching.answers == {"reason": "yes"}


@pytest.mark.parametrize("text", ["ok", "Okay.", "alright"])
def test_a_mere_ok_says_yes_to_no_illness(text: str) -> None:
    taken = step(asked("dvt_history"), text=text, polarity="yes")
    assert taken.answers == {}
    assert taken.not_understood
    assert step(asked("good_health"), text=text, polarity="yes").answers == {"good_health": "yes"}


def test_a_no_with_a_relative_s_clot_is_a_no() -> None:
    said = {"family_history": "yes"}
    taken = step(asked("dvt_history"), text="no but my dad did", polarity="no", statements=said)
    assert taken.answers == {"dvt_history": "no"}
    assert taken.family_history
    assert step(asked("dvt_history"), polarity="yes", statements=said).answers == {}
