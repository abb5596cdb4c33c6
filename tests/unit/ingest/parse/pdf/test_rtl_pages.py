"""Pages of right-to-left text read the same, whether they are drawn from the left or the right."""

import re

import pytest

from ragflow.ingest.parse.base import ParseOptions, SourceFile
from ragflow.ingest.parse.pdf import PdfParser

PAGE = ("מדריך זה מתאר את (הנהר)", "המשאבה P-40 שואבת 12.5% (DN 50) ועוד.")
SHOWN = (  # each letter where it stands, from left to right
    "(רהנה) תא ראתמ הז ךירדמ",
    ".דועו (DN 50) 12.5% תבאוש P-40 הבאשמה",
)
MIRRORED = str.maketrans("()", ")(")
STEP = 6  # points, by which each glyph of this face moves on


def as_pdf(*drawn):
    """Return a page on which lines of (x, y, text) are drawn with a face of equally wide glyphs."""
    letters = sorted({letter for _, _, text in drawn for letter in text})
    codes = {letter: f"{33 + place:02x}" for place, letter in enumerate(letters)}
    named = "\n".join(f"<{code}> <{ord(letter):04x}>" for letter, code in codes.items())
    meaning = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{named}\nendbfchar endcmap end end"
    )
    content = "\n".join(
        f"BT /F1 10 Tf {x} {y} Td <{''.join(codes[letter] for letter in text)}> Tj ET"
        for x, y, text in drawn
    )
    widths = " ".join(["600"] * 94)
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /FirstChar 33 /LastChar 126"
        f" /Widths [{widths}] /ToUnicode 6 0 R >>",
        f"<< /Length {len(meaning)} >>\nstream\n{meaning}\nendstream",
    )
    body = "".join(f"{number} 0 obj\n{each}\nendobj\n" for number, each in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer << /Root 1 0 R >>\n".encode()


def from_the_left(line):
    """Draw a line at once, from left to right, as word processors do."""
    return [(0, line)]


def word_by_word(line):
    """Draw words from the right one to the left one, each at once."""
    places, at = [], 0
    for word in line.split(" "):
        places.append((at, word))
        at += len(word) + 1
    return places[::-1]


def glyph_by_glyph(line):
    """Draw Hebrew letters each for itself in the order of reading, as browsers do at times."""
    found = re.finditer(r"[\u05d0-\u05ea]|[^\s\u05d0-\u05ea]+", line)
    return [(match.start(), match[0]) for match in found][::-1]


@pytest.mark.parametrize("draw", [from_the_left, word_by_word, glyph_by_glyph])
@pytest.mark.parametrize("brackets", ["by shape", "by meaning"])
def test_a_page_reads_the_same_however_it_is_drawn(draw, brackets):
    drawn = []
    for row, line in enumerate(SHOWN):
        named = line if brackets == "by shape" else line.translate(MIRRORED)
        drawn += [(100 + STEP * at, 700 - 14 * row, text) for at, text in draw(named)]

    parsed = PdfParser().parse(
        SourceFile("page.pdf", as_pdf(*drawn)), ParseOptions(), lambda share, line: None
    )

    assert " ".join(parsed.text.split()) == " ".join(PAGE)


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("رحب -2-5", "2-5- بحر"),  # as it looks: the number stands at the right
        ("8-3 ةنيدم رحب", "بحر مدينة 3-8"),  # behind letters a range is read from the right
    ],
)
def test_numbers_of_sections_keep_their_order_and_ranges_do_not(shown, read):
    page = as_pdf((100, 700, shown))

    parsed = PdfParser().parse(
        SourceFile("page.pdf", page), ParseOptions(), lambda share, line: None
    )

    assert " ".join(parsed.text.split()) == read
