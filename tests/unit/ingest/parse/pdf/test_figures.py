"""Pictures and drawings become figures, with the text in them, and decoration does not."""

import io

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader

from ragflow.ingest.parse.pdf import reader
from ragflow.ingest.parse.pdf.drawings import Drawings
from ragflow.ingest.parse.pdf.figures import find_figures
from ragflow.ingest.parse.pdf.regions import LayoutRegion
from ragflow.ingest.parse.pdf.sheet import PageFrame, Rect, Sheet
from ragflow.vision.layout import RegionKind

BODY = ["A paragraph above the picture says what it shows and why it matters to the reader."]
SHEET = Sheet(PageFrame(1, 0, 0, 595, 842, 0))
PICTURE = Rect(100, 300, 200, 400)


def photo():
    return ImageReader(Image.linear_gradient("L").convert("RGB"))


def figures(document):
    return [block for block in document.blocks if block.kind == "figure"]


def draw_photo(pdf, canvas, *, caption=True):
    pdf.write(canvas, BODY, top=100)
    canvas.drawImage(photo(), 150, pdf.height - 400, width=250, height=250)
    if caption:
        pdf.write(canvas, ["Figure 1. A round shape."], x=150, top=415, size=9)
    pdf.write(canvas, BODY, top=460)


def test_a_picture_is_a_figure_with_its_place_and_its_crop(pdf):
    document = pdf.parse(pdf.make(lambda canvas: draw_photo(pdf, canvas)))

    (figure,) = figures(document)
    box = figure.box
    assert (round(box.x0), round(box.x1), round(box.top), round(box.bottom)) == (150, 400, 150, 400)
    with Image.open(io.BytesIO(figure.image)) as crop:
        assert crop.size == (500, 500)
        grey = crop.convert("L")
        assert grey.getpixel((250, 5)) < 30 < 220 < grey.getpixel((250, 495))


def test_a_figure_stands_between_its_neighbours_with_its_caption_right_after_it(pdf):
    document = pdf.parse(pdf.make(lambda canvas: draw_photo(pdf, canvas)))

    assert [block.kind for block in document.blocks] == ["text", "figure", "caption", "text"]


def test_labels_in_a_picture_are_kept_in_the_figure(pdf):
    def draw(canvas):
        draw_photo(pdf, canvas)
        canvas.setFillColorRGB(1, 1, 1)
        pdf.write(canvas, ["Rim"], x=180, top=200, size=9)
        pdf.write(canvas, ["Hub"], x=270, top=280, size=9)

    document = pdf.parse(pdf.make(draw))

    (figure,) = figures(document)
    assert document.text[figure.span.start : figure.span.end] == "Rim\nHub"


def test_a_logo_on_every_page_is_no_figure(pdf):
    def page(canvas):
        canvas.drawImage(photo(), 450, pdf.height - 150, width=90, height=90)
        pdf.write(canvas, BODY * 2, top=300)

    assert figures(pdf.parse(pdf.make(*[page] * 3))) == []


def test_a_picture_is_not_drawn_once_its_place_tells_that_it_is_a_logo(pdf, monkeypatch):
    drawn = []
    monkeypatch.setattr(reader, "figure_image", lambda page, figure: drawn.append(figure.box.page))

    def page(canvas):
        canvas.drawImage(photo(), 450, pdf.height - 150, width=90, height=90)
        pdf.write(canvas, BODY * 2, top=300)

    pdf.parse(pdf.make(*[page] * 5))

    assert drawn == [1, 2]


def test_the_ground_of_a_page_or_of_text_is_no_figure(pdf):
    def page(canvas):
        canvas.drawImage(photo(), 0, 0, width=pdf.width, height=pdf.height)
        canvas.drawImage(photo(), 60, pdf.height - 330, width=450, height=250)
        pdf.write(canvas, BODY * 12, top=100, size=9)

    document = pdf.parse(pdf.make(page))

    assert figures(document) == []
    assert len(pdf.texts(document)) > 0


def test_a_drawing_with_curves_is_a_figure_and_a_frame_is_none(pdf):
    def draw(canvas):
        for step in range(5):
            canvas.circle(200 + 12 * step, pdf.height - 300, 40)
        canvas.rect(100, pdf.height - 600, 300, 100)
        pdf.write(canvas, ["In a frame."], x=110, top=540)

    (figure,) = figures(pdf.parse(pdf.make(draw)))
    assert abs(figure.box.top - 260) < 2


@pytest.mark.parametrize(("score", "count"), [(0.9, 1), (0.3, 0)])
def test_the_layout_model_names_figures_that_no_picture_shows(score, count):
    region = LayoutRegion(RegionKind.FIGURE, PICTURE, score)

    assert len(find_figures(Drawings(), [region], [], [], SHEET)) == count


def test_a_picture_that_the_layout_model_takes_for_text_is_no_figure():
    drawings = Drawings(pictures=(PICTURE,))
    region = LayoutRegion(RegionKind.TEXT, PICTURE, 0.9)

    assert find_figures(drawings, [region], [], [], SHEET) == []
    assert len(find_figures(drawings, [], [], [], SHEET)) == 1


def draw_chart(canvas, pdf):
    canvas.line(120, pdf.height - 300, 120, pdf.height - 180)
    canvas.line(120, pdf.height - 300, 320, pdf.height - 300)
    path = canvas.beginPath()
    path.moveTo(120, pdf.height - 290)
    for step in range(1, 9):
        path.lineTo(120 + 24 * step, pdf.height - 200 - 40 * (step % 2) - 3 * step)
    canvas.drawPath(path)
    pdf.write(canvas, ["2015 2016 2017"], x=130, top=312, size=7)


def test_one_line_with_many_corners_is_a_chart(pdf):
    def draw(canvas):
        pdf.write(canvas, BODY, top=100)
        draw_chart(canvas, pdf)
        pdf.write(canvas, ["Figure 1. Levels of three years."], x=120, top=330, size=9)
        pdf.write(canvas, BODY, top=380)

    document = pdf.parse(pdf.make(draw))

    (figure,) = figures(document)
    assert figure.box.x0 == pytest.approx(120, abs=2)
    assert figure.box.x1 == pytest.approx(312, abs=10)
    assert not [block for block in document.blocks if block.kind == "footnote"]
