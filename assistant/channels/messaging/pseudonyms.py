"""Ids that stand for people: keyed hashes, so that nobody can find a number by trying all."""

from __future__ import annotations

import hashlib
import hmac
import re

from assistant.channels.tokens import secret_key
from assistant.settings import Settings

_FIGURES = re.compile(r"\d+")


class Pseudonyms:
    """Hashes under the installation's secret.

    With another secret everybody is somebody else: conversations begin anew, and the assistant
    knows only from Twilio who has opted out.
    """

    def __init__(self, settings: Settings) -> None:
        """Takes the secret.

        Args:
            settings: Where it stands.
        """
        self._key = secret_key(settings).encode()

    def conversation(self, messenger: str, phone: str) -> str:
        """Names the conversation with a number.

        Args:
            messenger: Name of the messenger.
            phone: The number.

        Returns:
            An id without the number.
        """
        return f"{messenger}-{self._hash(f'{messenger}:{phone}')[:32]}"

    def fingerprint(self, text: str) -> str:
        """Stands for a text, to know it again without keeping it; figures in it don't count.

        Args:
            text: The text.

        Returns:
            64 characters.
        """
        # What machines say again and again differs by a time or a case's number.
        return self._hash(" ".join(_FIGURES.sub("0", text.lower()).split()))

    def _hash(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
