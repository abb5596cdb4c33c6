"""SmartArt: the texts that a diagram shows, in the order of its points.

In: the root of the part that holds a diagram's data. Out: a list item for each point with text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ragflow.domain.documents import BlockKind, Box
from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.pieces import Piece

DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def diagram_pieces(root: Any, box: Box | None = None) -> Iterator[Piece]:
    """Yield the texts of a diagram."""
    for point in root.iter(f"{DIAGRAM}pt"):
        paragraphs = point.iter(f"{_DRAWING}p")
        lines = [
            "".join(run.text or "" for run in each.iter(f"{_DRAWING}t")) for each in paragraphs
        ]
        text = clean("\n".join(line for line in lines if line.strip()))
        yield Piece(BlockKind.LIST_ITEM, text, box=box)
