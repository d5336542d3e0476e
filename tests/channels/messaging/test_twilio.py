"""SMS and WhatsApp, through Twilio's real SDK over HTTP and the real assistant."""

from __future__ import annotations

import re
import uuid

import httpx
import pytest

from assistant.launcher.servers import Assistant
from tests.channels.messaging.clinic import Clinic
from tests.channels.messaging.http_server import wait_until
from tests.channels.messaging.idle import rows
from tests.channels.messaging.twilio_service import (
    ACCOUNT,
    SMS_NUMBER,
    Phone,
    TwilioService,
    refusal,
    signed,
)

pytestmark = pytest.mark.served

_GSM = re.compile(
    r"[@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*"
)


def _posted(assistant: Assistant, form: dict[str, str], headers: dict[str, str]) -> int:
    url = f"{assistant.url}/webhooks/twilio/webhook"
    return httpx.post(url, data=form, headers=headers, timeout=30).status_code


def test_a_webhook_that_twilio_did_not_sign_is_refused(messaging: Assistant, number: str) -> None:
    form = {"MessageSid": "SM1", "From": number, "To": SMS_NUMBER, "Body": "does it hurt?"}
    assert _posted(messaging, form, {}) == 403
    assert _posted(messaging, form, {"X-Twilio-Signature": "abc"}) == 403
    assert _posted(messaging, {**form, "Body": "is it safe?"}, signed(form)) == 403
    assert _posted(messaging, form, signed(form, "/webhooks/twilio/other")) == 403


def test_the_first_answer_says_that_it_is_an_automated_assistant(phone: Phone) -> None:
    heard = phone.asks("does it hurt?")
    assert "automated assistant" in heard
    assert "burning or stinging" in heard


def test_answers_are_plain_texts_of_at_most_320_characters(
    phone: Phone, twilio: TwilioService
) -> None:
    for question in ("what is sclerotherapy", "what are the side effects?", "is it for me?"):
        phone.asks(question)
    for text in twilio.texts_to(phone.address):
        assert len(text) <= 320
        assert _GSM.fullmatch(text), text


def test_a_digit_picks_a_choice_of_the_last_turn_only(phone: Phone) -> None:
    assert "Reply 1 for Yes, 2 for No" in phone.asks("am I suitable?")
    assert "discomfort" in phone.asks("1")
    phone.asks("does it hurt?")  # a question in between repeats the open one
    assert "health" in phone.asks("1").lower()
    assert "earlier question" in phone.asks("9")


def test_a_redelivery_is_answered_once(phone: Phone) -> None:
    sid = "SM" + uuid.uuid4().hex
    phone.asks("does it hurt?", MessageSid=sid)
    assert phone.texts("does it hurt?", MessageSid=sid).status_code == 204
    assert not phone.hears()


def test_who_texts_stop_gets_nothing_until_start(phone: Phone) -> None:
    phone.asks("does it hurt?")
    for text in ("STOP", "does it hurt?", "I can't breathe and my throat is swelling", "HELP"):
        assert phone.texts(text).status_code == 204
    assert not phone.hears()
    assert phone.texts("START").status_code == 204
    assert not phone.hears()
    assert "burning or stinging" in phone.asks("does it hurt?")


def test_yes_is_an_answer_to_a_question_and_no_wish_to_start(phone: Phone) -> None:
    phone.asks("am I suitable?")
    assert "discomfort" in phone.asks("YES")


def test_a_number_that_has_opted_out_at_twilio_is_not_written_to_again(
    phone: Phone, twilio: TwilioService
) -> None:
    tries: list[str] = []

    def fail(number: int, form: dict[str, str]) -> tuple[int, str, bytes] | None:
        if form["To"] != phone.address:
            return None
        tries.append(form["Body"])
        return refusal(400, 21610)

    twilio.fail = fail
    try:
        assert not phone.asks("what is sclerotherapy")
        assert not phone.asks("does it hurt?")
        assert len(tries) == 1
    finally:
        twilio.fail = lambda number, form: None


@pytest.mark.parametrize(
    "fields",
    [
        {"NumMedia": "1", "MediaContentType0": "image/jpeg"},
        {"NumMedia": "1", "MediaContentType0": "audio/ogg"},
        {"Latitude": "40.7", "Longitude": "-74.0"},
        {},
    ],
)
def test_what_is_no_text_gets_a_friendly_line(phone: Phone, fields: dict[str, str]) -> None:
    assert "only read text" in phone.asks("", **fields)


def test_an_emergency_gets_its_line_and_nothing_else(phone: Phone) -> None:
    heard = phone.asks("I had the injections and now I can't breathe, my throat is swelling")
    assert heard.startswith("Call 911 now")
    assert "automated assistant" not in heard
    assert "automated assistant" in phone.asks("thank you, they are on their way")


def test_a_send_that_twilio_took_without_our_hearing_is_not_sent_twice(
    phone: Phone, twilio: TwilioService
) -> None:
    def loses_answer(form: dict[str, str]) -> bool:
        return form["To"] == phone.address and not twilio.texts_to(phone.address)

    twilio.loses_answer = loses_answer
    try:
        heard = phone.asks("what is sclerotherapy")
    finally:
        twilio.loses_answer = lambda form: False
    assert heard.count("automated assistant") == 1


def test_a_send_is_tried_again_while_twilio_is_busy(phone: Phone, twilio: TwilioService) -> None:
    tries: list[str] = []

    def fail(number: int, form: dict[str, str]) -> tuple[int, str, bytes] | None:
        tries.append(form["To"])
        return refusal(429, 20429) if tries.count(phone.address) <= 2 else None

    twilio.fail = fail
    try:
        assert "burning or stinging" in phone.asks("does it hurt?")
    finally:
        twilio.fail = lambda number, form: None
    assert tries.count(phone.address) == 4


def test_a_picture_beside_a_text_is_not_passed_over_in_silence(phone: Phone) -> None:
    heard = phone.asks("does it hurt?", NumMedia="1", MediaContentType0="image/jpeg")
    assert "only read text" in heard
    assert "burning or stinging" in heard


def test_a_machine_that_says_the_same_again_and_again_is_left_alone(phone: Phone) -> None:
    for number in range(3):
        assert phone.asks(f"Thank you. Your message has the number {number}00{number}.")
    assert phone.texts("Thank you. Your message has the number 4711.").status_code == 204
    assert not phone.hears()


def test_two_machines_do_not_alarm_each_other_for_ever(phone: Phone) -> None:
    for _ in range(13):
        phone.texts("You wrote: call 911, you can't breathe, your throat is swelling")
    assert phone.hears().count("911") >= 10
    phone.texts("You wrote: call 911, you can't breathe, your throat is swelling")
    assert not phone.hears()


def test_an_emergency_of_who_has_opted_out_is_told_to_the_clinic_and_not_answered(
    phone: Phone, clinic_office: Clinic
) -> None:
    def told() -> list[dict[str, str]]:
        events = [each for each in clinic_office.told if each["event"] == "unanswered_emergency"]
        return [each for each in events if each["contact"] == phone.address]

    phone.texts("STOP")
    phone.texts("does it hurt?")
    phone.texts("I can't breathe and my throat is swelling")
    phone.texts("please help, I can't breathe at all")
    assert not phone.hears()
    assert wait_until(lambda: bool(told()))
    assert len(told()) == 1
    assert "breathe" not in str(told())


def test_help_is_left_to_twilio_where_twilio_answers_it(phone: Phone, whatsapp: Phone) -> None:
    phone.texts("HELP")
    assert not phone.hears()
    assert "automated assistant" in whatsapp.asks("HELP")


def test_stop_and_start_count_on_whatsapp_too(whatsapp: Phone) -> None:
    whatsapp.texts("STOP")
    whatsapp.texts("does it hurt?")
    assert not whatsapp.hears()
    whatsapp.texts("START")
    assert "burning or stinging" in whatsapp.asks("does it hurt?")


def test_delivery_reports_are_recorded_and_must_be_signed(
    phone: Phone, twilio: TwilioService, messaging: Assistant
) -> None:
    phone.asks("does it hurt?")
    sent = next(each for each in twilio.sent if each.to == phone.address)
    path = "/webhooks/twilio/status?" + sent.callback.partition("?")[2]
    form = {"MessageSid": sent.sid, "MessageStatus": "delivered", "AccountSid": ACCOUNT}
    url = f"{messaging.url}{path}"
    assert httpx.post(url, data=form).status_code == 403
    assert httpx.post(url, data=form, headers=signed(form, path)).status_code == 204
    query = f"SELECT delivery FROM messaging_outbox WHERE sent_id = '{sent.sid}'"
    assert rows(messaging, query) == [("delivered",)]


def test_a_report_that_a_number_has_opted_out_ends_it(
    phone: Phone, twilio: TwilioService, messaging: Assistant
) -> None:
    phone.asks("I want to talk to a person")
    assert "What name" in phone.asks("1")
    sent = next(each for each in twilio.sent if each.to == phone.address)
    path = "/webhooks/twilio/status?" + sent.callback.partition("?")[2]
    form = {"MessageSid": sent.sid, "MessageStatus": "undelivered", "ErrorCode": "21610"}
    headers = signed(form, path)
    assert httpx.post(f"{messaging.url}{path}", data=form, headers=headers).status_code == 204
    query = f"SELECT delivery, error FROM messaging_outbox WHERE sent_id = '{sent.sid}'"
    assert rows(messaging, query) == [("undelivered", "21610")]
    query = "SELECT opted_out, dialogue FROM messaging_contacts WHERE address LIKE '%{}%'"
    assert rows(messaging, query.format(phone.address.lstrip("+"))) == [(1, None)]
    phone.texts("is it safe?")
    assert not phone.hears()


def test_whatsapp_gets_three_choices_as_buttons_and_their_picks_back(
    whatsapp: Phone, twilio: TwilioService
) -> None:
    heard = whatsapp.asks("am I suitable?")
    assert "Reply 1" not in heard
    assert twilio.sent[-1].buttons == ["Yes", "No", "Not sure"]
    payload = "answer.small_visible_veins.yes"
    assert "discomfort" in whatsapp.asks("Yes", ButtonText="Yes", ButtonPayload=payload)


def test_a_button_of_an_earlier_turn_answers_nothing(whatsapp: Phone) -> None:
    whatsapp.asks("am I suitable?")
    payload = "answer.small_visible_veins.yes"
    assert "discomfort" in whatsapp.asks("Yes", ButtonText="Yes", ButtonPayload=payload)
    heard = whatsapp.asks("Yes", ButtonText="Yes", ButtonPayload=payload)
    assert "earlier question" in heard
    assert "health" in whatsapp.asks("1").lower()  # the question after "discomfort"


def test_whatsapp_never_gets_more_than_three_buttons(
    whatsapp: Phone, twilio: TwilioService
) -> None:
    whatsapp.asks("I want to talk to a person")
    assert twilio.sent[-1].buttons == ["Call me back"]
    whatsapp.asks("1")
    whatsapp.asks("Jo Meyer")
    assert "4 for Leave this" in whatsapp.asks("1")  # four times to choose from
    assert all(len(each.buttons) <= 3 for each in twilio.sent)


def test_a_signed_form_without_an_id_is_refused(messaging: Assistant, number: str) -> None:
    form = {"From": number, "To": SMS_NUMBER, "Body": "does it hurt?"}
    assert _posted(messaging, form, signed(form)) == 400


def test_no_number_stands_in_a_log_or_a_conversation_id(phone: Phone, messaging: Assistant) -> None:
    phone.asks("does it hurt?")
    log = (messaging.workdir / "rasa.log").read_text()
    digits = phone.address.lstrip("+")
    assert digits not in log
    assert "does it hurt" not in log
    names = [row[0] for row in rows(messaging, "SELECT sender_id FROM conversations")]
    assert names
    assert not any(digits in name for name in names)
