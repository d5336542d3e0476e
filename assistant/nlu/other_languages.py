"""Emergencies in the words of other languages: "je peux pas respirer", "救命".

English is what the assistant speaks, and Spanish stands among the red flags' own phrases. Of the
other languages it knows only what people write first when they are frightened; which words of
which language raise which flag stands in ``content/other_languages.yml``. They are looked for as
they stand, one behind the other, for there are no lemmas of these languages here.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

import yaml

from assistant.nlu.phrases import PhraseError, shortened

# Letters that Unicode doesn't take apart, and people leave out on a phone.
_PLAIN = str.maketrans({"ı": "i", "đ": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe"})


class OtherLanguages:
    """Finds the flag that a message raises in another language.

    Example:
        >>> cries = OtherLanguages([("trouble_breathing", "peux pas respirer")])
        >>> cries.find("Je PEUX pas réspirer")
        'trouble_breathing'
    """

    def __init__(self, cries: Iterable[tuple[str, str]]) -> None:
        """Make it from what it has to find.

        Args:
            cries: Pairs of a flag's id and words that raise it.
        """
        self._latin: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._others: list[tuple[str, str]] = []
        for flag, words in cries:
            plain = _plain(words)
            if plain.isascii():
                self._latin[plain.split()[0]].append((f" {plain} ", flag))
            else:
                self._others.append((_closed_up(plain), flag))

    @classmethod
    def load(cls, path: Path, flags: Collection[str]) -> OtherLanguages:
        """Read the file.

        Args:
            path: A YAML file: language → flag → list of words.
            flags: The flags that there are.

        Returns:
            What finds them.

        Raises:
            PhraseError: A flag is unknown, or an entry has no words.
            FileNotFoundError: There is no such file.
        """
        cries = []
        for language, raised in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for flag, entries in raised.items():
                if flag not in flags:
                    raise PhraseError(f"{path.name}: {language}: there is no flag {flag!r}")
                if not all(_plain(str(entry)) for entry in entries):
                    raise PhraseError(f"{path.name}: {language}: {flag}: an entry has no words")
                cries += [(flag, str(entry)) for entry in entries]
        return cls(cries)

    def find(self, text: str) -> str | None:
        """Look for words of an emergency.

        Args:
            text: Any string.

        Returns:
            The id of the flag that they raise, or None.
        """
        plain = _plain(shortened(text))
        line = f" {plain} "
        for word in dict.fromkeys(plain.split()):
            for words, flag in self._latin.get(word, ()):
                if words in line:
                    return flag
        if plain.isascii():
            return None
        closed_up = _closed_up(plain)
        return next((flag for words, flag in self._others if words in closed_up), None)


def _plain(text: str) -> str:
    """Words in small letters without accents, with one blank between.

    The vowel signs of Indian scripts are marks as well, but no accents: they stay.
    """
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN)
    bare = (each for each in letters if not unicodedata.combining(each))
    return " ".join("".join(map(_or_blank, bare)).split())


def _or_blank(character: str) -> str:
    return character if unicodedata.category(character)[0] in "LMN" else " "


def _closed_up(plain: str) -> str:
    """Without blanks: scripts that are written without them, or with them here and there."""
    return plain.replace(" ", "")
