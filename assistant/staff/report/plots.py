"""The report's plots as inline SVG."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping, Sequence

import matplotlib

matplotlib.use("svg")

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from assistant.staff.report.figures import Figures

_BLUE, _ORANGE = "#0b5cad", "#c2570c"
_MOST_TOPICS = 20
_DAY = mdates.DateFormatter("%-d %b")


def by_day(figures: Figures) -> Markup:
    """Conversations and messages, day by day."""
    figure, axes = plt.subplots(figsize=(9, 3))
    days = figures.days
    for name, counts, colour, style in (
        ("messages", figures.messages_by_day, _BLUE, "-"),
        ("conversations", figures.conversations_by_day, _ORANGE, "--"),
    ):
        axes.plot(days, [counts[day] for day in days], style, color=colour, label=name)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(_DAY)
    _legend_above(axes)
    return _svg(figure, "Line chart: messages and conversations by day", "by_day")


def topics_by_day(figures: Figures) -> Markup:
    """How often each topic was answered, as a table of shades by day."""
    topics = [topic for topic, _ in figures.topics[:_MOST_TOPICS]] or ["none"]
    days = figures.days
    counts = [[figures.topics_by_day[topic][day] for day in days] for topic in topics]
    figure, axes = plt.subplots(figsize=(9, 0.7 + 0.26 * len(topics)))
    edges = [*days, days[-1] + datetime.timedelta(days=1)]
    shades = plt.get_cmap("Blues", 40)  # few enough for the scale to be drawn, not embedded
    mesh = axes.pcolormesh(mdates.date2num(edges), range(len(topics) + 1), counts, cmap=shades)
    axes.set_yticks([row + 0.5 for row in range(len(topics))])
    axes.set_yticklabels([topic.replace("_", " ") for topic in topics])
    axes.invert_yaxis()
    axes.xaxis_date()
    axes.xaxis.set_major_formatter(_DAY)
    figure.colorbar(mesh, ax=axes, label="answers a day")
    return _svg(figure, "Chart of shades: answers by topic and day", "topics")


def by_hour(figures: Figures) -> Markup:
    """Messages by hour, while the clinic is open and while it is closed."""
    hours = range(24)
    opened = [figures.hours_open[hour] for hour in hours]
    closed = [figures.hours_closed[hour] for hour in hours]
    figure, axes = plt.subplots(figsize=(9, 2.8))
    axes.margins(x=0.02)
    axes.bar(hours, opened, color=_BLUE, label="clinic open")
    axes.bar(hours, closed, bottom=opened, color=_ORANGE, hatch="//", label="clinic closed")
    axes.set_xticks(list(hours))
    axes.set_xlabel("hour of the day")
    _legend_above(axes)
    return _svg(figure, "Bar chart: messages by hour of the day", "hours")


def bars(counts: Mapping[str, int] | Sequence[tuple[str, int]], label: str, salt: str) -> Markup:
    """Bars with their numbers, the first on top.

    Args:
        counts: Numbers by their names, in order.
        label: What the chart shows, for those who can't see it.
        salt: Keeps the ids of its parts apart from those of other charts.
    """
    pairs = list(dict(counts).items()) or [("none", 0)]
    names = [name.replace("_", " ") for name, _ in pairs]
    numbers = [number for _, number in pairs]
    figure, axes = plt.subplots(figsize=(9, 0.5 + 0.3 * len(pairs)))
    drawn = axes.barh(range(len(pairs)), numbers, color=_BLUE)
    axes.bar_label(drawn, padding=3)
    axes.set_yticks(range(len(pairs)))
    axes.set_yticklabels(names)
    axes.invert_yaxis()
    axes.set_xticks([])
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    return _svg(figure, f"Bar chart: {label}", salt)


def _legend_above(axes: Axes) -> None:
    """Where it covers no bar or line."""
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncol=2)


def _svg(figure: Figure, label: str, salt: str) -> Markup:
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
    text = buffer.getvalue()
    drawing = text[text.index("<svg") :]
    named = Markup('<svg role="img" aria-label="{}"').format(label)
    return named + Markup(drawing.removeprefix("<svg"))
