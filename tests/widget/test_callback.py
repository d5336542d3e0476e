"""The call-back form: when it is shown, what it sends, what it says, and who can use it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from assistant.launcher.servers import Assistant
from tests.channels.messaging.idle import rows
from tests.widget.conftest import Visit
from tests.widget.test_accessibility import SCREENS
from tests.widget.test_appearance import with_attributes
from tests.widget.visitor import Visitor, message

TERMS = "**/webhooks/web/callback"
CLINIC_PHONE = "(212) 555-0142"
NAME, PHONE = "Zebulon Quist", "(212) 555-0166"
HANDOFF = message("You can reach the team at (212) 555-0142.", topics=["handoff"])


@pytest.fixture
def address(office: Assistant) -> str:
    """Its demo page."""
    return f"{office.url}/chat/"


@pytest.fixture
def caller(visit: Visit, address: str) -> Visitor:
    """Somebody who has asked for a person and sees the form."""
    return asks_for_a_person(visit(address).opens())


def asks_for_a_person(visitor: Visitor) -> Visitor:
    button = visitor.dialog.get_by_role("button", name="Talk to a person", exact=True).first
    visitor.says(button.click)
    expect(visitor.form).to_be_visible()
    return visitor


def fills(visitor: Visitor, name: str = NAME, phone: str = PHONE, consents: bool = True) -> Visitor:
    visitor.form.get_by_label("Name to ask for").fill(name)
    visitor.form.get_by_label("Phone number").fill(phone)
    visitor.form.get_by_label("Morning").check()
    visitor.form.get_by_role("checkbox").set_checked(consents)
    return visitor


def sends(visitor: Visitor) -> Visitor:
    visitor.form.locator("[type=submit]").click()
    return visitor


def with_terms(visitor: Visitor, **terms: object) -> Visitor:
    """Lets the server's terms be others than they are just now."""

    def change(route: Route) -> None:
        if route.request.method != "GET":
            return route.fallback()
        answer = route.fetch()
        return route.fulfill(response=answer, json={**answer.json(), **terms})

    visitor.page.route(TERMS, change)
    return visitor


def when_sent(visitor: Visitor, answer: Callable[[Route], object]) -> Visitor:
    """Puts something between the page and the server's answer to a request."""

    def intercept(route: Route) -> None:
        if route.request.method == "POST":
            answer(route)
        else:
            route.fallback()

    visitor.page.route(TERMS, intercept)
    return visitor


def lose(route: Route) -> None:
    """The server has the request, the page never hears of it."""
    route.fetch()
    route.abort()


def requests(visitor: Visitor) -> list[dict[str, Any]]:
    """Bodies of the call-back requests that left the page."""
    return [
        json.loads(request.post_data or "")
        for request in visitor.requests
        if request.url.endswith("/callback") and request.method == "POST"
    ]


def stored(office: Assistant, phone: str) -> list[tuple[Any, ...]]:
    """The clinic's stored requests with this number."""
    query = "SELECT reference, name, phone, best_time FROM callback_requests"
    return [row for row in rows(office, query) if row[2] == phone]


def result(visitor: Visitor) -> str:
    """The reference number that is shown."""
    shown = visitor.dialog.locator(".callback .heading").filter(has_text="reference number")
    expect(shown).to_be_visible()
    found = re.search(r"CB-\w{6}", shown.inner_text())
    assert found
    return found[0]


# --- when it is shown ---


def test_talk_to_a_person_shows_the_form_with_the_hours_while_the_clinic_is_closed(
    visit: Visit, address: str
) -> None:
    visitor = asks_for_a_person(with_terms(visit(address), open_now=False).opens())
    offer = visitor.messages.last
    expect(offer).to_contain_text("The clinic is closed now. It is open Mon-Wed 9am-5pm")
    expect(visitor.form).to_be_visible()
    expect(visitor.log).to_contain_text("Would you like a call-back?")
    visitor.keeps_picture("callback-closed")


def test_while_the_clinic_is_open_its_phone_comes_first(visit: Visit, address: str) -> None:
    visitor = asks_for_a_person(with_terms(visit(address), open_now=True).opens())
    first = visitor.dialog.locator(".callback > *").first
    expect(first).to_contain_text("The clinic is open now: call (212) 555-0142.")
    expect(first.get_by_role("link")).to_have_attribute("href", "tel:2125550142")
    visitor.keeps_picture("callback-open")


def test_the_answer_and_the_beginning_of_the_form_are_in_sight(caller: Visitor) -> None:
    expect(caller.messages.last.locator("p").first).to_be_in_viewport(ratio=1)
    expect(caller.form.locator(".heading")).to_be_in_viewport(ratio=1)


def test_asked_for_in_words_a_person_is_offered_too(visit: Visit, address: str) -> None:
    visitor = visit(address).opens().asks("I want to talk to a real person")
    expect(visitor.form).to_be_visible()


def test_a_complaint_offers_it(visit: Visit, address: str) -> None:
    visitor = visit(address).opens().asks("I want to complain about how I was treated")
    expect(visitor.messages.last).to_contain_text("I'm sorry that this wasn't good")
    expect(visitor.form).to_be_visible()


def test_answers_that_a_provider_has_to_review_offer_it(visit: Visit, address: str) -> None:
    visitor = visit(address).opens().asks("Am I a good candidate?")
    while visitor.open_choices.filter(has_text="Not sure").count():
        visitor.says(visitor.open_choices.first.click)  # "Yes", to earlier clots as well
    expect(visitor.dialog).to_contain_text("It isn't a final no")
    expect(visitor.messages.last.locator("form")).to_be_visible()
    expect(visitor.messages.filter(has_text="what matters most")).to_be_in_viewport()
    visitor.keeps_picture("callback-screening")


@pytest.mark.parametrize(
    "fields", [{"topics": ["pain"]}, {"screening": {"outcome": "needs_consultation"}}]
)
def test_no_other_answer_asks_for_the_terms(
    visit: Visit, address: str, fields: dict[str, Any]
) -> None:
    visitor = visit(address).opens().gets(message("Very little.", **fields)).asks("Does it hurt?")
    visitor.page.wait_for_timeout(200)
    assert not any(request.url.endswith("/callback") for request in visitor.requests)


def test_where_the_clinic_cannot_be_told_there_is_no_form(visitor: Visitor) -> None:
    visitor.opens()
    with visitor.page.expect_response(TERMS) as terms:
        visitor.dialog.get_by_role("button", name="Talk to a person").first.click()
    assert terms.value.json()["available"] is False
    visitor.waits()
    visitor.page.wait_for_timeout(200)
    expect(visitor.dialog.locator(".callback")).to_have_count(0)
    expect(visitor.messages.last.get_by_role("link", name=CLINIC_PHONE).first).to_be_visible()


def test_asked_for_again_the_form_moves_with_what_is_written_in_it(caller: Visitor) -> None:
    fills(caller)
    asks_for_a_person(caller)
    expect(caller.messages.last.locator("form")).to_be_visible()
    expect(caller.dialog.locator(".callback")).to_have_count(1)
    expect(caller.form.get_by_label("Name to ask for")).to_have_value(NAME)


# --- what it sends ---


def test_a_request_is_stored_and_its_reference_is_told(caller: Visitor, office: Assistant) -> None:
    sends(fills(caller, phone="(212) 555-0151"))
    reference = result(caller)
    assert stored(office, "+12125550151") == [(reference, NAME, "+12125550151", "morning")]
    expect(caller.log).to_contain_text(reference)
    expect(caller.form).to_have_count(0)
    expect(caller.dialog.locator(".callback")).to_be_focused()
    assert "booked" not in caller.messages.last.inner_text()
    caller.keeps_picture("callback-taken")


def test_a_retry_after_an_answer_that_was_lost_stores_it_once(
    caller: Visitor, office: Assistant
) -> None:
    sends(when_sent(fills(caller, phone="(212) 555-0152"), lose))
    problem = caller.form.locator(".problem")
    expect(problem).to_contain_text("couldn't be confirmed")
    expect(problem.get_by_role("link", name=CLINIC_PHONE)).to_be_visible()
    expect(caller.form.get_by_role("button", name="Try again")).to_be_in_viewport(ratio=1)
    caller.keeps_picture("callback-failed")
    caller.meets_nothing()
    caller.form.get_by_role("button", name="Try again").click()
    reference = result(caller)
    first, again = requests(caller)
    assert first == again
    assert [row[0] for row in stored(office, "+12125550152")] == [reference]


def test_a_number_that_is_corrected_after_a_lost_answer_reaches_the_clinic(
    caller: Visitor, office: Assistant
) -> None:
    sends(when_sent(fills(caller, phone="(212) 555-0153"), lose))
    expect(caller.form.locator(".problem")).not_to_be_empty()
    caller.meets_nothing()
    sends(fills(caller, phone="(212) 555-0154"))
    reference = result(caller)
    assert [row[0] for row in stored(office, "+12125550154")] == [reference]


def test_nothing_is_sent_twice_while_an_answer_is_awaited(caller: Visitor) -> None:
    waiting: list[Route] = []
    when_sent(fills(caller, phone="(212) 555-0155"), waiting.append)
    sends(caller)
    button = caller.form.locator("[type=submit]")
    expect(button).to_have_text("Sending …")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_be_focused()
    caller.page.keyboard.press("Enter")
    caller.keeps_picture("callback-sending")
    waiting[0].continue_()
    result(caller)
    assert len(requests(caller)) == 1


def test_name_and_number_are_in_no_conversation_and_no_store_of_the_browser(
    caller: Visitor, office: Assistant
) -> None:
    caller.asks("Does it hurt?")
    sends(fills(caller, phone="(212) 555-0156"))
    result(caller)
    caller.asks("How long does a session take?")
    everywhere = [
        str(rows(office, "SELECT * FROM conversation_events")),
        caller.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])"),
        str(caller.sent),
    ]
    assert all(re.search("Zebulon|5550156|555-0156", place) is None for place in everywhere)
    caller.page.reload()
    caller.opens()
    expect(caller.own_messages.last).to_be_visible()
    expect(caller.dialog).not_to_contain_text("Zebulon")
    expect(caller.dialog.locator(".callback")).to_have_count(0)


def test_a_request_carries_no_token_of_the_conversation(caller: Visitor) -> None:
    with caller.page.expect_request(lambda request: request.method == "POST") as sent:
        sends(fills(caller, phone="(212) 555-0157"))
    assert "authorization" not in sent.value.all_headers()
    result(caller)


# --- what it says ---


def test_what_is_left_out_is_said_at_each_field(caller: Visitor) -> None:
    sends(caller)
    for label, words in (
        ("Name to ask for", "Please write a name"),
        ("Phone number", "with its area code"),
        ("I agree", "Please tick this box"),
    ):
        field = caller.form.get_by_label(label)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile(words))
        expect(caller.alert).to_contain_text(words)
    expect(caller.form.get_by_label("Name to ask for")).to_be_focused()
    for part in ("Name to ask for", "Please write a name"):
        expect(caller.form.get_by_text(part)).to_be_in_viewport(ratio=1)
    assert requests(caller) == []
    caller.keeps_picture("callback-left-out")


def test_a_wrong_number_is_said_at_its_field_and_the_rest_is_kept(caller: Visitor) -> None:
    sends(fills(caller, phone="555"))
    field = caller.form.get_by_label("Phone number")
    expect(field).to_have_accessible_description("Please write a phone number with its area code.")
    expect(field).to_be_focused()
    expect(caller.alert).to_contain_text("area code")
    expect(caller.form.get_by_label("Name to ask for")).to_have_attribute("aria-invalid", "false")
    expect(caller.form.get_by_label("Name to ask for")).to_have_value(NAME)
    caller.keeps_picture("callback-wrong-number")
    sends(fills(caller, phone="(212) 555-0158"))
    result(caller)


def test_offline_is_said_and_can_be_tried_again(caller: Visitor) -> None:
    fills(caller, phone="(212) 555-0159").page.context.set_offline(True)
    sends(caller)
    expect(caller.form.locator(".problem")).to_contain_text("You seem to be offline")
    expect(caller.alert).to_contain_text(CLINIC_PHONE)
    caller.page.context.set_offline(False)
    caller.form.get_by_role("button", name="Try again").click()
    result(caller)


def test_no_answer_in_time_is_said_and_can_be_tried_again(visit: Visit, address: str) -> None:
    visitor = visit(address)
    visitor.page.clock.install()
    visitor.opens().gets(HANDOFF)
    asks_for_a_person(visitor)
    sends(when_sent(fills(visitor, phone="(212) 555-0160"), lambda route: None))
    expect(visitor.form).to_contain_text("Sending …")
    visitor.page.clock.fast_forward(31_000)
    expect(visitor.form.locator(".problem")).to_contain_text("No answer came in time.")
    visitor.meets_nothing()
    visitor.form.get_by_role("button", name="Try again").click()
    result(visitor)


def test_a_request_that_cannot_be_stored_is_said_with_the_phone(visitor: Visitor) -> None:
    # This server takes no requests at all, whatever the page believes.
    asks_for_a_person(with_terms(visitor, available=True).opens())
    with visitor.page.expect_response(TERMS) as answer:
        sends(fills(visitor))
    assert answer.value.status == 503
    problem = visitor.form.locator(".problem")
    expect(problem.get_by_role("link", name=CLINIC_PHONE)).to_be_visible()
    expect(visitor.alert).to_contain_text(CLINIC_PHONE)


def test_another_language_has_its_words_for_it(visit: Visit, address: str) -> None:
    visitor = with_attributes(visit, address, {"lang": "es"}).opens().gets(HANDOFF)
    visitor.asks("Una persona")
    form = visitor.dialog.get_by_role("form", name="¿Quiere que le llamemos?")
    form.get_by_role("button", name="Llámenme").click()
    expect(form).to_contain_text("Marque esta casilla")
    assert visitor.dialog.locator(".callback").get_attribute("lang") == "es"
    visitor.keeps_picture("callback-spanish")
    assert visitor.violations() == []


# --- who can use it ---


def test_the_keyboard_alone_fills_and_sends_the_form(caller: Visitor) -> None:
    keyboard = caller.page.keyboard
    name = caller.form.get_by_label("Name to ask for")
    caller.field.focus()
    for _ in range(20):
        keyboard.press("Shift+Tab")
        if name.evaluate("field => field.matches(':focus')"):
            break
    expect(name).to_be_focused()
    keyboard.type("Jo O’Neill")
    keyboard.press("Tab")
    keyboard.type("+1 212 555 0161")
    keyboard.press("Tab")
    expect(caller.form.get_by_label("Any time")).to_be_focused()
    keyboard.press("ArrowUp")
    keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("Tab")
    keyboard.press("Enter")
    result(caller)
    sent = requests(caller)[-1]
    assert (sent["name"], sent["best_time"], sent["consent"]) == ("Jo O’Neill", "afternoon", True)


def test_enter_in_a_field_sends_the_form_and_nothing_to_the_assistant(caller: Visitor) -> None:
    fills(caller, phone="(212) 555-0162")
    before = len(caller.sent)
    caller.form.get_by_label("Name to ask for").press("Enter")
    result(caller)
    assert len(caller.sent) == before


def test_closed_the_form_is_gone_and_the_focus_is_back(caller: Visitor) -> None:
    fills(caller).form.get_by_role("button", name="Close this form").press("Enter")
    expect(caller.dialog.locator(".callback")).to_have_count(0)
    expect(caller.field).to_be_focused()
    asks_for_a_person(caller)
    expect(caller.form.get_by_label("Name to ask for")).to_have_value("")


def test_clearing_the_chat_clears_the_form(caller: Visitor) -> None:
    fills(caller).dialog.get_by_role("button", name="Clear chat").click()
    caller.dialog.get_by_role("button", name="Erase it").click()
    expect(caller.dialog.locator(".callback")).to_have_count(0)
    asks_for_a_person(caller)
    expect(caller.form.get_by_label("Name to ask for")).to_have_value("")


def test_a_phones_keyboard_and_memory_know_the_fields(caller: Visitor) -> None:
    phone = caller.form.get_by_label("Phone number")
    expect(phone).to_have_attribute("type", "tel")
    expect(phone).to_have_attribute("autocomplete", "tel")
    expect(caller.form.get_by_label("Name to ask for")).to_have_attribute("autocomplete", "name")


def test_its_targets_are_24_pixels_or_more(caller: Visitor) -> None:
    for control in caller.form.locator("button, label.option, input:not(.option *)").all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24


def asked(visitor: Visitor) -> None:
    expect(visitor.form).to_be_visible()


def wrong(visitor: Visitor) -> None:
    sends(visitor)
    expect(visitor.form.get_by_label("Phone number")).to_have_attribute("aria-invalid", "true")


def failed(visitor: Visitor) -> None:
    sends(when_sent(fills(visitor), lambda route: route.abort()))
    expect(visitor.form.locator(".problem")).to_be_visible()


def taken(visitor: Visitor) -> None:
    sends(fills(visitor))
    result(visitor)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("state", [asked, wrong, failed, taken])
def test_axe_finds_nothing(
    visit: Visit, address: str, screen: str, state: Callable[[Visitor], None]
) -> None:
    visitor = asks_for_a_person(visit(address, **SCREENS[screen]).opens())
    state(visitor)
    visitor.keeps_picture(f"callback-{screen}-{state.__name__}")
    assert visitor.violations() == []
    assert not visitor.overflows()
