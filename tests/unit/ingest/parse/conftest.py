"""Reading bytes under a file name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ragflow.domain.documents import ParsedDocument
from ragflow.ingest.parse.base import ParseOptions, SourceFile
from ragflow.testing.parsers import parsed

Read = Callable[..., ParsedDocument]


@pytest.fixture
def read() -> Read:
    def read_bytes(
        name: str, data: bytes | str, options: ParseOptions | None = None
    ) -> ParsedDocument:
        raw = data.encode() if isinstance(data, str) else data
        return parsed(SourceFile(name, raw), options)

    return read_bytes


@pytest.fixture
def parts() -> Callable[[ParsedDocument], list[tuple[str, str]]]:
    """Return (kind, text) of each block."""

    def of(document: ParsedDocument) -> list[tuple[str, str]]:
        return [
            (str(block.kind), document.text[block.span.start : block.span.end])
            for block in document.blocks
        ]

    return of
