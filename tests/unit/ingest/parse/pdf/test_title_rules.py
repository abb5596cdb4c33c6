"""What a line looks like says whether it is a title; each case is decided by another rule."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.pdf.lines import TextLine
from ragflow.ingest.parse.pdf.looks import Style
from ragflow.ingest.parse.pdf.paragraphs import Paragraph
from ragflow.ingest.parse.pdf.sheet import PageFrame, Rect, Sheet
from ragflow.ingest.parse.pdf.title_rules import Candidate, looks_like_title

SHEET = Sheet(PageFrame(1, 0, 0, 595, 842, 0))
SENTENCE = "The second line of the paragraph is as full as the first one and goes on to the end."


def paragraph(
    *texts: str,
    size: float = 10.0,
    top: float = 100.0,
    bullet: bool = False,
    bold: bool = False,
    italic: bool = False,
    **more: Any,
) -> Paragraph:
    style = Style(bold=bold, italic=italic)
    lines = [
        TextLine(
            text,
            Rect(72, 300, top + 12 * n, top + 12 * n + size),
            SHEET,
            size,
            style,
            bullet=bullet,
        )
        for n, text in enumerate(texts)
    ]
    return Paragraph(1, lines, 72, 500, **more)


BELOW = paragraph(SENTENCE, top=130)


def told(title: Paragraph, following: Paragraph | None = BELOW, **more: Any) -> bool:
    return looks_like_title(Candidate(title, following, title.size / 10, **more))


def test_what_is_large_is_a_title():
    assert told(paragraph("The elastic nut", size=12))


@pytest.mark.parametrize(
    "title",
    [
        pytest.param(paragraph(*["Many words"] * 5, size=12), id="more lines than a title has"),
        pytest.param(paragraph("3.2 %", size=12), id="figures and signs"),
        pytest.param(paragraph("Figure 3: the nut", size=12), id="the name of a figure"),
        pytest.param(paragraph("• The elastic nut", size=12), id="a bullet"),
        pytest.param(paragraph("The elastic nut", size=11.5, bullet=True), id="a drawn bullet"),
        pytest.param(paragraph("nuts@example.org", size=12), id="an address"),
        pytest.param(paragraph("by Maria Keller", size=12), id="who wrote it"),
        pytest.param(paragraph(SENTENCE, size=12), id="a lead"),
        pytest.param(paragraph("城市供水系统。", size=12), id="a sentence without spaces"),
        pytest.param(paragraph("a) The elastic nut", size=11.5, marker=True), id="an item"),
    ],
)
def test_what_is_large_is_no_title_where_it_is(title: Paragraph):
    assert not told(title)


def test_what_is_turned_otherwise_than_the_page_is_no_title():
    assert not told(paragraph("The elastic nut", size=12), turned=True)


def test_what_is_bold_and_stands_apart_is_a_title():
    assert told(paragraph("The elastic nut", bold=True))


@pytest.mark.parametrize(
    "title",
    [
        pytest.param(paragraph("The elastic nut", bold=True, size=8), id="small"),
        pytest.param(paragraph("One", "Two", "Three", bold=True), id="of several lines"),
        pytest.param(paragraph("The elastic nut " * 8, bold=True), id="long"),
        pytest.param(paragraph("It is elastic.", bold=True), id="a sentence"),
    ],
)
def test_what_is_bold_is_no_title_where_it_is(title: Paragraph):
    assert not told(title)


def test_what_is_bold_is_no_title_where_it_introduces_a_program_or_all_is_bold():
    title = paragraph("Type this:", bold=True)

    assert told(title)
    assert not told(title, paragraph("make", kind=BlockKind.CODE))
    assert not told(title, bold_tells=False)


def test_a_bold_line_that_goes_on_in_its_own_style_is_a_title_if_it_is_numbered():
    following = paragraph("Its parts", bold=True)

    assert not told(paragraph("The elastic nut", bold=True, above=0.1), following)
    assert told(paragraph("1 The elastic nut", bold=True, above=0.1), following)


def test_a_bold_line_may_head_what_stands_on_the_next_page_but_not_at_the_foot():
    assert told(paragraph("The elastic nut", bold=True), None)
    assert not told(paragraph("The elastic nut", bold=True, top=800), None)
    assert not told(paragraph("THE ELASTIC NUT"), None)


def test_what_the_layout_model_sees_as_a_title_is_one():
    assert told(paragraph("The elastic nut", seen_as_title=True))
    assert not told(paragraph("The elastic nut"))


@pytest.mark.parametrize(
    "title",
    [
        pytest.param(paragraph("The elastic nut", size=10.5), id="a little larger"),
        pytest.param(paragraph("一、总体情况", marker=True), id="a Chinese number"),
        pytest.param(paragraph("The elastic nut", italic=True), id="slanted"),
        pytest.param(paragraph("THE ELASTIC NUT"), id="in capitals"),
    ],
)
def test_a_short_line_is_a_title_where_it_stands_apart_and_differs(title: Paragraph):
    assert told(title)
    assert not told(title, paragraph(title.text, size=title.size, italic=True))


def test_small_capitals_after_a_roman_number_are_a_title_where_they_stand_apart():
    assert told(paragraph("I. INTRODUCTION", size=7, marker=True), paragraph("A. NUTS"))
    assert not told(paragraph("I. INTRODUCTION", size=7, marker=True, above=0.1))


@pytest.mark.parametrize(
    "words", ["The elastic nut,", "The elastic nut, " * 6 + "etc", "1.2 Nuts,"]
)
def test_a_line_that_is_long_or_goes_on_is_no_title(words: str):
    assert not told(paragraph(words, size=10.5))


def test_numbers_of_several_parts_and_chapters_head_and_items_do_not():
    assert told(paragraph("1.2 The elastic nut", above=0.1))
    assert told(paragraph("Chapter 3 Nuts", above=0.1))
    assert not told(paragraph("1 The elastic nut"))
    assert not told(paragraph("A) ELASTIC NUTS", marker=True))


def test_slanted_lines_head_nothing_where_much_is_slanted():
    assert not told(paragraph("The elastic nut", italic=True), italic_tells=False)


def test_a_short_word_in_capitals_may_be_an_abbreviation():
    assert not told(paragraph("NATO"))
