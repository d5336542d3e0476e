"""Waiting for a call to a store, which may hang, and may be given up at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

Result = TypeVar("Result")


async def within(seconds: float, call: Awaitable[Result]) -> Result:
    """Waits for a call no longer than a deadline.

    Python 3.10's `asyncio.wait_for` swallows a cancellation that comes with the result, and
    redis-py one that comes while it looks whether a connection is fit. So the call has a task of
    its own, and `asyncio.wait` swallows none.

    Args:
        seconds: The deadline.
        call: What to wait for; cancelled when it is late or the caller is given up.

    Returns:
        The call's result.

    Raises:
        asyncio.TimeoutError: The deadline passed.
        Exception: The call's own.
    """
    task = asyncio.ensure_future(call)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            raise asyncio.TimeoutError
        return task.result()
    finally:
        task.cancel()
