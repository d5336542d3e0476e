"""Bodies that nobody would send, at every entry point: no 5xx, and no server ends."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

ENTRY_POINTS = (
    ("POST", "/webhooks/web/webhook"),
    ("POST", "/webhooks/web/feedback"),
    ("POST", "/webhooks/web/callback"),
    ("DELETE", "/webhooks/web/history"),
    ("POST", "/webhooks/twilio/webhook"),
    ("POST", "/webhooks/twilio/status"),
    ("POST", "/webhooks/chatwoot/webhook"),
    ("POST", "/webhooks/chatwoot/webhook/a-path-of-nobody"),
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
    "CHATWOOT_PATH_SECRET": "a-path-of-nobody",
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
# What the messengers send, with a field in ten of another kind: most of it gets past the form.
_MOSTLY = st.integers(0, 9).map(bool)


def _or_odd(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return _MOSTLY.flatmap(lambda mostly: usual if mostly else _JSON)


_SAID = st.sampled_from(
    ("does it hurt?", "am i a candidate", "yes", "STOP", "1", "I can't breathe")
)
_TEXT = st.one_of(_SAID, st.text(max_size=200))
_NUMBERS = st.integers(0, 999).map("+12125550{:03d}".format)
_FORMS = st.fixed_dictionaries(
    {
        "MessageSid": st.uuids().map("SM{}".format),
        "From": st.one_of(_NUMBERS, _NUMBERS.map("whatsapp:{}".format), st.text(max_size=20)),
        "Body": _TEXT,
    },
    optional={
        "NumMedia": st.sampled_from(("0", "1", "many")),
        "OptOutType": st.sampled_from(("STOP", "START", "HELP", "NO")),
        "ButtonPayload": st.text(max_size=120),
        "MessageStatus": st.sampled_from(("delivered", "failed", "gone")),
        "ErrorCode": st.sampled_from(("21610", "30003", "x")),
    },
).map(lambda form: urlencode(form, errors="replace").encode())
_NUMBER = st.integers(0, 500)
_CONVERSATION = st.fixed_dictionaries(
    {"id": _or_odd(_NUMBER)},
    optional={
        "status": _or_odd(st.sampled_from(("pending", "open", "resolved"))),
        "updated_at": _or_odd(st.floats(0, 2e9)),
        "channel": _or_odd(st.sampled_from(("Channel::WebWidget", "Channel::Sms"))),
        "messages": _or_odd(st.just([{"account_id": 1}])),
    },
)
_EVENTS = st.fixed_dictionaries(
    {
        "event": st.sampled_from(
            ("message_created", "message_updated", "conversation_opened", "conversation_resolved")
        ),
        "id": _or_odd(st.integers(0, 2**40)),
        "account": _or_odd(st.just({"id": 1})),
        "conversation": _or_odd(_CONVERSATION),
        "message_type": _or_odd(st.sampled_from(("incoming", "outgoing"))),
        "content": _or_odd(_TEXT),
    },
    optional={
        "messages": _or_odd(st.just([{"account_id": 1}])),
        "private": _or_odd(st.booleans()),
        "sender": _or_odd(st.just({"type": "user"})),
        "attachments": _JSON,
        "content_attributes": _or_odd(
            st.fixed_dictionaries({"submitted_values": _or_odd(st.just([{"value": "handoff"}]))})
        ),
    },
).map(lambda value: json.dumps(value).encode())
_MESSAGES = st.fixed_dictionaries({}, optional={"message": _TEXT, "id": st.uuids().map(str)}).map(
    lambda value: json.dumps(value).encode()
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


_AT_ONCE = 8
_CONVERSATIONS = 40  # over which bodies with a valid token are spread
_TWILIO, _CHATWOOT, _WEB = "/webhooks/twilio/", "/webhooks/chatwoot/", "/webhooks/web/"
_USUAL = {_TWILIO: _FORMS, _CHATWOOT: _EVENTS, _WEB: _MESSAGES}


@dataclass(frozen=True)
class Body:
    """What is thrown.

    Attributes:
        content: The body.
        headers: Its headers.
        genuine: None to send it as it is; else a number, and it is signed as its messenger
            signs, or goes with the token of the conversation of this number.
    """

    content: bytes
    headers: dict[str, str]
    genuine: int | None


@dataclass
class Thrown:
    """What came of it.

    Attributes:
        answers: Answers by the status's first digit.
        sent: Bodies by entry point.
        genuine: Those of them that were signed or had a valid token.
        slowest: Seconds that the slowest entry point took.
    """

    answers: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    genuine: int = 0
    slowest: float = 0.0

    @property
    def fewest(self) -> int:
        """Bodies at the entry point that got the fewest."""
        return min(self.sent.values(), default=0)


def throw(url: str, bodies: int, points: Sequence[tuple[str, str]] = ENTRY_POINTS) -> Thrown:
    """Sends bodies to entry points, some at a time.

    A third of those to the messengers are signed, and a third of those to the website's channel
    have a valid token: the others end at the door.

    Args:
        url: The assistant's address.
        bodies: How many to each, at least.
        points: Methods and paths.

    Returns:
        What came of it.

    Raises:
        AssertionError: One was answered by 5xx; Hypothesis prints the smallest that is.
    """
    thrown = Thrown()
    with httpx.Client(timeout=60) as client, ThreadPoolExecutor(_AT_ONCE) as threads:
        tokens = [_token(client, url) for _ in range(_CONVERSATIONS)]
        for method, path in points:
            begun = time.monotonic()

            def send(body: Body, method: str = method, path: str = path) -> int:
                target, headers = path, {**body.headers}
                if body.genuine is not None:
                    target, more = _genuine(path, body, tokens)
                    headers.pop("Origin", None)  # another door
                    headers.update(more)
                address = url + target
                return client.request(
                    method, address, content=body.content, headers=headers
                ).status_code

            point = f"{method} {path}"
            _throw_at(point, _bodies(path), bodies, lambda many: threads.map(send, many), thrown)
            thrown.slowest = max(thrown.slowest, time.monotonic() - begun)
    return thrown


def _bodies(path: str) -> st.SearchStrategy[Body]:
    door = next((door for door in _USUAL if path.startswith(door)), None)
    if door is None:
        return st.builds(Body, _BODIES, _HEADERS, st.none())
    content = st.one_of(_USUAL[door], _BODIES)
    genuine = st.one_of(st.none(), st.integers(0, _CONVERSATIONS - 1))
    return st.builds(Body, content, _HEADERS, genuine)


def _throw_at(
    point: str,
    bodies: st.SearchStrategy[Body],
    most: int,
    send: Callable[[Sequence[Body]], Iterable[int]],
    thrown: Thrown,
) -> None:
    @settings(
        max_examples=math.ceil(most / _AT_ONCE),
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(many=st.lists(bodies, min_size=_AT_ONCE, max_size=_AT_ONCE))
    def some(many: list[Body]) -> None:
        for body, status in zip(many, send(many), strict=True):
            thrown.answers[f"{status // 100}xx"] += 1
            thrown.sent[point] += 1
            thrown.genuine += body.genuine is not None
            assert status < 500, f"{point}: {status} for {body}"

    some()


def _genuine(path: str, body: Body, tokens: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The address and the headers that get a body past the door."""
    assert body.genuine is not None
    if path.startswith(_TWILIO):
        target = f"{path}?message={body.genuine}" if path.endswith("status") else path
        fields = parse_qs(body.content.decode(errors="replace"), keep_blank_values=True)
        form = {name: values[0] for name, values in fields.items()}
        validator = RequestValidator(MESSENGERS["TWILIO_AUTH_TOKEN"])
        signature = validator.compute_signature(MESSENGERS["PUBLIC_URL"] + target, form)
        return target, {"X-Twilio-Signature": signature}
    if path.startswith(_CHATWOOT):
        timestamp = str(int(time.time()))
        signed = timestamp.encode() + b"." + body.content
        key = MESSENGERS["CHATWOOT_SECRET"].encode()
        signature = "sha256=" + hmac.new(key, signed, hashlib.sha256).hexdigest()
        return path, {"X-Chatwoot-Timestamp": timestamp, "X-Chatwoot-Signature": signature}
    return path, {"Authorization": f"Bearer {tokens[body.genuine]}"}


def _token(client: httpx.Client, url: str) -> str:
    answer = client.post(f"{url}/webhooks/web/webhook", json={"message": "hello"})
    return str(answer.json()["conversation"])
