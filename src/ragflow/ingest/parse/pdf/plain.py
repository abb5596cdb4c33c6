"""The embedded text of a page, in the order of the file, without places.

In: a pdfium page. Out: its lines, joined by newlines; empty where there is no text layer.
"""

from __future__ import annotations

import re
from typing import Any

from ragflow.ingest.parse.pdf.characters import LINE_END_HYPHEN, read_text, well_formed

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


def page_text(page: Any) -> str:
    """Return the text of a page."""
    text_page = page.get_textpage()
    try:
        text = well_formed(read_text(text_page))
    finally:
        text_page.close()
    lines = [
        " ".join(line.replace(LINE_END_HYPHEN, "-").split())
        for line in _CONTROLS.sub(" ", text).splitlines()
    ]
    return "\n".join(line for line in lines if line)
