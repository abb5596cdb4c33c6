"""Tables that no rule marks: close lines whose parts stand in columns.

In: the words of a sheet outside of ruled tables. Out: tables, each with its words. Figures make a
table of three columns or more; texts must be aligned and short, for prose stands in columns too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ragflow.ingest.parse.pdf.aligned import columned
from ragflow.ingest.parse.pdf.cells import TableRegion
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.lines import hull
from ragflow.ingest.parse.pdf.parts import PartedLine, parted_lines
from ragflow.ingest.parse.pdf.sheet import Sheet
from ragflow.ingest.parse.pdf.sound import is_of_figures, is_of_texts, is_sound

_MIN_ROWS = 4
_APART = 1.6  # of the size: lines farther apart than this and the usual are not of one table


def unruled_tables(words: Sequence[Word], sheet: Sheet) -> list[tuple[TableRegion, list[Word]]]:
    """Return the tables that alignment alone marks, each with its words."""
    found: list[tuple[TableRegion, list[Word]]] = []
    for lines in _runs(parted_lines(words)):
        inside = [word for line in lines for word in line.words]
        table = columned(hull(inside), inside, sheet)
        if table is None or not is_sound(table):
            continue
        mono = all(word.style.mono for word in inside)
        if is_of_figures(table) or (is_of_texts(table) and not mono):
            found.append((table, inside))
    return found


def _runs(lines: Sequence[PartedLine]) -> Iterator[list[PartedLine]]:
    """Yield stretches of close lines that consist of several parts, with the headings in them."""
    run: list[PartedLine] = []
    lone: list[PartedLine] = []
    for line in lines:
        last = lone[-1] if lone else run[-1] if run else None
        apart = last is not None and line.rect.top - last.rect.bottom > _APART * line.size
        if apart or len(lone) > 2:
            yield from _long(run)
            run, lone = [], []
        if len(line.parts) > 1:
            run.extend([*lone, line])
            lone = []
        elif run and line.rect.x1 <= _middle(run):
            lone.append(line)
        elif run:
            yield from _long(run)
            run, lone = [], []
    yield from _long(run)


def _middle(run: Sequence[PartedLine]) -> float:
    """Return the middle of a run: what reaches over it is a sentence, not a heading."""
    return (min(line.rect.x0 for line in run) + max(line.rect.x1 for line in run)) / 2


def _long(run: list[PartedLine]) -> Iterator[list[PartedLine]]:
    if len(run) >= _MIN_ROWS:
        yield run
