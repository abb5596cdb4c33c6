"""The deadline of a run: nothing that it waits for may take longer than the run itself.

In: work to wait for. Out: what it comes to. Refused: work that is not done in time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ragflow.domain.errors import BudgetExceeded

T = TypeVar("T")


class Deadline:
    """Hold when a run began, and the seconds that it may take."""

    def __init__(self, limit: float, seconds: Callable[[], float]) -> None:
        self.began = seconds()
        self._limit = limit
        self._seconds = seconds

    def begin(self) -> None:
        """Count from now on."""
        self.began = self._seconds()

    async def wait(self, work: Awaitable[T]) -> T:
        """Wait for work no longer than the run may take. Raises `BudgetExceeded`."""
        left = self.began + self._limit - self._seconds()
        try:
            async with asyncio.timeout(max(left, 0)):
                return await work
        except TimeoutError:
            spent = f"{self._limit:.0f} seconds"
            raise BudgetExceeded(spent=spent, setting="agents.seconds") from None
