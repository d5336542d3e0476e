"""Takes one message through Rasa and always comes back with something to say.

Every channel uses it: it looks for red flags before anything that can fail, keeps the deadline,
and turns every fault into an honest line. What a reply means on the wire is the channel's affair.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage

from assistant import metrics
from assistant.channels import choices
from assistant.content.clinic import Clinic
from assistant.dialogue.wording import Wording
from assistant.nlu.red_flags import RedFlags
from assistant.settings import Settings
from assistant.stores.errors import MessageStored, StoreUnavailable

logger = logging.getLogger(__name__)

Message = dict[str, Any]
"""A message of Rasa's: `text`, `buttons`, `metadata`, `utter_action`."""

_EMERGENCY_PATIENCE = 1.0  # seconds that an emergency's reply waits for the store
# What is made of a typed command, whatever its word would mean in a sentence.
_COMMAND: dict[str, Any] = {
    "intent": {"name": "injection", "confidence": 1.0},
    "entities": [],
    "topics": [{"topic": "injection", "subject": None, "confidence": 1.0}],
    "candidates": [],
    "statements": {},
    "mentions": [],
    "polarity": None,
}
_RECORDING_PAUSES = (1.0, 5.0, 30.0)  # seconds between tries to record an emergency


class CollectingChannel(OutputChannel):
    """Collects a turn's messages, whole and with their metadata; sends nothing itself."""

    def __init__(self, name: str) -> None:
        """Starts empty.

        Args:
            name: The channel's name, by which responses have variants.
        """
        self._name = name
        self.messages: list[Message] = []

    def name(self) -> str:
        """Name by which `channel:` in domain.yml is matched."""
        return self._name

    async def send_response(self, recipient_id: str, message: Message) -> None:
        """Keeps the message as Rasa hands it over.

        Args:
            recipient_id: The conversation.
            message: The message.
        """
        self.messages.append(dict(message))


@dataclass(frozen=True)
class Incoming:
    """What a patient sent.

    Attributes:
        conversation: Id of the conversation, Rasa's sender id.
        channel: Name of the input channel.
        text: The cleaned text; empty for a choice.
        choice: Id of a choice of the last turn, or None.
        message_id: The message's own id.
        is_command: Whether it was typed as a command: answered as such, whatever its word means.
    """

    conversation: str
    channel: str
    text: str = ""
    choice: str | None = None
    message_id: str | None = None
    is_command: bool = False


class Turns:
    """Answers messages through a Rasa agent."""

    def __init__(self, settings: Settings) -> None:
        """Loads what is needed even when Rasa, its store or its action server is down.

        Args:
            settings: Where the content lies, and the deadlines.
        """
        self._wording = Wording.from_domain_file(Clinic.load(settings.content / "clinic.yml"))
        self._red_flags = RedFlags.load(settings.content / "red_flags.yml")
        self._recordings: set[asyncio.Task[None]] = set()
        # Reading takes the event loop for itself. Between two messages it sees to everything else:
        # many at once would let locks and deadlines pass before anybody looks at them.
        self._reading = asyncio.Lock()

    async def answer(
        self,
        incoming: Incoming,
        agent: Agent | None,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
    ) -> list[Message]:
        """Answers a message; never empty, and raises only when cancelled.

        Args:
            incoming: The cleaned message.
            agent: Rasa's agent, or None while no model is loaded.
            on_new_message: Rasa's handler.

        Returns:
            The messages to show, in order. An emergency's line is among them in every fault.
        """
        begun = time.monotonic()
        said = await self._answer(incoming, agent, on_new_message)
        metrics.count_reply(incoming.channel, said, time.monotonic() - begun)
        return said

    async def _answer(
        self,
        incoming: Incoming,
        agent: Agent | None,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
    ) -> list[Message]:
        parse = await self._parse(incoming, agent)
        if parse is None:
            return [self.line("utter_unavailable", incoming.channel)]
        output = CollectingChannel(incoming.channel)
        message = UserMessage(
            incoming.text,
            output,
            incoming.conversation,
            parse_data=parse,
            input_channel=incoming.channel,
            message_id=incoming.message_id,
        )
        flag = parse.get("red_flag")
        if flag and flag["level"] == "emergency":
            return await self._emergency(incoming, flag["flag"], message, output, on_new_message)
        if await self._run(message, on_new_message) and output.messages:
            return output.messages
        return [self.line("utter_unavailable", incoming.channel)]

    def line(self, response: str, channel: str, why: str = "") -> Message:
        """Words a response without Rasa.

        Args:
            response: Its name in domain.yml.
            channel: Name of the channel.
            why: The reason in an emergency's line.

        Returns:
            The message.
        """
        message = self._wording.message(response, channel, why=why)
        message["utter_action"] = response
        return message

    async def emergency(self, text: str, channel: str, agent: Agent | None) -> Message | None:
        """Words the emergency's line without a turn, for when one can't or shan't be run.

        Args:
            text: The cleaned message.
            channel: Name of the channel.
            agent: Rasa's agent; where none is ready the phrases alone are asked.

        Returns:
            The message; None where nothing tells of an emergency.
        """
        parse = await self._parse(Incoming("", channel, text), agent) if text else None
        flag = (parse or {}).get("red_flag")
        if not flag or flag["level"] != "emergency":
            return None
        return self._emergency_line(flag["flag"], channel)

    def forget(self, conversation: str) -> None:
        """Gives up recording what a conversation's store wouldn't take yet.

        Args:
            conversation: Its id; it is being erased.
        """
        for recording in self._recordings:
            if recording.get_name() == conversation:
                recording.cancel()

    async def _parse(self, incoming: Incoming, agent: Agent | None) -> dict[str, Any] | None:
        """NLU's reading; the red flags alone where NLU fails; None where nothing can be said."""
        if incoming.choice:
            return choices.to_parse(incoming.choice) if agent and agent.is_ready() else None
        try:
            if agent and agent.is_ready():
                async with self._reading:
                    await asyncio.sleep(0)
                    parse = dict(await agent.parse_message(incoming.text))
                is_command = incoming.is_command and not parse.get("red_flag")
                return {**parse, **_COMMAND} if is_command else parse
        except Exception as error:
            logger.error("NLU failed: %s", type(error).__name__)
        flag = self._red_flags.check(incoming.text)
        return {"red_flag": {"level": flag.level, "flag": flag.id}} if flag else None

    async def _emergency(
        self,
        incoming: Incoming,
        flag: str,
        message: UserMessage,
        output: CollectingChannel,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
    ) -> list[Message]:
        """Answers at once; where the turn can't be stored yet, that goes on behind."""
        if "intent" in (message.parse_data or {}):
            recording = asyncio.create_task(
                self._record(message, on_new_message), name=incoming.conversation
            )
            self._recordings.add(recording)
            recording.add_done_callback(self._recordings.discard)
            await asyncio.wait({recording}, timeout=_EMERGENCY_PATIENCE)
            if recording.done() and output.messages:
                return output.messages
        return [self._emergency_line(flag, incoming.channel)]

    def _emergency_line(self, flag: str, channel: str) -> Message:
        response = "utter_emergency_crisis" if flag == "suicide" else "utter_emergency"
        return self.line(response, channel, why=self._red_flags.why(flag))

    async def _record(
        self, message: UserMessage, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> None:
        """Tries to store an emergency's turn until the store takes it."""
        for pause in itertools.chain(_RECORDING_PAUSES, itertools.repeat(_RECORDING_PAUSES[-1])):
            if await self._run(message, on_new_message):
                return
            await asyncio.sleep(pause)

    async def _run(
        self, message: UserMessage, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> bool:
        """Runs the turn; False where it failed and the message isn't stored."""
        try:
            await on_new_message(message)
        except MessageStored:
            # An earlier delivery's turn stands; what was said in this one isn't in the store.
            logger.warning("Turn refused: its message was answered before")
            message.output_channel.messages.clear()
            return True
        except StoreUnavailable:
            logger.error("The conversations' store is unavailable: turn refused")
        except asyncio.TimeoutError:
            logger.error("Turn given up: it took too long")
        except Exception as error:
            logger.error("Turn failed: %s", type(error).__name__)
        else:
            return True
        return False
