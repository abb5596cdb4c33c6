"""Thumbnails of files that are no PDF: the small picture by which people know a file again.

In: the bytes of a file. Out: a small PNG of a picture itself, of the preview that an Office program
left in the file, or of the cover of a book; None for all others and for damaged pictures.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator

from ragflow.ingest.parse.base import SourceFile
from ragflow.ingest.parse.errors import ZIP_ERRORS
from ragflow.ingest.parse.figures import figure_image

THUMBNAIL_SIDE = 256  # pixels
_MOST_BYTES = 16 << 20  # of a picture inside a file
_PICTURES = frozenset(["jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp", "ico", "avif"])
_PREVIEW = re.compile(r"docProps/thumbnail\.(?:jpe?g|png)|Thumbnails/thumbnail\.png", re.IGNORECASE)
_COVER = re.compile(r"(?:.*/)?[^/]*cover[^/]*\.(?:jpe?g|png|gif)", re.IGNORECASE)
_OFFICE = frozenset(["docx", "pptx", "xlsx", "xlsm", "odt", "ods", "odp"])


def thumbnail_of(source: SourceFile) -> bytes | None:
    """Return a small PNG of a file, None where it holds no picture of itself."""
    if source.suffix in _PICTURES:
        return small_picture(source.data)
    if source.suffix in _OFFICE:
        return _from_archive(source.data, _PREVIEW.fullmatch)
    if source.suffix == "epub":
        return _from_archive(source.data, _COVER.fullmatch)
    return None


def small_picture(data: bytes) -> bytes | None:
    """Return an image as a PNG of at most `THUMBNAIL_SIDE` pixels; None for one that is damaged."""
    from PIL import Image, ImageOps

    drawable = figure_image(data)
    if drawable is None:
        return None
    try:
        with Image.open(io.BytesIO(drawable)) as image:
            picture = ImageOps.exif_transpose(image)
            picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
            target = io.BytesIO()
            picture.convert("RGBA" if "A" in picture.getbands() else "RGB").save(target, "PNG")
    except (OSError, ValueError, SyntaxError):
        return None
    return target.getvalue()


def _from_archive(data: bytes, wanted: Callable[[str], object]) -> bytes | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return next(_pictures(archive, wanted), None)
    except ZIP_ERRORS:
        return None


def _pictures(archive: zipfile.ZipFile, wanted: Callable[[str], object]) -> Iterator[bytes]:
    for member in archive.infolist():
        if wanted(member.filename) and member.file_size <= _MOST_BYTES:
            picture = small_picture(archive.read(member))
            if picture is not None:
                yield picture
