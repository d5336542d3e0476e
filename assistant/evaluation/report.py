"""Puts the results together, as a table to read and as JSON to compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.evaluation.dialogues import Played
from assistant.evaluation.scoring import (
    Scored,
    Tally,
    Verdict,
    by,
    group,
    interval,
    recall_and_precision,
    tally,
)

_SEVERAL = "several_topics_exact"
_SINGLE = "single_document_topic"
_ALARMS = "emergency_false_alarms"


@dataclass(frozen=True)
class Results:
    """All that one run measured.

    Attributes:
        files: Name of each file of messages to its judged messages.
        dialogues: The conversations that were played.
        left_out: Messages and turns that also stand in the training phrases.
    """

    files: dict[str, list[Scored]]
    dialogues: list[Played] = field(default_factory=list)
    left_out: int = 0

    @property
    def scored(self) -> list[Scored]:
        """The judged messages of all files."""
        return [scored for results in self.files.values() for scored in results]


def as_json(results: Results) -> dict[str, Any]:
    """Gives the results in the form that other programs read.

    Args:
        results: What was measured.

    Returns:
        Counts and rates per group, topic, style, person and (of several) file, the dialogues,
        and every message that was not answered right. A rate is None where nothing was counted.
    """
    report = {
        "groups": _groups(results.scored),
        "topics": _tallies(_by_topic(results.scored)),
        "styles": _tallies(_by_style(results.scored)),
        "people": _tallies(_by_person(results.scored)),
        "dialogues": {
            "turns": _counts(_turns(results.dialogues)),
            "outcomes": _counts(_outcomes(results.dialogues)),
        },
        "left_out": results.left_out,
        "errors": [*_message_errors(results.scored), *_dialogue_errors(results.dialogues)],
    }
    if len(results.files) > 1:
        report["files"] = {
            name: {"groups": _groups(scored)} for name, scored in results.files.items()
        }
    return report


def as_table(results: Results) -> str:
    """Gives the results for reading.

    Args:
        results: What was measured.

    Returns:
        Lines of text: one part per file, one for all of several, one for the conversations.
    """
    lines: list[str] = []
    for name, scored in results.files.items():
        lines += _part(name, scored)
    if len(results.files) > 1:
        lines += _part("all files", results.scored)
    if results.dialogues:
        lines += [
            _heading("conversations"),
            _row("turns", _turns(results.dialogues)),
            _row("outcomes", _outcomes(results.dialogues)),
            "",
        ]
    lines.append(f"left out, since they stand in the training phrases: {results.left_out}")
    unavailable = sum("unavailable" in scored.reply.kinds for scored in results.scored)
    if unavailable:
        lines.append(f"answered with 'unavailable', so don't trust these figures: {unavailable}")
    return "\n".join(lines)


def _groups(results: Sequence[Scored]) -> dict[str, dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = _tallies(group(results))
    recall, precision = recall_and_precision(group(results)[_SEVERAL])
    groups[_SEVERAL] |= {"recall": recall, "precision": precision}
    alarms = _false_alarms(results)
    groups[_ALARMS] = {"n": alarms.n, "alarms": alarms.right, "rate": alarms.rate}
    return groups


def _tallies(sorted_results: dict[str, list[Scored]]) -> dict[str, dict[str, Any]]:
    return {name: _counts(_tally(found)) for name, found in sorted_results.items()}


def _counts(counted: Tally) -> dict[str, Any]:
    return {
        "n": counted.n,
        "right": counted.right,
        "rate": counted.rate,
        "asked_back": counted.asked_back,
        "wrong": counted.wrong,
    }


def _tally(results: Iterable[Scored]) -> Tally:
    return tally(result.verdict for result in results)


def _false_alarms(results: Iterable[Scored]) -> Tally:
    """Alarms among the messages that tell of no emergency, counted as a tally's `right`."""
    harmless = [result for result in results if not result.message.expected.emergency]
    return Tally(len(harmless), sum(result.false_alarm for result in harmless))


def _turns(dialogues: Iterable[Played]) -> Tally:
    return tally(turn.verdict for played in dialogues for turn in played.turns)


def _outcomes(dialogues: Iterable[Played]) -> Tally:
    screenings = [played for played in dialogues if played.dialogue.outcomes]
    return Tally(len(screenings), sum(played.outcome_right for played in screenings))


def _by_topic(results: Iterable[Scored]) -> dict[str, list[Scored]]:
    return by(lambda result: result.message.expected.topics[0], group(results)[_SINGLE])


def _by_style(results: Iterable[Scored]) -> dict[str, list[Scored]]:
    return by(lambda result: result.message.style, results)


def _by_person(results: Iterable[Scored]) -> dict[str, list[Scored]]:
    return by(lambda result: result.message.person, results)


def _message_errors(results: Iterable[Scored]) -> Iterator[dict[str, Any]]:
    for result in results:
        if result.verdict is not Verdict.RIGHT:
            reply = result.reply
            offers = [f"offers {label}" for label in reply.offered]
            yield {
                "text": result.message.text,
                "expect": list(result.message.expected.labels),
                "got": list(reply.answered()) or offers,
                "reply": reply.text,
            }


def _dialogue_errors(dialogues: Iterable[Played]) -> Iterator[dict[str, Any]]:
    for played in dialogues:
        for turn in played.turns:
            if turn.verdict is not Verdict.RIGHT:
                yield {
                    "text": f"{played.dialogue.name}: {turn.turn.text}",
                    "expect": list(turn.expected),
                    "got": list(turn.got),
                    "reply": turn.reply,
                }
        if played.dialogue.outcomes and not played.outcome_right:
            yield {
                "text": played.dialogue.name,
                "expect": [f"outcome {played.dialogue.outcomes[0]}"],
                "got": [f"outcome {played.outcome}"],
                "reply": played.turns[-1].reply if played.turns else "",
            }


def _part(title: str, results: Sequence[Scored]) -> list[str]:
    groups = group(results)
    recall, precision = recall_and_precision(groups[_SEVERAL])
    alarms = _false_alarms(results)
    return [
        _heading(title),
        *(_row(name, _tally(found)) for name, found in groups.items()),
        f"  {'several topics: recall, precision':<34}{_rate(recall)}  {_rate(precision)}",
        f"  {_ALARMS:<26}{alarms.n:>6}{alarms.right:>7} alarms  {_with_interval(alarms)}",
        *_section("by topic", _by_topic(results)),
        *_section("by style", _by_style(results)),
        *_section("by person", _by_person(results)),
        "",
    ]


def _section(title: str, sorted_results: dict[str, list[Scored]]) -> list[str]:
    if not sorted_results:
        return []
    return [f" {title}", *(_row(name, _tally(found)) for name, found in sorted_results.items())]


def _heading(title: str) -> str:
    columns = f"{'n':>6}{'right':>7}{'asked':>7}{'wrong':>7}  {'rate':<6}95 % interval"
    return f"{title}\n{'':<28}{columns}"


def _row(name: str, counted: Tally) -> str:
    counts = f"{counted.n:>6}{counted.right:>7}{counted.asked_back:>7}{counted.wrong:>7}"
    return f"  {name:<26}{counts}  {_with_interval(counted)}"


def _with_interval(counted: Tally) -> str:
    if not counted.n:
        return "–"
    low, high = interval(counted.right, counted.n)
    return f"{_rate(counted.rate):<6}{_rate(low)}–{_rate(high)}"


def _rate(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.3f}"
