"""Scans made of born-digital pages: what a scanner would give, with known words in known places."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

_QUALITY = 85


def scanned(pdf: bytes, *, dpi: int = 150, turn: int = 0, skew: float = 0.0) -> bytes:
    """Return a PDF that shows the pages of another as pictures, without any text.

    `turn` counts counter-clockwise quarters, `skew` clockwise degrees.
    """
    return pdf_of_pictures(page_pictures(pdf, dpi=dpi, turn=turn, skew=skew), dpi=dpi)


def page_pictures(pdf: bytes, *, dpi: int = 150, turn: int = 0, skew: float = 0.0) -> list[Image]:
    """Return the pages of a PDF as pictures."""
    import pypdfium2
    from PIL import Image

    pictures = []
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            picture = page.render(scale=dpi / 72).to_pil().convert("RGB")
            picture = picture.rotate(-skew, Image.Resampling.BICUBIC, fillcolor="white")
            pictures.append(picture.rotate(90 * turn, expand=True))
    finally:
        document.close()
    return pictures


def pdf_of_pictures(pictures: Iterable[Image], *, dpi: int = 150) -> bytes:
    """Return a PDF with one picture per page."""
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    try:
        for picture in pictures:
            _add_page(document, picture, dpi)
        target = io.BytesIO()
        document.save(target)
        return target.getvalue()
    finally:
        document.close()


def _add_page(document: Any, picture: Image, dpi: int) -> None:
    import pypdfium2

    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=_QUALITY)
    image = pypdfium2.PdfImage.new(document)
    image.load_jpeg(encoded, inline=True)
    width, height = picture.width * 72 / dpi, picture.height * 72 / dpi
    image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    page = document.new_page(width, height)
    page.insert_obj(image)
    page.gen_content()
    page.close()
