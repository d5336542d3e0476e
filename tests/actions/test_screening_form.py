"""The screening as Rasa's form leads it against the running action server."""

from __future__ import annotations

import json

import pytest
from rasa.core.actions.action import ActionDeactivateLoop, RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet
from rasa.shared.exceptions import RasaException

from tests.actions.screening_conversation import FORM, OUTCOME, ScreeningConversation

pytestmark = pytest.mark.served

ASK = "utter_ask_screening_form_"
FAVOURABLE = {
    "small_visible_veins": "yes",
    "reason": "yes",
    "good_health": "yes",
    "dvt_history": "no",
    "other_vascular": "no",
}


def answer_all(screening: ScreeningConversation, **different: str) -> list[str]:
    """Answers every question that is open, by its buttons."""
    said: list[str] = []
    while criterion := screening.asked():
        said = screening.choose(criterion, {**FAVOURABLE, **different}[criterion])
    return said


def texts(screening: ScreeningConversation) -> str:
    return "\n".join(message.text or "" for message in screening.last)


def test_the_questions_come_one_at_a_time_in_the_guide_s_order(
    screening: ScreeningConversation,
) -> None:
    assert screening.start() == ["utter_screening_start", f"{ASK}small_visible_veins"]
    for criterion in FAVOURABLE:
        assert screening.asked() == criterion
        screening.choose(criterion, FAVOURABLE[criterion])
    assert screening.asked() is None


@pytest.mark.parametrize(
    ("different", "outcome"),
    [
        ({}, "likely_candidate"),
        ({"reason": "no"}, "needs_consultation"),
        ({"dvt_history": "unknown"}, "needs_consultation"),
        ({"good_health": "no", "reason": "unknown"}, "not_suitable_without_review"),
    ],
)
def test_the_answers_end_in_their_outcome_with_summary_and_next_step(
    screening: ScreeningConversation, different: dict[str, str], outcome: str
) -> None:
    screening.start()
    assert answer_all(screening, **different) == [
        f"utter_screening_outcome_{outcome}",
        "utter_screening_summary",
        "utter_screening_next_step",
    ]
    summary = screening.summary()
    assert summary["outcome"] == outcome
    assert summary["answers"] == {**FAVOURABLE, **different}


def test_a_clot_told_at_the_start_is_known_and_not_asked_again(
    screening: ScreeningConversation,
) -> None:
    said = screening.start(
        "I once had a thrombosis, is it for me?",
        statements={"dvt_history": "yes"},
        question=True,
        topics=[{"topic": "candidacy", "subject": None}],
    )
    assert said == [
        "utter_screening_start",
        "utter_screening_noted",
        "utter_screening_what_it_means",
        f"{ASK}small_visible_veins",
    ]
    answer_all(screening, dvt_history="no")
    assert screening.summary()["outcome"] == "not_suitable_without_review"
    assert screening.summary()["reasons"] == ["dvt_history"]


def test_a_first_message_that_says_everything_gets_its_outcome_at_once(
    screening: ScreeningConversation,
) -> None:
    said = screening.start(statements=FAVOURABLE)
    assert said[0] == "utter_screening_outcome_likely_candidate"
    assert screening.summary()["answers"] == FAVOURABLE


def test_an_unclear_answer_brings_the_question_s_other_wording_and_a_second_one_unknown(
    screening: ScreeningConversation,
) -> None:
    screening.start()
    first = screening.last[-1].text
    assert screening.say("hm") == ["utter_screening_unclear", f"{ASK}small_visible_veins"]
    assert screening.last[-1].text != first
    assert screening.say("hm") == ["utter_screening_taken_as_unknown", f"{ASK}reason"]
    assert screening.answers() == {"small_visible_veins": "unknown"}


def test_unclear_answers_to_different_questions_are_not_in_a_row(
    screening: ScreeningConversation,
) -> None:
    screening.start()
    screening.say("hm")
    screening.choose("small_visible_veins", "yes")
    assert screening.say("hm") == ["utter_screening_unclear", f"{ASK}reason"]


def test_a_correction_is_said_and_the_open_question_asked_again(
    screening: ScreeningConversation,
) -> None:
    screening.start()
    for criterion in list(FAVOURABLE)[:4]:
        screening.choose(criterion, FAVOURABLE[criterion])
    said = screening.say("oh, there was a clot", statements={"dvt_history": "yes"}, polarity="yes")
    assert said == ["utter_screening_corrected", f"{ASK}other_vascular"]
    assert "You have had a deep vein thrombosis" in texts(screening)
    screening.choose("other_vascular", "no")
    assert screening.summary()["outcome"] == "not_suitable_without_review"


def test_a_relative_s_clot_is_told_apart_and_the_question_asked_again(
    screening: ScreeningConversation,
) -> None:
    screening.start(statements={k: FAVOURABLE[k] for k in list(FAVOURABLE)[:3]})
    said = screening.say("an aunt had one", statements={"family_history": "yes"}, polarity="yes")
    assert said == ["utter_screening_family_history", f"{ASK}dvt_history"]
    answer_all(screening)
    assert screening.summary()["outcome"] == "likely_candidate"
    assert screening.summary()["points_to_raise"] == ["family_history"]


def test_what_is_dvt_is_explained_and_asked_again(screening: ScreeningConversation) -> None:
    screening.start(statements={k: FAVOURABLE[k] for k in list(FAVOURABLE)[:3]})
    said = screening.say("what is a DVT", question=True, topics=[{"topic": "what_is"}])
    assert said == ["utter_screening_explain_dvt_history", f"{ASK}dvt_history"]


def test_a_topic_beside_an_answer_is_answered_before_the_next_question(
    screening: ScreeningConversation,
) -> None:
    screening.start()
    topics = [{"topic": "pain", "subject": None}, {"topic": "thanks", "subject": None}]
    said = screening.say("yes. will it hurt?", polarity="yes", question=True, topics=topics)
    assert said == ["utter_pain", f"{ASK}reason"]


def test_what_the_policy_has_answered_before_the_form_is_not_answered_twice(
    screening: ScreeningConversation,
) -> None:
    topics = [{"topic": "pain", "subject": None}, {"topic": "screening", "subject": None}]
    screening.hear("does it hurt, is it for me?", "pain", question=True, topics=topics)
    screening.tracker.update(ActionExecuted("utter_pain"))
    said = screening.run(FormAction(FORM, screening.endpoint))
    assert said == ["utter_screening_start", f"{ASK}small_visible_veins"]


def test_a_pregnancy_goes_on_the_summary_and_never_counts_as_a_yes(
    screening: ScreeningConversation,
) -> None:
    screening.start()
    said = screening.say("I'm expecting", mentions=["pregnancy"])
    assert said == ["utter_screening_point", f"{ASK}small_visible_veins"]
    assert "pregnancy" in texts(screening)
    answer_all(screening)
    assert screening.summary()["outcome"] == "needs_consultation"
    assert screening.summary()["points_to_raise"] == ["pregnancy"]
    assert "pregnancy" in texts(screening)


def test_a_late_or_doubled_choice_never_answers_the_next_question(
    screening: ScreeningConversation,
) -> None:
    screening.start()
    screening.choose("small_visible_veins", "yes")
    assert screening.choose("small_visible_veins", "yes") == [f"{ASK}reason"]
    assert screening.answers() == {"small_visible_veins": "yes"}


def test_stopping_names_what_was_said_and_gives_no_result(
    screening: ScreeningConversation,
) -> None:
    screening.start()
    screening.choose("small_visible_veins", "yes")
    assert screening.stop() == ["utter_screening_outcome_stopped", "utter_screening_summary"]
    assert screening.summary()["outcome"] == "stopped"
    assert screening.summary()["answers"]["dvt_history"] == "not_asked"


def test_stopping_at_once_has_nothing_to_sum_up(screening: ScreeningConversation) -> None:
    screening.start()
    assert screening.stop() == ["utter_screening_outcome_stopped"]


def test_a_no_to_going_on_stops_it_with_what_was_said(screening: ScreeningConversation) -> None:
    screening.start()
    screening.choose("small_visible_veins", "yes")
    screening.come_back()
    assert screening.go_no_further() == [
        "utter_screening_outcome_stopped",
        "utter_screening_summary",
    ]
    assert screening.summary()["outcome"] == "stopped"
    assert screening.summary()["answers"]["reason"] == "not_asked"


@pytest.mark.parametrize("polarity", ["yes", "no", "unsure"])
def test_yes_and_no_to_going_on_never_answer_the_open_question(
    screening: ScreeningConversation, polarity: str
) -> None:
    screening.start(statements={"small_visible_veins": "yes", "reason": "yes"})
    screening.say("hm")
    screening.come_back()
    screening.say(polarity=polarity, statements={"other_vascular": "no"})
    assert screening.answers()["other_vascular"] == "no"
    screening.pause(40_000.0)
    screening.say(polarity=polarity, statements={"dvt_history": "no"})
    assert "good_health" not in screening.answers()
    screening.say(polarity=polarity)
    assert "good_health" in screening.answers()


def test_what_is_unclear_after_the_offer_counts_as_the_first_time(
    screening: ScreeningConversation,
) -> None:
    screening.start()
    screening.say("hm")
    screening.come_back()
    screening.say("hm", mentions=["pregnancy"])
    assert screening.answers() == {}


def test_start_again_forgets_the_answers(screening: ScreeningConversation) -> None:
    screening.start()
    screening.choose("small_visible_veins", "no")
    assert screening.start_again() == ["utter_screening_start", f"{ASK}small_visible_veins"]
    assert screening.answers() == {}


def test_a_second_screening_begins_anew(screening: ScreeningConversation) -> None:
    screening.start()
    answer_all(screening, dvt_history="yes")
    screening.start()
    assert screening.answers() == {}
    assert screening.tracker.get_slot("screening_summary") is None
    answer_all(screening)
    assert screening.summary()["outcome"] == "likely_candidate"


def test_a_correction_after_the_outcome_keeps_the_other_answers(
    screening: ScreeningConversation,
) -> None:
    screening.start()
    answer_all(screening)
    said = screening.say("oh wait i did have a clot", statements={"dvt_history": "yes"})
    assert said[:2] == [
        "utter_screening_corrected",
        "utter_screening_outcome_not_suitable_without_review",
    ]
    assert screening.summary()["answers"]["small_visible_veins"] == "yes"
    assert screening.summary()["answers"]["dvt_history"] == "yes"


def test_what_is_remembered_after_the_outcome_goes_on_the_summary(
    screening: ScreeningConversation,
) -> None:
    screening.start(mentions=["smoking"])
    answer_all(screening)
    said = screening.say("oh i forgot, im pregnant", mentions=["pregnancy"])
    assert said[0] == "utter_screening_point"
    assert screening.summary()["outcome"] == "needs_consultation"
    assert screening.summary()["points_to_raise"] == ["smoking", "pregnancy"]


def test_the_summary_is_given_again_when_asked_for(screening: ScreeningConversation) -> None:
    screening.start()
    answer_all(screening, dvt_history="yes")
    topics = [{"topic": "what_is", "subject": None, "confidence": 0.9}]
    said = screening.say("can you show me my summary", topics=topics, question=True)
    assert said[:2] == [
        "utter_screening_outcome_not_suitable_without_review",
        "utter_screening_summary",
    ]
    assert screening.summary()["answers"]["dvt_history"] == "yes"


def test_what_is_told_beside_the_wish_for_the_summary_is_not_lost(
    screening: ScreeningConversation,
) -> None:
    screening.start()
    answer_all(screening)
    screening.say("I had a clot. show me my summary", statements={"dvt_history": "yes"})
    assert screening.summary()["answers"]["dvt_history"] == "yes"
    assert screening.summary()["outcome"] == "not_suitable_without_review"


def test_a_minor_hears_that_a_parent_is_wanted_and_never_fits(
    screening: ScreeningConversation,
) -> None:
    assert screening.start(mentions=["under_age"])[1] == "utter_screening_under_age"
    answer_all(screening)
    assert screening.summary()["outcome"] == "needs_consultation"


def test_a_stopped_screening_goes_on_where_it_stopped(screening: ScreeningConversation) -> None:
    screening.start()
    screening.choose("small_visible_veins", "yes")
    screening.stop()
    assert screening.say("ok go on then") == [f"{ASK}reason"]
    assert screening.answers() == {"small_visible_veins": "yes"}


def test_a_stopped_screening_begins_anew_in_other_words(screening: ScreeningConversation) -> None:
    screening.start()
    screening.choose("small_visible_veins", "yes")
    screening.stop()
    screening.start("could it suit me")
    assert screening.answers() == {}


def test_a_mention_of_the_session_still_counts_when_the_screening_begins_anew(
    screening: ScreeningConversation,
) -> None:
    screening.start(mentions=["pregnancy"])
    screening.start_again()
    answer_all(screening)
    assert screening.summary()["outcome"] == "needs_consultation"


def test_a_form_that_runs_twice_in_a_turn_reads_the_message_once(
    screening: ScreeningConversation,
) -> None:
    screening.start()
    screening.say("hm")
    assert screening.run(FormAction(FORM, screening.endpoint)) == [f"{ASK}small_visible_veins"]
    assert screening.tracker.get_slot("screening_unclear") == "small_visible_veins"


def test_the_outcome_always_names_the_consultation_and_never_a_verdict(
    screening: ScreeningConversation,
) -> None:
    for different in ({}, {"reason": "no"}, {"dvt_history": "yes"}):
        screening.start()
        answer_all(screening, **different)
        said = texts(screening).lower()
        assert "consultation" in said
        assert "essential" in said
        for verdict in ("you qualify", "you can't have", "you cannot have", "safe for you"):
            assert verdict not in said
    screening.start()
    screening.stop()
    assert "essential" in texts(screening)


def test_a_red_outcome_offers_a_person(screening: ScreeningConversation) -> None:
    screening.start()
    answer_all(screening, other_vascular="yes")
    assert {"title": "Talk to a person", "payload": "/handoff"} in screening.last[0].data["buttons"]


def test_the_summary_holds_known_words_only(screening: ScreeningConversation) -> None:
    screening.start("my name is Jane Roe and I had a clot", statements={"dvt_history": "yes"})
    answer_all(screening)
    written = json.dumps(screening.summary())
    assert "Jane" not in written
    assert set(screening.summary()) == {
        "rules_version",
        "time",
        "outcome",
        "answers",
        "reasons",
        "points_to_raise",
    }


# Failing closed


def test_the_outcome_refuses_before_every_criterion_was_answered(
    screening: ScreeningConversation,
) -> None:
    screening.start()
    screening.choose("small_visible_veins", "yes")
    screening.run(ActionDeactivateLoop())
    assert screening.run(RemoteAction(OUTCOME, screening.endpoint)) == [
        "utter_screening_incomplete"
    ]
    assert screening.tracker.get_slot("screening_summary") is None


def test_slots_set_before_the_form_began_are_no_answers(screening: ScreeningConversation) -> None:
    screening.tracker.update_with_events([SlotSet(c, a) for c, a in FAVOURABLE.items()], None)
    screening.hear("am I suitable", "screening")
    assert screening.run(RemoteAction(OUTCOME, screening.endpoint)) == [
        "utter_screening_incomplete"
    ]
    screening.start()
    assert screening.answers() == {}


def test_a_result_is_not_given_twice(screening: ScreeningConversation) -> None:
    screening.start()
    answer_all(screening)
    screening.hear("am I suitable", "screening")
    assert screening.run(RemoteAction(OUTCOME, screening.endpoint)) == [
        "utter_screening_incomplete"
    ]


def test_anything_but_the_three_words_in_a_slot_is_no_answer(
    screening: ScreeningConversation,
) -> None:
    screening.start(statements={k: FAVOURABLE[k] for k in list(FAVOURABLE)[:4]})
    screening.tracker.update(SlotSet("other_vascular", "false"))
    screening.run(ActionDeactivateLoop())
    assert screening.run(RemoteAction(OUTCOME, screening.endpoint)) == [
        "utter_screening_incomplete"
    ]


def test_nothing_is_stored_while_the_action_server_is_down(
    screening: ScreeningConversation, domain: Domain
) -> None:
    screening.start()
    gone = ScreeningConversation("http://127.0.0.1:9/webhook", domain, screening.nlg)
    gone.tracker = screening.tracker
    with pytest.raises(RasaException):
        gone.choose("small_visible_veins", "yes")
    assert screening.answers() == {}
    assert screening.choose("small_visible_veins", "yes") == [f"{ASK}reason"]


OF_MUM = {"screened": True, "statements": {}, "mentions": [], "withdrawn": []}
HER_CLOT = {"screened": False, "statements": {"dvt_history": "yes"}, "mentions": []}


def test_a_screening_for_somebody_else_says_who_is_meant_and_hears_that_person_s_clot(
    screening: ScreeningConversation,
) -> None:
    said = screening.start("can my mum have it?", of_another=OF_MUM, question=True)
    assert said == [
        "utter_screening_start",
        "utter_screening_for_another",
        f"{ASK}small_visible_veins",
    ]
    family = {"family_history": "yes"}
    said = screening.say("my mum had a clot", statements=family, of_another=HER_CLOT)
    assert "utter_screening_noted" in said
    assert answer_all(screening)[0] == "utter_screening_outcome_not_suitable_without_review"
    assert screening.summary()["answers"]["dvt_history"] == "yes"
    assert "family_history" not in screening.summary()["points_to_raise"]
    assert "These answers are about another person" in texts(screening)


def test_what_names_nobody_in_it_is_about_that_person(screening: ScreeningConversation) -> None:
    screening.start("can my mum have it?", of_another=OF_MUM, question=True)
    screening.say("had one in 2010", statements={"dvt_history": "yes"}, of_another=None)
    assert screening.tracker.get_slot("dvt_history") == "yes"


def test_in_its_middle_the_person_stays_and_begun_anew_it_may_be_for_another(
    screening: ScreeningConversation,
) -> None:
    screening.start()
    said = screening.say("no not me my mum", of_another=OF_MUM, question=False)
    assert "utter_screening_for_another" not in said
    screening.stop()
    said = screening.start("it's for my mum", of_another=OF_MUM, question=False)
    assert "utter_screening_for_another" in said


def test_one_s_own_screening_after_another_s_begins_with_nothing_of_it(
    screening: ScreeningConversation,
) -> None:
    screening.start("can my mum have it?", of_another=OF_MUM, question=True)
    answer_all(screening, dvt_history="yes")
    assert screening.start("and could i have it?", question=True, topics=[])[0] == (
        "utter_screening_start"
    )
    answer_all(screening)
    assert screening.summary()["points_to_raise"] == []
    assert screening.summary()["outcome"] == "likely_candidate"


def test_a_point_that_is_taken_back_leaves_the_summary(screening: ScreeningConversation) -> None:
    screening.start("i'm pregnant, can i have it", mentions=["pregnancy"])
    said = screening.say("i'm not pregnant after all", withdrawn=["pregnancy", "allergy"])
    assert "utter_screening_point_withdrawn" in said
    assert "utter_screening_unclear" not in said
    assert answer_all(screening)[0] == "utter_screening_outcome_likely_candidate"
    assert screening.summary()["points_to_raise"] == []
    # Nor does it come back with what is remembered later.
    screening.say("i forgot, i smoke", mentions=["smoking"])
    assert screening.summary()["points_to_raise"] == ["smoking"]


def test_a_clot_told_before_the_screening_is_known_in_it(screening: ScreeningConversation) -> None:
    screening.hear("on warfarin for a clot", "not_covered", statements={"dvt_history": "yes"})
    assert "utter_screening_noted" in screening.start()
    assert screening.tracker.get_slot("dvt_history") == "yes"


def test_but_not_one_that_was_taken_back_since_or_only_supposed(
    screening: ScreeningConversation,
) -> None:
    screening.hear("had a clot", "not_covered", statements={"dvt_history": "yes"})
    screening.hear("sorry, no clot", "not_covered", statements={"dvt_history": "no"})
    screening.hear("what if I had a stroke", "safety", statements={"other_vascular": "unknown"})
    screening.start()
    assert screening.tracker.get_slot("other_vascular") is None
    assert screening.tracker.get_slot("dvt_history") is None
