"""What a plan is made of: names of actions, and of the responses that answer what is asked."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.dialogue.turn import Asked

LISTEN = "action_listen"
DEACTIVATE = "action_deactivate_loop"

# Intents that are answered by the response of their name, and are no question of substance.
SOCIAL = ("greet", "thanks", "goodbye", "affirm", "deny", "unsure")


def responses_to(asked: Iterable[Asked]) -> list[str]:
    """The responses for what is asked; the form speaks for itself.

    Args:
        asked: What is asked, in order.

    Returns:
        Their names, each once, in order; not covered subjects each on their own.
    """
    names: list[str] = []
    for each in asked:
        name = f"utter_{each.topic}"
        if each.topic not in ("screening", "restart_screening") and (
            name not in names or each.subject
        ):
            names.append(name)
    return names
