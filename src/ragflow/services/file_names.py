"""Names of documents: which are taken, and how two of the same are told apart.

A name is only shown; blobs lie under ids. It is kept as it came, or refused.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from ragflow.domain.file_types import OTHER, type_of
from ragflow.services.errors import NameTooLong

LONGEST_NAME = 255
UNSUPPORTED = "This type of file has not been supported yet!"


def check_length(name: str) -> None:
    """Raise `NameTooLong` for a name of more than 255 bytes in UTF-8."""
    if len(name.encode(errors="surrogatepass")) > LONGEST_NAME:
        raise NameTooLong


def flaw_of(name: str) -> str:
    """Say why nothing may have this name; empty when it may be used."""
    if any(character in "/\\" or ord(character) < 32 or character == "\x7f" for character in name):
        return "A file name must not contain slashes or control characters."
    if any("\ud800" <= character <= "\udfff" for character in name):
        return "A file name must be valid Unicode."
    return ""


def refusal(name: str) -> str:
    """Say why a file of this name is not taken in; empty when it is."""
    if flaw := flaw_of(name):
        return flaw
    if type_of(name) == OTHER:
        return UNSUPPORTED
    return ""


def numbered(name: str, taken: set[str]) -> str:
    """Return the name, with the first free number before its extension when it is taken."""
    if name not in taken:
        return name
    path = PurePosixPath(name)
    number = 1
    while (candidate := f"{path.stem}({number}){path.suffix}") in taken:
        number += 1
    return candidate
