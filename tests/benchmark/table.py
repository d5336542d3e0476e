"""The benchmark's tables: the figures of all contenders, and the ratios that were to be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from tests.benchmark.measure import CLIENTS, Figures, quantiles

OURS, DEFAULTS, FLOOR = "this assistant", "`rasa init` defaults", "Rasa's floor"
_MEBIBYTE = 1024**2


@dataclass(frozen=True)
class Aim:
    """A figure to be reached.

    Attributes:
        what: What is held against what.
        limit: The aim in words.
        value: The figure, from the figures of all contenders by name.
        reached: Whether a figure reaches it.
    """

    what: str
    limit: str
    value: Callable[[Mapping[str, Figures]], float]
    reached: Callable[[float], bool]


def _at_most(
    what: str, limit: float, value: Callable[[Mapping[str, Figures]], float], unit: str = ""
) -> Aim:
    return Aim(what, f"≤ {limit:.3g}{unit}", value, lambda found: found <= limit)


def _at_least(what: str, limit: float, value: Callable[[Mapping[str, Figures]], float]) -> Aim:
    return Aim(what, f"≥ {limit:.3g}", value, lambda found: found >= limit)


def _p50(figures: Figures) -> float:
    return quantiles(figures.messages)[0]


AIMS = (
    _at_most("whole message p50 / floor's", 1.3, lambda of: _p50(of[OURS]) / _p50(of[FLOOR])),
    _at_most(
        "whole message p50 / defaults'", 1 / 3, lambda of: _p50(of[OURS]) / _p50(of[DEFAULTS])
    ),
    _at_most(
        "whole message p99 / own p50",
        3.0,
        lambda of: quantiles(of[OURS].messages)[2] / _p50(of[OURS]),
    ),
    *(
        _at_least(
            f"messages/s at {clients} clients / defaults'",
            3.0,
            lambda of, clients=clients: (  # type: ignore[misc]
                of[OURS].per_second[clients] / of[DEFAULTS].per_second[clients]
            ),
        )
        for clients in CLIENTS
    ),
    _at_most(
        "NLU p50 on one core beyond the floor's",
        2.0,
        lambda of: quantiles(of[OURS].nlu)[0] - quantiles(of[FLOOR].nlu)[0],
        " ms",
    ),
    _at_most("training / defaults'", 1 / 8, lambda of: of[OURS].training / of[DEFAULTS].training),
    _at_most(
        "start to first answer / defaults'",
        1 / 2,
        lambda of: of[OURS].first_answer / of[DEFAULTS].first_answer,
    ),
    _at_most(
        "memory of everything / defaults' Rasa server alone",
        0.9,
        lambda of: of[OURS].memory / of[DEFAULTS].memory_alone,
    ),
    _at_most("model archive / defaults'", 1 / 4, lambda of: of[OURS].model / of[DEFAULTS].model),
    _at_most("turn 100 / turn 5", 1.5, lambda of: median(of[OURS].late) / median(of[OURS].early)),
)


def aims(figures: Mapping[str, Figures]) -> list[str]:
    """The table of what was to be reached.

    Args:
        figures: Those of all contenders, by name.

    Returns:
        Lines of Markdown.
    """
    lines = ["| ratio | to reach | measured | reached |", "|---|---|---|---|"]
    for aim in AIMS:
        value = aim.value(figures)
        lines.append(f"| {aim.what} | {aim.limit} | {value:.2f} | {_verdict(aim.reached(value))} |")
    for group, rate in figures[OURS].accuracy.items():
        best, whose = _best_other(figures, group)
        if rate is not None:
            limit = f"≥ {best:.3f} ({whose})"
            lines.append(
                f"| accuracy: {_words(group)} | {limit} | {rate:.3f} | {_verdict(rate >= best)} |"
            )
    return lines


def _best_other(figures: Mapping[str, Figures], group: str) -> tuple[float, str]:
    others = [(each.accuracy[group] or 0.0, name) for name, each in figures.items() if name != OURS]
    return max(others)


def measured(figures: Mapping[str, Figures]) -> list[str]:
    """The table of all figures.

    Args:
        figures: Those of all contenders, by name.

    Returns:
        Lines of Markdown, a column for each contender.
    """
    lines = ["| | " + " | ".join(figures) + " |", "|---" * (len(figures) + 1) + "|"]
    for name, shown in {**_ROWS, **_accuracy_rows(figures)}.items():
        lines.append(f"| {name} | " + " | ".join(map(shown, figures.values())) + " |")
    return lines


def _accuracy_rows(figures: Mapping[str, Figures]) -> dict[str, Callable[[Figures], str]]:
    def row(group: str) -> Callable[[Figures], str]:
        return lambda each: _rate(each.accuracy[group])

    groups = figures[OURS].accuracy
    return {
        f"accuracy: {_words(group)}": row(group) for group in groups if groups[group] is not None
    }


_ROWS: dict[str, Callable[[Figures], str]] = {
    "NLU alone, one core, ms (p50 / p95 / p99)": lambda each: _times(each.nlu),
    "whole message, short conversation, ms (p50 / p95 / p99)": lambda each: _times(each.messages),
    "whole message, about turn 5, ms (p50 / p95 / p99)": lambda each: _times(each.early),
    "whole message, about turn 100, ms (p50 / p95 / p99)": lambda each: _times(each.late),
    **{
        f"messages/s, {clients} client{'s' * (clients > 1)}": (
            lambda each, clients=clients: f"{each.per_second[clients]:.1f}"  # type: ignore[misc]
        )
        for clients in CLIENTS
    },
    "messages without an answer": lambda each: str(each.unanswered),
    "training, s": lambda each: f"{each.training:.0f}",
    "start to first answer, s": lambda each: f"{each.first_answer:.1f}",
    "memory of all processes, MiB": lambda each: f"{each.memory:.0f}",
    "memory of the Rasa (or Node) server alone, MiB": lambda each: f"{each.memory_alone:.0f}",
    "model, MiB": lambda each: _mebibytes(each.model),
    "sentence encoder beside it, MiB": lambda each: _mebibytes(each.encoder),
    "installed packages, MiB": lambda each: _mebibytes(each.installed),
}


def _times(values: list[float]) -> str:
    return " / ".join(f"{each:.1f}" for each in quantiles(values))


def _mebibytes(size: int) -> str:
    return f"{size / _MEBIBYTE:.1f}" if size else "–"


def _rate(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.3f}"


def _verdict(reached: bool) -> str:
    return "yes" if reached else "**no**"


def _words(group: str) -> str:
    return group.replace("_", " ")
