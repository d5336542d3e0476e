"""One production set for all tests of this folder; a test leaves it well.

The tests here are the short forms of `make production-test`, one or more for each of its rows. They
ask for what must not happen, never for how fast it is: other work may keep the machine busy.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.launcher import services
from assistant.launcher.production import ProductionSet
from tests.conftest import UNLIMITED
from tests.production.fuzz import MESSENGERS

# A busy machine's disk may take longer than a patient should wait.
_PATIENT = {"STORE_DEADLINE_SECONDS": "10"}


@pytest.fixture(scope="package")
def production() -> Iterator[ProductionSet]:
    """PostgreSQL, Redis, two Rasa and two action servers and nginx, with rate limits lifted."""
    missing = services.missing_packages()
    if missing:
        pytest.skip(f"packages aren't installed: {' '.join(missing)}")
    with (
        tempfile.TemporaryDirectory(prefix="production-", ignore_cleanup_errors=True) as folder,
        ProductionSet(Path(folder), {**UNLIMITED, **MESSENGERS, **_PATIENT}) as running,
    ):
        yield running
