"""A web channel with a toy assistant behind it: words it knows, and a screening in any order."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CRITERIA = ("small_visible_veins", "reason", "good_health", "dvt_history", "other_vascular")
WORDS: dict[str, dict[str, Any]] = {
    "sore": {"topics": ["pain"]},
    "fee": {"topics": ["not_covered"], "subject": "price"},
    "clock": {"topics": ["not_covered"], "subject": "hours"},
    "gasping": {"kind": "emergency", "topics": ["emergency"]},
    "mumble": {
        "kind": "fallback",
        "choices": [{"id": "pain", "title": "Pain"}, {"id": "handoff", "title": "A person"}],
    },
    "perhaps me": {
        "topics": ["candidacy"],
        "choices": [{"id": "screening", "title": "Check"}],
    },
}


@dataclass
class Toy:
    """One conversation with the toy assistant.

    Attributes:
        order: Order in which its screening asks.
        answers: What it was told so far.
        screening: Whether the screening is open.
    """

    order: Sequence[str]
    answers: dict[str, str] = field(default_factory=dict)
    screening: bool = False

    def reply(self, body: dict[str, str]) -> list[dict[str, Any]]:
        text = body.get("message", "")
        if body.get("choice") == "screening" or "suit me" in text:
            self.screening = True
            return [self._question()]
        known = [message(**fields) for word, fields in WORDS.items() if word in text]
        if any(each["kind"] == "emergency" for each in known) or "stop it" in text:
            self.screening = False
            return known or [message(screening={"answers": self.answers, "outcome": "stopped"})]
        if not self.screening:
            return known or [message("fallback")]
        return [*known, self._question()] if known else [self._take(text)]

    def _take(self, text: str) -> dict[str, Any]:
        value = "unknown" if "know" in text else "no" if text.startswith("no") else "yes"
        corrects = "after all" in text
        self.answers["dvt_history" if corrects else self._open()[0]] = value
        return self._question() if self._open() else self._end()

    def _open(self) -> list[str]:
        return [name for name in self.order if name not in self.answers]

    def _question(self) -> dict[str, Any]:
        return message("question", asks=self._open()[0], screening={"answers": dict(self.answers)})

    def _end(self) -> dict[str, Any]:
        self.screening = False
        clot = self.answers["dvt_history"] == "yes"
        outcome = "not_suitable_without_review" if clot else "likely_candidate"
        return message(screening={"answers": dict(self.answers), "outcome": outcome})


def message(kind: str = "answer", **fields: Any) -> dict[str, Any]:
    """A message in the channel's form."""
    return {
        "id": "0",
        "kind": kind,
        "text": f"a {kind}",
        "topics": [],
        "subject": None,
        "asks": None,
        "sources": [],
        "choices": [],
        **fields,
    }


@contextmanager
def stand_in(order: Sequence[str] = CRITERIA, status: int = 200) -> Iterator[str]:
    """Runs the channel while the block lasts.

    Args:
        order: Order in which the screening asks.
        status: What it answers with; anything but 200 comes without messages.

    Yields:
        Its base address.
    """
    conversations: dict[str, Toy] = {}

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Keeps quiet about clients that left; they notice a failure themselves."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/webhooks/web/webhook"
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
            token = token or f"token-{len(conversations)}"
            toy = conversations.setdefault(token, Toy(order))
            answer = {"conversation": token, "messages": toy.reply(body)} if status == 200 else {}
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Keeps quiet."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
