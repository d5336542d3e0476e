"""Turns a response of `domain.yml` into the message a patient reads.

Used by `ClinicNLG` in every turn, and by the channels for the lines that must be said when Rasa
itself can't answer.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from assistant.content.clinic import Clinic
from assistant.settings import PROJECT

Responses = Mapping[str, Sequence[Mapping[str, Any]]]


class Wording:
    """The curated responses, filled with the clinic's data and nothing else."""

    def __init__(self, responses: Responses, clinic: Clinic) -> None:
        """Keeps the responses.

        Args:
            responses: Response names to their variations, as in `Domain.responses`.
            clinic: The clinic whose name, phone and numbers are filled in.
        """
        self._responses = responses
        self._variables = clinic.variables()

    @classmethod
    def from_domain_file(cls, clinic: Clinic) -> Wording:
        """Reads the responses from `domain.yml`, for when no model is loaded.

        Args:
            clinic: The clinic whose data are filled in.

        Returns:
            The wording.
        """
        domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
        return cls(domain["responses"], clinic)

    def __contains__(self, name: str) -> bool:
        return name in self._responses

    def title(self, name: str) -> str | None:
        """How a topic's response is named on a choice.

        Args:
            name: Name of the response.

        Returns:
            Its title, or None where it has none.
        """
        first = (self._responses.get(name) or [{}])[0]
        title = (first.get("metadata") or {}).get("title")
        return str(title) if title else None

    def message(
        self, name: str, channel: str | None, turn: int = 0, **variables: str
    ) -> dict[str, Any]:
        """Words a response.

        Args:
            name: Name of the response, such as `utter_pain`.
            channel: Name of the output channel; its own variations go first.
            turn: How often the response was given before; the next variation is taken.
            **variables: Further values for the text; never a patient's words.

        Returns:
            Rasa's message: `text`, and where present `buttons` and `metadata`.

        Raises:
            KeyError: There is no such response.
        """
        variations = self._responses[name]
        fitting = [each for each in variations if channel and each.get("channel") == channel]
        fitting = fitting or [each for each in variations if not each.get("channel")]
        message = copy.deepcopy(dict(fitting[turn % len(fitting)]))
        message.pop("channel", None)
        values = {**self._variables, **variables}
        message["text"] = message["text"].format_map(values).strip()
        return message
