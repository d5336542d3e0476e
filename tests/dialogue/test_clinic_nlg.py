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


def test_who_may_want_to_be_screened_is_offered_whom_it_suits_once(domain: Domain) -> None:
    both = [{"topic": t, "subject": None, "confidence": 0.2} for t in ("screening", "candidacy")]
    payloads = [button["payload"] for button in _said(domain, both)["buttons"]]
    assert payloads.count("/candidacy") == 1
    assert "/screening" not in payloads
