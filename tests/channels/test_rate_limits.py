"""Limits of messages a minute."""

from __future__ import annotations

import pytest

from assistant.channels.rate_limits import RateLimits


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_one_too_many_waits_until_the_oldest_is_a_minute_old() -> None:
    clock = Clock()
    limits = RateLimits(clock)
    assert limits.hit("anna", 2) == 0
    clock.now += 20
    assert limits.hit("anna", 2) == 0
    clock.now += 10
    assert limits.hit("anna", 2) == pytest.approx(30)
    clock.now += 29
    assert limits.hit("anna", 2) == pytest.approx(1)
    clock.now += 1
    assert limits.hit("anna", 2) == 0
    assert limits.hit("anna", 2) == pytest.approx(20)


def test_one_caller_does_not_count_for_another() -> None:
    limits = RateLimits(Clock())
    assert limits.hit("anna", 1) == 0
    assert limits.hit("berta", 1) == 0
    assert limits.hit("anna", 1) > 0


def test_a_limit_of_zero_lifts_it() -> None:
    limits = RateLimits(Clock())
    assert {limits.hit("anna", 0) for _ in range(1000)} == {0.0}


def test_who_was_silent_for_a_minute_takes_no_memory() -> None:
    clock = Clock()
    limits = RateLimits(clock)
    for number in range(10_000):
        clock.now += 0.1
        limits.hit(f"caller {number}", 5)
    assert len(limits) < 700
    clock.now += 61
    limits.hit("anna", 5)
    assert len(limits) == 1
