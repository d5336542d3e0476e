"""The website's channel: JSON over HTTP (docs/web-channel.md, docs/openapi.yml).

Unlike Rasa's stock `rest` channel it makes the conversation's id itself and signs it, takes no
commands and no metadata from outside, limits how much and how fast, answers a retry with the
same reply, and never answers with nothing.
"""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import json
import logging
import math
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.core.events import BotUttered, Event, UserUttered
from sanic import Blueprint, HTTPResponse, Request, Sanic, response
from sanic.exceptions import MethodNotSupported

from assistant import logs
from assistant.channels import choices
from assistant.channels.callback_form import Callbacks
from assistant.channels.callbacks import BadRequest
from assistant.channels.cleaning import Refused, clean, is_command
from assistant.channels.history import history, reply_id
from assistant.channels.messaging.hub import open_messaging
from assistant.channels.rate_limits import RateLimits
from assistant.channels.replies import to_json
from assistant.channels.tokens import InvalidToken, Tokens
from assistant.channels.turns import Incoming, Message, Turns
from assistant.content.guide import Guide
from assistant.settings import Settings
from assistant.stores.errors import MessageClaimed, StoreUnavailable
from assistant.stores.events import from_dicts
from assistant.stores.reply_store import ReplyStore
from assistant.stores.tracker_store import conversation_store

logger = logging.getLogger(__name__)

NAME = "web"
_LARGEST_BODY = 16 * 1024  # bytes; 1,000 characters escaped as JSON take at most 12,000
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "600",
}

Handler = Callable[..., Awaitable[HTTPResponse]]


class _Refusal(Exception):
    """A request that gets an error instead of a turn."""

    def __init__(self, status: int, code: str, text: str, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"error": {"code": code, "message": text}}
        self.headers = {"Retry-After": str(retry_after)} if retry_after else {}


@dataclass(frozen=True)
class _Caller:
    """Who calls: the conversation, and whether a token was shown that no longer holds."""

    conversation: str
    is_new: bool
    token_refused: bool


@dataclass(frozen=True)
class _Content:
    """What a request says: a text or a choice, and whether the text was typed as a command."""

    text: str = ""
    choice: str | None = None
    is_command: bool = False


class WebInput(InputChannel):
    """Rasa input channel `web`; named in `credentials.yml` without settings of its own."""

    def __init__(self, settings: Settings) -> None:
        """Makes the channel ready to serve.

        Args:
            settings: Limits, origins, keys and the content's folder.
        """
        logs.configure()
        self._settings = settings
        self._tokens = Tokens.from_settings(settings)
        self._guide = Guide.load(settings.content / "guide.yml")
        self._turns = Turns(settings)
        self._replies = ReplyStore.from_settings(settings)
        self._messaging = open_messaging(settings)
        self._callbacks = Callbacks(settings, self._messaging)
        self._limits = RateLimits()

    @classmethod
    def name(cls) -> str:
        """Part of the address: `/webhooks/web`."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebInput:
        """Makes the channel; what can be set is set by the environment.

        Args:
            credentials: Not used.

        Returns:
            The channel.
        """
        return cls(Settings.from_environment())

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's routes.

        Args:
            on_new_message: Rasa's handler of a message.

        Returns:
            Routes below `/webhooks/web`.
        """
        routes = Blueprint("web_webhook")

        async def webhook(request: Request) -> HTTPResponse:
            return await self._webhook(request, on_new_message)

        self._add(routes, "/", "GET", self._health)
        self._add(routes, "/webhook", "POST", webhook)
        self._add(routes, "/feedback", "POST", self._feedback)
        self._add(routes, "/history", "GET", self._history)
        self._add(routes, "/history", "DELETE", self._erase)
        self._add(routes, "/callback", "GET", self._callback_terms)
        self._add(routes, "/callback", "POST", self._callback)
        if self._callbacks.available:
            self._messaging.run_with(routes, on_new_message)
        for path in ("/webhook", "/feedback", "/history", "/callback"):
            routes.add_route(_preflight, path, methods=["OPTIONS"], name=f"OPTIONS{path}")
        routes.middleware("response")(self._allow_preflight)
        routes.listener("before_server_start")(_explain_wrong_methods)
        return routes

    def _add(self, routes: Blueprint, path: str, method: str, handler: Handler) -> None:
        routes.add_route(self._guarded(handler), path, methods=[method], name=f"{method}{path}")

    async def _allow_preflight(self, request: Request, answer: HTTPResponse) -> None:
        """Says what an allowed page may send; Rasa's own CORS extension answers every OPTIONS."""
        origin = request.headers.get("origin")
        if request.method == "OPTIONS" and origin and self._is_allowed(origin, request):
            answer.headers.update(_PREFLIGHT)
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Vary"] = "Origin"

    def _guarded(self, handler: Handler) -> Handler:
        """Origin check before, CORS headers and honest errors after every route."""

        @functools.wraps(handler)
        async def guarded(request: Request) -> HTTPResponse:
            origin = request.headers.get("origin")
            allowed = origin is None or self._is_allowed(origin, request)
            try:
                if not allowed:
                    raise _Refusal(403, "origin", "pages of this origin may not call the assistant")
                answer = await handler(request)
            except _Refusal as refusal:
                answer = response.json(refusal.body, refusal.status, refusal.headers)
            except StoreUnavailable:
                answer = response.json(self._unavailable(), 503, {"Retry-After": "10"})
            if origin and allowed:
                answer.headers["Access-Control-Allow-Origin"] = origin
                answer.headers["Vary"] = "Origin"
            answer.headers["Cache-Control"] = "no-store"
            return answer

        return guarded

    def _is_allowed(self, origin: str, request: Request) -> bool:
        own = origin.partition("://")[2] == request.headers.get("host")
        return own or origin in self._settings.allowed_origins

    def _unavailable(self) -> dict[str, Any]:
        text = self._turns.line("utter_unavailable", NAME)["text"]
        return {"error": {"code": "unavailable", "message": text}}

    async def _health(self, request: Request) -> HTTPResponse:
        return response.json({"status": "ok"})

    async def _webhook(
        self, request: Request, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> HTTPResponse:
        body = _read_body(request)
        incoming_id = _message_id(body) or self._delivery_id(request)
        content = _content(body)
        caller = self._caller(request)
        self._count(caller, request)

        turn_id = incoming_id

        async def take_turn() -> dict[str, Any]:
            return await self._take_turn(request, caller, turn_id, content, on_new_message)

        if incoming_id is None:
            return response.json(await take_turn())

        async def recall(conversation: str) -> dict[str, Any] | None:
            nonlocal turn_id
            turn_id = incoming_id
            while reply := await self._recall(request, conversation, turn_id):
                if _is_final(reply):
                    return reply
                turn_id = next_try(turn_id)
            return None

        try:
            reply = await self._replies.once(
                self._scope(request) if caller.is_new else caller.conversation,
                incoming_id,
                take_turn,
                conversation=caller.conversation,
                recall=recall,
                is_final=_is_final,
            )
        except MessageClaimed as claimed:
            reply = await self._excuse(request, claimed.conversation, content)
        except StoreUnavailable:
            # Nothing was stored of it, so a retry is a new try; what must be said is said now.
            reply = await take_turn()
        return response.json(reply)

    def _caller(self, request: Request) -> _Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return _Caller(self._tokens.new_conversation(), is_new=True, token_refused=False)
        try:
            return _Caller(self._tokens.read(token.strip()), is_new=False, token_refused=False)
        except InvalidToken:
            return _Caller(self._tokens.new_conversation(), is_new=True, token_refused=True)

    def _known_caller(self, request: Request) -> str:
        """The caller's conversation, for requests that make no sense without one."""
        caller = self._caller(request)
        self._count(caller, request)
        if caller.is_new:
            raise _Refusal(401, "token", "this needs the token of a conversation that goes on")
        return caller.conversation

    def _count(self, caller: _Caller, request: Request) -> None:
        """Counts the request against the limits of its conversation and its address."""
        self._count_address(request)
        if not caller.is_new:
            self._hit(self._settings.messages_per_minute, f"conversation {caller.conversation}")

    def _count_address(self, request: Request) -> None:
        self._hit(self._settings.address_messages_per_minute, f"address {self._address(request)}")

    def _hit(self, most: int, who: str) -> None:
        wait = math.ceil(self._limits.hit(who, most))
        if wait:
            raise _Refusal(429, "too_many", "too many messages; please wait a minute", wait)

    def _address(self, request: Request) -> str:
        """The caller's address; a forwarding header counts only from proxies we know of.

        Each proxy adds whom it was called by at the end, some of them in a header line of its own.
        """
        hops = self._settings.trusted_proxies
        lines = request.headers.getall("x-forwarded-for", [])
        forwarded = [hop for hop in map(str.strip, ",".join(lines).split(",")) if hop]
        return _household(forwarded[-hops] if 0 < hops <= len(forwarded) else request.ip)

    def _delivery_id(self, request: Request) -> str | None:
        """The proxy's own id of the request, the same when it tries the next server."""
        given = request.headers.get("x-request-id", "")
        return str(uuid.UUID(given)) if self._settings.trusted_proxies and _is_uuid(given) else None

    def _scope(self, request: Request) -> str:
        """Where a first message's id is unique: nobody else can fetch its reply with it."""
        key = f"{self._address(request)}\n".encode() + request.body
        return "new-" + hashlib.sha256(key).hexdigest()

    async def _take_turn(
        self,
        request: Request,
        caller: _Caller,
        message_id: str | None,
        content: _Content,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
    ) -> dict[str, Any]:
        agent = getattr(request.app.ctx, "agent", None)
        turn = message_id or str(uuid.uuid4())
        messages = [self._turns.line("utter_new_conversation", NAME)] * caller.token_refused
        try:
            choice = content.choice
            is_open = not choice or await self._is_open(choice, caller, agent)
        except StoreUnavailable:
            messages.append(self._turns.line("utter_unavailable", NAME))
        else:
            if is_open:
                incoming = Incoming(
                    caller.conversation, NAME, content.text, choice, turn, content.is_command
                )
                said = await self._turns.answer(incoming, agent, on_new_message)
                messages += _named(said, caller.conversation, turn)
            else:
                messages.append(self._turns.line("utter_choice_expired", NAME))
        said = [to_json(message, self._guide) for message in messages]
        return self._answer(caller.conversation, said)

    async def _excuse(
        self, request: Request, conversation: str, content: _Content
    ) -> dict[str, Any]:
        """What is said without a turn, since another delivery of the message is in one."""
        agent = getattr(request.app.ctx, "agent", None)
        message = await self._turns.emergency(content.text, NAME, agent)
        message = message or self._turns.line("utter_unavailable", NAME)
        return self._answer(conversation, [to_json(message, self._guide)])

    async def _recall(
        self, request: Request, conversation: str, message_id: str
    ) -> dict[str, Any] | None:
        """The reply of a turn that was stored just before its server died."""
        store = conversation_store(request.app.ctx.agent)
        events = from_dicts(await store.turn(conversation, message_id) or ())
        entries = history(conversation, events, self._guide)
        said = [_without_speaker(entry) for entry in entries if entry["from"] == "assistant"]
        return self._answer(conversation, said) if said else None

    async def _is_open(self, choice: str, caller: _Caller, agent: Any) -> bool:
        """Whether the conversation's last turn offered the choice; a person always is."""
        if choice == choices.HANDOFF:
            return True
        if caller.is_new or agent is None:
            return False
        tracker = await conversation_store(agent).retrieve(caller.conversation)
        return choice in _offered(list(tracker.events) if tracker else [])

    def _answer(self, conversation: str, messages: list[dict[str, Any]]) -> dict[str, Any]:
        return {"conversation": self._tokens.issue(conversation), "messages": messages}

    async def _feedback(self, request: Request) -> HTTPResponse:
        body = _read_body(request)
        reply, helpful = body.get("reply"), body.get("helpful")
        if not isinstance(reply, str) or not _is_uuid(reply):
            raise _Refusal(400, "reply", "reply must be the id of a message")
        if not isinstance(helpful, bool):
            raise _Refusal(400, "helpful", "helpful must be true or false")
        conversation = self._known_caller(request)
        for entry in await self._said(request, conversation):
            if entry.get("id") == reply:
                await self._replies.feedback(conversation, reply, helpful, entry["topics"])
                return response.json({"status": "ok"})
        raise _Refusal(404, "reply", "no message of this conversation has this id")

    async def _callback_terms(self, request: Request) -> HTTPResponse:
        return response.json(self._callbacks.terms())

    async def _callback(self, request: Request) -> HTTPResponse:
        """Takes a call-back request; it belongs to no conversation."""
        body = _read_body(request)
        request_id = _message_id(body) or str(uuid.uuid4())
        self._count_address(request)
        try:
            reference = await self._callbacks.take(body, request_id)
        except BadRequest as bad:
            raise _Refusal(400, bad.field, str(bad)) from None
        except StoreUnavailable:
            text = self._turns.line("utter_callback_failed", NAME)["text"]
            raise _Refusal(503, "unavailable", text) from None
        text = self._callbacks.taken(reference, NAME)
        return response.json({"reference": reference, "message": text})

    async def _history(self, request: Request) -> HTTPResponse:
        conversation = self._known_caller(request)
        return response.json(self._answer(conversation, await self._said(request, conversation)))

    async def _said(self, request: Request, conversation: str) -> list[dict[str, Any]]:
        """All that was said in a conversation."""
        store = conversation_store(request.app.ctx.agent)
        tracker = await store.retrieve_full_tracker(conversation)
        return history(conversation, tracker.events if tracker else (), self._guide)

    async def _erase(self, request: Request) -> HTTPResponse:
        conversation = self._known_caller(request)
        self._turns.forget(conversation)
        await conversation_store(request.app.ctx.agent).delete(conversation)
        return response.json({"status": "erased"})


async def _explain_wrong_methods(app: Sanic, _loop: Any) -> None:
    """Sanic's own answer in JSON lacks the header `Allow`, which RFC 9110 §15.5.6 requires."""

    def explain(request: Request, error: MethodNotSupported) -> HTTPResponse:
        text = "this address doesn't take that method; Allow names those that it takes"
        return response.json({"error": {"code": "method", "message": text}}, 405, error.headers)

    app.error_handler.add(MethodNotSupported, explain)


async def _preflight(request: Request) -> HTTPResponse:
    """Gives the response middleware a route to stand behind."""
    return response.empty()


def _read_body(request: Request) -> dict[str, Any]:
    if len(request.body) > _LARGEST_BODY:
        raise _Refusal(413, "too_large", f"the body must have at most {_LARGEST_BODY} bytes")
    try:
        body = json.loads(request.body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _Refusal(400, "not_json", "the body must be JSON in UTF-8") from None
    if not isinstance(body, dict):
        raise _Refusal(400, "not_an_object", "the body must be a JSON object")
    return body


def _message_id(body: dict[str, Any]) -> str | None:
    if "id" not in body:
        return None
    value = body["id"]
    if not isinstance(value, str) or not _is_uuid(value):
        raise _Refusal(400, "id", "id must be a UUID")
    return str(uuid.UUID(value))


def _content(body: dict[str, Any]) -> _Content:
    """The text, or the choice, that the body holds: exactly one of them."""
    if ("message" in body) == ("choice" in body):
        raise _Refusal(400, "message", "the body must hold either message or choice")
    if "choice" in body:
        choice = body["choice"]
        if not isinstance(choice, str) or not choice or len(choice) > 100:
            raise _Refusal(400, "choice", "choice must be the id of a choice")
        return _Content(choice=choice)
    try:
        text = clean(body["message"])
    except Refused as refused:
        raise _Refusal(400, "message", str(refused)) from None
    if not text:
        raise _Refusal(400, "empty", "message holds nothing that can be read")
    return _Content(text, is_command=is_command(body["message"]))


def _is_uuid(value: str) -> bool:
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True


def _offered(events: list[Event]) -> set[str]:
    """Ids of the choices under the last turn's messages."""
    offered: set[str] = set()
    for event in reversed(events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            buttons = event.data.get("buttons") or ()
            offered |= {choices.from_button(button).id for button in buttons}
    return offered


def _named(messages: list[Message], conversation: str, turn: str) -> list[Message]:
    """A turn's messages with the ids by which they are known from now on."""
    return [
        {**message, "id": reply_id(conversation, turn, position)}
        for position, message in enumerate(messages)
    ]


def _without_speaker(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "from"}


def _household(address: str) -> str:
    """An address by which to count: an IPv6 network of 64 bits is one customer's."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)


def next_try(message_id: str) -> str:
    """The id under which a message is tried again after a stored turn that only apologised.

    Args:
        message_id: Id of the try before, a UUID.

    Returns:
        A UUID, always the same.
    """
    return str(uuid.uuid5(uuid.UUID(message_id), "again"))


def _is_final(reply: dict[str, Any]) -> bool:
    """An apology is no answer: a retry may try again."""
    return all(message["kind"] != "unavailable" for message in reply["messages"])
