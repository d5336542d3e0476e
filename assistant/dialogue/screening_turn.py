"""Plans a turn while the screening is open: what is answered beside it, and what is the form's."""

from __future__ import annotations

import re

from actions.screening import LONG_PAUSE, OFFER_TO_GO_ON, wants_another_screened
from actions.taking_up import (
    CHANGE,
    HISTORY,
    asks_to_change,
    asks_what_next,
    says_to_go_on,
    wants_the_summary,
)
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
# The same in another's screening, as a question: "and can I have it?".
_ASKS_FOR_ONESELF = re.compile(r"\b(?:can|could|do|would|am) (?:i|me|you do me)\b|\bfor me\b", re.I)
# In and behind the screening of another person.
AND_ME = re.compile(
    r"^\W*(?:(?:and|ok(?:ay)?|now|so|but)\W+)*(?:(?:what|wh?at|wot|how) about)?\W*(?:me|myself)"
    r"(?: (?:now|too|then|as well|please))*(?:\W*$|\W*,)"
    r"|\bi meant? me\b|\bcheck (?:it )?(?:for )?(?:me|myself)\b",
    re.I,
)
# Who needs a moment, and who wants an answer noted that isn't one.
_WAITS = re.compile(
    r"\b(?:hang on|hold on(?! to)|(?:one|a|1) (?:sec(?:ond)?|min(?:ute)?|moment)\b|brb"
    r"|be right back|back in a|let me (?:check|ask|think|look)"
    r"|just checking)\b",
    re.I,
)
_MAY_WE = re.compile(r"^\W*(?:can|shall|could|may|should|let['\u2019]?s) (?:we|i|you)\b", re.I)
_COURTEOUS = re.compile(r"\b(?:thank\w*|thx|tnx|ty|ta|cheers|hi+|hello|hey\w*|good \w+)\b", re.I)
_MERE_THANKS = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|right|alright|oh)\W+)*"
    r"(?:ta|tnx|thx|thanks|thank you|cheers)(?: (?:you|a lot|very much|so much|love|mate))?\W*$",
    re.I,
)
_WELL = re.compile(r"\b(?:good|great|fine|perfect|excellent|brilliant|well|bad)\b", re.I)
# "When can I come in", "who does know then": asks, and goes on all the same.
_ASKS_WHEN_OR_WHOM = re.compile(
    r"\bwhen (?:can|could|should|do) (?:i|we|she|he)\b|^\W*(?:(?:and|so|but|ok(?:ay)?)\W+)*who\b",
    re.I,
)
_WANTS_IT_NOTED = re.compile(r"\bput (?:me|it|her|him) down\b", re.I)
# What the open question means.
_ASKS_FOR_MEANING = re.compile(
    r"\bwhat (?:do|does|did|d) (?:you|u|ya|that|this|it) mean(?: by (?:that|this|it))?\W*$"
    r"|\b(?:not sure|don['\u2019]?t (?:know|get|understand)|no idea) what (?:you|u|that|this|it)"
    r"(?: \w+)? means?\b"
    r"|\b(?:can|could) (?:you|u) explain(?: (?:that|this|it|the question))?(?: please| pls)?\W*$"
    r"|^\W*explain(?: (?:please|pls|that|it))?\W*$|\bdefine\b"
    r"|\bdon['\u2019]?t (?:understand|get) (?:the|that|this|your) (?:question|one)\b"
    r"|^\W*(?:i )?don['\u2019]?t (?:understand|get it)\W*$",
    re.I,
)
# What something that was told means for the treatment.
_ASKS_WHAT_FOLLOWS = re.compile(
    r"\bwhat does (?:that|this|it) mean for (?:me|her|him|us)\b"
    r"|\bis (?:that|it|this|a clot)(?: \w+)? (?:bad|a problem|a no|serious|a deal ?breaker)\W*$"
    r"|\b(?:am i|is she|is he)(?: then)? (?:out|ruled out)\b"
    r"|\bdoes (?:that|this|it) mean (?:(?:it['\u2019]?s|its) a (?:no|yes)"
    r"|(?:i|she|he) (?:can['\u2019]?t|cant|cannot|can) (?:have|get) it)\b"
    r"|\bwhat(?:['\u2019]?s| was| is) the problem\W*$"
    r"|^\W*so (?:it['\u2019]?s|its|that['\u2019]?s|is it|is that) an? (?:no|yes)(?: then)?\W*$"
    r"|^\W*so (?:i['\u2019]?m|im|am i|she['\u2019]?s|is she|he['\u2019]?s|is he)"
    r" (?:allowed|aloud|suitable|eligible|a candidate)(?: then)?\W*$"
    r"|^\W*(?:(?:so|and|ok(?:ay)?|then)\W+)*can (?:i|she|he) come(?: in)?(?: then| now)?\W*$",
    re.I,
)
# "Actually it's for my husband"; "my sister wants it too" is a second one.
_MEANS_ANOTHER = re.compile(
    r"\b(?:it['\u2019]?s|its|this is|that['\u2019]?s|asking) (?:\w+ )?for\b|\bnot (?:for )?me\b"
    r"|\b(?:it|this|that) is (?:\w+ )?for\b|\basking about\b"
    r"|\b(?:doing|want|need|filling) (?:\w+ ){0,2}for (?:my|her|him)\b"
    r"|\binstead\b|\bactually\b|\bbehalf of\b",
    re.I,
)
_CHANGES = re.compile(r"\b(?:change|correct)\b", re.I)
# In the screening: about its questions, not an answer to one.
_ASKS_AGAIN = re.compile(
    r"\brepeat (?:the|that|your|it)\b|\b(?:say|ask) (?:me )?(?:that|it) again\b"
    r"|\bwhat(?:['\u2019]?s| is| was) (?:the|your|that) (?:\w+ )?question\b|\bwhere were we\b",
    re.I,
)
_WHY_ASKED = re.compile(
    r"^\W*(?:(?:and|but|so)\W+)?why(?: not| that| this| is that)?\W*$"
    r"|\bwhy (?:(?:do|are|r|would) )?(?:you|u|ya) (?:ask|need|want)(?:ing)?"
    r"(?: me)?(?: to know)?(?: that| this)?\W*$"
    r"|\bwhy (?:does|is) (?:it|that|this) (?:matter|important|relevant)\W*$"
    r"|\bdo i (?:have|need) to (?:answer|say|tell)(?: you)?(?: that| this| it)?\W*$"
    r"|\bnone of your business\b"
    r"|\bwhat(?:['\u2019]?s| is| has| does) (?:that|this|it) (?:got |have )?to do with\b",
    re.I,
)

_HOW_MANY = re.compile(
    r"\bhow many (?:more |other )?(?:questions?|q['\u2019]?s|qs)\b|^\W*how many (?:more|left)\W*$"
    r"|\bhow long (?:does|will|is) (?:this|the quiz|the test|the screening|the questions)"
    r"(?: going to)?(?: take)?\W*$|\bis (?:this|that) the last (?:one|question)\b"
    r"|\b(?:many|more) questions (?:left|to go|are there|are left)\b",
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
    told = turn.statements or (turn.parse.get("question") and not _MAY_WE.match(text))
    if says_to_go_on(text) and (offered or not told):
        return [_open_question(turn), LISTEN]
    at_once = turn.pause <= LONG_PAUSE and not offered
    if at_once and (_is_courteous(turn, text) or _needs_a_moment(turn, text)):
        return ["utter_screening_no_hurry", _open_question(turn), LISTEN]
    if turn.statements and _CHANGES.search(text):
        return None  # "change my health answer to no" says all that the form needs
    if _ASKS_FOR_MEANING.search(text) and not turn.statements:
        return [f"utter_screening_explain_{turn.open_question}", *back_to_screening(turn), LISTEN]
    if _asks_for_a_second_person(turn, text) and not turn.statements:
        return ["utter_screening_one_at_a_time", *back_to_screening(turn), LISTEN]
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
    if _WHY_ASKED.search(text):
        return ["utter_screening_why"]
    if _ASKS_WHAT_FOLLOWS.search(text):
        return ["utter_screening_what_it_means"]
    if _HOW_MANY.search(text):
        return ["utter_screening_how_many"]
    if wants_the_summary(text) or asks_what_next(text):
        return ["utter_screening_summary_later"]
    if asks_to_change(text):
        return [CHANGE]
    # "Screen me then" asks for the question that is open.
    again = turn.intent in ("repeat", "screening") or _ASKS_AGAIN.search(text)
    return [] if again else None


def _leaves_the_screening(turn: Turn, text: str) -> list[str]:
    """What ends the screening, or begins it anew, whenever it is said; empty otherwise."""
    if _is_surely(turn, "stop", _SURELY_STOP) and not turn.statements:
        return _stopped()
    if _takes_leave(turn, text) and not answers_screening(turn):
        return _stopped()
    if turn.intent == "restart_screening" or _is_about_another_after_all(turn, text):
        return [DEACTIVATE, SCREENING_FORM]
    if turn.intent == "handoff" and not _WANTS_IT_NOTED.search(text):
        if _ASKS_WHEN_OR_WHOM.search(text):
            return ["utter_handoff", *back_to_screening(turn), LISTEN]
        return [DEACTIVATE, "utter_handoff", CLOSED, LISTEN]
    # "I hate my veins" and "terrible" sound like one, and are answers.
    one_word = len(text.split()) == 1
    complains = _is_surely(turn, "complaint", _SURELY_COMPLAINT)
    if complains and not (one_word or answers_screening(turn)):
        return [DEACTIVATE, "utter_complaint", CLOSED, LISTEN]
    return []


def _is_about_another_after_all(turn: Turn, text: str) -> bool:
    """Whether the screening turns out to be for another person than was asked about so far."""
    if turn.for_another:
        return bool(_MEANS_ONESELF.search(text))
    return _names_another(turn) and bool(_MEANS_ANOTHER.search(text))


def _asks_for_a_second_person(turn: Turn, text: str) -> bool:
    """Whether "my mum wants it, too" is said, or in her screening "and can I?"."""
    if turn.for_another and _MEANS_ONESELF.search(text):
        return False
    if turn.for_another:
        about_it = {each.topic for each in turn.asked} & {"screening", "candidacy"}
        return bool((about_it and _ASKS_FOR_ONESELF.search(text)) or AND_ME.search(text))
    return _names_another(turn) and not _MEANS_ANOTHER.search(text)


def _names_another(turn: Turn) -> bool:
    # "No, not me, my sister" answers the question on past illnesses.
    of_a_relative = turn.open_question in HISTORY and turn.polarity == "no"
    return wants_another_screened(turn.parse) and not of_a_relative


def _takes_leave(turn: Turn, text: str) -> bool:
    sure = {each["topic"]: each["confidence"] for each in turn.parse.get("topics") or ()}
    taken = "goodbye" in sure and set(sure) <= {"thanks", "goodbye"}
    return taken and sum(sure.values()) >= _SURELY_STOP and not _WAITS.search(text)


def _needs_a_moment(turn: Turn, text: str) -> bool:
    waits = _WAITS.search(text) and not answers_screening(turn)
    return bool(waits) and not asked_in_between(turn, text)


def _is_courteous(turn: Turn, text: str) -> bool:
    """Whether somebody thanks or greets, and does nothing else."""
    topics = {each.topic for each in turn.asked}
    if _MERE_THANKS.match(text):  # "ok ta" looks like a farewell
        return True
    mere = topics in ({"thanks"}, {"greet"}) and not answers_screening(turn)
    # "Good, thanks" is an answer that the form knows, if it is asked for that.
    return mere and bool(_COURTEOUS.search(text)) and not _WELL.search(text)


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
