"""The website's call-back form: its terms, and how a request is taken from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.channels import callbacks
from assistant.channels.messaging import notices
from assistant.channels.messaging.hub import Messaging
from assistant.content.clinic import Clinic
from assistant.dialogue.wording import Wording
from assistant.settings import Settings
from assistant.stores.errors import StoreUnavailable


class Callbacks:
    """Takes call-back requests from outside the text line."""

    def __init__(self, settings: Settings, messaging: Messaging) -> None:
        """Reads the clinic's hours and country.

        Args:
            settings: Say how the clinic is told.
            messaging: Tells it.
        """
        self._settings = settings.messaging
        self._messaging = messaging
        self._clinic = Clinic.load(settings.content / "clinic.yml")
        self._wording = Wording.from_domain_file(self._clinic)

    @property
    def available(self) -> bool:
        """Whether the clinic can be told of a request."""
        return bool(notices.available(self._settings))

    def terms(self) -> dict[str, Any]:
        """What a form needs to know.

        Returns:
            `available`, `open_now` (then calling is quicker), `phone`, `hours`, `best_times`.
        """
        return {
            "available": self.available,
            "open_now": self._clinic.open_at(callbacks.now()),
            "phone": self._clinic.phone,
            "hours": self._clinic.hours_text(),
            "best_times": list(callbacks.BEST_TIMES),
        }

    async def take(self, body: Mapping[str, Any], request_id: str) -> str:
        """Checks and stores a request; the clinic is told behind the scenes.

        Args:
            body: As for `read_request`.
            request_id: The sender's own id of it.

        Returns:
            The reference number, the same for the same id.

        Raises:
            BadRequest: A field can't be used.
            StoreUnavailable: It isn't stored, or nobody could be told of it.
        """
        request = callbacks.read_request(body, self._clinic.country)
        if not self.available:
            raise StoreUnavailable("no way to tell the clinic is set up")
        reference = callbacks.new_reference()
        taken = await self._messaging.database.run(
            lambda connection: callbacks.store(
                connection, request, f"web.{request_id}", reference, self._settings
            )
        )
        self._messaging.wake()
        return taken

    def taken(self, reference: str, channel: str) -> str:
        """What the patient is told.

        Args:
            reference: The reference number.
            channel: Name of the channel.

        Returns:
            The text.
        """
        message = self._wording.message("utter_callback_taken", channel, reference=reference)
        return str(message["text"])
