"""Pieces: blocks before they have their place, as the walkers of HTML and Office formats make them.

A walker returns pieces in reading order; `add_pieces` puts them into a document, `lines_of` makes
the text of a table cell of them. Items of nested lists are indented by their depth.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from ragflow.domain.documents import BlockKind, Box, DropKind
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder
from ragflow.ingest.parse.figures import drawing_kind, figure_image
from ragflow.ingest.parse.picture_text import PictureReader

DEEPEST_ITEM = 6
"""How deep list items are told apart; what is nested deeper counts as of this depth."""

_INDENT = "  "  # of each level of a list below the first


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold one block, or with `drop` one run of text that is left out.

    A table's `text` is its caption; a figure's is its description. The level of a list item is how
    deep it is nested, from 1.
    """

    kind: BlockKind
    text: str
    level: int = 0
    drop: DropKind | None = None
    rows: tuple[tuple[CellDraft, ...], ...] = ()
    image: bytes = b""
    box: Box | None = None


def add_pieces(
    builder: DocumentBuilder, pieces: Iterable[Piece], reader: PictureReader | None = None
) -> None:
    """Add each piece as a block or a drop; figures that cannot be shown become a warning.

    With a `reader` a figure also says what its picture shows.
    """
    for piece in pieces:
        if piece.drop is not None:
            builder.drop(piece.drop, piece.text, piece.box)
        elif piece.rows:
            builder.table(piece.rows, caption=piece.text, box=piece.box)
        elif piece.kind is BlockKind.FIGURE:
            _add_figure(builder, piece, reader)
        elif piece.kind is BlockKind.LIST_ITEM:
            depth = min(max(piece.level, 1), DEEPEST_ITEM)
            text = textwrap.indent(piece.text, _INDENT * (depth - 1))
            builder.block(piece.kind, text, level=depth, box=piece.box)
        else:
            builder.block(piece.kind, piece.text, level=piece.level, box=piece.box)


def with_code_joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the pieces; code that follows code joins it."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and last.kind is piece.kind is BlockKind.CODE and not (last.drop or piece.drop):
            joined[-1] = Piece(BlockKind.CODE, f"{last.text}\n{piece.text}")
        else:
            joined.append(piece)
    return joined


def _add_figure(builder: DocumentBuilder, piece: Piece, reader: PictureReader | None) -> None:
    image = figure_image(piece.image)
    if image is None and piece.image:
        kind = drawing_kind(piece.image)
        if kind:
            builder.warn(f"A drawing of the format {kind} cannot be shown; it was left out.")
        else:
            builder.warn("A picture is damaged and cannot be shown; it was left out.")
    kind = BlockKind.FIGURE if image else BlockKind.TEXT
    shown = reader.text(image) if reader and image else ""
    text = "\n".join(part for part in (piece.text, shown) if part)
    builder.block(kind, text, box=piece.box, image=image)


def lines_of(pieces: Iterable[Piece]) -> str:
    """Return the text of a cell: a line for each piece, and for each row of a table in it."""
    lines: list[str] = []
    for piece in pieces:
        if piece.drop is not None or piece.kind in (BlockKind.FIGURE, BlockKind.FOOTNOTE):
            continue
        if piece.text:
            lines.append(piece.text)
        lines.extend(" ".join(cell.text for cell in row) for row in piece.rows)
    return "\n".join(lines)


def beside_cells(pieces: Iterable[Piece]) -> list[Piece]:
    """Return what a cell holds and its text does not: figures, notes and what is left out."""
    return [
        piece
        for piece in pieces
        if piece.drop is not None or piece.kind in (BlockKind.FIGURE, BlockKind.FOOTNOTE)
    ]
