"""Adds a phrase that staff wrote to the training phrases; refuses what doesn't belong there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer

from assistant.nlu.training_phrases import (
    FIRST_HAND,
    Phrase,
    contradictions,
    read_phrases,
    split_label,
)
from assistant.staff.redaction import without_identifiers

_LONGEST = 200  # characters
_MARKUP = set('[](){}<>|`"\\')
_WORD = re.compile(r"[^\W_]+")
# So many words in a row are the patient's own.
_OWN_WORDS = 5
_NEW = "new"


class PhraseRefused(ValueError):
    """The phrase can't become a training phrase; says why, in words for staff."""


class Neighbours:
    """Finds the training phrases that are written most alike."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        """Learns the phrases.

        Args:
            phrases: All training phrases.
        """
        self._phrases = phrases
        self._vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4))
        self._vectors = self._vectorizer.fit_transform(phrase.text for phrase in phrases)

    def nearest(self, text: str, number: int) -> list[Phrase]:
        """Finds neighbours.

        Args:
            text: A message.
            number: How many.

        Returns:
            The phrases, the nearest first; fewer where nothing is alike at all.
        """
        alike = (self._vectors @ self._vectorizer.transform([text]).T).toarray()[:, 0]
        return [self._phrases[i] for i in alike.argsort()[::-1][:number] if alike[i] > 0]


def check_phrase(text: str, patients_text: str, phrases: Iterable[Phrase]) -> None:
    """Refuses what may not become a training phrase.

    Args:
        text: What staff typed.
        patients_text: The message it was made after.
        phrases: The phrases that are there.

    Raises:
        PhraseRefused: It is empty, too long, no plain text, holds what names a person, is the
            patient's own text, or stands there already.
    """
    words = _words(text)
    if not words or len(text) > _LONGEST or "\n" in text:
        raise PhraseRefused(f"Please type one line of 1 to {_LONGEST} characters.")
    if _MARKUP & set(text) or text[0] in "/-#":
        raise PhraseRefused("Please type plain words, without brackets, quotes or slashes.")
    if without_identifiers(text) != text:
        raise PhraseRefused("That holds a name, number, date or address. Please leave it out.")
    if _is_own(words, _words(patients_text)):
        raise PhraseRefused("That is the patient's own text. Please say it in other words.")
    clash = contradictions([*phrases, Phrase(text, _NEW, _NEW)])
    for line in clash:
        if f"is {_NEW} in {_NEW}" in line:
            raise PhraseRefused("That phrase is there already, or nearly.")


def add_phrase(data: Path, text: str, label: str) -> None:
    """Writes a phrase into `nlu.yml`, or `subjects.yml` for a subject; all else stays as it is.

    Args:
        data: The folder `data/`.
        text: The phrase, checked.
        label: Its intent, or `not_covered/<subject>`.

    Raises:
        PhraseRefused: The file can't take it.
    """
    before = read_phrases(data)
    intent, subject = split_label(label)
    file = data / ("subjects.yml" if subject else "nlu.yml")
    old = file.read_text(encoding="utf-8")
    file.write_text(_with_phrase(old, text, intent, subject), encoding="utf-8")
    added = Phrase(text, label, FIRST_HAND)
    if sorted(map(str, read_phrases(data))) != sorted(map(str, [*before, added])):
        file.write_text(old, encoding="utf-8")
        raise PhraseRefused(f"{file.name} has no room for a phrase of {label}.")


def _with_phrase(content: str, text: str, intent: str, subject: str | None) -> str:
    """Puts a line at the end of the block of its label, or a new block at the end of the file."""
    about = f"\n  metadata:\n    subject: {subject}" if subject else ""
    head = f"- intent: {intent}{about}\n  examples: |\n"
    line = f"    - {text}\n"
    content = content.rstrip("\n") + "\n"
    start = content.find(head)
    if start < 0:
        return f"{content}{head}{line}"
    end = content.find("\n- intent:", start + len(head) - 1)
    block_end = len(content) if end < 0 else end + 1
    block = content[start:block_end].rstrip("\n") + "\n"
    rest = content[start + len(block) :]
    return content[:start] + block + line + rest


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _is_own(words: list[str], patients: list[str]) -> bool:
    """Whether it is the message itself, or words in a row are taken from it."""
    if words == patients:
        return True
    runs = {tuple(patients[i : i + _OWN_WORDS]) for i in range(len(patients) - _OWN_WORDS + 1)}
    return any(tuple(words[i : i + _OWN_WORDS]) in runs for i in range(len(words) - _OWN_WORDS + 1))
