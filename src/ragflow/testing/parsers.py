"""The contract of `ingest.parse.base.Parser`.

In: a fixture `source` that yields a good file of the format. Subclass `ParserContract` in a test
module and define that fixture there. `dump` shows a document as text for golden files.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ragflow.domain.documents import Cell, ParsedDocument, Span
from ragflow.domain.errors import CorruptFile, EmptyFile, LimitExceeded, ParseError
from ragflow.ingest.parse.base import ParseLimits, ParseOptions, SourceFile
from ragflow.ingest.parse.load import parse

_GARBAGE = bytes(range(256)) * 40


def _ignore_progress(_share: float, _line: str) -> None:
    pass


def parsed(source: SourceFile, options: ParseOptions | None = None) -> ParsedDocument:
    """Return a file's document, without progress."""
    return parse(source, options or ParseOptions(), _ignore_progress)


def with_data(source: SourceFile, data: bytes) -> SourceFile:
    """Return a file of the same name with other bytes."""
    return SourceFile(source.name, data)


class ParserContract:
    """State what every parser must do."""

    def test_blocks_and_drops_cover_the_text_exactly_once(self, source: SourceFile) -> None:
        check_coverage(parsed(source))

    def test_blocks_stand_in_reading_order(self, source: SourceFile) -> None:
        spans = [block.span for block in parsed(source).blocks]
        assert spans == sorted(spans)

    def test_cells_are_where_their_spans_say(self, source: SourceFile) -> None:
        check_cells(parsed(source))

    def test_lines_lie_inside_the_text_and_on_known_pages(self, source: SourceFile) -> None:
        document = parsed(source)
        pages = {page.number for page in document.pages}
        for line in document.lines:
            assert 0 <= line.span.start < line.span.end <= len(document.text)
            assert line.box.page in pages
            assert line.box.x0 <= line.box.x1
            assert line.box.top <= line.box.bottom

    def test_the_same_file_gives_the_same_document(self, source: SourceFile) -> None:
        assert parsed(source) == parsed(source)

    def test_the_text_can_be_stored_by_any_database(self, source: SourceFile) -> None:
        text = parsed(source).text
        assert "\0" not in text
        text.encode("utf-8")

    def test_an_empty_file_is_refused(self, source: SourceFile) -> None:
        with pytest.raises(EmptyFile):
            parsed(with_data(source, b""))

    def test_garbage_is_refused(self, source: SourceFile) -> None:
        with pytest.raises(ParseError):
            parsed(with_data(source, _GARBAGE))

    def test_the_content_of_another_format_is_refused_by_name(self, source: SourceFile) -> None:
        png = b"\x89PNG\r\n\x1a\n" + bytes(100)
        with pytest.raises(CorruptFile, match="looks like a PNG image"):
            parsed(with_data(source, png))

    @pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
    def test_a_truncated_file_is_refused_or_read_as_far_as_it_goes(
        self, source: SourceFile, share: float
    ) -> None:
        cut = with_data(source, source.data[: int(len(source.data) * share)])
        try:
            check_coverage(parsed(cut))
        except ParseError as error:
            assert source.name in str(error)  # noqa: PT017 - both outcomes are right

    def test_text_beyond_the_limit_is_refused(self, source: SourceFile) -> None:
        options = ParseOptions(limits=ParseLimits(text_chars=3))
        with pytest.raises(LimitExceeded) as refusal:
            parsed(source, options)
        assert refusal.value.setting == "limits.text_chars"


def check_coverage(document: ParsedDocument) -> None:
    """Assert that every character that shows lies in exactly one block or drop."""
    seen = [0] * len(document.text)
    spans = [block.span for block in document.blocks] + [drop.span for drop in document.drops]
    for span in spans:
        assert 0 <= span.start <= span.end <= len(document.text)
        for index in range(span.start, span.end):
            seen[index] += 1
    lost = [
        character
        for character, count in zip(document.text, seen, strict=True)
        if count != 1 and (count > 1 or not character.isspace())
    ]
    assert not lost, f"{len(lost)} characters are not covered once: {''.join(lost[:80])!r}"


def check_cells(document: ParsedDocument) -> None:
    """Assert that each cell's span is its text and lies within its block."""
    for span, cell in _cells(document):
        assert document.text[cell.span.start : cell.span.end] == cell.text
        assert span.start <= cell.span.start
        assert cell.span.end <= span.end
        assert cell.row_span >= 1
        assert cell.column_span >= 1


def _cells(document: ParsedDocument) -> Iterator[tuple[Span, Cell]]:
    for block in document.blocks:
        for row in block.table.rows if block.table else ():
            for cell in row:
                yield block.span, cell


def dump(document: ParsedDocument) -> str:
    """Return a document as text that people can review: a heading line for each part."""
    parts: list[tuple[Span, str, str]] = []
    for block in document.blocks:
        notes = [
            f"level={block.level}" if block.level else "",
            f"image={len(block.image) > 0}" if block.image is not None else "",
            f"sheet={block.table.sheet}" if block.table and block.table.sheet else "",
            f"header_rows={block.table.header_row_count}" if block.table else "",
        ]
        heading = " ".join(("#", str(block.kind), *filter(None, notes)))
        parts.append((block.span, heading, _body(document, block.span)))
        for row, cells in enumerate(block.table.rows if block.table else ()):
            spans = [
                f"{cell.text!r}={cell.row_span}x{cell.column_span}"
                for cell in cells
                if (cell.row_span, cell.column_span) != (1, 1)
            ]
            if spans:
                parts.append((block.span, f"  merged in row {row}: {' '.join(spans)}", ""))
    for drop in document.drops:
        parts.append((drop.span, f"# drop {drop.kind}", _body(document, drop.span)))
    parts.sort(key=lambda part: part[0])
    lines = [line for _, heading, body in parts for line in (heading, body) if line]
    lines += [f"# page {page.number} {page.width:g}x{page.height:g}" for page in document.pages]
    lines += [f"# {len(document.lines)} lines with a box"] if document.lines else []
    lines += [f"# warning {warning}" for warning in document.warnings]
    lines += [f"# metadata {key}={value}" for key, value in sorted(document.metadata.items())]
    return "\n".join(lines) + "\n"


def _body(document: ParsedDocument, span: Span) -> str:
    return document.text[span.start : span.end]
