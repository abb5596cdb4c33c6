"""What a use case on many ids tells about its work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """Count the objects that were handled, each once, and name the ids that came twice."""

    success_count: int
    duplicates: tuple[str, ...] = ()


def unique(ids: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return the ids in order, each once, and those that came more than once."""
    counts = Counter(ids)
    return list(counts), tuple(each for each, count in counts.items() if count > 1)
