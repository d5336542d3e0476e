from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.dialogue.clinic_nlg import ClinicNLG
from assistant.settings import PROJECT


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(PROJECT / "domain.yml"))


def _said(domain: Domain, candidates: list[dict[str, Any]]) -> dict[str, Any]:
    heard = {"intent": {"name": None}, "topics": [], "candidates": candidates}
    events = [ActionExecuted("action_listen"), UserUttered("hm", {}, parse_data=heard)]
    tracker = DialogueStateTracker.from_events("someone", events, domain.slots)
    said = asyncio.run(ClinicNLG(None, domain).generate("utter_fallback", tracker, "web"))
    assert said is not None
    return said


def test_what_might_be_meant_is_offered(domain: Domain) -> None:
    said = _said(domain, [{"topic": "pain", "subject": None, "confidence": 0.3}])
    assert "Did you mean one of these?" in said["text"]
    assert said["buttons"][0]["payload"] == "/pain"


def test_who_said_nothing_that_can_be_offered_is_asked_for_other_words(domain: Domain) -> None:
    said = _said(domain, [])
    assert "Did you mean" not in said["text"]
    assert "other words" in said["text"]
    assert [button["title"] for button in said["buttons"]] == ["Talk to a person"]
    assert said["metadata"]["kind"] == "fallback"
