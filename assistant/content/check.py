"""Checks the whole content: `python -m assistant.content.check`, part of `make check`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assistant.content.clinic import LONGEST_ANSWER, Clinic
from assistant.content.fidelity import check_fidelity, copied
from assistant.content.grounding import check_grounding
from assistant.content.guide import Guide
from assistant.content.phrases import check_phrases
from assistant.content.reading import check_reading, grades
from assistant.content.references import check_references
from assistant.content.responses import load_responses
from assistant.content.signatures import load_signatures, signed_items, unsigned
from assistant.content.subjects import Subjects
from assistant.content.vocabulary import Vocabulary
from assistant.content.wording_rules import WordingRules, check_wording_rules
from assistant.content.yaml_fields import ContentError, read_yaml
from assistant.settings import PROJECT, Settings


@dataclass
class Report:
    """What the check found.

    Attributes:
        problems: What must be mended, each in a sentence.
        notes: What is good to know.
        unsigned: Why an item isn't signed, by its id.
        grades: Reading grade of each answer, by its place.
    """

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unsigned: dict[str, str] = field(default_factory=dict)
    grades: dict[str, float] = field(default_factory=dict)


def check_content(
    content: Path, domain: Path, data: Path, source: Path | None, *, production: bool = False
) -> Report:
    """Runs all checks of the content but those of the phrases, which take seconds.

    Args:
        content: The folder `content/`.
        domain: The file `domain.yml`.
        data: The folder `data/`.
        source: The clinic's procedure document, or None if it isn't at hand.
        production: True also refuses the invented clinic and what nobody has signed.

    Returns:
        The report.
    """
    report = Report()
    try:
        _check(report, content, domain, data, source)
        if production:
            report.problems += _unfit_for_production(report, content)
    except ContentError as error:
        report.problems.append(str(error))
    return report


def _check(report: Report, content: Path, domain: Path, data: Path, source: Path | None) -> None:
    clinic = Clinic.load(content / "clinic.yml")
    subjects = Subjects.load(content / "subjects.yml")
    guide = Guide.load(content / "guide.yml")
    vocabulary = Vocabulary.load(content)
    rules = WordingRules.load(content / "wording_rules.yml")
    responses = load_responses(domain)
    values = clinic.variables() | _longest(content, subjects)
    report.problems += [
        *check_grounding(responses, guide, vocabulary),
        *check_wording_rules(responses, rules),
        *check_reading(responses, values),
        *check_references(content, data, responses, guide, clinic, subjects),
    ]
    if source is None:
        report.notes.append("Fidelity to the source is not checked: PROCEDURE_SOURCE isn't set.")
    else:
        text = _read_source(source)
        report.problems += check_fidelity(guide, text, vocabulary)
        report.problems += [
            f'{wording.place}: copies the source: "{copy}"'
            for wordings in responses.values()
            for wording in wordings
            if (copy := copied(wording.text, text))
        ]
    report.grades = {
        f"{wording.response}{f' ({wording.channel})' if wording.channel else ''}, "
        f"line {wording.line}": grade
        for wording, grade in grades(responses, values)
        if wording.passages
    }
    signatures = load_signatures(content / "signatures.yml")
    report.unsigned = unsigned(signed_items(content, domain), signatures)


def _longest(content: Path, subjects: Subjects) -> dict[str, str]:
    """The longest value of each variable that the turn fills in."""
    flags = read_yaml(content / "red_flags.yml").entries()["flags"].entries().values()
    return {
        "subject": max((subject.name for subject in subjects.values()), key=len),
        "clinic_answer": "x" * LONGEST_ANSWER,
        "why": max((flag.entries()["why"].text() for flag in flags), key=len),
    }


def _read_source(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ContentError("PROCEDURE_SOURCE names no readable text file") from None


def _unfit_for_production(report: Report, content: Path) -> Iterator[str]:
    if Clinic.load(content / "clinic.yml").fictional:
        yield "clinic.yml: the clinic is invented (`fictional: true`); put in your own"
    if report.unsigned:
        yield f"signatures.yml: {len(report.unsigned)} items aren't signed; they are listed above"


def main() -> int:
    """Checks the content of this installation and prints what was found.

    Returns:
        The exit code: 0 if nothing has to be mended, else 1.
    """
    settings = Settings.from_environment()
    report = check_content(
        settings.content,
        PROJECT / "domain.yml",
        PROJECT / "data",
        settings.procedure_source,
        production=settings.production,
    )
    report.problems += check_phrases(
        PROJECT / "data", PROJECT / "domain.yml", settings.content / "subjects.yml"
    )
    _print(report)
    return 1 if report.problems else 0


def _print(report: Report) -> None:
    if report.grades:
        print("Reading grade of the answers (6 is the aim, 8 the limit):")
        for place, grade in report.grades.items():
            print(f"  {grade:4.1f}  {place}")
    for note in report.notes:
        print(note)
    if report.unsigned:
        print(f"{len(report.unsigned)} items that a clinician hasn't signed as they stand:")
        for item, reason in report.unsigned.items():
            print(f"  {item}: {reason}")
    if report.problems:
        print("Please mend:")
        for problem in report.problems:
            print(f"  {problem}")
    else:
        print("The content is in order.")


if __name__ == "__main__":
    sys.exit(main())
