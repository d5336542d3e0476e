"""Plans a turn: which responses and actions answer a message, in which order.

Pure functions of a `Turn`; `AnswerPolicy` walks through the plan one action at a time. What is
not planned here (the screening form's own steps) is left to Rasa's RulePolicy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from actions.screening import wants_another_screened
from actions.taking_up import HISTORY
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
from assistant.dialogue.turn import SCREENING_FORM, SUMMARY, Asked, Turn
from assistant.nlu.topic_choice import MAX_TOPICS

# With one of the words that the screening explains.
_WHAT_IS = (
    r"^\W*what(?:['\u2019]?s| is| does| do you mean by)? (?:an? |the )?(?:deep vein )?"
    r"{}s?(?: means?| stand for| is)?\W*$"
)
# Criteria whose answers may sound like an emergency: what was once, and what can be seen.
_SOUNDS_ALARMING = (*HISTORY, "small_visible_veins")
# What "can my husband have it?" is taken for.
_NEAR_A_SCREENING = ("candidacy", "consultation")
_SUBJECTS_NEAR_IT = ("age_limits", "children_there", "companion", "men")
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
    flag = turn.parse.get("red_flag")
    if flag and flag["flag"] == _SUSPICION and _tells_what_was_asked(turn):
        flag = None
    if flag and flag["level"] == "emergency":
        return _emergency(turn, flag["flag"])
    if flag and "emergency" in turn.previous_kinds:
        return _alarm(turn, "utter_emergency_again")
    if flag:
        return _same_day(turn)
    if turn.parse.get("language", "en") != "en" and "emergency" in turn.previous_kinds:
        return _alarm(turn, after_an_emergency.line_of(turn))
    if turn.parse.get("language", "en") != "en":
        return [_other_language(turn), *back_to_screening(turn), LISTEN]
    if after_an_emergency.withdraws(turn, text):
        return [after_an_emergency.denied(turn), LISTEN]
    again = after_an_emergency.line_again(turn, text)
    if again == after_an_emergency.SAME_DAY:
        return _same_day(turn)
    if again:
        return _alarm(turn, again)
    if turn.screening_open:
        words = explained.get(turn.open_question or "", ())
        return plan_in_screening(turn, text, words)
    if turn.owed:
        return tell_what_is_owed(turn, text)
    taken_up = take_up(turn, text)
    if taken_up:
        return taken_up
    meant = _asks_what_a_word_means(text, explained)
    if meant:
        return [f"utter_screening_explain_{meant}", LISTEN]
    return _answers(turn, resolve(turn, text), text)


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
    if not asked and _tells_of_illness(turn):
        return [SCREENING_FORM]
    if wants_another_screened(turn.parse) and all(map(_is_near_a_screening, asked)):
        return [SCREENING_FORM]
    if not asked:
        return _not_understood(turn)
    if "repeat" in topics:
        return _repeat(turn)
    substance = [each for each in asked if each.topic not in SOCIAL]
    responses = responses_to(substance or list(asked))
    if len(asked) >= MAX_TOPICS:
        responses.append("utter_up_to_four")
    if not turn.first and "utter_greet" in responses:
        responses[responses.index("utter_greet")] = "utter_greet_again"
    over = outcome_told(turn) or turn.answers.get(SUMMARY) or CLOSED in turn.previous_responses
    if "screening" in topics or ("restart_screening" in topics and over):
        return [*responses, SCREENING_FORM]
    if "restart_screening" in topics:
        return ["utter_start_again", LISTEN]
    return [*responses, LISTEN]


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
    return "affirm" in topics or bool(turn.statements or turn.polarity == "yes")
