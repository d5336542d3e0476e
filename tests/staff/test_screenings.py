"""How screenings are followed in the report."""

from __future__ import annotations

from typing import Any

from assistant.staff.report.turns import Event, screenings

OPENED = {"event": "active_loop", "name": "screening_form", "timestamp": 1.0}
CLOSED = {"event": "active_loop", "name": None, "timestamp": 2.0}
MESSAGE = {"event": "user", "timestamp": 3.0}
TOLD = {"event": "slot", "name": "screening_summary", "value": {"outcome": "likely_candidate"}}


def outcomes(*events: dict[str, Any]) -> list[str]:
    followed: list[Event] = list(events)
    return [each.outcome for each in screenings(followed)]


def test_an_outcome_that_a_fault_kept_back_still_counts() -> None:
    assert outcomes(OPENED, CLOSED, MESSAGE, MESSAGE, TOLD, MESSAGE) == ["likely_candidate"]


def test_a_screening_that_closed_without_one_was_interrupted() -> None:
    assert outcomes(OPENED, CLOSED, MESSAGE, OPENED, MESSAGE) == ["interrupted", "unfinished"]


def begun() -> list[dict[str, Any]]:
    start = {"event": "bot", "metadata": {"utter_action": "utter_screening_start"}}
    return [OPENED, start]


def with_outcome(outcome: str) -> dict[str, Any]:
    return {**TOLD, "value": {"outcome": outcome}}


def test_a_screening_that_is_corrected_counts_once_as_it_ended_at_last() -> None:
    first, last = with_outcome("likely_candidate"), with_outcome("not_suitable_without_review")
    corrected = [*begun(), MESSAGE, CLOSED, first, MESSAGE, OPENED, CLOSED, last]
    assert outcomes(*corrected) == ["not_suitable_without_review"]
    assert outcomes(*begun(), MESSAGE, with_outcome("stopped"), OPENED, MESSAGE) == ["unfinished"]


def test_a_screening_that_is_begun_again_counts_anew() -> None:
    stopped = [*begun(), MESSAGE, with_outcome("stopped"), CLOSED, MESSAGE]
    assert outcomes(*stopped, *begun(), MESSAGE) == ["stopped", "unfinished"]
