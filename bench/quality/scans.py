"""Clean scans made at run time: pages of born-digital PDFs as pictures, with their own text.

In: PDFs. Out: in a folder, PDFs of one picture each, at 150 and 200 dpi in turn, and what their
pages said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pypdfium2
from metrics import words
from references import Reference

SCANS = "scan"
FOREIGN_SCANS = "scan, other script"  # that the recogniser does not claim to read
_READ = re.compile(r"[a-z0-9\u4e00-\u9fff]", re.IGNORECASE)
DPI = (150, 200)
PAGES_OF_A_FILE = 2
FEWEST_WORDS = 100
POINTS_PER_INCH = 72


def scans(pdfs: Iterable[Path], folder: Path) -> Iterator[Reference]:
    """Make a few scans of each file and yield them."""
    made = 0
    for path in sorted(pdfs):
        document = pypdfium2.PdfDocument(path)
        try:
            for number, text in _full_pages(document):
                dpi = DPI[made % len(DPI)]
                made += 1
                name = f"{path.stem}-{number + 1}-{dpi}dpi.pdf"
                picture = document[number].render(scale=dpi / POINTS_PER_INCH).to_pil()
                picture.convert("RGB").save(folder / name, "PDF", resolution=dpi)
                yield Reference(f"{SCANS}/{name}", _kind(text), folder / name, text)
        finally:
            document.close()


def _kind(text: list[str]) -> str:
    """Tell scans of Latin and Chinese text from those of other scripts."""
    read = sum(_READ.match(word) is not None for word in text)
    return SCANS if 2 * read > len(text) else FOREIGN_SCANS


def _full_pages(document: pypdfium2.PdfDocument) -> Iterator[tuple[int, list[str]]]:
    taken = 0
    for number, page in enumerate(document):
        text = words(page.get_textpage().get_text_range())
        if len(text) >= FEWEST_WORDS:
            taken += 1
            yield number, text
        if taken == PAGES_OF_A_FILE:
            return
