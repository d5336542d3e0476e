"""What the stores raise. None of these carries a text, an id or a statement's parameters."""

from __future__ import annotations


class StoreUnavailable(BaseException):
    """A store can't be read or written now, so the turn must be refused.

    It is no `Exception`: Rasa's `FailSafeTrackerStore` catches those and goes on with an empty
    tracker, which puts answers into the wrong slot. Channels catch exactly this class.

    Args:
        reason: What failed, in words free of any of the conversation's data.
    """


class StaleSave(StoreUnavailable):
    """Somebody else has continued, erased or begun this conversation since it was loaded."""


class MessageStored(StaleSave):
    """The message was answered before: what is stored stands, and a further try is in vain."""


class LockUnavailable(StoreUnavailable):
    """The conversation's lock can't be had: its store is away, or the wait was too long."""


class MessageClaimed(StoreUnavailable):
    """Another delivery of the message is still being answered, so this one mustn't be.

    Args:
        conversation: Where it is being answered.
    """

    def __init__(self, conversation: str) -> None:
        super().__init__("another delivery of the message takes too long")
        self.conversation = conversation
