"""Limits, and what happens by the clock: the strict assistant, on PostgreSQL."""

from __future__ import annotations

import datetime

import pytest

from assistant.launcher.servers import Assistant
from tests.channels.messaging.chatwoot_service import Chat
from tests.channels.messaging.clinic import Clinic
from tests.channels.messaging.http_server import wait_until
from tests.channels.messaging.idle import rows
from tests.channels.messaging.twilio_service import Phone, TwilioService

pytestmark = pytest.mark.served

_EMERGENCY = "I can't breathe and my throat is swelling up"
_MOST_SEGMENTS = 60  # as in the fixture


def test_who_writes_too_much_is_told_once_and_still_gets_the_emergency_line(
    strict_phone: Phone,
) -> None:
    texts = ("does it hurt?", "is it safe?", "how much is it?", "hello", "who are you?", "thanks")
    for text in texts:  # at once: the first four are answered, the fifth is told
        assert strict_phone.texts(text).status_code == 204
    heard = strict_phone.hears()
    assert "burning or stinging" in heard
    assert heard.count("pause for a while") == 1
    assert not strict_phone.asks("how long does it take?")
    assert "Call 911 now" in strict_phone.asks(_EMERGENCY)


def test_a_conversation_that_nobody_goes_on_with_comes_back_by_itself(strict_chat: Chat) -> None:
    strict_chat.asks("can I talk to a real person?")
    assert wait_until(lambda: strict_chat.status == "open")
    strict_chat.person_writes("Hello, this is Ann.")
    assert wait_until(lambda: strict_chat.status == "pending", 120)
    assert "burning or stinging" in strict_chat.asks("does it hurt?")


# The last one of the strict assistant's: nothing can be sent afterwards.
def test_no_more_is_sent_than_the_day_allows_but_for_emergencies(
    strict: Assistant, twilio: TwilioService, clinic_office: Clinic
) -> None:
    phones = [Phone(twilio, strict, f"+12125551{number:03}") for number in range(30)]
    heard = []
    for phone in phones:
        heard.append(phone.asks("what are the side effects?"))
        if not heard[-1]:
            break
    assert not heard[-1]
    assert sum(map(bool, heard)) == len(heard) - 1
    assert _segments(strict) <= _MOST_SEGMENTS
    assert wait_until(lambda: any(told["event"] == "cost_cap" for told in clinic_office.told))
    assert "Call 911 now" in phones[-1].asks(_EMERGENCY)
    assert not phones[-1].asks("does it hurt?")
    told = [told for told in clinic_office.told if told["event"] == "cost_cap"]
    days = {told["time"][:10] for told in told} | {datetime.date.today().isoformat()}
    assert len(told) <= len(days)  # a run at midnight may see two


def _segments(assistant: Assistant) -> int:
    query = (
        "SELECT coalesce(sum(segments), 0) FROM messaging_outbox WHERE state = 'sent' "
        "AND NOT urgent AND messenger IN ('sms', 'whatsapp')"
    )
    return int(rows(assistant, query)[0][0])
