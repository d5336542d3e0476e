"""The frozen red flags and look-alikes, through the whole assistant."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from assistant.launcher.servers import Assistant
from tests.patient import Patient

_HERE = Path(__file__).parent
_MOST_FALSE_ALARMS = 0.02


def kinds_of(assistant: Assistant, texts: list[str]) -> list[list[str]]:
    def ask(text: str) -> list[str]:
        with Patient(assistant.url) as patient:
            return patient.writes(text).kinds

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(ask, texts))


def _texts(name: str) -> list[str]:
    return [each["text"] for each in yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))]


def test_every_red_flag_of_the_frozen_set_gets_the_emergency_line(assistant: Assistant) -> None:
    texts = _texts("red_flags.yml")
    assert len(texts) >= 400
    kinds = kinds_of(assistant, texts)
    missed = [text for text, kind in zip(texts, kinds, strict=True) if kind != ["emergency"]]
    assert missed == []


def test_look_alikes_of_the_frozen_set_hardly_ever_alarm(assistant: Assistant) -> None:
    texts = _texts("lookalikes.yml")
    assert len(texts) >= 300
    kinds = kinds_of(assistant, texts)
    alarmed = [text for text, kind in zip(texts, kinds, strict=True) if "emergency" in kind]
    assert len(alarmed) <= _MOST_FALSE_ALARMS * len(texts), alarmed
