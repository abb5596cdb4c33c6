"""Pages that are pictures: scans made of born-digital pages, whose words and places are known."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader

from ragflow.domain.documents import DropKind
from ragflow.ingest.parse.base import ParseLimits
from ragflow.testing.parsers import check_coverage
from ragflow.testing.scans import scanned

TITLE = "Harbour ferries"
PROSE = [
    "In June the harbour ferries carried twelve thousand people,",
    "more than in any summer month before. The council therefore",
    "ordered a second boat, which is to arrive early next spring.",
]
OTHER = ["Tickets are sold at the quay and on board of each boat, where", "dogs travel for free."]


@pytest.fixture
def born(pdf):
    def draw(canvas):
        pdf.write(canvas, [TITLE], top=90, size=20, font="Helvetica-Bold")
        pdf.write(canvas, PROSE, top=130, size=12)
        pdf.write(canvas, OTHER, top=200, size=12)

    return pdf.make(draw)


def words(document):
    return document.text.split()


def boxes_of(document, text):
    start = document.text.index(text)
    return [line.box for line in document.lines if line.span.start <= start < line.span.end]


def test_a_scan_is_read_like_the_page_that_it_shows(pdf, born):
    document = pdf.parse(scanned(born))
    check_coverage(document)
    assert pdf.texts(document, "title") == [TITLE]
    assert pdf.texts(document, "text") == [" ".join(PROSE), " ".join(OTHER)]
    assert document.recognised[0].number == 1
    assert document.recognised[0].confidence > 0.95
    assert not document.warnings


def test_boxes_lie_where_the_lines_stand(pdf, born):
    digital, document = pdf.parse(born), pdf.parse(scanned(born))
    for line in (TITLE, PROSE[0], OTHER[1]):
        (expected,), (found,) = boxes_of(digital, line), boxes_of(document, line)
        for side in ("x0", "x1", "top", "bottom"):
            assert getattr(found, side) == pytest.approx(getattr(expected, side), abs=5)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_page_that_lies_turned_is_read(pdf, born, turn):
    document = pdf.parse(scanned(born, turn=turn))
    assert pdf.texts(document, "text") == [" ".join(PROSE), " ".join(OTHER)]
    (page,) = document.pages
    assert (page.width > page.height) == (turn % 2 == 1)
    (title,) = boxes_of(document, TITLE)
    assert (title.x1 - title.x0 > title.bottom - title.top) == (turn == 2)
    assert (title.x0 < page.width / 2, title.top < page.height / 2) == {
        1: (True, False),
        2: (False, False),
        3: (False, True),
    }[turn]


@pytest.mark.parametrize("skew", [2.5, -4.0])
def test_a_page_that_lies_askew_is_read_line_by_line(pdf, born, skew):
    document = pdf.parse(scanned(born, skew=skew))
    assert pdf.texts(document, "text") == [" ".join(PROSE), " ".join(OTHER)]
    straight = boxes_of(pdf.parse(scanned(born)), PROSE[0])[0]
    (box,) = boxes_of(document, PROSE[0])
    assert box.bottom - box.top > straight.bottom - straight.top + 5
    assert box.x0 == pytest.approx(straight.x0, abs=30)


def with_picture(pdf, *, layer=(), shown="Seen in the picture alone", size=48):
    """Make a page of text with a picture of text below it, and words of a layer on the picture."""
    picture = Image.new("RGB", (1400, 300), "white")
    font = ImageFont.load_default(size)
    ImageDraw.Draw(picture).text((40, 60), shown, "black", font)

    def draw(canvas):
        pdf.write(canvas, PROSE, top=130, size=12)
        canvas.drawImage(ImageReader(picture), 72, pdf.height - 420, width=420, height=90)
        canvas.setFillColorRGB(1, 1, 1)
        pdf.write(canvas, list(layer), x=90, top=370, size=14)

    return pdf.make(draw)


def test_a_picture_of_text_joins_the_text_of_its_page(pdf):
    document = pdf.parse(with_picture(pdf))
    check_coverage(document)
    assert pdf.texts(document) == [" ".join(PROSE), "Seen in the picture alone"]
    (box,) = boxes_of(document, "Seen")
    assert 72 <= box.x0 < box.x1 <= 492
    assert 330 <= box.top < box.bottom <= 420


def test_what_the_text_layer_has_in_a_picture_is_not_doubled(pdf):
    document = pdf.parse(with_picture(pdf, layer=["Seen in the picture alone, says the layer"]))
    assert document.text.count("Seen") == 1
    assert "says the layer" in document.text
    assert not document.recognised


def test_a_large_word_in_a_picture_is_no_title_of_its_page(pdf):
    document = pdf.parse(with_picture(pdf, shown="Lighthouse", size=160))
    assert "Lighthouse" in document.text
    assert pdf.texts(document, "title") == []


def test_an_icon_beside_text_is_set_aside(pdf):
    document = pdf.parse(with_picture(pdf, shown="OK", size=110))
    check_coverage(document)
    assert [text for text in pdf.texts(document) if text] == [" ".join(PROSE)]
    assert {drop.kind for drop in document.drops} == {DropKind.UNSURE}


def layered(pdf, born, lines, font="Helvetica"):
    """Make a scan with an invisible text layer."""
    picture = scan_picture(born)

    def draw(canvas):
        canvas.drawImage(ImageReader(picture), 0, 0, width=pdf.width, height=pdf.height)
        text = canvas.beginText(72, pdf.height - 130)
        text.setFont(font, 12)
        text.setTextRenderMode(3)
        for line in lines:
            text.textLine(line)
        canvas.drawText(text)

    return pdf.make(draw)


def scan_picture(born):
    from ragflow.testing.scans import page_pictures

    return page_pictures(born)[0]


def test_a_good_layer_under_a_scan_is_kept(pdf, born):
    document = pdf.parse(layered(pdf, born, [*PROSE, *OTHER]))
    assert document.text.count("harbour ferries") == 1
    assert not document.recognised


def test_an_unreadable_layer_is_set_aside_and_the_page_recognised(pdf, born):
    garbage = ["(cid:12)(cid:7)(cid:33) (cid:4)(cid:9)"] * 3
    document = pdf.parse(layered(pdf, born, garbage))
    check_coverage(document)
    assert set(words(document)) >= set(" ".join(PROSE).split())
    assert any("unreadable" in warning for warning in document.warnings)
    (drop, *_) = [drop for drop in document.drops if drop.kind is DropKind.UNREADABLE]
    assert "(cid:12)" in document.text[drop.span.start : drop.span.end]


def test_pages_beyond_the_limit_are_named_in_a_warning(pdf, born):
    from ragflow.testing.scans import page_pictures, pdf_of_pictures

    data = pdf_of_pictures([*page_pictures(born), *page_pictures(born)])
    document = pdf.parse(data, limits=ParseLimits(ocr_pages=1))
    assert [page.number for page in document.recognised] == [1]
    assert any("from page 2 on" in warning for warning in document.warnings)
    assert any("limits.ocr_pages" in warning for warning in document.warnings)


def test_each_recognised_page_asks_for_its_time(pdf, born):
    asked = []
    pdf.parse(scanned(born), more_time=lambda: asked.append(1))
    pdf.parse(born, more_time=lambda: asked.append(2))
    assert asked == [1]


def test_an_empty_page_is_not_recognised(pdf):
    blank = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(blank, "PNG")
    document = pdf.parse(
        pdf.make(lambda canvas: canvas.drawImage(ImageReader(blank), 0, 0, width=595, height=842))
    )
    assert document.text == ""
    assert document.warnings == ("Page 1 has no text.",)
    assert not document.recognised


def test_plain_text_keeps_to_the_layer_and_says_so(pdf, born):
    document = pdf.parse(scanned(born), layout="Plain Text")
    assert document.text == ""
    assert "DeepDOC" in document.warnings[0]


TABLE = [["Harbour", "Boats", "Seats"], ["North", "12", "1,440"], ["South", "7", "865"]]


@pytest.mark.parametrize("skew", [0.0, 2.0])
@pytest.mark.parametrize("turn", [0, 3])
def test_a_scanned_table_keeps_its_rows_and_columns(pdf, turn, skew):
    def draw(canvas):
        pdf.write(canvas, PROSE, top=100, size=12)
        pdf.grid(canvas, [72, 200, 320, 440], [180, 205, 230, 255])
        for row, cells in enumerate(TABLE):
            for column, cell in enumerate(cells):
                pdf.write(canvas, [cell], x=82 + 124 * column, top=197 + 25 * row, size=12)

    document = pdf.parse(scanned(pdf.make(draw), turn=turn, skew=skew))
    (table,) = [block.table for block in document.blocks if block.table]
    assert [[cell.text for cell in row] for row in table.rows] == TABLE
    assert pdf.texts(document, "text") == [" ".join(PROSE)]
