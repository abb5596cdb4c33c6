"""RTF: what the sample of the golden files does not show."""

from __future__ import annotations

import pytest

from ragflow.domain.errors import CorruptFile
from ragflow.testing.sample_files import picture

HEAD = r"{\rtf1\ansi\ansicpg1252 "


def rtf(body: str) -> str:
    return HEAD + body + "}"


def texts(document) -> list[str]:
    return [document.text[b.span.start : b.span.end] for b in document.blocks]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"a\~b\_c\-d\emdash\lquote e\rquote\par", "a b-cd—‘e’"),
        (r"\uc2\u8364 EUx\uc0\u8364 y", "€x€y"),
        (r"\u-10179?\u-8704?", "😀"),
        (r"{\fonttbl{\f1\fcharset134 S;}}\f1\'b5\'da\'d2\'bb\plain\'e9", "第一é"),
        (r"{\fonttbl{\f1\fcharset134 S;}}{\f1 \'b5}{\f1\'da}", "\ufffd\ufffd"),
        ("a\\\nb", "a|b"),
        (r"x{\*\generator Word;}{\colortbl;\red0;}y", "xy"),
        (r"{\field{\*\fldinst PAGE}{\fldrslt 3}}/9", "3/9"),
        (r"\{x\}\\", r"{x}\ ".strip()),
        (r"{\mmath{\*\moMath{\mr a}{\mf{\mnum{\mr b}}}}}", "ab"),
        (r"a{\b b}}}}{ c", "ab c"),
    ],
)
def test_characters_are_read(read, body: str, expected: str) -> None:
    assert "|".join(texts(read("a.rtf", rtf(body)))) == expected


def test_the_code_page_of_the_document_counts_where_fonts_say_nothing(read) -> None:
    assert read("a.rtf", r"{\rtf1\ansi\ansicpg1251 \'cf\'f0}").text == "Пр"
    assert read("a.rtf", r"{\rtf1\mac \'8a}").text == "ä"
    assert read("a.rtf", r"{\rtf1\ansi\ansicpg99999 caf\'e9}").text == "café"


def test_what_is_deleted_or_hidden_is_dropped_by_name(read) -> None:
    document = read("a.rtf", rtf(r"kept{\deleted gone}{\v secret}\par"))
    hidden = [document.text[d.span.start : d.span.end] for d in document.drops]
    assert (texts(document), hidden) == (["kept"], ["gonesecret"])


def test_titles_code_and_contents_are_known_by_their_styles(read, parts) -> None:
    styles = r"{\stylesheet{\s1 heading 2;}{\s2 HTML Preformatted;}{\s3 toc 1;}{\*\cs4 heading 1;}}"
    body = r"\pard\s1 A\par\pard\s2 b\par c\par\pard\s3 A 1\par\pard\outlinelevel0 D\par\pard e\par"
    document = read("a.rtf", rtf(styles + body))
    assert parts(document) == [
        ("title", "A"),
        ("code", "b\nc"),
        ("title", "D"),
        ("text", "e"),
    ]
    assert [block.level for block in document.blocks] == [2, 0, 1, 0]
    assert [str(drop.kind) for drop in document.drops] == ["contents"]


def test_a_table_inside_a_cell_becomes_its_lines(read) -> None:
    inner = (
        r"\pard\intbl\itap2 x\nestcell y\nestcell{\*\nesttableprops\trowd\cellx1\cellx2\nestrow}"
    )
    body = rf"\trowd\cellx1000\cellx2000\pard\intbl a\cell{inner}\pard\intbl b\cell\row\pard end"
    document = read("a.rtf", rtf(body))
    assert [cell.text for cell in document.blocks[0].table.rows[0]] == ["a", "x y\nb"]
    assert texts(document)[-1] == "end"


def test_a_row_keeps_its_cells_where_a_table_inside_has_others(read) -> None:
    inner = r"\pard\intbl\itap2 x\nestcell{\*\nesttableprops\trowd\cellx1\cellx2\nestrow}"
    body = (
        r"\trowd\clvmgf\cellx1000\cellx2000\pard\intbl a\cell b\cell\row"
        rf"\trowd\clvmrg\cellx1000\cellx2000\pard\intbl\cell{inner}\pard\intbl c\cell\row\pard end"
    )
    first, second = read("a.rtf", rtf(body)).blocks[0].table.rows
    assert [(cell.text, cell.row_span) for cell in first] == [("a", 2), ("b", 1)]
    assert [cell.text for cell in second] == ["x\nc"]


def test_comments_have_their_authors_and_bullets_no_text(read, parts) -> None:
    body = (
        r"{\pntext\'b7\tab}item{\*\atnid B}{\*\atnauthor Bob}{\*\annotation\pard Sure?}\par"
        r"{\listtext o\tab}next{\*\annotation\pard Hm}\par"
    )
    assert parts(read("a.rtf", rtf(body))) == [
        ("list_item", "item"),
        ("footnote", "Comment by Bob: Sure?"),
        ("list_item", "next"),
        ("footnote", "Comment by unknown: Hm"),
    ]


@pytest.mark.parametrize("form", ["hexadecimal", "binary"])
def test_pictures_are_figures(read, form: str) -> None:
    data = picture()
    if form == "binary":
        content = rb"\bin" + str(len(data)).encode() + b" " + data
    else:
        content = b" " + data.hex().encode()
    raw = (
        rb"{\rtf1 a{\*\shppict{\pict\pngblip" + content + rb"}}{\nonshppict{\pict\wmetafile8 00}}}"
    )
    document = read("a.rtf", raw)
    assert [block.image for block in document.blocks] == [None, data]


def test_deep_groups_are_read(read) -> None:
    assert read("a.rtf", rtf("{" * 5000 + "deep" + "}" * 5000 + " end")).text == "deep end"


def test_what_is_no_rtf_is_refused(read) -> None:
    with pytest.raises(CorruptFile, match="does not begin as RTF"):
        read("a.rtf", "plain text")
