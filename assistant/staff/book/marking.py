"""Marks in a passage of the guide what an answer says of it, and what none does."""

from __future__ import annotations

import re
from collections.abc import Collection

from markupsafe import Markup, escape

from assistant.content.language import content_words, figures
from assistant.content.vocabulary import Vocabulary

_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*%?")


class Marking:
    """Compares texts as the grounding check does: by lemmas and the reviewed word lists."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Keeps the lists.

        Args:
            vocabulary: The reviewed word lists.
        """
        self._vocabulary = vocabulary

    def said(self, passage: str, answer: str) -> Markup:
        """Marks what an answer says of a passage.

        Args:
            passage: Text of the passage.
            answer: Text of the answer.

        Returns:
            The passage with `<mark>` around the words.
        """
        unsaid = set(self.unsaid_words(passage, answer))
        said = {word for word in self._carrying(passage) if word not in unsaid}
        return self.marked(passage, said, "mark")

    def unsaid_words(self, passage: str, answer: str) -> list[str]:
        """The words and figures of a passage that an answer doesn't say.

        Args:
            passage: Text of the passage.
            answer: Text of the answer, or of several.

        Returns:
            The words in lower case, in order, each once.
        """
        vocabulary = self._vocabulary
        known = set(figures(answer))
        for word in content_words(answer):
            known.add(vocabulary.name(word))
            for form in (word.text, word.lemma):
                known |= vocabulary.stands_for.get(form, frozenset())
        return [word for word, name in self._carrying(passage).items() if name not in known]

    def marked(self, text: str, words: Collection[str], tag: str) -> Markup:
        """Puts a tag around words.

        Args:
            text: A text.
            words: The words, in lower case.
            tag: The tag's name, also with attributes.

        Returns:
            The text, escaped, with the tags.
        """
        parts, end = [Markup()], 0
        for match in _WORD.finditer(text):
            if match[0].lower() in words:
                parts.append(escape(text[end : match.start()]))
                parts.append(Markup(f"<{tag}>{match[0]}</{tag.split()[0]}>"))
                end = match.end()
        return Markup("").join([*parts, escape(text[end:])])

    def _carrying(self, text: str) -> dict[str, str]:
        """The words that carry a text's meaning, in lower case, with what they count as."""
        words = {word.text: self._vocabulary.name(word) for word in content_words(text)}
        return words | {figure: figure for figure in sorted(figures(text))}
