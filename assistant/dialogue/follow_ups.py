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
_LONGEST_SCRAP = 6  # words

_POINTS_BACK = re.compile(
    r"^\W*(?:and|so|ok(?:ay)?|but|then|even|also|or|n)\b"
    r"|\b(?:what|how|wat|wot|hw)\s?(?:about|abt|bout)\b"
    r"|\b(?:they|them|these|those|that|it|its|this|ones?|then|too|either|as well|still)\b",
    re.IGNORECASE,
)
# "How long until I can", "how long do I have to wait": about the subject that isn't covered.
_BREAKS_OFF = re.compile(
    r"\b(?:to|i|you) wait\W*$|\b(?:until|till?|when|before) (?:can i|i can)(?: then)?\W*$",
    re.IGNORECASE,
)
# The marks and feelings, behind an answer on them: "will they go away", "permanent?".
_GOES_AWAY = re.compile(
    r"\b(?:will|do|does|would|when|if) (?:(?:will|do|does) )?(?:they|it|that|these|those)"
    r"(?: [\w'’]+){0,2} (?:go away|go|goes|fade|heal|clear)\b(?! (?:in|into|to)\b)"
    r"|\b(?:un)?till? (?:it|they)(?:['’]?s|['’]?re| is| are)? gone\b|^\W*(?:is it )?permanent\W*$",
    re.IGNORECASE,
)
# The session, whatever was told before it; not "how long does it take to fade".
_HOW_LONG_IT_TAKES = re.compile(
    r"\bhow long (?:(?:do(?:es|s)?|will|would) it take|it takes?|is it)\W*$", re.IGNORECASE
)
# "Is that ok?", behind an answer on what is usual: it says what is, and whom to call.
_IS_IT_USUAL = re.compile(
    r"^\W*(?:(?:and|but|so)\W+)?(?:(?:is|are) (?:it|that|this|they|these|those"
    r"|the (?:swelling|bruis\w+|marks?|spots?|itch\w*|pain|cramps?|sores?))"
    r"|(?:that|it|they)['’]?(?:s|re))"
    r"(?: is| all)? (?:ok(?:ay)?|normal|usual|alright|fine|bad|sup+os\w+ to(?: \w+)?"
    r"|one of (?:them|those))"
    r"(?: though| tho| then)?\W*$"
    r"|\bshould i (?:be )?worr(?:y|ied)\b(?: about)?(?: it| that| this)?\W*$",
    re.IGNORECASE,
)
# "Should I come in?", behind the same: that is for the clinic to say.
_COME_IN = re.compile(
    r"\b(?:should|shud|shd|must|can|do i (?:need|have) to) (?:i |we |she |he )?(?:just )?"
    r"(?:come (?:back )?(?:in|there)|be seen|get (?:it|that|this) (?:seen|looked at|checked)"
    r"|see (?:someone|somebody|a doctor|you)|tell (?:someone|you)|call)\b"
    r"|\bwho (?:should|do|can) i (?:call|tell|see|ask)\b",
    re.IGNORECASE,
)
# "How much per leg" is about the price, whatever was told before.
_COSTS = re.compile(r"\b(?:how much|costs?|prices?|charge\w*|pay)\b|\$", re.IGNORECASE)
_SEND_ON = ("results_timeline", "not_covered")
_AFTER_EFFECTS = ("side_effects", "side_effect_duration")
_CORRECTS = re.compile(r"\b(?:i (?:meant?|was (?:asking|talking))|not that)\b", re.IGNORECASE)

# "How long for?", "when exactly?" alone: of whatever was told.
_HOW_LONG = re.compile(
    r"^\W*(?:(?:and|so|but|ok(?:ay)?)\W+)?(?:for )?"
    r"(?:how (?:long|soon|many (?:days|weeks))|(?:(?:un)?till? )?when|what (?:duration|period))"
    r"(?: for| exactly| roughly| then| though| tho| after(?:wards)?)?\W*$",
    re.IGNORECASE,
)
# "How long tho like a year?", "more than a minute?" alone: the same.
_SO_LONG = re.compile(
    r"^\W*(?:(?:and|so|but|how long|tho(?:ugh)?|like|about|more than|over|longer than|less than"
    r"|up to|even)\W+)*(?:an?|one|two|three|four|five|six|\d+) "
    r"(?:sec(?:ond)?|min(?:ute)?|hour|day|week|month|year)s?\W*$",
    re.IGNORECASE,
)
# "And then?", "then what?": what comes behind that.
_WHAT_THEN = re.compile(
    r"^\W*(?:(?:and|so|ok(?:ay)?)\W+)*(?:(?:and |what )?then(?: what)?|what(?:['’]?s)? next"
    r"|after that)\W*$",
    re.IGNORECASE,
)
# "And after?", behind a subject that isn't covered: the same at another time.
_AT_ANOTHER_TIME = re.compile(
    r"^\W*(?:(?:and|or|what about|how about|but)\W+)*(?:the (?:day|night|week|morning) )?"
    r"(?:before|after|afterwards?|beforehand)(?: that| it)?\W*$",
    re.IGNORECASE,
)
# "The last one again", of several answers.
_BY_PLACE = re.compile(
    r"^\W*(?:(?:and|ok|so|go back to|back to|repeat|what about|how about|say)\W+)*(?:the )?"
    r"(?P<place>first|second|third|fourth|1st|2nd|3rd|4th|middle|last"
    r"|(?:number|nr) [1-4])(?: one| question| thing| part)?"
    r"(?:\W+(?:again|please|pls|why(?: not)?))*\W*$",
    re.IGNORECASE,
)

# "Why?", "are you sure?", "which is right?" alone: the guide says no more than it was told to say.
_PRESSES = re.compile(
    r"^\W*(?:(?:and|but|so|ok(?:ay)?)\W+)*(?:y|why(?: not| so| that| is that| exactly)?"
    r"|how (?:come|so)|really|seriously|for real|says who"
    r"|(?:are |r )?(?:you|u) sure(?: about (?:that|it|this))?(?: tho(?:ugh)?)?"
    r"|(?:is )?that['’]?s? (?:it|all)"
    r"|(?:is )?(?:it |that |this )?an? (?:yes|no)|yes or no|(?:come on )?just tell me|come on"
    r"|is (?:that|it|this) (?:definite|certain|true|for sure)"
    r"|(?:just )?(?:a )?rough(?:ly)?(?: idea| guess| estimate)?|on average|ballpark"
    r"|at (?:most|least)"
    r"|how (?:many|long|much) (?:\w+ )?(?:is|are|s|does) (?:an? )?(?:few|several|some|minimal)"
    r"(?: mean)?"
    r"|which(?: one)? is (?:it|right|true))\W*$",
    re.IGNORECASE,
)
NO_MORE = "no_more"
# "What if not", behind what is hoped for.
_IF_NOT = re.compile(
    r"^\W*(?:(?:and|but|so|ok(?:ay)?)\W+)*(?:what )?if (?:not|it isn['’]?t)\W*$", re.I
)
_HOPED_FOR = ("sessions", "results_timeline", "permanence", "benefits")
_NO_RESULT = Asked("not_covered", "results_guarantee")
# "Like in the sea?": the same, for instance.
_FOR_INSTANCE = re.compile(
    r"^\W*(?:like|e\.?g\b|such as|for (?:example|instance)|say)\b", re.IGNORECASE
)
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
# Of what was offered a mere yes takes the likeliest; "oh ok" and "perfect" take nothing.
_SAYS_YES = re.compile(
    r"^\W*(?:(?:oh|ok(?:ay)?)\W+)?(?:y|ya|yh|ye(?:s|ah|a|p|h)?|yup|yess+|sure|correct|exactly"
    r"|right|mhm|definitely|absolutely|si)\b",
    re.IGNORECASE,
)
_PLACES = ("1 1st first", "2 2nd second", "3 3rd third", "4 4th fourth")


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
    behind: Mapping[str, str]

    def meaning_by_words(self, told: Asked, found: Asked, text: str) -> str | None:
        """What a message means after an answer, if it holds one of the words.

        Args:
            told: What was answered.
            found: What the message looks like.
            text: The message.

        Returns:
            The topic that it means, or None.
        """
        if found.subject == "price" and _COSTS.search(text):
            return None
        for words in (each for key in _labels(told) for each in self.words.get(key, ())):
            if _labels(found)[0] in words.means and words.says.search(text):
                return words.means[_labels(found)[0]]
        return None

    def meaning(self, told: Asked, found: Asked, text: str) -> str | None:
        """What a message means after an answer.

        Args:
            told: What was answered.
            found: What the message looks like.
            text: The message.

        Returns:
            The topic that it means, or None where it is taken at its word.
        """
        by_words = self.meaning_by_words(told, found, text)
        return by_words or self.meant.get(told.topic, {}).get(found.topic)


def _labels(asked: Asked) -> tuple[str, ...]:
    """Its names in the table, the narrower one first."""
    return (f"{asked.topic}/{asked.subject}", asked.topic) if asked.subject else (asked.topic,)


@functools.cache
def _table() -> _Table:
    path = Settings.from_environment().content / "follow_ups.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    words = {
        told: tuple(_Words(_any_of(each["says"]), each["means"]) for each in entries)
        for told, entries in content.get("words", {}).items()
    }
    return _Table(content["meant"], content["corrections"], words, content["behind"])


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def resolve(turn: Turn, text: str) -> tuple[Asked, ...]:
    """What the message asks, in the light of the last answers.

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
    named = _by_place(turn.previous, text)
    if named:
        return (named,)
    last = turn.previous[-1]
    found = asked[0] if asked else None
    corrected = _table().corrections.get(last.topic, {}).get(found.topic) if found else None
    if corrected and _CORRECTS.search(text):
        return (Asked(corrected),)
    if presses(text):
        return _pressed(last) or asked
    meant = _by_its_words(last, text) or (not found and _FOR_INSTANCE.match(text) and last)
    if meant:
        return (meant,)
    if last.topic != "results_timeline" and _HOW_LONG_IT_TAKES.search(text):
        return asked
    if _HOW_LONG.match(text) or _SO_LONG.match(text):
        return _how_long(last, text) or asked
    if not points_back(text):
        return _scrap(last, found, text) or asked
    if found:
        return (_in_the_light(turn.previous, found, text),)
    return _from_candidates(turn, last, text)


def _by_its_words(last: Asked, text: str) -> Asked | None:
    """What a message means behind an answer by its words alone, whatever it looks like."""
    if last.topic in _AFTER_EFFECTS and _GOES_AWAY.search(text):
        return Asked("side_effect_duration")
    if last.topic in _AFTER_EFFECTS and _IS_IT_USUAL.search(text):
        return Asked("side_effects")
    if last.topic in (*_AFTER_EFFECTS, *_SEND_ON) and _COME_IN.search(text):
        return Asked("handoff")
    if last.topic == "not_covered" and (_BREAKS_OFF.search(text) or _AT_ANOTHER_TIME.match(text)):
        return last
    if last.topic in _table().behind and _WHAT_THEN.match(text):
        return Asked(_table().behind[last.topic])
    if last.topic in _AFTER_EFFECTS and _IF_NOT.match(text):
        return Asked("side_effect_duration")
    return _NO_RESULT if last.topic in _HOPED_FOR and _IF_NOT.match(text) else None


def _in_the_light(previous: tuple[Asked, ...], found: Asked, text: str) -> Asked:
    """What a message that points back means after the answers told, the last one first."""
    for told in reversed(previous):
        meant = _table().meaning(told, found, text)
        if meant == told.topic and (found.topic != meant or told.subject):
            return told
        if meant:
            return Asked(meant, found.subject if meant == found.topic else None)
    return found


def _by_place(previous: tuple[Asked, ...], text: str) -> Asked | None:
    """The answer that "the middle one again" is about."""
    found = _BY_PLACE.match(text)
    if not found or len(previous) < 2:
        return None
    place = found["place"].lower()
    if place in ("middle", "last"):
        return previous[len(previous) // 2 if place == "middle" else -1]
    index = next(i for i, words in enumerate(_PLACES) if place.split()[-1] in words.split())
    return previous[index] if index < len(previous) else None


def _scrap(last: Asked, found: Asked | None, text: str) -> tuple[Asked, ...]:
    """What a few words mean that don't point back: "per leg?", after the length of a session."""
    if not found or len(text.split()) > _LONGEST_SCRAP:
        return ()
    meant = _table().meaning_by_words(last, found, text)
    if meant == last.topic:
        return (last,)
    return (Asked(meant),) if meant else ()


def _chosen(turn: Turn, text: str) -> Asked | None:
    """What was offered and is taken by its place; a mere yes takes the likeliest."""
    found = _CHOSEN.match(text)
    if not found:
        topics = [asked for asked in turn.offered if asked.topic != "handoff"]
        takes = turn.intent == "affirm" and _SAYS_YES.match(text)
        return topics[0] if topics and takes else None
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
    meant = _table().meaning(told, Asked("duration"), text)
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
        meant = _table().meaning(last, candidate, text)
        if candidate == last or (meant and meant == last.topic):
            return (last,)
        if meant:
            return (Asked(meant),)
    # "Its like little bumps now" tells something new.
    asks = turn.parse.get("question", True) or not turn.candidates
    return (last,) if asks and last.topic == "not_covered" else ()
