"""Reads the evaluation files: messages and conversations with what a good answer addresses.

The form of the files and the meaning of the labels stand in `tests/evaluation/files/README.md`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from assistant.content.responses import load_responses, topics
from assistant.nlu.training_phrases import LONG_MESSAGES, read_long_messages
from assistant.settings import PROJECT

# A topic that is added to the domain is one that the files may name.
DOCUMENT_TOPICS = topics(load_responses(PROJECT / "domain.yml"))
NOT_COVERED = "not_covered"
EMERGENCY = "emergency"
SAME_DAY = "same_day"
INJECTION = "injection"
SOCIAL = ("greet", "goodbye", "thanks", "affirm", "deny")
LABELS = frozenset(
    (
        *DOCUMENT_TOPICS,
        NOT_COVERED,
        EMERGENCY,
        INJECTION,
        *SOCIAL,
        "handoff",
        "complaint",
        "abuse",
        "bot_challenge",
        "help",
        "off_topic",
    )
)
OUTCOMES = ("likely_candidate", "not_suitable_without_review", "needs_consultation", "stopped")

# The clinic-today line is a right answer to these emergencies; the files say so in this way.
_SAME_DAY_IN_NOTE = "handoff"
_ALSO_OK = re.compile(r"also ok: (\w+(?:, \w+)*)")
_ALSO_OK_OUTCOME = re.compile(r"ends in (\w+) is also ok")
_SAID: dict[tuple[str, ...], str] = {("affirm",): "yes", ("deny",): "no"}
_YES_NO_UNKNOWN = re.compile(r"\b(?:yes|no|unknown)\b")
_NAMED_ANSWER = re.compile(
    r"(?P<verb>must not set|answers|change of answer:) "
    r"(?P<criteria>\w+(?: and \w+)*)(?: = (?P<value>\w+))?"
)


class LabelError(ValueError):
    """An evaluation file can't be used; the message says where and what was expected."""


@dataclass(frozen=True)
class Expected:
    """What a good answer to one message addresses.

    Attributes:
        topics: Topic ids, in order.
        subject: Subject id of `not_covered`; None where the file names none.
        also_ok: Topics that are right instead of an expected one or beside it.
    """

    topics: tuple[str, ...]
    subject: str | None = None
    also_ok: frozenset[str] = frozenset()

    @property
    def labels(self) -> tuple[str, ...]:
        """The topics, `not_covered` with its subject (`not_covered.price`)."""
        return tuple(
            f"{NOT_COVERED}.{self.subject}" if topic == NOT_COVERED and self.subject else topic
            for topic in self.topics
        )

    @property
    def emergency(self) -> bool:
        """Whether the message tells of an emergency."""
        return EMERGENCY in self.topics


@dataclass(frozen=True)
class Message:
    """One labelled message that stands for itself.

    Attributes:
        text: What the patient writes.
        expected: What a good answer addresses.
        style: Manner of writing, such as `sms`.
        person: Whose manner it is; None in the first hand's file.
        lookalike: It shares words with an emergency and is none.
        personal_concern: A harmless worry after the patient's own treatment.
    """

    text: str
    expected: Expected
    style: str
    person: str | None = None
    lookalike: bool = False
    personal_concern: bool = False


@dataclass(frozen=True)
class ScreeningAnswer:
    """What a turn says to the screening.

    Attributes:
        values: Criterion to the value it must get: yes, no or unknown.
        forbidden: Criterion to the value that it must not get.
        correction: The turn changes an earlier answer, whatever is asked just now.
        if_asked: The turn is for an assistant that asks again only.
    """

    values: dict[str, str] = field(default_factory=dict)
    forbidden: dict[str, str] = field(default_factory=dict)
    correction: bool = False
    if_asked: bool = False

    @property
    def criteria(self) -> frozenset[str]:
        """The criteria it is about."""
        return frozenset((*self.values, *self.forbidden))


@dataclass(frozen=True)
class Turn:
    """One message of a conversation.

    Attributes:
        text: What the patient writes.
        expected: What a good answer addresses.
        answer: What it says to the screening; None where it is no answer to it.
        ends_screening: The patient stops the screening with it.
    """

    text: str
    expected: Expected
    answer: ScreeningAnswer | None = None
    ends_screening: bool = False


@dataclass(frozen=True)
class Dialogue:
    """One scripted conversation.

    Attributes:
        name: Its name in the file.
        turns: The messages, in order.
        facts: What the person would answer, per criterion.
        outcomes: How the screening may end, the labelled outcome first; empty without one.
    """

    name: str
    turns: tuple[Turn, ...]
    facts: dict[str, str] = field(default_factory=dict)
    outcomes: tuple[str, ...] = ()


def read_questions(path: Path) -> list[Message]:
    """Reads a file of labelled messages.

    Args:
        path: YAML file in the form of `questions.yml`.

    Returns:
        The messages in the file's order.

    Raises:
        LabelError: The file or one of its entries is not of that form.
    """
    return [
        _message(_Entry(item, f"{path.name}, message {number}"))
        for number, item in enumerate(_list_in(path), start=1)
    ]


def read_dialogues(path: Path) -> list[Dialogue]:
    """Reads a file of scripted conversations.

    Args:
        path: YAML file in the form of `dialogues.yml`.

    Returns:
        The conversations in the file's order.

    Raises:
        LabelError: The file or one of its entries is not of that form.
    """
    return [
        _dialogue(_Entry(item, f"{path.name}, conversation {number}"))
        for number, item in enumerate(_list_in(path), start=1)
    ]


def read_training_phrases(folder: Path) -> frozenset[str]:
    """Collects the phrases that NLU is trained on.

    Args:
        folder: The training data: every `.yml` below it, and the messages of several parts.

    Returns:
        The phrases, each as `plain` makes it.

    Raises:
        LabelError: A file is no YAML.
    """
    phrases = {
        plain(phrase)
        for path in sorted(folder.rglob("*.yml"))
        for phrase in _phrases_in(_yaml_in(path))
    }
    for path in folder.glob(LONG_MESSAGES):
        phrases.update(plain(message.text) for message in read_long_messages(path))
    return frozenset(phrases)


def answer_in(criterion: str, words: str) -> str:
    """Reads a fact or a noted value as the screening keeps it.

    Args:
        criterion: The criterion that the words are about.
        words: For instance `no`, `cosmetic` or `first no, then yes`.

    Returns:
        `yes`, `no` or `unknown`. Any named reason is a `yes`: the guide accepts each.
    """
    found = _YES_NO_UNKNOWN.search(words)
    if found:
        return found[0]
    return "yes" if criterion == "reason" else "unknown"


def plain(text: str) -> str:
    """Takes case, punctuation and blanks out of a comparison.

    Args:
        text: A message or phrase.

    Returns:
        Case-folded words with one blank between them; a text of nothing but punctuation as it is.
    """
    words = "".join(
        "" if unicodedata.category(sign).startswith("P") else sign for sign in text.casefold()
    ).split()
    return " ".join(words) or text.strip()


class _Entry:
    """One mapping of a file, read with errors that say where they are."""

    def __init__(self, item: Any, where: str) -> None:
        self.where = where
        if not isinstance(item, dict):
            raise self.error("expected a mapping")
        self._item: dict[str, Any] = item

    def error(self, problem: str) -> LabelError:
        return LabelError(f"{self.where}: {problem}")

    def has(self, key: str) -> bool:
        return self._item.get(key) is not None

    def text(self, key: str) -> str:
        value = self._item.get(key)
        if not isinstance(value, str) or not value:
            raise self.error(f"`{key}` must be a text")
        return value

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if self.has(key) else None

    def flag(self, key: str) -> bool:
        value = self._item.get(key, False)
        if not isinstance(value, bool):
            raise self.error(f"`{key}` must be true or false")
        return value

    def items(self, key: str) -> list[Any]:
        value = self._item.get(key)
        if not isinstance(value, list) or not value:
            raise self.error(f"`{key}` must be a list with something in it")
        return value

    def mapping(self, key: str) -> dict[str, str]:
        value = self._item.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise self.error(f"`{key}` must be a mapping of texts (quote yes and no)")
        return value


def _message(entry: _Entry) -> Message:
    return Message(
        text=entry.text("text"),
        expected=_expected(entry),
        style=entry.text("style"),
        person=entry.optional_text("person"),
        lookalike=entry.flag("lookalike"),
        personal_concern=entry.flag("personal_concern"),
    )


def _expected(entry: _Entry) -> Expected:
    topics = tuple(entry.items("expect"))
    for topic in topics:
        if topic not in LABELS:
            raise entry.error(f"`expect` holds {topic!r}; known are {', '.join(sorted(LABELS))}")
    note = entry.optional_text("note") or ""
    also_ok = {topic for found in _ALSO_OK.findall(note) for topic in found.split(", ")}
    if EMERGENCY in topics and _SAME_DAY_IN_NOTE in also_ok:
        also_ok = also_ok - {_SAME_DAY_IN_NOTE} | {SAME_DAY}
    return Expected(topics, entry.optional_text("subtopic"), frozenset(also_ok))


def _dialogue(entry: _Entry) -> Dialogue:
    name = entry.text("name")
    facts = entry.mapping("facts")
    items = [
        _Entry(item, f"{entry.where} ({name}), turn {number}")
        for number, item in enumerate(entry.items("turns"), start=1)
    ]
    return Dialogue(
        name=name,
        turns=tuple(_turn(item, facts) for item in items),
        facts=facts,
        outcomes=_outcomes(entry, items),
    )


def _outcomes(entry: _Entry, turns: list[_Entry]) -> tuple[str, ...]:
    outcome = entry.optional_text("outcome")
    if outcome is None:
        return ()
    if outcome not in OUTCOMES:
        raise entry.error(f"`outcome` must be one of {', '.join(OUTCOMES)}; it is {outcome!r}")
    notes = " ".join(turn.optional_text("note") or "" for turn in turns)
    return (outcome, *_ALSO_OK_OUTCOME.findall(notes))


def _turn(entry: _Entry, facts: dict[str, str]) -> Turn:
    expected = _expected(entry)
    note = entry.optional_text("note") or ""
    return Turn(
        text=entry.text("user"),
        expected=expected,
        answer=_screening_answer(note, expected, facts),
        ends_screening="ends the screening" in note,
    )


def _screening_answer(
    note: str, expected: Expected, facts: dict[str, str]
) -> ScreeningAnswer | None:
    """Reads from the note which criterion a turn answers, and how."""
    named = _NAMED_ANSWER.search(note)
    criteria = [name for name in named["criteria"].split(" and ") if name in facts] if named else []
    if not named or not criteria:
        return None
    if named["verb"] == "must not set":
        return ScreeningAnswer(
            forbidden={name: answer_in(name, named["value"] or "yes") for name in criteria}
        )
    said = _SAID.get(expected.topics)
    return ScreeningAnswer(
        values={name: answer_in(name, named["value"] or said or facts[name]) for name in criteria},
        correction=named["verb"] == "change of answer:",
        if_asked="if asked" in note,
    )


def _list_in(path: Path) -> list[Any]:
    content = _yaml_in(path)
    if not isinstance(content, list) or not content:
        raise LabelError(f"{path.name}: expected a list of entries")
    return content


def _yaml_in(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LabelError(f"{path.name}: can't be read as YAML ({error})") from error


def _phrases_in(content: Any) -> Iterator[str]:
    """The NLU examples of one training file, in both of Rasa's notations."""
    groups = content.get("nlu") if isinstance(content, dict) else None
    for group in groups or ():
        if "intent" not in group:
            continue
        examples = group.get("examples") or ()
        if isinstance(examples, str):
            yield from _listed(examples)
        else:
            for example in examples:
                yield from _listed(example["text"])


def _listed(block: str) -> Iterator[str]:
    for line in block.splitlines():
        phrase = line.strip().removeprefix("- ").strip()
        if phrase:
            yield phrase
