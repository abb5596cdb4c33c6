"""Thumbnails of files that are no PDF."""

import io
import zipfile

import pytest
from PIL import Image

from ragflow.ingest.parse.base import SourceFile
from ragflow.ingest.parse.thumbnails import thumbnail_of


def picture(form="PNG", size=(1000, 500), **options):
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, form, **options)
    return buffer.getvalue()


def archive(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "/").replace("_", "."), data)
    return buffer.getvalue()


def opened(data):
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_a_picture_is_shown_small(form):
    small = opened(thumbnail_of(SourceFile(f"a.{form.lower()}", picture(form))))
    assert (small.format, small.size) == ("PNG", (256, 128))
    assert small.convert("RGB").getpixel((10, 10))[0] > 240


def test_a_picture_that_lies_on_its_side_is_turned():
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was turned by a quarter
    small = opened(thumbnail_of(SourceFile("a.jpg", picture("JPEG", exif=turned))))
    assert small.size == (128, 256)


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("a.docx", {"docProps__thumbnail_jpeg": picture("JPEG")}),
        ("a.odt", {"Thumbnails__thumbnail_png": picture()}),
        ("a.epub", {"OEBPS__images__front-cover_png": picture()}),
    ],
)
def test_the_preview_inside_a_file_is_its_thumbnail(name, members):
    assert opened(thumbnail_of(SourceFile(name, archive(**members)))).size == (256, 128)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"bees"),
        ("a.png", b"\x89PNG\r\n\x1a\n broken"),
        ("a.png", picture()[:300]),
        ("a.docx", b"PK broken"),
        ("a.docx", archive(docProps__thumbnail_jpeg=b"broken")),
        ("a.docx", archive(word__media__image_png=picture())),
    ],
)
def test_without_a_picture_of_itself_a_file_has_none(name, data):
    assert thumbnail_of(SourceFile(name, data)) is None
