"""Shows the answer book to staff: `/staff/book`, only where STAFF_TOKEN is set.

The page is the one that `make book` has written; nothing is made here.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, response

from assistant.settings import Settings

_BOOK = "book.html"
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


class StaffInput(InputChannel):
    """Serves `/staff/book`; named in `credentials.yml`."""

    def __init__(self, token: str | None, reports: Path) -> None:
        """Keeps what the settings say.

        Args:
            token: The staff's token, or None: then there is no such page.
            reports: Folder in which `make book` leaves the book.
        """
        self._token = token
        self._file = reports / _BOOK

    @classmethod
    def name(cls) -> str:
        """Name of the channel."""
        return "staff"

    def url_prefix(self) -> str:
        """Mounted beside the webhooks, not below them."""
        return "/staff"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> StaffInput:
        """Makes the channel; what can be set is set by the environment.

        Args:
            credentials: Not used.

        Returns:
            The channel.
        """
        settings = Settings.from_environment()
        return cls(settings.staff_token, settings.reports)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The route `book`, or none where no token is set.

        Args:
            on_new_message: Not used.

        Returns:
            The routes.
        """
        routes = Blueprint("staff")
        if self._token is None:
            return routes

        @routes.get("/book")
        async def book(request: Request) -> HTTPResponse:
            if not self._may_enter(request.headers.get("authorization", "")):
                ask = {"WWW-Authenticate": 'Basic realm="Staff", charset="UTF-8"', **_HEADERS}
                return response.text("For staff: enter the staff token as the password.", 401, ask)
            if not self._file.is_file():
                return response.text("There is no answer book yet: make book", 404, _HEADERS)
            return response.html(self._file.read_text(encoding="utf-8"), headers=_HEADERS)

        return routes

    def _may_enter(self, authorization: str) -> bool:
        """Whether the token was shown: as bearer, or as the password that a browser asks for."""
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "basic":
            try:
                value = base64.b64decode(value, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return False
        elif scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(value.strip().encode(), (self._token or "").encode())
