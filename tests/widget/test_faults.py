"""What a patient reads when the network or the server fails, and that nothing is sent twice."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.widget.conftest import Visit
from tests.widget.visitor import Visitor, message

PHONE = "(212) 555-0142"


def history(visitor: Visitor) -> list[dict[str, Any]]:
    """The conversation as the server has it."""
    answer: dict[str, Any] = visitor.page.evaluate(
        """async () => {
          const { token } = JSON.parse(sessionStorage.getItem("sclerotherapy-assistant"));
          const headers = { Authorization: `Bearer ${token}` };
          return (await fetch("../webhooks/web/history", { headers })).json();
        }"""
    )
    return list(answer["messages"])


def retry(visitor: Visitor) -> None:
    visitor.dialog.get_by_role("button", name="Try again").click()


def test_a_message_written_offline_goes_out_when_the_network_is_back(visitor: Visitor) -> None:
    visitor.opens()
    visitor.page.context.set_offline(True)
    visitor.asks("Does it hurt?")
    expect(visitor.messages.last).to_contain_text("offline")
    expect(visitor.messages.last.get_by_role("link", name=PHONE)).to_be_visible()
    expect(visitor.alert).to_contain_text("offline")
    visitor.keeps_picture("offline")
    visitor.page.context.set_offline(False)
    expect(visitor.messages.last).to_contain_text("discomfort", timeout=30_000)
    assert len({each["id"] for each in visitor.sent}) == 1
    expect(visitor.own_messages).to_have_count(1)
    visitor.asks("How long does a session take?")
    expect(visitor.messages.last).to_contain_text("30 minutes")


def test_a_retry_of_an_answer_that_was_lost_counts_once(visitor: Visitor) -> None:
    def lose(route: Route) -> None:
        route.fetch()  # the server has the message, the page never hears of it
        route.abort()

    visitor.opens().asks("How long does a session take?")
    visitor.meets(lose).asks("Does it hurt?")
    expect(visitor.messages.last).to_contain_text("can't be reached")
    visitor.meets_nothing()
    retry(visitor)
    expect(visitor.messages.last).to_contain_text("discomfort", timeout=30_000)
    assert visitor.sent[-1]["id"] == visitor.sent[-2]["id"]
    said = [entry["text"] for entry in history(visitor) if entry["from"] == "patient"]
    assert said == ["How long does a session take?", "Does it hurt?"]


def test_a_retry_of_the_first_message_counts_once(visitor: Visitor) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    visitor.opens().meets(lose).asks("Does it hurt?")
    visitor.meets_nothing()
    retry(visitor)
    expect(visitor.messages.last).to_contain_text("discomfort", timeout=30_000)
    assert [entry["from"] for entry in history(visitor)].count("patient") == 1


def test_no_answer_in_time_can_be_tried_again(visit: Visit, demo: str) -> None:
    visitor = visit(demo)
    visitor.page.clock.install()
    visitor.opens().meets(lambda route: None).writes("Does it hurt?")
    expect(visitor.dialog.get_by_role("img", name="The assistant is writing")).to_be_visible()
    visitor.keeps_picture("typing")
    visitor.page.clock.fast_forward(31_000)
    expect(visitor.messages.last).to_contain_text("No answer came in time.")
    visitor.keeps_picture("timeout")
    visitor.meets_nothing()
    retry(visitor)
    expect(visitor.messages.last).to_contain_text("discomfort", timeout=30_000)


@pytest.mark.parametrize(
    ("status", "words"),
    [(500, "can't be reached"), (503, "can't be reached"), (429, "wait a minute")],
)
def test_a_servers_error_is_said_with_the_phone_and_a_retry(
    visitor: Visitor, status: int, words: str
) -> None:
    visitor.opens().meets(lambda route: route.fulfill(status=status, body="oh"))
    visitor.asks("Does it hurt?")
    expect(visitor.messages.last).to_contain_text(words)
    expect(visitor.messages.last.get_by_role("link", name=PHONE)).to_be_visible()
    expect(visitor.dialog.get_by_role("button", name="Try again")).to_be_visible()


def test_an_answer_that_is_no_json_counts_as_a_servers_error(visitor: Visitor) -> None:
    visitor.opens().meets(lambda route: route.fulfill(body="<html>proxy error</html>"))
    visitor.asks("Does it hurt?")
    expect(visitor.messages.last).to_contain_text("can't be reached")


def test_a_message_that_is_too_long_is_explained_and_not_offered_again(visitor: Visitor) -> None:
    visitor.opens().asks("a" * 1001)
    expect(visitor.messages.last).to_contain_text("at most 1,000 characters")
    assert visitor.sent == []
    expect(visitor.dialog.get_by_role("button", name="Try again")).to_have_count(0)
    visitor.asks("Does it hurt?")
    expect(visitor.messages.last).to_contain_text("discomfort")


def test_what_the_server_refuses_is_said_in_its_words(visitor: Visitor) -> None:
    refusal = {"error": {"code": "empty", "message": "message holds nothing that can be read"}}
    visitor.opens().meets(lambda route: route.fulfill(status=400, json=refusal)).asks("\u2800")
    expect(visitor.messages.last).to_have_text("message holds nothing that can be read")
    expect(visitor.dialog.get_by_role("button", name="Try again")).to_have_count(0)


def test_an_apology_of_the_assistant_can_be_tried_again(visitor: Visitor) -> None:
    visitor.opens().gets(message("Sorry, I can't do that right now.", "unavailable"))
    visitor.asks("Does it hurt?").meets_nothing()
    retry(visitor)
    expect(visitor.messages.last).to_contain_text("discomfort", timeout=30_000)
    assert visitor.sent[0]["id"] == visitor.sent[1]["id"]


def test_a_new_message_takes_the_place_of_a_failed_one(visitor: Visitor) -> None:
    visitor.opens().meets(lambda route: route.abort()).asks("Does it hurt?").meets_nothing()
    visitor.asks("How long does a session take?")
    expect(visitor.messages.last).to_contain_text("30 minutes")
    expect(visitor.dialog.get_by_role("button", name="Try again")).to_have_count(0)


def test_a_person_asked_for_while_an_answer_is_awaited_comes_next(visitor: Visitor) -> None:
    waiting: list[Route] = []

    def delay_first(route: Route) -> None:
        if waiting:
            route.continue_()
        waiting.append(route)

    visitor.opens().meets(delay_first).writes("Does it hurt?")
    visitor.dialog.get_by_role("button", name="Talk to a person", exact=True).first.click()
    expect(visitor.own_messages).to_have_count(1)
    waiting[0].continue_()
    expect(visitor.own_messages.last).to_have_text("Talk to a person", timeout=30_000)
    visitor.waits()
    assert [each.get("choice") for each in visitor.sent] == [None, "handoff"]


def test_a_chat_that_could_not_be_loaded_can_be_opened_later(visitor: Visitor) -> None:
    visitor.page.route("**/panel-*", lambda route: route.abort())
    visitor.launcher.click()
    problem = visitor.page.locator("#sclerotherapy-assistant .problem")
    expect(problem).to_contain_text("couldn't be loaded")
    visitor.keeps_picture("not-loaded")
    visitor.meets_nothing().opens()
    expect(problem).to_be_empty()


def test_an_erasing_that_failed_is_said_and_keeps_the_chat(visitor: Visitor) -> None:
    visitor.opens().asks("Does it hurt?")
    visitor.page.route("**/webhooks/web/history", lambda route: route.abort())
    visitor.dialog.get_by_role("button", name="Clear chat").click()
    visitor.dialog.get_by_role("button", name="Erase it").click()
    expect(visitor.dialog.locator(".question")).to_contain_text("couldn't be erased")
    expect(visitor.own_messages).to_have_count(1)


def test_feedback_that_could_not_be_saved_can_be_given_again(visitor: Visitor) -> None:
    visitor.opens().asks("Does it hurt?")
    visitor.page.route("**/webhooks/web/feedback", lambda route: route.abort())
    feedback = visitor.dialog.locator(".feedback").last
    feedback.get_by_role("button", name="No").click()
    expect(feedback).to_contain_text("couldn't be saved")
    visitor.meets_nothing()
    feedback.get_by_role("button", name="No").click()
    expect(feedback).to_contain_text("Thank you")


def test_earlier_messages_that_cannot_be_fetched_do_not_keep_the_chat_shut(
    visitor: Visitor,
) -> None:
    visitor.opens().asks("Does it hurt?")
    visitor.page.reload()
    visitor.page.route("**/webhooks/web/history", lambda route: route.fulfill(status=503))
    visitor.opens()
    expect(visitor.messages.last).to_contain_text("can't be shown")
    visitor.asks("How long does a session take?")
    expect(visitor.messages.last).to_contain_text("30 minutes")
