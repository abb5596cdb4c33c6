"""Presentations that our own reader cannot follow, read by another library.

In: a file. Out: what kreuzberg finds in it: titles, paragraphs, list items, tables, notes. It works
in this process, without network and without its cache. Refused: what it refuses, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ragflow.domain.documents import BlockKind, DropKind, ParsedDocument
from ragflow.domain.errors import CorruptFile
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import (
    CellDraft,
    DocumentBuilder,
    ParseOptions,
    SourceFile,
)
from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.errors import reading
from ragflow.ingest.parse.extras import legacy_module
from ragflow.ingest.parse.pieces import Piece, add_pieces

_MEDIA_TYPE = "application/vnd.ms-powerpoint"
_KINDS = {
    "title": BlockKind.TITLE,
    "heading": BlockKind.TITLE,
    "list_item": BlockKind.LIST_ITEM,
    "code": BlockKind.CODE,
    "formula": BlockKind.FORMULA,
    "footnote": BlockKind.FOOTNOTE,
}
_LAYERS = {"header": DropKind.HEADER, "footer": DropKind.FOOTER}
_CONTAINERS = frozenset({"group", "list", "quote", "image", "page_break"})


class LegacyParser:
    """Read files by kreuzberg."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the blocks of the file; its pages are not told."""
        kreuzberg = legacy_module("kreuzberg", source.name)
        config = kreuzberg.ExtractionConfig(
            use_cache=False, enable_quality_processing=False, include_document_structure=True
        )
        with reading(source.name, kreuzberg.KreuzbergError):
            result = kreuzberg.extract_bytes_sync(source.data, _MEDIA_TYPE, config)
        if not result.content.strip() and not result.tables:
            raise CorruptFile(name=source.name, reason="no text was found in it")
        builder = DocumentBuilder(source.name, options.limits)
        nodes = result.document["nodes"] if result.document else []
        add_pieces(builder, list(_pieces(nodes)) or [Piece(BlockKind.TEXT, clean(result.content))])
        title = result.metadata.get("title")
        return builder.build({"title": title} if isinstance(title, str) and title else None)


def _pieces(nodes: Sequence[Mapping[str, Any]]) -> Iterator[Piece]:
    for node in nodes:
        content = node["content"]
        kind = content["node_type"]
        drop = _LAYERS.get(node.get("content_layer", ""))
        if kind == "table":
            yield _table(content["grid"])
        elif kind == "slide":
            yield Piece(BlockKind.TITLE, clean(content.get("title") or ""), 1)
        elif kind not in _CONTAINERS:  # what is in these comes as nodes of its own
            level = min(max(content.get("level") or 1, 1), 6) if kind in ("title", "heading") else 0
            text = clean(content.get("text") or "").strip()
            yield Piece(_KINDS.get(kind, BlockKind.TEXT), text, level, drop)


def _table(grid: Mapping[str, Any]) -> Piece:
    rows: dict[int, list[CellDraft]] = {}
    for cell in sorted(grid["cells"], key=lambda each: (each["row"], each["col"])):
        row = cell["row"]
        rows.setdefault(row, []).append(
            CellDraft(
                clean(cell["content"]),
                max(1, min(cell["row_span"], grid["rows"] - row)),
                max(1, cell["col_span"]),
                cell["is_header"],
            )
        )
    return Piece(BlockKind.TABLE, "", rows=tuple(tuple(row) for row in rows.values()))
