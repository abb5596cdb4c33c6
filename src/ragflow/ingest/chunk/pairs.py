"""Pairs: what two-column files say, a question with its answer or a text with its tags.

In: the rows of sheets, or the lines of delimited text. Out: rows of fields, and what could not be
read as any: nothing is lost without a typed drop and a line number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ragflow.domain.documents import Block, Drop, DropKind, ParsedDocument, Span
from ragflow.ingest.chunk.delimited import line_numbers, pair_delimiter, records
from ragflow.ingest.chunk.fragments import Fragment, rest, spans_of
from ragflow.text.grid import placed_rows

DELIMITED = frozenset({"csv", "tsv", "txt", "text"})
"""Extensions of delimited text, which the methods of records read as the text that it is."""

_SAMPLE = 60


@dataclass(frozen=True, slots=True)
class Row:
    """Hold a row; its two fields, or less of them where it is no pair."""

    number: int
    whole: tuple[Fragment, ...]
    first: Fragment = field(default_factory=Fragment)
    second: Fragment = field(default_factory=Fragment)

    @property
    def is_pair(self) -> bool:
        """Tell whether both fields are filled."""
        return bool(self.first and self.second)


@dataclass(slots=True)
class Leavings:
    """Collect what no chunk takes: typed drops, and where rows of no use stand."""

    noun: str
    """What the rows make, in the plural."""
    drops: list[Drop] = field(default_factory=list)
    failed: dict[str, list[int]] = field(default_factory=dict)
    lone_texts: list[str] = field(default_factory=list)

    def fail(self, row: Row, where: str) -> None:
        """Leave a row out for want of what the method needs."""
        self.failed.setdefault(where, []).append(row.number)
        self.drops += [Drop(DropKind.MALFORMED, span) for span in spans_of(row.whole)]

    def fail_text(self, text: str, spans: Sequence[Span]) -> None:
        """Leave a text out that belongs to nothing."""
        self.lone_texts.append(" ".join(text[span.start : span.end] for span in spans))
        self.drops += [Drop(DropKind.MALFORMED, span) for span in spans]

    def warnings(self, made: int) -> tuple[str, ...]:
        """Say how many rows or texts failed, and where the first of them stand."""
        warnings = []
        if self.failed:
            count = sum(map(len, self.failed.values()))
            places = (f"{where} {line_numbers(rows)}" for where, rows in self.failed.items())
            warnings.append(f"Read {made} {self.noun}; {count} failed, {'; '.join(places)}.")
        if self.lone_texts:
            first = " ".join(self.lone_texts[0].split())[:_SAMPLE]
            warnings.append(
                f"Read {made} {self.noun}; {len(self.lone_texts)} texts belong to none and were "
                f"left out, the first is {first!r}."
            )
        return tuple(warnings)


def is_sheet(block: Block) -> bool:
    """Tell whether a block is a sheet of a workbook."""
    return block.table is not None and bool(block.table.sheet)


def is_delimited(document: ParsedDocument, name: str) -> bool:
    """Tell whether a document is the text of a delimited file."""
    return suffix_of(name) in DELIMITED and is_text(document)


def is_text(document: ParsedDocument) -> bool:
    """Tell whether a document is one run of text, as the file holds it."""
    blocks = document.blocks
    return len(blocks) == 1 and not document.pages and not (blocks[0].table or blocks[0].image)


def suffix_of(name: str) -> str:
    """Return the extension in lower case, without the dot."""
    return PurePosixPath(name).suffix.removeprefix(".").lower()


def sheet_rows(block: Block, leavings: Leavings) -> Iterator[Row]:
    """Yield the rows of a sheet by their first two filled cells; blank rows do not count.

    What stands above the rows, and further cells, are dropped as beside them.
    """
    table = block.table
    if table is None:
        return
    above = Span(block.span.start, block.span.start + len(table.caption))
    if table.caption:
        leavings.drops.append(Drop(DropKind.OUTSIDE, above))
    first = 1 + len([line for line in table.caption.split("\n") if line not in ("", table.sheet)])
    for index, cells in enumerate(placed_rows(table)):
        filled = [
            Fragment(placed.cell.text, (placed.cell.span,))
            for placed in cells
            if placed.cell.text.strip()
        ]
        own = {placed.cell.span for placed in cells if placed.row == index}
        for extra in filled[2:]:
            leavings.drops += [Drop(DropKind.OUTSIDE, s) for s in extra.spans if s in own]
        pair = [each.after(0) for each in filled[:2]]
        yield Row(first + index, tuple(filled), *pair)


def text_rows(document: ParsedDocument, name: str, leavings: Leavings) -> Iterator[Row]:
    """Yield the lines of a delimited text; those of two columns are pairs."""
    text, span = document.text, document.blocks[0].span
    delimiter = pair_delimiter(text, tab_first=suffix_of(name) in ("csv", "tsv"))
    for record in records(text, span, delimiter):
        fields = record.filled
        if len(fields) != 2:
            yield Row(record.line, (record.whole,))
            continue
        leavings.drops += rest(text, [record.whole_span], spans_of(fields), DropKind.DELIMITER)
        yield Row(record.line, (record.whole,), *fields)
