"""The project's own spaCy pipeline: tokens, lemmas, and entities for whoever reads the parse.

``python -m assistant.nlu.spacy_pipeline`` writes it to :data:`PIPELINE_PATH`, where Rasa's
``SpacyNLP`` (see ``config.yml``) and the red-flag layer load it from. It has no statistics in it:
a tokenizer, the lookup lemmatizer with the tables of spacy-lookups-data (MIT), and an entity ruler.
spacy-lookups-data is needed for building only.

Rasa remembers a spaCy model by its path alone: after a change here raise :data:`VERSION`, or a
stale training cache goes with the new pipeline.
"""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import load_language_data, registry

VERSION = "1"
PIPELINE_PATH = Path(__file__).parents[2] / "models" / "spacy" / f"en_sclerotherapy-{VERSION}"

ORDINARY_WORDS = "ordinary_words"
"""Name of the pipeline's lookup table of correctly spelled words; spelling tolerance leaves them
alone."""

# Log probability in web text (spacy-lookups-data) above which a lower-case form that no lemma table
# knows still counts as a word. Misspellings of what patients report lie below it.
_ORDINARY_LOG_PROBABILITY = -13.0

# The general table takes these for other words ("calves" for what a cow does).
_LEMMAS = {"calves": "calf"}

_BODY_AREAS = (
    "ankle", "arm", "back of the knee", "behind the knee", "bikini line", "breast", "buttock",
    "calf", "calves", "cheek", "chest", "chin", "face", "feet", "foot", "groin", "hand", "heel",
    "hip", "inner thigh", "knee", "leg", "lip", "neck", "nose", "outer thigh", "shin", "shoulder",
    "stomach", "thigh", "toe", "tummy", "wrist",
)  # fmt: skip
_UNITS = (
    "second",
    "minute",
    "min",
    "hour",
    "hr",
    "day",
    "night",
    "week",
    "wk",
    "month",
    "year",
    "yr",
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "weekend")


def entity_patterns() -> list[dict[str, Any]]:
    """What the entity ruler marks.

    Returns:
        Patterns in spaCy's notation: ``body_area`` ("thighs", "behind the knee") and ``timing``
        ("3 weeks ago", "yesterday", "in 2015"). Each body area stands in singular and plural.
    """
    few = {"LOWER": {"IN": ["a", "an", "few", "couple", "half", "several"]}}
    units = _with_plurals(_UNITS)
    unit = {"LOWER": {"IN": units}}
    ago = {"LOWER": {"IN": ["ago", "later", "after", "before"]}, "OP": "?"}
    timing: list[list[dict[str, Any]]] = [
        [{"LIKE_NUM": True}, unit, ago],
        [few, {"LOWER": "of", "OP": "?"}, unit, ago],
        [{"LOWER": {"IN": ["last", "next", "this"]}}, {"LOWER": {"IN": [*units, *_DAYS]}}],
        [{"LOWER": {"IN": ["in", "since"]}}, {"LOWER": {"REGEX": r"^(19|20)\d\d$"}}],
        [{"LOWER": {"IN": ["today", "tonight", "yesterday", "tomorrow", *_DAYS]}}],
    ]
    return [{"label": "body_area", "pattern": area} for area in _with_plurals(_BODY_AREAS)] + [
        {"label": "timing", "pattern": pattern} for pattern in timing
    ]


def create() -> Language:
    """Make the pipeline in memory.

    Returns:
        A spaCy ``Language`` whose vocabulary carries the table :data:`ORDINARY_WORDS`.

    Raises:
        catalogue.RegistryError: spacy-lookups-data isn't installed.
    """
    nlp = spacy.blank("en")
    lemmatizer: Any = nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    lemmatizer.initialize()
    for form, lemma in _LEMMAS.items():
        lemmatizer.lookups.get_table("lemma_lookup").set(form, lemma)
    # Rasa's entity extractor sees the original case, SpacyNLP's doc is lower case.
    ruler: Any = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns(entity_patterns())
    nlp.vocab.lookups.add_table(ORDINARY_WORDS, dict.fromkeys(sorted(_ordinary_words()), True))
    nlp.meta.update({"name": "sclerotherapy", "version": f"{VERSION}.0.0"})
    return nlp


def build(path: Path = PIPELINE_PATH) -> Path:
    """Write the pipeline to ``path``, in place of what stood there.

    The folder appears whole or not at all, so that a server starting meanwhile reads no half of it.

    Args:
        path: Folder of the pipeline.

    Returns:
        ``path``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        fresh = Path(scratch) / path.name
        create().to_disk(fresh)
        shutil.rmtree(path, ignore_errors=True)
        fresh.rename(path)
    return path


@functools.cache
def load(path: Path = PIPELINE_PATH) -> Language:
    """Load the built pipeline; a second call gets the same object.

    Args:
        path: Folder of the pipeline.

    Returns:
        The spaCy ``Language``.

    Raises:
        FileNotFoundError: It hasn't been built.
    """
    if not (path / "meta.json").is_file():
        raise FileNotFoundError(
            f"No spaCy pipeline in {path.name!r}. Build it: python -m assistant.nlu.spacy_pipeline"
        )
    return spacy.load(path)


def _with_plurals(nouns: Sequence[str]) -> list[str]:
    return sorted({form for noun in nouns for form in (noun, f"{noun}s")})


def _ordinary_words() -> set[str]:
    """Words of the lemma table, and whatever else is common in web text, in lower case."""
    tables = registry.lookups.get("en")
    lemma_of: Any = load_language_data(tables["lemma_lookup"])
    log_probability: Any = load_language_data(tables["lexeme_prob"])
    common = {
        word
        for word, value in log_probability.items()
        if value > _ORDINARY_LOG_PROBABILITY and word.islower() and word.isalpha()
    }
    return common | set(lemma_of) | set(lemma_of.values())


if __name__ == "__main__":
    print(build().name)
