"""Delimited text: the file is one table; no cell is lost, however uneven the rows are."""

from __future__ import annotations

import csv
import io
from collections import Counter

from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.encoding import decode
from ragflow.ingest.parse.grid import titled_rows

DELIMITERS = "\t;|,"
"""Candidates; the earlier one wins a tie, because commas also stand inside numbers and prose."""

SAMPLE_ROWS = 200


@parsers.register("csv", "tsv")
class CsvParser:
    """Read comma, semicolon, tab and pipe separated values."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return one table."""
        builder = DocumentBuilder(source.name, options.limits)
        text = decode(source.name, source.data)
        rows = read_rows(text, sniff_delimiter(text))
        titles, table = titled_rows(rows)
        builder.table(table, caption="\n".join(titles), kind=BlockKind.ROW)
        return builder.build()


def sniff_delimiter(text: str) -> str:
    """Return the delimiter that gives the most rows the same number of cells, at least two."""
    best, best_share = ",", 0.0
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in read_rows(_head(text), delimiter) if any(row))
        if not widths:
            continue
        split = {width: count for width, count in widths.items() if width > 1}
        share = max(split.values(), default=0) / widths.total()
        if share > best_share:
            best, best_share = delimiter, share
    return best


def read_rows(text: str, delimiter: str) -> list[list[str]]:
    """Return the cells, without surrounding blanks."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:  # a field beyond the reader's size: most likely a quote that never closes
        rows = [line.split(delimiter) for line in text.split("\n")]
    return [[cell.strip() for cell in row] for row in rows]


def _head(text: str) -> str:
    return "\n".join(text[:1_000_000].split("\n", SAMPLE_ROWS)[:SAMPLE_ROWS])
