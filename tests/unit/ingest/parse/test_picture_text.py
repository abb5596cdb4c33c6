"""The text of pictures that other documents carry."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from ragflow.ingest.parse.base import DocumentBuilder, ParseLimits, ParseOptions
from ragflow.ingest.parse.picture_text import PictureReader


def picture(*rows: str) -> bytes:
    drawn = Image.new("RGB", (760, 60 + 60 * len(rows)), "white")
    for number, row in enumerate(rows):
        place = (30, 30 + 60 * number)
        ImageDraw.Draw(drawn).text(place, row, "black", ImageFont.load_default(32))
    target = io.BytesIO()
    drawn.save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def builder() -> DocumentBuilder:
    return DocumentBuilder("report.docx", ParseLimits())


def test_lines_come_from_top_to_bottom(builder):
    rows = ["Sales per harbour", "North          1204", "South            870"]
    text = PictureReader(ParseOptions(), builder).text(picture(*rows))
    assert [line.split() for line in text.splitlines()] == [row.split() for row in rows]
    (seen,) = builder.build().recognised
    assert seen.number == 1
    assert seen.confidence > 0.9


def test_the_same_picture_is_read_once(builder):
    asked = []
    reader = PictureReader(ParseOptions(more_time=lambda: asked.append(1)), builder)
    logo = picture("Harbour Company")
    assert reader.text(logo) == reader.text(logo) == "Harbour Company"
    assert asked == [1]


def test_pictures_without_text_have_none(builder):
    reader = PictureReader(ParseOptions(), builder)
    small = io.BytesIO()
    Image.new("RGB", (20, 20)).save(small, "PNG")
    assert [reader.text(data) for data in (b"", b"no picture", small.getvalue(), picture())] == [
        ""
    ] * 4
    assert not builder.build().recognised


def test_pictures_beyond_the_limit_are_told_of(builder):
    reader = PictureReader(ParseOptions(limits=ParseLimits(ocr_pages=1)), builder)
    assert reader.text(picture("First"))
    assert reader.text(picture("Second")) == ""
    (warning,) = builder.build().warnings
    assert "limits.ocr_pages" in warning
