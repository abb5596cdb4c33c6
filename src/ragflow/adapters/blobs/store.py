"""Blobs over obstore: a local folder, memory, or a bucket of S3, Google or Azure.

In: a URL (`file:///path`, `memory://`, `s3://bucket/path`, `gs://…`, `az://…`). Out: bytes under
keys; a prefix names a folder, so `a/1` covers `a/1` and `a/1/x` but never `a/10`. Refused: keys
that could lead elsewhere (`..`, a leading slash, control characters) or that S3 cannot hold. A
store that fails or stays away raises `StoreUnavailable`, after a few attempts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from glob import escape
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote, urlsplit

from ragflow.adapters.faults import faults_of
from ragflow.domain.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from obstore.store import ObjectStore, RetryConfig

_PIECE_BYTES = 1 << 20
_KEYS_PER_DELETE = 1000  # the most that S3 takes in one request
_LONGEST_KEY = 1024  # bytes, as in S3
_LONGEST_NAME = 240  # bytes between two slashes: those of a file system, less a suffix
_HALF_WRITTEN = re.compile(r"#\d+$")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]|#\d+(/|$)")  # #1 marks a file being written


class ObstoreBlobStore:
    """Keep bytes under keys in whatever the URL names.

    The options are for S3 alone; empty ones are left to the environment of the machine.
    """

    def __init__(
        self,
        url: str,
        *,
        endpoint: str = "",
        region: str = "",
        access_key_id: str = "",
        secret_access_key: str = "",
        allow_http: bool = False,
    ) -> None:
        s3_options = {
            "endpoint": endpoint,
            "region": region,
            "access_key_id": access_key_id,
            "secret_access_key": secret_access_key,
        }
        self._store = _open(url, {k: v for k, v in s3_options.items() if v}, allow_http)
        self._folder = _folder_of(url)

    def put(self, key: str, data: bytes | BinaryIO) -> None:
        """Store `data` under `key`, atomically, replacing what was there; a file in pieces."""
        key = _checked(key)
        with _faults(FileNotFoundError):  # there is no such bucket
            self._store.put(key, data)

    def get(self, key: str) -> bytes:
        """Return the bytes under `key`. Raises `NotFound`."""
        with _faults():
            try:
                return bytes(self._store.get(_checked(key)).bytes())
            except FileNotFoundError as error:
                raise NotFound(noun="blob", id=key) from error

    def get_range(self, key: str, start: int, end: int) -> bytes:
        """Return bytes [start, end) of a blob, fewer where it ends before. Raises `NotFound`."""
        size = self._size(key)
        if size is None:
            raise NotFound(noun="blob", id=key)
        start, end = max(start, 0), min(end, size)
        if start >= end:
            return b""  # stores answer an empty range with an error
        with _faults(FileNotFoundError):
            return bytes(self._store.get_range(key, start=start, end=end))

    def stream(self, key: str) -> Iterator[bytes]:
        """Yield a blob's bytes in pieces. Raises `NotFound` before the first piece."""
        with _faults():
            try:
                pieces = self._store.get(_checked(key)).stream(min_chunk_size=_PIECE_BYTES)
            except FileNotFoundError as error:
                raise NotFound(noun="blob", id=key) from error
        return _bytes_of(pieces)

    def exists(self, key: str) -> bool:
        """Tell whether there is a blob under `key`."""
        return self._size(key) is not None

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the key `prefix` and those in its folder, in no order; all where it is empty."""
        folder = _checked(prefix.removesuffix("/")) if prefix else ""
        if prefix and not prefix.endswith("/") and self.exists(prefix):
            yield prefix
        pages = self._store.list(folder or None)
        while page := _next_of(pages):
            yield from (entry["path"] for entry in page)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete blobs; keys that do not exist are passed over."""
        wanted = iter(keys)
        while batch := [_checked(key) for key in islice(wanted, _KEYS_PER_DELETE)]:
            with _faults():
                try:
                    self._store.delete(batch)
                except FileNotFoundError:  # a local folder stops at the first that is not there
                    for key in batch:
                        self._delete_one(key)

    def delete_prefix(self, prefix: str) -> None:
        """Delete the blob `prefix` and every blob in its folder. Raises `InvalidInput` if empty."""
        if not prefix:
            raise InvalidInput("An empty prefix would delete every blob.")
        self.delete(list(self.keys(prefix)))
        if self._folder is not None:
            _delete_half_written(self._folder, _checked(prefix.removesuffix("/")))

    def _delete_one(self, key: str) -> None:
        try:
            self._store.delete(key)
        except FileNotFoundError:
            return

    def _size(self, key: str) -> int | None:
        with _faults():
            try:
                return self._store.head(_checked(key))["size"]
            except FileNotFoundError:
                return None


def _open(url: str, s3_options: dict[str, str], allow_http: bool) -> ObjectStore:
    from obstore.store import LocalStore, MemoryStore, S3Store, from_url

    parts, folder = urlsplit(url), _folder_of(url)
    if folder is not None:
        return LocalStore(folder, automatic_cleanup=True, mkdir=True)
    if parts.scheme == "memory":
        return MemoryStore()
    if parts.scheme in ("s3", "s3a"):
        options: dict[str, Any] = s3_options
        return S3Store.from_url(
            url,
            client_options={"allow_http": allow_http},
            retry_config=_patience(),
            **options,
        )
    if parts.scheme in ("gs", "az"):
        return from_url(url, retry_config=_patience())
    raise InvalidInput(
        f"Blobs cannot be kept at {url!r}: use file://, memory://, s3://, gs://, az://"
    )


def _folder_of(url: str) -> Path | None:
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _delete_half_written(root: Path, prefix: str) -> None:
    """Delete what writers left of a blob and its folder that were killed; no listing shows it.

    What is being written there just now is lost too: all there has just been deleted.
    """
    blob = root / prefix
    for path in (*blob.parent.glob(f"{escape(blob.name)}#*"), *blob.rglob("*#*")):
        if _HALF_WRITTEN.search(path.name):
            path.unlink(missing_ok=True)
    folders = [path for path in blob.rglob("*") if path.is_dir()]
    above = [path for path in blob.parents if path.is_relative_to(root) and path != root]
    for folder in (*sorted(folders, reverse=True), blob, *above):
        with suppress(OSError):  # there is none, something is in it, or another was quicker
            folder.rmdir()


def _patience() -> RetryConfig:
    """Bound the attempts of one request: whoever asked can wait better than a request can."""
    return {"max_retries": 3, "retry_timeout": timedelta(seconds=30)}


def _faults(*more: type[Exception]) -> AbstractContextManager[None]:
    """Turn what the store raises into `StoreUnavailable`; not that a key is not there."""
    from obstore.exceptions import BaseError

    return faults_of("blob store", BaseError, *more)


def _bytes_of(pieces: Iterable[Any]) -> Iterator[bytes]:
    with _faults(OSError):
        for piece in pieces:
            yield bytes(piece)


def _next_of(pages: Iterator[Any]) -> Any:
    with _faults(OSError):
        return next(pages, None)


def _checked(key: str) -> str:
    """Return the key. Raises `InvalidInput` when it could mean anything but one relative place."""
    names = key.split("/")
    wrong = (
        any(name in ("", ".", "..") or len(name.encode()) > _LONGEST_NAME for name in names)
        or len(key.encode()) > _LONGEST_KEY
        or _FORBIDDEN.search(key) is not None
    )
    if wrong:
        raise InvalidInput(f"{key[:100]!r} is no key of a blob.", key=key)
    return key
