from __future__ import annotations

from typing import Any

import pytest

from ragflow.domain.chunks import ChunkDraft, ChunkKind
from ragflow.domain.documents import BlockKind, Box, ParsedDocument
from ragflow.ingest.chunk.naive import NaiveChunker, NaiveOptions
from ragflow.ingest.coverage import account
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder, ParseLimits
from ragflow.text.tokens import count_tokens


@pytest.fixture
def builder() -> DocumentBuilder:
    return DocumentBuilder("any", ParseLimits())


def cut(document: ParsedDocument, **config: Any) -> tuple[ChunkDraft, ...]:
    chunked = NaiveChunker().chunk(document, NaiveOptions.model_validate(config))
    account(document, chunked)
    return chunked.chunks


def contents(document: ParsedDocument, **config: Any) -> list[str]:
    return [chunk.content for chunk in cut(document, **config)]


def header(*names: str) -> list[CellDraft]:
    return [CellDraft(name, header=True) for name in names]


def row(*texts: str) -> list[CellDraft]:
    return [CellDraft(text) for text in texts]


def test_a_small_text_is_one_chunk(builder: DocumentBuilder) -> None:
    builder.block(BlockKind.TEXT, "one\ntwo\n\nthree")
    assert contents(builder.build()) == ["one\ntwo\n\nthree"]


def test_pieces_are_added_until_the_size_is_exceeded(builder: DocumentBuilder) -> None:
    lines = [f"line number {n} has words" for n in range(6)]  # six tokens each
    builder.block(BlockKind.TEXT, "\n".join(lines))
    assert contents(builder.build(), chunk_token_num=7) == [
        "\n".join(lines[start : start + 2]) for start in (0, 2, 4)
    ]


def test_size_one_gives_a_chunk_for_each_piece_of_more_than_a_token(
    builder: DocumentBuilder,
) -> None:
    builder.block(BlockKind.TEXT, "first line\nsecond line\nthird line")
    assert contents(builder.build(), chunk_token_num=1) == [
        "first line",
        "second line",
        "third line",
    ]


def test_delimiters_of_a_plain_text_are_removed(builder: DocumentBuilder) -> None:
    builder.block(BlockKind.TEXT, "alpha beta##gamma delta;epsilon")
    assert contents(builder.build(), delimiter="`##`;") == ["alpha beta\ngamma delta\nepsilon"]


def test_a_paragraph_that_fits_keeps_its_delimiters(builder: DocumentBuilder) -> None:
    builder.block(BlockKind.TEXT, "今天。明天。")
    builder.block(BlockKind.TEXT, "后天。")
    assert contents(builder.build(), delimiter="。") == ["今天。明天。\n后天。"]


def test_a_huge_piece_is_cut_at_sentences(builder: DocumentBuilder) -> None:
    builder.block(BlockKind.TEXT, "The quick brown fox jumps over the lazy dog. " * 200)
    chunks = contents(builder.build(), chunk_token_num=100)
    assert len(chunks) > 3
    assert all(chunk.endswith("dog.") for chunk in chunks)
    assert all(count_tokens(chunk) <= 2 * 256 for chunk in chunks)


def test_a_heading_goes_with_the_text_below_it(builder: DocumentBuilder) -> None:
    builder.block(BlockKind.TEXT, "Some words of the first part.")
    builder.block(BlockKind.TITLE, "Second part", level=1)
    builder.block(BlockKind.TEXT, "Words of the second part.")
    assert contents(builder.build(), chunk_token_num=7) == [
        "Some words of the first part.",
        "Second part\nWords of the second part.",
    ]


def test_indentation_of_code_is_kept(builder: DocumentBuilder) -> None:
    builder.block(BlockKind.CODE, "def f():\n    return 1\n")
    assert contents(builder.build()) == ["def f():\n    return 1"]


def test_text_goes_on_across_a_table(builder: DocumentBuilder) -> None:
    builder.block(BlockKind.TEXT, "before")
    builder.table([header("A"), row("1")])
    builder.block(BlockKind.TEXT, "after")
    chunks = cut(builder.build())
    assert [chunk.kind for chunk in chunks] == [ChunkKind.TEXT, ChunkKind.TABLE]
    assert chunks[0].content == "before\nafter"


def test_a_table_is_html_with_caption_header_and_merged_cells(builder: DocumentBuilder) -> None:
    builder.table(
        [
            [CellDraft("Name", header=True), CellDraft("Sizes", column_span=2, header=True)],
            [CellDraft("<x> & y", row_span=2), CellDraft("1"), CellDraft("2")],
            [CellDraft("3"), CellDraft("4")],
        ],
        caption="All sizes",
    )
    assert contents(builder.build()) == [
        "<table><caption>All sizes</caption>\n"
        '<tr><th>Name</th><th colspan="2">Sizes</th></tr>\n'
        '<tr><td rowspan="2">&lt;x&gt; &amp; y</td><td>1</td><td>2</td></tr>\n'
        "<tr><td>3</td><td>4</td></tr></table>"
    ]


def test_table_rows_keep_their_header_when_split(builder: DocumentBuilder) -> None:
    rows = [row(f"thing {n}", f"{n} kilograms of it") for n in range(60)]
    builder.table([header("Thing", "Weight"), *rows])
    chunks = contents(builder.build(), chunk_token_num=200)
    assert len(chunks) > 3
    assert all("<tr><th>Thing</th><th>Weight</th></tr>" in chunk for chunk in chunks)
    assert sum(chunk.count("kilograms") for chunk in chunks) == 60


def test_a_merged_cell_stands_on_both_sides_of_a_cut(builder: DocumentBuilder) -> None:
    rows = [row(f"{n} kilograms of the finest sort that there is") for n in range(39)]
    builder.table([[CellDraft("Total", row_span=40), CellDraft("first")], *rows])
    chunks = contents(builder.build(), chunk_token_num=200)
    assert len(chunks) > 1
    assert all("Total</td>" in chunk for chunk in chunks)


def test_a_huge_cell_is_cut(builder: DocumentBuilder) -> None:
    builder.table([header("Text"), row("A sentence of some words. " * 400)])
    chunks = contents(builder.build(), chunk_token_num=128)
    assert len(chunks) > 5
    assert all("<th>Text</th>" in chunk for chunk in chunks)


def test_a_caption_above_a_table_becomes_its_caption(builder: DocumentBuilder) -> None:
    builder.block(BlockKind.CAPTION, "Table 1: costs")
    builder.table([header("A"), row("1")])
    assert contents(builder.build()) == [
        "<table><caption>Table 1: costs</caption>\n<tr><th>A</th></tr>\n<tr><td>1</td></tr></table>"
    ]


def test_rows_of_a_sheet_are_lines_of_names_and_values(builder: DocumentBuilder) -> None:
    builder.table(
        [header("Name", "Age", "Note"), row("Ada", "36", ""), row("Bob", "41", "x")], sheet="P"
    )
    assert contents(builder.build()) == ["Name：Ada; Age：36\nName：Bob; Age：41; Note：x"]


def test_names_of_empty_columns_are_not_lost(builder: DocumentBuilder) -> None:
    builder.table([header("Name", "Empty"), row("Ada", "")], sheet="P")
    assert contents(builder.build()) == ["Name：Ada\nEmpty："]


def test_headers_above_each_other_are_joined(builder: DocumentBuilder) -> None:
    builder.table(
        [
            [CellDraft("Year", row_span=2, header=True), CellDraft("EUR", 1, 2, header=True)],
            header("in", "out"),
            row("2020", "5", "7"),
        ],
        sheet="P",
    )
    assert contents(builder.build()) == ["Year：2020; EUR-in：5; EUR-out：7"]


def test_delimited_text_is_read_as_rows(builder: DocumentBuilder) -> None:
    builder.table([header("Name"), row("Ada")], kind=BlockKind.ROW)
    assert contents(builder.build()) == ["Name：Ada"]


def test_sheets_do_not_share_a_chunk(builder: DocumentBuilder) -> None:
    for name in ("One", "Two"):
        builder.table([header("Name"), row(name)], sheet=name)
    assert contents(builder.build()) == ["Name：One", "Name：Two"]


def test_the_name_of_an_attachment_stands_above_its_rows(builder: DocumentBuilder) -> None:
    builder.block(BlockKind.TEXT, "See the attachment.")
    builder.begin_part()
    builder.block(BlockKind.TITLE, "stock.xlsx", level=1)
    builder.table([header("Part", "Left"), row("Seal", "4")], sheet="Store")
    builder.block(BlockKind.TITLE, "Unused", level=1)
    builder.table([header("Part", "Left"), row("Bolt", "9")], sheet="Shop")

    assert contents(builder.build()) == [
        "See the attachment.",
        "stock.xlsx\nPart：Seal; Left：4",
        "Unused",
        "Part：Bolt; Left：9",
    ]


def test_html4excel_makes_tables_of_twelve_rows_named_by_the_sheet(
    builder: DocumentBuilder,
) -> None:
    builder.table([header("N"), *(row(str(n)) for n in range(30))], sheet="Numbers")
    chunks = contents(builder.build(), html4excel=True)
    assert [chunk.count("<td>") for chunk in chunks] == [12, 12, 6]
    assert all("<caption>Numbers</caption>" in chunk for chunk in chunks)
    assert all("<th>N</th>" in chunk for chunk in chunks)


def test_a_picture_with_a_caption_is_a_chunk_of_its_own(builder: DocumentBuilder) -> None:
    builder.block(BlockKind.FIGURE, "", image=b"jpeg")
    builder.block(BlockKind.CAPTION, "Figure 1: a bridge")
    (chunk,) = cut(builder.build())
    assert (chunk.kind, chunk.content, chunk.image) == (
        ChunkKind.IMAGE,
        "Figure 1: a bridge",
        b"jpeg",
    )


def test_a_picture_without_words_is_no_chunk(builder: DocumentBuilder) -> None:
    builder.block(BlockKind.FIGURE, "", image=b"jpeg")
    assert cut(builder.build()) == ()


def test_lines_of_a_column_make_one_box(builder: DocumentBuilder) -> None:
    builder.page(1, 600, 800)
    lines = [(f"left {n}", Box(1, 50, 280, 100 + 12 * n, 110 + 12 * n)) for n in range(20)]
    lines += [(f"right {n}", Box(1, 320, 550, 100 + 12 * n, 110 + 12 * n)) for n in range(20)]
    builder.block_of_lines(BlockKind.TEXT, list(lines))
    (chunk,) = cut(builder.build())
    assert chunk.boxes == (Box(1, 50, 280, 100, 338), Box(1, 320, 550, 100, 338))


def test_each_box_knows_the_words_in_it(builder: DocumentBuilder) -> None:
    builder.page(1, 600, 800)
    builder.page(2, 600, 800)
    builder.block_of_lines(BlockKind.TEXT, [("On the first page.", Box(1, 50, 280, 700, 710))])
    builder.block_of_lines(BlockKind.TEXT, [("On the second page.", Box(2, 50, 280, 50, 60))])
    (chunk,) = cut(builder.build())
    assert [chunk.content[span.start : span.end] for span in chunk.box_spans] == [
        "On the first page.",
        "On the second page.",
    ]


def test_a_table_over_two_pages_knows_the_rows_on_each(builder: DocumentBuilder) -> None:
    builder.page(1, 600, 800)
    builder.page(2, 600, 800)
    places = [Box(1, 50, 90, 700, 710), Box(1, 50, 90, 715, 725), Box(2, 50, 90, 50, 60)]
    builder.table(
        [[CellDraft(text, box=box)] for text, box in zip(("a", "b", "c"), places, strict=True)]
    )
    (chunk,) = cut(builder.build())
    assert [chunk.content[span.start : span.end] for span in chunk.box_spans] == [
        "<tr><td>a</td></tr>\n<tr><td>b</td></tr>",
        "<tr><td>c</td></tr>",
    ]


def test_a_later_part_of_a_table_is_placed_by_its_own_rows(builder: DocumentBuilder) -> None:
    builder.page(1, 600, 800)
    builder.page(2, 600, 800)
    head = [CellDraft("Head", header=True, box=Box(1, 50, 90, 10, 20))]
    body = [
        [CellDraft(f"{n} kilograms of it", box=Box(1 + n // 20, 50, 90, 20 * n + 20, 20 * n + 30))]
        for n in range(40)
    ]
    builder.table([head, *body])
    chunks = cut(builder.build(), chunk_token_num=128)
    assert {box.page for box in chunks[-1].boxes} == {2}


@pytest.mark.parametrize(
    ("stored", "tokens"),
    [("128", 128), (0, 1), (-5, 1), (None, 512), ("many", 512), (1e300, 100_000), ([], 512)],
)
def test_any_stored_size_is_read(stored: object, tokens: int) -> None:
    assert NaiveOptions.model_validate({"chunk_token_num": stored}).chunk_token_num == tokens


@pytest.mark.parametrize(("stored", "flag"), [("true", True), ("False", False), (1, True)])
def test_any_stored_flag_is_read(stored: object, flag: bool) -> None:
    assert NaiveOptions.model_validate({"html4excel": stored}).html4excel is flag


def test_a_stored_delimiter_that_is_no_text_is_the_default() -> None:
    assert NaiveOptions.model_validate({"delimiter": 5}).delimiter == r"\n"
