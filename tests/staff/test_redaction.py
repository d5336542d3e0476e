"""Names, phones, e-mails and dates of birth are taken out of messages."""

from __future__ import annotations

import pytest

from assistant.settings import PROJECT
from assistant.staff.redaction import Redactor, without_identifiers
from assistant.staff.report.commands import redactor


@pytest.fixture(scope="module")
def real() -> Redactor:
    """The redactor of the report."""
    return redactor(PROJECT / "content")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("My name is Jane Doe, does it hurt", "My name is [name], does it hurt"),
        ("my name's mark green and it hurts", "my name's [name] and it hurts"),
        ("Hi this is Hope, when are you open", "Hi this is [name], when are you open"),
        ("Thanks, Rose", "Thanks, [name]"),
        ("ask for mrs white please", "ask for [name] please"),
        ("call me on 212-555-0188", "call me on [number]"),
        ("ring +44 20 7946 0018 please", "ring [number] please"),
        ("its (212) 555 0188", "its [number]"),
        ("five five five oh one eight eight", "[number]"),
        ("write to jane.d+x@mail.example.com", "write to [e-mail]"),
        ("jane at gmail dot com", "[e-mail]"),
        ("born 3/14/1971", "born [date]"),
        ("dob 14.3.71", "dob [date]"),
        ("birthday march 3rd, 1984", "birthday [date]"),
        ("I was born in 1961", "I was born in [date]"),
        ("1984-02-29", "[date]"),
        ("see https://me.example.com/jane", "see [link]"),
    ],
)
def test_what_has_the_form_of_an_identifier_goes(text: str, shown: str) -> None:
    assert without_identifiers(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "does it take 15 to 30 minutes",
        "im 72, can i have it",
        "call me back tomorrow please",
        "i may want it before march",
        "is 1 session enough or 10?",
    ],
)
def test_what_is_asked_stays(text: str) -> None:
    assert without_identifiers(text) == text


def test_a_name_without_any_sign_of_one_goes_too(real: Redactor) -> None:
    assert real.redact("quackenbush zebulon does it hurt") == "[word] [word] does it hurt"
    assert real.redact("thx, priya from lakewood") == "thx, [word] from [word]"


def test_ordinary_messages_stay_readable(real: Redactor) -> None:
    text = "how long do the bruises last after sclerotherapy?"
    assert real.redact(text) == text


def test_common_names_are_no_words_to_show(real: Redactor) -> None:
    names = "mary patricia jennifer linda barbara susan jessica karen michael david richard joseph"
    assert real.redact(names) == " ".join(["[word]"] * len(names.split()))
