"""Words by which people stop and start text messages; Twilio answers them itself."""

from __future__ import annotations

import re
from typing import Literal

_STOP = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
_START = {"start", "unstop", "yes"}
_HELP = {"help", "info"}

Keyword = Literal["stop", "start", "help"]


def keyword(text: str, *, opted_out: bool) -> Keyword | None:
    """Reads a message that is nothing but such a word.

    Args:
        text: The message.
        opted_out: Whether its sender has opted out. Only then is a word a wish to start: "yes"
            is an answer otherwise.

    Returns:
        What is wished, or None.
    """
    word = re.sub(r"[^a-z]", "", text.lower()) if len(text) <= 20 else ""
    if word in _STOP:
        return "stop"
    if word in _START and opted_out:
        return "start"
    return "help" if word in _HELP else None
