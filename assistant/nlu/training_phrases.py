"""Reads the training phrases and messages, and refuses contradictions among the phrases."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from rasa.shared.nlu.constants import INTENT, METADATA_INTENT
from rasa.shared.nlu.training_data.message import Message

from assistant.nlu.normaliser import spell_out, text_speak

NOT_COVERED = "not_covered"
SUBJECT = "subject"
# The hand that wrote data/nlu.yml and data/subjects.yml.
FIRST_HAND = "first"

LONG_MESSAGES = "long_messages.tsv"
_COLUMNS = "hand\tasks\ttext"
_PHRASE_FILES = ("nlu.yml", "subjects.yml")
# Words that change nothing about what is asked.
_FILLERS = frozenset(
    ["a", "an", "the", "please", "so", "well", "just", "and", "but", "oh", "now", "then"]
)


@dataclass(frozen=True)
class Phrase:
    """A training phrase.

    Attributes:
        text: What the patient writes.
        label: Intent, or `not_covered/<subject>`.
        hand: Who wrote it: name of the file in `data/phrases/`, or `first`.
    """

    text: str
    label: str
    hand: str


@dataclass(frozen=True)
class LongMessage:
    """A message of several parts that asks several things, or one thing in spite of them.

    Attributes:
        text: What the patient writes.
        labels: All that it asks, in order; courtesies are among them.
        hand: Who wrote it.
    """

    text: str
    labels: tuple[str, ...]
    hand: str


def label_of(message: Message) -> str:
    """Return the label of an example of Rasa: its intent, with the subject if it has one."""
    intent: str = message.get(INTENT)
    about = message.get("metadata", {}).get(METADATA_INTENT) or {}
    return f"{intent}/{about[SUBJECT]}" if SUBJECT in about else intent


def split_label(label: str) -> tuple[str, str | None]:
    """Return intent and subject of a label; the subject is None for all but `not_covered`."""
    intent, _, subject = label.partition("/")
    return intent, subject or None


def read_phrases(data: Path) -> list[Phrase]:
    """Return all training phrases below a data folder, hand by hand."""
    phrases = [p for name in _PHRASE_FILES for p in _read_file(data / name, FIRST_HAND)]
    return [*phrases, *read_hands(data / "phrases")]


def read_hands(folder: Path) -> Iterator[Phrase]:
    """Return the phrases in a folder of one file a hand, hand by hand."""
    for path in sorted(folder.glob("*.yml")):
        yield from _read_file(path, path.stem)


def read_long_messages(path: Path) -> list[LongMessage]:
    """Return the messages of a file of three columns: hand, labels with blanks between, text.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A line is of another form; says which.
    """
    first, *lines = path.read_text(encoding="utf-8-sig").rstrip("\n").split("\n")
    if first != _COLUMNS:
        raise ValueError(f"{path.name}, line 1: must name the columns hand, asks, text")
    messages = []
    for number, line in enumerate(lines, start=2):
        hand, *rest = (cell.strip() for cell in line.split("\t"))
        if not hand or len(rest) != 2 or not all(rest):
            raise ValueError(
                f"{path.name}, line {number}: must be a hand, labels and a text, tabs between"
            )
        messages.append(LongMessage(rest[1], tuple(rest[0].split()), hand))
    return messages


def _read_file(path: Path, hand: str) -> Iterator[Phrase]:
    # The parser in C reads all phrases in a ninth of the time.
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    for block in content["nlu"]:
        subject = block.get("metadata", {}).get(SUBJECT)
        label = f"{block['intent']}/{subject}" if subject else block["intent"]
        for line in block["examples"].splitlines():
            yield Phrase(line.removeprefix("- ").strip(), label, hand)


def contradictions(phrases: Iterable[Phrase]) -> list[str]:
    """Return a line for each phrase that stands, word for word or nearly, under two labels.

    Nearly means: the same words in the same order after text-speak is spelled out, apart from
    case, punctuation and words such as "please".
    """
    by_words: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        by_words[_words(phrase.text)].append(phrase)
    return [
        " / ".join(f"{p.text!r} is {p.label} in {p.hand}" for p in same)
        for same in by_words.values()
        if len({p.label for p in same}) > 1
    ]


def unknown_labels(
    phrases: Iterable[Phrase], intents: Collection[str], subjects: Collection[str]
) -> list[str]:
    """Return a line for each label whose intent or subject isn't among the known ones."""
    labels = sorted({phrase.label for phrase in phrases})
    lines = []
    for label in labels:
        intent, subject = split_label(label)
        if intent not in intents:
            lines.append(f"intent {intent!r} isn't in domain.yml")
        if intent == NOT_COVERED and subject not in subjects:
            lines.append(f"subject {subject!r} isn't in content/subjects.yml")
    return lines


def _words(text: str) -> str:
    spelled = spell_out(text, text_speak()).lower().replace("'", "")
    words = re.findall(r"\w+", spelled) or [spelled]
    telling = [word for word in words if word not in _FILLERS]
    return " ".join(telling or words)
