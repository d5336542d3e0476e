"""Plans a turn: which responses and actions answer a message, in which order.

Pure functions of a `Turn`; `AnswerPolicy` walks through the plan one action at a time. What is
not planned here (the screening form's own steps) is left to Rasa's RulePolicy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from actions.screening import OFFER_TO_GO_ON, wants_another_screened
from actions.taking_up import HISTORY, says_to_go_on, supposes
from assistant.dialogue import after_an_emergency
from assistant.dialogue.after_the_outcome import (
    about_the_outcome,
    outcome_told,
    take_up,
    tell_what_is_owed,
)
from assistant.dialogue.follow_ups import resolve
from assistant.dialogue.responses import DEACTIVATE, LISTEN, SOCIAL, responses_to
from assistant.dialogue.screening_turn import CLOSED, back_to_screening, plan_in_screening
from assistant.dialogue.turn import SCREENING_FORM, SUMMARY, Asked, Turn, tells_of_another
from assistant.nlu.topic_choice import MAX_TOPICS

# With one of the words that the screening explains.
_WHAT_IS = (
    r"^\W*what(?:['\u2019]?s| is| does| do you mean by)? (?:an? |the )?(?:deep vein )?"
    r"{}s?(?: means?| stand for| is)?(?: (?:in english|again|please|pls))*\W*$"
)
# Criteria whose answers may sound like an emergency: what was once, and what can be seen.
_SOUNDS_ALARMING = (*HISTORY, "small_visible_veins")
# What "can my husband have it?" is taken for.
_NEAR_A_SCREENING = ("candidacy", "consultation")
_SUBJECTS_NEAR_IT = ("age_limits", "children_there", "companion", "men")
# Whether an illness matters, of nobody in particular.
_ASKS_IN_GENERAL = re.compile(
    r"^\W*(?:(?:and|or|ok|so|but)\W+)*(?:does|do|is|are|can|could|would|will|if"
    r"|what about|how about|and|or)\b"
    r"(?!.*\b(?:i|im|ive|me|my|mine|we|us|our|she|he|her|his|him)\b)",
    re.I,
)
# "So that's booked?": who thinks so might wait for an appointment that nobody made.
_IS_IT_ARRANGED = re.compile(
    r"\b(?:that['\u2019]?s|it['\u2019]?s|is (?:that|it)|am i|im|i['\u2019]?m|are we)"
    r" (?:all )?(?:now )?(?:booked|scheduled|arranged)\b"
    r"|\b(?:did|have) (?:you|u) (?:just )?(?:book|make|schedule|arrange)"
    r"|\bwhen(?:['\u2019]?s| is) my (?:appointment|appt)\b"
    r"|\bis my (?:appointment|appt) (?:made|set)\b",
    re.I,
)
_SUSPICION = "classifier"  # a red flag that no phrase stands for


def plan(
    turn: Turn, text: str, explained: Mapping[str, tuple[str, ...]] | None = None
) -> list[str] | None:
    """Plans the actions that answer the turn's message.

    Args:
        turn: The message and what stood before it, as of the moment it came.
        text: The message.
        explained: Criteria to the words whose meaning the screening itself explains.

    Returns:
        Names of the actions in order, the last one `action_listen` or an action after which
        the form goes on by itself; None where the turn is the form's alone.
    """
    planned = _plan(turn, text, explained or {})
    if not turn.first or planned is None or _introduces(planned):
        return planned
    return ["utter_disclosure", *planned]


def _introduces(planned: list[str]) -> bool:
    """Whether a reply needs no disclosure: a greeting holds it, an emergency leaves it out."""
    return "utter_greet" in planned or planned[0].startswith("utter_emergency")


def _plan(turn: Turn, text: str, explained: Mapping[str, tuple[str, ...]]) -> list[str] | None:
    urgent = _urgent(turn, text)
    if urgent:
        return urgent
    meant = _asks_what_a_word_means(text, explained)
    if meant:
        return [f"utter_screening_explain_{meant}", *back_to_screening(turn), LISTEN]
    if turn.screening_open:
        words = explained.get(turn.open_question or "", ())
        return plan_in_screening(turn, text, words)
    if turn.owed:
        return tell_what_is_owed(turn, text)
    if turn.interrupted and (turn.intent == "restart_screening" or _resumes(turn, text)):
        return [SCREENING_FORM]
    taken_up = take_up(turn, text)
    if taken_up:
        return taken_up
    return _answers(turn, resolve(turn, text), text)


def _urgent(turn: Turn, text: str) -> list[str]:
    """What comes before every answer: alarms, what is said about one, other languages."""
    flag = turn.parse.get("red_flag")
    if flag and flag["flag"] == _SUSPICION and _tells_what_was_asked(turn):
        flag = None
    if flag and flag["level"] == "emergency":
        return _emergency(turn, flag["flag"])
    if flag and "emergency" in turn.previous_kinds:
        return _alarm(turn, "utter_emergency_again")
    if flag:
        return _same_day(turn)
    if turn.parse.get("language", "en") != "en":
        if "emergency" in turn.previous_kinds:
            return _alarm(turn, after_an_emergency.line_of(turn))
        return [_other_language(turn), *back_to_screening(turn), LISTEN]
    if after_an_emergency.withdraws(turn, text):
        asked = responses_to(after_an_emergency.asked_beside(turn, text))
        denied = after_an_emergency.denied(turn)
        goes_on = turn.interrupted and denied == after_an_emergency.DENIED
        return [denied, *asked, *([OFFER_TO_GO_ON] if goes_on else []), LISTEN]
    again = after_an_emergency.line_again(turn, text)
    if again == after_an_emergency.SAME_DAY:
        return _same_day(turn)
    return _alarm(turn, again) if again else []


def _asks_what_a_word_means(text: str, explained: Mapping[str, tuple[str, ...]]) -> str | None:
    """The criterion whose word a message asks about, and nothing else: "what's a dvt"."""
    for criterion, words in explained.items():
        if any(re.match(_WHAT_IS.format(re.escape(word)), text, re.I) for word in words):
            return criterion
    return None


def _tells_what_was_asked(turn: Turn) -> bool:
    """Whether the screening gets the history it asked for, or a past illness as a correction.

    The classifier takes it for now, and "I can't see them" for a trouble of the eyes. Only it is
    overruled by this, never the red-flag phrases.
    """
    told = turn.statements
    screened = turn.screening_open or turn.owed or outcome_told(turn)
    corrected = screened and "yes" in (told.get(each) for each in HISTORY)
    return corrected or (turn.open_question in _SOUNDS_ALARMING and turn.open_question in told)


def _other_language(turn: Turn) -> str:
    return "utter_language_es" if turn.parse["language"] == "es" else "utter_language_other"


def _emergency(turn: Turn, flag: str) -> list[str]:
    if flag == "suicide":
        response = after_an_emergency.CRISIS
    elif turn.parse.get("language") == "es":
        response = "utter_emergency_es"
    elif "emergency" in turn.previous_kinds:
        response = "utter_emergency_again"
    else:
        response = "utter_emergency"
    return _alarm(turn, response)


def _same_day(turn: Turn) -> list[str]:
    return [after_an_emergency.SAME_DAY, *back_to_screening(turn), LISTEN]


def _alarm(turn: Turn, response: str) -> list[str]:
    """An emergency's line, which ends a screening."""
    return [response, *([DEACTIVATE] if turn.screening_open else []), LISTEN]


def _answers(turn: Turn, asked: tuple[Asked, ...], text: str) -> list[str]:
    topics = [each.topic for each in asked]
    about_it = about_the_outcome(turn, topics, text)
    if about_it:
        return about_it
    if "answer" in (turn.intent or ""):
        return ["utter_choice_expired", LISTEN]
    if _offered_screening(turn) and _takes_up_the_offer(turn, topics):
        return [SCREENING_FORM]
    near = [each for each in asked if _is_near_a_screening(each)]
    if wants_another_screened(turn.parse) and (not asked or near):
        beside = [each for each in asked if each not in near and each.topic not in SOCIAL]
        return [*responses_to(beside), SCREENING_FORM]
    illness = _tells_of_illness(turn)
    if supposes(text) and (illness or ("screening" in topics and not turn.statements)):
        return ["utter_candidacy", LISTEN]  # "what if I had a clot" tells of none
    if topics == ["screening"] and turn.mentions and _ASKS_IN_GENERAL.match(text):
        return ["utter_candidacy", LISTEN]  # "does diabetes matter"
    if topics == ["screening"] and tells_of_another(turn) and not turn.parse.get("question"):
        return ["utter_candidacy", LISTEN]  # "she has asthma"
    if not asked and illness:
        return [SCREENING_FORM]
    if not asked:
        return _not_understood(turn)
    if "repeat" in topics:
        return _repeat(turn)
    responses = _responses(turn, asked, text)
    over = outcome_told(turn) or turn.answers.get(SUMMARY) or CLOSED in turn.previous_responses
    if "screening" in topics or ("restart_screening" in topics and over):
        return [*responses, SCREENING_FORM]
    if "restart_screening" in topics:
        return ["utter_start_again", LISTEN]
    return [*responses, LISTEN]


def _responses(turn: Turn, asked: tuple[Asked, ...], text: str) -> list[str]:
    substance = [each for each in asked if each.topic not in SOCIAL]
    responses = responses_to(substance or list(asked))
    if "utter_handoff" in responses and _IS_IT_ARRANGED.search(text):
        responses.insert(0, "utter_nothing_arranged")
    if len(asked) >= MAX_TOPICS:
        responses.append("utter_up_to_four")
    if not turn.first and "utter_greet" in responses:
        responses[responses.index("utter_greet")] = "utter_greet_again"
    return responses


def _resumes(turn: Turn, text: str) -> bool:
    """Whether a screening that an alarm ended is gone on with."""
    if says_to_go_on(text) and not turn.parse.get("question"):
        return True
    told = (
        turn.statements or turn.polarity in ("yes", "unsure") or turn.intent in ("affirm", "answer")
    )
    return OFFER_TO_GO_ON in turn.previous_responses and bool(told)


def _is_near_a_screening(asked: Asked) -> bool:
    return asked.topic in _NEAR_A_SCREENING or asked.subject in _SUBJECTS_NEAR_IT


def _tells_of_illness(turn: Turn) -> bool:
    """Whether somebody tells of a clot or the like, in words that aren't understood otherwise.

    Who tells of it here wants to know what it means for the treatment.
    """
    return any(criterion in turn.statements for criterion in HISTORY)


def _not_understood(turn: Turn) -> list[str]:
    return ["utter_fallback_again" if turn.misses else "utter_fallback", LISTEN]


def _repeat(turn: Turn) -> list[str]:
    again = [name for name in turn.previous_responses if name.startswith("utter_")]
    return [*(again or ["utter_nothing_to_repeat"]), LISTEN]


def _offered_screening(turn: Turn) -> bool:
    return "utter_candidacy" in turn.previous_responses


def _takes_up_the_offer(turn: Turn, topics: list[str]) -> bool:
    """Whether the patient says yes to it, or begins to tell about themself."""
    agrees = {"affirm", "restart_screening"} & {*topics}
    return bool(agrees or turn.statements or turn.polarity == "yes")
