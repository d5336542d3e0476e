"""The rules of the candidacy screening: answers in, outcome and reasons out.

Pure: no Rasa, no network, no clock. The criteria and the meaning of each answer are data
(`content/criteria.yml`); what is said about them is wording (`domain.yml`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args

from assistant.content.yaml_fields import Field, read_yaml

Answer = Literal["yes", "no", "unknown"]
Meaning = Literal["favourable", "red", "open"]
Outcome = Literal[
    "not_suitable_without_review", "needs_consultation", "likely_candidate", "stopped"
]

ANSWERS: tuple[Answer, ...] = get_args(Answer)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class Criterion:
    """One criterion of the guide.

    Attributes:
        id: Name of the criterion, also of its slot.
        meanings: What each answer means.
        passages: Ids of the passages of `content/guide.yml` it stands on.
        explain: Words that a question about the criterion's meaning holds.
        unclear: Words with which a no begins that may deny what the question fears.
        also: Answers to what is said as one to this criterion alone.
    """

    id: str
    meanings: Mapping[str, Meaning]
    passages: tuple[str, ...]
    explain: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Point:
    """Something a patient may mention and the guide doesn't name.

    Attributes:
        id: Name of the point, as the parse's `mentions` call it.
        name: The point in words, such as "your age"; None where `subjects.yml` has it.
        consultation: Whether a mention leaves at best a consultation as the outcome.
        leaves_open: Criterion whose favourable answer counts as unknown beside it, or None.
    """

    id: str
    name: str | None = None
    consultation: bool = True
    leaves_open: str | None = None


@dataclass(frozen=True)
class Assessment:
    """What a screening comes to.

    Attributes:
        outcome: The outcome.
        reasons: Ids of the criteria whose answers led to it, in the guide's order.
        points: Ids of the mentioned points that led to it.
    """

    outcome: Outcome
    reasons: tuple[str, ...]
    points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Criteria:
    """The criteria as a clinician signs them.

    Attributes:
        version: Version of the rules, kept with every summary.
        criteria: The criteria in the order they are asked.
        listed_points: The points that need more than what a mention usually does.
    """

    version: str
    criteria: tuple[Criterion, ...]
    listed_points: tuple[Point, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the criteria in the order they are asked."""
        return tuple(criterion.id for criterion in self.criteria)

    def point(self, point_id: str) -> Point:
        """Looks up a point.

        Args:
            point_id: Its id in the parse's `mentions`.

        Returns:
            The listed point, or one that does what a mention usually does.
        """
        return next((each for each in self.listed_points if each.id == point_id), Point(point_id))

    def assess(self, answers: Mapping[str, str], points: Collection[str] = ()) -> Assessment:
        """Draws the outcome from the answers.

        Args:
            answers: For each criterion "yes", "no" or "unknown", or "not_asked" where the
                screening was stopped.
            points: Ids of what was mentioned besides.

        Returns:
            The outcome and what led to it.

        Raises:
            ValueError: An answer is missing, or is none of these words.
        """
        self._check(answers)
        if NOT_ASKED in answers.values():
            told = tuple(each for each in self.ids if answers[each] != NOT_ASKED)
            return Assessment("stopped", told, tuple(points))
        red = self._with_meaning("red", answers)
        if red:
            return Assessment("not_suitable_without_review", red)
        undecided = self._with_meaning("open", answers)
        needing = tuple(each for each in points if self.point(each).consultation)
        if undecided or needing:
            return Assessment("needs_consultation", undecided, needing)
        return Assessment("likely_candidate", self._with_meaning("favourable", answers))

    def need_review(self, answers: Mapping[str, str]) -> bool:
        """Tells whether one of these answers has to be reviewed by a provider.

        Args:
            answers: For some criteria "yes", "no" or "unknown".

        Returns:
            Whether one is red.
        """
        return any(c.meanings.get(answers.get(c.id, "")) == "red" for c in self.criteria)

    def _with_meaning(self, meaning: Meaning, answers: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(c.id for c in self.criteria if c.meanings[answers[c.id]] == meaning)

    def _check(self, answers: Mapping[str, str]) -> None:
        differing = sorted(set(answers) ^ set(self.ids))
        if differing:
            raise ValueError(f"each criterion needs one answer; differing: {', '.join(differing)}")
        for criterion, answer in answers.items():
            if answer not in (*ANSWERS, NOT_ASKED):
                # The value stays out of the message: it might be somebody's words.
                raise ValueError(f"the answer to {criterion} must be one of {', '.join(ANSWERS)}")


def load_criteria(path: Path) -> Criteria:
    """Reads and checks the criteria.

    Args:
        path: The file, `content/criteria.yml`.

    Returns:
        The criteria.

    Raises:
        ContentError: The file can't be used; the message says where and why.
    """
    parts = read_yaml(path).mapping({"version", "criteria", "points"})
    criteria = tuple(_criterion(*each) for each in parts["criteria"].entries().items())
    ids = [criterion.id for criterion in criteria]
    return Criteria(
        version=parts["version"].text("the version of the rules"),
        criteria=criteria,
        listed_points=tuple(_point(*each, ids) for each in parts["points"].entries().items()),
    )


def _criterion(criterion_id: str, entry: Field) -> Criterion:
    parts = entry.mapping({"answers", "passages"}, {"explain", "unclear", "also"})
    answers = parts["answers"].mapping(set(ANSWERS))
    meanings: dict[str, Meaning] = {answer: _meaning(answers[answer]) for answer in ANSWERS}
    if meanings["unknown"] != "open":
        raise answers["unknown"].error("open: what isn't known is never more than that")
    if "favourable" not in meanings.values():
        raise parts["answers"].error("one favourable answer")
    passages = tuple(each.text("the id of a passage") for each in parts["passages"].items())
    if not passages:
        raise parts["passages"].error("the passages of the guide that the criterion stands on")
    explain, unclear = (
        tuple(each.text() for each in parts[name].items()) if name in parts else ()
        for name in ("explain", "unclear")
    )
    also = {
        answer: tuple(each.text() for each in words.items())
        for answer, words in (parts["also"].entries().items() if "also" in parts else ())
    }
    if unknown := sorted(set(also) - set(ANSWERS)):
        raise parts["also"].error(f"answers among {', '.join(ANSWERS)}, not {', '.join(unknown)}")
    return Criterion(criterion_id, meanings, passages, explain, unclear, also)


def _meaning(entry: Field) -> Meaning:
    meaning = entry.text("favourable, red or open")
    if meaning not in get_args(Meaning):
        raise entry.error("favourable, red or open")
    return cast(Meaning, meaning)


def _point(point_id: str, entry: Field, criteria: Collection[str]) -> Point:
    parts = entry.mapping({"name"}, {"consultation", "leaves_open"})
    leaves_open = parts["leaves_open"].text() if "leaves_open" in parts else None
    if leaves_open is not None and leaves_open not in criteria:
        raise parts["leaves_open"].error(f"one of the criteria {', '.join(criteria)}")
    consultation = parts["consultation"].flag() if "consultation" in parts else True
    return Point(point_id, parts["name"].text("the point in words"), consultation, leaves_open)
