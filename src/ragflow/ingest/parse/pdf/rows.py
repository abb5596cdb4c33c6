"""Rows of a table: which of its lines make one row together.

In: the lines of a table, its columns and the rules between them. Out: groups of lines. Rules set
rows apart where each stretch between two of them reads as one row; else the distances of the lines
tell which belong together, and where these are even, what the lines say.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ragflow.ingest.parse.pdf.cells import is_number
from ragflow.ingest.parse.pdf.gutters import Columns, Slot
from ragflow.ingest.parse.pdf.parts import PartedLine
from ragflow.ingest.parse.pdf.wrapped import Room, wrapped_rows

_JUMP = 1.22  # between the distances of lines in a row and of rows
_CLOSE = 1.6  # of the size: lines of one cell are not farther apart

Group = list["SlottedLine"]


@dataclass(frozen=True, slots=True)
class SlottedLine:
    """Hold a line with what it says in each column."""

    line: PartedLine
    slots: list[Slot]

    @property
    def filled(self) -> set[int]:
        """Return the columns in which the line says something."""
        return {c for slot in self.slots for c in range(slot.column, slot.column + slot.span)}

    @property
    def figures(self) -> set[int]:
        """Return the columns in which a number stands."""
        return {slot.column for slot in self.slots if slot.span == 1 and is_number(_text(slot))}

    @property
    def spans(self) -> bool:
        """Tell whether something reaches over several columns."""
        return any(slot.span > 1 for slot in self.slots)

    def text_at(self, column: int) -> str:
        """Return the text that begins in a column."""
        return next((_text(slot) for slot in self.slots if slot.column == column), "")


@dataclass(frozen=True, slots=True)
class GroupedRows:
    """Hold the rows of a table, of which `headers` name the columns; None if nothing tells.

    `bands` are the first rows between two rules and those after the last ones, where rules part
    groups of rows.
    """

    rows: list[Group]
    headers: int | None
    ruled: bool
    bands: tuple[tuple[int, int], ...] = ()


def slotted(lines: Sequence[PartedLine], columns: Columns) -> list[SlottedLine]:
    """Return the lines with what they say in each column."""
    return [SlottedLine(line, columns.slots(line)) for line in lines]


def grouped_rows(lines: Sequence[SlottedLine], rules: Sequence[float]) -> GroupedRows:
    """Return the rows of a table between whose lines the rules are drawn, top and bottom too."""
    bands = _bands(lines, rules)
    if _is_row_each(bands, Room.of(lines)):
        names = _names_in(bands[0])
        if not names and _are_names_of_names(bands[0]):
            named = header_rows(bands[0])
            return GroupedRows([*named, *bands[1:]], len(named), ruled=True)
        if not names:
            return GroupedRows(bands, None, ruled=True)
        named = header_rows(bands[0][:names])
        return GroupedRows([*named, bands[0][names:], *bands[1:]], len(named), ruled=True)
    rows: list[Group] = []
    headers: int | None = None
    rest = bands
    if len(bands) > 1 and not any(line.figures for line in bands[0]):
        rows = header_rows(bands[0])
        headers = len(rows)
        rest = bands[1:]
    elif len(bands) == 1:
        head = _head(bands[0])
        if len(set().union(*(line.filled for line in bands[0][:head]))) < 2:
            head = 0  # the heading of a part, not the names of columns
        rows = header_rows(bands[0][:head])
        rest = [bands[0][head:]]
    parted: list[tuple[int, int]] = []
    for band in rest:
        start = len(rows)
        rows.extend(split_rows(band))
        parted.append((start, len(rows)))
    return GroupedRows(rows, headers, ruled=False, bands=tuple(parted))


def _bands(lines: Sequence[SlottedLine], rules: Sequence[float]) -> list[Group]:
    bands: dict[int, Group] = {}
    for line in lines:
        middle = (line.line.rect.top + line.line.rect.bottom) / 2
        bands.setdefault(bisect_right(rules, middle), []).append(line)
    return [bands[index] for index in sorted(bands)]


def _is_row_each(bands: Sequence[Group], room: Room) -> bool:
    """Tell whether each stretch between two rules is one row."""
    if len(bands) < 3:
        return False
    several = sum(_holds_rows(band, room) for band in bands)
    return several * 4 <= sum(len(band) > 1 for band in bands)


def _holds_rows(band: Group, room: Room) -> bool:
    """Tell whether lines are rows rather than the lines of the cells of one row."""
    if len(band) < 2:
        return False
    if _stacked(band):
        return True
    if all(room.goes_on(above, below) for above, below in pairwise(band)):
        return False
    whole = set().union(*(line.filled for line in band))
    return len(whole) > 1 and sum(line.filled == whole for line in band) > 1


def _stacked(group: Group) -> bool:
    """Tell whether a column holds numbers one below the other."""
    seen: set[int] = set()
    for line in group:
        if seen & line.figures - {0}:
            return True
        seen |= line.figures
    return False


def _head(lines: Sequence[SlottedLine]) -> int:
    """Count the lines above the first with figures, where most lines have some."""
    with_figures = [index for index, line in enumerate(lines) if line.figures]
    if len(with_figures) * 2 < len(lines) or not with_figures or with_figures[0] > 6:
        return 0
    head = with_figures[0]
    while head and len(lines[head - 1].slots) == 1 and not lines[head - 1].spans:
        head -= 1  # a heading within the table
    return head


def _names_in(band: Group) -> int:
    """Count the lines of column names at the head of a stretch that holds a row too."""
    head = next((index for index, line in enumerate(band) if line.figures), 0)
    while head and len(band[head - 1].slots) == 1:
        head -= 1
    whole = set().union(*(line.filled for line in band))
    return head if any(len(line.filled) * 2 > len(whole) for line in band[:head]) else 0


def _are_names_of_names(band: Group) -> bool:
    """Tell whether names that span columns stand above the names of these columns."""
    last = band[-1]
    spanning = [slot for line in band[:-1] for slot in line.slots if slot.span > 1]
    return (
        bool(spanning)
        and not last.spans
        and not any(line.figures for line in band)
        and all(set(range(s.column, s.column + s.span)) <= last.filled for s in spanning)
    )


def header_rows(lines: Sequence[SlottedLine]) -> list[Group]:
    """Return lines of column names as rows: what spans columns parts them."""
    rows: list[Group] = []
    for line in lines:
        if rows and line.spans == rows[-1][-1].spans and not (line.spans and _differ(rows, line)):
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _differ(rows: Sequence[Group], line: SlottedLine) -> bool:
    last = rows[-1][-1]
    spans = [(slot.column, slot.span) for slot in last.slots]
    return spans != [(slot.column, slot.span) for slot in line.slots]


def split_rows(lines: Sequence[SlottedLine]) -> list[Group]:
    """Return the rows that lines without rules between them make."""
    return _by_words(_by_distance(lines) or wrapped_rows(lines) or [[line] for line in lines])


def _pitches(lines: Sequence[SlottedLine]) -> list[float]:
    return [b.line.rect.bottom - a.line.rect.bottom for a, b in pairwise(lines)]


def _by_distance(lines: Sequence[SlottedLine]) -> list[Group]:
    """Group lines closer than the rest; nothing if the distances are even or mislead."""
    pitches = _pitches(lines)
    limit = _limit(pitches, min((line.line.size for line in lines), default=1.0))
    if limit is None:
        return []
    groups: list[Group] = [[lines[0]]]
    for pitch, line in zip(pitches, lines[1:], strict=True):
        if pitch < limit:
            groups[-1].append(line)
        else:
            groups.append([line])
    room = Room.of(lines)
    wrong = sum(
        _stacked(group)
        or (len(group) > 2 and len({frozenset(x.filled) for x in group}) == 1)
        or _repeats(group, room)
        for group in groups
    )
    return groups if wrong * 10 <= len(groups) else []


def _repeats(group: Group, room: Room) -> bool:
    """Tell whether lines of a group say something in every column, over and over."""
    whole = set().union(*(line.filled for line in group))
    full = [index for index, line in enumerate(group) if line.filled == whole]
    return len(full) > 2 and not all(
        room.goes_on(group[index - 1], group[index]) for index in full if index
    )


def _limit(pitches: Sequence[float], size: float) -> float | None:
    """Return what parts the distances within rows from those between rows."""
    ordered = sorted(pitches)
    jumps = [
        (wide / max(narrow, 0.1), (narrow + wide) / 2)
        for narrow, wide in pairwise(ordered)
        if 0.7 * size < narrow <= _CLOSE * size and wide > _JUMP * narrow
    ]
    return max(jumps)[1] if jumps else None


def _by_words(groups: Sequence[Group]) -> list[Group]:
    """Join groups: a label that runs on, and cells below a row that has no label of their own."""
    joined: list[Group] = []
    for group in groups:
        before = joined[-1] if joined else []
        lone = len(group) == 1 or all(line.filled == {0} for line in before)
        if before and lone and (_runs_on(before, group[0]) or _hangs(before, group[0])):
            before.extend(group)
        else:
            joined.append(list(group))
    return joined


def _runs_on(group: Group, line: SlottedLine) -> bool:
    """Tell whether the label of a row goes on in the next line."""
    label = line.text_at(0)
    last = group[-1].text_at(0)
    if not label or not last or not _near(group, line):
        return False
    lone = line.filled == {0} or all(other.filled == {0} for other in group)
    return lone and (label[0].islower() or last.endswith(("-", ",", " and", " of", " the")))


def _hangs(group: Group, line: SlottedLine) -> bool:
    """Tell whether a line without a label is the rest of text cells above it."""
    above = set().union(*(other.filled for other in group))
    return (
        0 not in line.filled
        and 0 in above
        and _near(group, line)
        and not line.figures
        and not line.spans
        and line.filled < above
        and len(line.filled) * 2 <= len(above)
    )


def _near(group: Group, line: SlottedLine) -> bool:
    pitch = line.line.rect.bottom - group[-1].line.rect.bottom
    return pitch <= _CLOSE * line.line.size


def _text(slot: Slot) -> str:
    return " ".join(word.text for word in slot.words)
