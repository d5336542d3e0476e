"""Red flags: what a patient must not wait with, found by phrases that a clinician can read.

The phrases, and the look-alikes that mean no harm ("that price nearly gave me a heart attack"),
stand in ``content/red_flags.yml``. Nothing here needs Rasa, a store or a server: the channel asks
it in process, so that an emergency is answered when everything else is down, and the NLU pipeline
asks it again (:mod:`assistant.nlu.red_flag_detector`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from assistant.nlu import spacy_pipeline
from assistant.nlu.other_languages import OtherLanguages
from assistant.nlu.phrases import (
    Phrase,
    Phrasebook,
    PhraseError,
    PhraseIndex,
    Reader,
    Span,
    Spellings,
    words_of,
)

RED_FLAGS_PATH = Path(__file__).parents[2] / "content" / "red_flags.yml"

SUSPICION = "classifier"
"""Id of a flag that no phrase stands for, but the classifier's suspicion."""

GIBBERISH = "gibberish"
"""What explains a classifier's suspicion of keys hit at random, in place of a look-alike rule."""

Level = Literal["emergency", "same_day"]
_LEVELS: tuple[Level, ...] = ("emergency", "same_day")
_PLACES = ("remove", "before", "after", "clause", "sentence", "message", "asked", "alone")
# "Is there a lot of blood": the forms of "be" are no part of the line of lemmas.
_ASKS = re.compile(
    r"^\W*(?:(?:so|and|hi|hello|ok|also|but)\W+)*"
    r"(?:(?:is|will|would) th(?:ere|er|eir|r)|do (?:i|you|u|people)|does (?:it|this)"
    r"|what if|(?:will|can|could|might) (?:i|it|this|that|my|the|they)|is there|am i)\b",
    re.IGNORECASE,
)
# What begins another clause in a line of lemmas.
_CLAUSE_STARTS = (
    ". ", ", ", " but ", " then ", " because ", " and now ", " and i ", " and he ", " and she ",
    " and it ", " and my ", " and they ", " now ",
)  # fmt: skip
_CUT_OUT = "_ "
_BESIDE = ("spellings.yml", "other_languages.yml")


@dataclass(frozen=True)
class RedFlag:
    """A red flag found in a message.

    Attributes:
        level: ``emergency`` (the emergency line, nothing else) or ``same_day`` (call the clinic).
        id: Name of the flag in ``content/red_flags.yml``, or :data:`SUSPICION`.
        why: Plain reason for the reply; stands after "Call 911 now:".
    """

    level: Level
    id: str
    why: str


@dataclass(frozen=True)
class Finding:
    """What the layer makes of a message.

    Attributes:
        red_flag: The gravest flag that holds, if any.
        lookalike: Id of the look-alike rule that explains the message's alarming words, if one
            does and no flag holds, or :data:`GIBBERISH`: a classifier's suspicion of an emergency
            then doesn't count.
        means: Topic that the rule says is asked, for where nothing else is understood.
    """

    red_flag: RedFlag | None
    lookalike: str | None
    means: str | None = None


@dataclass(frozen=True)
class _Flag:
    told: RedFlag
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True)
class _Lookalike:
    name: str
    where: str
    phrases: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    flags: frozenset[str]
    means: str | None

    def explains(self, line: str, span: Span, flag: str) -> bool:
        if self.flags and flag not in self.flags:
            return False
        sentence = _sentence(line, span)
        return self._stands(line, span, sentence) and not self.overruled(line)

    def overruled(self, line: str) -> bool:
        return any(phrase.within(line, 0, len(line)) for phrase in self.unless)

    def _stands(self, line: str, span: Span, sentence: Span) -> bool:
        if self.where == "before":
            return any(p.ends_at(line, sentence.start, span.start) for p in self.phrases)
        if self.where == "after":
            return any(p.starts_at(line, span.end) for p in self.phrases)
        to_its_end = Span(sentence.start, sentence.end + len(". "))
        within = {"clause": _clause(line, span), "sentence": sentence, "asked": to_its_end}
        stretch = within.get(self.where, Span(0, len(line)))
        return any(p.within(line, stretch.start, stretch.end) for p in self.phrases)


class RedFlags:
    """The pattern layer.

    Example:
        >>> RedFlags.load().check("wheezin n hives all ova after jab").level
        'emergency'
    """

    def __init__(
        self,
        reader: Reader,
        flags: Sequence[_Flag],
        lookalikes: Sequence[_Lookalike],
        other_languages: OtherLanguages,
        suspicion: str,
    ) -> None:
        """Use :meth:`load`."""
        self._reader = reader
        self._told = {flag.told.id: flag.told for flag in flags}
        self._other_languages = other_languages
        self._why = {flag.told.id: flag.told.why for flag in flags} | {SUSPICION: suspicion}
        self._flags = PhraseIndex((phrase, flag.told) for flag in flags for phrase in flag.phrases)
        self._idioms = PhraseIndex(
            (phrase, rule.name)
            for rule in lookalikes
            if rule.where == "remove"
            for phrase in rule.phrases
        )
        self._rules = [rule for rule in lookalikes if rule.where not in {"remove", "alone"}]
        self._told_rules = [rule for rule in self._rules if rule.where != "asked"]
        self._meanings = {rule.name: rule.means for rule in lookalikes}
        self._alone = [rule for rule in lookalikes if rule.where == "alone"]

    @classmethod
    def load(cls, path: Path = RED_FLAGS_PATH) -> RedFlags:
        """Read the flags and look-alikes; channel, NLU and NLG of one process share them.

        Args:
            path: The YAML file; its notation is described in :mod:`assistant.nlu.phrases`.
                ``spellings.yml`` and ``other_languages.yml`` stand beside it.

        Returns:
            The layer, ready to check messages.

        Raises:
            PhraseError: The file says something that can't be read, or leaves something out.
            FileNotFoundError: A file or the spaCy pipeline is missing.
        """
        files = (path, *(path.with_name(name) for name in _BESIDE))
        return _load(path, *(file.stat().st_mtime_ns for file in files))

    @classmethod
    def _read(cls, path: Path) -> RedFlags:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        reader = Reader(spacy_pipeline.load(), Spellings.load(path.with_name("spellings.yml")))
        book = Phrasebook(reader, data["groups"], path.name)
        flags = [_read_flag(book, name, entry, path.name) for name, entry in data["flags"].items()]
        known = {flag.told.id for flag in flags}
        lookalikes = [
            _read_lookalike(book, name, entry, known, path.name)
            for name, entry in data["lookalikes"].items()
        ]
        flags.sort(key=lambda flag: _LEVELS.index(flag.told.level))
        others = OtherLanguages.load(path.with_name("other_languages.yml"), known)
        return cls(reader, flags, lookalikes, others, str(data["suspicion"]))

    def check(self, text: str) -> RedFlag | None:
        """Look for a red flag.

        Args:
            text: A patient's message: any string, also an empty or a malformed one.

        Returns:
            The gravest red flag, or ``None``.
        """
        return self.examine(text).red_flag

    def why(self, flag: str) -> str:
        """The reason that the reply gives.

        Args:
            flag: Id of a flag, or :data:`SUSPICION`.

        Returns:
            Plain words that stand after "Call 911 now:".

        Raises:
            KeyError: There is no such flag.
        """
        return self._why[flag]

    def examine(self, text: str) -> Finding:
        """Look for a red flag, and for what makes alarming words harmless.

        Args:
            text: A patient's message.

        Returns:
            The finding.
        """
        line, explained = self._cut_idioms(self._reader.read(text))
        words = words_of(line)
        rules = self._rules if _ASKS.match(text) else self._told_rules
        for phrase, told in self._flags.candidates(words):

            def holds(span: Span, flag: str = told.id) -> bool:
                nonlocal explained
                rule = _explanation(rules, line, span, flag)
                explained = rule or explained
                return rule is None

            if phrase.matches(line, words, holds):
                return Finding(told, None)
        if cry := self._other_languages.find(text):
            return Finding(self._told[cry], None)
        gibberish = GIBBERISH if self._reader.is_gibberish(line) else None
        lookalike = explained or self._standing_alone(line) or gibberish
        return Finding(None, lookalike, self._meanings.get(lookalike or ""))

    def _cut_idioms(self, line: str) -> tuple[str, str | None]:
        explained = None
        for phrase, rule in self._idioms.candidates(words_of(line)):
            for span in sorted(phrase.find(line), key=lambda span: -span.start):
                line = line[: span.start] + _CUT_OUT + line[span.end :]
                explained = rule
        return line, explained

    def _standing_alone(self, line: str) -> str | None:
        for rule in self._alone:
            stands = any(phrase.within(line, 0, len(line)) for phrase in rule.phrases)
            if stands and not rule.overruled(line):
                return rule.name
        return None


def _explanation(rules: Sequence[_Lookalike], line: str, span: Span, flag: str) -> str | None:
    return next((rule.name for rule in rules if rule.explains(line, span, flag)), None)


@functools.lru_cache(maxsize=4)
def _load(path: Path, *versions: int) -> RedFlags:
    return RedFlags._read(path)


def _sentence(line: str, span: Span) -> Span:
    start = line.rfind(". ", 0, span.start) + 2
    end = line.find(". ", span.end)
    return Span(start, end if end >= 0 else len(line))


def _clause(line: str, span: Span) -> Span:
    start = max(line.rfind(mark, 0, span.start) for mark in _CLAUSE_STARTS)
    ends = [line.find(mark, span.end - 1) for mark in _CLAUSE_STARTS]
    # The blank before "and now" still belongs to the last word of the clause.
    return Span(max(start, 0), min((end + 1 for end in ends if end >= 0), default=len(line)))


def _read_flag(book: Phrasebook, name: str, entry: Mapping[str, Any], origin: str) -> _Flag:
    level, why = entry.get("level"), entry.get("why")
    if level not in _LEVELS or not why:
        raise PhraseError(f"{origin}: flag {name!r} needs a level ({', '.join(_LEVELS)}) and a why")
    told = RedFlag(cast(Level, level), name, str(why))
    return _Flag(told, tuple(book.compile(phrase) for phrase in entry["phrases"]))


def _read_lookalike(
    book: Phrasebook, name: str, entry: Mapping[str, Any], flags: set[str], origin: str
) -> _Lookalike:
    where, limited = entry.get("where"), frozenset(entry.get("flags", ()))
    if where not in _PLACES:
        raise PhraseError(f"{origin}: look-alike {name!r}: where must be one of {_PLACES}")
    if unknown := limited - flags:
        raise PhraseError(f"{origin}: look-alike {name!r} names no known flag: {sorted(unknown)}")
    phrases = tuple(book.compile(phrase) for phrase in entry["phrases"])
    unless = tuple(book.compile(phrase) for phrase in entry.get("unless", ()))
    if any(len(phrase.parts) > 1 for phrase in phrases + unless):
        raise PhraseError(f"{origin}: look-alike {name!r}: '&' can't stand here")
    return _Lookalike(name, str(where), phrases, unless, limited, entry.get("means"))
