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
_MOST_SECONDS = 60  # printed beside the figure; the clock of a busy machine fails no test
_MOST_MEMORY = 500  # MB
# What the report must find, by SQL: whole tables are counted, since all lies in the period.
_COUNTS = {
    "conversations": "count(DISTINCT sender_id) FROM conversation_events WHERE type = 'user'",
    "messages": "count(*) FROM conversation_events WHERE type = 'user'",
    "screening": "count(*) FROM conversation_events WHERE type = 'active_loop' "
    "AND data LIKE '%screening_form%'",
    "helpful": "count(*) FROM feedback",
    "handover": "count(*) FROM messaging_handoffs",
    "callback": "count(*) FROM callback_requests",
}


def test_a_million_events_are_read_in_little_memory(url: str, tmp_path: Path) -> None:
    fill(url, _CONVERSATIONS, 1, time.time())
    expected = {name: _counted(url, query) for name, query in _COUNTS.items()}
    events = _counted(url, "count(*) FROM conversation_events")
    assert events >= 1_000_000
    began, before = time.monotonic(), _processor()
    memory = _report(url, tmp_path)
    seconds, processor = time.monotonic() - began, _processor() - before
    print(f"\n{url.partition(':')[0]}: {events:,} events at a load of {os.getloadavg()[0]:.1f}")
    print(f"{seconds:.1f} s by the clock, {processor:.1f} s of processor time ({_MOST_SECONDS} s)")
    print(f"{memory} MB ({_MOST_MEMORY} MB)")
    assert _found(tmp_path / "report.csv") == expected
    assert memory < _MOST_MEMORY


def _report(url: str, folder: Path) -> int:
    """Writes the report as `make report` does; the memory that it took at most, in MB."""
    script = (
        "from assistant.staff.report.commands import main; main(['--days', '60']); "
        # Of this program alone: the usual figure begins with that of its parent.
        "print(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1])"
    )
    report = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": url, "REPORTS": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    )
    return int(report.stdout.split()[-1]) // 1024


def _found(table: Path) -> dict[str, int]:
    """The same counts by the report's table."""
    with table.open(encoding="utf-8") as file:
        lines = [(*each[:3], int(each[3])) for each in list(csv.reader(file))[1:]]
    totals = {row: number for figure, row, _, number in lines if figure == "total"}
    assert sum(number for figure, *_, number in lines if figure == "result") == totals["messages"]
    for name in ("screening", "helpful", "handover", "callback"):
        # To how many handovers somebody has come is counted among those begun.
        rows = (each for each in lines if each[0] == name and each[2] != "taken")
        totals[name] = sum(number for *_, number in rows)
    return totals


def _counted(url: str, query: str) -> int:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        number = connection.scalar(sa.text(f"SELECT {query}"))
    engine.dispose()
    return int(number)


def _processor() -> float:
    """Processor time of the processes that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
