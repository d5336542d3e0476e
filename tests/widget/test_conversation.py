"""What a patient does in the widget, against the real assistant."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Route, expect

from tests.widget.conftest import Visit
from tests.widget.visitor import Visitor, message


def test_a_question_is_answered_with_its_source(visitor: Visitor) -> None:
    visitor.opens().asks("Does it hurt?")
    source = visitor.dialog.locator("details.source").last
    expect(visitor.messages.last).to_contain_text("discomfort")
    expect(source.locator("p").first).not_to_be_visible()
    visitor.keeps_picture("answer")
    source.locator("summary").click()
    expect(source.locator("p").first).to_be_visible()
    expect(source.locator("summary")).to_contain_text("From the procedure guide: ")
    visitor.keeps_picture("source")


def test_a_source_leads_to_its_section_of_the_guide(visitor: Visitor) -> None:
    visitor.opens().asks("Does it hurt?")
    source = visitor.dialog.locator("details.source").first
    section = source.locator("summary").inner_text().removeprefix("From the procedure guide: ")
    source.locator("summary").click()
    source.get_by_role("link").click()
    place = urlsplit(visitor.page.url).fragment
    expect(visitor.page.locator(f"section#{place} h2")).to_have_text(section)
    expect(visitor.page.locator(f"section#{place}")).to_be_in_viewport()


def test_the_assistant_says_what_it_is_before_anything_is_sent(visitor: Visitor) -> None:
    visitor.opens()
    expect(visitor.dialog.locator("header")).to_contain_text("Automated assistant")
    expect(visitor.messages.first).to_contain_text("automated assistant of Example Vein Clinic")
    expect(visitor.messages.first.get_by_role("link", name="911")).to_be_visible()
    assert visitor.sent == []
    visitor.keeps_picture("open")


def test_a_suggestion_of_the_first_message_is_asked(visitor: Visitor) -> None:
    visitor.opens().picks("Does it hurt?")
    assert visitor.sent[-1]["message"] == "Does it hurt?"
    expect(visitor.messages.last).to_contain_text("discomfort")


def test_a_picked_choice_is_sent_by_its_id_and_earlier_ones_become_inert(visitor: Visitor) -> None:
    visitor.opens().asks("Who is a good candidate?")
    earlier = visitor.open_choices.count()
    visitor.picks("Go through the points")
    assert visitor.sent[-1]["choice"] == "screening"
    assert earlier
    expect(visitor.open_choices.filter(has_text="Go through the points")).to_have_count(0)
    expect(visitor.own_messages.last).to_have_text("Go through the points")


def test_the_screening_can_be_gone_through_by_its_choices(visitor: Visitor) -> None:
    visitor.opens().asks("Am I a good candidate?")
    for number in range(8):
        unsure = visitor.open_choices.filter(has_text="Not sure")
        if not unsure.count():
            break
        visitor.keeps_picture(f"screening-{number}")
        visitor.picks("Not sure")
    assert number >= 3
    expect(visitor.dialog).to_contain_text("Your summary to bring along")
    expect(visitor.messages.last).to_contain_text("consultation")
    visitor.keeps_picture("screening-outcome")


def test_a_long_reply_is_shown_from_its_beginning(visitor: Visitor) -> None:
    long = [message("A sentence that goes on and on. " * 30) for _ in range(3)]
    visitor.opens().gets(*long).asks("Does it hurt?")
    expect(visitor.messages.nth(1).locator("p")).to_be_in_viewport()
    top = visitor.messages.nth(1).bounding_box()
    frame = visitor.dialog.locator("#messages").bounding_box()
    assert top is not None
    assert frame is not None
    assert frame["y"] < top["y"] < frame["y"] + 60


def test_an_emergency_stands_out_and_is_announced_at_once(visitor: Visitor) -> None:
    visitor.opens().asks("I can't breathe and my chest hurts")
    emergency = visitor.dialog.locator(".message.emergency").last
    expect(emergency).to_contain_text("Emergency")
    expect(emergency.get_by_role("link", name="911").first).to_have_attribute("href", "tel:911")
    expect(visitor.alert).to_contain_text("911")
    visitor.keeps_picture("emergency")


def test_an_answer_is_announced_politely(visitor: Visitor) -> None:
    visitor.opens().asks("How long does a session take?")
    expect(visitor.log).to_contain_text("30 minutes")
    expect(visitor.alert).to_be_empty()


def test_a_person_can_be_asked_for_at_any_time(visitor: Visitor) -> None:
    visitor.opens()
    person = visitor.dialog.get_by_role("button", name="Talk to a person", exact=True).first
    place = person.bounding_box()
    visitor.says(person.click)
    assert visitor.sent[-1]["choice"] == "handoff"
    assert person.bounding_box() == place
    phone = visitor.messages.last.get_by_role("link", name="(212) 555-0142").first
    expect(phone).to_have_attribute("href", "tel:2125550142")


def test_whether_an_answer_helped_reaches_the_server(visitor: Visitor) -> None:
    visitor.opens().asks("Does it hurt?")
    feedback = visitor.dialog.locator(".feedback").last
    with visitor.page.expect_response("**/webhooks/web/feedback") as answer:
        feedback.get_by_role("button", name="Yes").click()
    assert answer.value.status == 200
    body = json.loads(answer.value.request.post_data or "")
    assert body["helpful"] is True
    assert re.fullmatch(r"[0-9a-f-]{36}", body["reply"])
    expect(feedback.get_by_role("status")).to_have_text("Thank you for telling us.")
    expect(feedback.get_by_role("button", name="No")).to_be_disabled()


def test_the_conversation_is_back_after_a_reload(visitor: Visitor) -> None:
    visitor.opens().asks("Does it hurt?").asks("Who is a good candidate?")
    said = visitor.own_messages.all_inner_texts()
    answer = visitor.messages.last.locator("p").first.inner_text()
    visitor.page.reload()
    visitor.opens()
    assert visitor.own_messages.all_inner_texts() == said
    expect(visitor.messages.last.locator("p").first).to_have_text(answer)
    visitor.picks("Go through the points")
    assert visitor.sent[-1]["choice"] == "screening"


def test_after_a_reload_it_still_says_what_it_is(visitor: Visitor) -> None:
    visitor.opens().asks("Does it hurt?")
    visitor.page.reload()
    visitor.opens()
    expect(visitor.messages.first).to_contain_text("automated assistant of Example Vein Clinic")
    expect(visitor.open_choices.filter(has_text="What happens on the day?")).to_have_count(0)


def test_an_answer_can_be_judged_after_a_reload(visitor: Visitor) -> None:
    visitor.opens().asks("Does it hurt?")
    visitor.page.reload()
    visitor.opens()
    feedback = visitor.dialog.locator(".feedback").last
    feedback.get_by_role("button", name="No").click()
    expect(feedback.get_by_role("status")).to_have_text("Thank you for telling us.")


def test_a_picked_choice_keeps_its_title_after_a_reload(visitor: Visitor) -> None:
    visitor.opens().asks("Who is a good candidate?").picks("Go through the points")
    visitor.page.reload()
    visitor.opens()
    expect(visitor.own_messages.last).to_have_text("Go through the points")


def test_a_conversation_whose_time_is_over_is_not_brought_back(visitor: Visitor) -> None:
    visitor.opens().asks("Does it hurt?")
    visitor.page.evaluate(
        """() => {
          const kept = JSON.parse(sessionStorage.getItem("sclerotherapy-assistant"));
          const over = JSON.stringify({ ...kept, expires: Date.now() - 1 });
          sessionStorage.setItem("sclerotherapy-assistant", over);
        }"""
    )
    visitor.page.reload()
    visitor.opens()
    expect(visitor.own_messages).to_have_count(0)


def test_a_forgotten_token_starts_a_new_conversation_and_says_so(visitor: Visitor) -> None:
    visitor.opens().asks("Does it hurt?")
    visitor.page.evaluate(
        """() => sessionStorage.setItem("sclerotherapy-assistant",
             JSON.stringify({ token: "forged", expires: Date.now() + 1e6 }))"""
    )
    visitor.page.reload()
    visitor.opens()
    expect(visitor.messages.last).to_contain_text("Your last chat has ended")


def test_clearing_erases_the_conversation_here_and_at_the_server(visitor: Visitor) -> None:
    visitor.opens().asks("Does it hurt?")
    token = visitor.page.evaluate(
        'JSON.parse(sessionStorage.getItem("sclerotherapy-assistant")).token'
    )
    visitor.dialog.get_by_role("button", name="Clear chat").click()
    visitor.keeps_picture("clear")
    visitor.dialog.get_by_role("button", name="Erase it").click()
    expect(visitor.own_messages).to_have_count(0)
    expect(visitor.log).to_have_text("The chat is erased.")
    expect(visitor.messages).to_have_count(1)
    assert visitor.page.evaluate("sessionStorage.length") == 0
    site = "/".join(visitor.address.split("/")[:3])
    history = httpx.get(
        f"{site}/webhooks/web/history", headers={"Authorization": f"Bearer {token}"}, timeout=30
    )
    assert history.status_code == 401 or history.json()["messages"] == []


def test_clearing_while_an_answer_is_awaited_erases_that_too(visitor: Visitor) -> None:
    waiting: list[Route] = []
    visitor.opens().meets(lambda route: waiting.append(route)).writes("Does it hurt?")
    expect(visitor.dialog.locator(".typing")).to_be_visible()
    visitor.dialog.get_by_role("button", name="Clear chat").click()
    visitor.dialog.get_by_role("button", name="Erase it").click()
    waiting[0].continue_()
    expect(visitor.own_messages).to_have_count(0, timeout=30_000)
    expect(visitor.messages).to_have_count(1)
    assert visitor.page.evaluate("sessionStorage.length") == 0
    assert [request.method for request in visitor.requests].count("DELETE") == 1


def test_keeping_the_chat_keeps_it(visitor: Visitor) -> None:
    visitor.opens().asks("Does it hurt?")
    visitor.dialog.get_by_role("button", name="Clear chat").click()
    visitor.dialog.get_by_role("button", name="Keep it").click()
    expect(visitor.own_messages).to_have_count(1)
    assert all(request.method != "DELETE" for request in visitor.requests)


def test_nothing_but_the_launcher_loads_before_the_chat_is_opened(visitor: Visitor) -> None:
    before = {urlsplit(request.url).path for request in visitor.requests}
    assert before == {"/chat/", "/chat/widget.js", "/chat/page.css"}
    visitor.opens()
    loaded = {urlsplit(request.url).path for request in visitor.requests} - before
    assert len(loaded) == 1
    assert re.fullmatch(r"/chat/panel-\w+\.js", loaded.pop())


def test_two_visitors_have_conversations_of_their_own(visit: Visit, demo: str) -> None:
    first, second = visit(demo).opens(), visit(demo).opens()
    first.asks("Does it hurt?")
    second.page.reload()
    second.opens()
    expect(second.own_messages).to_have_count(0)
