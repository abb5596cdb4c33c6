"""Pictures as files."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image, ImageDraw, ImageFont

from ragflow.domain.documents import BlockKind
from ragflow.domain.errors import CorruptFile, LimitExceeded, UnsupportedFile
from ragflow.ingest.parse.base import ParseLimits, ParseOptions, SourceFile
from ragflow.testing.parsers import ParserContract, parsed, with_data

WORDS = "The lighthouse was built in 1894"


def picture(
    text: str = WORDS, mode: str = "RGB", size: tuple[int, int] = (700, 160)
) -> Image.Image:
    drawn = Image.new("L", size, 255)
    ImageDraw.Draw(drawn).text((40, 50), text, 0, ImageFont.load_default(36))
    return drawn.convert(mode)


def saved(image: Image.Image, form: str, **options) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def texts(document):
    return [
        document.text[block.span.start : block.span.end]
        for block in document.blocks
        if block.kind is not BlockKind.FIGURE
    ]


class TestPicturesKeepTheContract(ParserContract):
    @pytest.fixture
    def source(self) -> SourceFile:
        return SourceFile("sign.png", saved(picture(), "PNG"))

    def test_the_content_of_another_format_is_refused_by_name(self, source: SourceFile) -> None:
        with pytest.raises(CorruptFile, match="looks like a PDF"):
            parsed(with_data(source, b"%PDF-1.7\n" + bytes(100)))


@pytest.mark.parametrize(
    ("name", "form", "mode"),
    [
        ("a.jpg", "JPEG", "RGB"),
        ("a.jpeg", "JPEG", "CMYK"),
        ("a.png", "PNG", "LA"),
        ("a.png", "PNG", "I;16"),
        ("a.gif", "GIF", "P"),
        ("a.bmp", "BMP", "1"),
        ("a.tif", "TIFF", "1"),
        ("a.tiff", "TIFF", "RGB"),
        ("a.webp", "WEBP", "RGB"),
        ("a.avif", "AVIF", "RGB"),
        ("A.PNG", "JPEG", "L"),  # misnamed, as many are
    ],
)
def test_the_text_of_a_picture_is_read_whatever_its_format(name, form, mode):
    image = picture(mode="L").convert("I").point(lambda v: v * 200).convert("I;16")
    image = image if mode == "I;16" else picture(mode=mode)
    document = parsed(SourceFile(name, saved(image, form)))
    assert texts(document) == [WORDS]
    (figure,) = [block for block in document.blocks if block.kind is BlockKind.FIGURE]
    assert Image.open(io.BytesIO(figure.image)).format == "JPEG"
    assert document.recognised[0].confidence > 0.9


def test_transparent_pictures_stand_on_white():
    image = picture(mode="RGBA")
    image.putalpha(picture(mode="L").point(lambda value: 255 - value))
    assert texts(parsed(SourceFile("a.png", saved(image, "PNG")))) == [WORDS]


def test_each_page_of_a_tiff_is_a_page():
    pages = [picture(f"Page number {word}", "1") for word in ("one", "two", "three")]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="group4")
    document = parsed(SourceFile("fax.tif", data))
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert re.findall("one|two|three", document.text) == ["one", "two", "three"]
    assert {line.box.page for line in document.lines} == {1, 2, 3}
    with pytest.raises(LimitExceeded) as refusal:
        parsed(SourceFile("fax.tif", data), ParseOptions(limits=ParseLimits(pages=2)))
    assert refusal.value.setting == "limits.pages"


def test_a_photograph_is_turned_as_its_camera_says():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held turned
    data = saved(picture().rotate(90, expand=True), "JPEG", exif=exif)
    document = parsed(SourceFile("photo.jpg", data))
    assert texts(document) == [WORDS]
    assert document.pages[0].width > document.pages[0].height


@pytest.mark.parametrize(
    ("size", "dpi", "points"),
    [
        ((1654, 2339), 200, (595.44, 842.04)),  # A4
        ((1200, 1600), None, (900.0, 1200.0)),  # 96 dpi
        ((1200, 1600), 5, (900.0, 1200.0)),  # nobody scans like this
        ((1200, 1600), 600, (432.0, 576.0)),  # a small print, enlarged to what 200 dpi show
    ],
)
def test_a_page_is_as_large_as_the_picture_is_printed(size, dpi, points):
    options = {"dpi": (dpi, dpi)} if dpi else {}
    document = parsed(SourceFile("a.png", saved(picture(size=size), "PNG", **options)))
    (page,) = document.pages
    assert (page.width, page.height) == pytest.approx(points, abs=0.5)


def test_pictures_with_too_many_pixels_are_refused_before_they_are_unpacked():
    data = saved(Image.new("1", (12_000, 9_000)), "PNG")
    with pytest.raises(LimitExceeded, match="million pixels"):
        parsed(SourceFile("bomb.png", data))


def test_a_video_is_refused_with_advice():
    with pytest.raises(UnsupportedFile, match=r"film\.mp4: file type not supported yet.*MP3"):
        parsed(SourceFile("film.mp4", b"\0\0\0 ftypisom"))
