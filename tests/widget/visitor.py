"""Somebody who uses the widget in Chromium: what they do, and what they see."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Request, Route, expect

from assistant.settings import PROJECT

OUTPUT = PROJECT / "tests" / "output"
AXE = PROJECT / "widget" / "node_modules" / "axe-core" / "axe.min.js"
_STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
_ACTIVE = """() => {
  let active = document.activeElement;
  while (active.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  if (active === document.body) return "";
  return active.getAttribute("aria-label") || active.textContent.trim();
}"""

Reply = dict[str, Any]


class Visitor:
    """Holds one page."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)
        page.goto(address)

    # --- what they do ---

    def opens(self) -> Visitor:
        """Opens the chat by its button."""
        self.launcher.click()
        expect(self.field).to_be_visible()
        expect(self.messages.first).not_to_be_empty()
        return self

    def asks(self, text: str) -> Visitor:
        """Writes a message and waits for what comes back."""
        return self.says(lambda: self.writes(text))

    def writes(self, text: str) -> Visitor:
        """Writes a message and sends it with Enter."""
        self.field.fill(text)
        self.field.press("Enter")
        return self

    def picks(self, title: str) -> Visitor:
        """Picks a choice that is still open, and waits for what comes back."""
        return self.says(self.open_choices.filter(has_text=title).last.click)

    def says(self, action: Callable[[], object]) -> Visitor:
        """Does something that sends a message, and waits for what comes back."""
        before = self.own_messages.count()
        action()
        expect(self.own_messages).to_have_count(before + 1)
        return self.waits()

    def waits(self) -> Visitor:
        """Waits until something of the assistant's stands below what the visitor said last."""
        expect(self.bubbles.last.locator(".message")).to_be_visible(timeout=60_000)
        return self

    def presses_until(self, key: str, name: str, most: int = 60) -> Visitor:
        """Presses a key until what has that name holds the focus."""
        for _ in range(most):
            if self.focus.startswith(name):
                return self
            self.page.keyboard.press(key)
        raise AssertionError(f"{key} never leads to {name!r}; the focus is on {self.focus!r}")

    # --- what they see ---

    @property
    def launcher(self) -> Locator:
        return self.page.locator("#sclerotherapy-assistant .launcher")

    @property
    def dialog(self) -> Locator:
        return self.page.locator("#sclerotherapy-assistant dialog")

    @property
    def field(self) -> Locator:
        """Where they write to the assistant; a form has fields of its own."""
        return self.dialog.get_by_role("textbox").and_(self.page.locator("#text-input"))

    @property
    def form(self) -> Locator:
        """The call-back form."""
        return self.dialog.get_by_role("form", name="Would you like a call-back?")

    @property
    def bubbles(self) -> Locator:
        return self.dialog.locator(".message-bubble")

    @property
    def messages(self) -> Locator:
        """What the assistant said."""
        return self.dialog.locator(".message")

    @property
    def own_messages(self) -> Locator:
        """What the visitor said."""
        return self.dialog.locator(".user-message-text")

    @property
    def open_choices(self) -> Locator:
        return self.dialog.locator(".choice:enabled")

    @property
    def alert(self) -> Locator:
        return self.dialog.locator(".spoken[role=alert]")

    @property
    def log(self) -> Locator:
        return self.dialog.locator(".spoken[role=log]")

    @property
    def focus(self) -> str:
        """Name of what holds the focus."""
        return str(self.page.evaluate(_ACTIVE))

    @property
    def sent(self) -> list[dict[str, Any]]:
        """Bodies of the messages that left the page."""
        return [
            json.loads(request.post_data or "")
            for request in self.requests
            if request.url.endswith("/webhook") and request.method == "POST"
        ]

    @property
    def origins(self) -> set[str]:
        """Everywhere that requests went; addresses within the page's own data don't count."""
        parts = [urlsplit(request.url) for request in self.requests]
        return {f"{part.scheme}://{part.netloc}" for part in parts if part.scheme != "data"}

    def violations(self) -> list[str]:
        """What axe finds against WCAG 2.0 to 2.2, levels A and AA."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", _STANDARDS
        )
        return [
            f"{rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def overflows(self) -> bool:
        """Whether the page or the open chat must be scrolled sideways."""
        widths = "(e) => e.scrollWidth > e.clientWidth"
        page = self.page.locator("html").evaluate(widths)
        parts = [*self.dialog.all(), *self.dialog.locator("#messages").all()]
        return bool(page or any(part.evaluate(widths) for part in parts))

    def keeps_picture(self, name: str) -> None:
        """Keeps a screenshot for people to look at."""
        OUTPUT.mkdir(exist_ok=True)
        self.page.wait_for_timeout(150)
        self.page.screenshot(path=Path(OUTPUT) / f"widget-{name}.png")

    # --- what the network does ---

    def gets(self, *messages: Reply) -> Visitor:
        """Lets the server's next answers be these messages."""
        body = {"conversation": "made.up.token", "messages": list(messages)}
        return self.meets(lambda route: route.fulfill(json=body))

    def meets(self, answer: Callable[[Route], None]) -> Visitor:
        """Puts something between the page and the server's answers to messages."""
        self.page.unroute_all()
        self.page.route("**/webhooks/web/webhook", answer)
        return self

    def meets_nothing(self) -> Visitor:
        """Takes that away again."""
        self.page.unroute_all()
        return self

    def _listen(self, message: Any) -> None:
        # Chromium itself writes of every failed request; tests that cause one look for more.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)


def message(text: str, kind: str = "answer", **fields: Any) -> Reply:
    """A message of the assistant's, as docs/openapi.yml describes it."""
    return {
        "id": "8a0f5a0e-4d0b-4a55-9f6e-0d6a0c1a2b3c",
        "kind": kind,
        "text": text,
        "topics": [],
        "subject": None,
        "asks": None,
        "sources": [],
        "choices": [],
        **fields,
    }
