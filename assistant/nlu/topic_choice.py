"""Decides from probabilities what to answer, what to offer, and what to leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.nlu.clauses import Clause
from assistant.nlu.sentence_encoder import Vectors

MAX_TOPICS = 4
MAX_CANDIDATES = 3

EMERGENCY = "emergency"
# Beside a question these are said along with the answer; they are no question themselves.
SOCIAL = frozenset({"greet", "goodbye", "thanks"})
# As one clause of several these are no answerable question.
NOT_BESIDE = frozenset(
    {"off_topic", "injection", "affirm", "deny", "unsure", "help", "repeat", "stop", "abuse"}
)
# Nothing to offer as "did you mean".
NOT_OFFERED = SOCIAL | NOT_BESIDE | {EMERGENCY, "same_day", "bot_challenge", "restart_screening"}
# "Can someone with X have it" and "can I": the answer is the same passage.
KIN = frozenset({"candidacy", "screening"})
# How much less a clause's reading counts where the whole message hints at nothing of it.
_HINT_WEIGHT = 0.2
_LEAST_HINT = 0.01
_FULL_HINT = 0.1
# "Thanks, bye" is both from this probability of the lesser one on.
_PARTING = frozenset({"thanks", "goodbye"})
_LESSER_COURTESY = 0.15

Ranked = list[tuple[str, float]]
Part = tuple[Clause, Ranked]


@dataclass(frozen=True)
class Thresholds:
    """From which probability on something is done, each 0 to 1.

    Attributes:
        answer: The message is answered.
        offer: A candidate is offered.
        clause: A question among several is answered.
    """

    answer: float
    offer: float
    clause: float


@dataclass(frozen=True)
class Choice:
    """What was decided, each as label and confidence.

    Attributes:
        topics: To be answered, in order; empty if nothing was understood well enough.
        candidates: To be offered if `topics` is empty.
    """

    topics: Ranked
    candidates: Ranked


def ranked(labels: Sequence[str], probabilities: Vectors) -> Ranked:
    """Return labels with their probability, the likeliest first.

    Args:
        labels: Names, `n` of them.
        probabilities: Shape `(n,)`.
    """
    pairs = [(label, float(p)) for label, p in zip(labels, probabilities, strict=True)]
    kin = sum(p for label, p in pairs if label in KIN)
    best_kin = max((pair for pair in pairs if pair[0] in KIN), key=lambda x: x[1], default=None)
    pairs = [(label, kin if best_kin and label == best_kin[0] else p) for label, p in pairs]
    return sorted(pairs, key=lambda pair: -pair[1])


def choose(whole: Ranked, parts: Sequence[Part], thresholds: Thresholds) -> Choice:
    """Decide on a message.

    An emergency of the whole message is never taken apart.

    Args:
        whole: Ranking of the whole message.
        parts: Its clauses with their rankings, if there are several.
        thresholds: From which probability on what is done.
    """
    if parts and whole[0][0] != EMERGENCY:
        several = _several(whole, parts, thresholds)
        if several:
            return Choice(several[:MAX_TOPICS], [])
    label, confidence = whole[0]
    if label in _PARTING:
        parting = [pair for pair in whole if pair[0] in _PARTING and pair[1] >= _LESSER_COURTESY]
        if sum(p for _, p in parting) >= thresholds.answer:
            return Choice(sorted(parting, reverse=True), [])  # thanks, then goodbye
    if confidence >= thresholds.answer:
        return Choice([(label, confidence)], [])
    candidates = [
        (name, p) for name, p in whole if name not in NOT_OFFERED and p >= thresholds.offer
    ]
    return Choice([], candidates[:MAX_CANDIDATES])


def _several(whole: Ranked, parts: Sequence[Part], thresholds: Thresholds) -> Ranked:
    """Return what the clauses ask if it is more than one thing, else nothing."""
    hints = dict(whole)
    courtesy = [ranking[0] for _, ranking in parts if ranking[0][0] in SOCIAL]
    questions: dict[str, float] = {}
    for _, ranking in _asking(parts):
        label, confidence = _in_context(ranking, hints)
        if label not in SOCIAL | NOT_BESIDE | {EMERGENCY} and confidence >= thresholds.clause:
            questions.setdefault(label, confidence)
    topics = _with_the_whole(whole, questions)
    found = dict([*courtesy, *topics.items()])
    return list(found.items()) if topics and len(found) > 1 else []


def _asking(parts: Sequence[Part]) -> list[Part]:
    """Return the clauses that want an answer; fragments do where there is nothing else."""
    said = [part for part in parts if part[1][0][0] not in SOCIAL]
    if said and all(clause.short for clause, _ in said):
        return said
    return [part for part in said if part[0].asks]


def _in_context(ranking: Ranked, hints: Mapping[str, float]) -> tuple[str, float]:
    """Return what a clause asks in the light of the whole message.

    "When does it go" is about the veins; behind "this bruise is huge" it is about the bruise.
    """

    def weighed(pair: tuple[str, float]) -> float:
        hint = (hints[pair[0]] + _LEAST_HINT) / (_FULL_HINT + _LEAST_HINT)
        return pair[1] * min(1.0, hint) ** _HINT_WEIGHT

    best = max(ranking, key=weighed)
    return best[0], weighed(best)


def _with_the_whole(whole: Ranked, questions: dict[str, float]) -> dict[str, float]:
    """Let the topic of the whole message replace the one it hints least at."""
    label, confidence = whole[0]
    kin = KIN if label in KIN else {label}
    if not questions or label in SOCIAL | NOT_BESIDE or kin & questions.keys():
        return questions
    hints = dict(whole)
    weakest = min(questions, key=lambda name: hints[name])
    return {
        (label if name == weakest else name): (confidence if name == weakest else p)
        for name, p in questions.items()
    }
