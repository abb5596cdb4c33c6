"""Rows of a spreadsheet as text: one `header：value; header：value` line for each.

In: a table. Out: its lines as pieces to be merged. Empty cells are passed over; a merged cell
counts for every row that it fills; a line far larger than wanted is cut between its values or
inside them. A label above a section of rows is a heading, not a value of the first column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ragflow.domain.documents import Span, Table
from ragflow.ingest.chunk.merge import Piece, largest_piece, split_large
from ragflow.text.grid import PlacedCell, placed_rows
from ragflow.text.tokens import count_tokens

_SMALLEST_PART = 256
_LONGEST_NAME = 64  # tokens; a longer "header" is a text, and is not repeated in each row
_SEPARATOR = "; "


@dataclass(frozen=True, slots=True)
class _Field:
    """Hold a column's name and its value in one row."""

    column: int
    name: str = ""
    name_spans: tuple[Span, ...] = ()
    value: str = ""
    value_span: Span = field(default_factory=lambda: Span(0, 0))

    @property
    def text(self) -> str:
        value = _one_line(self.value)
        return f"{self.name}：{value}" if self.name else value


def row_pieces(table: Table, chunk_token_num: int) -> Iterator[Piece]:
    """Yield the lines of a table; names of columns without any value come last."""
    rows = placed_rows(table)
    names = _column_names([next(rows) for _ in range(table.header_row_count)])
    if any(count_tokens(entry.name) > _LONGEST_NAME for entry in names.values()):
        rows, names = placed_rows(table), {}
    unused = dict(names)
    fullness = [sum(bool(cell.text.strip()) for cell in row) for row in table.rows]
    for row in rows:
        filled = [placed for placed in row if placed.cell.text.strip()]
        if len(filled) == 1 and _is_label(filled[0], fullness):
            label = _Field(0, value=filled[0].cell.text, value_span=filled[0].cell.span)
            for piece in _line_pieces([label], chunk_token_num):
                yield replace(piece, title=True)
            continue
        fields = [_field(placed, names) for placed in filled]
        for entry in fields:
            unused.pop(entry.column, None)
        yield from _line_pieces(fields, chunk_token_num)
    yield from _line_pieces(list(unused.values()), chunk_token_num)


def _is_label(lone: PlacedCell, fullness: Sequence[int]) -> bool:
    """Tell whether the only cell of its row names the rows below it, which are fuller."""
    below = lone.row + 1
    if lone.row_span > 1 or below >= len(fullness) or fullness[below] < 2:
        return False
    return lone.column_span > 1 or (lone.column == 0 and max(fullness) > 2)


def _column_names(header: Iterable[Sequence[PlacedCell]]) -> dict[int, _Field]:
    """Join the names that stand above each column, from the top down."""
    names: dict[int, _Field] = {}
    for row in header:
        for placed in row:
            text = _one_line(placed.cell.text)
            if not text:
                continue
            for column in range(placed.column, placed.column + placed.column_span):
                known = names.get(column, _Field(column))
                if placed.cell.span not in known.name_spans:
                    name = f"{known.name}-{text}" if known.name else text
                    names[column] = _Field(column, name, (*known.name_spans, placed.cell.span))
    return names


def _field(placed: PlacedCell, names: dict[int, _Field]) -> _Field:
    named = names.get(placed.column, _Field(placed.column))
    return replace(named, value=placed.cell.text, value_span=placed.cell.span)


def _line_pieces(fields: Sequence[_Field], chunk_token_num: int) -> Iterator[Piece]:
    if not fields:
        return
    line = _line(fields)
    if line.tokens <= largest_piece(chunk_token_num):
        yield line
        return
    limit = max(chunk_token_num, _SMALLEST_PART)
    part: list[_Field] = []
    tokens = 0
    for entry in _short_fields(fields, limit):
        cost = count_tokens(entry.text + _SEPARATOR)
        if part and tokens + cost > limit:
            yield _line(part)
            part, tokens = [], 0
        part.append(entry)
        tokens += cost
    if part:
        yield _line(part)


def _line(fields: Sequence[_Field]) -> Piece:
    content = _SEPARATOR.join(entry.text for entry in fields)
    spans = {span for entry in fields for span in (*entry.name_spans, entry.value_span)}
    return Piece(content, tuple(sorted(span for span in spans if len(span))), count_tokens(content))


def _short_fields(fields: Sequence[_Field], limit: int) -> Iterator[_Field]:
    """Cut values that do not fit; each part keeps its column's name."""
    for entry in fields:
        if count_tokens(entry.text) <= limit:
            yield entry
            continue
        for part in split_large(entry.value, limit - _LONGEST_NAME):
            start = entry.value_span.start + part.start
            yield replace(
                entry,
                value=entry.value[part.start : part.end],
                value_span=Span(start, start + len(part)),
            )


def _one_line(text: str) -> str:
    return " ".join(text.split())
