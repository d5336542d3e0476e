"""Bodies that nobody would send, at every entry point: no 5xx, and no server ends."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ENTRY_POINTS = (
    ("POST", "/webhooks/web/webhook"),
    ("POST", "/webhooks/web/feedback"),
    ("POST", "/webhooks/web/callback"),
    ("DELETE", "/webhooks/web/history"),
    ("POST", "/webhooks/twilio/webhook"),
    ("POST", "/webhooks/twilio/status"),
    ("POST", "/webhooks/chatwoot/webhook"),
    ("POST", "/health/ready"),
    ("POST", "/chat/"),
)

# Switches the messengers on, so that their webhooks are entry points, too; nobody is behind them.
MESSENGERS = {
    "PUBLIC_URL": "https://assistant.clinic.example.com",
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
    "TWILIO_AUTH_TOKEN": "a-token-of-nobody-at-all",
    "TWILIO_SMS_NUMBER": "+12125550142",
    "TWILIO_API_URL": "http://127.0.0.1:9",
    "CHATWOOT_URL": "http://127.0.0.1:9",
    "CHATWOOT_TOKEN": "another-token-of-nobody",
    "CHATWOOT_SECRET": "a-key-of-nobody-at-all",
}

_FIELDS = ("message", "choice", "id", "reply", "helpful", "name", "phone", "best_time", "consent")
_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=200),
    st.uuids().map(str),
    st.sampled_from(("/restart", '/greet{"dvt_history":"no"}', "\x00", "handoff", "yes", "{0[}")),
)
_JSON = st.recursive(
    _ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
_BODIES = st.one_of(
    st.binary(max_size=200),
    _JSON.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=4).map(
        lambda value: json.dumps(value).encode()
    ),
    st.fixed_dictionaries({"message": st.text(max_size=1100)}).map(
        lambda value: json.dumps(value).encode()
    ),
)
_HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.sampled_from(
            ("application/json", "application/x-www-form-urlencoded", "text/plain")
        ),
        "Authorization": st.sampled_from(("Bearer", "Bearer x.y.z", "Basic eA==", "")),
        "Origin": st.sampled_from(("null", "https://other.example.com")),
        "X-Twilio-Signature": st.sampled_from(("", "eA==")),
        "X-Request-ID": st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40),
    },
)


def throw(url: str, bodies: int, points: Sequence[tuple[str, str]] = ENTRY_POINTS) -> Counter[str]:
    """Sends bodies to entry points.

    Args:
        url: The assistant's address.
        bodies: How many to each.
        points: Methods and paths.

    Returns:
        Answers by path and the status's first digit.

    Raises:
        AssertionError: One was answered by 5xx; Hypothesis prints the smallest that is.
    """
    answers: Counter[str] = Counter()
    for method, path in points:
        with httpx.Client(timeout=60) as client:
            _throw_at(client, method, url + path, bodies, answers)
    return answers


def _throw_at(
    client: httpx.Client, method: str, address: str, bodies: int, answers: Counter[str]
) -> None:
    @settings(
        max_examples=bodies,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(body=_BODIES, headers=_HEADERS)
    def one(body: bytes, headers: dict[str, Any]) -> None:
        answer = client.request(method, address, content=body, headers=headers)
        answers[f"{answer.status_code // 100}xx"] += 1
        assert answer.status_code < 500, f"{method} {address}: {answer.status_code}"

    one()
