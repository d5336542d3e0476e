from __future__ import annotations

from tests.benchmark.measure import CLIENTS, Figures
from tests.benchmark.table import DEFAULTS, FLOOR, OURS, aims, measured


def _figures(times: float, rate: float, accuracy: float | None) -> Figures:
    return Figures(
        training=times,
        first_answer=times,
        nlu=[times],
        messages=[times] * 100,
        early=[times],
        late=[times],
        per_second=dict.fromkeys(CLIENTS, rate),
        memory=times,
        memory_alone=times,
        model=int(times),
        accuracy={"other": accuracy},
    )


def test_each_aim_says_whether_it_is_reached() -> None:
    figures = {
        OURS: _figures(10.0, 50.0, 0.9),
        FLOOR: _figures(9.0, 60.0, 0.1),
        DEFAULTS: _figures(100.0, 10.0, 0.8),
    }
    lines = aims(figures)[2:]
    assert all(line.endswith("| yes |") for line in lines), lines
    figures[DEFAULTS] = _figures(11.0, 45.0, 0.91)
    missed = [line.split(" | ")[0][2:] for line in aims(figures) if "**no**" in line]
    assert missed == [
        "whole message p50 / defaults'",
        *(f"messages/s at {clients} clients / defaults'" for clients in CLIENTS),
        "training / defaults'",
        "start to first answer / defaults'",
        "memory of everything / defaults' Rasa server alone",
        "model archive / defaults'",
        "accuracy: other",
    ]


def test_a_group_without_questions_is_left_out_of_both_tables() -> None:
    figures = {name: _figures(1.0, 1.0, None) for name in (OURS, FLOOR, DEFAULTS)}
    assert not [line for line in aims(figures) + measured(figures) if "accuracy" in line]
