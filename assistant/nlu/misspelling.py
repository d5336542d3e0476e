"""Makes the slips of hurried typing, so that training sees them."""

from __future__ import annotations

import random

_NEIGHBOURS = {
    "a": "sqz",
    "b": "vn",
    "c": "xv",
    "d": "sf",
    "e": "wr",
    "f": "dg",
    "g": "fh",
    "h": "gj",
    "i": "uo",
    "j": "hk",
    "k": "jl",
    "l": "k",
    "m": "n",
    "n": "bm",
    "o": "ip",
    "p": "o",
    "q": "w",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "u": "yi",
    "v": "cb",
    "w": "qe",
    "x": "zc",
    "y": "tu",
    "z": "x",
}
_SLIP_PER_WORD = 0.12
_LOWER_CASE = 0.5
_NO_FINAL_MARK = 0.3
_UPPER_CASE = 0.05
_SHORTEST = 4


def misspell(text: str, rng: random.Random) -> str:
    """Return the text as somebody in a hurry might type it.

    Args:
        text: Any text.
        rng: Source of chance.
    """
    words = [
        _slip(word, rng) if len(word) >= _SHORTEST and rng.random() < _SLIP_PER_WORD else word
        for word in text.split()
    ]
    result = " ".join(words)
    if rng.random() < _LOWER_CASE:
        result = result.lower()
    elif rng.random() < _UPPER_CASE:
        result = result.upper()
    return result.rstrip("?.!") if rng.random() < _NO_FINAL_MARK else result


def _slip(word: str, rng: random.Random) -> str:
    """Drop, swap, double or miss one letter inside the word."""
    i = rng.randrange(1, len(word) - 1)
    kind = rng.choice(("drop", "swap", "double", "miss"))
    if kind == "drop":
        return word[:i] + word[i + 1 :]
    if kind == "swap":
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if kind == "double":
        return word[:i] + word[i] + word[i:]
    return word[:i] + rng.choice(_NEIGHBOURS.get(word[i].lower(), word[i])) + word[i + 1 :]
