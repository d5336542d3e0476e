"""nginx with the site's own rules, in front of something that takes all it is given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assistant.channels import chatwoot, twilio
from assistant.launcher import services
from assistant.launcher.production import DEPLOY
from assistant.launcher.servers import free_port
from tests.channels.messaging.http_server import Answer, HttpServer

_CONFIGURATION = """daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {deploy}/nginx/http.conf;
    upstream rasa {{ server {server}; }}
    server {{
        listen 127.0.0.1:{port};
        set $unavailable_folder {folder};
        include {deploy}/nginx/locations.conf;
    }}
}}
"""


class _Rasa(HttpServer):
    """Answers how much it was given."""

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        return 200, "text/plain", str(len(body)).encode()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The site's address, and nginx's folder."""
    if "nginx" in services.missing_packages():
        pytest.skip("the package nginx isn't installed")
    folder = tmp_path_factory.mktemp("nginx")
    url = f"http://127.0.0.1:{free_port()}"
    with _Rasa() as rasa:
        configuration = _CONFIGURATION.format(
            folder=folder,
            deploy=DEPLOY,
            server=rasa.url.removeprefix("http://"),
            port=url.rpartition(":")[2],
        )
        nginx = services.nginx(folder, configuration, url)
        nginx.start()
        try:
            yield url, folder
        finally:
            nginx.stop()


@pytest.mark.parametrize(
    ("path", "largest"),
    [
        ("/webhooks/web/webhook", 16 * 1024),
        ("/webhooks/chatwoot/webhook", chatwoot._LARGEST_BODY),
        ("/webhooks/chatwoot/webhook/a-secret", chatwoot._LARGEST_BODY),
        ("/webhooks/twilio/webhook", twilio._LARGEST_BODY),
    ],
)
def test_a_body_that_the_channel_takes_gets_through_and_a_larger_one_does_not(
    site: tuple[str, Path], path: str, largest: int
) -> None:
    url, folder = site
    answer = httpx.post(f"{url}{path}", content=b"x" * largest)
    assert (answer.status_code, answer.text) == (200, str(largest))
    assert httpx.post(f"{url}{path}", content=b"x" * (largest + 1)).status_code == 413
    log = (folder / "nginx.log").read_text()
    assert "buffered to a temporary file" not in log  # patients' words stay off the disk


def test_other_paths_are_not_there(site: tuple[str, Path]) -> None:
    assert httpx.post(f"{site[0]}/conversations/web-1/messages").status_code == 404


@pytest.mark.parametrize("path", ["/staff/book", "/chat/../staff/book", "/STAFF/book", "/metrics"])
def test_what_is_for_staff_is_not_there_even_with_the_token(
    site: tuple[str, Path], path: str
) -> None:
    shown = {"Authorization": "Bearer a-token-of-the-staff-of-this-test"}
    assert httpx.get(f"{site[0]}{path}", headers=shown).status_code == 404
