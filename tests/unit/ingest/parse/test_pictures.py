"""Pictures of places on pages."""

import io

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ragflow.domain.documents import Box
from ragflow.domain.errors import CorruptFile
from ragflow.ingest.parse.pictures import PagePictures


def black_squares(size=(600, 800), pages=2):
    """Make pages with a black square from (100, 100) to (200, 200)."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size)
    for _ in range(pages):
        canvas.rect(100, size[1] - 200, 100, 100, fill=1)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def opened(picture):
    return Image.open(io.BytesIO(picture))


def test_a_crop_shows_the_area_of_its_boxes():
    with PagePictures(black_squares()) as pictures:
        picture = opened(pictures.crop([Box(1, 110, 190, 110, 190)]))

    assert picture.format == "JPEG"
    assert picture.size == (176, 176)  # 80 points and twice the margin of 4, at 2 pixels a point
    assert picture.convert("L").getextrema()[1] < 60


def test_several_boxes_of_a_page_make_one_picture():
    with PagePictures(black_squares()) as pictures:
        picture = opened(pictures.crop([Box(1, 10, 50, 10, 50), Box(1, 200, 300, 300, 400)]))

    assert picture.size == (596, 796)


def test_boxes_on_two_pages_are_stacked():
    with PagePictures(black_squares()) as pictures:
        picture = opened(pictures.crop([Box(1, 110, 190, 110, 190), Box(2, 110, 190, 110, 190)]))

    assert picture.size == (176, 2 * 176 + 8)


def test_no_side_exceeds_the_largest_size():
    with PagePictures(black_squares(size=(5000, 9000))) as pictures:
        picture = opened(pictures.crop([Box(1, 0, 5000, 0, 9000)]))

    assert max(picture.size) <= 1600


@pytest.mark.parametrize("boxes", [[], [Box(9, 0, 10, 0, 10)], [Box(1, 900, 950, 10, 20)]])
def test_nothing_to_show_gives_no_picture(boxes):
    with PagePictures(black_squares()) as pictures:
        assert pictures.crop(boxes) is None


def test_a_thumbnail_is_a_small_png_of_the_first_page():
    with PagePictures(black_squares()) as pictures:
        picture = opened(pictures.thumbnail())

    assert picture.format == "PNG"
    assert max(picture.size) <= 256


def test_a_damaged_file_is_refused_as_by_the_parser():
    with pytest.raises(CorruptFile), PagePictures(b"no pdf"):
        pass
