"""Guard for the formats that are ZIP archives (docx, xlsx, pptx, odt, epub).

In: a file and the limits. Out: an open archive whose members were all read once. Refused: archives
that unpack to more than the limit, that are encrypted, truncated or lie about their sizes; a
damaged picture or other part beside the text is left out with a warning.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping

from ragflow.domain.errors import CorruptFile, EncryptedFile, LimitExceeded
from ragflow.ingest.parse.base import DocumentBuilder, ParseLimits, SourceFile
from ragflow.ingest.parse.errors import ZIP_ERRORS, reading
from ragflow.ingest.parse.sniff import OLE

_MIB = 1 << 20
_NO_XML = b"<nothing/>"
_BESIDE_TEXT = re.compile(
    r"(?:docprops|thumbnails|configurations2|customxml|(?:.*/)?(?:media|pictures|themes?|"
    r"printersettings|fonts?))/(?!.*\.rels$).*|meta\.xml|.*\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svgz?|"
    r"webp|wav|mp[34]|m4[av]|avi|mov|wmv|ttf|otf|woff2?|odttf|fntdata|bin)",
    re.IGNORECASE,
)
"""Pictures, sounds, fonts, looks, and what is said of the file as a whole."""

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def check_archive(
    source: SourceFile, limits: ParseLimits, builder: DocumentBuilder
) -> zipfile.ZipFile:
    """Return the file as an open archive that is safe to unpack.

    Damaged parts beside the text are empty in it, and `builder` is told. Raises
    `EncryptedFile`, `CorruptFile` or `LimitExceeded`.
    """
    check_encryption(source)
    if source.data.startswith(OLE):
        raise CorruptFile(name=source.name, reason="it is an Office file of the old binary format")
    with reading(source.name, *ZIP_ERRORS):
        archive = zipfile.ZipFile(io.BytesIO(source.data))
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise EncryptedFile(name=source.name)
    if sum(member.file_size for member in members) > limits.unpacked_mib * _MIB:
        raise LimitExceeded(
            name=source.name,
            limit=f"{limits.unpacked_mib} MiB when unpacked",
            setting="limits.unpacked_mib",
        )
    damaged = set(_damaged_beside_text(source, archive))
    for name in sorted(damaged):
        builder.warn(f"The part {name} of the file is damaged; it was left out.")
    empty = {name: _NO_XML if name.lower().endswith(".xml") else b"" for name in damaged}
    return with_members(archive, empty) if damaged else archive


def with_members(archive: zipfile.ZipFile, changed: Mapping[str, bytes]) -> zipfile.ZipFile:
    """Return a copy of an archive with other contents of some members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in dict.fromkeys(archive.namelist()):
            copy.writestr(name, changed[name] if name in changed else archive.read(name))
    return zipfile.ZipFile(target)


def packed(archive: zipfile.ZipFile) -> bytes:
    """Return the bytes of an open archive, for libraries that open it themselves."""
    stream = archive.fp
    if stream is None:
        return b""
    stream.seek(0)
    return stream.read()


def check_encryption(source: SourceFile) -> None:
    """Refuse an Office file that wears the old container around its encrypted package."""
    if source.data.startswith(OLE) and _ENCRYPTED in source.data:
        raise EncryptedFile(name=source.name)


def _damaged_beside_text(source: SourceFile, archive: zipfile.ZipFile) -> Iterator[str]:
    """Yield the damaged members that hold no text. Raises `CorruptFile` for others."""
    for member in archive.infolist():
        try:
            _read_through(archive, member)
        except ZIP_ERRORS as error:
            if not _BESIDE_TEXT.fullmatch(member.filename):
                reason = f"its part {member.filename} is damaged"
                raise CorruptFile(name=source.name, reason=reason) from error
            yield member.filename


def _read_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Unpack a member without keeping it; a size or a checksum that is a lie raises."""
    with archive.open(member) as stream:
        while stream.read(_MIB):
            pass
