"""Whether a procedure's content may be trained on: nothing left to do, all of it grounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from assistant.content.check import check_content
from assistant.content.phrases import check_phrases
from assistant.content.responses import load_responses
from assistant.staff.procedure.skeleton import TODO

_TO_DO = re.compile(rf"\b{TODO}\b")


class NotCurated(Exception):
    """The content isn't ready.

    Attributes:
        problems: What is to do, each in a sentence.
    """

    def __init__(self, problems: list[str]) -> None:
        """Keeps the problems.

        Args:
            problems: What is to do.
        """
        super().__init__(f"{len(problems)} things are to do")
        self.problems = problems


def require_curated(folder: Path) -> None:
    """Refuses content that isn't ready.

    Args:
        folder: The procedure's folder, as `make_skeleton` writes it.

    Raises:
        NotCurated: Something is left to do, isn't grounded in the guide, or isn't faithful to
            the document.
    """
    content, domain, data = folder / "content", folder / "domain.yml", folder / "data"
    # What isn't written yet can't be grounded: one thing after the other.
    problems = (
        list(_left_to_do(folder))
        or check_content(content, domain, data, folder / "source.txt").problems
        or [*check_phrases(data, domain, content / "subjects.yml"), *_untested(folder)]
    )
    if problems:
        raise NotCurated(problems)


def _left_to_do(folder: Path) -> Iterator[str]:
    for file in sorted(folder.rglob("*.yml")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if _TO_DO.search(line):
                yield f"{file.relative_to(folder)}, line {number}: {line.strip(' -')}"


def _untested(folder: Path) -> Iterator[str]:
    questions = yaml.load(
        (folder / "tests" / "questions.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    tested = {topic for question in questions for topic in question["expect"]}
    for name, wordings in load_responses(folder / "domain.yml").items():
        topic = name.removeprefix("utter_")
        if any(each.title for each in wordings) and topic not in tested:
            yield f"tests/questions.yml: no question about {topic}"
