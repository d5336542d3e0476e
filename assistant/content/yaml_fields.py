"""YAML read with line numbers, so that an error says where it stands and what was expected."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import yaml


class ContentError(ValueError):
    """Content that can't be used. The message names the file, line, field and what was expected."""


@dataclass(frozen=True)
class Field:
    """One value of a YAML file, with the place where it stands.

    Scalars are read as they are written: `09:00` and `000` stay text, which YAML itself would turn
    into the numbers 540 and 0.

    Attributes:
        file: The file it was read from.
        name: Its name for people, e.g. `hours.monday`.
        node: What PyYAML found there.
    """

    file: Path
    name: str
    node: yaml.Node

    def error(self, expected: str) -> ContentError:
        """The error for a wrong value here.

        Args:
            expected: What should stand here, as the end of "expected …".

        Returns:
            The error, for the caller to raise.
        """
        where = f"{self.file.name}, line {self.node.start_mark.line + 1}"
        return ContentError(f"{where}: {self.name}: expected {expected}")

    def mapping(self, required: set[str], optional: set[str] | None = None) -> dict[str, Field]:
        """The fields of a mapping whose keys are known.

        Args:
            required: Keys that must stand here.
            optional: Keys that may stand here.

        Returns:
            The fields by key.

        Raises:
            ContentError: A key is missing or unknown, or this is no mapping.
        """
        fields = self.entries()
        known = required | (optional or set())
        for key, field in fields.items():
            if key not in known:
                raise field.error(f"one of the fields {', '.join(sorted(known))}")
        for key in sorted(required - fields.keys()):
            raise self.child(key, self.node).error("this field, but it is missing")
        return fields

    def entries(self) -> dict[str, Field]:
        """The fields of a mapping with free keys.

        Returns:
            The fields by key, in the file's order.

        Raises:
            ContentError: A key stands twice, or this is no mapping.
        """
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("a list of fields with their values (`name: value`)")
        fields: dict[str, Field] = {}
        for key_node, value_node in self.node.value:
            key = str(key_node.value)
            field = self.child(key, value_node)
            if key in fields:
                raise self.child(key, key_node).error("it once, but it stands here twice")
            fields[key] = field
        return fields

    def items(self) -> list[Field]:
        """The entries of a list.

        Returns:
            One field per entry.

        Raises:
            ContentError: This is no list.
        """
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("a list (each entry on a line that begins with `- `)")
        return [
            Field(self.file, f"{self.name}[{index}]", node)
            for index, node in enumerate(self.node.value, start=1)
        ]

    def text(self, expected: str = "some text") -> str:
        """The value as text.

        Args:
            expected: What to ask for if it is missing.

        Returns:
            The text as it is written, without blanks around it.

        Raises:
            ContentError: Nothing stands here, or a list or mapping.
        """
        if not isinstance(self.node, yaml.ScalarNode) or not self.node.value.strip():
            raise self.error(expected)
        return str(self.node.value).strip()

    def flag(self) -> bool:
        """The value as true or false.

        Returns:
            The value.

        Raises:
            ContentError: It is neither.
        """
        value = self.text("true or false")
        if value not in ("true", "false"):
            raise self.error("true or false")
        return value == "true"

    def whole_number(self, smallest: int, largest: int) -> int:
        """The value as a whole number.

        Args:
            smallest: The smallest that is allowed.
            largest: The largest that is allowed.

        Returns:
            The number.

        Raises:
            ContentError: It is no whole number or lies outside.
        """
        expected = f"a whole number from {smallest} to {largest}"
        value = self.text(expected)
        if not value.isdecimal() or not smallest <= int(value) <= largest:
            raise self.error(expected)
        return int(value)

    def date(self) -> datetime.date:
        """The value as a day.

        Returns:
            The day.

        Raises:
            ContentError: It is no date of the form 2026-12-31.
        """
        expected = "a date such as 2026-12-31"
        try:
            return datetime.date.fromisoformat(self.text(expected))
        except ValueError:
            raise self.error(expected) from None

    def child(self, key: str, node: yaml.Node) -> Field:
        """A field of this one.

        Args:
            key: Its key.
            node: Its value.

        Returns:
            The field, named after both.
        """
        return Field(self.file, f"{self.name}.{key}" if self.name else key, node)


def read_yaml(path: Path) -> Field:
    """Read a YAML file.

    Args:
        path: The file.

    Returns:
        Its whole content.

    Raises:
        ContentError: The file is missing, empty or not readable as YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ContentError(f"{path.name}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ContentError(f"{path.name}: expected text saved as UTF-8") from None
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContentError(f"{path.name}, line {line}: not readable: {error.problem}") from None
    except yaml.YAMLError:
        raise ContentError(f"{path.name}: holds characters that can't stand in it") from None
    if node is None:
        raise ContentError(f"{path.name}: the file is empty")
    return Field(path, "", node)
