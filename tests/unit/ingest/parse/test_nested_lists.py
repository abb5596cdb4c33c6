"""Nested lists: every format indents their items by depth, and tells it as the level."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

MARKDOWN = "- alpha\n  - alpha one\n    - deep\n- beta\n"
NESTED = [("alpha", 1), ("  alpha one", 2), ("    deep", 3), ("beta", 1)]
HTML = "<ul><li>alpha<ul><li>alpha one<ul><li>deep</ul></ul><li>beta</ul>"
RST = "- alpha\n\n  - alpha one\n\n    - deep\n\n- beta\n"
NOTEBOOK = json.dumps(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [{"cell_type": "markdown", "metadata": {}, "source": MARKDOWN}],
    }
)
RTF = r"{\rtf1\ansi " + "".join(
    rf"\pard\plain{{\listtext\'b7\tab}}\ilvl{level - 1}\ls1 {text.strip()}\par"
    for text, level in NESTED
)
RTF_STYLES = (
    r"{\rtf1\ansi{\stylesheet{\s1 List Bullet;}{\s2 List Bullet 2;}{\s3 List Bullet 3;}}"
    + "".join(
        rf"\pard\plain\s{level}{{\listtext\'b7\tab}}{text.strip()}\par" for text, level in NESTED
    )
)


def items(document) -> list[tuple[str, int]]:
    return [(document.text[b.span.start : b.span.end], b.level) for b in document.blocks]


def docx(by_style: bool) -> bytes:
    """Return a document whose list levels are told by styles' names or by their numbering."""
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for text, level in NESTED:
        style = f"List Bullet {level}" if by_style and level > 1 else "List Bullet"
        paragraph = document.add_paragraph(text.strip(), style=style)
        if not by_style:
            numbering = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            numbering.get_or_add_ilvl().val = level - 1
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def slides() -> bytes:
    pptx = pytest.importorskip("pptx")
    deck = pptx.Presentation()
    frame = deck.slides.add_slide(deck.slide_layouts[1]).placeholders[1].text_frame
    for place, (text, level) in enumerate(NESTED):
        paragraph = frame.add_paragraph() if place else frame.paragraphs[0]
        paragraph.text, paragraph.level = text.strip(), level - 1
    data = io.BytesIO()
    deck.save(data)
    return data.getvalue()


def odt() -> bytes:
    """Return a text whose lists stand in each other."""
    deep = "<text:list><text:list-item><text:p>deep</text:p></text:list-item></text:list>"
    below = (
        f"<text:list><text:list-item><text:p>alpha one</text:p>{deep}</text:list-item></text:list>"
    )
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{office}:office:1.0"'
        f' xmlns:text="{office}:text:1.0"><office:body><office:text><text:list>'
        f"<text:list-item><text:p>alpha</text:p>{below}</text:list-item>"
        "<text:list-item><text:p>beta</text:p></text:list-item>"
        "</text:list></office:text></office:body></office:document-content>"
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", MARKDOWN),
        ("a.html", HTML),
        ("a.rst", RST),
        ("a.ipynb", NOTEBOOK),
        ("a.rtf", RTF + "}"),
        ("styled.rtf", RTF_STYLES + "}"),
        ("a.docx", docx(by_style=False)),
        ("styled.docx", docx(by_style=True)),
        ("a.pptx", slides()),
        ("a.odt", odt()),
    ],
)
def test_items_are_indented_by_their_depth(read, name: str, text: str | bytes) -> None:
    assert items(read(name, text)) == NESTED


def test_items_of_several_lines_are_indented_as_a_whole(read) -> None:
    page = "<ul><li>a<ul><li>b<br>c</ul></ul>"
    assert items(read("a.html", page)) == [("a", 1), ("  b\n  c", 2)]


def test_what_is_nested_very_deep_is_not_indented_further(read) -> None:
    found = items(read("a.html", "<ul><li>a" * 40))
    assert [level for _, level in found[:8]] == [1, 2, 3, 4, 5, 6, 6, 6]
    assert found[-1] == (" " * 10 + "a", 6)


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ('type="a"', ["a.", "b."]),
        ('type="A" start="26"', ["Z.", "AA."]),
        ('type="i" start="3"', ["iii.", "iv."]),
        ('type="I"', ["I.", "II."]),
        ("reversed", ["2.", "1."]),
        ('reversed start="9"', ["9.", "8."]),
        ('type="a" start="0"', ["0.", "a."]),
        ('type="a" start="702"', ["zz.", "aaa."]),
        ('style="color: red; list-style-type: upper-roman"', ["I.", "II."]),
    ],
)
def test_lists_of_html_are_numbered_as_browsers_number_them(
    read, attributes: str, shown: list[str]
) -> None:
    document = read("a.html", f"<ol {attributes}><li>x<li>y</ol>")
    assert [text.split()[0] for text, _ in items(document)] == shown


def test_items_of_html_may_have_numbers_and_styles_of_their_own(read) -> None:
    page = '<ol type="a"><li>x<li value="7">y<li>z<li type="I">w</ol>'
    assert [text for text, _ in items(read("a.html", page))] == ["a. x", "g. y", "h. z", "IX. w"]
    bare = '<ol style="list-style: none"><li>x</ol>'
    assert items(read("a.html", bare)) == [("x", 1)]
