"""The words that the spelling correction knows: a large dictionary and the training phrases."""

from __future__ import annotations

import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

PROTECTED_WORDS = Path(__file__).parent / "data" / "protected_words.txt"

# Natural logarithms of word probabilities in web text, as spacy-lookups-data gives them.
FREQUENT = -11.5  # words this frequent are left alone even if no dictionary has them
PLAUSIBLE = -14.0  # words this frequent may be what was meant
RARE = -16.0  # stands in for words without a figure
# Corrections to a word of two phrases or more are preferred.
_DOMAIN_COUNT = 2

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


@dataclass(frozen=True)
class Vocabulary:
    """What is a word and how likely it is.

    Attributes:
        known: Words that are never corrected.
        candidates: Words that may be what was meant, with the natural logarithm of their
            probability.
        domain: Candidates that patients use in the training phrases.
        pairs: How often two words follow each other in the training phrases, by `"a b"`.
    """

    known: frozenset[str]
    candidates: dict[str, float]
    domain: frozenset[str]
    pairs: dict[str, int]

    def save(self, path: Path) -> None:
        """Write the vocabulary as gzipped JSON, the same bytes for the same words."""
        content = {
            "known": sorted(self.known),
            "candidates": dict(sorted(self.candidates.items())),
            "domain": sorted(self.domain),
            "pairs": dict(sorted(self.pairs.items())),
        }
        path.write_bytes(gzip.compress(json.dumps(content).encode(), mtime=0))

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Read a vocabulary that `save` wrote."""
        content = json.loads(gzip.decompress(path.read_bytes()))
        return cls(
            known=frozenset(content["known"]),
            candidates=content["candidates"],
            domain=frozenset(content["domain"]),
            pairs=content["pairs"],
        )

    @classmethod
    def build(cls, phrases: Iterable[str], not_words: Iterable[str] = ()) -> Vocabulary:
        """Make a vocabulary of the dictionary and the words of the training phrases.

        Args:
            phrases: Training phrases, with text-speak already spelled out.
            not_words: Text-speak ("ur", "wat"), which is left alone but no target of a correction.

        A misspelling that stands in the training phrases doesn't become a word: only what the
        dictionary or the protected words hold does.
        """
        excluded = set(not_words)
        frequency = _word_frequencies()
        protected = protected_words()
        known = _dictionary() | protected
        known |= {word for word, value in frequency.items() if value > FREQUENT}
        known |= set(_british_spellings(known))
        known -= excluded

        counts: Counter[str] = Counter()
        pairs: Counter[str] = Counter()
        for phrase in phrases:
            words = _WORD.findall(phrase.lower())
            counts.update(words)
            pairs.update(f"{a} {b}" for a, b in pairwise(words))
        domain = {w for w, n in counts.items() if n >= _DOMAIN_COUNT and w in known and len(w) > 2}
        domain |= protected
        plausible = {w for w in known if frequency.get(w, RARE) > PLAUSIBLE and len(w) > 2}
        candidates = {
            word: max(frequency.get(word, RARE), PLAUSIBLE if word in domain else RARE)
            for word in plausible | domain
        }
        return cls(
            known=frozenset(known | excluded),
            candidates=candidates,
            domain=frozenset(domain),
            pairs={pair: n for pair, n in pairs.items() if pair.split(" ")[1] in domain},
        )

    def pair_bonus(self, previous: str, word: str) -> float:
        """Return the logarithm of one more than how often `word` follows `previous`."""
        return math.log1p(self.pairs.get(f"{previous} {word}", 0))


@cache
def protected_words() -> frozenset[str]:
    """Return the words of `protected_words.txt`."""
    lines = PROTECTED_WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


@cache
def _word_frequencies() -> dict[str, float]:
    table: dict[str, float] = _lookup_table("en_lexeme_prob")
    return {word: value for word, value in table.items() if _WORD.fullmatch(word)}


@cache
def _dictionary() -> frozenset[str]:
    """Return all word forms of the lemma tables (WordNet's)."""
    tables = ("en_lemma_lookup", "en_lemma_index", "en_lemma_exc")
    words = (word.lower() for table in tables for word in _strings(_lookup_table(table)))
    return frozenset(word for word in words if _WORD.fullmatch(word))


def _lookup_table(name: str) -> dict[str, Any]:
    spec = find_spec("spacy_lookups_data")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("The package spacy-lookups-data isn't installed: make install")
    path = Path(spec.submodule_search_locations[0]) / "data" / f"{name}.json.gz"
    table: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return table


def _strings(value: object) -> Iterator[str]:
    """Yield every string of nested dictionaries and lists, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _british_spellings(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if "ize" in word or "izing" in word:
            yield word.replace("iz", "is")
        if "color" in word:
            yield word.replace("color", "colour")
