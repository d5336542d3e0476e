"""Somebody who writes to the assistant through the web channel."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import httpx


class Patient:
    """Holds one conversation, as the widget would."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/webhooks/web", timeout=60)
        self.token: str | None = None
        self.messages: list[dict[str, Any]] = []

    def __enter__(self) -> Patient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()

    def writes(self, message: str) -> Patient:
        """Sends a text and keeps the reply."""
        return self._send({"message": message})

    def picks(self, choice: str) -> Patient:
        """Picks a choice by its id."""
        return self._send({"choice": choice})

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any other request, with the conversation's token."""
        return self._http.request(method, path, headers=self._headers(), **options)

    @property
    def reads(self) -> str:
        """What the last reply says, all messages as one text."""
        return "\n".join(message["text"] for message in self.messages)

    @property
    def topics(self) -> list[str]:
        """The topics that the last reply answers, in order."""
        return [topic for message in self.messages for topic in message["topics"]]

    @property
    def subjects(self) -> list[str]:
        """The subjects that the last reply names as not covered."""
        return [message["subject"] for message in self.messages if message["subject"]]

    @property
    def kinds(self) -> list[str]:
        """The kinds of the last reply's messages."""
        return [message["kind"] for message in self.messages]

    @property
    def is_asked(self) -> str | None:
        """The criterion that the last reply asks."""
        asked = [message["asks"] for message in self.messages if message["asks"]]
        return asked[-1] if asked else None

    @property
    def choices(self) -> list[str]:
        """Ids of the choices that the last reply offers."""
        return [choice["id"] for message in self.messages for choice in message["choices"]]

    @property
    def screening(self) -> dict[str, Any]:
        """What the last reply says of the screening so far."""
        found = [message["screening"] for message in self.messages if "screening" in message]
        return found[-1] if found else {}

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def _send(self, body: dict[str, Any]) -> Patient:
        answer = self._http.post("/webhook", json=body, headers=self._headers())
        assert answer.status_code == 200, answer.text
        reply = answer.json()
        self.token, self.messages = reply["conversation"], reply["messages"]
        assert self.messages, "the assistant said nothing"
        return self
