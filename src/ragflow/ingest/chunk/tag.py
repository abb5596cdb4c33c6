"""The chunk method `tag`: texts with their tags, from which the tags of other texts are learnt.

In: two columns of a workbook or a delimited text: a text, and its tags between commas. Out: one
chunk for each, with its tags; a dot in a tag becomes an underscore. A line that has no tags begins
the text of the next one that has. What is left at the end is dropped as malformed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from ragflow.domain.chunks import ChunkDraft, ChunkedDocument
from ragflow.domain.documents import Drop, DropKind, ParsedDocument
from ragflow.domain.file_types import SPREADSHEET_SUFFIXES
from ragflow.ingest.chunk.base import ChunkContext, chunkers
from ragflow.ingest.chunk.fragments import Fragment, in_reading_order, spans_of
from ragflow.ingest.chunk.pairs import (
    DELIMITED,
    Leavings,
    Row,
    is_delimited,
    is_sheet,
    sheet_rows,
    text_rows,
)

_COMMAS = re.compile(r"[,，]")


class TagOptions(BaseModel):
    """Steer nothing: the method has no keys of its own."""

    model_config = ConfigDict(frozen=True, extra="ignore")


@chunkers.register("tag")
class TagChunker:
    """Cut a document into texts with tags."""

    Options: ClassVar[type[BaseModel]] = TagOptions
    suffixes: ClassVar[frozenset[str]] = SPREADSHEET_SUFFIXES | DELIMITED
    read_as_text: ClassVar[frozenset[str]] = DELIMITED

    def chunk(
        self,
        document: ParsedDocument,
        options: BaseModel,  # noqa: ARG002 - none are read
        context: ChunkContext,
    ) -> ChunkedDocument:
        """Return a chunk for each text that has tags."""
        leavings = Leavings("texts with tags")
        drafts: list[ChunkDraft] = []
        if is_delimited(document, context.name):
            rows = text_rows(document, context.name, leavings)
            drafts += _drafts(rows, leavings, "lines")
        else:
            for block in document.blocks:
                if is_sheet(block) and block.table is not None:
                    rows = sheet_rows(block, leavings)
                    drafts += _drafts(rows, leavings, f"sheet {block.table.sheet}, rows")
                else:
                    leavings.drops.append(Drop(DropKind.OUTSIDE, block.span))
        return ChunkedDocument(
            in_reading_order(drafts), tuple(leavings.drops), leavings.warnings(len(drafts))
        )


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags that a text lists, each once."""
    tags = (" ".join(tag.split()).replace(".", "_") for tag in _COMMAS.split(text))
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _drafts(rows: Iterable[Row], leavings: Leavings, where: str) -> list[ChunkDraft]:
    drafts: list[ChunkDraft] = []
    waiting: list[Row] = []
    for row in rows:
        tags = tags_of(row.second.text)
        if not row.first or not tags:
            waiting.append(row)
            continue
        drafts.append(_draft([*(part for each in waiting for part in each.whole), row.first], tags))
        leavings.drops += [Drop(DropKind.TAG, span) for span in row.second.spans]
        waiting.clear()
    for row in waiting:
        leavings.fail(row, where)
    return drafts


def _draft(parts: Sequence[Fragment], tags: Sequence[str]) -> ChunkDraft:
    content = "\n".join(part.text for part in parts)
    return ChunkDraft(content, spans_of(parts), tags=dict.fromkeys(tags, 1))
