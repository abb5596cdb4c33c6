"""Tell what a file is by its first bytes, so that a wrong extension gets a clear message.

In: a file. Out: nothing, or a `CorruptFile` that names the kind which the content looks like.
"""

from __future__ import annotations

import io
import zipfile

from ragflow.domain.errors import CorruptFile
from ragflow.ingest.parse.base import SourceFile

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP = b"PK\x03\x04"

_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (OLE, "an old Office file (doc, xls, ppt, msg)"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
)
_PACKAGES = {"word/": "a DOCX", "xl/": "an XLSX", "ppt/": "a PPTX"}

_OFFICE = {"docx": "a DOCX", "pptx": "a PPTX"}
_SPREADSHEETS = frozenset({"xls", "xlsx", "xlsm", "ods"})
_IMAGES = "apng avif bmp gif icon ico jpeg jpg pcx png tga tif tiff webp"
_PICTURES = frozenset(_IMAGES.split())


def looks_like(data: bytes) -> str:
    """Name what a binary file is, with its article; empty for text and for unknown content."""
    for signature, noun in _SIGNATURES:
        if data.startswith(signature):
            return noun
    if b"%PDF-" in data[:1024] and b"\0" in data[:4096]:
        return "a PDF"
    return _archive_kind(data) if data.startswith(ZIP) else ""


def _archive_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "a ZIP archive"  # damaged: the parser of the named format says how
    for folder, noun in _PACKAGES.items():
        if any(name.startswith(folder) for name in names):
            return noun
    return "a ZIP archive"


def check_content(source: SourceFile) -> None:
    """Refuse a file whose content belongs to another format than its name says."""
    noun = looks_like(source.data)
    suffix = source.suffix
    if not noun or suffix == "pdf":  # a PDF reader finds its own header wherever it begins
        refused = bool(noun) and suffix == "pdf" and noun != "a PDF"
    elif suffix in _PICTURES:  # the reader goes by content
        refused = not noun.endswith(" image")
    elif suffix in _OFFICE:  # encrypted packages wear the old Office container
        refused = noun not in (_OFFICE[suffix], "a ZIP archive") and not source.data.startswith(OLE)
    elif suffix in _SPREADSHEETS:  # the reader goes by content
        refused = noun not in ("an XLSX", "a ZIP archive") and not source.data.startswith(OLE)
    else:
        refused = True
    if refused:
        raise CorruptFile(
            f"{source.name} cannot be read: its content looks like {noun}, but it is named "
            f".{suffix}. Rename it or save it in that format, and upload it again.",
            name=source.name,
            reason=f"its content looks like {noun}",
        )
