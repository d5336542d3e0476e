"""The privacy commands: `make purge`, `make export`, `make erase`."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import jwt
import phonenumbers
from tqdm import tqdm

from assistant.channels.messaging.pseudonyms import Pseudonyms
from assistant.content.clinic import Clinic
from assistant.content.yaml_fields import ContentError
from assistant.settings import SettingError, Settings
from assistant.staff.audit import AuditLog, fingerprint, whoami
from assistant.staff.privacy import erasing
from assistant.staff.privacy.erasing import Person, Rows
from assistant.stores.database import Database
from assistant.stores.errors import StoreUnavailable

_DEADLINE = 120.0  # seconds for one step: nobody waits for it as a patient does
_DAY = 86_400.0
_MESSENGERS = ("sms", "whatsapp")
_PHONE = re.compile(r"\+?[\d\s().-]{7,}")


class UnknownReference(ValueError):
    """Nobody can be meant by that; the text says what was expected."""


def person_of(reference: str, settings: Settings) -> Person:
    """Reads how a person is named.

    Args:
        reference: The id of a conversation (`web-…`), the token that the patient's browser
            holds, also an expired one, or a phone number, which is stored as a keyed hash only,
            but for call-back requests.
        settings: With the secret of that hash, and the clinic's country.

    Returns:
        The person.

    Raises:
        UnknownReference: It is none of these.
    """
    reference = reference.strip()
    if _PHONE.fullmatch(reference):
        return _caller(reference, settings)
    if not reference:
        raise UnknownReference("expected a conversation's id, its token or a phone number")
    if reference.count(".") == 2:
        try:
            # Whoever may run this may erase any conversation: the signature proves nothing here.
            return Person((jwt.decode(reference, options={"verify_signature": False})["sub"],))
        except (jwt.InvalidTokenError, KeyError):
            raise UnknownReference("expected a token as it was issued; it is damaged") from None
    return Person((reference.partition(".")[0],))


def _caller(phone: str, settings: Settings) -> Person:
    country = Clinic.load(settings.content / "clinic.yml").country
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        raise UnknownReference("expected a phone number with its area code") from None
    dialled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    pseudonyms = Pseudonyms(settings)
    return Person(tuple(pseudonyms.conversation(each, dialled) for each in _MESSENGERS), dialled)


def main(arguments: list[str] | None = None) -> int:
    """Runs one of the commands and says what it did.

    Args:
        arguments: The command line; the process's own where left out.

    Returns:
        The exit code: 0; 1 where nothing is stored under the reference; 2 where it failed.
    """
    chosen = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment()
        database = Database(settings.database_url, _DEADLINE)
        audit = AuditLog(settings.audit_log)
        try:
            return int(asyncio.run(chosen.command(chosen, settings, database, audit)))
        finally:
            database.close()
    except (UnknownReference, ContentError, SettingError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
    except StoreUnavailable as unavailable:
        print(f"The conversations' database failed: {unavailable}", file=sys.stderr)
    return 2


async def _purge(
    chosen: argparse.Namespace, settings: Settings, database: Database, audit: AuditLog
) -> int:
    days = chosen.days or Clinic.load(settings.content / "clinic.yml").retention_days
    now = time.time()
    before = now - days * _DAY
    total = await erasing.count_idle(database, before)
    # Silent without a terminal, so that cron mails one line.
    with tqdm(total=total, unit=" conversations", disable=None) as bar:
        erased = await erasing.purge(database, before, now, bar.update)
    audit.add(chosen.by, "purged", days=days, **erased)
    day = datetime.datetime.fromtimestamp(before).strftime("%Y-%m-%d %H:%M")
    print(f"Purged what was last used before {day} ({days} days): {_in_words(erased)}.")
    return 0


async def _erase(
    chosen: argparse.Namespace, settings: Settings, database: Database, audit: AuditLog
) -> int:
    person = person_of(chosen.reference, settings)
    erased = await erasing.erase(database, person)
    audit.add(chosen.by, "erased", conversation=fingerprint(person.conversations[0]), **erased)
    if not any(erased.values()):
        print("Nothing is stored under that reference.")
        return 1
    print(f"Erased: {_in_words(erased)}.")
    return 0


async def _export(
    chosen: argparse.Namespace, settings: Settings, database: Database, audit: AuditLog
) -> int:
    person = person_of(chosen.reference, settings)
    found = await erasing.export(database, person)
    rows = {table: len(each) for table, each in found.items()}
    audit.add(chosen.by, "exported", conversation=fingerprint(person.conversations[0]), **rows)
    if not found:
        print("Nothing is stored under that reference.")
        return 1
    _write(chosen.out, found)
    print(f"Exported to {chosen.out}: {_in_words(rows)}.")
    return 0


def _write(file: Path, found: dict[str, Any]) -> None:
    """Writes a new file that only its owner can read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ValueError(f"{file} exists already; name another file") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump(found, handle, indent=1, ensure_ascii=False)


def _in_words(rows: Rows) -> str:
    parts = [
        f"{number} {table.replace('_', ' ')}" for table, number in sorted(rows.items()) if number
    ]
    return ", ".join(parts) or "nothing"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m assistant.staff.privacy")
    parser.add_argument("--by", default=whoami(), help="who does it, for the audit log")
    commands = parser.add_subparsers(required=True)
    purge = commands.add_parser("purge", help="erase conversations past their time")
    purge.add_argument("--days", type=_days, help="instead of the clinic's retention_days")
    purge.set_defaults(command=_purge)
    for name, command in (("export", _export), ("erase", _erase)):
        one = commands.add_parser(name, help=f"{name} one conversation")
        one.add_argument("reference", help="a conversation's id or token, or a phone number")
        one.set_defaults(command=command)
        if name == "export":
            one.add_argument("--out", type=Path, required=True, help="JSON file to write")
    return parser


def _days(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError("expected a whole number of days, 1 or more")
    return int(value)
