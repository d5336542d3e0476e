"""The action server's deadline.

Rasa waits 300 s for an action, as a constant that no setting reaches
(rasa/core/actions/action.py). A patient doesn't: this is the one place where it is changed.
"""

from __future__ import annotations

from rasa.core.actions import action


def apply(seconds: float) -> None:
    """Sets how long Rasa waits for the action server.

    Args:
        seconds: The longest wait for one action.
    """
    action.DEFAULT_REQUEST_TIMEOUT = seconds
