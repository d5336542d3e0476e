"""How many emergencies in 18 other languages are found that nobody wrote a word for.

One writer wrote the messages of `other_languages.tsv` without having seen
`content/other_languages.yml`; nothing in that file was made from them (docs/safety.md).
"""

from __future__ import annotations

import csv
from pathlib import Path

from assistant.nlu.red_flags import RedFlags

_FILE = Path(__file__).with_name("other_languages.tsv")
_FEWEST_FOUND = 0.6


def _alarms(harmless: bool) -> list[bool]:
    with _FILE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    red_flags = RedFlags.load()
    texts = [row["text"] for row in rows if (row["kind"] == "harmless") == harmless]
    flags = [red_flags.check(text) for text in texts]
    return [flag is not None and flag.level == "emergency" for flag in flags]


def test_most_emergencies_in_other_languages_are_found() -> None:
    found = _alarms(harmless=False)
    assert len(found) >= 250
    assert sum(found) >= _FEWEST_FOUND * len(found)


def test_no_harmless_message_in_another_language_alarms() -> None:
    alarms = _alarms(harmless=True)
    assert len(alarms) >= 70
    assert not any(alarms)
