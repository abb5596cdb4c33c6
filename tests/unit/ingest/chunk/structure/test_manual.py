from __future__ import annotations

from collections.abc import Callable

from ragflow.domain.chunks import ChunkedDocument, ChunkKind
from ragflow.domain.documents import BlockKind, Box, DropKind, ParsedDocument
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder

Cut = Callable[..., ChunkedDocument]
Document = Callable[[str], ParsedDocument]

SENTENCE = "Open the valve slowly until the gauge shows two bar, then wait for the pump to start."
LONG = f"{SENTENCE} {SENTENCE}"


def contents(chunked: ChunkedDocument) -> list[str]:
    return [chunk.content for chunk in chunked.chunks]


def test_without_pages_each_heading_has_a_chunk_with_the_path_above_it(
    cut: Cut, written: Document
) -> None:
    document = written("# Pump\n\nAll about it.\n\n## Start\n\nOpen.\n\n## Stop\n\nClose.")
    assert contents(cut("manual", document, name="pump.docx")) == [
        "Pump\nAll about it.",
        "Pump\nStart\nOpen.",
        "Pump\nStop\nClose.",
    ]


def test_a_heading_without_text_goes_with_the_first_section_below_it(
    cut: Cut, written: Document
) -> None:
    document = written("# Pump\n\n## Start\n\nOpen.\n\n## Stop\n\nClose.")
    assert contents(cut("manual", document))[0] == "Pump\nStart\nOpen."


def with_pages(builder: DocumentBuilder, headings: list[tuple[int, str]]) -> ParsedDocument:
    builder.page(1, 600, 800)
    for number, (level, heading) in enumerate(headings):
        top = 40.0 * number
        builder.block(BlockKind.TITLE, heading, level=level, box=Box(1, 50, 200, top, top + 10))
        text = f"{heading}: {LONG}"
        builder.block(BlockKind.TEXT, text, box=Box(1, 50, 500, top + 12, top + 36))
    return builder.build()


def test_pages_are_cut_at_the_level_that_most_headings_have(
    cut: Cut, builder: DocumentBuilder
) -> None:
    headings = [(1, "A"), (2, "A1"), (2, "A2"), (2, "A3"), (3, "A31"), (1, "B"), (2, "B1")]
    chunks = contents(cut("manual", with_pages(builder, headings)))
    assert [chunk.partition(":")[0].split("\n") for chunk in chunks] == [
        ["A", "A"],
        ["A", "A1", "A1"],
        ["A", "A2", "A2"],
        ["A", "A3", "A3"],
        ["B", "B"],
        ["B", "B1", "B1"],
    ]
    assert "A31" in chunks[3]


def test_a_section_of_few_words_goes_with_the_next(cut: Cut, builder: DocumentBuilder) -> None:
    builder.page(1, 600, 800)
    for heading, text in (("Note", "Read."), ("Start", LONG), ("Stop", LONG)):
        builder.block(BlockKind.TITLE, heading, level=1)
        builder.block(BlockKind.TEXT, text)
    assert [chunk.count("\n") for chunk in contents(cut("manual", builder.build()))] == [3, 1]


def test_a_large_section_is_cut_and_each_part_begins_with_its_headings(
    cut: Cut, written: Document
) -> None:
    text = "\n\n".join(f"{number}: {SENTENCE}" for number in range(60))
    chunks = contents(cut("manual", written(f"# Pump\n\n## Start\n\n{text}")))
    assert len(chunks) == 2
    assert chunks[1].startswith("Pump\nStart\n")
    assert chunks[1].endswith(f"59: {SENTENCE}")


def test_a_heading_does_not_stand_under_a_number_that_denies_it(
    cut: Cut, written: Document
) -> None:
    document = written("# Chapter 1\n\na\n\n## 1.2 B\n\nb\n\n### 2.1.3 C\n\nc\n\n### D\n\nd")
    assert contents(cut("manual", document))[2:] == ["2.1.3 C\nc", "D\nd"]


def test_a_table_stands_in_its_section_and_is_a_chunk_as_well(cut: Cut, written: Document) -> None:
    document = written("# Sizes\n\nBefore.\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\nAfter.")
    text, table = cut("manual", document).chunks
    assert table.kind is ChunkKind.TABLE
    assert text.content == f"Sizes\nBefore.\n{table.content}\nAfter."


def test_a_part_is_placed_by_its_own_words(cut: Cut, builder: DocumentBuilder) -> None:
    headings = [(1, "A"), (2, "A1"), (2, "A2")]
    chunk = cut("manual", with_pages(builder, headings)).chunks[2]
    assert chunk.content.startswith("A\nA2\n")
    assert chunk.boxes == (Box(1, 50, 500, 80, 116),)
    assert [chunk.content[span.start :][:2] for span in chunk.box_spans] == ["A2"]


def test_a_table_in_its_section_has_one_box(cut: Cut, builder: DocumentBuilder) -> None:
    builder.page(1, 600, 800)
    builder.block(BlockKind.TITLE, "Sizes", level=1, box=Box(1, 50, 90, 10, 20))
    builder.table(
        [
            [CellDraft(f"cell {x}", box=Box(1, x, x + 30, y, y + 10)) for x in (50, 300)]
            for y in (40, 60)
        ]
    )
    builder.block(BlockKind.TEXT, "After.", box=Box(1, 50, 90, 90, 100))
    chunk = cut("manual", builder.build()).chunks[0]
    assert chunk.boxes == (Box(1, 50, 90, 10, 20), Box(1, 50, 330, 40, 70), Box(1, 50, 90, 90, 100))
    assert [chunk.content[s.start : s.end][:4] for s in chunk.box_spans] == ["Size", "<tr>", "Afte"]


def test_the_table_of_contents_is_left_out(cut: Cut, written: Document) -> None:
    document = written("Contents\n\nStart 3\n\nStop 9\n\n# Start\n\nOpen.\n\n# Stop\n\nClose.")
    chunked = cut("manual", document)
    assert contents(chunked) == ["Start\nOpen.", "Stop\nClose."]
    assert {drop.kind for drop in chunked.drops} == {DropKind.CONTENTS}
