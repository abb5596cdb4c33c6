"""Routes of the meta fields of whole datasets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ragflow.http.auth import CurrentActor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import Answers, Code, Reply, WireError, answers
from ragflow.http.openapi import json_body, query
from ragflow.http.schemas.metadata import MetadataPlan, UpdateMetadata
from ragflow.http.validation import strict_body
from ragflow.services.errors import DatasetNotFound, DocumentsNotFound

router = APIRouter(prefix="/datasets/{dataset_id}", tags=["metadata"])

ERRORS: Answers = {
    DatasetNotFound: Reply(Code.DATA, "You don't own the dataset {id}."),
    DocumentsNotFound: Reply(
        Code.DATA, "These documents do not belong to dataset {dataset_id}: {ids}"
    ),
}


@router.get(
    "/metadata/summary",
    openapi_extra={"parameters": [query("doc_ids", "Ids of documents, with commas.")]},
)
@answers(ERRORS)
def metadata_summary(
    actor: CurrentActor, dataset_id: str, request: Request, services: ServicesOf
) -> JSONResponse:
    """Tell which values the meta fields hold, and how often."""
    named = [each for each in request.query_params.get("doc_ids", "").split(",") if each]
    found = services.metadata.summary(actor, dataset_id, named or None)
    summary = {
        key: {"type": field.type, "values": [list(pair) for pair in field.values]}
        for key, field in found.items()
    }
    return result({"summary": summary})


@router.post("/metadata/update", openapi_extra=json_body(UpdateMetadata))
@answers(ERRORS)
def update_metadata(
    actor: CurrentActor,
    dataset_id: str,
    body: Annotated[UpdateMetadata, Depends(strict_body(UpdateMetadata))],
    services: ServicesOf,
) -> JSONResponse:
    """Change the meta fields of many documents."""
    if not body.updates and not body.deletes:
        raise WireError(Code.ARGUMENT, "`updates` or `deletes` is required.")
    changed, selected = services.metadata.update(
        actor, dataset_id, body.selected(), body.assignments(), body.removals()
    )
    return result({"updated": changed, "matched_docs": selected})


@router.get("/auto_metadata", include_in_schema=False)  # its name in 0.25.0
@router.get("/metadata/config")
@answers(ERRORS)
def get_metadata_plan(actor: CurrentActor, dataset_id: str, services: ServicesOf) -> JSONResponse:
    """Return which meta fields the dataset wants."""
    return result(services.metadata.plan(actor, dataset_id))


@router.put("/auto_metadata", include_in_schema=False)
@router.put("/metadata/config", openapi_extra=json_body(MetadataPlan))
@answers(ERRORS)
def set_metadata_plan(
    actor: CurrentActor,
    dataset_id: str,
    body: Annotated[MetadataPlan, Depends(strict_body(MetadataPlan))],
    services: ServicesOf,
) -> JSONResponse:
    """Keep which meta fields the dataset wants."""
    return result(services.metadata.set_plan(actor, dataset_id, body.stored()))
