"""Downloads: files of users as they go out.

In: the name and the bytes of a file. Out: a response that a browser saves. A file may be a page
with scripts of a stranger: whatever a browser makes of its type, it is not shown, and if it were,
then without scripts and apart from this site.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from fastapi.responses import StreamingResponse


def download(name: str, size: int, pieces: Iterator[bytes], media_type: str) -> StreamingResponse:
    """Send a file under its name; the name cannot end the header that it stands in."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return StreamingResponse(pieces, media_type=media_type, headers=headers)
