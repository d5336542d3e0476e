"""Faults under load: what is killed, frozen or flapping, and what visitors notice of it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from assistant.launcher.production import ProductionSet
from assistant.launcher.services import Service
from tests.production.oracle import complaints
from tests.production.visitors import Journal, talk

PARTS = ("action servers", "Redis", "PostgreSQL", "Rasa server")
FAULTS = ("kill", "hang", "flap")
_FLAP_SECONDS = 0.7


@dataclass(frozen=True)
class Trial:
    """What visitors noticed of one fault.

    Attributes:
        answered: Messages that were answered in all.
        honest: Replies that said that it doesn't work just now.
        silent: Requests with neither.
        wrong: Screenings with an answer in the wrong place.
        lost: What the oracle complains about.
        normal_after: Seconds from the kill, or from the end of another fault, to the last reply
            that wasn't an answer.
    """

    answered: int
    honest: int
    silent: tuple[str, ...]
    wrong: tuple[str, ...]
    lost: tuple[str, ...]
    normal_after: float

    @property
    def complaint(self) -> str:
        """What isn't as it must be; empty where all is well."""
        found = [*self.silent, *self.wrong, *self.lost]
        if self.normal_after > 10.0:
            found.append(f"normal again only after {self.normal_after:.1f} s")
        return "; ".join(found[:5])


def parts(production: ProductionSet, part: str) -> Sequence[Service]:
    """The processes that a fault of this part hits: of the Rasa servers one, else all."""
    return {
        "action servers": production.actions,
        "Redis": [production.redis],
        "PostgreSQL": [production.postgresql],
        "Rasa server": production.rasa[:1],
    }[part]


def processes(production: ProductionSet) -> list[int]:
    """The processes of a set: as long as they are the same, none has ended."""
    return [service.process.pid for service in production.services if service.process]


async def try_fault(
    production: ProductionSet,
    part: str,
    fault: str,
    *,
    seconds: float,
    settle: float,
    visitors: int,
    seed: int = 1,
) -> Trial:
    """Lets visitors talk, breaks something among them, mends it, and looks what became of it.

    Args:
        production: The running set.
        part: One of `PARTS`.
        fault: One of `FAULTS`.
        seconds: How long the part is broken; a killed one is started again meanwhile.
        settle: How long the visitors go on after that.
        visitors: How many at a time.
        seed: Decides what they say.

    Returns:
        What they noticed.
    """
    await asyncio.to_thread(wait_until_well, production)
    journal = Journal()
    async with talking(production.url, journal, visitors, seed):
        await asyncio.sleep(1.0)
        end = await asyncio.to_thread(_break, parts(production, part), fault, seconds)
        await asyncio.sleep(settle)
    return Trial(
        journal.answered,
        journal.honest,
        tuple(journal.silent),
        tuple(journal.wrong),
        tuple(complaints(production.postgresql.url, journal)),
        journal.normal_after(end),
    )


@contextlib.asynccontextmanager
async def talking(url: str, journal: Journal, visitors: int, seed: int = 1) -> AsyncIterator[None]:
    """Lets visitors talk while the block lasts, and finish their sentences afterwards."""
    over = False
    talk_on = asyncio.create_task(talk(url, journal, visitors, lambda: over, seed))
    try:
        yield
    finally:
        over = True
        await talk_on


def wait_until_well(production: ProductionSet) -> None:
    """Waits for every server of the set, in particular for those that were killed."""
    for service in production.services:
        _wait_for(service.is_well, f"{service.name} isn't well again")


def _break(services: Sequence[Service], fault: str, seconds: float) -> float:
    """Breaks services; returns the moment from which on they should mend, in monotonic seconds."""
    if fault == "kill":
        killed = time.monotonic()
        for service in services:
            service.signal(signal.SIGKILL)
        time.sleep(seconds)
        if "Rasa" not in services[0].name:  # the other one serves until it is back
            for service in services:
                _wait_for(service.is_well, f"{service.name} isn't started again")
        return killed
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.ExitStack() as stack:
            for service in services:
                stack.enter_context(service.hanging())
            time.sleep(seconds if fault == "hang" else _FLAP_SECONDS)
        if fault == "flap":
            time.sleep(_FLAP_SECONDS)
    return time.monotonic()


def _wait_for(well: Callable[[], bool], complaint: str, seconds: float = 240.0) -> None:
    end = time.monotonic() + seconds
    while not well():
        if time.monotonic() > end:
            raise TimeoutError(complaint)
        time.sleep(0.1)
