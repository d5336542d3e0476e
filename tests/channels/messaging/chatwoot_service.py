"""Chatwoot as far as an agent bot sees it: conversations with a status, events, two endpoints.

Names of events, fields, headers and the rules of who may answer are those of Chatwoot's agent-bot
contract. Like the real one it refuses a bot's token where only people may read, tells the bot of
its own messages too, sends an event again that got 429 or 500, and opens a conversation whose
message it can't hand on.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import itertools
import json
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from assistant.launcher.servers import Assistant
from tests.channels.messaging.http_server import Answer, HttpServer
from tests.channels.messaging.idle import wait_until_idle

TOKEN = "bot-token"
SECRET = "signing-secret"
ACCOUNT = 1
ENVIRONMENT = {"CHATWOOT_TOKEN": TOKEN, "CHATWOOT_SECRET": SECRET}

_PATIENCE = 5.0  # seconds that the bot may take for an event
_TRIES = 5
_EVENTS = {"open": "conversation_opened", "resolved": "conversation_resolved"}
_BOT = {"type": "agent_bot", "id": 9}

Event = dict[str, Any]


class ChatwootService(HttpServer):
    """The stand-in.

    `fail` may answer a request instead, by its number counted from 1; with `loses_answer` a
    message is taken, and the bot hears of a fault all the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conversations: dict[int, dict[str, Any]] = {}
        self.fail: Callable[[int], Answer | None] = lambda number: None
        self.loses_answer: Callable[[dict[str, Any]], bool] = lambda body: False
        self.lock = threading.RLock()
        self.message_ids = itertools.count(1000)
        self._tries = itertools.count(1)
        self._dispatcher = ThreadPoolExecutor(1)

    def open(self, webhook: str, channel: str) -> int:
        """Begins a conversation whose events go to a webhook; its number."""
        with self.lock:
            number = len(self.conversations) + 1
            self.conversations[number] = {
                "webhook": webhook,
                "channel": channel,
                "status": "pending",
                "updated_at": time.time(),
                "messages": [],
            }
        return number

    def set_status(self, number: int, status: str) -> None:
        """Changes a conversation's status, of which the bot isn't told here."""
        conversation = self.conversations[number]
        if conversation["status"] != status:
            conversation["status"] = status
            conversation["updated_at"] = max(time.time(), conversation["updated_at"] + 1e-3)

    def event(self, number: int, name: str, message: dict[str, Any] | None = None) -> Event:
        """What the bot is told of a conversation, or of a message in it."""
        with self.lock:
            conversation = self.conversations[number]
            last = conversation["messages"][-1:]
            state = {
                "id": number,
                "inbox_id": 3,
                "status": conversation["status"],
                "channel": conversation["channel"],
                "updated_at": conversation["updated_at"],
                "can_reply": True,
                "meta": {"sender": {"id": 5, "type": "contact"}},
                "messages": [{"id": 7, "account_id": ACCOUNT, **each} for each in last]
                or [{"id": 7, "account_id": ACCOUNT}],
            }
        if message is None:
            return {"event": name, **state}
        return {
            "event": name,
            "content_attributes": {},
            "private": False,
            "account": {"id": ACCOUNT, "name": "Clinic"},
            "inbox": {"id": 3, "name": "Inbox"},
            "conversation": state,
            **message,
        }

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("api_access_token") != TOKEN:
            return 401, "application/json", b'{"error": "Invalid Access Token"}'
        prefix = f"/api/v1/accounts/{ACCOUNT}/conversations/"
        number, _, action = path.removeprefix(prefix).partition("/")
        if not path.startswith(prefix) or int(number) not in self.conversations:
            return 404, "application/json", b"{}"
        if method == "GET":  # open to people only
            return 401, "application/json", b'{"error": "not authorized for bots"}'
        failure = self.fail(next(self._tries))
        if failure:
            return failure
        content = json.loads(body)
        loses_answer = self.loses_answer(content)
        answer = self._act(int(number), action, content)
        if loses_answer:
            self._dispatcher.submit(int).result()  # by now the bot has been told
            return 502, "text/plain", b"bad gateway"
        return 200, "application/json", json.dumps(answer).encode()

    def post(
        self, number: int, event: Event, patience: float = 60.0, **headers: str
    ) -> httpx.Response:
        """Hands an event on once, signed."""
        body = json.dumps(event).encode()
        timestamp = headers.pop("timestamp", str(int(time.time())))
        signature = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
        all_headers = {
            "Content-Type": "application/json",
            "X-Chatwoot-Timestamp": timestamp,
            "X-Chatwoot-Signature": f"sha256={signature.hexdigest()}",
            "X-Chatwoot-Delivery": str(uuid.uuid4()),
            **headers,
        }
        url = self.conversations[number]["webhook"]
        return httpx.post(url, content=body, headers=all_headers, timeout=patience)

    def _act(self, number: int, action: str, body: dict[str, Any]) -> Any:
        with self.lock:
            if action == "toggle_status":
                self.set_status(number, body["status"])
                if body["status"] in _EVENTS:
                    self._tell(number, self.event(number, _EVENTS[body["status"]]))
                return {"payload": {"success": True, "current_status": body["status"]}}
            message = {"id": next(self.message_ids), "created_at": int(time.time()), **body}
            self.conversations[number]["messages"].append(message)
            told = {**message, "sender": _BOT}
            self._tell(number, self.event(number, "message_created", told))
            return message

    def _tell(self, number: int, event: Event) -> None:
        self._dispatcher.submit(self._hand_on, number, event)

    def _hand_on(self, number: int, event: Event) -> None:
        delivery = str(uuid.uuid4())
        for _ in range(_TRIES):
            with contextlib.suppress(httpx.HTTPError):
                answer = self.post(number, event, _PATIENCE, **{"X-Chatwoot-Delivery": delivery})
                if answer.status_code not in (429, 500):
                    return
            time.sleep(0.5)


class Chat:
    """A conversation in the inbox, seen by its patient and by the front desk."""

    def __init__(
        self, service: ChatwootService, assistant: Assistant, channel: str = "Channel::WebWidget"
    ) -> None:
        self._service = service
        self._assistant = assistant
        self.number = service.open(f"{assistant.url}/webhooks/chatwoot/webhook", channel)
        self._seen = 0

    @property
    def status(self) -> str:
        """The conversation's status."""
        return str(self._service.conversations[self.number]["status"])

    @status.setter
    def status(self, status: str) -> None:
        self._service.set_status(self.number, status)
        if status in _EVENTS:
            assert self.send(self.tells(status)).status_code == 200

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All that the assistant has written, private notes too."""
        with self._service.lock:
            return list(self._service.conversations[self.number]["messages"])

    @property
    def notes(self) -> list[str]:
        """The private notes."""
        return [each["content"] for each in self.messages if each["private"]]

    @property
    def said(self) -> list[str]:
        """What the patient reads."""
        return [each["content"] for each in self.messages if not each["private"]]

    def tells(self, status: str) -> Event:
        """The event of a status."""
        return self._service.event(self.number, _EVENTS[status])

    def message(self, text: str, **fields: Any) -> Event:
        """The event of a new message of the patient's, not handed on yet."""
        return self._message(text, "incoming", {"type": "contact", "id": 5}, **fields)

    def writes(self, text: str, **fields: Any) -> Event:
        """The patient writes; the event is handed on."""
        event = self.message(text, **fields)
        assert self.send(event).status_code == 200
        return event

    def person_writes(self, text: str) -> Event:
        """Somebody of the front desk writes."""
        event = self._message(text, "outgoing", {"type": "user", "id": 2})
        assert self.send(event).status_code == 200
        return event

    def picks(self, value: str) -> None:
        """The patient picks a choice under the last message."""
        event = self._message("Pick one", "outgoing", _BOT)
        event["event"] = "message_updated"
        event["content_attributes"] = {"submitted_values": [{"title": value, "value": value}]}
        assert self.send(event).status_code == 200

    def asks(self, text: str) -> str:
        """The patient writes; all that comes back as one text, empty where nothing does."""
        self.writes(text)
        return self.hears()

    def hears(self) -> str:
        """All that is new once the assistant has nothing more to do."""
        wait_until_idle(self._assistant)
        new = self.said[self._seen :]
        self._seen += len(new)
        return "\n".join(new)

    def hand_back(self) -> None:
        """The front desk sets the conversation to pending, of which a bot isn't told."""
        self._service.set_status(self.number, "pending")

    def send(self, event: Event, **headers: str) -> httpx.Response:
        """Hands an event on, signed."""
        return self._service.post(self.number, event, **headers)

    def _message(self, text: str, kind: str, sender: dict[str, Any], **fields: Any) -> Event:
        message = {
            "id": next(self._service.message_ids),
            "content": text,
            "message_type": kind,
            "sender": sender,
            **fields,
        }
        return self._service.event(self.number, "message_created", message)
