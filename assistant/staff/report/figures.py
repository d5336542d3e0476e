"""The figures of the report. What each counts is told in docs/staff.md."""

from __future__ import annotations

import datetime
import heapq
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from assistant.content.clinic import Clinic
from assistant.staff.redaction import Redactor
from assistant.staff.report.reading import Event, Handovers, Judgement
from assistant.staff.report.turns import (
    HANDOFF,
    NOT_COVERED,
    Screening,
    Turn,
    screenings,
    turns,
)

# What became of a message; the first that holds counts.
RESULTS = (
    "emergency",
    "same_day",
    "asked_for_person",
    "unavailable",
    "fallback",
    "not_covered",
    "clinic_answer",
    "answered",
    "conversation",
    "no_reply",
)
EXAMPLES = 5  # messages shown for each subject
WORST = 40  # messages shown of those understood worst


@dataclass(frozen=True, order=True)
class Uncertain:
    """A message that was hard to understand.

    Attributes:
        confidence: How sure the assistant was, 0 to 1.
        text: The message, redacted.
        guess: What it took it for.
        result: What became of it.
    """

    confidence: float
    text: str
    guess: str
    result: str


@dataclass
class Figures:
    """What happened in a period; all days and hours are the clinic's.

    Attributes:
        since: Its first moment.
        until: Its last moment.
        conversations: How many people wrote.
        messages: How many messages they wrote, choices among them.
        conversations_by_day: Conversations in which something was written, by day.
        messages_by_day: Messages by day.
        topics_by_day: Answers by topic and day.
        conversations_by_channel: Conversations by channel.
        messages_by_channel: Messages by channel.
        hours_open: Messages by hour of the day while the clinic was open.
        hours_closed: The same while it was closed.
        results: What became of the messages.
        handovers: Conversations that went to the people behind the inbox, by the reason.
        handovers_taken: Those of them to which somebody has come.
        callbacks: Call-backs asked for, by channel.
        helpful: The judgements `yes` and `no` by topic.
        screenings: How the screenings ended.
        left_at: The question at which those were left that came to no outcome.
        subjects: Messages by the subject that the guide doesn't cover.
        examples: Some of these, redacted.
        worst: The messages understood worst, worst first.
    """

    since: datetime.datetime
    until: datetime.datetime
    conversations: int = 0
    messages: int = 0
    conversations_by_day: Counter[datetime.date] = field(default_factory=Counter)
    messages_by_day: Counter[datetime.date] = field(default_factory=Counter)
    topics_by_day: dict[str, Counter[datetime.date]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    conversations_by_channel: Counter[str] = field(default_factory=Counter)
    messages_by_channel: Counter[str] = field(default_factory=Counter)
    hours_open: Counter[int] = field(default_factory=Counter)
    hours_closed: Counter[int] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    handovers: Counter[str] = field(default_factory=Counter)
    handovers_taken: Counter[str] = field(default_factory=Counter)
    callbacks: Counter[str] = field(default_factory=Counter)
    helpful: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    screenings: Counter[str] = field(default_factory=Counter)
    left_at: Counter[str] = field(default_factory=Counter)
    subjects: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    worst: list[Uncertain] = field(default_factory=list)

    @property
    def days(self) -> list[datetime.date]:
        """All days of the period, also those without a message."""
        number = (self.until.date() - self.since.date()).days + 1
        return [self.since.date() + datetime.timedelta(days=day) for day in range(number)]

    @property
    def topics(self) -> list[tuple[str, int]]:
        """Answers by topic, the most frequent first."""
        counted = Counter({name: days.total() for name, days in self.topics_by_day.items()})
        return counted.most_common()

    @property
    def screenings_opened(self) -> int:
        """How many screenings were opened."""
        return self.screenings.total()

    def rows(self) -> Iterator[tuple[str, str, str, int]]:
        """The figures as a table, for CSV.

        Yields:
            Name of the figure, its row, its column and the number.
        """
        yield "total", "conversations", "", self.conversations
        yield "total", "messages", "", self.messages
        for day in self.days:
            yield "by_day", day.isoformat(), "conversations", self.conversations_by_day[day]
            yield "by_day", day.isoformat(), "messages", self.messages_by_day[day]
        for topic, _number in self.topics:
            for day, number in sorted(self.topics_by_day[topic].items()):
                yield "topic_by_day", topic, day.isoformat(), number
        for channel in sorted(self.messages_by_channel):
            yield "by_channel", channel, "conversations", self.conversations_by_channel[channel]
            yield "by_channel", channel, "messages", self.messages_by_channel[channel]
        for hour in range(24):
            yield "by_hour", f"{hour:02}", "open", self.hours_open[hour]
            yield "by_hour", f"{hour:02}", "closed", self.hours_closed[hour]
        for result in RESULTS:
            yield "result", result, "", self.results[result]
        for reason, number in sorted(self.handovers.items()):
            yield "handover", reason, "begun", number
            yield "handover", reason, "taken", self.handovers_taken[reason]
        for topic, counts in sorted(self.helpful.items()):
            yield "helpful", topic, "yes", counts["yes"]
            yield "helpful", topic, "no", counts["no"]
        for name, counter in (
            ("callback", self.callbacks),
            ("screening", self.screenings),
            ("screening_left_at", self.left_at),
            ("not_covered_subject", self.subjects),
        ):
            yield from ((name, row, "", number) for row, number in counter.most_common())


class Counting:
    """Counts conversations one after the other."""

    def __init__(
        self,
        clinic: Clinic,
        redactor: Redactor,
        since: datetime.datetime,
        until: datetime.datetime,
    ) -> None:
        """Begins with nothing.

        Args:
            clinic: Whose opening hours, time zone and own answers count.
            redactor: Redacts the messages that are shown.
            since: First moment of the period, with its time zone.
            until: Last moment of it.
        """
        self._clinic = clinic
        self._redactor = redactor
        self._uncertain: list[tuple[float, Uncertain]] = []  # a heap, the surest on top
        self.figures = Figures(
            since.astimezone(clinic.time_zone), until.astimezone(clinic.time_zone)
        )

    def add(self, conversation: str, events: Sequence[Event]) -> None:
        """Counts a conversation.

        Args:
            conversation: Its id.
            events: Its events within the period, in order.
        """
        figures = self.figures
        days: set[datetime.date] = set()
        channels: set[str] = set()
        for turn in turns(conversation, events):
            days.add(self._add_turn(turn))
            channels.add(turn.channel)
        if not days:
            return
        figures.conversations += 1
        figures.conversations_by_day.update(days)
        figures.conversations_by_channel.update(channels)
        for screening in screenings(events):
            self._add_screening(screening)

    def add_judgements(self, judgements: Collection[Judgement]) -> None:
        """Counts what patients thought of the replies.

        Args:
            judgements: The judgements of the period.
        """
        for judgement in judgements:
            for topic in judgement.topics or ("unknown",):
                self.figures.helpful[topic]["yes" if judgement.helpful else "no"] += 1

    def add_people(self, handovers: Collection[Handovers], callbacks: Collection[str]) -> None:
        """Counts what was left to people.

        Args:
            handovers: Those of the period.
            callbacks: The channel of each call-back that was asked for.
        """
        for each in handovers:
            self.figures.handovers[each.reason] += each.begun
            self.figures.handovers_taken[each.reason] += each.taken
        self.figures.callbacks.update(callbacks)

    def finish(self) -> Figures:
        """Ends the counting.

        Returns:
            The figures.
        """
        self.figures.worst = sorted(each for _, each in self._uncertain)
        return self.figures

    def _add_turn(self, turn: Turn) -> datetime.date:
        figures = self.figures
        moment = datetime.datetime.fromtimestamp(turn.time, self._clinic.time_zone)
        day = moment.date()
        result = self._result(turn)
        figures.messages += 1
        figures.messages_by_day[day] += 1
        figures.messages_by_channel[turn.channel] += 1
        hours = figures.hours_open if self._clinic.open_at(moment) else figures.hours_closed
        hours[moment.hour] += 1
        figures.results[result] += 1
        for topic in turn.topics:
            figures.topics_by_day[topic][day] += 1
        self._add_subjects(turn)
        if turn.text and result in ("fallback", "answered", "not_covered", "clinic_answer"):
            self._add_uncertain(turn, result)
        return day

    def _result(self, turn: Turn) -> str:
        holds = {
            "emergency": "emergency" in turn.kinds,
            "same_day": "same_day" in turn.kinds,
            "asked_for_person": HANDOFF in turn.topics,
            "unavailable": "unavailable" in turn.kinds,
            "fallback": "fallback" in turn.kinds,
            "not_covered": NOT_COVERED in turn.topics
            and not (turn.subjects and all(each in self._clinic.answers for each in turn.subjects)),
            "clinic_answer": NOT_COVERED in turn.topics,
            "answered": turn.cites_guide,
            "conversation": bool(turn.kinds),
        }
        return next((result for result in RESULTS if holds.get(result)), "no_reply")

    def _add_subjects(self, turn: Turn) -> None:
        subjects = turn.subjects or (["unknown"] if NOT_COVERED in turn.topics else [])
        for subject in subjects:
            self.figures.subjects[subject] += 1
            examples = self.figures.examples[subject]
            if turn.text and len(examples) < EXAMPLES:
                text = self._redactor.redact(turn.text)
                if text not in examples:
                    examples.append(text)

    def _add_uncertain(self, turn: Turn, result: str) -> None:
        """Keeps the least sure ones, each wording once."""
        heap = self._uncertain
        if len(heap) == WORST and turn.confidence >= -heap[0][0]:
            return
        guess = turn.guesses[0] if turn.guesses else ""
        text = self._redactor.redact(turn.text)
        if any(text == each.text for _, each in heap):
            return
        entry = (-turn.confidence, Uncertain(turn.confidence, text, guess, result))
        (heapq.heappushpop if len(heap) == WORST else heapq.heappush)(heap, entry)

    def _add_screening(self, screening: Screening) -> None:
        self.figures.screenings[screening.outcome] += 1
        if screening.outcome in ("stopped", "interrupted", "unfinished"):
            self.figures.left_at[screening.question or "before the first question"] += 1
