"""Pictures of places on a PDF's pages: what a chunk looks like, and a document's thumbnail.

In: the bytes of a PDF and boxes. Out: encoded pictures, or None where there is nothing to show: no
boxes, a page that is not there or cannot be drawn. Refused: what the PDF parser refuses.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ragflow.domain.documents import Box
from ragflow.ingest.parse.pdf.document import open_page, open_pdf
from ragflow.ingest.parse.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from PIL.Image import Image

_SCALE = 2.0  # pixels per point: 144 dpi
_MAX_SIDE = 1600  # pixels
_MAX_PAGE_SIDE = 4096  # pixels, of a whole page
_KEPT_PAGES = 3
_MARGIN = 4.0  # points around a chunk's boxes
_GAP = 8  # pixels between the pages of a stacked picture
_MAX_PAGES = 3  # that one picture shows
_QUALITY = 80


class PagePictures:
    """Draw places of one PDF; keeps the last few pages, so ask in the order of the pages."""

    def __init__(self, data: bytes, name: str = "the document") -> None:
        self._data = data
        self._name = name
        self._stack = ExitStack()
        self._document: Any = None
        self._pages: OrderedDict[int, tuple[Image, float] | None] = OrderedDict()

    def __enter__(self) -> PagePictures:
        """Open the file. Raises `ParseError`."""
        self._document = self._stack.enter_context(open_pdf(self._data, self._name))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._pages.clear()
        self._stack.close()

    def crop(self, boxes: Sequence[Box]) -> bytes | None:
        """Return a JPEG of the area around boxes; parts on several pages are stacked."""
        from PIL import Image

        parts = []
        for number in list(dict.fromkeys(box.page for box in boxes))[:_MAX_PAGES]:
            part = self._part(number, [box for box in boxes if box.page == number])
            if part is not None:
                parts.append(part)
        if not parts:
            return None
        width = max(part.width for part in parts)
        height = sum(part.height for part in parts) + _GAP * (len(parts) - 1)
        picture = Image.new("RGB", (width, height), "white")
        top = 0
        for part in parts:
            picture.paste(part, (0, top))
            top += part.height + _GAP
        picture.thumbnail((_MAX_SIDE, _MAX_SIDE))
        return _encoded(picture, "JPEG", quality=_QUALITY)

    def sizes(self) -> list[tuple[float, float]]:
        """Return the width and the height of every page as displayed, in points."""
        sizes: list[tuple[float, float]] = []
        for number in range(1, len(self._document) + 1):
            with open_page(self._document, number) as page:
                width, height = page.get_size() if page is not None else (0.0, 0.0)
            sizes.append((round(width, 2), round(height, 2)))
        return sizes

    def page(self, number: int, width: int) -> bytes | None:
        """Return a JPEG of a page, so many pixels wide where its height allows it."""
        drawn = self._draw(number, _MAX_PAGE_SIDE, width)
        return None if drawn is None else _encoded(drawn[0], "JPEG", quality=_QUALITY)

    def thumbnail(self) -> bytes | None:
        """Return a small PNG of the first page."""
        drawn = self._draw(1, THUMBNAIL_SIDE)
        if drawn is None:
            return None
        picture, _ = drawn
        picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        return _encoded(picture, "PNG")

    def _part(self, number: int, boxes: Sequence[Box]) -> Image | None:
        drawn = self._page(number)
        if drawn is None:
            return None
        picture, scale = drawn
        left = max(0, int((min(box.x0 for box in boxes) - _MARGIN) * scale))
        top = max(0, int((min(box.top for box in boxes) - _MARGIN) * scale))
        right = min(picture.width, round((max(box.x1 for box in boxes) + _MARGIN) * scale))
        bottom = min(picture.height, round((max(box.bottom for box in boxes) + _MARGIN) * scale))
        if right <= left or bottom <= top:
            return None
        return picture.crop((left, top, right, bottom))

    def _page(self, number: int) -> tuple[Image, float] | None:
        if number not in self._pages:
            self._pages[number] = self._draw(number, _MAX_SIDE)
            if len(self._pages) > _KEPT_PAGES:
                self._pages.popitem(last=False)
        self._pages.move_to_end(number)
        return self._pages[number]

    def _draw(
        self, number: int, max_side: int, width: int | None = None
    ) -> tuple[Image, float] | None:
        """Return a page's picture and its pixels per point."""
        if not 1 <= number <= len(self._document):
            return None
        with open_page(self._document, number) as page:
            if page is None:
                return None
            longest = max(page.get_size())
            if longest <= 0:
                return None
            wanted = _SCALE if width is None else width / max(page.get_width(), 1.0)
            scale = min(wanted, max_side / longest)
            if min(page.get_size()) * scale < 1:
                return None
            bitmap = page.render(scale=scale)
            try:
                return bitmap.to_pil().convert("RGB"), scale
            finally:
                bitmap.close()


def _encoded(picture: Image, form: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()
