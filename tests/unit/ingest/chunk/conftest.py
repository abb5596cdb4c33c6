"""Files that are parsed and cut as ingestion does it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import openpyxl
import pytest

from ragflow.domain.chunks import ChunkedDocument
from ragflow.ingest.chunk.base import ChunkContext, ReadsText
from ragflow.ingest.chunk.load import chunkers, load_chunkers
from ragflow.ingest.coverage import account
from ragflow.ingest.parse.base import ParseOptions, SourceFile
from ragflow.ingest.parse.load import parse
from ragflow.ingest.parse.txt import TextParser

Cut = Callable[..., ChunkedDocument]


@pytest.fixture
def cut_file() -> Cut:
    """Return what cuts a file by a method and proves that nothing of it is lost."""

    def cut(
        method: str, name: str, data: bytes | str, language: str = "English"
    ) -> ChunkedDocument:
        load_chunkers()
        chunker = chunkers[method]()
        source = SourceFile(name, data if isinstance(data, bytes) else data.encode())
        assert source.suffix in chunker.suffixes
        as_text = isinstance(chunker, ReadsText) and source.suffix in chunker.read_as_text
        parser = TextParser() if as_text else None
        document = parse(source, ParseOptions(), lambda _share, _line: None, parser)
        chunked = chunker.chunk(document, chunker.Options(), ChunkContext(name, language))
        coverage = account(document, chunked)
        assert coverage.in_chunks + sum(coverage.dropped.values()) == coverage.extracted
        return chunked

    return cut


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """Return what makes a workbook of sheets by their names, with merged areas."""

    def make(merges: Sequence[str] = (), **sheets: Sequence[Sequence[object]]) -> bytes:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
            for merge in merges:
                sheet.merge_cells(merge)
        target = io.BytesIO()
        book.save(target)
        return target.getvalue()

    return make
