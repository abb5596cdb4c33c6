"""Boxes lie where a reader sees the text, however the page is turned or cut."""

import pytest

TEXT = ["Upright words"]


def turn_upright(pdf, canvas, rotation):
    """Draw against the page's rotation, so that it is displayed upright."""
    canvas.setPageRotation(rotation)
    if rotation == 90:
        canvas.translate(pdf.height, 0)
    elif rotation == 180:
        canvas.translate(pdf.width, pdf.height)
    elif rotation == 270:
        canvas.translate(0, pdf.width)
    canvas.rotate(rotation)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_page_gives_the_boxes_that_it_displays(pdf, rotation):
    def draw(canvas):
        turn_upright(pdf, canvas, rotation)
        pdf.write(canvas, TEXT)

    upright = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, TEXT)))
    turned = pdf.parse(pdf.make(draw))

    assert turned.pages == upright.pages
    assert turned.lines[0].box.x0 == pytest.approx(upright.lines[0].box.x0, abs=0.1)
    assert turned.lines[0].box.bottom == pytest.approx(upright.lines[0].box.bottom, abs=0.1)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_table_on_a_turned_page_is_read_as_displayed(pdf, rotation):
    def draw(canvas):
        turn_upright(pdf, canvas, rotation)
        pdf.grid(canvas, [72.0, 180.0, 290.0], [200.0, 220.0, 240.0])
        for x, y, text in [(76, 214, "a"), (184, 214, "b"), (76, 234, "1"), (184, 234, "2")]:
            pdf.write(canvas, [text], x=x, top=y)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == [["a", "b"], ["1", "2"]]


def test_a_cropped_page_counts_from_the_corner_that_is_seen(pdf):
    def draw(canvas):
        canvas.setCropBox((50, 0, pdf.width, pdf.height - 60))
        pdf.write(canvas, TEXT, x=72, top=100)

    document = pdf.parse(pdf.make(draw))

    assert (document.pages[0].width, document.pages[0].height) == (545, 782)
    assert document.lines[0].box.x0 == pytest.approx(22, abs=1)
    assert document.lines[0].box.top < 40 < document.lines[0].box.bottom


def test_text_turned_on_its_side_is_read_along_its_direction(pdf):
    def draw(canvas):
        pdf.write(canvas, ["An upright line of text."], x=72, top=100)
        canvas.translate(40, 300)
        canvas.rotate(90)
        canvas.drawString(0, 0, "sideways words")

    document = pdf.parse(pdf.make(draw))

    assert "sideways words" in pdf.texts(document)
    box = document.lines[-1].box
    assert box.bottom - box.top > 40 > box.x1 - box.x0
