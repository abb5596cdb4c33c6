"""What a use case on many ids tells about its work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """Count the handled objects, each once; name the ids that came twice and those of none."""

    success_count: int
    duplicates: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def unique(ids: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return the ids in order, each once, and those that came more than once."""
    counts = Counter(ids)
    return list(counts), tuple(each for each, count in counts.items() if count > 1)
