"""Call-back requests by text and from the website, to a clinic that isn't there at first."""

from __future__ import annotations

import re
import uuid
from typing import Any

import httpx
import pytest

from assistant.channels.messaging import notices
from assistant.launcher.servers import Assistant
from assistant.settings import SettingError, Settings
from tests.channels.messaging.clinic import Clinic
from tests.channels.messaging.http_server import wait_until
from tests.channels.messaging.idle import rows
from tests.channels.messaging.twilio_service import Phone

pytestmark = pytest.mark.served

_FORM = {"name": "Jo Meyer", "phone": "(212) 555-0177", "best_time": "any", "consent": True}


def _post(assistant: Assistant, **fields: Any) -> httpx.Response:
    return httpx.post(f"{assistant.url}/webhooks/web/callback", json={**_FORM, **fields})


def test_a_request_of_the_website_reaches_the_clinic_twice_over(
    messaging: Assistant, clinic_office: Clinic
) -> None:
    answer = _post(messaging)
    assert answer.status_code == 200
    reference = answer.json()["reference"]
    assert reference in answer.json()["message"]
    assert "booked" not in answer.json()["message"]
    assert wait_until(
        lambda: any(told.get("reference") == reference for told in clinic_office.told)
    )
    assert wait_until(lambda: any(reference in mail["Subject"] for mail in clinic_office.mails))
    told = next(told for told in clinic_office.told if told.get("reference") == reference)
    assert told["phone"] == "+12125550177"
    assert set(told) == {"event", "time", "reference", "name", "phone", "best_time"}
    mail = next(mail for mail in clinic_office.mails if reference in mail["Subject"])
    assert "No appointment has been made" in mail.get_content()


def test_the_clinic_is_told_until_it_has_taken_it(
    messaging: Assistant, clinic_office: Clinic
) -> None:
    _post(messaging)
    assert wait_until(lambda: len(clinic_office.told) > 0)
    assert len(clinic_office.tries) >= len(clinic_office.told) + 2


def test_a_mail_server_that_refuses_is_asked_again(
    messaging: Assistant, clinic_office: Clinic
) -> None:
    reference = _post(messaging).json()["reference"]
    assert wait_until(lambda: any(reference in mail["Subject"] for mail in clinic_office.mails))
    ids = [mail["Message-ID"] for mail in clinic_office.mails]
    assert len(set(ids)) == len(ids)


def test_a_retry_with_the_same_id_counts_once(messaging: Assistant) -> None:
    request_id = str(uuid.uuid4())
    first, again = _post(messaging, id=request_id), _post(messaging, id=request_id)
    assert first.json()["reference"] == again.json()["reference"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"consent": False}, "consent"),
        ({"consent": "yes"}, "consent"),
        ({"phone": "555"}, "phone"),
        ({"phone": None}, "phone"),
        ({"phone": "+44 20 7946 0000 000"}, "phone"),
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "Jo <script>"}, "name"),
        ({"best_time": "at night"}, "best_time"),
        ({"id": "7"}, "id"),
    ],
)
def test_a_field_that_can_not_be_used_is_named(
    messaging: Assistant, fields: dict[str, Any], code: str
) -> None:
    answer = _post(messaging, **fields)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code


def test_without_a_way_to_the_clinic_the_phone_number_is_given(assistant: Assistant) -> None:
    answer = _post(assistant)
    assert answer.status_code == 503
    assert "(212) 555-0142" in answer.json()["error"]["message"]
    terms = httpx.get(f"{assistant.url}/webhooks/web/callback").json()
    assert terms["available"] is False


def test_what_is_not_set_up_is_off_and_says_so_once(assistant: Assistant) -> None:
    log = (assistant.workdir / "rasa.log").read_text()
    for line in (
        "Channel twilio is off: TWILIO_ACCOUNT_SID isn't set",
        "Channel chatwoot is off: CHATWOOT_URL isn't set",
        "Call-backs are off: neither CLINIC_WEBHOOK_URL nor CLINIC_EMAIL is set",
    ):
        assert log.count(line) == 1, line
    form = {"From": "+12125550177", "Body": "does it hurt?"}
    assert httpx.post(f"{assistant.url}/webhooks/twilio/webhook", data=form).status_code == 404


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({"CLINIC_WEBHOOK_URL": "https://clinic.example.com/in"}, "CLINIC_WEBHOOK_SECRET"),
        ({"CLINIC_EMAIL": "desk@clinic.example.com"}, "SMTP_URL"),
    ],
)
def test_what_is_half_set_up_is_named(environment: dict[str, str], missing: str) -> None:
    with pytest.raises(SettingError, match=missing):
        notices.require(Settings.from_environment(environment).messaging)


def test_a_call_back_is_asked_for_in_a_short_dialogue_by_text(
    phone: Phone, messaging: Assistant, clinic_office: Clinic
) -> None:
    assert "for Call me back" in phone.asks("I want to talk to a person")
    assert "What name" in phone.asks("1")
    assert "Which number" in phone.asks("Zebulon Quist")
    assert "can't read that" in phone.asks("five five five")
    assert "good time" in phone.asks("(212) 555-0166")
    assert "May Example Vein Clinic keep" in phone.asks("2")
    heard = phone.asks("1")
    reference = re.search(r"CB-\w{6}", heard)
    assert reference
    assert "booked" not in heard
    assert wait_until(lambda: any(t.get("reference") == reference[0] for t in clinic_office.told))
    told = next(told for told in clinic_office.told if told.get("reference") == reference[0])
    assert (told["name"], told["phone"], told["best_time"]) == (
        "Zebulon Quist",
        "+12125550166",
        "afternoon",
    )
    kept = str(rows(messaging, "SELECT data FROM conversation_events"))
    assert "Zebulon" not in kept
    assert "5550166" not in kept


def test_the_dialogue_can_be_left_and_a_question_ends_it(phone: Phone) -> None:
    phone.asks("I want to talk to a person")
    phone.asks("1")
    assert "I keep nothing of that" in phone.asks("1")
    phone.asks("I want to talk to a person")
    phone.asks("1")
    assert "burning or stinging" in phone.asks("ok but does it hurt?")


def test_an_emergency_in_the_dialogue_comes_first(phone: Phone) -> None:
    phone.asks("I want to talk to a person")
    phone.asks("1")
    assert "Call 911 now" in phone.asks("I can't breathe and my throat is swelling")
