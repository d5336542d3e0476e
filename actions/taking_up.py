"""Taking a screening up again whose outcome was told: "oh, I forgot, I'm pregnant", "go on then".

Pure functions over what NLU found and the summary. The policy asks them whether to open the form,
and the form, whether to keep the answers that it had.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from actions.rules import NOT_ASKED
from actions.screening import FAMILY_HISTORY, FOR_ANOTHER, told_of

# Criteria that ask for what was once: a yes to them is never too late.
HISTORY = ("dvt_history", "other_vascular")
# Says how to change an answer.
CHANGE = "utter_screening_change"

# "Continue", alone, looks like "stop" to the classifier; its words decide.
_GOES_ON = re.compile(
    r"\b(?:go on|go ahead|continue|carry on|keep going|resume|proceed|pick it up|where were we"
    r"|(?:i['\u2019]?m|im) back)"
    r"(?: (?:then|please|now|again|from there|the (?:questions|screening)"
    r"|with (?:it|that|(?:the|those|these) \w+)|where we \w+(?: \w+)?))*\W*$",
    re.I,
)
_COMES_BACK = re.compile(r"\bwhere were we\b|\b(?:i['\u2019]?m|im) back\b|\bquestions\b", re.I)
_NEGATES = re.compile(r"\b(?:no|not|never|stop|\w+n['\u2019]?t)\b", re.I)
_LONGEST_GO_ON = 8  # words
_LONGEST_WISH = 9  # words
_CORRECTS = re.compile(
    r"^\W*(?:oh |but |no )*(?:wait|hang on|hold on)\b|\bactually\b|\bforg[oe]t(?:ten)?\b(?! to ask)"
    r"|\b(?:was|got|said|answered|it) wrong\b|\bmistake\w*\b|\bcorrection\b|\blied\b"
    r"|\bchange (?:my|the|that|an) \w*\s*answer\b|\bremember(?:ed)?\b|\bi meant?\b"
    r"|\bshould have (?:said|told)\b|\bdidn['\u2019]?t (?:say|tell|mention)\b",
    re.I,
)
_WAS_ONCE = re.compile(r"\b(?:had|got|diagnosed|did have|have been)\b", re.I)
_WANTS_TO_CHANGE = re.compile(
    r"\bchange (?:it|that) back\b"
    r"|^\W*(?:(?:sorry|no|wait|oh)\W+)*i meant? (?:to (?:say|put) )?(?:a )?"
    r"(?:yes|no|not sure)\W*$"
    r"|\b(?:change|correct|fix|edit|undo|scrap|redo)\b (?:\w+ ){0,2}?(?:my|the|that|an|previous"
    r"|last|earlier) (?:\w+ ){0,2}answers?\b"
    r"|^\W*(?:can (?:i|we|you) |please |let'?s )?(?:undo|go back)(?: (?:a|one) (?:question|step))?"
    r"(?: please)?\W*$"
    r"|\btake (?:it|that|this) back\b|\bchange (?:it|that) to (?:a )?(?:yes|no|not sure)\b"
    r"|\b(?:question|answer|number|first|second|third|fourth|fifth|last) (?:\w+ )?"
    r"(?:is|was) wrong\b"
    r"|\b(?:the )?last (?:one|question)\b.*\b(?:is|was|its|it['\u2019]s|should be)"
    r" (?:a )?(?:yes|no)\b"
    r"|\b(?:redo|change) (?:question|number|answer) \w+\b"
    r"|\b(?:previous|last|earlier) answer\b|\b(?:previous question|one before|question before)\b"
    r"|\b(?:my|the) (?:\w+ )?answers?\b.*\bwrong\b|\bwrong answer\b|\banswered (?:\w+ )?wrong\b",
    re.I,
)
_ASKS_ANEW = re.compile(r"\b(?:again|anew|once more|over|restart|redo|new)\b", re.I)
# "So can she?": as short as it gets.
_SO_CAN = re.compile(
    r"^\W*(?:(?:so|and|but|then|ok(?:ay)?)\W+)+can (?:i|she|he)"
    r"(?: (?:have|get|do) (?:it|this|that))?(?: then| now)?\W*$",
    re.I,
)
_NAMES_SOMEBODY = re.compile(
    r"\bmy (?:mum|mom|mother|dad|father|wife|husband|daughter|son|sister|brother|friend|partner"
    r"|aunt|nan|gran\w*)\b",
    re.I,
)
_SOMEBODY = re.compile(r"\b(?:she|he|her|him|his)\b", re.I)
# Behind a screening for another person: the one who writes, now.
_ONESELF = re.compile(r"\b(?:i|me|myself|im|ive|i['\u2019](?:m|d|ve|ll))\b", re.I)
_WANTS_THE_SUMMARY = re.compile(
    r"\b(?:my|the|that|this|your) summary\b(?! of)|^\W*summary(?: please| pls)?\W*$|\bmy answers\b"
    r"|\bwhat (?:did|have) i (?:say|said|tell|told|answer)"
    r"|\bread (?:it |that |me )?back (?:to me )?what i\b"
    r"|\bwhat (?:did you put|have you (?:put|got down|noted)|did you (?:note|write))"
    r"(?: down)?(?: (?:for|about|of) me)?\W*$"
    r"|\bwhat(?:['\u2019]?s| is| was| were) (?:my|our) (?:result|outcome|verdict)s?\b"
    r"|\bwhat(?:['\u2019]?s| is| was) the (?:result|outcome|problem|verdict)(?: again| then)?\W*$"
    r"|\bwhat does it say(?: now| again)?\W*$"
    r"|\bwh(?:ich|at)(?: (?:one|answer|question|thing)s?)?(?: of (?:them|these|those)(?: \w+)?)?"
    r" (?:was|is) (?:the )?(?:bad|problem)\b",
    re.I,
)
_WANTS_OTHERWISE = re.compile(
    r"\b(?:delete|forg[oe]t|remove|change|add|wrong|right|correct|mistake|should|who|where|private|safe"
    r"|keep)\b",
    re.I,
)


# "What if I had a clot": asks about it, and tells of none.
_SUPPOSES = re.compile(
    r"\bwhat if\b|^\W*(?:(?:and|but|so|ok(?:ay)?)\W+)*(?:(?:suppose|supposing|say)|if)"
    r" (?:i|u|you|she|he|somebody|someone) (?:ever )?(?:had|have|has|did|got)\b"
    r"(?! (?:known|to|must|remember))",
    re.I,
)
_WHAT_NEXT = re.compile(
    r"^\W*(?:(?:so|and|ok)\W+)*(?:now|next) what\W*$"
    r"|\bwhat(?:['\u2019]?s| is| happens| (?:do|should|can) (?:i|we)(?: \w+)?)? (?:now|next)\W*$",
    re.I,
)


def supposes(text: str) -> bool:
    """Tells whether a message only supposes an illness.

    Args:
        text: The message.

    Returns:
        True for the likes of "what if I had a clot" and "so if you had a DVT it's out?".
    """
    return bool(_SUPPOSES.search(text))


def asks_what_next(text: str) -> bool:
    """Tells whether a message asks for the next step.

    Args:
        text: The message.

    Returns:
        True for the likes of "what do I do now" and "so next what?".
    """
    return bool(_WHAT_NEXT.search(text))


def asks_to_change(text: str) -> bool:
    """Tells whether a message wants an answer changed, without saying to what.

    Args:
        text: The message.

    Returns:
        True for the likes of "can I change my answer" and "go back".
    """
    return bool(_WANTS_TO_CHANGE.search(text))


def wants_the_summary(text: str) -> bool:
    """Tells whether a message asks to see the summary again.

    Args:
        text: The message.

    Returns:
        True for the likes of "show me my answers" and "what did I say"; not for "delete it".
    """
    short = len(text.split()) <= _LONGEST_WISH
    return short and bool(_WANTS_THE_SUMMARY.search(text)) and not _WANTS_OTHERWISE.search(text)


def says_to_go_on(text: str) -> bool:
    """Tells whether a message is a mere "go on".

    Args:
        text: The message.

    Returns:
        True for the likes of "ok continue"; not for "don't go on".
    """
    short = len(text.split()) <= _LONGEST_GO_ON
    return short and bool(_GOES_ON.search(text)) and not _NEGATES.search(text)


def takes_up(
    summary: Mapping[str, Any] | None, parse: Mapping[str, Any], text: str, just_told: bool
) -> bool:
    """Tells whether a message takes up the screening that the summary is of.

    Args:
        summary: What the outcome left behind, or None where none was told.
        parse: What NLU found in the message.
        text: The message.
        just_told: Whether the outcome was told in the turn before.

    Returns:
        True for "go on" right behind a screening that was stopped, for "I'm back" at any time
        then, for a wish to see the summary or to hear again whether one is suitable, and for what
        says otherwise or more than it: right behind it, with a word of correction, or of a past
        illness.
    """
    intent = (parse.get("intent") or {}).get("name")
    if not summary or intent in ("answer", "restart_screening") or supposes(text):
        return False
    if NOT_ASKED in summary["answers"].values():
        return says_to_go_on(text) and (just_told or bool(_COMES_BACK.search(text)))
    if wants_the_summary(text) or _asks_about_it_again(summary, parse, text):
        return True
    if _is_of_the_writer(summary, parse, text):
        return False
    asks = bool(parse.get("question"))
    told = _told_otherwise(summary, parse)
    corrects = (just_told and not asks) or bool(_CORRECTS.search(text))
    # "Could I have a stroke from it" tells of none.
    illness = any(told.get(criterion) == "yes" for criterion in HISTORY)
    once = illness and (not asks or bool(_WAS_ONCE.search(text)))
    return once or (corrects and bool(told or _other_points(summary, parse)))


def _is_of_the_writer(summary: Mapping[str, Any], parse: Mapping[str, Any], text: str) -> bool:
    """Whether "I had a clot" is told behind the screening of another person."""
    of_another = FOR_ANOTHER in summary["points_to_raise"]
    return of_another and not parse.get("of_another") and bool(_ONESELF.search(text))


def _asks_about_it_again(summary: Mapping[str, Any], parse: Mapping[str, Any], text: str) -> bool:
    """Whether "so am I suitable?" is asked, which was answered, and not for another one or anew."""
    topics = {each["topic"] for each in parse.get("topics") or ()}
    of_another = FOR_ANOTHER in summary["points_to_raise"]
    somebody_else = _NAMES_SOMEBODY.search(text) or (
        _ONESELF.search(text) if of_another else _SOMEBODY.search(text)
    )
    asks = "screening" in topics or bool(_SO_CAN.match(text))
    return asks and not somebody_else and not _ASKS_ANEW.search(text)


def _told_otherwise(summary: Mapping[str, Any], parse: Mapping[str, Any]) -> dict[str, str]:
    answers = summary["answers"]
    told = _told(summary, parse).get("statements") or {}
    return {c: told[c] for c in answers if c in told and told[c] != answers[c]}


def _other_points(summary: Mapping[str, Any], parse: Mapping[str, Any]) -> set[str]:
    """Points that the message adds to the summary's or takes off it."""
    told = _told(summary, parse)
    points = {*summary["points_to_raise"]}
    family = (told.get("statements") or {}).get(FAMILY_HISTORY) == "yes"
    mentioned = {*(told.get("mentions") or ()), *([FAMILY_HISTORY] if family else [])}
    return (mentioned - points) | (points & {*(told.get("withdrawn") or ())})


def _told(summary: Mapping[str, Any], parse: Mapping[str, Any]) -> Mapping[str, Any]:
    return told_of(parse, FOR_ANOTHER in summary["points_to_raise"])
