"""Shows the counters of `assistant/metrics.py` to Prometheus, and to nobody outside."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, response

_FORWARDING = ("x-forwarded-for", "forwarded", "x-real-ip")


class MetricsInput(InputChannel):
    """Serves `/metrics`; named in `credentials.yml`."""

    @classmethod
    def name(cls) -> str:
        """Name of the channel."""
        return "metrics"

    def url_prefix(self) -> str:
        """Mounted beside the webhooks, not below them."""
        return "/metrics"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> MetricsInput:
        """Has nothing to set.

        Args:
            credentials: Not used.

        Returns:
            The channel.
        """
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The one route.

        Args:
            on_new_message: Not used.

        Returns:
            The route.
        """
        routes = Blueprint("metrics")

        @routes.get("/")
        async def metrics(request: Request) -> HTTPResponse:
            if not _is_neighbour(request):
                return response.empty(404)
            return response.raw(generate_latest(), content_type=CONTENT_TYPE_LATEST)

        return routes


def _is_neighbour(request: Request) -> bool:
    """Whether the caller stands in the private network itself, and no proxy hands on for it."""
    if any(header in request.headers for header in _FORWARDING):
        return False
    try:
        return ipaddress.ip_address(request.ip).is_private
    except ValueError:
        return False
