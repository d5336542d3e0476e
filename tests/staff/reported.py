"""What the report counts of a running assistant's conversations."""

from __future__ import annotations

import asyncio
import datetime

from assistant.content.clinic import Clinic
from assistant.launcher.servers import Assistant
from assistant.settings import PROJECT
from assistant.staff.report.commands import count, redactor
from assistant.staff.report.figures import Figures
from assistant.stores.database import Database

_CONTENT = PROJECT / "content"


def reported(assistant: Assistant) -> Figures:
    """The figures of the last day."""
    database = Database(assistant.environment["DATABASE_URL"], 30.0)
    now = datetime.datetime.now(datetime.timezone.utc)
    period = (now - datetime.timedelta(days=1), now)
    clinic = Clinic.load(_CONTENT / "clinic.yml")
    figures = asyncio.run(count(database, clinic, redactor(_CONTENT), *period))
    database.close()
    return figures
