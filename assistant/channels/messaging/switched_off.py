"""What stands for a channel that isn't set up."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint

logger = logging.getLogger(__name__)


class SwitchedOff(InputChannel):
    """A channel whose settings are absent: it says so once and has no routes."""

    def __init__(self, channel: str, key: str) -> None:
        """Says which one is off.

        Args:
            channel: Its name.
            key: The setting that would switch it on.
        """
        self._channel = channel
        logger.warning("Channel %s is off: %s isn't set", channel, key)

    def name(self) -> str:
        """Its name."""
        return self._channel

    def url_prefix(self) -> str:
        """Where it would be."""
        return self._channel

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """No routes.

        Args:
            on_new_message: Not used.

        Returns:
            An empty set.
        """
        return Blueprint(f"{self._channel}_off")
