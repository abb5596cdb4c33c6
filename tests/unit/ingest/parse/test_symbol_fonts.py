"""Characters of symbol fonts, in each format that names fonts."""

from __future__ import annotations

import pytest

from ragflow.ingest.parse.symbol_fonts import coded, meant
from ragflow.testing.open_files import odt
from ragflow.testing.sample_files import docx, members_of, zipped

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(run: str) -> bytes:
    body = f"<w:p><w:r><w:t>dose </w:t></w:r><w:r>{run}</w:r><w:r><w:t> 5</w:t></w:r></w:p>"
    document = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return zipped(members_of(docx()) | {"word/document.xml": document.encode()})


def open_document(character: str) -> bytes:
    styles = (
        '<style:font-face style:name="S1" svg:font-family="\'Symbol\'"/><style:style '
        'style:name="T" style:family="text"><style:text-properties style:font-name="S1"/>'
        "</style:style>"
    )
    return odt(
        f'<text:p>dose <text:span text:style-name="T">{character}</text:span> 5</text:p>', styles
    )


def rich(run: str) -> bytes:
    fonts = r"{\fonttbl{\f0 Arial;}{\f1\froman\fcharset2 Symbol{\*\falt Other};}}"
    return (rf"{{\rtf1\ansi {fonts}\pard dose {run} 5\par}}").encode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", word('<w:sym w:font="Symbol" w:char="F0B3"/>')),
        ("a.docx", word('<w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr><w:t>&#xF0B3;</w:t>')),
        ("a.odt", open_document("&#xF0B3;")),
        ("a.rtf", rich(r"{\f1 \'b3}")),
        ("a.rtf", rich(r"{\f1 \u-3917\'3f}")),
    ],
)
def test_characters_of_the_symbol_font_are_what_they_show(
    read, parts, name: str, data: bytes
) -> None:
    assert [text for _, text in parts(read(name, data))] == ["dose ≥ 5"]


@pytest.mark.parametrize(
    ("font", "code", "shown"),
    [
        ("Symbol", 0x6D, "μ"),
        ("symbol ", 0xB1, "±"),
        ("Symbol", 0xFE, "⎭"),
        ("Wingdings", 0xFC, "✓"),
        ("Wingdings", 0x21, ""),
        ("Arial", 0x6D, "\uf06d"),
    ],
)
def test_a_code_means_what_its_font_shows(font: str, code: int, shown: str) -> None:
    assert meant(coded(bytes([code])), font) == shown


def test_other_characters_stay() -> None:
    assert meant("a\tβ", "Symbol") == "a\tβ"
