"""Nothing that somebody says becomes markup, a script, a dangerous link or a request."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.widget.visitor import Visitor, message

# Forms of OWASP's "XSS Filter Evasion" cheat sheet, and Markdown that turns into links and images.
STRINGS = [
    "<SCRIPT SRC=https://evil.example/xss.js></SCRIPT>",
    "<script>window.broken = true</script>",
    '<IMG SRC="javascript:window.broken=true">',
    "<img src=x onerror=window.broken=true>",
    '<IMG """><SCRIPT>window.broken=true</SCRIPT>">',
    '<IMG SRC=/ onerror="window.broken=true"></img>',
    "<svg/onload=window.broken=true>",
    "<svg><animate onbegin=window.broken=true attributeName=x dur=1s>",
    '<BODY ONLOAD="window.broken=true">',
    '<iframe src="javascript:window.broken=true"></iframe>',
    "<iframe srcdoc='<script>parent.broken=true</script>'></iframe>",
    '<a href="javascript:window.broken=true">call us</a>',
    "<details open ontoggle=window.broken=true>",
    "<input autofocus onfocus=window.broken=true>",
    "<style>@import 'https://evil.example/xss.css';</style>",
    '<link rel=stylesheet href="https://evil.example/xss.css">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
    "<form action=https://evil.example/><button>Yes</button></form>",
    "<object data=https://evil.example/x.swf></object>",
    "<math><mi//xlink:href='data:x,<script>window.broken=true</script>'>",
    "</div></p><h1>broken</h1>",
    "&lt;script&gt;window.broken=true&lt;/script&gt;",
    "[click](javascript:window.broken=true)",
    "[click](data:text/html,<script>window.broken=true</script>)",
    "[click](https://evil.example/)",
    "![x](https://evil.example/x.png)",
    "![x](https://evil.example/x.png 'a' onerror=window.broken=true)",
    "<https://evil.example/>",
    "`<img src=x onerror=window.broken=true>`",
    "# heading\n\n| a | b |\n|---|---|\n| <script>window.broken=true</script> | x |",
    "javascript:window.broken=true",
    "JaVaScRiPt:window.broken=true",
    "data:text/html;base64,PHNjcmlwdD53aW5kb3cuYnJva2VuPXRydWU8L3NjcmlwdD4=",
    "vbscript:msgbox(1)",
    "{{constructor.constructor('window.broken=true')()}}",
    "${window.broken=true}",
]
_MARKUP = "img, script, iframe, object, svg:not(.input-button *), style, link, meta, form, input"


def assert_harmless(visitor: Visitor) -> None:
    visitor.page.wait_for_timeout(50)
    assert visitor.page.evaluate("window.broken") is None
    shown = visitor.dialog.locator("#messages")
    assert shown.locator(_MARKUP).count() == 0
    schemes = shown.locator("a").evaluate_all("links => links.map(link => link.protocol)")
    assert set(schemes) <= {"https:", "http:", "tel:"}
    assert not any("evil.example" in request.url for request in visitor.requests)


def test_what_a_patient_writes_is_shown_as_they_wrote_it(visitor: Visitor) -> None:
    visitor.opens().gets(message("I couldn't read that."))
    for text in STRINGS:
        visitor.asks(text)
        expect(visitor.own_messages.last).to_have_text(text)
    assert_harmless(visitor)


def test_what_the_server_says_is_shown_as_text(visitor: Visitor) -> None:
    visitor.opens()
    for text in STRINGS:
        section = {"section": text, "passages": [{"id": "x", "text": text}]}
        choice = {"id": "x", "title": text}
        answer = message(text, topics=["pain"], sources=[section], choices=[choice])
        visitor.gets(answer).asks("Does it hurt?")
        expect(visitor.dialog.locator(".source p").nth(-2)).to_have_text(text)
        expect(visitor.open_choices.last).to_have_text(text)
        visitor.says(visitor.open_choices.last.click)
        expect(visitor.own_messages.last).to_have_text(text)
    assert_harmless(visitor)
    visitor.keeps_picture("strings")


def test_what_was_said_stays_text_after_a_reload(visitor: Visitor) -> None:
    visitor.opens()
    entries = []
    for text in STRINGS:
        entries += [{"from": "patient", "text": text, "choice": None}]
        entries += [{"from": "assistant", **message(text)}]
    kept = '{"token": "x", "expires": 9999999999999}'
    visitor.page.evaluate("kept => sessionStorage.setItem('sclerotherapy-assistant', kept)", kept)
    visitor.page.route(
        "**/webhooks/web/history",
        lambda route: route.fulfill(json={"conversation": "x", "messages": entries}),
    )
    visitor.page.reload()
    visitor.opens()
    expect(visitor.own_messages).to_have_count(len(STRINGS))
    assert visitor.own_messages.all_inner_texts()[:3] == STRINGS[:3]
    assert_harmless(visitor)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Book at https://clinic.example.com/book.", "https://clinic.example.com/book"),
        ("(https://clinic.example.com/privacy)", "https://clinic.example.com/privacy"),
        ("Call (212) 555-0142, please.", "tel:2125550142"),
        ("Call +44 20 7946 0018.", "tel:+442079460018"),
        ("In an emergency, call 911.", "tel:911"),
        ("Text or call 988 now", "tel:988"),
    ],
)
def test_addresses_and_phones_are_links(visitor: Visitor, text: str, address: str) -> None:
    visitor.opens().gets(message(text)).asks("How do I reach you?")
    expect(visitor.messages.last.get_by_role("link")).to_have_attribute("href", address)
    expect(visitor.messages.last).to_have_text(text)


@pytest.mark.parametrize(
    "text", ["Closed on 2026-12-25.", "15 to 30 minutes", "9am-5pm, Mon-Fri", "1911 people, 9112"]
)
def test_other_figures_are_no_links(visitor: Visitor, text: str) -> None:
    visitor.opens().gets(message(text)).asks("When?")
    expect(visitor.messages.last).to_have_text(text)
    expect(visitor.messages.last.get_by_role("link")).to_have_count(0)


def test_the_demo_page_allows_nothing_but_its_own_origin(visitor: Visitor) -> None:
    answer = visitor.page.reload()
    assert answer is not None
    policy = answer.headers["content-security-policy"].split("; ")
    assert policy[:5] == [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
    ]
