"""Runs schemathesis: docs/openapi.yml against a server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from assistant.settings import PROJECT

_RULES = Path(__file__).with_name("schemathesis.toml")
_PROGRAM = Path(sys.executable).with_name("schemathesis")


def findings(address: str, folder: Path, token: str | None, examples: int) -> str:
    """Lets schemathesis call the website's channel.

    Args:
        address: The channel's address.
        folder: Where schemathesis may write.
        token: A conversation's, to get past the door, or None.
        examples: How many for each operation, at most.

    Returns:
        What it finds; empty where that is nothing.
    """
    command = [_PROGRAM, "--config-file", _RULES, "run", PROJECT / "docs" / "openapi.yml"]
    command += ["--url", address, "--phases", "examples,coverage,fuzzing"]
    command += ["--max-examples", str(examples), "--seed", "7", "--request-timeout", "60"]
    command += ["--header", f"Authorization: Bearer {token}"] if token else []
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr
