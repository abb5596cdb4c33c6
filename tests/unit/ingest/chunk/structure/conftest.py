from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.ingest.chunk.base import ChunkContext
from ragflow.ingest.chunk.load import chunkers, load_chunkers
from ragflow.ingest.coverage import account
from ragflow.ingest.parse.base import DocumentBuilder, ParseLimits, ParseOptions, SourceFile
from ragflow.ingest.parse.md import MarkdownParser


@dataclass
class FakeHelp:
    """Answer as models would; a `ModelHelp` that keeps what it was asked."""

    description: str | None = None
    answer: str | None = None
    failure: Exception | None = None
    pictures: list[bytes] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)

    def describe(self, picture: bytes, prompt: str, model: str = "") -> str | None:
        self.pictures.append(picture)
        self.prompts.append(prompt)
        if self.failure is not None:
            raise self.failure
        return self.description

    def transcribe(self, name: str, sound: bytes) -> str | None:
        return self.answer

    def complete(self, instruction: str, text: str) -> str | None:
        self.prompts.append(instruction)
        if self.failure is not None:
            raise self.failure
        return self.answer


Cut = Callable[..., ChunkedDocument]


@pytest.fixture
def models() -> FakeHelp:
    return FakeHelp()


@pytest.fixture
def cut() -> Cut:
    """Return a function that cuts a document by a method and checks that nothing is lost."""
    load_chunkers()

    def by_method(
        method: str,
        document: ParsedDocument,
        models: FakeHelp | None = None,
        *,
        name: str = "any.pdf",
        language: str = "English",
        **config: Any,
    ) -> ChunkedDocument:
        chunker = chunkers[method]()
        context = ChunkContext(name, language, models or FakeHelp())
        chunked = chunker.chunk(document, chunker.Options.model_validate(config), context)
        account(document, chunked)
        return chunked

    return by_method


@pytest.fixture
def builder() -> DocumentBuilder:
    return DocumentBuilder("any", ParseLimits())


@pytest.fixture
def plain() -> Callable[[str], ParsedDocument]:
    """Return a function that makes a document of a plain text."""

    def document(text: str) -> ParsedDocument:
        builder = DocumentBuilder("any.txt", ParseLimits())
        builder.block(BlockKind.TEXT, text)
        return builder.build()

    return document


@pytest.fixture
def written() -> Callable[[str], ParsedDocument]:
    """Return a function that makes a document with headings and tables of a Markdown text."""

    def document(text: str) -> ParsedDocument:
        source = SourceFile("any.md", text.encode())
        return MarkdownParser().parse(source, ParseOptions(), lambda _share, _text: None)

    return document
