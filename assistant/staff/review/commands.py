"""`make review`: staff go through the messages that were hard to understand."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from assistant.content.subjects import Subjects
from assistant.content.yaml_fields import ContentError
from assistant.nlu.training_phrases import NOT_COVERED, Phrase, read_phrases
from assistant.settings import SettingError, Settings
from assistant.staff.audit import AuditLog, whoami
from assistant.staff.report.commands import redactor
from assistant.staff.report.reading import count_events
from assistant.staff.review.keys import read_key, read_line
from assistant.staff.review.phrases import (
    Neighbours,
    PhraseRefused,
    add_phrase,
    check_phrase,
)
from assistant.staff.review.queue import Done, Doubt, doubts
from assistant.staff.review.trial import Rates, Trial, TrialFailed, compared
from assistant.stores.database import Database
from assistant.stores.errors import StoreUnavailable

_DEADLINE = 120.0  # seconds for one chunk
_NEIGHBOURS = 4
_MOST_OFFERED = 6
_DAY = 86_400.0


@dataclass(frozen=True)
class Accepted:
    """A phrase that staff wrote.

    Attributes:
        phrase: The phrase.
        label: What it means.
        doubt: Id of the message that it was written after.
    """

    phrase: str
    label: str
    doubt: str


@dataclass
class Review:
    """One sitting.

    Attributes:
        phrases: The training phrases.
        done: What was dealt with before.
        key: Reads a key.
        line: Reads a line.
        accepted: What staff have written so far.
    """

    phrases: list[Phrase]
    done: Done
    key: Callable[[str], str] = read_key
    line: Callable[[str], str] = read_line
    accepted: list[Accepted] = field(default_factory=list)

    def go_through(self, waiting: Sequence[Doubt]) -> None:
        """Shows one message after the other until staff have had enough.

        Args:
            waiting: The messages.
        """
        neighbours = Neighbours(self.phrases)
        for number, doubt in enumerate(waiting, 1):
            print(f"\n[{number} of {len(waiting)}]  {doubt.shown}")
            if not self._one(doubt, neighbours.nearest(doubt.text, _NEIGHBOURS)):
                return

    def _one(self, doubt: Doubt, near: Sequence[Phrase]) -> bool:
        """Deals with one message; False where staff want to stop."""
        print(f"  taken for: {', '.join(doubt.guesses) or 'nothing'} ({doubt.confidence:.2f})")
        for phrase in near:
            print(f"  alike:     {phrase.text}  [{phrase.label}]")
        offered = list(dict.fromkeys([*doubt.guesses, *(each.label for each in near)]))
        offered = offered[:_MOST_OFFERED]
        for place, each in enumerate(offered, 1):
            print(f"  {place}  {each}")
        while True:
            key = self.key("  1-6 right topic, o other, s skip, d delete, q stop: ")
            if key in ("q", ""):
                return False
            if key == "s":
                return True
            if key == "d":
                self.done.add(doubt.id)
                return True
            label = self._other() if key == "o" else _offered(offered, key)
            if label and self._write(doubt, label):
                return True

    def _other(self) -> str | None:
        """Lets staff find a topic by a part of its name."""
        part = self.line("  part of the topic's name: ").strip().lower().replace(" ", "_")
        labels = sorted({phrase.label for phrase in self.phrases})
        found = [label for label in labels if part and part in label]
        if len(found) > 1 and part not in found:
            print(f"  {', '.join(found)}: please type more of the name")
            return None
        if not found:
            print("  there is no such topic")
            return None
        return part if part in found else found[0]

    def _write(self, doubt: Doubt, label: str) -> bool:
        """Lets staff write a phrase; False where they go back."""
        while True:
            text = self.line(f"  a phrase of your own for {label} (empty: back): ").strip()
            if not text:
                return False
            try:
                check_phrase(text, doubt.text, self.phrases)
            except PhraseRefused as refused:
                print(f"  {refused}")
                continue
            self.phrases.append(Phrase(text, label, "review"))
            self.accepted.append(Accepted(text, label, doubt.id))
            return True


def keep(trial: Trial, accepted: Sequence[Accepted]) -> tuple[Rates, Rates]:
    """Writes phrases, trains, tests and measures; nothing is kept where that fails.

    Args:
        trial: What to change and how to try it.
        accepted: The phrases.

    Returns:
        The rates before and after.

    Raises:
        TrialFailed: A step failed; the files are as they were.
        PhraseRefused: A file can't take a phrase; the files are as they were.
    """
    with trial.kept_if_it_works():
        before = trial.measure()
        for each in tqdm(accepted, unit=" phrases", disable=None):
            add_phrase(trial.data, each.phrase, each.label)
        trial.train_and_test()
        return before, trial.measure()


def main(arguments: list[str] | None = None, trial: Trial | None = None) -> int:
    """Reviews the last days' messages.

    Args:
        arguments: The command line; the process's own where left out.
        trial: What to change; the project where left out.

    Returns:
        The exit code: 0, 1 where the phrases weren't kept, 2 where nothing could be reviewed.
    """
    parser = argparse.ArgumentParser(prog="python -m assistant.staff.review")
    parser.add_argument("--days", type=int, default=30, help="how many days back (30)")
    parser.add_argument("--by", default=whoami(), help="who does it, for the audit log")
    chosen = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment()
        trial = trial or Trial(models=settings.models)
        return _review(settings, trial, chosen.days, chosen.by)
    except (ContentError, SettingError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
    except StoreUnavailable as unavailable:
        print(f"The conversations' database failed: {unavailable}", file=sys.stderr)
    return 2


def _review(settings: Settings, trial: Trial, days: int, by: str) -> int:
    done = Done(settings.audit_log.parent / "reviewed.txt")
    review = Review(_reviewable(trial.data, settings.content), done)
    waiting = asyncio.run(_waiting(settings, time.time() - days * _DAY, done))
    if not waiting:
        print("Nothing is waiting for a review.")
        return 0
    review.go_through(waiting)
    if not review.accepted:
        print("\nNo phrase was written.")
        return 0
    try:
        before, after = keep(trial, review.accepted)
    except (TrialFailed, PhraseRefused, KeyboardInterrupt) as failure:
        print(f"Nothing was kept: {failure or 'stopped'}")
        return 1
    audit = AuditLog(settings.audit_log)
    for each in review.accepted:
        digest = hashlib.sha256(each.phrase.encode()).hexdigest()[:16]
        audit.add(by, "accepted", topic=each.label, phrase=digest)
        done.add(each.doubt)
    print(f"\n{len(review.accepted)} phrases were kept. Understood before and after:")
    print("\n".join(compared(before, after)))
    return 0


async def _waiting(settings: Settings, since: float, done: Done) -> list[Doubt]:
    database = Database(settings.database_url, _DEADLINE)
    try:
        total = await count_events(database, since)
        with tqdm(total=total, unit=" events", unit_scale=True, disable=None) as bar:
            shown = redactor(settings.content)
            return await doubts(database, since, shown, done.ids, bar.update)
    finally:
        database.close()


def _reviewable(data: Path, content: Path) -> list[Phrase]:
    """The training phrases, with a label for each subject even where it has no phrase yet."""
    phrases = read_phrases(data)
    known = {phrase.label for phrase in phrases}
    for subject in Subjects.load(content / "subjects.yml").values():
        label = f"{NOT_COVERED}/{subject.id}"
        if label not in known:
            phrases.append(Phrase(subject.name, label, "review"))
    return phrases


def _offered(offered: Sequence[str], key: str) -> str | None:
    return offered[int(key) - 1] if key.isdigit() and 0 < int(key) <= len(offered) else None
