"""Limits, proxies, origins and restarts: a server of its own with its guards up."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
import yaml

from assistant.launcher.model import fitting_model
from assistant.launcher.servers import Assistant, running_assistant
from assistant.settings import Settings
from tests.patient import Patient
from tests.services import Service

pytestmark = pytest.mark.served

PAGE = "https://www.clinic.example.com"
GUARDS = {
    "MESSAGES_PER_MINUTE": "3",
    "ADDRESS_MESSAGES_PER_MINUTE": "5",
    "ALLOWED_ORIGINS": PAGE,
    "TRUSTED_PROXIES": "1",
}
Headers = Mapping[str, str] | list[tuple[str, str]]


@pytest.fixture(scope="module")
def guarded() -> Iterator[Assistant]:
    """An assistant behind one proxy, with low limits; the last tests restart it."""
    with running_assistant(environment=GUARDS) as running:
        yield running


def says_hello(assistant: Assistant, headers: Headers) -> httpx.Response:
    address = f"{assistant.url}/webhooks/web/webhook"
    return httpx.post(address, json={"message": "hello"}, headers=headers, timeout=60)


def statuses(assistant: Assistant, senders: list[Headers]) -> list[int]:
    return [says_hello(assistant, headers).status_code for headers in senders]


def assert_told_to_wait(answer: httpx.Response) -> None:
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.json()["error"]["code"] == "too_many"


def test_a_flood_in_one_conversation_is_told_to_wait_from_whatever_address(
    guarded: Assistant,
) -> None:
    token = says_hello(guarded, {"X-Forwarded-For": "192.0.2.1"}).json()["conversation"]
    senders = [
        {"X-Forwarded-For": f"192.0.2.{number}", "Authorization": f"Bearer {token}"}
        for number in range(2, 6)
    ]
    assert statuses(guarded, senders) == [200, 200, 200, 429]
    assert_told_to_wait(says_hello(guarded, senders[0]))
    other = says_hello(guarded, {"X-Forwarded-For": "192.0.2.2"})
    assert other.status_code == 200


def test_a_flood_from_one_address_is_told_to_wait_in_whatever_conversation(
    guarded: Assistant,
) -> None:
    flooder = {"X-Forwarded-For": "198.51.100.1"}
    assert statuses(guarded, [flooder] * 6) == [200] * 5 + [429]
    assert_told_to_wait(says_hello(guarded, flooder))
    for path in ("/history", "/callback"):
        address = f"{guarded.url}/webhooks/web{path}"
        method = "GET" if path == "/history" else "POST"
        assert_told_to_wait(httpx.request(method, address, json={}, headers=flooder))


def test_what_a_caller_writes_before_the_proxys_line_changes_nothing(guarded: Assistant) -> None:
    in_one_line = [{"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.2"} for number in range(3)]
    in_two_lines = [
        [("X-Forwarded-For", f"203.0.113.{number}"), ("X-Forwarded-For", "198.51.100.2")]
        for number in range(3)
    ]
    assert statuses(guarded, [*in_one_line, *in_two_lines]) == [200] * 5 + [429]


def test_one_network_of_ipv6_counts_as_one_address(guarded: Assistant) -> None:
    senders = [{"X-Forwarded-For": f"2001:db8:7:7::{number}"} for number in range(6)]
    assert statuses(guarded, senders) == [200] * 5 + [429]
    assert statuses(guarded, [{"X-Forwarded-For": "2001:db8:7:8::1"}]) == [200]


def test_pages_of_an_origin_of_the_setting_may_call_and_no_other(guarded: Assistant) -> None:
    address = f"{guarded.url}/webhooks/web/webhook"
    preflight = httpx.options(address, headers={"Origin": PAGE})
    assert "DELETE" in preflight.headers["access-control-allow-methods"]
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    assert preflight.headers["access-control-allow-origin"] == PAGE
    allowed = says_hello(guarded, {"Origin": PAGE, "X-Forwarded-For": "192.0.2.20"})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, PAGE)
    for origin in ("null", "https://clinic.example.com", f"{PAGE}.evil.example", "http://evil"):
        other = says_hello(guarded, {"Origin": origin, "X-Forwarded-For": "192.0.2.21"})
        assert other.status_code == 403
        assert "access-control-allow-origin" not in other.headers
        refused = httpx.options(address, headers={"Origin": origin})
        assert "access-control-allow-origin" not in refused.headers


# --- from here on the server has been restarted, without a proxy and with locks in Redis ---


@pytest.fixture(scope="module")
def before(guarded: Assistant, redis_server: Service) -> dict[str, Any]:
    """What was sent and answered before the restart."""
    own = {"X-Forwarded-For": "192.0.2.30"}
    url = f"{guarded.url}/webhooks/web/webhook"
    first = {"id": str(uuid.uuid4()), "message": "is it safe?"}
    second = {"id": str(uuid.uuid4()), "message": "does it hurt?"}
    # Without the proxy's header both come from this machine, before and after the restart.
    opened = httpx.post(url, json=first, timeout=60).json()
    token = opened["conversation"]
    bearer = {"Authorization": f"Bearer {token}"}
    answered = httpx.post(url, json=second, headers={**own, **bearer}, timeout=60).json()
    _restart_on_shared_locks(guarded, redis_server)
    return {"first": first, "opened": opened, "second": second, "answered": answered}


def _restart_on_shared_locks(assistant: Assistant, redis_server: Service) -> None:
    endpoints = assistant.workdir / "endpoints.yml"
    entries = yaml.safe_load(endpoints.read_text())
    entries["lock_store"]["type"] = "assistant.stores.lock_store.SharedConversationLocks"
    assistant.stop_rasa()
    endpoints.write_text(yaml.safe_dump(entries))
    lifted = {"MESSAGES_PER_MINUTE": "0", "TRUSTED_PROXIES": "0", "REDIS_URL": redis_server.url}
    assistant.environment = {**assistant.environment, **lifted, "ADDRESS_MESSAGES_PER_MINUTE": "20"}
    assistant.start_rasa(fitting_model(Settings.from_environment(assistant.environment)))
    assistant.wait_until_ready()


def test_after_a_restart_an_id_gets_the_reply_of_before_and_counts_once(
    guarded: Assistant, before: dict[str, Any]
) -> None:
    with Patient(guarded.url) as patient:
        again = patient.request("POST", "/webhook", json=before["first"]).json()
        assert again == before["opened"]
        patient.token = before["opened"]["conversation"]
        again = patient.request("POST", "/webhook", json=before["second"]).json()
        assert again == before["answered"]
        entries = patient.request("GET", "/history").json()["messages"]
    said = [entry["text"] for entry in entries if entry["from"] == "patient"]
    assert said == ["is it safe?", "does it hurt?"]


def test_after_a_restart_a_token_still_leads_to_its_conversation_and_its_ids(
    guarded: Assistant, before: dict[str, Any]
) -> None:
    replies = before["opened"]["messages"] + before["answered"]["messages"]
    with Patient(guarded.url) as patient:
        patient.token = before["answered"]["conversation"]
        entries = patient.request("GET", "/history").json()["messages"]
        assert [entry["id"] for entry in entries if entry["from"] == "assistant"] == [
            reply["id"] for reply in replies
        ]
        judged = {"reply": replies[-1]["id"], "helpful": True}
        assert patient.request("POST", "/feedback", json=judged).status_code == 200


def test_the_assistant_is_not_ready_while_the_shared_locks_are_away(
    guarded: Assistant, before: dict[str, Any], redis_server: Service
) -> None:
    ready = httpx.get(f"{guarded.url}/health/ready", timeout=30)
    assert (ready.status_code, ready.json()["checks"]["locks"]) == (200, "ok")
    with redis_server.hanging():
        away = httpx.get(f"{guarded.url}/health/ready", timeout=30)
    assert away.status_code == 503
    assert away.json()["checks"]["locks"] == "the conversations' locks are unavailable"


def test_without_a_proxy_in_front_its_header_is_not_believed(
    guarded: Assistant, before: dict[str, Any]
) -> None:
    senders = [{"X-Forwarded-For": f"192.0.2.{number}"} for number in range(100, 121)]
    assert statuses(guarded, senders)[-1] == 429
