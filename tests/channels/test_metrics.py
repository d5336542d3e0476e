"""`GET /metrics` of the running assistant."""

from __future__ import annotations

from collections import Counter

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from assistant.launcher.servers import Assistant
from tests.patient import Patient

pytestmark = pytest.mark.served

Series = dict[tuple[str, str], float]

# Which of them one training understands and another doesn't, nobody knows.
_UNCLEAR = (
    "can it be both of them or only either",
    "which of them is the other one",
    "and the one next to it?",
    "is it a tuesday kind of thing",
    "whichever of those it was, that one",
    "the small print at the bottom, what's that for",
)
_SAID = ("does it hurt?", *_UNCLEAR, "i can't breathe and my face is swelling", "talk to a person")


def shown(assistant: Assistant) -> str:
    answer = httpx.get(f"{assistant.url}/metrics/")
    assert answer.status_code == 200
    return answer.text


def series(text: str) -> Series:
    """Value of each series by its name and its label."""
    return {
        (sample.name, "".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_patients_were_told_is_counted(assistant: Assistant) -> None:
    before = series(shown(assistant))
    kinds: list[list[str]] = []
    answered: Counter[str] = Counter()
    with Patient(assistant.url) as patient:
        for said in _SAID:
            kinds.append(patient.writes(said).kinds)
            answered.update(set(patient.topics))
    unclear = sum("fallback" in each for each in kinds)
    assert unclear
    assert kinds[-2] == ["emergency"]
    assert answered["pain"]
    assert answered["handoff"]
    after = series(shown(assistant))

    def more(name: str, label: str = "") -> float:
        return after[name, label] - before.get((name, label), 0.0)

    assert more("assistant_messages_total", "web") == len(_SAID)
    assert more("assistant_reply_seconds_count", "web") == len(_SAID)
    assert more("assistant_topics_total", "pain") == answered["pain"]
    assert more("assistant_replies_total", "emergency") == 1
    assert more("assistant_fallbacks_total") == unclear
    assert more("assistant_emergencies_total") == 1
    assert more("assistant_handoffs_total") == answered["handoff"]
    assert more("assistant_lock_wait_seconds_count") >= len(_SAID)


def test_no_text_and_no_id_is_shown(assistant: Assistant) -> None:
    with Patient(assistant.url) as patient:
        token = patient.writes("does it hurt, says Brlmpf").token
    assert token
    text = shown(assistant)
    for secret in ("brlmpf", "Brlmpf", token, token.split(".")[1]):
        assert secret not in text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_what_a_proxy_hands_on_finds_nothing(assistant: Assistant, header: str) -> None:
    answer = httpx.get(f"{assistant.url}/metrics/", headers={header: "203.0.113.7"})
    assert (answer.status_code, answer.content) == (404, b"")
