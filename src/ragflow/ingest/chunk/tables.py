"""Tables of a text as chunks: HTML, in parts of about the wanted size.

In: a table and the wanted size. Out: its parts, each with the characters of the document in it. The
caption and the header rows stand in every part; merged cells that a cut goes through stand on both
sides of it.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ragflow.domain.documents import Cell, Span, Table
from ragflow.ingest.chunk.merge import Piece, joined, largest_piece, split_large
from ragflow.ingest.chunk.places import Run
from ragflow.ingest.chunk.table_sections import Section, is_label, sections_of
from ragflow.text.grid import PlacedCell, placed_rows, table_of
from ragflow.text.tokens import count_tokens

_SMALLEST_PART = 128
"""Tokens that a part of a table may have, however small the wanted size is."""

_TABLE_END = "</table>"

Rows = Sequence[Sequence[PlacedCell]]


@dataclass(frozen=True, slots=True)
class Caption:
    """Hold what stands above a table, and where in the document it says so, if it does."""

    text: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class TablePart:
    """Hold a part of a table; `own` are its rows, without the header that it repeats."""

    content: str
    spans: tuple[Span, ...]
    own: tuple[Run, ...]


def html_parts(
    table: Table, caption: Caption, chunk_token_num: int, most_rows: int | None = None
) -> Iterator[TablePart]:
    """Yield a table with at least one row as HTML tables of about the wanted number of tokens.

    Rows far larger than wanted are cut inside their cells. A header or a caption too large to be
    repeated stands in the first part alone.
    """
    limit = max(chunk_token_num, _SMALLEST_PART)
    sections = list(sections_of(table))
    frame = count_tokens(_rendered(caption.text, sections[0].head))
    if not any(section.rows for section in sections) or 2 * frame > limit:
        sections = [Section((), 0, tuple(placed_rows(table)))]
        frame = count_tokens(_rendered(caption.text, ()))
    named = 2 * frame <= limit  # in every part
    frame = frame if named else 0
    is_first = True
    for section in sections:
        begins = True
        for body in _bodies(section, limit - frame, most_rows):
            own = _spans(body.rows)
            if (
                not own
                and not (begins and _spans(section.head))
                and not (is_first and caption.spans)
            ):
                continue  # blank rows
            shown = caption if named or is_first else Caption()
            above = (*(caption.spans if named or is_first else ()), *_spans(section.head))
            content = _rendered(shown.text, [*section.head, *body.above, *body.rows])
            runs = _runs(content, [*section.head, *body.above, *body.rows])
            if is_first and shown.spans:
                runs.insert(0, Run(Span(0, len(content)), shown.spans))
            yield TablePart(
                content=content,
                spans=_in_order((*above, *_spans(body.above), *own)),
                own=tuple(runs if begins else runs[len(section.head) + len(body.above) :]),
            )
            is_first = begins = False


def table_pieces(text: str, table: Table, caption: Caption, size: int) -> Iterator[Piece]:
    """Yield a table of a text as pieces, to stand among those of the text."""
    for part in html_parts(table, caption, size):
        spans = joined(text, part.spans)
        yield Piece(part.content, spans, count_tokens(part.content), runs=part.own)


@dataclass(frozen=True, slots=True)
class _Body:
    """Hold consecutive rows; `above` is the label that they stand under, where it is cut off."""

    rows: Rows
    above: Rows = ()


def _bodies(section: Section, limit: int, most_rows: int | None) -> Iterator[_Body]:
    """Group the rows of a section so that each group keeps to the limits.

    A label of the rows below it goes with them, and stands above the rest of them too.
    """
    group: list[Sequence[PlacedCell]] = []
    costs: list[int] = []
    label: Rows = ()  # of the rows that follow
    above: Rows = ()  # the label of the group's first row, from an earlier group
    end = section.first + len(section.rows)
    for index, row in enumerate(section.rows, section.first):
        cost = count_tokens(_row(table_of([row], index)[0]))
        if group and (sum(costs) + cost > limit or len(group) == most_rows):
            kept = len(group)
            while kept > 1 and is_label(group[kept - 1]):
                kept -= 1
            yield _Body(table_of(group[:kept], index - len(group)), above)
            group, costs = group[kept:], costs[kept:]
            above = () if group or is_label(row) else label
        if is_label(row):
            label = table_of([row], index)
        if cost > largest_piece(limit):
            if group:
                yield _Body(table_of(group, index - len(group)), above)
                group, costs = [], []
            for rows in _slices(table_of([row], index)[0], limit):
                yield _Body(rows)
            above = label
        else:
            group.append(row)
            costs.append(cost)
    if group or not section.rows:  # a header with nothing below it is not lost
        yield _Body(table_of(group, end - len(group)), above)


def _slices(row: Sequence[PlacedCell], limit: int) -> Iterator[Rows]:
    """Cut a huge row into several: the n-th holds the n-th slice of each cell."""
    slices = [list(_cell_slices(placed.cell, max(limit // len(row), 16))) for placed in row]
    for number in range(max(len(cells) for cells in slices)):
        yield [
            [
                PlacedCell(cells[number], placed.row, placed.column, 1, placed.column_span)
                if number < len(cells)
                else PlacedCell(_BLANK, placed.row, placed.column, 1, placed.column_span)
                for placed, cells in zip(row, slices, strict=True)
            ]
        ]


_BLANK = Cell("", Span(0, 0))


def _cell_slices(cell: Cell, limit: int) -> Iterator[Cell]:
    for part in split_large(cell.text, limit):
        span = Span(cell.span.start + part.start, cell.span.start + part.end)
        yield Cell(cell.text[part.start : part.end], span, header=cell.header)


def _rendered(caption: str, rows: Rows) -> str:
    above = f"<caption>{_escaped(caption)}</caption>\n" if caption.strip() else ""
    return f"<table>{above}" + "\n".join(_row(row) for row in rows) + _TABLE_END


def _runs(content: str, rows: Rows) -> list[Run]:
    """Return where each row stands in a rendered table, which ends with them."""
    runs: list[Run] = []
    end = len(content) - len(_TABLE_END)
    for row in reversed(rows):
        start = end - len(_row(row))
        runs.append(Run(Span(start, end), _spans([row])))
        end = start - 1
    return runs[::-1]


def _row(row: Sequence[PlacedCell]) -> str:
    return "<tr>" + "".join(_cell(placed) for placed in row) + "</tr>"


def _cell(placed: PlacedCell) -> str:
    tag = "th" if placed.cell.header else "td"
    rows = f' rowspan="{placed.row_span}"' if placed.row_span > 1 else ""
    columns = f' colspan="{placed.column_span}"' if placed.column_span > 1 else ""
    return f"<{tag}{rows}{columns}>{_escaped(placed.cell.text)}</{tag}>"


def _escaped(text: str) -> str:
    return html.escape(" ".join(text.split()), quote=False)


def _spans(rows: Rows) -> tuple[Span, ...]:
    cells = (placed.cell for row in rows for placed in row)
    return tuple(cell.span for cell in cells if cell.text.strip())


def _in_order(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(sorted(set(spans)))
