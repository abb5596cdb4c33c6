"""The text of pictures that other documents carry."""

from __future__ import annotations

import io
from email.message import EmailMessage

import pytest
from PIL import Image, ImageDraw, ImageFont

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.base import DocumentBuilder, ParseLimits, ParseOptions, SourceFile
from ragflow.ingest.parse.load import parse
from ragflow.ingest.parse.picture_text import PictureReader
from ragflow.testing.open_files import epub, odp, ods, odt
from ragflow.testing.sample_files import members_of, zipped


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


def word_document(image: bytes) -> bytes:
    import docx

    document = docx.Document()
    document.add_paragraph("Harbours in June")
    document.add_picture(io.BytesIO(image))
    return saved(document)


def slides(image: bytes) -> bytes:
    import pptx

    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    slide.shapes.add_picture(io.BytesIO(image), 0, 0)
    return saved(presentation)


def saved(document) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


FRAME = '<draw:frame><draw:image xlink:href="Pictures/dot.png"/></draw:frame>'


def open_text(image: bytes) -> bytes:
    return odt(f"<text:p>{FRAME}</text:p>", **{"Pictures/dot_png": image})


def open_sheet(image: bytes) -> bytes:
    shapes = f'<table:table table:name="A"><table:shapes>{FRAME}</table:shapes></table:table>'
    return ods(shapes, **{"Pictures/dot_png": image})


def open_slides(image: bytes) -> bytes:
    return zipped(members_of(odp()) | {"Pictures/dot.png": image})


def workbook(image: bytes) -> bytes:
    import openpyxl
    from openpyxl.drawing.image import Image as Drawing

    book = openpyxl.Workbook()
    book.active["A1"] = "Harbours"
    book.active.add_image(Drawing(io.BytesIO(image)), "B2")
    return saved(book)


def book(image: bytes) -> bytes:
    return zipped(members_of(epub()) | {"OEBPS/dot.png": image})


def rich_text(image: bytes) -> bytes:
    return rb"{\rtf1\ansi{\pict\pngblip " + image.hex().encode() + rb"}\par}"


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("a.docx", word_document),
        ("a.pptx", slides),
        ("a.xlsx", workbook),
        ("a.odt", open_text),
        ("a.ods", open_sheet),
        ("a.odp", open_slides),
        ("a.epub", book),
        ("a.rtf", rich_text),
    ],
)
def test_figures_of_office_files_say_what_their_pictures_show(name, made):
    source = SourceFile(name, made(picture("Ferries carried 1204 passengers")))
    document = parse(source, ParseOptions(), lambda share, line: None)
    figures = [block.span for block in document.blocks if block.kind is BlockKind.FIGURE]
    said = document.text[figures[-1].start : figures[-1].end]
    assert said.splitlines()[-1] == "Ferries carried 1204 passengers"
    assert len(document.recognised) == 1


def test_what_is_recognised_in_attachments_counts_for_their_mail():
    mail = EmailMessage()
    mail.set_content("See the picture.")
    mail.add_attachment(picture("Ferries"), maintype="image", subtype="png", filename="a.png")
    document = parse(SourceFile("a.eml", mail.as_bytes()), ParseOptions(), lambda share, line: None)
    assert "Ferries" in document.text
    (seen,) = document.recognised
    assert seen.confidence > 0.9
