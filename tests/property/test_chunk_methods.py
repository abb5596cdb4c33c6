"""Whatever a document holds, no chunk method loses a character of it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragflow.domain.documents import BlockKind, Box, DropKind, ParsedDocument
from ragflow.ingest.chunk.load import chunkers, load_chunkers
from ragflow.ingest.coverage import account
from ragflow.ingest.extract import merge_duplicates
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder, ParseLimits
from ragflow.testing.chunkers import CONTEXT

load_chunkers()

METHODS = (
    "manual paper book laws presentation one email picture audio resume naive".split()  # noqa: SIM905
)
WORDS = st.text(
    st.characters(codec="utf-8") | st.sampled_from('\n\t .;。，`<>&"| aA1中条章'), max_size=40
)
NUMBERS = st.sampled_from(
    ["Chapter 1", "CHAPTER II.", "Article 3 ", "§ 4 ", "第一章 ", "第二条　", "一、", "1. ", "1.2 ",
     "Contents", "目录", "Abstract", "Abstract—", "Keywords: ", "Section 2\n", ""]
)  # fmt: skip
PAGES = st.sampled_from(["", " ..... 3", "\t12", " 7"])
TEXTS = st.builds(
    lambda number, words, times, page: number + words * times + page,
    NUMBERS,
    WORDS,
    st.sampled_from([1, 1, 1, 30]),
    PAGES,
)
KINDS = st.sampled_from(
    [BlockKind.TEXT, BlockKind.TITLE, BlockKind.CAPTION, BlockKind.CODE, BlockKind.LIST_ITEM]
)


@st.composite
def documents(draw: st.DrawFn) -> ParsedDocument:
    builder = DocumentBuilder("any.pdf", ParseLimits())
    pages = draw(st.integers(0, 3))
    for page in range(1, pages + 1):
        builder.page(page, 100, 200)

    def box() -> Box | None:
        return Box(draw(st.integers(1, pages)), 1, 9, 5, 15) if pages else None

    for _ in range(draw(st.integers(0, 8))):
        match draw(st.sampled_from(["text", "lines", "table", "sheet", "figure", "drop", "part"])):
            case "text":
                level = draw(st.integers(0, 6))
                builder.block(draw(KINDS), draw(TEXTS), level=level, box=box())
            case "lines":
                lines = [(draw(WORDS), box()) for _ in range(3)]
                builder.block_of_lines(BlockKind.TEXT, lines, separator="")
            case "figure":
                image = draw(st.none() | st.just(b"i"))
                builder.block(BlockKind.FIGURE, draw(WORDS), image=image, box=box())
            case "drop":
                builder.drop(draw(st.sampled_from(DropKind)), draw(WORDS), box())
            case "part":
                builder.begin_part()
            case shape:
                rows = [
                    [CellDraft(draw(WORDS), header=row == 0, box=box()) for _ in range(2)]
                    for row in range(draw(st.integers(1, 4)))
                ]
                sheet = "S" if shape == "sheet" else ""
                builder.table(rows, caption=draw(WORDS), sheet=sheet)
    return builder.build()


@st.composite
def plain_texts(draw: st.DrawFn) -> ParsedDocument:
    builder = DocumentBuilder("any.txt", ParseLimits())
    lines = draw(st.lists(TEXTS, max_size=12))
    builder.block(BlockKind.TEXT, draw(st.sampled_from(["\n", "\n\n"])).join(lines))
    return builder.build()


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=50, deadline=None)
@given(document=documents() | plain_texts(), size=st.integers(1, 600))
def test_every_character_is_accounted_for(method: str, document: ParsedDocument, size: int) -> None:
    chunker = chunkers[method]()
    options = chunker.Options.model_validate({"chunk_token_num": size})
    chunked = merge_duplicates(chunker.chunk(document, options, CONTEXT))
    coverage = account(document, chunked)
    assert coverage.in_chunks + sum(coverage.dropped.values()) == coverage.extracted
    starts = [chunk.spans[0].start for chunk in chunked.chunks]
    assert starts == sorted(starts)
    for chunk in chunked.chunks:
        assert chunk.content
        assert chunk.content == chunk.content.strip()
        assert len(chunk.box_spans) in (0, len(chunk.boxes))
        assert all(0 <= s.start < s.end <= len(chunk.content) for s in chunk.box_spans)


@pytest.mark.parametrize("method", ["manual", "paper", "book", "laws"])
@settings(max_examples=40, deadline=None)
@given(document=documents() | plain_texts())
def test_a_chunk_says_nothing_but_the_document_and_the_headings_above_it(
    method: str, document: ParsedDocument
) -> None:
    chunker = chunkers[method]()
    chunks = chunker.chunk(document, chunker.Options(), CONTEXT).chunks
    for chunk in chunks:
        said = Counter("".join(chunk.content.split()))
        held = Counter(
            "".join("".join(document.text[s.start : s.end] for s in chunk.spans).split())
        )
        if "<table>" not in chunk.content:
            assert said <= held
