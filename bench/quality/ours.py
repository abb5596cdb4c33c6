"""Our own parsers behind the pipe of the peers: `ours.py [layout|plain]`, see `peers/serving.py`.

They have the models that look at pages, as in the product; `layout` has the layout model alone and
`plain` none, both without OCR.
The text is all that the parser extracted, in reading order; `kept` leaves out what it set aside as
headers, page numbers and the like. Tables stand in both as grids: a merged cell is repeated over
all that it spans, as the references do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "peers"))

from serving import CannotRead, Reading, Rows, serve

from ragflow.adapters.models.builtin import LAYOUT, ORIENTATION, TABLE_STRUCTURE
from ragflow.adapters.models.store import MODEL_FILE, ModelStore
from ragflow.domain.documents import Block, BlockKind, Drop, ParsedDocument, Table
from ragflow.domain.errors import UnsupportedFile
from ragflow.ingest.child import collect_seldom
from ragflow.ingest.parse.base import ParseLimits, ParseOptions, SourceFile, VisionFiles
from ragflow.ingest.parse.load import parse
from ragflow.settings import default_model_directory


def read(path: Path, options: ParseOptions) -> Reading:
    """Parse a file."""
    source = SourceFile(path.name, path.read_bytes())
    try:
        document = parse(source, options, lambda share, line: None)
    except UnsupportedFile:
        raise CannotRead from None
    parts: list[Block | Drop] = sorted(
        (*document.blocks, *document.drops), key=lambda part: part.span
    )
    return Reading(
        text="\n".join(_text(document, part) for part in parts),
        kept="\n".join(_text(document, block) for block in document.blocks),
        tables=[grid(block.table) for block in document.blocks if block.table],
        headings=list(_headings(document)),
        pages=len(document.pages),
    )


def _headings(document: ParsedDocument) -> Iterator[str]:
    """Yield the titles, and the name of a sheet where it begins: a table knows its sheet."""
    sheet = ""
    for block in document.blocks:
        if block.kind is BlockKind.TITLE:
            yield _text(document, block)
        elif block.table and block.table.sheet not in ("", sheet):
            sheet = block.table.sheet
            yield sheet


def grid(table: Table) -> Rows:
    """Return a table's texts with merged cells repeated over all that they span."""
    rows: Rows = []
    below: dict[tuple[int, int], str] = {}
    for number, row in enumerate(table.rows):
        texts: list[str] = []
        for cell in row:
            while (number, len(texts)) in below:
                texts.append(below[number, len(texts)])
            for _ in range(cell.column_span):
                for deeper in range(1, cell.row_span):
                    below[number + deeper, len(texts)] = cell.text
                texts.append(cell.text)
        while (number, len(texts)) in below:
            texts.append(below[number, len(texts)])
        rows.append(texts)
    return rows


def _text(document: ParsedDocument, part: Block | Drop) -> str:
    table = part.table if isinstance(part, Block) else None
    if table is None:
        return document.text[part.span.start : part.span.end]
    return "\n".join([table.caption, *("\t".join(row) for row in grid(table))])


def page_models() -> VisionFiles:
    """Return the models that look at pages, fetched at first use."""
    store = ModelStore(default_model_directory())
    layout, orientation, table = (
        store.ensure(model.name) / MODEL_FILE for model in (LAYOUT, ORIENTATION, TABLE_STRUCTURE)
    )
    return VisionFiles(layout, orientation, table)


def options_of(models: str) -> ParseOptions:
    """Return the options that allow all models, `layout` alone or, `plain`, none."""
    if not models:
        return ParseOptions(vision=page_models())
    vision = VisionFiles(page_models().layout) if models == "layout" else VisionFiles()
    return ParseOptions(vision=vision, limits=ParseLimits(ocr_pages=0))


if __name__ == "__main__":
    collect_seldom()  # as the child process does
    serve(partial(read, options=options_of("".join(sys.argv[1:]))))
