"""Prints the line that the proxy shows when no server answers: `unavailable.json` of nginx."""

from __future__ import annotations

import json

from assistant.content.clinic import Clinic
from assistant.dialogue.wording import Wording
from assistant.settings import Settings


def unavailable(settings: Settings) -> str:
    """Words the line with the clinic's data.

    Args:
        settings: Where the content lies.

    Returns:
        JSON in the form of the web channel's errors (docs/web-channel.md).
    """
    wording = Wording.from_domain_file(Clinic.load(settings.content / "clinic.yml"))
    text = wording.message("utter_unavailable", "web")["text"]
    return json.dumps({"error": {"code": "unavailable", "message": text}})


if __name__ == "__main__":
    print(unavailable(Settings.from_environment()))
