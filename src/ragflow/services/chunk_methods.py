"""Chunk methods: which there are, what they read and how they can be steered.

In: the registry of methods. Out: for each that can be chosen, the files that it takes, the options
that it reads as JSON Schema, and the parser_config that it begins with.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ragflow.ingest.chunk.load import chunkers, load_chunkers
from ragflow.services.parser_config import DATASET_METHODS, DOCUMENT_METHODS, default_for


@dataclass(frozen=True, slots=True)
class ChunkMethod:
    """Describe a chunk method; `for_datasets` tells whether datasets may have it."""

    name: str
    description: str
    suffixes: tuple[str, ...]
    for_datasets: bool
    options: Mapping[str, Any]
    parser_config: Mapping[str, Any] | None


class ChunkMethodService:
    """Tell about chunk methods; `methods` are those that documents may have."""

    def __init__(self, methods: Collection[str] = DOCUMENT_METHODS) -> None:
        self._methods = methods

    def all(self) -> list[ChunkMethod]:
        """List the methods that can be chosen, those of datasets first."""
        load_chunkers()
        names = (*DATASET_METHODS, *sorted(set(self._methods) - set(DATASET_METHODS)))
        return [_described(name) for name in names if name in chunkers]


def _described(name: str) -> ChunkMethod:
    chunker = chunkers[name]()
    about = inspect.getdoc(type(chunker)) or ""
    return ChunkMethod(
        name=name,
        description=about.partition("\n\n")[0].replace("\n", " "),
        suffixes=tuple(sorted(chunker.suffixes)),
        for_datasets=name in DATASET_METHODS,
        options=chunker.Options.model_json_schema(),
        parser_config=default_for(name),
    )
