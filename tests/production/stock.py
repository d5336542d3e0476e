"""Stock Rasa to hold ours against: the bot of `rasa init`, its SQL store, its Redis lock."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import requests
import yaml

from assistant.launcher.production import ProductionSet
from assistant.launcher.servers import free_port
from assistant.launcher.services import Service
from assistant.settings import PROJECT

_FOLDER = PROJECT / "var" / "stock"
_START_SECONDS = 300.0


@contextlib.contextmanager
def running_stock(production: ProductionSet) -> Iterator[list[str]]:
    """Runs two stock servers on the set's PostgreSQL and Redis; trains the bot the first time.

    Args:
        production: The running set.

    Yields:
        Addresses of the two servers.
    """
    model = _FOLDER / "models" / "stock.tar.gz"
    if not model.exists():
        _train()
    database = psycopg2.connect(production.postgresql.url)
    database.autocommit = True
    with database.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS stock")
        cursor.execute("CREATE DATABASE stock")
    database.close()
    endpoints = _write_endpoints(production)
    servers = [_server(number, model, endpoints, production) for number in (1, 2)]
    try:
        for server in servers:
            server.launch()
        for server in servers:
            server.wait(_START_SECONDS)
        yield [server.url for server in servers]
    finally:
        for server in servers:
            server.stop()


def _train() -> None:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    rasa = [sys.executable, "-m", "rasa"]
    for command in (
        ["init", "--no-prompt", "--init-dir", "."],
        ["train", "--fixed-model-name", "stock"],
    ):
        subprocess.run([*rasa, *command], cwd=_FOLDER, check=True, stdout=subprocess.DEVNULL)


def _write_endpoints(production: ProductionSet) -> Path:
    port = int(production.postgresql.url.rsplit(":", 1)[1].split("/")[0])
    file = _FOLDER / "endpoints-measured.yml"
    endpoints = {
        "tracker_store": {
            "type": "SQL",
            "dialect": "postgresql",
            "url": "127.0.0.1",
            "port": port,
            "db": "stock",
            "username": "clinic",
            "password": "",
        },
        "lock_store": {
            "type": "redis",
            "url": "127.0.0.1",
            "port": int(production.redis.url.rsplit(":", 1)[1].split("/")[0]),
            "db": 1,
        },
    }
    file.write_text(yaml.safe_dump(endpoints))
    return file


def _server(number: int, model: Path, endpoints: Path, production: ProductionSet) -> Service:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    credentials = _FOLDER / "rest.yml"
    credentials.write_text("rest:\n")
    command = [sys.executable, "-m", "rasa", "run", "--model", str(model), "--port", str(port)]
    command += ["--interface", "127.0.0.1", "--endpoints", str(endpoints)]
    return Service(
        f"stock Rasa {number}",
        url,
        [*command, "--credentials", str(credentials)],
        lambda: _says_something(url),
        environment=production.environment,
        log=_FOLDER / f"rasa-{number}.log",
    )


def _says_something(url: str) -> bool:
    body = {"sender": "probe", "message": "hello"}
    return bool(requests.post(f"{url}/webhooks/rest/webhook", json=body, timeout=5).json())
