"""What the core asks of a messenger. Each is a thin adapter to somebody's API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.channels.choices import Choice
from assistant.channels.messaging.contacts import Contact
from assistant.channels.messaging.outbox import Draft, Sending


class Refused(Exception):
    """The messenger will never take this; the text is its code, without anything private."""


class OptedOut(Refused):
    """The recipient has opted out at the messenger."""


class Busy(Exception):
    """The messenger has not taken it now, and may do so later."""


class Messenger(Protocol):
    """A way out, named in the rows of inbox and outbox.

    Any exception of `send` but those above leaves it unclear whether the message was taken, so
    it's looked up by `find` before it's sent again.
    """

    name: str
    patience: float | None  # seconds for which a message is tried again; None: until taken

    async def send(self, message: Sending) -> str:
        """Sends.

        Args:
            message: What to send where.

        Returns:
            The messenger's id of it.

        Raises:
            Refused: It never will be sent.
            Busy: It may be sent later.
        """

    async def find(self, message: Sending, known: set[str]) -> str | None:
        """Looks whether an earlier try got through.

        Args:
            message: What was to be sent.
            known: The messenger's ids of other messages that we sent there.

        Returns:
            The messenger's id of it, or None.
        """


class Conversational(Messenger, Protocol):
    """A messenger by which patients write."""

    has_people: bool

    def channel(self, contact: Contact) -> str:
        """Name of the channel whose wording fits.

        Args:
            contact: Who reads it.

        Returns:
            `sms`, or a name that no response has a variant for.
        """

    def carrier_words(self, contact: Contact) -> frozenset[str]:
        """Which keywords the carrier or Twilio answers, so that the assistant is silent.

        Args:
            contact: Who writes.

        Returns:
            Some of `stop`, `start`, `help`.
        """

    def render(
        self, contact: Contact, texts: Sequence[str], choices: Sequence[Choice], urgent: bool
    ) -> list[Draft]:
        """Makes a turn's answer into what is sent.

        Args:
            contact: Who gets it.
            texts: The messages, in order.
            choices: What may be picked.
            urgent: Whether it must go out in any case.

        Returns:
            The drafts, in order.
        """
