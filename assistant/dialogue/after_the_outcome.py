"""The turns behind a screening: an outcome kept back, corrections, and "so is that a no?"."""

from __future__ import annotations

import re

from actions.screening import wants_another_screened
from actions.taking_up import (
    CHANGE,
    asks_to_change,
    asks_what_next,
    says_to_go_on,
    takes_up,
    wants_the_summary,
)
from assistant.dialogue.follow_ups import points_back
from assistant.dialogue.responses import LISTEN, responses_to
from assistant.dialogue.screening_turn import (
    AND_ME,
    answers_screening,
    asked_in_between,
    beside_the_screening,
)
from assistant.dialogue.turn import OUTCOME, SCREENING_FORM, SUMMARY, Turn

_OUTCOME_SAID = "utter_screening_outcome_"
# After an outcome: NLU takes "can I do it again?" for a question about veins that come back.
_DO_IT_AGAIN = re.compile(
    r"\b(?:do|try|take|repeat|go through) (?:it|this|that|(?:the|those|these) \w+)\b"
    r".*\b(?:again|over|anew|once more|one more time)\b|\bredo (?:it|this|that|the)\b",
    re.I,
)
_ABOUT_SUITING = frozenset(("screening", "candidacy", "consultation"))
_VERDICT = re.compile(
    r"\b(?:is it|is that|is this|it['\u2019]?s|that['\u2019]?s) an? (?:yes|no)\b"
    r"|^\W*(?:so\W+)?(?:is it )?(?:a )?yes or no\W*$"
    r"|\b(?:am i|i['\u2019]?m|im|did i|do i|have i|thats me|that['\u2019]s me) (?:\w+ )?"
    r"(?:approved|accepted|eligible|cleared|qualif\w+|good to go|pass(?:ed)?|out)"
    r"(?: then| now)?\W*$"
    r"|^\W*(?:(?:so|great|and|ok(?:ay)?)\W+)*can (?:i|she|he|we) (?:come(?: in)?|have it)"
    r"(?: then| now)?\W*$"
    r"|^\W*(?:so\W+)?(?:i['\u2019]?m|im|she['\u2019]?s|he['\u2019]?s) (?:ok|fine) then\W*$"
    r"|\bdoes (?:that|this|it) mean (?:it['\u2019]?s|its) a (?:no|yes)\b"
    r"|^\W*(?:(?:and|but|so)\W+)?is (?:that|it|this) (?:bad|ok(?:ay)?|good|serious|a problem)\W*$"
    r"|^\W*but (?:it|that) was\b.*\b(?:ago|years?)\b",
    re.I,
)


def tell_what_is_owed(turn: Turn, text: str) -> list[str]:
    """Tells the outcome that a fault kept back, after what else the message asks.

    The message is usually the screening's last answer, sent again: the form has it already. One
    that says otherwise begins it anew, for the outcome would be that of the old answers.

    Args:
        turn: The message and what stood before it.
        text: The message.

    Returns:
        Names of the actions in order.
    """
    told = {**turn.statements, **turn.choice}
    if turn.intent == "restart_screening" or any(
        turn.answers.get(criterion, answer) != answer for criterion, answer in told.items()
    ):
        return [SCREENING_FORM]
    mere_answer = answers_screening(turn) and not turn.parse.get("question")
    asked = [] if mere_answer else beside_the_screening(turn, text)
    return [*responses_to(asked), OUTCOME, LISTEN]


def take_up(turn: Turn, text: str) -> list[str]:
    """Opens the screening again with its answers, if the message changes or wants to see them.

    Args:
        turn: The message and what stood before it.
        text: The message.

    Returns:
        Names of the actions in order, what else is asked first; empty where it does neither.
    """
    just_told = outcome_told(turn) or CHANGE in turn.previous_responses
    if not takes_up(turn.answers.get(SUMMARY), turn.parse, text, just_told):
        return []
    if wants_the_summary(text) or says_to_go_on(text):
        return [SCREENING_FORM]
    mentioned = turn.mentions
    asked = [each for each in asked_in_between(turn, text) if each.topic != "candidacy"]
    return [*responses_to([e for e in asked if e.subject not in mentioned]), SCREENING_FORM]


def about_the_outcome(turn: Turn, topics: list[str], text: str) -> list[str]:
    """What is said to a message about the outcome told: "is that a no?", "what now?".

    Args:
        turn: The message and what stood before it.
        topics: What the message asks.
        text: The message.

    Returns:
        Names of the actions in order; empty where the message is about something else.
    """
    if not (outcome_told(turn) or turn.answers.get(SUMMARY)):
        return []
    if wants_another_screened(turn.parse) and _ABOUT_SUITING.issuperset(topics):
        return [SCREENING_FORM]
    if turn.for_another and (AND_ME.search(text) or _asks_for_oneself(topics, text)):
        return [SCREENING_FORM]
    if asks_to_change(text):
        return [CHANGE, LISTEN]
    if _VERDICT.search(text):
        return ["utter_consultation", LISTEN]
    if not outcome_told(turn):
        return []
    if _DO_IT_AGAIN.search(text) and points_back(text):
        return [SCREENING_FORM]
    if _asks_on(turn, topics, text):
        return ["utter_consultation", LISTEN]
    return ["utter_screening_next_step", LISTEN] if asks_what_next(text) else []


def _asks_for_oneself(topics: list[str], text: str) -> bool:
    """Whether "can I have it?" is asked, behind the screening of another person."""
    return topics in (["screening"], ["candidacy"]) and bool(re.search(r"\b(?:i|me)\b", text, re.I))


def _asks_on(turn: Turn, topics: list[str], text: str) -> bool:
    """Whether the message asks on about the outcome just told: "so can I have it?".

    "No, that's all" and "ok" point back as well, and ask nothing.
    """
    asked = [topic for topic in topics if topic != "thanks"]
    about_it = not asked or asked[0] in ("screening", "candidacy", "deny", "affirm")
    return points_back(text) and about_it and bool(turn.parse.get("question"))


def outcome_told(turn: Turn) -> bool:
    """Whether the assistant's last turn told a screening's outcome.

    Args:
        turn: The message and what stood before it.

    Returns:
        True right behind an outcome, also one of a screening that was stopped.
    """
    return any(name.startswith(_OUTCOME_SAID) for name in turn.previous_responses)
