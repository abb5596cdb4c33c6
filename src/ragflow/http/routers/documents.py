"""Routes of documents and of their ingestion."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, StreamingResponse

from ragflow.domain.errors import InvalidInput
from ragflow.http.auth import CurrentActor
from ragflow.http.bulk import handled, ids_in, required_ids
from ragflow.http.compat import Level, LevelOf
from ragflow.http.deps import ServicesOf
from ragflow.http.downloads import download
from ragflow.http.envelope import result
from ragflow.http.errors import Code, Reply, answers
from ragflow.http.openapi import FILES_BODY, PAGING, ids_schema, json_body, properties, query
from ragflow.http.paging import PAGE_ERRORS, paging_of, whole_number
from ragflow.http.uploads import uploaded_files
from ragflow.http.validation import lenient_object
from ragflow.http.views import document_object
from ragflow.services.documents import DocumentFilter
from ragflow.services.errors import (
    DatasetNotFound,
    DocumentNotFound,
    DocumentsNotFound,
    ExtensionLocked,
    NameTooLong,
    NotText,
    UploadFailed,
)
from ragflow.services.uploads import Upload

router = APIRouter(prefix="/datasets/{dataset_id}", tags=["documents"])
single = APIRouter(tags=["documents"])

Body = Annotated[dict[str, Any], Depends(lenient_object)]
Files = Annotated[list[Upload], Depends(uploaded_files)]

_SECONDS_BELOW = 10**11
_RENAMES = {
    "kb_id": "dataset_id",
    "chunk_num": "chunk_count",
    "token_num": "token_count",
    "parser_id": "chunk_method",
}
_IDS = {"type": "array", "items": {"type": "string"}}
_NOT_YOURS = Reply(Code.DATA, "You don't own the dataset {id}.")
_NOT_YOURS_SPACED = Reply(Code.DATA, "You don't own the dataset {id}. ")

_FOREIGN = Reply(Code.DATA, "These documents do not belong to dataset {dataset_id}: {ids}")


@router.post("/documents", openapi_extra=FILES_BODY)
@answers(
    {
        DatasetNotFound: Reply(
            Code.EXCEPTION, 'LookupError("Can\'t find the dataset with ID {id}!")'
        ),
        NameTooLong: Reply(Code.ARGUMENT),
        UploadFailed: Reply(Code.SERVER),
    }
)
def upload_documents(
    actor: CurrentActor, dataset_id: str, files: Files, services: ServicesOf
) -> JSONResponse:
    """Upload files, each as a document; those that can be taken are, even if others cannot.

    A ZIP archive becomes the documents that are in it.
    """
    documents = services.documents.upload(actor, dataset_id, files)
    return result([document_object(document) for document in documents])


@router.get(
    "/documents",
    openapi_extra={
        "parameters": [
            *PAGING,
            query("keywords", "Part of the name."),
            query("id", "Id of one document."),
            query("name", "Name of one document."),
            query("create_time_from", "Earliest creation, Unix seconds or ms.", "integer"),
            query("create_time_to", "Latest creation, Unix seconds or ms.", "integer"),
        ]
    },
)
@answers(
    {
        DatasetNotFound: _NOT_YOURS_SPACED,
        DocumentNotFound: Reply(Code.DATA, "You don't own the document {id}."),
        **PAGE_ERRORS,
    }
)
def list_documents(
    actor: CurrentActor, dataset_id: str, request: Request, services: ServicesOf
) -> JSONResponse:
    """List the documents of a dataset."""
    params = request.query_params
    wanted = DocumentFilter(
        document_id=params.get("id"),
        name=params.get("name"),
        keywords=params.get("keywords"),
        created_from=_milliseconds(params.get("create_time_from")),
        created_to=_milliseconds(params.get("create_time_to")),
    )
    paging = paging_of(request, renames=_RENAMES)
    documents, total = services.documents.page(actor, dataset_id, paging, wanted)
    return result({"total": total, "docs": [document_object(each) for each in documents]})


@router.patch("/documents/{document_id}", include_in_schema=False)  # what newer clients send
@router.put(
    "/documents/{document_id}",
    openapi_extra=json_body(
        properties(
            name={"type": "string"},
            meta_fields={"type": "object"},
            chunk_method={"type": "string"},
            parser_config={"type": "object"},
            enabled={"type": "boolean"},
        )
    ),
)
@answers(
    {
        DatasetNotFound: Reply(Code.DATA, "You don't own the dataset."),
        DocumentNotFound: Reply(Code.DATA, "The dataset doesn't own the document."),
        NameTooLong: Reply(Code.ARGUMENT),
        ExtensionLocked: Reply(Code.ARGUMENT),
        NotText: Reply(Code.EXCEPTION),
        UploadFailed: Reply(Code.ARGUMENT),
        InvalidInput: Reply(Code.DATA),
    }
)
def update_document(
    actor: CurrentActor, dataset_id: str, document_id: str, body: Body, services: ServicesOf
) -> JSONResponse:
    """Change a document."""
    return result(document_object(services.documents.update(actor, dataset_id, document_id, body)))


@router.get("/documents/{document_id}", response_model=None)
@answers(
    {
        DatasetNotFound: Reply(Code.DATA, "You do not own the dataset {id}."),
        DocumentNotFound: Reply(Code.DATA, "The dataset not own the document {id}."),
    }
)
def download_document(
    actor: CurrentActor, dataset_id: str, document_id: str, services: ServicesOf
) -> StreamingResponse:
    """Download a document as it was uploaded."""
    document, pieces = services.documents.download(actor, dataset_id, document_id)
    return download(document.name, document.size, pieces, "application/octet-stream")


@single.get("/documents/{document_id}")
@answers({DocumentNotFound: Reply(Code.DATA, "You don't own the document {id}.")})
def get_document(actor: CurrentActor, document_id: str, services: ServicesOf) -> JSONResponse:
    """Return one document, whatever dataset it is in."""
    return result(document_object(services.documents.find(actor, document_id)))


@router.delete("/documents", openapi_extra=json_body(ids_schema("ids")))
@answers(
    {
        DatasetNotFound: _NOT_YOURS_SPACED,
        DocumentsNotFound: Reply(Code.DATA, "Documents not found: {ids}"),
    },
    since={Level.V0_25: {DocumentsNotFound: _FOREIGN}},
)
def delete_documents(
    actor: CurrentActor, dataset_id: str, body: Body, services: ServicesOf, level: LevelOf
) -> JSONResponse:
    """Delete documents with their files and chunks.

    Without ids, all of the dataset (since 0.25 with `delete_all` alone).
    """
    wanted = ids_in(body, "ids", level)
    return handled(services.documents.delete(actor, dataset_id, wanted), "document")


@router.post("/chunks", openapi_extra=json_body(properties(document_ids=_IDS)))
@answers({DatasetNotFound: _NOT_YOURS})
def parse_documents(
    actor: CurrentActor, dataset_id: str, body: Body, services: ServicesOf
) -> JSONResponse:
    """Queue documents for parsing."""
    services.datasets.get(actor, dataset_id)
    ids = required_ids(body, "document_ids")
    return handled(services.parsing.parse(actor, dataset_id, ids), "document")


@router.delete("/chunks", openapi_extra=json_body(properties(document_ids=_IDS)))
@answers(
    {
        DatasetNotFound: _NOT_YOURS,
        DocumentNotFound: Reply(Code.DATA, "You don't own the document {id}."),
    }
)
def stop_parsing(
    actor: CurrentActor, dataset_id: str, body: Body, services: ServicesOf
) -> JSONResponse:
    """Stop parsing documents."""
    services.datasets.get(actor, dataset_id)
    ids = required_ids(body, "document_ids")
    return handled(services.parsing.stop(actor, dataset_id, ids), "document")


def _milliseconds(text: str | None) -> int | None:
    """Read a time in milliseconds or, when it is small, in seconds; 0 sets no bound."""
    number = whole_number(text, 0)
    if not number:
        return None
    return number * 1000 if abs(number) < _SECONDS_BELOW else number
