"""Whatever stands where on the pages of a PDF, each character is in one block or one drop."""

import io
from collections import Counter
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from ragflow.ingest.parse.base import ParseLimits, ParseOptions, SourceFile
from ragflow.ingest.parse.pdf import PdfParser

RUNS = st.tuples(
    st.text("abcdeXYZ0123456789.-()", min_size=1, max_size=12),
    st.integers(-50, 650),
    st.integers(-50, 850),
    st.sampled_from([6, 10, 24]),
    st.sampled_from([0, 0, 0, 90, 180, 45]),
)
LINES = st.tuples(st.integers(0, 600), st.integers(0, 800), st.integers(0, 600), st.booleans())
PAGES = st.lists(st.tuples(st.lists(RUNS, max_size=40), st.lists(LINES, max_size=10)), max_size=4)


def make(pages):
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(600, 800))
    for runs, lines in [*pages, ([("end", 300, 400, 10, 0)], [])]:
        for text, x, y, size, angle in runs:
            canvas.saveState()
            canvas.setFont("Helvetica", size)
            canvas.translate(x, y)
            canvas.rotate(angle)
            canvas.drawString(0, 0, text)
            canvas.restoreState()
        for x, y, end, flat in lines:
            canvas.line(x, y, end if flat else x, y if flat else end)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def visible(text):
    return Counter(character for character in text if not character.isspace())


@settings(max_examples=60, deadline=None)
@example(pages=[([], []), ([], [(0, 691, 0, True), (255, 0, 269, False), (316, 87, 74, False)])])
@given(PAGES)
def test_every_character_is_in_exactly_one_block_or_drop(pages):
    import pypdfium2

    data = make(pages)
    layer = ParseOptions(limits=ParseLimits(ocr_pages=0))  # drawn lines may look like letters
    document = PdfParser().parse(SourceFile("a.pdf", data), layer, lambda *_: None)

    expected = Counter()
    source = pypdfium2.PdfDocument(data)
    for page in source:
        expected += visible(page.get_textpage().get_text_range().replace("\ufffe", "-"))
    source.close()
    parts = [*document.blocks, *document.drops]
    covered = Counter()
    for part in parts:
        covered += visible(document.text[part.span.start : part.span.end])
    assert covered == visible(document.text) == expected
    spans = sorted(part.span for part in parts)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(line.box.x0 <= line.box.x1 for line in document.lines)
    assert all(line.box.top <= line.box.bottom for line in document.lines)
