"""SMS and WhatsApp by Twilio: verifies and stores what comes in, sends by the API.

The webhook answers at once and with nothing; what is said goes out by the outbox. Numbers stand in
the contact's address and in Twilio's requests, never in a log line or an id.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy.engine import Connection
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from assistant import logs
from assistant.channels.choices import Choice
from assistant.channels.messaging import contacts, outbox, texts
from assistant.channels.messaging.contacts import Contact
from assistant.channels.messaging.hub import open_messaging
from assistant.channels.messaging.inbox import Received
from assistant.channels.messaging.keywords import keyword
from assistant.channels.messaging.messenger import Busy, OptedOut, Refused
from assistant.channels.messaging.outbox import Draft, Sending
from assistant.channels.messaging.pseudonyms import Pseudonyms
from assistant.channels.messaging.rows import insert_once
from assistant.channels.messaging.schema import quick_replies
from assistant.channels.messaging.switched_off import SwitchedOff
from assistant.settings import MessagingSettings, SettingError, Settings
from assistant.stores.database import Database
from assistant.stores.errors import StoreUnavailable

logger = logging.getLogger(__name__)

NAME = "twilio"
SMS, WHATSAPP = "sms", "whatsapp"
_WORDING = "sms"  # both read the short wordings
_API = "https://api.twilio.com"
_CONTENT_API = "https://content.twilio.com/v1/Content"
_LARGEST_BODY = 64 * 1024  # bytes
_TIMEOUT = 10.0  # seconds for a call of the API
_PATIENCE = 900.0  # seconds after which an answer is too late to be of use
_LOOK_BACK = 50  # messages of a number that are compared to find one
_OPTED_OUT = 21610
_MOST_BUTTONS, _LONGEST_TITLE, _LONGEST_BUTTON_TEXT = 3, 20, 1024  # WhatsApp's
_E164 = re.compile(r"\+[1-9]\d{6,14}")


class TwilioInput(InputChannel):
    """Rasa input channel `twilio`: `/webhooks/twilio/webhook` and `/webhooks/twilio/status`."""

    def __init__(self, settings: Settings) -> None:
        """Makes the channel ready to serve.

        Args:
            settings: With Twilio's account and numbers.

        Raises:
            SettingError: Some of them are missing.
        """
        logs.configure()
        _require(settings.messaging)
        self._settings = settings.messaging
        self._validator = RequestValidator(settings.messaging.twilio_auth_token)
        self._pseudonyms = Pseudonyms(settings)
        self._messaging = open_messaging(settings)
        client = _client(settings.messaging)
        for kind in (SMS, WHATSAPP):
            number = _number(settings.messaging, kind)
            if number:
                database = self._messaging.database
                self._messaging.add(TwilioMessenger(kind, number, client, database, self._settings))

    @classmethod
    def name(cls) -> str:
        """Part of the address: `/webhooks/twilio`."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """Makes the channel, or one without routes where Twilio isn't set up.

        Args:
            credentials: Not used; what can be set is set by the environment.

        Returns:
            The channel.
        """
        settings = Settings.from_environment()
        if not settings.messaging.twilio_account_sid:
            return SwitchedOff(NAME, "TWILIO_ACCOUNT_SID")
        return cls(settings)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's routes.

        Args:
            on_new_message: Rasa's handler of a message.

        Returns:
            Routes below `/webhooks/twilio`.
        """
        routes = Blueprint("twilio_webhook")

        @routes.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            return await self._webhook(request)

        @routes.post("/status")
        async def status(request: Request) -> HTTPResponse:
            return await self._status(request)

        self._messaging.run_with(routes, on_new_message)
        return routes

    async def _webhook(self, request: Request) -> HTTPResponse:
        form = self._verified(request)
        if form is None:
            return response.empty(403)
        kind, phone = _sender(form)
        if not _number(self._settings, kind) or not _E164.fullmatch(phone):
            return response.empty(204)  # a short code or a name: nobody to talk to
        if not form.get("MessageSid"):
            return response.empty(400)
        message, address = self._received(kind, phone, form), {"phone": phone}
        try:
            await self._messaging.receive(message, address)
        except StoreUnavailable:
            return await self._at_once(message, address, request.app.ctx.agent)
        return response.empty(204)

    async def _status(self, request: Request) -> HTTPResponse:
        form = self._verified(request)
        row_id = request.args.get("message", "")
        if form is None or not row_id.isdigit():
            return response.empty(403)

        def note(connection: Connection) -> None:
            error = form.get("ErrorCode") or None
            conversation = outbox.note_delivery(
                connection,
                int(row_id),
                form.get("MessageSid", ""),
                form.get("MessageStatus", ""),
                error,
            )
            if conversation and error == str(_OPTED_OUT):
                contacts.opt_out(connection, conversation)

        try:
            await self._messaging.database.run(note)
        except StoreUnavailable:
            return response.empty(503)
        return response.empty(204)

    def _verified(self, request: Request) -> dict[str, str] | None:
        """The form's fields, blank ones too, if Twilio signed them for this very address."""
        if len(request.body) > _LARGEST_BODY:
            return None
        try:
            fields = parse_qs(request.body.decode(), keep_blank_values=True)
        except ValueError:
            return None
        form = {name: values[0] for name, values in fields.items()}
        address = f"{self._settings.public_url}{request.path}"
        if request.query_string:
            address += f"?{request.query_string}"
        signature = request.headers.get("x-twilio-signature", "")
        return form if self._validator.validate(address, form, signature) else None

    def _received(self, kind: str, phone: str, form: dict[str, str]) -> Received:
        # With Advanced Opt-Out Twilio says which word it has answered, in any language.
        text = (form.get("OptOutType") or form.get("Body") or "").replace("\x00", "")
        content: dict[str, Any] = {"text": text}
        if form.get("ButtonPayload"):
            content["choice"] = form["ButtonPayload"]
        if form.get("NumMedia", "0") != "0" or form.get("Latitude"):
            content["media"] = True
        return Received(
            kind,
            form["MessageSid"],
            self._pseudonyms.conversation(kind, phone),
            self._pseudonyms.fingerprint(text),
            content,
        )

    async def _at_once(
        self, message: Received, address: dict[str, str], agent: Agent | None
    ) -> HTTPResponse:
        """An honest line in Twilio's own markup, since nothing can be stored to be sent later."""
        desk, said = self._messaging.desk, message.content["text"]
        if keyword(said, opted_out=False):
            return response.empty(503)  # Twilio has answered it, and knows who has opted out
        line = await desk.emergency(said, _WORDING, agent)
        if line:
            self._messaging.record_later(message, address)
        text = escape(texts.to_gsm((line or desk.unavailable(_WORDING))["text"]))
        markup = f"<Response><Message>{text}</Message></Response>"
        return response.text(markup, content_type="text/xml")


class TwilioMessenger:
    """Sends by Twilio's API; one for SMS, one for WhatsApp."""

    has_people = False
    patience: float | None = _PATIENCE

    def __init__(
        self,
        kind: str,
        number: str,
        client: Client,
        database: Database,
        settings: MessagingSettings,
    ) -> None:
        """Keeps what the API needs.

        Args:
            kind: `sms` or `whatsapp`.
            number: The clinic's number in E.164.
            client: Twilio's client.
            database: For the Content SIDs of quick replies.
            settings: With the public address.
        """
        self.name = kind
        self._number = number
        self._client = client
        self._database = database
        self._status_url = f"{settings.public_url}/webhooks/{NAME}/status"
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="twilio")

    def channel(self, contact: Contact) -> str:
        """The short wordings."""
        return _WORDING

    def carrier_words(self, contact: Contact) -> frozenset[str]:
        """Twilio answers all of them for SMS; for WhatsApp nobody answers HELP."""
        words = {"stop", "start", "help"} if self.name == SMS else {"stop", "start"}
        return frozenset(words)

    def render(
        self, contact: Contact, said: Sequence[str], choices: Sequence[Choice], urgent: bool
    ) -> list[Draft]:
        """Makes texts of readable length; the choices become buttons or numbers.

        Args:
            contact: Who gets it.
            said: The messages, in order.
            choices: What may be picked.
            urgent: Whether it must go out in any case.

        Returns:
            The drafts.
        """
        plain = [texts.to_gsm(each) for each in said] if self.name == SMS else list(said)
        if self._fit_buttons(plain[-1], choices):
            drafts: list[dict[str, Any]] = [{"text": p} for p in texts.parts(plain[:-1])]
            buttons = [[each.id, each.title] for each in choices]
            drafts.append({"text": plain[-1], "buttons": buttons})
        else:
            numbered = texts.with_numbers(plain[-1], choices)
            numbered = texts.to_gsm(numbered) if self.name == SMS else numbered
            drafts = [{"text": part} for part in texts.parts([*plain[:-1], numbered])]
        return [Draft(each, texts.segments(each["text"]), urgent) for each in drafts]

    async def send(self, message: Sending) -> str:
        """Sends a text.

        Args:
            message: The text, and where it goes.

        Returns:
            Twilio's SID of it.

        Raises:
            OptedOut: The number has opted out.
            Refused: Twilio won't ever take it.
            Busy: Twilio takes nothing just now.
        """
        fields = {
            "to": self._address(message.address["phone"]),
            "from_": self._address(self._number),
            "status_callback": f"{self._status_url}?message={message.id}",
        }
        if "buttons" in message.content:
            fields["content_sid"] = await self._content_sid(message.content["buttons"])
            fields["content_variables"] = json.dumps({"1": message.content["text"]})
        else:
            fields["body"] = message.content["text"]
        sent = await self._call(lambda: self._client.messages.create(**fields))
        return str(sent.sid)

    async def find(self, message: Sending, known: set[str]) -> str | None:
        """Looks through the number's last messages for one with this text.

        Args:
            message: What was to be sent.
            known: SIDs of other messages.

        Returns:
            Its SID, or None.
        """
        listed = await self._call(
            lambda: self._client.messages.list(
                to=self._address(message.address["phone"]),
                from_=self._address(self._number),
                limit=_LOOK_BACK,
            )
        )
        for each in reversed(listed):
            made = each.date_created.timestamp() if each.date_created else message.begun
            # Twilio's times are whole seconds, and its clock isn't ours.
            same = each.body == message.content["text"] and made > message.begun - 60.0
            if same and each.sid not in known:
                return str(each.sid)
        return None

    def _address(self, phone: str) -> str:
        return f"whatsapp:{phone}" if self.name == WHATSAPP else phone

    def _fit_buttons(self, text: str, choices: Sequence[Choice]) -> bool:
        return (
            self.name == WHATSAPP
            and 0 < len(choices) <= _MOST_BUTTONS
            and all(len(each.title) <= _LONGEST_TITLE for each in choices)
            and len(text) <= _LONGEST_BUTTON_TEXT
        )

    async def _content_sid(self, buttons: list[list[str]]) -> str:
        """Twilio's id of these buttons, made when they are first used."""
        key = hashlib.sha256(json.dumps(buttons).encode()).hexdigest()
        query = sa.select(quick_replies.c.content_sid).where(quick_replies.c.buttons == key)
        known = await self._database.run(lambda c: c.scalar(query))
        if known:
            return str(known)
        sid = await self._call(lambda: self._create_content(buttons, key))
        row = {"buttons": key, "content_sid": sid}
        await self._database.run(lambda c: insert_once(c, quick_replies, row))
        return sid

    def _create_content(self, buttons: list[list[str]], key: str) -> str:
        # The SDK can't create contents in this version.
        actions = [{"id": choice_id, "title": title} for choice_id, title in buttons]
        body = {
            "friendly_name": f"choices {key[:12]}",
            "language": "en",
            "variables": {"1": "A question"},
            "types": {"twilio/quick-reply": {"body": "{{1}}", "actions": actions}},
        }
        answer = self._client.request(
            "POST",
            _CONTENT_API,
            data=json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        if answer.status_code >= 400:
            raise TwilioRestException(answer.status_code, _CONTENT_API)
        return str(json.loads(answer.text)["sid"])

    async def _call(self, work: Callable[[], Any]) -> Any:
        """Runs a call of the SDK in a thread, and says what its failure means."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except TwilioRestException as error:
            # Its text quotes the number.
            status, code = error.status, error.code
        if code == _OPTED_OUT:
            raise OptedOut(str(code))
        if status in (429, 503):
            raise Busy(str(status))
        if status >= 500:
            raise ConnectionError(str(status))
        raise Refused(str(code or status))


class _HttpClient(TwilioHttpClient):
    """Twilio's own client, pointed at another address where one is set."""

    def __init__(self, api_url: str | None) -> None:
        super().__init__(timeout=_TIMEOUT)
        self._api_url = api_url

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        if self._api_url:
            url = re.sub(r"^https://(api|content)\.twilio\.com", self._api_url, url)
        return super().request(method, url, *args, **options)


def _client(settings: MessagingSettings) -> Client:
    # The SDK logs every request with number and text.
    logging.getLogger("twilio.http_client").setLevel(logging.ERROR)
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    return Client(
        settings.twilio_account_sid,
        settings.twilio_auth_token,
        http_client=_HttpClient(settings.twilio_api_url),
    )


def _require(settings: MessagingSettings) -> None:
    missing = [
        key
        for key, value in (
            ("TWILIO_AUTH_TOKEN", settings.twilio_auth_token),
            ("PUBLIC_URL", settings.public_url),
            (
                "TWILIO_SMS_NUMBER or TWILIO_WHATSAPP_NUMBER",
                settings.twilio_sms_number or settings.twilio_whatsapp_number,
            ),
        )
        if not value
    ]
    if missing:
        raise SettingError(f"TWILIO_ACCOUNT_SID is set, so {', '.join(missing)} must be set too")


def _number(settings: MessagingSettings, kind: str) -> str | None:
    return settings.twilio_sms_number if kind == SMS else settings.twilio_whatsapp_number


def _sender(form: dict[str, str]) -> tuple[str, str]:
    prefix, _, phone = form.get("From", "").rpartition(":")
    return (WHATSAPP if prefix == "whatsapp" else SMS), phone
