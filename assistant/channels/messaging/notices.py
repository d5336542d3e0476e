"""What the clinic is told, by a signed webhook and by e-mail, until it has taken it.

No notice holds anything about health, and none says that something is booked.
"""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import hmac
import json
import logging
import smtplib
import time
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
from sqlalchemy.engine import Connection

from assistant.channels.messaging import outbox
from assistant.channels.messaging.messenger import Busy
from assistant.channels.messaging.outbox import Draft, Sending
from assistant.settings import MessagingSettings, SettingError

logger = logging.getLogger(__name__)

WEBHOOK = "clinic_webhook"
EMAIL = "clinic_email"
# How the names of those begin that hold name or phone: what comes next is a request's reference,
# or a conversation. By them erasing finds what waits for the clinic.
CALLBACK = "callback."
UNANSWERED = "unanswered."
_PATIENCE = 10.0  # seconds that the clinic's servers may take

_SUBJECTS = {
    "callback_requested": "Call-back request {reference}",
    "handoff_waiting": "A conversation waits for a person",
    "cost_cap": "The day's limit of text messages is reached",
    "unanswered_emergency": "Urgent: a message that the assistant may not answer",
}
_BODIES = {
    "callback_requested": (
        "Somebody asks to be called back.\n\nReference: {reference}\nName: {name}\n"
        "Phone: {phone}\nBest time: {best_time}\n\n"
        "No appointment has been made or promised."
    ),
    "handoff_waiting": (
        "Nobody has answered conversation {conversation} in the inbox for {minutes} minutes.\n"
        "The patient was told that the team will answer there."
    ),
    "cost_cap": (
        "The assistant has sent {segments} text segments today and sends no more until midnight,\n"
        "but for emergencies. If that isn't what you want, raise SEGMENTS_PER_DAY."
    ),
    "unanswered_emergency": (
        "Somebody has written what may tell of an emergency, and has opted out of texts, so the\n"
        "assistant may not answer. Please reach them now: {contact}"
    ),
}


def available(settings: MessagingSettings) -> list[str]:
    """Names the ways by which the clinic can be told.

    Args:
        settings: The settings.

    Returns:
        `clinic_webhook` and `clinic_email`, as far as their settings are there.
    """
    ways = []
    if settings.clinic_webhook_url and settings.clinic_webhook_secret:
        ways.append(WEBHOOK)
    if settings.clinic_email and settings.email_from and settings.smtp_url:
        ways.append(EMAIL)
    return ways


def require(settings: MessagingSettings) -> None:
    """Checks that what is set up is set up whole, and says what is off.

    Args:
        settings: The settings.

    Raises:
        SettingError: A way to tell the clinic is half set up.
    """
    if settings.clinic_webhook_url and not settings.clinic_webhook_secret:
        raise SettingError("CLINIC_WEBHOOK_URL is set, so CLINIC_WEBHOOK_SECRET must be set too")
    if settings.clinic_email and not (settings.email_from and settings.smtp_url):
        raise SettingError("CLINIC_EMAIL is set, so EMAIL_FROM and SMTP_URL must be set too")
    if not available(settings):
        logger.warning("Call-backs are off: neither CLINIC_WEBHOOK_URL nor CLINIC_EMAIL is set")


def put(
    connection: Connection,
    key: str,
    event: str,
    told: dict[str, Any],
    settings: MessagingSettings,
) -> None:
    """Stores a notice for every way; does nothing for one that is known.

    Args:
        connection: In a transaction.
        key: What the notice belongs to.
        event: What happened, such as `callback_requested`.
        told: What is told of it, of JSON's types.
        settings: The settings.
    """
    at = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    content = {"event": event, "time": at, **told}
    for way in available(settings):
        # A conversation of its own, so that no notice waits for another.
        outbox.put(connection, f"{key}.{way}", way, f"{key}.{way}", [Draft(content, urgent=True)])


class ClinicWebhook:
    """Posts notices as JSON, signed as `sha256=HMAC(secret, "{timestamp}.{body}")`."""

    name = WEBHOOK
    patience: float | None = None  # until taken

    def __init__(self, url: str, secret: str) -> None:
        """Keeps the address.

        Args:
            url: Where to post.
            secret: Key of the signature.
        """
        self._url = url
        self._secret = secret.encode()

    async def send(self, message: Sending) -> str:
        """Posts a notice; the receiver knows one that comes again by its delivery id.

        Args:
            message: The notice.

        Returns:
            The delivery id.

        Raises:
            Busy: The receiver didn't take it.
        """
        body = json.dumps(message.content).encode()
        timestamp = str(int(time.time()))
        signature = hmac.new(self._secret, timestamp.encode() + b"." + body, hashlib.sha256)
        headers = {
            "Content-Type": "application/json",
            "X-Assistant-Delivery": message.key,
            "X-Assistant-Timestamp": timestamp,
            "X-Assistant-Signature": f"sha256={signature.hexdigest()}",
        }
        timeout = aiohttp.ClientTimeout(total=_PATIENCE)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            if not 200 <= answer.status < 300:
                raise Busy(f"status {answer.status}")
        return message.key

    async def find(self, message: Sending, known: set[str]) -> str | None:
        """Can't be asked; the delivery id lets the receiver drop what comes again."""
        return None


class ClinicEmail:
    """Sends notices as plain e-mails."""

    name = EMAIL
    patience: float | None = None  # until taken

    def __init__(self, smtp_url: str, sender: str, recipient: str) -> None:
        """Keeps the addresses.

        Args:
            smtp_url: As in `MessagingSettings`.
            sender: Address of the sender.
            recipient: Address of the clinic.

        Raises:
            ValueError: The URL is of another kind.
        """
        self._server = urlsplit(smtp_url)
        if self._server.scheme not in ("smtp", "smtps", "smtp+starttls"):
            raise ValueError("SMTP_URL must begin with smtp://, smtp+starttls:// or smtps://")
        self._sender = sender
        self._recipient = recipient

    async def send(self, message: Sending) -> str:
        """Sends a notice; its Message-ID is the same at every try.

        Args:
            message: The notice.

        Returns:
            The Message-ID.
        """
        content = message.content
        email = EmailMessage()
        email["From"], email["To"] = self._sender, self._recipient
        email["Subject"] = _SUBJECTS[content["event"]].format_map(content)
        email["Date"] = format_datetime(datetime.datetime.now(datetime.timezone.utc))
        domain = make_msgid(domain=self._sender.rpartition("@")[2] or None).rpartition("@")[2]
        email["Message-ID"] = f"<{message.key}@{domain}"
        email.set_content(_BODIES[content["event"]].format_map(content) + "\n")
        await asyncio.to_thread(self._deliver, email)
        return str(email["Message-ID"])

    async def find(self, message: Sending, known: set[str]) -> str | None:
        """Can't be asked; a mail that comes again has the same Message-ID."""
        return None

    def _deliver(self, email: EmailMessage) -> None:
        server = self._server
        kind = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
        with kind(server.hostname or "", server.port or 0, timeout=_PATIENCE) as connection:
            if server.scheme == "smtp+starttls":
                connection.starttls()
            if server.username:
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.send_message(email)
