"""One production set for all tests of this folder; a test leaves it well."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.launcher import services
from assistant.launcher.production import ProductionSet
from tests.conftest import UNLIMITED
from tests.production.fuzz import MESSENGERS


@pytest.fixture(scope="session")
def production() -> Iterator[ProductionSet]:
    """PostgreSQL, Redis, two Rasa and two action servers and nginx, with rate limits lifted."""
    missing = services.missing_packages()
    if missing:
        pytest.skip(f"packages aren't installed: {' '.join(missing)}")
    with (
        tempfile.TemporaryDirectory(prefix="production-", ignore_cleanup_errors=True) as folder,
        ProductionSet(Path(folder), {**UNLIMITED, **MESSENGERS}) as running,
    ):
        yield running
