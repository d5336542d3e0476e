"""A clinic's own website, on a port of its own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

PROXIED = "/assistant"  # the path of the clinic's site that leads to the assistant


@contextlib.contextmanager
def clinic_website(page: str, policy: str, assistant: str = "", port: int = 0) -> Iterator[str]:
    """Serves a page while the block lasts, and the assistant below `/assistant` if it is given.

    Args:
        page: HTML of the page.
        policy: Its Content-Security-Policy.
        assistant: Address of the assistant that the site is a proxy of.
        port: Port to listen on; a free one where left out.

    Yields:
        Origin of the website.
    """

    class Website(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith(f"{PROXIED}/"):
                return self._pass_on()
            body = page.encode()
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _pass_on(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            answer = httpx.request(
                self.command,
                assistant + self.path.removeprefix(PROXIED),
                headers={**self.headers, "Accept-Encoding": "identity"},
                content=self.rfile.read(length),
                timeout=60,
            )
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name not in {"connection", "transfer-encoding", "content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Website)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
