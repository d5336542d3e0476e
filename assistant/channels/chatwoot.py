"""The clinic's inbox in Chatwoot: the assistant is its agent bot, people take over.

Chatwoot must be answered within seconds, so events are checked and stored, and all work is done
behind. The assistant speaks only while a conversation is pending; from the moment a person has it
nothing goes out but an emergency's line.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy.engine import Connection

from assistant import logs
from assistant.channels.choices import Choice
from assistant.channels.messaging import contacts, handoffs, outbox, texts
from assistant.channels.messaging.contacts import Contact
from assistant.channels.messaging.hub import open_messaging
from assistant.channels.messaging.inbox import Received
from assistant.channels.messaging.messenger import Busy, Refused
from assistant.channels.messaging.outbox import Draft, Sending
from assistant.channels.messaging.pseudonyms import Pseudonyms
from assistant.channels.messaging.switched_off import SwitchedOff
from assistant.settings import SettingError, Settings
from assistant.stores.errors import StoreUnavailable

logger = logging.getLogger(__name__)

NAME = "chatwoot"
_LARGEST_BODY = 256 * 1024  # bytes
_CLOCKS_APART = 300.0  # seconds by which an event's time may differ from ours
_PATIENCE = 10.0  # seconds for a call of the API
_GIVE_UP = 900.0  # seconds after which an answer is too late to be of use
_PENDING = "pending"

# Channels of Chatwoot whose readers have no buttons, and those that are text messages.
_WITH_BUTTONS = {"Channel::WebWidget"}
_TEXT_MESSAGES = {"Channel::TwilioSms", "Channel::Sms", "Channel::Whatsapp"}
_TYPES = {"incoming": "incoming", "outgoing": "outgoing", 0: "incoming", 1: "outgoing"}
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)

_MESSAGES = ("message_created", "message_updated")
_STATUSES = ("conversation_opened", "conversation_resolved")


@dataclass(frozen=True)
class _Event:
    """What an event tells.

    Attributes:
        kind: Its name.
        conversation: Our id of the conversation.
        address: Where to write back.
        is_pending: Whether the conversation was the assistant's then.
        state_time: When the conversation had last changed then, in seconds since 1970; None for
            a Chatwoot that doesn't tell.
        message_id: Chatwoot's id of the message.
        message_type: `incoming` or `outgoing`; anything else is of no interest.
        is_private: Whether the message is a note among the staff.
        is_by_person: Whether one of the staff has written the message.
        text: The message.
        has_files: Whether a picture, a recording or a place came with it.
        picked: The choice that was picked under a message of ours.
    """

    kind: str
    conversation: str
    address: dict[str, Any]
    is_pending: bool
    state_time: float | None
    message_id: str
    message_type: str
    is_private: bool
    is_by_person: bool
    text: str
    has_files: bool
    picked: str | None

    @classmethod
    def read(cls, event: dict[str, Any]) -> _Event:
        """Reads an event; raises various errors for what isn't one."""
        # A message holds its conversation, an event of a conversation is one itself. Only its
        # last message knows the account then.
        is_message = event["event"] in _MESSAGES
        conversation = event["conversation"] if is_message else event
        account = event["account"] if is_message else conversation["messages"][0]
        account_id, number = int(account.get("account_id", account["id"])), int(conversation["id"])
        state_time = conversation.get("updated_at")
        return cls(
            kind=event["event"],
            conversation=f"cw-{account_id}-{number}",
            address={
                "account": account_id,
                "conversation": number,
                "channel": conversation.get("channel"),
            },
            is_pending=conversation.get("status") == _PENDING,
            state_time=float(state_time) if isinstance(state_time, int | float) else None,
            message_id=str(int(event["id"])),
            message_type=_TYPES.get(event.get("message_type"), ""),
            is_private=bool(event.get("private")),
            is_by_person=str((event.get("sender") or {}).get("type")).lower() == "user",
            text=str(event.get("content") or "").replace("\x00", ""),
            has_files=bool(event.get("attachments")),
            picked=_picked(event),
        )


class ChatwootInput(InputChannel):
    """Rasa input channel `chatwoot`: `/webhooks/chatwoot/webhook`."""

    def __init__(self, settings: Settings) -> None:
        """Makes the channel ready to serve.

        Args:
            settings: With Chatwoot's address, token and secret.

        Raises:
            SettingError: Some of them are missing.
        """
        logs.configure()
        chatwoot = settings.messaging
        if not chatwoot.chatwoot_token:
            raise SettingError("CHATWOOT_URL is set, so CHATWOOT_TOKEN must be set too")
        if not (chatwoot.chatwoot_secret or chatwoot.chatwoot_path_secret):
            raise SettingError("CHATWOOT_SECRET or CHATWOOT_PATH_SECRET must be set")
        self._secret = chatwoot.chatwoot_secret
        self._path_secret = chatwoot.chatwoot_path_secret
        self._pseudonyms = Pseudonyms(settings)
        self._messaging = open_messaging(settings)
        self._messenger = ChatwootMessenger(str(chatwoot.chatwoot_url), chatwoot.chatwoot_token)
        self._messaging.add(self._messenger)

    @classmethod
    def name(cls) -> str:
        """Part of the address: `/webhooks/chatwoot`."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """Makes the channel, or one without routes where Chatwoot isn't set up.

        Args:
            credentials: Not used; what can be set is set by the environment.

        Returns:
            The channel.
        """
        settings = Settings.from_environment()
        if not settings.messaging.chatwoot_url:
            return SwitchedOff(NAME, "CHATWOOT_URL")
        return cls(settings)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's routes.

        Args:
            on_new_message: Rasa's handler of a message.

        Returns:
            Routes below `/webhooks/chatwoot`.
        """
        routes = Blueprint("chatwoot_webhook")

        @routes.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            return await self._webhook(request, self._is_signed(request))

        @routes.post("/webhook/<secret:str>")
        async def webhook_with_secret(request: Request, secret: str) -> HTTPResponse:
            known = self._path_secret or ""
            fits = bool(known) and hmac.compare_digest(secret.encode(), known.encode())
            return await self._webhook(request, fits)

        self._messaging.run_with(routes, on_new_message)
        return routes

    async def _webhook(self, request: Request, is_genuine: bool) -> HTTPResponse:
        if not is_genuine or len(request.body) > _LARGEST_BODY:
            return response.empty(403)
        try:
            body = json.loads(request.body)
            if body["event"] not in _MESSAGES + _STATUSES:
                return response.json({"status": "of no interest"})
            event = _Event.read(body)
        except _UNREADABLE:
            return response.empty(400)
        try:
            if event.kind in _STATUSES:
                await self._status(event)
            elif event.message_type == "outgoing" and event.kind == "message_created":
                await self._outgoing(event)
            else:
                await self._incoming(event, request.app.ctx.agent)
        except StoreUnavailable:
            return response.empty(500)  # Chatwoot sends it again
        return response.json({"status": "ok"})

    def _is_signed(self, request: Request) -> bool:
        """Whether the event is Chatwoot's and of these minutes."""
        timestamp = request.headers.get("x-chatwoot-timestamp", "")
        if not self._secret or not timestamp.isdecimal():
            return False
        if abs(time.time() - float(timestamp)) > _CLOCKS_APART:
            return False
        signed = timestamp.encode() + b"." + request.body
        expected = "sha256=" + hmac.new(self._secret.encode(), signed, hashlib.sha256).hexdigest()
        signature = request.headers.get("x-chatwoot-signature", "")
        return hmac.compare_digest(expected.encode(), signature.encode())

    async def _incoming(self, event: _Event, agent: Agent | None) -> None:
        # A pick comes as an update of our own message, any other update is of no interest.
        is_pick = event.kind == "message_updated" and event.picked is not None
        is_new = event.kind == "message_created" and event.message_type == "incoming"
        if event.is_private or not (is_pick or is_new):
            return
        message = self._received(event)

        def note(connection: Connection) -> None:
            _note_status(connection, event)

        try:
            await self._messaging.receive(message, event.address, note)
            return
        except StoreUnavailable:
            channel = self._messenger.channel_of(event.address)
            line = await self._messaging.desk.emergency(message.content["text"], channel, agent)
            if line is None:
                raise
        await self._say_at_once(message, event, line["text"])
        self._messaging.record_later(message, event.address, note)

    def _received(self, event: _Event) -> Received:
        content: dict[str, Any] = {"text": event.text, "held": not event.is_pending}
        name = f"{event.conversation}.{event.message_id}"
        if event.has_files:
            content["media"] = True
        if event.kind == "message_updated":
            content.update(text="", choice=event.picked)
            name += ".picked"
        fingerprint = self._pseudonyms.fingerprint(content["text"])
        return Received(NAME, name, event.conversation, fingerprint, content)

    async def _say_at_once(self, message: Received, event: _Event, line: str) -> None:
        try:
            await self._messaging.say_at_once(message, event.address, line)
        except Exception as error:
            failure = StoreUnavailable(f"{NAME}: {type(error).__name__}")
        else:
            return
        raise failure  # the event comes again

    async def _outgoing(self, event: _Event) -> None:
        """A person has spoken, or our own message comes back as an event."""
        if event.is_private:
            return

        def note(connection: Connection) -> None:
            if event.is_by_person:
                contacts.meet(connection, event.conversation, NAME, event.address)
                if _is_news(connection, event):
                    opened = not event.is_pending
                    _person_has_it(connection, event.conversation, opened=opened, taken=True)
                return
            for row_id, content in outbox.under_way(connection, event.conversation):
                if content.get("text") == event.text:
                    outbox.sent(connection, row_id, event.message_id)
                    return

        await self._messaging.database.run(note)

    async def _status(self, event: _Event) -> None:
        def note(connection: Connection) -> None:
            if not _is_news(connection, event):
                return
            contact = contacts.get(connection, event.conversation)
            if contact is None:
                return
            if event.kind == "conversation_opened":
                _person_has_it(connection, event.conversation, opened=True)
                return
            handoffs.end(connection, event.conversation)
            contacts.change(
                connection,
                event.conversation,
                held=False,
                session=contact.session + 1,
                introduced=False,
                offered=[],
                dialogue=None,
            )

        await self._messaging.database.run(note)


class ChatwootMessenger:
    """Speaks in Chatwoot's conversations by its API."""

    name = NAME
    has_people = True
    patience: float | None = _GIVE_UP

    def __init__(self, url: str, token: str) -> None:
        """Keeps the address.

        Args:
            url: Chatwoot's address.
            token: Access token of the agent bot.
        """
        self._url = url
        self._headers = {"api_access_token": token}

    def channel(self, contact: Contact) -> str:
        """The short wordings where the inbox is a text line."""
        return self.channel_of(contact.address)

    def channel_of(self, address: dict[str, Any]) -> str:
        """The same by a conversation's address.

        Args:
            address: With Chatwoot's name of the channel.

        Returns:
            `sms` or `chatwoot`.
        """
        return "sms" if address.get("channel") in _TEXT_MESSAGES else NAME

    def carrier_words(self, contact: Contact) -> frozenset[str]:
        """The carrier answers them where the inbox is a text line."""
        is_texts = contact.address.get("channel") in _TEXT_MESSAGES
        return frozenset({"stop", "start", "help"}) if is_texts else frozenset()

    def render(
        self, contact: Contact, said: Sequence[str], choices: Sequence[Choice], urgent: bool
    ) -> list[Draft]:
        """One message for each of the turn's; the choices as buttons or numbers under the last.

        Args:
            contact: Who gets it.
            said: The messages, in order.
            choices: What may be picked.
            urgent: Whether it must go out in any case.

        Returns:
            The drafts.
        """
        if contact.address.get("channel") in _WITH_BUTTONS:
            contents: list[dict[str, Any]] = [{"text": each} for each in said]
            if choices:
                contents[-1]["buttons"] = [[each.id, each.title] for each in choices]
            return [Draft(each, urgent=urgent) for each in contents]
        lines = [*said[:-1], texts.with_numbers(said[-1], choices)]
        if self.channel(contact) != NAME:
            lines = texts.parts([texts.to_gsm(each) for each in lines])
        return [Draft({"text": each}, urgent=urgent) for each in lines]

    async def send(self, message: Sending) -> str:
        """Sends a message or a private note, or changes the conversation's status.

        Args:
            message: What to send where.

        Returns:
            Chatwoot's id of the message, or the new status.

        Raises:
            Refused: Chatwoot won't ever take it.
            Busy: Chatwoot takes nothing just now.
        """
        content = message.content
        if "status" in content:
            await self._post(message, "toggle_status", {"status": content["status"]})
            return f"{message.key} {content['status']}"
        body: dict[str, Any] = {
            "content": content.get("note") or content["text"],
            "message_type": "outgoing",
            "private": "note" in content,
        }
        if "buttons" in content:
            items = [{"title": title, "value": value} for value, title in content["buttons"]]
            body |= {"content_type": "input_select", "content_attributes": {"items": items}}
        created = await self._post(message, "messages", body)
        return str(created.get("id"))

    async def find(self, message: Sending, known: set[str]) -> str | None:
        """Looks for the message in its conversation, where the token may read it.

        An agent bot's token mayn't; then the events tell of what got through.

        Args:
            message: What was to be sent.
            known: Ids of other messages.

        Returns:
            Its id, or None.
        """
        text = message.content.get("note") or message.content.get("text")
        if text is None:
            return None  # setting a status twice is setting it once
        async with self._session() as session, session.get(self._path(message)) as answer:
            if answer.status >= 500:
                raise ConnectionError(str(answer.status))
            if answer.status >= 400:
                return None
            listed = (await answer.json())["payload"]
        for each in listed:
            new = str(each["id"]) not in known and each["created_at"] > message.begun - 60.0
            if new and each["content"] == text and _TYPES.get(each["message_type"]) == "outgoing":
                return str(each["id"])
        return None

    async def _post(self, message: Sending, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with (
            self._session() as session,
            session.post(self._path(message, path), json=body) as answer,
        ):
            if answer.status in (429, 503):
                raise Busy(str(answer.status))
            if answer.status >= 500:
                raise ConnectionError(str(answer.status))
            if answer.status >= 400:
                raise Refused(str(answer.status))
            created: dict[str, Any] = await answer.json()
            return created

    def _session(self) -> aiohttp.ClientSession:
        timeout = aiohttp.ClientTimeout(total=_PATIENCE)
        return aiohttp.ClientSession(headers=self._headers, timeout=timeout)

    def _path(self, message: Sending, path: str = "messages") -> str:
        account, conversation = message.address["account"], message.address["conversation"]
        return f"{self._url}/api/v1/accounts/{account}/conversations/{conversation}/{path}"


def _picked(event: dict[str, Any]) -> str | None:
    """The choice that was picked under a message of ours."""
    submitted = (event.get("content_attributes") or {}).get("submitted_values")
    try:
        return str(submitted[0]["value"]) if submitted else None
    except (KeyError, TypeError, IndexError):
        return None


def _is_news(connection: Connection, event: _Event) -> bool:
    """Whether an event knows the conversation's state as it is, not as it was before another's."""
    if event.state_time is None:
        return True
    return contacts.note_state(connection, event.conversation, event.state_time)


def _note_status(connection: Connection, event: _Event) -> None:
    """What a message's conversation status says of who has it."""
    conversation = event.conversation
    if not _is_news(connection, event):
        return
    if not event.is_pending:
        _person_has_it(connection, conversation, opened=True)
        return
    handoff = handoffs.current(connection, conversation)
    # Until it has been open, "pending" only says that Chatwoot isn't that far yet.
    if handoff is None or handoff.opened:
        handoffs.end(connection, conversation)
        contacts.change(connection, conversation, held=False)


def _person_has_it(
    connection: Connection, conversation: str, *, opened: bool, taken: bool = False
) -> None:
    """From here on nothing more goes out but what is urgent."""
    contacts.change(connection, conversation, held=True)
    outbox.drop_waiting(connection, conversation, "person")
    handoff = handoffs.current(connection, conversation)
    if handoff is None:
        handoffs.begin(connection, conversation, "taken")
        handoff = handoffs.current(connection, conversation)
        taken = True  # nobody was called, so nobody has to come
    if opened:
        handoffs.change(connection, handoff.id, opened=True)
    if taken:
        handoffs.change(connection, handoff.id, taken=time.time())
