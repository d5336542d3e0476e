"""Plain texts: GSM-7, parts of a readable length, numbered choices.

The alphabet and the lengths are those of 3GPP TS 23.038: a text in GSM-7 holds 160 characters, or
153 each where several are joined; with any other character 70, or 67 each.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from assistant.channels.choices import Choice

LONGEST_PART = 320  # characters, two text segments: what people read on a phone at once

_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = set("^{}\\[~]|€")  # each counts twice
_PLAIN = {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "•": "-"}
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n+")


def to_gsm(text: str) -> str:
    """Writes a text in the alphabet of plain text messages.

    Args:
        text: Any text.

    Returns:
        The same with plain quotes and dashes, without accents that the alphabet lacks, and
        without what it can't say, such as emoji.
    """
    plain = "".join(_PLAIN.get(character, character) for character in text)
    return "".join(_in_alphabet(character) for character in plain)


def _in_alphabet(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    if character.isspace():
        return " "
    base = unicodedata.normalize("NFKD", character)
    return "".join(part for part in base if part in _BASIC)


def segments(text: str) -> int:
    """Counts what a text costs.

    Args:
        text: The text.

    Returns:
        Number of segments.
    """
    if all(character in _BASIC or character in _EXTENDED for character in text):
        length = len(text) + sum(character in _EXTENDED for character in text)
        single, joined = 160, 153
    else:
        length = len(text.encode("utf-16-le")) // 2
        single, joined = 70, 67
    return 1 if length <= single else -(-length // joined)


def with_numbers(text: str, choices: Sequence[Choice], first: int = 1) -> str:
    """Puts the choices under a text, each with the digit that stands for it.

    Args:
        text: What is said.
        choices: What may be picked.
        first: The first choice's number.

    Returns:
        For instance `… Reply 1 for Yes, 2 for No.`
    """
    if not choices:
        return text
    listed = [f"{number} for {_quoted(each.title)}" for number, each in enumerate(choices, first)]
    return f"{text}\nReply {', '.join(listed)}."


def _quoted(title: str) -> str:
    return title if title[-1].isalnum() else f'"{title}"'


def parts(texts: Sequence[str]) -> list[str]:
    """Packs a turn's messages into as few parts as fit, never cutting a sentence that needn't be.

    Args:
        texts: The messages, in order.

    Returns:
        Parts of at most `LONGEST_PART` characters.
    """
    packed: list[str] = []
    for text in texts:
        pieces = [text] if len(text) <= LONGEST_PART else _sentences(text)
        for number, piece in enumerate(pieces):
            joint = " " if number else "\n"
            if packed and len(packed[-1]) + len(joint) + len(piece) <= LONGEST_PART:
                packed[-1] += joint + piece
            else:
                packed.append(piece)
    return packed


def _sentences(text: str) -> list[str]:
    pieces: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        rest = sentence.strip()
        while len(rest) > LONGEST_PART:
            cut = rest.rfind(" ", 0, LONGEST_PART) + 1 or LONGEST_PART
            pieces.append(rest[:cut].strip())
            rest = rest[cut:]
        if rest:
            pieces.append(rest)
    return pieces
