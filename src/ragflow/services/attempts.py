"""Attempts: how often somebody may fail before having to wait.

In: names of who tries and of where from. Refused: a try while one of its names has failed too often
lately. A try counts as failed until it succeeded, so that many at once are no way around the limit.
Counts are kept in this process alone and never for more than a number of names.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Mapping

from ragflow.domain.ports import Clock
from ragflow.services.errors import TooManyAttempts

_MOST_NAMES = 20_000


class Attempts:
    """Count failures by name over the last minutes."""

    def __init__(self, clock: Clock, minutes: float) -> None:
        self._clock = clock
        self._seconds = minutes * 60
        self._failures: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, limits: Mapping[str, int]) -> None:
        """Count a try under each name, up to the name's limit. Raises `TooManyAttempts`."""
        now = self._clock.seconds()
        with self._lock:
            recent = {name: self._recent(name, now) for name in limits}
            waits = [
                times[-limit] + self._seconds - now
                for name, limit in limits.items()
                if len(times := recent[name]) >= limit
            ]
            if waits:
                raise TooManyAttempts(minutes=max(1, math.ceil(max(waits) / 60)))
            for name, times in recent.items():
                self._failures[name] = [*times, now]
                self._failures.move_to_end(name)
            while len(self._failures) > _MOST_NAMES:
                self._failures.popitem(last=False)

    def succeeded(self, person: str, *others: str) -> None:
        """Forget the failures of a person, and the latest one of other names."""
        with self._lock:
            self._failures.pop(person, None)
            for name in others:
                if self._failures.get(name):
                    self._failures[name].pop()

    def _recent(self, name: str, now: float) -> list[float]:
        return [each for each in self._failures.get(name, ()) if each + self._seconds > now]
