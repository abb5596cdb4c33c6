"""Chunks in SQL: the truth from which search indexes are derived.

Spans and boxes are flat lists of numbers: start, end, … and page, x0, x1, top, bottom, …; vectors
are raw bytes and are read only when they are asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, select, tuple_, update
from sqlalchemy.sql.elements import ColumnElement

from ragflow.adapters.db.base import (
    IDS_PER_STATEMENT,
    Repository,
    Values,
    batches,
    cut,
    fields_of,
)
from ragflow.adapters.db.tables import chunks, documents
from ragflow.domain.chunks import Chunk, ChunkKind, RowValues
from ragflow.domain.documents import Box, Span

_WITHOUT_VECTOR = [column for column in chunks.columns if column.name != "vector"]
_READING_ORDER = (chunks.c.ordinal, chunks.c.create_timestamp.desc(), chunks.c.id)
_ROWS_PER_INSERT = 500
_ROWS_PER_FETCH = 2000


class SqlChunks(Repository):
    """Keep chunks."""

    def put(self, chunk: Chunk) -> bool:
        """Insert or replace one chunk with its vector; tell whether it is new.

        Raises `NotFound` when the document is gone.
        """
        known = select(chunks.c.id).where(
            chunks.c.document_id == chunk.document_id, chunks.c.id == chunk.id
        )
        new = self._row(known) is None
        with self._parent("document", chunk.document_id):
            self._upsert(chunks, _row(chunk))
        return new

    def replace_document(self, document_id: str, chunks_: Sequence[Chunk]) -> None:
        """Make `chunks` the only ones of the document. Raises `NotFound` when it is gone."""
        with self._parent("document", document_id):
            self._write(delete(chunks).where(chunks.c.document_id == document_id))
            for batch in batches(chunks_, _ROWS_PER_INSERT):
                self._write(insert(chunks), [_row(chunk) for chunk in batch])

    def get(self, document_id: str, chunk_id: str, with_vector: bool = False) -> Chunk | None:
        """Find by key."""
        columns = select(chunks) if with_vector else select(*_WITHOUT_VECTOR)
        key = (chunks.c.document_id == document_id, chunks.c.id == chunk_id)
        row = self._row(columns.where(*key))
        return None if row is None else _value(row)

    def find(self, dataset_ids: Sequence[str], chunk_id: str) -> Chunk | None:
        """Find by id in some datasets, the first by document where there are several."""
        found = select(*_WITHOUT_VECTOR).where(
            chunks.c.dataset_id.in_(list(dataset_ids)), chunks.c.id == chunk_id
        )
        rows = self._rows(found.order_by(chunks.c.document_id).limit(1))
        return _value(rows[0]) if rows else None

    def get_many(
        self, keys: Sequence[tuple[str, str]], with_vector: bool = False
    ) -> dict[tuple[str, str], Chunk]:
        """Return chunks by (document_id, chunk_id); unknown keys are left out."""
        columns = select(chunks) if with_vector else select(*_WITHOUT_VECTOR)
        found: dict[tuple[str, str], Chunk] = {}
        for batch in batches(dict.fromkeys(keys), IDS_PER_STATEMENT):
            key = tuple_(chunks.c.document_id, chunks.c.id)
            for row in self._rows(columns.where(key.in_(batch))):
                found[row.document_id, row.id] = _value(row)
        return found

    def page(self, document_id: str, offset: int, limit: int | None) -> tuple[list[Chunk], int]:
        """List a document's chunks in reading order, without vectors; and their total."""
        listed = select(*_WITHOUT_VECTOR).where(chunks.c.document_id == document_id)
        rows = self._rows(cut(listed.order_by(*_READING_ORDER), offset, limit))
        return [_value(row) for row in rows], self._count(listed)

    def document_groups(self, dataset_id: str, chunks: int = 500) -> list[list[str]]:
        """Return the ids of the documents that have chunks, in groups of about so many chunks.

        A group is over `chunks` only for one larger document.
        """
        groups: list[list[str]] = []
        size = 0
        for document_id, count in self._sizes(dataset_id):
            if not groups or size + count > chunks:
                groups.append([])
                size = 0
            groups[-1].append(document_id)
            size += count
        return groups

    def of_document(self, document_id: str) -> list[Chunk]:
        """Return a document's chunks in reading order, with vectors."""
        return self.of_documents([document_id])

    def of_documents(self, document_ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks of documents, by document and in reading order, with vectors."""
        found: list[Chunk] = []
        for ids in batches(sorted(set(document_ids)), IDS_PER_STATEMENT):
            rows = select(chunks).where(chunks.c.document_id.in_(ids))
            ordered = rows.order_by(chunks.c.document_id, *_READING_ORDER)
            found += [_value(row) for row in self._rows(ordered)]
        return found

    def tags(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, int]]:
        """Return the tags of chunks by (document_id, chunk_id), of those that have any."""
        found: dict[tuple[str, str], dict[str, int]] = {}
        columns = select(chunks.c.document_id, chunks.c.id, chunks.c.tags)
        for batch in batches(dict.fromkeys(keys), IDS_PER_STATEMENT):
            key = tuple_(chunks.c.document_id, chunks.c.id)
            for row in self._rows(columns.where(key.in_(batch))):
                if row.tags:
                    found[row.document_id, row.id] = row.tags
        return found

    def tag_counts(self, dataset_ids: Sequence[str]) -> dict[str, int]:
        """Count the chunks of some datasets that have each tag, by tag in order."""
        rows = select(chunks.c.tags).where(chunks.c.dataset_id.in_(list(dataset_ids)))
        counts = Counter(tag for row in self._rows(rows) for tag in row.tags)
        return dict(sorted(counts.items()))

    def rows(
        self, dataset_ids: Sequence[str], document_ids: Sequence[str] | None, limit: int
    ) -> list[RowValues]:
        """Return the typed values of available chunks that are rows, in reading order."""
        listed = (
            select(chunks.c.document_id, chunks.c.id, chunks.c.fields)
            .where(chunks.c.dataset_id.in_(list(dataset_ids)), chunks.c.available)
            .where(func.length(chunks.c.fields) > len("{}"))
            .order_by(chunks.c.document_id, *_READING_ORDER)
        )
        found: list[RowValues] = []
        for ids in (
            [None]
            if document_ids is None
            else batches(sorted(set(document_ids)), IDS_PER_STATEMENT)
        ):
            some = listed if ids is None else listed.where(chunks.c.document_id.in_(ids))
            bounded = some.limit(limit - len(found)).execution_options(yield_per=_ROWS_PER_FETCH)
            found += [RowValues(*row) for row in self._connection.execute(bounded)]
        return found

    def set_available(self, document_id: str, available: bool) -> None:
        """Switch all chunks of a document on or off."""
        self._write(
            update(chunks).where(chunks.c.document_id == document_id).values(available=available)
        )

    def delete(self, document_id: str, chunk_ids: Sequence[str] | None) -> list[str]:
        """Delete chunks, all where None; return the ids that were there."""
        of_document = chunks.c.document_id == document_id
        if chunk_ids is None:
            return self._delete(of_document)
        there: list[str] = []
        for ids in batches(dict.fromkeys(chunk_ids), IDS_PER_STATEMENT):
            there += self._delete(and_(of_document, chunks.c.id.in_(ids)))
        return there

    def _delete(self, condition: ColumnElement[bool]) -> list[str]:
        there = list(self._connection.execute(select(chunks.c.id).where(condition)).scalars())
        self._write(delete(chunks).where(condition))
        return sorted(there)

    def _sizes(self, dataset_id: str) -> Iterator[tuple[str, int]]:
        """Yield (document id, number of chunks) of a dataset by id, a keyset page at a time."""
        after = ""
        while True:
            page = (
                select(documents.c.id)
                .where(documents.c.dataset_id == dataset_id, documents.c.id > after)
                .order_by(documents.c.id)
                .limit(IDS_PER_STATEMENT)
            )
            ids = list(self._connection.execute(page).scalars())
            if not ids:
                return
            counted = (
                select(chunks.c.document_id, func.count().label("size"))
                .where(chunks.c.document_id.in_(ids))
                .group_by(chunks.c.document_id)
                .order_by(chunks.c.document_id)
            )
            yield from ((row.document_id, row.size) for row in self._rows(counted))
            after = ids[-1]


def _numbers(spans: Sequence[Span]) -> list[int]:
    return [number for span in spans for number in (span.start, span.end)]


def _row(chunk: Chunk) -> Values:
    return fields_of(chunk) | {
        "kind": chunk.kind.value,
        "spans": _numbers(chunk.spans),
        "boxes": [
            number
            for box in chunk.boxes
            for number in (box.page, box.x0, box.x1, box.top, box.bottom)
        ],
        "box_spans": _numbers(chunk.box_spans),
        "important_keywords": list(chunk.important_keywords),
        "questions": list(chunk.questions),
        "tags": dict(chunk.tags),
    }


def _value(row: Row[Any]) -> Chunk:
    return Chunk(
        **(
            dict(row._mapping)
            | {
                "kind": ChunkKind(row.kind),
                "spans": tuple(Span(*numbers) for numbers in batches(row.spans, 2)),
                "boxes": tuple(Box(*numbers) for numbers in batches(row.boxes, 5)),
                "box_spans": tuple(Span(*numbers) for numbers in batches(row.box_spans, 2)),
                "important_keywords": tuple(row.important_keywords),
                "questions": tuple(row.questions),
            }
        )
    )
