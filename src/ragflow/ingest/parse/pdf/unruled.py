"""Tables that no rule marks: close lines whose parts stand in columns.

In: the words of a sheet outside of ruled tables. Out: tables, each with its words. Figures make a
table of three columns or more; texts must be aligned and short, for prose stands in columns too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ragflow.ingest.parse.pdf.aligned import columned
from ragflow.ingest.parse.pdf.cells import TableRegion
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.lines import hull
from ragflow.ingest.parse.pdf.parts import Part, PartedLine, line_of, lines_if_parted, parted_lines
from ragflow.ingest.parse.pdf.reading_order import columns
from ragflow.ingest.parse.pdf.sheet import Sheet
from ragflow.ingest.parse.pdf.sound import is_of_figures, is_of_texts, is_program, is_sound

_MIN_ROWS = 4
_NARROW = 12.0  # of the size: wider parts on both sides are lines of prose
_EDGE = 1.5  # points by which the lines of one cell begin apart
_CLOSER = 0.8  # of the usual step between lines: the next one is of the same row
_AS_CLOSE = 1.1  # and of the same row where its words say so too
_APART = 1.6  # of the size: lines farther apart than this and the usual are not of one table


@dataclass(slots=True)
class UnruledTables:
    """Hold tables, each with its words; `unsure` says that something else looked like one."""

    found: list[tuple[TableRegion, list[Word]]] = field(default_factory=list)
    unsure: bool = False


def unruled_tables(words: Sequence[Word], sheet: Sheet) -> UnruledTables:
    """Return the tables that alignment alone marks."""
    result = UnruledTables()
    lines = lines_if_parted(words, _MIN_ROWS)
    if sum(map(_may_be_row, lines)) < _MIN_ROWS:
        return result
    for run in _runs(lines):
        _take(run, sheet, result, run)
    if result.found:
        taken = {id(word) for _, inside in result.found for word in inside}
        lines = parted_lines([word for word in words if id(word) not in taken])
    for column in _columns(lines):
        for run in _runs(column):
            _take(run, sheet, result)
    return result


def _take(
    run: Sequence[PartedLine],
    sheet: Sheet,
    result: UnruledTables,
    lines: Sequence[PartedLine] | None = None,
) -> None:
    """Add the table that a run of lines makes, if it makes one; `lines` as for `columned`."""
    inside = [word for line in run for word in line.words]
    table = columned(hull(inside), inside, sheet, lines=lines)
    if table is None:
        return
    program = is_program(inside, sheet)
    if is_sound(table) and (is_of_figures(table) or (is_of_texts(table) and not program)):
        result.found.append((table, inside))
    else:
        result.unsure = result.unsure or not program


def _columns(lines: Sequence[PartedLine]) -> Iterator[list[PartedLine]]:
    """Yield the lines of each column of the page, if it has several."""
    items = [_PlacedPart(part, line) for line in lines for part in line.parts]
    found = columns(items)
    for column in found if len(found) > 1 else ():
        yield [line_of([item.part for item in row]) for row in column.rows]


def _may_be_row(line: PartedLine) -> bool:
    narrowest = min(part.x1 - part.x0 for part in line.parts)
    return len(line.parts) > 1 and narrowest < _NARROW * line.size


class _PlacedPart:
    """Give a part of a line the place and size that reading order asks for."""

    __slots__ = ("part", "rect", "rtl", "size")

    def __init__(self, part: Part, line: PartedLine) -> None:
        self.part = part
        self.rect = line.rect if len(line.parts) == 1 else hull(part.words)
        self.size = part.words[0].size
        self.rtl = any(word.rtl for word in part.words)


def _runs(lines: Sequence[PartedLine]) -> Iterator[list[PartedLine]]:
    """Yield stretches of close lines that consist of several parts, with the headings in them."""
    run: list[PartedLine] = []
    lone: list[PartedLine] = []
    before: PartedLine | None = None
    for line in lines:
        apart = before is not None and line.rect.top - before.rect.bottom > _APART * line.size
        if run and (apart or len(lone) > 2):
            yield from _long(run, [] if apart else lone)
            run, lone = [], []
        if len(line.parts) > 1:
            above = [before] if not run and before and _stands_over(before, line) else []
            run.extend([*above, *lone, line])
            lone = []
        elif run and (line.rect.x1 <= _middle(run) or _hangs(line, run)):
            lone.append(line)
        elif run:
            yield from _long(run, lone)
            run, lone = [], []
        before = line
    yield from _long(run, lone)


def _stands_over(above: PartedLine, line: PartedLine) -> bool:
    """Tell whether a line is the upper half of a name of a column further right."""
    close = line.rect.top - above.rect.bottom < 0.3 * line.size
    return close and above.rect.x0 > line.parts[0].x1 and above.rect.x1 <= line.rect.x1 + line.size


def _hangs(line: PartedLine, run: Sequence[PartedLine]) -> bool:
    """Tell whether a line stands below a part of the line before, within the run's right end."""
    below = any(abs(part.x0 - line.rect.x0) < _EDGE for part in run[-1].parts[1:])
    return below and line.rect.x1 <= max(other.rect.x1 for other in run)


def _goes_on(row: PartedLine, line: PartedLine) -> bool:
    """Tell whether a line is the rest of a cell: it begins below one, with a small letter."""
    below = any(abs(part.x0 - line.rect.x0) < _EDGE for part in row.parts)
    return below and line.words[0].text[0].islower()


def _middle(run: Sequence[PartedLine]) -> float:
    """Return the middle of a run: what reaches over it is a sentence, not a heading."""
    return (min(line.rect.x0 for line in run) + max(line.rect.x1 for line in run)) / 2


def _long(run: list[PartedLine], after: Sequence[PartedLine]) -> Iterator[list[PartedLine]]:
    """Yield a run of enough lines, with the rest of the last label where it is set closer."""
    if len(run) < _MIN_ROWS:
        return
    usual = median(below.rect.bottom - above.rect.bottom for above, below in pairwise(run))
    pitch = after[0].rect.bottom - run[-1].rect.bottom if after else 0.0
    if after and pitch < (_AS_CLOSE if _goes_on(run[-1], after[0]) else _CLOSER) * usual:
        run = [*run, after[0]]
    yield run
