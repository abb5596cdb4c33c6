"""Gutters: the empty strips between the columns of a table that no line marks.

In: the lines of an area. Out: the middles of its gutters, and what each line holds in the columns
between them. A part of a line that reaches over a gutter spans columns, unless the columns merely
stand so close that a word space is all that is left between them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.parts import Part, PartedLine

_CROSSING = 6  # one line in so many may reach over a gutter
_NARROWEST = 0.75  # of the size
_SLACK = 0.5  # of the size, by which a part may reach over a gutter
_EDGE = 1.5  # points by which the ends of aligned parts differ
_ALIGNED = 8  # of ten parts in a column that is mostly empty


class Slot(NamedTuple):
    """Hold what a line says in one column, or in several that it spans."""

    column: int
    span: int
    words: list[Word]


def find_gutters(lines: Sequence[PartedLine]) -> list[float]:
    """Return the middles of strips that nearly all lines leave empty and most have text around."""
    telling = [line for line in lines if len(line.parts) > 1]
    if len(telling) < 2:
        return []
    allowed = len(telling) // _CROSSING
    size = min(line.size for line in telling)
    events = sorted(
        event for line in telling for part in line.parts for event in ((part.x0, 1), (part.x1, -1))
    )
    strips: list[tuple[float, float]] = []
    covered, since, begun = 0, 0.0, False
    for x, step in events:
        before = covered
        covered += step
        if before > allowed >= covered:
            since, begun = x, True
        elif begun and before <= allowed < covered and x - since > _NARROWEST * size:
            strips.append((since, x))
    return [
        gutter
        for start, end in strips
        for gutter in _within(telling, start, end)
        if _splits(telling, gutter)
    ]


def _within(lines: Sequence[PartedLine], start: float, end: float) -> list[float]:
    """Return the gutters of a strip: two where a column with few entries stands in it."""
    lone = [
        part
        for line in lines
        for left, part, right in zip(line.parts, line.parts[1:], line.parts[2:], strict=False)
        if left.x1 <= start + 1 and start < part.x0 and part.x1 < end and right.x0 >= end - 1
    ]
    if not lone:
        return [_emptiest(lines, start, end)]
    left, right = min(part.x0 for part in lone), max(part.x1 for part in lone)
    return [_emptiest(lines, start, left), _emptiest(lines, right, end)]


def _emptiest(lines: Sequence[PartedLine], start: float, end: float) -> float:
    """Return the middle of the widest stretch of a strip that the fewest parts reach into."""
    parts = [part for line in lines for part in line.parts if part.x0 < end and part.x1 > start]
    bounds = sorted({start, end, *(x for p in parts for x in (p.x0, p.x1) if start < x < end)})
    best = (len(parts) + 1, 0.0, 0.0)
    for left, right in pairwise(bounds):
        covered = sum(part.x0 < right and part.x1 > left for part in parts)
        best = min(best, (covered, left - right, (left + right) / 2))
    return best[2]


def _splits(lines: Sequence[PartedLine], x: float) -> bool:
    """Tell whether most lines have text on both sides, or a few whose parts are aligned."""
    both = [line for line in lines if line.rect.x0 < x < line.rect.x1]
    if len(both) < 2:
        return False
    if len(both) * 2 >= len(lines):
        return True
    lefts = [near[-1] for line in both if (near := [p for p in line.parts if p.x1 <= x])]
    rights = [near[0] for line in both if (near := [p for p in line.parts if p.x0 >= x])]
    if not lefts or not rights:
        return False
    inner, outer = max(part.x0 for part in lefts), min(part.x1 for part in rights)
    return _is_aligned([part for part in lefts if part.x1 >= inner]) and _is_aligned(
        [part for part in rights if part.x0 <= outer]
    )


def _is_aligned(parts: Sequence[Part]) -> bool:
    """Tell whether nearly all of some parts begin or end at one place, or have one middle."""
    return len(parts) > 1 and any(
        sum(abs(edge - median(edges)) <= _EDGE for edge in edges) * 10 >= _ALIGNED * len(edges)
        for edges in (
            [part.x0 for part in parts],
            [part.x1 for part in parts],
            [(part.x0 + part.x1) / 2 for part in parts],
        )
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """Hold the gutters of a table and where the parts in its columns mostly begin and end."""

    gutters: list[float]
    begins: list[set[int]]
    ends: list[set[int]]

    @property
    def count(self) -> int:
        """Count the columns."""
        return len(self.gutters) + 1

    def aligned(self, slot: Slot) -> bool:
        """Tell whether words begin or end where most of their column does."""
        begin, end = _mark(slot.words[0].rect.x0), _mark(slot.words[-1].rect.x1)
        return begin in self.begins[slot.column] or end in self.ends[slot.column]

    def by_word(self, slot: Slot) -> list[Slot]:
        """Return each word in the column in which its middle lies."""
        return [
            Slot(bisect_right(self.gutters, (word.rect.x0 + word.rect.x1) / 2), 1, [word])
            for word in slot.words
        ]

    def slots(self, line: PartedLine) -> list[Slot]:
        """Return what a line says in each column in which it says anything."""
        slots: list[Slot] = []
        for part in line.parts:
            slots.extend(self._slots(part))
        return _joined(slots)

    def _slots(self, part: Part) -> list[Slot]:
        slack = min(_SLACK * part.words[0].size, (part.x1 - part.x0) / 3)
        first = bisect_right(self.gutters, part.x0 + slack)
        last = bisect_right(self.gutters, part.x1 - slack)
        if first == last:
            return [Slot(first, 1, part.words)]
        for column in range(first, last):
            cut = self._cut(part, column)
            if cut:
                left = Part(part.x0, part.words[cut - 1].rect.x1, part.words[:cut])
                right = Part(part.words[cut].rect.x0, part.x1, part.words[cut:])
                return [*self._slots(left), *self._slots(right)]
        return [Slot(first, last - first + 1, part.words)]

    def _cut(self, part: Part, column: int) -> int:
        """Return the word at which a part falls in two at a gutter, or 0."""
        for index in range(1, len(part.words)):
            left, right = part.words[index - 1].rect.x1, part.words[index].rect.x0
            middle = (part.words[index].rect.x0 + part.words[index].rect.x1) / 2
            if middle < self.gutters[column]:
                continue
            if right - left < 0.1 * part.words[index].size:
                return 0
            aligned = _mark(right) in self.begins[column + 1] or _mark(left) in self.ends[column]
            return index if aligned else 0
        return 0


def columns_of(lines: Sequence[PartedLine], gutters: Sequence[float]) -> Columns:
    """Return the columns between gutters with the edges at which their parts are aligned."""
    begins: list[Counter[int]] = [Counter() for _ in range(len(gutters) + 1)]
    ends: list[Counter[int]] = [Counter() for _ in range(len(gutters) + 1)]
    for line in lines:
        for part in line.parts:
            column = bisect_right(gutters, part.x0)
            if column == bisect_right(gutters, part.x1):
                begins[column][_mark(part.x0)] += 1
                ends[column][_mark(part.x1)] += 1
    return Columns(list(gutters), [_common(c) for c in begins], [_common(c) for c in ends])


def _mark(x: float) -> int:
    return round(x / _EDGE)


def _common(edges: Counter[int]) -> set[int]:
    total = edges.total()
    common = {edge for edge, count in edges.items() if count >= 3 and count * 3 >= total}
    return {near for edge in common for near in (edge - 1, edge, edge + 1)}


def _joined(slots: Sequence[Slot]) -> list[Slot]:
    """Join parts that stand in the same columns."""
    joined: list[Slot] = []
    for slot in slots:
        last = joined[-1] if joined else None
        if last is not None and slot.column < last.column + last.span:
            end = max(last.column + last.span, slot.column + slot.span)
            joined[-1] = Slot(last.column, end - last.column, [*last.words, *slot.words])
        else:
            joined.append(slot)
    return joined


def in_columns(slots: Sequence[Slot], count: int) -> list[Slot]:
    """Return one slot for each cell of a row, the empty ones too; what shares a column is one."""
    starts = [*range(count)]  # of the cell that each column is part of
    for slot in slots:
        touched = set(starts[slot.column : slot.column + slot.span])
        first = min(touched)
        starts = [first if start in touched else start for start in starts]
    return [
        Slot(
            start,
            starts.count(start),
            [word for slot in slots if starts[slot.column] == start for word in slot.words],
        )
        for start in sorted(set(starts))
    ]
