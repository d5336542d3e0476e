"""What the assistant counts about itself; `GET /metrics` shows it to Prometheus.

Labels come from closed lists (channels, topics, kinds, parts): no text, no id, nothing of a
person's ever becomes one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prometheus_client import Counter, Histogram

_TURN_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25)
_WAIT_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30)

messages = Counter("assistant_messages", "Messages answered", ["channel"])
reply_seconds = Histogram(
    "assistant_reply_seconds", "Time to answer a message", ["channel"], buckets=_TURN_BUCKETS
)
topics = Counter("assistant_topics", "Topics answered", ["topic"])
replies = Counter("assistant_replies", "Replies with a message of this kind", ["kind"])
fallbacks = Counter("assistant_fallbacks", "Replies that ask again, since nothing was understood")
emergencies = Counter("assistant_emergencies", "Replies that send to the emergency number")
handoffs = Counter("assistant_handoffs", "Replies to somebody who wants a person")
lock_wait_seconds = Histogram(
    "assistant_lock_wait_seconds", "Wait for the conversation's lock", buckets=_WAIT_BUCKETS
)
store_errors = Counter("assistant_store_errors", "Failed calls of a store", ["store"])


def count_reply(channel: str, said: Iterable[dict[str, Any]], seconds: float) -> None:
    """Counts one answered message.

    Args:
        channel: Name of the channel.
        said: The reply's messages, with their metadata (docs/architecture.md).
        seconds: How long the answer took.
    """
    metadata = [message.get("metadata") or {} for message in said]
    kinds = {each.get("kind", "answer") for each in metadata}
    answered = {topic for each in metadata for topic in each.get("topics") or ()}
    messages.labels(channel).inc()
    reply_seconds.labels(channel).observe(seconds)
    for kind in kinds:
        replies.labels(kind).inc()
    for topic in answered:
        topics.labels(topic).inc()
    fallbacks.inc("fallback" in kinds)
    emergencies.inc("emergency" in kinds)
    handoffs.inc("handoff" in answered)
