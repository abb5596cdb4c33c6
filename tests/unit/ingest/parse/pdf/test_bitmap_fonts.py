"""TeX's bitmap fonts: glyphs without names at the codes of letters, ligatures below them."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pypdfium2
import pytest

from ragflow.ingest.parse.pdf.scans import is_legible

WORDS = "of a narrow station in the northern district, where our members measure rainfall"
GLYPH = b"500 0 0 0 400 600 d1 0 0 400 600 re f"


def bitmap_pdf(*lines: bytes, meanings: Sequence[bytes] = ()) -> bytes:
    """Return a page of lines in a Type 3 font that names its glyphs /a0 to /a255.

    `meanings` map codes to code points, as in `<01> <F0B7>`.
    """
    maps = b"%d beginbfchar %s endbfchar" % (len(meanings), b" ".join(meanings))
    shown = b" ".join(
        b"1 0 0 1 72 %d Tm <%s> Tj" % (700 - 14 * row, line.hex().encode())
        for row, line in enumerate(lines)
    )
    content = b"BT /F 10 Tf %s ET" % shown
    names = b" ".join(b"/a%d" % code for code in range(256))
    glyphs = b" ".join(b"/a%d 5 0 R" % code for code in range(256))
    widths = b" ".join([b"500"] * 256)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F 6 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Length %d>>stream\n%s\nendstream" % (len(GLYPH), GLYPH),
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 500 700]/FontMatrix[0.001 0 0 0.001 0 0]"
        b"/FirstChar 0/LastChar 255/Widths[%s]/Encoding<</Type/Encoding/Differences[0 %s]>>"
        b"/CharProcs<<%s>>/ToUnicode 7 0 R>>" % (widths, names, glyphs),
        b"<</Length %d>>stream\n%s\nendstream" % (len(maps), maps),
    ]
    file = io.BytesIO()
    file.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(file.tell())
        file.write(b"%d 0 obj%s\nendobj\n" % (number, body))
    start = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    file.writelines(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF"
    file.write(trailer % (len(objects) + 1, start))
    return file.getvalue()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"The pro\x1cle a\x1bects e\x1eciency", "The profile affects efficiency"),
        (b"ba\x1fing \x1dows of sta\x1b", "baffling flows of staff"),
        (b"The o\x0ece a\x0bects \rows and pro\x0cles", "The office affects flows and profiles"),
    ],
)
def test_ligatures_of_both_encodings_of_tex_are_read(pdf, line, text):
    document = pdf.parse(bitmap_pdf(line, b"and a second line of the same text"))
    assert document.text.startswith(text)


def test_plain_text_spells_ligatures_too(pdf):
    document = pdf.parse(bitmap_pdf(b"The pro\x1cle"), layout="Plain Text")
    assert document.text == "The profile"


def test_a_control_code_apart_from_letters_is_no_ligature(pdf):
    assert "fi" not in pdf.parse(bitmap_pdf(b"12 \x1c 15 and 3\x1c4")).text


def test_letters_without_names_are_legible_where_they_make_words():
    with pypdfium2.PdfDocument(bitmap_pdf(WORDS.encode())) as document:
        text_page = document[0].get_textpage()
        shifted = "".join(chr(ord(c) + 3) if c.isalpha() else c for c in WORDS)
        assert is_legible(text_page, WORDS, thorough=True)
        assert not is_legible(text_page, shifted, thorough=True)
        assert is_legible(text_page, shifted, thorough=False)
        text_page.close()


@pytest.mark.parametrize("layout", ["", "Plain Text"])
def test_symbols_of_private_use_before_lines_are_bullets(pdf, layout):
    meanings = (b"<01> <F0B7>", b"<02> <F0A7>", b"<03> <F0B3>")
    lines = (b"\x01 Apples", b"\x01 Pears", b"\x02 Plums", b"of size \x03 2 or more")

    text = pdf.parse(bitmap_pdf(*lines, meanings=meanings), layout=layout).text

    assert [mark for mark in text if not mark.isascii()] == ["•", "•", "•", "\uf0b3"]
    assert "• Pears" in text
