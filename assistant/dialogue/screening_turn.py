"""Plans a turn while the screening is open: what is answered beside it, and what is the form's."""

from __future__ import annotations

import re

from actions.screening import LONG_PAUSE, OFFER_TO_GO_ON
from actions.taking_up import CHANGE, asks_to_change, says_to_go_on, wants_the_summary
from assistant.dialogue.follow_ups import resolve
from assistant.dialogue.responses import DEACTIVATE, LISTEN, SOCIAL, responses_to
from assistant.dialogue.turn import OUTCOME, SCREENING_FORM, Asked, Turn

CLOSED = "utter_screening_closed"

# In the middle of a screening these are no question of their own: the form reads them.
_NO_DIGRESSION = (*SOCIAL, "screening", "off_topic", "injection", "repeat", "stop")
# "They dissolved it" and "I was hospitalised with it" look a little like these.
_SURELY_STOP, _SURELY_COMPLAINT = 0.5, 0.7  # confidence
# In a screening for another person.
_MEANS_ONESELF = re.compile(
    r"\bi meant? me\b|\b(?:it['\u2019]?s|this is|its) (?:for )?(?:me|myself)\b(?! mum| mom)"
    r"|\bme,? not (?:my|her|him)\b",
    re.I,
)
_CHANGES = re.compile(r"\b(?:change|correct)\b", re.I)
# In the screening: about its questions, not an answer to one.
_ASKS_AGAIN = re.compile(
    r"\brepeat (?:the|that|your|it)\b|\b(?:say|ask) (?:me )?(?:that|it) again\b"
    r"|\bwhat was the question\b|\bwhere were we\b",
    re.I,
)
_WHY_ASKED = re.compile(
    r"^\W*(?:(?:and|but|so)\W+)?why(?: not| that| this| is that)?\W*$"
    r"|\bwhy (?:do|are|would) you (?:ask|need|want)(?:ing)?"
    r"(?: me)?(?: to know)?(?: that| this)?\W*$"
    r"|\bwhy (?:does|is) (?:it|that|this) (?:matter|important|relevant)\W*$"
    r"|\bdo i (?:have|need) to (?:answer|say|tell)(?: you)?(?: that| this| it)?\W*$"
    r"|\bnone of your business\b",
    re.I,
)


def plan_in_screening(turn: Turn, text: str, explained: tuple[str, ...]) -> list[str] | None:
    """Plans the turn while the form is open.

    Args:
        turn: The message and what stood before it.
        text: The message.
        explained: Words of the open question whose meaning the screening explains.

    Returns:
        Names of the actions in order; None where the turn is the form's alone.
    """
    offered = OFFER_TO_GO_ON in turn.previous_responses
    # "Continue" alone is easily taken for its opposite.
    if (offered or turn.intent == "stop") and says_to_go_on(text):
        return [_open_question(turn), LISTEN]
    if turn.statements and _CHANGES.search(text):
        return None  # "change my health answer to no" says all that the form needs
    about_it = None if answers_screening(turn) else _about_the_questions(turn, text)
    if about_it is not None:
        return [*about_it, *back_to_screening(turn), LISTEN]
    leaves = _leaves_the_screening(turn, text)
    if leaves:
        return leaves
    asks_meaning = any(word in text.lower() for word in explained)
    if offered:
        return _after_the_offer(turn, text, asks_meaning)
    if turn.pause > LONG_PAUSE:
        return _after_the_pause(turn, text, asks_meaning)
    if answers_screening(turn) or asks_meaning:
        return None
    asked = asked_in_between(turn, text)
    return [*responses_to(asked), *back_to_screening(turn), LISTEN] if asked else None


def _about_the_questions(turn: Turn, text: str) -> list[str] | None:
    """What is said to a message about the screening's questions themselves, before the open one."""
    if turn.intent == "repeat" or _ASKS_AGAIN.search(text):
        return []
    if _WHY_ASKED.search(text):
        return ["utter_screening_why"]
    if wants_the_summary(text):
        return ["utter_screening_summary_later"]
    return [CHANGE] if asks_to_change(text) else None


def _leaves_the_screening(turn: Turn, text: str) -> list[str]:
    """What ends the screening, or begins it anew, whenever it is said; empty otherwise."""
    if _is_surely(turn, "stop", _SURELY_STOP) and not turn.statements:
        return _stopped()
    if turn.intent == "restart_screening" or (turn.for_another and _MEANS_ONESELF.search(text)):
        return [DEACTIVATE, SCREENING_FORM]
    if turn.intent == "handoff":
        return [DEACTIVATE, "utter_handoff", CLOSED, LISTEN]
    # "I hate my veins" and "terrible" sound like one, and are answers.
    one_word = len(text.split()) == 1
    complains = _is_surely(turn, "complaint", _SURELY_COMPLAINT)
    if complains and not (one_word or answers_screening(turn)):
        return [DEACTIVATE, "utter_complaint", CLOSED, LISTEN]
    return []


def _is_surely(turn: Turn, intent: str, least: float) -> bool:
    """Whether a message is of an intent, and not an odd answer that looks like it."""
    found = turn.parse.get("topics")
    if found is None:  # a choice was pressed
        return turn.intent == intent
    return any(each["topic"] == intent and each["confidence"] >= least for each in found)


def _stopped() -> list[str]:
    return [OUTCOME, DEACTIVATE, LISTEN]


def _after_the_pause(turn: Turn, text: str, asks_meaning: bool) -> list[str] | None:
    """The first message after a long pause: whatever might be an answer is not stored.

    Who comes back the next day may not have the open question in mind: "no" may be about
    anything. What can't be mistaken for its answer is served as at any other time.
    """
    told = set(turn.statements) - {turn.open_question}
    if told:
        return None  # "actually I did have a clot" corrects what was said; it must not be lost
    if turn.intent == "answer":
        return ["utter_choice_expired", *back_to_screening(turn), LISTEN]
    responses = responses_to(asked_in_between(turn, text))
    if asks_meaning and _is_a_question(turn):
        responses = [f"utter_screening_explain_{turn.open_question}"]
    return [*responses, *back_to_screening(turn), LISTEN]


def _after_the_offer(turn: Turn, text: str, asks_meaning: bool) -> list[str] | None:
    """The reply to "Shall we go on, or start again?".

    Yes and no are about that, never about the open question: the form doesn't see them, and
    beside a statement it leaves them out (`actions/validate_screening_form.py`).
    """
    told = turn.intent == "answer" or turn.statements or turn.mentions
    if told or asks_meaning:
        return None
    asked = asked_in_between(turn, text)
    if asked:
        return [*responses_to(asked), *back_to_screening(turn), LISTEN]
    if turn.polarity == "no" or turn.intent in ("deny", "goodbye"):
        return _stopped()
    if turn.polarity == "unsure" or turn.intent == "unsure":
        return [*back_to_screening(turn), LISTEN]
    # "Go on" in whatever words: asking the question again stores nothing.
    return [_open_question(turn), LISTEN]


def asked_in_between(turn: Turn, text: str) -> list[Asked]:
    """What a message in the screening asks that isn't the screening's own business.

    Args:
        turn: The message and what stood before it.
        text: The message.

    Returns:
        What is asked, in order; empty where the message is no question.
    """
    if not _is_a_question(turn):
        return []
    return beside_the_screening(turn, text)


def beside_the_screening(turn: Turn, text: str) -> list[Asked]:
    """What a message asks that isn't the screening's own business, be it a question or not.

    Args:
        turn: The message and what stood before it.
        text: The message.

    Returns:
        What is asked, in order.
    """
    return [each for each in resolve(turn, text) if each.topic not in _NO_DIGRESSION]


def answers_screening(turn: Turn) -> bool:
    """Whether the message may be an answer to the screening.

    Args:
        turn: The message and what stood before it.

    Returns:
        True for a choice, a statement, and what can be read as yes, no or unsure.
    """
    return bool(turn.intent == "answer" or turn.statements or turn.mentions or turn.polarity)


def _is_a_question(turn: Turn) -> bool:
    # A message that came without NLU (a choice) asks what it names.
    return bool(turn.parse.get("question", True))


def back_to_screening(turn: Turn) -> list[str]:
    """Takes the screening up again: by its open question, or after a pause by an offer.

    Args:
        turn: The message and what stood before it.

    Returns:
        Names of the actions; empty where no screening is open or owes its outcome.
    """
    if turn.owed:
        return [OUTCOME]
    if not turn.open_question:
        return []
    if turn.pause > LONG_PAUSE or OFFER_TO_GO_ON in turn.previous_responses:
        return [OFFER_TO_GO_ON]
    return [_open_question(turn)]


def _open_question(turn: Turn) -> str:
    """The open question by its response: the form would call the action server."""
    return f"utter_ask_{SCREENING_FORM}_{turn.open_question}"
