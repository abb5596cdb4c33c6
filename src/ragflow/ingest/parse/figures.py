"""Make an embedded picture one that every browser shows.

In: the bytes of an image as a document carries it. Out: JPEG or PNG bytes; None for formats that
cannot be drawn here (EMF, WMF, SVG) and for damaged or giant images.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

MOST_PIXELS = 50_000_000
_READ = ("PNG", "JPEG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "ICO", "PCX", "PPM", "TGA", "AVIF")
"""Formats that are read; others may call programs outside, or are drawings."""
_KEPT = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")

_DRAWINGS = (
    (re.compile(rb".{40} EMF", re.DOTALL), "EMF"),
    (re.compile(rb"\xd7\xcd\xc6\x9a|[\x01\x02]\x00\x09\x00"), "WMF"),
    (
        re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?(?:<!DOCTYPE svg[^>]*>\s*)?<svg"),
        "SVG",
    ),
)
_DATA = re.compile(r"\s*data:image/[\w.+-]+((?:;[\w=.+-]+)*),", re.IGNORECASE)

Images = Callable[[str], bytes | None]
"""Give the bytes of the picture at an address; None for those that the file does not carry."""


def data_image(address: str) -> bytes | None:
    """Return the picture that an address holds itself; None for addresses of other places."""
    prefix = _DATA.match(address)
    if prefix is None:
        return None
    content = unquote_to_bytes(address[prefix.end() :])
    if not prefix[1].lower().endswith(";base64"):
        return content
    try:
        return base64.b64decode(content)
    except (binascii.Error, ValueError):
        return b""


def figure_image(data: bytes) -> bytes | None:
    """Return the image as JPEG or PNG, unchanged where it already is one."""
    from PIL import Image, UnidentifiedImageError

    if not data or drawing_kind(data):
        return None
    try:
        with Image.open(io.BytesIO(data), formats=_READ) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            if data.startswith(_KEPT):
                return data
            image.load()
            target = io.BytesIO()
            transparent = image.mode in ("RGBA", "LA", "PA", "P")
            image.convert("RGBA" if transparent else "RGB").save(target, "PNG")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None
    return target.getvalue()


def drawing_kind(data: bytes) -> str:
    """Name the format of a drawing that cannot be made a picture; empty for all others."""
    return next((name for pattern, name in _DRAWINGS if pattern.match(data[:1000])), "")
