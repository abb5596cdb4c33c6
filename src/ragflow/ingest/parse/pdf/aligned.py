"""Tables without column lines: words that stand in columns by their alignment.

In: the lines of an area and the rules in it. Out: a table, or nothing where the words are running
text in columns, a list, a table of contents or a program.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from statistics import median

from ragflow.ingest.parse.pdf.cells import CellWords, TableRegion, table_region
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.gutters import Columns, Slot, columns_of, find_gutters, in_columns
from ragflow.ingest.parse.pdf.lines import hull
from ragflow.ingest.parse.pdf.merged import with_merged
from ragflow.ingest.parse.pdf.parts import PartedLine, is_leader, parted_lines
from ragflow.ingest.parse.pdf.rows import GroupedRows, SlottedLine, grouped_rows, slotted
from ragflow.ingest.parse.pdf.rulings import Segment
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet

_PROSE_WIDTH = 14.0  # of the size: columns wider than this on both sides are text, not cells
_MARKER = re.compile(r"[•◦▪■□●○‣–—*►▸✓✗☐☑☒-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]")
_LEADER = re.compile(r"[.·…_]{4,}")


def columned(
    rect: Rect,
    words: Sequence[Word],
    sheet: Sheet,
    rules: Sequence[Segment] = (),
    lines: Sequence[PartedLine] | None = None,
) -> TableRegion | None:
    """Return the table that words form by their alignment alone, or None if they form none.

    `rules` are the horizontal rules in the area; those of less than its width underline headings.
    `lines` are those that the words make, where they are known.
    """
    lines = parted_lines(words) if lines is None else lines
    if len(lines) < 2:
        return None
    gutters = find_gutters(lines)
    if not gutters:
        return None
    columns = columns_of(lines, gutters)
    short = [rule for rule in rules if rule.end - rule.start <= 0.8 * rect.width]
    placed = [_underlined(line, columns, short) for line in slotted(lines, columns)]
    whole = [rule.at for rule in rules if rule.end - rule.start > 0.8 * rect.width]
    grouped = grouped_rows(placed, whole)
    if _is_list(placed) or (not grouped.ruled and _is_prose(placed, columns)):
        return None
    cells = with_merged(placed_cells(grouped, columns), grouped)
    return table_region(cells, rect, words, sheet, headers=grouped.headers)


def placed_cells(grouped: GroupedRows, columns: Columns) -> list[CellWords]:
    """Return the cells of grouped rows, the empty ones too."""
    cells: list[CellWords] = []
    for index, group in enumerate(grouped.rows):
        slots = [slot for line in group for slot in line.slots]
        cells.extend(
            CellWords(index, slot.column, 1, slot.span, slot.words)
            for slot in in_columns(slots, columns.count)
        )
    return cells


def _underlined(line: SlottedLine, columns: Columns, rules: Sequence[Segment]) -> SlottedLine:
    """Return a line whose headings span the columns that the rules below them reach over."""
    slots = list(line.slots)
    for rule in rules:
        if not -1 <= rule.at - line.line.rect.bottom < 0.8 * line.line.size:
            continue
        above = [slot for slot in slots if _overlaps(slot, rule)]
        first = bisect_right(columns.gutters, rule.start + 2)
        last = bisect_right(columns.gutters, rule.end - 2)
        if len(above) == 1 and first <= above[0].column <= last:
            span = max(last - first + 1, above[0].span)
            slots[slots.index(above[0])] = Slot(first, span, above[0].words)
    return SlottedLine(line.line, slots)


def _overlaps(slot: Slot, rule: Segment) -> bool:
    rect = hull(slot.words)
    return rect.x0 < rule.end and rule.start < rect.x1


def _is_prose(lines: Sequence[SlottedLine], columns: Columns) -> bool:
    """Tell whether columns of running text were taken for a table."""
    prose = 0
    for column in range(columns.count):
        slots = [s for line in lines for s in line.slots if s.column == column and s.span == 1]
        widths = [hull(slot.words).width / max(slot.words[0].size, 1.0) for slot in slots]
        wide = sum(width > _PROSE_WIDTH for width in widths)
        if wide < 3 or wide * 2 <= len(widths):
            continue
        words = median(len(slot.words) for slot in slots)
        prose += words >= 3 or columns.count == 2
    return prose > 1


def _is_list(lines: Sequence[SlottedLine]) -> bool:
    """Tell whether the columns are those of a list or of a table of contents."""
    first = [line.text_at(0) for line in lines if line.text_at(0)]
    marked = sum(_MARKER.fullmatch(text) is not None for text in first)
    columns = max(max(line.filled) for line in lines) + 1
    if columns == 2 and marked * 2 > len(first):
        return True
    leading = sum(_leads(line) for line in lines)
    return leading * 2 > len(lines)


def _leads(line: SlottedLine) -> bool:
    """Tell whether dots lead from a text to the only other thing in a line."""
    dots = sum(len(word.text) for word in line.line.words if is_leader(word))
    rest = [part for part in line.line.parts if not all(map(is_leader, part.words))]
    return len(rest) <= 2 and (dots > 3 or _LEADER.search(line.line.parts[0].text) is not None)
