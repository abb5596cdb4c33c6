"""Files as clients offer them, and the files inside the ZIP archives among them.

In: uploads. Out: the same with each archive replaced by its files, which are read when they are
stored and never all held in memory; and the reasons why some cannot be taken. Refused as a whole:
archives that are damaged, hold too many files or would unpack to too much. Refused one by one:
files under a password, links, archives in the archive and names that mean another place. What file
managers leave behind (hidden files, `__MACOSX`) is passed over.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from ragflow.domain.errors import spelled_out
from ragflow.domain.file_types import suffix_of
from ragflow.ingest.parse.charsets import guess_charset
from ragflow.services.errors import NameTooLong
from ragflow.services.file_names import LONGEST_NAME, UNSUPPORTED, refusal

_MIB = 1 << 20
_SIGNATURE = b"PK"
_END = b"PK\x05\x06"
_END_SIZE = 22
_LONGEST_COMMENT = 0xFFFF
_LOCATOR = b"PK\x06\x07"  # of the end of archives whose sizes need 64 bits
_LOCATOR_SIZE = 20
_LARGE_END_SIZE = 56
_TOLD_ELSEWHERE = 0xFFFFFFFF
_BYTES_PER_ENTRY = 4096  # of the directory: room for the longest names and times
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # others may ask for much memory
_NAMED_IN_UTF8 = 0x800
_ENCRYPTED = 0x1
_LEFTOVERS = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Upload:
    """Offer one file under the name that its owner gave it."""

    name: str
    size: int
    source: BinaryIO


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """Bound one archive; the names are those of the settings' `limits`."""

    zip_files: int = 1000
    zip_mib: int = 1024
    zip_ratio: int = 200


@dataclass(frozen=True, slots=True)
class Refusal:
    """Say why a file, or an archive, is not taken."""

    name: str
    reason: str


class _Refused(Exception):
    """Say why a whole archive is not taken."""


@contextmanager
def unpacked(uploads: Sequence[Upload], limits: UnpackLimits) -> Iterator[list[Upload | Refusal]]:
    """Yield the uploads with archives replaced by what is in them, to be read before it ends."""
    offered: list[Upload | Refusal] = []
    with ExitStack() as stack:
        for upload in uploads:
            if suffix_of(upload.name) != "zip":
                offered.append(upload)
                continue
            try:
                archive = stack.enter_context(_opened(upload, limits))
                _check_size(archive, limits)
                offered.extend(_files(upload.name, archive, stack))
            except _Refused as refusal:
                offered.append(Refusal(upload.name, str(refusal)))
        yield offered


def _opened(upload: Upload, limits: UnpackLimits) -> zipfile.ZipFile:
    """Open an archive after a look at its directory, which is read into memory at once."""
    source = upload.source
    source.seek(0)
    if source.read(len(_SIGNATURE)) != _SIGNATURE:
        raise _Refused(UNSUPPORTED)
    if _directory_size(source) > limits.zip_files * _BYTES_PER_ENTRY:
        raise _Refused(_too_many(limits))
    try:
        return zipfile.ZipFile(source)
    except _BROKEN as error:
        raise _Refused(f"This archive cannot be read ({error}). Pack it again.") from None


def _directory_size(source: BinaryIO) -> int:
    """Return the bytes that the archive says its directory has; 0 where it says nothing."""
    end = source.seek(0, 2)
    source.seek(max(end - _END_SIZE - _LONGEST_COMMENT - _LOCATOR_SIZE, 0))
    tail = source.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_SIZE:
        return 0  # damaged: the reader says how
    (size,) = struct.unpack_from("<I", tail, place + 12)
    if size != _TOLD_ELSEWHERE:
        return int(size)
    locator = tail[max(place - _LOCATOR_SIZE, 0) : place]
    if len(locator) < _LOCATOR_SIZE or not locator.startswith(_LOCATOR):
        return end
    source.seek(min(int.from_bytes(locator[8:16], "little"), end))
    return int.from_bytes(source.read(_LARGE_END_SIZE)[40:48], "little")


def _check_size(archive: zipfile.ZipFile, limits: UnpackLimits) -> None:
    """Refuse an archive by what its directory claims; readers stop at the claimed sizes."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > limits.zip_files:
        raise _Refused(_too_many(limits))
    total = sum(member.file_size for member in members)
    if total > limits.zip_mib * _MIB:
        raise _Refused(
            f"It unpacks to more than {limits.zip_mib} MiB. "
            f"The setting {spelled_out('limits.zip_mib')} moves this limit."
        )
    packed = sum(member.compress_size for member in members)
    if total > _MIB and total > packed * limits.zip_ratio:
        raise _Refused(
            f"It unpacks to more than {limits.zip_ratio} times its size. "
            f"The setting {spelled_out('limits.zip_ratio')} moves this limit."
        )


def _too_many(limits: UnpackLimits) -> str:
    return (
        f"It holds more than {limits.zip_files} files. "
        f"The setting {spelled_out('limits.zip_files')} moves this limit."
    )


def _files(name: str, archive: zipfile.ZipFile, stack: ExitStack) -> list[Upload | Refusal]:
    """Return the files of an archive, each under the last part of its path."""
    found: list[Upload | Refusal] = []
    for member, path in _named(archive):
        if member.is_dir() or _is_leftover(path):
            continue
        if reason := _flaw(member, path) or _damage(archive, member):
            found.append(Refusal(f"{name}/{path}", reason))
        else:
            source = cast(BinaryIO, stack.enter_context(archive.open(member)))
            found.append(Upload(_parts(path)[-1], member.file_size, source))
    if not found:
        raise _Refused("It holds no files.")
    return found


def _flaw(member: zipfile.ZipInfo, path: str) -> str:
    """Say why a file is not taken; empty when it may be."""
    parts = _parts(path)
    if path.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        return "Its name means a place outside of the archive."
    if len(parts[-1].encode(errors="surrogatepass")) > LONGEST_NAME:
        return NameTooLong.template
    if stat.S_ISLNK(member.external_attr >> 16):
        return "It is a link, not a file."
    if member.flag_bits & _ENCRYPTED:
        return "It is protected by a password. Pack it without one."
    if suffix_of(path) == "zip":
        return "It is an archive inside an archive. Upload it by itself."
    if member.compress_type not in _METHODS:
        return "It is packed by an uncommon method. Pack it as a plain ZIP archive."
    return refusal(parts[-1])


def _damage(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    """Read a file through without keeping it; say why it cannot be unpacked."""
    size = 0
    try:
        with archive.open(member) as stream:
            while piece := stream.read(_MIB):
                size += len(piece)
    except _BROKEN as error:
        return f"It cannot be unpacked ({error}). Pack it again."
    return "" if size == member.file_size else "It is not of the size that the archive says."


def _named(archive: zipfile.ZipFile) -> list[tuple[zipfile.ZipInfo, str]]:
    """Return the members with their paths; old programs name them in a charset of their own."""
    members = archive.infolist()
    raw = {
        index: member.filename.encode("cp437")
        for index, member in enumerate(members)
        if not member.flag_bits & _NAMED_IN_UTF8 and not member.filename.isascii()
    }
    charset = _charset(b"\n".join(raw.values())) if raw else ""
    return [
        (member, raw[index].decode(charset, "replace") if index in raw else member.filename)
        for index, member in enumerate(members)
    ]


def _charset(names: bytes) -> str:
    try:
        names.decode("utf-8")
    except UnicodeDecodeError:
        return guess_charset(names, whole=True)
    return "utf-8"


def _parts(path: str) -> list[str]:
    return list(PurePosixPath(path.replace("\\", "/")).parts) or [path]


def _is_leftover(path: str) -> bool:
    parts = _parts(path)
    return any(
        part.lower() in _LEFTOVERS or (part.startswith(".") and part != "..") for part in parts
    )
