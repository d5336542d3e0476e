"""`make report`: reads the store, counts, and writes an HTML page and a CSV file."""

from __future__ import annotations

import argparse
import asyncio
import csv
import datetime
import functools
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from assistant.content.clinic import Clinic
from assistant.content.guide import Guide
from assistant.content.responses import load_responses
from assistant.content.subjects import Subjects
from assistant.content.yaml_fields import ContentError
from assistant.nlu.training_phrases import read_phrases
from assistant.settings import PROJECT, SettingError, Settings
from assistant.staff.pages import render, write_private
from assistant.staff.redaction import Redactor
from assistant.staff.report import plots
from assistant.staff.report.figures import RESULTS, Counting, Figures
from assistant.staff.report.reading import (
    count_events,
    read_callbacks,
    read_conversations,
    read_handovers,
    read_judgements,
)
from assistant.stores.database import Database
from assistant.stores.errors import StoreUnavailable

DAYS = 30
_DEADLINE = 120.0  # seconds for one chunk
_REASONS = {
    "asked": "asked for a person",
    "unhappy": "wasn't happy",
    "not_understood": "wasn't understood twice in a row",
    "screening": "gave answers in the screening that a provider has to review",
    "taken": "a person came without being called",
}


@functools.cache  # reading all phrases takes seconds
def redactor(content: Path) -> Redactor:
    """A redactor that shows the words of the training phrases, the guide and the answers.

    Args:
        content: The folder `content/`.

    Returns:
        The redactor.

    Raises:
        ContentError: A file can't be used.
    """
    return Redactor.knowing(_known_texts(content))


async def count(
    database: Database,
    clinic: Clinic,
    redactor: Redactor,
    since: datetime.datetime,
    until: datetime.datetime,
) -> Figures:
    """Counts what happened in a period.

    Args:
        database: The conversations' database.
        clinic: Whose hours and answers count.
        redactor: Redacts what is shown.
        since: First moment of the period, with its time zone.
        until: Last moment of it; nothing later is stored yet.

    Returns:
        The figures.

    Raises:
        StoreUnavailable: The database failed.
    """
    counting = Counting(clinic, redactor, since, until)
    start = since.timestamp()
    total = await count_events(database, start)
    with tqdm(total=total, unit=" events", unit_scale=True, disable=None) as bar:
        async for conversation, events in read_conversations(database, start, bar.update):
            counting.add(conversation, events)
    counting.add_judgements(await read_judgements(database, start))
    counting.add_people(
        await read_handovers(database, start), await read_callbacks(database, start)
    )
    return counting.finish()


def page(figures: Figures, clinic: Clinic, subjects: Subjects) -> str:
    """Writes the report.

    Args:
        figures: What was counted.
        clinic: The clinic.
        subjects: Names of what the guide doesn't cover.

    Returns:
        A self-contained HTML page.
    """
    return render(
        "report/report.html",
        title=f"What patients asked {clinic.name}",
        figures=figures,
        results=RESULTS,
        reasons=_REASONS,
        clinic=clinic,
        names={each.id: each.name for each in subjects.values()},
        medical={each.id for each in subjects.values() if each.medical},
        plots=plots,
    )


def table(figures: Figures) -> str:
    """Writes the figures as CSV.

    Args:
        figures: What was counted.

    Returns:
        Lines of `figure,row,column,number`.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["figure", "row", "column", "number"])
    writer.writerows(figures.rows())
    return buffer.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Writes the report of the last days.

    Args:
        arguments: The command line; the process's own where left out.

    Returns:
        The exit code: 0, or 2 where it failed.
    """
    parser = argparse.ArgumentParser(prog="python -m assistant.staff.report")
    parser.add_argument("--days", type=int, default=DAYS, help="how many days back (30)")
    chosen = parser.parse_args(arguments)
    if not 1 <= chosen.days <= 3650:
        parser.error("--days must be from 1 to 3650")
    try:
        _report(Settings.from_environment(), chosen.days)
    except (ContentError, SettingError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except StoreUnavailable as unavailable:
        print(f"The conversations' database failed: {unavailable}", file=sys.stderr)
        return 2
    return 0


def _report(settings: Settings, days: int) -> None:
    clinic = Clinic.load(settings.content / "clinic.yml")
    subjects = Subjects.load(settings.content / "subjects.yml")
    until = datetime.datetime.now(datetime.timezone.utc)
    since = until - datetime.timedelta(days=days)
    database = Database(settings.database_url, _DEADLINE)
    try:
        figures = asyncio.run(count(database, clinic, redactor(settings.content), since, until))
    finally:
        database.close()
    write_private(settings.reports / "report.html", page(figures, clinic, subjects))
    write_private(settings.reports / "report.csv", table(figures))
    print(
        f"{figures.conversations} conversations with {figures.messages} messages in {days} days: "
        f"{settings.reports / 'report.html'} and report.csv beside it."
    )


def _known_texts(content: Path) -> Iterator[str]:
    yield from (phrase.text for phrase in read_phrases(PROJECT / "data"))
    yield from (passage.text for passage in Guide.load(content / "guide.yml").values())
    for wordings in load_responses(PROJECT / "domain.yml").values():
        yield from (wording.text for wording in wordings)
