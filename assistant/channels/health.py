"""Whether the server is alive, and whether it can really answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, response

from assistant.stores.errors import LockUnavailable, StoreUnavailable
from assistant.stores.lock_store import SharedConversationLocks
from assistant.stores.tracker_store import conversation_store

logger = logging.getLogger(__name__)

_PATIENCE = 3.0  # seconds for the action server to say that it is well


class HealthInput(InputChannel):
    """Serves `/health/live` and `/health/ready`; named in `credentials.yml`."""

    @classmethod
    def name(cls) -> str:
        """Name of the channel."""
        return "health"

    def url_prefix(self) -> str:
        """Mounted beside the webhooks, not below them."""
        return "/health"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> HealthInput:
        """Has nothing to set.

        Args:
            credentials: Not used.

        Returns:
            The channel.
        """
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes `live` and `ready`.

        Args:
            on_new_message: Not used: a health check leaves no conversation behind.

        Returns:
            The routes.
        """
        routes = Blueprint("health")

        @routes.get("/live")
        async def live(request: Request) -> HTTPResponse:
            return response.json({"status": "alive"})

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            checks = await _checks(getattr(request.app.ctx, "agent", None))
            well = all(state == "ok" for state in checks.values())
            body = {"status": "ready" if well else "not ready", "checks": checks}
            return response.json(body, 200 if well else 503)

        return routes


async def _checks(agent: Any) -> dict[str, str]:
    if agent is None or not agent.is_ready():
        return {"model": "no model is loaded"}
    return {
        "model": await _model(agent),
        "store": await _store(agent),
        "locks": await _locks(agent),
        "actions": await _actions(agent),
    }


async def _model(agent: Any) -> str:
    """Asks the model a topic's own title; it knows at least one of them."""
    try:
        for name, wordings in agent.domain.responses.items():
            title = (wordings[0].get("metadata") or {}).get("title")
            if title:
                parse = await agent.parse_message(title)
                if (parse.get("intent") or {}).get("name") == name.removeprefix("utter_"):
                    return "ok"
    except Exception as error:
        logger.error("The canary question failed: %s", type(error).__name__)
        return "the model can't read a message"
    return "the model doesn't know the titles of its topics"


async def _store(agent: Any) -> str:
    try:
        await conversation_store(agent).ping()
    except StoreUnavailable:
        return "the conversations' store is unavailable"
    return "ok"


async def _locks(agent: Any) -> str:
    if isinstance(agent.lock_store, SharedConversationLocks):
        try:
            await agent.lock_store.ping()
        except LockUnavailable:
            return "the conversations' locks are unavailable"
    return "ok"


async def _actions(agent: Any) -> str:
    address = agent.action_endpoint.url.rsplit("/", 1)[0] + "/health"
    try:
        timeout = aiohttp.ClientTimeout(total=_PATIENCE)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(address) as answer,
        ):
            return "ok" if answer.status == 200 else "the action server is unwell"
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
        return "the action server can't be reached"
