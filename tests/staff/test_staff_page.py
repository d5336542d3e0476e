"""The answer book is shown to those who have the staff token, and to nobody where none is set."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from assistant.launcher.servers import free_port
from assistant.settings import PROJECT

TOKEN = "a-token-of-the-staff-of-this-test"
_SERVER = """
import sys
from sanic import Sanic, response
from assistant.channels.staff import StaffInput
app = Sanic("staff_test")
app.add_route(lambda request: response.text("another page"), "/")
channel = StaffInput.from_credentials(None)
app.blueprint(channel.blueprint(None), url_prefix=channel.url_prefix())
app.run("127.0.0.1", int(sys.argv[1]), access_log=False)
"""


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Serves the channel by Sanic, as Rasa does."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(token: str) -> str:
        port = free_port()
        environment = {**os.environ, "STAFF_TOKEN": token, "REPORTS": str(tmp_path)}
        command = [sys.executable, "-c", _SERVER, str(port)]
        processes.append(subprocess.Popen(command, cwd=PROJECT, env=environment))
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return f"http://127.0.0.1:{port}/staff/book"
            time.sleep(0.1)
        raise RuntimeError("the server didn't start")

    yield start
    for process in processes:
        process.terminate()
        process.wait(20)


def test_only_the_token_opens_the_book(serve: Callable[[str], str], tmp_path: Path) -> None:
    address = serve(TOKEN)
    without = requests.get(address, timeout=5)
    assert without.status_code == 401
    assert without.headers["WWW-Authenticate"].startswith("Basic")
    wrong = [
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"ann").decode()},
        {"Authorization": f"Digest {TOKEN}"},
    ]
    for headers in wrong:
        assert requests.get(address, headers=headers, timeout=5).status_code == 401, headers
    right = {"Authorization": f"Bearer {TOKEN}"}
    assert requests.get(address, headers=right, timeout=5).status_code == 404
    (tmp_path / "book.html").write_text("<p>the book ⟨name⟩</p>", encoding="utf-8")
    for shown in (
        requests.get(address, headers=right, timeout=5),
        requests.get(address, auth=("ann", TOKEN), timeout=5),
    ):
        assert shown.status_code == 200
        assert shown.text == "<p>the book ⟨name⟩</p>"
        assert shown.headers["Cache-Control"] == "no-store"


def test_without_a_token_there_is_no_such_page(serve: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "book.html").write_text("<p>the book</p>")
    address = serve("")
    assert requests.get(address, timeout=5).status_code == 404
    bearer = {"Authorization": "Bearer "}
    assert requests.get(address, headers=bearer, timeout=5).status_code == 404
