"""Fills the store with simulated conversations: seeded, in the form that Rasa and our NLG leave.

`python -m tests.staff.simulation URL CONVERSATIONS` fills a database for a look or a benchmark.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
import uuid
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)

from assistant.channels.messaging.schema import callback_requests, handoffs
from assistant.stores.database import Database
from assistant.stores.events import to_json
from assistant.stores.schema import conversations, events, feedback

DAYS = 30
CRITERIA = ("small_visible_veins", "reason", "good_health", "dvt_history", "other_vascular")
PRIVATE = ("Zebulon", "Quackenbush", "555-0188", "zeb@mail.example.com", "3/14/1971")
_SIGNED = (
    "{}",
    "{}",
    "{}",
    "my name is Zebulon Quackenbush, {}",
    "{} - call me on (212) 555-0188",
    "{} zeb@mail.example.com",
    "born 3/14/1971, {}",
)
_TOPICS = {
    "pain": "does it hurt",
    "duration": "how long does one session take",
    "results_timeline": "when will i see a result",
    "side_effects": "what side effects are there",
    "recovery": "can i go back to work after",
    "permanence": "do the veins come back",
    "safety": "is it safe",
}
_SUBJECTS = {
    "price": "how much does it cost",
    "insurance": "does my insurance pay",
    "flying": "can i fly after the treatment",
    "pregnancy": "can i have it when pregnant",
    "hours": "when are you open",
    "parking": "where can i park",
}
# Where patients write: the channel that Rasa is told, and how ids of its conversations begin.
_PLACES = (
    ("web", "web-"),
    ("sms", "sms-"),
    ("sms", "whatsapp-"),
    ("sms", "cw-1-"),
    ("chatwoot", "cw-1-"),
)
_HANDOFFS = ("asked", "unhappy", "not_understood", "screening", "taken")
_TABLES = (conversations, events, feedback, handoffs, callback_requests)
_OUTCOMES = ("likely_candidate", "needs_consultation", "not_suitable_without_review")

Rows = dict[sa.Table, list[dict[str, Any]]]


class Simulation:
    """Makes conversations from one seed."""

    def __init__(self, seed: int, end: float) -> None:
        """Begins.

        Args:
            seed: Same seed, same conversations.
            end: The last moment, in seconds since 1970.
        """
        self._random = random.Random(seed)
        self._end = end

    def rows(self, number: int) -> Iterator[Rows]:
        """Yields the rows that each conversation leaves."""
        for count in range(number):
            yield self._conversation(count)

    def _conversation(self, count: int) -> Rows:
        channel, prefix = self._random.choices(_PLACES, (12, 2, 1, 1, 2))[0]
        sender = f"{prefix}{count if prefix == 'cw-1-' else self._id()}"
        moment = self._end - self._random.random() ** 1.5 * DAYS * 86_400
        told: list[Event] = [
            ActionExecuted("action_session_start"),
            SessionStarted(),
            ActionExecuted("action_listen"),
        ]
        for _ in range(self._random.randint(1, 6)):
            told += self._turns(channel)
        for event in told:
            event.timestamp = moment = min(moment + self._random.random() * 12, self._end)
        header = {
            "sender_id": sender,
            "next_sequence": len(told),
            "session": 1,
            "load_from": 0,
            "opening": "[]",
            "updated": moment,
        }
        rows = [
            {
                "sender_id": sender,
                "sequence": sequence,
                "session": 1,
                "type": event.type_name,
                "timestamp": event.timestamp,
                "message_id": getattr(event, "message_id", None),
                "data": to_json(event),
            }
            for sequence, event in enumerate(told)
        ]
        return {
            conversations: [header],
            events: rows,
            feedback: self._judgements(sender, told),
            handoffs: self._handoffs(sender, moment) if prefix == "cw-1-" else [],
            callback_requests: self._callbacks(prefix, moment),
        }

    def _turns(self, channel: str) -> list[Event]:
        kind = self._random.choices(
            ("topic", "subject", "fallback", "emergency", "same_day", "handoff", "greet", "form"),
            (50, 15, 8, 1, 1, 4, 10, 4),
        )[0]
        if kind == "form":
            return self._screening(channel)
        if kind == "topic":
            topic = self._random.choice(list(_TOPICS))
            return self._turn(channel, _TOPICS[topic], topic, passages=["sensation"])
        if kind == "subject":
            subject = self._random.choice(list(_SUBJECTS))
            return self._turn(channel, _SUBJECTS[subject], "not_covered", subject)
        if kind == "fallback":
            text = self._random.choice(("is it ok with the thing", "wat about it then", "and so"))
            return self._turn(channel, text, None)
        texts = {
            "emergency": "i can not breathe",
            "same_day": "the sore is growing",
            "handoff": "i want to talk to a person",
            "greet": "hello",
        }
        return self._turn(channel, texts[kind], kind)

    def _turn(
        self,
        channel: str,
        text: str,
        topic: str | None,
        subject: str | None = None,
        passages: list[str] | None = None,
    ) -> list[Event]:
        sure = self._random.uniform(0.6, 1.0) if topic else self._random.uniform(0.05, 0.4)
        found = {"topic": topic or "safety", "subject": subject, "confidence": sure}
        kind = {None: "fallback", "emergency": "emergency", "same_day": "same_day"}.get(topic)
        parse = {
            "intent": {"name": found["topic"], "confidence": sure},
            "intent_ranking": [{"name": name, "confidence": sure / 5} for name in _TOPICS],
            "topics": [found] if topic else [],
            "candidates": [] if topic else [found],
            "red_flag": None,
        }
        metadata = {
            "kind": kind or "answer",
            "topics": [topic] if topic else [],
            "subject": subject,
            "asks": None,
            "passages": passages or [],
            "content_version": "0" * 12,
        }
        text = self._random.choice(_SIGNED).format(text)
        return [
            self._says(text, parse, channel),
            ActionExecuted(f"utter_{topic or 'fallback'}"),
            self._answers(metadata),
            ActionExecuted("action_listen"),
        ]

    def _screening(self, channel: str) -> list[Event]:
        """A screening that is left at some question, stopped, broken off or finished."""
        said = {"kind": "answer", "topics": ["candidacy"], "passages": ["consultation"]}
        told: list[Event] = [
            self._says("am i suitable", _parse("screening"), channel),
            ActiveLoop("screening_form"),
            self._answers(said, "utter_screening_start"),
        ]
        ending = self._random.choices(("end", "leave", "stop", "interrupt"), (6, 2, 1, 1))[0]
        asked = len(CRITERIA) if ending == "end" else self._random.randint(1, len(CRITERIA))
        for index, criterion in enumerate(CRITERIA[:asked]):
            question = {"kind": "question", "topics": [], "asks": criterion, "passages": ["x"]}
            told += [SlotSet("requested_slot", criterion), self._answers(question)]
            if index + 1 < asked or ending == "end":
                told += [self._says("yes", _parse("affirm"), channel)]
                told += [SlotSet(criterion, "yes")]
        if ending == "leave":
            return told
        if ending != "end":
            told += [self._says("no more of that", _parse(ending), channel)]
        told += [SlotSet("requested_slot", None), ActiveLoop(None)]
        if ending == "interrupt":
            person = {"kind": "answer", "topics": ["handoff"], "passages": []}
            return [*told, self._answers(person), *self._turn(channel, "thanks", "thanks")]
        outcome = self._random.choice(_OUTCOMES) if ending == "end" else "stopped"
        return [*told, self._answers(said), SlotSet("screening_summary", {"outcome": outcome})]

    def _says(self, text: str, parse: dict[str, Any], channel: str) -> Event:
        return UserUttered(text, parse["intent"], [], parse, None, channel, self._id())

    def _answers(self, metadata: dict[str, Any], response: str = "utter_something") -> Event:
        buttons = [{"title": "Talk to a person", "payload": "/handoff"}]
        outer = {"utter_action": response, "metadata": metadata, "model_id": "0" * 32}
        return BotUttered("An answer of the clinic. " * 8, {"buttons": buttons}, outer)

    def _judgements(self, sender: str, told: list[Event]) -> list[dict[str, Any]]:
        return [
            {
                "sender_id": sender,
                "reply_id": self._id(),
                "helpful": self._random.random() < 0.7,
                "given": event.timestamp,
                "topics": json.dumps(event.metadata["metadata"]["topics"]),
            }
            for event in told
            if isinstance(event, BotUttered) and self._random.random() < 0.1
        ]

    def _handoffs(self, sender: str, moment: float) -> list[dict[str, Any]]:
        """A handoff for some; a person has come to most."""
        if self._random.random() < 0.7:
            return []
        reason = self._random.choice(_HANDOFFS)
        is_taken = reason == "taken" or self._random.random() < 0.8
        return [
            {
                "conversation": sender,
                "reason": reason,
                "created": moment,
                "opened": True,
                "taken": moment if is_taken else None,
                "alerted": False,
                "warned": False,
            }
        ]

    def _callbacks(self, prefix: str, moment: float) -> list[dict[str, Any]]:
        """A call-back for some who write where nobody can take over."""
        if prefix == "cw-1-" or self._random.random() < 0.95:
            return []
        return [
            {
                "reference": f"CB-{self._id()[:12]}",
                "request_id": f"{prefix.rstrip('-')}.{self._id()}",
                "name": "Zebulon Quackenbush",
                "phone": "+12125550188",
                "best_time": "any",
                "consented": moment,
            }
        ]

    def _id(self) -> str:
        return uuid.UUID(int=self._random.getrandbits(128)).hex


def _parse(intent: str) -> dict[str, Any]:
    return {"intent": {"name": intent, "confidence": 0.9}}


def fill(url: str, number: int, seed: int, end: float) -> None:
    """Fills an empty database.

    Args:
        url: Its SQLAlchemy URL.
        number: How many conversations.
        seed: The seed.
        end: The last moment, in seconds since 1970.
    """
    asyncio.run(_fill(url, number, seed, end))


async def _fill(url: str, number: int, seed: int, end: float) -> None:
    database = Database(url, 600.0)
    waiting: Rows = {table: [] for table in _TABLES}
    for count, rows in enumerate(Simulation(seed, end).rows(number), 1):
        for table in _TABLES:
            waiting[table] += rows[table]
        if count % 1000 == 0 or count == number:
            for table, table_rows in waiting.items():
                if table_rows:
                    await database.run(lambda c, t=table, r=table_rows: c.execute(t.insert(), r))
                table_rows.clear()
    database.close()


if __name__ == "__main__":
    fill(sys.argv[1], int(sys.argv[2]), 1, time.time())
