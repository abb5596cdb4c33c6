"""The chunk method `table`: one chunk for each row, whose values can be asked for by SQL.

In: tables with a header, or a delimited text whose first line is one. Out: `column:value;
column:value` for each row, its typed values, and the names of the columns. Columns of running
numbers are dropped, and what stands beside the tables. Refused with a `BadHeader`: columns that
have the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from ragflow.domain.chunks import ROWS, ChunkDraft, ChunkedDocument, FieldValue
from ragflow.domain.documents import Block, Drop, DropKind, ParsedDocument, Span, Table
from ragflow.domain.file_types import SPREADSHEET_SUFFIXES
from ragflow.ingest.chunk.base import ChunkContext, chunkers
from ragflow.ingest.chunk.columns import LONGEST_NAME, Column, header_columns, header_depth, keyed
from ragflow.ingest.chunk.delimited import line_numbers, records, table_delimiter
from ragflow.ingest.chunk.fragments import Fragment, in_order, in_reading_order, rest, spans_of
from ragflow.ingest.chunk.pairs import DELIMITED, is_delimited
from ragflow.ingest.chunk.places import Places, Run
from ragflow.ingest.chunk.typed import typed_values
from ragflow.text.grid import placed_rows

Cells = dict[int, Fragment]
"""The filled cells of a row, by the places of their columns."""


class TableOptions(BaseModel):
    """Steer nothing: the method has no keys of its own."""

    model_config = ConfigDict(frozen=True, extra="ignore")


@dataclass(frozen=True, slots=True)
class _Records:
    """Hold a table: its columns and its rows; `texts` are too long to be names."""

    columns: Sequence[Column]
    rows: Sequence[Cells]
    texts: Sequence[Column]


@chunkers.register("table")
class TableChunker:
    """Cut tables into rows."""

    Options: ClassVar[type[BaseModel]] = TableOptions
    suffixes: ClassVar[frozenset[str]] = SPREADSHEET_SUFFIXES | DELIMITED
    read_as_text: ClassVar[frozenset[str]] = DELIMITED

    def chunk(
        self,
        document: ParsedDocument,
        options: BaseModel,  # noqa: ARG002 - none are read
        context: ChunkContext,
    ) -> ChunkedDocument:
        """Return a chunk for each row. Raises `BadHeader`."""
        return _Rows(document, context).result()


class _Rows:
    """Work through one document."""

    def __init__(self, document: ParsedDocument, context: ChunkContext) -> None:
        self._document = document
        self._name = context.name
        self._places = Places(document)
        self._drops: list[Drop] = []
        self._warnings: list[str] = []
        self._drafts: list[ChunkDraft] = []
        self._field_map: dict[str, str] = {}

    def result(self) -> ChunkedDocument:
        document = self._document
        if is_delimited(document, self._name):
            self._add(self._read_text(document.blocks[0].span))
        else:
            for block in document.blocks:
                if block.table is None:
                    self._drops.append(Drop(DropKind.OUTSIDE, block.span))
                else:
                    self._add(self._read_table(block, block.table))
        return ChunkedDocument(
            in_reading_order(self._drafts),
            tuple(self._drops),
            tuple(self._warnings),
            self._field_map,
        )

    def _read_table(self, block: Block, table: Table) -> _Records:
        caption = Span(block.span.start, block.span.start + len(table.caption))
        self._drops += rest(self._document.text, [caption], (), DropKind.OUTSIDE)
        depth = header_depth(table)
        rows = [
            {
                placed.column: cell
                for placed in cells
                if (cell := Fragment(placed.cell.text, (placed.cell.span,)).after(0))
            }
            for index, cells in enumerate(placed_rows(table))
            if index >= depth
        ]
        return self._records(header_columns(table, depth), rows)

    def _read_text(self, span: Span) -> _Records:
        text = self._document.text
        lines = list(records(text, span, table_delimiter(text)))
        fields = [each for line in lines for each in line.fields]
        whole = [line.whole_span for line in lines]
        self._drops += rest(text, whole, spans_of(fields), DropKind.DELIMITER)
        names = [" ".join(each.text.split()) for each in lines[0].filled]
        columns = [
            Column(place, name, lines[0].fields[place].spans) for place, name in enumerate(names)
        ]
        width = max(len(line.filled) for line in lines)
        columns += [Column(place, "") for place in range(len(names), width)]
        wide = [line.line for line in lines[1:] if len(line.filled) > len(names)]
        if wide:
            self._warnings.append(
                f"{len(wide)} rows have more values than the header has columns, lines "
                f"{line_numbers(wide)}."
            )
        rows = [
            {place: cell for place, cell in enumerate(line.fields) if cell} for line in lines[1:]
        ]
        return self._records(columns, rows)

    def _records(self, columns: Sequence[Column], rows: Sequence[Cells]) -> _Records:
        """Give the columns keys; a text in the header that is no name is not repeated in rows."""
        texts = [column for column in columns if len(column.name) > LONGEST_NAME]
        names = [Column(c.place, "") if c in texts else c for c in columns]
        return _Records(keyed(names, self._name), rows, texts)

    def _add(self, table: _Records) -> None:
        """Add a chunk for each row that holds anything but running numbers."""
        for column in table.texts:
            self._drafts.append(ChunkDraft(column.name, column.spans))
        used = [column for column in table.columns if not column.counts_rows]
        fields = list(_typed(used, table.rows))
        for row, values in zip(table.rows, fields, strict=True):
            said = [(column, row[column.place]) for column in used if column.place in row]
            if said:
                self._drafts.append(self._draft(said, values))
        filled = {place for row in table.rows for place in row}
        for column in table.columns:
            if column.counts_rows or column.place not in filled:
                self._leave(column.spans)
            else:
                self._field_map[column.key] = column.shown
            if column.counts_rows:
                for row in table.rows:
                    self._leave(row[column.place].spans if column.place in row else ())

    def _draft(
        self, said: Sequence[tuple[Column, Fragment]], values: Mapping[str, FieldValue]
    ) -> ChunkDraft:
        parts = [f"{column.name}:{' '.join(cell.text.split())}" for column, cell in said]
        content = "; ".join(parts)
        own = spans_of(cell for _, cell in said)
        names = in_order(span for column, _ in said for span in column.spans)
        placed = self._places.page_boxes([Run(Span(0, len(content)), own)])
        return ChunkDraft(
            content,
            (*own, *names),  # the row comes first: it is where the chunk stands
            boxes=placed.boxes,
            box_spans=placed.spans,
            fields={key: value for key, value in values.items() if value is not None} or {ROWS: 1},
        )

    def _leave(self, spans: Iterable[Span]) -> None:
        self._drops += [Drop(DropKind.OUTSIDE, span) for span in spans]


def _typed(columns: Sequence[Column], rows: Sequence[Cells]) -> Iterator[dict[str, FieldValue]]:
    """Yield the typed values of each row by the keys of its columns."""
    empty = Fragment()
    by_key = {
        column.key: typed_values([row.get(column.place, empty).text for row in rows])[1]
        for column in columns
    }
    for index in range(len(rows)):
        yield {key: values[index] for key, values in by_key.items()}
