"""Conversation tokens."""

from __future__ import annotations

import stat
from pathlib import Path

import jwt
import pytest

from assistant.channels.tokens import InvalidToken, Tokens
from assistant.settings import Settings

KEY = "k" * 32


def test_a_token_leads_back_to_its_own_conversation() -> None:
    tokens = Tokens(KEY, idle_hours=48)
    conversation = tokens.new_conversation()
    assert tokens.read(tokens.issue(conversation)) == conversation
    assert tokens.new_conversation() != conversation


@pytest.mark.parametrize("forged", ["", "x", "a.b.c", jwt.encode({"sub": "web-1"}, "z" * 32)])
def test_a_forged_token_is_refused(forged: str) -> None:
    with pytest.raises(InvalidToken):
        Tokens(KEY, idle_hours=48).read(forged)


def test_a_token_without_signature_is_refused() -> None:
    unsigned = jwt.encode({"sub": "web-1", "exp": 9_999_999_999}, None, algorithm="none")
    with pytest.raises(InvalidToken):
        Tokens(KEY, idle_hours=48).read(unsigned)


def test_a_token_dies_when_its_idle_time_is_over() -> None:
    with pytest.raises(InvalidToken, match="Expired"):
        Tokens(KEY, idle_hours=48).read(Tokens(KEY, idle_hours=0).issue("web-1"))


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        Tokens("short", idle_hours=48)


def test_a_missing_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    settings = Settings(token_secret_file=tmp_path / "new" / "key")
    token = Tokens.from_settings(settings).issue("web-1")
    assert stat.S_IMODE(settings.token_secret_file.stat().st_mode) == 0o600
    assert Tokens.from_settings(settings).read(token) == "web-1"
