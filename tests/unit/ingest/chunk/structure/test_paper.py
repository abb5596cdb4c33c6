from __future__ import annotations

from collections.abc import Callable

import pytest

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.ingest.parse.base import DocumentBuilder

Cut = Callable[..., ChunkedDocument]

ABSTRACT = "We show that pumps which are opened slowly live longer. " * 4
TEXT = "The pumps were opened slowly and their lives were measured in hours of work. " * 6


def paper(builder: DocumentBuilder, abstract: list[tuple[BlockKind, str]]) -> ParsedDocument:
    builder.page(1, 600, 800)
    builder.block(BlockKind.TITLE, "On the lives of pumps", level=1)
    builder.block(BlockKind.TEXT, "Ada Lovelace, University of London")
    for kind, text in abstract:
        builder.block(kind, text, level=2 if kind is BlockKind.TITLE else 0)
    builder.block(BlockKind.TEXT, "Keywords: pumps, lives")
    builder.block(BlockKind.TITLE, "1 Introduction", level=2)
    builder.block(BlockKind.TEXT, TEXT)
    builder.block(BlockKind.TITLE, "2 Methods", level=2)
    builder.block(BlockKind.TITLE, "2.1 Pumps", level=3)
    builder.block(BlockKind.TEXT, TEXT)
    builder.block(BlockKind.TITLE, "References", level=2)
    builder.block(BlockKind.LIST_ITEM, f"[1] A. Lovelace. {TEXT}")
    return builder.build()


@pytest.mark.parametrize(
    "abstract",
    [
        [(BlockKind.TITLE, "Abstract"), (BlockKind.TEXT, ABSTRACT)],
        [(BlockKind.TEXT, f"Abstract—{ABSTRACT}")],
        [(BlockKind.TEXT, f"ABSTRACT. {ABSTRACT}")],
        [(BlockKind.TITLE, "摘  要"), (BlockKind.TEXT, ABSTRACT), (BlockKind.TEXT, ABSTRACT)],
    ],
)
def test_the_abstract_is_one_chunk_that_is_found_as_a_summary(
    cut: Cut, builder: DocumentBuilder, abstract: list[tuple[BlockKind, str]]
) -> None:
    front, found, *_ = cut("paper", paper(builder, abstract)).chunks
    assert front.content == "On the lives of pumps\nAda Lovelace, University of London"
    assert found.content == "\n".join(text for _, text in abstract).strip()
    assert {"abstract", "summary"} <= set(found.important_keywords)


def test_sections_follow_with_the_headings_above_them(cut: Cut, builder: DocumentBuilder) -> None:
    abstract = [(BlockKind.TEXT, f"Abstract: {ABSTRACT}")]
    chunks = cut("paper", paper(builder, abstract)).chunks[2:]
    assert [chunk.content.partition(" The pumps")[0][:24] for chunk in chunks] == [
        "Keywords: pumps, lives\n1",
        "2 Methods\n2.1 Pumps\nThe ",
        "References\n[1] A. Lovela",
    ]
    assert not any(chunk.important_keywords for chunk in chunks)


def test_without_an_abstract_all_is_cut_by_sections(cut: Cut, builder: DocumentBuilder) -> None:
    chunks = cut("paper", paper(builder, [])).chunks
    assert len(chunks) == 3
    assert all(chunk.content.startswith("On the lives of pumps\n") for chunk in chunks)
    assert not any(chunk.important_keywords for chunk in chunks)
