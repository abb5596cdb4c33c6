"""A clock to test with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class FixedClock:
    """Tell a time that only a test moves."""

    now: float = 1_756_364_483.0

    def milliseconds(self) -> int:
        """Return the milliseconds since the epoch."""
        return int(self.now * 1000)

    def seconds(self) -> float:
        """Return the seconds since the epoch."""
        return self.now
