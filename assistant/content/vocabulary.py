"""The reviewed word lists of the content checks: `synonyms.yml` and `plain_words.yml`."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from assistant.content.language import Word
from assistant.content.yaml_fields import Field, read_yaml


@dataclass(frozen=True)
class Vocabulary:
    """Which words may stand for which, and which need no source.

    Attributes:
        synonyms: The common name of each word that has one, by word.
        counted: Words that must stand as often in the guide as in its source.
        guide_only: Words that the guide may use though its source doesn't.
        plain: Words that an answer may use without a passage.
        stands_for: Words of answers with the words of the guide that each may stand for.
        idioms: Phrases that say nothing by their single words.
        promises: Words that an answer may use only with a passage.
    """

    synonyms: Mapping[str, str]
    counted: frozenset[str]
    guide_only: frozenset[str]
    plain: frozenset[str]
    stands_for: Mapping[str, frozenset[str]]
    idioms: tuple[str, ...]
    promises: frozenset[str]

    @classmethod
    def load(cls, folder: Path) -> Vocabulary:
        """Loads and validates both lists.

        Args:
            folder: The folder `content/`.

        Returns:
            The vocabulary.

        Raises:
            ContentError: A file can't be used; the message says where and why.
        """
        tables = read_yaml(folder / "synonyms.yml").mapping({"counted", "guide_only", "groups"})
        lists = read_yaml(folder / "plain_words.yml").mapping(
            {"plain", "stands_for", "idioms", "promises"}
        )
        synonyms: dict[str, str] = {}
        for group in tables["groups"].items():
            _add_group(group, synonyms)
        return cls(
            synonyms=synonyms,
            counted=frozenset(synonyms.get(word, word) for word in _words(tables["counted"])),
            guide_only=frozenset(_words(tables["guide_only"])),
            plain=frozenset(_words(lists["plain"])),
            stands_for={
                word: frozenset(synonyms.get(each, each) for each in _words(meant))
                for word, meant in lists["stands_for"].entries().items()
            },
            idioms=tuple(item.text().lower() for item in lists["idioms"].items()),
            promises=frozenset(_words(lists["promises"])),
        )

    def name(self, word: Word) -> str:
        """What a word counts as.

        Args:
            word: A word of a text.

        Returns:
            The common name of the word or its lemma, else the lemma.
        """
        return self.synonyms.get(word.text) or self.synonyms.get(word.lemma) or word.lemma

    def is_backed(self, word: Word, known: Set[str]) -> bool:
        """Whether a word of an answer says what its passages say.

        Args:
            word: The word.
            known: Names of the words of the passages.

        Returns:
            True if it stands there, or stands for a word that does.
        """
        meant = self.stands_for.get(word.text) or self.stands_for.get(word.lemma) or frozenset()
        return self.name(word) in known or not meant.isdisjoint(known)

    def is_plain(self, word: Word) -> bool:
        """Whether a word needs no passage.

        Args:
            word: A word of an answer.

        Returns:
            True if it or its lemma is on the list of plain words.
        """
        return word.text in self.plain or word.lemma in self.plain

    def is_promise(self, word: Word) -> bool:
        """Whether a word promises something.

        Args:
            word: A word of an answer.

        Returns:
            True if it or its lemma is on the list of promises.
        """
        return word.text in self.promises or word.lemma in self.promises

    def without_idioms(self, text: str) -> str:
        """Takes idioms out of a text.

        Args:
            text: An answer.

        Returns:
            The text in lower case without them, blanks evened out.
        """
        flat = " ".join(text.lower().split())
        for idiom in self.idioms:
            flat = flat.replace(idiom, "")
        return flat


def _add_group(group: Field, synonyms: dict[str, str]) -> None:
    members = _words(group)
    for member in members:
        if member in synonyms:
            raise group.error(f'words of no other group, but "{member}" stands in two')
        synonyms[member] = members[0]


def _words(field: Field) -> list[str]:
    """The words of a list, or of a text with blanks between."""
    return field.text("words with blanks between").lower().split()
