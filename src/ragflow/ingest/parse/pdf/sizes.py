"""Sizes of type that recognised lines share.

In: the size of each line of a page as it was measured, and its text. Out: sizes, the same for lines
that are set alike: measuring errs by a pixel or two, and by more where there are few small letters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

_ALIKE = 0.12  # sizes that differ by less of themselves are one
_ALIKE_IF_VAGUE = 0.35
_TELLING = 4  # small letters, or letters without case, from which a measure is to be trusted
_GRID = 0.5  # points


class LineSizes:
    """Give sizes to the lines of one document; keeps those that it gave."""

    def __init__(self) -> None:
        self._known: Counter[float] = Counter()  # characters in each size

    def of(self, measures: Sequence[tuple[float, str]]) -> Iterator[float]:
        """Yield the size of each line of a page."""
        telling = [(size, text) for size, text in measures if _tells(text)]
        self._learn(telling, _ALIKE)
        self._learn([measure for measure in measures if not _tells(measure[1])], _ALIKE_IF_VAGUE)
        for size, text in measures:
            yield max(round(self._shared(size, text) / _GRID) * _GRID, 1.0)

    def _shared(self, size: float, text: str) -> float:
        if not _tells(text):
            near = [known for known in self._known if _is_near(size, known, _ALIKE_IF_VAGUE)]
            if near:
                return max(near, key=lambda known: self._known[known])
        return min(self._known, key=lambda known: abs(known - size))

    def _learn(self, measures: Sequence[tuple[float, str]], alike: float) -> None:
        """Count the characters of each size; note those that no known one stands for."""
        left = []
        for size, text in measures:
            near = [known for known in self._known if _is_near(size, known, alike)]
            if near:
                self._known[min(near, key=lambda known: abs(known - size))] += len(text)
            else:
                left.append((size, text))
        while left:
            groups = [[m for m in left if _is_near(m[0], size, alike)] for size, _ in left]
            common = max(groups, key=len)
            middle = median(size for size, _ in common)
            self._known[middle] += sum(len(text) for _, text in common)
            left = [m for m in left if m not in common]


def _tells(text: str) -> bool:
    """Tell whether a line has enough letters, and of one script: others differ in height."""
    small = sum(character.islower() for character in text)
    caseless = sum(character.isalpha() for character in text if not character.isascii()) - sum(
        character.isupper() or character.islower() for character in text if not character.isascii()
    )
    return max(small, caseless) >= _TELLING and min(small, caseless) < _TELLING


def _is_near(a: float, b: float, alike: float) -> bool:
    return abs(a - b) <= alike * max(a, b)
