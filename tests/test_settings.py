"""The environment's keys."""

from __future__ import annotations

import re

import pytest

from assistant.settings import PROJECT, SettingError, Settings


def test_nothing_needs_to_be_set() -> None:
    assert Settings.from_environment({}) == Settings()


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("PORT", "http", "PORT must be a whole number from 1 to 65535; it is 'http'"),
        ("PORT", "70000", "from 1 to 65535"),
        ("TURN_DEADLINE_SECONDS", "soon", "TURN_DEADLINE_SECONDS must be seconds above 0"),
        ("TURN_DEADLINE_SECONDS", "nan", "TURN_DEADLINE_SECONDS must be seconds above 0"),
        ("ENVIRONMENT", "prod", "ENVIRONMENT must be one of development, production"),
        ("ENVIRONMENT", "production", "TOKEN_SECRET must be set"),
    ],
)
def test_a_wrong_value_is_named(key: str, value: str, complaint: str) -> None:
    with pytest.raises(SettingError, match=re.escape(complaint)):
        Settings.from_environment({key: value})


def test_the_example_file_lists_every_key_that_is_read() -> None:
    source = (PROJECT / "assistant" / "settings.py").read_text()
    read = set(re.findall(r'read\.\w+\(\s*"([A-Z_]+)"', source))
    listed = set(re.findall(r"^#?\s?([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.M))
    assert read == listed
