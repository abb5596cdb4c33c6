"""The PDF file itself: opening it, its outline, its metadata.

In: bytes. Out: an open pdfium document. Refused: no bytes, a password, damage, no pages.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from ragflow.domain.errors import CorruptFile, EmptyFile, EncryptedFile

_MAX_OUTLINE = 5000
_ERRORS = {
    1: "pdfium cannot open it",
    2: "pdfium cannot open it",
    3: "it is not a PDF file, or its structure is damaged",
    5: "its kind of encryption is not supported",
    6: "its pages cannot be read",
}
_PASSWORD_ERROR = 4


class OutlineEntry(NamedTuple):
    """Hold one entry of the outline; `page` counts from 1, 0 if it leads nowhere."""

    title: str
    level: int
    page: int


@contextmanager
def open_pdf(data: bytes, name: str) -> Iterator[Any]:
    """Open a PDF with the empty password. Raises `ParseError`."""
    import pypdfium2

    if not data:
        raise EmptyFile(name=name)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == _PASSWORD_ERROR:
            raise EncryptedFile(name=name) from None
        reason = _ERRORS.get(code or 0, "pdfium cannot open it")
        raise CorruptFile(name=name, reason=reason) from None
    try:
        if len(document) == 0:
            raise CorruptFile(name=name, reason="it has no pages")
        yield document
    finally:
        document.close()


@contextmanager
def open_page(document: Any, number: int) -> Iterator[Any | None]:
    """Open a page, counted from 1; None if the page is damaged."""
    import pypdfium2

    try:
        page = document[number - 1]
    except pypdfium2.PdfiumError:
        yield None
        return
    try:
        yield page
    finally:
        page.close()


@contextmanager
def open_text(page: Any) -> Iterator[Any]:
    """Open the text of a page."""
    text_page = page.get_textpage()
    try:
        yield text_page
    finally:
        text_page.close()


def page_jpeg(
    page: Any, scale: float, quality: int, crop: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
) -> bytes:
    """Return a page, or what `crop` leaves of it at the left, bottom, right and top, as a JPEG."""
    bitmap = page.render(scale=scale, crop=crop)
    try:
        buffer = io.BytesIO()
        picture = bitmap.to_pil()
        if picture.mode != "RGB":  # else it would be copied
            picture = picture.convert("RGB")
        picture.save(buffer, "JPEG", quality=quality)
    finally:
        bitmap.close()
    return buffer.getvalue()


def outline(document: Any) -> list[OutlineEntry]:
    """Return the outline, flattened; a damaged one ends where the damage begins.

    The document's own title, where the file tells it, is the first entry and heads the first page.
    """
    import pypdfium2

    title = metadata(document).get("title", "")
    entries = [OutlineEntry(title, 1, 1)] if title else []
    try:
        for bookmark in document.get_toc(max_depth=6):
            destination = bookmark.get_dest()
            index = destination.get_index() if destination is not None else None
            page = index + 1 if index is not None else 0
            title = " ".join(bookmark.get_title().replace("\x00", " ").split())
            entries.append(OutlineEntry(title, bookmark.level + 1, page))
            if len(entries) >= _MAX_OUTLINE:
                break
    except pypdfium2.PdfiumError:
        return entries
    return entries


def metadata(document: Any) -> dict[str, str]:
    """Return title, author and the like, where the file has them."""
    facts = document.get_metadata_dict(skip_empty=True)
    cleaned = {key.lower(): re.sub(r"[\x00-\x1f]+", " ", value) for key, value in facts.items()}
    return {key: value.strip() for key, value in cleaned.items() if value.strip()}
