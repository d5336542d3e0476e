"""The responses of `domain.yml` as the content checks read them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.content.yaml_fields import Field, read_yaml

TEXT_LINE = "sms"
_UTTER = "utter_"
_VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Wording:
    """One wording of a response.

    Attributes:
        response: Name of the response, e.g. `utter_pain`.
        line: Line of the file where it begins.
        text: What the patient reads, with `{variables}`.
        channel: The channel that it is kept for, or None.
        passages: Ids of the passages it cites; None if it doesn't say.
        kind: The kind it names, or None.
        title: How the response is named on a choice, or None.
        choices: Titles of its buttons.
    """

    response: str
    line: int
    text: str
    channel: str | None
    passages: tuple[str, ...] | None
    kind: str | None
    title: str | None
    choices: tuple[str, ...]

    @property
    def place(self) -> str:
        """Where it stands, as the beginning of a message."""
        return f"domain.yml, line {self.line}, {self.response}"

    @property
    def variables(self) -> set[str]:
        """Names of the variables in its text."""
        return set(_VARIABLE.findall(self.text))

    def filled(self, values: Mapping[str, str]) -> str:
        """The text as a patient reads it.

        Args:
            values: Values by the names of the variables.

        Returns:
            The text with the variables replaced; those without a value are left out.
        """
        return _VARIABLE.sub(lambda match: values.get(match[1], ""), self.text)


def load_responses(path: Path) -> dict[str, list[Wording]]:
    """Reads the responses of the domain.

    Args:
        path: The file, `domain.yml`.

    Returns:
        The wordings of each response by its name, in the file's order.

    Raises:
        ContentError: A response can't be read; the message says where and why.
    """
    domain = read_yaml(path).entries()
    return {
        name: [_wording(name, item) for item in response.items()]
        for name, response in domain["responses"].entries().items()
    }


def topics(responses: Mapping[str, Sequence[Wording]]) -> tuple[str, ...]:
    """What the guide has an answer to: each response with a title on a choice.

    Args:
        responses: The wordings of each response by its name.

    Returns:
        Ids of the topics, which are their intents, in the file's order.
    """
    return tuple(
        name.removeprefix(_UTTER)
        for name, wordings in responses.items()
        if any(wording.title for wording in wordings)
    )


def _wording(name: str, field: Field) -> Wording:
    parts = field.mapping({"text"}, {"metadata", "buttons", "channel"})
    metadata = parts["metadata"].entries() if "metadata" in parts else {}
    passages = metadata.get("passages")
    return Wording(
        response=name,
        line=field.node.start_mark.line + 1,
        text=parts["text"].text("what the patient reads"),
        channel=parts["channel"].text() if "channel" in parts else None,
        passages=tuple(item.text() for item in passages.items()) if passages else None,
        kind=metadata["kind"].text() if "kind" in metadata else None,
        title=metadata["title"].text() if "title" in metadata else None,
        choices=tuple(
            button.entries()["title"].text()
            for button in (parts["buttons"].items() if "buttons" in parts else ())
        ),
    )
