"""Paths of uploaded files: folders below a folder, then a name.

In: a path as a client sent it. Out: its parts, each fit to be a name. Refused: whatever could mean
another place (absolute paths, `.` and `..`, empty parts, backslashes), control characters, and
paths that are too deep. Names never enter a blob's key, so this keeps the tree clear, not the disk.
"""

from __future__ import annotations

from ragflow.services.errors import FolderTooDeep, PathInvalid
from ragflow.services.file_names import check_length, flaw_of

DEEPEST = 32


def check_name(name: str) -> None:
    """Raise `PathInvalid` or `NameTooLong` for what cannot name a file or a folder."""
    if not name.strip():
        raise PathInvalid(reason="A name must not be empty.")
    if name in (".", ".."):
        raise PathInvalid(reason="A name must not be `.` or `..`.")
    if flaw := flaw_of(name):
        raise PathInvalid(reason=flaw)
    check_length(name)


def parts_of(path: str) -> tuple[tuple[str, ...], str]:
    """Return the folders and the name of a path. Raises an `InvalidInput`."""
    if path.startswith("/"):
        raise PathInvalid(reason="A path must not begin with a slash.")
    *folders, name = path.split("/")
    check_depth(len(folders))
    for part in (*folders, name):
        check_name(part)
    return tuple(folders), name


def check_depth(depth: int) -> None:
    """Raise `FolderTooDeep` for a folder with more than `DEEPEST` names in its path."""
    if depth > DEEPEST:
        raise FolderTooDeep(limit=DEEPEST)
