"""Checks that the files of the content name only what the others have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.content.clinic import Clinic
from assistant.content.guide import Guide
from assistant.content.responses import Wording
from assistant.content.subjects import Subjects
from assistant.content.yaml_fields import read_yaml

# Variables that the turn fills in, beside those of the clinic.
TURN_VARIABLES = {
    "subject",
    "clinic_answer",
    "why",
    "because",
    "points",
    "said",
    "summary",
    "reference",
}
_PHRASES_OF = re.compile(r"^\s+subject: *(\w+)", re.MULTILINE)


def check_references(
    content: Path,
    data: Path,
    responses: Mapping[str, Sequence[Wording]],
    guide: Guide,
    clinic: Clinic,
    subjects: Subjects,
) -> list[str]:
    """Compares the names that the files use of each other.

    Args:
        content: The folder `content/`.
        data: The folder `data/`.
        responses: The wordings of each response by its name.
        guide: The guide.
        clinic: The clinic.
        subjects: The subjects.

    Returns:
        Each name that nothing answers to, in a sentence.
    """
    return [
        *_variables(responses, clinic),
        *(
            f"clinic.yml, answers.{subject}: subjects.yml has no such subject"
            for subject in clinic.answers
            if subject not in subjects
        ),
        *_criteria(content / "criteria.yml", guide, responses),
        *_lookalikes(content / "red_flags.yml", responses),
        *_phrases(data, subjects),
    ]


def _variables(responses: Mapping[str, Sequence[Wording]], clinic: Clinic) -> list[str]:
    known = clinic.variables().keys() | TURN_VARIABLES
    return [
        f"{wording.place}: nothing is known for {{{name}}}; known are {', '.join(sorted(known))}"
        for wordings in responses.values()
        for wording in wordings
        for name in sorted(wording.variables - known)
    ]


def _lookalikes(path: Path, responses: Mapping[str, Sequence[Wording]]) -> list[str]:
    rules = read_yaml(path).entries()["lookalikes"].entries().items()
    meant = {name: rule.entries()["means"] for name, rule in rules if "means" in rule.entries()}
    return [
        f"red_flags.yml, {name}: no response answers {topic.text()!r}"
        for name, topic in meant.items()
        if f"utter_{topic.text()}" not in responses
    ]


def _criteria(path: Path, guide: Guide, responses: Mapping[str, Sequence[Wording]]) -> list[str]:
    problems = []
    for criterion, field in read_yaml(path).entries()["criteria"].entries().items():
        problems += [
            f"criteria.yml, {criterion}: the guide has no passage {passage.text()}"
            for passage in field.entries()["passages"].items()
            if passage.text() not in guide
        ]
        question = f"utter_ask_screening_form_{criterion}"
        if question not in responses:
            problems.append(f"criteria.yml, {criterion}: domain.yml has no {question}")
    return problems


def _phrases(data: Path, subjects: Subjects) -> list[str]:
    found = {
        subject: path.name
        for path in sorted(data.rglob("*.yml"))
        for subject in _PHRASES_OF.findall(path.read_text(encoding="utf-8"))
    }
    return [
        *(
            f"data/{file}: subjects.yml has no subject {subject}"
            for subject, file in found.items()
            if subject not in subjects
        ),
        *(
            f"subjects.yml, {subject}: no example phrases in data/, so nobody will be understood"
            for subject in subjects
            if subject not in found
        ),
    ]
