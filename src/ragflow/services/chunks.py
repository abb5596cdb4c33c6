"""Chunks: add, change and delete single passages of a document, and fetch their pictures.

In: texts. Out: `Chunk` values; a chunk that was changed is found by its new text at once. Refused:
blank texts, chunks that are not the document's, Q&A chunks without a question and an answer.
Vectors are made outside of transactions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ragflow.domain.blob_keys import picture_key
from ragflow.domain.chunks import Chunk, ChunkKind
from ragflow.domain.documents import Dataset, Document
from ragflow.domain.identity import Actor
from ragflow.domain.ports import BlobStore, Clock, ModelCatalog
from ragflow.domain.repositories import Database, Paging, UnitOfWork
from ragflow.ingest.embed import chunk_vectors, embedded_text, title_weight
from ragflow.ingest.extract import chunk_id
from ragflow.services.access import require_dataset, require_document
from ragflow.services.bulk import BulkOutcome, unique
from ragflow.services.errors import (
    ChunkNotFound,
    ChunksNotFound,
    ContentRequired,
    DatasetNotFound,
    PictureNotFound,
    QuestionAnswerRequired,
)
from ragflow.services.followups import follow_chunk_change, follow_document_change
from ragflow.services.outbox import OutboxRelay
from ragflow.text.questions import mark_length, pair_prefixes, pair_text, question_of
from ragflow.text.tokens import count_tokens

_CHUNKS_INDEXED_ONE_BY_ONE = 20


@dataclass(frozen=True, slots=True)
class ChunkChanges:
    """Propose new values for a chunk; None leaves a value as it is."""

    content: str | None = None
    important_keywords: tuple[str, ...] | None = None
    questions: tuple[str, ...] | None = None
    available: bool | None = None
    tags: tuple[str, ...] | None = None


class ChunkService:
    """Manage the chunks of documents."""

    def __init__(
        self,
        database: Database,
        catalog: ModelCatalog,
        blobs: BlobStore,
        relay: OutboxRelay,
        clock: Clock,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._blobs = blobs
        self._relay = relay
        self._clock = clock

    def add(
        self,
        actor: Actor,
        dataset_id: str,
        document_id: str,
        content: str,
        important_keywords: Sequence[str] = (),
        questions: Sequence[str] = (),
        tags: Sequence[str] = (),
        picture: bytes | None = None,
    ) -> Chunk:
        """Add a chunk behind the others; the same content again replaces its chunk.

        `picture` is an encoded image that is shown with the chunk.

        Raises `DatasetNotFound`, `DocumentNotFound` or `ContentRequired`.
        """
        with self._database.reading() as unit:
            dataset = require_dataset(unit, actor, dataset_id)
            document = require_document(unit, dataset, document_id)
        if not content.strip():
            raise ContentRequired
        chunk = self._embedded(
            dataset,
            document,
            Chunk(
                id=chunk_id(document_id, content),
                document_id=document_id,
                dataset_id=dataset_id,
                content=content,
                ordinal=0,
                token_count=0,
                create_timestamp=self._clock.seconds(),
                important_keywords=tuple(important_keywords),
                questions=tuple(each.strip() for each in questions if each.strip()),
                tags=_weighted(tags),
                kind=ChunkKind.TEXT if picture is None else ChunkKind.IMAGE,
                has_image=picture is not None,
            ),
        )
        if picture is not None:
            self._blobs.put(picture_key(dataset_id, document_id, chunk.id), picture)
        with self._database.transaction() as unit:
            document = require_document(unit, require_dataset(unit, actor, dataset_id), document_id)
            old = unit.chunks.get(document_id, chunk.id)
            if old is None:
                ordinal = _next_ordinal(unit, document_id)
                chunk = replace(chunk, ordinal=ordinal, available=document.status == "1")
            else:
                chunk = _replacing(old, chunk)
            # Clients count one more for each addition, also of content that was there: a hash
            # of it is the id. Deleting and parsing set the counter right again.
            self._put(unit, replace(document, chunk_count=document.chunk_count + 1), old, chunk)
        self._relay.flush()
        return chunk

    def get(
        self, actor: Actor, dataset_id: str, document_id: str, key: str
    ) -> tuple[Document, Chunk]:
        """Return a chunk and its document.

        Raises `DatasetNotFound`, `ChunkNotFound` or `DocumentNotFound`.
        """
        with self._database.reading() as unit:
            return _require_chunk(unit, actor, dataset_id, document_id, key)[1:]

    def update(
        self, actor: Actor, dataset_id: str, document_id: str, key: str, changes: ChunkChanges
    ) -> Chunk:
        """Change a chunk; its id stays.

        Raises `DatasetNotFound`, `ChunkNotFound`, `DocumentNotFound`, `ContentRequired` or
        `QuestionAnswerRequired`.
        """
        while True:
            with self._database.reading() as unit:
                dataset, document, old = _require_chunk(unit, actor, dataset_id, document_id, key)
            new = self._embedded(dataset, document, _changed(old, changes, dataset, document))
            with self._database.transaction() as unit:
                _, document, latest = _require_chunk(unit, actor, dataset_id, document_id, key)
                if latest == old:  # else it was changed meanwhile, and its vector is out of date
                    self._put(unit, document, old, new)
                    break
        self._relay.flush()
        return new

    def delete(
        self, actor: Actor, dataset_id: str, document_id: str, chunk_ids: Sequence[str] | None
    ) -> BulkOutcome:
        """Delete chunks, all of the document where None.

        Raises `DatasetNotFound`, `DocumentNotFound`, and `ChunksNotFound` after it deleted those
        that are there.
        """
        wanted, duplicates = (None, ()) if chunk_ids is None else unique(chunk_ids)
        with self._database.transaction() as unit:
            dataset = require_dataset(unit, actor, dataset_id)
            document = require_document(unit, dataset, document_id)
            tokens = _tokens(unit, document, wanted)
            deleted = unit.chunks.delete(document_id, wanted)
            _, left = unit.chunks.page(document_id, 0, 0)
            unit.documents.update(
                replace(
                    document,
                    chunk_count=left,
                    token_count=max(document.token_count - tokens, 0),
                )
            )
            if wanted is None or len(deleted) > _CHUNKS_INDEXED_ONE_BY_ONE:
                follow_document_change(unit, document_id)
            else:
                for deleted_id in deleted:
                    follow_chunk_change(unit, document_id, deleted_id)
        self._relay.flush()
        if wanted is not None and len(deleted) < len(wanted):
            raise ChunksNotFound(deleted=len(deleted), expected=len(wanted))
        return BulkOutcome(len(deleted), duplicates)

    def picture(self, actor: Actor, dataset_id: str, key: str) -> bytes:
        """Return the picture of a chunk. Raises `DatasetNotFound` or `PictureNotFound`."""
        with self._database.reading() as unit:
            require_dataset(unit, actor, dataset_id)
            chunk = unit.chunks.find((dataset_id,), key)
        if chunk is None or not chunk.has_image:
            raise PictureNotFound(id=f"{dataset_id}-{key}")
        return self._blobs.get(picture_key(dataset_id, chunk.document_id, chunk.id))

    def _embedded(self, dataset: Dataset, document: Document, chunk: Chunk) -> Chunk:
        model = self._catalog.embedding(dataset.tenant_id, dataset.embedding_model)
        weight = title_weight(document.parser_config)
        text = embedded_text(chunk)
        vector = chunk_vectors(model, document.name, [text], weight)[0]
        stored = vector.astype("<f4").tobytes()
        return replace(chunk, vector=stored, token_count=count_tokens(chunk.content))

    @staticmethod
    def _put(unit: UnitOfWork, document: Document, old: Chunk | None, new: Chunk) -> None:
        unit.chunks.put(new)
        old_tokens = 0 if old is None else old.token_count
        unit.documents.update(
            replace(
                document,
                token_count=document.token_count + new.token_count - old_tokens,
            )
        )
        follow_chunk_change(unit, document.id, new.id)


def _require_chunk(
    unit: UnitOfWork, actor: Actor, dataset_id: str, document_id: str, key: str
) -> tuple[Dataset, Document, Chunk]:
    try:
        dataset = require_dataset(unit, actor, dataset_id)
    except DatasetNotFound:
        if _sees_chunk(unit, actor, key):
            raise
        raise ChunkNotFound(id=key, dataset_id=dataset_id) from None
    chunk = unit.chunks.find((dataset_id,), key)
    if chunk is None:
        raise ChunkNotFound(id=key, dataset_id=dataset_id)
    document = require_document(unit, dataset, document_id)
    if chunk.document_id != document_id:
        raise ChunkNotFound(id=key, dataset_id=dataset_id)
    return dataset, document, chunk


def _sees_chunk(unit: UnitOfWork, actor: Actor, key: str) -> bool:
    """Tell whether a chunk is in any dataset that the actor may use."""
    everything = Paging(limit=None)
    visible, _ = unit.datasets.visible(actor.tenant_id, actor.joined_tenant_ids, everything)
    return unit.chunks.find([dataset.id for dataset in visible], key) is not None


def _changed(chunk: Chunk, changes: ChunkChanges, dataset: Dataset, document: Document) -> Chunk:
    content = chunk.content if changes.content is None else changes.content
    if not content.strip():
        raise ContentRequired
    search_text, fields = chunk.search_text, chunk.fields
    if changes.content is not None:
        search_text = ""
        if document.chunk_method == "qa":
            content = question_and_answer(content, dataset.language)
            search_text = question_of(content)
        if content != chunk.content:
            fields = {}  # which of them the new text would change is not known
    keywords, questions = changes.important_keywords, changes.questions
    return replace(
        chunk,
        content=content,
        box_spans=chunk.box_spans if content == chunk.content else (),
        search_text=search_text,
        fields=fields,
        important_keywords=chunk.important_keywords if keywords is None else keywords,
        questions=(
            chunk.questions
            if questions is None
            else tuple(each.strip() for each in questions if each.strip())
        ),
        available=chunk.available if changes.available is None else changes.available,
        tags=chunk.tags if changes.tags is None else _weighted(changes.tags, chunk.tags),
    )


def question_and_answer(content: str, language: str) -> str:
    """Return a Q&A pair in its stored form. Raises `QuestionAnswerRequired`."""
    stored = content.startswith(pair_prefixes(language)[0]) and content.count("\t") == 1
    divided = re.split(r"\t" if stored else r"[\n\t]", content)
    parts = [part.strip() for part in divided if len(part) > 1]
    if len(parts) != 2:
        raise QuestionAnswerRequired
    question, answer = (part[mark_length(part) :] for part in parts)
    return pair_text(question, answer, language)


def _replacing(old: Chunk, new: Chunk) -> Chunk:
    """Return the same passage, where it was, with what else was added now."""
    return replace(
        old,
        important_keywords=new.important_keywords,
        questions=new.questions,
        tags=new.tags,
        kind=new.kind if new.has_image else old.kind,
        has_image=new.has_image or old.has_image,
        vector=new.vector,
        create_timestamp=new.create_timestamp,
    )


def _weighted(tags: Sequence[str], known: Mapping[str, int] | None = None) -> dict[str, int]:
    """Return tags with the weights that they have already, 1 for new ones."""
    return {tag: (known or {}).get(tag, 1) for tag in tags}


def _next_ordinal(unit: UnitOfWork, document_id: str) -> int:
    _, total = unit.chunks.page(document_id, 0, 0)
    last, _ = unit.chunks.page(document_id, max(total - 1, 0), 1)
    return last[0].ordinal + 1 if last else 0


def _tokens(unit: UnitOfWork, document: Document, chunk_ids: Sequence[str] | None) -> int:
    """Count the tokens of the chunks that are about to be deleted."""
    if chunk_ids is None:
        return document.token_count
    found = unit.chunks.get_many([(document.id, chunk_id) for chunk_id in chunk_ids])
    return sum(chunk.token_count for chunk in found.values())
