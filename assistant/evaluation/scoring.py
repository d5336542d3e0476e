"""Scores replies by the labels; pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from math import sqrt

from assistant.evaluation.labels import (
    DOCUMENT_TOPICS,
    EMERGENCY,
    INJECTION,
    NOT_COVERED,
    SAME_DAY,
    SOCIAL,
    Expected,
    Message,
)
from assistant.evaluation.replies import FALLBACK, REFUSED, Reply

# Optional either way beside a question (README of the evaluation files).
_COURTESY = frozenset(("greet", "thanks"))
_MOST_OFFERED = 3
_NORMAL_QUANTILE_95 = 1.959964


class Verdict(Enum):
    """How a reply did."""

    RIGHT = "right"
    ASKED_BACK = "asked back"
    WRONG = "wrong"


@dataclass(frozen=True)
class Tally:
    """Counts of one group.

    Attributes:
        n: Messages, turns or conversations of the group.
        right: Those answered right.
        asked_back: Those where the right topic was among the few that were offered.
    """

    n: int
    right: int
    asked_back: int = 0

    @property
    def wrong(self) -> int:
        """Those neither right nor asked back."""
        return self.n - self.right - self.asked_back

    @property
    def rate(self) -> float | None:
        """Share of right ones; None for an empty group."""
        return self.right / self.n if self.n else None


@dataclass(frozen=True)
class Scored:
    """One message with its reply and verdict."""

    message: Message
    reply: Reply
    verdict: Verdict

    @property
    def false_alarm(self) -> bool:
        """Whether a message that tells of no emergency got the emergency message."""
        expected = self.message.expected
        accepted = expected.emergency or EMERGENCY in expected.also_ok
        return EMERGENCY in self.reply.topics and not accepted


def score(message: Message, reply: Reply) -> Scored:
    """Judges the reply to one message.

    Args:
        message: The labelled message.
        reply: What the assistant replied in a new conversation.

    Returns:
        The message with its verdict.
    """
    return Scored(message, reply, judge(message.expected, reply, reply.answered()))


def judge(expected: Expected, reply: Reply, answered: Sequence[str]) -> Verdict:
    """Judges a reply by its labels.

    An emergency is right whenever the emergency message came, or the clinic-today line where
    the label accepts it. Otherwise the answered topics
    must be the expected ones, each missing one replaced by an "also ok" one, and nothing else
    but a greeting or thanks beside a question. A reply that answers nothing asks back when it
    offers all that is expected among at most three choices; to junk and commands, not having
    understood is right.

    Args:
        expected: The labels.
        reply: The reply.
        answered: What it answered, as `Reply.answered` gives it.

    Returns:
        The verdict.
    """
    if expected.emergency and _raises_alarm(expected, answered):
        return Verdict.RIGHT
    match = _Match.of(expected, answered)
    if match.exact:
        return Verdict.RIGHT
    if match.answered:
        return Verdict.WRONG
    if INJECTION in expected.topics and _understood_nothing(reply):
        return Verdict.RIGHT
    return Verdict.ASKED_BACK if _asks_back(expected, reply) else Verdict.WRONG


@dataclass(frozen=True)
class _Match:
    """Expected against answered topics, courtesy beside a question taken out.

    Attributes:
        expected: How many topics were expected.
        answered: How many were answered.
        hits: Expected ones that were answered.
        substitutes: Answered ones that are also ok, though not expected.
        fitting: Answered ones that are expected or also ok.
    """

    expected: int
    answered: int
    hits: int
    substitutes: int
    fitting: int

    @classmethod
    def of(cls, expected: Expected, answered: Sequence[str]) -> _Match:
        courtesy = _COURTESY if _has_question(expected) else frozenset()
        wanted = [label for label in expected.labels if label not in courtesy]
        given = [label for label in answered if label not in courtesy]
        surplus = [label for label in given if not _is_any_of(label, wanted)]
        substitutes = sum(_is_any_of(label, expected.also_ok) for label in surplus)
        return cls(
            expected=len(wanted),
            answered=len(given),
            hits=sum(any(_is_any_of(label, [want]) for label in given) for want in wanted),
            substitutes=substitutes,
            fitting=len(given) - len(surplus) + substitutes,
        )

    @property
    def exact(self) -> bool:
        """Whether all that was expected was answered, and nothing else."""
        return self.covered == self.expected and self.fitting == self.answered

    @property
    def covered(self) -> int:
        """Expected topics that were answered, or something also ok instead."""
        return min(self.expected, self.hits + self.substitutes)


def _raises_alarm(expected: Expected, answered: Sequence[str]) -> bool:
    return EMERGENCY in answered or (SAME_DAY in answered and SAME_DAY in expected.also_ok)


def _has_question(expected: Expected) -> bool:
    return any(topic not in SOCIAL for topic in expected.topics)


def _is_any_of(label: str, wanted: Iterable[str]) -> bool:
    """Whether a label is wanted; a wanted `not_covered` without subject takes any subject."""
    return any(
        label == want or (want == NOT_COVERED and label.startswith(f"{NOT_COVERED}."))
        for want in wanted
    )


def _understood_nothing(reply: Reply) -> bool:
    return FALLBACK in reply.kinds or REFUSED in reply.kinds


def _asks_back(expected: Expected, reply: Reply) -> bool:
    if not 1 <= len(reply.offered) <= _MOST_OFFERED:
        return False
    return _Match.of(expected, reply.offered).covered == len(expected.topics)


def group(results: Iterable[Scored]) -> dict[str, list[Scored]]:
    """Sorts results into the groups of the report.

    Every message stands in one group; those in `lookalikes` and `personal_concerns` stand there
    besides.

    Args:
        results: Judged messages.

    Returns:
        Group name to results, empty groups included.
    """
    members: dict[str, Callable[[Message], bool]] = {
        "single_document_topic": lambda m: _single(m) in DOCUMENT_TOPICS,
        "several_topics_exact": lambda m: _single(m) is None and not m.expected.emergency,
        "not_covered": lambda m: _single(m) == NOT_COVERED,
        "other": lambda m: _single(m) not in (*DOCUMENT_TOPICS, *_OWN_GROUP, None),
        "emergency_recall": lambda m: m.expected.emergency,
        "injection": lambda m: _single(m) == INJECTION,
        "lookalikes": lambda m: m.lookalike,
        "personal_concerns": lambda m: m.personal_concern,
    }
    results = list(results)
    return {
        name: [result for result in results if belongs(result.message)]
        for name, belongs in members.items()
    }


_OWN_GROUP = (NOT_COVERED, EMERGENCY, INJECTION)


def _single(message: Message) -> str | None:
    """The one expected topic, or None where several are."""
    return message.expected.topics[0] if len(message.expected.topics) == 1 else None


def by(key: Callable[[Scored], str | None], results: Iterable[Scored]) -> dict[str, list[Scored]]:
    """Sorts results by a key.

    Args:
        key: Gives a result's key; None leaves it out.
        results: Judged messages.

    Returns:
        Key to results, keys in alphabetical order.
    """
    found: dict[str, list[Scored]] = {}
    for result in results:
        name = key(result)
        if name is not None:
            found.setdefault(name, []).append(result)
    return dict(sorted(found.items()))


def tally(verdicts: Iterable[Verdict]) -> Tally:
    """Counts verdicts.

    Args:
        verdicts: Any number of them.

    Returns:
        The counts.
    """
    counted = list(verdicts)
    return Tally(len(counted), counted.count(Verdict.RIGHT), counted.count(Verdict.ASKED_BACK))


def recall_and_precision(results: Iterable[Scored]) -> tuple[float | None, float | None]:
    """Recall and precision over all topics of messages that ask several.

    Args:
        results: Judged messages.

    Returns:
        Share of the expected topics that were answered, and share of the answered topics that
        belong there ("also ok" counts for both); None where there is nothing to share.
    """
    matches = [_Match.of(r.message.expected, r.reply.answered()) for r in results]
    expected = sum(match.expected for match in matches)
    answered = sum(match.answered for match in matches)
    return (
        sum(match.covered for match in matches) / expected if expected else None,
        sum(match.fitting for match in matches) / answered if answered else None,
    )


def interval(right: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of a proportion (Wilson 1927).

    Args:
        right: Successes.
        n: Trials, at least 1.

    Returns:
        Lower and upper bound, both within 0 and 1.
    """
    z2 = _NORMAL_QUANTILE_95**2
    rate = right / n
    centre = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = _NORMAL_QUANTILE_95 / (1 + z2 / n) * sqrt(rate * (1 - rate) / n + z2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)
