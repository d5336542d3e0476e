"""Splits a procedure document into sections and passages, for people to restate."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.content.guide import MOST_STATEMENTS

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\d\"'])")
_BULLET = re.compile(r"^\s*(?:[•*\-–]|\d+[.)])\s+")
_LONGEST_HEADING = 90  # characters


class UnreadableDocument(ValueError):
    """The document can't be split; says what was expected."""


@dataclass(frozen=True)
class Draft:
    """A piece of the document that becomes a passage once somebody has restated it.

    Attributes:
        id: Id of the passage to be.
        section: Heading under which it stands.
        sentences: The document's own sentences.
    """

    id: str
    section: str
    sentences: tuple[str, ...]


def split(document: str) -> list[Draft]:
    """Splits a document.

    A heading is a short line without a full stop that stands between empty lines; a list's items
    count as sentences. What stands before the first heading belongs to the title.

    Args:
        document: Plain text, its title on the first line.

    Returns:
        Passages of one to three sentences, in the document's order.

    Raises:
        UnreadableDocument: There is no heading or no text.
    """
    drafts: list[Draft] = []
    taken: set[str] = set()
    for heading, sentences in _sections(document):
        topic = slug(heading, taken)
        taken.add(topic)
        for number, start in enumerate(range(0, len(sentences), MOST_STATEMENTS), 1):
            part = tuple(sentences[start : start + MOST_STATEMENTS])
            drafts.append(Draft(f"{topic}_{number}", heading, part))
    if not drafts:
        raise UnreadableDocument(
            "expected a text with a title on the first line, then headings between empty lines, "
            "each with text below"
        )
    return drafts


def slug(heading: str, taken: set[str]) -> str:
    """Makes an id of a heading.

    Args:
        heading: The heading.
        taken: Ids that are given away.

    Returns:
        Lower case words joined by underscores, with a number where needed.
    """
    words = re.findall(r"[a-z0-9]+", heading.lower())
    name = "_".join(words[:6]) or "section"
    number = 2
    unique = name
    while unique in taken:
        unique, number = f"{name}_{number}", number + 1
    return unique


def _sections(document: str) -> list[tuple[str, list[str]]]:
    """The headings with the sentences below, so that no line of the document is lost."""
    lines = [line.strip() for line in document.strip().splitlines()]
    sections: list[tuple[str, list[str]]] = [(lines[0], [])] if lines else []
    for index, line in enumerate(lines[1:], 1):
        heading, sentences = sections[-1]
        if _is_heading(lines, index) and (sentences or heading == lines[0]):
            sections.append((line, []))
        elif line:  # a heading right below another is taken for text: people will see to it
            sentences.extend(_SENTENCE.split(_BULLET.sub("", line)))
    return [(heading, sentences) for heading, sentences in sections if sentences]


def _is_heading(lines: list[str], index: int) -> bool:
    line = lines[index]
    return bool(
        line
        and len(line) <= _LONGEST_HEADING
        and line[-1] not in ".!:;,"
        and not _BULLET.match(line)
        and not lines[index - 1]
        and index + 1 < len(lines)
        and not lines[index + 1]
    )
