"""Tables that show in pictures: lines of a scan, and cells that the structure model sees."""

import io

import pypdfium2
import pytest

from ragflow.ingest.parse.pdf.characters import page_frame, read_words
from ragflow.ingest.parse.pdf.objects import objects_of
from ragflow.ingest.parse.pdf.regions import LayoutRegion
from ragflow.ingest.parse.pdf.rulings import read_rulings
from ragflow.ingest.parse.pdf.seen_tables import with_seen_tables
from ragflow.ingest.parse.pdf.sheet import Rect
from ragflow.ingest.parse.pdf.tables import find_tables
from ragflow.vision.layout import RegionKind
from ragflow.vision.table_structure import SeenCell, SeenTable

XS = [72.0, 180.0, 290.0, 400.0]
TOPS = [200.0, 220.0, 240.0, 260.0]
ROWS = [["City", "People", "Area"], ["Berlin", "3,700,000", "891"], ["Paris", "2,100,000", "105"]]
PAIRS = [["Seal", "keeps the water out"], ["Pump", "lifts it to the roof"], ["Valve", "holds it"]]


def fill(pdf, canvas):
    for index, row in enumerate(ROWS):
        for x, text in zip(XS, row, strict=False):
            pdf.write(canvas, [text], x=x + 4, top=214 + 20 * index)


def test_the_lines_of_a_scan_make_a_grid(pdf):
    from reportlab.lib.utils import ImageReader

    def ruled(canvas):
        pdf.grid(canvas, XS, TOPS)
        fill(pdf, canvas)

    page = pypdfium2.PdfDocument(pdf.make(ruled))[0]
    scan = io.BytesIO()
    page.render(scale=2).to_pil().save(scan, "PNG")

    def draw(canvas):
        canvas.drawImage(ImageReader(scan), 0, 0, pdf.width, pdf.height)
        for index, row in enumerate(ROWS):
            for x, text in zip(XS, row, strict=False):
                hidden = canvas.beginText(x + 4, pdf.height - 214 - 20 * index)
                hidden.setFont("Helvetica", 10)
                hidden.setTextRenderMode(3)
                hidden.textLine(text)
                canvas.drawText(hidden)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == ROWS


class Model:
    """See three rows of two cells in every picture, the left ones a third as wide as it."""

    def __init__(self) -> None:
        self.shapes = []

    def read(self, picture):
        self.shapes.append(picture.shape)
        sides = ((0.0, 1 / 3), (1 / 3, 1.0))
        cells = [
            SeenCell(row, column, 1, 1, False, *sides[column], row / 3, (row + 1) / 3)
            for row in range(3)
            for column in range(2)
        ]
        return SeenTable(tuple(cells), 0.99)


@pytest.fixture
def page(pdf):
    def draw(canvas):
        for index, row in enumerate(PAIRS):
            for x, text in zip((80, 200), row, strict=True):
                pdf.write(canvas, [text], x=x, top=214 + 30 * index)

    return pypdfium2.PdfDocument(pdf.make(draw))[0]


def seen(page, region, model):
    written = read_words(page, page_frame(page, 1))[0]
    found = find_tables(written.words, read_rulings(objects_of(page), written.sheet), written.sheet)
    assert found.tables == []
    return with_seen_tables(page, written.sheet, written.words, found, [region], model)


def test_a_region_that_the_layout_model_calls_a_table_is_read_by_the_structure_model(page):
    model = Model()
    region = LayoutRegion(RegionKind.TABLE, Rect(72, 372, 200, 290), 0.9)
    found = seen(page, region, model)

    assert [[cell.text for cell in row] for row in found.tables[0].rows] == PAIRS
    assert found.words == []
    assert len(model.shapes) == 1


@pytest.mark.parametrize(
    ("kind", "score"), [(RegionKind.TABLE, 0.4), (RegionKind.TEXT, 0.9), (RegionKind.FIGURE, 0.9)]
)
def test_other_regions_and_unsure_ones_stay_text(page, kind, score):
    found = seen(page, LayoutRegion(kind, Rect(72, 372, 200, 290), score), Model())

    assert found.tables == []
    assert len(found.words) == 14
