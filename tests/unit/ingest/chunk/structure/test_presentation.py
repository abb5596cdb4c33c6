from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import BlockKind, Box
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder

Cut = Callable[..., ChunkedDocument]


def picture(side: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (side, side), (side, 0, 0)).save(target, "PNG")
    return target.getvalue()


def box(page: int) -> Box:
    return Box(page, 100, 200, 100, 120)


def test_each_slide_is_one_chunk_placed_on_the_whole_slide(
    cut: Cut, builder: DocumentBuilder
) -> None:
    for page in (1, 2):
        builder.page(page, 960, 540)
        builder.block(BlockKind.TITLE, f"Slide {page}", level=1, box=box(page))
        builder.block(BlockKind.LIST_ITEM, f"Point {page}", box=box(page))
    chunks = cut("presentation", builder.build(), name="talk.pptx").chunks
    assert [chunk.content for chunk in chunks] == ["Slide 1\nPoint 1", "Slide 2\nPoint 2"]
    assert [chunk.boxes for chunk in chunks] == [
        (Box(1, 0, 960, 0, 540),),
        (Box(2, 0, 960, 0, 540),),
    ]


def test_tables_stand_in_their_slide(cut: Cut, builder: DocumentBuilder) -> None:
    builder.page(1, 960, 540)
    builder.block(BlockKind.TEXT, "Before", box=box(1))
    builder.table([[CellDraft("A"), CellDraft("B")]], box=box(1))
    builder.block(BlockKind.TEXT, "After", box=box(1))
    (chunk,) = cut("presentation", builder.build()).chunks
    assert chunk.content == "Before\n<table><tr><td>A</td><td>B</td></tr></table>\nAfter"


def test_a_paragraph_that_runs_over_pages_is_divided(cut: Cut, builder: DocumentBuilder) -> None:
    builder.page(1, 600, 800)
    builder.page(2, 600, 800)
    builder.block_of_lines(
        BlockKind.TEXT, [("It begins here ", box(1)), ("and ends there.", box(2))], separator=""
    )
    chunks = cut("presentation", builder.build()).chunks
    assert [chunk.content for chunk in chunks] == ["It begins here", "and ends there."]


def test_the_largest_picture_of_a_slide_is_its_picture(cut: Cut, builder: DocumentBuilder) -> None:
    builder.page(1, 960, 540)
    builder.block(BlockKind.TEXT, "A slide", box=box(1))
    for side in (8, 64, 16):
        builder.block(BlockKind.FIGURE, "", image=picture(side), box=box(1))
    document = builder.build()
    assert cut("presentation", document, name="talk.pptx").chunks[0].image == picture(64)
    assert cut("presentation", document, name="talk.pdf").chunks[0].image is None


def test_a_picture_without_words_is_on_its_own_slide(cut: Cut, builder: DocumentBuilder) -> None:
    for page in (1, 2, 3):
        builder.page(page, 960, 540)
        builder.block(BlockKind.FIGURE, "", image=picture(page), box=box(page))
        if page != 2:
            builder.block(BlockKind.TEXT, f"Words {page}", box=box(page))
    chunks = cut("presentation", builder.build(), name="talk.pptx").chunks
    assert [chunk.image for chunk in chunks] == [picture(1), picture(3)]


def test_slides_without_words_are_named_in_a_warning(cut: Cut, builder: DocumentBuilder) -> None:
    for page in (1, 2, 3):
        builder.page(page, 960, 540)
    builder.block(BlockKind.TEXT, "Words", box=box(2))
    chunked = cut("presentation", builder.build())
    assert len(chunked.chunks) == 1
    assert chunked.warnings == ("No words were found on these pages: 1, 3.",)


def test_what_has_no_pages_is_merged(cut: Cut, builder: DocumentBuilder) -> None:
    builder.block(BlockKind.TEXT, "One")
    builder.block(BlockKind.TEXT, "Two")
    (chunk,) = cut("presentation", builder.build(), name="old.ppt").chunks
    assert chunk.content == "One\nTwo"
