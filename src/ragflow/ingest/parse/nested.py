"""Put one parsed document into another: an attachment into its e-mail.

In: a builder and a document. Out: the document's blocks and drops at the builder's end, and how
surely its text was recognised. Its pages stay behind, because their numbers would mean the outer
file's pages.
"""

from __future__ import annotations

from ragflow.domain.documents import Block, Drop, ParsedDocument, Table
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder


def add_document(builder: DocumentBuilder, document: ParsedDocument) -> None:
    """Add all that `document` says, in its order."""
    parts: list[Block | Drop] = sorted(
        (*document.blocks, *document.drops), key=lambda part: part.span
    )
    for part in parts:
        text = document.text[part.span.start : part.span.end]
        if isinstance(part, Drop):
            builder.drop(part.kind, text)
        elif part.table is not None:
            table = part.table
            builder.table(_drafts(table), caption=table.caption, sheet=table.sheet, kind=part.kind)
        else:
            builder.block(part.kind, text, level=part.level, image=part.image)
    for warning in document.warnings:
        builder.warn(warning)
    for page in document.recognised:
        builder.recognised(page.number, page.confidence)


def _drafts(table: Table) -> list[list[CellDraft]]:
    return [
        [CellDraft(cell.text, cell.row_span, cell.column_span, cell.header) for cell in row]
        for row in table.rows
    ]
