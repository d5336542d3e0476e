"""Sentences of `domain.yml` that become part of a response: the answers in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from actions.rules import Criteria
from assistant.content.subjects import Subjects

SAID = "utter_screening_said_"


def sentence(domain: Mapping[str, Any], name: str) -> str:
    """The sentence of a response.

    Args:
        domain: The domain as Rasa sends it.
        name: Name of the response.

    Returns:
        The text of its first wording, its variables still in braces.
    """
    return str(domain["responses"][name][0]["text"])


def answers_in_words(domain: Mapping[str, Any], answers: Mapping[str, str]) -> list[str]:
    """The answers as sentences.

    Args:
        domain: The domain as Rasa sends it.
        answers: Criteria to "yes", "no" or "unknown".

    Returns:
        One sentence per answer, in order.
    """
    return [sentence(domain, f"{SAID}{each}_{answer}") for each, answer in answers.items()]


def points_in_words(criteria: Criteria, subjects: Subjects, points: Iterable[str]) -> str:
    """The points to raise as a phrase.

    Args:
        criteria: The criteria with the points they name.
        subjects: The subjects with their names.
        points: Ids of the points.

    Returns:
        Their names in a row: "your age, smoking and allergies"; one that nothing names stands as
        its id in words.
    """
    *names, last = (_name(criteria, subjects, each) for each in points)
    return f"{', '.join(names)} and {last}" if names else last


def as_list(lines: Iterable[str]) -> str:
    """Sets sentences one below the other.

    Args:
        lines: The sentences.

    Returns:
        One line each, with a dash in front.
    """
    return "\n".join(f"- {line}" for line in lines)


def _name(criteria: Criteria, subjects: Subjects, point: str) -> str:
    named = criteria.point(point).name
    if named:
        return named
    return subjects[point].name if point in subjects else point.replace("_", " ")
