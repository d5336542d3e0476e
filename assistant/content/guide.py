"""The guide: the clinic's procedure document as passages (`content/guide.yml`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.content.yaml_fields import read_yaml

MOST_STATEMENTS = 3


@dataclass(frozen=True)
class Passage:
    """A piece of the guide that answers can cite.

    Attributes:
        id: Its id, as in a response's `metadata: passages`.
        section: The heading of the source document under which it stands.
        statements: One to three sentences.
    """

    id: str
    section: str
    statements: tuple[str, ...]

    @property
    def text(self) -> str:
        """All statements as one text."""
        return " ".join(self.statements)


class Guide(dict[str, Passage]):
    """The passages by id, in the file's order."""

    @classmethod
    def load(cls, path: Path) -> Guide:
        """Loads and validates the guide.

        Args:
            path: The file, `content/guide.yml`.

        Returns:
            The guide.

        Raises:
            ContentError: The file can't be used; the message says where and why.
        """
        guide = cls()
        for field in read_yaml(path).mapping({"passages"})["passages"].items():
            parts = field.mapping({"id", "section", "statements"})
            passage_id = parts["id"].text()
            statements = tuple(item.text() for item in parts["statements"].items())
            if passage_id in guide:
                raise parts["id"].error(f"another id; {passage_id} is taken")
            if not 1 <= len(statements) <= MOST_STATEMENTS:
                raise parts["statements"].error(f"one to {MOST_STATEMENTS} statements")
            guide[passage_id] = Passage(passage_id, parts["section"].text(), statements)
        return guide
