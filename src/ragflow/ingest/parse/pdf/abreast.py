"""Lines abreast: cells side by side that hold as many lines, each a row of its own.

In: the cells of one ruled row. Out: the heights at which its rows begin. Where columns are ruled
and rows are not, as in frames with one rule below the names, each line says something in several
columns. Lines of a wrapped cell have no such partners, or show that they go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ragflow.ingest.parse.pdf.cells import CellWords, is_number
from ragflow.ingest.parse.pdf.parts import PartedLine, parted_lines

_SAME_LINE = 0.4  # of the size, by which the lines of one row may differ in height
_FEWEST = 3  # lines of texts beside texts, where no figure tells
_UNFINISHED = ("-", ",", "&", "/", "(")

Stack = list[PartedLine]


def lines_abreast(cells: Sequence[CellWords]) -> list[float]:
    """Return the lower edges of the lines with which rows begin; nothing if cells may but wrap."""
    held = [lines for cell in cells if len(lines := parted_lines(cell.words)) > 1]
    figures = [lines for lines in held if _are_figures(lines)]
    leads = max(figures or held, key=len, default=[])
    level = [lines for lines in held if len(lines) == len(leads) and _within(lines, leads)]
    wrapped = [lines for lines in held if not _within(lines, leads)]
    if len(level) < 2 or not all(figures and _begin_with(lines, leads) for lines in wrapped):
        return []
    if figures:
        tells = len(leads) >= _FEWEST or not any(
            _goes_on(*pair) for lines in level for pair in pairwise(lines)
        )
    else:
        tells = len(leads) >= _FEWEST and all(_begins(x) for lines in held for x in lines)
    return [line.rect.bottom for line in leads] if tells else []


def _within(lines: Stack, leads: Stack) -> bool:
    """Tell whether each line stands beside one that leads a row."""
    return all(any(_are_level(line, lead) for lead in leads) for line in lines)


def _begin_with(lines: Stack, leads: Stack) -> bool:
    """Tell whether cells that wrap begin beside the lines that lead rows, and read so."""
    starts = [i for i, line in enumerate(lines) if any(_are_level(line, x) for x in leads)]
    return starts[:1] == [0] and not any(_goes_on(lines[i - 1], lines[i]) for i in starts if i)


def _are_level(line: PartedLine, other: PartedLine) -> bool:
    return abs(line.rect.bottom - other.rect.bottom) < _SAME_LINE * line.size


def _are_figures(lines: Stack) -> bool:
    """Tell whether all lines are figures, but for the first of several, which may name them."""
    figures = [is_number(_text(line)) for line in lines]
    return all(figures) or (len(figures) >= _FEWEST and all(figures[1:]))


def _goes_on(above: PartedLine, below: PartedLine) -> bool:
    """Tell whether a line reads as the rest of the one above it."""
    first, second = _text(above), _text(below)
    if is_number(first) and is_number(second):
        return False
    lower = second[0].islower() and not first[0].islower()
    return lower or first.endswith(_UNFINISHED) or (second[0] == "(" and first[0] != "(")


def _begins(line: PartedLine) -> bool:
    """Tell whether a line begins as names do."""
    text = _text(line)
    return (text[0].isupper() or text[0].isdigit()) and not text.endswith(_UNFINISHED)


def _text(line: PartedLine) -> str:
    return " ".join(word.text for word in line.words)
