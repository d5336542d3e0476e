"""docs/openapi.yml against the real server, by schemathesis."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from assistant.launcher.servers import Assistant
from assistant.settings import PROJECT
from tests.patient import Patient

pytestmark = pytest.mark.served

_RULES = Path(__file__).with_name("schemathesis.toml")
_PROGRAM = Path(sys.executable).with_name("schemathesis")


def findings(assistant: Assistant, folder: Path, token: str | None, examples: int) -> str:
    """What schemathesis finds; empty where that is nothing."""
    command = [_PROGRAM, "--config-file", _RULES, "run", PROJECT / "docs" / "openapi.yml"]
    command += ["--url", f"{assistant.url}/webhooks/web", "--phases", "examples,coverage,fuzzing"]
    command += ["--max-examples", str(examples), "--seed", "7", "--request-timeout", "60"]
    command += ["--header", f"Authorization: Bearer {token}"] if token else []
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _token(assistant: Assistant) -> str | None:
    with Patient(assistant.url) as patient:
        return patient.writes("does it hurt?").token


def test_schemathesis_finds_nothing(office: Assistant, tmp_path: Path) -> None:
    assert findings(office, tmp_path, _token(office), examples=5) == ""


@pytest.mark.long
@pytest.mark.parametrize("with_token", [True, False])
def test_schemathesis_finds_nothing_in_many_examples(
    office: Assistant, tmp_path: Path, with_token: bool
) -> None:
    token = _token(office) if with_token else None
    assert findings(office, tmp_path, token, examples=200) == ""
