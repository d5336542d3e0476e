"""Real PostgreSQL and Redis servers for tests: private, on a free port, in a temporary folder."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.launcher import services
from assistant.launcher.servers import free_port
from assistant.launcher.services import Service

__all__ = ["Service", "free_port", "postgresql", "redis_server"]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Service]:
    """A PostgreSQL server with an empty database."""
    _need("postgresql")
    with _folder() as folder, _running(services.postgresql(folder, free_port())) as service:
        yield service


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Service]:
    """An empty Redis server."""
    _need("redis-server")
    with _folder() as folder, _running(services.redis_server(folder, free_port())) as service:
        yield service


def _need(package: str) -> None:
    if package in services.missing_packages():
        pytest.skip(f"the package {package} isn't installed")


@contextlib.contextmanager
def _running(service: Service) -> Iterator[Service]:
    service.start()
    try:
        yield service
    finally:
        service.kill()


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="service-", ignore_cleanup_errors=True) as name:
        yield Path(name)
