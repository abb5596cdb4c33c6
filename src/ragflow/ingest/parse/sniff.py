"""Tell what a file is by its first bytes, so that a wrong extension gets a clear message.

In: a file. Out: nothing, or a `CorruptFile` that names the kind which the content looks like.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile

from ragflow.domain.errors import CorruptFile
from ragflow.domain.file_types import PICTURE_SUFFIXES, SPREADSHEET_SUFFIXES
from ragflow.ingest.parse.base import SourceFile
from ragflow.ingest.parse.errors import ZIP_ERRORS

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
RTF = b"{\\rtf"
ZIP = b"PK\x03\x04"
OLD_OFFICE = "an old Office file (doc, xls, ppt, msg)"

_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (OLE, OLD_OFFICE),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (RTF, "an RTF document"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
)
_PACKAGES = {"word/": "a DOCX", "xl/": "an XLSX", "ppt/": "a PPTX", "META-INF/container": "an EPUB"}
_MEDIA_TYPES = {
    "application/epub+zip": "an EPUB",
    "application/vnd.oasis.opendocument.text": "an ODT",
    "application/vnd.oasis.opendocument.presentation": "an ODP",
    "application/vnd.oasis.opendocument.spreadsheet": "an ODS",
}
_DAMAGED = "a ZIP archive"
_HEAD = 4096
_BINARY = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")
_PAGE = re.compile(rb"<(?:!doctype html|html|head|body|meta|table|div)\b")

_SPREADSHEET = frozenset({"an XLSX", "an ODS", _DAMAGED, OLD_OFFICE})  # the reader goes by content
_PICTURE = frozenset({"a PNG image", "a JPEG image", "a GIF image"})  # and so does this one
_CONTENTS = {
    "pdf": frozenset({"a PDF"}),
    "docx": frozenset({"a DOCX", _DAMAGED, OLD_OFFICE}),  # encrypted ones wear the old container
    "pptx": frozenset({"a PPTX", _DAMAGED, OLD_OFFICE}),
    "epub": frozenset({"an EPUB", _DAMAGED}),
    "odt": frozenset({"an ODT", _DAMAGED}),
    "odp": frozenset({"an ODP", _DAMAGED}),
    "rtf": frozenset({"an RTF document"}),
    "doc": frozenset({OLD_OFFICE, "an RTF document"}),  # Word opens both under this name
    "ppt": frozenset({OLD_OFFICE}),
    "msg": frozenset({OLD_OFFICE}),
    **dict.fromkeys(SPREADSHEET_SUFFIXES, _SPREADSHEET),
    **dict.fromkeys(PICTURE_SUFFIXES, _PICTURE),
}
"""What the content of a binary format may look like."""


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
            media_type = b""
            if "mimetype" in names:
                with archive.open("mimetype") as stream:
                    media_type = stream.read(100)
    except ZIP_ERRORS:
        return _DAMAGED  # the parser of the named format says how
    if noun := _MEDIA_TYPES.get(media_type.decode("ascii", "replace").strip()):
        return noun
    for folder, noun in _PACKAGES.items():
        if any(name.startswith(folder) for name in names):
            return noun
    return _DAMAGED


def written_as(source: SourceFile) -> str:
    """Return the extension of the text that a file holds under a name of an old Office format.

    Web sites often export pages, delimited text and XML so; it is empty for everything else.
    """
    if source.suffix not in ("doc", "xls") or looks_like(source.data):
        return ""
    head = source.data[:_HEAD]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    if _BINARY.search(head):
        return ""
    head = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if head.startswith(b"<"):
        return "html" if _PAGE.search(head) else "xml" if head.startswith(b"<?xml") else ""
    first_line = head.partition(b"\n")[0]
    is_delimited = any(delimiter in first_line for delimiter in (b"\t", b";", b",", b"|"))
    return "csv" if source.suffix == "xls" and is_delimited else ""


def check_content(source: SourceFile) -> None:
    """Refuse a file whose content belongs to another format than its name says."""
    noun = looks_like(source.data)
    suffix = source.suffix
    refused = bool(noun) and noun not in _CONTENTS.get(suffix, ())
    if refused:
        raise CorruptFile(
            f"{source.name} cannot be read: its content looks like {noun}, but it is named "
            f".{suffix}. Rename it or save it in that format, and upload it again.",
            name=source.name,
            reason=f"its content looks like {noun}",
        )
