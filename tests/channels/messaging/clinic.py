"""The clinic as far as it is told things: a webhook receiver and a mail server, both fail twice."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller

from tests.channels.messaging.http_server import Answer, HttpServer
from tests.services import free_port

_SECRET = "webhook-secret"


class Clinic(HttpServer):
    """Takes webhooks and e-mails, each from the third try on."""

    def __init__(self) -> None:
        super().__init__()
        self.tries: list[str] = []
        self.told: list[dict[str, Any]] = []
        self.mails: list[EmailMessage] = []
        self._lock = threading.Lock()
        self._count, self._mail_count = itertools.count(1), itertools.count(1)
        self._mail = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def webhook(self) -> dict[str, str]:
        """The settings by which the assistant finds its webhook."""
        return {
            "CLINIC_WEBHOOK_URL": f"{self.url}/callbacks",
            "CLINIC_WEBHOOK_SECRET": _SECRET,
        }

    @property
    def environment(self) -> dict[str, str]:
        """The settings by which the assistant finds its webhook and its mail."""
        return {
            **self.webhook,
            "CLINIC_EMAIL": "desk@clinic.example.com",
            "EMAIL_FROM": "assistant@clinic.example.com",
            "SMTP_URL": f"smtp://127.0.0.1:{self._mail.port}",
        }

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        signed = headers["x-assistant-timestamp"].encode() + b"." + body
        expected = "sha256=" + hmac.new(_SECRET.encode(), signed, hashlib.sha256).hexdigest()
        assert headers["x-assistant-signature"] == expected
        with self._lock:
            self.tries.append(headers["x-assistant-delivery"])
            if next(self._count) <= 2:
                return 500, "text/plain", b"not now"
            self.told.append(json.loads(body))
        return 200, "text/plain", b"taken"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Takes a mail; the name is aiosmtpd's."""
        if next(self._mail_count) <= 2:
            return "451 not now"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def __enter__(self):  # type: ignore[no-untyped-def]
        self._mail.start()
        return super().__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._mail.stop()
        super().__exit__(kind, error, traceback)
