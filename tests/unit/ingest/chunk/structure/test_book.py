from __future__ import annotations

from collections.abc import Callable

from ragflow.domain.chunks import ChunkedDocument, ChunkKind
from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.ingest.parse.base import DocumentBuilder
from ragflow.text.tokens import count_tokens

Cut = Callable[..., ChunkedDocument]
Document = Callable[[str], ParsedDocument]

STORY = "Alice was beginning to get very tired of sitting by her sister on the bank. " * 18


def contents(chunked: ChunkedDocument) -> list[str]:
    return [chunk.content for chunk in chunked.chunks]


def test_chapters_of_a_plain_text_are_found_by_their_numbers(cut: Cut, plain: Document) -> None:
    text = f"CHAPTER I.\nDown the Hole\n\n{STORY}\n\nCHAPTER II.\nThe Pool\n\n{STORY}"
    first, second = contents(cut("book", plain(text)))
    assert first.startswith("CHAPTER I.\nDown the Hole\n")
    assert second.startswith("CHAPTER II.\nThe Pool\n")


def test_numbered_lines_of_a_list_are_no_chapters(cut: Cut, plain: Document) -> None:
    text = f"Chapter 1\n\n{STORY}\n\n1. eat\n2. drink\n\n{STORY}\n\nChapter 2\n\n{STORY}"
    assert not any(chunk.startswith(("1.", "2.")) for chunk in contents(cut("book", plain(text))))


def test_small_sections_of_one_parent_share_a_chunk(cut: Cut, written: Document) -> None:
    document = written(f"# A\n\n## A1\n\nx\n\n## A2\n\ny\n\n# B\n\n{STORY}\n\n## B1\n\nz")
    assert [chunk[:14] for chunk in contents(cut("book", document))] == [
        "A\nA1\nx\nA2\ny",
        "B\nAlice was be",
        "B\nB1\nz",
    ]


def test_headings_deeper_than_five_stay_in_the_text(cut: Cut, written: Document) -> None:
    headings = "\n\n".join(f"{'#' * level} H{level}\n\n{STORY}" for level in range(1, 7))
    chunks = contents(cut("book", written(f"{headings}\n\n{STORY}")))
    assert "H6" in chunks[-2]
    assert chunks[-1].startswith("H1\nH2\nH3\nH4\nH5\nAlice")


def test_a_text_without_headings_is_merged_at_256_tokens(cut: Cut, plain: Document) -> None:
    paragraph = "She had peeped into the book her sister was reading, but it had no pictures."
    chunks = contents(cut("book", plain("\n\n".join([paragraph] * 40))))
    assert len(chunks) == 3
    assert all(256 < count_tokens(chunk) < 300 for chunk in chunks[:-1])


def test_tables_are_chunks_of_their_own(cut: Cut, written: Document) -> None:
    document = written("# A\n\nBefore.\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\nAfter.")
    text, table = cut("book", document).chunks
    assert (text.content, table.kind) == ("A\nBefore.\nAfter.", ChunkKind.TABLE)


def test_contents_with_leaders_are_left_out_wherever_they_stand(cut: Cut, plain: Document) -> None:
    lines = "\n".join(f"{name} ........ {page}" for page, name in enumerate("ABCDE", start=1))
    chunked = cut("book", plain(f"A book\n\n{lines}\n\nA\n\nText of A."))
    assert contents(chunked) == ["A book\n\n\nA\n\nText of A.".replace("\n\n\n", "\n")]


def test_what_the_parser_knows_as_contents_is_left_out(cut: Cut, builder: DocumentBuilder) -> None:
    builder.block(BlockKind.TITLE, "What is inside", level=1)
    builder.block(BlockKind.CONTENTS, "Pumps 3\nValves 9")
    builder.block(BlockKind.TITLE, "Pumps", level=1)
    builder.block(BlockKind.TEXT, "They pump.")
    chunked = cut("book", builder.build())
    assert contents(chunked) == ["What is inside\nPumps\nThey pump."]
    assert len(chunked.drops) == 1


def test_a_list_named_contents_that_leads_nowhere_is_kept(cut: Cut, plain: Document) -> None:
    text = "Contents\n\nOne bottle of glue\n\nTwo screws\n\nKeep out of reach."
    assert cut("book", plain(text)).drops == ()
