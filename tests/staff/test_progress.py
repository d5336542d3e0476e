"""Long work shows its progress on a terminal, and is silent where nobody looks."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.staff.privacy.commands import main as privacy
from assistant.staff.report.commands import main as report
from tests.staff.simulation import fill

_COMMANDS = {"purge": lambda: privacy(["purge", "--days", "1"]), "report": lambda: report([])}


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of conversations of the last thirty days."""
    url = f"sqlite:///{tmp_path}/conversations.db"
    fill(url, 50, 3, time.time())
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("AUDIT_LOG", str(tmp_path / "audit.jsonl"))
    monkeypatch.setenv("REPORTS", str(tmp_path))


@pytest.mark.parametrize(("command", "unit"), [("purge", b" conversations"), ("report", b"events")])
def test_progress_is_shown_on_a_terminal(
    command: str, unit: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        assert _COMMANDS[command]() == 0
        terminal.flush()
        shown = os.read(ours, 100_000)
    os.close(ours)
    assert b"100%|" in shown
    assert unit in shown


@pytest.mark.parametrize("command", _COMMANDS.values(), ids=_COMMANDS.keys())
def test_without_a_terminal_one_line_is_said(
    command: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    assert command() == 0
    assert told.getvalue() == ""
    assert capsys.readouterr().out.count("\n") == 1
