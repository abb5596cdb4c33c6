"""PDF files made in code, one builder per kind of page."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from ragflow.domain.documents import ParsedDocument
from ragflow.ingest.parse.base import ParseOptions, SourceFile
from ragflow.ingest.parse.pdf import PdfParser

WIDTH, HEIGHT = 595.0, 842.0  # A4 in points

Draw = Callable[[Any], None]


def make_pdf(*pages: Draw, **canvas_options: Any) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1, **canvas_options)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def write_lines(
    canvas: Any,
    lines: list[str],
    *,
    x: float = 72,
    top: float = 100,
    size: float = 10,
    font: str = "Helvetica",
    leading: float = 1.2,
) -> None:
    """Draw lines of text; `top` is the first baseline's distance from the top of the page."""
    canvas.setFont(font, size)
    for index, line in enumerate(lines):
        canvas.drawString(x, HEIGHT - top - index * size * leading, line)


def draw_grid(canvas: Any, xs: list[float], tops: list[float]) -> None:
    for x in xs:
        canvas.line(x, HEIGHT - tops[0], x, HEIGHT - tops[-1])
    for top in tops:
        canvas.line(xs[0], HEIGHT - top, xs[-1], HEIGHT - top)


def parse(data: bytes, **options: Any) -> ParsedDocument:
    return PdfParser().parse(
        SourceFile("sample.pdf", data), ParseOptions(**options), lambda share, line: None
    )


class Pdf:
    """Give tests the builders without an import between test modules."""

    width, height = WIDTH, HEIGHT
    make = staticmethod(make_pdf)
    write = staticmethod(write_lines)
    grid = staticmethod(draw_grid)
    parse = staticmethod(parse)

    @staticmethod
    def texts(document: ParsedDocument, kind: str | None = None) -> list[str]:
        return [
            document.text[block.span.start : block.span.end]
            for block in document.blocks
            if kind is None or block.kind == kind
        ]

    @staticmethod
    def drops(document: ParsedDocument) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for drop in document.drops:
            text = document.text[drop.span.start : drop.span.end]
            found.setdefault(drop.kind.value, []).append(text)
        return found

    @staticmethod
    def cells(document: ParsedDocument) -> list[list[str]]:
        return [
            [cell.text for cell in row]
            for block in document.blocks
            if block.table is not None
            for row in block.table.rows
        ]


@pytest.fixture
def pdf() -> type[Pdf]:
    return Pdf
