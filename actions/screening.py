"""One step of the screening: what a message settles, and what is said about it.

Pure functions over what NLU found (docs/architecture.md, "The parse"); `ValidateScreeningForm`
takes the step in a conversation.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from actions.rules import ANSWERS, Criteria, Criterion

FAMILY_HISTORY = "family_history"
UNDER_AGE = "under_age"
# The point that the answers are about another person than the one who writes.
FOR_ANOTHER = "for_another"
# After such a pause the patient is asked whether the screening shall go on.
LONG_PAUSE = 4 * 3600.0  # seconds
OFFER_TO_GO_ON = "utter_screening_resume"

# What may stand before a word that is an answer: "ye loads".
_LEADING = (
    r"(?:(?:ye|yeh|ya|yh|oh|er|um|hm+|well|honestly|overall|just|then|i have|i got|i see|got"
    r"|she has|he has|they have"
    r"|(?:i|she|he|it|they)(?:['\u2019]?[sm]|['\u2019]?re| am| is| are| says?)"
    r"|(?:my |her |his )?health(?:['\u2019]?s| is)?)\W+)*"
)
# What may follow a word that is an answer, and changes nothing about it: "lots of em".
_TRAILING = (
    r"(?:\W+(?:of|em|them|it|i|think|guess|really|honestly|to|be|honest|tbh|lol|mostly|overall|health"
    r"|thanks?|you|so|far|at|all|please|pls|now|then))*"
    r"(?:\W*|\s*[,.;](?!\W*(?:no|not|nope|nah|never)(?: really)?\W*$)"
    r"(?!.*\b(?:but|except|until|actually)\b).*)"
)
# Beside a yes or no to the open question, only with such a word is an earlier answer meant.
_TAKES_BACK = re.compile(
    r"\b(?:wait|actually|sorry|mistake\w*|wrong|meant?|change|correct\w*|forgot\w*)\b", re.I
)
# Says yes to much, but not to an illness.
_MERE_OK = re.compile(
    r"\W*(?:(?:oh|hi|sorry)\W+)?(?:ok(?:ay)?|k|alright|right|cool|fine)"
    r"(?:\W+(?:thanks?|thank you|good|great|fine|cool|sure))?\W*"
)
# Only a short message is an answer by its words alone.
_LONGEST_ANSWER = 120  # characters
_ANSWER_OF_POLARITY = {"yes": "yes", "no": "no", "unsure": "unknown"}


@dataclass(frozen=True)
class Message:
    """What a message says, reduced to known words; nothing of its text is kept.

    Attributes:
        statements: Criteria to "yes", "no" or "unknown", as said about the one who is screened.
        choice: Criterion and answer of a chosen button, or None.
        polarity: The message read as an answer to a yes/no question, in the words of an answer.
        mentions: Ids of what matters to a provider and the guide doesn't name.
        withdrawn: Ids of such things that it denies.
        topics: Topics that it asks, in order.
        asks_meaning_of: Criterion whose meaning it asks, or None.
        corrects: Whether it has a word of correction.
    """

    statements: Mapping[str, str] = field(default_factory=dict)
    choice: tuple[str, str] | None = None
    polarity: str | None = None
    mentions: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    asks_meaning_of: str | None = None
    corrects: bool = False

    @property
    def family_history(self) -> bool:
        """Whether it tells of a relative's clot."""
        return FAMILY_HISTORY in self.mentions


@dataclass(frozen=True)
class State:
    """Where the screening stands when a message comes.

    Attributes:
        answers: Criteria answered so far.
        asked: The criterion that is asked just now; None at the start.
        unclear: The criterion whose last answer was unclear, or None.
        points: Ids of what was mentioned so far.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    asked: str | None = None
    unclear: str | None = None
    points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """What a message changes.

    Attributes:
        answers: Criteria that are answered now or differently, with their answers.
        corrected: Those among them that had another answer before.
        noted: Those among them that were told without being asked.
        points: Ids of everything mentioned so far.
        new_points: Those that this message adds.
        withdrawn: Those that it takes back.
        family_history: Whether it has to be said that a relative's clot isn't one's own.
        explain: Criterion to explain, or None.
        unclear: The criterion whose last answer was unclear, or None.
        not_understood: Whether this message was an unclear answer, the first to its question.
        taken_as_unknown: Whether it was the second in a row and counts as unknown.
    """

    answers: Mapping[str, str]
    corrected: tuple[str, ...]
    noted: tuple[str, ...]
    points: tuple[str, ...]
    new_points: tuple[str, ...]
    withdrawn: tuple[str, ...] = ()
    family_history: bool = False
    explain: str | None = None
    unclear: str | None = None
    not_understood: bool = False
    taken_as_unknown: bool = False


def told_of(parse: Mapping[str, Any], another: bool) -> Mapping[str, Any]:
    """What a message tells of the one who is screened.

    Args:
        parse: The parse of the message.
        another: Whether that is another person than the one who writes.

    Returns:
        What NLU found, with `statements`, `mentions`, `withdrawn` and `polarity` of that person.
        A message that names nobody ("had one in 2010") is about whoever is screened.
    """
    return (another and parse.get("of_another")) or parse


def words_of(parse: Mapping[str, Any]) -> str:
    """The message in ordinary spelling, for what is told by its very words.

    Args:
        parse: The parse of the message.

    Returns:
        The text as NLU spelled it; as it was written where NLU didn't read it (a choice), and a
        lone letter, whose meaning depends on what was said before ("y" is a yes or a why).
    """
    text: str = parse.get("text") or ""
    return parse.get("spelled") or text if len(text.strip()) > 1 else text


def wants_another_screened(parse: Mapping[str, Any]) -> bool:
    """Tells whether a message wants somebody else screened: "can my mum have it?".

    Args:
        parse: The parse of the message.

    Returns:
        Whether it does.
    """
    return bool((parse.get("of_another") or {}).get("screened"))


def read_message(
    criteria: Criteria, parse: Mapping[str, Any], asked: str | None, another: bool = False
) -> Message:
    """Reads what NLU found, and nothing that isn't in the contract.

    Args:
        criteria: The criteria.
        parse: The parse of the message.
        asked: The criterion that is asked just now, or None.
        another: Whether somebody else is screened than the one who writes.

    Returns:
        The message in known words. A chosen button counts with its criterion only.
    """
    if (parse.get("intent") or {}).get("name") == "answer":
        return Message(choice=_choice(criteria, parse))
    told = told_of(parse, another)
    statements = told.get("statements") or {}
    mentions = [each for each in told.get("mentions") or () if isinstance(each, str)]
    if statements.get(FAMILY_HISTORY) == "yes":
        mentions.append(FAMILY_HISTORY)
    if another:
        mentions.append(FOR_ANOTHER)
    asking = bool(parse.get("question"))
    asked_topics = parse.get("topics") or () if asking else ()
    topics = [each["topic"] for each in asked_topics if each.get("subject") not in mentions]
    return Message(
        statements={c: statements[c] for c in criteria.ids if statements.get(c) in ANSWERS},
        polarity=_polarity(criteria, told, words_of(parse), asked),
        mentions=tuple(dict.fromkeys(mentions)),
        withdrawn=tuple(told.get("withdrawn") or ()),
        topics=tuple(dict.fromkeys(topics)),
        asks_meaning_of=_asks_meaning_of(criteria, parse, told, asked) if asking else None,
        corrects=bool(_TAKES_BACK.search(words_of(parse))),
    )


def _polarity(
    criteria: Criteria, told: Mapping[str, Any], text: str, asked: str | None
) -> str | None:
    text = text.casefold().strip().replace("\u2019", "'")
    for criterion in criteria.criteria:
        if criterion.id == asked:
            if any(re.match(rf"{re.escape(word)}\b", text) for word in criterion.unclear):
                return None
            if criterion.meanings["yes"] == "red" and _MERE_OK.fullmatch(text):
                return None
            if answer := _told_to_this_one(criterion, text):
                return answer
    return _ANSWER_OF_POLARITY.get(told.get("polarity") or "")


def _told_to_this_one(criterion: Criterion, text: str) -> str | None:
    """The answer in words that are one to this criterion alone: "both", "lots of em"."""
    if len(text) > _LONGEST_ANSWER:
        return None
    for answer, words in criterion.also.items():
        said = "|".join(map(re.escape, words))
        if re.fullmatch(rf"{_LEADING}(?:{said}){_TRAILING}", text):
            return answer
    return None


def take_step(criteria: Criteria, state: State, message: Message) -> Step:
    """Draws from a message what it settles.

    Args:
        criteria: The criteria.
        state: Where the screening stands.
        message: What the message says.

    Returns:
        The step. A message that says nothing of use on the open question leaves it unclear;
        the second one in a row settles it as unknown.
    """
    withdrawn = tuple(each for each in state.points if each in message.withdrawn)
    kept = [each for each in state.points if each not in withdrawn]
    points = tuple(dict.fromkeys((*kept, *message.mentions)))
    new_points = points[len(kept) :]
    message = _without_asides(criteria, state, message)
    told = _worth_noting(criteria, state, message)
    told.update(_answer_to_the_question(criteria, state, message))
    answered = state.asked is None or state.asked in told
    says_something = told or new_points or withdrawn or message.topics or message.asks_meaning_of
    not_understood = not (answered or says_something or message.choice)
    second = not_understood and state.unclear == state.asked
    if second:
        told = {str(state.asked): "unknown"}
    told = _with_points(criteria, points, state.answers, told)
    changed = {c: a for c, a in told.items() if state.answers.get(c) != a}
    corrected = tuple(c for c in changed if c in state.answers)
    return Step(
        answers=changed,
        corrected=corrected,
        noted=tuple(c for c in changed if c != state.asked and c not in corrected),
        points=points,
        new_points=new_points,
        withdrawn=withdrawn,
        family_history=message.family_history and (not answered or FAMILY_HISTORY in new_points),
        explain=message.asks_meaning_of,
        unclear=_unclear(state, answered or second, not_understood),
        not_understood=not_understood and not second,
        taken_as_unknown=second,
    )


def _without_asides(criteria: Criteria, state: State, message: Message) -> Message:
    """The message without what only sounds like a correction of an earlier answer.

    "Nope, just varicose veins" and "no but varicose" are about the question on other illnesses and
    take no spider veins back. What may need a review is never an aside.
    """
    reviewed = _reviewed(criteria)
    answers = message.polarity is not None or state.asked in reviewed
    if message.corrects or not answers:
        return message
    meant = {
        criterion: answer
        for criterion, answer in message.statements.items()
        if criterion in reviewed
        or criterion == state.asked
        or state.answers.get(criterion, answer) == answer
    }
    return dataclasses.replace(message, statements=meant)


def _reviewed(criteria: Criteria) -> set[str]:
    """Criteria with an answer that needs a review."""
    return {each.id for each in criteria.criteria if "red" in each.meanings.values()}


def _worth_noting(criteria: Criteria, state: State, message: Message) -> dict[str, str]:
    """What is said of the criteria, also of those that weren't asked.

    An unclear word on a criterion that wasn't asked leaves it to be asked, unless its answer may
    need a review ("they said it was superficial").
    """
    reviewed = _reviewed(criteria)
    return {
        criterion: answer
        for criterion, answer in message.statements.items()
        if answer != "unknown" or criterion == state.asked or criterion in reviewed
    }


def _unclear(state: State, settled: bool, not_understood: bool) -> str | None:
    if settled:
        return None
    return state.asked if not_understood else state.unclear


def _choice(criteria: Criteria, parse: Mapping[str, Any]) -> tuple[str, str] | None:
    for entity in parse.get("entities") or ():
        if entity.get("entity") in criteria.ids and entity.get("value") in ANSWERS:
            return entity["entity"], entity["value"]
    return None


def _asks_meaning_of(
    criteria: Criteria, parse: Mapping[str, Any], told: Mapping[str, Any], asked: str | None
) -> str | None:
    """The criterion that "what's that?" is about; its words are looked for, never kept."""
    text = words_of(parse).casefold()
    if told.get("polarity") in ("yes", "no"):
        return None
    said = told.get("statements") or {}
    for criterion in sorted(criteria.criteria, key=lambda each: each.id != asked):
        if criterion.id not in said and _names(criterion, text):
            return criterion.id
    return None


def _names(criterion: Criterion, text: str) -> bool:
    return any(re.search(rf"\b{re.escape(word)}s?\b", text) for word in criterion.explain)


def _answer_to_the_question(criteria: Criteria, state: State, message: Message) -> dict[str, str]:
    """The answer to the open question, where the message can only mean that one."""
    if state.asked is None or state.asked in message.statements:
        return {}
    if message.choice:
        criterion, answer = message.choice
        return {criterion: answer} if criterion == state.asked else {}
    if message.polarity is None or not _polarity_is_about_the_question(criteria, state, message):
        return {}
    return {state.asked: message.polarity}


def _polarity_is_about_the_question(criteria: Criteria, state: State, message: Message) -> bool:
    statements = message.statements
    if message.asks_meaning_of or (message.family_history and message.polarity != "no"):
        return False
    if any(state.answers.get(c, answer) != answer for c, answer in statements.items()):
        return False  # a correction: "no wait, I did have a clot"
    # "no clots", asked for overall health: the "no" is that of the statement. But "yes, they look
    # ugly", asked whether there are any, says both.
    return all(
        answer != message.polarity or (answer == "yes" and _harmless(criteria, {c, state.asked}))
        for c, answer in statements.items()
    )


def _harmless(criteria: Criteria, ids: Collection[str | None]) -> bool:
    """Whether none of these criteria has an answer that needs a review."""
    return not _reviewed(criteria) & {*ids}


def _with_points(
    criteria: Criteria,
    points: Collection[str],
    answers: Mapping[str, str],
    told: Mapping[str, str],
) -> dict[str, str]:
    """Lets a point keep open what it bears on: another illness and "I'm healthy"."""
    kept_open = [criteria.point(each).leaves_open for each in points]
    held = dict(told)
    for criterion in criteria.criteria:
        if criterion.id in kept_open:
            answer = told.get(criterion.id) or answers.get(criterion.id) or "unknown"
            if criterion.meanings[answer] != "red":
                held[criterion.id] = "unknown"
    return held
