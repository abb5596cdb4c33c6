"""Make an embedded picture one that every browser shows.

In: the bytes of an image as a document carries it. Out: JPEG or PNG bytes; None for formats that
cannot be drawn here (EMF, WMF, SVG) and for damaged or giant images.
"""

from __future__ import annotations

import io

MOST_PIXELS = 50_000_000
_KEPT = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def figure_image(data: bytes) -> bytes | None:
    """Return the image as JPEG or PNG, unchanged where it already is one."""
    from PIL import Image, UnidentifiedImageError

    if not data:
        return None
    try:
        with Image.open(io.BytesIO(data)) as image:
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
