from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import docx as python_docx
import pytest

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import BlockKind, Box, DropKind, ParsedDocument
from ragflow.ingest.chunk.base import ChunkContext
from ragflow.ingest.chunk.qa import QaChunker, QaOptions
from ragflow.ingest.coverage import account
from ragflow.ingest.parse.base import DocumentBuilder, ParseLimits
from ragflow.testing.sample_files import picture


def contents(chunked: ChunkedDocument) -> list[str]:
    return [chunk.content for chunk in chunked.chunks]


def dropped(chunked: ChunkedDocument) -> set[DropKind]:
    return {drop.kind for drop in chunked.drops}


def cut(document: ParsedDocument, name: str = "faq.pdf") -> ChunkedDocument:
    chunked = QaChunker().chunk(document, QaOptions(), ChunkContext(name))
    account(document, chunked)
    return chunked


def pages(*texts: str, kind: BlockKind = BlockKind.TEXT) -> ParsedDocument:
    builder = DocumentBuilder("faq.pdf", ParseLimits())
    builder.page(1, 600, 800)
    for number, text in enumerate(texts):
        builder.block(kind, text, box=Box(1, 50, 550, 20 * number, 20 * number + 15))
    return builder.build()


def test_a_pair_is_written_with_a_tab_and_found_by_its_question(cut_file: Any) -> None:
    (chunk,) = cut_file("qa", "faq.csv", "Why is it red?,It is rust.").chunks
    assert chunk.content == "Question: Why is it red?\tAnswer: It is rust."
    assert chunk.search_text == "Why is it red?"


def test_a_chinese_dataset_writes_its_own_words(cut_file: Any) -> None:
    chunked = cut_file("qa", "faq.csv", "为什么是红色？,因为生锈。", "Chinese")
    assert contents(chunked) == ["问题：为什么是红色？\t回答：因为生锈。"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Q: Why?", "A: So."),
        ("Question: Why?", "answer：So."),
        ("问：Why?", "答：So."),
        ("Q1: Why?", "回答: So."),
    ],
)
def test_marks_of_question_and_answer_are_stripped(
    cut_file: Any, question: str, answer: str
) -> None:
    chunked = cut_file("qa", "faq.txt", f"{question}\t{answer}")
    assert contents(chunked) == ["Question: Why?\tAnswer: So."]
    assert dropped(chunked) >= {DropKind.DELIMITER}


def test_a_csv_with_any_tab_is_divided_by_tabs(cut_file: Any) -> None:
    text = "one, two?\tyes, both\nand, more, text\nthree?\tno"
    assert contents(cut_file("qa", "faq.csv", text)) == [
        "Question: one, two?\tAnswer: yes, both\nand, more, text",
        "Question: three?\tAnswer: no",
    ]


def test_a_text_is_divided_by_the_more_frequent_of_tab_and_comma(cut_file: Any) -> None:
    assert contents(cut_file("qa", "faq.txt", "a?,b\nc?,d\ne?\tf")) == [
        "Question: a?\tAnswer: b",
        "Question: c?\tAnswer: d\ne?\tf",
    ]


def test_other_lines_go_on_with_the_answer_before_them(cut_file: Any) -> None:
    text = 'q?,"first\n\n""quoted"" line"\nlone line\n,and one more\nr?,s,,'
    assert contents(cut_file("qa", "faq.csv", text)) == [
        'Question: q?\tAnswer: first\n\n"quoted" line\nlone line\n,and one more',
        "Question: r?\tAnswer: s",
    ]


def test_lines_before_the_first_pair_fail_with_their_numbers(cut_file: Any) -> None:
    chunked = cut_file("qa", "faq.csv", "title\n\nsubtitle\nq?,a")
    assert chunked.warnings == ("Read 1 question-answer pairs; 2 failed, lines 1, 3.",)
    assert DropKind.MALFORMED in dropped(chunked)


def test_only_the_first_failed_lines_are_listed(cut_file: Any) -> None:
    chunked = cut_file("qa", "faq.csv", "\n".join(["lone"] * 40))
    (warning,) = chunked.warnings
    assert warning == (
        "Read 0 question-answer pairs; 40 failed, lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10…."
    )


def test_a_text_without_columns_asks_by_its_marks(cut_file: Any) -> None:
    chunked = cut_file("qa", "faq.txt", "Help\nQ: Why?\nA: So.\nTruly so.\nQ: Who?\nA: Me.\n")
    assert contents(chunked) == [
        "Question: Why?\tAnswer: So.\nTruly so.",
        "Question: Who?\tAnswer: Me.",
    ]
    assert len(chunked.warnings) == 1


def test_a_quote_that_never_closes_is_a_character(cut_file: Any) -> None:
    assert contents(cut_file("qa", "faq.csv", 'q?,5" pipe\nr?,"open')) == [
        'Question: q?\tAnswer: 5" pipe',
        'Question: r?\tAnswer: "open',
    ]


def test_sheets_have_no_header_and_pairs_are_their_first_filled_cells(
    cut_file: Any, workbook: Callable[..., bytes]
) -> None:
    data = workbook(
        First=[("Question", "Answer"), (None, "q1", "a1", "note"), ("lone",)],
        Second=[("q2", None, "a2")],
    )
    chunked = cut_file("qa", "faq.xlsx", data)
    assert contents(chunked) == [
        "Question: Question\tAnswer: Answer",
        "Question: q1\tAnswer: a1",
        "Question: q2\tAnswer: a2",
    ]
    assert chunked.warnings == ("Read 3 question-answer pairs; 1 failed, sheet First, rows 3.",)
    assert dropped(chunked) == {DropKind.OUTSIDE, DropKind.MALFORMED}


def test_headings_of_markdown_are_the_path_to_an_answer_in_html(cut_file: Any) -> None:
    text = "# Pump\nIt *moves* water & oil.\n## Care\n- oil it\n\n# Valve\n|a|b|\n|-|-|\n|1|2|\n"
    chunked = cut_file("qa", "faq.md", text)
    assert contents(chunked) == [
        "Question: Pump\tAnswer: <p>It <em>moves</em> water &amp; oil.</p>",
        "Question: Pump\nCare\tAnswer: <ul>\n<li>oil it</li>\n</ul>",
        "Question: Valve\tAnswer: <table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>",
    ]
    assert [chunk.search_text for chunk in chunked.chunks] == ["Pump", "Pump\nCare", "Valve"]


def test_markup_in_markdown_is_shown_and_not_passed_on(cut_file: Any) -> None:
    chunked = cut_file("qa", "faq.md", "# Pump\n<script>alert(1)</script>\n")
    assert "<script>" not in chunked.chunks[0].content
    assert "&lt;script&gt;" in chunked.chunks[0].content


def test_a_link_is_resolved_by_a_reference_in_another_section(cut_file: Any) -> None:
    chunked = cut_file("qa", "faq.md", "# One\nsee [it][x]\n# Two\nmore\n\n[x]: http://e.org/p\n")
    assert '<a href="http://e.org/p">it</a>' in chunked.chunks[0].content


def test_text_without_a_heading_and_headings_without_text_are_told(cut_file: Any) -> None:
    chunked = cut_file("qa", "faq.md", "preface\n# Lone\n# Pump\nmoves water\n")
    assert contents(chunked) == ["Question: Pump\tAnswer: <p>moves water</p>"]
    assert chunked.warnings == (
        "Read 1 question-answer pairs; 2 texts belong to none and were left out, the first is "
        "'preface'.",
    )


def test_headings_of_a_word_document_keep_tables_and_pictures(cut_file: Any) -> None:
    document = python_docx.Document()
    document.add_heading("Pump", 1)
    document.add_heading("Sizes", 2)
    document.add_paragraph("They differ.")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "small", "5 < 6"
    document.add_picture(io.BytesIO(picture("PNG")))
    target = io.BytesIO()
    document.save(target)
    (chunk,) = cut_file("qa", "faq.docx", target.getvalue()).chunks
    assert chunk.content == (
        "Question: Pump\nSizes\tAnswer: They differ.\n"
        "<table><tr><td>small</td><td>5 &lt; 6</td></tr></table>"
    )
    assert chunk.image


def test_a_pdf_asks_by_marks() -> None:
    chunked = cut(pages("FAQ", "Q: Why? It", "matters.", "A: So. Q2: Who? A: Me.", "Truly."))
    assert contents(chunked) == [
        "Question: Why? It\nmatters.\tAnswer: So.",
        "Question: Who?\tAnswer: Me.\nTruly.",
    ]
    assert len(chunked.warnings) == 1


def test_a_pdf_asks_by_the_numbers_of_its_longest_count() -> None:
    chunked = cut(
        pages(
            "1. How to start?", "Do this:", "1) open", "2) press", "2. And stop? Press.", "3. End?"
        )
    )
    assert contents(chunked) == [
        "Question: 1. How to start?\tAnswer: Do this:\n1) open\n2) press",
        "Question: 2. And stop?\tAnswer: Press.",
    ]


def test_a_numbered_list_asks_nothing() -> None:
    builder = DocumentBuilder("faq.pdf", ParseLimits())
    builder.block(BlockKind.TITLE, "Steps", level=1)
    for number in range(1, 6):
        builder.block(BlockKind.LIST_ITEM, f"{number}. Do it.")
    assert len(cut(builder.build()).chunks) == 1


def test_a_pdf_counts_in_chinese() -> None:
    assert contents(cut(pages("一、为什么？", "因为。", "二、谁？", "我。"))) == [
        "Question: 一、为什么？\tAnswer: 因为。",
        "Question: 二、谁？\tAnswer: 我。",
    ]


def test_a_pdf_asks_by_question_marks_and_then_by_headings() -> None:
    assert contents(cut(pages("Is it on?", "Yes.", "Is it off?", "No."))) == [
        "Question: Is it on?\tAnswer: Yes.",
        "Question: Is it off?\tAnswer: No.",
    ]
    builder = DocumentBuilder("faq.pdf", ParseLimits())
    builder.block(BlockKind.TITLE, "Pumps", level=1)
    builder.block(BlockKind.TEXT, "They move water.")
    assert contents(cut(builder.build())) == ["Question: Pumps\tAnswer: They move water."]


def test_a_lone_mark_does_not_take_the_headings_of_a_pdf_from_their_answers() -> None:
    builder = DocumentBuilder("faq.pdf", ParseLimits())
    for title, text in (
        ("Speed", "Fast."),
        ("Stops", "Many of them."),
        ("Q: Lunch", "A: At noon."),
    ):
        builder.block(BlockKind.TITLE, title, level=2)
        builder.block(BlockKind.TEXT, text)

    assert contents(cut(builder.build())) == [
        "Question: Speed\tAnswer: Fast.",
        "Question: Stops\tAnswer: Many of them.",
        "Question: Lunch\tAnswer: At noon.",
    ]


def test_marked_questions_below_one_title_are_asked_in_a_word_document_too() -> None:
    builder = DocumentBuilder("faq.docx", ParseLimits())
    builder.block(BlockKind.TITLE, "FAQ", level=1)
    for text in ("Q: How fast?", "A: Very.", "Q: How far?", "A: To Lyon."):
        builder.block(BlockKind.TEXT, text)

    assert contents(cut(builder.build(), "faq.docx")) == [
        "Question: How fast?\tAnswer: Very.",
        "Question: How far?\tAnswer: To Lyon.",
    ]


def test_boxes_of_a_pair_are_those_of_its_lines() -> None:
    (chunk,) = cut(pages("Q: Why?", "A: So.")).chunks
    assert chunk.boxes == (Box(1, 50, 550, 0, 35),)


def test_a_text_without_questions_is_dropped_with_a_warning() -> None:
    chunked = cut(pages("Just text.", "And more."))
    assert chunked.chunks == ()
    assert dropped(chunked) == {DropKind.MALFORMED}
    assert chunked.warnings
