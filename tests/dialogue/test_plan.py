"""What is planned for a message."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import yaml

from assistant.dialogue.follow_ups import resolve
from assistant.dialogue.plan import plan
from assistant.dialogue.turn import Asked, Turn
from assistant.settings import PROJECT


def parse(*topics: str, **more: Any) -> dict[str, Any]:
    """What NLU finds in a message that asks these topics (`not_covered.price` with a subject)."""
    asked = []
    for topic in topics:
        name, _, subject = topic.partition(".")
        asked.append({"topic": name, "subject": subject or None, "confidence": 0.9})
    intent = asked[0]["topic"] if asked else None
    return {"intent": {"name": intent}, "topics": asked, "question": True, **more}


def answers(turn: Turn, text: str = "a message") -> list[str] | None:
    return plan(turn, text)


def in_screening(found: dict[str, Any], **more: Any) -> Turn:
    """A message to a screening that asks for a past clot."""
    return Turn(found, screening_open=True, open_question="dvt_history", **more)


def offered_to_go_on(found: dict[str, Any]) -> Turn:
    """A message after "Shall we go on, or start again?"."""
    return in_screening(found, previous_responses=("utter_screening_resume",))


def after_a_pause(found: dict[str, Any]) -> Turn:
    """The first message after a night, to a screening that was left open."""
    return in_screening(found, pause=40_000.0)


OUTCOME = "action_screening_outcome"
STOPPED = [OUTCOME, "action_deactivate_loop", "action_listen"]
OFFER = ["utter_screening_resume", "action_listen"]
QUESTION = ["utter_ask_screening_form_dvt_history", "action_listen"]


def test_one_topic_gets_its_response() -> None:
    assert answers(Turn(parse("pain"))) == ["utter_pain", "action_listen"]


def test_several_topics_are_answered_in_the_order_asked() -> None:
    turn = Turn(parse("exercise", "pain"))
    assert answers(turn) == ["utter_exercise", "utter_pain", "action_listen"]


def test_a_topic_asked_twice_in_a_message_is_answered_once() -> None:
    assert answers(Turn(parse("pain", "pain"))) == ["utter_pain", "action_listen"]


def test_two_uncovered_subjects_get_a_line_each() -> None:
    turn = Turn(parse("not_covered.price", "not_covered.insurance"))
    assert answers(turn) == ["utter_not_covered", "utter_not_covered", "action_listen"]


def test_a_greeting_beside_a_question_leaves_room_for_the_answer() -> None:
    assert answers(Turn(parse("greet", "pain", "thanks"))) == ["utter_pain", "action_listen"]


def test_the_first_answer_says_that_this_is_an_assistant() -> None:
    assert answers(Turn(parse("pain"), first=True)) == [
        "utter_disclosure",
        "utter_pain",
        "action_listen",
    ]
    assert answers(Turn(parse("greet"), first=True)) == ["utter_greet", "action_listen"]


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        (parse(), ["utter_fallback"]),
        (parse("injection", language="other"), ["utter_language_other"]),
        (parse("injection", language="es"), ["utter_language_es"]),
        (parse("pain", red_flag={"level": "same_day", "flag": "pus"}), ["utter_same_day"]),
        (parse("repeat"), ["utter_nothing_to_repeat"]),
        (parse("restart_screening"), ["utter_start_again"]),
        ({"intent": {"name": "answer"}}, ["utter_choice_expired"]),
        (parse("screening"), ["screening_form"]),
        (parse(statements={"dvt_history": "yes"}), ["screening_form"]),
    ],
)
def test_every_first_reply_but_an_emergency_says_that_this_is_an_assistant(
    said: dict[str, Any], reply: list[str]
) -> None:
    planned = answers(Turn(said, first=True))
    assert planned is not None
    assert planned[: len(reply) + 1] == ["utter_disclosure", *reply]
    danger = parse(language="es", red_flag={"level": "emergency", "flag": "chest"})
    assert answers(Turn(danger, first=True)) == ["utter_emergency_es", "action_listen"]


@pytest.mark.parametrize("screening_open", [True, False])
def test_an_emergency_gets_its_line_and_nothing_else(screening_open: bool) -> None:
    turn = Turn(
        parse("pain", red_flag={"level": "emergency", "flag": "chest"}),
        first=True,
        screening_open=screening_open,
        open_question="reason" if screening_open else None,
    )
    ends_form = ["action_deactivate_loop"] if screening_open else []
    assert answers(turn) == ["utter_emergency", *ends_form, "action_listen"]


def test_words_about_dying_get_the_crisis_line() -> None:
    turn = Turn(parse(red_flag={"level": "emergency", "flag": "suicide"}))
    assert answers(turn) == ["utter_emergency_crisis", "action_listen"]


def test_an_emergency_told_again_gets_the_short_line() -> None:
    turn = Turn(
        parse(red_flag={"level": "emergency", "flag": "chest"}), previous_kinds=("emergency",)
    )
    assert answers(turn) == ["utter_emergency_again", "action_listen"]


def test_a_denial_after_the_emergency_line_gets_a_gentle_one() -> None:
    turn = Turn(parse("deny", polarity="no"), previous_kinds=("emergency",))
    assert answers(turn) == ["utter_denied_emergency", "action_listen"]


def test_a_false_alarm_in_the_screening_offers_to_go_on_with_it() -> None:
    found = parse("deny", polarity="no", question=False)
    turn = Turn(found, previous_kinds=("emergency",), interrupted=True)
    denied = ["utter_denied_emergency", "utter_screening_resume", "action_listen"]
    assert answers(turn, "no") == denied
    offered = {"previous_responses": tuple(denied[:2]), "interrupted": True}
    assert answers(Turn(parse("affirm", question=False), **offered), "yes") == ["screening_form"]
    told = parse(statements={"reason": "yes"}, question=False)
    assert answers(Turn(told, **offered), "its the look") == ["screening_form"]
    assert answers(Turn(parse("restart_screening"), **offered), "start again") == ["screening_form"]
    refused = Turn(parse("deny", polarity="no", question=False), **offered)
    assert answers(refused, "no thanks") == ["utter_deny", "action_listen"]
    assert answers(Turn(parse("stop", question=False), interrupted=True), "ok carry on") == [
        "screening_form"
    ]


def test_a_question_beside_no_emergency_is_answered() -> None:
    turn = Turn(parse("sessions"), previous_kinds=("emergency",))
    planned = ["utter_denied_emergency", "utter_sessions", "action_listen"]
    assert answers(turn, "no emergancy, how many sessions") == planned


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("not_covered.location", "whats your adress"),
        ("not_covered.insurance", "i dont have insurance"),
        ("not_covered.allergy", "i took a allergy pill already"),
        ("not_covered.hours", "can i still come thursday"),
        ("unsure", "r u sure"),
        ("stop", "so i just leave it"),
        ("deny", "its not that bad"),
        ("off_topic", "can i just take a pill"),
        ("pain", "is it just nerves"),
        ("not_covered.needle_fear", "could it be a panic attack"),
    ],
)
def test_what_is_asked_instead_of_calling_gets_the_line_again(topic: str, text: str) -> None:
    turn = Turn(parse(topic), previous_kinds=("emergency",))
    assert answers(turn, text) == ["utter_emergency_still", "action_listen"]


def test_a_follow_up_may_be_about_any_of_the_answers_told() -> None:
    turn = Turn(parse("permanence"), previous=(Asked("side_effects"), Asked("safety")))
    planned = ["utter_side_effect_duration", "action_listen"]
    assert answers(turn, "how long do those last") == planned


@pytest.mark.parametrize(("text", "takes"), [("yes", True), ("oh ok", False), ("perfect", False)])
def test_only_a_real_yes_takes_what_was_offered(text: str, takes: bool) -> None:
    turn = Turn(parse("affirm", question=False), offered=(Asked("recovery"), Asked("pain")))
    planned = answers(turn, text)
    assert planned == [f"utter_{'recovery' if takes else 'affirm'}", "action_listen"]


@pytest.mark.parametrize("polarity", [None, "no"])
@pytest.mark.parametrize(
    "text", ["it went away after 10 mins", "im ok now just tired", "no it stopped"]
)
def test_what_has_passed_is_still_an_emergency(text: str, polarity: str | None) -> None:
    turn = Turn(parse(question=False, polarity=polarity), previous_kinds=("emergency",))
    assert answers(turn, text) == ["utter_emergency_still", "action_listen"]


def test_a_temperature_behind_a_concern_for_the_same_day_is_a_fever() -> None:
    turn = Turn(parse("injection", question=False), previous_kinds=("same_day",))
    assert answers(turn, "101.5") == ["utter_emergency_still", "action_listen"]


@pytest.mark.parametrize("text", ["101.5F", "its 102", "temp is 103"])
def test_a_temperature_has_many_forms(text: str) -> None:
    turn = Turn(parse("injection", question=False), previous_kinds=("same_day",))
    assert answers(turn, text) == ["utter_emergency_still", "action_listen"]
    assert answers(in_screening(parse(question=False), previous_kinds=("same_day",)), "40") is None


def test_a_plain_denial_is_one_whenever_it_holds() -> None:
    turn = Turn(parse(question=False, polarity="no"), previous_kinds=("emergency",))
    planned = ["utter_denied_emergency", "action_listen"]
    assert answers(turn, "no, i don't have that right now") == planned


def test_going_on_says_yes_to_no_illness() -> None:
    assert (
        answers(in_screening(parse("affirm", polarity="yes", question=False)), "yes continue")
        == QUESTION
    )
    told = parse(statements={"dvt_history": "yes"}, of_another=FOR_HER, question=False)
    assert answers(in_screening(told), "yes i had a clot and my mum wants it too") is None


def test_no_emergency_room_is_no_withdrawal() -> None:
    turn = Turn(parse(question=False), previous_kinds=("emergency",))
    planned = ["utter_emergency_still", "action_listen"]
    assert answers(turn, "there is no emergency room here") == planned


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("not_covered.companion", "should i come in"),
        ("duration", "how long"),
        ("not_covered.preparation", "can i put some vaseline on it"),
        ("not_covered.preparation", "what shud i do"),
        ("side_effects", "bit swolen too"),
    ],
)
def test_what_goes_on_about_a_concern_gets_its_line_again(topic: str, text: str) -> None:
    turn = Turn(parse(topic), previous_kinds=("same_day",))
    assert answers(turn, text) == ["utter_same_day", "action_listen"]


def test_who_only_asks_whether_an_illness_matters_is_told_in_general() -> None:
    found = parse("screening", mentions=["other_illness"], statements={"good_health": "unknown"})
    assert answers(Turn(found), "does diabetes matter") == ["utter_candidacy", "action_listen"]
    assert answers(Turn(found), "i have diabetes, can i") == ["screening_form"]


def test_a_question_beside_the_wish_to_have_somebody_screened_is_answered_first() -> None:
    found = parse("safety", "not_covered.age_limits", of_another=FOR_HER)
    planned = ["utter_safety", "screening_form"]
    assert answers(Turn(found), "is it safe an can my mom get it shes 68") == planned


def test_a_moment_and_a_courtesy_in_the_screening_keep_the_question_open() -> None:
    waits = ["utter_screening_no_hurry", *QUESTION]
    assert answers(in_screening(parse("goodbye", question=False)), "one sec") == waits
    assert answers(in_screening(parse("thanks", question=False)), "thx ur funny") == waits
    assert answers(in_screening(parse("goodbye", question=False)), "ok ta") == waits
    assert answers(in_screening(parse("thanks", question=False)), "good thanks") is None
    assert answers(in_screening(parse("thanks", question=False)), "shes gd") is None
    assert answers(in_screening(parse("unsure", question=False)), "only a minor one") is None


def test_a_wish_to_have_a_yes_noted_is_no_wish_for_a_person() -> None:
    turn = in_screening(parse("handoff", question=False))
    assert answers(turn, "put me down as a yes") is None


def test_of_several_answers_one_is_told_again_by_its_place() -> None:
    three = (Asked("pain"), Asked("sessions"), Asked("exercise"))
    for text, topic in [
        ("the middle one again?", "sessions"),
        ("and the last one why not", "exercise"),
        ("go back to number 1", "pain"),
    ]:
        turn = Turn(parse("permanence"), previous=three)
        assert answers(turn, text) == [f"utter_{topic}", "action_listen"]


def test_a_supposed_clot_begins_no_screening() -> None:
    turn = Turn(parse("screening", statements={"dvt_history": "unknown"}))
    assert answers(turn, "what if i had a clot once") == ["utter_candidacy", "action_listen"]


FOR_HER = {"screened": True, "statements": {}, "mentions": (), "polarity": None}


def test_a_second_person_in_the_screening_waits_for_the_first() -> None:
    question = f"utter_ask_screening_form_{in_screening(parse()).open_question}"
    waits = ["utter_screening_one_at_a_time", question, "action_listen"]
    assert answers(in_screening(parse("screening", of_another=FOR_HER)), "can mum, too?") == waits
    said = in_screening(parse(question=False, of_another=FOR_HER))
    assert answers(said, "my mum wants it too") == waits
    hers = in_screening(parse("screening"), answers={"points_to_raise": ["for_another"]})
    assert answers(hers, "can i have it too?") == waits
    greeted = in_screening(parse("greet", question=False), answers=hers.answers)
    assert answers(greeted, "and wat about me") == waits


def test_a_screening_that_is_another_person_s_after_all_begins_anew() -> None:
    said = parse(question=False, of_another=FOR_HER, polarity="no")
    switched = Turn(said, screening_open=True, open_question="small_visible_veins")
    assert answers(switched, "no its for my mum") == ["action_deactivate_loop", "screening_form"]
    assert answers(in_screening(said), "no not me my mum") is None


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("what do you mean", "utter_screening_explain_dvt_history"),
        ("i dont understand the question", "utter_screening_explain_dvt_history"),
        ("is that bad", "utter_screening_what_it_means"),
        ("what was the problem", "utter_screening_what_it_means"),
        ("what do i do next", "utter_screening_summary_later"),
        ("why r u asking that", "utter_screening_why"),
        ("i take it back", "utter_screening_change"),
        ("whats a dvt in english pls", "utter_screening_explain_dvt_history"),
    ],
)
def test_a_word_about_the_questions_is_no_answer(text: str, response: str) -> None:
    planned = [response, "utter_ask_screening_form_dvt_history", "action_listen"]
    assert plan(in_screening(parse("off_topic")), text, {"dvt_history": ("dvt",)}) == planned


def test_going_on_and_taking_leave_in_the_screening() -> None:
    assert answers(in_screening(parse("stop", question=False)), "ok carry on") == QUESTION
    leaves = parse("thanks", "goodbye", question=False)
    assert answers(in_screening(leaves), "thanks bye") == STOPPED


BEHIND_IT = {"previous_kinds": ("emergency",), "previous_responses": ("utter_emergency",)}
STILL = ["utter_emergency_still", "action_listen"]


@pytest.mark.parametrize(
    ("text", "topics", "asks"),
    [
        ("ok but is that normal", ("side_effects",), True),
        ("how long does the swelling last", ("side_effect_duration",), True),
        ("how long will it last?", ("permanence",), True),
        ("how long does it last", ("duration",), True),
        ("can it wait til monday", ("handoff",), True),
        ("what should i do meanwhile", ("aftercare",), True),
        ("what do i do", ("help",), True),
        ("what should i do", ("not_covered.warning_signs",), True),
        ("are you there", (), True),
        ("still hurts", ("pain",), False),
        ("its just the left one", (), False),
        ("yes", ("affirm",), False),
        ("do u think its the injection", ("what_is",), True),
        ("how did that happen", ("procedure_steps",), True),
        ("not joking", ("deny",), False),
        ("hello?", ("greet",), False),
    ],
)
def test_what_goes_on_about_an_emergency_never_reads_that_it_is_usual(
    text: str, topics: tuple[str, ...], asks: bool
) -> None:
    assert answers(Turn(parse(*topics, question=asks), **BEHIND_IT), text) == STILL


@pytest.mark.parametrize(
    ("text", "topics", "asks"),
    [
        ("does it hurt", ("pain",), True),
        ("what is sclerotherapy", ("what_is",), True),
        ("how much is it", ("not_covered.price",), True),
        ("can I have it?", ("candidacy",), True),
        ("I want to talk to a person", ("handoff",), False),
        ("thanks", ("thanks",), False),
    ],
)
def test_another_matter_behind_an_emergency_is_answered(
    text: str, topics: tuple[str, ...], asks: bool
) -> None:
    planned = answers(Turn(parse(*topics, question=asks), **BEHIND_IT), text)
    assert planned is not None
    assert planned[0] == f"utter_{topics[0].partition('.')[0]}"


@pytest.mark.parametrize("text", ["false alarm", "i was only joking", "no emergency", "I'm fine"])
def test_a_false_alarm_may_be_withdrawn_in_other_words_than_no(text: str) -> None:
    turn = Turn(parse("complaint", question=False), **BEHIND_IT)
    assert answers(turn, text) == ["utter_denied_emergency", "action_listen"]


@pytest.mark.parametrize("text", ["actually i lied", "well not really, it does still hurt"])
def test_a_withdrawal_that_is_taken_back_brings_the_line_again(text: str) -> None:
    turn = Turn(
        parse("pain", question=False),
        previous_kinds=("answer",),
        previous_responses=("utter_denied_emergency",),
    )
    assert answers(turn, text) == STILL


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("now i have a fever too", STILL),
        ("no fever though", ["utter_same_day", "action_listen"]),
        ("is that normal", ["utter_same_day", "action_listen"]),
        ("which bus do i take", ["utter_not_covered", "action_listen"]),
    ],
)
def test_a_fever_behind_a_concern_for_the_same_day_is_an_emergency(
    text: str, planned: list[str]
) -> None:
    turn = Turn(parse("not_covered.infection_fever"), previous_kinds=("same_day",))
    assert answers(turn, text) == planned


@pytest.mark.parametrize(
    ("found", "text", "planned"),
    [
        (parse("side_effects"), "is that normal", "utter_same_day"),
        (parse("duration"), "how long will it last", "utter_same_day"),
        (parse(question=False), "its getting worse", "utter_same_day"),
        (parse("deny", question=False, polarity="no"), "no fever", "utter_same_day"),
        (parse("not_covered.hours"), "shall i wait till monday", "utter_same_day"),
        (parse(), "does it matter", "utter_same_day"),
        (parse("pain", question=False), "it doesnt hurt tho", "utter_same_day"),
        (parse("not_covered.hours", question=False), "its saturday", "utter_same_day"),
        (parse("not_covered.pregnancy"), "is it ok to wait", "utter_same_day"),
        (parse("not_covered.referral"), "do i need er", "utter_same_day"),
        (parse("recovery"), "just when i walk", "utter_same_day"),
        (parse("affirm", question=False), "ok will do", "utter_affirm"),
        (parse("affirm", question=False), "ill wait", "utter_same_day"),
        (parse("procedure_steps"), "how did that happen", "utter_same_day"),
        (parse("safety"), "is it infected", "utter_same_day"),
        (parse(), "can i pop it", "utter_same_day"),
        (parse("not_covered.medication_other"), "do i need antibiotics", "utter_same_day"),
        (parse("safety"), "how safe is sclerotherapy", "utter_safety"),
        (parse("procedure_steps"), "what happens on the day", "utter_procedure_steps"),
        (parse("not_covered.price", question=False), "the price then", "utter_not_covered"),
        (parse("deny", question=False, polarity="no"), "no", "utter_deny"),
        (parse("thanks", question=False), "ok thanks", "utter_thanks"),
        (parse("duration"), "how long is a session", "utter_duration"),
    ],
)
def test_what_goes_on_about_a_concern_for_the_same_day_brings_its_line_again(
    found: dict[str, Any], text: str, planned: str
) -> None:
    turn = Turn(found, previous_kinds=("same_day",), previous_responses=("utter_same_day",))
    assert answers(turn, text) == [planned, "action_listen"]


def test_a_concern_told_behind_an_emergency_doesnt_take_it_back() -> None:
    found = parse("same_day", red_flag={"level": "same_day", "flag": "redness_alone"})
    turn = Turn(found, previous_kinds=("emergency",), previous_responses=("utter_emergency",))
    assert answers(turn, "its spreading") == ["utter_emergency_again", "action_listen"]


def test_a_fever_behind_a_concern_for_the_same_day_ends_the_screening() -> None:
    turn = in_screening(parse("not_covered.infection_fever"), previous_kinds=("same_day",))
    planned = answers(turn, "now i have a fever too")
    assert planned == ["utter_emergency_still", "action_deactivate_loop", "action_listen"]


@pytest.mark.parametrize("text", ["it does not hurt, no", "i still want to know about the gym"])
def test_a_withdrawal_stands_where_nothing_takes_it_back(text: str) -> None:
    turn = Turn(parse("exercise", question=False), previous_responses=("utter_denied_emergency",))
    assert answers(turn, text) == ["utter_exercise", "action_listen"]


def test_a_denial_behind_words_about_dying_names_the_crisis_line_again() -> None:
    turn = Turn(
        parse("deny", question=False),
        previous_kinds=("emergency",),
        previous_responses=("utter_emergency_crisis",),
    )
    assert answers(turn, "i never said that") == ["utter_denied_crisis", "action_listen"]
    # Pills that were taken aren't undone by it.
    assert answers(turn, "im fine") == ["utter_emergency_crisis", "action_listen"]
    taken_back = Turn(parse("deny", question=False), previous_responses=("utter_denied_crisis",))
    assert answers(taken_back, "i lied") == ["utter_emergency_crisis", "action_listen"]


def test_what_goes_on_behind_words_about_dying_gets_the_crisis_line_again() -> None:
    behind = {"previous_kinds": ("emergency",), "previous_responses": ("utter_emergency_crisis",)}
    planned = answers(Turn(parse("benefits"), **behind), "why bother")
    assert planned == ["utter_emergency_crisis", "action_listen"]


def test_a_same_day_concern_in_a_screening_is_told_and_the_question_repeated() -> None:
    turn = Turn(
        parse(red_flag={"level": "same_day", "flag": "pus"}),
        screening_open=True,
        open_question="reason",
    )
    assert answers(turn) == [
        "utter_same_day",
        "utter_ask_screening_form_reason",
        "action_listen",
    ]


def test_a_question_about_oneself_starts_the_screening() -> None:
    assert answers(Turn(parse("screening"))) == ["screening_form"]


def test_what_is_asked_beside_the_screening_is_answered_first() -> None:
    assert answers(Turn(parse("screening", "pain"))) == ["utter_pain", "screening_form"]


@pytest.mark.parametrize(
    "said", [{"polarity": "yes"}, {"statements": {"reason": "yes"}}, {"mentions": ["pregnancy"]}]
)
def test_an_answer_in_the_screening_is_left_to_the_form(said: dict[str, Any]) -> None:
    turn = Turn(parse("affirm", **said), screening_open=True, open_question="reason")
    assert answers(turn) is None


def test_a_question_in_the_screening_is_answered_and_the_screening_goes_on() -> None:
    turn = Turn(parse("pain"), screening_open=True, open_question="dvt_history")
    assert answers(turn) == [
        "utter_pain",
        "utter_ask_screening_form_dvt_history",
        "action_listen",
    ]


def test_continue_does_not_end_the_screening() -> None:
    assert answers(in_screening(parse("stop", question=False)), "let's continue") == QUESTION


def test_the_open_question_is_repeated_when_asked_to() -> None:
    assert answers(in_screening(parse("repeat")), "can you repeat the question") == QUESTION


def test_an_answer_that_looks_like_a_request_to_repeat_is_the_forms() -> None:
    assert answers(in_screening(parse("repeat", mentions=["family"])), "my mum did") is None


def test_stop_ends_the_screening_with_what_was_said() -> None:
    turn = Turn(parse("stop"), screening_open=True, open_question="reason")
    assert answers(turn) == STOPPED


@pytest.mark.parametrize("topic", ["handoff", "complaint"])
def test_wanting_a_person_or_complaining_ends_the_screening_and_says_so(topic: str) -> None:
    turn = Turn(parse(topic), screening_open=True, open_question="reason")
    assert answers(turn) == [
        "action_deactivate_loop",
        f"utter_{topic}",
        "utter_screening_closed",
        "action_listen",
    ]


def test_start_again_after_that_begins_the_screening_anew() -> None:
    turn = Turn(
        parse("restart_screening"), previous_responses=("utter_handoff", "utter_screening_closed")
    )
    assert answers(turn) == ["screening_form"]


def test_a_choice_of_a_screening_that_is_over_fills_nothing() -> None:
    turn = Turn({"intent": {"name": "answer"}, "entities": [{"entity": "reason", "value": "no"}]})
    assert answers(turn) == ["utter_choice_expired", "action_listen"]


def test_the_second_miss_in_a_row_offers_a_person() -> None:
    assert answers(Turn(parse())) == ["utter_fallback", "action_listen"]
    assert answers(Turn(parse(), misses=1)) == ["utter_fallback_again", "action_listen"]


def test_repeat_gives_the_last_answers_again() -> None:
    turn = Turn(parse("repeat"), previous_responses=("utter_pain", "utter_exercise"))
    assert answers(turn) == ["utter_pain", "utter_exercise", "action_listen"]


def test_hating_the_veins_in_a_screening_is_an_answer_and_no_complaint() -> None:
    turn = Turn(
        parse("complaint", statements={"reason": "yes"}),
        screening_open=True,
        open_question="reason",
    )
    assert answers(turn) is None


def test_an_illness_told_in_words_not_understood_begins_the_screening() -> None:
    turn = Turn(parse(statements={"dvt_history": "yes"}))
    assert answers(turn) == ["screening_form"]


def test_another_language_gets_its_line() -> None:
    assert answers(Turn(parse("injection", language="es")))[0] == "utter_language_es"  # type: ignore[index]
    assert answers(Turn(parse("injection", language="other")))[0] == "utter_language_other"  # type: ignore[index]


@pytest.mark.parametrize(
    ("told", "text", "found", "meant"),
    [
        ("side_effects", "and how long do they last?", "duration", "side_effect_duration"),
        ("side_effects", "will they come back", "permanence", "side_effect_duration"),
        ("pain", "and that goes on for how long?", "duration", "pain"),
        ("pain", "and how long does that last?", "permanence", "pain"),
        ("pain", "and how long till it goes away?", "side_effect_duration", "side_effect_duration"),
        ("pain", "and how long will it be sore?", "duration", "side_effect_duration"),
        ("pain", "and how long does that last afterwards", "permanence", "side_effect_duration"),
        ("pain", "and does it ache after?", "pain", "side_effects"),
        ("pain", "and how long after do I see results", "results_timeline", "results_timeline"),
        ("pain", "and do they come back?", "permanence", "permanence"),
        ("results_timeline", "no, i meant the bruises", "side_effects", "side_effect_duration"),
        ("exercise", "what about walking", "recovery", "recovery"),
        ("exercise", "how long for", "duration", "exercise"),
        ("exercise", "until when", "not_covered.hours", "exercise"),
        ("exercise", "how many days exactly?", "not_covered.stockings_wear_time", "exercise"),
        ("permanence", "for how long", "duration", "permanence"),
        ("not_covered", "how long for", "duration", "not_covered"),
        ("what_is", "how long", "duration", "duration"),
        ("side_effects", "like a year??", "permanence", "side_effect_duration"),
        ("pain", "longer than a min?", "duration", "pain"),
        ("duration", "per leg?", "not_covered.price", "duration"),
        ("permanence", "how fast", "duration", "results_timeline"),
        ("procedure_steps", "both legs up?", "not_covered.elevation", "procedure_steps"),
        ("procedure_steps", "and then", "help", "aftercare"),
        ("benefits", "ok and itching", "side_effects", "benefits"),
        ("handoff", "wheres the link", "not_covered.location", "handoff"),
        ("not_covered", "and after?", "aftercare", "not_covered"),
        ("side_effects", "which ones the worst", "safety", "no_more"),
        ("side_effects", "come on", "off_topic", "no_more"),
        ("side_effects", "is that ok", "affirm", "side_effects"),
        ("side_effects", "so thats normal then", "affirm", "side_effects"),
        ("side_effects", "theyre all normal?", "affirm", "side_effects"),
        ("exercise", "what about tomorrow", "handoff", "exercise"),
        ("recovery", "and the same day?", "not_covered.combination", "recovery"),
        ("side_effects", "should i be worried", "safety", "side_effects"),
        ("side_effects", "should i come in", "not_covered.companion", "handoff"),
        ("side_effects", "and when will the veins go", "results_timeline", "results_timeline"),
        (
            "side_effects",
            "its been 3 months and there still there",
            "results_timeline",
            "side_effect_duration",
        ),
        (
            "exercise",
            "ok when will i see the actual results",
            "results_timeline",
            "results_timeline",
        ),
        ("side_effect_duration", "ok and can i go back to work", "recovery", "recovery"),
        ("permanence", "how often then again", "sessions", "permanence"),
        ("results_timeline", "and all the way done?", "sessions", "results_timeline"),
        (
            "not_covered.breastfeeding",
            "ok but is it dangerous for the baby",
            "safety",
            "not_covered",
        ),
        ("not_covered.price", "not even a rough number?", "not_covered.phone", "not_covered"),
        ("not_covered.price", "is it safe for her?", "safety", "safety"),
        ("duration", "how much per leg?", "not_covered.price", "not_covered"),
        ("not_covered", "who do i ask then", "help", "handoff"),
    ],
)
def test_a_follow_up_is_read_in_the_light_of_the_last_answer(
    told: str, text: str, found: str, meant: str
) -> None:
    topic, _, subject = told.partition(".")
    turn = Turn(parse(found), previous=(Asked(topic, subject or None),))
    assert answers(turn, text) == [f"utter_{meant}", "action_listen"]


@pytest.mark.parametrize(
    ("told", "found", "text", "planned"),
    [
        ("pain", "duration", "how long does it take", "utter_duration"),
        ("pain", "duration", "how long does it last", "utter_pain"),
        ("exercise", "duration", "and how long does it take?", "utter_duration"),
        ("side_effects", "affirm", "when exactly", "utter_side_effect_duration"),
        ("results_timeline", "affirm", "when?", "utter_results_timeline"),
        ("side_effects", "how_it_works", "does that go away", "utter_side_effect_duration"),
        ("side_effects", "not_covered", "will they go away", "utter_side_effect_duration"),
        ("side_effects", "permanence", "permanent?", "utter_side_effect_duration"),
        (
            "side_effect_duration",
            "not_covered.results_guarantee",
            "what if they dont go",
            "utter_side_effect_duration",
        ),
        (
            "side_effects",
            "not_covered.results_guarantee",
            "what if they do not go",
            "utter_side_effect_duration",
        ),
        ("not_covered.lumps", "side_effects", "are they supposed to be there", "utter_not_covered"),
        (
            "not_covered.lumps",
            "not_covered.massage_later",
            "can i squash them",
            "utter_not_covered",
        ),
        ("not_covered.matting", "side_effect_duration", "will they fade", "utter_not_covered"),
        ("side_effects", "how_it_works", "where does it go in the body", "utter_how_it_works"),
        ("not_covered.flying", "duration", "how long do i have to wait", "utter_not_covered"),
        ("not_covered.alcohol", "exercise", "so when can i", "utter_not_covered"),
        ("not_covered.lumps", "permanence", "will it go away", "utter_not_covered"),
        ("recovery", "benefits", "why", "utter_no_more"),
        ("permanence", "affirm", "are you sure about that?", "utter_no_more"),
        ("not_covered.flying", "deny", "why not", "utter_not_covered"),
        ("sessions", "affirm", "y", "utter_no_more"),
        ("sessions", "affirm", "roughly", "utter_no_more"),
        ("not_covered.price", "unsure", "just a rough idea", "utter_not_covered"),
        ("sessions", "deny", "what if not", "utter_not_covered"),
        ("pain", "deny", "what if not", "utter_deny"),
        ("side_effect_duration", "permanence", "for ever??", "utter_side_effect_duration"),
        ("not_covered.matting", "what_is", "what are they", "utter_not_covered"),
        ("not_covered.matting", "permanence", "will they stay", "utter_not_covered"),
        ("side_effect_duration", "deny", "what if not", "utter_side_effect_duration"),
        ("not_covered.matting", "permanence", "do they go", "utter_not_covered"),
        ("not_covered.price", "what_is", "what is it", "utter_what_is"),
        ("side_effects", "duration", "how long for", "utter_side_effect_duration"),
        ("side_effects", "duration", "for what duration?", "utter_side_effect_duration"),
        ("side_effects", "permanence", "is that irreversible?", "utter_side_effect_duration"),
        ("not_covered.pregnancy", "recovery", "how long after", "utter_not_covered"),
        ("not_covered.blood_thinners", "stop", "so should i stop it", "utter_not_covered"),
        ("exercise", "not_covered.natural_course", "what if i do it anyway", "utter_exercise"),
        ("greet", "benefits", "why", "utter_benefits"),
    ],
)
def test_what_breaks_off_or_presses_is_about_what_was_told(
    told: str, found: str, text: str, planned: str
) -> None:
    topic, _, subject = told.partition(".")
    turn = Turn(parse(found), previous=(Asked(topic, subject or None),))
    assert answers(turn, text) == [planned, "action_listen"]


def test_an_instance_of_what_was_asked_gets_its_answer_again() -> None:
    told = {"previous": (Asked("exercise"),)}
    assert answers(Turn(parse(), **told), "like in the sea") == ["utter_exercise", "action_listen"]
    asked = Turn(parse("not_covered.flying"), **told)
    assert answers(asked, "like on a plane") == ["utter_not_covered", "action_listen"]


def test_a_statement_behind_what_is_not_covered_is_something_new() -> None:
    offers = [{"topic": "side_effects", "subject": None, "confidence": 0.4}]
    told = Turn(
        parse(question=False, candidates=offers), previous=(Asked("not_covered", "numbing"),)
    )
    assert answers(told, "its like little red bumps") == ["utter_fallback", "action_listen"]


def test_what_was_offered_can_be_chosen_by_its_place() -> None:
    offered = (Asked("results_timeline"), Asked("permanence"), Asked("not_covered", "price"))
    turn = Turn(parse("consultation"), previous_kinds=("fallback",), offered=offered)
    assert answers(turn, "the second one") == ["utter_permanence", "action_listen"]
    assert answers(turn, "3") == ["utter_not_covered", "action_listen"]
    assert answers(turn, "the first appointment") == ["utter_consultation", "action_listen"]


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("can i change my answer", "utter_screening_change"),
        ("go back", "utter_screening_change"),
        ("why do you ask", "utter_screening_why"),
        ("do i have to answer that", "utter_screening_why"),
    ],
)
def test_what_is_about_the_questions_themselves_doesnt_end_the_screening(
    text: str, planned: str
) -> None:
    assert answers(in_screening(parse("handoff")), text) == [planned, *QUESTION]


def test_the_question_is_asked_again_where_the_whole_screening_seems_to_be_wanted_anew() -> None:
    turn = in_screening(parse("restart_screening", question=False))
    assert answers(turn, "repeat the last question please") == QUESTION
    assert answers(turn, "start again") == ["action_deactivate_loop", "screening_form"]


def test_a_word_of_the_screening_is_explained_outside_of_it_too() -> None:
    explained = {"dvt_history": ("dvt", "thrombosis")}
    turn = Turn(parse("not_covered.warning_signs"))
    assert plan(turn, "what does dvt mean", explained)[-2:] == [
        "utter_screening_explain_dvt_history",
        "action_listen",
    ]
    assert plan(turn, "what is the risk of dvt", explained)[-2:] == [
        "utter_not_covered",
        "action_listen",
    ]


def test_what_happens_next_after_the_outcome_is_the_next_step() -> None:
    turn = after_the_outcome(parse("procedure_steps"))
    assert answers(turn, "what happens now") == ["utter_screening_next_step", "action_listen"]


def test_a_long_question_stands_on_its_own() -> None:
    text = "and so how long does one of these sessions take, from coming in to going home"
    turn = Turn(parse("duration"), previous=(Asked("side_effects"),))
    assert answers(turn, text) == ["utter_duration", "action_listen"]


def test_an_unclear_follow_up_about_soreness_is_about_the_side_effects() -> None:
    unclear = parse(candidates=[{"topic": "duration", "subject": None, "confidence": 0.3}])
    turn = Turn(unclear, previous=(Asked("pain"),))
    assert answers(turn, "and the soreness then?") == [
        "utter_side_effect_duration",
        "action_listen",
    ]


def test_pushing_on_about_an_uncovered_subject_stays_with_it() -> None:
    turn = Turn(parse(), previous=(Asked("not_covered", "price"),))
    assert answers(turn, "a ballpark then?") == ["utter_not_covered", "action_listen"]


def test_an_unclear_follow_up_of_an_uncovered_subject_keeps_its_name() -> None:
    offers = [{"topic": "permanence", "subject": None, "confidence": 0.4}]
    lumps = Asked("not_covered", "lumps")
    turn = Turn(parse(candidates=offers), previous=(lumps,))
    assert resolve(turn, "are they supposed to be there") == (lumps,)


@pytest.mark.parametrize("question", ["dvt_history", "good_health"])
def test_a_word_of_a_question_is_explained_in_the_screening_whichever_is_open(
    question: str,
) -> None:
    turn = Turn(parse("off_topic"), screening_open=True, open_question=question)
    assert plan(turn, "whats a DVT", {"dvt_history": ("dvt",)}) == [
        "utter_screening_explain_dvt_history",
        f"utter_ask_screening_form_{question}",
        "action_listen",
    ]


@pytest.mark.parametrize(
    "said",
    [
        parse("greet", question=False),
        parse("deny", polarity="no", question=False),
        parse("affirm", statements={"dvt_history": "no"}, question=False),
        parse(mentions=["pregnancy"], question=False),
        parse(question=False),
    ],
)
def test_after_a_long_pause_nothing_is_taken_for_an_answer(said: dict[str, Any]) -> None:
    assert answers(after_a_pause(said)) == OFFER


def test_a_choice_of_before_the_pause_is_refused_and_going_on_offered() -> None:
    chosen = {"intent": {"name": "answer"}, "entities": [{"entity": "dvt_history", "value": "no"}]}
    assert answers(after_a_pause(chosen)) == ["utter_choice_expired", *OFFER]


def test_a_question_after_a_long_pause_is_answered_and_going_on_offered() -> None:
    assert answers(after_a_pause(parse("pain"))) == ["utter_pain", *OFFER]
    same_day = parse("side_effects", red_flag={"level": "same_day", "flag": "pus"})
    assert answers(after_a_pause(same_day)) == ["utter_same_day", *OFFER]


def test_what_a_question_means_is_explained_after_a_long_pause_too() -> None:
    turn = after_a_pause(parse("candidacy"))
    explained = plan(turn, "whats a DVT", {"dvt_history": ("dvt",)})
    assert explained == ["utter_screening_explain_dvt_history", *OFFER]


@pytest.mark.parametrize(
    "topic", ["stop", "restart_screening", "handoff", "complaint", "emergency"]
)
def test_what_is_no_answer_is_served_after_a_long_pause_as_at_any_time(topic: str) -> None:
    flag = {"level": "emergency", "flag": "chest"} if topic == "emergency" else None
    said = parse(topic, question=False, red_flag=flag)
    served = answers(in_screening(said))
    assert served is not None
    assert answers(after_a_pause(said)) == served
    assert answers(offered_to_go_on(said)) == served


def test_a_correction_after_a_long_pause_is_not_lost() -> None:
    turn = after_a_pause(parse("screening", statements={"other_vascular": "yes"}, question=False))
    assert answers(turn) is None


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (parse("affirm", polarity="yes", question=False), "yes"),
        (parse("affirm", question=False), "go on"),
        (parse("stop", question=False), "continue"),
        (parse(question=False), "the next one please"),
    ],
)
def test_going_on_asks_the_open_question_again_and_fills_nothing(
    said: dict[str, Any], text: str
) -> None:
    assert answers(offered_to_go_on(said), text) == QUESTION


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (parse("deny", polarity="no", question=False), "no thanks"),
        (parse("deny", question=False), "not now"),
        (parse("goodbye", question=False), "later"),
        (parse("stop", question=False), "don't continue"),
    ],
)
def test_a_no_to_going_on_ends_the_screening_and_fills_nothing(
    said: dict[str, Any], text: str
) -> None:
    assert answers(offered_to_go_on(said), text) == STOPPED


def test_who_is_not_sure_about_going_on_is_offered_it_again() -> None:
    turn = offered_to_go_on(parse("unsure", polarity="unsure", question=False))
    assert answers(turn, "not sure") == OFFER


def test_a_question_in_reply_to_the_offer_is_answered_and_the_offer_stands() -> None:
    turn = offered_to_go_on(parse("pain", polarity="yes"))
    assert answers(turn, "yes, but does it hurt?") == ["utter_pain", *OFFER]


def test_a_statement_in_reply_to_the_offer_is_left_to_the_form() -> None:
    turn = offered_to_go_on(
        parse("deny", polarity="no", statements={"dvt_history": "yes"}, question=False)
    )
    assert answers(turn, "no, I had a clot") is None


def test_asking_for_a_verdict_after_the_outcome_names_the_consultation() -> None:
    turn = Turn(
        parse("screening"),
        previous_responses=("utter_screening_outcome_needs_consultation",),
        previous=(Asked("candidacy"),),
    )
    assert answers(turn, "so is that a no?") == ["utter_consultation", "action_listen"]
    assert answers(turn, "please check me again") == ["screening_form"]


def test_what_names_the_consultation_is_no_yes_or_no_to_the_verdict_asked_for() -> None:
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    texts = [each["text"] for each in domain["responses"]["utter_consultation"]]
    assert [text for text in texts if text.lower().startswith(("yes", "no"))] == []


def after_the_outcome(found: dict[str, Any]) -> Turn:
    """A message after the outcome of a screening."""
    return Turn(
        found,
        previous_responses=(
            "utter_screening_outcome_needs_consultation",
            "utter_screening_summary",
            "utter_screening_next_step",
        ),
        previous=(Asked("candidacy"),),
    )


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (parse("deny"), "so is that a no?"),
        (parse("deny", question=False), "so thats a no then"),
        (parse("unsure"), "so it's a yes?"),
        (parse("screening"), "so can i have it or not"),
        (parse("pain"), "is that bad"),
        (parse("safety"), "so i'm approved?"),
        (parse("thanks", "screening"), "thank you, so can i have it?"),
        (parse(), "so what does that mean for me"),
    ],
)
def test_what_asks_for_a_verdict_gets_the_consultation(found: dict[str, Any], text: str) -> None:
    assert answers(after_the_outcome(found), text) == ["utter_consultation", "action_listen"]


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("deny", "No, that's all"),
        ("affirm", "ok"),
        ("thanks", "ok thanks"),
        ("thanks", "thanks"),
        ("goodbye", "that's all"),
    ],
)
def test_a_last_word_after_the_outcome_asks_for_no_verdict(topic: str, text: str) -> None:
    turn = after_the_outcome(parse(topic, question=False))
    assert answers(turn, text) == [f"utter_{topic}", "action_listen"]


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("permanence", "Can I do it again?"),
        ("repeat", "do it again please"),
        ("restart_screening", "can we do the questions again"),
        ("screening", "can you check me once more"),
    ],
)
def test_who_wants_it_again_after_the_outcome_is_screened_anew(topic: str, text: str) -> None:
    assert answers(after_the_outcome(parse(topic)), text) == ["screening_form"]


SUMMARY = {
    "answers": {"small_visible_veins": "yes", "dvt_history": "no"},
    "points_to_raise": ["smoking"],
}


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (parse("unsure", statements={"dvt_history": "yes"}), "I had a clot once"),
        (parse("screening", mentions=["pregnancy"], question=False), "im pregnant btw"),
        (parse(statements={"family_history": "yes"}, question=False), "my mum had a clot"),
        (parse("what_is"), "can you show me my summary again"),
    ],
)
def test_what_is_told_behind_the_outcome_takes_the_screening_up(
    found: dict[str, Any], text: str
) -> None:
    turn = dataclasses.replace(after_the_outcome(found), answers={"screening_summary": SUMMARY})
    assert answers(turn, text) == ["screening_form"]


def test_what_is_asked_beside_a_late_correction_is_answered_first() -> None:
    found = parse("pain", statements={"dvt_history": "yes"})
    turn = dataclasses.replace(after_the_outcome(found), answers={"screening_summary": SUMMARY})
    assert answers(turn, "I did have a clot. does it hurt") == ["utter_pain", "screening_form"]


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (parse("pain", mentions=["pregnancy"]), "im pregnant does it hurt"),
        (parse("thanks", statements={"dvt_history": "no"}, question=False), "no clots. thanks"),
        (parse("side_effects", mentions=["smoking"]), "actually i smoke, does it bruise"),
    ],
)
def test_what_is_told_later_or_again_takes_no_screening_up(
    found: dict[str, Any], text: str
) -> None:
    turn = Turn(found, answers={"screening_summary": SUMMARY})
    assert answers(turn, text) == [f"utter_{found['topics'][0]['topic']}", "action_listen"]


def test_a_clot_told_long_after_the_outcome_takes_the_screening_up() -> None:
    found = parse("unsure", statements={"dvt_history": "yes"}, question=False)
    turn = Turn(found, answers={"screening_summary": SUMMARY})
    assert answers(turn, "I had a clot once") == ["screening_form"]


def test_going_on_behind_a_stopped_screening_takes_it_up() -> None:
    stopped = {"answers": {"small_visible_veins": "yes", "dvt_history": "not_asked"}}
    turn = Turn(
        parse("affirm", question=False),
        previous_responses=("utter_screening_outcome_stopped",),
        answers={"screening_summary": {**stopped, "points_to_raise": []}},
    )
    assert answers(turn, "ok go on") == ["screening_form"]
    assert answers(turn, "ok") == ["utter_affirm", "action_listen"]


def test_veins_that_come_again_are_no_wish_for_another_screening() -> None:
    turn = after_the_outcome(parse("permanence"))
    assert answers(turn, "do they come back again?") == ["utter_permanence", "action_listen"]


def test_past_illness_told_where_it_was_asked_is_an_answer_though_it_sounds_alarming() -> None:
    said = {"red_flag": {"level": "emergency", "flag": "classifier"}}
    told = Turn(
        parse("screening", statements={"dvt_history": "yes"}, **said),
        screening_open=True,
        open_question="dvt_history",
    )
    assert answers(told) is None
    corrected = dataclasses.replace(told, open_question="good_health")
    assert answers(corrected) is None
    denied = dataclasses.replace(
        corrected, parse=parse("screening", statements={"dvt_history": "no"}, **said)
    )
    assert answers(denied)[0] == "utter_emergency"  # type: ignore[index]
    elsewhere = Turn(parse("screening", **said), screening_open=True, open_question="dvt_history")
    assert answers(elsewhere)[0] == "utter_emergency"  # type: ignore[index]


def test_a_phrase_of_an_emergency_counts_in_the_screening_too() -> None:
    turn = Turn(
        parse(statements={"dvt_history": "yes"}, red_flag={"level": "emergency", "flag": "chest"}),
        screening_open=True,
        open_question="dvt_history",
    )
    assert answers(turn)[0] == "utter_emergency"  # type: ignore[index]


ANSWERS = {"good_health": "yes", "dvt_history": "no", "other_vascular": "no"}


def owing(found: dict[str, Any]) -> Turn:
    """A message after a screening whose outcome a fault kept back."""
    return Turn(found, owed=True, answers=ANSWERS)


def button(answer: str) -> dict[str, Any]:
    """A chosen answer to the screening's last question."""
    entity = {"entity": "other_vascular", "value": answer}
    return {"intent": {"name": "answer"}, "entities": [entity]}


@pytest.mark.parametrize(
    "found",
    [
        parse("deny", polarity="no"),
        parse("candidacy", statements={"other_vascular": "no"}, question=False),
        button("no"),
        parse("screening", question=True),
        parse("repeat", question=True),
        parse("stop"),
        parse("greet"),
        parse(),
    ],
)
def test_whoever_asks_nothing_else_gets_the_outcome_that_was_kept_back(
    found: dict[str, Any],
) -> None:
    assert answers(owing(found)) == [OUTCOME, "action_listen"]


@pytest.mark.parametrize("found", [parse("pain", question=True), parse("handoff")])
def test_what_is_asked_is_answered_before_an_outcome_kept_back(found: dict[str, Any]) -> None:
    topic = found["intent"]["name"]
    assert answers(owing(found)) == [f"utter_{topic}", OUTCOME, "action_listen"]


@pytest.mark.parametrize(
    "found",
    [
        parse("restart_screening"),
        parse("candidacy", statements={"dvt_history": "yes"}),
        parse(statements={"good_health": "no"}),
        button("yes"),
    ],
)
def test_who_answers_otherwise_or_wants_it_anew_gets_no_outcome_of_the_old_answers(
    found: dict[str, Any],
) -> None:
    assert answers(owing(found)) == ["screening_form"]


def test_an_emergency_comes_before_an_outcome_kept_back() -> None:
    flag = {"level": "emergency", "flag": "chest"}
    assert answers(owing(parse(red_flag=flag))) == ["utter_emergency", "action_listen"]


def test_an_outcome_kept_back_follows_a_concern_and_another_language() -> None:
    concern = {"level": "same_day", "flag": "sore"}
    then = [OUTCOME, "action_listen"]
    assert answers(owing(parse(red_flag=concern))) == ["utter_same_day", *then]
    assert answers(owing(parse(language="es"))) == ["utter_language_es", *then]


def test_a_past_illness_sent_again_is_still_an_answer_though_it_sounds_alarming() -> None:
    flag = {"level": "emergency", "flag": "classifier"}
    had = {"other_vascular": "yes"}
    again = parse("candidacy", statements=had, question=False, red_flag=flag)
    turn = dataclasses.replace(owing(again), answers={**ANSWERS, **had})
    assert answers(turn) == [OUTCOME, "action_listen"]


@pytest.mark.parametrize(
    "said", [parse("affirm"), parse(polarity="yes"), parse(statements={"reason": "yes"})]
)
def test_who_takes_up_the_offer_of_the_screening_is_screened(said: dict[str, Any]) -> None:
    turn = Turn(said, previous_responses=("utter_candidacy",), previous=(Asked("candidacy"),))
    assert answers(turn) == ["screening_form"]


def test_behind_four_answers_it_says_that_it_answers_no_more_at_once() -> None:
    turn = Turn(parse("pain", "duration", "sessions", "not_covered.price"))
    assert answers(turn) == [
        "utter_pain",
        "utter_duration",
        "utter_sessions",
        "utter_not_covered",
        "utter_up_to_four",
        "action_listen",
    ]


def test_a_wish_for_the_summary_in_the_screening_is_told_when_it_comes() -> None:
    turn = in_screening(parse(question=False))
    assert answers(turn, "summary please") == ["utter_screening_summary_later", *QUESTION]


def test_in_another_person_s_screening_their_clot_is_an_answer() -> None:
    hers = {"screened": False, "statements": {"dvt_history": "yes"}, "mentions": []}
    found = parse("candidacy", of_another=hers)
    assert answers(in_screening(found, answers={"points_to_raise": ["for_another"]})) is None
    assert answers(in_screening(found)) is not None


OF_HIM = {"screened": True, "statements": {}, "mentions": []}


@pytest.mark.parametrize("topics", [(), ("candidacy",), ("not_covered.companion",)])
def test_whoever_is_to_be_screened_is_whatever_it_was_taken_for(topics: tuple[str, ...]) -> None:
    assert answers(Turn(parse(*topics, of_another=OF_HIM))) == ["screening_form"]


def test_what_else_is_asked_of_another_is_answered() -> None:
    turn = Turn(parse("not_covered.price", of_another=OF_HIM))
    assert answers(turn) == ["utter_not_covered", "action_listen"]


@pytest.mark.parametrize("topic", ["stop", "complaint"])
def test_an_odd_answer_that_looks_like_one_doesnt_end_the_screening(topic: str) -> None:
    found = parse(topic, question=False)
    found["topics"][0]["confidence"] = 0.45
    assert answers(in_screening(found), "they dissolved it") is None


def test_a_statement_is_no_stop() -> None:
    found = parse("stop", question=False, statements={"dvt_history": "yes"})
    assert answers(in_screening(found), "forgot: PE 2018") is None


@pytest.mark.parametrize("text", ["no wait, I mean me", "it's for me not her"])
def test_whoever_means_themself_is_screened_anew(text: str) -> None:
    for_mum = {"points_to_raise": ["for_another"]}
    again = ["action_deactivate_loop", "screening_form"]
    assert answers(in_screening(parse(question=False), answers=for_mum), text) == again
    assert answers(in_screening(parse(question=False)), text) is None


HER_SUMMARY = {"answers": {"dvt_history": "no"}, "points_to_raise": ["for_another"]}
FOR_MUM = {"screening_summary": HER_SUMMARY, "points_to_raise": ["for_another"]}


@pytest.mark.parametrize("text", ["and me?", "ok what about me", "i meant me"])
def test_behind_another_s_outcome_one_s_own_screening_begins(text: str) -> None:
    told = ("utter_screening_outcome_likely_candidate",)
    turn = Turn(parse("greet"), answers=FOR_MUM, previous_responses=told)
    assert answers(turn, text) == ["screening_form"]


def test_behind_one_s_own_outcome_another_s_screening_begins() -> None:
    told = ("utter_screening_outcome_likely_candidate",)
    own = {"screening_summary": {"answers": {}, "points_to_raise": []}}
    turn = Turn(parse("candidacy", of_another=OF_HIM), answers=own, previous_responses=told)
    assert answers(turn, "can my dad have it?") == ["screening_form"]


@pytest.mark.parametrize(
    "text",
    [
        "no, it's getting worse",
        "no it hurts more now",
        "no, help",
        "no joke, it hurts",
        "it's not an emergency but it hurts more and more",
        "No it's my wife not me",
        "no I won't call, what do you know",
    ],
)
def test_a_no_that_denies_no_emergency_withdraws_none(text: str) -> None:
    turn = Turn(parse(question=False, polarity="no"), previous_kinds=("emergency",))
    assert answers(turn, text) == ["utter_emergency_still", "action_listen"]


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("recovery", "can I drive myself to the ER"),
        ("not_covered.medication_other", "should I take an antihistamine"),
        ("not_covered.location", "where is the nearest hospital"),
        ("not_covered.natural_course", "what if I just lie down"),
    ],
)
def test_what_to_do_about_an_emergency_gets_its_line_again(topic: str, text: str) -> None:
    turn = Turn(parse(topic), previous_kinds=("emergency",))
    assert answers(turn, text) == ["utter_emergency_still", "action_listen"]


@pytest.mark.parametrize(
    "text", ["no, it doesn't hurt", "no it doesnt hurt", "no I don't need help"]
)
def test_a_plain_no_still_withdraws_an_emergency(text: str) -> None:
    turn = Turn(parse(question=False, polarity="no"), previous_kinds=("emergency",))
    assert answers(turn, text) == ["utter_denied_emergency", "action_listen"]


def test_what_else_is_asked_behind_an_outcome_is_answered_before_another_s_screening() -> None:
    own = {"screening_summary": {"answers": {}, "points_to_raise": []}}
    turn = Turn(parse("not_covered.price", "screening", of_another=OF_HIM), answers=own)
    assert answers(turn, "what does it cost and can my dad have it?") == [
        "utter_not_covered",
        "screening_form",
    ]


def test_a_yes_to_what_was_offered_takes_the_likeliest() -> None:
    offered = (Asked("pain"), Asked("duration"), Asked("handoff"))
    turn = Turn(parse("affirm", question=False), offered=offered, previous_kinds=("fallback",))
    assert answers(turn, "yes") == ["utter_pain", "action_listen"]
    nothing = Turn(parse("affirm", question=False), offered=(Asked("handoff"),))
    assert answers(nothing, "yes") == ["utter_affirm", "action_listen"]


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (parse("help"), "so I'm ok then?"),
        (parse("recovery"), "am I going to be ok?"),
        (parse("screening"), "am I ok?"),
        (parse("goodbye", question=False), "she's awake again"),
        (parse("thanks", question=False), "ça va mieux"),
        (parse("injection", language="other"), "es wird schlimmer"),
    ],
)
def test_how_somebody_is_behind_an_emergency_gets_its_line_again(
    found: dict[str, Any], text: str
) -> None:
    turn = Turn(found, previous_kinds=("emergency",))
    assert answers(turn, text) == ["utter_emergency_still", "action_listen"]


def test_spanish_behind_an_emergency_gets_the_spanish_line() -> None:
    turn = Turn(parse("injection", language="es"), previous_kinds=("emergency",))
    assert answers(turn, "está peor") == ["utter_emergency_es", "action_listen"]


def test_thanks_behind_an_emergency_are_still_heard() -> None:
    turn = Turn(parse("thanks", question=False), previous_kinds=("emergency",))
    assert answers(turn, "thank you") == ["utter_thanks", "action_listen"]


@pytest.mark.parametrize("text", ["it's back again", "no it's back", "actually it's worse now"])
def test_a_false_alarm_that_comes_back_is_none(text: str) -> None:
    denied = ("utter_denied_emergency",)
    turn = Turn(parse(question=False, polarity="no"), previous_responses=denied)
    assert answers(turn, text) == ["utter_emergency_still", "action_listen"]


def test_can_i_have_it_behind_another_s_outcome_begins_one_s_own() -> None:
    told = ("utter_screening_outcome_likely_candidate",)
    turn = Turn(parse("screening"), answers=FOR_MUM, previous_responses=told)
    assert answers(turn, "can I have it too?") == ["screening_form"]


@pytest.mark.parametrize("behind", ["emergency", "answer"])
def test_what_is_told_of_somebody_else_s_health_begins_no_screening(behind: str) -> None:
    told = {"screened": False, "statements": {}, "mentions": ["other_illness"]}
    turn = Turn(
        parse("screening", question=False, of_another=told),
        previous_kinds=(behind,),
        previous_responses=("utter_emergency",) if behind == "emergency" else ("utter_pain",),
    )
    line = "utter_emergency_still" if behind == "emergency" else "utter_candidacy"
    assert answers(turn, "she has asthma she took her puffer") == [line, "action_listen"]


@pytest.mark.parametrize(
    ("topic", "text", "said"),
    [
        ("what_is", "what's that got to do with it", "utter_screening_why"),
        ("not_covered.companion", "so can i come in", "utter_screening_what_it_means"),
        ("repeat", "what now", "utter_screening_summary_later"),
        ("deny", "so its a no?", "utter_screening_what_it_means"),
    ],
)
def test_what_is_asked_about_the_screening_itself_is_answered(
    topic: str, text: str, said: str
) -> None:
    assert answers(in_screening(parse(topic)), text) == [said, *QUESTION]


def test_who_wants_to_be_screened_in_the_screening_gets_its_open_question() -> None:
    assert answers(in_screening(parse("screening", question=False)), "screen me then") == QUESTION


@pytest.mark.parametrize("text", ["so thats booked?", "did u book it", "when is my appointment"])
def test_who_believes_an_appointment_made_is_told_that_none_is(text: str) -> None:
    assert answers(Turn(parse("handoff")), text) == [
        "utter_nothing_arranged",
        "utter_handoff",
        "action_listen",
    ]
    assert answers(Turn(parse("handoff")), "can I book") == ["utter_handoff", "action_listen"]


def test_when_one_can_come_and_who_knows_is_told_and_the_screening_goes_on() -> None:
    asks = in_screening(parse("handoff"))
    for text in ("when can i come in", "so who does know then"):
        assert answers(asks, text) == ["utter_handoff", *QUESTION]
    assert "action_deactivate_loop" in (answers(asks, "let me talk to somebody") or ())


@pytest.mark.parametrize(
    "text",
    [
        "how many questions is it",
        "how many more?",
        "how long will this take",
        "many questions left?",
    ],
)
def test_how_many_questions_there_are_is_told_and_the_screening_goes_on(text: str) -> None:
    assert answers(in_screening(parse("sessions")), text) == ["utter_screening_how_many", *QUESTION]


def test_how_many_sessions_there_are_is_asked_in_the_screening_too() -> None:
    planned = answers(in_screening(parse("sessions")), "how many sessions will i need")
    assert planned == ["utter_sessions", *QUESTION]
