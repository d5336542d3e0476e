"""Serves the website's widget and the demo page; takes no messages.

The files come from `widget/dist` (`make widget`), the page from `widget/demo`; its guide, and the
clinic's data, which the launcher gets as well, from `content/`. All of it is read once, and only
what was read can be asked for.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import logging
import re
import string
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, response

from assistant.content.clinic import Clinic
from assistant.content.guide import Guide
from assistant.settings import PROJECT, Settings

logger = logging.getLogger(__name__)

PREFIX = "/chat"
BUILT = PROJECT / "widget" / "dist"
_DEMO = PROJECT / "widget" / "demo"

# The strictest policy that the widget works under, so that every visit to the demo page shows it.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
_LAUNCHER = "widget.js"
_CLINIC = b"{{clinic}}"  # stands in the launcher for the clinic's data, see widget/build.mjs
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
_HASHED = re.compile(
    r"-[0-9A-Z]{8}\.\w+"
)  # a name that changes with its contents, as esbuild makes
_FOREVER = "public, max-age=31536000, immutable"
_CHECK_EACH_TIME = "no-cache"  # kept, but asked for again by its ETag


class WidgetFiles(InputChannel):
    """Serves `/chat/`; named in `credentials.yml`, where `prefix` may set another path."""

    def __init__(self, files: Mapping[str, File], prefix: str = PREFIX) -> None:
        """Makes the channel.

        Args:
            files: What is served, by its name below the prefix; `""` is the demo page.
            prefix: The path under which it is served.

        Raises:
            ValueError: The prefix is no path below the root: `/` would cover Rasa's own routes.
        """
        if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", prefix):
            raise ValueError(f"widget: prefix must be a path such as {PREFIX}; it is {prefix!r}")
        self._files = files
        self._prefix = prefix

    @classmethod
    def name(cls) -> str:
        """Name of the channel."""
        return "widget"

    def url_prefix(self) -> str:
        """Mounted beside the webhooks, not below them."""
        return self._prefix

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WidgetFiles:
        """Reads the files; without a built widget the assistant starts all the same.

        Args:
            credentials: `prefix`, or nothing.

        Returns:
            The channel.
        """
        settings = Settings.from_environment()
        files = read_files(
            BUILT,
            Clinic.load(settings.content / "clinic.yml"),
            Guide.load(settings.content / "guide.yml"),
            settings.token_idle_hours,
        )
        return cls(files, (credentials or {}).get("prefix", PREFIX))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes.

        Args:
            on_new_message: Not used: messages go to the web channel.

        Returns:
            Routes for the demo page and each file.
        """
        routes = Blueprint("widget", strict_slashes=True)

        @routes.route("/", methods=["GET", "HEAD"])
        async def page(request: Request) -> HTTPResponse:
            return self._serve("", request)

        @routes.route("", methods=["GET", "HEAD"], name="without_slash")
        async def without_slash(request: Request) -> HTTPResponse:
            # Relative, so that it also holds behind a proxy's path.
            return response.redirect(f"{self._prefix.rsplit('/', 1)[1]}/", status=308)

        @routes.route("/<name:str>", methods=["GET", "HEAD"])
        async def file(request: Request, name: str) -> HTTPResponse:
            return self._serve(name, request)

        return routes

    def _serve(self, name: str, request: Request) -> HTTPResponse:
        found = self._files.get(name)
        if found is None:
            is_unbuilt = name == _LAUNCHER
            missing = "The widget isn't built yet: make widget" if is_unbuilt else "Not found"
            return response.text(f"{missing}\n", 404)
        headers = {
            "Cache-Control": found.caching,
            "ETag": found.etag,
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            # Pages of other sites may load the widget; it says nothing that isn't public.
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        if found.is_page:
            headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        if request.headers.get("if-none-match") == found.etag:
            return response.empty(304, headers)
        body = found.body
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = found.compressed
            headers["Content-Encoding"] = "gzip"
        return response.raw(body, headers=headers, content_type=found.content_type)


@dataclass(frozen=True)
class File:
    """Something that is served.

    Attributes:
        body: Its bytes.
        compressed: The same, gzip.
        content_type: MIME type.
        caching: Value of `Cache-Control`.
        etag: Value of `ETag`.
    """

    body: bytes
    compressed: bytes
    content_type: str
    caching: str
    etag: str

    @classmethod
    def of(cls, name: str, body: bytes) -> File:
        """Makes a file ready to be served.

        Args:
            name: Its name, by which type and caching are chosen.
            body: Its bytes.

        Returns:
            The file.
        """
        return cls(
            body,
            gzip.compress(body, mtime=0),
            _TYPES[Path(name).suffix],
            _FOREVER if _HASHED.search(name) else _CHECK_EACH_TIME,
            # Weak: the compressed form counts as the same.
            f'W/"{hashlib.sha256(body).hexdigest()[:32]}"',
        )

    @property
    def is_page(self) -> bool:
        """Whether a browser shows it as a page."""
        return self.content_type.startswith("text/html")


def read_files(built: Path, clinic: Clinic, guide: Guide, token_idle_hours: int) -> dict[str, File]:
    """Reads all that is served.

    Args:
        built: Folder of the built widget; may be missing.
        clinic: The clinic on the demo page and in the launcher.
        guide: The guide on the demo page.
        token_idle_hours: How long a conversation goes on without a message.

    Returns:
        Files by name; the demo page's name is empty.
    """
    if not (built / _LAUNCHER).is_file():
        logger.warning("The widget isn't built, so no page can show it: make widget")
    paths = [*sorted(built.glob("*")), _DEMO / "page.css"]
    files = {
        path.name: File.of(path.name, path.read_bytes())
        for path in paths
        if path.is_file() and path.suffix in _TYPES
    }
    if _LAUNCHER in files:
        body = (built / _LAUNCHER).read_bytes()
        filled = body.replace(_CLINIC, clinics_data(clinic, token_idle_hours).encode())
        files[_LAUNCHER] = File.of(_LAUNCHER, filled)
    page = demo_page((_DEMO / "index.html").read_text(encoding="utf-8"), clinic, guide)
    return {"": File.of("index.html", page.encode()), **files}


def clinics_data(clinic: Clinic, token_idle_hours: int) -> str:
    """What the launcher tells patients of the clinic, so that no page has to be told it by hand.

    Args:
        clinic: The clinic.
        token_idle_hours: How long a conversation goes on without a message.

    Returns:
        JSON, escaped so that it can stand in any string of JavaScript.
    """
    data = {
        "clinic": clinic.name,
        "phone": clinic.phone,
        "emergency": clinic.emergency_number,
        "days": str(clinic.retention_days),
        "privacy": clinic.privacy_link,
        "idleHours": token_idle_hours,
    }
    return urllib.parse.quote(json.dumps(data), safe="")


def demo_page(template: str, clinic: Clinic, guide: Guide) -> str:
    """Writes the clinic's page.

    Args:
        template: HTML with `$name` places.
        clinic: The clinic.
        guide: The guide.

    Returns:
        The page.
    """
    sections: dict[str, list[str]] = {}
    for passage in guide.values():
        sections.setdefault(passage.section, []).append(passage.text)
    fictional = "<p class='notice'>An example: this clinic doesn't exist.</p>"
    values = {
        "clinic": clinic.name,
        "phone": clinic.phone,
        "phone_digits": _dialled(clinic.phone),
        "address": clinic.address,
        "emergency": clinic.emergency_number,
        "emergency_digits": _dialled(clinic.emergency_number),
        "hours": clinic.hours_text(),
        "privacy_link": clinic.privacy_link,
    }
    return string.Template(template).substitute(
        {name: html.escape(value) for name, value in values.items()},
        notice=fictional if clinic.fictional else "",
        contents="\n".join(map(_contents_line, sections)),
        sections="\n".join(_section(name, texts) for name, texts in sections.items()),
    )


def section_id(section: str) -> str:
    """Where a section stands on the page; the widget makes the same of a source's section.

    Args:
        section: Heading of the section.

    Returns:
        The id, such as `common-questions`.
    """
    return re.sub(r"[^a-z0-9]+", "-", section.lower()).strip("-")


def _contents_line(section: str) -> str:
    return f'<li><a href="#{section_id(section)}">{html.escape(section)}</a></li>'


def _section(name: str, texts: list[str]) -> str:
    paragraphs = "\n".join(f"<p>{html.escape(text)}</p>" for text in texts)
    heading = f"<h2>{html.escape(name)}</h2>"
    return f'<section id="{section_id(name)}">\n{heading}\n{paragraphs}\n</section>'


def _dialled(phone: str) -> str:
    return ("+" if phone.startswith("+") else "") + re.sub(r"\D", "", phone)
