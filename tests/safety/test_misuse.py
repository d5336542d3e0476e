"""Misuse changes no slot, kills nothing and leaves no trace in a log."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from assistant.channels.cleaning import clean
from assistant.launcher.servers import Assistant
from tests.patient import Patient
from tests.safety.misuse import all_misuse

_HARMLESS = {"answer", "question", "fallback", "unavailable", "emergency", "same_day"}


def test_there_are_at_least_500_different_misuses() -> None:
    assert len(set(all_misuse())) >= 500


def test_no_misuse_is_left_looking_like_a_command() -> None:
    for typed in all_misuse():
        text = clean(typed)
        assert not text.startswith(("/", "\\")), typed
        assert text == text.strip(), typed
        assert clean(text) == text, typed


def test_no_misuse_fills_the_screening_or_kills_the_server(assistant: Assistant) -> None:
    # Behind the cleaning nothing is known of what was typed, so the most disguised of those that
    # are cleaned to the same text stands for all of them.
    assert_harmless(assistant, {clean(typed): typed for typed in all_misuse()}.values())


@pytest.mark.long
def test_no_single_misuse_fills_the_screening_or_kills_the_server(assistant: Assistant) -> None:
    assert_harmless(assistant, all_misuse())


def assert_harmless(assistant: Assistant, misuses: Iterable[str]) -> None:
    with Patient(assistant.url) as patient:
        patient.writes("am i a good candidate?")
        for number, typed in enumerate(misuses):
            answer = patient.request("POST", "/webhook", json={"message": typed})
            assert answer.status_code in (200, 400), typed
            for message in answer.json().get("messages", ()):
                assert message["kind"] in _HARMLESS, typed
                assert message["text"], typed
                answers = message.get("screening", {}).get("answers", {})
                # A question that isn't answered twice counts as unknown.
                assert set(answers.values()) <= {"unknown"}, typed
            if number % 40 == 39:
                patient.token = None
                patient.writes("am i a good candidate?")
        patient.token = None
        patient.writes("does it hurt")
        assert patient.topics == ["pain"]


def test_a_body_of_100_kb_and_broken_unicode_are_refused(assistant: Assistant) -> None:
    with Patient(assistant.url) as patient:
        large = patient.request("POST", "/webhook", json={"message": "a" * 100_000})
        assert large.status_code == 413
        surrogate = patient.request("POST", "/webhook", content=b'{"message": "\\ud800 hurt"}')
        assert surrogate.status_code == 200
        not_utf8 = patient.request("POST", "/webhook", content=b'{"message": "\xff"}')
        assert not_utf8.status_code == 400
