"""Answers one message of the inbox: who may be answered, by whom, with what."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered
from sqlalchemy.engine import Connection

from assistant.channels import callbacks, choices
from assistant.channels.choices import Choice
from assistant.channels.cleaning import LONGEST_MESSAGE, clean, is_command
from assistant.channels.messaging import (
    callback_dialogue,
    contacts,
    handoffs,
    inbox,
    notices,
    outbox,
)
from assistant.channels.messaging.callback_dialogue import OFFER, Step
from assistant.channels.messaging.contacts import Contact
from assistant.channels.messaging.inbox import Received
from assistant.channels.messaging.keywords import Keyword, keyword
from assistant.channels.messaging.messenger import Conversational
from assistant.channels.messaging.outbox import Draft
from assistant.channels.turns import Incoming, Message, Turns
from assistant.content.clinic import Clinic
from assistant.dialogue.wording import Wording
from assistant.settings import Settings
from assistant.stores.database import Database
from assistant.stores.errors import StoreUnavailable
from assistant.stores.tracker_store import conversation_store

logger = logging.getLogger(__name__)

_MOST_CHOICES = 9  # one digit each
_INTRODUCES = {"utter_disclosure", "utter_greet", "utter_bot_challenge", "utter_help"}
_LOOP_SECONDS = 600.0
_LOOP_REPEATS = 3  # the same text more often within these seconds comes from a machine
_LOOP_EMERGENCIES = 10  # so often the emergency's line is said to the same text all the same
_SHORTEST_LOOP = 12  # characters: people repeat "yes" and digits, machines whole sentences
_HOUR = 3600.0
_AROUND = " .)#"  # what people put around a digit

Handler = Callable[[UserMessage], Awaitable[Any]]


@dataclass
class Answer:
    """What a message leads to.

    Attributes:
        messages: What is said, in order.
        changes: What changes of the contact.
        notes: Further drafts, behind the messages.
        urgent: Whether it goes out in any case.
        handoff: Why a person is wanted, where the messenger has people behind it.
        warned: Whether an emergency's line is said while a person has the conversation.
        alerts: Whether the clinic is told of an emergency that may not be answered.
        request: A complete call-back request with its reference number.
        word: The carrier's word that the message is.
    """

    messages: list[Message] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    notes: list[Draft] = field(default_factory=list)
    urgent: bool = False
    handoff: str | None = None
    warned: bool = False
    alerts: bool = False
    request: tuple[callbacks.CallbackRequest, str] | None = None
    word: Keyword | None = None


@dataclass(frozen=True)
class _Case:
    """A message with all that its answer depends on."""

    message: Received
    contact: Contact
    messenger: Conversational
    agent: Agent | None

    @property
    def channel(self) -> str:
        return self.messenger.channel(self.contact)

    @property
    def raw(self) -> str:
        return str(self.message.content.get("text") or "")

    @functools.cached_property
    def text(self) -> str:
        return clean(self.raw[:LONGEST_MESSAGE])

    @property
    def button(self) -> str | None:
        """Id on the button that was pressed, of whichever turn."""
        return self.message.content.get("choice")

    @property
    def choice(self) -> str | None:
        """The choice of the last turn that is picked, by its digit or its button."""
        offered = self.contact.offered
        if self.button is not None:
            return self.button if self.button in (*offered, choices.HANDOFF) else None
        place = int(self.text.strip(_AROUND)) - 1 if _is_digit(self.text) else -1
        return offered[place] if 0 <= place < len(offered) else None

    @property
    def is_held(self) -> bool:
        return self.contact.held or bool(self.message.content.get("held"))

    @property
    def is_ready(self) -> bool:
        return self.agent is not None and bool(self.agent.is_ready())


class Desk:
    """Answers messages of all messengers."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        messengers: Mapping[str, Conversational],
    ) -> None:
        """Loads what the answers need.

        Args:
            settings: Limits and content.
            database: Inbox and outbox.
            messengers: Those that are switched on, by name.
        """
        self._settings = settings.messaging
        self._database = database
        self._messengers = messengers
        self._clinic = Clinic.load(settings.content / "clinic.yml")
        self._wording = Wording.from_domain_file(self._clinic)
        self._turns = Turns(settings)
        self._calls_back = bool(notices.available(self._settings))

    async def answer(self, message: Received, agent: Agent | None, on_new_message: Handler) -> None:
        """Answers a message, and stores answer and state together.

        Args:
            message: A claimed message.
            agent: Rasa's agent, or None while no model is loaded.
            on_new_message: Rasa's handler.

        Raises:
            StoreUnavailable: The database failed, or there is no model; it's answered later.
        """
        case = await self._case(message, agent)
        await self._finish(case, await self._decide(case, on_new_message))

    async def apologise(self, message: Received) -> None:
        """Answers a message that can't be answered, so that it holds up no other.

        Args:
            message: A claimed message.

        Raises:
            StoreUnavailable: The database failed.
        """
        case = await self._case(message, None)
        answer = _carrier_answer(case)
        if answer is None:
            emergency = await self._turns.emergency(case.text, case.channel, None)
            if case.contact.opted_out or case.is_held:
                answer = await self._quietly(case, emergency)
            else:
                line = emergency or self._turns.line("utter_unavailable", case.channel)
                answer = Answer([line], urgent=emergency is not None)
        await self._finish(case, answer)

    async def emergency(self, text: str, channel: str, agent: Agent | None) -> Message | None:
        """The emergency's line for a message that can't be stored.

        Args:
            text: The message as it came.
            channel: Name of the channel.
            agent: Rasa's agent, or None while no model is loaded.

        Returns:
            The message; None where nothing tells of an emergency.
        """
        return await self._turns.emergency(clean(text[:LONGEST_MESSAGE]), channel, agent)

    def unavailable(self, channel: str) -> Message:
        """What is said to a message that can't be stored.

        Args:
            channel: Name of the channel.

        Returns:
            An honest apology with the phone number.
        """
        return self._turns.line("utter_unavailable", channel)

    async def _case(self, message: Received, agent: Agent | None) -> _Case:
        contact = await self._database.run(lambda c: contacts.get(c, message.conversation))
        assert contact is not None  # stored with the message
        return _Case(message, contact, self._messengers[message.messenger], agent)

    async def _finish(self, case: _Case, answer: Answer) -> None:
        drafts = self._render(case, answer)
        await self._database.run(lambda c: self._commit(c, case, answer, drafts))

    async def _decide(self, case: _Case, on_new_message: Handler) -> Answer:
        """Who answers: the carrier, nobody, the channel itself, or else a turn of Rasa's.

        Whatever speaks against a turn, an emergency is looked for and goes before it.
        """
        carried = _carrier_answer(case)
        if carried is not None:
            return carried
        all_texts, same_texts = await self._count(case)
        if same_texts > _LOOP_EMERGENCIES:
            return Answer()
        is_quiet = case.contact.opted_out or case.is_held
        own = Answer() if is_quiet else self._guard(case, all_texts, same_texts) or self._own(case)
        emergency = None
        if own is not None or not case.is_ready:
            emergency = await self._turns.emergency(case.text, case.channel, case.agent)
        if is_quiet:
            return await self._quietly(case, emergency)
        if own is not None and emergency is None:
            return self._introduced(case, own)
        if emergency is None and not case.is_ready:
            raise StoreUnavailable("no model is loaded")
        return self._introduced(case, await self._by_turn(case, on_new_message))

    async def _by_turn(self, case: _Case, on_new_message: Handler) -> Answer:
        choice = case.choice
        incoming = Incoming(
            case.contact.sender_id,
            case.channel,
            "" if choice else case.text,
            choice,
            _turn_id(case.message),
            is_command=is_command(case.raw[:LONGEST_MESSAGE]),
        )
        said = await self._turn(case, incoming, on_new_message)
        answer = Answer(said, {"dialogue": None, "offered": []})
        answer.urgent = any(_kind(each) == "emergency" for each in said)
        if answer.urgent:
            return answer
        if case.message.content.get("media") and case.text:
            answer.messages.insert(0, self._line("utter_text_only", case.channel))
        await self._call_a_person(case, answer)
        return answer

    async def _turn(
        self, case: _Case, incoming: Incoming, on_new_message: Handler
    ) -> list[Message]:
        """The turn's messages; those of an earlier try where that got as far as the store."""
        if case.message.tries and case.is_ready:
            store = conversation_store(case.agent)
            events = await store.turn(incoming.conversation, _turn_id(case.message)) or ()
            said = [_message(each) for each in events if each["event"] == BotUttered.type_name]
            if said:
                return said
        return await self._turns.answer(incoming, case.agent, on_new_message)

    async def _count(self, case: _Case) -> tuple[int, int]:
        """How much its sender has written of late, and how often this very sentence."""
        now = time.time()
        return await self._database.run(
            lambda c: (
                inbox.count_since(c, case.message, now - _HOUR),
                inbox.count_same(c, case.message, now - _LOOP_SECONDS)
                if len(case.text) >= _SHORTEST_LOOP
                else 1,
            )
        )

    def _guard(self, case: _Case, all_texts: int, same_texts: int) -> Answer | None:
        """An answer that ends here, for who writes too much or is a machine."""
        most = self._settings.texts_per_hour
        if same_texts > _LOOP_REPEATS:
            return Answer()
        if most and all_texts > most:
            told = all_texts > most + 1
            return Answer([] if told else [self._line("utter_too_many", case.channel)])
        return None

    async def _quietly(self, case: _Case, emergency: Message | None) -> Answer:
        """Silence, whatever is written; what there is to do all the same in an emergency."""
        if emergency is None:
            return Answer()
        if case.contact.opted_out:
            return Answer(alerts=True)
        conversation = case.contact.conversation
        handoff = await self._database.run(lambda c: handoffs.current(c, conversation))
        if handoff is not None and handoff.warned:
            return Answer()
        note = Draft({"note": handoffs.EMERGENCY_NOTE}, urgent=True)
        return Answer([emergency], notes=[note], urgent=True, warned=True)

    def _own(self, case: _Case) -> Answer | None:
        """An answer that needs no turn: what can't be read or picked, the call-back dialogue."""
        if len(case.raw) > LONGEST_MESSAGE:
            return Answer([self._line("utter_too_long", case.channel)])
        choice, dialogue = case.choice, case.contact.dialogue
        if choice == OFFER:
            return self._say(callback_dialogue.begin(), case.channel)
        if dialogue and callback_dialogue.is_open(dialogue):
            phone = case.contact.address.get("phone", "")
            country = self._clinic.country
            step = callback_dialogue.step(dialogue, case.text, choice, phone, country)
            if step.response:
                return self._say(step, case.channel)
        if _is_of_an_earlier_turn(case):
            return Answer([self._line("utter_choice_expired", case.channel)])
        if not case.text and choice is None:
            return Answer([self._line("utter_text_only", case.channel)])
        return None

    def _say(self, step: Step, channel: str) -> Answer:
        assert step.response
        reference = callbacks.new_reference()
        said = self._line(step.response, channel, reference=reference)
        request = (step.request, reference) if step.request else None
        changes = {"dialogue": step.dialogue, "offered": _ids(_choices([said]))}
        return Answer([said], changes, request=request)

    async def _call_a_person(self, case: _Case, answer: Answer) -> None:
        """Calls a person, or offers a call-back, where the turn calls for one."""
        why = handoffs.reason(answer.messages)
        if why and case.messenger.has_people:
            answer.messages.append(self._line("utter_handed_over", case.channel))
            note = await self._note(case, why)
            answer.notes += [
                Draft({"note": note}, urgent=True),
                Draft({"status": "open"}, urgent=True),
            ]
            answer.handoff = why
            answer.changes["held"] = True
        elif why and self._calls_back:
            is_open = self._clinic.open_at(callbacks.now())
            offer = "utter_callback_open" if is_open else "utter_callback_closed"
            for message in answer.messages:  # the offer stands in place of "Talk to a person"
                message["buttons"] = [
                    button
                    for button in message.get("buttons") or ()
                    if choices.from_button(button).id != choices.HANDOFF
                ]
            answer.messages.append(self._line(offer, case.channel))

    async def _note(self, case: _Case, why: str) -> str:
        store = conversation_store(case.agent)
        tracker = await store.retrieve_full_tracker(case.contact.sender_id)
        asked: dict[str, None] = {}
        for event in tracker.events if tracker else ():
            if isinstance(event, BotUttered):
                for topic in (event.metadata.get("metadata") or {}).get("topics") or ():
                    if title := self._wording.title(f"utter_{topic}"):
                        asked[title] = None
        summary = tracker.get_slot("screening_summary") if tracker else None
        return handoffs.note(why, list(asked), summary)

    def _introduced(self, case: _Case, answer: Answer) -> Answer:
        """Says at first contact that this is an automated assistant; never beside an emergency."""
        said_already = case.contact.introduced or bool(case.message.content.get("said"))
        if said_already or answer.urgent or not answer.messages:
            return answer
        answer.changes["introduced"] = True
        if not any(each.get("utter_action") in _INTRODUCES for each in answer.messages):
            answer.messages.insert(0, self._line("utter_disclosure", case.channel))
        return answer

    def _render(self, case: _Case, answer: Answer) -> list[Draft]:
        offered = _choices(answer.messages)[:_MOST_CHOICES]
        if "offered" in answer.changes:
            answer.changes["offered"] = _ids(offered)
        texts = [text for each in answer.messages if (text := (each.get("text") or "").strip())]
        if not texts or case.message.content.get("said"):
            return answer.notes
        # What tells of a handoff goes out although from then on a person has the conversation.
        urgent = answer.urgent or answer.handoff is not None
        return [*case.messenger.render(case.contact, texts, offered, urgent), *answer.notes]

    def _commit(
        self, connection: Connection, case: _Case, answer: Answer, drafts: Sequence[Draft]
    ) -> None:
        message, conversation = case.message, case.contact.conversation
        if not inbox.done(connection, message):
            return
        if answer.changes:
            contacts.change(connection, conversation, **answer.changes)
        if answer.word == "stop":
            contacts.opt_out(connection, conversation)
        elif answer.word == "start" and not _is_stopped_later(connection, message):
            contacts.change(connection, conversation, opted_out=False)
        if answer.handoff:
            handoffs.begin(connection, conversation, answer.handoff)
        if answer.warned:
            handoffs.warn(connection, conversation)
        if answer.alerts:
            self._alert(connection, case)
        if answer.request:
            request, reference = answer.request
            callbacks.store(connection, request, _turn_id(message), reference, self._settings)
        outbox.put(connection, _turn_id(message), message.messenger, conversation, drafts)

    def _alert(self, connection: Connection, case: _Case) -> None:
        """Tells the clinic, once an hour for each person, whom it has to call itself."""
        if not self._calls_back:
            logger.error("An emergency can't be answered, and there is no way to tell the clinic")
        conversation = case.contact.conversation
        reach = case.contact.address.get("phone") or f"conversation {conversation} in the inbox"
        key = f"{notices.UNANSWERED}{conversation}.{int(time.time() // _HOUR)}"
        told = {"contact": reach}
        notices.put(connection, key, "unanswered_emergency", told, self._settings)

    def _line(self, response: str, channel: str, reference: str = "") -> Message:
        message = self._wording.message(response, channel, reference=reference)
        message["utter_action"] = response
        return message


def _carrier_answer(case: _Case) -> Answer | None:
    """What a word that the carrier answers changes; None where the message is no such word."""
    word = keyword(case.raw, opted_out=case.contact.opted_out)
    if word is None or word not in case.messenger.carrier_words(case.contact):
        return None
    changes: dict[str, Any] = {} if word == "help" else {"dialogue": None, "offered": []}
    return Answer(changes=changes, word=word)


def _is_stopped_later(connection: Connection, message: Received) -> bool:
    """Whether a wish to stop has come in meanwhile, which counts already."""
    later = inbox.texts_after(connection, message)
    return any(keyword(text, opted_out=True) == "stop" for text in later)


def _is_of_an_earlier_turn(case: _Case) -> bool:
    """Whether a message was meant to pick something that can't be picked any more."""
    if case.choice:
        return case.choice.startswith(OFFER)  # of a dialogue that is over
    return case.button is not None or (_is_digit(case.text) and bool(case.contact.offered))


def _is_digit(text: str) -> bool:
    digit = text.strip(_AROUND)
    return len(digit) == 1 and digit.isascii() and digit.isdigit()


def _choices(messages: Sequence[Message]) -> list[Choice]:
    found = [choices.from_button(b) for each in messages for b in each.get("buttons") or ()]
    return list({each.id: each for each in found}.values())


def _ids(offered: Sequence[Choice]) -> list[str]:
    return [each.id for each in offered]


def _kind(message: Message) -> str:
    return str((message.get("metadata") or {}).get("kind") or "answer")


def _message(event: dict[str, Any]) -> Message:
    """A stored `bot` event as the message it was."""
    buttons = (event.get("data") or {}).get("buttons")
    return {**event["metadata"], "text": event["text"], "buttons": buttons}


def _turn_id(message: Received) -> str:
    return f"{message.messenger}.{message.message_id}"
