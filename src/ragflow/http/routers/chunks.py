"""Routes of chunks and their pictures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from ragflow.http.auth import CurrentActor
from ragflow.http.bulk import handled, ids_in
from ragflow.http.compat import LevelOf
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import Answers, Code, Reply, WireError, answers
from ragflow.http.openapi import PAGING, ids_schema, json_body, properties, query
from ragflow.http.paging import page_of
from ragflow.http.schemas.fields import picture_in
from ragflow.http.validation import lenient_object
from ragflow.http.views import chunk_added, chunk_listed, document_object
from ragflow.services.chunks import ChunkChanges
from ragflow.services.errors import (
    ChunkNotFound,
    ChunksNotFound,
    ContentRequired,
    DatasetNotFound,
    DocumentNotFound,
    PictureNotFound,
)

router = APIRouter(prefix="/datasets/{dataset_id}/documents/{document_id}", tags=["chunks"])
pictures = APIRouter(tags=["chunks"])

Body = Annotated[dict[str, Any], Depends(lenient_object)]

_TEXTS = {"type": "array", "items": {"type": "string"}}
_NOT_YOURS = Reply(Code.DATA, "You don't own the dataset {id}.")
_NOT_YOUR_DOCUMENT = Reply(Code.DATA, "You don't own the document {id}.")
_ONE: Answers = {
    ChunkNotFound: Reply(Code.DATA, "Can't find this chunk {id}"),
    DatasetNotFound: _NOT_YOURS,
    DocumentNotFound: _NOT_YOUR_DOCUMENT,
}
_SENT: dict[str, dict[str, Any]] = {
    "content": {"type": "string"},
    "important_keywords": _TEXTS,
    "questions": _TEXTS,
    "tag_kwd": _TEXTS,
}
_NEW_CHUNK_BODY = json_body(properties(**_SENT, image_base64={"type": "string"}))
_CHUNK_BODY = json_body(properties(**_SENT, available={"type": "boolean"}))


@router.post("/chunks", openapi_extra=_NEW_CHUNK_BODY)
@answers({DatasetNotFound: _NOT_YOURS, DocumentNotFound: _NOT_YOUR_DOCUMENT})
def add_chunk(
    actor: CurrentActor, dataset_id: str, document_id: str, body: Body, services: ServicesOf
) -> JSONResponse:
    """Add a chunk to a document."""
    document = services.documents.get(actor, dataset_id, document_id)
    content = _text(body.get("content", ""))
    if not content.strip():
        raise ContentRequired
    chunk = services.chunks.add(
        actor,
        dataset_id,
        document_id,
        content,
        _texts(body, "important_keywords", "is required to be a list") or (),
        _texts(body, "questions", "is required to be a list") or (),
        _texts(body, "tag_kwd", "is required to be a list") or (),
        picture_in(body, "image_base64"),
    )
    return result({"chunk": chunk_added(chunk, document)})


@router.get(
    "/chunks",
    openapi_extra={
        "parameters": [
            *PAGING[:2],
            query("keywords", "Words to search for; texts come back as marked excerpts."),
            query("id", "Id of one chunk."),
        ]
    },
)
@answers(
    {
        DatasetNotFound: _NOT_YOURS,
        DocumentNotFound: _NOT_YOUR_DOCUMENT,
        ChunkNotFound: Reply(Code.NOT_FOUND, "Chunk not found: {dataset_id}/{id}"),
    }
)
def list_chunks(
    actor: CurrentActor,
    dataset_id: str,
    document_id: str,
    request: Request,
    services: ServicesOf,
) -> JSONResponse:
    """List the chunks of a document."""
    page = page_of(request)
    listed = services.retrieval.list_chunks(
        actor,
        dataset_id,
        document_id,
        offset=page.offset,
        limit=page.size or None,
        keywords=request.query_params.get("keywords", ""),
        chunk_id=request.query_params.get("id", ""),
    )
    document = listed.document
    return result(
        {
            "total": listed.total,
            "chunks": [chunk_listed(each.chunk, document, each.excerpt) for each in listed.chunks],
            "doc": document_object(document),
        }
    )


@router.get("/chunks/{chunk_id}")
@answers(_ONE)
def get_chunk(
    actor: CurrentActor, dataset_id: str, document_id: str, chunk_id: str, services: ServicesOf
) -> JSONResponse:
    """Return one chunk."""
    document, chunk = services.chunks.get(actor, dataset_id, document_id, chunk_id)
    return result(chunk_listed(chunk, document))


@router.patch("/chunks/{chunk_id}", include_in_schema=False)  # what newer clients send
@router.put("/chunks/{chunk_id}", openapi_extra=_CHUNK_BODY)
@answers(_ONE)
def update_chunk(
    actor: CurrentActor,
    dataset_id: str,
    document_id: str,
    chunk_id: str,
    body: Body,
    services: ServicesOf,
) -> JSONResponse:
    """Change a chunk; it is embedded again."""
    services.chunks.get(actor, dataset_id, document_id, chunk_id)
    changes = ChunkChanges(
        content=_text(body["content"]) if "content" in body else None,
        important_keywords=_texts(body, "important_keywords", "should be a list"),
        questions=_texts(body, "questions", "should be a list"),
        available=_switch(body["available"]) if "available" in body else None,
        tags=_texts(body, "tag_kwd", "should be a list"),
    )
    services.chunks.update(actor, dataset_id, document_id, chunk_id, changes)
    return result()


@router.delete("/chunks", openapi_extra=json_body(ids_schema("chunk_ids")))
@answers(
    {
        DatasetNotFound: _NOT_YOURS,
        DocumentNotFound: Reply(
            Code.EXCEPTION, 'LookupError("Can\'t find the document with ID {id}!")'
        ),
        ChunksNotFound: Reply(Code.DATA, "rm_chunk deleted chunks {deleted}, expect {expected}"),
    }
)
def delete_chunks(
    actor: CurrentActor,
    dataset_id: str,
    document_id: str,
    body: Body,
    services: ServicesOf,
    level: LevelOf,
) -> JSONResponse:
    """Delete chunks; without ids, all of the document (since 0.25 with `delete_all` alone)."""
    wanted = ids_in(body, "chunk_ids", level)
    return handled(services.chunks.delete(actor, dataset_id, document_id, wanted), "chunk")


@pictures.get("/images/{image_id}", response_model=None)
@answers(
    {
        DatasetNotFound: Reply(Code.DATA, "Image not found."),
        PictureNotFound: Reply(Code.DATA, "Image not found."),
        DocumentNotFound: Reply(Code.DATA, "Image not found."),
    }
)
def chunk_picture(actor: CurrentActor, image_id: str, services: ServicesOf) -> Response:
    """Return a picture: a chunk's by its `image_id`, or a document's by dataset and thumbnail."""
    dataset_id, _, name = image_id.partition("-")
    document_id = name.removeprefix("thumbnail_").removesuffix(".png")
    if document_id != name:  # as clients ask for what a document's `thumbnail` names
        data = services.pages.thumbnail(actor, dataset_id, document_id)
    else:
        data = services.chunks.picture(actor, dataset_id, name)
    media_type = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    return Response(data, media_type=media_type)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        kind = type(value).__name__
        error = TypeError(f"unsupported operand type(s) for +: '{kind}' and 'str'")
        raise WireError(Code.EXCEPTION, repr(error), data=None)
    return value


def _switch(value: Any) -> bool:
    try:
        return bool(int(value))
    except (OverflowError, TypeError, ValueError) as error:
        raise WireError(Code.EXCEPTION, repr(error), data=None) from error


def _texts(body: dict[str, Any], key: str, complaint: str) -> tuple[str, ...] | None:
    if key not in body:
        return None
    values = body[key]
    if not isinstance(values, list):
        raise WireError(Code.DATA, f"`{key}` {complaint}")
    for index, value in enumerate(values):
        if not isinstance(value, str):
            kind = type(value).__name__
            error = TypeError(f"sequence item {index}: expected str instance, {kind} found")
            raise WireError(Code.EXCEPTION, repr(error), data=None)
    return tuple(values)
