"""`make production-test`: all tests of the production set in their long forms, as a table.

Takes about two hours on two quiet cores. `--only NAME …` runs some rows, `--part 0.1` shortens
every row to a tenth for a try. The table is printed, and with `--out` written to a file; rows that
weren't run keep what the file says of them.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

import sqlalchemy as sa

from assistant.launcher.production import ProductionSet
from assistant.launcher.servers import running_assistant
from assistant.settings import PROJECT
from tests.channels.messaging.clinic import Clinic
from tests.channels.schema import findings
from tests.conftest import UNLIMITED
from tests.patient import Patient
from tests.production.faults import FAULTS, PARTS, processes, talking, try_fault
from tests.production.fuzz import ENTRY_POINTS, MESSENGERS, throw
from tests.production.load import (
    Rate,
    ask_ours,
    ask_stock,
    beside_a_long_chat,
    cost_of_a_message,
    memory,
    talk_for,
    throughput,
)
from tests.production.oracle import complaints, connect
from tests.production.stock import running_stock
from tests.production.together import send_pairs, send_twice
from tests.production.visitors import Journal

# A hang lasts longer than a lock's ticket (5 s), the stores' deadline (3 s) and an action's (8 s).
_BROKEN_SECONDS = {"kill": 5.0, "hang": 15.0, "flap": 5.0}
# What a fault hits, as the table says it.
_HIT = {
    "action servers": "the action servers",
    "Redis": "Redis",
    "PostgreSQL": "PostgreSQL",
    "Rasa server": "one Rasa server",
}

_HEADER = """# The production set under test

Written by `make production-test`; see `docs/operations.md` for what is tested. Each row says when
it was last run and on what; a row that isn't here hasn't been run. "Faults" are ten trials each
under load; "honest" counts replies that say that it doesn't work just now, and "normal after" the
seconds from the kill, or from the end of another fault. "Load before" is the load of the machine as
the row began: from about the number of its cores on, times are those of a machine that has too much
to do.

| test | to reach | measured | reached | run |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Measured:
    """One row's outcome: the figures in words, and whether the aim was reached."""

    figures: str
    reached: bool


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes:
        name: By which it is chosen.
        test: What is done.
        aim: What is to be reached.
        run: Does it; gets the part of the full length, 0 to 1.
    """

    name: str
    test: str
    aim: str
    run: Callable[[float], Measured]


def _production(environment: Mapping[str, str] = MappingProxyType({})) -> ProductionSet:
    folder = tempfile.mkdtemp(prefix="production-")
    return ProductionSet(Path(folder), {**UNLIMITED, **MESSENGERS, **environment})


def _load_embedded(part: float) -> Measured:
    with running_assistant(environment=UNLIMITED) as assistant:
        rate, journal = asyncio.run(talk_for(assistant.url, 20, 300 * part))
        lost = complaints(assistant.environment["DATABASE_URL"], journal)
    return Measured(str(rate), rate.failed == 0 and not lost and not journal.wrong)


def _load_production(part: float) -> Measured:
    with _production() as production:
        ours = asyncio.run(throughput(ask_ours, [production.url], 60 * part))
        production.take_down(production.rasa)
        with running_stock(production) as servers:
            stock = asyncio.run(throughput(ask_stock, servers, 60 * part))
    ratio = ours.per_second / stock.per_second
    figures = f"{ours}; stock Rasa: {stock}; ratio {ratio:.2f} of messages processed"
    return Measured(figures, ours.failed == 0 and ratio >= 1.0)


def _cost(part: float) -> Measured:
    with _production() as production:
        costs = asyncio.run(cost_of_a_message(production, 60 * part))
        size = _bytes_of_a_turn(production)
    figures = ", ".join(f"{name} {milliseconds:.1f}" for name, milliseconds in costs.items())
    return Measured(f"CPU ms a message: {figures}; {size / 1024:.1f} KiB a turn on disk", True)


def _bytes_of_a_turn(production: ProductionSet) -> float:
    with connect(production.postgresql.url) as connection:
        size = connection.scalar(
            sa.text("SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables")
        )
        turns = connection.scalar(
            sa.text("SELECT count(*) FROM conversation_events WHERE type = 'user'")
        )
    return float(size) / float(turns)


def _pairs(part: float) -> Measured:
    with _production() as production:
        servers = [server.url for server in production.rasa]
        done = asyncio.run(send_pairs(servers, production.postgresql.url, int(500 * part)))
    figures = f"{done.stored} of {done.turns} turns stored, {done.overlaps} overlaps"
    return Measured(figures, done.stored == done.answered == done.turns and not done.overlaps)


def _duplicates(part: float) -> Measured:
    messages = int(100 * part)
    with _production() as production:
        servers = [server.url for server in production.rasa]
        deliver = partial(send_twice, servers, production.postgresql.url, messages)
        both = [asyncio.run(deliver(None)), asyncio.run(deliver(production.rolling_restart))]
    figures = "; ".join(
        f"{name}: {done.once} of {done.messages} stored once, {done.same} same replies"
        for name, done in zip(("at once", "after a restart"), both, strict=True)
    )
    return Measured(figures, all(done.once == done.same == done.messages for done in both))


def _faults(part_of_set: str, part: float) -> Measured:
    trials = max(1, int(10 * part))
    figures = []
    complained: list[str] = []
    with _production() as production:
        for fault in FAULTS:
            done = [
                asyncio.run(
                    try_fault(
                        production,
                        part_of_set,
                        fault,
                        seconds=_BROKEN_SECONDS[fault],
                        settle=12,
                        visitors=8,
                        seed=seed,
                    )
                )
                for seed in range(trials)
            ]
            complained += [trial.complaint for trial in done if trial.complaint]
            figures.append(
                f"{fault}: {sum(trial.answered for trial in done)} answered, "
                f"{sum(trial.honest for trial in done)} honest, "
                f"{sum(len(trial.silent) for trial in done)} silent, "
                f"{sum(len(trial.lost) for trial in done)} lost, "
                f"{sum(len(trial.wrong) for trial in done)} wrong slots, "
                f"normal after {max(trial.normal_after for trial in done):.1f} s at most"
            )
    for complaint in complained:
        print(f"  {part_of_set}: {complaint}", file=sys.stderr)
    return Measured(f"{trials} trials each. " + "; ".join(figures), not complained)


def _restart(part: float) -> Measured:
    journal = Journal()
    with _production() as production:

        async def restart() -> float:
            # Until both servers are back and for a while after, however long that takes.
            async with talking(production.url, journal, 8):
                await asyncio.sleep(2)
                begun = time.monotonic()
                await asyncio.to_thread(production.rolling_restart)
                duration = time.monotonic() - begun
                await asyncio.sleep(30 * part)
            return duration

        duration = asyncio.run(restart())
        lost = complaints(production.postgresql.url, journal)
    failed = journal.honest + len(journal.silent)
    figures = (
        f"{journal.answered} answered, {failed} failed, {len(lost)} lost, "
        f"{len(journal.wrong)} wrong slots; both servers restarted in {duration:.0f} s"
    )
    return Measured(figures, not (failed or lost or journal.wrong))


def _pytest(file: str, _part: float) -> Measured:
    """Rows that are as long in CI; what was skipped for want of a package isn't reached."""
    command = [sys.executable, "-m", "pytest", f"tests/production/{file}", "-p", "no:warnings"]
    done = subprocess.run([*command, "-o", "addopts="], cwd=PROJECT, capture_output=True, text=True)
    figures = done.stdout.strip().splitlines()[-1].strip("= ")
    reached = done.returncode == 0 and "passed" in figures and "skipped" not in figures
    return Measured(re.sub(r" in .*", "", figures), reached)


def _fuzz(part: float) -> Measured:
    bodies = int(20_000 * part)
    with _production() as production:
        before = processes(production)
        thrown = throw(production.url, bodies)
        same = before == processes(production)
    answers = ", ".join(f"{count} × {status}" for status, count in sorted(thrown.answers.items()))
    figures = (
        f"{thrown.fewest} bodies or more at each of {len(ENTRY_POINTS)} entry points, "
        f"{thrown.genuine} of them signed or with a valid token: {answers}; "
        f"{thrown.slowest:.0f} s for an entry point at most"
    )
    enough = thrown.fewest >= bodies
    return Measured(f"{figures}; {'no exit' if same else 'a process ended'}", same and enough)


def _schemathesis(part: float) -> Measured:
    """With and without a token, at a Rasa server: docs/openapi.yml doesn't speak for nginx."""
    examples = max(1, int(1000 * part))
    with Clinic() as clinic, _production(clinic.webhook) as production:
        before = processes(production)
        url = production.rasa[0].url
        with Patient(url) as patient, tempfile.TemporaryDirectory() as folder:
            tokens = (patient.writes("does it hurt?").token, None)
            found = [
                findings(f"{url}/webhooks/web", Path(folder), each, examples) for each in tokens
            ]
        same = before == processes(production)
    for each in filter(None, found):
        print(each, file=sys.stderr)
    figures = f"{sum(map(bool, found))} of {len(found)} runs found something"
    figures += f"; {'no exit' if same else 'a process ended'}"
    return Measured(figures, same and not any(found))


def _soak(part: float) -> Measured:
    with _production() as production:
        kinds = {"Rasa": production.rasa, "action": production.actions}

        def used() -> dict[str, float]:
            return {
                kind: memory(server.process.pid for server in servers if server.process)
                for kind, servers in kinds.items()
            }

        async def soak() -> tuple[dict[str, float], Rate, Journal]:
            full, _ = await talk_for(production.url, 20, 120 * part)
            pause = max(0.0, 20 / (full.per_second / 2) - full.median)
            before = used()
            return before, *await talk_for(production.url, 20, 1200 * part, pause=pause)

        before, rate, journal = asyncio.run(soak())
        after = used()
        lost = complaints(production.postgresql.url, journal)
    growth = 100 * (sum(after.values()) / sum(before.values()) - 1)
    figures = ", ".join(
        f"{kind} servers {before[kind]:.0f} → {after[kind]:.0f} MiB" for kind in kinds
    )
    return Measured(
        f"{figures} ({growth:+.1f} % together); {rate}; "
        f"{len(lost)} lost, {len(journal.wrong)} wrong slots",
        growth <= 5.0 and not rate.failed and not lost and not journal.wrong,
    )


def _long_chat(part: float) -> Measured:
    turns = int(1000 * part)
    with _production() as production:
        found = asyncio.run(beside_a_long_chat(production.url, 10, turns, 60 * part))
    ratio = found.long.p95 / found.alone.p95
    figures = (
        f"p95 {1000 * found.alone.p95:.0f} ms alone, {1000 * found.long.p95:.0f} ms beside the "
        f"chat of {turns} turns, {1000 * found.short.p95:.0f} ms beside as many messages of short "
        f"chats; ratio {ratio:.2f} to alone, {found.long.p95 / found.short.p95:.2f} to short chats"
    )
    return Measured(figures, ratio <= 2.0 and not found.long.failed)


ROWS = (
    Row(
        "load-embedded",
        "load, embedded, 20 clients, 5 min",
        "no empty or failed reply",
        _load_embedded,
    ),
    Row(
        "load-production",
        "load, production set, 20 clients, against stock Rasa",
        "no failed reply; ratio ≥ 1.0",
        _load_production,
    ),
    Row("cost", "cost of a message", "(for docs/scaling.md)", _cost),
    Row("pairs", "500 pairs over two servers", "1,000 of 1,000 stored, 0 overlaps", _pairs),
    Row("duplicates", "200 duplicate deliveries", "one effect each, same reply", _duplicates),
    *(
        Row(
            f"faults-{part.split()[0].lower()}",
            f"faults of {_HIT[part]}",
            "0 silent, 0 lost, right slots, normal within 10 s",
            partial(_faults, part),
        )
        for part in PARTS
    ),
    Row("restart", "rolling restart under load", "nothing lost, nothing failed", _restart),
    Row(
        "start",
        "corrupt model; stores down at start",
        "not ready, clear error, no silence",
        partial(_pytest, "test_start.py"),
    ),
    Row(
        "machine",
        "disk full; clock set back 60 s",
        "not ready, nothing lost",
        partial(_pytest, "test_machine.py"),
    ),
    Row("fuzz", "Hypothesis, 20,000 bodies at every entry point", "0 5xx, 0 exits", _fuzz),
    Row(
        "schemathesis",
        "schemathesis, up to 1,000 examples an operation of the web channel",
        "nothing found, 0 exits",
        _schemathesis,
    ),
    Row("soak", "20 min at half load", "memory growth ≤ 5 %", _soak),
    Row("long-chat", "1,000-turn chat beside 10 users", "their p95 ≤ 2× of without", _long_chat),
)


def main() -> int:
    """Runs the rows.

    Returns:
        Exit code: 1 where an aim was missed.
    """
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", nargs="+", choices=[row.name for row in ROWS])
    arguments.add_argument("--part", type=float, default=1.0)
    arguments.add_argument("--out", type=Path)
    given = arguments.parse_args()
    lines = _known(given.out)
    reached = True
    for row in ROWS:
        if given.only and row.name not in given.only:
            continue
        print(f"{row.test} …", file=sys.stderr, flush=True)
        machine = _machine()
        begun = time.monotonic()
        measured = _run(row, given.part)
        reached &= measured.reached
        when = f"{datetime.date.today()}, {machine}, {time.monotonic() - begun:.0f} s"
        when += f", part {given.part:g}" if given.part != 1.0 else ""
        verdict = "yes" if measured.reached else "**no**"
        lines[row.test] = f"| {row.test} | {row.aim} | {measured.figures} | {verdict} | {when} |"
        print(lines[row.test], flush=True)
        if given.out:
            table = [lines[each.test] for each in ROWS if each.test in lines]
            given.out.write_text(_HEADER + "\n".join(table) + "\n")
    return 0 if reached else 1


def _run(row: Row, part: float) -> Measured:
    try:
        return row.run(part)
    except Exception as error:
        return Measured(f"{type(error).__name__}: {error}".replace("\n", " ")[:300], False)


def _known(file: Path | None) -> dict[str, str]:
    """The rows of an earlier run."""
    text = file.read_text() if file and file.exists() else ""
    return {line.split(" | ")[0][2:]: line for line in text.splitlines() if line.startswith("| ")}


def _machine() -> str:
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, load before {load:.0f}"


if __name__ == "__main__":
    sys.exit(main())
