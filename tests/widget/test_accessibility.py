"""The widget by keyboard alone, and every state of it against WCAG 2.0 to 2.2, A and AA."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import Visit
from tests.widget.visitor import Visitor, message

SOURCE = {
    "section": "Common Questions",
    "passages": [{"id": "sensation", "text": "Patients typically tolerate the procedure well."}],
}
CHOICES = [{"id": "pain", "title": "Does it hurt?"}, {"id": "handoff", "title": "Talk to a person"}]
SOURCED = message("Very little.", topics=["pain"], sources=[SOURCE], choices=CHOICES)
ASKED = message("Did you ever have a blood clot?", "question", choices=CHOICES)
EMERGENCY = message("Call 911 now, or go to the nearest emergency room.", "emergency")
SAME_DAY = message("Please call the clinic today at (212) 555-0142.", "same_day")
SORRY = message("Sorry, I can't do that right now.", "unavailable")

State = Callable[[Visitor], object]


def opened(visitor: Visitor) -> None:
    visitor.opens()


def answered(visitor: Visitor) -> None:
    visitor.opens().gets(SOURCED).asks("Does it hurt?")
    visitor.dialog.locator("summary").click()


def outdated(visitor: Visitor) -> None:
    visitor.opens().gets(ASKED).asks("Am I a candidate?").asks("Does it hurt?")


def in_danger(visitor: Visitor) -> None:
    visitor.opens().gets(EMERGENCY, SAME_DAY).asks("I can't breathe")


def sorry(visitor: Visitor) -> None:
    visitor.opens().gets(SORRY).asks("Does it hurt?")


def failed(visitor: Visitor) -> None:
    visitor.opens().meets(lambda route: route.abort()).asks("Does it hurt?")


def awaiting(visitor: Visitor) -> None:
    visitor.opens().meets(lambda route: None).writes("Does it hurt?")


def erasing(visitor: Visitor) -> None:
    visitor.opens().dialog.get_by_role("button", name="Clear chat").click()


def closed(visitor: Visitor) -> None:
    expect(visitor.launcher).to_be_visible()


STATES: list[State] = [
    closed,
    opened,
    answered,
    outdated,
    in_danger,
    sorry,
    failed,
    awaiting,
    erasing,
]
SCREENS: dict[str, dict[str, object]] = {
    "wide": {},
    "phone": {"viewport": {"width": 320, "height": 640}, "has_touch": True},
    "dark": {"color_scheme": "dark"},
    "contrast": {"contrast": "more"},
    "forced": {"forced_colors": "active"},
}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(visit: Visit, demo: str, screen: str, state: State) -> None:
    visitor = visit(demo, **SCREENS[screen])
    state(visitor)
    visitor.keeps_picture(f"{screen}-{state.__name__}")
    assert visitor.violations() == []
    assert not visitor.overflows()


def test_the_keyboard_alone_opens_asks_chooses_and_closes(visitor: Visitor) -> None:
    keyboard = visitor.page.keyboard
    visitor.presses_until("Tab", "Questions?")
    expect(visitor.launcher).to_have_attribute("aria-expanded", "false")
    keyboard.press("Enter")
    expect(visitor.field).to_be_focused()
    expect(visitor.launcher).to_have_attribute("aria-expanded", "true")
    keyboard.type("Who is a good candidate?")
    visitor.says(lambda: keyboard.press("Enter"))
    visitor.presses_until("Shift+Tab", "Go through the points")
    visitor.says(lambda: keyboard.press("Enter"))
    expect(visitor.own_messages.last).to_have_text("Go through the points")
    expect(visitor.field).to_be_focused()
    keyboard.press("Escape")
    expect(visitor.dialog).not_to_be_visible()
    expect(visitor.launcher).to_be_focused()
    expect(visitor.launcher).to_have_attribute("aria-expanded", "false")
    keyboard.press("Enter")
    expect(visitor.own_messages).to_have_count(2)


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_send_button_has_a_name_and_works_by_key(visitor: Visitor, key: str) -> None:
    visitor.opens().gets(SOURCED)
    visitor.field.fill("Does it hurt?")
    visitor.presses_until("Tab", "Send")
    visitor.says(lambda: visitor.page.keyboard.press(key))
    expect(visitor.own_messages.last).to_have_text("Does it hurt?")


def test_a_source_opens_by_keyboard(visitor: Visitor) -> None:
    visitor.opens().gets(SOURCED).asks("Does it hurt?")
    visitor.presses_until("Shift+Tab", "From the procedure guide")
    visitor.page.keyboard.press("Space")
    expect(visitor.dialog.locator(".source p").first).to_be_visible()


def test_the_focus_is_never_lost_when_a_question_is_withdrawn(visitor: Visitor) -> None:
    visitor.opens()
    visitor.dialog.get_by_role("button", name="Clear chat").press("Enter")
    assert visitor.focus == "Erase it"
    visitor.dialog.get_by_role("button", name="Keep it").press("Enter")
    expect(visitor.field).to_be_focused()


def test_on_a_phone_the_page_behind_cannot_be_reached(visit: Visit, demo: str) -> None:
    visitor = visit(demo, **SCREENS["phone"]).opens()
    for _ in range(20):
        visitor.page.keyboard.press("Tab")
        assert not visitor.focus.startswith(("Skip to the guide", "What is Sclerotherapy"))
    visitor.page.keyboard.press("Escape")
    expect(visitor.dialog).not_to_be_visible()
    expect(visitor.launcher).to_be_focused()


def test_the_chat_fills_a_phone_and_the_field_stays_in_sight(visit: Visit, demo: str) -> None:
    visitor = visit(demo, **SCREENS["phone"])
    visitor.opens().gets(SOURCED).asks("Does it hurt?")
    assert visitor.dialog.bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 640}
    expect(visitor.field).to_be_in_viewport(ratio=1)
    expect(visitor.dialog.get_by_role("button", name="Close the chat")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("height", [400, 256], ids=["laptop", "low"])
def test_at_a_zoom_of_200_percent_everything_can_be_reached(
    visit: Visit, demo: str, height: int
) -> None:
    # A screen of 1280 by 800 (or 512) pixels, zoomed: half as many CSS pixels.
    settings = {"viewport": {"width": 640, "height": height}, "device_scale_factor": 2}
    visitor = visit(demo, **settings).opens().gets(SOURCED).asks("Does it hurt?")
    visitor.keeps_picture(f"zoom-{height}")
    assert not visitor.overflows()
    for name in ("Talk to a person", "Clear chat", "Send", "Close the chat"):
        control = visitor.dialog.get_by_role("button", name=name).first
        control.scroll_into_view_if_needed()
        expect(control).to_be_in_viewport(ratio=1)


def test_nothing_moves_where_less_motion_is_wanted(visit: Visit, demo: str) -> None:
    visitor = visit(demo, reduced_motion="reduce").opens()
    visitor.meets(lambda route: None).writes("Does it hurt?")
    expect(visitor.dialog.locator(".typing")).to_be_visible()
    running = visitor.dialog.locator("deep-chat").evaluate(
        "chat => chat.shadowRoot.getAnimations().length"
    )
    assert running == 0


def test_the_first_message_is_shown_from_its_beginning(visit: Visit, demo: str) -> None:
    visitor = visit(demo, **SCREENS["phone"])
    # As on a busy phone, where deep-chat's timers run late and its scrolling comes after ours.
    visitor.page.add_init_script(
        "{const soon = setTimeout;"
        " window.setTimeout = (run, wait = 0) => soon(run, wait < 5 ? 8 : wait)}"
    )
    visitor.page.reload()
    visitor.opens()
    visitor.page.wait_for_timeout(500)
    assert visitor.dialog.locator("#messages").evaluate("list => list.scrollTop") == 0


def test_the_launcher_stands_in_one_line_on_a_phone(visit: Visit, demo: str) -> None:
    box = visit(demo, **SCREENS["phone"]).launcher.bounding_box()
    assert box is not None
    assert box["height"] <= 52


def test_the_emergency_number_is_easily_hit(visit: Visit, demo: str) -> None:
    visitor = visit(demo, **SCREENS["phone"]).opens().gets(EMERGENCY).asks("I can't breathe")
    box = visitor.dialog.locator(".emergency a").first.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 36


def test_targets_are_24_pixels_or_more(visitor: Visitor) -> None:
    visitor.opens().gets(SOURCED).asks("Does it hurt?")
    controls = visitor.dialog.locator("button, summary, .actions a, .input-button")
    for box in (control.bounding_box() for control in controls.all() if control.is_visible()):
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
