from __future__ import annotations

from collections.abc import Callable

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.ingest.parse.base import DocumentBuilder

Cut = Callable[..., ChunkedDocument]
Document = Callable[[str], ParsedDocument]


def contents(chunked: ChunkedDocument) -> list[str]:
    return [chunk.content for chunk in chunked.chunks]


def test_chinese_articles_stand_under_their_parts(cut: Cut, plain: Document) -> None:
    text = (
        "第一编 总则\n第一章 原则\n第一条 为了某某，制定本法。\n第二条 下列事项：\n（一）其一；\n"
        "（二）其二。\n第二章 主体\n第一节 一般规定\n第三条 依照\n第二条的规定办理。\n"
        "第二编 附则\n第四条 略。"
    )
    assert contents(cut("laws", plain(text))) == [
        "第一编 总则\n第一章 原则\n第一条 为了某某，制定本法。",
        "第一编 总则\n第一章 原则\n第二条 下列事项：\n（一）其一；\n（二）其二。",
        "第一编 总则\n第二章 主体\n第一节 一般规定\n第三条 依照\n第二条的规定办理。",
        "第二编 附则\n第四条 略。",
    ]


def test_names_below_a_number_belong_to_the_heading(cut: Cut, plain: Document) -> None:
    text = "CHAPTER I\nSCOPE\n\nArticle 1\nAim\n\nIt aims.\n\nArticle 2\nTerms\n\nTerms are."
    assert (
        contents(cut("laws", plain(text)))[1] == "CHAPTER I SCOPE\nArticle 2\nTerms\n\nTerms are."
    )


def test_sections_of_articles_and_articles_of_sections(cut: Cut, plain: Document) -> None:
    american = "Article I\nSection 1. Powers.\nSection 2. House.\nArticle II\nSection 1. Executive."
    assert contents(cut("laws", plain(american))) == [
        "Article I\nSection 1. Powers.",
        "Article I\nSection 2. House.",
        "Article II\nSection 1. Executive.",
    ]
    european = "Section 1\nArticle 1 Aim.\nArticle 2 Terms.\nSection 2\nArticle 3 Fees."
    assert contents(cut("laws", plain(european))) == [
        "Section 1\nArticle 1 Aim.",
        "Section 1\nArticle 2 Terms.",
        "Section 2\nArticle 3 Fees.",
    ]


def test_german_paragraphs_are_articles(cut: Cut, plain: Document) -> None:
    text = "§ 1 Zweck\nDas Gesetz dient dem Zweck.\n§ 2 Begriffe\nBegriffe sind, siehe\n§ 1 und 3."
    assert contents(cut("laws", plain(text))) == [
        "§ 1 Zweck\nDas Gesetz dient dem Zweck.",
        "§ 2 Begriffe\nBegriffe sind, siehe\n§ 1 und 3.",
    ]


def test_numbered_clauses_stand_under_their_heading(cut: Cut, builder: DocumentBuilder) -> None:
    long = "The customer shall pay each invoice within thirty days of its date and without set-off."
    for text in ("1. FEES", f"1.1 {long} {long}", f"1.2 {long} {long}", "2. TERM", f"2.1 {long}"):
        builder.block(BlockKind.TEXT, text)
    assert contents(cut("laws", builder.build())) == [
        f"1. FEES\n1.1 {long} {long}",
        f"1. FEES\n1.2 {long} {long}",
        f"2. TERM\n2.1 {long}",
    ]


def test_a_long_article_is_cut_and_keeps_its_headings(cut: Cut, plain: Document) -> None:
    items = "\n".join(f"({number}) the widget of kind number {number};" for number in range(100))
    text = f"Chapter 1 Scope\nArticle 1 Aim\n{items}\nArticle 2 Terms\nNone."
    chunks = contents(cut("laws", plain(text)))
    assert len(chunks) == 4
    assert all(chunk.startswith("Chapter 1 Scope\nArticle 1 Aim\n") for chunk in chunks[:-1])


def test_the_contents_part_is_left_out(cut: Cut, plain: Document) -> None:
    text = (
        "某某法\n目录\n第一章 总则\n第二章 附则\n第一章 总则\n第一条 甲。\n第二章 附则\n第二条 乙。"
    )
    chunked = cut("laws", plain(text))
    assert contents(chunked) == ["某某法\n第一章 总则\n第一条 甲。", "第二章 附则\n第二条 乙。"]
    assert sum(len(drop.span) for drop in chunked.drops) == len("目录第一章 总则第二章 附则")


def test_a_text_without_numbers_is_merged(cut: Cut, plain: Document) -> None:
    assert contents(cut("laws", plain("One.\nTwo."))) == ["One.\nTwo."]
