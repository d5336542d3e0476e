"""Conversation tokens: who holds one may go on with that conversation, nobody else."""

from __future__ import annotations

import os
import secrets
import time
import uuid
from pathlib import Path

import jwt

from assistant.settings import Settings

_ALGORITHM = "HS256"
_SHORTEST_KEY = 32  # bytes, RFC 7518 §3.2 for HS256


class InvalidToken(ValueError):
    """The token is forged, expired or no token at all."""


class Tokens:
    """Signs and reads the tokens of one channel's conversations."""

    def __init__(self, key: str, idle_hours: int) -> None:
        """Keeps the signing key.

        Args:
            key: Secret of at least 32 bytes.
            idle_hours: How long a token lives after the turn that issued it.

        Raises:
            ValueError: The key is too short to be safe.
        """
        if len(key.encode()) < _SHORTEST_KEY:
            raise ValueError(f"TOKEN_SECRET must have at least {_SHORTEST_KEY} bytes")
        self._key = key
        self._life = idle_hours * 3600

    @classmethod
    def from_settings(cls, settings: Settings) -> Tokens:
        """Takes the key from the settings, or from a file made for it on first use.

        Args:
            settings: With `token_secret`, or `token_secret_file` for a generated one.

        Returns:
            The tokens.
        """
        return cls(secret_key(settings), settings.token_idle_hours)

    def new_conversation(self) -> str:
        """Returns an id that nobody can guess."""
        return f"web-{uuid.uuid4().hex}"

    def issue(self, conversation: str) -> str:
        """Signs a token.

        Args:
            conversation: Id of the conversation.

        Returns:
            The token, good for the idle time from now.
        """
        claims = {"sub": conversation, "exp": int(time.time()) + self._life}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def read(self, token: str) -> str:
        """Checks a token.

        Args:
            token: What the client sent.

        Returns:
            The conversation it is good for.

        Raises:
            InvalidToken: It isn't ours, or its time is over.
        """
        try:
            claims = jwt.decode(
                token, self._key, algorithms=[_ALGORITHM], options={"require": ["exp", "sub"]}
            )
        except jwt.InvalidTokenError as error:
            raise InvalidToken(type(error).__name__) from None
        return str(claims["sub"])


def secret_key(settings: Settings) -> str:
    """The installation's secret, from the settings or from the file made for it on first use.

    Args:
        settings: With `token_secret`, or `token_secret_file` for a generated one.

    Returns:
        The secret.
    """
    return settings.token_secret or _key_from(settings.token_secret_file)


def _key_from(file: Path) -> str:
    """Reads the generated key, making it with mode 0600 where there is none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as handle:
        key = secrets.token_urlsafe(48)
        handle.write(key)
    return key
