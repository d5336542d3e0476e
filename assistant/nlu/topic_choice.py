"""Decides from probabilities what to answer, what to offer, and what to leave."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.nlu.sentence_encoder import Vectors

# Questions of a message that are answered; courtesies come on top.
MAX_TOPICS = 4
MAX_CANDIDATES = 3

EMERGENCY = "emergency"
# Beside anything else these are all that counts.
ALARMS = frozenset({EMERGENCY, "same_day"})
# Beside a question these are said along with the answer; they are no question themselves.
SOCIAL = frozenset({"greet", "goodbye", "thanks"})
# Beside a question these are no answerable one.
NOT_BESIDE = frozenset(
    {"off_topic", "injection", "affirm", "deny", "unsure", "help", "repeat", "stop", "abuse"}
)
# Nothing to offer as "did you mean".
NOT_OFFERED = SOCIAL | NOT_BESIDE | {EMERGENCY, "same_day", "bot_challenge", "restart_screening"}
# Of these, what is taken as understood sooner than a question; an alarm is the detector's to judge.
_TAKEN = NOT_OFFERED - ALARMS
# "Can someone with X have it" and "can I": the answer is the same passage.
KIN = frozenset({"candidacy", "screening"})
# "Thanks, bye" is both from this probability of the lesser one on.
_PARTING = frozenset({"thanks", "goodbye"})
_LESSER_COURTESY = 0.2

# What speaks for a label being asked: how much its log-odds in the whole message, those in the best
# piece and those of so many things being asked count, and what is added. A logistic regression,
# fitted by `python -m assistant.evaluation.several` (docs/decisions/nlu.md).
WEIGHTS = (0.576, 0.507, 0.33)
BIAS = 1.189
# Log-odds of a message asking one thing at least.
_CERTAIN = 4.0
# A piece is a courtesy from this probability on.
_COURTEOUS = 0.8
_LEAST = 1e-4  # probabilities nearer to 0 or 1 count as this near
# Labels of the whole and of each piece that are looked at; the others are never asked.
_FIRST = 3

Ranked = list[tuple[str, float]]


@dataclass(frozen=True)
class Parts:
    """What the pieces of a message are understood as.

    Attributes:
        pieces: The ranking of each piece, in order; empty if the message is of one piece.
        several: Log-odds of the message asking at least two, three and four things; empty
            likewise.
    """

    pieces: Sequence[Ranked] = ()
    several: Sequence[float] = ()


@dataclass(frozen=True)
class Evidence:
    """What speaks for a label being among what a message asks.

    Attributes:
        label: The label.
        place: Number of the piece that speaks for it most.
        numbers: Log-odds of the label in the whole message and in that piece.
    """

    label: str
    place: int
    numbers: tuple[float, float]


@dataclass(frozen=True)
class Thresholds:
    """From which probability on something is done, each 0 to 1.

    Attributes:
        answer: A question is answered; below, it is asked back.
        take: What nobody could be asked back about (a courtesy, an insult) is taken as understood.
        offer: A candidate is offered.
        several: A question in a message of several pieces is answered for itself.
        further: A third or fourth one is, once two are.
    """

    answer: float
    take: float
    offer: float
    several: float
    further: float


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


def choose(whole: Ranked, parts: Parts, thresholds: Thresholds) -> Choice:
    """Decide on a message.

    An emergency of the whole message is never taken apart.

    Args:
        whole: Ranking of the whole message.
        parts: Its pieces.
        thresholds: From which probability on what is done.
    """
    if parts.pieces and whole[0][0] != EMERGENCY:
        topics = _of_pieces(whole, parts, thresholds)
        if topics:
            return Choice(topics, [])
    label, confidence = whole[0]
    if label in _PARTING:
        parting = [pair for pair in whole if pair[0] in _PARTING and pair[1] >= _LESSER_COURTESY]
        if sum(p for _, p in parting) >= thresholds.take:
            return Choice(sorted(parting, reverse=True), [])  # thanks, then goodbye
    if confidence >= (thresholds.take if label in _TAKEN else thresholds.answer):
        return Choice([(label, confidence)], [])
    candidates = [
        (name, p) for name, p in whole if name not in NOT_OFFERED and p >= thresholds.offer
    ]
    return Choice([], candidates[:MAX_CANDIDATES])


def _of_pieces(whole: Ranked, parts: Parts, thresholds: Thresholds) -> Ranked:
    """Return what the pieces ask, in order; nothing where the whole message tells it as well."""
    asked = _asked(whole, parts, thresholds)
    courtesies = _courtesies(parts) if asked else {}
    if len(asked) + len(courtesies) < 2:
        return []
    in_order = sorted({**courtesies, **asked}.items(), key=lambda item: item[1])
    return [(label, confidence) for label, (_, confidence) in in_order]


def _asked(whole: Ranked, parts: Parts, thresholds: Thresholds) -> dict[str, tuple[int, float]]:
    """Return piece and probability of each label that is asked, as long as it is so likely."""
    found: dict[str, tuple[int, float]] = {}
    for each, odds in zip(evidence(whole, parts), (_CERTAIN, *parts.several), strict=False):
        score = BIAS + sum(w * n for w, n in zip(WEIGHTS, (*each.numbers, odds), strict=True))
        asked = 1 / (1 + math.exp(-score))
        if asked < (thresholds.several if len(found) < 2 else thresholds.further):
            break
        found[each.label] = (each.place, asked)
    return found


def _courtesies(parts: Parts) -> dict[str, tuple[int, float]]:
    """Return piece and probability of each greeting, thanks and farewell."""
    first = [(place, *ranking[0]) for place, ranking in enumerate(parts.pieces)]
    return {
        label: (place, confidence)
        for place, label, confidence in reversed(first)
        if label in SOCIAL and confidence >= _COURTEOUS
    }


def evidence(whole: Ranked, parts: Parts) -> list[Evidence]:
    """Return what speaks for each question that may be asked, the likeliest first.

    Of labels that answer alike only the likelier is among them.

    Args:
        whole: Ranking of the whole message.
        parts: Its pieces, at least one.
    """
    pieces = [dict(ranking) for ranking in parts.pieces]
    likely = [label for ranking in (whole, *parts.pieces) for label, _ in ranking[:_FIRST]]
    unseen = {kin for label in likely for kin in _kin(label)} - SOCIAL - NOT_BESIDE - {EMERGENCY}
    found = []
    for label, probability in whole:
        if label in unseen:
            unseen -= _kin(label)
            in_pieces = [max(piece.get(each, 0.0) for each in _kin(label)) for piece in pieces]
            best = max(in_pieces)
            numbers = (_log_odds(probability), _log_odds(best))
            found.append(Evidence(label, in_pieces.index(best), numbers))
    in_whole, in_piece, _ = WEIGHTS
    return sorted(found, key=lambda each: -in_whole * each.numbers[0] - in_piece * each.numbers[1])


def questions(labels: Sequence[str]) -> tuple[str, ...]:
    """Return what of a message's labels it stands for: an alarm alone, else what it asks.

    Args:
        labels: At least one.

    Returns:
        Each once, in order; all of them if nothing is asked.
    """
    own = tuple(dict.fromkeys(labels))
    alarms = tuple(label for label in own if label in ALARMS)
    asked = tuple(label for label in own if label not in SOCIAL | NOT_BESIDE)
    return alarms[:1] or asked or own


def count_questions(labels: Iterable[str]) -> int:
    """Return how many questions labels are; what is never answered beside one is none."""
    return len({_kin(label) for label in labels if label not in SOCIAL | NOT_BESIDE})


def _kin(label: str) -> frozenset[str]:
    return KIN if label in KIN else frozenset({label})


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(bounded / (1 - bounded))
