"""The report on a store of a million events: one minute and 500 MB are its limits.

`pytest -m long -s tests/staff/test_report_size.py` prints what it took.
"""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.settings import PROJECT
from tests.staff.simulation import fill
from tests.stores.conftest import postgresql, postgresql_url, sqlite_url, url

__all__ = ["postgresql", "postgresql_url", "sqlite_url", "url"]

pytestmark = pytest.mark.long

_CONVERSATIONS = 51_600  # of 19.4 events on average
_MOST_MEMORY = 500  # MB


def test_a_million_events_are_read_in_little_memory(url: str, tmp_path: Path) -> None:
    fill(url, _CONVERSATIONS, 1, time.time())
    events, messages = _counted(url)
    assert events >= 1_000_000
    began, before = time.monotonic(), _processor()
    script = (
        "from assistant.staff.report.commands import main; main(['--days', '60']); "
        # Of this program alone: the usual figure begins with that of its parent.
        "print(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1])"
    )
    report = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": url, "REPORTS": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, processor = time.monotonic() - began, _processor() - before
    memory = int(report.stdout.split()[-1]) // 1024
    print(f"\n{url.partition(':')[0]}: {events:,} events, {processor:.1f} s of processor time")
    print(f"{seconds:.1f} s by the clock at a load of {os.getloadavg()[0]:.0f}, {memory} MB")
    lines = csv.reader((tmp_path / "report.csv").open(encoding="utf-8"))
    assert ["total", "messages", "", str(messages)] in list(lines)
    assert memory < _MOST_MEMORY


def _counted(url: str) -> tuple[int, int]:
    """The store's events, and those of them that are a patient's messages, by SQL."""
    engine = sa.create_engine(url)
    query = "SELECT count(*), sum(CASE type WHEN 'user' THEN 1 ELSE 0 END) FROM conversation_events"
    with engine.connect() as connection:
        events, messages = connection.execute(sa.text(query)).one()
    engine.dispose()
    return events, messages


def _processor() -> float:
    """Processor time of the processes that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
