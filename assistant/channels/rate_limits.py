"""Who may send how much in a minute, counted in this process."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable

MINUTE = 60.0  # seconds


class RateLimits:
    """Counts each caller's messages of the last minute, and forgets who was silent for longer.

    Several servers count each on its own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Starts with nobody counted.

        Args:
            clock: Tells the time in seconds.
        """
        self._clock = clock
        # Callers in the order of their last message, so that the silent ones stand in front.
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def hit(self, caller: str, most: int) -> float:
        """Counts a message unless it is one too many.

        Args:
            caller: Who sent it.
            most: How many a minute are taken; 0 lifts the limit.

        Returns:
            Seconds until the next one is taken; 0 where this one is.
        """
        if not most:
            return 0.0
        begin = self._clock() - MINUTE
        self._forget(begin)
        times = self._times.setdefault(caller, deque())
        while times and times[0] <= begin:
            times.popleft()
        if len(times) >= most:
            return times[0] - begin
        times.append(begin + MINUTE)
        self._times.move_to_end(caller)
        return 0.0

    def __len__(self) -> int:
        """How many callers are remembered."""
        return len(self._times)

    def _forget(self, begin: float) -> None:
        while self._times:
            caller, times = next(iter(self._times.items()))
            if times[-1] > begin:
                return
            del self._times[caller]
