"""The training phrases for all contenders: all of the assistant's, or an even part of them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from assistant.nlu.training_phrases import (
    FIRST_HAND,
    LONG_MESSAGES,
    NOT_COVERED,
    Phrase,
    split_label,
)
from assistant.settings import PROJECT

_FEWEST = 5  # of a label, so that no contender lacks one


def sample(phrases: Sequence[Phrase], number: int, seed: int = 1) -> list[Phrase]:
    """Takes an even part of each label.

    Args:
        phrases: All of them.
        number: About how many are wanted.
        seed: Of the choice.

    Returns:
        The part, in the order of `phrases`; a little more than `number`, since a label keeps
        five at least.
    """
    rng = random.Random(seed)
    by_label = defaultdict(list)
    for place, phrase in enumerate(phrases):
        by_label[phrase.label].append(place)
    part = number / len(phrases)
    kept = [
        place
        for places in by_label.values()
        for place in rng.sample(places, min(len(places), max(_FEWEST, round(part * len(places)))))
    ]
    return [phrases[place] for place in sorted(kept)]


def write_as_ours(phrases: Iterable[Phrase], data: Path) -> None:
    """Writes phrases as the assistant keeps them, each hand in its file.

    Args:
        phrases: The phrases.
        data: The folder `data/` of a copy of the project.
    """
    files: dict[Path, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        if phrase.hand != FIRST_HAND:
            files[data / "phrases" / f"{phrase.hand}.yml"].append(phrase)
        else:
            subject = split_label(phrase.label)[1]
            files[data / ("subjects.yml" if subject else "nlu.yml")].append(phrase)
    for file, its_phrases in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, [_as_ours(label, texts) for label, texts in _by_label(its_phrases)])


def write_messages(part: float, data: Path, seed: int = 1) -> None:
    """Writes an even part of the assistant's messages of several parts, at least one.

    Args:
        part: Share of all.
        data: The folder `data/` of a copy of the project.
        seed: Of the choice.
    """
    columns, *lines = (PROJECT / "data" / LONG_MESSAGES).read_text(encoding="utf-8").splitlines()
    kept = random.Random(seed).sample(lines, max(1, round(part * len(lines))))
    text = "\n".join([columns, *kept]) + "\n"
    (data / LONG_MESSAGES).write_text(text, encoding="utf-8")


def write_as_stock(phrases: Iterable[Phrase], file: Path) -> None:
    """Writes phrases as Rasa's documentation has it; subjects become retrieval intents.

    Args:
        phrases: The phrases.
        file: The file.
    """
    _write(file, [_block({"intent": label}, texts) for label, texts in _by_label(phrases)])


def _by_label(phrases: Iterable[Phrase]) -> list[tuple[str, list[str]]]:
    texts = defaultdict(list)
    for phrase in phrases:
        texts[phrase.label].append(phrase.text)
    return list(texts.items())


def _as_ours(label: str, texts: Sequence[str]) -> dict[str, object]:
    intent, subject = split_label(label)
    if not subject:
        return _block({"intent": intent}, texts)
    return _block({"intent": NOT_COVERED, "metadata": {"subject": subject}}, texts)


def _block(head: dict[str, object], texts: Sequence[str]) -> dict[str, object]:
    return {**head, "examples": "".join(f"- {text}\n" for text in texts)}


def _write(file: Path, blocks: list[dict[str, object]]) -> None:
    content = {"version": "3.1", "nlu": blocks}
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=10_000))
