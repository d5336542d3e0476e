"""What responses must say and must never say (`content/wording_rules.yml`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.content.responses import Wording
from assistant.content.yaml_fields import read_yaml


@dataclass(frozen=True)
class WordingRules:
    """Rules for the wording of responses, whatever they cite.

    Attributes:
        never_said: Phrases that no response may hold, in lower case.
        must_say: Phrases that every wording of a response must hold, by the response's name.
    """

    never_said: tuple[str, ...]
    must_say: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls, path: Path) -> WordingRules:
        """Loads and validates the rules.

        Args:
            path: The file, `content/wording_rules.yml`.

        Returns:
            The rules.

        Raises:
            ContentError: The file can't be used; the message says where and why.
        """
        fields = read_yaml(path).mapping({"never_said", "must_say"})
        return cls(
            never_said=tuple(item.text().lower() for item in fields["never_said"].items()),
            must_say={
                response: tuple(item.text().lower() for item in phrases.items())
                for response, phrases in fields["must_say"].entries().items()
            },
        )


def check_wording_rules(
    responses: Mapping[str, Sequence[Wording]], rules: WordingRules
) -> list[str]:
    """Checks the responses against the rules.

    Args:
        responses: The wordings of each response by its name.
        rules: The rules.

    Returns:
        What is said or missing against them, each in a sentence.
    """
    problems = [
        f"domain.yml: {name} is missing; it must say {', '.join(phrases)}"
        for name, phrases in rules.must_say.items()
        if name not in responses
    ]
    for wording in (each for wordings in responses.values() for each in wordings):
        text = " ".join(wording.text.lower().split())
        problems += [
            f'{wording.place}: must not say "{phrase}"'
            for phrase in rules.never_said
            if phrase in text
        ]
        problems += [
            f'{wording.place}: must say "{phrase}"'
            for phrase in rules.must_say.get(wording.response, ())
            if phrase not in text
        ]
        if wording.kind == "emergency" and wording.choices:
            problems.append(f"{wording.place}: an emergency offers nothing but the call")
    return problems
