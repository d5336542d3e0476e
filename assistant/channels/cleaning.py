"""What a channel accepts as a message, and how it's cleaned before anything reads it."""

from __future__ import annotations

import re
import unicodedata

LONGEST_MESSAGE = 1000
"""Characters; longer messages get a clear answer instead of a guess."""

# Rasa reads a leading slash as a command; blanks and invisible characters may hide it.
_COMMAND = re.compile(r"^[\s/\\]+")
# Typed on purpose: one word, perhaps with what Rasa's commands carry ("/restart", "/greet{}").
_TYPED_COMMAND = re.compile(r"^\s*[/\\][\s/\\]*\w+\s*(?:[{@].*)?$", re.DOTALL)
_MANY_BLANKS = re.compile(r"[^\S\n]+")


class Refused(ValueError):
    """The message can't be taken; the text says what is wrong, without quoting it."""


def clean(message: object) -> str:
    """Cleans a message as it came from outside.

    Control, private-use, surrogate and invisible characters (zero width, right-to-left marks)
    are dropped, compatibility forms such as full-width slashes folded, so that nothing looks
    like another text to the intent parser than to a person.

    Args:
        message: What the sender put in as the message.

    Returns:
        The text; empty where nothing readable is left.

    Raises:
        Refused: It is no text, or is longer than `LONGEST_MESSAGE`.
    """
    if not isinstance(message, str):
        raise Refused("message must be a text")
    if len(message) > LONGEST_MESSAGE:
        raise Refused(f"message must have at most {LONGEST_MESSAGE} characters")
    text = _MANY_BLANKS.sub(" ", _readable(message).replace("\t", " ")).strip()
    return _COMMAND.sub("", text).strip()[:LONGEST_MESSAGE]


def is_command(message: str) -> bool:
    """Whether a message was typed as a command; `clean` makes a harmless text of it.

    Args:
        message: What the sender put in as the message.

    Returns:
        Whether a slash and one word are all that it says.
    """
    return bool(_TYPED_COMMAND.match(_readable(message)))


def _readable(message: str) -> str:
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", message)
        if character in "\n\t " or not unicodedata.category(character).startswith("C")
    )
