"""Keeps patients' words, phones and e-mails out of every log line.

Rasa logs messages, slots and whole trackers at DEBUG, and on faults also above.
What may be logged is named here; everything else is dropped.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

logger = logging.getLogger(__name__)

# Fields of Rasa's structured log lines that never hold anything of a patient's.
_HARMLESS = {"event", "level", "logger", "timestamp", "key", "action_name", "component_name"}

_OURS = ("assistant", "actions")


class _Cleaned(str):
    """A line as it is logged, without anything private."""


def drop_private_fields(
    logger: Any, method_name: str, event_dict: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Processor of structlog: keeps the harmless fields of a line.

    Args:
        logger: Not used.
        method_name: Not used.
        event_dict: The line's fields.

    Returns:
        The line with nothing of a patient's.
    """
    return {name: value for name, value in event_dict.items() if name in _HARMLESS}


def mark_cleaned(logger: Any, method_name: str, line: Any) -> Any:
    """Processor of structlog, the last one: lets the filter know what has been cleaned.

    Args:
        logger: Not used.
        method_name: Not used.
        line: The line as it is logged.

    Returns:
        The same line.
    """
    return _Cleaned(line) if isinstance(line, str) else line


class PrivacyFilter(logging.Filter):
    """Reduces foreign log lines to where they come from and what kind of error they tell.

    Messages of our own modules are written with care and pass; those of Rasa and the servers
    may quote a message, a slot or an SQL parameter, so below WARNING they are dropped, but for
    structured ones without their private fields. From there on only their template, or where it has
    none their place in the code, and the error's type remain.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Cleans a record in place.

        Args:
            record: The record.

        Returns:
            Whether it is logged at all.
        """
        is_known = record.name.split(".")[0] in _OURS or isinstance(record.msg, _Cleaned)
        if not is_known and record.levelno < logging.WARNING:
            return False
        if not is_known or record.exc_info:
            # A line without arguments may have been put together before.
            is_safe = is_known or bool(record.args)
            record.msg = _template(record) if is_safe else _place(record)
            record.args = ()
        if record.exc_info:
            kind = record.exc_info[0]
            where = _innermost(record.exc_info[2])
            record.exc_info = None
            record.exc_text = None
            record.msg = f"{record.msg} [{kind.__name__ if kind else 'error'} {where}]"
        record.msg = _Cleaned(record.msg) if not is_known else record.msg  # for the next handler
        return True


def configure() -> None:
    """Puts the filters in front of every log line of this process; safe to call again."""
    processors = structlog.get_config()["processors"]
    if drop_private_fields not in processors:
        # In place: Rasa's loggers cache the list when they are first used.
        processors.insert(0, drop_private_fields)
        # Again before it is written: a processor between adds an exception with all variables.
        processors.insert(-1, drop_private_fields)
        processors.append(mark_cleaned)
    warnings.showwarning = _log_warning
    for handler in logging.getLogger().handlers + logging.getLogger("rasa").handlers:
        if not any(isinstance(each, PrivacyFilter) for each in handler.filters):
            handler.addFilter(PrivacyFilter())


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Logs a warning of Python's, whose text may quote a message, by its kind and place."""
    logger.warning("%s at %s:%d", category.__name__, Path(filename).name, lineno)


def _template(record: logging.LogRecord) -> str:
    return str(record.msg).splitlines()[0] if record.msg else ""


def _place(record: logging.LogRecord) -> str:
    return f"{record.name}: {record.filename}:{record.lineno}"


def _innermost(traceback: Any) -> str:
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    if not traceback:
        return ""
    code = traceback.tb_frame.f_code
    return f"{code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno}"
