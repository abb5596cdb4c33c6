"""What a chunk method is.

In: a parsed document, the method's options and what else is known of the file. Out: chunks in
reading order and typed drops that together account for every character of the document's blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import ParsedDocument
from ragflow.domain.ports import ModelHelp
from ragflow.domain.registry import Registry
from ragflow.ingest.help import NoHelp


@dataclass(frozen=True, slots=True)
class ChunkContext:
    """Hold what a method may want to know beside the document's text.

    `name` is the file's, `language` the dataset's; `models` are those of its owner.
    """

    name: str = ""
    language: str = "English"
    models: ModelHelp = field(default_factory=NoHelp)


class Chunker(Protocol):
    """Cut a document into passages; `Options` declares the parser_config keys that it reads.

    `Options` ignores keys that it does not declare, so that a stored parser_config of any origin
    can be given to it as it is.
    """

    Options: ClassVar[type[BaseModel]]
    suffixes: ClassVar[frozenset[str]]
    """The file extensions that the method accepts, lower case without the dot."""

    def chunk(
        self, document: ParsedDocument, options: BaseModel, context: ChunkContext
    ) -> ChunkedDocument:
        """Return the chunks and drops of a document. Raises `ParseError` for one it cannot cut."""
        ...


@runtime_checkable
class ReadsText(Protocol):
    """Be a chunk method that reads some formats by itself, as the text that the file holds."""

    read_as_text: ClassVar[frozenset[str]]
    """The file extensions of those formats."""


chunkers: Registry[Callable[[], Chunker]] = Registry("chunk method")
"""Chunk methods by name, as in the contract's `chunk_method`."""
