"""What a page can set by the script's attributes."""

from __future__ import annotations

import html
import re

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import Visit
from tests.widget.visitor import Visitor, message

# rgb() of --accent and --ground in widget/src/theme.css
LIGHT, DARK, BLACK = "rgb(255, 255, 255)", "rgb(20, 24, 29)", "rgb(0, 0, 0)"


def with_attributes(visit: Visit, demo: str, attributes: dict[str, str]) -> Visitor:
    """Visits a page that includes the widget with these attributes."""
    visitor = visit(demo)
    written = " ".join(f'data-{name}="{html.escape(value)}"' for name, value in attributes.items())
    page = f'<html lang="en"><title>Page</title><body><script src="widget.js" {written}></script>'
    visitor.page.route(demo, lambda route: route.fulfill(body=page, content_type="text/html"))
    visitor.page.goto(demo)
    visitor.page.unroute_all()
    return visitor


def ground(visitor: Visitor) -> str:
    return str(visitor.dialog.evaluate("dialog => getComputedStyle(dialog).backgroundColor"))


@pytest.mark.parametrize(
    ("theme", "expected"), [("light", LIGHT), ("dark", DARK), ("contrast", BLACK)]
)
def test_a_theme_can_be_chosen(visit: Visit, demo: str, theme: str, expected: str) -> None:
    visitor = with_attributes(visit, demo, {"theme": theme}).opens()
    assert ground(visitor) == expected
    assert visitor.violations() == []


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, LIGHT),
        ({"color_scheme": "dark"}, DARK),
        ({"contrast": "more"}, BLACK),
    ],
)
def test_without_a_theme_the_systems_is_followed(
    visit: Visit, demo: str, settings: dict[str, str], expected: str
) -> None:
    assert ground(visit(demo, **settings).opens()) == expected


@pytest.mark.parametrize("color", ["#ffd54f", "#7b1fa2", "#00695c", "#777777", "#e53935"])
def test_text_on_any_colour_can_be_read(visit: Visit, demo: str, color: str) -> None:
    visitor = with_attributes(visit, demo, {"color": color}).opens()
    visitor.gets(message("Very little.")).asks("Does it hurt?")
    visitor.keeps_picture(f"color-{color[1:]}")
    assert visitor.violations() == []


def test_the_widget_can_stand_on_the_left(visit: Visit, demo: str) -> None:
    visitor = with_attributes(visit, demo, {"position": "left"}).opens()
    for part in (visitor.launcher, visitor.dialog):
        box = part.bounding_box()
        assert box is not None
        assert box["x"] < 20
    visitor.keeps_picture("left")


def test_texts_can_be_worded_by_the_page(visit: Visit, demo: str) -> None:
    attributes = {"text-launcher": "Fragen?", "text-title": "Hi <b>", "clinic": "Clinic & Sons"}
    visitor = with_attributes(visit, demo, attributes)
    expect(visitor.launcher).to_have_text("Fragen?")
    visitor.opens()
    expect(visitor.dialog.get_by_role("heading", name="Hi <b>")).to_be_visible()
    expect(visitor.dialog.locator("header")).to_contain_text("Clinic & Sons")


def test_another_language_has_its_table_and_marks_english_answers(visit: Visit, demo: str) -> None:
    visitor = with_attributes(visit, demo, {"lang": "es-US", "phone": "(212) 555-0142"}).opens()
    expect(visitor.dialog.get_by_role("button", name="Hablar con una persona")).to_be_visible()
    visitor.gets(message("Very little.", topics=["pain"])).asks("Does it hurt?")
    expect(visitor.messages.last).to_have_attribute("lang", "en")
    visitor.keeps_picture("spanish")
    assert visitor.violations() == []


def test_a_language_without_a_table_is_english(visit: Visit, demo: str) -> None:
    visitor = with_attributes(visit, demo, {"lang": "fi"})
    expect(visitor.launcher).to_have_text("Questions? Ask our assistant")


@pytest.mark.parametrize(
    ("attributes", "complaint"),
    [
        ({"theme": "pink"}, "data-theme must be one of auto, light, dark, contrast"),
        ({"position": "top"}, "data-position must be one of right, left"),
        ({"color": "red"}, "data-color must be a colour such as #0b5cad"),
    ],
)
def test_a_wrong_attribute_is_named(
    visit: Visit, demo: str, attributes: dict[str, str], complaint: str
) -> None:
    visitor = with_attributes(visit, demo, attributes)
    expect(visitor.launcher).to_have_count(0)
    assert re.search(re.escape(complaint), " ".join(visitor.complaints))
    visitor.complaints.clear()


def test_included_twice_the_widget_shows_once(visit: Visit, demo: str) -> None:
    visitor = visit(demo)
    page = "<html lang=en><body>" + '<script src="widget.js"></script>' * 2
    visitor.page.route(demo, lambda route: route.fulfill(body=page, content_type="text/html"))
    visitor.page.goto(demo)
    expect(visitor.launcher).to_have_count(1)
