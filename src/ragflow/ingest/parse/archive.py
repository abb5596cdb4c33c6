"""Guard for the formats that are ZIP archives (docx, xlsx, pptx, odt, epub).

In: a file and the limits. Out: an open archive whose members were all read once. Refused: archives
that unpack to more than the limit, that are encrypted, truncated or lie about their sizes.
"""

from __future__ import annotations

import io
import zipfile

from ragflow.domain.errors import CorruptFile, EncryptedFile, LimitExceeded
from ragflow.ingest.parse.base import ParseLimits, SourceFile
from ragflow.ingest.parse.errors import ZIP_ERRORS, reading
from ragflow.ingest.parse.sniff import OLE

_MIB = 1 << 20
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def check_archive(source: SourceFile, limits: ParseLimits) -> zipfile.ZipFile:
    """Return the file as an open archive that is safe to unpack.

    Raises `EncryptedFile`, `CorruptFile` or `LimitExceeded`.
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
    with reading(source.name, *ZIP_ERRORS):
        for member in members:
            _read_through(archive, member)
    return archive


def check_encryption(source: SourceFile) -> None:
    """Refuse an Office file that wears the old container around its encrypted package."""
    if source.data.startswith(OLE) and _ENCRYPTED in source.data:
        raise EncryptedFile(name=source.name)


def _read_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Unpack a member without keeping it; a size or a checksum that is a lie raises."""
    with archive.open(member) as stream:
        while stream.read(_MIB):
            pass
