"""The subjects that patients ask about and the guide doesn't cover (`content/subjects.yml`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.content.yaml_fields import read_yaml


@dataclass(frozen=True)
class Subject:
    """Something the guide doesn't cover.

    Attributes:
        id: Its id, as in the parse and in `data/subjects.yml`.
        name: How to say it in "The guide doesn't cover …".
        medical: Whether a provider should know of it.
    """

    id: str
    name: str
    medical: bool

    @property
    def title(self) -> str:
        """The name as it stands on a choice."""
        return self.name[0].upper() + self.name[1:]


class Subjects(dict[str, Subject]):
    """The subjects by id."""

    @classmethod
    def load(cls, path: Path) -> Subjects:
        """Loads and validates the subjects.

        Args:
            path: The file, `content/subjects.yml`.

        Returns:
            The subjects.

        Raises:
            ContentError: The file can't be used; the message says where and why.
        """
        subjects = cls()
        for subject_id, field in (
            read_yaml(path).mapping({"subjects"})["subjects"].entries().items()
        ):
            parts = field.mapping({"name", "medical"})
            name = parts["name"].text('how to say it in "The guide doesn\'t cover …"')
            subjects[subject_id] = Subject(subject_id, name, parts["medical"].flag())
        return subjects
