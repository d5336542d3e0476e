"""A browser, and somebody in front of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from assistant.channels.widget import BUILT
from assistant.launcher.servers import Assistant
from tests.widget.visitor import Visitor

Visit = Callable[..., Visitor]

# Chromium asks its maker's servers for this and that unless told not to.
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; an event loop runs in this process as long as it does."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium isn't installed")
    assert (BUILT / "widget.js").is_file(), "the widget isn't built: make widget"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Lets somebody visit a page; in the end nothing may have gone elsewhere or complained."""
    visitors: list[tuple[Visitor, set[str]]] = []

    def visit(address: str, *origins: str, **settings: Any) -> Visitor:
        settings = {"viewport": {"width": 1100, "height": 800}, **settings}
        page = browser.new_context(**settings).new_page()
        visitor = Visitor(page, address)
        visitors.append((visitor, {*origins, "/".join(address.split("/")[:3])}))
        return visitor

    yield visit
    for visitor, allowed in visitors:
        visitor.page.context.close()
        assert visitor.origins <= allowed
        assert visitor.complaints == []


@pytest.fixture(scope="session")
def demo(assistant: Assistant) -> str:
    """Address of the demo page."""
    return f"{assistant.url}/chat/"


@pytest.fixture
def visitor(visit: Visit, demo: str) -> Visitor:
    """Somebody on the demo page, with a wide screen."""
    return visit(demo)
