"""Rasa's events to JSON and back.

`Event.from_parameters` looks an event's class up by walking all subclasses for every single
event, the largest part of loading a conversation; here the walk is made once.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from typing import Any

from rasa.shared.core.events import Event
from rasa.shared.utils.common import all_subclasses


def to_json(event: Event) -> str:
    """Writes an event in ASCII, so that NUL and lone surrogates stay escapes in every database.

    Args:
        event: The event.

    Returns:
        Its JSON.
    """
    return json.dumps(event.as_dict(), separators=(",", ":"))


def from_dicts(dicts: Iterable[dict[str, Any]]) -> list[Event]:
    """Makes events of their stored form.

    Args:
        dicts: What `Event.as_dict` gave.

    Returns:
        The events, in the same order.

    Raises:
        KeyError: A kind of event that Rasa doesn't know.
    """
    types = _types()
    return [types[each["event"]]._from_parameters(each) for each in dicts]


@functools.cache
def _types() -> dict[str, type[Event]]:
    types: dict[str, type[Event]] = {}
    for kind in all_subclasses(Event):
        types.setdefault(kind.type_name, kind)
    return types
