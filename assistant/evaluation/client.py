"""Talks to an assistant over its web channel, as the website does."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import httpx

from assistant.evaluation.replies import REFUSED, Reply, read_reply

_WEBHOOK = "/webhooks/web/webhook"
_PATIENCE_SECONDS = 60.0
_BAD_REQUEST = 400
_TOO_LARGE = 413
_TOO_MANY = 429


class ChannelError(RuntimeError):
    """The assistant can't be measured: it answers not at all or not in the channel's form."""


class WebChannel:
    """The web channel of a running assistant; use it as an async context manager."""

    def __init__(self, url: str) -> None:
        """Prepares the connection.

        Args:
            url: Base address of the assistant, such as `http://127.0.0.1:5005`.
        """
        self._url = url.rstrip("/") + _WEBHOOK
        self._http = httpx.AsyncClient(timeout=_PATIENCE_SECONDS)

    async def __aenter__(self) -> WebChannel:
        """Gives itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the connections."""
        await self._http.aclose()

    def conversation(self) -> Conversation:
        """Begins a new conversation.

        Returns:
            The conversation, nothing said yet.
        """
        return Conversation(self._http, self._url)


class Conversation:
    """One conversation, continued by the token that the channel gave."""

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        """Begins it.

        Args:
            http: Open client.
            url: The channel's webhook.
        """
        self._http = http
        self._url = url
        self._token: str | None = None

    async def say(self, text: str) -> Reply:
        """Sends a typed message.

        Args:
            text: The message.

        Returns:
            The reply.

        Raises:
            ChannelError: No usable answer came.
        """
        return await self._post({"message": text})

    async def choose(self, choice: str) -> Reply:
        """Takes one of the choices that were offered.

        Args:
            choice: The choice's id.

        Returns:
            The reply.

        Raises:
            ChannelError: No usable answer came.
        """
        return await self._post({"choice": choice})

    async def _post(self, body: dict[str, str]) -> Reply:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            response = await self._http.post(self._url, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise ChannelError(f"{self._url} gives no answer: {error!r}") from error
        if response.status_code in (_BAD_REQUEST, _TOO_LARGE):
            return Reply(text=response.text, kinds=(REFUSED,))
        if response.status_code == _TOO_MANY:
            raise ChannelError(f"{self._url} limits the rate; lift the limits to evaluate")
        if response.is_error:
            raise ChannelError(f"{self._url} answers with status {response.status_code}")
        return self._read(response)

    def _read(self, response: httpx.Response) -> Reply:
        try:
            answer: dict[str, Any] = response.json()
            self._token = answer["conversation"]
            return read_reply(answer["messages"])
        except (ValueError, KeyError, TypeError) as error:
            raise ChannelError(f"{self._url} answers in another form: {error!r}") from error
