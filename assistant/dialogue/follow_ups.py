"""Follow-up questions: what a short message means after what was just said.

"And how long do they last?" is about the side effects when these were just told, and about the
session otherwise. Only short messages that point back, or that are not understood on their own,
are read in the light of the last answer.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from assistant.dialogue.responses import SOCIAL
from assistant.dialogue.turn import Asked, Turn
from assistant.settings import Settings

_LONGEST_FOLLOW_UP = 9  # words; a longer message stands on its own

_POINTS_BACK = re.compile(
    r"^\W*(?:and|so|ok(?:ay)?|but|then|even|also|or|n)\b"
    r"|\b(?:what|how|wat|wot|hw)\s?(?:about|abt|bout)\b"
    r"|\b(?:they|them|these|those|that|it|this|ones?|then|too|either|as well)\b",
    re.IGNORECASE,
)
# "How long until I can", "how long do I have to wait": about the subject that isn't covered.
_BREAKS_OFF = re.compile(
    r"\b(?:to|i|you) wait\W*$|\b(?:until|till?|when|before) (?:can i|i can)\W*$", re.IGNORECASE
)
# The marks and feelings, behind an answer on them: "will they go away", "permanent?".
_GOES_AWAY = re.compile(
    r"\b(?:will|do|does|would|when) (?:(?:will|do|does) )?(?:they|it|that|these|those)"
    r"(?: \w+)? (?:go away|go|goes|fade|heal|clear)\b(?! (?:in|into|to)\b)"
    r"|\b(?:un)?till? (?:it|they)(?:['’]?s|['’]?re| is| are)? gone\b|^\W*(?:is it )?permanent\W*$",
    re.IGNORECASE,
)
# The session, whatever was told before it; not "how long does it take to fade".
_HOW_LONG_IT_TAKES = re.compile(
    r"\bhow long (?:(?:do(?:es|s)?|will|would) it take|it takes?|is it)\W*$", re.IGNORECASE
)
_CORRECTS = re.compile(r"\b(?:i (?:meant?|was (?:asking|talking))|not that)\b", re.IGNORECASE)

# "How long for?", "when exactly?" alone: of whatever was told.
_HOW_LONG = re.compile(
    r"^\W*(?:(?:and|so|but|ok(?:ay)?)\W+)?(?:for )?"
    r"(?:how (?:long|soon|many (?:days|weeks))|(?:(?:un)?till? )?when)"
    r"(?: for| exactly| roughly| then| though)?\W*$",
    re.IGNORECASE,
)

# "Why?", "are you sure?", "which is right?" alone: the guide says no more than it was told to say.
_PRESSES = re.compile(
    r"^\W*(?:(?:and|but|so|ok(?:ay)?)\W+)*(?:y|why(?: not| so| that| is that| exactly)?"
    r"|how (?:come|so)|really|seriously|for real|says who"
    r"|(?:are )?you sure(?: about (?:that|it|this))?"
    r"|is (?:that|it|this) (?:definite|certain|true|for sure)"
    r"|which(?: one)? is (?:it|right|true))\W*$",
    re.IGNORECASE,
)
NO_MORE = "no_more"
# Behind these there is nothing to press for.
_NOTHING_TOLD = frozenset(
    (*SOCIAL, "disclosure", "help", "bot_challenge", "handoff", "complaint", "abuse", "off_topic",
     "injection", "repeat", "stop", "candidacy")
)  # fmt: skip

# "The second one", of what was offered to choose from.
_CHOSEN = re.compile(
    r"^\W*(?:i (?:mean|meant) )?(?:the )?(?P<place>first|second|third|1st|2nd|3rd|[123])"
    r"(?: one| thing| option)?(?: please| pls| thanks)?\W*$",
    re.IGNORECASE,
)
_PLACES = ("1 1st first", "2 2nd second", "3 3rd third")


@dataclass(frozen=True)
class _Words:
    """Words that say more than the topic, and what a message that holds one means."""

    says: re.Pattern[str]
    means: Mapping[str, str]


@dataclass(frozen=True)
class _Table:
    """`content/follow_ups.yml`: what was answered → what a message looks like → what it means."""

    meant: Mapping[str, Mapping[str, str]]
    corrections: Mapping[str, Mapping[str, str]]
    words: Mapping[str, tuple[_Words, ...]]

    def meaning(self, told: str, found: str, text: str) -> str | None:
        """What a message means after an answer.

        Args:
            told: Topic of the answer.
            found: What the message looks like.
            text: The message.

        Returns:
            The topic that it means, or None where it is taken at its word.
        """
        for words in self.words.get(told, ()):
            if found in words.means and words.says.search(text):
                return words.means[found]
        return self.meant.get(told, {}).get(found)


@functools.cache
def _table() -> _Table:
    path = Settings.from_environment().content / "follow_ups.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    words = {
        told: tuple(_Words(_any_of(each["says"]), each["means"]) for each in entries)
        for told, entries in content.get("words", {}).items()
    }
    return _Table(content["meant"], content["corrections"], words)


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def resolve(turn: Turn, text: str) -> tuple[Asked, ...]:
    """What the message asks, in the light of the last answer.

    Args:
        turn: The turn, with what NLU found and what was answered before.
        text: The message.

    Returns:
        What is asked, in order; empty where even the last answer doesn't help.
    """
    asked = turn.asked
    chosen = _chosen(turn, text)
    if chosen:
        return (chosen,)
    if not turn.previous or len(asked) > 1 or not _is_short(text):
        return asked
    last = turn.previous[-1]
    found = asked[0] if asked else None
    corrected = _table().corrections.get(last.topic, {}).get(found.topic) if found else None
    if corrected and _CORRECTS.search(text):
        return (Asked(corrected),)
    if presses(text):
        return _pressed(last) or asked
    if last.topic in ("side_effects", "side_effect_duration") and _GOES_AWAY.search(text):
        return (Asked("side_effect_duration"),)
    if last.topic == "not_covered" and _BREAKS_OFF.search(text):
        return (last,)
    if last.topic != "results_timeline" and _HOW_LONG_IT_TAKES.search(text):
        return asked
    if _HOW_LONG.match(text):
        return _how_long(last, text) or asked
    if not points_back(text):
        return asked
    if found:
        meant = _table().meaning(last.topic, found.topic, text) or found.topic
        return (last,) if meant == last.topic != found.topic else (Asked(meant, found.subject),)
    return _from_candidates(turn, last, text)


def _chosen(turn: Turn, text: str) -> Asked | None:
    """What was offered and is taken by its place; a mere yes takes the likeliest."""
    found = _CHOSEN.match(text)
    if not found:
        topics = [asked for asked in turn.offered if asked.topic != "handoff"]
        return topics[0] if topics and turn.intent == "affirm" else None
    place = found["place"].lower()
    index = next(i for i, words in enumerate(_PLACES) if place in words.split())
    return turn.offered[index] if index < len(turn.offered) else None


def _pressed(told: Asked) -> tuple[Asked, ...]:
    """What "why?" and "are you sure?" get: what isn't covered stays so."""
    if told.topic in _NOTHING_TOLD:
        return ()
    return (told,) if told.topic == "not_covered" else (Asked(NO_MORE),)


def _how_long(told: Asked, text: str) -> tuple[Asked, ...]:
    """What "how long for?" asks after an answer; what isn't covered stays so."""
    meant = _table().meaning(told.topic, "duration", text)
    if meant:
        return (Asked(meant),)
    return (told,) if told.topic == "not_covered" else ()


def presses(text: str) -> bool:
    """Tells whether a message only presses for more: "why?", "are you sure?".

    Args:
        text: The message.

    Returns:
        True where nothing else is asked.
    """
    return bool(_PRESSES.match(text))


def points_back(text: str) -> bool:
    """Tells whether a message is short and points back to what was said.

    Args:
        text: The message.

    Returns:
        True for the likes of "and those?" or "so is that a no?".
    """
    return _is_short(text) and bool(_POINTS_BACK.search(text))


def _is_short(text: str) -> bool:
    return len(text.split()) <= _LONGEST_FOLLOW_UP


def _from_candidates(turn: Turn, last: Asked, text: str) -> tuple[Asked, ...]:
    """An unclear message that points back: the last answer's own field is the likeliest."""
    for candidate in turn.candidates:
        meant = _table().meaning(last.topic, candidate.topic, text)
        if meant:
            return (Asked(meant),)
        if candidate == last:
            return (last,)
    return (last,) if last.topic == "not_covered" else ()
