"""Words as the content checks see them: lemmas, figures and spans of time."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import spacy
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.language import Language

# Words that spaCy counts as stop words and that say how much, how often or how sure.
_WEIGHTY = frozenset(
    {
        *("all", "always", "every", "few", "first", "full", "last", "may", "might", "most"),
        *("mostly", "must", "never", "none", "not", "often", "once", "several", "serious"),
        *("should", "side", "some", "sometimes", "together", "various", "well"),
        *("two", "three", "four", "five", "six", "eight", "nine", "ten", "eleven", "twelve"),
        *("fifteen", "twenty", "forty", "fifty", "sixty", "hundred"),
    }
)
# What the tokenizer makes of "won't", "can't" and "shan't".
_CLIPPED = frozenset({"wo", "ca", "sha"})
FUNCTION_WORDS = (frozenset(STOP_WORDS) - _WEIGHTY) | _CLIPPED

_SPAN = re.compile(
    r"\b(?:(?P<amount>\d+(?: ?(?:-|to) ?\d+)?|few|several|some|one|two|three|four|five|six) )?"
    r"(?P<unit>(?:second|minute|hour|day|week|month|year)s?)\b"
    r"(?: (?P<join>to|or) (?P<more>longer|(?:minute|hour|day|week|month|year)s?)\b)?"
)
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*%?")


@dataclass(frozen=True)
class Word:
    """A word of a text.

    Attributes:
        text: The word as it is written, in lower case.
        lemma: Its dictionary form.
    """

    text: str
    lemma: str


@functools.cache
def _pipeline() -> Language:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("lemmatizer", config={"mode": "lookup"})
    pipeline.initialize()
    return pipeline


@functools.lru_cache(maxsize=4096)
def words(text: str) -> tuple[Word, ...]:
    """Splits a text into its words.

    Args:
        text: English text.

    Returns:
        Its words in order; figures and punctuation are left out.
    """
    return tuple(
        Word(token.text, token.lemma_.lower())
        for token in _pipeline()(text.lower())
        if token.is_alpha
    )


def content_words(text: str) -> list[Word]:
    """The words that carry a text's meaning.

    Args:
        text: English text.

    Returns:
        Its words in order without function words such as "the" and "with".
    """
    return [
        word
        for word in words(text)
        # "most" is a word of its own, though its lemma is "much".
        if word.text in _WEIGHTY or not {word.text, word.lemma} & FUNCTION_WORDS
    ]


def figures(text: str) -> set[str]:
    """The figures in a text.

    Args:
        text: English text.

    Returns:
        Each number as it is written, e.g. `{"15", "30"}`.
    """
    return set(_FIGURE.findall(text))


def spans_of_time(text: str) -> set[str]:
    """The durations in a text.

    Args:
        text: English text.

    Returns:
        Each span in one form, e.g. `{"15 to 30 minutes", "few days to weeks"}`.
    """
    flat = re.sub(r"\bor even longer\b", "or longer", re.sub(r"[,()\s]+", " ", text.lower()))
    matches = (
        match for match in _SPAN.finditer(flat) if match["amount"] or match["unit"][-1] == "s"
    )
    return {_span_text(match) for match in matches}


def _span_text(match: re.Match[str]) -> str:
    amount = re.sub(r" ?(?:-|to) ?", " to ", match["amount"] or "")
    parts = (amount, _plural(match["unit"]), match["join"], _plural(match["more"]))
    return " ".join(part for part in parts if part)


def _plural(unit: str | None) -> str | None:
    return unit if unit is None or unit in ("longer",) or unit.endswith("s") else f"{unit}s"
