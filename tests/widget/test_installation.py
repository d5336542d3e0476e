"""The two ways onto a clinic's website that docs/widget.md describes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from assistant.launcher.servers import Assistant, running_assistant
from tests.services import free_port
from tests.widget.conftest import Visit
from tests.widget.visitor import Visitor
from tests.widget.website import PROXIED, clinic_website

OWN_ORIGIN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:"
)


def page_with(script: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><title>A clinic</title>'
        '<link rel="icon" href="data:,"></head><body><main><h1>A clinic</h1></main>'
        f'<script src="{script}" data-clinic="A clinic"></script></body></html>'
    )


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[tuple[Assistant, int]]:
    """An assistant that lets pages of another origin in, and that origin's port."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    with running_assistant(
        environment={"ALLOWED_ORIGINS": origin, "TOKEN_IDLE_HOURS": "3"}
    ) as running:
        yield running, port


def assert_it_all_works(visitor: Visitor) -> None:
    visitor.opens().asks("Does it hurt?")
    expect(visitor.messages.last).to_contain_text("discomfort")
    with visitor.page.expect_response("**/webhooks/web/feedback") as feedback:
        visitor.dialog.locator(".feedback").last.get_by_role("button", name="Yes").click()
    assert feedback.value.status == 200
    visitor.page.reload()
    visitor.opens()
    expect(visitor.own_messages).to_have_count(1)
    visitor.dialog.get_by_role("button", name="Clear chat").click()
    visitor.dialog.get_by_role("button", name="Erase it").click()
    expect(visitor.own_messages).to_have_count(0)


def test_it_works_on_a_path_of_the_clinics_own_site(assistant: Assistant, visit: Visit) -> None:
    page = page_with(f"{PROXIED}/chat/widget.js")
    with clinic_website(page, OWN_ORIGIN, assistant.url) as website:
        visitor = visit(f"{website}/")
        assert_it_all_works(visitor)
        assert visitor.origins == {website}
        visitor.page.context.close()


def test_it_works_from_another_origin_with_the_documented_policy(
    elsewhere: tuple[Assistant, int], visit: Visit
) -> None:
    bot, port = elsewhere
    policy = f"default-src 'none'; script-src {bot.url}; connect-src {bot.url}; img-src data:"
    page = page_with(f"{bot.url}/chat/widget.js")
    with clinic_website(page, policy, port=port) as website:
        visitor = visit(f"{website}/", bot.url)
        assert_it_all_works(visitor)
        assert visitor.origins == {website, bot.url}


def test_a_page_that_tells_nothing_shows_what_the_server_knows_of_the_clinic(
    elsewhere: tuple[Assistant, int], visit: Visit
) -> None:
    bot, port = elsewhere
    page = page_with(f"{bot.url}/chat/widget.js").replace(' data-clinic="A clinic"', "")
    policy = f"default-src 'none'; script-src {bot.url}; connect-src {bot.url}; img-src data:"
    with clinic_website(page, policy, port=port) as website:
        visitor = visit(f"{website}/", bot.url).opens()
        intro = visitor.messages.first
        for said in (
            "Example Vein Clinic",
            "911",
            "adults",
            "kept for 30 days",
            "To reach a person",
        ):
            expect(intro).to_contain_text(said)
        privacy = intro.get_by_role("link", name="https://clinic.example.com/privacy")
        expect(privacy).to_be_visible()
        expect(intro.get_by_role("link", name="(212) 555-0142")).to_be_visible()
        assert "{" not in intro.inner_text()
        visitor.asks("Does it hurt?")
        hours = visitor.page.evaluate(
            """() => {
              const { expires } = JSON.parse(sessionStorage.getItem("sclerotherapy-assistant"));
              return (expires - Date.now()) / 3_600_000;
            }"""
        )
        assert 2.9 < hours <= 3.0


def test_a_page_of_an_origin_that_is_not_allowed_reads_that_it_cannot_be_reached(
    elsewhere: tuple[Assistant, int], visit: Visit
) -> None:
    bot, _ = elsewhere
    page = page_with(f"{bot.url}/chat/widget.js")
    policy = f"script-src {bot.url}; connect-src {bot.url}"
    with clinic_website(page, policy) as website:
        visitor = visit(f"{website}/", bot.url).opens().asks("Does it hurt?")
        expect(visitor.messages.last).to_contain_text("can't be reached")
        assert all("CORS" in complaint for complaint in visitor.complaints)
        visitor.complaints.clear()
