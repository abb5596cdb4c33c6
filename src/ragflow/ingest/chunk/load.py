"""The complete registry of chunk methods: every module beside this one that registers itself."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import ragflow.ingest.chunk
from ragflow.ingest.chunk.base import chunkers
from ragflow.ingest.parse.load import CONVERT, NO_VIDEOS, VIDEOS

__all__ = ["chunkers", "load_chunkers", "way_out"]

_USUAL = "naive"


def load_chunkers() -> None:
    """Make the registry complete; a new file beside this one needs no other entry."""
    for module in pkgutil.iter_modules(ragflow.ingest.chunk.__path__):
        import_module(f"{ragflow.ingest.chunk.__name__}.{module.name}")


def way_out(suffix: str) -> str:
    """Return what to do with a kind of file that a chunk method does not read."""
    if suffix in VIDEOS:
        return NO_VIDEOS
    readers = [name for name in chunkers if suffix in chunkers[name]().suffixes]
    if not readers:
        return CONVERT
    return f"The method {_USUAL if _USUAL in readers else readers[0]} reads it: choose that one."
