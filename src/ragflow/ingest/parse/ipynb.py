"""Notebooks: text cells as Markdown, code cells as code, and what the code gave.

Of the forms in which a result is kept, the one that reads best is taken: a page with words, then
Markdown, formulas, plain text; its pictures beside it. Refused: what is no notebook; a damaged one
is kept as plain text, with a warning.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.domain.errors import CorruptFile
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.encoding import clean, decode
from ragflow.ingest.parse.figures import data_image
from ragflow.ingest.parse.html import read_html
from ragflow.ingest.parse.md import add_markdown
from ragflow.ingest.parse.pieces import Piece, add_pieces

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_ATTACHMENT = "attachment:"
_OLD_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "html": "text/html",
    "latex": "text/latex",
    "text": "text/plain",
}
"""What notebooks of version 3 call the forms of a result."""


@parsers.register("ipynb")
class NotebookParser:
    """Read Jupyter notebooks of the versions 3 and 4."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the blocks of all cells in order."""
        builder = DocumentBuilder(source.name, options.limits)
        text = decode(source.name, source.data)
        try:
            notebook = json.loads(text)
        except (ValueError, RecursionError) as error:
            builder.warn(f"This is not a valid notebook ({error}); it was read as plain text.")
            builder.block(BlockKind.TEXT, text)
            return builder.build()
        cells = list(_cells(notebook))
        if not cells and not (isinstance(notebook, dict) and "nbformat" in notebook):
            raise CorruptFile(name=source.name, reason="it holds no cells")
        writer = _Writer(builder)
        for number, cell in enumerate(cells):
            progress(number / len(cells), f"Cell {number + 1} of {len(cells)}")
            writer.cell(cell)
        return builder.build()


@dataclass(frozen=True, slots=True)
class _Writer:
    """Add cells to a document."""

    builder: DocumentBuilder

    def cell(self, cell: Mapping[str, Any]) -> None:
        kind, text = cell.get("cell_type"), _text(cell.get("source", cell.get("input")))
        if kind == "markdown":
            add_markdown(self.builder, text, _Attachments(cell).image)
        elif kind == "heading":
            level = cell.get("level")
            depth = min(max(level, 1), 6) if isinstance(level, int) else 1
            self.builder.block(BlockKind.TITLE, text, level=depth)
        elif kind == "code":
            self.builder.block(BlockKind.CODE, text.strip("\n"))
            for output in _mappings(cell.get("outputs")):
                self._output(output)
        else:
            self.builder.block(BlockKind.TEXT, text)

    def _output(self, output: Mapping[str, Any]) -> None:
        kind = output.get("output_type")
        if kind == "stream":
            self._plain(_text(output.get("text")))
        elif kind in ("error", "pyerr"):
            self._plain(_text(output.get("traceback"), "\n") or _text(output.get("evalue")))
        else:
            self._result(_forms(output))

    def _result(self, forms: Mapping[str, Any]) -> None:
        pieces: list[Piece] = []
        if page := _text(forms.get("text/html")):
            _, pieces = read_html(self.builder, page)
        pictures = list(_pictures(forms))
        if any(piece.text or piece.rows for piece in pieces if not piece.drop):
            add_pieces(self.builder, pieces)
        elif markdown := _text(forms.get("text/markdown")):
            add_markdown(self.builder, markdown)
        elif formula := _text(forms.get("text/latex")):
            self.builder.block(BlockKind.FORMULA, formula.strip())
        elif not pictures:  # beside one, the plain form says no more than that it is a figure
            self._plain(_text(forms.get("text/plain")))
        add_pieces(self.builder, pictures)

    def _plain(self, text: str) -> None:
        self.builder.block(BlockKind.CODE, _COLOURS.sub("", text).strip("\n"))


@dataclass(frozen=True, slots=True)
class _Attachments:
    """Find the pictures that a text cell carries."""

    cell: Mapping[str, Any]

    def image(self, address: str) -> bytes | None:
        if not address.startswith(_ATTACHMENT):
            return data_image(address)
        attachments = self.cell.get("attachments")
        name = address.removeprefix(_ATTACHMENT)
        forms = attachments.get(name) if isinstance(attachments, dict) else None
        for media_type, content in forms.items() if isinstance(forms, dict) else ():
            if media_type.startswith("image/"):
                return _bytes(_text(content))
        return None


def _cells(notebook: Any) -> Iterator[Mapping[str, Any]]:
    if not isinstance(notebook, dict):
        return
    yield from _mappings(notebook.get("cells"))
    for sheet in _mappings(notebook.get("worksheets")):
        yield from _mappings(sheet.get("cells"))


def _forms(output: Mapping[str, Any]) -> dict[str, Any]:
    data = output.get("data")
    if isinstance(data, dict):
        return data
    return {kind: output[name] for name, kind in _OLD_TYPES.items() if name in output}


def _pictures(forms: Mapping[str, Any]) -> Iterator[Piece]:
    for media_type, content in forms.items():
        if media_type in ("image/png", "image/jpeg"):
            yield Piece(BlockKind.FIGURE, "", image=_bytes(_text(content)))


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: Any, separator: str = "") -> str:
    """Return a text, which notebooks keep whole or as a list of its lines."""
    if isinstance(value, list):
        value = separator.join(line for line in value if isinstance(line, str))
    return clean(value) if isinstance(value, str) else ""


def _bytes(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded)
    except (binascii.Error, ValueError):
        return b"damaged"
