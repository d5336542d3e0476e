"""The audit log: who erased, exported or accepted what. Only ever added to."""

from __future__ import annotations

import datetime
import getpass
import hashlib
import json
import os
from pathlib import Path


class AuditLog:
    """A file of JSON lines that only its owner can read."""

    def __init__(self, file: Path) -> None:
        """Writes nothing yet.

        Args:
            file: The file; made with its folder when the first line is written.
        """
        self._file = file

    def add(self, who: str, action: str, **details: str | int) -> None:
        """Adds a line and waits until it is on the disk.

        Args:
            who: Who did it.
            action: What was done, e.g. `erased`.
            **details: What it was done to: counts, fingerprints, ids of topics. Never a text, a
                phone number or the id of a conversation.

        Raises:
            OSError: The line can't be written.
        """
        time = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        line = json.dumps({"time": time, "who": who, "action": action, **details})
        self._file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(line + "\n")
            handle.flush()
            os.fsync(handle.fileno())


def fingerprint(conversation: str) -> str:
    """Names a conversation without naming it.

    Whoever knows the conversation's id can look for it in the log; nobody can read the id there.

    Args:
        conversation: Id of the conversation.

    Returns:
        Sixteen hexadecimal digits of its SHA-256.
    """
    return hashlib.sha256(conversation.encode()).hexdigest()[:16]


def whoami() -> str:
    """Returns the name of the account that runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return f"uid {os.getuid()}"
