"""Guesses the language of a message: English, Spanish or another.

Only English is understood throughout; the dialogue answers the others with a fixed line. So the
guess says "other" only on clear evidence: another script, or clearly more small words of another
language than English ones.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import yaml

ENGLISH = "en"
SPANISH = "es"
OTHER = "other"

FUNCTION_WORDS = Path(__file__).parent / "data" / "function_words.yml"

_LETTERS = re.compile(r"[^\W\d_]+")
# Marks that English keyboards don't write by accident.
_SPANISH_MARKS = re.compile(r"[¿¡ñ]", re.IGNORECASE)


def guess(text: str) -> str:
    """Return `"en"`, `"es"` or `"other"`; texts without evidence count as English."""
    letters = [character for character in text if character.isalpha()]
    if letters and sum(map(_is_latin, letters)) < len(letters) / 2:
        return OTHER
    words = [word.lower() for word in _LETTERS.findall(text)]
    hits = {name: sum(word in known for word in words) for name, known in _function_words().items()}
    english = hits.pop(ENGLISH)
    hits[SPANISH] += 2 * bool(_SPANISH_MARKS.search(text))
    best = max(hits, key=lambda name: hits[name])
    # One foreign word among English ones is a name or a slip, and one short word proves nothing.
    telling = len(words) <= 2 and max(map(len, words), default=0) >= 4
    if hits[best] <= english or (hits[best] == 1 and not telling):
        return ENGLISH
    return SPANISH if hits[best] == hits[SPANISH] else OTHER


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("LATIN", "FULLWIDTH LATIN"))


@cache
def _function_words() -> dict[str, frozenset[str]]:
    """Return small words by language; a word that English has too counts for English alone."""
    lists = yaml.load(FUNCTION_WORDS.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    english = frozenset(lists[ENGLISH])
    others = {name: frozenset(words) - english for name, words in lists.items()}
    return {**others, ENGLISH: english}
