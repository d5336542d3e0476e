"""docs/openapi.yml against the real server, by schemathesis."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.launcher.servers import Assistant
from tests.channels.schema import findings
from tests.patient import Patient

pytestmark = pytest.mark.served


def _token(assistant: Assistant) -> str | None:
    with Patient(assistant.url) as patient:
        return patient.writes("does it hurt?").token


def test_schemathesis_finds_nothing(office: Assistant, tmp_path: Path) -> None:
    assert findings(f"{office.url}/webhooks/web", tmp_path, _token(office), examples=5) == ""


@pytest.mark.long
@pytest.mark.parametrize("with_token", [True, False])
def test_schemathesis_finds_nothing_in_many_examples(
    office: Assistant, tmp_path: Path, with_token: bool
) -> None:
    token = _token(office) if with_token else None
    assert findings(f"{office.url}/webhooks/web", tmp_path, token, examples=200) == ""
