"""Fidelity check: does the guide say what its source says, whole and in its own words?"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.content.guide import Guide, Passage
from assistant.content.language import Word, content_words, figures, spans_of_time
from assistant.content.vocabulary import Vocabulary

LONGEST_COPY = 7  # words in a row that may be the source's
_BULLET = "•"


@dataclass
class Section:
    """A section of the source document.

    Attributes:
        heading: Its heading.
        lines: Its paragraphs and list items, one line each.
    """

    heading: str
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything under the heading."""
        return "\n".join(self.lines)

    @property
    def items(self) -> list[str]:
        """Its list items."""
        return [line.lstrip(f"{_BULLET} ") for line in self.lines if line.startswith(_BULLET)]


def read_source(text: str, headings: Iterable[str]) -> dict[str, Section]:
    """Splits the source document into its sections.

    Args:
        text: The document as plain text, its title on the first line.
        headings: The headings of its sections.

    Returns:
        The sections by heading, in the document's order; what stands before the first heading
        (but for the title) is a section without one.
    """
    known = set(headings)
    section = Section("")
    sections = {"": section}
    for line in itertools.islice(map(str.strip, text.splitlines()), 1, None):
        if line in known:
            section = sections.setdefault(line, Section(line))
        elif line:
            section.lines.append(line)
    return {heading: each for heading, each in sections.items() if heading or each.lines}


def check_fidelity(guide: Guide, source: str, vocabulary: Vocabulary) -> list[str]:
    """Compares the guide with its source.

    Args:
        guide: The guide.
        source: The source document as plain text.
        vocabulary: Which words count as the same.

    Returns:
        What is missing, added or copied, each in a sentence; empty if nothing is.
    """
    sections = read_source(source, {passage.section for passage in guide.values()})
    title = source.strip().partition("\n")[0]
    problems = []
    for heading in sections.keys() | {passage.section for passage in guide.values()}:
        passages = [passage for passage in guide.values() if passage.section == heading]
        if heading not in sections:
            problems.append(f'guide.yml: "{heading}" is no heading of the source document')
        elif not passages:
            problems.append(f'guide.yml: no passage holds "{_start(sections[heading].text)}"')
        else:
            problems += _compare(sections[heading], passages, title, vocabulary)
    problems += [
        f'guide.yml, passage {passage.id}: copies the source: "{copy}"; at most {LONGEST_COPY} '
        "words in a row may be the same"
        for passage in guide.values()
        if (copy := copied(passage.text, source))
    ]
    return sorted(problems)


def copied(text: str, source: str) -> str | None:
    """Finds a piece that is copied from the source.

    Args:
        text: A text of ours.
        source: The source document.

    Returns:
        The first run of more than `LONGEST_COPY` words that stands in the source too, or None.
    """
    length = LONGEST_COPY + 1
    ours, theirs = _flat(text), _flat(source)
    runs = {tuple(theirs[i : i + length]) for i in range(len(theirs) - length + 1)}
    for start in range(len(ours) - length + 1):
        if tuple(ours[start : start + length]) in runs:
            return " ".join(ours[start : start + length])
    return None


def _compare(
    section: Section, passages: list[Passage], title: str, vocabulary: Vocabulary
) -> list[str]:
    guide_text = " ".join(passage.text for passage in passages)
    where = f'section "{section.heading}"'
    return [
        *_missing_words(section, f"{title}\n{guide_text}", vocabulary),
        *_added_words(section, passages, vocabulary),
        *_miscounted(section, guide_text, vocabulary),
        *_differing(where, "figure", figures(section.text), figures(guide_text)),
        *_differing(where, "duration", spans_of_time(section.text), spans_of_time(guide_text)),
        *_scattered_items(section, passages, vocabulary),
    ]


def _missing_words(section: Section, guide_text: str, vocabulary: Vocabulary) -> list[str]:
    there = _names(guide_text, vocabulary)
    return [
        f'guide.yml, section "{section.heading}": "{word}" of the source document is missing'
        for word in _distinct(content_words(section.text), vocabulary, there)
    ]


def _added_words(section: Section, passages: list[Passage], vocabulary: Vocabulary) -> list[str]:
    there = _names(f"{section.heading}\n{section.text}", vocabulary)
    return [
        f"guide.yml, passage {passage.id}: \"{word}\" isn't in the source document's section "
        f'"{section.heading}"'
        for passage in passages
        for word in _distinct(
            content_words(passage.text), vocabulary, there | vocabulary.guide_only
        )
    ]


def _miscounted(section: Section, guide_text: str, vocabulary: Vocabulary) -> list[str]:
    theirs, ours = (
        Counter(vocabulary.name(word) for word in content_words(text))
        for text in (section.text, guide_text)
    )
    return [
        f'guide.yml, section "{section.heading}": "{word}" stands there {ours[word]} times, in '
        f"the source document {theirs[word]} times"
        for word in sorted(vocabulary.counted)
        if theirs[word] != ours[word] and theirs[word] and ours[word]
    ]


def _differing(where: str, kind: str, theirs: set[str], ours: set[str]) -> list[str]:
    return [
        *(f'guide.yml, {where}: the {kind} "{each}" is missing' for each in theirs - ours),
        *(
            f'guide.yml, {where}: the {kind} "{each}" isn\'t in the source document'
            for each in ours - theirs
        ),
    ]


def _scattered_items(
    section: Section, passages: list[Passage], vocabulary: Vocabulary
) -> list[str]:
    """List items that no passage, and no two that follow each other, hold whole."""
    texts = [passage.text for passage in passages]
    neighbours = [*texts, *(f"{first} {second}" for first, second in itertools.pairwise(texts))]
    sets = [_names(text, vocabulary) for text in neighbours]
    return [
        f'guide.yml, section "{section.heading}": no passage holds the whole list item "{item}"'
        for item in section.items
        if not any(_names(item, vocabulary) <= names for names in sets)
    ]


def _names(text: str, vocabulary: Vocabulary) -> set[str]:
    return {vocabulary.name(word) for word in content_words(text)}


def _distinct(words: list[Word], vocabulary: Vocabulary, there: set[str]) -> list[str]:
    """The words that stand nowhere there, each once, in order."""
    return list(dict.fromkeys(w.text for w in words if vocabulary.name(w) not in there))


def _flat(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("'", ""))


def _start(text: str) -> str:
    return " ".join(text.split()[:8]) + " …"
