"""What gets into the log, through real loggers and Rasa's own configuration of them."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterator

import pytest
import structlog
from rasa.shared.utils.io import raise_warning
from rasa.utils.log_utils import configure_structlog

from assistant import logs

_SAID = "my name is zebrafish"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log of a server at its most talkative."""
    root, kept = logging.getLogger(), structlog.get_config()
    show = warnings.showwarning
    handlers, level = root.handlers, root.level
    written = io.StringIO()
    root.handlers = [logging.StreamHandler(written)]
    root.setLevel(logging.DEBUG)
    configure_structlog(logging.DEBUG)
    logs.configure()
    yield written
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**kept)
    warnings.showwarning = show


@pytest.mark.parametrize("name", ["rasa.core.processor", "sanic.root", "twilio.http_client", "x"])
def test_lines_of_others_below_a_warning_are_dropped(log: io.StringIO, name: str) -> None:
    logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger(name).debug(f"Received '{_SAID}'")
    logging.getLogger(name).info("Received %s", _SAID)
    assert log.getvalue() == ""


@pytest.mark.parametrize("name", ["rasa.core.processor", "sanic.root", "twilio.http_client", "x"])
def test_a_warning_of_others_tells_where_it_comes_from_and_nothing_that_was_said(
    log: io.StringIO, name: str
) -> None:
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.warning("Can't understand %s", _SAID)
    logger.error(f"Can't understand '{_SAID}'")
    try:
        raise ValueError(_SAID)
    except ValueError:
        logger.exception(f"Can't understand '{_SAID}'")
    assert "zebrafish" not in log.getvalue()
    first, second, third = log.getvalue().splitlines()
    assert first == "Can't understand %s"
    assert second.startswith(f"{name}: test_logs.py:")
    assert third.startswith(f"{name}: test_logs.py:")
    assert "[ValueError test_logs.py:" in third


def test_a_warning_of_pythons_tells_its_kind_and_its_place(
    log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    # Rasa's on a typed command, for instance, quotes the message.
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        raise_warning(f"Failed to parse arguments in line '{_SAID}'.")
    assert re.fullmatch(r"UserWarning at io.py:\d+\n", log.getvalue())
    assert capsys.readouterr().err == ""


def test_our_own_lines_stay(log: io.StringIO) -> None:
    logging.getLogger("assistant.channels").info("Channel %s is off", "twilio")
    logging.getLogger("actions.screening").debug("a step")
    assert log.getvalue().splitlines() == ["Channel twilio is off", "a step"]


def test_structured_lines_keep_their_event_only(log: io.StringIO) -> None:
    structlog.get_logger("rasa.test").debug("processor.message.parse", parse_data_text=_SAID)
    try:
        raise ValueError(_SAID)
    except ValueError:
        structlog.get_logger("rasa.test").exception("processor.failed")
    assert "processor.message.parse" in log.getvalue()
    assert "processor.failed" in log.getvalue()
    assert "zebrafish" not in log.getvalue()
