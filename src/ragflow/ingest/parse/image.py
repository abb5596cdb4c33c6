"""Pictures as files: photographs, screenshots and scans, of one page or of several.

In: the bytes of a picture, told by its content. Out: a `ParsedDocument`: a page per frame of a
TIFF, the first one of an animation; its text as of a scanned PDF, and one figure that holds the
picture itself as JPEG. A page is as large as the picture is printed at its own resolution, at 96
dpi where it names none; prints smaller than A4 are enlarged, since they show finer type. Refused:
damaged pictures and those with too many pixels.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ragflow.domain.documents import Block, BlockKind, Box, ParsedDocument, Span
from ragflow.domain.errors import CorruptFile, LimitExceeded
from ragflow.domain.file_types import PICTURE_SUFFIXES
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.errors import reading
from ragflow.ingest.parse.figures import MOST_PIXELS

if TYPE_CHECKING:
    from PIL.Image import Image

_DPI = 96.0
_CREDIBLE_DPI = (60.0, 1200.0)
_LONGEST_SIDE = 14_000.0  # points; PDF knows no longer ones
_USUAL_SIDE = 842.0  # points: smaller prints are enlarged as far as their pixels allow
_READ_DPI = 200.0  # at which pages are read
_QUALITY = 92
_WHOLE = 0.7  # of a page's area, from which a figure is the page
_READ_SIDE = 5000  # pixels that are kept for reading
_SHOWN_SIDE = 2000  # pixels of the figure


@parsers.register(*sorted(PICTURE_SUFFIXES))
class ImageParser:
    """Parse pictures."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the document. Raises `ParseError`."""
        from ragflow.ingest.parse.pdf.parser import DEEP_DOC, parse_open

        with _as_pdf(source, options.limits.pages) as (document, figure):
            seen = replace(options, layout=DEEP_DOC)  # there is no other text than what is seen
            parsed = parse_open(document, source.name, seen, progress)
        sizes = {page.number: page.width * page.height for page in parsed.pages}
        blocks = [_without_whole_page(block, sizes) for block in parsed.blocks]
        end = len(parsed.text)
        first = next(iter(parsed.pages), None)  # parser_config.pages may ask for none of them
        place = Box(first.number, 0.0, first.width, 0.0, first.height) if first else None
        blocks.append(Block(BlockKind.FIGURE, Span(end, end), image=figure, box=place))
        kept = tuple(block for block in blocks if len(block.span) or block.image is not None)
        return replace(parsed, blocks=kept, metadata={})


def _without_whole_page(block: Block, sizes: Mapping[int, float]) -> Block:
    """Return a block as text where it is a figure that fills its page: that is the file itself."""
    box = block.box
    if block.kind is not BlockKind.FIGURE or box is None:
        return block
    share = (box.x1 - box.x0) * (box.bottom - box.top) / max(sizes[box.page], 1.0)
    return replace(block, kind=BlockKind.TEXT, image=None, box=None) if share > _WHOLE else block


def picture_as_pdf(source: SourceFile, most_pages: int) -> bytes:
    """Return a picture as a PDF whose pages are those that its text has places on.

    Raises `ParseError`.
    """
    buffer = io.BytesIO()
    with _as_pdf(source, most_pages) as (document, _):
        document.save(buffer)
    return buffer.getvalue()


def picture_as_jpeg(source: SourceFile) -> bytes:
    """Return the first page of a picture as people and models are shown it. Raises `ParseError`."""
    frame = next(_frames(source))
    return _jpeg(frame.picture, _SHOWN_SIDE)


class _Frame(NamedTuple):
    """Hold one page: the picture, and its size in points."""

    picture: Image
    width: float
    height: float


@contextmanager
def _as_pdf(source: SourceFile, most_pages: int) -> Iterator[tuple[Any, bytes]]:
    """Lend an open PDF with a page per frame, and the first frame as JPEG."""
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    try:
        figure = b""
        for number, frame in enumerate(_frames(source), start=1):
            if number > most_pages:
                raise LimitExceeded(
                    name=source.name, limit=f"{most_pages} pages", setting="limits.pages"
                )
            figure = figure or _jpeg(frame.picture, _SHOWN_SIDE)
            _add_page(document, frame)
        yield document, figure
    finally:
        document.close()


def _frames(source: SourceFile) -> Iterator[_Frame]:
    """Yield the pages of a picture, upright as its camera says, on white."""
    from PIL import Image, UnidentifiedImageError

    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    errors = (OSError, ValueError, SyntaxError, EOFError, TypeError)
    with reading(source.name, *errors):
        try:
            image = Image.open(io.BytesIO(source.data))
        except bombs:
            raise _too_many_pixels(source.name) from None
        except UnidentifiedImageError as error:  # whose text names an object in memory
            raise CorruptFile(name=source.name, reason="there is no picture in it") from error
        with image:
            count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
            for index in range(count):
                image.seek(index)
                if image.width * image.height > MOST_PIXELS:
                    raise _too_many_pixels(source.name)
                yield _frame(image)


def _frame(image: Image) -> _Frame:
    from PIL import ImageOps

    width, height = _points(image)
    frame = image.copy() if image.format == "TIFF" else image  # the next page is read from it
    frame.thumbnail((_READ_SIDE, _READ_SIDE))
    upright = ImageOps.exif_transpose(frame)
    if (upright.width > upright.height) != (frame.width > frame.height):
        width, height = height, width
    return _Frame(on_white(upright), width, height)


def _too_many_pixels(name: str) -> LimitExceeded:
    return LimitExceeded(
        f"{name}: the picture has more than {MOST_PIXELS // 1_000_000} million pixels. Make it "
        "smaller and upload it again.",
        name=name,
        limit=f"{MOST_PIXELS} pixels",
        setting="",
    )


def on_white(picture: Image) -> Image:
    """Return a picture without transparency, in shades of grey or in colours."""
    from PIL import Image

    if picture.mode in ("1", "L"):
        return picture.convert("L")
    if picture.mode in ("I", "F") or picture.mode.startswith("I;"):
        return _in_shades(picture)
    transparent = picture.mode in ("RGBA", "LA", "PA", "La", "RGBa")
    if not transparent and "transparency" not in picture.info:
        return picture.convert("RGB")
    above = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", above.size, "white"), above).convert("RGB")


def _in_shades(picture: Image) -> Image:
    """Return a picture of large numbers, such as 16 bits a pixel, stretched to 256 shades."""
    import numpy as np
    from PIL import Image

    values = np.nan_to_num(np.asarray(picture, np.float32))
    low, high = float(values.min()), float(values.max())
    return Image.fromarray(((values - low) * (255 / max(high - low, 1.0))).astype(np.uint8))


def _add_page(document: Any, frame: _Frame) -> None:
    import pypdfium2

    image = pypdfium2.PdfImage.new(document)
    image.load_jpeg(io.BytesIO(_jpeg(frame.picture, _READ_SIDE)), inline=True)
    image.set_matrix(pypdfium2.PdfMatrix().scale(frame.width, frame.height))
    page = document.new_page(frame.width, frame.height)
    page.insert_obj(image)
    page.gen_content()
    page.close()


def _points(image: Image) -> tuple[float, float]:
    """Return the size of a page that shows a picture."""
    named = image.info.get("dpi") or (0.0, 0.0)
    low, high = _CREDIBLE_DPI
    across, down = (float(dpi) if low <= float(dpi) <= high else _DPI for dpi in named[:2])
    width, height = image.width * 72 / across, image.height * 72 / down
    longest = max(width, height)
    grown = min(max(longest, _USUAL_SIDE), max(longest, max(image.size) * 72 / _READ_DPI))
    change = min(grown, _LONGEST_SIDE) / longest
    return max(width * change, 1.0), max(height * change, 1.0)


def _jpeg(image: Image, side: int) -> bytes:
    small = image.copy() if max(image.size) > side else image
    small.thumbnail((side, side))
    target = io.BytesIO()
    small.save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()
