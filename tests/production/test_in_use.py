"""nginx leaves out a server that was away; whoever restarts the next one waits until it doesn't."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from assistant.launcher import services
from assistant.launcher.in_use import is_used, wait_until_used
from assistant.launcher.production import DEPLOY
from assistant.launcher.servers import free_port

_NGINX = """daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log stderr;
events {{}}
http {{
    include {deploy}/nginx/http.conf;
    {upstreams}
    server {{ listen 127.0.0.1:{port}; include {deploy}/nginx/actions.conf;
        location = /nginx {{ return 204; }} }}
}}
"""


class _Alive(BaseHTTPRequestHandler):
    """Stands in for a Rasa server."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextlib.contextmanager
def _server(port: int) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", port), _Alive)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def _nginx(folder: Path, ports: tuple[int, int]) -> Iterator[str]:
    """Nginx with the upstreams of `deploy/`, but for their ports."""
    if "nginx" in services.missing_packages():
        pytest.skip("the package nginx isn't installed")
    upstreams = (DEPLOY / "nginx" / "upstreams.conf").read_text()
    for installed, port in zip((5005, 5006), ports, strict=True):
        upstreams = upstreams.replace(f"127.0.0.1:{installed} ", f"127.0.0.1:{port} ")
    port = free_port()
    text = _NGINX.format(folder=folder, deploy=DEPLOY, upstreams=upstreams, port=port)
    nginx = services.nginx(folder, text, f"http://127.0.0.1:{port}")
    nginx.start()
    try:
        yield nginx.url
    finally:
        nginx.stop()


def test_after_the_wait_the_other_server_may_stop_and_nobody_is_refused(tmp_path: Path) -> None:
    ports = free_port(), free_port()

    def statuses() -> set[int]:
        return {requests.get(f"{nginx}/rasa", timeout=5).status_code for _ in range(40)}

    with _nginx(tmp_path, ports) as nginx:
        with _server(ports[1]):
            assert statuses() == {200}  # the first is away, and nginx leaves it out from now on
            with _server(ports[0]) as first:
                assert not any(is_used(nginx, first) for _ in range(20))
                assert wait_until_used(nginx, first)
        with _server(ports[0]):
            assert statuses() == {200}


def test_a_server_that_nginx_does_not_know_is_not_waited_for_without_end(tmp_path: Path) -> None:
    ports = free_port(), free_port()
    with _nginx(tmp_path, ports) as nginx, _server(ports[0]):
        assert not wait_until_used(nginx, "127.0.0.1:1", seconds=0.5)
