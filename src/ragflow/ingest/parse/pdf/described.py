"""Pages as a vision model reads them: each page is drawn, and the model writes Markdown.

In: an open PDF, the numbers of its pages, a model's name. Out: the blocks of the Markdown, each
placed on its whole page. Where nobody knows the model, nothing is written and the caller reads the
file by itself; a model that does not answer ends the step with `ModelUnavailable`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ragflow.domain.documents import BlockKind, Box, ParsedDocument
from ragflow.domain.errors import ModelNotConfigured, UnknownModel
from ragflow.ingest.parse.base import (
    CellDraft,
    DocumentBuilder,
    ParseOptions,
    SourceFile,
)
from ragflow.ingest.parse.md import MarkdownParser
from ragflow.ingest.parse.pdf.document import open_page, page_jpeg
from ragflow.ingest.parse.pdf.plain import page_text
from ragflow.text.prompts import Prompts

_SCALE = 2.0  # pixels per point
_MAX_SIDE = 2000  # pixels
_QUALITY = 85
_FENCED = re.compile(r"\s*```(?:markdown|md)?[ \t]*\n(.*?)\n?```\s*", re.DOTALL)


def write_described(
    document: Any, numbers: Iterable[int], options: ParseOptions, builder: DocumentBuilder
) -> bool:
    """Write the pages as a model reads them; False, and nothing written, if nobody knows it."""
    written = False
    for number in numbers:
        with open_page(document, number) as page:
            if page is None:
                builder.warn(f"Page {number} is damaged and was left out.")
                continue
            width, height = page.get_size()
            picture = _picture(page, width, height)
            embedded = page_text(page)
        try:
            answer = options.models.describe(picture, page_prompt(), options.layout)
        except (UnknownModel, ModelNotConfigured):
            answer = None
        if answer is None and not written:
            return False
        written = True
        builder.page(number, round(width, 2), round(height, 2))
        box = Box(number, 0.0, round(width, 2), 0.0, round(height, 2))
        if answer and answer.strip():
            _write(_read(answer, number, options), box, builder)
        elif embedded:
            builder.warn(f"The model read nothing on page {number}; its embedded text was kept.")
            builder.block(BlockKind.TEXT, embedded, box=box)
    return True


def page_prompt() -> str:
    """Return what the model is asked to do with a page."""
    return Prompts("ragflow.ingest.parse.pdf").text("page_to_markdown")


def _picture(page: Any, width: float, height: float) -> bytes:
    return page_jpeg(page, min(_SCALE, _MAX_SIDE / max(width, height, 1.0)), _QUALITY)


def _read(answer: str, number: int, options: ParseOptions) -> ParsedDocument:
    fenced = _FENCED.fullmatch(answer)
    markdown = (fenced[1] if fenced else answer).replace("\0", " ")
    source = SourceFile(f"page-{number}.md", markdown.encode("utf-8", "replace"))
    return MarkdownParser().parse(source, options, _no_progress)


def _no_progress(_share: float, _line: str) -> None:
    """Do nothing: a page is but a step of its document."""


def _write(page: ParsedDocument, box: Box, builder: DocumentBuilder) -> None:
    for block in page.blocks:
        text = page.text[block.span.start : block.span.end]
        if block.table is None:
            builder.block(block.kind, text, level=block.level, box=box)
            continue
        rows = [
            [CellDraft(cell.text, cell.row_span, cell.column_span, cell.header) for cell in row]
            for row in block.table.rows
        ]
        builder.table(rows, caption=block.table.caption, box=box, kind=BlockKind.TABLE)
