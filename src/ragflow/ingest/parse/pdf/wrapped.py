"""Wrapped cells: lines that go on from the line above because it had no room left.

In: the lines of a table with what they say in each column. Out: which lines go on, and the rows of
a table whose cells wrap though no rule or distance sets its rows apart. There one column, such as
that of dates, says something in the first line of each row alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ragflow.ingest.parse.pdf.lines import hull

if TYPE_CHECKING:
    from ragflow.ingest.parse.pdf.gutters import Slot
    from ragflow.ingest.parse.pdf.rows import SlottedLine

_SPACE = 0.2  # of the size: the narrowest space between words
_SLACK = 0.5  # of the size, by which a cell may be wider than its lines
_FEWEST = 2  # lines that go on
_MOST = 0.9  # of the lines between the first ones of rows that have to go on


@dataclass(frozen=True, slots=True)
class Room:
    """Know how far to the right the text of each column reaches."""

    ends: Mapping[int, float]

    @classmethod
    def of(cls, lines: Sequence[SlottedLine]) -> Room:
        """Measure the columns of a table."""
        ends: dict[int, float] = {}
        for line in lines:
            for slot in line.slots:
                if slot.span == 1:
                    right = slot.words[-1].rect.x1
                    ends[slot.column] = max(ends.get(slot.column, right), right)
        return cls(ends)

    def goes_on(self, above: SlottedLine, below: SlottedLine) -> bool:
        """Tell whether all that a line says goes on from the line above, and some of it shows it.

        What begins with a small letter shows it; a figure below a figure never goes on.
        """
        before = {slot.column: slot for slot in above.slots if slot.span == 1}
        return (
            not above.figures & below.figures
            and any(slot.words[0].text[0].islower() for slot in below.slots)
            and all(
                slot.span == 1
                and slot.column in before
                and self._is_full(before[slot.column], slot)
                for slot in below.slots
            )
        )

    def _is_full(self, above: Slot, below: Slot) -> bool:
        """Tell whether the first word of a cell's line had no room in the line above."""
        word = below.words[0]
        needed = hull(above.words).x1 + _SPACE * word.size + word.rect.width
        return needed > self.ends[above.column] - _SLACK * word.size


def wrapped_rows(lines: Sequence[SlottedLine]) -> list[list[SlottedLine]]:
    """Return the rows of a table whose cells wrap; nothing if no column tells where they begin."""
    room = Room.of(lines)
    follows = [False, *(room.goes_on(above, below) for above, below in pairwise(lines))]
    best: list[int] = []
    for column in room.ends:
        begins = [index for index, line in enumerate(lines) if column in line.filled]
        rest = len(lines) - len(begins)
        going = sum(follows) - sum(follows[index] for index in begins)
        tells = begins[:1] == [0] and len(begins) > 1 and rest >= _FEWEST
        if tells and going >= _MOST * rest and (not best or len(begins) < len(best)):
            best = begins
    ends = [*best[1:], len(lines)]
    return [list(lines[start:end]) for start, end in zip(best, ends, strict=False)]
