"""Sizes of type from the heights of recognised lines.

In: the heights of lines in points, page by page. Out: sizes, the same for lines that are set alike:
a height depends on which letters a line has, and measuring it errs by a pixel or two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

_SIZE = 0.8  # of the height of a line's box
_ALIKE = 0.14  # lines whose heights differ less are set in one size
_GRID = 0.5  # points


class LineSizes:
    """Give sizes to the lines of one document; keeps those that it gave."""

    def __init__(self) -> None:
        self._heights: list[float] = []  # of each size that was found, in the order of finding

    def of(self, heights: Sequence[float]) -> Iterator[float]:
        """Yield the size of each line of a page."""
        left = sorted(heights)
        while left:
            known = next((height for height in self._heights if _count(left, height)), None)
            if known is None:
                known = median(_alike(left, max(left, key=lambda height: _count(left, height))))
                self._heights.append(known)
            left = [height for height in left if not _is_alike(height, known)]
        for height in heights:
            nearest = min(self._heights, key=lambda known: abs(known - height))
            yield max(round(nearest * _SIZE / _GRID) * _GRID, 1.0)


def _is_alike(a: float, b: float) -> bool:
    return abs(a - b) <= _ALIKE * max(a, b)


def _alike(heights: Sequence[float], height: float) -> list[float]:
    return [other for other in heights if _is_alike(other, height)]


def _count(heights: Sequence[float], height: float) -> int:
    return len(_alike(heights, height))
