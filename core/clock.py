"""What time it is. The only reader of the wall clock, so that time can be driven.

Every other room is given a `Clock` or an instant. A driven clock never waits: sleeping moves it,
and the demo, the tests and a simulated fortnight run at the speed of the machine.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits for it to pass."""

    @property
    def is_simulated(self) -> bool:
        """True when somebody drives this clock; archives say so."""

    def now(self) -> datetime:
        """The current instant, aware UTC."""

    async def sleep(self, seconds: float) -> None:
        """Let that many seconds of this clock's time pass."""


class SystemClock:
    """The machine's own clock."""

    is_simulated = False

    def now(self) -> datetime:
        """The current instant, aware UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        await asyncio.sleep(seconds)


class DrivenClock:
    """A clock that stands still until it is moved. Safe to read from several threads."""

    is_simulated = True

    def __init__(self, start: datetime) -> None:
        self._now = _aware(start)

    def now(self) -> datetime:
        """The instant it was last moved to, aware UTC."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Set the clock; moving it back is refused."""
        if _aware(instant) < self._now:
            raise ValueError(f"a driven clock runs forward only: {instant} is before {self._now}")
        self._now = _aware(instant)

    async def sleep(self, seconds: float) -> None:
        """Move the clock on by so many seconds, and let other tasks run."""
        self._now += timedelta(seconds=max(seconds, 0.0))
        await asyncio.sleep(0)


def monotonic_s() -> float:
    """Seconds of a clock that only runs forward; for durations of real work, never for dates."""
    return time.perf_counter()


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"an instant without a zone: {instant!r}")
    return instant.astimezone(UTC)
