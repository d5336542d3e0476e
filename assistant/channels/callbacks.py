"""Call-back requests: checked, stored durably, and told to the clinic until it has taken them.

Name and phone number never enter the conversation's store, and nothing about health is asked. A
request is no appointment, and nothing here says so.
"""

from __future__ import annotations

import datetime
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import phonenumbers
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.channels.cleaning import Refused, clean
from assistant.channels.messaging import notices
from assistant.channels.messaging.rows import insert_once
from assistant.channels.messaging.schema import callback_requests
from assistant.settings import MessagingSettings

BEST_TIMES = ("morning", "afternoon", "any")
LONGEST_NAME = 60  # characters

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misheard on the phone for another
_NAME = re.compile(r"[^\W\d_][\w .,'’-]*")


class BadRequest(ValueError):
    """A field can't be used; `field` names it, the text says what was expected."""

    def __init__(self, field: str, expected: str) -> None:
        """Keeps the field's name.

        Args:
            field: Name of the field.
            expected: What was expected, without quoting what came.
        """
        super().__init__(expected)
        self.field = field


@dataclass(frozen=True)
class CallbackRequest:
    """Who wants to be called.

    Attributes:
        name: Whom to ask for.
        phone: Number in E.164.
        best_time: One of `BEST_TIMES`.
    """

    name: str
    phone: str
    best_time: str


def read_request(body: Mapping[str, Any], country: str) -> CallbackRequest:
    """Checks a request as it came from outside.

    Args:
        body: `name`, `phone`, `best_time` and `consent`.
        country: ISO 3166 code of the country whose numbers may come without a prefix.

    Returns:
        The request.

    Raises:
        BadRequest: A field can't be used, or consent isn't given.
    """
    if body.get("consent") is not True:
        raise BadRequest("consent", "consent must be true: without it nothing is kept")
    if body.get("best_time") not in BEST_TIMES:
        raise BadRequest("best_time", f"best_time must be one of {', '.join(BEST_TIMES)}")
    name, phone = body.get("name"), body.get("phone")
    return CallbackRequest(read_name(name), read_phone(phone, country), str(body["best_time"]))


def read_name(value: object) -> str:
    """Checks a name.

    Args:
        value: What was sent.

    Returns:
        The name.

    Raises:
        BadRequest: It is none.
    """
    try:
        name = clean(value).replace("\n", " ")
    except Refused:
        name = ""
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise BadRequest("name", f"name must be a name of at most {LONGEST_NAME} characters")
    return name


def read_phone(value: object, country: str) -> str:
    """Checks a phone number.

    Args:
        value: What was sent.
        country: ISO 3166 code of the country whose numbers may come without a prefix.

    Returns:
        The number in E.164.

    Raises:
        BadRequest: Nobody can be called there.
    """
    try:
        number = phonenumbers.parse(str(value)[:40], country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number) or number.extension:
        raise BadRequest("phone", "phone must be a phone number with its area code")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def now() -> datetime.datetime:
    """The present moment, for the opening hours."""
    return datetime.datetime.now(datetime.timezone.utc)


def new_reference() -> str:
    """Returns a reference number that can be read out on the phone."""
    return "CB-" + "".join(secrets.choice(_ALPHABET) for _ in range(6))


def store(
    connection: Connection,
    request: CallbackRequest,
    request_id: str,
    reference: str,
    settings: MessagingSettings,
) -> str:
    """Stores a request and what the clinic is told of it, in one transaction.

    Args:
        connection: In a transaction.
        request: The request.
        request_id: The sender's own id of it, so that it counts once.
        reference: Its reference number.
        settings: Say how the clinic is told.

    Returns:
        The reference number; the earlier one where the request is known.
    """
    now = time.time()
    row = {"reference": reference, "request_id": request_id, "consented": now, **vars(request)}
    if insert_once(connection, callback_requests, row):
        told = {"reference": reference, **vars(request)}
        key = f"{notices.CALLBACK}{reference}"
        notices.put(connection, key, "callback_requested", told, settings)
        return reference
    known = sa.select(callback_requests.c.reference).where(
        callback_requests.c.request_id == request_id
    )
    return str(connection.execute(known).scalar_one())
