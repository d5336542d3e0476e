"""Twilio as far as the assistant uses it: the Messages and Content resources, signed webhooks.

Field names, states, error codes and the signature are those of Twilio's API of 2010-04-01.
"""

from __future__ import annotations

import itertools
import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import parse_qs, urlsplit

import httpx
from twilio.request_validator import RequestValidator

from assistant.launcher.servers import Assistant
from tests.channels.messaging.http_server import Answer, HttpServer
from tests.channels.messaging.idle import wait_until_idle

ACCOUNT = "AC" + "0" * 32
TOKEN = "twilio-auth-token"
SMS_NUMBER = "+12125550100"
WHATSAPP_NUMBER = "+12125550101"
PUBLIC_URL = "https://assistant.clinic.example.com"
ENVIRONMENT = {
    "PUBLIC_URL": PUBLIC_URL,
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_SMS_NUMBER": SMS_NUMBER,
    "TWILIO_WHATSAPP_NUMBER": WHATSAPP_NUMBER,
}


@dataclass
class Sent:
    """A message that Twilio took."""

    sid: str
    to: str
    sender: str
    body: str
    callback: str
    buttons: list[str] = field(default_factory=list)


class TwilioService(HttpServer):
    """The stand-in.

    `fail` may answer a request instead, by its number counted from 1; with `loses_answer` a
    message is taken, and the caller hears of a fault all the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Sent] = []
        self.contents: dict[str, list[str]] = {}
        self.fail: Callable[[int, dict[str, str]], Answer | None] = lambda number, form: None
        self.loses_answer: Callable[[dict[str, str]], bool] = lambda form: False
        self._lock = threading.RLock()
        self._tries = itertools.count(1)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = urlsplit(path)
        if not headers.get("authorization", "").startswith("Basic "):
            return _json(401, {"code": 20003, "message": "Authenticate", "status": 401})
        if parts.path == "/v1/Content" and method == "POST":
            actions = json.loads(body)["types"]["twilio/quick-reply"]["actions"]
            sid = "HX" + uuid.uuid4().hex
            self.contents[sid] = [each["title"] for each in actions]
            return _json(201, {"sid": sid})
        if parts.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return _json(404, {"code": 20404, "message": "Not found", "status": 404})
        if method == "GET":
            return self._list({k: v[0] for k, v in parse_qs(parts.query).items()})
        return self._create({k: v[0] for k, v in parse_qs(body.decode()).items()})

    def _create(self, form: dict[str, str]) -> Answer:
        with self._lock:
            failure = self.fail(next(self._tries), form)
            if failure:
                return failure
            buttons = self.contents.get(form.get("ContentSid", ""), [])
            text = form.get("Body") or json.loads(form.get("ContentVariables", "{}")).get("1", "")
            if not text or len(text) > 1600:
                return _json(400, {"code": 21617, "message": "too long", "status": 400})
            sid = "SM" + uuid.uuid4().hex
            callback = form.get("StatusCallback", "")
            sent = Sent(sid, form["To"], form["From"], text, callback, buttons)
            loses_answer = self.loses_answer(form)
            self.sent.append(sent)
        return refusal(502, 20500) if loses_answer else _json(201, _resource(sent))

    def _list(self, query: dict[str, str]) -> Answer:
        with self._lock:
            found = [
                _resource(each)
                for each in reversed(self.sent)
                if each.to == query.get("To") and each.sender == query.get("From")
            ]
        page = {"messages": found[: int(query.get("PageSize", 50))], "next_page_uri": None}
        return _json(200, {**page, "page": 0, "page_size": 50, "uri": "", "first_page_uri": ""})

    def texts_to(self, phone: str) -> list[str]:
        """What a number was sent, oldest first."""
        with self._lock:
            return [each.body for each in self.sent if each.to == phone]


class Phone:
    """Somebody with a phone, whose texts Twilio hands on."""

    def __init__(
        self, service: TwilioService, assistant: Assistant, number: str, prefix: str = ""
    ) -> None:
        self._service = service
        self._assistant = assistant
        self.address = f"{prefix}{number}"
        self._to = f"{prefix}{WHATSAPP_NUMBER if prefix else SMS_NUMBER}"
        self._seen = 0

    def texts(self, body: str, **fields: str) -> httpx.Response:
        """Hands a text on, signed as Twilio does; blank fields are signed, too."""
        form = {
            "MessageSid": "SM" + uuid.uuid4().hex,
            "AccountSid": ACCOUNT,
            "From": self.address,
            "To": self._to,
            "Body": body,
            "NumMedia": "0",
            "FromCity": "",
            **fields,
        }
        url = f"{self._assistant.url}/webhooks/twilio/webhook"
        return httpx.post(url, data=form, headers=signed(form), timeout=30)

    def asks(self, body: str, **fields: str) -> str:
        """Sends a text; all that comes back as one text, empty where nothing does."""
        assert self.texts(body, **fields).status_code == 204
        return self.hears()

    def hears(self) -> str:
        """All texts that are new once the assistant has nothing more to do."""
        wait_until_idle(self._assistant)
        new = self._service.texts_to(self.address)[self._seen :]
        self._seen += len(new)
        return "\n".join(new)


def signed(form: dict[str, str], path: str = "/webhooks/twilio/webhook") -> dict[str, str]:
    """The header by which Twilio proves that it sent a form."""
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}{path}", form)
    return {"X-Twilio-Signature": signature}


def _resource(sent: Sent) -> dict[str, object]:
    now = formatdate(usegmt=False, localtime=False)
    return {
        "sid": sent.sid,
        "account_sid": ACCOUNT,
        "to": sent.to,
        "from": sent.sender,
        "body": sent.body,
        "status": "queued",
        "direction": "outbound-api",
        "date_created": now,
        "date_updated": now,
        "date_sent": None,
        "num_segments": "1",
        "num_media": "0",
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "error_message": None,
        "messaging_service_sid": None,
        "api_version": "2010-04-01",
        "uri": "",
        "subresource_uris": {},
    }


def _json(status: int, body: dict[str, object]) -> Answer:
    return status, "application/json", json.dumps(body).encode()


def refusal(status: int, code: int) -> Answer:
    """An error as Twilio words it, with the number in its text."""
    text = f"The number {SMS_NUMBER} can't be reached"
    return _json(status, {"code": code, "message": text, "status": status})
