"""What this installation is told by its environment; the only module that reads it.

Every key stands in `.env.example` with its meaning. Wording, names and phone numbers are no
settings: they are data in `content/`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
_SHORTEST_SECRET = 24  # characters: beyond guessing, though nobody counts the tries


class SettingError(ValueError):
    """A key of the environment holds something that can't be used."""


@dataclass(frozen=True)
class MessagingSettings:
    """What text messages, the clinic's inbox and call-backs need; absent keys switch them off.

    Attributes:
        public_url: Address of this server as the messengers call it (`PUBLIC_URL`).
        twilio_account_sid: Twilio's account (`TWILIO_ACCOUNT_SID`).
        twilio_auth_token: Its token, which also signs Twilio's requests (`TWILIO_AUTH_TOKEN`).
        twilio_sms_number: The clinic's number for SMS in E.164 (`TWILIO_SMS_NUMBER`).
        twilio_whatsapp_number: Its number for WhatsApp in E.164 (`TWILIO_WHATSAPP_NUMBER`).
        twilio_api_url: Stands for https://api.twilio.com, for a proxy or a test
            (`TWILIO_API_URL`).
        chatwoot_url: Address of the clinic's Chatwoot (`CHATWOOT_URL`).
        chatwoot_token: Access token of its agent bot (`CHATWOOT_TOKEN`).
        chatwoot_secret: Key by which it signs its events (`CHATWOOT_SECRET`).
        chatwoot_path_secret: Last part of the webhook's address, for a Chatwoot that doesn't
            sign (`CHATWOOT_PATH_SECRET`).
        clinic_webhook_url: Where the clinic is told of call-back requests
            (`CLINIC_WEBHOOK_URL`).
        clinic_webhook_secret: Key that signs what is sent there (`CLINIC_WEBHOOK_SECRET`).
        clinic_email: Who is told by e-mail (`CLINIC_EMAIL`).
        email_from: Sender of these e-mails (`EMAIL_FROM`).
        smtp_url: The mail server, `smtp://`, `smtp+starttls://` or `smtps://` with
            `user:password@host:port` (`SMTP_URL`).
        texts_per_hour: Most messages an hour that one person gets answers to; 0 lifts it
            (`TEXTS_PER_HOUR`).
        segments_per_day: Most text segments sent a day, as Twilio counts them; 0 lifts it
            (`SEGMENTS_PER_DAY`).
        handoff_alert_minutes: After which the clinic is told that nobody has taken a
            conversation (`HANDOFF_ALERT_MINUTES`).
        handoff_return_hours: After which the assistant takes a conversation back in which no
            person has written (`HANDOFF_RETURN_HOURS`).
    """

    public_url: str | None = None
    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = None
    twilio_sms_number: str | None = None
    twilio_whatsapp_number: str | None = None
    twilio_api_url: str | None = None
    chatwoot_url: str | None = None
    chatwoot_token: str | None = None
    chatwoot_secret: str | None = None
    chatwoot_path_secret: str | None = None
    clinic_webhook_url: str | None = None
    clinic_webhook_secret: str | None = None
    clinic_email: str | None = None
    email_from: str | None = None
    smtp_url: str | None = None
    texts_per_hour: int = 60
    segments_per_day: int = 2000
    handoff_alert_minutes: float = 15.0
    handoff_return_hours: float = 12.0


@dataclass(frozen=True)
class Settings:
    """Typed view of the environment; defaults serve one clinic on one machine.

    Attributes:
        production: True refuses everything that is only fit for trying out (`ENVIRONMENT`).
        port: Port of the Rasa server (`PORT`).
        action_port: Port of the action server, on the loopback address (`ACTION_PORT`).
        interface: Address the Rasa server listens on (`INTERFACE`).
        models: Folder of trained models, encoders and the spaCy pipeline (`MODELS`).
        content: Folder of the clinic's content (`CONTENT`).
        database_url: SQLAlchemy URL of the conversations' store (`DATABASE_URL`).
        redis_url: URL of Redis for the shared lock store, or None (`REDIS_URL`).
        store_deadline_seconds: Longest wait for the store (`STORE_DEADLINE_SECONDS`).
        turn_deadline_seconds: Longest wait for the action server (`TURN_DEADLINE_SECONDS`).
        reply_hours: How long a retried message gets the same reply (`REPLY_HOURS`).
        token_secret: Key that signs conversation tokens, or None (`TOKEN_SECRET`).
        token_secret_file: Where a generated key is kept if none is set (`TOKEN_SECRET_FILE`).
        token_idle_hours: Idle life of a conversation's token (`TOKEN_IDLE_HOURS`).
        allowed_origins: Web origins whose pages may call the web channel (`ALLOWED_ORIGINS`).
        trusted_proxies: Proxies in front whose forwarding header is believed
            (`TRUSTED_PROXIES`).
        messages_per_minute: Most messages a minute from one conversation; 0 lifts it
            (`MESSAGES_PER_MINUTE`).
        address_messages_per_minute: The same from one address
            (`ADDRESS_MESSAGES_PER_MINUTE`).
        procedure_source: The clinic's procedure document, for the fidelity check
            (`PROCEDURE_SOURCE`).
        reports: Folder of the answer book and the report (`REPORTS`).
        audit_log: File that notes who erased, exported or accepted what (`AUDIT_LOG`).
        log_level: How much is logged; Rasa reads the same key (`LOG_LEVEL`).
        staff_token: Password of the page that shows the answer book, or None: no such page
            (`STAFF_TOKEN`).
        messaging: Text messages, the clinic's inbox and call-backs.
    """

    production: bool = False
    port: int = 5005
    action_port: int = 5055
    interface: str = "127.0.0.1"
    models: Path = PROJECT / "models"
    content: Path = PROJECT / "content"
    database_url: str = "sqlite:///var/conversations.db"
    redis_url: str | None = None
    store_deadline_seconds: float = 3.0
    turn_deadline_seconds: float = 8.0
    reply_hours: int = 24
    token_secret: str | None = None
    token_secret_file: Path = PROJECT / "var" / "token_secret"
    token_idle_hours: int = 48
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: int = 0
    messages_per_minute: int = 30
    address_messages_per_minute: int = 120
    procedure_source: Path | None = None
    reports: Path = PROJECT / "reports"
    audit_log: Path = PROJECT / "var" / "audit.jsonl"
    log_level: str = "INFO"
    staff_token: str | None = None
    messaging: MessagingSettings = MessagingSettings()

    @property
    def longest_turn_seconds(self) -> float:
        """How long a turn may take in all, once it holds its conversation's lock.

        It may call the action server twice, and load and save the conversation once each.
        """
        return 2 * self.turn_deadline_seconds + 2 * self.store_deadline_seconds

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Reads the settings.

        Args:
            environment: Names to values; the process's own environment where left out.

        Returns:
            The settings, defaults where a key is absent or empty.

        Raises:
            SettingError: A value is of the wrong kind, or production lacks what it needs.
        """
        read = _Reader(os.environ if environment is None else environment)
        settings = cls(
            production=read.choice("ENVIRONMENT", ("development", "production")) == "production",
            port=read.whole("PORT", cls.port, 1, 65535),
            action_port=read.whole("ACTION_PORT", cls.action_port, 1, 65535),
            interface=read.text("INTERFACE", cls.interface),
            models=read.path("MODELS", cls.models),
            content=read.path("CONTENT", cls.content),
            database_url=read.text("DATABASE_URL", cls.database_url),
            redis_url=read.optional("REDIS_URL"),
            store_deadline_seconds=read.seconds(
                "STORE_DEADLINE_SECONDS", cls.store_deadline_seconds
            ),
            turn_deadline_seconds=read.seconds("TURN_DEADLINE_SECONDS", cls.turn_deadline_seconds),
            reply_hours=read.whole("REPLY_HOURS", cls.reply_hours, 1, 24 * 30),
            token_secret=read.optional("TOKEN_SECRET"),
            token_secret_file=read.path("TOKEN_SECRET_FILE", cls.token_secret_file),
            token_idle_hours=read.whole("TOKEN_IDLE_HOURS", cls.token_idle_hours, 1, 24 * 365),
            allowed_origins=read.words("ALLOWED_ORIGINS"),
            trusted_proxies=read.whole("TRUSTED_PROXIES", cls.trusted_proxies, 0, 10),
            messages_per_minute=read.whole(
                "MESSAGES_PER_MINUTE", cls.messages_per_minute, 0, 100_000
            ),
            address_messages_per_minute=read.whole(
                "ADDRESS_MESSAGES_PER_MINUTE", cls.address_messages_per_minute, 0, 1_000_000
            ),
            procedure_source=read.optional_path("PROCEDURE_SOURCE"),
            messaging=_read_messaging(read),
            reports=read.path("REPORTS", cls.reports),
            audit_log=read.path("AUDIT_LOG", cls.audit_log),
            log_level=read.choice("LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR", "CRITICAL")),
            staff_token=read.secret("STAFF_TOKEN"),
        )
        if settings.production and not settings.token_secret:
            raise SettingError("TOKEN_SECRET must be set when ENVIRONMENT=production")
        return settings


def _read_messaging(read: _Reader) -> MessagingSettings:
    default = MessagingSettings
    return MessagingSettings(
        public_url=read.address("PUBLIC_URL"),
        twilio_account_sid=read.optional("TWILIO_ACCOUNT_SID"),
        twilio_auth_token=read.optional("TWILIO_AUTH_TOKEN"),
        twilio_sms_number=read.phone("TWILIO_SMS_NUMBER"),
        twilio_whatsapp_number=read.phone("TWILIO_WHATSAPP_NUMBER"),
        twilio_api_url=read.address("TWILIO_API_URL"),
        chatwoot_url=read.address("CHATWOOT_URL"),
        chatwoot_token=read.optional("CHATWOOT_TOKEN"),
        chatwoot_secret=read.optional("CHATWOOT_SECRET"),
        chatwoot_path_secret=read.optional("CHATWOOT_PATH_SECRET"),
        clinic_webhook_url=read.address("CLINIC_WEBHOOK_URL"),
        clinic_webhook_secret=read.optional("CLINIC_WEBHOOK_SECRET"),
        clinic_email=read.optional("CLINIC_EMAIL"),
        email_from=read.optional("EMAIL_FROM"),
        smtp_url=read.optional("SMTP_URL"),
        texts_per_hour=read.whole("TEXTS_PER_HOUR", default.texts_per_hour, 0, 100_000),
        segments_per_day=read.whole("SEGMENTS_PER_DAY", default.segments_per_day, 0, 10_000_000),
        handoff_alert_minutes=read.amount("HANDOFF_ALERT_MINUTES", default.handoff_alert_minutes),
        handoff_return_hours=read.amount("HANDOFF_RETURN_HOURS", default.handoff_return_hours),
    )


class _Reader:
    """Reads single keys and says which one is wrong."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def optional(self, key: str) -> str | None:
        return self._environment.get(key, "").strip() or None

    def text(self, key: str, default: str) -> str:
        return self.optional(key) or default

    def secret(self, key: str) -> str | None:
        value = self.optional(key)
        if value and len(value) < _SHORTEST_SECRET:
            raise SettingError(f"{key} must have at least {_SHORTEST_SECRET} characters")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        return tuple((self.optional(key) or "").replace(",", " ").split())

    def optional_path(self, key: str) -> Path | None:
        value = self.optional(key)
        return PROJECT / value if value else None

    def path(self, key: str, default: Path) -> Path:
        return self.optional_path(key) or default

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key, allowed[0])
        if value not in allowed:
            raise SettingError(f"{key} must be one of {', '.join(allowed)}; it is {value!r}")
        return value

    def whole(self, key: str, default: int, lowest: int, highest: int) -> int:
        value = self.text(key, str(default))
        if not value.isascii() or not value.isdigit() or not lowest <= int(value) <= highest:
            raise SettingError(
                f"{key} must be a whole number from {lowest} to {highest}; it is {value!r}"
            )
        return int(value)

    def seconds(self, key: str, default: float) -> float:
        return self.amount(key, default, "seconds")

    def amount(self, key: str, default: float, what: str = "a number") -> float:
        value = self.text(key, str(default))
        try:
            amount = float(value)
        except ValueError:
            amount = 0.0
        if not 0.0 < amount <= 3600.0:  # also refuses NaN
            raise SettingError(f"{key} must be {what} above 0, at most 3600; it is {value!r}")
        return amount

    def address(self, key: str) -> str | None:
        value = self.optional(key)
        if value is not None and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
            raise SettingError(f"{key} must be an address such as https://host; it is {value!r}")
        return value.rstrip("/") if value else None

    def phone(self, key: str) -> str | None:
        value = self.optional(key)
        if value is not None and not re.fullmatch(r"\+[1-9]\d{6,14}", value):
            raise SettingError(f"{key} must be a number in E.164 such as +12125550142")
        return value
