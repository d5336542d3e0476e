"""The messages that were hard to understand, for staff to look at."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from assistant.staff.redaction import Redactor
from assistant.staff.report.reading import read_conversations
from assistant.staff.report.turns import turns
from assistant.stores.database import Database

# Below this the assistant was in doubt, whether it answered or asked back.
UNSURE = 0.6


@dataclass(frozen=True)
class Doubt:
    """A message that was hard to understand.

    Attributes:
        id: What is remembered of it once it is dealt with: a hash, from which nothing is read.
        shown: The message, redacted.
        text: The patient's own words: to compare with, never shown and never written.
        confidence: How sure the assistant was, 0 to 1.
        guesses: What it took the message for, best first, as labels of training phrases.
    """

    id: str
    shown: str
    text: str
    confidence: float
    guesses: tuple[str, ...]


async def doubts(
    database: Database,
    since: float,
    redactor: Redactor,
    done: Collection[str],
    progress: Callable[[int], object],
) -> list[Doubt]:
    """Collects the messages, the most doubtful first and each wording once.

    Args:
        database: The conversations' database.
        since: Only messages from this time on, in seconds since 1970.
        redactor: Redacts what is shown.
        done: Ids of those that were dealt with.
        progress: Told after each chunk how many more events were read.

    Returns:
        The messages.

    Raises:
        StoreUnavailable: The database failed.
    """
    found: dict[str, Doubt] = {}
    async for conversation, events in read_conversations(database, since, progress):
        for turn in turns(conversation, events):
            doubtful = "fallback" in turn.kinds or turn.confidence < UNSURE
            words = " ".join(turn.text.lower().split())
            # A screening's free answers and emergencies are no phrases of a topic.
            if not words or not doubtful or {"question", "emergency", "same_day"} & {*turn.kinds}:
                continue
            key = hashlib.sha256(words.encode()).hexdigest()[:16]
            if key not in done and key not in found:
                shown = redactor.redact(turn.text)
                found[key] = Doubt(key, shown, turn.text, turn.confidence, turn.guesses)
    return sorted(found.values(), key=lambda doubt: doubt.confidence)


class Done:
    """Remembers by hashes what was dealt with, in a file."""

    def __init__(self, file: Path) -> None:
        """Reads the file.

        Args:
            file: The file; it may not be there yet.
        """
        self._file = file
        self.ids = set(file.read_text(encoding="ascii").split()) if file.exists() else set()

    def add(self, doubt_id: str) -> None:
        """Remembers one.

        Args:
            doubt_id: Its id.
        """
        self.ids.add(doubt_id)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="ascii") as handle:
            handle.write(f"{doubt_id}\n")
