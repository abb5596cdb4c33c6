"""The complete registry of chunk methods: every module beside this one that registers itself."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import ragflow.ingest.chunk
from ragflow.ingest.chunk.base import chunkers

__all__ = ["chunkers", "load_chunkers"]


def load_chunkers() -> None:
    """Make the registry complete; a new file beside this one needs no other entry."""
    for module in pkgutil.iter_modules(ragflow.ingest.chunk.__path__):
        import_module(f"{ragflow.ingest.chunk.__name__}.{module.name}")
