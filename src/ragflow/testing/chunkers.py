"""Conformance suite for chunk methods: subclass it, give it a `chunker` fixture, run pytest.

The suite cuts documents of every shape that parsers make, with several options.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from ragflow.domain.documents import BlockKind, Box, DropKind, ParsedDocument
from ragflow.ingest.chunk.base import ChunkContext, Chunker
from ragflow.ingest.coverage import account
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder, ParseLimits
from ragflow.testing.sample_documents import CHINESE_LAW, handbook, plain, slides

PROSE = (
    "The harbour bridge opened on 19 March 1932. It carries trains, cars and walkers; its arch "
    "spans 503 metres. 上海中心大厦高632米，于2015年建成。"
)


def prose() -> ParsedDocument:
    """Return a document of titles and paragraphs on two pages, with a dropped page header."""
    builder = DocumentBuilder("prose.pdf", ParseLimits())
    for page in (1, 2):
        builder.page(page, 600, 800)
        builder.drop(DropKind.HEADER, "Annual report", Box(page, 50, 550, 20, 32))
        builder.block(BlockKind.TITLE, f"Chapter {page}", level=1, box=Box(page, 50, 300, 50, 70))
        for line in range(12):
            box = Box(page, 50, 550, 80 + 40 * line, 110 + 40 * line)
            builder.block(BlockKind.TEXT, f"{line}. {PROSE}", box=box)
    return builder.build()


def plain_text() -> ParsedDocument:
    """Return a plain text: one block with blank lines, tabs and delimiters."""
    builder = DocumentBuilder("notes.txt", ParseLimits())
    builder.block(BlockKind.TEXT, "\n\n".join(f"{PROSE}\n\t* note {n}##" for n in range(20)))
    return builder.build()


def table(rows: int = 40, *, sheet: str = "") -> ParsedDocument:
    """Return a table with a header and a merged cell, between paragraphs or as a sheet."""
    builder = DocumentBuilder("table.docx", ParseLimits())
    if not sheet:
        builder.block(BlockKind.TEXT, "Before the table.")
    header = [CellDraft(name, header=True) for name in ("Name", "Amount & unit", "Note")]
    body = [
        [CellDraft("<all>", row_span=rows), CellDraft("0 €"), CellDraft("first")],
        *(
            [CellDraft(f"{row} €"), CellDraft(PROSE if row % 7 == 0 else "")]
            for row in range(1, rows)
        ),
    ]
    builder.table([header, *body], caption="" if sheet else "Table 1: amounts", sheet=sheet)
    if not sheet:
        builder.block(BlockKind.TEXT, "After the table.")
    return builder.build()


def sheet() -> ParsedDocument:
    """Return a spreadsheet."""
    return table(sheet="Amounts")


def figures() -> ParsedDocument:
    """Return pictures with and without words and captions."""
    builder = DocumentBuilder("figures.html", ParseLimits())
    builder.block(BlockKind.FIGURE, "A chart of 5 bars", image=b"png")
    builder.block(BlockKind.CAPTION, "Figure 1: bars")
    builder.block(BlockKind.FIGURE, "", image=b"png")
    builder.block(BlockKind.TEXT, PROSE)
    return builder.build()


def long_sentence() -> ParsedDocument:
    """Return a text without any place to cut it at."""
    builder = DocumentBuilder("long.txt", ParseLimits())
    builder.block(BlockKind.TEXT, "x" * 20_000 + "长" * 5_000)
    return builder.build()


def law() -> ParsedDocument:
    """Return a plain text with numbered headings and a table of contents."""
    return plain(CHINESE_LAW)


def nothing() -> ParsedDocument:
    """Return a document without a word."""
    return DocumentBuilder("empty.txt", ParseLimits()).build()


class DescribingHelp:
    """Describe every picture in the same words; a `ModelHelp` without other models."""

    def describe(self, picture: bytes, prompt: str, model: str = "") -> str | None:  # noqa: ARG002
        """Return a description."""
        return f"A picture of {len(picture)} bytes."

    def transcribe(self, name: str, sound: bytes) -> str | None:  # noqa: ARG002
        """Return None."""
        return None

    def complete(self, instruction: str, text: str) -> str | None:  # noqa: ARG002
        """Return None."""
        return None


CONTEXT = ChunkContext("any", models=DescribingHelp())

SAMPLES: tuple[Callable[[], ParsedDocument], ...] = (
    prose,
    plain_text,
    table,
    sheet,
    figures,
    long_sentence,
    nothing,
    handbook,
    law,
    slides,
)

CONFIGURATIONS: tuple[dict[str, Any], ...] = (
    {},
    {"chunk_token_num": 1, "delimiter": "`##`;。\\n"},
    {"chunk_token_num": 64, "html4excel": True, "raptor": {"use_raptor": False}},
)


class ChunkerContract:
    """State what every chunk method keeps to."""

    @pytest.fixture(params=SAMPLES, ids=lambda sample: str(sample.__name__))
    def document(self, request: pytest.FixtureRequest) -> ParsedDocument:
        """Return a sample document."""
        sample: Callable[[], ParsedDocument] = request.param
        return sample()

    @pytest.fixture(params=CONFIGURATIONS, ids=["default", "tiny", "small"])
    def config(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        """Return a parser_config."""
        config: dict[str, Any] = request.param
        return config

    def test_every_character_is_in_a_chunk_or_a_drop(
        self, chunker: Chunker, document: ParsedDocument, config: dict[str, Any]
    ) -> None:
        chunked = chunker.chunk(document, chunker.Options.model_validate(config), CONTEXT)
        coverage = account(document, chunked)
        assert coverage.in_chunks + sum(coverage.dropped.values()) == coverage.extracted

    def test_chunks_are_not_blank_and_have_no_blank_edges(
        self, chunker: Chunker, document: ParsedDocument, config: dict[str, Any]
    ) -> None:
        chunked = chunker.chunk(document, chunker.Options.model_validate(config), CONTEXT)
        assert all(chunk.content == chunk.content.strip() for chunk in chunked.chunks)
        assert all(chunk.content and chunk.spans for chunk in chunked.chunks)

    def test_chunks_stand_in_reading_order(
        self, chunker: Chunker, document: ParsedDocument, config: dict[str, Any]
    ) -> None:
        chunked = chunker.chunk(document, chunker.Options.model_validate(config), CONTEXT)
        starts = [chunk.spans[0].start for chunk in chunked.chunks]
        assert starts == sorted(starts)

    def test_the_same_document_gives_the_same_chunks(
        self, chunker: Chunker, document: ParsedDocument, config: dict[str, Any]
    ) -> None:
        options = chunker.Options.model_validate(config)
        assert chunker.chunk(document, options, CONTEXT) == chunker.chunk(
            document, options, CONTEXT
        )

    def test_boxes_lie_on_pages_of_the_document(
        self, chunker: Chunker, document: ParsedDocument, config: dict[str, Any]
    ) -> None:
        chunked = chunker.chunk(document, chunker.Options.model_validate(config), CONTEXT)
        pages = {page.number for page in document.pages}
        boxes: Sequence[Box] = [box for chunk in chunked.chunks for box in chunk.boxes]
        assert {box.page for box in boxes} <= pages
        assert all(box.x0 <= box.x1 and box.top <= box.bottom for box in boxes)

    def test_boxes_know_their_words_or_none_of_them_does(
        self, chunker: Chunker, document: ParsedDocument, config: dict[str, Any]
    ) -> None:
        for chunk in chunker.chunk(
            document, chunker.Options.model_validate(config), CONTEXT
        ).chunks:
            assert len(chunk.box_spans) in (0, len(chunk.boxes))
            assert all(0 <= s.start < s.end <= len(chunk.content) for s in chunk.box_spans)

    def test_a_document_without_words_has_no_chunks(self, chunker: Chunker) -> None:
        assert chunker.chunk(nothing(), chunker.Options(), CONTEXT).chunks == ()

    def test_foreign_keys_of_a_stored_configuration_are_ignored(self, chunker: Chunker) -> None:
        config = {"graphrag": {"use_graphrag": False}, "layout_recognize": "DeepDOC"}
        assert chunker.Options.model_validate(config) == chunker.Options()

    def test_suffixes_are_lower_case_and_without_dot(self, chunker: Chunker) -> None:
        assert chunker.suffixes
        assert all(suffix == suffix.lower().lstrip(".") for suffix in chunker.suffixes)
