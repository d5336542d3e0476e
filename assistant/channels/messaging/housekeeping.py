"""What has to happen by the clock: alerts, conversations that come back, forgetting."""

from __future__ import annotations

import time

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.channels.messaging import contacts, handoffs, notices, outbox
from assistant.channels.messaging import schema as tables
from assistant.channels.messaging.outbox import Draft
from assistant.content.clinic import Clinic
from assistant.settings import Settings
from assistant.stores.database import Database

_DAY = 86_400.0
_HOUR = 3600.0


class Housekeeping:
    """Runs every few seconds on each server; what one has done the others leave."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Reads how long things are kept.

        Args:
            settings: Times and the content's folder.
            database: Inbox and outbox.
        """
        self._settings = settings.messaging
        self._database = database
        clinic = Clinic.load(settings.content / "clinic.yml")
        self._keep = clinic.retention_days * _DAY
        self._forget_at = 0.0

    async def run(self) -> None:
        """Does what is due.

        Raises:
            StoreUnavailable: The database failed.
        """
        await self._database.run(self._alert)
        await self._database.run(self._bring_back)
        if time.monotonic() >= self._forget_at:
            self._forget_at = time.monotonic() + _HOUR
            await self._database.run(self._forget)

    def _alert(self, connection: Connection) -> None:
        minutes = self._settings.handoff_alert_minutes
        for row in handoffs.not_taken(connection, time.time() - minutes * 60.0):
            told = {"conversation": row.conversation, "minutes": f"{minutes:g}"}
            key = f"handoff.{row.id}.{int(row.created)}"
            notices.put(connection, key, "handoff_waiting", told, self._settings)
            handoffs.change(connection, row.id, alerted=True)

    def _bring_back(self, connection: Connection) -> None:
        before = time.time() - self._settings.handoff_return_hours * _HOUR
        for row in handoffs.quiet(connection, before):
            # The contact first, as when a person writes: whoever comes second sees what the first
            # has done, and neither waits for the other for ever.
            contacts.lock(connection, row.conversation)
            if not handoffs.end_quiet(connection, row.id, before):
                continue
            contact = contacts.get(connection, row.conversation)
            if contact is None:
                continue
            contacts.change(connection, row.conversation, held=False)
            back = Draft({"status": "pending"}, urgent=True)
            key = f"back.{row.id}.{int(row.created)}"
            outbox.put(connection, key, contact.messenger, row.conversation, [back])

    def _forget(self, connection: Connection) -> None:
        """Deletes what is older than conversations are kept; who has opted out stays known."""
        before = time.time() - self._keep
        contacts.blank(connection, tables.contacts.c.updated < before)
        for old in (
            sa.delete(tables.inbox).where(
                tables.inbox.c.received < before, tables.inbox.c.state == "done"
            ),
            # Also what the clinic hasn't taken in all that time: it may hold name and phone.
            sa.delete(tables.outbox).where(tables.outbox.c.created < before),
            sa.delete(tables.handoffs).where(tables.handoffs.c.ended < before),
            sa.delete(tables.callback_requests).where(
                tables.callback_requests.c.consented < before
            ),
            sa.delete(tables.contacts).where(
                tables.contacts.c.updated < before, tables.contacts.c.opted_out.is_(False)
            ),
        ):
            connection.execute(old)
